"""The page on which a scenario is written: the composing page, with what is left open and what may follow beside it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.sending import campaigns, doubt, placeholders, report, scenario_drafts, scenarios
from dispatch.words import CHANNELS, FOLLOW_UPS, LANGUAGE_NAMES, N_
from models import LANGUAGES, POLICIES, Organisation, Template
from views import filling, guard, lookups, render, wording

pages = Blueprint("scenarios", __name__)
BLANK_ROWS = 2
MOST_PLACEHOLDERS = 20
MOST_MINUTES = 10_000  # a week; a longer life is none


@pages.post("/templates/new")
@guard.needs("template.change")
def new():
    begun = scenarios.begin(current_user.organisation, by=current_user, now=clock.now())
    return redirect(url_for("scenarios.form", id=begun.id), 303)


@pages.get("/templates/<int:id>")
@guard.needs("template.change")
def form(id: int):
    """As it is saved, or as this person was typing it."""
    template = lookups.template_of(id, "template.change")
    typed = scenario_drafts.of(template, current_user)
    if not typed:
        return _page(template)
    _put(template, typed.wording)
    return _page(template, typed=typed, version=typed.based_on, why=typed.why)


@pages.post("/templates/<int:id>")
@guard.needs("template.change")
def write(id: int):
    template = lookups.template_of(id, "template.change")
    typed = _typed()
    try:
        scenarios.revise(
            template,
            by=current_user,
            now=clock.now(),
            version=wording.version(),
            why=request.form.get("why", ""),
            **typed,
        )
    except Incomplete as refusal:
        return _again(template, typed, {k: f.said_by(_) for k, f in refusal.faults.items()}), 422
    except WrongMoment as refusal:
        return _two_hands(template, typed, refusal), 409
    except NotAllowed as refusal:
        return _again(template, typed, {"kind": refusal.sentence.said_by(_)}), 403
    flash(_("Everything is saved."))
    return redirect(url_for("scenarios.form", id=id), 303)


@pages.post("/templates/<int:id>/autosave")
@guard.needs("template.change")
def autosave(id: int):
    """Keeps what is typed beside the scenario: in use is what was saved with a press."""
    template = lookups.template_of(id, "template.change")
    typed, seen, now = _typed(), wording.version(), clock.now()
    why = request.form.get("why", "")
    scenario_drafts.jot(template, typed, by=current_user, now=now, version=seen, why=why)
    _put(template, typed)
    return render_template("campaigns/_autosave.html", **wording.saved(template, now) | {"version": seen})


@pages.post("/templates/<int:id>/forget")
@guard.needs("template.change")
def forget(id: int):
    scenario_drafts.forget(lookups.template_of(id, "template.change"), current_user)
    flash(_("What you typed is thrown away. Here is the scenario as it is in use."))
    return redirect(url_for("scenarios.form", id=id), 303)


@pages.post("/templates/<int:id>/measure")
@guard.needs("template.change")
def measured(id: int):
    template = lookups.template_of(id, "template.change")
    name = request.args.get("field", "")
    text = request.form.get(name, "").replace("\r\n", "\n")[: wording.LONGEST]
    if name in wording.SPOKEN:
        counter = wording.spoken_counter(name, text, template)
        return render_template("campaigns/_spoken.html", campaign=template, counter=counter)
    return render_template("campaigns/_count.html", campaign=template, counter=wording.counter(name, text))


# ── Versions, and copies ────────────────────────────────────────────────


@pages.get("/templates/<int:id>/version")
@guard.needs("template.change")
def version(id: int):
    template = lookups.template_of(id, "template.change")
    kept = _version_of(template, request.args.get("version", template.version, type=int))
    was = Template(**(kept.wording | {"organisation": template.organisation_id}))
    return render_template(
        "scenarios/version.html",
        template=template,
        kept=kept,
        was=was,
        audience=report.audience_in_words(was, str(render.locale())),
        texts=[
            (_caption(what, channel, lang), lang, text)
            for what, channel, lang, text in scenarios.all_texts(was)
        ],
        differs=kept.version != template.version,
        now=clock.now(),
    )


@pages.post("/templates/<int:id>/take-back")
@guard.needs("template.change")
def take_back(id: int):
    template = lookups.template_of(id, "template.change")
    kept = _version_of(template, request.form.get("to", 0, type=int))
    why = request.form.get("why", "").strip() or _("back to version %(number)s", number=kept.version)
    seen = wording.version()
    scenarios.take_back(template, kept.version, by=current_user, now=clock.now(), version=seen, why=why)
    flash(_("Version %(number)s is in use again, as the newest.", number=kept.version))
    return redirect(url_for("scenarios.form", id=id), 303)


def _version_of(template: Template, number: int):
    return scenarios.versions_of(template).where(scenarios.is_version(number)).first() or abort(404)


@pages.post("/templates/<int:id>/share")
@guard.needs("template.change")
def share(id: int):
    template = lookups.template_of(id, "template.change")
    chosen = request.form.get("receiver", 0, type=int)
    receiver = scenarios.receivers(template.organisation).where(Organisation.id == chosen).first()
    if not receiver:
        raise Refusal(N_("Choose with which organisation you share it."))
    scenarios.share(template, receiver, by=current_user, now=clock.now())
    flash(_("%(name)s has a copy, without whom it is for.", name=receiver.name))
    return redirect(url_for("scenarios.form", id=id), 303)


# ── What was typed ──────────────────────────────────────────────────────


def _typed() -> dict:
    minutes = request.form.get("useful_minutes", 0, type=int)
    return wording.typed() | {
        "policy": wording.policy(),
        "placeholders": list(_placeholders()),
        "follow_ups": {what: texts for what in FOLLOW_UPS if (texts := wording.texts_typed(f"{what}-"))},
        "useful_minutes": minutes if 0 < minutes <= MOST_MINUTES else None,
    }


def _placeholders():
    """The rows that say anything; a list holds one option a line, its languages parted by a bar."""
    for place in range(MOST_PLACEHOLDERS):
        row = {
            part: request.form.get(f"placeholder-{place}-{part}", "").strip() for part in ("name", "label")
        }
        if any(row.values()):
            kind = request.form.get(f"placeholder-{place}-type", "text")
            made = row | {"type": kind if kind in placeholders.TYPES else "text"}
            lines = request.form.get(f"placeholder-{place}-options", "").splitlines()
            options = [_option(line) for line in lines if line.strip(" |")]
            yield made | ({"options": options} if made["type"] == "choice" else {})


def _option(line: str) -> dict[str, str]:
    words = zip(LANGUAGES, (part.strip() for part in line.split("|")), strict=False)
    return {lang: said for lang, said in words if said}


# ── What is shown ───────────────────────────────────────────────────────


def _again(template: Template, typed: dict, errors: dict[str, str]) -> str:
    """Nothing of what was typed is kept, and nothing of it is lost."""
    _put(template, typed)
    faults = [(field, _label(field), sentence) for field, sentence in errors.items()]
    return _page(template, faults=faults, errors=errors, version=wording.version())


def _two_hands(template: Template, typed: dict, refusal: WrongMoment) -> str:
    """What was typed stays in the fields, the other's words stand beside it; who saves once more, keeps theirs."""
    stored = Template.get_by_id(template.id)
    rows = wording.differences(stored, {name: typed[name] for name in campaigns.WORDING if name in typed})
    _put(stored, typed)
    conflict = {"sentence": refusal.sentence.said_by(_), "rows": rows}
    return _page(stored, conflict=conflict, why=request.form.get("why", ""))


