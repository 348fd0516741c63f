"""Who sits at the telephone: in and out in two presses, since when, at which desk, in which languages."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch import audit, rights
from dispatch.centre import floor
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.words import LANGUAGES, N_, Sentence
from models import DESKS, Emergency, Presence, User, writing

NEEDED = N_(
    "%(name)s sits at a real telephone, of %(emergency)s. An exercise takes nobody away from there: they leave that "
    "desk first."
)


def enter(
    emergency: Emergency, operator: User, *, desk: str, languages: Iterable[str], by: User, now: datetime
) -> Presence:
    """This operator sits at this desk from now on; who sat elsewhere, in this emergency or another, left there.

    Raises Incomplete without a language, NotAllowed for who takes no calls here, and WrongMoment when they sit there
    like that already, sit at a real telephone while this is an exercise, or the emergency is over.
    """
    _judge(emergency, operator, by)
    spoken = [language for language in LANGUAGES if language in set(languages)]
    if not spoken or desk not in DESKS:
        fault = Sentence(N_("Choose at least one language that this operator speaks."))
        raise Incomplete(N_("Nobody was signed in at a desk."), {"languages": fault})
    with writing():
        floor.refuse_ended(emergency)
        seat = _seat(operator)
        if seat and (seat.emergency_id, seat.desk, seat.languages) == (emergency.id, desk, spoken):
            raise WrongMoment(N_("This operator sits there already."))
        if needed := needed_at(emergency, operator):
            raise WrongMoment(NEEDED, name=operator.name, emergency=needed.name)
        if seat:
            _stand_up(seat, now)
        made = Presence.create(
            emergency=emergency, operator=operator, languages=spoken, desk=desk, from_at=now
        )
        floor.stir(emergency)
        facts = {"operator": operator.id, "desk": desk, "languages": spoken}
        audit.record("operator.entered", emergency, by=by, now=now, **facts)
    return made


def leave(emergency: Emergency, operator: User, *, by: User, now: datetime) -> None:
    """This operator is away from now on; raises WrongMoment when they sit at no desk of this emergency."""
    _judge(emergency, operator, by)
    with writing():
        seat = _seat(operator)
        if not seat or seat.emergency_id != emergency.id:
            raise WrongMoment(N_("This operator had left already."))
        _stand_up(seat, now)
        audit.record("operator.left", emergency, by=by, now=now, operator=operator.id, desk=seat.desk)


def _stand_up(seat: Presence, now: datetime) -> None:
    here = (Presence.id == seat.id) & Presence.until_at.is_null()
    if not Presence.update(until_at=now).where(here).execute():
        raise WrongMoment(N_("This operator had left already."))
    floor.stir(seat.emergency_id)


def end_all(emergency: Emergency, *, at: datetime) -> None:
    """Everybody's seat ends with the emergency, in the caller's transaction; one that was taken later lasted no time."""
    seats = (Presence.emergency == emergency.id) & Presence.until_at.is_null()
    Presence.update(until_at=Presence.from_at).where(seats, Presence.from_at > at).execute()
    Presence.update(until_at=at).where(seats).execute()


def _judge(emergency: Emergency, operator: User, by: User) -> None:
    """Everybody for themselves, a supervisor for everybody of the centre."""
    floor.demand_operator(emergency, by)
    if operator.id != by.id:
        floor.demand_supervisor(emergency, by)
    takes_calls = operator.is_active and rights.may(operator, "call.take")
    if operator.organisation_id != emergency.centre_id or not takes_calls:
        raise NotAllowed(N_("This person takes no calls in this centre."))


def _seat(operator: User) -> Presence | None:
    return Presence.get_or_none(Presence.operator == operator.id, _is_taken())


def _is_taken():
    """A seat that nobody left, of an emergency that is not over: seats did not always end with theirs."""
    runs = Emergency.select(Emergency.id).where(Emergency.ended_at.is_null())
    return Presence.until_at.is_null() & Presence.emergency.in_(runs)


# ── Questions ───────────────────────────────────────────────────────────


def seat_of(operator: User, emergency: Emergency | None = None) -> Presence | None:
    """Where this operator sits now; with `emergency`, only if it is there."""
    seat = _seat(operator)
    return seat if seat and (emergency is None or seat.emergency_id == emergency.id) else None


def needed_at(exercise: Emergency, operator: User) -> Emergency | None:
    """The real emergency where this operator sits and which no exercise takes them from; None where none holds them."""
    seat = _seat(operator) if exercise.is_practice else None
    return None if seat is None or seat.emergency.is_practice else seat.emergency


def last_of(operator: User) -> Presence | None:
    """The last place of this operator: their languages and desk are offered again."""
    return Presence.select().where(Presence.operator == operator.id).order_by(Presence.id.desc()).first()


def present(emergency: Emergency) -> list[Presence]:
    """Who sits there now, each with their account, by name."""
    here = (Presence.emergency == emergency.id) & _is_taken()
    return list(Presence.select(Presence, User).join(User).where(here).order_by(User.name, User.id))


def absent(emergency: Emergency) -> list[User]:
    """The people of the centre who take calls and sit at no desk of this emergency, by name."""
    seated = Presence.select(Presence.operator).where(Presence.emergency == emergency.id, _is_taken())
    here = (User.organisation == emergency.centre_id) & User.is_active & User.id.not_in(seated)
    return [user for user in User.select().where(here).order_by(User.name) if rights.may(user, "call.take")]


def by_language(seats: Iterable[Presence]) -> Counter:
    """How many speak each language; one operator counts for each that they speak."""
    return Counter(language for seat in seats for language in seat.languages)


def numbers(
    emergency: Emergency, moments: list[datetime], *, desk: str, length: timedelta, now: datetime
) -> list[float]:
    """How many sat at this desk on average in each stretch of this length that begins at these moments."""
    if not moments:
        return []
    columns = (Presence.from_at, Presence.until_at)
    until = moments[-1] + length
    begun = (Presence.emergency == emergency.id) & (Presence.desk == desk) & (Presence.from_at < until)
    here = begun & (Presence.until_at.is_null() | (Presence.until_at > moments[0]))
    stretches = list(Presence.select(*columns).where(here).tuples())
    return [_average(stretches, at, min(at + length, now)) for at in moments]


def _average(stretches: list[tuple], begins: datetime, ends: datetime) -> float:
    whole = (ends - begins).total_seconds()
    if whole <= 0:
        return float(sum(1 for _, until in stretches if until is None))
    there = sum(
        max(0.0, (min(until or ends, ends) - max(from_at, begins)).total_seconds())
        for from_at, until in stretches
    )
    return there / whole
