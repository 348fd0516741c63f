"""Files as they arrive: text and workbooks read into one table of clean cells, every row accounted for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dispatch.people import columns, packages, texts, workbooks
from dispatch.people.cells import tidy
from dispatch.people.packages import SENTENCES, Limits, Unreadable
from dispatch.people.texts import ENCODINGS

__all__ = ["ENCODINGS", "SENTENCES", "Limits", "Sheet", "Unreadable", "read", "tidy"]

HEADER_ROWS = 30
SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)


@dataclass(slots=True)
class Sheet:
    """A table as read: `rows` are pairs of row number (1-based, as a person sees it) and cells, blank ones too.

    `header_row` is None where the table has no titles; `encoding` and `delimiter` are None for a workbook,
    `sheet` for a text.
    """

    kind: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: list[str] = field(default_factory=list)
    header_row: int | None = None
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    width: int = 0


def read(
    data: bytes,
    filename: str = "",
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
    limits: Limits | None = None,
) -> Sheet:
    """Reads a CSV, TSV, xlsx, xls or ods file by its contents; the name of the file proves nothing.

    What is not given is found out; `header_row=0` says there are no titles. Raises Unreadable.
    """
    limits = limits or Limits()
    kind = packages.kind_of(data, limits)
    if kind == "csv":
        encoding, delimiter, records = texts.read(data, encoding, delimiter, limits)
        table = Sheet(kind, encoding=encoding, delimiter=delimiter)
    else:
        name, names, records = workbooks.read(data, kind, sheet, limits)
        table = Sheet(kind, sheet=name, sheets=names)
    return _headed(table, records, header_row)


def others(data: bytes, sheet: Sheet, limits: Limits) -> list[tuple[str, int]]:
    """The sheets of a workbook that were not read and hold rows: [(name, rows)]."""
    names = [name for name in sheet.sheets if name != sheet.sheet]
    tables = workbooks.tables(data, sheet.kind, names, limits) if names else {}
    found = {name: _headed(Sheet(sheet.kind), records, None) for name, records in tables.items()}
    rows_of = {name: sum(1 for _, cells in other.rows if any(cells)) for name, other in found.items()}
    return [(name, number) for name, number in rows_of.items() if number]


def _headed(table: Sheet, records: list[list[str]], header_row: int | None) -> Sheet:
    """Parts the titles from the rows under them."""
    found = _title_row(records) if header_row is None else header_row or None
    if found is not None and not 0 < found <= len(records):
        raise Unreadable("no_such_row")
    table.header_row = found
    table.header = _header(records, found) if found else []
    above = found or (1 if records and SEPARATOR.fullmatch(records[0][0] if records[0] else "") else 0)
    table.rows = list(enumerate(records[above:], above + 1))
    table.width = max(map(len, records), default=0)
    return table


def _title_row(records: Sequence[list[str]]) -> int | None:
    """The row, among the first thirty, with the most column titles; of the same titles in two languages the lower."""
    scores = [columns.titles_in(cells) for cells in records[:HEADER_ROWS]]
    best = max(scores, default=0)
    if not best:
        return None
    at = scores.index(best) + 1
    while at < len(scores) and scores[at] == best:
        at += 1
    return at


def _header(records: Sequence[list[str]], row: int) -> list[str]:
    """The titles; under a title that spans two rows the lower cell is empty."""
    own, above = records[row - 1], records[row - 2] if row > 1 else []
    upper = [above[at] if at < len(above) and columns.field_of(above[at]) else "" for at in range(len(own))]
    return [title or higher for title, higher in zip(own, upper, strict=True)]
