"""An activation: begun, written, submitted by the municipality; acknowledged, opened or refused, closed by the centre."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from peewee import fn

from dispatch import audit, clock, letters, rights
from dispatch.centre import (
    agreements,
    annexes,
    authority,
    closing,
    emergencies,
    preparation,
    request,
    sheet,
    telling,
    two_hands,
)
from dispatch.centre import clock as promise
from dispatch.centre import form as annex3
from dispatch.centre.form import Section
from dispatch.centre.moves import MOVED_ON, MOVES, fresh, milestones, move, openings, requested_at
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people import numbers
from dispatch.words import DAY_AND_HOUR, N_, InFigures, Sentence
from models import (
    Activation,
    Agreement,
    Document,
    Letter,
    Message,
    Organisation,
    ScaleUp,
    User,
    writing,
)

# ── The municipality ────────────────────────────────────────────────────


def valid_agreement(municipality: Organisation, now: datetime) -> Agreement | None:
    """The agreement under which this municipality may activate today, by the calendar of Brussels."""
    return agreements.valid_on(municipality, clock.local(now).date())


def begin(municipality: Organisation, *, by: User, now: datetime, is_practice: bool = False) -> Activation:
    """A draft with what is known filled in; raises Refusal without a valid agreement, for an exercise too."""
    authority.demand_asking(municipality, by, now)
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


def open_draft(municipality: Organisation, *, by: User, now: datetime, is_practice: bool) -> Activation:
    """A draft as `begin` makes it, or the one that this person opened before and left as it was."""
    left = (
        Activation.select()
        .where(
            Activation.municipality == municipality.id,
            Activation.by == by.id,
            Activation.is_practice == is_practice,
            Activation.status == "draft",
            Activation.changed_at == Activation.created_at,
        )
        .order_by(Activation.id.desc())
        .first()
    )
    if (
        left
        and left.form == _prefilled(municipality, by, now)
        and left.agreement == _agreement(municipality, now)
    ):
        return left
    return begin(municipality, by=by, now=now, is_practice=is_practice)


def write(
    activation: Activation,
    fields: dict[str, object],
    *,
    by: User,
    now: datetime,
    shown: Mapping[str, str] | None = None,
) -> Activation:
    """Keeps what was typed in these fields, complete or not; the others stay as another hand left them.

    `shown`: by field the mark of what its page showed. What nobody touched there is left alone, and raises TwoHands
    what two people changed.
    """
    authority.demand_asking(activation.municipality, by, now)
    with writing():
        current = fresh(activation)
        form = annex3.merged(current.form, two_hands.mine(current.form, fields, shown or {}), now)
        written = Activation.update(form=form, changed_at=now).where(
            Activation.id == activation.id, Activation.status == "draft"
        )
        if not written.execute():
            raise WrongMoment(N_("This form was submitted. It can no longer be changed."))
        changed = sorted(name for name in form if form[name] != current.form.get(name))
        if changed:
            audit.record("activation.written", activation, by=by, now=now, fields=changed)
    return fresh(activation)


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
    authority.demand_asking(activation.municipality, by, now)
    agreement = _agreement(activation.municipality, now)
    while True:
        draft = _draft(activation)
        _complete(draft, password_confirmed)
        draft.agreement = agreement
        paper = _paper(draft, by, now)  # takes its time, so outside the transaction
        with writing():
            if fresh(activation).form == draft.form:
                receive(draft, paper, by=by, now=now, received_at=now)
                return fresh(activation)


def _draft(activation: Activation) -> Activation:
    current = fresh(activation)
    if not current.is_draft:
        raise WrongMoment(MOVED_ON)
    return current


def _paper(draft: Activation, by: User, now: datetime) -> bytes:
    lang = draft.agreement.centre.language
    return request.paper(draft, by, lang, received_at=now, due_at=due_at(draft, now))


def receive(draft: Activation, paper: bytes, *, by: User, now: datetime, received_at: datetime) -> None:
    """Turns a form that is complete into a request, in the caller's transaction: paper, mail, SMS and emergency."""
    document = Document.create(
        organisation=draft.municipality,
        kind="activation_form",
        filename=request.filename(draft, received_at),
        media_type="application/pdf",
        content=paper,
        made_at=now,
    )
    kept = {
        "agreement": draft.agreement,
        "document": document,
        "letter": _letter(draft, document, by, now, received_at),
        "short_letter": _short_letter(draft, by, now, received_at),
        "emergency": emergencies.begin(draft, now=received_at),
        "annexes": annexes.kept(draft.agreement, received_at),
    }
    move(draft, "requested", by=by, now=now, at=received_at, **kept)
    sheet.fill(draft, kept["emergency"], by=by, now=now)


