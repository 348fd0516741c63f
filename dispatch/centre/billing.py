"""How a bill comes to its lines: who was there in which quarter hour, in whose span it fell, and how it is shared.

The rules, each of which is on the statement and in tests/test_costs.py:
- An operator counts for each quarter hour of the clock that they were there in, at the desk where they first sat in it.
- Who comes is paid the minimum: what is missing follows directly on the last quarter hour of the turn. A turn is over
  when somebody was away for as long as the minimum.
- Until the minimum opening is over, the agreed number of operators is paid also while the number is closed.
- Who bears a quarter hour is who bears it at its first moment: a scale-up moves it from `from_at` on.
- Only talking is rounded, half a mill upwards, once for each line. Parts of a shared line add up by the largest remainder.
- Staff and telephone of a shared emergency follow the tariff of the activation that was requested first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dispatch.centre import moves
from dispatch.centre import prices as tariff
from dispatch.centre.prices import Prices
from models import Activation, Call, Emergency, Organisation, Presence, Quarter, ScaleUp

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, eq=False)
class Party:
    """One activation in what it costs: from when until when it was open (None: still), and who took it over when."""

    activation: Activation
    openings: tuple[tuple[datetime, datetime | None], ...]
    changes: tuple[tuple[datetime, Organisation], ...] = ()

    @property
    def opened_at(self) -> datetime:
        return self.openings[0][0]

    def is_open(self, at: datetime) -> bool:
        return any(begins <= at and (ends is None or at < ends) for begins, ends in self.openings)

    def bearer(self, at: datetime) -> Organisation:
        """Who bears what begins at this moment."""
        taken = [authority for from_at, authority in self.changes if from_at <= at]
        return taken[-1] if taken else self.activation.municipality


@dataclass(frozen=True, eq=False)
class Span:
    """A time in which the same municipalities share and the same bearers pay."""

    begins_at: datetime
    parties: tuple[Party, ...]


@dataclass(frozen=True)
class Line:
    """So many quarter hours, seconds or activations in one span, at one price, and each party's part of it.

    `what` is staff, minimum, opening, telephone or activation; `parts` follow the parties of the span, to the mill.
    """

    span: Span
    what: str
    desk: str
    rate: str
    number: int
    price: int
    mills: int
    parts: tuple[int, ...]


def split(mills: int, weights: Sequence[int]) -> tuple[int, ...]:
    """An amount in parts by weight that add up to it; what rounding leaves goes to the largest remainders."""
    whole = sum(weights)
    parts = [mills * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda n: (-(mills * weights[n] % whole), n))
    for n in remainders[: mills - sum(parts)]:
        parts[n] += 1
    return tuple(parts)


# ── Who takes part ──────────────────────────────────────────────────────


def parties_of(emergency: Emergency, until: datetime) -> list[Party]:
    """The activations whose number was opened by then, in the order in which they were requested."""
    found = []
    for activation in emergency.activations.order_by(Activation.id):
        openings = tuple(one for one in moves.openings(activation) if one.from_at <= until)
        if openings:
            found.append(Party(activation, openings, tuple(_changes(activation))))
    return found


def _changes(activation: Activation) -> Iterator[tuple[datetime, Organisation]]:
    taken = activation.scale_ups.where(ScaleUp.taken_at.is_null(False))
    for change in taken.order_by(ScaleUp.from_at, ScaleUp.id):
        yield change.from_at, change.authority


class Reckoning:
    """One emergency until one moment, counted."""

    def __init__(self, emergency: Emergency, prices: Prices, parties: list[Party], until: datetime):
        self.emergency = emergency
        self.prices = prices
        self.parties = parties
        self.until = min(until, emergency.ended_at) if emergency.ended_at else until
        self.spans = self._cut()

    def _cut(self) -> list[Span]:
        """From the first opening on, a span at each opening, closing and scale-up."""
        first = min(party.opened_at for party in self.parties)
        cuts = {first}
        for party in self.parties:
            cuts |= {at or first for opening in party.openings for at in opening}
            cuts |= {at for at, _who in party.changes}
        spans: list[Span] = []
        for at in sorted(cut for cut in cuts if first <= cut):
            sharing = tuple(party for party in self.parties if party.is_open(at))
            if not spans and not sharing:  # opened by mistake and closed at once
                sharing = tuple(party for party in self.parties if party.opened_at == at)
            if sharing:  # while nobody is open, what is still paid belongs to whoever was last
                spans.append(Span(at, sharing))
        return spans

    def span(self, at: datetime) -> Span:
        """The one in which this moment falls; what comes before the opening belongs to the first."""
        return next((span for span in reversed(self.spans) if span.begins_at <= at), self.spans[0])

    # ── Lines ───────────────────────────────────────────────────────────

    def lines(self, more_seconds: int) -> Iterator[Line]:
        counted = self._staff()
        spoken = self._telephone(more_seconds)
        weights = {span: self._weights(span) for span in self.spans}
        yield from self._fees()
        for span in self.spans:
            for what, desk, rate in sorted(counted[span]):
                number, price = counted[span][what, desk, rate], self.prices.quarter(desk, rate)
                yield self._line(span, what, desk, rate, number, price, number * price, weights)
            if seconds := spoken[span]:
                mills = self.prices.talking(seconds)
                yield self._line(span, "telephone", "", "", seconds, self.prices.telephone, mills, weights)

    def _line(self, span, what, desk, rate, number, price, mills, weights) -> Line:
        return Line(span, what, desk, rate, number, price, mills, split(mills, weights[span]))

    def _fees(self) -> Iterator[Line]:
        """Each activation pays its own, at the moment that its number opened."""
        for party in self.parties:
            annex = tariff.of_activation(party.activation, self.until)
            price = tariff.read(annex).activation if annex else self.prices.activation
            yield Line(Span(party.opened_at, (party,)), "activation", "", "", 1, price, price, (price,))

    def _weights(self, span: Span) -> list[int]:
        if self.prices.split == "equally" or len(span.parties) == 1:
            return [1] * len(span.parties)
        later = [other.begins_at for other in self.spans if other.begins_at > span.begins_at]
        here = (Call.at >= span.begins_at) & (Call.at < min([*later, self.until]))
        counts = dict(
            self.emergency.calls.select(Call.municipality, fn.COUNT(Call.id))
            .where(here)
            .group_by(Call.municipality)
            .tuples()
        )
        weights = [counts.get(party.activation.municipality_id, 0) for party in span.parties]
        return weights if any(weights) else [1] * len(weights)

    # ── People ──────────────────────────────────────────────────────────

    def _staff(self) -> dict[Span, Counter]:
        """For each span the quarter hours by what, desk and rate."""
        each = Counter(one for desks in self._attended().values() for one in self._with_minimum(desks))
        paid: Counter = Counter()
        for (at, _what, _desk), number in each.items():
            paid[at] += number
        for at, number in self._minimum_opening(paid):
            each[at, "opening", "d5"] = number
        counted: dict[Span, Counter] = defaultdict(Counter)
        for (at, what, desk), number in each.items():
            counted[self.span(at)][what, desk, self.prices.rate(at)] += number
        return counted

    def _attended(self) -> dict[int, dict[datetime, str]]:
        """For each operator the quarter hours that they were there in, and at which desk."""
        desks: dict[int, dict[datetime, str]] = defaultdict(dict)
        here = self.emergency.presences.where(Presence.from_at < self.until).order_by(Presence.from_at)
        columns = (Presence.operator, Presence.from_at, Presence.until_at, Presence.desk)
        for operator, from_at, until_at, desk in here.select(*columns).tuples():
            for at in quarters(from_at, min(until_at or self.until, self.until)):
                desks[operator].setdefault(at, desk)
        return desks

    def _with_minimum(self, desks: dict[datetime, str]) -> Iterator[tuple[datetime, str, str]]:
        """One operator's quarter hours, with what each turn lacks of the minimum behind it."""
        minimum, turn, last = self.prices.minimum_operator, 0, None
        for at in sorted(desks):
            if last is not None and at - last > max(1, minimum) * QUARTER:
                yield from _following(last, minimum - turn, desks[last])
                turn = 0
            yield at, "staff", desks[at]
            turn, last = turn + 1, at
        if last is not None:
            yield from _following(last, minimum - turn, desks[last])

    def _minimum_opening(self, paid: Counter) -> Iterator[tuple[datetime, int]]:
        """While nobody's number is open any more: the operators of the agreement, less those who are paid already."""
        opened = min(party.opened_at for party in self.parties)
        agreed = max(party.activation.agreement.operators for party in self.parties)
        for n in range(self.prices.minimum_opening):
            at = _floor(opened) + n * QUARTER
            is_open = at <= opened or (at < self.until and any(party.is_open(at) for party in self.parties))
            if not is_open and paid[at] < agreed:
                yield at, agreed - paid[at]

    # ── Talking ─────────────────────────────────────────────────────────

    def _telephone(self, more_seconds: int) -> Counter:
        """Seconds of talking in each span: as the exchange counted, else as the operators' calls say."""
        seconds: Counter = Counter()
        edges = [span.begins_at for span in self.spans[1:]]
        for span, begins, ends in zip(self.spans, [datetime.min, *edges], [*edges, self.until], strict=True):
            seconds[span] += talked(self.emergency, begins, min(ends, self.until))
        seconds[self.spans[-1]] += more_seconds
        return seconds


