"""How a number closes: the plan that is confirmed in writing, taking it back, and opening again within a day."""

from datetime import datetime

from flask import Blueprint, current_app, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import closing, scale_up
from dispatch.centre import request as wording
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import DAY_AND_HOUR, DAY_OF_A_YEAR_AND_HOUR, InFigures
from models import Activation, ClosingPlan
from views import activation_form, guard, identity
from views.activation_form import said, with_identity
from views.activation_page import one, still_waits, to

pages = Blueprint("closings", __name__)
ROWS = 3
LABELS = {
    "closes_at": _l("The number closes"),
    "redirect": _l("Number for callers afterwards"),
    "greeting": _l("Text for the greeting"),
    "password": _l("Your password"),
    **{f"phase-{n}-from": _l("Phase: from") for n in range(ROWS)},
    **{f"phase-{n}-hours": _l("Phase: opening hours") for n in range(ROWS)},
    **{f"phase-{n}-operators": _l("Phase: operators") for n in range(ROWS)},
}


@pages.get("/activations/<int:id>/closing")
@guard.needs("activation.see")
def form(id: int):
    activation = one(id)
    scale_up.demand_control(activation, current_user, clock.now())
    return _plan(activation, _written(closing.holding(activation), clock.now()))


@pages.post("/activations/<int:id>/closing")
@guard.needs("activation.see")
def confirm(id: int):
    activation, typed, now = one(id), _typed(), clock.now()
    scale_up.demand_control(activation, current_user, now)
    is_confirmed, sentence = activation_form.confirmed()
    try:
        closing.confirm(activation, typed, by=current_user, now=now, is_confirmed=is_confirmed)
    except Incomplete as refusal:
        return _plan(activation, typed, with_identity(refusal, sentence)), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    current_app.extensions["jobs"].wake()
    flash(_("Confirmed in writing. The centre has the plan, and still has to acknowledge it."), "done")
    return to(activation)


def _typed() -> closing.Typed:
    sent = request.form.get
    phases = tuple(
        tuple(sent(f"phase-{n}-{part}", "") for part in ("from", "hours", "operators")) for n in range(ROWS)
    )
    return closing.Typed(phases, sent("closes_at", ""), sent("redirect", ""), sent("greeting", ""))


def _written(plan: ClosingPlan | None, now: datetime) -> closing.Typed:
    """The plan that holds as somebody would type it again; what has begun is over and left out."""
    if not plan:
        return closing.Typed((), "", "", "")
    begins = [(datetime.fromisoformat(row["from_at"]), row) for row in plan.phases]
    phases = tuple((_again(at, now), row["hours"], row["operators"]) for at, row in begins if at > now)
    return closing.Typed(phases, _again(plan.closes_at, now), wording.phone(plan.redirect), plan.greeting)


def _again(at: datetime, now: datetime) -> str:
    """A moment as it is read back: with its year when that is not this one."""
    is_this_year = clock.local(at).year == clock.local(now).year
    return InFigures(at, DAY_AND_HOUR if is_this_year else DAY_OF_A_YEAR_AND_HOUR).said_by(_)


def _plan(activation: Activation, typed: closing.Typed, faults=None) -> str:
    empty = ("", "", "")
    return render_template(
        "closings/form.html",
        **activation_form.mood(activation),
        activation=activation,
        typed=typed,
        phases=[*typed.phases, *[empty] * ROWS][:ROWS],
        is_change=closing.holding(activation) is not None,
        still_waits=still_waits(activation) if activation.emergency_id else [],
        **identity.asked(),
        **said(faults, LABELS),
    )


@pages.get("/activations/<int:id>/keep-open")
@guard.needs("activation.see")
def keeping(id: int):
    return _asked(one(id), "closings/keep.html")


@pages.post("/activations/<int:id>/keep-open")
@guard.needs("activation.see")
def keep(id: int):
    said_so = _("The number stays open. The centre is told in writing.")
    return _done(one(id), closing.take_back, "closings/keep.html", said_so)


@pages.get("/activations/<int:id>/reopen")
@guard.needs("activation.see")
def reopening(id: int):
    return _asked(one(id), "closings/reopen.html")


@pages.post("/activations/<int:id>/reopen")
@guard.needs("activation.see")
def reopen(id: int):
    said_so = _("Asked to open again. The clock of the promise runs anew.")
    return _done(one(id), closing.reopen, "closings/reopen.html", said_so)


def _asked(activation: Activation, template: str, faults=None) -> str:
    scale_up.demand_control(activation, current_user, clock.now())
    return render_template(
        template,
        **activation_form.mood(activation),
        activation=activation,
        **identity.asked(),
        **said(faults, LABELS),
    )


def _done(activation: Activation, deed, template: str, said_so: str):
    scale_up.demand_control(activation, current_user, clock.now())
    is_confirmed, sentence = activation_form.confirmed()
    try:
        deed(activation, by=current_user, now=clock.now(), is_confirmed=is_confirmed)
    except WrongMoment as refusal:
        return to(activation, refusal)
    except Refusal as refusal:
        return _asked(activation, template, {"password": sentence or refusal.sentence}), 422
    current_app.extensions["jobs"].wake()
    flash(said_so, "done")
    return to(activation)
