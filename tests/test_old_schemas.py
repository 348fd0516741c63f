"""A database of any earlier Belfort, with people and messages in it, comes up to this one and loses nobody."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import peewee
import pytest
from playhouse.migrations import Migration, Runner

import app as belfort
import models
from dispatch import audit
from models import MIGRATIONS
from tests import cast, town

pytestmark = pytest.mark.sqlite("the steps before PostgreSQL are of SQLite")
STEPS = [step.name for step in Migration.load_directory(MIGRATIONS)]
FAST = {"synchronous": 0, "journal_mode": "memory", "foreign_keys": 1}
LONE = {"schema_migration", "seal", "chore", "throttle"}  # of the house itself


def migrated(path: Path, target: str | None = None) -> None:
    database = peewee.SqliteDatabase(path, pragmas=FAST)
    with database.connection_context():
        Runner(database, MIGRATIONS).up(target)
        database.execute_sql("PRAGMA journal_mode = delete")


@pytest.fixture(scope="module")
def full(empty_database, tmp_path_factory) -> Path:
    """A world of two zones, a town and its centre, as this program keeps it."""
    path = tmp_path_factory.mktemp("full") / "full.db"
    shutil.copy(empty_database, path)
    models.connect(f"sqlite:///{path}")
    with models.database.connection_context():
        town.fill(town.zone("Zavel", 1)), town.zone("Heuvel", 2)
        people, activations = town.contact_centre()
        town.promised(people), town.told(people, activations["requested"][0]), town.exercise(people)
        cast.user("platform_admin", cast.organisation("Platform", "platform"))
        models.database.execute_sql("PRAGMA journal_mode = delete")
    return path


@pytest.fixture(scope="module")
def of_step(full, tmp_path_factory) -> dict[str, Path]:
    """The schema after each step, each made from a copy of the one before, with the rows that it can hold."""
    folder, before, made = tmp_path_factory.mktemp("steps"), None, {}
    for name in STEPS:
        bare = folder / f"{name}-bare.db"
        if before:
            shutil.copy(before, bare)
        migrated(bare, name)
        made[name] = folder / f"{name}.db"
        shutil.copy(bare, made[name])
        filled(made[name], full)
        before = bare
    return made


def filled(old: Path, full: Path) -> None:
    """Takes over every row that this schema has a table and room for, and whose relations it could take too."""
    with closing(sqlite3.connect(old)) as here:
        triggers = here.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:  # they keep people from what is done here
            here.execute(f"DROP TRIGGER {name}")
        here.execute("ATTACH ? AS now", (str(full),))
        for table in tables(here) & tables(here, "now"):
            shared = columns(here, table, "main") & columns(here, table, "now")
            listed = ", ".join(f'"{column}"' for column in sorted(shared))
            if table not in ("schema_migration", "seal"):
                here.execute(
                    f'INSERT OR IGNORE INTO main."{table}" ({listed}) SELECT {listed} FROM now."{table}"'
                )
        if "seal" in tables(here):
            here.execute("UPDATE seal SET (number, last, hash) = (SELECT number, last, hash FROM now.seal)")
        while torn := {(table, row) for table, row, *_ in here.execute("PRAGMA main.foreign_key_check")}:
            for table, row in torn:
                here.execute(f'DELETE FROM main."{table}" WHERE rowid = ?', (row,))
        for _name, sql in triggers:
            here.execute(sql)
        here.commit()


def tables(connection, schema: str = "main") -> set[str]:
    found = connection.execute(f"SELECT name, sql FROM {schema}.sqlite_master WHERE type = 'table'")
    return {
        name
        for name, sql in found
        if not name.startswith(("sqlite_", "sheet_search")) and "VIRTUAL" not in sql
    }


def columns(connection, table: str, schema: str = "main") -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info('{table}')")}


def rows(connection, table: str, shown: list[str]) -> list[tuple]:
    listed = ", ".join(f'"{column}"' for column in shown)
    return connection.execute(f'SELECT {listed} FROM "{table}" ORDER BY {listed}').fetchall()


@pytest.mark.parametrize("name", STEPS)
def test_a_database_of_an_earlier_belfort_comes_up_whole(of_step, tmp_path, name):
    path = tmp_path / "belfort.db"
    shutil.copy(of_step[name], path)
    migrated(path)
    with closing(sqlite3.connect(of_step[name])) as old, closing(sqlite3.connect(path)) as new:
        assert new.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert new.execute("PRAGMA foreign_key_check").fetchall() == []
        assert [row[0] for row in new.execute("SELECT name FROM schema_migration ORDER BY name")] == STEPS
        held = tables(old) - LONE
        assert held <= tables(new)
        for table in sorted(held):
            shown = sorted(columns(old, table) & columns(new, table))
            missing = set(rows(old, table, shown)) - set(rows(new, table, shown))
            assert not missing, (table, shown, list(missing)[:2])


def test_there_are_people_and_messages_in_every_schema_of_which_it_is_asked(of_step):
    for name, path in of_step.items():
        with closing(sqlite3.connect(path)) as old:
            counts = {
                table: old.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in tables(old)
            }
        assert min(counts[one] for one in ("organisation", "user", "member", "campaign", "message")) > 0, (
            name,
            counts,
        )
    assert sum(number > 0 for number in counts.values()) > 45


def test_an_older_database_says_which_command_to_run_and_a_newer_one_is_refused(
    of_step, settings, capsys, monkeypatch
):
    path = Path(settings["BELFORT_DATABASE"].removeprefix("sqlite:///"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    shutil.copy(of_step[STEPS[-2]], path)
    assert belfort.main() == 2 and "flask migrate" in capsys.readouterr().err
    migrated(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")
        newer.commit()
    assert belfort.main() == 2 and "newer Belfort" in capsys.readouterr().err


def test_the_audit_of_an_earlier_belfort_is_still_whole(of_step, tmp_path):
    path = tmp_path / "belfort.db"
    shutil.copy(of_step[STEPS[-2]], path)
    migrated(path)
    models.connect(f"sqlite:///{path}")
    with models.database.connection_context():
        assert audit.verify().is_whole