def _put(template: Template, typed: dict) -> None:
    for name, value in typed.items():
        setattr(template, name, value)


def _label(field: str) -> str:
    return _("Placeholders") if field.startswith("placeholder-") else wording.label_of(field)


def _page(template: Template, **said) -> str:
    shown = wording.page(template, **said)
    return render_template(
        "scenarios/form.html",
        **{"typed": None, "why": ""} | shown,
        template=template,
        saved_version=template.version,
        rows=_rows(template),
        types=[(kind, _(word)) for kind, word in placeholders.TYPES.items()],
        follow_ups=[_follow_up(template, what) for what in FOLLOW_UPS],
        policies=[("", _("as its kind has it")), *((code, _(doubt.IN_WORDS[code])) for code in POLICIES)],
        senders=filling.senders(template),
        lacking_texts=[_caption(*where) for where in scenarios.untranslated(template)],
        stale_texts=[_caption(*where) for where in scenarios.stale(template)],
        versions=(versions := list(scenarios.versions_of(template))),
        is_new=len(versions) == 1 and not versions[0].wording.get("name"),  # begun, and never saved
        receivers=[("", _("choose"))]
        + [(one.id, one.name) for one in scenarios.receivers(template.organisation)],
        now=clock.now(),
    )


def _rows(template: Template) -> list[dict]:
    blank = {"name": "", "label": "", "type": "text"}
    defined = (template.placeholders or [])[:MOST_PLACEHOLDERS]
    rows = [*defined, *[blank] * min(BLANK_ROWS, MOST_PLACEHOLDERS - len(defined))]
    return [row | {"options": "\n".join(map(_line, row.get("options", ())))} for row in rows]


def _line(option: dict[str, str]) -> str:
    """An option as its line: the languages in their order, up to the last that has words."""
    return " | ".join(option.get(lang, "") for lang in LANGUAGES).rstrip(" |")


def _follow_up(template: Template, what: str) -> dict:
    texts = (template.follow_ups or {}).get(what, {})
    spoken = {lang for _what, _channel, lang, _text in scenarios.all_texts(template)}
    return {
        "what": what,
        "label": wording.capital(_(FOLLOW_UPS[what])),
        "is_open": bool(texts),
        "fields": [
            {
                "name": f"{what}-{wording.key(channel, lang, part)}",
                "label": _field_label(channel, lang, part),
                "channel": channel,
                "lang": lang,
                "is_spoken": lang in spoken or lang == template.fallback_language,
                "is_line": part == "subject",
                "text": texts.get(channel, {}).get(lang, {}).get(part, ""),
            }
            for channel in CHANNELS
            for lang in LANGUAGES
            for part in wording.PARTS[channel]
            if part != "recording"
        ],
    }


def _field_label(channel: str, lang: str, part: str) -> str:
    return wording.label_of(wording.key(channel, lang, part))


def _caption(what: str, channel: str, lang: str) -> str:
    said = f"{wording.capital(_(CHANNELS[channel]))}, {_(LANGUAGE_NAMES[lang])}"
    return f"{wording.capital(_(FOLLOW_UPS[what]))}: {said}" if what else said
