"""The contact centre: the municipality's form, and the request with its clock as both sides see it."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import activation as centre
from dispatch.centre import call_backs, closing, inquiries, notices, offers, scale_up, warnings
from dispatch.centre import clock as promise
from dispatch.centre import form as annex3
from dispatch.centre import request as wording
from dispatch.centre.two_hands import TwoHands
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import Sentence
from models import Activation
from views import activation_form, activation_page, guard, lookups
from views.activation_course import WARNED
from views.activation_page import one, to
from views.render import Look, hour

pages = Blueprint("activations", __name__)

SHOWN = 200


@dataclass(frozen=True)
class Row:
    """One activation in the list, with its clock."""

    activation: Activation
    title: str
    clock: promise.Clock | None
    began_at: datetime
    number: str  # once it is open
    flags: list[Look]  # what must be seen from afar


@pages.get("/activations")
@guard.needs("activation.see")
def index():
    may_fill, here = rights.may(current_user, "activation.fill"), current_user.organisation
    return render_template(
        "activations/index.html",
        may_fill=may_fill,
        has_agreement=may_fill and centre.valid_agreement(here, clock.now()) is not None,
        is_town=here.kind == "municipality",
        **_board(),
    )


@pages.get("/activations/board")
@guard.needs("activation.see")
def board():
    return render_template("activations/_board.html", **_board())


@pages.post("/activations/new")
@guard.needs("activation.fill")
def new():
    guard.demand_page_mode()
    try:
        activation = centre.open_draft(
            current_user.organisation, by=current_user, now=clock.now(), is_practice=guard.is_practice()
        )
    except Refusal as refusal:
        flash(refusal.sentence.said_by(_), "late")
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".form", id=activation.id), 303)


# ── The form ────────────────────────────────────────────────────────────


@pages.get("/activations/<int:id>/form")
@guard.needs("activation.fill")
def form(id: int):
    activation = one(id)
    if not activation.is_draft:
        return to(activation)
    return activation_form.page(activation, _faults(activation) if request.args.get("check") else None)


def _faults(activation: Activation) -> dict[str, Sentence]:
    """What keeps the form from being submitted, the password of the last attempt included."""
    said = session.pop("password_fault", "")
    return centre.missing(activation) | ({"password": Sentence(said)} if said else {})


@pages.post("/activations/<int:id>/form")
@guard.needs("activation.fill")
def save(id: int):
    activation = one(id)
    try:
        _write(activation)
    except TwoHands as refusal:
        return activation_form.both(activation, refusal), 409
    except WrongMoment as refusal:
        return to(activation, refusal)
    flash(_("Saved. You may go on later."))
    return redirect(url_for(".form", id=activation.id), 303)


def _write(activation: Activation) -> Activation:
    typed, shown = activation_form.typed(), activation_form.shown()
    return centre.write(activation, typed, by=current_user, now=clock.now(), shown=shown)


@pages.post("/activations/<int:id>/field")
@guard.needs("activation.fill")
def field(id: int):
    """Saves what was typed last; answers when, and what still misses. A form that was submitted leads to its page."""
    typed = activation_form.typed()
    try:
        activation = _write(one(id))
    except TwoHands as refusal:
        slots = {name: refusal.sentence for name in refusal.names}
        return render_template("activations/_unsaved.html", slots=slots), 422
    except WrongMoment:
        return "", 200, {"HX-Redirect": url_for(".show", id=id)}
    faults = activation_form.mistyped(activation)
    return render_template(
        "activations/_after_field.html",
        **activation_form.progress(activation),
        slots={name: faults.get(name) for name in activation_form.touched(typed)},
        with_special="arrangement" in typed,
        faults=faults,
    )


@pages.post("/activations/<int:id>/offered")
@guard.needs("activation.fill")
def put(id: int):
    """Keeps what was typed, and puts one prepared part behind it."""
    now = clock.now()
    try:
        activation = _write(one(id))
        field = offers.put(activation, request.form.get("offered", ""), by=current_user, now=now)
    except TwoHands as refusal:
        return activation_form.both(one(id), refusal), 409
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for(".form", id=id), 303)
    return redirect(url_for(".form", id=id, _anchor=field), 303)


@pages.post("/activations/<int:id>/submit")
@guard.needs("activation.fill")
def submit(id: int):
    activation, now = one(id), clock.now()
    try:
        activation = _write(activation)
        is_confirmed, sentence = activation_form.confirmed()
        centre.submit(activation, by=current_user, now=now, password_confirmed=is_confirmed)
    except Incomplete as refusal:
        # Not answered in place: whoever reloads that answer would post the old form over what was mended since.
        fault = sentence or refusal.faults.get("password")
        session["password_fault"] = fault.said_by(_) if fault else ""
        return redirect(url_for(".form", id=id, check=1), 303)
    except TwoHands as refusal:
        return activation_form.both(activation, refusal), 409
    except WrongMoment as refusal:
        return to(activation, refusal)
    current_app.extensions["jobs"].wake()
    flash(_submitted(activation, now), "done")
    return to(activation)


def _submitted(activation: Activation, now: datetime) -> str:
    if activation.is_practice:
        return _("The exercise began at %(hour)s. Nothing real was requested.", hour=hour(now))
    return _("Requested at %(hour)s. The clock of the promise runs.", hour=hour(now))


# ── The activation ──────────────────────────────────────────────────────


@pages.get("/activations/<int:id>")
@guard.needs("activation.see")
def show(id: int):
    activation = lookups.activation_of(id)
    if activation.is_draft and rights.may(current_user, "activation.fill"):
        return redirect(url_for(".form", id=id))
    return activation_page.page(activation)


@pages.get("/activations/<int:id>/clock")
@guard.needs("activation.see")
def clock_face(id: int):
    return render_template("activations/_clock.html", **activation_page.clock_of(lookups.activation_of(id)))


@pages.get("/activations/<int:id>/course")
@guard.needs("activation.see")
def course(id: int):
    return render_template("activations/_course.html", **activation_page.course_of(lookups.activation_of(id)))


@pages.get("/activations/<int:id>/form.pdf")
@guard.needs("activation.see")
def paper(id: int):
    """The form as it was received; a draft as it stands now, in the reader's language."""
    activation = lookups.activation_of(id)
    if activation.document_id:
        content, name = bytes(activation.document.content), activation.document.filename
    else:
        content = wording.paper(activation, activation.by, current_user.language)
        name = wording.filename(activation, activation.changed_at)
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


