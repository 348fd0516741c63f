"""A database of PostgreSQL as an earlier Belfort left it, with people and messages in it, comes up to this one and loses nobody.

How its tables were then stands in tests/schemas/, one file for each step at which a PostgreSQL of its own was founded:
`pg_dump --schema-only --no-owner`. For those of SQLite see test_old_schemas.py.
"""

from pathlib import Path

import psycopg
import pytest
from playhouse.migrations import Runner

import models
from dispatch import audit, clock, demo
from models import MIGRATIONS, database
from tests import postgres
from tests.test_old_schemas import LONE

pytestmark = pytest.mark.skipif(not postgres.is_there(), reason="PostgreSQL or psycopg is not installed")
SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("postgresql-*.sql"))
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
MADE = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'schema_migration'
UNION SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '' FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '' FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture(scope="module")
def server():
    with postgres.cluster() as made:
        yield made


@pytest.fixture(scope="module")
def full(server) -> str:
    """The demonstration as this program keeps it: something in almost every table."""
    url = server.database()
    models.connect(url)
    models.migrate()
    with database.connection_context():
        demo.load(clock.now())
    database.close_all()
    return url


@pytest.fixture(params=SCHEMAS, ids=lambda path: path.stem)
def old(request, server, full) -> str:
    """The tables of then, with every row of today for which they have room."""
    url = server.database()
    with psycopg.connect(url) as then:
        then.execute(request.param.read_text())
    models.connect(url)
    Runner(database.obj, MIGRATIONS).fake(request.param.stem.partition("-")[2])
    database.close_all()
    with psycopg.connect(full) as now, psycopg.connect(url) as then:
        then.execute(
            "SET session_replication_role = replica"
        )  # what keeps people from it looks away meanwhile
        for table, columns in shared(now, then).items():
            if table != "schema_migration":
                filled(now, then, table, columns)
    yield url
    database.close_all()


def shared(now: psycopg.Connection, then: psycopg.Connection) -> dict[str, list[str]]:
    """The columns that both have, by table."""
    found: dict[str, list[str]] = {}
    for table, column in sorted({*then.execute(COLUMNS)} & {*now.execute(COLUMNS)}):
        found.setdefault(table, []).append(column)
    return found


def filled(now: psycopg.Connection, then: psycopg.Connection, table: str, columns: list[str]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    then.execute(f'DELETE FROM "{table}"')
    with (
        now.cursor().copy(f'COPY "{table}" ({listed}) TO STDOUT') as taken,
        then.cursor().copy(f'COPY "{table}" ({listed}) FROM STDIN') as given,
    ):
        for part in taken:
            given.write(part)


def rows(connection: psycopg.Connection, table: str, columns: list[str]) -> list[str]:
    listed = ", ".join(f'"{column}"' for column in columns)
    found = connection.execute(f'SELECT ROW({listed})::text FROM "{table}"')
    return sorted(row for (row,) in found)


def test_it_comes_up_whole(old, full):
    with psycopg.connect(old) as then, psycopg.connect(full) as now:
        columns = {table: names for table, names in shared(now, then).items() if table not in LONE}
        before = {table: rows(then, table, names) for table, names in columns.items()}
    assert sum(map(len, before.values())) > 500
    models.connect(old)
    assert models.migrate()
    models.check_schema()
    with psycopg.connect(old) as here:
        assert {table: rows(here, table, names) for table, names in columns.items()} == before
    with database.connection_context():
        assert audit.verify().is_whole


def test_it_is_then_made_as_a_new_one_is(old, full):
    models.connect(old)
    models.migrate()
    with psycopg.connect(old) as grown, psycopg.connect(full) as new:
        assert {*grown.execute(MADE)} == {*new.execute(MADE)}
