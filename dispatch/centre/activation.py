"""An activation: begun, written, submitted by the municipality; acknowledged, opened or refused, closed by the centre."""

import re
import secrets
from datetime import datetime

from peewee import fn

from dispatch import audit, clock, letters, rights
from dispatch.centre import agreements, annexes, emergencies, request
from dispatch.centre import clock as promise
from dispatch.centre import form as annex3
from dispatch.centre.form import Section
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.people import numbers
from dispatch.words import N_, Sentence
from models import (
    Activation,
    Agreement,
    Document,
    Letter,
    Message,
    Milestone,
    Organisation,
    ScaleUp,
    User,
    writing,
)

MOVES = {
    "requested": ("draft",),
    "acknowledged": ("requested",),
    "open": ("requested", "acknowledged"),
    "refused": ("requested", "acknowledged"),
    "closed": ("open", "closing"),
}
MOVED_ON = N_("This activation has moved on in the meantime. This is how it stands now.")
SHORT_NUMBER = re.compile(r"1\d{2,4}")  # short numbers such as 1771 are in no numbering plan of subscribers


# ── The municipality ────────────────────────────────────────────────────


def valid_agreement(municipality: Organisation, now: datetime) -> Agreement | None:
    """The agreement under which this municipality may activate today, by the calendar of Brussels."""
    return agreements.valid_on(municipality, clock.local(now).date())


def begin(municipality: Organisation, *, by: User, now: datetime, is_practice: bool = False) -> Activation:
    """A draft with what is known filled in; raises Refusal without a valid agreement, for an exercise too."""
    _authorised(municipality, by)
    agreement = _agreement(municipality, now)
    with writing():
        activation = Activation.create(
            municipality=municipality,
            agreement=agreement,
            is_practice=is_practice,
            form=_prefilled(municipality, by, now),
            callback_code=f"{secrets.randbelow(10_000):04}",
            by=by,
            created_at=now,
            changed_at=now,
        )
        audit.record("activation.drafted", activation, by=by, now=now, practice=is_practice)
    return activation


def write(activation: Activation, fields: dict[str, object], *, by: User, now: datetime) -> Activation:
    """Keeps what was typed in these fields, complete or not; the others stay as another hand left them."""
    _authorised(activation.municipality, by)
    with writing():
        current = _fresh(activation)
        form = annex3.merged(current.form, fields, now)
        written = Activation.update(form=form, changed_at=now).where(
            Activation.id == activation.id, Activation.status == "draft"
        )
        if not written.execute():
            raise WrongMoment(N_("This form was submitted. It can no longer be changed."))
        changed = sorted(name for name in form if form[name] != current.form.get(name))
        if changed:
            audit.record("activation.written", activation, by=by, now=now, fields=changed)
    return _fresh(activation)


def missing(activation: Activation) -> dict[str, Sentence]:
    """What misses or is wrong in the form, by field and in the order of the form."""
    return annex3.faults(activation.form)


def sections(activation: Activation) -> list[Section]:
    """The parts of the form with how complete they are."""
    return annex3.sections(activation.form)


def submit(activation: Activation, *, by: User, now: datetime, password_confirmed: bool) -> Activation:
    """Asks the centre to open: `now` is the moment of receipt, from which the promised hour runs.

    One transaction: the move, the milestone, the PDF and the mail to the centre. Raises Incomplete with everything
    that misses, Refusal without a valid agreement, NotAllowed, and WrongMoment when it was submitted already.
    """
    _authorised(activation.municipality, by)
    agreement = _agreement(activation.municipality, now)
    while True:
        draft = _draft(activation)
        _complete(draft, password_confirmed)
        draft.agreement = agreement
        paper = _paper(draft, by, now)  # takes its time, so outside the transaction
        with writing():
            if _fresh(activation).form == draft.form:
                _receive(draft, paper, by, now)
                return _fresh(activation)


def _draft(activation: Activation) -> Activation:
    current = _fresh(activation)
    if not current.is_draft:
        raise WrongMoment(MOVED_ON)
    return current


def _paper(draft: Activation, by: User, now: datetime) -> bytes:
    lang = draft.agreement.centre.language
    return request.paper(draft, by, lang, received_at=now, due_at=due_at(draft, now))


