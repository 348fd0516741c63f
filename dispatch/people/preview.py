"""What an import will do, before it does anything: every row counted, and told."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from dispatch.people import rows
from dispatch.people.matching import NAMES, OUTCOMES, Line, Person, match
from dispatch.people.reading import COLUMN_NAMES, Reading, uncollected
from dispatch.people.rows import Problem
from dispatch.words import N_
from models import Bin, Member, Membership

WHY = N_("Why not")
COUNTS = {
    "new": "added",
    "changed": "updated",
    "unchanged": "unchanged",
    "double": "doubles",
    "refused": "refused",
    "blank": "blank",
}


class Absent(NamedTuple):
    """A living membership that the list does not name."""

    id: int
    member_id: int
    version: int
    last_name: str
    first_name: str


@dataclass
class Preview:
    """The lines of a list for one BIN, and the memberships of the BIN that the list does not name."""

    bin: Bin
    reading: Reading
    lines: list[Line]
    absent: list[Absent] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Rows by outcome under the names of the report; `rows` is their sum."""
        counted = Counter(line.outcome for line in self.lines)
        return {"rows": len(self.lines)} | {COUNTS[outcome]: counted[outcome] for outcome in OUTCOMES}

    @property
    def is_reconciled(self) -> bool:
        return self.counts["rows"] == sum(self.counts[name] for name in COUNTS.values())

    @property
    def seen(self) -> dict[str, int]:
        """What a person decides on: when it differs at the commit, the list changed meanwhile."""
        return self.counts | {"absent": len(self.absent)}

    @cached_property
    def people(self) -> list[Person]:
        """Everybody whom the list names, once."""
        return list({id(line.person): line.person for line in self.lines if line.person}.values())

    @property
    def is_whole_list(self) -> bool:
        """Whether this looks like the list of the whole BIN: of a few mended rows nobody is absent."""
        return len(self.absent) <= sum(1 for person in self.people if person.is_active_here)

    @property
    def kept(self) -> int:
        """How many people a commit adds or changes."""
        return sum(1 for person in self.people if not person.is_active_here or _is_touched(person))

    def of(self, outcome: str) -> list[Line]:
        return [line for line in self.lines if line.outcome == outcome]

    @cached_property
    def dropped(self) -> list[Line]:
        """The rows that come in without one or more of their fields."""
        return [line for line in self.lines if line.problems and line.outcome != "refused"]

    @cached_property
    def odd(self) -> list[Line]:
        """The rows that come in as they stand, but of which somebody should look at a field."""
        return [line for line in self.lines if line.outcome not in ("refused", "blank") and line.row.oddities]

    @property
    def faulty(self) -> list[Line]:
        return [line for line in self.lines if line.problems]


@uncollected()
def lay(reading: Reading, bin: Bin) -> Preview:
    """Lays a list beside what is known now. Writes nothing."""
    lines = match(reading.rows, bin)
    named = {line.person.id for line in lines if line.person}
    return Preview(bin, reading, lines, [row for row in _living(bin) if row.member_id not in named])


def report(preview: Preview) -> dict:
    """The preview as plain data, as `flask members import --json` prints it."""
    reading = preview.reading
    sheet = reading.sheet
    return {
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "sheet": sheet.sheet,
        "header_row": sheet.header_row,
        "columns": {name: reading.title(index) for name, index in reading.columns.items()},
        **preview.counts,
        "problems": list(_problems(preview)),
        "reconciled": preview.is_reconciled,
    }


def faulty_rows(
    preview,
    gettext: Callable[[str], str],
    *,
    names: Mapping = COLUMN_NAMES,
    sentences: Mapping = rows.SENTENCES,
) -> tuple[list[str], list[list[str]]]:
    """The rows with a fault as they were, and a last column that says why; mended, they can be read again.

    `names` of the fields and `sentences` of the faults are those of the kind of list.
    """
    sheet = preview.reading.sheet
    width = max(sheet.width, len(sheet.header))
    cells_of = dict(sheet.rows)
    found = [
        [*_padded(cells_of[line.number], width), why(line.problems, gettext, names, sentences)]
        for line in preview.faulty
    ]
    return [*_titles(preview.reading, width, gettext, names), gettext(WHY)], found


def why(problems: list[Problem], gettext: Callable[[str], str], names: Mapping, sentences: Mapping) -> str:
    """Everything that is wrong with a row, in words."""
    return "; ".join(f"{gettext(names[one.column])}: {gettext(sentences[one.code])}" for one in problems)


def _titles(reading: Reading, width: int, gettext: Callable[[str], str], names: Mapping) -> list[str]:
    """The list's own titles; what has none gets the name of the field it holds."""
    fields = {index: gettext(names[name]) for name, index in reading.columns.items()}
    own = _padded(reading.sheet.header, width)
    return [title or fields.get(index, "") for index, title in enumerate(own)]


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _problems(preview: Preview) -> Iterator[dict]:
    for line in preview.lines:
        for problem in (*line.problems, *_given_way(line)):
            yield {"row": line.number} | {name: getattr(problem, name) for name in Problem.__slots__}


def _given_way(line: Line) -> Iterator[Problem]:
    """What a double says otherwise than the row it doubles; another spelling of the name loses nothing."""
    for name, (_, given) in line.kept.items():
        if name not in NAMES:
            yield Problem(name, given, "kept")


def _living(bin: Bin) -> Iterator[Absent]:
    here = (Membership.bin == bin.id) & Membership.ended_at.is_null()
    names = (Member.id, Member.version, Member.last_name, Member.first_name)
    query = Membership.select(Membership.id, *names).join(Member).where(here)
    return (Absent(*row) for row in query.order_by(Member.last_name, Member.first_name, Member.id).tuples())


def _is_touched(person: Person) -> bool:
    here = person.here
    ground = (here.basis, here.basis_on, here.basis_source)
    return bool(person.changed) or person.role != here.role or person.ground != ground
