"""The rate of a road: a token bucket that is a row, so that whoever pumps shares one rate."""

from datetime import datetime, timedelta

from models import Throttle

BURST_SECONDS = 0.25
CLOCK_STEPPED = timedelta(seconds=2)  # the machine was set back: nothing may wait until it is that late again


def available(road: str, rate: float, now: datetime) -> int:
    """How many messages may leave by this road at this moment; call it in the transaction that claims them."""
    row = Throttle.get_or_none(Throttle.road == road)
    return int(_level(row, rate, now))


def spend(road: str, rate: float, number: int, now: datetime) -> None:
    """Takes the tokens of `number` messages out of the bucket, in the transaction that claims them."""
    row = Throttle.get_or_none(Throttle.road == road)
    left = _level(row, rate, now) - number
    Throttle.insert(road=road, tokens=left, refilled_at=now).on_conflict(
        conflict_target=[Throttle.road], update={Throttle.tokens: left, Throttle.refilled_at: now}
    ).execute()


def _level(row: Throttle | None, rate: float, now: datetime) -> float:
    """A bucket holds a quarter of a second, and at least the one message without which nothing would ever leave."""
    burst = max(1.0, rate * BURST_SECONDS)
    if row is None or row.refilled_at - now > CLOCK_STEPPED:
        return burst
    return min(burst, row.tokens + rate * max(0.0, (now - row.refilled_at).total_seconds()))
