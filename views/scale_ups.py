"""Scale-up: handing an activation to a higher authority, taking it back while nobody took it, and taking it over."""

from flask import Blueprint, abort, current_app, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import form as annex3
from dispatch.centre import handover, scale_up
from dispatch.errors import Incomplete, WrongMoment
from models import Activation
from views import activation_form, guard, identity
from views.activation_form import said, with_identity
from views.activation_page import one, to
from views.render import hour

pages = Blueprint("scale_ups", __name__)
PARTS = ("name", "phone", "email")
LABELS = {
    "authority": _l("Higher authority"),
    "from_at": _l("From which moment on"),
    "reason": _l("Reason"),
    "password": _l("Your password"),
    "liaison_name": _l("Liaison officer"),
    "liaison_phone": _l("Mobile"),
    "liaison_email": _l("E-mail"),
}


@pages.get("/activations/<int:id>/scale-up")
@guard.needs("activation.see")
def form(id: int):
    activation, now = _requested(id), clock.now()
    scale_up.demand_control(activation, current_user, now)
    scale_up.demand_begun(activation)
    return _giving(activation, {"from_at": hour(now)})


@pages.post("/activations/<int:id>/scale-up")
@guard.needs("activation.see")
def give(id: int):
    activation, now = _requested(id), clock.now()
    scale_up.demand_control(activation, current_user, now)
    scale_up.demand_begun(activation)
    is_confirmed, sentence = activation_form.confirmed()
    chosen = [activation]
    if request.form.get("all"):
        chosen = scale_up.reach(activation, current_user, now)
    found = scale_up.authorities(activation, now)
    try:
        scale_up.offer(
            chosen,
            to=next((row for row in found if str(row.id) == request.form.get("authority")), None),
            from_at=annex3.moment(request.form.get("from_at", ""), now),
            reason=request.form.get("reason", ""),
            states=[handover.state(row, now) for row in chosen],
            by=current_user,
            now=now,
            is_confirmed=is_confirmed,
        )
    except Incomplete as refusal:
        return _giving(activation, request.form, with_identity(refusal, sentence)), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    flash(_("Signed. You stay in control until the higher authority takes it."), "done")
    return to(activation)


def _requested(id: int) -> Activation:
    """A draft is in nobody's hands yet, so there is nothing to pass on."""
    activation = one(id)
    return abort(404) if activation.is_draft else activation


def _giving(activation: Activation, typed, faults=None) -> str:
    now = clock.now()
    return render_template(
        "scale_ups/give.html",
        **activation_form.mood(activation),
        activation=activation,
        typed={name: typed.get(name, "") for name in ("authority", "from_at", "reason", "all")},
        authorities=[(str(row.id), row.name) for row in scale_up.authorities(activation, now)],
        others=[row.municipality.name for row in scale_up.reach(activation, current_user, now)[1:]],
        stands=handover.stands(handover.state(activation, now), current_user.language),
        **identity.asked(),
        **said(faults, LABELS),
    )


@pages.post("/activations/<int:id>/scale-up/withdraw")
@guard.needs("activation.see")
def withdraw(id: int):
    activation = one(id)
    try:
        scale_up.withdraw(activation, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        return to(activation, refusal)
    flash(_("Taken back. You stay in control."), "done")
    return to(activation)


@pages.get("/activations/<int:id>/take")
@guard.needs("activation.take")
def taking(id: int):
    activation = one(id)
    typed = {"liaison_name": current_user.name, "liaison_phone": current_user.phone}
    try:
        return _taking(activation, typed | {"liaison_email": current_user.email})
    except WrongMoment as refusal:
        return to(activation, refusal)


@pages.post("/activations/<int:id>/take")
@guard.needs("activation.take")
def take(id: int):
    activation = one(id)
    is_confirmed, sentence = activation_form.confirmed()
    try:
        handover.take(
            activation,
            liaison={part: request.form.get(f"liaison_{part}", "") for part in PARTS},
            with_others=bool(request.form.get("all")),
            by=current_user,
            now=clock.now(),
            is_confirmed=is_confirmed,
        )
    except Incomplete as refusal:
        return _taking(activation, request.form, with_identity(refusal, sentence)), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    current_app.extensions["jobs"].wake()
    flash(_("Taken over. The centre and the municipality have the record."), "done")
    return to(activation)


def _taking(activation: Activation, typed, faults=None) -> str:
    now = clock.now()
    offers = scale_up.together(activation, current_user)
    return render_template(
        "scale_ups/take.html",
        **activation_form.mood(activation),
        activation=activation,
        offer=offers[0],
        now=now,
        typed={name: typed.get(name, "") for name in (*LABELS, "all")},
        others=[row.activation.municipality.name for row in offers[1:]],
        stands=handover.stands(handover.state(activation, now), current_user.language),
        **identity.asked(),
        **said(faults, LABELS),
    )
