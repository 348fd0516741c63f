"""The preparation of a municipality: how ready it is, plans, reception centres, zones, standing questions, words."""

from collections import defaultdict
from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import agreements, preparation, readiness, streets, two_hands
from dispatch.centre.two_hands import TwoHands
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people.numbers import national
from dispatch.words import LANGUAGE_NAMES
from models import LANGUAGES, Organisation, Plan, Reception, SafetyZone, StandingQuestion
from views import guard, list_reading, lookups
from views.agreements import day_typed
from views.bins import attached

pages = Blueprint("preparation", __name__)
LINES = {
    "agreement": (_l("Agreement with the contact centre"), "promises.index"),
    "persons": (_l("Authorised persons, annex 1"), "annex_1.show"),
    "annexes": (_l("Annexes 2 to 7"), "promises.index"),
    "costs": (_l("Nothing is paid ahead: costs follow the tariff of annex 4 in force"), "promises.index"),
    "plans": (_l("Emergency plans"), "preparation.new_plan"),
    "receptions": (_l("Reception centres"), "preparation.new_reception"),
    "zones": (_l("Safety zones"), "preparation.new_zone"),
    "languages": (_l("Standing questions in four languages"), "preparation.new_question"),
    "dated": (_l("Looked through within a year"), None),
    "exercise": (_l("An exercise within a year"), "exercises.index"),
}
LABELS = {
    "name": _l("Name"),
    "dated_on": _l("Date of the plan"),
    "file": _l("File"),
    "address": _l("Address"),
    "capacity": _l("Room for how many people"),
    "contact": _l("Contact person"),
    "phone": _l("Phone"),
    "is_accessible": _l("Accessible with a wheelchair"),
    "takes_pets": _l("Pets may come along"),
    "streets": _l("Streets"),
    "topic": _l("Topic"),
    "places": _l("Places"),
    "recommendations": _l("Recommendations to the population"),
}
PARTS = {"question": _l("Question, %(language)s"), "answer": _l("Answer, %(language)s")}


def _town() -> Organisation:
    """This person's municipality; the preparation of another kind of organisation does not exist."""
    here = current_user.organisation
    return here if here.kind == "municipality" else abort(404)


@pages.get("/preparation")
@guard.needs("promise.see")
def index():
    town, now = _town(), clock.now()
    found = readiness.of(town, now)
    return render_template(
        "preparation/index.html",
        found=found,
        steps=[_step(line) for line in found.lines],
        next=_step(found.next) if found.next else None,
        basics=preparation.basics(town),
        plans=list(preparation.of(Plan, town)),
        receptions=list(preparation.of(Reception, town)),
        zones=list(preparation.of(SafetyZone, town)),
        questions=[(one, _worded_question(one), _lacking(one)) for one in preparation.standing(town)],
        taken_away=[_gone(part) for part in preparation.taken_away(town, now)],
        may_change=rights.may(current_user, "preparation.change"),
        now=now,
    )


def _gone(part) -> dict:
    name = _worded_question(part) if isinstance(part, StandingQuestion) else part.name
    return {"key": f"{part._meta.table_name}:{part.id}", "name": name, "at": part.removed_at}


def _step(line: readiness.Line) -> dict:
    label, endpoint = LINES[line.name]
    return {
        "name": line.name,
        "label": label,
        "url": url_for(endpoint) if endpoint and _may_follow(endpoint) else f"#{_place(line.name)}",
        "is_done": line.is_done,
        "on": line.on,
        "missing": line.missing.said_by(_) if line.missing else "",
    }


def _place(name: str) -> str:
    return (
        name if name in ("plans", "receptions", "zones") else "questions" if name == "languages" else "dated"
    )


def _may_follow(endpoint: str) -> bool:
    return not endpoint.startswith("preparation.") or rights.may(current_user, "preparation.change")


def _worded_question(one: StandingQuestion) -> str:
    """The question in the reader's language, or in the first that there is."""
    known = one.question
    return known.get(current_user.language) or next(iter(known.values()), "")


def _lacking(one: StandingQuestion) -> str:
    return ", ".join(_(LANGUAGE_NAMES[lang]) for lang in preparation.languages_lacking(one))


@pages.post("/preparation/check")
@guard.needs("preparation.change")
def check():
    preparation.check(_town(), by=current_user, now=clock.now())
    return _back(_("Noted: the preparation is right as it stands today."))


def _back(said: str):
    flash(said, "done")
    return redirect(url_for("preparation.index"), 303)


