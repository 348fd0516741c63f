"""What is left over time, day by day, and where it goes if nothing changes."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil, floor
from typing import NamedTuple

from dispatch.pictures.axes import nice_step, scale
from dispatch.pictures.curve import sampled
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
    left_of,
    levels_drawn,
    stroke,
    times_drawn,
    word,
)
from dispatch.words import DAY

LEVELS = 4
TIMES = 5
FLAG_UNDER = 22


class Words(NamedTuple):
    """What the picture says; `empty` are the words at the day on which nothing is left."""

    title: str
    desc: str
    empty: str
    header: tuple[str, str]
    key: tuple[str, str]


def balance(
    id: str,
    words: Words,
    days: Sequence[tuple[date, int]],
    said: Said,
    exactly: Said,
    day: str = DAY,
    *,
    forecast: tuple[date, int] | None = None,
) -> Picture:
    """What was left at the end of each day (in order, at least one); `said` writes a level, `exactly` an amount.

    `forecast` is a later day and what is left then, at the pace of now.
    """
    first, (last, now) = days[0][0], days[-1]
    end = max(forecast[0] if forecast else last, first + timedelta(days=1))
    amounts = [amount for _, amount in days] + ([forecast[1]] if forecast else [])
    step = nice_step(max(max(amounts), -min(amounts), 1), LEVELS)
    top, bottom = max(ceil(max(amounts) / step), 1) * step, min(floor(min(amounts) / step), 0) * step
    levels = [(value, said(value)) for value in range(bottom, top + 1, step)]
    left = left_of(label for _, label in levels)
    x, y = scale(0, (end - first).days, left, RIGHT), scale(bottom, top, BASE, TOP)
    at = x((last - first).days)
    marks = [
        *levels_drawn([Tick(y(value), label, n % 2 == 1) for n, (value, label) in enumerate(levels)], left),
        base_drawn(left, y(0)),
        stroke("main", _steps([(x((on - first).days), y(amount)) for on, amount in days])),
        *(_ahead(forecast, at, x((forecast[0] - first).days), y, now, words, day) if forecast else ()),
        stroke("now", f"M{at} 20V{BASE}"),
        _named(at, y(now) - 10, exactly(now), y),
        *times_drawn(_times(first, end, x, day)),
    ]
    key = [Key("main", words.key[0], True), *([Key("ahead", words.key[1], True)] if forecast else ())]
    rows = [[f"{on:{day}}", exactly(amount)] for on, amount in sampled(days)]
    if forecast:
        rows.append([f"{forecast[0]:{day}} ({words.key[1]})", exactly(forecast[1])])
    return Picture(id, words.title, words.desc, marks, key, words.header, rows)


def _steps(dots: Sequence[tuple[float, float]]) -> str:
    """What is left stays what it was until it changes."""
    return f"M{dots[0][0]} {dots[0][1]}" + "".join(f"H{x}V{y}" for x, y in dots[1:])


def _ahead(
    forecast: tuple[date, int], at: float, end: float, y, now: int, words: Words, day: str
) -> list[Mark]:
    marks = [stroke("ahead", f"M{at} {y(now)} L{end} {y(forecast[1])}")]
    if forecast[1] <= 0:
        above = min(y(now) + FLAG_UNDER, y(0) - 8)  # over the line, which falls
        marks.append(word("flag", RIGHT, round(above, 1), f"{words.empty} {forecast[0]:{day}}", "end"))
    return marks


def _named(at: float, height: float, text: str, y) -> Mark:
    is_late = at > RIGHT - LETTER * len(text)
    return word(
        "strong",
        at - 8 if is_late else at + 8,
        round(max(TOP, height), 1),
        text,
        "end" if is_late else "start",
    )


def _times(first: date, end: date, x, day: str) -> list[Tick]:
    """Even distances of whole days, the first among them; a phone shows every other one."""
    length = max((end - first).days, 1)
    step = max(1, ceil(length / TIMES))
    return [
        Tick(x(n), f"{first + timedelta(days=n):{day}}", place % 2 == 1)
        for place, n in enumerate(range(0, length + 1, step))
    ]
