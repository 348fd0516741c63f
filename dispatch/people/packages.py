"""What a file really is, and whether it is safe to unpack: asked before any reader opens it."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from dispatch.words import N_

SENTENCES = {
    "empty": N_("This file is empty"),
    "not_a_table": N_("This file is not a table. Save the list as a spreadsheet or as CSV"),
    "web_page": N_("This file is a web page. Open it in a spreadsheet program and save it as xlsx or CSV"),
    "locked": N_("This workbook is locked with a password. Save it without a password"),
    "too_large": N_("This file is too large. Divide the list over several files"),
    "too_many_rows": N_("This list has too many rows. Divide it over several files"),
    "too_many_columns": N_("This list has too many columns. Keep only the columns that are needed"),
    "bomb": N_("This file becomes far too large when it is unpacked. It was not opened"),
    "corrupt": N_("This workbook is damaged. Open it in a spreadsheet program and save it again"),
    "encoding": N_("The encoding is not one of those that can be read"),
    "delimiter": N_("The delimiter must be one character"),
    "no_such_sheet": N_("The workbook has no sheet of that name"),
    "no_such_row": N_("The table has no row of that number for its titles"),
}

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
STRANGERS = (
    *(
        b"%PDF",
        b"\x89PNG",
        b"GIF8",
        b"\xff\xd8\xff",
        b"RIFF",
        b"Rar!",
        b"7z\xbc\xaf",
        b"\x1f\x8b",
        b"\x7fELF",
        b"BZh",
    ),
    *(
        b"MZ\x90",
        b"{\\rtf",
        b"SQLite format 3",
        b"\xfd7zXZ",
        b"II*\x00",
        b"MM\x00*",
        b"OggS",
        b"ID3",
        b"BM\xff",
    ),
)
CHUNK = 1 << 20
# Deflate reaches 1032; the XML of an honest sheet stays far below this.
RATIO = 250
RATIO_FROM = 20_000_000
STORED, DEFLATED = 0, 8

TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^<>]*)>")
PLACE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([^\"']*)[\"']")
CELL = re.compile(rb"<table:(?:covered-)?table-cell(?=[\s/>])([^<>]*)>")
COLUMNS = re.compile(rb"number-columns-repeated\s*=\s*[\"']([^\"']*)[\"']")
ROWS = re.compile(rb"^[^<>]*number-rows-repeated\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a list is accepted; `bytes` as uploaded, `unpacked_bytes` of a workbook's whole content."""

    bytes: int = 20_000_000
    rows: int = 100_000
    columns: int = 200
    unpacked_bytes: int = 400_000_000


class Unreadable(Exception):
    """A file that cannot be read as a table; `code` is a key of SENTENCES."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(SENTENCES[code])


def kind_of(data: bytes, limits: Limits) -> str:
    """ "csv", "xlsx", "xls" or "ods" by the first bytes and the directory, never by a name. Raises Unreadable."""
    if len(data) > limits.bytes:
        raise Unreadable("too_large")
    if not data:
        raise Unreadable("empty")
    if data.startswith(OLE):
        return _ole(data)
    if data.startswith(ZIP):
        return _zip(data, limits)
    if data.startswith(STRANGERS):
        raise Unreadable("not_a_table")
    return "csv"


def _ole(data: bytes) -> str:
    """An old workbook, or the envelope of a locked new one."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Unreadable("locked")
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        raise Unreadable("not_a_table")
    return "xls"


