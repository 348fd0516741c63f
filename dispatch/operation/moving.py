"""Moving house: all of a file of SQLite into an empty PostgreSQL, a part at a time, counted and compared at the end.

Killed at any line it goes on where it was. What is moved is used by nobody until it is whole: tables have neither
triggers nor foreign keys nor a history before, and no program starts on a database without a history.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from sqlite3 import Connection
from typing import NamedTuple

from peewee import JSONField

import models
from dispatch.centre import search
from dispatch.errors import Missing, Refusal
from dispatch.operation import copies
from dispatch.words import N_
from founding import columns_of, copy, make_tables, rows_of, set_counter, trigger, triggers_of
from models import TABLES, Table, database

AT_ONCE = 20_000  # rows in one transaction
KEPT_TIES = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


class Moved(NamedTuple):
    """How many rows of a table are here and there, and the sum of what is in them."""

    table: str
    before: int
    after: int
    sum_before: str
    sum_after: str

    @property
    def is_whole(self) -> bool:
        return (self.before, self.sum_before) == (self.after, self.sum_after)


def move(
    source: Path, target: str, now: datetime, told: Callable[[str, int], None]
) -> tuple[list[Moved], Path]:
    """Moves a file of SQLite into the database of this URL; returns what was compared, and where the old file is kept.

    The old file gets another name at the end, so that nobody sends from both. told: is told of each part, (table,
    rows so far). Raises Missing, Refusal when there is something there already, when the file is of another Belfort,
    or when what arrived is not what left; WrongMoment when a program runs on the file.
    """
    _refuse_unfit(source)
    models.database.close()
    with copies.held_alone(source) as alone:
        models.connect(target)
        with database.connection_context():
            _begin()
            for table in TABLES:
                _move_table(alone, table, told)
            compared = [_compare(alone, table) for table in TABLES]
            if wrong := [one.table for one in compared if not one.is_whole]:
                raise Refusal(
                    N_("What arrived in %(tables)s is not what left. Nothing was changed in the old file."),
                    tables=", ".join(wrong),
                )
            _finish(alone)
        kept = source.with_name(f"{source.name}-moved-{now:%Y%m%dT%H%M%S}")
        source.rename(kept)
    return compared, kept


def _refuse_unfit(source: Path) -> None:
    if not source.is_file():
        raise Missing(N_("There is no file %(name)s."), name=source)
    if not copies.look_at(source).is_sound:
        raise Refusal(N_("%(name)s cannot be read to its end. Nothing was moved."), name=source)
    if any(Path(f"{source}-hands").glob("*.hand")):
        raise Refusal(
            N_(
                "A process died on this file with messages in hand. Start Belfort on it once, and stop it. Nothing was moved."
            )
        )
    models.connect(f"sqlite:///{source}")
    try:
        models.check_schema()
    except models.WrongSchema as wrong:
        raise Refusal(N_("This file is of another version of Belfort. Nothing was moved.")) from wrong
    finally:
        models.database.close()


# ── Parts ───────────────────────────────────────────────────────────────


def _begin() -> None:
    """Makes bare tables, once, and puts the ties between them aside for the end."""
    if database.table_exists("schema_migration"):
        raise Refusal(N_("The database to move into is in use. Give an empty one. Nothing was moved."))
    if database.table_exists("moving"):
        return
    with database.atomic():
        make_tables(TABLES)
        database.execute_sql("CREATE TABLE moving (name text PRIMARY KEY, place bigint, number bigint)")
        database.execute_sql("CREATE TABLE moving_tie (place text, name text, words text)")
        for place, name, words in database.execute_sql(KEPT_TIES).fetchall():
            database.execute_sql("INSERT INTO moving_tie VALUES (%s, %s, %s)", (place, name, words))
            database.execute_sql(f'ALTER TABLE {place} DROP CONSTRAINT "{name}"')


def _move_table(alone: Connection, table: type[Table], told: Callable[[str, int], None]) -> None:
    name = table._meta.table_name
    while True:
        place, number = _so_far(name)
        with database.atomic():
            last = copy(alone, table, after=place, limit=AT_ONCE)
            if last is None:
                return
            number = database.execute_sql(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]  # nosec B608 # our names
            database.execute_sql(
                "INSERT INTO moving VALUES (%s, %s, %s) "
                "ON CONFLICT (name) DO UPDATE SET place = excluded.place, number = excluded.number",
                (name, last, number),
            )
        told(name, number)


def _so_far(name: str) -> tuple[int, int]:
    found = database.execute_sql("SELECT place, number FROM moving WHERE name = %s", (name,)).fetchone()
    return found or (-(2**63), 0)


def _finish(alone: Connection) -> None:
    """Ties the tables together, which looks at every tie, and opens the house: all of it or nothing."""
    with database.atomic():
        for place, name, words in database.execute_sql(
            "SELECT place, name, words FROM moving_tie"
        ).fetchall():
            database.execute_sql(f'ALTER TABLE {place} ADD CONSTRAINT "{name}" {words}')
        for table in TABLES:
            set_counter(table)
        search.index_all()
        for words in triggers_of(alone):
            database.execute_sql(trigger(words))
        models.Runner(database.obj, models.MIGRATIONS).fake()
        database.execute_sql("DROP TABLE moving, moving_tie")
    database.execute_sql("ANALYZE")


# ── Comparing ───────────────────────────────────────────────────────────


def _compare(alone: Connection, table: type[Table]) -> Moved:
    there = database.obj.connection().cursor(name="moved", withhold=True)
    names = ", ".join(f'"{field.column_name}"' for field in columns_of(table))
    with there as rows:
        rows.itersize = AT_ONCE
        rows.execute(f'SELECT {names} FROM "{table._meta.table_name}"')  # nosec B608 # our names
        after = _summed(table, rows, _as_it_is)
    before = _summed(table, (row[1:] for row in rows_of(alone, table, after=-(2**63))), json.loads)
    return Moved(table._meta.table_name, before[0], after[0], before[1], after[1])


def _as_it_is(value):
    return value


def _summed(table: type[Table], rows: Iterable[tuple], document: Callable) -> tuple[int, str]:
    """The number of rows, and a sum over all of them that does not depend on their order."""
    fields = columns_of(table)
    readers = [document if isinstance(field, JSONField) else field.python_value for field in fields]
    number = total = 0
    for row in _read(readers, rows):
        number += 1
        total += int.from_bytes(blake2b(row, digest_size=16).digest())
    return number, f"{total % 2**128:032x}"


def _read(readers: list[Callable], rows: Iterable[tuple]) -> Iterator[bytes]:
    for row in rows:
        values = [
            None if value is None else _plain(read(value)) for read, value in zip(readers, row, strict=True)
        ]
        yield json.dumps(values, sort_keys=True, separators=(",", ":")).encode()


def _plain(value):
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if isinstance(value, str | int | float | list | dict | None) else str(value)
