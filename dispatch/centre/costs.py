"""What an activation costs: reckoned from who was present, how long was talked, and the tariff of annex 4.

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
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from peewee import fn

from dispatch import clock
from dispatch.centre import prices as tariff
from dispatch.centre.moves import openings
from dispatch.centre.prices import Prices
from models import (
    Activation,
    Agreement,
    Annex,
    Call,
    Emergency,
    Organisation,
    Presence,
    Quarter,
    ScaleUp,
)

QUARTER = timedelta(minutes=15)
PACE = timedelta(hours=1)  # of talking: what was said in the last hour goes on
EVENINGS = (20, 22)
MORNING = 8


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


@dataclass(frozen=True)
class Bill:
    """What an emergency costs until a moment; the parts of its lines add up to the lines, and these to the total."""

    annex: Annex
    prices: Prices
    until: datetime
    lines: tuple[Line, ...] = field(default=())

    @property
    def mills(self) -> int:
        return sum(line.mills for line in self.lines)

    def parts(self, activation: Activation) -> Iterator[tuple[Line, Organisation, int]]:
        """Each line that this activation has a part in, who bears it and how much it is."""
        for line in self.lines:
            for party, mills in zip(line.span.parties, line.parts, strict=True):
                if party.activation.id == activation.id:
                    yield line, party.bearer(line.span.begins_at), mills

    def of(self, activation: Activation) -> int:
        return sum(mills for _line, _bearer, mills in self.parts(activation))


# ── What is asked ───────────────────────────────────────────────────────


def bill(emergency: Emergency, until: datetime, *, more_seconds: int = 0) -> Bill | None:
    """What an emergency cost until a moment, with the minimum times to which that binds; None without a tariff.

    `more_seconds` of talking are added to the last span: what is expected.
    """
    parties = _parties(emergency, until)
    asked_first = _asked_first(emergency)
    annex = asked_first and tariff.of_activation(asked_first, until)
    if not annex:
        return None
    prices = tariff.read(annex)
    if not parties:
        return Bill(annex, prices, until)
    reckoning = _Reckoning(emergency, prices, parties, until)
    return Bill(annex, prices, until, tuple(reckoning.lines(more_seconds)))


def running(emergency: Emergency, now: datetime) -> int | None:
    """Mills, if it were closed now; None without a tariff."""
    reckoned = bill(emergency, now)
    return reckoned.mills if reckoned else None


def if_closed(emergency: Emergency, now: datetime) -> list[tuple[datetime, int]]:
    """What it will have cost at 20:00, at 22:00 and tomorrow at 08:00: [(moment, mills)], earlier hours left out.

    Whoever is there stays, and people go on calling as in the last hour.
    """
    talked = _talked(emergency, now - PACE, now)
    moments = [at for at in _moments(now) if at > now]
    bills = [(at, bill(emergency, at, more_seconds=round(talked * ((at - now) / PACE)))) for at in moments]
    return [(at, reckoned.mills) for at, reckoned in bills if reckoned]


def operators_cost(
    activation: Activation, number: int, from_at: datetime, until_at: datetime, desk: str = "d5"
) -> int | None:
    """Mills for so many operators more in this time, the minimum included, before it is shared; None without a tariff."""
    annex = tariff.of_activation(activation, from_at)
    if not annex:
        return None
    prices = tariff.read(annex)
    quarters = _quarters(from_at, until_at)
    while quarters and len(quarters) < prices.minimum_operator:
        quarters.append(quarters[-1] + QUARTER)
    return number * sum(prices.quarter(desk, prices.rate(at)) for at in quarters)


def planned(
    under: Agreement, annex: Annex, number: int, from_at: datetime, until_at: datetime, desk: str
) -> int:
    """Mills that an opening so long by so many operators is to cost, the minimum times included, without talking."""
    prices = tariff.read(annex)
    opened = _quarters(from_at, until_at)
    paid = Counter(dict.fromkeys(opened, number))
    paid |= Counter({opened[0] + n * QUARTER: number for n in range(prices.minimum_operator)})
    staff = sum(many * prices.quarter(desk, prices.rate(at)) for at, many in paid.items())
    shut = [
        opened[0] + n * QUARTER for n in range(prices.minimum_opening) if opened[0] + n * QUARTER >= until_at
    ]
    lacking = {at: max(0, under.operators - paid[at]) for at in shut}
    opening = sum(many * prices.quarter("d5", prices.rate(at)) for at, many in lacking.items())
    return prices.activation + staff + opening


def split(mills: int, weights: Sequence[int]) -> tuple[int, ...]:
    """An amount in parts by weight that add up to it; what rounding leaves goes to the largest remainders."""
    whole = sum(weights)
    parts = [mills * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda n: (-(mills * weights[n] % whole), n))
    for n in remainders[: mills - sum(parts)]:
        parts[n] += 1
    return tuple(parts)


def _moments(now: datetime) -> Iterator[datetime]:
    today = clock.local(now).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    for hour in EVENINGS:
        yield clock.from_local(today.replace(hour=hour))
    yield clock.from_local((today + timedelta(days=1)).replace(hour=MORNING))


# ── Who takes part ──────────────────────────────────────────────────────


def _asked_first(emergency: Emergency) -> Activation | None:
    return emergency.activations.where(Activation.status != "draft").order_by(Activation.id).first()


def _parties(emergency: Emergency, until: datetime) -> list[Party]:
    """The activations whose number was opened by then, in the order in which they were requested."""
    found = []
    for activation in emergency.activations.order_by(Activation.id):
        times = tuple(opening for opening in openings(activation) if opening.from_at <= until)
        if times:
            found.append(Party(activation, times, tuple(_changes(activation))))
    return found


def _changes(activation: Activation) -> Iterator[tuple[datetime, Organisation]]:
    taken = activation.scale_ups.where(ScaleUp.taken_at.is_null(False))
    for change in taken.order_by(ScaleUp.from_at, ScaleUp.id):
        yield change.from_at, change.authority


class _Reckoning:
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
        talked = self._telephone(more_seconds)
        weights = {span: self._weights(span) for span in self.spans}
        yield from self._fees()
        for span in self.spans:
            for what, desk, rate in sorted(counted[span]):
                number, price = counted[span][what, desk, rate], self.prices.quarter(desk, rate)
                yield self._line(span, what, desk, rate, number, price, number * price, weights)
            if seconds := talked[span]:
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
            for at in _quarters(from_at, min(until_at or self.until, self.until)):
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
        talked: Counter = Counter()
        edges = [span.begins_at for span in self.spans[1:]]
        for span, begins, ends in zip(self.spans, [datetime.min, *edges], [*edges, self.until], strict=True):
            talked[span] += _talked(self.emergency, begins, min(ends, self.until))
        talked[self.spans[-1]] += more_seconds
        return talked


def _following(last: datetime, number: int, desk: str) -> Iterator[tuple[datetime, str, str]]:
    for n in range(1, number + 1):
        yield last + n * QUARTER, "minimum", desk


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _quarters(from_at: datetime, until_at: datetime) -> list[datetime]:
    """The quarter hours of the clock that this time touches; none when it is empty."""
    if until_at <= from_at:
        return []
    first = _floor(from_at)
    return [first + n * QUARTER for n in range(-(-(until_at - first) // QUARTER))]


def _talked(emergency: Emergency, begins: datetime, ends: datetime) -> int:
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
