"""Round numbers and round moments: where an axis has its marks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from dispatch import clock

DAY = 86400
TIMES = 6
STEPS = (1, 2, 3, 4, 5, 6, 8)
TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY]


def nice_step(top: float, ticks: int, steps: tuple[int, ...] = (1, 2, 5)) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … (or of other `steps`) that needs at most so many ticks to reach `top`."""
    scale = 1
    while True:
        for step in steps:
            if step * scale * ticks >= top:
                return step * scale
        scale *= 10


def time_step(seconds: float, ticks: int = TIMES - 1) -> int:
    """The smallest round length of time that fits at most `ticks` times; beyond a day whole days."""
    days = ceil(seconds / DAY / ticks) * DAY
    return next((step for step in TIME_STEPS if seconds / step <= ticks), days)


def time_label(moment: datetime, step: int, day: str) -> str:
    on_the_wall = clock.local(moment)
    if step < 60:
        return on_the_wall.strftime("%H:%M:%S")
    return on_the_wall.strftime("%H:%M" if step < DAY else day)


def time_ticks(start: datetime, seconds: float, day: str) -> list[tuple[float, str]]:
    """Round moments on the clocks of Brussels between the two ends: (seconds after the start, label).

    `day` is how a day is written where hours no longer tell: "%d/%m".
    """
    step = time_step(seconds)
    midnight = clock.local(start).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    past = (clock.local(start).replace(tzinfo=None) - midnight).total_seconds()
    first = ceil(past / step) * step - past
    offsets = [first + n * step for n in range(int((seconds - first) // step) + 1)]
    return [(offset, time_label(start + timedelta(seconds=offset), step, day)) for offset in offsets]


def scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Where a value from `low` to `high` stands between two places, to a tenth."""
    return lambda value: round(start + (value - low) / (high - low) * (end - start), 1)
