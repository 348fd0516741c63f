"""The rate of a road: a bucket that is a row, so that whoever pumps shares one rate.

Two rules together: tokens flow in evenly at the rate, and a pump that was held up may catch up; but in no second, or
in the time of ten messages where that is longer, does more leave than the rate allows: a cap is a cap.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from dialect import document, moment
from models import Prepared, Throttle, is_postgres, locked, slots

CATCH_UP_SECONDS = 0.03  # more would come back as the same burst each second, as the window opens
CLOCK_STEPPED = timedelta(seconds=2)  # the machine was set back: nothing may wait until it is that late again
STEADY = 0.99  # a little below the cap, or the smallest delay would come back each second as the cap opens
BEGINNING = 0.01  # seconds: what a road that was never used may begin with
FAST = 100  # below, one message is more than the difference
SLACK = 1.1  # one message, and the pause between two looks at a slow road
EPOCH = datetime(2026, 1, 1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Level:
    """How many tokens a bucket holds at a moment, and what left, [microsecond, number], in the window that ends there."""

    tokens: float
    recent: list[list[int]]
    room: int

    @property
    def available(self) -> int:
        return max(0, min(floor(self.tokens + 1e-6), self.room))


def hold(road: str) -> None:
    """Keeps the bucket from other pumps until the transaction at hand ends; in SQLite nobody else writes."""
    if is_postgres():
        _BEGIN.run([(road, 0.0, EPOCH, "[]")])
        _HOLD.rows(road)


def available(road: str, rate: float, now: datetime) -> int:
    """How many messages may leave by this road at this moment; call it in the transaction that claims them."""
    return _level(road, rate, now).available


def spend(road: str, rate: float, number: int, now: datetime) -> None:
    """Takes the tokens of `number` messages out of the bucket, in the transaction that claims them."""
    level = _level(road, rate, now)
    _keep(road, level.tokens - number, now, [*level.recent, [_microsecond(now), number]])


def give_back(road: str, rate: float, number: int, now: datetime) -> None:
    """Puts back the tokens of messages that were claimed last and did not leave after all."""
    level, left = _level(road, rate, now), number
    recent = [list(entry) for entry in level.recent]
    for entry in reversed(recent):
        taken = min(left, entry[1])
        entry[1] -= taken
        left -= taken
    _keep(road, level.tokens + number, now, [entry for entry in recent if entry[1]])


def most_in_window(rate: float) -> int:
    """The whole messages of a second, or ten where that is longer; `window_seconds` is the time that they take."""
    return max(10, ceil(rate))


def window_seconds(rate: float) -> float:
    return most_in_window(rate) / rate


def _level(road: str, rate: float, now: datetime) -> Level:
    full = SLACK + rate * CATCH_UP_SECONDS
    [row] = _LOOK.rows(road) or [None]
    if row is None or (refilled_at := moment(row[1])) == EPOCH or refilled_at - now > CLOCK_STEPPED:
        return Level(1 + BEGINNING * rate, [], most_in_window(rate))
    begins = _microsecond(now) - round(window_seconds(rate) * 1_000_000)
    recent = [entry for entry in document(row[2]) if entry[0] > begins]
    passed = max(0.0, (now - refilled_at).total_seconds())
    room = most_in_window(rate) - sum(number for _, number in recent)
    steady = STEADY if rate >= FAST else 1.0
    return Level(min(full, row[0] + steady * rate * passed), recent, room)


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
