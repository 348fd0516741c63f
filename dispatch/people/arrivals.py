"""Members whom a program brings: laid beside what is known and committed as an uploaded list is, and undone like one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch import audit
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import imports, rows
from dispatch.people.preview import Preview, lay, report
from dispatch.people.reading import Reading
from dispatch.people.sheets import Sheet
from dispatch.words import N_
from models import Bin, Import, User, writing

COLUMNS = {name: at for at, name in enumerate(rows.FIELDS)}


@dataclass(frozen=True)
class Arrival:
    """What became of the rows, or would: counts by outcome, with `absent` and `ended`; problems as `report` tells them."""

    counts: dict[str, int]
    problems: list[dict]
    import_id: int | None = None


def bring(
    bin: Bin,
    people: Sequence[Mapping[str, str]],
    *,
    name: str,
    by: User,
    now: datetime,
    is_preview: bool = False,
    end_absent: int | None = None,
) -> Arrival:
    """Writes every row in one transaction, or nothing in a preview; rows are counted from 1.

    people: {name of rows.FIELDS: what was typed}. end_absent: ends the memberships that the rows do not name, if these
    are exactly so many; WrongMoment when not, Refusal when the rows look like a part of the list only.
    """
    reading = _read(people, bin.organisation.language)
    with writing():
        found = lay(reading, bin)
        if end_absent is not None:
            _refuse_surprise(found, end_absent)
        told = found.seen, report(found)["problems"]
        if is_preview:
            return _arrival(*told, ended=0, import_id=None)
        record = _record(bin, name, by, now)
        counts = imports.commit(record, by=by, now=now, end_absent=end_absent is not None, reading=reading)
    return _arrival(*told, ended=counts["ended"], import_id=record.id)


def _read(people: Sequence[Mapping[str, str]], language: str) -> Reading:
    cells = [[person.get(name, "") for name in rows.FIELDS] for person in people]
    numbered = list(enumerate(cells, 1))
    sheet = Sheet("json", header=list(rows.FIELDS), rows=numbered, width=len(rows.FIELDS))
    return Reading(
        sheet, COLUMNS, [(number, rows.clean(row, COLUMNS, language=language)) for number, row in numbered]
    )


def _refuse_surprise(found: Preview, end_absent: int) -> None:
    if end_absent != len(found.absent):
        raise WrongMoment(imports.CHANGED_MEANWHILE)
    if found.absent and not found.is_whole_list:
        raise Refusal(
            N_(
                "These rows look like a part of the BIN: most of its members are not in them. Nothing was changed."
            ),
            field="end_absent",
        )


def _record(bin: Bin, name: str, by: User, now: datetime) -> Import:
    record = Import.create(
        organisation=bin.organisation_id, bin=bin, by=by, filename=f"API: {name}", created_at=now
    )
    audit.record("import.uploaded", record, by=by, now=now, organisation=bin.organisation_id)
    return record


def _arrival(seen: dict[str, int], problems: list[dict], *, ended: int, import_id: int | None) -> Arrival:
    return Arrival(seen | {"ended": ended}, problems, import_id)
