"""What an organisation needs before it may send anything real: agreement, order, accounts, practice."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from dispatch import audit, clock
from dispatch.errors import Refusal
from dispatch.onboarding import contracts
from dispatch.onboarding.contracts import HOSTS
from dispatch.words import N_, Sentence
from models import Accession, Campaign, Order, Organisation, UserTable, writing

NOT_READY = N_(
    "%(organisation)s is not ready to send. %(missing)s An administrator does this on the page “Agreements”. You can "
    "practise already."
)
NOTHING_SENT = N_("Nothing was sent: %(why)s")
UNWRITTEN = N_("The agreement is missing: its type, who signed it and when.")
UNSIGNED = N_("The signed agreement is missing: its file, or the day that the paper arrived.")
NOT_EXCHANGED = N_("The platform must still note that each party has its copy of the agreement.")
NOT_IN_FORCE = N_("The agreement does not run today.")
NO_ORDER = N_("The order form is missing.")
NO_TABLE = N_("The user table is missing: who gets an account.")
NO_PRACTICE = N_("Nobody has finished a practice campaign yet.")
BOTH = N_("%(one)s %(other)s")


@dataclass(frozen=True)
class Step:
    """One line of the checklist: `done_on` is the day that it was done, `missing` says what is not."""

    name: str  # agreement, order, users, practice
    missing: Sentence | None
    done_on: date | None = None

    @property
    def is_done(self) -> bool:
        return self.missing is None


def joins(organisation: Organisation) -> bool:
    """Whether this kind of organisation joins by an agreement at all."""
    return organisation.kind not in HOSTS


def steps(organisation: Organisation, now: datetime) -> list[Step]:
    """The four things that it takes, as they stand."""
    return [
        _agreement(organisation, now),
        _order(organisation),
        _users(organisation),
        _practice(organisation),
    ]


def _agreement(organisation: Organisation, now: datetime) -> Step:
    found = list(contracts.accessions_of(organisation))
    today = clock.local(now).date()
    if holding := next((one for one in found if one.holds_on(today)), None):
        return Step("agreement", None, holding.exchanged_on)
    return Step("agreement", Sentence(_agreement_fault(found[0] if found else None)))


def _agreement_fault(last: Accession | None) -> str:
    if not last:
        return UNWRITTEN
    if not last.is_signed:
        return UNSIGNED
    return NOT_IN_FORCE if last.is_exchanged or last.ended_on else NOT_EXCHANGED


def _order(organisation: Organisation) -> Step:
    last = Order.select().where(Order.organisation == organisation.id).order_by(Order.id.desc()).first()
    return _step("order", last and last.placed_at, NO_ORDER)


def _users(organisation: Organisation) -> Step:
    here = (UserTable.organisation == organisation.id) & (UserTable.status == "committed")
    table = UserTable.select().where(here).order_by(UserTable.id).first()
    return _step("users", table and table.ended_at, NO_TABLE)


def _practice(organisation: Organisation) -> Step:
    finished = Campaign.is_practice & (Campaign.status == "done")
    first = (
        Campaign.select()
        .where(Campaign.organisation == organisation.id, finished)
        .order_by(Campaign.id)
        .first()
    )
    return _step("practice", first and first.ended_at, NO_PRACTICE)


def _step(name: str, at: datetime | None, missing: str) -> Step:
    return Step(name, None, clock.local(at).date()) if at else Step(name, Sentence(missing))


# ── Ready ───────────────────────────────────────────────────────────────


def obstacle(organisation: Organisation, now: datetime) -> Sentence | None:
    """Why nothing real would leave of this organisation now, with what is missing and where it is done; writes nothing."""
    missing = [step.missing for step in steps(organisation, now) if step.missing]
    if joins(organisation) and missing and not organisation.is_ready:
        return Sentence(NOT_READY, organisation=organisation.name, missing=reduce(_both, missing))
    return contracts.term_fault(organisation, now)


def demand_ready(organisation: Organisation, now: datetime) -> None:
    """Raises Refusal, saying what is missing and where, unless this organisation may send something real now."""
    fresh = Organisation.get_by_id(organisation.id)
    if joins(fresh):
        _admit(fresh, now)
    if fault := obstacle(fresh, now):
        raise Refusal(NOTHING_SENT, why=fault)


def _both(one: Sentence, other: Sentence) -> Sentence:
    return Sentence(BOTH, one=one, other=other)


def admit(now: datetime) -> None:
    """Writes down of everybody for whom everything is there now that they are ready."""
    for organisation in list(Organisation.select().where(Organisation.ready_at.is_null())):
        if joins(organisation):
            _admit(organisation, now)


def _admit(organisation: Organisation, now: datetime) -> bool:
    """Whether it is ready; the first time that it is, that is written down and stays so."""
    if organisation.is_ready:
        return True
    if not all(step.is_done for step in steps(organisation, now)):
        return False
    with writing():
        here = (Organisation.id == organisation.id) & Organisation.ready_at.is_null()
        if Organisation.update(ready_at=now).where(here).execute():
            audit.record("organisation.ready", organisation, by=None, now=now, organisation=organisation)
    return True
