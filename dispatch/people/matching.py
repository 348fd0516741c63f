"""Who is who: the rows of a list laid beside the members of a zone, each row with exactly one outcome."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from peewee import chunked

from dialect import written
from dispatch.people.names import address_key, name_key
from dispatch.people.rows import GROUND, CleanRow, Problem
from models import MEMBER_FIELDS, Bin, Member, Membership, database

OUTCOMES = ("new", "changed", "unchanged", "double", "refused", "blank")
NAMES = ("last_name", "first_name")
NUMBERS = ("mobile", "phone")
CHUNK = 500


class Place(NamedTuple):
    """A membership as it is kept, ended or not."""

    id: int
    bin_id: int
    role: str
    joined_at: object  # the moments as the database keeps them: they are only put back, never counted with
    paused_at: object
    ended_at: object
    basis: str = ""
    basis_on: object = None
    basis_source: str = ""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody known: a member of the zone, or a new one whom an earlier row of the list brought."""

    values: dict[str, str]
    key: str
    id: int = 0  # of the member; 0 for a new one
    version: int = 0
    role: str = ""  # in this BIN
    ground: tuple = ("", None, "")  # in this BIN: see rows.GROUND
    here: Place | None = None  # the membership of this BIN, ended or not
    elsewhere: tuple[int, ...] = ()  # ids of the other BINs
    row: int = 0  # the first row of the list that is this person
    before: dict[str, str] = field(default_factory=dict)  # the values as they are kept now

    @property
    def is_active_here(self) -> bool:
        return self.here is not None and not self.here.ended_at

    @property
    def changed(self) -> dict[str, list[str]]:
        """What the list changes, field: [old, new]."""
        before, after = self.before, self.values
        if before == after:
            return {}
        return {name: [before[name], after[name]] for name in MEMBER_FIELDS if before[name] != after[name]}


@dataclass(slots=True)
class Line:
    """What becomes of one row. `differences` is field: (now with us, in the list); of a double: what it adds.

    `same_row` and `same_bins` say of whom a double is the double, `shared` by what it was seen,
    `kept` which of its values give way: field: (kept, in this row).
    """

    number: int
    outcome: str
    row: CleanRow
    person: Person | None = None
    differences: dict[str, tuple[str, str]] = field(default_factory=dict)
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)
    same_row: int = 0
    same_bins: tuple[int, ...] = ()
    shared: str = ""
    is_back: bool = False  # was a member of this BIN before

    @property
    def values(self) -> dict[str, str]:
        return self.row.values

    @property
    def problems(self) -> list[Problem]:
        return self.row.problems


def match(rows: Iterable[tuple[int, CleanRow]], bin: Bin) -> list[Line]:
    """One line for each row, in their order. Reads the zone's members, writes nothing."""
    rows = list(rows)
    keys = {
        number: name_key(row.values["first_name"], row.values["last_name"])
        for number, row in rows
        if not row.is_blank and not row.is_refused
    }
    known = Known(_members(bin, set(keys.values())))
    return [_line(number, row, keys.get(number, ""), known) for number, row in rows]


class Known:
    """The people known so far, found by name and what they share; the first who came is found first."""

    def __init__(self, people: Iterable[Person]):
        self._people: dict[tuple[str, str, str], list[Person]] = {}
        for person in people:
            self.add(person)

    def add(self, person: Person) -> None:
        for kind, value in _marks(person.values):
            holders = self._people.setdefault((person.key, kind, value), [])
            if not holders or (kind == "address" and person not in holders):
                holders.append(person)

    def find(self, values: Mapping[str, str], key: str) -> tuple[Person | None, str]:
        """The person of this name with a shared number, mailbox or address, and which of these it is."""
        for name in ("mobile", "phone", "email"):
            kind = "email" if name == "email" else "number"
            if values[name] and (found := self._people.get((key, kind, values[name]))):
                return found[0], name
        for person in self._people.get((key, "address", address_key(values)), ()):
            if _is_near(values["postcode"], person.values["postcode"]):
                return person, "address"
        return None, ""


