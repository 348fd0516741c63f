"""How PostgreSQL gets its tables: a fresh database is the translation of a fresh one of SQLite.

The steps of migrations/ up to that moment are written for SQLite. A new database of PostgreSQL takes the tables of the
models, the triggers in its own words, and the few rows that the steps leave behind. Every later step runs on both.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import peewee
from playhouse.migrations import Runner

from store import Table, database, opened

MIGRATIONS = str(Path(__file__).resolve().parent / "migrations")
HISTORY = "schema_migration"
AT_ONCE = 2_000
# What stands in place of SQLite's own index of the sheet: see dispatch/centre/search.py.
SHEET_SEARCH = (
    "CREATE TABLE sheet_search (entry bigint PRIMARY KEY, place bigint, question text, answer text, threes tsvector)",
    "CREATE INDEX sheet_search_threes ON sheet_search USING gin (threes)",
)
TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+) (?P<event>BEFORE (?:INSERT|DELETE|UPDATE(?: OF \w+)?)) ON (?P<table>\w+)"
    r"(?: WHEN (?P<when>.+?))? BEGIN SELECT RAISE\(ABORT, '(?P<words>[^']+)'\); END",
    re.DOTALL,
)


def is_empty() -> bool:
    return not database.table_exists(HISTORY)


def found(tables: Sequence[type[Table]]) -> list[str]:
    """Gives an empty PostgreSQL database its tables, in one transaction; returns the names of the steps that it has then."""
    with TemporaryDirectory() as folder:
        fresh = opened(f"sqlite:///{Path(folder) / 'fresh.db'}")
        with fresh.connection_context(), database.atomic():
            Runner(fresh, MIGRATIONS).up()
            make_tables(tables)
            for table in tables:
                copy(fresh.connection(), table)
            for words in triggers_of(fresh.connection()):
                database.execute_sql(trigger(words))
            return Runner(database.obj, MIGRATIONS).fake()


def make_tables(tables: Sequence[type[Table]]) -> None:
    database.create_tables(tables, safe=False)
    for words in SHEET_SEARCH:
        database.execute_sql(words)
    loosen()


def loosen() -> None:
    """Takes the lengths off the texts: SQLite knows none, and what may be how long is ours to say."""
    texts = database.execute_sql(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND data_type = 'character varying'"
    )
    for table, column in texts.fetchall():
        database.execute_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE text')


# ── Triggers ────────────────────────────────────────────────────────────


def triggers_of(sqlite: sqlite3.Connection) -> list[str]:
    found = sqlite.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    return [words for (words,) in found.fetchall()]


def trigger(words: str) -> str:
    """One of our triggers, which refuse, as PostgreSQL says it; raises ValueError for one of another kind."""
    told = TRIGGER.fullmatch(words)
    if not told:
        raise ValueError(f"no trigger that only refuses: {words}")
    when = (told["when"] or "true").replace("IS NOT OLD", "IS DISTINCT FROM OLD")
    row = "OLD" if told["event"].endswith("DELETE") else "NEW"
    return (
        f"CREATE FUNCTION {told['name']}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION '{told['words']}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {row}; END $$; "
        f'CREATE TRIGGER {told["name"]} {told["event"]} ON "{told["table"]}" '
        f"FOR EACH ROW EXECUTE FUNCTION {told['name']}()"
    )


# ── Rows ────────────────────────────────────────────────────────────────


def columns_of(table: type[Table]) -> list[peewee.Field]:
    return table._meta.sorted_fields


def rows_of(
    sqlite: sqlite3.Connection, table: type[Table], *, after: int = 0, limit: int = -1
) -> Iterator[tuple]:
    """The rows of a table of SQLite as they stand there, in the order in which they were written, each behind its place."""
    names = ", ".join(f'"{field.column_name}"' for field in columns_of(table))
    sql = f'SELECT rowid, {names} FROM "{table._meta.table_name}" WHERE rowid > ? ORDER BY rowid LIMIT ?'  # nosec B608 # our names
    yield from sqlite.execute(sql, (after, limit))


def copy(sqlite: sqlite3.Connection, table: type[Table], *, after: int = 0, limit: int = -1) -> int | None:
    """Writes rows of a table of SQLite into the one of PostgreSQL; returns the place of the last, or None when there was none."""
    fields = columns_of(table)
    readers = [_reader(field) for field in fields]
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    last = None
    with database.cursor().copy(f'COPY "{table._meta.table_name}" ({names}) FROM STDIN') as stream:
        for last, *values in rows_of(sqlite, table, after=after, limit=limit):  # noqa: B007 # the place of the last
            stream.write_row([read(value) for read, value in zip(readers, values, strict=True)])
    return last


def set_counter(table: type[Table]) -> None:
    """The next row gets the number behind the highest: what was copied brought its own."""
    key = table._meta.primary_key
    if isinstance(key, peewee.AutoField):
        name, column = table._meta.table_name, key.column_name
        database.execute_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{name}\"', '{column}'), "  # nosec B608 # our names
            f'GREATEST((SELECT MAX("{column}") FROM "{name}"), 1), (SELECT COUNT(*) > 0 FROM "{name}"))'
        )


def _reader(field: peewee.Field) -> Callable:
    return _truth if isinstance(field, peewee.BooleanField) else _same


def _truth(value):
    return None if value is None else bool(value)


def _same(value):
    return value
