"""The topic radar: what people ask about now, and what rises. Calls and questions from the floor are counted together."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import sqrt
from typing import NamedTuple

from peewee import SQL, Case, fn

from models import Asking, Call, Emergency, Question

SHORT, LONG = timedelta(minutes=15), timedelta(minutes=60)
FEWEST = 3  # fewer say nothing
SURPRISE = 2  # so many standard deviations above what was to be expected, as chance would spread it


class Count(NamedTuple):
    """How often a topic came up in a while, and in the while of the same length before it."""

    now: int
    before: int

    @property
    def is_rising(self) -> bool:
        """More than chance explains, by Poisson: 3 after none, 9 after 4, 60 after 45."""
        return self.now >= FEWEST and self.now > self.before + SURPRISE * sqrt(max(1, self.before))


class Topic(NamedTuple):
    name: str
    short: Count
    long: Count

    @property
    def is_rising(self) -> bool:
        return self.short.is_rising or self.long.is_rising


def seen(emergency: Emergency, now: datetime) -> list[Topic]:
    """Every topic of the last two hours: what rises first, then what is asked most. Counted by the database."""
    calls = _counted(Call.topic, Call.at, now, Call.select().where(Call.emergency == emergency.id))
    asked = Asking.select().join(Question).where(Question.emergency == emergency.id)
    together: dict[str, list[int]] = {}
    for name, *counts in [*calls, *_counted(Question.topic, Asking.at, now, asked)]:
        known = together.setdefault(name, [0, 0, 0, 0])
        together[name] = [one + other for one, other in zip(known, counts, strict=True)]
    found = [Topic(name, Count(*counts[:2]), Count(*counts[2:])) for name, counts in together.items()]
    return sorted(found, key=lambda one: (not one.is_rising, -one.long.now, one.name))


def _counted(topic, at, now: datetime, rows) -> Iterable[tuple]:
    """(topic, last 15 minutes, the 15 before, last 60, the 60 before)."""
    spans = [(now - length * (part + 1), now - length * part) for length in (SHORT, LONG) for part in (0, 1)]
    sums = [fn.SUM(Case(None, [((at > begins) & (at <= ends), 1)], 0)) for begins, ends in spans]
    recent = (topic != "") & (at > now - 2 * LONG) & (at <= now)
    return rows.select(topic, *sums).where(recent).group_by(topic).order_by(SQL("1")).tuples()