def _receive(draft: Activation, paper: bytes, by: User, now: datetime) -> None:
    document = Document.create(
        organisation=draft.municipality,
        kind="activation_form",
        filename=request.filename(draft, now),
        media_type="application/pdf",
        content=paper,
        made_at=now,
    )
    kept = {
        "agreement": draft.agreement,
        "document": document,
        "letter": _letter(draft, document, by, now),
        "emergency": emergencies.begin(draft, now=now),
        "annexes": annexes.kept(draft.agreement, now),
    }
    _move(draft, "requested", by=by, now=now, at=now, **kept)


def _letter(draft: Activation, document: Document, by: User, now: datetime) -> Letter | None:
    centre = draft.agreement.centre
    if not centre.email:
        return (
            None  # the centre's own page has it at once; the page of the municipality says that no mail went
        )
    subject, body = request.letter(draft, by, centre.language, received_at=now, due_at=due_at(draft, now))
    return letters.post(
        [centre.email],
        organisation=draft.municipality,
        subject=subject,
        body=body,
        lang=centre.language,
        now=now,
        document=document,
        is_practice=draft.is_practice,
    )


def _complete(draft: Activation, password_confirmed: bool) -> None:
    faults = missing(draft)
    if not password_confirmed:
        faults["password"] = Sentence(annex3.PASSWORD)
    if faults:
        raise Incomplete(N_("Something is still missing. Nothing was lost."), faults)


def _prefilled(municipality: Organisation, by: User, now: datetime) -> dict:
    form = {**annex3.ORDINARY, "liaison_name": by.name, "liaison_phone": request.phone(by.phone)}
    previous = _previous(municipality)
    if not previous:
        return annex3.merged({}, form, now)
    form["recommendations"] = previous.form["recommendations"]
    day = clock.local(_requested_at(previous)).date().isoformat()
    return annex3.merged({}, form, now) | {"recommended_on": day}


def _previous(municipality: Organisation) -> Activation | None:
    submitted = Activation.select().where(
        Activation.municipality == municipality, Activation.status != "draft"
    )
    return submitted.order_by(Activation.id.desc()).first()


def _requested_at(activation: Activation) -> datetime:
    return milestones(activation)[0].at


def _agreement(municipality: Organisation, now: datetime) -> Agreement:
    agreement = valid_agreement(municipality, now)
    if not agreement:
        raise Refusal(
            N_(
                "%(municipality)s has no agreement with a contact centre that is valid today. "
                "Without one no information number can be opened."
            ),
            municipality=municipality.name,
        )
    return agreement


def _authorised(municipality: Organisation, by: User) -> None:
    if not rights.may(by, "activation.fill") or by.organisation_id != municipality.id:
        raise NotAllowed(
            N_("Only an authorised person of %(municipality)s may do this."), municipality=municipality.name
        )


# ── The centre ──────────────────────────────────────────────────────────


def acknowledge(activation: Activation, *, by: User, now: datetime) -> Activation:
    """The centre has seen the request and works on it."""
    _answering(activation, by)
    with writing():
        _move(activation, "acknowledged", by=by, now=now, at=now)
    return _fresh(activation)


def open(
    activation: Activation, *, number: str, opened_at: datetime | None, by: User, now: datetime
) -> Activation:
    """The number answers since `opened_at`: not before the receipt, not in the future; stops the clock.

    `number` is a short number such as 1771, or any that can be rung. Raises Incomplete for each by name.
    """
    _answering(activation, by)
    requested_at = _requested_at(activation)
    faults = _number_fault(number) | _moment_fault("opened_at", opened_at, requested_at, now)
    if faults:
        raise Incomplete(N_("The number was not opened yet."), faults)
    with writing():
        opened_at = max(opened_at, requested_at)
        _move(activation, "open", by=by, now=now, at=opened_at, number=_number(number))
        emergencies.number(activation.emergency, _number(number))
    return _fresh(activation)


def refuse(activation: Activation, *, reason: str, by: User, now: datetime) -> Activation:
    """The centre does not open, and says why."""
    _answering(activation, by)
    reason = annex3.tidy("extra", reason)[: annex3.LONGEST_TEXT]
    if not reason:
        raise Incomplete(
            N_("The request was not refused yet."),
            {"reason": Sentence(N_("Write why, for the municipality."))},
        )
    with writing():
        _move(activation, "refused", by=by, now=now, at=now, note=reason)
        emergencies.end(activation.emergency, at=now)
    return _fresh(activation)


