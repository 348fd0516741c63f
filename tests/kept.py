"""Where a test keeps what it writes: a file of SQLite in its folder, or a database of the cluster that the run has."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import models

# Such as postgresql://belfort@127.0.0.1:5544: see Makefile. It stays there for the processes that xdist starts.
POSTGRES = os.environ.get("POSTGRES_FOR_TESTS", "")


def url_of(folder: Path) -> str:
    """The database of a folder, the same each time it is asked."""
    return f"{POSTGRES}/{_name(folder)}" if POSTGRES else f"sqlite:///{folder / 'belfort.db'}"


def surroundings(folder: Path) -> dict[str, str]:
    """The settings of whoever keeps something there: what stands beside a file stands in the folder, and its key too."""
    elsewhere = {"BELFORT_HANDS": str(folder), "BELFORT_SECRET_KEY": "a key for tests"}
    return {"BELFORT_DATABASE": url_of(folder)} | (elsewhere if POSTGRES else {})


def make(folder: Path, like: Path | None = None) -> None:
    """Makes the database of a folder: without a table, or a copy of another one's that nobody has open."""
    if not POSTGRES:
        if like:
            shutil.copy(like / "belfort.db", folder / "belfort.db")
        return
    copied = f" TEMPLATE {_name(like)} STRATEGY file_copy" if like else ""
    _let_go()
    _say(f"CREATE DATABASE {_name(folder)}{copied}")


def drop(folder: Path) -> None:
    """Takes a database away again; a file goes with its folder."""
    if POSTGRES:
        _let_go()
        _say(f"DROP DATABASE {_name(folder)} WITH (FORCE)")


@contextmanager
def books(folder: Path) -> Iterator[None]:
    """The tables are those of this folder's database while the block lasts, whatever else writes there."""
    before = models.database.obj
    models.connect(url_of(folder))
    try:
        with models.database.connection_context():
            yield
    finally:
        _let_go()
        models.database.initialize(before)


def _name(folder: Path) -> str:
    return f"test_{os.getpid()}_{crc32(bytes(folder)):08x}"


def _let_go() -> None:
    """Nobody copies a database, or takes it away, that somebody has open."""
    if models.database.obj and models.is_postgres():
        models.database.close_all()


def _say(words: str) -> None:
    import psycopg

    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as server:
        server.execute(words)
