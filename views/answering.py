"""What the contact centre does with a request: call back, ask, join it to an emergency, enter one that came otherwise."""

from datetime import datetime
from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import activation as centre
from dispatch.centre import annexes, call_backs, emergencies, entering, inquiries, notices, scale_up, telling
from dispatch.centre import form as annex3
from dispatch.centre import request as wording
from dispatch.centre.annexes import Person
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import CHANNELS, LANGUAGE_NAMES, N_, Sentence
from models import Activation, Organisation
from views import activation_form, activation_page, guard, lookups
from views.activation_form import said
from views.activation_page import one, to
from views.render import when

pages = Blueprint("answering", __name__)
LABELS = {
    "municipality": _l("Municipality"),
    "channel": _l("How the request came"),
    "person": _l("Who asked, of annex 1"),
    "caller": _l("Who asked"),
    "caller_phone": _l("Number to call back"),
    "received_at": _l("Moment at which it came"),
    "emergency_id": _l("Emergency"),
    "answer": _l("Answer"),
}


def _wake() -> None:
    current_app.extensions["jobs"].wake()


# ── Called back, asked, answered ────────────────────────────────────────


@pages.post("/activations/<int:id>/call-back")
@guard.needs("activation.answer")
def call_back(id: int):
    activation = one(id)
    try:
        call_backs.note(
            activation,
            phone=request.form.get("called", ""),
            verdict=request.form.get("verdict", ""),
            by=current_user,
            now=clock.now(),
        )
    except Incomplete as refusal:
        return activation_page.page(activation, refusal.faults), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    flash(_("Noted. Both sides see it."), "done")
    return to(activation)


@pages.post("/activations/<int:id>/ask")
@guard.needs("activation.answer")
def ask(id: int):
    activation = one(id)
    try:
        inquiries.ask(activation, request.form.get("question", ""), by=current_user, now=clock.now())
    except Incomplete as refusal:
        return activation_page.page(activation, refusal.faults), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    _wake()
    flash(*_asked(activation))
    return to(activation)


def _asked(activation: Activation) -> tuple[str, str]:
    """What is said after a question, as it is: where no mail and no SMS can go, somebody has to ring."""
    now = clock.now()
    told = telling.in_control(activation, now)
    if told.emails or told.mobiles:
        ways = {"email": told.emails, "sms": told.mobiles}
        known = [_(CHANNELS[channel]) for channel, addresses in ways.items() if addresses]
        return _("Asked. The liaison officer hears of it by %(ways)s.", ways=", ".join(known)), "done"
    liaison = scale_up.liaison_at(activation, now)
    return _(
        "Asked, and it stands on their page. No mail or SMS could go: ring %(name)s, %(phone)s.",
        name=liaison["name"],
        phone=wording.phone(liaison["phone"]),
    ), "warn"


@pages.get("/activations/<int:id>/answer/<int:mid>")
@guard.needs("activation.see")
def question(id: int, mid: int):
    activation = one(id)
    asked = lookups.inquiry_of(activation, mid)
    inquiries.demand_answer(activation, current_user, clock.now())
    return to(activation) if asked.answered_at else _question(activation, asked)


@pages.post("/activations/<int:id>/answer/<int:mid>")
@guard.needs("activation.see")
def answer(id: int, mid: int):
    activation = one(id)
    asked = lookups.inquiry_of(activation, mid)
    try:
        inquiries.answer(asked, request.form.get("answer", ""), by=current_user, now=clock.now())
    except Incomplete as refusal:
        return _question(activation, asked, refusal.faults), 422
    except WrongMoment as refusal:
        return to(activation, refusal)
    _wake()
    flash(_("Answered. The centre sees it."), "done")
    return to(activation)


def _question(activation: Activation, asked, faults: dict[str, Sentence] | None = None) -> str:
    return render_template(
        "answering/answer.html",
        **activation_form.mood(activation),
        activation=activation,
        asked=asked,
        now=clock.now(),
        typed=request.form.get("answer", ""),
        **said(faults, LABELS),
    )


# ── Notices ─────────────────────────────────────────────────────────────


