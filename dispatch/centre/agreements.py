"""Agreements of municipalities with the contact centre: written down, signed, ended; seen by their parties."""

from datetime import date, datetime

from dispatch import audit, clock, rights, signed
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.onboarding import contracts
from dispatch.words import N_, Sentence
from models import Agreement, Contract, Organisation, User, writing

SIGNED = "signed_centre_agreement"
MOST_MINUTES, MOST_OPERATORS = 24 * 60, 400
STANDS = N_("The signed agreement is kept: what it says stands as it was signed. Write down a new one.")
FOREIGN = N_("Only the parties of this agreement may do this.")


# ── Questions ───────────────────────────────────────────────────────────


def valid_on(municipality: Organisation, day: date) -> Agreement | None:
    """The agreement under which this municipality may activate on a day; of several the one that runs longest."""
    theirs = Agreement.select().where(Agreement.municipality == municipality)
    latest_first = theirs.order_by(Agreement.ends_on.desc(), Agreement.id.desc())
    return next((one for one in latest_first if one.holds_on(day)), None)


def seen_by(user: User):
    """The agreements that this person may see: their own municipality's, their centre's, or all; newest first."""
    found = Agreement.select().order_by(Agreement.ends_on.desc(), Agreement.id.desc())
    house = user.organisation
    if house.kind == "platform":
        return found
    mine = Agreement.centre if house.kind == "contact_centre" else Agreement.municipality
    return found.where(mine == house)


def contracts_seen_by(user: User):
    """The framework contracts of a contact centre that this person may see: their own centre's, or all."""
    found = contracts.all_contracts().where(Contract.centre.is_null(False))
    return (
        found if user.organisation.kind == "platform" else found.where(Contract.centre == user.organisation)
    )


def may_change(user: User, what: Agreement | Contract) -> bool:
    """Whether this person writes it down: the platform, or its own centre."""
    is_theirs = user.organisation.kind == "platform" or user.organisation_id == what.centre_id
    return is_theirs and rights.may(user, "promise.change")


def is_open(agreement: Agreement) -> bool:
    """Whether what it says can still be mended: until the signed paper is there."""
    return agreement.document_id is None and agreement.ended_on is None


# ── Deeds ───────────────────────────────────────────────────────────────


def write_down(
    municipality: Organisation, contract: Contract, *, by: User, now: datetime, **facts
) -> Agreement:
    """Keeps an agreement under a framework contract of a contact centre.

    `facts`: signatory, centre_signatory (who, and as what), signed_on, begins_on, ends_on (days), promise_minutes,
    operators. Raises Incomplete with every fault by its field, NotAllowed.
    """
    _judge(by, contract)
    if municipality.kind != "municipality":
        raise Refusal(N_("Choose a municipality."), field="municipality")
    _check(contract, facts, now)
    with writing():
        made = Agreement.create(municipality=municipality, centre=contract.centre, contract=contract, **facts)
        _record("agreement.written", made, by=by, now=now, contract=contract.id)
    return made


def mend(agreement: Agreement, *, by: User, now: datetime, **facts) -> Agreement:
    """Changes what was written down, as long as the signed paper is not there; same facts, same refusals."""
    _judge(by, agreement)
    _check(agreement.contract, facts, now)
    with writing():
        here = (Agreement.id == agreement.id) & Agreement.document.is_null() & Agreement.ended_on.is_null()
        if not Agreement.update(**facts).where(here).execute():
            raise WrongMoment(STANDS)
        _record("agreement.mended", agreement, by=by, now=now, fields=_changed(agreement, facts))
    return Agreement.get_by_id(agreement.id)


def attach(agreement: Agreement, content: bytes, filename: str, *, by: User, now: datetime) -> None:
    """Keeps the signed agreement as it was received; a better scan takes its place, and both are kept."""
    _judge(by, agreement)
    with writing():
        document = signed.keep(agreement.municipality_id, content, filename, kind=SIGNED, now=now)
        here = (Agreement.id == agreement.id) & Agreement.ended_on.is_null()
        if not Agreement.update(document=document).where(here).execute():
            raise WrongMoment(N_("This agreement was ended. Its papers stand as they are."))
        _record("agreement.signed", agreement, by=by, now=now, document=document.id, bytes=len(content))


def end(agreement: Agreement, last_day: date, why: str, *, by: User, now: datetime) -> None:
    """Ends one agreement before its time; not before today, since what was promised until now was promised."""
    _judge(by, agreement)
    contracts.refuse_past(last_day, now)
    with writing():
        contracts.end_early(agreement, agreement.last_day, last_day, why)
        _record("agreement.ended", agreement, by=by, now=now, last_day=last_day.isoformat())


def _judge(by: User, what: Agreement | Contract) -> None:
    if not may_change(by, what):
        raise NotAllowed(FOREIGN)


def _record(deed: str, agreement: Agreement, *, by: User, now: datetime, **facts) -> None:
    audit.record(deed, agreement, by=by, now=now, organisation=agreement.municipality_id, **facts)


def _changed(agreement: Agreement, facts: dict) -> list[str]:
    return sorted(name for name, value in facts.items() if getattr(agreement, name) != value)


def _check(contract: Contract | None, facts: dict, now: datetime) -> None:
    faults = {}
    for field in ("signatory", "centre_signatory"):
        facts[field] = facts[field].strip()
        if not facts[field]:
            faults[field] = Sentence(N_("Type who signed, and as what: “Jan Peeters, mayor”."))
    faults |= _faults_of_days(contract, facts, clock.local(now).date())
    for field, most in (("promise_minutes", MOST_MINUTES), ("operators", MOST_OPERATORS)):
        if not 1 <= facts[field] <= most:
            faults[field] = Sentence(N_("Write a whole number from 1 to %(most)s."), most=most)
    if faults:
        raise Incomplete(N_("Something is still missing. Nothing was lost."), faults)


def _faults_of_days(contract: Contract | None, facts: dict, today: date) -> dict[str, Sentence]:
    faults = {}
    if facts["signed_on"] > today:
        faults["signed_on"] = Sentence(N_("This day is still to come."))
    if facts["ends_on"] < facts["begins_on"]:
        faults["ends_on"] = Sentence(N_("The last day comes before the first day."))
    elif contract and facts["ends_on"] > contract.last_day:
        faults["ends_on"] = Sentence(
            N_("The framework contract ends before this day. Choose its last day or earlier.")
        )
    if contract and facts["begins_on"] < contract.begins_on:
        faults["begins_on"] = Sentence(N_("The framework contract begins after this day."))
    return faults