def close(activation: Activation, *, at: datetime | None, by: User, now: datetime) -> Activation:
    """The number no longer answers since `at`: not before its opening, not in the future."""
    _answering(activation, by)
    opened = next((one for one in milestones(activation) if one.status == "open"), None)
    if not opened:
        raise WrongMoment(MOVED_ON)
    faults = _moment_fault("closed_at", at, opened.at, now)
    if faults:
        raise Incomplete(N_("The number was not closed yet."), faults)
    with writing():
        _move(activation, "closed", by=by, now=now, at=max(at, opened.at))
        emergencies.end(activation.emergency, at=max(at, opened.at))
    return _fresh(activation)


def _answering(activation: Activation, by: User) -> None:
    if not rights.may(by, "activation.answer") or by.organisation_id != activation.agreement.centre_id:
        raise NotAllowed(N_("Only the contact centre of the agreement answers this request."))
    if activation.is_draft:
        raise WrongMoment(MOVED_ON)


def _number(typed: str) -> str:
    """The number as it is kept; raises numbers.InvalidNumber."""
    short = re.sub(r"\s", "", typed)
    return short if SHORT_NUMBER.fullmatch(short) else numbers.parse(typed).e164


def _number_fault(typed: str) -> dict[str, Sentence]:
    try:
        _number(typed)
    except numbers.InvalidNumber as fault:
        return {"number": Sentence(annex3.KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))}
    return {}


def _moment_fault(field: str, at: datetime | None, after: datetime, now: datetime) -> dict[str, Sentence]:
    if at is None:
        return {
            field: Sentence(
                N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")
            )
        }
    if at > now + annex3.TOLERANCE:
        return {
            field: Sentence(
                N_("This moment has not come yet. For another day, write the day too: 21/11 02:51.")
            )
        }
    if at < after.replace(second=0, microsecond=0):  # people write minutes
        hour = f"{clock.local(after):%H:%M}"
        return {
            field: Sentence(N_("This is before %(hour)s, when it began. What you typed was kept."), hour=hour)
        }
    return {}


# ── Moves ───────────────────────────────────────────────────────────────


def _move(
    activation: Activation, to: str, *, by: User, now: datetime, at: datetime, note: str = "", **facts
) -> None:
    here = (Activation.id == activation.id) & Activation.status.in_(MOVES[to])
    if not Activation.update(status=to, changed_at=now, **facts).where(here).execute():
        raise WrongMoment(MOVED_ON)
    Milestone.create(activation=activation, status=to, at=at, recorded_at=now, by=by, note=note)
    deed = "opened" if to == "open" else to
    audit.record(f"activation.{deed}", activation, by=by, now=now, practice=activation.is_practice)


def open_moves(activation: Activation) -> set[str]:
    """What the activation may become from where it stands."""
    return {to for to, places in MOVES.items() if activation.status in places}


def _fresh(activation: Activation) -> Activation:
    return Activation.get_by_id(activation.id)


# ── Questions ───────────────────────────────────────────────────────────


def milestones(activation: Activation) -> list[Milestone]:
    """The moves of an activation, oldest first, each with who made it."""
    found = Milestone.select(Milestone, User).join(User).where(Milestone.activation == activation.id)
    return list(found.order_by(Milestone.id))


def due_at(activation: Activation, requested_at: datetime) -> datetime:
    return promise.due(requested_at, annex3.wanted_open_at(activation.form))


def clock_of(activation: Activation, now: datetime) -> promise.Clock | None:
    """The one-hour clock of a request; None when there is nothing to wait for."""
    return promise.of(milestones(activation), now, annex3.wanted_open_at(activation.form))


def mails(activation: Activation) -> list[Message]:
    """The mails that take the form to the centre, each with where it stands."""
    return list(Message.select().where(Message.letter == activation.letter_id).order_by(Message.id))


def seen_by(user: User):
    """The activations that this person may see, newest first: their own, or what their centre received."""
    found = Activation.select(Activation, Agreement).join(Agreement)
    house = user.organisation
    if house.kind == "contact_centre":
        found = found.where(Agreement.centre == house, Activation.status != "draft")
    elif house.kind == "municipality":
        found = found.where(Activation.municipality == house)
    else:
        found = found.where(fn.EXISTS(ScaleUp.select().where(rights.is_scaled_up_to(house, Activation.id))))
    return found.order_by(Activation.id.desc())
