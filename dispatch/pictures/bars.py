"""A bar for each stretch of time, with a stepped line, a shortage or a moment drawn over them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from dispatch import clock
from dispatch.pictures.axes import STEPS, nice_step, scale
from dispatch.pictures.picture import (
    BASE,
    LETTER,
    RIGHT,
    TOP,
    Key,
    Mark,
    Picture,
    Said,
    Tick,
    base_drawn,
    box,
    left_of,
    levels_drawn,
    stroke,
    times_drawn,
    word,
)
from dispatch.words import DAY

LEVELS, LABELS = 3, 6
SLOT_MOST, FILL = 46, 0.74
QUARTER = timedelta(minutes=15)
FLAG_LINES, FLAG_HEIGHT = 3, 26
SMALL_LETTER = 7.5  # where there is room for all words
MOST_BARS = 96
STRETCHES = (1, 2, 4, 8, 16, 32, 96)  # of the shortest, that become one bar when there are too many


class Words(NamedTuple):
    title: str
    desc: str
    header: tuple[str, ...]


class Flag(NamedTuple):
    """A moment drawn as a line, with its words beside it; `more` are those that a phone has no room for."""

    at: datetime
    label: str
    more: str = ""


def together(number: int, most: int = MOST_BARS) -> int:
    """How many stretches become one bar, so that there are no more bars than one can tell apart."""
    return next((some for some in STRETCHES if -(-number // some) <= most), -(-number // most))


def bars(
    id: str,
    words: Words,
    moments: Sequence[datetime],
    values: Sequence[float],
    said: Said,
    *,
    line: Sequence[float] = (),
    flags: Sequence[Flag] = (),
    key: Sequence[Key] = (),
    day: str = DAY,
    shows_short: bool = True,
    tells_last: bool = False,
) -> Picture:
    """A bar for each moment (equal stretches, in order, at least one); `line` is stepped and as long as `values`.

    With `shows_short` what a bar has above the line is drawn over it. `tells_last` writes
    the figure of the last bar above it. A flag before the first moment stands at the edge.
    """
    step = nice_step(max([1.0, *values, *line]), LEVELS, STEPS)
    labels = [(n * step, said(n * step)) for n in range(1, LEVELS + 1)]
    left = left_of(label for _, label in labels)
    slot = min(SLOT_MOST, (RIGHT - left) / len(moments))
    top = TOP + FLAG_HEIGHT * min(len(flags), FLAG_LINES)  # their words stand above the bars
    y = scale(0, step * LEVELS, BASE, top)
    marks = [
        *levels_drawn([Tick(y(value), label) for value, label in labels], left),
        *times_drawn(_times(moments, left, slot, day)),
        *(_bar("bars", n, 0, value, left, slot, y) for n, value in enumerate(values)),
        *(_short(values, line, left, slot, y) if shows_short else ()),
        base_drawn(left),
        *([stroke("main", _steps(line, left, slot, y))] if line else ()),
        *_flags(flags, moments, left, slot),
        *([_last(values[-1], len(moments), left, slot, y, said)] if tells_last else ()),
    ]
    columns = (values, line) if line else (values,)
    rows = [
        [_name(at, moments, day), *(said(round(one)) for one in row)]
        for at, *row in zip(moments, *columns, strict=True)
    ]
    return Picture(id, words.title, words.desc, marks, key, words.header, rows)


def _bar(css: str, index: int, low: float, high: float, left: float, slot: float, y) -> Mark:
    x = round(left + (index + (1 - FILL) / 2) * slot, 2)
    return box(css, x, y(high), round(slot * FILL, 2), round(y(low) - y(high), 1))


def _last(value: float, number: int, left: float, slot: float, y, said: Said) -> Mark:
    middle = round(left + (number - 0.5) * slot, 1)
    return word("strong", middle, y(value) - 8, said(round(value)), "middle")


def _short(values: Sequence[float], line: Sequence[float], left: float, slot: float, y) -> list[Mark]:
    pairs = enumerate(zip(values, line, strict=False))
    return [
        _bar("short", n, there, value, left, slot, y) for n, (value, there) in pairs if value - there >= 0.5
    ]


def _steps(line: Sequence[float], left: float, slot: float, y) -> str:
    path = f"M{left} {y(line[0])}"
    for n, value in enumerate(line):
        path += f" L{round(left + n * slot, 1)} {y(value)} L{round(left + (n + 1) * slot, 1)} {y(value)}"
    return path


def _times(moments: Sequence[datetime], left: float, slot: float, day: str) -> list[Tick]:
    """Half hours and hours of Brussels, or the beginnings of days; so few that they do not touch, and half on a phone."""
    there = [clock.local(at) for at in moments]
    if moments[-1] - moments[0] > timedelta(days=2):
        places, pattern = [n for n in range(1, len(there)) if there[n].date() != there[n - 1].date()], day
    else:
        is_coarse = _length(moments) > QUARTER
        places, pattern = [n for n, at in enumerate(there) if is_coarse or at.minute % 30 == 0], "%H:%M"
    shown = places[:: max(1, -(-len(places) // LABELS))]
    return [
        Tick(round(left + (n + 0.5) * slot, 1), f"{there[n]:{pattern}}", place % 2 == 1)
        for place, n in enumerate(shown)
    ]


def _length(moments: Sequence[datetime]) -> timedelta:
    return moments[1] - moments[0] if len(moments) > 1 else QUARTER


def _name(at: datetime, moments: Sequence[datetime], day: str) -> str:
    is_one_day = clock.local(moments[0]).date() == clock.local(moments[-1]).date()
    return f"{clock.local(at):{'%H:%M' if is_one_day else f'{day} %H:%M'}}"


def _flags(flags: Sequence[Flag], moments: Sequence[datetime], left: float, slot: float) -> list[Mark]:
    """A stroke for each, and its words on a line where they are over no others; where there is none the stroke alone."""
    marks, taken = [], [[] for _line in range(FLAG_LINES)]
    for n, flag in enumerate(flags):
        after = max(0.0, (flag.at - moments[0]) / _length(moments))
        x = round(min(left + after * slot, RIGHT), 1)
        width = max(LETTER * len(flag.label), SMALL_LETTER * len(f"{flag.label} {flag.more}"))
        is_late = x > RIGHT - width
        text_x, anchor, begins = (x - 8, "end", x - 8 - width) if is_late else (x + 8, "start", x + 8)
        marks.append(stroke("alert", f"M{x} 8V{BASE}"))
        lines = [(n + step) % FLAG_LINES for step in range(FLAG_LINES)]
        free = (
            line
            for line in lines
            if all(end < begins or begins + width < begin for begin, end in taken[line])
        )
        if (line := next(free, None)) is not None:
            taken[line].append((begins, begins + width))
            marks.append(word("flag", text_x, 24 + FLAG_HEIGHT * line, flag.label, anchor, flag.more))
    return marks
