"""The cells of a table as they arrive, made clean: without what is invisible, and never more than is allowed."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from dispatch.people.packages import Limits, Unreadable

OWN_APOSTROPHE = re.compile(r"'[^\W\d_][\s-]")
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


def tidy(text: str) -> str:
    """One cell without what is invisible: NFC, plain blanks, no end-of-file sign of DOS.

    A leading apostrophe is a spreadsheet's word for text; that of 't Hofke and 's-Hertogenlaan is the name's own.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text.translate(TIDY))
    text = text.removesuffix("\x1a").strip()
    return text[1:].strip() if text.startswith("'") and not OWN_APOSTROPHE.match(text) else text


def bounded(source: Iterable[Sequence], limits: Limits) -> list[list[str]]:
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
