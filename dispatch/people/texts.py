"""Lists that arrive as text: which encoding, which delimiter, and the records, whatever became of the quotes."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from dispatch.people.cells import bounded
from dispatch.people.packages import Limits, Unreadable

DELIMITERS = (";", ",", "\t", "|")
SAMPLE_BYTES = 65_536
CODE_PAGES = ("cp1252", "cp850", "mac_roman")  # the first, unless another gives more words
JUNK_SHARE = 0.01
# A cell of more lines than this is a quote that was never closed.
LINES_IN_A_CELL = 20
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "mac_roman")
# How an accent stands in a word, to tell the old code pages apart: é after a letter, É in capitals or before a small one.
ACCENTED = re.compile(r"[A-Za-z][éèêëàâäáçïîíöôóüûúùñß]|[A-Z][ÉÈÊËÀÂÄÇÏÎÖÔÜÛÙÑ]|\b[ÉÈÀÄÇÖÜ][a-z]")
PAGE = re.compile(r"\s*<(?:!doctype|!--|\?xml|html|head|meta|body|table|div|style|script)\b", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")


def read(
    data: bytes, encoding: str | None, delimiter: str | None, limits: Limits
) -> tuple[str, str, list[list[str]]]:
    """Encoding, delimiter and records of a text; what is not given is found out. Raises Unreadable."""
    encoding = encoding or _encoding(data)
    codec = _codec(encoding, data)
    sample = data[:SAMPLE_BYTES].decode(codec, "replace")
    _refuse_what_is_no_table(sample)
    delimiter = delimiter or _delimiter(sample, is_whole=len(data) <= SAMPLE_BYTES)
    return encoding, delimiter, _records(data, codec, delimiter, limits)


def _encoding(data: bytes) -> str:
    """By rule, not by likelihood: BOM, UTF-16 by its noughts, strict UTF-8; else Windows, or DOS or an old Mac."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _halves(data):
        return "utf-16"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        head = data[: 16 * SAMPLE_BYTES]
        accents = {codec: len(ACCENTED.findall(head.decode(codec, "replace"))) for codec in CODE_PAGES}
        return max(CODE_PAGES, key=lambda codec: accents[codec])


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
    """All records; read again, without the quotes that are never closed, when one may have swallowed rows."""
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise Unreadable("delimiter")
    try:
        records = bounded(csv.reader(_lines(data, codec), delimiter=delimiter), limits)
        if not any(_is_swallowed(cell, delimiter) for cells in records for cell in cells):
            return records
    except csv.Error:
        pass
    try:
        lines = _unswallowed(list(_lines(data, codec)), delimiter)
        return bounded(csv.reader(lines, delimiter=delimiter), limits)
    except csv.Error:
        raise Unreadable("not_a_table") from None


def _lines(data: bytes, codec: str) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(data), encoding=codec, errors="replace", newline="")


def _is_swallowed(cell: str, delimiter: str) -> bool:
    """Whether a cell of several lines may hold rows; whether it does is for `_closed` to say."""
    if "\n" not in cell and "\r" not in cell:
        return False
    return delimiter in cell or len(cell.splitlines()) > LINES_IN_A_CELL


def _unswallowed(lines: list[str], delimiter: str) -> Iterator[str]:
    """The lines, without their quotes where one opens a cell of several lines that is never rightly closed."""
    at = 0
    while at < len(lines):
        end = at + 1
        if lines[at].count('"') % 2:
            end = _closed(lines, at, delimiter)
        yield from lines[at:end] if end else [lines[at].replace('"', "")]
        at = end or at + 1


def _closed(lines: list[str], at: int, delimiter: str) -> int:
    """Where the record that begins here ends, when its quotes are well formed; else 0."""
    ends = range(at + 1, min(at + LINES_IN_A_CELL + 1, len(lines)))
    last = next((end for end in ends if lines[end].count('"') % 2), 0)
    try:
        records = list(csv.reader(lines[at : last + 1], delimiter=delimiter, strict=True)) if last else []
    except csv.Error:
        return 0
    return last + 1 if len(records) == 1 else 0
