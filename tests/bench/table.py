"""A figure with its target, and the table that shows them."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

Result = TypeVar("Result")
WIDTHS = (54, 26, 26)


class NotMeasured(Exception):
    """Something that the measurement needs is not here; the words say what."""


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, what it should be, and whether it is; None where there is no target."""

    name: str
    measured: str
    target: str = ""
    is_met: bool | None = None
    value: float | None = None
    note: str = ""

    @property
    def mark(self) -> str:
        return {True: "met", False: "MISSED", None: ""}[self.is_met]

    def line(self) -> str:
        cells = (
            cell.ljust(width)
            for cell, width in zip((self.name, self.measured, self.target), WIDTHS, strict=True)
        )
        return f"{' '.join(cells)} {self.mark:<7}{self.note}".rstrip()

    def facts(self) -> dict:
        return asdict(self)


def at_least(name: str, value: float, bound: float, unit: str, note: str = "") -> Figure:
    return Figure(name, shown(value, unit), f">= {shown(bound, unit)}", value >= bound, value, note)


def at_most(name: str, value: float, bound: float, unit: str, note: str = "") -> Figure:
    return Figure(name, shown(value, unit), f"< {shown(bound, unit)}", value < bound, value, note)


def ratio(name: str, ours: float, theirs: float, bound: float, peer: str) -> Figure:
    """How many times as fast as a peer, with both speeds in the note."""
    note = f"{ours:,.0f}/s : {theirs:,.0f}/s"
    return at_least(name, ours / theirs, bound, f"x {peer}", note)


def shown(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def rounds(deed: Callable[[], Result], seconds: float = 5) -> list[Result]:
    """The results of three rounds; of one only when that took longer than so many seconds."""
    begun = time.monotonic()
    first = deed()
    return [first] if time.monotonic() - begun > seconds else [first, deed(), deed()]


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