def _letter(
    draft: Activation, document: Document, by: User, now: datetime, received_at: datetime
) -> Letter | None:
    centre = draft.agreement.centre
    if not centre.email:
        return (
            None  # the centre's own page has it at once; the page of the municipality says that no mail went
        )
    due = due_at(draft, received_at)
    subject, body = request.letter(draft, by, centre.language, received_at=received_at, due_at=due)
    return letters.post(
        [centre.email],
        organisation=draft.municipality,
        subject=subject,
        body=body,
        lang=centre.language,
        now=now,
        page=f"/activations/{draft.id}",
        document=document,
        is_practice=draft.is_practice,
    )


def _short_letter(draft: Activation, by: User, now: datetime, received_at: datetime) -> Letter | None:
    """The SMS beside the mail; None where the centre has no mobile number."""
    words = request.short(draft, by, received_at=received_at, due_at=due_at(draft, received_at))
    return telling.post(draft, telling.centre_of(draft), words, now=now, channel="sms")


def _complete(draft: Activation, password_confirmed: bool) -> None:
    faults = missing(draft)
    if not password_confirmed:
        faults["password"] = Sentence(annex3.PASSWORD)
    if faults:
        raise Incomplete(N_("Something is still missing. Nothing was lost."), faults)


def _prefilled(municipality: Organisation, by: User, now: datetime) -> dict:
    form = {**annex3.ORDINARY, "liaison_name": by.name, "liaison_phone": request.phone(by.phone)}
    prepared, previous = preparation.prefill(municipality), _previous(municipality)
    if prepared.recommendations:
        return annex3.merged({}, form | {"recommendations": prepared.recommendations}, now)
    if not previous:
        return annex3.merged({}, form, now)
    form["recommendations"] = previous.form["recommendations"]
    day = clock.local(requested_at(previous)).date().isoformat()
    return annex3.merged({}, form, now) | {"recommended_on": day}


def _previous(municipality: Organisation) -> Activation | None:
    submitted = Activation.select().where(
        Activation.municipality == municipality, Activation.status != "draft"
    )
    return submitted.order_by(Activation.id.desc()).first()


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


# ── The centre ──────────────────────────────────────────────────────────


def acknowledge(activation: Activation, *, by: User, now: datetime) -> Activation:
    """The centre has seen the request and works on it."""
    authority.demand_answering(activation, by)
    with writing():
        move(activation, "acknowledged", by=by, now=now, at=now)
    return fresh(activation)


def open(
    activation: Activation, *, number: str, opened_at: datetime | None, by: User, now: datetime
) -> Activation:
    """The number answers since `opened_at`: not before the receipt, not in the future; stops the clock.

    `number` is a short number such as 1771, or any that can be rung. Raises Incomplete for each by name.
    """
    authority.demand_answering(activation, by)
    received_at = requested_at(activation)
    faults = _number_fault(number, activation) | _moment_fault("opened_at", opened_at, received_at, now)
    if faults:
        raise Incomplete(N_("The number was not opened yet."), faults)
    with writing():
        opened_at = max(opened_at, received_at)
        move(activation, "open", by=by, now=now, at=opened_at, number=annex3.line(number))
        emergencies.number(activation.emergency, annex3.line(number))
    return fresh(activation)


def renumber(activation: Activation, *, number: str, seen: str, by: User, now: datetime) -> Activation:
    """Mends a number that was typed wrong, for every town that shares it; whoever is in control of one hears of it.

    `seen` is the number that the person looked at. Raises Incomplete for one that cannot be rung, WrongMoment when no
    number is open here or a colleague changed it meanwhile.
    """
    authority.demand_answering(activation, by)
    if fault := _unreadable(number):
        raise Incomplete(N_("The number was not changed."), {"number": fault})
    right = annex3.line(number)
    if right == seen:
        raise Incomplete(
            N_("The number was not changed."),
            {"number": Sentence(N_("This is the number that stands there."))},
        )
    with writing():
        sharing = [one for one in emergencies.towns(activation.emergency) if one.number == seen]
        if not any(one.id == activation.id and one.status in ANSWERS for one in sharing):
            raise WrongMoment(MOVED_ON)
        emergencies.number(activation.emergency, right, instead_of=seen)
        for one in sharing:
            Activation.update(number=right, changed_at=now).where(Activation.id == one.id).execute()
            audit.record("activation.renumbered", one, by=by, now=now, number=right, old=seen)
            if one.status in ANSWERS:
                telling.tell(one, telling.in_control(one, now), _renumbered(one, seen, right), now=now)
    return fresh(activation)


ANSWERS = ("open", "closing")


