"""Files as they arrive: text and workbooks read into one table of clean cells, every row accounted for."""

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO, TextIOWrapper

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from dispatch.people import columns, packages
from dispatch.people.packages import SENTENCES, Limits, Unreadable

__all__ = ["SENTENCES", "Limits", "Sheet", "Unreadable", "read", "tidy"]

DELIMITERS = (";", ",", "\t", "|")
SAMPLE_BYTES = 65_536
HEADER_ROWS = 30
JUNK_SHARE = 0.01
# A cell of more lines than this is a quote that was never closed.
LINES_IN_A_CELL = 20
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
PAGE = re.compile(r"\s*<(?:!doctype|!--|\?xml|html|head|meta|body|table|div|style|script)\b", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
TIDY = str.maketrans(
    {
        **dict.fromkeys(
            "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
            " ",
        ),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202c", None),
    }
)
REMEMBERED_CELLS = 200_000


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
        table, records = _text(data, encoding, delimiter, limits)
    else:
        table, records = _workbook(data, kind, sheet, limits)
    return _headed(table, records, header_row)


def tidy(text: str) -> str:
    """One cell without what is invisible: NFC, plain blanks, no leading apostrophe, no end-of-file sign of DOS."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(TIDY))
    return text.strip().removeprefix("'").removesuffix("\x1a").strip()


def _headed(table: Sheet, records: list[list[str]], header_row: int | None) -> Sheet:
    """Parts the titles from the rows under them."""
    found = _title_row(records) if header_row is None else header_row or None
    if found is not None and not 0 < found <= len(records):
        raise Unreadable("no_such_row")
    table.header_row = found
    table.header = records[found - 1] if found else []
    table.rows = list(enumerate(records[found or 0 :], (found or 0) + 1))
    table.width = max(map(len, records), default=0)
    return table


def _title_row(records: Sequence[list[str]]) -> int | None:
    """The row, among the first thirty, with the most column titles."""
    scores = [columns.titles_in(cells) for cells in records[:HEADER_ROWS]]
    best = max(scores, default=0)
    return scores.index(best) + 1 if best else None


# Text


def _text(
    data: bytes, encoding: str | None, delimiter: str | None, limits: Limits
) -> tuple[Sheet, list[list[str]]]:
    encoding = encoding or _encoding(data)
    codec = _codec(encoding, data)
    sample = data[:SAMPLE_BYTES].decode(codec, "replace")
    _refuse_what_is_no_table(sample)
    delimiter = delimiter or _delimiter(sample, is_whole=len(data) <= SAMPLE_BYTES)
    records = _records(data, codec, delimiter, limits)
    return Sheet("csv", encoding=encoding, delimiter=delimiter), records


def _encoding(data: bytes) -> str:
    """By rule, not by likelihood: BOM, then strict UTF-8, then UTF-16 by its noughts, then Windows-1252."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _halves(data):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _halves(data: bytes) -> str | None:
    """The byte order of UTF-16 without BOM: Western text has noughts in every second place, and only there."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < 0.3 * len(head) / 2 or min(even, odd) > 0.05 * len(head) / 2:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _codec(encoding: str, data: bytes) -> str:
    """Python's name for the encoding, with the byte order where no BOM tells it."""
    if encoding not in ENCODINGS:
        raise Unreadable("encoding")
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _halves(data) or "utf-16-le"
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _refuse_what_is_no_table(sample: str) -> None:
    if PAGE.match(sample.lstrip("\ufeff")):
        raise Unreadable("web_page")
    if len(CONTROL.findall(sample)) > JUNK_SHARE * len(sample):
        raise Unreadable("not_a_table")
    if not sample.strip("\ufeff \t\r\n;,|\x1a"):
        raise Unreadable("empty")


def _delimiter(sample: str, *, is_whole: bool) -> str:
    """The sign that cuts most rows into the same number of cells, and into many."""
    if named := re.match(r"\ufeff?\"?sep=(.)\"?\s*[\r\n]", sample, re.IGNORECASE):
        return named[1]
    lines = sample.lstrip("\ufeff").splitlines(keepends=True)
    lines = lines if is_whole or len(lines) < 2 else lines[:-1]
    scores = {sign: _evenness(lines, sign) for sign in DELIMITERS}
    best = max(scores, key=lambda sign: scores[sign])
    return best if scores[best] else ";"


def _evenness(lines: list[str], sign: str) -> float:
    try:
        widths = Counter(len(cells) for cells in csv.reader(lines[:500], delimiter=sign) if any(cells))
    except csv.Error:
        return 0
    if not widths:
        return 0
    width, rows = max(widths.items(), key=lambda found: (found[1], found[0]))
    return (width - 1) * (rows / widths.total()) ** 2


def _records(data: bytes, codec: str, delimiter: str, limits: Limits) -> list[list[str]]:
    """All records; read again without quotes when one quote, never closed, swallowed what followed it."""
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unreadable("delimiter")
    try:
        records = _quoted(data, codec, delimiter, limits, csv.QUOTE_MINIMAL)
        is_swallowed = any(
            cell.count("\n") > LINES_IN_A_CELL for cells in records for cell in cells if len(cell) > 99
        )
    except csv.Error:
        is_swallowed = True
    if not is_swallowed:
        return records
    try:
        return _quoted(data, codec, delimiter, limits, csv.QUOTE_NONE)
    except csv.Error:
        raise Unreadable("not_a_table") from None


def _quoted(data: bytes, codec: str, delimiter: str, limits: Limits, quoting: int) -> list[list[str]]:
    lines = TextIOWrapper(BytesIO(data), encoding=codec, errors="replace", newline="")
    return _bounded(csv.reader(lines, delimiter=delimiter, quoting=quoting), limits)


def _bounded(source: Iterable[Sequence], limits: Limits) -> list[list[str]]:
    """Clean cells, row by row, stopping at the limits. A cell seen before is the same string, to spare memory."""
    known: dict[object, str] = {}
    records = []
    for cells in source:
        if len(records) >= limits.rows:
            raise Unreadable("too_many_rows")
        if len(cells) > limits.columns and any(cells[limits.columns :]):
            raise Unreadable("too_many_columns")
        records.append(
            [known[cell] if cell in known else _remember(known, cell) for cell in cells[: limits.columns]]
        )
    return records


def _remember(known: dict[object, str], cell: object) -> str:
    text = tidy(cell if isinstance(cell, str) else _said(cell))
    if len(known) < REMEMBERED_CELLS:
        known[cell] = text
    return text


def _said(cell: object) -> str:
    """A workbook's value as its reader saw it: no ".0", days in ISO order."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ", "minutes")
        )
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else str(cell)


# Workbooks


def _workbook(data: bytes, kind: str, sheet: str | None, limits: Limits) -> tuple[Sheet, list[list[str]]]:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        names = [about.name for about in book.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]
        visible = {about.name for about in book.sheets_metadata if about.visible == SheetVisibleEnum.Visible}
        tables = (
            dict(_tables(book, [sheet] if sheet else names, limits)) if not sheet or sheet in names else {}
        )
    except Unreadable:
        raise
    except PasswordError:
        raise Unreadable("locked") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # noqa: BLE001 - a panic in the reader is not an Exception
        is_foreign = isinstance(fault, CalamineError) and kind == "xls" and "Cannot detect" in str(fault)
        raise Unreadable("not_a_table" if is_foreign else "corrupt") from None
    if not tables:
        raise Unreadable("no_such_sheet" if sheet else "empty")
    chosen = max(tables, key=lambda name: (name in visible, *_likeness(tables[name])))
    if not any(map(any, tables[chosen])):
        raise Unreadable("empty")
    return Sheet(kind, sheet=chosen, sheets=names), tables[chosen]


def _tables(
    book: CalamineWorkbook, names: list[str], limits: Limits
) -> Iterator[tuple[str, list[list[str]]]]:
    for name in names:
        found = book.get_sheet_by_name(name)
        if found.height > limits.rows:
            raise Unreadable("too_many_rows")
        if found.width > limits.columns:
            raise Unreadable("too_many_columns")
        records = _bounded(found.to_python(skip_empty_area=False), limits)
        while records and not any(records[-1]):
            records.pop()
        yield name, records


def _likeness(records: list[list[str]]) -> tuple[int, int]:
    """How much a sheet looks like a list of people: rows with a way to reach somebody, then rows filled."""
    filled = [cells for cells in records if sum(map(bool, cells)) > 1]
    return sum(1 for cells in filled if any(map(_is_reach, cells))), len(filled)


def _is_reach(cell: str) -> bool:
    return "@" in cell or sum(map(str.isdecimal, cell)) >= 8
