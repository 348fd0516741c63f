"""Geometry of the charts: from counts at moments to the strokes of an SVG that a template draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from dispatch import clock

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BASE = 56, 696, 36, 256
LEVELS = 5
TIMES = 6
ROWS = 12
LABEL_ROOM = 150  # what "1.204 afgeleverd" takes at the right of a line's end
LABEL_GAP = 28  # on a phone the letters are 24 units high
TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400]


class Point(NamedTuple):
    """Running totals at one moment (UTC): `accepted` counts the delivered ones too."""

    at: datetime
    accepted: int
    delivered: int


class Tick(NamedTuple):
    """A mark on an axis; a phone has no room for those that are `is_alt`."""

    at: int
    label: object
    is_alt: bool


class End(NamedTuple):
    """The figure written at the end of a line."""

    count: int
    x: int
    y: int
    anchor: str


@dataclass(frozen=True)
class Curve:
    """The delivery curve of a campaign: accepted as a line, delivered dotted over an area."""

    id: str
    title: str
    desc: str
    levels: list[Tick]
    times: list[Tick]
    accepted_line: str
    delivered_line: str
    delivered_area: str
    ends: list[End]
    now_at: int | None
    rows: list[Point]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    base: int = BASE


def nice_step(top: float, ticks: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that needs at most so many ticks to pass `top`."""
    scale = 1
    while True:
        for step in (scale, 2 * scale, 5 * scale):
            if step * ticks >= top:
                return step
        scale *= 10


def time_step(seconds: float, ticks: int = TIMES - 1) -> int:
    """The smallest round length of time that fits at most `ticks` times; beyond a day whole days."""
    days = ceil(seconds / 86400 / ticks) * 86400
    return next((step for step in TIME_STEPS if seconds / step <= ticks), days)


def time_label(moment: datetime, step: int) -> str:
    on_the_wall = clock.local(moment)
    if step < 60:
        return on_the_wall.strftime("%H:%M:%S")
    return on_the_wall.strftime("%H:%M" if step < 86400 else "%d/%m")


def time_ticks(start: datetime, seconds: float) -> list[tuple[float, str]]:
    """Round moments on the clocks of Brussels between the two ends: (seconds after the start, label)."""
    step = time_step(seconds)
    midnight = clock.local(start).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    past = (clock.local(start).replace(tzinfo=None) - midnight).total_seconds()
    first = ceil(past / step) * step - past
    offsets = [first + n * step for n in range(int((seconds - first) // step) + 1)]
    return [(offset, time_label(start + timedelta(seconds=offset), step)) for offset in offsets]


def scale(top: float, start: int, end: int) -> Callable[[float], int]:
    """Where a value from 0 to `top` stands between two pixels."""
    return lambda value: round(start + value / top * (end - start))


def path(dots: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(dots))


def one_a_column(dots: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The last dot of each column of pixels: a running total loses nothing that can be seen."""
    return list(dict(dots).items())


def sampled(points: Sequence[Point], rows: int = ROWS) -> list[Point]:
    """At most so many of the points, the first and the last among them."""
    if len(points) <= rows:
        return list(points)
    return [points[round(n * (len(points) - 1) / (rows - 1))] for n in range(rows)]


def ends_of(point: Point, x: int, accepted_y: int, delivered_y: int) -> list[End]:
    """Figures beside the ends of the two lines, never over each other; before the end where the room is up."""
    is_late = x > RIGHT - LABEL_ROOM
    anchor, at = ("end", x - 8) if is_late else ("start", x + 8)
    lift = -10 if is_late else 5
    upper, lower = accepted_y + lift, delivered_y + lift
    if lower - upper < LABEL_GAP:
        lower = min(upper + LABEL_GAP + (12 if is_late else 0), BASE - 6)
        upper = min(upper, lower - LABEL_GAP)
    return [End(point.accepted, at, upper, anchor), End(point.delivered, at, lower, anchor)]


def curve(
    points: Sequence[Point],
    total: int,
    title: str,
    desc: str,
    *,
    id: str = "curve",
    until: datetime | None = None,
    is_running: bool = False,
) -> Curve:
    """The curve of running totals, `points` in order of time (at least one), `total` the messages in all.

    `until` stretches the time axis to an expected end; `is_running` draws the line of now at the last point.
    """
    start, last = points[0].at, points[-1]
    seconds = max((max(last.at, until or last.at) - start).total_seconds(), 1.0)
    step = nice_step(max(total, 1), LEVELS - 1)
    ceiling = ceil(max(total, 1) / step) * step
    x, y = scale(seconds, LEFT, RIGHT), scale(ceiling, BASE, TOP)
    columns = [x((point.at - start).total_seconds()) for point in points]
    accepted, delivered = (
        path(one_a_column([(at, y(count)) for at, count in zip(columns, counts, strict=True)]))
        for counts in ([point.accepted for point in points], [point.delivered for point in points])
    )
    return Curve(
        id=id,
        title=title,
        desc=desc,
        levels=[Tick(y(n * step), n * step, n % 2 == 1) for n in range(1, ceiling // step + 1)],
        times=[Tick(x(at), label, n % 2 == 1) for n, (at, label) in enumerate(time_ticks(start, seconds))],
        accepted_line=accepted,
        delivered_line=delivered,
        delivered_area=f"{delivered} L{columns[-1]} {BASE} L{LEFT} {BASE}Z",
        ends=ends_of(last, columns[-1], y(last.accepted), y(last.delivered)),
        now_at=columns[-1] if is_running else None,
        rows=sampled(points),
    )
