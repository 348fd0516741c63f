"""Geometry of the board's charts: a bar for each quarter hour, with a line, a shortage or a moment drawn over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import clock
from views.charts import BASE, LEFT, TOP, WIDTH, Tick

HEIGHT, RIGHT = 296, 702
LEVELS, LABELS = 3, 7
FLAG_ROOM = 220  # what "05:20 message to 396 people" takes beside its line
SLOT_MOST, FILL = 46, 0.74
QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Flag:
    """A moment drawn as a line, with its words beside it; `soft` are those that a phone has no room for."""

    x: float
    y: int
    text_x: float
    anchor: str
    label: str
    soft: str


@dataclass(frozen=True)
class Chart:
    """Bars, what misses of them, a stepped line over them, flags, and the figure above the last bar."""

    id: str
    title: str
    desc: str
    levels: list[Tick]
    times: list[Tick]
    bars: list[Bar]
    short: list[Bar]
    line: str
    flags: list[Flag]
    last: str
    last_x: float
    last_y: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    base: int = BASE


def chart(
    id: str,
    title: str,
    desc: str,
    moments: Sequence[datetime],
    values: Sequence[float],
    *,
    line: Sequence[float] = (),
    flags: Sequence[tuple[datetime, str, str]] = (),
) -> Chart:
    """A bar for each moment (quarter hours, in order, at least one); `line` is stepped, `flags` are (at, label, soft)."""
    top = max([1.0, *values, *line])
    step = level_step(top)
    ceiling = step * LEVELS
    slot = min(SLOT_MOST, (RIGHT - LEFT) / len(moments))

    def y(value: float) -> float:
        return round(BASE - value / ceiling * (BASE - TOP), 1)

    def x(index: float) -> float:
        return round(LEFT + index * slot, 1)

    def bar(index: int, low: float, high: float) -> Bar:
        return Bar(x(index + (1 - FILL) / 2), y(high), round(slot * FILL, 1), round(y(low) - y(high), 1))

    bars = [bar(at, 0, value) for at, value in enumerate(values)]
    short = [
        bar(at, there, value)
        for at, (value, there) in enumerate(zip(values, line, strict=False))
        if value - there >= 0.5
    ]
    return Chart(
        id=id,
        title=title,
        desc=desc,
        levels=[Tick(round(y(n * step)), n * step, False) for n in range(1, LEVELS + 1)],
        times=_times(moments, x),
        bars=bars,
        short=short,
        line=_steps(line, x, y),
        flags=[_flag(at, label, soft, moments, x, n) for n, (at, label, soft) in enumerate(flags)],
        last=str(round(values[-1])),
        last_x=x(len(moments) - 0.5),
        last_y=y(values[-1]) - 8,
    )


def level_step(top: float) -> int:
    """The smallest round number of which three reach the top: 81 stands under 90, not under 150."""
    scale = 1
    while True:
        for step in (scale, 2 * scale, 3 * scale, 4 * scale, 5 * scale, 6 * scale, 8 * scale):
            if step * LEVELS >= top:
                return step
        scale *= 10


def _times(moments: Sequence[datetime], x) -> list[Tick]:
    """Half hours and hours of Brussels, so few that they do not touch; a phone shows every other one."""
    on_the_half = [n for n, at in enumerate(moments) if at.minute % 30 == 0]
    every = max(1, -(-len(on_the_half) // LABELS))
    shown = on_the_half[::every]
    return [
        Tick(round(x(n + 0.5)), f"{clock.local(moments[n]):%H:%M}", place % 2 == 1)
        for place, n in enumerate(shown)
    ]


def _steps(line: Sequence[float], x, y) -> str:
    if not line:
        return ""
    path = f"M{x(0)} {y(line[0])}"
    for at, value in enumerate(line):
        path += f" L{x(at)} {y(value)} L{x(at + 1)} {y(value)}"
    return path


def _flag(at: datetime, label: str, soft: str, moments: Sequence[datetime], x, place: int) -> Flag:
    spot = x((at - moments[0]) / QUARTER)
    is_late = spot > RIGHT - FLAG_ROOM
    return Flag(
        spot,
        28 + 16 * (place % 2),
        spot - 8 if is_late else spot + 8,
        "end" if is_late else "start",
        label,
        soft,
    )
