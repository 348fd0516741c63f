"""Framework contracts and the agreements under them: written down, signed, exchanged, ended; and whose term is over."""

from datetime import date, datetime
from functools import cache

from peewee import IntegrityError

from dispatch import audit, clock, signed
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import N_, Sentence
from models import AGREEMENT_TYPES, Accession, Agreement, Contract, Organisation, User, database, writing

SIGNED = "signed_agreement"
HOSTS = ("platform", "contact_centre", "federal_service")  # the other side: they join nothing
NOT_IN_TERM = N_(
    "The agreement of %(organisation)s does not run today, so nothing real may leave. Renew it on the page “Agreements”."
)
WHO_SIGNED = N_("Type who signed, and as what: “Jan Peeters, mayor”.")
EXCHANGED_ALREADY = N_(
    "Both parties have their copy of this agreement: it stands as it was signed. Write down a new one."
)


# ── The framework contract ──────────────────────────────────────────────


def add(
    name: str,
    provider: str,
    begins_on: date,
    ends_on: date,
    *,
    centre: Organisation | None = None,
    by: User | None,
    now: datetime,
) -> Contract:
    """Writes a framework contract down; raises Refusal when it has no name, or ends before it begins.

    `centre` is the contact centre whose standby it pays; without one, organisations join the alerting under it.
    """
    for field, value in (("name", name), ("provider", provider)):
        if not value.strip():
            raise Refusal(N_("Type this too: it stands on every agreement."), field=field)
    if ends_on < begins_on:
        raise Refusal(N_("The last day comes before the first day."), field="ends_on")
    if centre and centre.kind != "contact_centre":
        raise Refusal(N_("Choose a contact centre."), field="centre")
    term = {"begins_on": begins_on, "ends_on": ends_on}
    try:
        with writing():
            made = Contract.create(name=name.strip(), provider=provider.strip(), centre=centre, **term)
            facts = {key: value.isoformat() for key, value in term.items()}
            facts |= {"centre": centre.id} if centre else {}
            audit.record("contract.added", made, by=by, now=now, **facts)
    except IntegrityError:
        raise Refusal(N_("There is already a contract of this name."), field="name") from None
    return made


def end_contract(contract: Contract, last_day: date, why: str, *, by: User, now: datetime) -> None:
    """Ends a framework contract before its time, and with it every agreement under it; not before today."""
    refuse_past(last_day, now)
    with writing():
        end_early(contract, contract.ends_on, last_day, why)
        ended = [one.id for one in contract.agreements if one.begins_on <= last_day < own_last_day(one)]
        facts = {"last_day": last_day.isoformat(), "agreements": ended}
        audit.record("contract.ended", contract, by=by, now=now, **facts)


def end_accession(accession: Accession, last_day: date, why: str, *, by: User, now: datetime) -> None:
    """Ends the agreement of one organisation before its contract ends; not before today."""
    refuse_past(last_day, now)
    with writing():
        end_early(accession, accession.contract.last_day, last_day, why)
        facts = {"organisation": accession.organisation_id, "last_day": last_day.isoformat()}
        audit.record("accession.ended", accession, by=by, now=now, **facts)


def own_last_day(agreement: Agreement) -> date:
    """The last day of an agreement with a contact centre by itself, whatever becomes of its framework contract."""
    return min(agreement.ends_on, agreement.ended_on or agreement.ends_on)


def refuse_past(last_day: date, now: datetime) -> None:
    """Raises Refusal for a day that is over: a slip in the year would silence whoever sends under it, for good."""
    if last_day < clock.local(now).date():
        raise Refusal(N_("This day is past. Choose today or a later day."), field="last_day")


def end_early(what: Contract | Accession | Agreement, ends_on: date, last_day: date, why: str) -> None:
    """Ends what would run until `ends_on`, once, in the caller's transaction; raises Refusal or WrongMoment."""
    if not why.strip():
        raise Refusal(N_("Say why it ends early."), field="why")
    if last_day >= ends_on:
        raise Refusal(N_("It ends by then of its own."), field="last_day")
    table = type(what)
    here = (table.id == what.id) & table.ended_on.is_null()
    if not table.update(ended_on=last_day, ended_why=why.strip()).where(here).execute():
        raise WrongMoment(N_("Somebody ended this already. Nothing was changed."))


def all_contracts():
    return Contract.select().order_by(Contract.ends_on.desc(), Contract.id.desc())


def bound_by(contract: Contract) -> int:
    """How many organisations have an agreement under it that counts."""
    if contract.centre_id:
        return len({one.municipality_id for one in contract.agreements})
    here = contract.accessions.where(Accession.exchanged_on.is_null(False))
    return len({one.organisation_id for one in here})


def open_contracts(now: datetime) -> list[Contract]:
    """The framework contracts under which one can still join."""
    today = clock.local(now).date()
    running = [contract for contract in all_contracts() if contract.last_day >= today]
    return [contract for contract in running if not contract.centre_id]


# ── The agreement of an organisation ────────────────────────────────────


def accessions_of(organisation: Organisation):
    """The agreements of an organisation, newest first."""
    here = Accession.organisation == organisation.id
    return Accession.select(Accession, Contract).join(Contract).where(here).order_by(Accession.id.desc())


