"""An uploaded list as it was understood: which table in the file, which column is what, every row cleaned."""

import gc
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from dispatch.errors import Refusal
from dispatch.people import columns, rows, sheets
from dispatch.people.rows import CleanRow
from dispatch.people.sheets import Limits, Sheet, Unreadable
from dispatch.words import N_, Sentence

FRAME = ("encoding", "delimiter", "sheet", "header_row")
COLUMN_NAMES = {
    "full_name": N_("Full name"),
    "last_name": N_("Last name"),
    "first_name": N_("First name"),
    "mobile": N_("Mobile"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "address": N_("Street and number"),
    "street": N_("Street"),
    "house_number": N_("House number"),
    "box": N_("Box"),
    "postcode": N_("Postcode"),
    "town": N_("Town"),
    "language": N_("Language"),
    "role": N_("Role"),
    "basis": N_("Legal basis"),
    "basis_on": N_("Legal basis since"),
    "basis_source": N_("Source of the legal basis"),
}


_latest: dict[tuple, "Reading"] = {}


@dataclass(slots=True)
class Reading:
    """`columns` is field: index of the column; `rows` are pairs of row number and clean row, blank ones too."""

    sheet: Sheet
    columns: dict[str, int]
    rows: list[tuple[int, CleanRow]] = field(default_factory=list)

    @property
    def has_name(self) -> bool:
        return bool({"full_name", "last_name", "first_name"} & self.columns.keys())

    @property
    def has_reach(self) -> bool:
        return bool({"mobile", "phone", "email"} & self.columns.keys())

    @property
    def frame(self) -> dict:
        """How the file was read, in the words in which it can be asked again."""
        asked = {name: getattr(self.sheet, name) for name in FRAME}
        return asked | {"header_row": self.sheet.header_row or 0}

    def title(self, index: int) -> str | int:
        """What stands above a column, or its number where nothing does."""
        header = self.sheet.header
        return (header[index] if index < len(header) else "") or index + 1

    def examples(self, index: int, most: int = 3) -> list[str]:
        """The first few different things that stand in a column."""
        found: dict[str, None] = {}
        for _, cells in self.sheet.rows[:200]:
            if index < len(cells) and cells[index] and len(found) < most:
                found[cells[index]] = None
        return list(found)


def understand(
    content: bytes,
    filename: str = "",
    asked: Mapping | None = None,
    *,
    limits: Limits | None = None,
    language: str = "nl",
) -> Reading:
    """Reads a list; what `asked` (encoding, delimiter, sheet, header_row, columns) leaves open is found out.

    Raises Refusal with a sentence when it is no table, or not in the way that was asked. Asks no database.
    The latest reading is remembered until it is forgotten: the pages of one import and its commit ask for the same.
    """
    asked = dict(asked or {})
    key = hashlib.sha256(content).digest(), json.dumps(asked, sort_keys=True), limits, language
    found = _latest.get(key)
    if found is None:
        found = _understood(content, filename, asked, limits, language)
        _latest.clear()  # one list at most is held
        _latest[key] = found
    return found


def forget() -> None:
    """Lets go of the latest reading: its import is over."""
    _latest.clear()


@contextmanager
def uncollected() -> Iterator[None]:
    """Collects no garbage meanwhile: to look through all rows of a long list, over and over, costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@uncollected()
def _understood(
    content: bytes, filename: str, asked: Mapping, limits: Limits | None, language: str
) -> Reading:
    frame = {name: asked[name] for name in FRAME if asked.get(name) not in (None, "")}
    sheet = read(content, filename, frame, limits)
    found = asked.get("columns")
    if found is None:
        found = columns.guess(sheet.header, sheet.rows)
    held = {name: at for name, at in found.items() if name in COLUMN_NAMES and at < max(sheet.width, 1)}
    clean = [(number, rows.clean(cells, held, language=language)) for number, cells in sheet.rows]
    return Reading(sheet, held, clean)


def read(content: bytes, filename: str, frame: Mapping, limits: Limits | None) -> Sheet:
    try:
        return sheets.read(content, filename, limits=limits, **frame)
    except Unreadable as fault:
        raise Refusal(Sentence(sheets.SENTENCES[fault.code]), field="file") from None


def columns_asked(fields: list[str], names: Mapping[str, str] = COLUMN_NAMES) -> dict[str, int]:
    """The columns as a person set them, one field of `names` or "" for each; raises Refusal when two are the same."""
    found: dict[str, int] = {}
    for index, name in enumerate(fields):
        if name in found:
            both = N_("Two columns are both called %(name)s. Choose one of them.")
            raise Refusal(both, field=f"column-{index}", name=Sentence(names[name]))
        if name in names:
            found[name] = index
    return found