def _kept(deed, page, said: str):
    """Does one deed and leads back; what was wrong is said on the form, with all that was typed."""
    try:
        deed()
    except TwoHands as refusal:
        return page({}, refusal), 409
    except Incomplete as refusal:
        return page({name: sentence.said_by(_) for name, sentence in refusal.faults.items()}), 422
    except WrongMoment:
        raise
    except Refusal as refusal:
        if not refusal.field:
            raise
        return page({refusal.field: refusal.sentence.said_by(_)}), 422
    return _back(said)


def _laid_over(stored: dict[str, str]) -> dict[str, str]:
    """What was typed laid over what is stored now; raises TwoHands where somebody else changed the same field."""
    typed = {name: _tidy(request.form.get(name, "")) for name in stored}
    shown = {name: request.form[f"was-{name}"] for name in stored if f"was-{name}" in request.form}
    return two_hands.combined(stored, typed, shown)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _page(
    template: str,
    part,
    faults: dict[str, str],
    stored: dict[str, str],
    clash: TwoHands | None = None,
    **shown,
) -> str:
    marks = {name: two_hands.mark(stored, name) for name in stored}
    if request.method == "POST" and not clash:  # what was seen stays what was seen
        marks = {name: request.form[f"was-{name}"] for name in stored if f"was-{name}" in request.form}
    return render_template(
        f"preparation/{template}.html",
        part=part,
        marks=marks if part else {},
        conflict=clash and _conflict(clash, stored),
        typed=defaultdict(str, clash.kept if clash else request.form.items()),
        is_posted=request.method == "POST",
        faults=defaultdict(lambda: None, faults),
        summary=[(field, _label(field), said) for field, said in faults.items()],
        **shown,
    )


def _conflict(clash: TwoHands, stored: dict[str, str]) -> dict:
    rows = [(_label(name), _shown(name, stored), _shown(name, clash.kept)) for name in clash.names]
    return {"sentence": clash.sentence.said_by(_), "rows": rows}


def _shown(name: str, fields: Mapping[str, str]) -> str:
    if name in TICKS:
        return _("yes") if fields[name] else _("no")
    return fields[name]


def _label(field: str) -> str:
    part, _bar, lang = field.partition("-")
    return str(PARTS[part]) % {"language": _(LANGUAGE_NAMES[lang])} if lang else str(LABELS[part])


@pages.route("/preparation/words", methods=["GET", "POST"])
@guard.needs("preparation.change")
def words():
    town = _town()
    part = preparation.basics(town)
    stored = {"places": "\n".join(part.places), "recommendations": part.recommendations}

    def page(faults, clash=None):
        return _page("words", part, faults, stored, clash)

    if request.method == "GET":
        return page({})

    def deed():
        preparation.write_basics(town, **_laid_over(stored), by=current_user, now=clock.now())

    return _kept(deed, page, _("The places and recommendations are kept."))


# ── Plans ───────────────────────────────────────────────────────────────


@pages.route("/preparation/plans/new", methods=["GET", "POST"])
@guard.needs("preparation.change")
def new_plan():
    town = _town()

    def page(faults):
        return _page("plan", None, faults, {})

    if request.method == "GET":
        return page({})
    file = request.files.get("file")
    content, name = (file.read(), file.filename or "") if file else (b"", "")

    def deed():
        title, dated_on = request.form.get("name", ""), day_typed("dated_on")
        preparation.add_plan(town, title, dated_on, content, name, by=current_user, now=clock.now())

    return _kept(deed, page, _("The plan is kept."))


@pages.get("/plans/<int:id>/file")
@guard.needs("promise.see")
def plan_file(id: int):
    document = lookups.plan_of(id).document
    return attached(bytes(document.content), document.filename, "application/pdf")


@pages.post("/plans/<int:id>/remove")
@guard.needs("preparation.change")
def remove_plan(id: int):
    return _removed(lookups.plan_of(id))


def _removed(part):
    preparation.remove(part, by=current_user, now=clock.now())
    return _back(_("Taken out of the preparation. For 30 days it can be put back at the foot of this page."))


@pages.post("/preparation/back")
@guard.needs("preparation.change")
def put_back():
    part = lookups.taken_away_of(request.form.get("part", ""))
    preparation.put_back(part, by=current_user, now=clock.now())
    return _back(_("It stands in the preparation again, as it was."))


# ── Reception centres ───────────────────────────────────────────────────

RECEPTION = ("name", "address", "capacity", "contact", "phone")
TICKS = ("is_accessible", "takes_pets")


@pages.route("/preparation/receptions/new", methods=["GET", "POST"])
@guard.needs("preparation.change")
def new_reception():
    return _reception(_town(), None)


@pages.route("/receptions/<int:id>", methods=["GET", "POST"])
@guard.needs("preparation.change")
def reception(id: int):
    found = lookups.reception_of(id)
    return _reception(found, found)