def _zip(data: bytes, limits: Limits) -> str:
    try:
        with ZipFile(BytesIO(data)) as package:
            entries = package.infolist()
            kind = _workbook_kind(package)
    except (BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Unreadable("corrupt") from None
    _weigh(data, entries, limits)
    for entry in entries:
        _survey(data, entry, kind, limits)
    return kind


def _workbook_kind(package: ZipFile) -> str:
    names = set(package.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" not in names or "META-INF/manifest.xml" not in names:
        raise Unreadable("not_a_table")
    if package.getinfo("META-INF/manifest.xml").file_size > CHUNK:
        raise Unreadable("corrupt")
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise Unreadable("locked")
    return "ods"


def _weigh(data: bytes, entries: list[ZipInfo], limits: Limits) -> None:
    """The promised sizes first, then the real ones: a directory can lie."""
    promised = sum(entry.file_size for entry in entries)
    if promised > limits.unpacked_bytes or (promised > RATIO_FROM and promised > RATIO * len(data)):
        raise Unreadable("bomb")
    left = limits.unpacked_bytes
    for entry in entries:
        real = 0
        for piece in _unpacked(data, entry):
            real += len(piece)
            if real > entry.file_size or real > left:
                raise Unreadable("bomb")
        left -= real


def _unpacked(data: bytes, entry: ZipInfo) -> Iterator[bytes]:
    """The contents of one entry a chunk at a time, whatever size the directory promises."""
    at = entry.header_offset
    if entry.flag_bits & 1:
        raise Unreadable("locked")
    if (
        data[at : at + 4] != b"PK\x03\x04"
        or len(data) < at + 30
        or entry.compress_type not in (STORED, DEFLATED)
    ):
        raise Unreadable("corrupt")
    at += 30 + sum(struct.unpack_from("<HH", data, at + 26))
    packed = data[at : at + entry.compress_size]
    if entry.compress_type == STORED:
        yield packed
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed and not inflater.eof:
            yield inflater.decompress(packed, CHUNK)
            packed = inflater.unconsumed_tail
    except zlib.error:
        raise Unreadable("corrupt") from None


def _survey(data: bytes, entry: ZipInfo, kind: str, limits: Limits) -> None:
    """Refuses a far cell before the reader lays out every cell before it: that would exhaust the memory at once."""
    if kind == "xlsx" and not entry.filename.endswith((".bin", ".png", ".jpeg", ".jpg")):
        _survey_xlsx(_unpacked(data, entry), limits)
    if kind == "ods" and entry.filename == "content.xml":
        _survey_ods(_unpacked(data, entry), limits)


def _cut(pieces: Iterator[bytes], mark: bytes) -> Iterator[bytes]:
    """The same bytes, cut only where a mark begins."""
    held = b""
    for piece in pieces:
        held += piece
        if (at := held.rfind(mark)) > 0:
            yield held[:at]
            held = held[at:]
    yield held


def _survey_xlsx(pieces: Iterator[bytes], limits: Limits) -> None:
    row = column = 0
    for piece in _cut(pieces, b"<"):
        for tag, attributes in TAG.findall(piece):
            place = PLACE.search(attributes) if b"r" in attributes else None
            if tag == b"row":
                row, column = (_number(place[1]) if place else row + 1), 0
                continue
            if place:
                row, column = _row(place[1], row), _column(place[1].rstrip(b"0123456789"))
            else:
                column += 1
            # A cell that closes itself has a look and no value: the reader skips it too.
            if not attributes.endswith(b"/"):
                _refuse_far(row, column, limits)


def _row(place: bytes, before: int) -> int:
    digits = place.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return _number(digits) if digits else before


@lru_cache(maxsize=20_000)
def _column(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, XFD is 16384."""
    if not letters.isalpha() or len(letters) > 4:
        raise Unreadable("corrupt")
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _number(digits: bytes) -> int:
    if not digits.strip().isdigit() or len(digits) > 9:
        raise Unreadable("corrupt")
    return int(digits)


def _survey_ods(pieces: Iterator[bytes], limits: Limits) -> None:
    rows = 0
    for piece in _cut(pieces, b"<table:table-row"):
        for part in piece.split(b"<table:table-row")[1:]:
            repeated = ROWS.search(part)
            rows += _number(repeated[1]) if repeated else 1
            width = _last_column(part)
            if width:
                _refuse_far(rows, width, limits)
            if b"</table:table>" in part:
                rows = 0


def _last_column(part: bytes) -> int:
    """The last column of a row that holds anything."""
    column = last = 0
    for attributes in CELL.findall(part):
        repeated = COLUMNS.search(attributes) if b"repeated" in attributes else None
        column += _number(repeated[1]) if repeated else 1
        if b"value-type" in attributes:
            last = column
    return last


def _refuse_far(row: int, column: int, limits: Limits) -> None:
    if row > limits.rows:
        raise Unreadable("too_many_rows")
    if column > limits.columns:
        raise Unreadable("too_many_columns")
