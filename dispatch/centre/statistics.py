"""Calls counted: by quarter hour, topic, language, kind and place. The database counts; no row is walked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dialect import spans_of
from models import Call, Emergency, Quarter

QUARTER = timedelta(minutes=15)
QUARTER_SECONDS = 900
EPOCH = datetime(1970, 1, 1)
MOST_PLACES = 20


@dataclass(frozen=True)
class Stretch:
    """One quarter hour: what operators noted, and what the exchange counted, if it told."""

    begins_at: datetime
    noted: int
    exchange: Quarter | None = None

    @property
    def calls(self) -> int:
        """The exchange knows of those that nobody answered too; an older count of it does not hide newer notes."""
        return max(self.exchange.offered, self.noted) if self.exchange else self.noted

    @property
    def in_time(self) -> float | None:
        """The share of answered calls that waited at most 20 seconds, where the exchange says so."""
        counted = self.exchange
        if not counted or counted.in_time is None or not counted.answered:
            return None
        return counted.in_time / counted.answered


def quarter_of(at: datetime) -> datetime:
    """When the quarter hour of this moment began: on the clocks of Brussels as on those of UTC."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def stretches(emergency: Emergency, since: datetime, until: datetime) -> list[Stretch]:
    """Every quarter hour from `since` to `until`, the one that is going on included; empty ones too."""
    first, last = quarter_of(since), quarter_of(until)
    noted = _noted(emergency, first, last + QUARTER)
    counted = {row.begins_at: row for row in emergency.quarters.where(Quarter.begins_at.between(first, last))}
    moments = [first + n * QUARTER for n in range(int((last - first) / QUARTER) + 1)]
    return [Stretch(at, noted.get(at, 0), counted.get(at)) for at in moments]


def _noted(emergency: Emergency, since: datetime, until: datetime) -> dict[datetime, int]:
    number = _quarter_number()
    here = (Call.emergency == emergency.id) & (Call.at >= since) & (Call.at < until)
    rows = Call.select(number, fn.COUNT(Call.id)).where(here).group_by(number).tuples()
    return {EPOCH + int(quarter) * QUARTER: count for quarter, count in rows}


def _quarter_number():
    """The number of the quarter hour since 1970, as the database reckons it from the moment of a call."""
    return spans_of(Call.at, QUARTER_SECONDS)


def per_quarter(emergency: Emergency, since: datetime, until: datetime) -> list[tuple[datetime, str, int]]:
    """How many calls of each kind in each quarter hour: (begin, kind, number); empty ones are left out."""
    number = _quarter_number()
    here = _within(emergency, since, until)
    rows = Call.select(number, Call.kind, fn.COUNT(Call.id)).where(here).group_by(number, Call.kind)
    return sorted((EPOCH + int(quarter) * QUARTER, kind, count) for quarter, kind, count in rows.tuples())


def by(
    field, emergency: Emergency, since: datetime | None = None, until: datetime | None = None, *conditions
) -> list[tuple[str, int]]:
    """How many calls for each value of a field of Call, most first."""
    count = fn.COUNT(Call.id)
    query = Call.select(field, count).where(_within(emergency, since, until), *conditions)
    return list(query.group_by(field).order_by(count.desc(), field).tuples())


def by_language(emergency: Emergency, since: datetime | None = None) -> dict[str, int]:
    return dict(by(Call.language, emergency, since))


def by_topic(emergency: Emergency, since: datetime | None = None) -> list[tuple[str, int]]:
    """Calls of information by topic; "" is about none of them. Other kinds have none."""
    return by(Call.topic, emergency, since, None, Call.kind == "d5")


def by_place(emergency: Emergency, since: datetime | None = None) -> list[tuple[str, int]]:
    """The places that callers named most; relatives' are never kept."""
    return by(Call.place, emergency, since, None, Call.kind == "d5", Call.place != "")[:MOST_PLACES]


def by_municipality(emergency: Emergency, since: datetime | None = None) -> dict[int | None, int]:
    return dict(by(Call.municipality, emergency, since))


def by_kind(emergency: Emergency, since: datetime | None = None) -> dict[str, int]:
    return dict(by(Call.kind, emergency, since))


def handed(emergency: Emergency, since: datetime | None = None) -> dict[str, int]:
    """How many calls were passed on, and to whom."""
    return dict(by(Call.handed_to, emergency, since, None, Call.handed_to != ""))


def noted_by(emergency: Emergency, since: datetime) -> dict[int, int]:
    """How many calls each operator noted, by their id."""
    return dict(by(Call.operator, emergency, since))


def total(emergency: Emergency) -> int:
    return emergency.calls.count()


def seconds_per_call(emergency: Emergency, since: datetime) -> float | None:
    """How long a call lasted on average, as the exchange counted, else as somebody measured; None when nobody did."""
    here = (Quarter.emergency == emergency.id) & (Quarter.begins_at >= since) & (Quarter.answered > 0)
    sums = Quarter.select(fn.SUM(Quarter.talked_seconds), fn.SUM(Quarter.answered)).where(here)
    talked, answered = sums.tuples().get()
    if talked and answered:
        return talked / answered
    measured = _within(emergency, since, None) & Call.seconds.is_null(False)
    mean, number = Call.select(fn.AVG(Call.seconds), fn.COUNT(Call.id)).where(measured).tuples().get()
    return float(mean) if mean and number >= 10 else None


def _within(emergency: Emergency, since: datetime | None, until: datetime | None):
    here = Call.emergency == emergency.id
    if since:
        here &= Call.at >= since
    if until:
        here &= Call.at < until
    return here
