"""Copies of the database as files: all that is SQLite's own about backups stands here."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from dispatch.errors import WrongMoment
from dispatch.words import N_
from models import database, is_postgres

COUNTED = ("organisation", "user", "member", "campaign", "message", "activation", "audit")
PRIVATE = 0o600
BUSY_SECONDS = 0.2


class Look(NamedTuple):
    """What was found in a copy: whether every page of it is sound, and how many rows of what it holds."""

    is_sound: bool
    counts: dict[str, int]


def here() -> Path:
    """The file in which everything is kept; of PostgreSQL, which keeps its own, a place on this machine."""
    if is_postgres():
        return database.obj.here.resolve() / database.obj.name
    return Path(database.obj.database).resolve()


def write(target: Path) -> None:
    """Writes the database as it is at this moment to a new file, for its owner alone; whole on the disk or not there.

    Whoever sends meanwhile goes on. Raises OSError or peewee.DatabaseError when it cannot be written.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        database.execute_sql("VACUUM INTO ?", (str(part),))
        put(part, target)
    finally:
        part.unlink(missing_ok=True)


def put(part: Path, target: Path) -> None:
    """Gives a finished file its name; it survives a power cut from then on."""
    sync(part)
    os.replace(part, target)
    sync(target.parent)


def touch() -> None:
    """Writes the head of the file as it is: in a transaction that shows whether the disk takes a change."""
    if is_postgres():
        database.execute_sql("SELECT pg_current_xact_id()")  # committing it is a line in the log
        return
    [(number,)] = database.execute_sql("PRAGMA user_version").fetchall()
    database.execute_sql(f"PRAGMA user_version = {int(number)}")


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def look_at(path: Path) -> Look:
    """Opens a copy, reads every page of it and counts what it holds; what is no database is not sound."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            is_sound = copy.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
            is_sound = is_sound and not copy.execute("PRAGMA foreign_key_check").fetchone()
            return Look(is_sound, {table: _number(copy, table) for table in COUNTED})
    except sqlite3.DatabaseError:
        return Look(False, {})


def _number(copy: sqlite3.Connection, table: str) -> int:
    [(number,)] = copy.execute(f'SELECT COUNT(*) FROM "{table}"')  # nosec B608 # our names
    return number


@contextmanager
def held_alone(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Yields the one connection to a database, None when there is none, and keeps every other program from it; raises WrongMoment when one has it open.

    Whoever has a connection in WAL mode holds a lock, so that only the last one can leave that mode. A file that is no
    database any more can be in nobody's use.
    """
    if not path.exists():
        yield None
        return
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as alone:
        try:
            alone.execute("PRAGMA journal_mode = delete")
            alone.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise WrongMoment(
                    N_("A program still runs on this database. Stop it first. Nothing was changed.")
                ) from None
            raise
        except sqlite3.DatabaseError:
            pass  # broken beyond reading: that is why it is replaced
        yield alone
