"""Operators: who sits at the telephone since when, planned shifts beside the need, and the sheet for the relief."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import board, floor, presence, relief, shifts, statistics
from dispatch.centre import form as annex3
from dispatch.centre.floor import DESK_NAMES
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGE_NAMES
from models import Emergency, Presence, Shift, User
from views import guard, lookups, sheet_page
from views.render import hour

pages = Blueprint("operators", __name__)

LABELS = {
    "languages": _l("Languages"),
    "begins_at": _l("From"),
    "ends_at": _l("Until"),
    "operators": _l("Operators"),
}
SHIFT_FIELDS = ("begins_at", "ends_at", "operators", "desk")


@pages.get("/operators")
@guard.needs("call.take")
def index():
    seat = presence.seat_of(current_user)
    running = floor.running(current_user)
    if not seat and not running:
        return render_template("operators/empty.html")
    return redirect(url_for(".show", id=seat.emergency_id if seat else running[0].id))


@pages.get("/emergencies/<int:id>/operators")
@guard.needs("call.take")
def show(id: int):
    return _page(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/operators/enter")
@guard.needs("call.take")
def enter(id: int):
    emergency = lookups.floor_of(id)
    operator = _operator(emergency)
    facts = {"desk": request.form.get("desk", ""), "languages": request.form.getlist("languages")}
    return _done(
        emergency,
        lambda: presence.enter(emergency, operator, by=current_user, now=clock.now(), **facts),
        _("%(name)s sits at the telephone.", name=operator.name),
        to="calls.show" if operator.id == current_user.id else "operators.show",
    )


@pages.post("/emergencies/<int:id>/operators/leave")
@guard.needs("call.take")
def leave(id: int):
    emergency = lookups.floor_of(id)
    operator = _operator(emergency)
    return _done(
        emergency,
        lambda: presence.leave(emergency, operator, by=current_user, now=clock.now()),
        _("%(name)s is away.", name=operator.name),
    )


@pages.post("/emergencies/<int:id>/shifts")
@guard.needs("activation.answer")
def plan(id: int):
    emergency, now, form = lookups.floor_of(id), clock.now(), request.form
    number = form.get("operators", "").strip()
    facts = {
        "desk": form.get("desk", ""),
        "begins_at": annex3.moment(form.get("begins_at", ""), now),
        "ends_at": annex3.moment(form.get("ends_at", ""), now),
        "operators": int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0,
        "languages": form.getlist("shift-languages"),
    }
    return _done(
        emergency,
        lambda: shifts.plan(emergency, by=current_user, now=now, **facts),
        _("The shift is planned."),
    )


@pages.post("/emergencies/<int:id>/shifts/withdraw")
@guard.needs("activation.answer")
def withdraw(id: int):
    emergency = lookups.floor_of(id)
    shift = lookups.within(emergency, Shift, request.form.get("shift", ""))
    return _done(
        emergency,
        lambda: shifts.withdraw(shift, by=current_user, now=clock.now()),
        _("The shift is taken back."),
    )


@pages.get("/emergencies/<int:id>/relief.pdf")
@guard.needs("call.take")
def relief_sheet(id: int):
    """The sheet for whoever takes over, as things stand now, in the reader's language."""
    emergency, now = lookups.emergency_of(id), clock.now()
    content = relief.paper(emergency, current_user.language, now)
    name = relief.filename(emergency, now)
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


def _done(emergency: Emergency, deed, said: str, to: str = "operators.show"):
    try:
        deed()
    except Incomplete as refusal:
        return _page(emergency, refusal.faults), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for(".show", id=emergency.id), 303)
    flash(said)
    return redirect(url_for(to, id=emergency.id), 303)


def _operator(emergency: Emergency) -> User:
    return lookups.operator_of(emergency, request.form.get("operator", "") or str(current_user.id))


def _page(emergency: Emergency, faults: dict | None = None) -> str:
    now = clock.now()
    shown = board.of(emergency, now)
    planned = shifts.planned(emergency, now)
    supervises = floor.is_supervised_by(current_user, emergency)
    told = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    noted = statistics.noted_by(emergency, statistics.quarter_of(now))
    return render_template(
        "operators/show.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        leads=sheet_page.leads(emergency, now),
        board=shown,
        supervises=supervises,
        is_over=emergency.ended_at is not None,
        mine=next((seat for seat in shown.seats if seat.operator_id == current_user.id), None),
        needed_at=presence.needed_at(emergency, current_user),
        seats=[_seat(seat, noted) for seat in shown.seats],
        absent=[(user.id, user.name) for user in presence.absent(emergency) if user.id != current_user.id]
        if supervises
        else [],
        offered=_offered(),
        desks=[(desk, _(name)) for desk, name in DESK_NAMES.items()],
        languages=[(code, _(name)) for code, name in LANGUAGE_NAMES.items()],
        plan=_plan(planned, shown, now),
        shifts=[(shift, _(DESK_NAMES[shift.desk])) for shift in planned],
        change=shifts.next_change(planned, now),
        typed={name: request.form.get(name, "") for name in (*SHIFT_FIELDS, "operator")},
        this_hour=hour(now),
        faults=told,
        summary=[(name, LABELS[name], said) for name, said in told.items()],
        now=now,
    )


def _offered() -> dict:
    """Desk and languages as this person sat the last time."""
    last = presence.last_of(current_user)
    if request.form.get("desk"):
        return {"desk": request.form["desk"], "languages": request.form.getlist("languages")}
    if last:
        return {"desk": last.desk, "languages": last.languages}
    return {"desk": "d5", "languages": [current_user.language]}


def _seat(seat: Presence, noted: dict[int, int]) -> dict:
    return {
        "operator": seat.operator,
        "desk": _(DESK_NAMES[seat.desk]),
        "languages": ", ".join(_(LANGUAGE_NAMES[language]) for language in seat.languages),
        "since": seat.from_at,
        "calls": noted.get(seat.operator_id, 0),
    }


def _plan(planned: list[Shift], shown: board.Board, now) -> list[tuple]:
    """At each coming change how many are planned at D5, beside what is needed now: [(moment, planned, short)]."""
    answering = [shift for shift in planned if shift.desk == "d5"]
    moments = sorted({at for shift in answering for at in (shift.begins_at, shift.ends_at) if at > now})
    found = [(at, shifts.number_at(answering, at)) for at in (now, *moments[:10])]
    return [(at, number, max(0, shown.advice.needed - number)) for at, number in found] if planned else []
