"""Moving a file of SQLite into PostgreSQL: every row, every tie, in parts, and never half."""

import shutil
from collections import Counter

import peewee
import pytest
from peewee import fn

import models
from dispatch import audit, clock, demo
from dispatch.centre import search
from dispatch.errors import Refusal
from dispatch.operation import moving
from models import Audit, Emergency, Message, Tally, database, writing
from tests import postgres, truth

pytestmark = pytest.mark.skipif(not postgres.is_there(), reason="PostgreSQL or psycopg is not installed")


@pytest.fixture(scope="module")
def server():
    with postgres.cluster() as made:
        yield made


@pytest.fixture
def old(empty_database, tmp_path):
    """A file with the demonstration: something in almost every table."""
    path = tmp_path / "belfort.db"
    shutil.copy(empty_database, path)
    models.connect(f"sqlite:///{path}")
    with database.connection_context():
        demo.load(clock.now())
    yield path
    if models.is_postgres():
        database.close_all()


class Killed(Exception):
    """The process ended here."""


def test_everything_arrives_and_the_old_file_can_send_no_more(old, server):
    compared, kept = moving.move(old, server.database(), clock.now(), lambda *_: None)
    assert all(one.is_whole for one in compared)
    assert sum(one.after for one in compared) > 500
    assert kept.exists() and not old.exists()
    models.check_schema()
    with database.connection_context():
        assert audit.verify().is_whole
        with writing():
            audit.record("bell.rung", None, by=None, now=clock.now())
        with pytest.raises(peewee.IntegrityError, match="append-only"):
            Audit.delete().execute()
        with pytest.raises(peewee.IntegrityError):
            Message.update(campaign=999_999).where(Message.campaign.is_null(False)).execute()


def test_what_a_process_wrote_down_for_one_engine_it_asks_of_no_other(empty_database, server, tmp_path):
    shutil.copy(empty_database, tmp_path / "belfort.db")
    found = []
    for url in (server.database(), f"sqlite:///{tmp_path / 'belfort.db'}"):
        models.connect(url)
        models.migrate()
        with database.connection_context():
            demo.load(clock.now())
            found.append(standing())
    assert found[0] == found[1] and found[0]["delivered"] > 0


def standing() -> Counter:
    return Counter(dict(Tally.select(Tally.status, fn.SUM(Tally.number)).group_by(Tally.status).tuples()))


def test_what_was_published_is_found_in_the_callers_words_there_too(empty_database, server, tmp_path):
    path = tmp_path / "belfort.db"
    shutil.copy(empty_database, path)
    models.connect(f"sqlite:///{path}")
    with database.connection_context():
        water = truth.place().publish("Is het kraanwater veilig?", "Ja, u mag het drinken.")
    moving.move(path, server.database(), clock.now(), lambda *_: None)
    with database.connection_context():
        assert search.find(Emergency.get(), "kraanwatr") == [water.id]
    database.close_all()


def test_a_move_that_was_killed_goes_on_where_it_was(old, server, monkeypatch):
    monkeypatch.setattr(moving, "AT_ONCE", 7)
    target, parts = server.database(), []

    def told(table: str, number: int) -> None:
        parts.append((table, number))
        if len(parts) % 40 == 0:
            raise Killed

    for _ in range(100):
        try:
            compared, _ = moving.move(old, target, clock.now(), told)
            break
        except Killed:
            database.close_all()
            with pytest.raises(models.WrongSchema):
                models.check_schema()
    assert all(one.is_whole for one in compared)
    assert len(set(parts)) == len(parts) > 80, "no part was moved twice"


def test_a_row_that_did_not_arrive_as_it_left_is_found(old, server, monkeypatch):
    target = server.database()
    monkeypatch.setattr(moving, "_finish", lambda _: pytest.fail("it was not whole"))
    copied = moving._compare

    def spoilt(alone, table):
        if table is Audit:
            database.execute_sql("UPDATE audit SET deed = 'bell.silent' WHERE id = 1")
        return copied(alone, table)

    monkeypatch.setattr(moving, "_compare", spoilt)
    with pytest.raises(Refusal, match="audit"):
        moving.move(old, target, clock.now(), lambda *_: None)
    assert old.exists()


def test_a_database_in_use_takes_nobody_in(old, server):
    target = server.database()
    models.connect(target)
    models.migrate()
    with pytest.raises(Refusal):
        moving.move(old, target, clock.now(), lambda *_: None)
    assert old.exists()
