"""Planned shifts: how many operators at a desk from when until when, beside what the calls will need."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch import audit
from dispatch.centre import floor
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGES, N_, Sentence
from models import DESKS, Emergency, Shift, User, writing

LONGEST = timedelta(hours=14)
MOST_OPERATORS = 400


def plan(
    emergency: Emergency,
    *,
    desk: str,
    begins_at: datetime | None,
    ends_at: datetime | None,
    operators: int,
    languages: Iterable[str],
    by: User,
    now: datetime,
) -> Shift:
    """Plans a shift of so many operators; raises Incomplete with what is wrong by field."""
    floor.demand_supervisor(emergency, by)
    faults = _faults(begins_at, ends_at, operators, now)
    if faults or desk not in DESKS:
        raise Incomplete(N_("The shift was not planned yet."), faults)
    with writing():
        floor.refuse_ended(emergency)
        shift = Shift.create(
            emergency=emergency,
            desk=desk,
            begins_at=begins_at,
            ends_at=ends_at,
            operators=operators,
            languages=[language for language in LANGUAGES if language in set(languages)],
            by=by,
            created_at=now,
        )
        floor.stir(emergency)
        facts = {"shift": shift.id, "operators": operators, "desk": desk}
        audit.record("shift.planned", emergency, by=by, now=now, **facts)
    return shift


def withdraw(shift: Shift, *, by: User, now: datetime) -> None:
    """Takes a planned shift back; raises WrongMoment when somebody did so already."""
    floor.demand_supervisor(shift.emergency, by)
    with writing():
        here = (Shift.id == shift.id) & Shift.withdrawn_at.is_null()
        if not Shift.update(withdrawn_at=now).where(here).execute():
            raise WrongMoment(N_("This shift was taken back already."))
        floor.stir(shift.emergency_id)
        audit.record("shift.withdrawn", shift.emergency, by=by, now=now, shift=shift.id)


def _faults(begins_at, ends_at, operators: int, now: datetime) -> dict[str, Sentence]:
    hour = N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")
    faults = {
        name: Sentence(hour) for name, at in (("begins_at", begins_at), ("ends_at", ends_at)) if at is None
    }
    if begins_at and ends_at and not begins_at < ends_at <= begins_at + LONGEST:
        faults["ends_at"] = Sentence(N_("A shift ends after it begins, and lasts at most 14 hours."))
    if not 1 <= operators <= MOST_OPERATORS:
        faults["operators"] = Sentence(
            N_("Write how many operators, from 1 to %(most)s."), most=MOST_OPERATORS
        )
    return faults


def planned(emergency: Emergency, since: datetime) -> list[Shift]:
    """The shifts that end after this moment, in the order in which they begin."""
    here = (Shift.emergency == emergency.id) & Shift.withdrawn_at.is_null() & (Shift.ends_at > since)
    return list(Shift.select().where(here).order_by(Shift.begins_at, Shift.id))


def number_at(shifts: Iterable[Shift], at: datetime) -> int:
    """How many operators are planned at this moment, all desks together."""
    return sum(shift.operators for shift in shifts if shift.begins_at <= at < shift.ends_at)


def next_change(shifts: Iterable[Shift], now: datetime) -> datetime | None:
    """When the next shift begins or ends."""
    moments = (at for shift in shifts for at in (shift.begins_at, shift.ends_at) if at > now)
    return min(moments, default=None)