def _reception(where, part: Reception | None):
    phone = national(part.phone) if part and part.phone else ""
    stored = dict.fromkeys((*RECEPTION, *TICKS), "")
    if part:
        stored = {name: str(getattr(part, name)) for name in RECEPTION} | {"phone": phone}
        stored |= {name: "1" if getattr(part, name) else "" for name in TICKS}

    def page(faults, clash=None):
        return _page("reception", part, faults, stored, clash, phone=phone)

    if request.method == "GET":
        return page({})

    def deed():
        facts = _laid_over(stored)
        facts |= {name: bool(facts[name]) for name in TICKS}
        preparation.keep_reception(where, by=current_user, now=clock.now(), **facts)

    return _kept(deed, page, _("The reception centre is kept."))


@pages.post("/receptions/<int:id>/remove")
@guard.needs("preparation.change")
def remove_reception(id: int):
    return _removed(lookups.reception_of(id))


# ── Zones ───────────────────────────────────────────────────────────────


@pages.route("/preparation/zones/new", methods=["GET", "POST"])
@guard.needs("preparation.change")
def new_zone():
    return _zone(_town(), None)


@pages.route("/safety-zones/<int:id>", methods=["GET", "POST"])
@guard.needs("preparation.change")
def zone(id: int):
    found = lookups.safety_zone_of(id)
    return _zone(found, found)


def _zone(where, part: SafetyZone | None):
    stored = {"name": part.name if part else "", "streets": "\n".join(part.streets) if part else ""}

    def page(faults, clash=None, read=None):
        listed = clash.kept["streets"] if clash else _listed(part, read)
        return _page("zone", part, faults, stored, clash, read=read, listed=listed)

    if request.method == "GET":
        return page({})
    file = request.files.get("file")
    if file and file.filename:
        return _read(file, page)

    def deed():
        preparation.keep_zone(where, **_laid_over(stored), by=current_user, now=clock.now())

    return _kept(deed, page, _("The zone is kept."))


def _read(file, page):
    """The streets of a spreadsheet go into the form, to be looked at: nothing is kept by it."""
    try:
        return page({}, read=streets.from_file(file.read(), file.filename, limits=list_reading.limits()))
    except Refusal as refusal:
        return page({"file": refusal.sentence.said_by(_)}), 422


def _listed(part: SafetyZone | None, read: streets.StreetList | None) -> str:
    """The streets, one a line: as they are kept, as they were typed, and what was read under them."""
    if request.method == "GET":
        return "\n".join(part.streets) if part else ""
    typed = request.form.get("streets", "")
    return "\n".join(preparation.lines("\n".join([typed, *read.streets]))) if read else typed


@pages.post("/safety-zones/<int:id>/remove")
@guard.needs("preparation.change")
def remove_zone(id: int):
    return _removed(lookups.safety_zone_of(id))


# ── Standing questions ──────────────────────────────────────────────────


@pages.route("/preparation/questions/new", methods=["GET", "POST"])
@guard.needs("preparation.change")
def new_question():
    return _question(_town(), None)


@pages.route("/standing-questions/<int:id>", methods=["GET", "POST"])
@guard.needs("preparation.change")
def question(id: int):
    found = lookups.standing_question_of(id)
    return _question(found, found)


def _question(where, part: StandingQuestion | None):
    stored = {"topic": part.topic if part else ""} | {
        f"{name}-{lang}": getattr(part, name).get(lang, "") if part else ""
        for name in ("question", "answer")
        for lang in LANGUAGES
    }

    def page(faults, clash=None):
        languages = [(lang, _(LANGUAGE_NAMES[lang])) for lang in LANGUAGES]
        return _page("question", part, faults, stored, clash, languages=languages)

    if request.method == "GET":
        return page({})

    def deed():
        typed = _laid_over(stored)
        texts = [{lang: typed[f"{name}-{lang}"] for lang in LANGUAGES} for name in ("question", "answer")]
        preparation.keep_question(where, typed["topic"], *texts, by=current_user, now=clock.now())

    return _kept(deed, page, _("The question is kept."))


@pages.post("/standing-questions/<int:id>/remove")
@guard.needs("preparation.change")
def remove_question(id: int):
    return _removed(lookups.standing_question_of(id))


@pages.post("/preparation/questions/publish")
@guard.needs("preparation.change")
def publish():
    agreement = agreements.valid_on(_town(), clock.local(clock.now()).date()) or abort(404)
    made = preparation.publish(agreement, by=current_user, now=clock.now())
    number = len(made.content["questions"])
    said = ngettext(
        "%(num)d question stands in annex 3, version %(version)d.",
        "%(num)d questions stand in annex 3, version %(version)d.",
        number,
        version=made.version,
    )
    return _back(said)
