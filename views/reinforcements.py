"""More operators: asked by the supervisor, agreed to or declined by whoever is in control, with the price in sight."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import board, floor, reinforcements, scale_up
from dispatch.centre import form as annex3
from dispatch.errors import Incomplete, WrongMoment
from models import Emergency, Reinforcement
from views import guard, lookups, sheet_page

pages = Blueprint("reinforcements", __name__)

LABELS = {"operators": _l("Operators"), "until_at": _l("Until"), "answer": _l("Why you decline")}


@pages.get("/emergencies/<int:id>/reinforcements")
@guard.needs("activation.see")
def show(id: int):
    return _page(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/reinforcements")
@guard.needs("activation.answer")
def ask(id: int):
    emergency, now, form = lookups.floor_of(id), clock.now(), request.form
    number = form.get("operators", "").strip()
    try:
        reinforcements.ask(
            emergency,
            operators=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0,
            until_at=annex3.moment(form.get("until_at", ""), now),
            reason=form.get("reason", ""),
            by=current_user,
            now=now,
        )
    except Incomplete as refusal:
        return _page(emergency, refusal.faults), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        flash(_("Asked. The answer appears on the board."), "done")
    return redirect(url_for(".show", id=id), 303)


@pages.post("/emergencies/<int:id>/reinforcements/decide")
@guard.needs("activation.see")
def decide(id: int):
    emergency = lookups.floor_of(id)
    asked = lookups.within(emergency, Reinforcement, request.form.get("asked", ""))
    is_agreed = request.form.get("choice") == "agree"
    try:
        reinforcements.decide(
            asked,
            is_agreed=is_agreed,
            answer=request.form.get("answer", ""),
            by=current_user,
            now=clock.now(),
        )
    except Incomplete as refusal:
        return _page(emergency, refusal.faults), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        flash(
            _("You agreed. The centre sees it.") if is_agreed else _("You declined. The centre sees why."),
            "done",
        )
    return redirect(url_for(".show", id=id), 303)


@pages.post("/emergencies/<int:id>/reinforcements/withdraw")
@guard.needs("activation.answer")
def withdraw(id: int):
    emergency = lookups.floor_of(id)
    asked = lookups.within(emergency, Reinforcement, request.form.get("asked", ""))
    try:
        reinforcements.withdraw(asked, by=current_user, now=clock.now())
        flash(_("The question is taken back."))
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for(".show", id=id), 303)


def _page(emergency: Emergency, faults: dict | None = None) -> str:
    now = clock.now()
    shown = board.of(emergency, now)
    told = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    supervises = floor.is_supervised_by(current_user, emergency)
    waiting = shown.asked
    number = request.form.get("operators") or request.args.get("number", "") or shown.advice.short or ""
    return render_template(
        "board/reinforcements.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        board=shown,
        may_ask=supervises and not waiting and emergency.ended_at is None,
        supervises=supervises,
        waiting=waiting,
        house=scale_up.bearer_at(waiting.activation, now).name if waiting else "",
        may_decide=bool(waiting) and reinforcements.may_decide(current_user, waiting, now),
        answered=[one for one in reinforcements.asked_of(emergency) if one.decided_at],
        number=str(number)[:5],
        until=request.form.get("until_at", ""),
        reason=request.form.get("reason", ""),
        faults=told,
        summary=[(name, LABELS[name], said) for name, said in told.items()],
        now=now,
    )
