"""A request that came by telephone, on paper or by mail, entered by the centre with the moment at which it came."""

import secrets
from datetime import datetime, timedelta

from dispatch import audit, clock
from dispatch.centre import activation as centre
from dispatch.centre import annexes, request, telling
from dispatch.centre import form as annex3
from dispatch.centre.annexes import Person
from dispatch.errors import Incomplete, NotAllowed
from dispatch.people import numbers
from dispatch.rights import may
from dispatch.words import DAY_AND_HOUR, N_, InFigures, Sentence
from models import REQUEST_CHANNELS, Activation, Agreement, Milestone, Organisation, User, writing

CHANNELS = {
    "page": N_("on the page"),
    "telephone": N_("by telephone"),
    "paper": N_("on paper"),
    "email": N_("by e-mail"),
}
ENTERED = tuple(channel for channel in REQUEST_CHANNELS if channel != "page")
OLDEST = timedelta(days=7)


def clients(house: Organisation, now: datetime) -> list[Organisation]:
    """The municipalities whose agreement with this centre is valid today, by name."""
    query = Organisation.select().join(Agreement, on=Agreement.municipality == Organisation.id)
    found = query.where(Agreement.centre == house).distinct().order_by(Organisation.name)
    return [town for town in found if _agreement(town, house, now)]


def _agreement(town: Organisation, house: Organisation, now: datetime) -> Agreement | None:
    valid = centre.valid_agreement(town, now)
    return valid if valid and valid.centre_id == house.id else None


def persons(town: Organisation, house: Organisation, now: datetime) -> list[Person]:
    """Who may ask for a number in the name of this municipality, by annex 1; [] while none is in force."""
    return _persons(_agreement(town, house, now), now)


def _persons(agreement: Agreement | None, now: datetime) -> list[Person]:
    return annexes.authorised_persons(agreement, clock.local(now).date()) if agreement else []


def enter(
    town: Organisation | None,
    typed: dict[str, object],
    *,
    channel: str,
    caller: str,
    caller_phone: str,
    received_at: datetime | None,
    by: User,
    now: datetime,
    is_practice: bool = False,
) -> Activation:
    """Writes down a request as the centre received it; its promise runs from `received_at`.

    `typed` are the fields of annex 3. Where an annex 1 is in force, `caller` is somebody whom it names and
    `caller_phone` one of their numbers. The municipality gets the paper by mail and SMS. Entered a second time, word for
    word, it is the request that is there. Raises Incomplete by field: the fields of annex 3, and municipality, channel,
    caller, caller_phone, received_at.
    """
    if not may(by, "activation.answer"):
        raise NotAllowed(N_("Only the contact centre enters a request that reached it another way."))
    agreement = _agreement(town, by.organisation, received_at or now) if town else None
    form = annex3.merged(annex3.ORDINARY, typed, received_at or now)
    form |= {"caller": annex3.tidy("place", caller)[: annex3.LONGEST], "caller_phone": caller_phone.strip()}
    persons = _persons(agreement, received_at or now)
    form["caller_is_listed"] = bool(persons)
    faults = (
        _faults(agreement, channel, form, received_at, now) | _stranger(persons, form) | annex3.faults(form)
    )
    if faults:
        raise Incomplete(N_("Something is still missing. Nothing was lost."), faults)
    draft = Activation(
        municipality=town,
        agreement=agreement,
        is_practice=is_practice,
        form=form,
        callback_code=f"{secrets.randbelow(10_000):04}",
        channel=channel,
        by=by,
        created_at=now,
        changed_at=now,
    )
    due = centre.due_at(draft, received_at)
    paper = request.paper(draft, by, town.language, received_at=received_at, due_at=due)
    with writing():
        if entered := _same(draft, received_at):
            return entered  # whoever saw no answer on a slow line presses again
        draft.save(force_insert=True)
        centre.receive(draft, paper, by=by, now=now, received_at=received_at)
        audit.record("activation.entered", draft, by=by, now=now, channel=channel)
        _tell(draft, received_at, now)
    return Activation.get_by_id(draft.id)


def _same(draft: Activation, received_at: datetime) -> Activation | None:
    """The request that is under way and says the same, word for word, from the same moment."""
    at_that_moment = (Milestone.status == "requested") & (Milestone.at == received_at)
    theirs = (Activation.municipality == draft.municipality) & (Activation.is_practice == draft.is_practice)
    entered = Activation.select().join(Milestone).where(at_that_moment, theirs)
    said = (draft.form, draft.channel)
    return next((one for one in entered if (one.form, one.channel) == said and not one.is_over), None)


def _tell(activation: Activation, received_at: datetime, now: datetime) -> None:
    """The municipality hears that it asked for a number: whoever did not is the first to know."""
    facts = {
        "centre": activation.agreement.centre.name,
        "municipality": activation.municipality.name,
        "caller": activation.form["caller"],
        "channel": Sentence(CHANNELS[activation.channel]),
        "at": InFigures(received_at, DAY_AND_HOUR),
    }
    word = telling.Word(
        Sentence(N_("%(centre)s received your request for an information number, %(channel)s"), **facts),
        Sentence(
            N_(
                "%(caller)s asked %(centre)s at %(at)s, %(channel)s, to open an information number for "
                "%(municipality)s. The form is enclosed as the centre wrote it down. If this is not right, call the "
                "centre at once."
            ),
            **facts,
        ),
        Sentence(
            N_(
                "%(centre)s received a request for %(municipality)s at %(at)s from %(caller)s. Not right? Call the centre."
            ),
            **facts,
        ),
    )
    current = centre.fresh(activation)
    telling.tell(activation, telling.in_control(activation, now), word, now=now, document=current.document)


def _stranger(persons: list[Person], form: dict) -> dict[str, Sentence]:
    """What is wrong with who asked, where annex 1 says who may; a number that cannot be read is told elsewhere."""
    named = [person for person in persons if form["caller"].casefold().startswith(person.name.casefold())]
    if persons and not named:
        return {"caller": Sentence(N_("Choose somebody of annex 1. Nobody else may ask for a number."))}
    try:
        number = numbers.parse(form["caller_phone"]).e164
    except numbers.InvalidNumber:
        return {}
    if persons and not any(number in person.ways for person in named):
        return {"caller_phone": Sentence(N_("This number does not stand in annex 1 for this person."))}
    return {}


def _faults(
    agreement: Agreement | None, channel: str, form: dict, received_at: datetime | None, now: datetime
) -> dict[str, Sentence]:
    faults = {}
    if not agreement:
        faults["municipality"] = Sentence(N_("Choose a municipality that has a valid agreement with you."))
    if channel not in ENTERED:
        faults["channel"] = Sentence(N_("Choose how the request reached you."))
    if not form["caller"]:
        faults["caller"] = Sentence(N_("Write who asked, with name and function."))
    try:
        numbers.parse(form["caller_phone"])
    except numbers.InvalidNumber as fault:
        faults["caller_phone"] = Sentence(annex3.KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
    if received_at is None:
        faults["received_at"] = Sentence(
            N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")
        )
    elif not now - OLDEST <= received_at <= now + annex3.TOLERANCE:
        faults["received_at"] = Sentence(
            N_("This moment has not come yet, or is more than a week ago. What you typed was kept.")
        )
    return faults