def write_down(
    organisation: Organisation,
    *,
    contract: Contract | None,
    type: int,
    signatory: str,
    provider_signatory: str,
    signed_on: date | None,
    by: User,
    now: datetime,
) -> Accession:
    """Keeps who signed what and when; changes the last agreement until both parties have their copy, then makes a new one.

    Raises Incomplete with the sentence of each wrong field, in the order of the form.
    """
    signed_by = {"signatory": signatory, "provider_signatory": provider_signatory}
    faults = {
        "contract": _contract_fault(organisation, contract, now),
        "type": None if type in AGREEMENT_TYPES else N_("Choose type 1 or type 2."),
        **{field: None if value.strip() else WHO_SIGNED for field, value in signed_by.items()},
        "signed_on": _day_fault(signed_on, now),
    }
    if found := {field: Sentence(said) for field, said in faults.items() if said}:
        raise Incomplete(N_("Nothing was kept yet."), found)
    values = {"contract": contract, "type": type, "signed_on": signed_on}
    values |= {"signatory": signatory.strip(), "provider_signatory": provider_signatory.strip()}
    with writing():
        last = accessions_of(organisation).first()
        if last and not last.is_exchanged and last.ended_on is None:
            made = _change(last, **values)
        else:
            made = Accession.create(organisation=organisation, created_at=now, **values)
        facts = {"contract": contract.id, "type": type, "signed_on": signed_on.isoformat()}
        audit.record("accession.written", made, by=by, now=now, organisation=organisation, **facts)
    return made


def _contract_fault(organisation: Organisation, contract: Contract | None, now: datetime) -> str | None:
    if organisation.kind in HOSTS:
        return N_("This organisation joins nothing: it is the other party.")
    if not contract:
        return N_("Choose the contract under which you join.")
    if contract.centre_id:
        return N_("Under this contract municipalities agree with the contact centre.")
    is_over = contract.last_day < clock.local(now).date()
    return N_("This contract is over. Choose one that runs.") if is_over else None


def _day_fault(signed_on: date | None, now: datetime) -> str | None:
    if not signed_on:
        return N_("Choose a day.")
    return N_("This day is still to come.") if signed_on > clock.local(now).date() else None


def attach(accession: Accession, content: bytes, filename: str, *, by: User, now: datetime) -> None:
    """Keeps the signed agreement as it was received; it must be a whole PDF by its content, whatever its name."""
    with writing():
        document = signed.keep(accession.organisation_id, content, filename, kind=SIGNED, now=now)
        _change(accession, document=document)
        facts = {"organisation": accession.organisation_id, "document": document.id, "bytes": len(content)}
        audit.record("accession.signed", accession, by=by, now=now, **facts)


def receive_paper(accession: Accession, received_on: date, *, by: User, now: datetime) -> None:
    """Notes that the agreement arrived on paper, signed."""
    _not_before(accession, received_on, "paper_received_on", now)
    with writing():
        _change(accession, paper_received_on=received_on)
        facts = {"organisation": accession.organisation_id, "received_on": received_on.isoformat()}
        audit.record("accession.paper_received", accession, by=by, now=now, **facts)


def exchange(accession: Accession, exchanged_on: date, *, by: User, now: datetime) -> None:
    """Notes that each party has its copy: from then on the agreement counts and stands as it is."""
    if not Accession.get_by_id(accession.id).is_signed:
        missing = N_("The signed agreement itself is missing: a file, or the day that the paper arrived.")
        raise Refusal(missing, field="file")
    _not_before(accession, exchanged_on, "exchanged_on", now)
    with writing():
        _change(accession, exchanged_on=exchanged_on)
        facts = {"organisation": accession.organisation_id, "exchanged_on": exchanged_on.isoformat()}
        audit.record("accession.exchanged", accession, by=by, now=now, **facts)


def _not_before(accession: Accession, day: date, field: str, now: datetime) -> None:
    if day < accession.signed_on:
        raise Refusal(N_("This day comes before the day of the signature."), field=field)
    if day > clock.local(now).date():
        raise Refusal(N_("This day is still to come."), field=field)


def _change(accession: Accession, **values) -> Accession:
    is_open = Accession.exchanged_on.is_null() & Accession.ended_on.is_null()
    if not Accession.update(**values).where(Accession.id == accession.id, is_open).execute():
        raise WrongMoment(EXCHANGED_ALREADY)
    return Accession.get_by_id(accession.id)


# ── The term ────────────────────────────────────────────────────────────


def outside_term(now: datetime) -> set[int]:
    """The organisations whose agreements are all over, or have not begun, on the calendar of Brussels.

    Who sent before agreements were written down here has none, and is in no such term.
    """
    today = clock.local(now).date()
    rows = database.execute_sql(_exchanged()).fetchall()
    inside = {row[0] for row in rows if _spans(row, today.isoformat())}
    return {row[0] for row in rows} - inside


@cache
def _exchanged() -> str:
    """The query of every claim, written once: to build it costs ten times what it takes to run."""
    days = (Contract.begins_on, Accession.signed_on, Contract.ends_on, Contract.ended_on, Accession.ended_on)
    query = Accession.select(Accession.organisation, *days).join(Contract)
    return query.where(Accession.exchanged_on.is_null(False)).sql()[0]


def _spans(row: tuple, day: str) -> bool:
    """Accession.holds_on of a row as the database has it: as texts its days sort as days do."""
    begins, signed, *ends = (str(one) for one in row[1:] if one)
    return max(begins, signed) <= day <= min(ends)


def term_fault(organisation: Organisation, now: datetime) -> Sentence | None:
    """Why nothing real may leave this organisation today; None when its term runs."""
    if organisation.id in outside_term(now):
        return Sentence(NOT_IN_TERM, organisation=organisation.name)
    return None
