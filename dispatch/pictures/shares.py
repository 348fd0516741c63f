"""A bar for each thing, cut where its parts end: who was reached of whom, by channel, by prefix, by street."""

from collections.abc import Sequence
from typing import NamedTuple

from dispatch.pictures.picture import WIDTH, Key, Mark, Picture, Said, box, word

ROW, WORDS_AT, BAR_AT = 60, 24, 33
HEIGHTS = {"got": 16, "half": 9, "low": 9, "missed": 16, "rest": 4}  # a second sign beside the colour
TALLEST = max(HEIGHTS.values())
MOST_LETTERS = 27


class Share(NamedTuple):
    """One thing: its name, what stands at its right, and its parts in order: (class of the mark, number)."""

    label: str
    figure: str
    parts: tuple[tuple[str, int], ...]


def shares(
    id: str,
    title: str,
    desc: str,
    things: Sequence[Share],
    key: Sequence[Key],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Picture:
    """A bar of full width for each thing (at least one) that is not empty, its parts as long as their part of it."""
    marks = [mark for n, thing in enumerate(things) for mark in _row(thing, n * ROW)]
    return Picture(id, title, desc, marks, key, header, rows, height=len(things) * ROW - 4)


def _row(thing: Share, top: float) -> list[Mark]:
    label = thing.label if len(thing.label) <= MOST_LETTERS else thing.label[: MOST_LETTERS - 1] + "…"
    total = sum(number for _, number in thing.parts) or 1
    marks = [
        word("strong", 0, top + WORDS_AT, label),
        word("", WIDTH, top + WORDS_AT, thing.figure, "end"),
    ]
    gone = 0
    for css, number in thing.parts:
        begin, end = (round(some / total * WIDTH, 1) for some in (gone, gone + number))
        gone += number
        if number:
            height = HEIGHTS[css]
            marks.append(box(css, begin, top + BAR_AT + TALLEST - height, round(end - begin, 1), height))
    return marks


def part_of(number: int, total: int, said: Said) -> str:
    """ "18 / 24" as it stands at the end of a bar."""
    return f"{said(number)} / {said(total)}"
