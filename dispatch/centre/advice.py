"""What the last quarter hours say of the next: how many operators, and what happens if nothing changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from dispatch.centre import presence, statistics
from dispatch.centre.staffing import HOUR, mean_wait, operators_needed, service_level
from dispatch.centre.statistics import QUARTER, Stretch, quarter_of
from dispatch.words import LANGUAGES
from models import Emergency, Presence

SECONDS_PER_CALL = 180  # until somebody measured it
ANSWERED, WITHIN = 0.8, 20
TREND = 4  # quarter hours that are looked at
LEAST_GONE = timedelta(minutes=5)  # of the running quarter hour, before it says anything
LANGUAGE_WINDOW = timedelta(hours=1)
PER_HOUR = 4
LEAST = 1  # an open number is answered, also while no call is expected


@dataclass(frozen=True)
class Advice:
    """`calls_per_hour` is what the next quarter hour is expected to bring; the share is from 0 to 1."""

    calls_per_hour: float
    seconds_per_call: float
    is_measured: bool  # whether the seconds come from real calls
    needed: int
    present: int
    by: datetime  # the moment for which it says this
    in_time: float  # the share answered in 20 s if nothing changes
    wait_seconds: float  # the mean wait then; infinite where the queue only grows
    queue_after: int  # callers who wait at that moment, where the queue only grows

    @property
    def short(self) -> int:
        return max(0, self.needed - self.present)

    @property
    def grows(self) -> bool:
        return self.wait_seconds == inf


@dataclass(frozen=True)
class LanguageNeed:
    language: str
    present: int
    needed: int

    @property
    def difference(self) -> int:
        return self.present - self.needed


def expected(stretches: Sequence[Stretch], now: datetime) -> float:
    """Calls an hour in the next quarter hour: the line through the last ones, and never less than the last one brought."""
    last = rates(stretches, now)[-TREND:]
    return max(last[-1], last[-1] + slope(last)) if last else 0.0


def rates(stretches: Sequence[Stretch], now: datetime) -> list[float]:
    """Calls an hour in each quarter hour; the running one for what it would bring in the whole.

    In its first five minutes chance is louder than that: it counts for what it brought already, and for no less than
    the one before.
    """
    found = [float(one.calls * PER_HOUR) for one in stretches]
    if found:
        gone = min(now - stretches[-1].begins_at, QUARTER)
        found[-1] = found[-1] * (QUARTER / gone) if gone >= LEAST_GONE else max(found[-2:])
    return found


def slope(values: Sequence[float]) -> float:
    """How much a straight line through these values, by least squares, rises from each to the next."""
    number = len(values)
    if number < 2:
        return 0.0
    middle, mean = (number - 1) / 2, sum(values) / number
    spread = sum((at - middle) ** 2 for at in range(number))
    return sum((at - middle) * (value - mean) for at, value in enumerate(values)) / spread


def of(
    emergency: Emergency, stretches: Sequence[Stretch], seats: Sequence[Presence], now: datetime
) -> Advice:
    """The advice at this moment, from the quarter hours up to now and who sits there."""
    measured = statistics.seconds_per_call(emergency, now - timedelta(hours=2))
    seconds = measured or SECONDS_PER_CALL
    rate, present = expected(stretches, now), len(seats)
    needed = operators_needed(rate, seconds, ANSWERED, WITHIN)
    is_unanswered = not present and emergency.ended_at is None
    return Advice(
        calls_per_hour=rate,
        seconds_per_call=seconds,
        is_measured=measured is not None,
        needed=max(LEAST, needed) if emergency.ended_at is None else needed,
        present=present,
        by=quarter_of(now) + QUARTER,
        in_time=0.0 if is_unanswered else service_level(present, rate, seconds, WITHIN),
        wait_seconds=inf if is_unanswered else mean_wait(present, rate, seconds),
        queue_after=queue_after(present, rate, seconds, QUARTER),
    )


def queue_after(operators: int, calls_per_hour: float, seconds_per_call: float, length: timedelta) -> int:
    """How many more callers wait after this time than at its begin, where more comes in than is answered."""
    surplus = calls_per_hour - operators * HOUR / seconds_per_call
    return max(0, round(surplus * length.total_seconds() / HOUR))


def needed_in(stretches: Sequence[Stretch], seconds_per_call: float, now: datetime) -> list[int]:
    """The operators that each quarter hour needed; the running one for what it would bring in the whole."""
    return [operators_needed(rate, seconds_per_call, ANSWERED, WITHIN) for rate in rates(stretches, now)]


def by_language(
    emergency: Emergency, advice: Advice, seats: Sequence[Presence], now: datetime
) -> list[LanguageNeed]:
    """For each language who is there and who is needed, by its part in the calls of the last hour.

    Each language is reckoned as a queue of its own, so the needs add up to more than the whole: who speaks two
    languages fills two places.
    """
    return needs(
        statistics.by_language(emergency, now - LANGUAGE_WINDOW), advice, presence.by_language(seats)
    )


def needs(counts: Mapping[str, int], advice: Advice, speakers: Mapping[str, int]) -> list[LanguageNeed]:
    whole = sum(counts.values())
    shares = {language: counts.get(language, 0) / whole if whole else 0.0 for language in LANGUAGES}
    return [
        LanguageNeed(
            language,
            speakers.get(language, 0),
            operators_needed(advice.calls_per_hour * share, advice.seconds_per_call, ANSWERED, WITHIN),
        )
        for language, share in shares.items()
    ]