def _renumbered(activation: Activation, wrong: str, right: str) -> telling.Word:
    facts = {
        "centre": activation.agreement.centre.name,
        "municipality": activation.municipality.name,
        "number": request.phone(right),
        "wrong": request.phone(wrong),
    }
    return telling.Word(
        Sentence(N_("The information number of %(municipality)s is %(number)s, not %(wrong)s"), **facts),
        Sentence(
            N_(
                "%(centre)s had typed the information number of %(municipality)s wrong. It is %(number)s, and not "
                "%(wrong)s. Put the right one in everything that you publish."
            ),
            **facts,
        ),
        Sentence(N_("The information number of %(municipality)s is %(number)s, not %(wrong)s."), **facts),
    )


def refuse(activation: Activation, *, reason: str, by: User, now: datetime) -> Activation:
    """The centre does not open, and says why."""
    authority.demand_answering(activation, by)
    reason = annex3.tidy("extra", reason)[: annex3.LONGEST_TEXT]
    if not reason:
        raise Incomplete(
            N_("The request was not refused yet."),
            {"reason": Sentence(N_("Write why, for the municipality."))},
        )
    was_open = bool(openings(activation))
    with writing():
        # A number that answered before and is not opened again was closed: its file stays what it was.
        to = "closed" if was_open else "refused"
        move(activation, to, by=by, now=now, at=now, note=reason, told="refused", places=MOVES["refused"])
        emergencies.end(activation.emergency, at=now)
    return fresh(activation)


def close(
    activation: Activation, *, at: datetime | None, by: User, now: datetime, confirmed_by: str | None = None
) -> Activation:
    """The number no longer answers since `at`: not before its opening, not in the future.

    Where no closing plan was confirmed in Belfort, or for a later moment, `confirmed_by` says who of annex 1 confirmed
    it in writing; "" is asked for again. None: whoever calls this has that confirmation.
    """
    authority.demand_answering(activation, by)
    answered = openings(activation)
    if not answered or answered[-1].until_at:
        raise WrongMoment(MOVED_ON)
    faults = _moment_fault("closed_at", at, answered[-1].from_at, now)
    note = annex3.tidy("declared_by", confirmed_by or "")[: annex3.LONGEST]
    if confirmed_by is not None and not note and (unsaid := _unconfirmed(activation, at)):
        faults["confirmed_by"] = unsaid
    if faults:
        raise Incomplete(N_("The number was not closed yet."), faults)
    with writing():
        move(activation, "closed", by=by, now=now, at=max(at, answered[-1].from_at), note=note)
        emergencies.end(activation.emergency, at=max(at, answered[-1].from_at))
    return fresh(activation)


def _unconfirmed(activation: Activation, at: datetime | None) -> Sentence | None:
    """Why nobody confirmed that it closes at this moment; a plan for later is no confirmation of now."""
    plan = closing.holding(activation) if activation.status == "closing" else None
    if not plan:
        return Sentence(
            N_("No closing was confirmed here. Write who of annex 1 confirmed it in writing, and when.")
        )
    if at is None or not closing.is_before(plan, at):
        return None
    return Sentence(
        N_(
            "%(name)s confirmed that it closes on %(day)s, and that is later. Does it close now? Then write who of "
            "annex 1 confirmed that in writing, and when."
        ),
        name=plan.by.name,
        day=InFigures(plan.closes_at, DAY_AND_HOUR),
    )


def _number_fault(typed: str, activation: Activation) -> dict[str, Sentence]:
    if fault := _unreadable(typed):
        return {"number": fault}
    number, known = annex3.line(typed), activation.emergency.number
    if known and number != known:
        return {
            "number": Sentence(
                N_("This emergency has one number, %(number)s: callers must not have to choose between two."),
                number=request.phone(known),
            )
        }
    return {}


def _unreadable(typed: str) -> Sentence | None:
    try:
        annex3.line(typed)
    except numbers.InvalidNumber as fault:
        return Sentence(annex3.KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
    return None


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


# ── Questions ───────────────────────────────────────────────────────────


def due_at(activation: Activation, received_at: datetime) -> datetime:
    return promise.due(received_at, annex3.wanted_open_at(activation.form), promised(activation))


def promised(activation: Activation) -> timedelta:
    """How long after the receipt the agreement lets the number open."""
    return timedelta(minutes=activation.agreement.promise_minutes)


def clock_of(activation: Activation, now: datetime) -> promise.Clock | None:
    """The clock of the last request; None when there is nothing to wait for."""
    clocks = clocks_of(activation, now)
    return clocks[-1] if clocks else None


def clocks_of(activation: Activation, now: datetime) -> list[promise.Clock | None]:
    """The clocks of all its requests, oldest first: one more for each time that it was opened again."""
    wanted = annex3.wanted_open_at(activation.form)
    return promise.each(milestones(activation), now, wanted, promised(activation))


def mails(activation: Activation) -> list[Message]:
    """The mail and the SMS that take the form to the centre, each with where it stands."""
    letters = [id for id in (activation.letter_id, activation.short_letter_id) if id]
    return list(Message.select().where(Message.letter.in_(letters)).order_by(Message.id))


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
