"""Lists as they arrive: uploaded, understood, laid beside what is known, and committed in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.people import reading as readings
from dispatch.people import sheets
from dispatch.people.bulk import insert, remember, update, write_members, write_memberships
from dispatch.people.matching import Person
from dispatch.people.members import keys
from dispatch.people.preview import Absent, Preview, faulty_rows, lay, report
from dispatch.people.reading import Reading, uncollected, understand
from dispatch.people.rows import GROUND
from dispatch.people.sheets import Limits
from dispatch.people.undoing import MOMENTS, obstacle, undo
from dispatch.words import N_
from models import MEMBER_FIELDS, Bin, Import, Member, Membership, User, writing

__all__ = [
    "commit",
    "discard",
    "faulty_rows",
    "obstacle",
    "preview",
    "report",
    "set_reading",
    "undo",
    "upload",
]

OVER = N_("This import is over. Upload the list again if it must be read once more.")
CHANGED_MEANWHILE = N_(
    "The members of this BIN changed while you looked at the list. Look at the new report first."
)
LONGEST_FILENAME = 120
ABANDONED_AFTER = timedelta(days=7)


# ── Before anything is written ──────────────────────────────────────────


def preview(
    content: bytes, filename: str, bin: Bin, reading: Mapping | None = None, *, limits: Limits | None = None
) -> Preview:
    """What this list would do to this BIN; raises Refusal when it cannot be read. Writes nothing."""
    language = bin.organisation.language
    return lay(understand(content, filename, reading, limits=limits, language=language), bin)


def preview_of(record: Import, *, limits: Limits | None = None) -> Preview:
    """The preview of an uploaded list, as it was last understood; WrongMoment when the import is over."""
    return lay(reading_of(record, limits=limits), record.bin)


def reading_of(record: Import, *, limits: Limits | None = None) -> Reading:
    if not record.is_open:
        raise WrongMoment(OVER)
    language = record.bin.organisation.language
    return understand(
        bytes(record.content), record.filename, record.reading, limits=limits, language=language
    )


def other_sheets(record: Import, reading: Reading, *, limits: Limits | None = None) -> list[tuple[str, int]]:
    """The sheets of an uploaded workbook that were not read, with their number of rows."""
    return sheets.others(bytes(record.content), reading.sheet, limits or Limits())


def upload(
    bin: Bin, content: bytes, filename: str, *, by: User | None, now: datetime, limits: Limits | None = None
) -> Import:
    """Keeps an uploaded list until it is committed or discarded; raises Refusal when it is no table at all."""
    understand(content, filename, limits=limits, language=bin.organisation.language)
    with writing():
        record = Import.create(
            organisation=bin.organisation_id,
            bin=bin,
            by=by,
            filename=filename[-LONGEST_FILENAME:],
            content=content,
            created_at=now,
        )
        audit.record("import.uploaded", record, by=by, now=now, organisation=bin.organisation_id)
    return record


def set_reading(record: Import, asked: Mapping, *, limits: Limits | None = None) -> Reading:
    """Remembers how the list must be read; raises Refusal, and keeps the former way, when that gives no table."""
    language = record.bin.organisation.language
    found = understand(bytes(record.content or b""), record.filename, asked, limits=limits, language=language)
    with writing():
        here = (Import.id == record.id) & (Import.status == "uploaded")
        if not Import.update(reading=dict(asked)).where(here).execute():
            raise WrongMoment(OVER)
    record.reading = dict(asked)
    return found


def discard(record: Import, *, by: User | None, now: datetime) -> None:
    """Throws an uploaded list away; nothing of it was kept."""
    with writing():
        _close(record, "discarded", now)
        audit.record("import.discarded", record, by=by, now=now, organisation=record.organisation_id)


def discard_abandoned(now: datetime) -> int:
    """Throws away the lists that nobody committed for a week: they hold people, and are kept for nothing."""
    old = Import.select().where(Import.status == "uploaded", Import.created_at < now - ABANDONED_AFTER)
    for record in (records := list(old)):
        discard(record, by=None, now=now)
    return len(records)


# ── The commit ──────────────────────────────────────────────────────────


def commit(
    record: Import,
    *,
    by: User | None,
    now: datetime,
    limits: Limits | None = None,
    end_absent: bool = False,
    expect: Mapping | None = None,
    reading: Reading | None = None,
) -> dict[str, int]:
    """Writes the whole list in one transaction and returns the counts.

    `expect` is what the person saw (Preview.seen): WrongMoment, and nothing written, when it is no longer so.
    `reading` spares reading the file again where the caller has just done it.
    """
    reading = reading or reading_of(record, limits=limits)  # slow and pure: before the lock is held
    with writing(), uncollected():
        _close(record, "committed", now)
        found = lay(reading, record.bin)
        if expect is not None and dict(expect) != found.seen:
            raise WrongMoment(CHANGED_MEANWHILE)
        counts = found.counts | {"ended": len(found.absent) if end_absent else 0}
        _Writer(record, by, now).write(found, end_absent)
        Import.update(counts=counts).where(Import.id == record.id).execute()
        audit.record(
            "import.committed", record, by=by, now=now, organisation=record.organisation_id, **counts
        )
    return counts


def _close(record: Import, status: str, now: datetime) -> None:
    readings.forget()
    here = (Import.id == record.id) & (Import.status == "uploaded")
    if not Import.update(status=status, content=None, ended_at=now).where(here).execute():
        raise WrongMoment(OVER)


class _Writer:
    """Writes the people of one import in bulk: no query for each row."""

    def __init__(self, record: Import, by: User | None, now: datetime):
        self.record, self.by, self.now = record, by, now
        self.changes: list[tuple[int, str, int, dict]] = []

    def write(self, found: Preview, end_absent: bool) -> None:
        self._add([person for person in found.people if not person.id])
        self._change([person for person in found.people if person.id])
        if end_absent:
            self._end(found.absent)
        remember(self.changes, bin=self.record.bin_id, by=self.by, source=self.record.id, now=self.now)

    def _add(self, people: list[Person]) -> None:
        common = {"organisation": self.record.organisation_id, "created_at": self.now, "changed_at": self.now}
        ids = insert(Member, (person.values | keys(person.values) | common for person in people))
        for person, member_id in zip(people, ids, strict=True):
            given = {name: ["", value] for name in MEMBER_FIELDS if (value := person.values[name])}
            self.changes.append((member_id, "added", 1, given | _entered(person)))
        self._join(zip(ids, people, strict=True))

    def _join(self, people: Iterable[tuple[int, Person]]) -> None:
        common = {"bin": self.record.bin_id, "joined_at": self.now}
        rows = ({"member": id, "role": person.role, **_kept_as(person), **common} for id, person in people)
        insert(Membership, rows)

    def _change(self, people: list[Person]) -> None:
        """Members whom the list changes, links to this BIN or brings back; the others are left alone."""
        touched, joined, moved = [], [], []
        for person in people:
            diff, version = person.changed, person.version + 1
            if diff:
                self.changes.append((person.id, "changed", version, diff))
            if person.here is None:
                joined.append((person.id, person))
                self.changes.append((person.id, "joined", version, _entered(person)))
            elif not person.is_active_here or person.here.role != person.role or _regrounded(person):
                moved.append(self._move(person))
            elif not diff:
                continue
            touched.append((person.id, person.version, person.values, diff))
        write_members(touched, self.now)
        self._join(joined)
        write_memberships(moved)

    def _move(self, person: Person) -> dict:
        """The membership as it becomes: another role, or back after it was ended."""
        here, deed = person.here._asdict(), "basis" if person.here.role == person.role else "role"
        fields = {"role": [here["role"], person.role]} if here["role"] != person.role else {}
        fields |= _regrounded(person)
        if not person.is_active_here:
            deed = "joined"
            fields |= {name: [_kept(here[name]), ""] for name in MOMENTS}
            here |= {"joined_at": self.now, "paused_at": None, "ended_at": None}
        self.changes.append((person.id, deed, person.version + 1, fields))
        return here | {"role": person.role} | _kept_as(person)

    def _end(self, absent: list[Absent]) -> None:
        update(Membership, ("ended_at",), [{"id": row.id, "ended_at": self.now} for row in absent])
        write_members(((row.member_id, row.version, {}, ()) for row in absent), self.now)
        self.changes += [(row.member_id, "ended", row.version + 1, {}) for row in absent]


def _kept_as(person: Person) -> dict:
    return dict(zip(GROUND, person.ground, strict=True))


def _entered(person: Person) -> dict[str, list[str]]:
    """What a new membership holds, as a change keeps it."""
    return {"role": ["", person.role]} | {
        name: ["", value] for name, value in _kept_as(person).items() if value
    }


def _regrounded(person: Person) -> dict[str, list[str]]:
    """What the list changes about why the person may be kept, as a change keeps it."""
    here = person.here
    pairs = zip(GROUND, (here.basis, here.basis_on, here.basis_source), person.ground, strict=True)
    return {name: [old or "", new or ""] for name, old, new in pairs if old != new}


def _kept(moment: object) -> str:
    """A moment as a change keeps it; undoing.py reads it back."""
    return str(moment) if moment else ""
