"""What happened at the telephone during an activation, counted: calls by quarter hour, topic and language, people, waiting."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dispatch.centre.staffing import operators_needed
from models import Call, Emergency, Presence, Quarter, Question

MINUTE, QUARTER, HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)
USUAL_SECONDS = 180  # of one call, where nobody measured it


@dataclass(frozen=True)
class Telephone:
    """Calls between two moments, as the exchange counted them; None where there is no exchange."""

    offered: int
    answered: int
    abandoned: int
    in_time: int | None
    waited_seconds: int
    longest_seconds: int | None

    @property
    def mean_wait(self) -> int:
        return round(self.waited_seconds / self.answered) if self.answered else 0


@dataclass(frozen=True)
class Hour:
    """One hour of the clock: how many were there, at most and at least needed."""

    at: datetime
    calls: int
    present: int
    needed: int


def telephone(emergency: Emergency, begins: datetime, ends: datetime) -> Telephone | None:
    rows = list(_quarters(emergency, begins, ends))
    if not rows:
        return None
    measured = [row.in_time for row in rows if row.in_time is not None]
    longest = [row.longest_seconds for row in rows if row.longest_seconds is not None]
    return Telephone(
        sum(row.offered for row in rows),
        sum(row.answered for row in rows),
        sum(row.abandoned for row in rows),
        sum(measured) if measured else None,
        sum(row.waited_seconds for row in rows),
        max(longest, default=None),
    )


def curve(emergency: Emergency, begins: datetime, ends: datetime) -> list[tuple[datetime, int, int]]:
    """(quarter hour, calls that came in, calls answered) without gaps; without an exchange both are the noted calls."""
    by_exchange = {row.begins_at: (row.offered, row.answered) for row in _quarters(emergency, begins, ends)}
    noted = _noted(emergency, begins, ends)
    points, at = [], _floor(begins)
    while at < ends:
        points.append((at, *by_exchange.get(at, (noted[at], noted[at]))))
        at += QUARTER
    return points


def counted(emergency: Emergency, begins: datetime, ends: datetime, by: str) -> list[tuple[str, int]]:
    """The noted calls by kind, topic, language or municipality, most frequent first: [(value, calls)]."""
    field, number = getattr(Call, by), fn.COUNT(Call.id)
    query = _calls(emergency, begins, ends).select(field, number).group_by(field)
    return sorted(query.tuples(), key=lambda row: (-row[1], str(row[0])))


def handed_over(emergency: Emergency, begins: datetime, ends: datetime) -> list[tuple[str, int]]:
    """Calls that were passed on: [("d2_desk" or "second_line", calls)]."""
    passed = _calls(emergency, begins, ends).where(Call.handed_to != "")
    rows = passed.select(Call.handed_to, fn.COUNT(Call.id)).group_by(Call.handed_to)
    return list(rows.order_by(Call.handed_to).tuples())


def questions(emergency: Emergency, begins: datetime, ends: datetime) -> list[Question]:
    """What the floor asked in this time, the longest waiting first."""
    here = emergency.questions.where(Question.asked_at >= begins, Question.asked_at < ends)
    return sorted(here, key=lambda one: waited(one, ends), reverse=True)


def waited(question: Question, until: datetime) -> timedelta:
    return (question.answered_at or until) - question.asked_at


def staffing(emergency: Emergency, begins: datetime, ends: datetime) -> list[Hour]:
    """For each hour the calls, the most operators at once and how many were needed for 80 % within 20 s.

    Whoever sits at the D2 desk answers no call that comes in. What came in a part of an hour needs as many people as if
    it had gone on so for the whole of it.
    """
    points = curve(emergency, begins, ends)
    seconds = _seconds_per_call(emergency, begins, ends)
    hours: dict[datetime, int] = {}
    for at, calls, _answered in points:
        hour = at.replace(minute=0)
        hours[hour] = hours.get(hour, 0) + calls
    answering = emergency.presences.where(Presence.desk == "d5")
    there = list(answering.select(Presence.from_at, Presence.until_at).tuples())
    return [
        Hour(
            at,
            calls,
            _most_at_once(there, at, at + HOUR, ends),
            operators_needed(calls / _share(at, begins, ends), seconds),
        )
        for at, calls in hours.items()
    ]


def _share(hour: datetime, begins: datetime, ends: datetime) -> float:
    """How much of an hour of the clock lies between two moments, a minute at least."""
    return max(min(hour + HOUR, ends) - max(hour, begins), MINUTE) / HOUR


def _most_at_once(there: list[tuple], begins: datetime, ends: datetime, until: datetime) -> int:
    edges: Counter = Counter()
    for from_at, until_at in there:
        left = until_at or until
        if from_at < ends and left > begins:
            edges[max(from_at, begins)] += 1
            edges[left] -= 1
    most = now = 0
    for _at, change in sorted(edges.items()):
        now += change
        most = max(most, now)
    return most


def _seconds_per_call(emergency: Emergency, begins: datetime, ends: datetime) -> float:
    rows = list(_quarters(emergency, begins, ends))
    answered = sum(row.answered for row in rows)
    if answered:
        return sum(row.talked_seconds for row in rows) / answered or USUAL_SECONDS
    measured = _calls(emergency, begins, ends).where(Call.seconds > 0)
    return measured.select(fn.AVG(Call.seconds)).scalar() or USUAL_SECONDS


def _noted(emergency: Emergency, begins: datetime, ends: datetime) -> Counter:
    return Counter(_floor(at) for (at,) in _calls(emergency, begins, ends).select(Call.at).tuples())


def _calls(emergency: Emergency, begins: datetime, ends: datetime):
    return emergency.calls.where(Call.at >= begins, Call.at < ends)


def _quarters(emergency: Emergency, begins: datetime, ends: datetime) -> Iterator[Quarter]:
    here = (Quarter.begins_at >= _floor(begins)) & (Quarter.begins_at < ends)
    return iter(emergency.quarters.where(here).order_by(Quarter.begins_at))


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
