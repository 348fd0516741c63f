"""What an activation costs: until now, if it closed later, and what more operators or an exercise would cost.

The rules stand in billing.py, on every statement and in tests/test_costs.py.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, islice

from dispatch import clock
from dispatch.centre import prices as tariff
from dispatch.centre.billing import QUARTER, Line, Reckoning, parties_of, quarters, talked
from dispatch.centre.prices import Prices
from models import Activation, Agreement, Annex, Emergency, Organisation

PACE = timedelta(hours=1)  # of talking: what was said in the last hour goes on
EVENINGS = (20, 22)
MORNING = 8


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
    parties = parties_of(emergency, until)
    asked_first = _asked_first(emergency)
    annex = asked_first and tariff.of_activation(asked_first, until)
    if not annex:
        return None
    prices = tariff.read(annex)
    if not parties:
        return Bill(annex, prices, until)
    reckoning = Reckoning(emergency, prices, parties, until)
    return Bill(annex, prices, until, tuple(reckoning.lines(more_seconds)))


def running(emergency: Emergency, now: datetime) -> int | None:
    """Mills, if it were closed now; None without a tariff."""
    reckoned = bill(emergency, now)
    return reckoned.mills if reckoned else None


def if_closed(emergency: Emergency, now: datetime) -> list[tuple[datetime, int]]:
    """What it will have cost at 20:00, at 22:00 and tomorrow at 08:00: [(moment, mills)], earlier hours left out.

    Whoever is there stays, and people go on calling as in the last hour. No amount is below one for an earlier moment,
    nor below what closing now costs: nobody leaves a number open and unanswered to spare its minimum opening.
    """
    owed = running(emergency, now)
    if owed is None:
        return []
    seconds = talked(emergency, now - PACE, now)
    moments = [at for at in _moments(now) if at > now]
    bills = (bill(emergency, at, more_seconds=round(seconds * ((at - now) / PACE))) for at in moments)
    return list(
        zip(
            moments, islice(accumulate((one.mills for one in bills), max, initial=owed), 1, None), strict=True
        )
    )


def operators_cost(
    activation: Activation, number: int, from_at: datetime, until_at: datetime, desk: str = "d5"
) -> int | None:
    """Mills for so many operators more in this time, the minimum included, before it is shared; None without a tariff."""
    annex = tariff.of_activation(activation, from_at)
    if not annex:
        return None
    prices = tariff.read(annex)
    paid = quarters(from_at, until_at)
    while paid and len(paid) < prices.minimum_operator:
        paid.append(paid[-1] + QUARTER)
    return number * sum(prices.quarter(desk, prices.rate(at)) for at in paid)


def planned(
    under: Agreement, annex: Annex, number: int, from_at: datetime, until_at: datetime, desk: str
) -> int:
    """Mills that an opening so long by so many operators is to cost, the minimum times included, without talking."""
    prices = tariff.read(annex)
    opened = quarters(from_at, until_at)
    paid = Counter(dict.fromkeys(opened, number))
    paid |= Counter({opened[0] + n * QUARTER: number for n in range(prices.minimum_operator)})
    staff = sum(many * prices.quarter(desk, prices.rate(at)) for at, many in paid.items())
    shut = [
        opened[0] + n * QUARTER for n in range(prices.minimum_opening) if opened[0] + n * QUARTER >= until_at
    ]
    lacking = {at: max(0, under.operators - paid[at]) for at in shut}
    opening = sum(many * prices.quarter("d5", prices.rate(at)) for at, many in lacking.items())
    return prices.activation + staff + opening


def _moments(now: datetime) -> Iterator[datetime]:
    today = clock.local(now).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    for hour in EVENINGS:
        yield clock.from_local(today.replace(hour=hour))
    yield clock.from_local((today + timedelta(days=1)).replace(hour=MORNING))


def _asked_first(emergency: Emergency) -> Activation | None:
    return emergency.activations.where(Activation.status != "draft").order_by(Activation.id).first()
