"""What an activation costs: the running total, what closing later would cost, statements as PDF and spreadsheet."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, papers, rights
from dispatch.centre import costs, statements
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from models import Activation, Statement
from views import activation_page, guard, lookups, render
from views.activation_form import mood
from views.bins import attached

pages = Blueprint("costs", __name__)
FILES = {
    "pdf": (papers.statement_paper, statements.PDF),
    "xlsx": (papers.statement_workbook, statements.XLSX),
}


@pages.get("/activations/<int:id>/costs")
@guard.needs("activation.see")
def show(id: int):
    activation = lookups.activation_of(id)
    contents, fault = _contents(activation)
    return render_template(
        "costs/show.html",
        **total_of(activation),
        **mood(activation),
        bills=[_told(activation, content) for content in contents.values()],
        fault=fault,
        drawn=[_drawn(one) for one in statements.seen_by(current_user, activation)],
        may_draw_up=_may_draw_up(activation),
        is_provisional=not activation.is_over,
    )


@pages.get("/activations/<int:id>/costs/total")
@guard.needs("activation.see")
def total(id: int):
    return render_template("costs/_total.html", **total_of(lookups.activation_of(id)))


def total_of(activation: Activation) -> dict:
    """What the running total shows, for this page and for a board: amounts None where there is no tariff."""
    now, emergency = clock.now(), activation.emergency
    reckoned = costs.bill(emergency, now) if emergency else None
    is_live = activation.status in ("open", "closing")
    return {
        "activation": activation,
        "now": now,
        "mills": reckoned.mills if reckoned else None,
        "mine": reckoned.of(activation) if reckoned else None,
        "is_shared": bool(reckoned) and len({line.span.parties for line in reckoned.lines}) > 1,
        "is_demonstration": bool(reckoned) and reckoned.prices.is_demonstration,
        "later": costs.if_closed(emergency, now) if is_live and reckoned else [],
        "is_live": is_live,
    }


def _contents(activation: Activation) -> tuple[dict, str]:
    """What each bearer pays that this person may know of, or why nothing can be reckoned."""
    try:
        found = statements.reckon(activation, clock.now())
    except Refusal as refusal:
        return {}, refusal.sentence.said_by(_)
    house = current_user.organisation_id
    if house in (activation.municipality_id, activation.agreement.centre_id):
        return found, ""
    return {bearer: content for bearer, content in found.items() if bearer == house}, ""


def _told(activation: Activation, content: dict) -> dict:
    return statements.told(content, str(render.locale()), practice=activation.is_practice)


def _drawn(one: Statement) -> dict:
    return {
        "number": one.number,
        "bearer": one.bearer.name,
        "made_at": one.made_at,
        "mills": one.mills,
        "is_demonstration": one.content["is_demonstration"],
        "corrects": one.corrects.number if one.corrects_id else None,
        "reason": one.reason,
    }


def _may_draw_up(activation: Activation) -> bool:
    is_mixed = guard.is_mixed(activation)
    return rights.may(current_user, "activation.answer") and activation.status == "closed" and not is_mixed


@pages.get("/activations/<int:id>/statement")
@guard.needs("activation.answer")
def drawing_up(id: int):
    activation = lookups.activation_of(id)
    if not _may_draw_up(activation):
        abort(404)
    return _page(activation)


def _page(activation: Activation, fault: str = "") -> str:
    contents, missing = _contents(activation)
    return render_template(
        "costs/draw_up.html",
        activation=activation,
        **mood(activation),
        amounts=[(content["bearer"], content["mills"]) for content in contents.values()],
        has_statement=bool(statements.of_activation(activation)),
        is_demonstration=any(content["is_demonstration"] for content in contents.values()),
        missing=missing,
        fault=fault,
        typed=request.form.get("reason", ""),
    )


@pages.post("/activations/<int:id>/statement")
@guard.needs("activation.answer")
def draw_up(id: int):
    activation = lookups.activation_of(id)
    if guard.is_mixed(activation):
        raise NotAllowed(activation_page.MIXED)
    reason = request.form.get("reason")
    try:
        if reason is None:
            statements.draw_up(activation, by=current_user, now=clock.now())
        else:
            statements.correct(activation, reason, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for(".show", id=id), 303)
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        return _page(activation, refusal.sentence.said_by(_)), 422
    flash(
        _(
            "The statement is drawn up. Whoever pays finds it here, and in their mail where we know an address."
        ),
        "done",
    )
    return redirect(url_for(".show", id=id), 303)


@pages.get("/activations/<int:id>/statement.<any(pdf,xlsx):kind>")
@guard.needs("activation.see")
def file(id: int, kind: str):
    """A statement as it was drawn up (`number`), or the provisional one of a bearer (`bearer`) as it stands now."""
    activation = lookups.activation_of(id)
    number = request.args.get("number", 0, type=int)
    content = _kept(activation, number, kind) if number else _provisional(activation, kind)
    statements.take(activation, kind, by=current_user, now=clock.now(), number=number)
    return attached(content, statements.filename(activation, number, kind), FILES[kind][1])


def _kept(activation: Activation, number: int, kind: str) -> bytes:
    found = [one for one in statements.seen_by(current_user, activation) if one.number == number]
    if not found:
        abort(404)
    return bytes((found[0].document if kind == "pdf" else found[0].workbook).content)


def _provisional(activation: Activation, kind: str) -> bytes:
    contents, _fault = _contents(activation)
    bearer = request.args.get("bearer", "")
    chosen = [one for one in contents.values() if bearer in ("", one["bearer"])] or abort(404)
    write, _media_type = FILES[kind]
    return write(_told(activation, chosen[0]), str(render.locale()))
