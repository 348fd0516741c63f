"""Many rows at once: one statement, built once, for all of them. To be called within `writing()`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from peewee import Field, chunked

from dispatch.people.members import cleared, keys
from dispatch.people.rows import GROUND
from models import MEMBER_FIELDS, Member, MemberChange, Membership, Table, User, database

CHUNK = 200


def insert(table: type[Table], rows: Iterable[Mapping]) -> list[int]:
    """Adds rows with the table's defaults and returns their ids, in the order of the rows.

    A JSON column takes its text. The ids of one statement follow the order of its rows, however they come back.
    """
    defaults = {field.name: field.default for field in _columns(table)}
    ids: list[int] = []
    for part in chunked(rows, CHUNK):
        sql = _insertion(table, len(part), database.param)
        values = [row.get(name, default) for row in part for name, default in defaults.items()]
        ids += sorted(id for (id,) in database.execute_sql(sql, values).fetchall())
    return ids


def update(table: type[Table], names: Sequence[str], rows: Iterable[Mapping]) -> None:
    """Gives rows, each known by its `id`, new values in these columns."""
    fields = table._meta.fields
    settings = ", ".join(f'"{fields[name].column_name}" = {database.param}' for name in names)
    sql = f'UPDATE "{table._meta.table_name}" SET {settings} WHERE "id" = {database.param}'  # nosec B608 # our names
    values = [(*(row[name] for name in names), row["id"]) for row in rows]
    if values:
        database.cursor().executemany(sql, values)


def write_members(rows: Iterable[tuple[int, int, Mapping, Iterable[str]]], now: datetime) -> None:
    """Gives members (id, version, values, names of what differs) these values and their next version."""
    touched, changed = [], []
    cured: dict[str, list[dict]] = {}
    for member_id, version, values, differs in rows:
        row = {"id": member_id, "version": version + 1, "changed_at": now}
        (changed if differs else touched).append(row)
        if differs:
            row |= {name: values[name] for name in MEMBER_FIELDS} | keys(values)
            for name, value in cleared(differs).items():
                cured.setdefault(name, []).append({"id": member_id, name: value})
    update(Member, ("version", "changed_at"), touched)
    update(Member, (*MEMBER_FIELDS, "name_key", "search_key", "version", "changed_at"), changed)
    for name, fresh in cured.items():
        update(Member, (name,), fresh)


def write_memberships(rows: Iterable[Mapping]) -> None:
    update(Membership, ("role", "joined_at", "paused_at", "ended_at", *GROUND), rows)


def remember(
    changes: Iterable[tuple[int, str, int, dict]], *, bin: int, by: User | None, source: int, now: datetime
) -> None:
    """Writes changes (member id, deed, version, fields) of one import into the histories."""
    common = {"bin": bin, "by": by.id if by else None, "source": source, "at": now}
    rows = (
        {"member": member_id, "deed": deed, "version": version, "fields": json.dumps(fields), **common}
        for member_id, deed, version, fields in changes
    )
    insert(MemberChange, rows)


@lru_cache
def _insertion(table: type[Table], number: int, _engine: str) -> str:
    """The statement that adds so many rows on an engine; their values are given when it is executed."""
    fields = _columns(table)
    nothing = [(None,) * len(fields)] * number
    return table.insert_many(nothing, fields).returning(table.id).sql()[0]


def _columns(table: type[Table]) -> list[Field]:
    return [field for field in table._meta.sorted_fields if not field.primary_key]
