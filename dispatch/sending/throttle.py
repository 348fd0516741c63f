"""The rate of a road: a bucket that is a row, so that whoever pumps shares one rate.

Tokens flow in evenly at the rate, and a pump that was held up may catch up a little; but in no second, or in the time
of ten messages where that is longer, does more leave than the rate allows: a cap is a cap. Of a slow road the row
remembers what left in that time. Of a fast one the bucket holds nothing over, and what flows in next is given away
ahead, each message with its moment: see pace.py.
"""

import json
from datetime import datetime, timedelta
from math import ceil, floor
from typing import NamedTuple

from dialect import document, moment
from models import Prepared, Throttle, is_postgres, locked, slots

CLOCK_STEPPED = timedelta(seconds=2)  # the machine was set back: nothing may wait until it is that late again
STEADY = 0.995  # a little below the cap, or the smallest delay would come back each second as the cap opens
FAST = 100  # below, one message is more than the difference
CATCH_UP_SECONDS = 0.03  # of a slow road: what the bucket holds beside SLACK
BEGINNING = 0.01  # seconds: what a slow road that was never used may begin with
BOUNDLESS = 100_000  # a second: more than a process can carry
AHEAD = timedelta(seconds=0.2)  # so long before it may leave a message of a fast road is claimed
SLACK = 1.1  # one message, and the pause between two looks at a slow road
EPOCH = datetime(2026, 1, 1)
MICROSECOND = timedelta(microseconds=1)


class Level(NamedTuple):
    """How many tokens a bucket holds at a moment, and what left of a slow road in the window that ends there."""

    tokens: float
    at: datetime
    recent: list[list[int]]  # [microsecond, number]


def hold(road: str) -> None:
    """Keeps the bucket from other pumps until the transaction at hand ends; in SQLite nobody else writes."""
    if is_postgres():
        _BEGIN.run([(road, 0.0, EPOCH, "[]")])
        _HOLD.rows(road)


def available(road: str, rate: float, now: datetime) -> int:
    """How many messages may be claimed for this road at this moment; call it in the transaction that claims them."""
    level = _level(road, rate, now)
    room = most_in_window(rate) - sum(number for _, number in level.recent)
    return max(0, min(floor(level.tokens + 1e-6), room))


def spend(road: str, rate: float, number: int, now: datetime) -> datetime:
    """Takes the tokens of `number` messages, in the transaction that claims them.

    Returns when the first of them may leave; each next one may a `gap` later.
    """
    level = _level(road, rate, now)
    left = [] if rate >= FAST else [[_microsecond(now), number]]
    _keep(road, level.tokens - number, level.at, [*level.recent, *left])
    return level.at - timedelta(seconds=level.tokens * gap(rate))


def give_back(road: str, rate: float, number: int, now: datetime) -> None:
    """Puts back the tokens of messages that were claimed last and did not leave after all."""
    level, left = _level(road, rate, now), number
    recent = [list(entry) for entry in level.recent]
    for entry in reversed(recent):
        taken = min(left, entry[1])
        entry[1] -= taken
        left -= taken
    _keep(road, level.tokens + number, level.at, [entry for entry in recent if entry[1]])


def most_in_window(rate: float) -> int:
    """The whole messages of a second, or ten where that is longer; `window_seconds` is the time that they take."""
    return max(10, ceil(rate))


def window_seconds(rate: float) -> float:
    return most_in_window(rate) / rate


def gap(rate: float) -> float:
    """Seconds between two messages of a fast road; what is claimed of a slow one, or without bounds, may leave at once."""
    return 1 / (STEADY * rate) if FAST <= rate < BOUNDLESS else 0.0


def _level(road: str, rate: float, now: datetime) -> Level:
    [row] = _LOOK.rows(road) or [None]
    is_new = row is None or (at := moment(row[1])) == EPOCH or at - now > CLOCK_STEPPED
    if rate >= FAST:
        return _ahead(rate, now, *((0.0, now) if is_new else (row[0], at)))
    if is_new:
        return Level(1 + BEGINNING * rate, now, [])
    begins = _microsecond(now) - round(window_seconds(rate) * 1_000_000)
    recent = [entry for entry in document(row[2]) if entry[0] > begins]
    flowed = rate * max(0.0, (now - at).total_seconds())
    return Level(min(SLACK + rate * CATCH_UP_SECONDS, row[0] + flowed), now, recent)


def _ahead(rate: float, now: datetime, tokens: float, at: datetime) -> Level:
    """The bucket of a fast road as it will be when the last that is claimed now may leave."""
    if at <= now:
        tokens, at = 0.0, now
    return Level(tokens + STEADY * rate * (now + AHEAD - at).total_seconds(), now + AHEAD, [])


def _keep(road: str, tokens: float, now: datetime, recent: list[list[int]]) -> None:
    _KEEP.run([(road, tokens, now, json.dumps(recent))])


_place = slots(4)
_LOOK = Prepared(
    Throttle.select(Throttle.tokens, Throttle.refilled_at, Throttle.recent).where(Throttle.road == _place[0])
)
_KEEP = Prepared(
    Throttle.insert(road=_place[0], tokens=_place[1], refilled_at=_place[2], recent=_place[3]).on_conflict(
        conflict_target=[Throttle.road],
        update={Throttle.tokens: _place[1], Throttle.refilled_at: _place[2], Throttle.recent: _place[3]},
    )
)
_BEGIN = Prepared(  # a row that is not there yet cannot be kept from others
    Throttle.insert(
        road=_place[0], tokens=_place[1], refilled_at=_place[2], recent=_place[3]
    ).on_conflict_ignore()
)
_HOLD = Prepared(lambda: locked(Throttle.select(Throttle.road).where(Throttle.road == _place[0])))


def _microsecond(now: datetime) -> int:
    return (now - EPOCH) // MICROSECOND