@pages.post("/activations/<int:id>/notices/<int:mid>")
@guard.needs("activation.answer")
def read_notice(id: int, mid: int):
    activation = one(id)
    notice = lookups.notice_about(activation, mid)
    try:
        notices.read(activation, notice, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        return to(activation, refusal)
    flash(_("You acknowledged this notice. Both sides see it."), "done")
    return to(activation)


@pages.get("/activations/<int:id>/notices/<int:mid>/paper.pdf")
@guard.needs("activation.see")
def paper(id: int, mid: int):
    document = lookups.notice_about(lookups.activation_of(id), mid).document
    content = BytesIO(bytes(document.content))
    return send_file(content, document.media_type, as_attachment=True, download_name=document.filename)


# ── Several towns in one emergency ──────────────────────────────────────


@pages.get("/activations/<int:id>/join")
@guard.needs("activation.answer")
def joining(id: int):
    return _joining(one(id))


@pages.post("/activations/<int:id>/join")
@guard.needs("activation.answer")
def join(id: int):
    activation = one(id)
    chosen = request.form.get("emergency_id", "")
    found = [row for row in emergencies.open_to(activation) if str(row.id) == chosen]
    if not found:
        fault = {"emergency_id": Sentence(N_("Choose the emergency that it belongs to."))}
        return _joining(activation, fault), 422
    try:
        emergencies.join(activation, found[0], by=current_user, now=clock.now())
    except Refusal as refusal:
        return to(activation, refusal)
    flash(_("Joined. They share one number, one sheet and one staff."), "done")
    return to(activation)


@pages.post("/activations/<int:id>/leave")
@guard.needs("activation.answer")
def leave(id: int):
    activation = one(id)
    try:
        emergencies.leave(activation, by=current_user, now=clock.now())
    except Refusal as refusal:
        return to(activation, refusal)
    flash(_("It has its own emergency again."), "done")
    return to(activation)


def _joining(activation: Activation, faults: dict[str, Sentence] | None = None) -> str:
    options = [
        (str(found.id), found.name, ", ".join(town.municipality.name for town in emergencies.towns(found)))
        for found in emergencies.open_to(activation)
    ]
    return render_template(
        "answering/join.html",
        **activation_form.mood(activation),
        activation=activation,
        options=options,
        **said(faults, LABELS),
    )


# ── By telephone, on paper, by mail ─────────────────────────────────────


@pages.get("/activations/enter")
@guard.needs("activation.answer")
def entering_form():
    asked = {"channel": "telephone", "municipality": request.args.get("municipality", "")}
    return _entering(annex3.ORDINARY | asked, None)


@pages.post("/activations/enter")
@guard.needs("activation.answer")
def enter():
    guard.demand_page_mode()
    now = clock.now()
    sent = {name: request.form.get(name, "") for name in (*LABELS, *annex3.FIELDS)}
    sent["languages"] = request.form.getlist("languages")
    town = _town(sent["municipality"], now)
    sent |= _chosen(town, now)
    try:
        activation = entering.enter(
            town,
            {name: sent[name] for name in annex3.FIELDS},
            channel=sent["channel"],
            caller=sent["caller"],
            caller_phone=sent["caller_phone"],
            received_at=annex3.moment(sent["received_at"], now, is_past=True),
            by=current_user,
            now=now,
            is_practice=guard.is_practice(),
        )
    except Incomplete as refusal:
        return _entering(sent, refusal.faults), 422
    _wake()
    due = centre.clock_of(activation, now).due_at
    flash(_("Entered. Open by %(hour)s. Now call back and ask for the code.", hour=when(due, now)), "done")
    return redirect(url_for("activations.show", id=activation.id), 303)


def _town(chosen: str, now: datetime) -> Organisation | None:
    known = entering.clients(current_user.organisation, now)
    return next((row for row in known if str(row.id) == chosen), None)


def _chosen(town: Organisation | None, now: datetime) -> dict[str, str]:
    """Who of annex 1 was chosen, on which of their numbers."""
    number, _sign, name = request.form.get("person", "").partition(" ")
    found = [one for one in _persons(town, now) if one.name == name]
    return {"caller": f"{name}, {found[0].function}", "caller_phone": number} if found else {}


def _persons(town: Organisation | None, now: datetime) -> list[Person]:
    return entering.persons(town, current_user.organisation, now) if town else []


def _callers(persons: list[Person]) -> list[tuple[str, str, str]]:
    """A choice for each number of each person, as the centre rings it."""
    return [
        (f"{way} {one.name}", f"{one.name}, {annexes.function_of(one, _)}", wording.phone(way))
        for one in persons
        for way in one.ways
    ]


def _entering(typed: dict, faults: dict[str, Sentence] | None) -> str:
    now = clock.now()
    persons = _persons(_town(typed.get("municipality", ""), now), now)
    if persons and faults:  # what is wrong with who asked is mended at one place
        moved = [faults.pop(name) for name in ("caller", "caller_phone") if name in faults]
        faults |= {"person": moved[0]} if moved else {}
    labels = LABELS | {name: activation_form.named(name) for name in annex3.FIELDS}
    return render_template(
        "answering/enter.html",
        form={name: typed.get(name, "") for name in (*LABELS, *annex3.FIELDS)},
        towns=[("", _("Choose a municipality"))]
        + [(str(row.id), row.name) for row in entering.clients(current_user.organisation, now)],
        callers=_callers(persons),
        person=request.form.get("person", ""),
        channels=[(name, _(entering.CHANNELS[name])) for name in entering.ENTERED],
        languages=[(code, _(LANGUAGE_NAMES[code])) for code in annex3.ORDINARY["languages"]],
        **said(faults, labels),
    )