def _following(last: datetime, number: int, desk: str) -> Iterator[tuple[datetime, str, str]]:
    for n in range(1, number + 1):
        yield last + n * QUARTER, "minimum", desk


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def quarters(from_at: datetime, until_at: datetime) -> list[datetime]:
    """The quarter hours of the clock that this time touches; none when it is empty."""
    if until_at <= from_at:
        return []
    first = _floor(from_at)
    return [first + n * QUARTER for n in range(-(-(until_at - first) // QUARTER))]


def talked(emergency: Emergency, begins: datetime, ends: datetime) -> int:
    """Seconds of talking that began in a time: a quarter hour that the exchange counted is taken from there."""
    if ends <= begins:
        return 0
    reach = max(begins, datetime.min + QUARTER) - QUARTER
    columns = (Quarter.begins_at, Quarter.talked_seconds)
    query = emergency.quarters.select(*columns).where(Quarter.begins_at > reach, Quarter.begins_at < ends)
    counted = dict(query.order_by(Quarter.begins_at).tuples())
    by_exchange = sum(seconds for at, seconds in counted.items() if at >= begins)
    return by_exchange + sum(_noted(emergency, *gap) for gap in _gaps(counted, begins, ends))


def _gaps(counted, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The times of which the exchange said nothing."""
    at = begins
    for quarter in counted:
        if quarter > at:
            yield at, quarter
        at = max(at, quarter + QUARTER)
    if at < ends:
        yield at, ends


def _noted(emergency: Emergency, begins: datetime, ends: datetime) -> int:
    here = (Call.at >= begins) & (Call.at < ends)
    return emergency.calls.select(fn.SUM(Call.seconds)).where(here).scalar() or 0
