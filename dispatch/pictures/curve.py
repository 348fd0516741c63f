"""The delivery curve: running totals of what was accepted, as a line, and of what was delivered, dotted over an area."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import NamedTuple

from dispatch import clock
from dispatch.pictures.axes import nice_step, scale, time_ticks
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
    path,
    stroke,
    times_drawn,
    word,
)
from dispatch.words import DAY

LEVELS = 4
ROWS = 12
LABEL_GAP = 28  # on a phone the letters are 24 units high


class Point(NamedTuple):
    """Running totals at one moment (UTC): `accepted` counts the delivered ones too."""

    at: datetime
    accepted: int
    delivered: int


class Words(NamedTuple):
    """What the curve says: what stands at the ends of its lines, in its key and above its table."""

    title: str
    desc: str
    accepted: str
    delivered: str
    key: tuple[str, str]
    header: tuple[str, str, str]


def curve(
    id: str,
    points: Sequence[Point],
    total: int,
    words: Words,
    said: Said,
    *,
    day: str = DAY,
    until: datetime | None = None,
    is_running: bool = False,
) -> Picture:
    """The curve of running totals, `points` in order of time (at least one), `total` the messages in all.

    `until` stretches the time axis to an expected end; `is_running` draws the line of now at the last point.
    """
    start, last = points[0].at, points[-1]
    seconds = max((max(last.at, until or last.at) - start).total_seconds(), 1.0)
    step = nice_step(max(total, 1), LEVELS)
    ceiling = ceil(max(total, 1) / step) * step
    labels = [(n * step, said(n * step)) for n in range(1, ceiling // step + 1)]
    left = left_of(label for _, label in labels)
    x, y = scale(0, seconds, left, RIGHT), scale(0, ceiling, BASE, TOP)
    # The last point of each column of pixels: a running total loses nothing that can be seen.
    columns = {round(x((point.at - start).total_seconds())): point for point in points}
    accepted = [(at, y(point.accepted)) for at, point in columns.items()]
    delivered = [(at, y(point.delivered)) for at, point in columns.items()]
    end = round(x((last.at - start).total_seconds()))
    marks = [
        *levels_drawn([Tick(y(value), label, n % 2 == 0) for n, (value, label) in enumerate(labels)], left),
        stroke("area", f"{path(delivered)} L{end} {BASE} L{left} {BASE}Z"),
        base_drawn(left),
        stroke("second", path(delivered)),
        stroke("main", path(accepted)),
        *([stroke("now", f"M{end} 20V{BASE}")] if is_running else ()),
        *_ends(last, end, y, words, said),
        *times_drawn(
            Tick(round(x(at)), label, n % 2 == 1)
            for n, (at, label) in enumerate(time_ticks(start, seconds, day))
        ),
    ]
    return Picture(
        id,
        words.title,
        words.desc,
        marks,
        [Key("main", words.key[0], True), Key("second", words.key[1], True)],
        words.header,
        [
            [f"{clock.local(one.at):%H:%M:%S}", said(one.accepted), said(one.delivered)]
            for one in sampled(points)
        ],
    )


def sampled(points: Sequence, rows: int = ROWS) -> list:
    """At most so many of the points, the first and the last among them."""
    if len(points) <= rows:
        return list(points)
    return [points[round(n * (len(points) - 1) / (rows - 1))] for n in range(rows)]


def _ends(last: Point, x: float, y, words: Words, said: Said) -> list[Mark]:
    """Figures beside the ends of the two lines, never over each other; before the end where the room is up."""
    texts = [f"{said(last.accepted)} {words.accepted}", f"{said(last.delivered)} {words.delivered}"]
    is_late = x > RIGHT - LETTER * max(map(len, texts))
    anchor, at = ("end", x - 8) if is_late else ("start", x + 8)
    lift = -10 if is_late else 5
    upper, lower = y(last.accepted) + lift, y(last.delivered) + lift
    if lower - upper < LABEL_GAP:
        lower = min(upper + LABEL_GAP + (12 if is_late else 0), BASE - 6)
        upper = min(upper, lower - LABEL_GAP)
    return [
        word("strong", at, round(height, 1), text, anchor)
        for text, height in zip(texts, (upper, lower), strict=True)
    ]