@pages.post("/activations/<int:id>/acknowledge")
@guard.needs("activation.answer")
def acknowledge(id: int):
    return _answered(one(id), centre.acknowledge, _("Acknowledged. The municipality sees it."))


@pages.post("/activations/<int:id>/open")
@guard.needs("activation.answer")
def open_number(id: int):
    opened_at = annex3.moment(request.form.get("opened_at", ""), clock.now(), is_past=True)
    number = request.form.get("number", "")
    return _answered(one(id), centre.open, _("The number is open."), number=number, opened_at=opened_at)


@pages.post("/activations/<int:id>/number")
@guard.needs("activation.answer")
def renumber(id: int):
    typed = {"number": request.form.get("number", ""), "seen": request.form.get("seen", "")}
    return _answered(one(id), centre.renumber, _("Corrected, for everybody who shares this number."), **typed)


@pages.post("/activations/<int:id>/refuse")
@guard.needs("activation.answer")
def refuse(id: int):
    reason = request.form.get("reason", "")
    return _answered(one(id), centre.refuse, _("Refused. The municipality sees why."), reason=reason)


@pages.post("/activations/<int:id>/close")
@guard.needs("activation.answer")
def close(id: int):
    at = annex3.moment(request.form.get("closed_at", ""), clock.now(), is_past=True)
    who = request.form.get("confirmed_by", "")
    return _answered(one(id), centre.close, _("The number is closed."), at=at, confirmed_by=who)


def _answered(activation: Activation, deed, said: str, **facts):
    """Does one deed of the centre and leads back to the activation, with what was wrong if anything was."""
    try:
        deed(activation, by=current_user, now=clock.now(), **facts)
    except Incomplete as refusal:
        return activation_page.page(activation, refusal.faults), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    flash(said, "done")
    return to(activation)


# ── What the list and the pages share ───────────────────────────────────


def _row(activation: Activation, flags: list[Look]) -> Row:
    place = activation.form.get("place", "")
    what = activation.form.get("emergency") or _("Form begun")
    title = f"{what}, {place}" if place else what
    running = centre.clock_of(activation, clock.now())
    began_at = running.requested_at if running else activation.created_at
    return Row(activation, title, running, began_at, wording.phone(activation.number), flags)


FLAGS = {
    "entered": Look("voice", "", _l("entered by the centre")),
    "wrong": Look("warn", "failed", _l("WRONG code at the call-back")),
    "asked": Look("warn", "unsure", _l("question without an answer")),
    "unread": Look("warn", "failed", _l("notice not acknowledged")),
    "overdue": Look("clock", "failed", _l("the moment of closing has come")),
    "offered": Look("warn", "unsure", _l("handed over, not taken yet")),
}


def _flags(activations: list[Activation]) -> dict[int, list[Look]]:
    """By activation what asks for a person, the same for both sides."""
    raised = {
        "entered": {one.id for one in activations if one.channel != "page"},
        "wrong": call_backs.wrong(activations),
        "asked": inquiries.waiting(activations),
        "unread": notices.unread(activations),
        "overdue": closing.overdue(activations, clock.now()),
        "offered": scale_up.waiting(activations),
    }
    return {one.id: [FLAGS[name] for name in FLAGS if one.id in raised[name]] for one in activations}


def under_way() -> list[Row]:
    """What was asked and is not over, as this person sees it: what is real first, then the newest."""
    seen = centre.seen_by(current_user).where(Activation.status.not_in(("draft", "closed", "refused")))
    found = sorted(seen.limit(SHOWN), key=lambda one: one.is_practice)
    flags = _flags(found)
    return [_row(one, flags[one.id]) for one in found]


def _board() -> dict:
    found = list(centre.seen_by(current_user).limit(SHOWN))
    flags = _flags([one for one in found if not one.is_over])
    rows = [_row(one, flags.get(one.id, [])) for one in found]
    is_centre = rights.may(current_user, "activation.answer")
    awaiting = [row for row in rows if row.activation.awaits_opening]
    return {
        "awaiting": sorted(awaiting, key=lambda row: (row.activation.is_practice, row.clock.due_at)),
        "others": [row for row in rows if not row.activation.awaits_opening],
        "is_centre": is_centre,
        "is_live": is_centre or bool(awaiting),
        "now": clock.now(),
        "warned": {row.activation.id: WARNED[step] for row in awaiting if (step := _warned(row))},
    }


def _warned(row: Row) -> str:
    """The last step of its clock that people were told of."""
    told = warnings.told(row.activation)
    return told[-1].step if told and told[-1].requested_at == row.clock.requested_at else ""
