"""The page on which somebody types for the information sheet: what stands, what others type, what is wrong."""

from datetime import datetime

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dispatch import clock
from dispatch.centre import drafts, lines, questions, sheet
from dispatch.words import LANGUAGE_NAMES
from models import EntryDraft, EntryVersion
from views import sheet_page
from views.render import when

FIELDS = ("topic", "municipality", "from", "until")
NAMES = {
    "topic": _l("Topic"),
    "municipality": _l("For whom?"),
    "from": _l("Holds from"),
    "until": _l("Holds until"),
}


def typed() -> dict:
    """What the form holds; a field that was not on it stays as it is."""
    form = request.form
    found: dict = {part: {} for part in ("question", "answer")}
    for lang in LANGUAGE_NAMES:
        for part, texts in found.items():
            if (words := form.get(f"{part}-{lang}")) is not None:
                texts[lang] = words
    found |= {name: form[name] for name in ("topic", "from", "until") if name in form}
    if (town := form.get("municipality")) is not None:
        found["municipality"] = int(town) if town.isascii() and town.isdecimal() and len(town) < 19 else None
    if "asks_holds" in form:
        found["holds"] = [lang for lang in LANGUAGE_NAMES if lang in form.getlist("holds")]
    return found


def row(draft: EntryDraft, now: datetime) -> dict:
    """One draft in the list of what one began."""
    words = next((words for words in draft.form.get("question", {}).values() if words), "")
    return {"id": draft.id, "words": words or _("Not named yet"), "when": when(draft.changed_at, now)}


def page(draft: EntryDraft, *, is_checked: bool) -> str:
    now = clock.now()
    typed, faults = drafts.read(draft, now)
    said = {name: fault.said_by(_) for name, fault in faults.items()} if is_checked else {}
    latest = sheet.current(draft.entry_id) if draft.entry_id else None
    is_overtaken = bool(latest) and latest.sheet_version != draft.based_on
    stale = set(latest.stale or ()) if latest else set()
    return render_template(
        "liaison/draft.html",
        draft=draft,
        emergency=draft.emergency,
        form={"question": {}, "answer": {}} | draft.form,
        faults=said,
        summary=[(name, _label(name), words) for name, words in said.items()],
        languages=[(lang, _(name), _state(lang, typed, stale)) for lang, name in LANGUAGE_NAMES.items()],
        towns=[("", _("Everybody")), *((town.id, town.name) for town in drafts.towns(draft.emergency_id))],
        topics=questions.topics(draft.emergency),
        is_overtaken=is_overtaken,
        is_withdrawn=bool(draft.entry_id) and latest is None,
        latest=latest,
        differences=_differences(latest, typed) if is_overtaken else [],
        others=drafts.others(draft),
        present=lines.readers(draft.emergency)[1],
        saved=draft.changed_at,
        **sheet_page.mood(draft.emergency),
    )


def _label(name: str) -> str:
    part, _dash, lang = name.partition("-")
    if not lang:
        return str(NAMES[name])
    label = _("Question in %(language)s") if part == "question" else _("Answer in %(language)s")
    return label % {"language": _(LANGUAGE_NAMES[lang])}


def _state(lang: str, typed: drafts.Typed, stale: set[str]) -> str:
    """What is wrong with a language: "missing", "stale", or "" """
    if lang not in typed.languages:
        return "missing"
    return "stale" if lang in stale else ""


def _differences(latest: EntryVersion, typed: drafts.Typed) -> list[tuple]:
    """Language by language what stands now, and what this draft would make of it."""
    return [
        (
            _(name),
            latest.question.get(lang, ""),
            latest.answer.get(lang, ""),
            lines.compared(latest.question.get(lang, ""), typed.question.get(lang, "")),
            lines.compared(latest.answer.get(lang, ""), typed.answer.get(lang, "")),
        )
        for lang, name in LANGUAGE_NAMES.items()
        if latest.answer.get(lang) or typed.answer.get(lang)
    ]
