"""D2: handing a call over, counts for everybody, and what relatives said for the few who may hear it."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import calls, drafts, victims
from dispatch.centre import request as wording
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGE_NAMES
from models import Call, Emergency, Organisation, VictimNote
from views import guard, lookups, sheet_page

pages = Blueprint("victims", __name__)

NAMES = {
    "caller": _l("Who calls?"),
    "phone": _l("On which number can they be called back?"),
    "sought": _l("Whom do they seek?"),
    "words": _l("What else must the D2 desk know?"),
    "to": _l("Who takes it over?"),
}
DESKS = {"d2_desk": _l("the D2 desk"), "second_line": _l("the second line")}


@pages.get("/emergencies/<int:id>/victims")
@guard.needs("activation.see")
def index(id: int):
    return _page(lookups.emergency_of(id))


def _page(emergency: Emergency, faults: dict | None = None) -> str:
    notes = victims.seen_by(current_user, emergency)
    faults = {name: fault.said_by(_) for name, fault in (faults or {}).items()}
    typed = {name: request.form.get(name, "") for name in (*NAMES, "municipality")}
    noted, nobody = _noted(emergency), victims.lacking(emergency)
    hints = {"second_line": wording.phone(emergency.second_line)}
    hints |= {to: sentence.said_by(_) for to, sentence in nobody.items()}
    takers = calls.takers(emergency)
    chosen = typed["to"] or (noted.handed_to if noted else "")
    return render_template(
        "victims/index.html",
        emergency=emergency,
        counts=victims.counts(emergency),
        sees=victims.may_see(current_user, emergency),
        notes=[(note, str(DESKS[note.handed_to]), _(LANGUAGE_NAMES[note.language])) for note in notes],
        may_hand_over=rights.may(current_user, "call.take") and not emergency.ended_at,
        names=NAMES,
        desks=[(to, DESKS[to], hints.get(to)) for to in takers],
        noted=noted,
        days=current_app.config["BELFORT_VICTIM_DAYS"],
        towns=[("", _("Not known")), *((town.id, town.name) for town in drafts.towns(emergency.id))],
        languages=[(lang, _(name)) for lang, name in LANGUAGE_NAMES.items()],
        lang_spoken=noted.language if noted and "lang" not in request.values else sheet_page.spoken(),
        typed=typed | {"to": chosen if chosen in takers else "d2_desk"},
        faults=faults,
        summary=[(name, NAMES[name], words) for name, words in faults.items()],
        now=clock.now(),
        **sheet_page.mood(emergency),
    )


@pages.post("/emergencies/<int:id>/victims")
@guard.needs("call.take")
def hand_over(id: int):
    emergency = sheet_page.keep_apart(lookups.emergency_of(id))
    to = request.form.get("to", "")
    facts = {"to": to, "language": sheet_page.spoken(), "municipality": _town(emergency)}
    facts["call"] = _noted(emergency)
    try:
        victims.hand_over(emergency, request.form, by=current_user, now=clock.now(), **facts)
    except Incomplete as refusal:
        return _page(emergency, refusal.faults), 422
    flash(_("Handed over. You cannot read it back, and need not."), "done")
    if nobody := victims.lacking(emergency).get(to):
        flash(nobody.said_by(_), "warn")
    return redirect(url_for(".index", id=id), 303)


def _noted(emergency: Emergency) -> Call | None:
    """The call that was counted by a key, and to which this form belongs."""
    call = request.values.get("call", "")
    is_number = call.isascii() and call.isdigit() and len(call) <= 18
    return victims.noted_call(emergency, int(call), current_user) if is_number else None


def _town(emergency: Emergency) -> Organisation | None:
    chosen = request.form.get("municipality", "")
    return next((town for town in drafts.towns(emergency.id) if str(town.id) == chosen), None)


@pages.get("/victim-notes/<int:id>")
@guard.needs("activation.see")
def show(id: int):
    """Each look is written down, so it is never part of another page."""
    note = victims.open_note(lookups.victim_note_of(id), by=current_user, now=clock.now())
    return render_template(
        "victims/show.html",
        note=note,
        emergency=note.emergency,
        desk=str(DESKS[note.handed_to]),
        language=_(LANGUAGE_NAMES[note.language]),
        taken_by=note.taken_by.name if note.taken_by_id else "",
        now=clock.now(),
        **sheet_page.mood(note.emergency),
    )


@pages.post("/victim-notes/<int:id>/take")
@guard.needs("activation.see")
def take(id: int):
    return _done(id, victims.take, _("You call back. Nobody else does meanwhile."))


@pages.post("/victim-notes/<int:id>/close")
@guard.needs("activation.see")
def close(id: int):
    return _done(id, victims.close, _("Closed."))


@pages.post("/victim-notes/<int:id>/give-back")
@guard.needs("activation.see")
def give_back(id: int):
    return _done(id, victims.give_back, _("It waits to be called back again."))


def _done(id: int, deed, said: str):
    note: VictimNote = lookups.victim_note_of(id)
    sheet_page.keep_apart(note.emergency)
    try:
        deed(note, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        flash(said, "done")
    return redirect(
        url_for(
            ".show" if deed is victims.take else ".index",
            id=id if deed is victims.take else note.emergency_id,
        ),
        303,
    )
