"""What a picture is: marks in the order in which they are drawn, a key, and the same numbers as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.numbers import format_decimal

WIDTH, HEIGHT = 720, 300
LEAST_LEFT, RIGHT, TOP, BASE = 56, 696, 36, 256
TIMES_AT = 284
LETTER = 13.5  # of the widest labels: on a phone the letters are 24 units high
MINUS = "\u2212"
Said = Callable[[float], str]


class Mark(NamedTuple):
    """One SVG element with its attributes; `text` stands in it, and `more` of it where there is room."""

    tag: str
    attrs: dict[str, object]
    text: str = ""
    more: str = ""


class Key(NamedTuple):
    """What a class of marks means; `is_line` when it is a stroke and no bar."""

    css: str
    label: str
    is_line: bool = False


class Tick(NamedTuple):
    """A label on an axis; a phone has no room for those that are `is_alt`."""

    at: float
    label: str
    is_alt: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture of `width` by `height` units; `desc` says in a sentence what one sees, `rows` are its numbers in words.

    The first cell of a row is its name. A picture without numbers to show is None, never an empty one.
    """

    id: str
    title: str
    desc: str
    marks: Sequence[Mark]
    key: Sequence[Key]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    height: float = HEIGHT
    width: float = WIDTH


@lru_cache
def counted(lang: str) -> Said:
    """How numbers are written in this language: 1204 as "1.204"; a negative one with a real minus."""
    groups = Locale.parse(lang).number_symbols["latn"]["group"]

    def said(number: float) -> str:
        if number == int(
            number
        ):  # the library takes a tenth of a millisecond for each, and a table has hundreds
            return f"{int(number):,}".replace(",", groups).replace("-", MINUS)
        return format_decimal(number, locale=lang).replace("-", MINUS)

    return said


def stroke(css: str, d: str) -> Mark:
    return Mark("path", {"class": css, "d": d})


def box(css: str, x: float, y: float, width: float, height: float) -> Mark:
    return Mark("rect", {"class": css, "x": x, "y": y, "width": width, "height": height})


def word(css: str, x: float, y: float, text: str, anchor: str = "start", more: str = "") -> Mark:
    place = {"class": css or None, "x": x, "y": y, "text-anchor": anchor if anchor != "start" else None}
    return Mark("text", place, text, more)


def path(dots: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(dots))


def left_of(labels: Iterable[str]) -> int:
    """Where the field begins, so that the widest label of its levels has room before it."""
    return max(LEAST_LEFT, round(16 + LETTER * max(map(len, labels), default=0)))


def levels_drawn(ticks: Iterable[Tick], left: float) -> list[Mark]:
    """A hairline and its label for each level."""
    return [
        mark
        for tick in ticks
        for mark in (
            stroke("grid", f"M{left} {tick.at}H{RIGHT}"),
            word("alt" if tick.is_alt else "", left - 8, tick.at + 5, tick.label, "end"),
        )
    ]


def times_drawn(ticks: Iterable[Tick]) -> list[Mark]:
    return [word("alt" if tick.is_alt else "", tick.at, TIMES_AT, tick.label, "middle") for tick in ticks]


def base_drawn(left: float, at: float = BASE) -> Mark:
    return stroke("base", f"M{left} {at}H{RIGHT}")
