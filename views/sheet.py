"""The information sheet as operators read, search and confirm it, and what they ask when it has no answer."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import lines, questions, sheet
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGE_NAMES
from models import Entry, EntryVersion
from views import guard, lookups, sheet_page

pages = Blueprint("sheet", __name__)


@pages.get("/emergencies/<int:id>/sheet")
@guard.needs("activation.see")
def show(id: int):
    emergency = lookups.emergency_of(id)
    mine = sheet_page.mine(emergency)
    sheet_page.note_seen(mine["asked"])
    return render_template(
        "sheet/show.html",
        **sheet_page.shown(emergency) | sheet_page.found(emergency, request.args.get("words", "")) | mine,
        **sheet_page.mood(emergency),
        languages=_languages(id, "sheet.show"),
        topics=questions.topics(emergency),
        may_change=rights.may(current_user, "sheet.change"),
    )


def _languages(id: int, endpoint: str) -> list[dict]:
    spoken = sheet_page.spoken()
    return [
        {
            "label": _(name).capitalize(),
            "url": url_for(endpoint, id=id, lang=lang),
            "is_current": lang == spoken,
        }
        for lang, name in LANGUAGE_NAMES.items()
    ]


@pages.get("/emergencies/<int:id>/sheet/lines")
@guard.needs("activation.see")
def changed(id: int):
    """The sheet when this screen no longer shows it; else who has read it, when that changed; else nothing."""
    emergency = lookups.emergency_of(id)
    is_current = lines.is_current(emergency, request.args.get("held", ""), clock.now())
    if emergency.ended_at or not is_current:
        return render_template("sheet/_sheet.html", **sheet_page.shown(emergency))
    if request.args.get("read") == ".".join(map(str, lines.readers(emergency))):
        return "", 204
    counted = render_template("sheet/_readers.html", **sheet_page.readers(emergency))
    return counted, 200, {"HX-Retarget": "#readers", "HX-Reswap": "outerHTML"}


@pages.get("/emergencies/<int:id>/sheet/found")
@guard.needs("activation.see")
def found(id: int):
    emergency = lookups.emergency_of(id)
    return render_template("sheet/_found.html", **sheet_page.found(emergency, request.args.get("words", "")))


@pages.post("/emergencies/<int:id>/sheet/read")
@guard.needs("call.take")
def read(id: int):
    emergency = sheet_page.keep_apart(lookups.emergency_of(id))
    version = request.form.get("version", "")
    try:
        number = int(version) if version.isascii() and version.isdecimal() else 0
        sheet.mark_read(emergency, number, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    if request.headers.get("HX-Request"):
        return render_template("sheet/_sheet.html", **sheet_page.shown(lookups.emergency_of(id)))
    return redirect(url_for(".show", id=id, lang=sheet_page.spoken()), 303)


# ── What the sheet does not answer ──────────────────────────────────────


@pages.post("/emergencies/<int:id>/questions")
@guard.needs("call.take")
def ask(id: int):
    emergency = sheet_page.keep_apart(lookups.emergency_of(id))
    words, topic = request.form.get("words", ""), request.form.get("topic", "")
    facts = {"language": sheet_page.spoken(), "topic": topic, "by": current_user, "now": clock.now()}
    try:
        question = questions.ask(emergency, words, **facts)
    except (Incomplete, WrongMoment) as refusal:
        fault = getattr(refusal, "faults", {}).get("words")
        flash((fault or refusal.sentence).said_by(_), "warn")
    else:
        flash(_said_after(question), "done")
    return redirect(url_for(".show", id=id, lang=sheet_page.spoken(), _anchor="mine"), 303)


def _said_after(question) -> str:
    if question.answered_at:
        return _("This was answered meanwhile. The answer stands under your questions.")
    if question.number > 1:
        return _("Asked %(num)s times now. The answer appears here.", num=question.number)
    return _("The liaison officer has your question. The answer appears here.")


@pages.get("/emergencies/<int:id>/questions/mine")
@guard.needs("activation.see")
def mine(id: int):
    asked = sheet_page.mine(lookups.emergency_of(id))
    if asked["mine_polls"] and request.args.get("asked") == asked["mine_held"]:
        return "", 204
    return render_template("sheet/_mine.html", **asked)


# ── History ─────────────────────────────────────────────────────────────


@pages.get("/entries/<int:id>")
@guard.needs("activation.see")
def history(id: int):
    entry = lookups.entry_of(id)
    told = lines.history(entry)
    return render_template(
        "sheet/history.html",
        entry=entry,
        emergency=entry.emergency,
        heading=next(iter(told[0][0].question.values())),
        versions=[_version(*pair) for pair in told],
        town=entry.municipality.name if entry.municipality_id else "",
        now=clock.now(),
        may_change=_may_change(entry) and sheet.current(entry.id) is not None,
        **sheet_page.mood(entry.emergency),
    )


def _may_change(entry: Entry) -> bool:
    emergency = entry.emergency
    return not emergency.ended_at and sheet.may_change(
        current_user, emergency, clock.now(), entry.municipality_id
    )


def _version(version: EntryVersion, before: EntryVersion | None) -> dict:
    return {
        "version": version,
        "retired_by": version.retired_by.name if version.retired_why else "",
        "texts": [
            (
                _(name),
                lines.compared(
                    before.question.get(lang, "") if before else "", version.question.get(lang, "")
                ),
                lines.compared(before.answer.get(lang, "") if before else "", version.answer.get(lang, "")),
            )
            for lang, name in LANGUAGE_NAMES.items()
            if version.answer.get(lang) or (before and before.answer.get(lang))
        ],
        "stale": [_(LANGUAGE_NAMES[lang]) for lang in version.stale or ()],
    }