def _marks(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in ("mobile", "phone"):
        if values[name]:
            yield "number", values[name]
    if values["email"]:
        yield "email", values["email"]
    if address := address_key(values):
        yield "address", address


def _is_near(one: str, other: str) -> bool:
    """Two villages may have the same street; a list without postcodes cannot tell."""
    return not one or not other or one == other


def _line(number: int, row: CleanRow, key: str, known: Known) -> Line:
    if row.is_blank or row.is_refused:
        return Line(number, "blank" if row.is_blank else "refused", row)
    person, shared = known.find(row.values, key)
    if person is None:
        person = Person(dict(row.values), key, role=row.values["role"], ground=_ground(row), row=number)
        known.add(person)
        return Line(number, "new", row, person)
    if person.row:
        return _double_in_list(number, row, person, shared, known)
    return _known_member(number, row, person, shared, known)


def _ground(row: CleanRow) -> tuple:
    """As a membership keeps it."""
    values = row.values
    return values["basis"], values["basis_on"] or None, values["basis_source"]


def _double_in_list(number: int, row: CleanRow, person: Person, shared: str, known: Known) -> Line:
    """Fills what the earlier row left empty, and overwrites nothing; what gives way is said."""
    line = Line(number, "double", row, person, same_row=person.row, shared=shared)
    for name, (old, new) in _differences(row, person).items():
        if not old:
            line.differences[name] = (old, new)
        elif name == "mobile" and not person.values["phone"] and not row.values["phone"]:
            line.differences["phone"] = ("", new)
        elif name not in NUMBERS or new not in (person.values["mobile"], person.values["phone"]):
            line.kept[name] = (old, new)
    if "basis" in row.given and not person.ground[0]:
        line.differences["basis"], person.ground = ("", row.values["basis"]), _ground(row)
    _take_over(person, line, known)
    return line


def _known_member(number: int, row: CleanRow, person: Person, shared: str, known: Known) -> Line:
    person.row = number
    line = Line(number, "unchanged", row, person, _differences(row, person), shared=shared)
    if person.here is None:
        line.outcome, line.same_bins = "double", person.elsewhere
        person.role = row.values["role"]
    elif "role" in row.given and person.role != row.values["role"]:
        line.differences["role"] = (person.role, row.values["role"])
        person.role = row.values["role"]
    if "basis" in row.given and person.ground != (fresh := _ground(row)):
        pairs = zip(GROUND, person.ground, fresh, strict=True)
        line.differences |= {name: (old or "", new or "") for name, old, new in pairs if old != new}
        person.ground = fresh
    line.is_back = person.here is not None and person.here.ended_at is not None
    if line.outcome == "unchanged" and (line.differences or line.is_back):
        line.outcome = "changed"
    _take_over(person, line, known)
    return line


def _differences(row: CleanRow, person: Person) -> dict[str, tuple[str, str]]:
    """The fields that the row filled and that say something else than is known; case alone says nothing else."""
    skipped = NAMES if person.values["first_name"] and not row.values["first_name"] else ()
    pairs = ((name, person.values[name], row.values[name]) for name in MEMBER_FIELDS)
    return {
        name: (old, new)
        for name, old, new in pairs
        if old != new and name in row.given and name not in skipped and old.casefold() != new.casefold()
    }


def _take_over(person: Person, line: Line, known: Known) -> None:
    fresh = {name: new for name, (_, new) in line.differences.items() if name in MEMBER_FIELDS}
    if fresh:
        person.values.update(fresh)
        known.add(person)


def _members(bin: Bin, keys: set[str]) -> Iterator[Person]:
    """The zone's members of these names, with their memberships: bare rows, for there may be many."""
    fields = [getattr(Member, name) for name in MEMBER_FIELDS]
    place = [getattr(Membership, name) for name in Place._fields]
    for part in chunked(sorted(keys), CHUNK):
        here = (Member.organisation == bin.organisation_id) & Member.name_key.in_(part)
        places: dict[int, list[Place]] = {}
        kept = Membership.select(Membership.member, *place).join(Member).where(here)
        for member_id, *values in database.execute(kept):
            places.setdefault(member_id, []).append(Place(*map(written, values)))
        members = Member.select(Member.id, Member.version, Member.name_key, *fields).where(here)
        for member_id, version, key, *values in database.execute(members.order_by(Member.id)):
            before = dict(zip(MEMBER_FIELDS, values, strict=True))
            yield _person(Person(dict(before), key, member_id, version, before=before), places, bin)


def _person(person: Person, places: dict[int, list[Place]], bin: Bin) -> Person:
    for place in places.get(person.id, ()):
        if place.bin_id == bin.id:
            person.here, person.role = place, place.role
            person.ground = (place.basis, place.basis_on, place.basis_source)
        else:
            person.elsewhere += (place.bin_id,)
    return person
