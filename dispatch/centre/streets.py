"""Streets of a zone: read from a spreadsheet as a list of members is, and found again among the members of BINs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatch.errors import Refusal
from dispatch.people import audience, columns, rows
from dispatch.people.names import plain
from dispatch.people.reading import read
from dispatch.people.sheets import Limits, Sheet
from dispatch.words import N_
from models import Bin, SafetyZone

NO_STREETS = N_(
    "No column of this list holds streets. Put the title “Street” above the one that does, and read it again."
)


@dataclass
class StreetList:
    """The streets of a file, each once, and what became of every row: taken, double or empty."""

    streets: list[str] = field(default_factory=list)
    rows: int = 0
    double: int = 0
    blank: int = 0


def from_file(content: bytes, filename: str, *, limits: Limits | None = None) -> StreetList:
    """Reads a street list of any kind that a member list may have; raises Refusal at "file". Asks no database."""
    sheet = read(content, filename, {}, limits)
    held = _columns(sheet)
    found: dict[str, str] = {}
    listed = StreetList()
    for _number, cells in sheet.rows:
        listed.rows += 1
        street = rows.clean(cells, held).values["street"] if any(cells) else ""
        if not street:
            listed.blank += 1
        elif plain(street) in found:
            listed.double += 1
        else:
            found[plain(street)] = street
    listed.streets = list(found.values())
    if not listed.streets:
        raise Refusal(NO_STREETS, field="file")
    return listed


def _columns(sheet: Sheet) -> dict[str, int]:
    """The column of the streets: by its title, or the only column that there is."""
    guessed = columns.guess(sheet.header, sheet.rows)
    for name in ("street", "address"):
        if name in guessed:
            return {name: guessed[name]}
    if sheet.width == 1:
        return {"street": 0}
    raise Refusal(NO_STREETS, field="file")


@dataclass(frozen=True)
class Match:
    """A zone laid over BINs: `pairs` are (BIN's id, street as its members write it), `missing` has nobody there."""

    zone: SafetyZone
    pairs: list[tuple[int, str]]
    members: int
    missing: list[str]


def lay(zones: Iterable[SafetyZone], bins: Iterable[Bin]) -> list[Match]:
    """Where the members of these BINs live within each zone; a street is the same without case and accents."""
    living: dict[str, list[tuple[int, str, int]]] = {}
    for bin, street, number in audience.streets_of(bins):
        living.setdefault(plain(street), []).append((bin.id, street, number))
    return [_match(zone, living) for zone in zones]


def _match(zone: SafetyZone, living: dict) -> Match:
    found = [place for street in zone.streets for place in living.get(plain(street), ())]
    missing = [street for street in zone.streets if plain(street) not in living]
    return Match(zone, [(bin, street) for bin, street, _ in found], sum(n for *_, n in found), missing)
