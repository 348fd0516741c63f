"""The memory of deeds: only ever added to, each link holding the one before, and every tampering found."""

import json
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import peewee
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

import models
from dialect import document
from dispatch import audit
from models import Audit, Seal, database, writing
from tests import cast
from tests.cast import NOON

ROWS = 7
COLUMNS = ("id", "at", "by_id", "organisation_id", "deed", "subject", "facts", "address", "previous", "hash")
TRIGGERS = (
    "audit_keeps_update",
    "audit_keeps_delete",
    "audit_keeps_order",
    "seal_keeps_update",
    "seal_keeps_delete",
)


def ring(number: int = 1, **facts) -> None:
    for nth in range(number):
        with writing():
            audit.record("bell.rung", None, by=None, now=NOON + timedelta(seconds=nth), number=nth, **facts)


@contextmanager
def unlocked():
    """Whoever can write to the file can take the triggers away first."""
    with database.atomic() as transaction:
        if models.is_postgres():
            database.execute_sql("SET LOCAL session_replication_role = replica")
        else:
            database.execute_sql("PRAGMA defer_foreign_keys = 1")
            for trigger in TRIGGERS:
                database.execute_sql(f"DROP TRIGGER {trigger}")
        yield
        transaction.rollback()


def say(sql: str, *values):
    return database.execute_sql(sql.replace("?", database.param), values or None)


@pytest.fixture
def chain(app):
    """Seven deeds, by somebody, from somewhere."""
    by = cast.user("sender", cast.zone())
    audit.asked_from("192.0.2.7")
    with writing():
        for nth in range(ROWS - Audit.select().count()):
            audit.record(
                "bell.rung", by, by=by, now=NOON + timedelta(seconds=nth), number=nth, tower="belfort"
            )
    audit.asked_from("")
    assert Audit.select().count() == ROWS
    return by


def _replacing(row: dict):
    """PostgreSQL knows no REPLACE: there it is an update of what is in the way."""
    if models.is_postgres():
        return Audit.insert(row).on_conflict(conflict_target=[Audit.id], update={Audit.deed: "bell.silent"})
    return Audit.replace(row)


def test_a_row_can_be_added_and_never_changed_removed_or_replaced(chain):
    first = Audit.select().dicts().first()
    for deed in (Audit.update(deed="bell.silent"), Audit.delete(), _replacing(first), Seal.delete()):
        with pytest.raises(peewee.IntegrityError, match="append-only"):
            deed.execute()
    for forged in (first | {"id": 99}, {"at": NOON, "deed": "bell.silent"}):
        with pytest.raises(peewee.IntegrityError, match="append-only"):
            Audit.insert(forged).execute()
    with pytest.raises(peewee.IntegrityError, match="append-only"):
        Seal.update(last=99, hash="x").execute()
    assert audit.verify().is_whole


def test_a_deed_outside_a_transaction_is_not_recorded(app):
    with pytest.raises(audit.Loose):
        audit.record("bell.rung", None, by=None, now=NOON)
    assert not Audit.select().exists()


def test_a_deed_that_is_rolled_back_leaves_no_link(app):
    ring(2)
    with pytest.raises(ZeroDivisionError), writing():
        audit.record("bell.rung", None, by=None, now=NOON)
        1 / 0  # noqa: B018
    ring()
    assert audit.verify().number == 3 and audit.verify().is_whole


def test_an_empty_chain_is_whole(app):
    assert audit.verify() == audit.Verdict(0, "")


def test_each_row_says_who_what_when_and_from_where(chain):
    row = Audit.select().order_by(Audit.id.desc()).get()
    assert (row.by, row.organisation, row.subject) == (chain, chain.organisation, f"user:{chain.id}")
    assert (row.address, row.facts["tower"]) == ("192.0.2.7", "belfort")
    assert row.previous == Audit.get_by_id(row.id - 1).hash


def test_a_deed_on_a_page_remembers_the_address_that_asked(app, signed_in):
    signed_in(cast.user("organisation_admin", cast.zone())).post("/bins/new", name="Kerkdries")
    assert Audit.get(Audit.deed == "bin.created").address == "127.0.0.1"
    assert Audit.get(Audit.deed == "user.added").address == ""
    ring()
    assert Audit.select().order_by(Audit.id.desc()).get().address == ""


TAMPERED = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.text(), st.binary(), st.just('{"nth": 1, "tower": "x"}')
)


@pytest.mark.sqlite("only its columns take a value of any kind")
@given(row=st.integers(1, ROWS), column=st.sampled_from(COLUMNS), value=TAMPERED)
@how(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_field_that_was_changed_is_found(chain, row, column, value):
    asked = f'SELECT "{column}" FROM audit WHERE id = ?'
    with unlocked():
        (old,) = database.execute_sql(asked, (row,)).fetchone()
        try:
            database.execute_sql(f'UPDATE audit SET "{column}" = ? WHERE id = ?', (value, row))
        except (peewee.IntegrityError, peewee.DataError):
            return  # the table itself refuses it
        moved = database.execute_sql(
            f'SELECT "{column}" FROM audit WHERE id = ?', (value if column == "id" else row,)
        )
        (new,) = moved.fetchone()
        if new == old and type(new) is type(old):
            return
        verdict = audit.verify()
        assert not verdict.is_whole
        assert column == "id" or verdict.bad == row


@pytest.mark.sqlite("only its texts may be no UTF-8")
def test_text_that_is_no_text_is_a_finding_and_no_failure(chain):
    with unlocked():
        database.execute_sql("UPDATE audit SET deed = CAST(x'ff' AS TEXT) WHERE id = 3")
        assert (audit.verify().bad, audit.verify().reason) == (3, "changed")


@pytest.mark.parametrize("gone", range(1, ROWS + 1))
def test_a_row_that_was_removed_is_found(chain, gone):
    with unlocked():
        say("DELETE FROM audit WHERE id = ?", gone)
        verdict = audit.verify()
        assert (verdict.bad, verdict.reason) == ((gone + 1, "gap") if gone < ROWS else (gone, "seal"))


def test_a_tail_that_was_cut_off_is_found(chain):
    with unlocked():
        database.execute_sql("DELETE FROM audit WHERE id > 4")
        assert audit.verify() == audit.Verdict(4, Audit.get_by_id(4).hash, 5, "seal")
        database.execute_sql("DELETE FROM audit")
        assert audit.verify().reason == "seal"
        database.execute_sql("DELETE FROM seal")
        assert audit.verify().reason == "seal"


def test_rows_that_changed_places_are_found(chain):
    with unlocked():
        for old, new in ((3, 99), (4, 3), (99, 4)):
            say("UPDATE audit SET id = ? WHERE id = ?", new, old)
        assert (audit.verify().bad, audit.verify().reason) == (3, "gap")


def test_a_row_that_was_put_in_is_found(chain):
    with unlocked():
        database.execute_sql("UPDATE audit SET id = id + 100 WHERE id > 4")
        last = Audit.get_by_id(4)
        forged = (5, str(NOON), None, None, "bell.silent", "", {}, "")
        link = audit.hash_of(last.hash, forged)
        Audit.insert(id=5, at=NOON, deed="bell.silent", previous=last.hash, hash=link).execute()
        assert audit.verify().bad == 105


def test_a_chain_that_was_made_anew_is_found_with_a_hash_noted_elsewhere(chain):
    noted = audit.verify().head
    assert audit.verify(noted).is_whole
    ring(3)
    assert audit.verify(noted).is_whole
    with unlocked():
        database.execute_sql("UPDATE audit SET address = '' WHERE id = 2")
        forge()
        assert audit.verify().is_whole, "from inside the file nothing shows it"
        assert audit.verify(noted).reason == "head"


def forge() -> None:
    """Computes the whole chain and its seal anew, as somebody would who knows the program."""
    previous = ""
    columns = "id, at, by_id, organisation_id, deed, subject, facts, address"
    for row in database.execute_sql(f"SELECT {columns} FROM audit ORDER BY id").fetchall():
        link = audit.hash_of(previous, (*row[:6], document(row[6]), row[7]))
        say("UPDATE audit SET previous = ?, hash = ? WHERE id = ?", previous, link, row[0])
        previous = link
    say("UPDATE seal SET hash = ?", previous)


def test_the_chain_holds_while_many_write_at_once(app):
    def write(_nth):
        with database.connection_context():
            ring(5)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(16)))
    verdict = audit.verify()
    assert (verdict.number, verdict.is_whole) == (80, True)


RINGER = """
import sys, models
from tests.test_audit import ring
models.connect(sys.argv[1])
with models.database.connection_context():
    for _ in range(20):
        ring()
"""


def test_the_chain_holds_while_several_processes_write_at_once(settings, app):
    words = [sys.executable, "-c", RINGER, settings["BELFORT_DATABASE"]]
    root = Path(models.MIGRATIONS).parent
    for process in [subprocess.Popen(words, cwd=root) for _ in range(3)]:
        assert process.wait() == 0
    verdict = audit.verify()
    assert (verdict.number, verdict.is_whole) == (60, True)


def test_a_walk_holds_a_part_of_the_chain_and_not_all_of_it(app, monkeypatch):
    monkeypatch.setattr(audit, "ROWS_AT_ONCE", 3)
    ring(10)
    assert audit.verify() == audit.Verdict(10, Seal.get().hash)


def test_the_rows_of_an_older_database_are_chained_by_the_migration(tmp_path):
    path, before = tmp_path / "old.db", tmp_path / "before"
    before.mkdir()
    for name in ("0001_spine.py", "0002_engine.py"):
        shutil.copy(Path(models.MIGRATIONS) / name, before)
    models.connect(f"sqlite:///{path}")
    with database.connection_context():
        models.Runner(database.obj, str(before)).up()
        database.execute_sql(
            "INSERT INTO organisation (kind, name, slug, language, email, phone) "
            "VALUES ('police_zone', 'Z', 'z', 'nl', '', '')"
        )
        for nth in range(2500):
            database.execute_sql(
                "INSERT INTO audit (at, organisation_id, deed, subject, facts) VALUES (?, 1, 'bell.rung', '', ?)",
                (str(NOON + timedelta(seconds=nth)), json.dumps({"b": "é", "a": nth})),
            )
    models.migrate()
    with database.connection_context():
        assert audit.verify()[0] == 2500 and audit.verify().is_whole
        ring()
        assert audit.verify()[0] == 2501 and audit.verify().is_whole
        with pytest.raises(peewee.IntegrityError, match="append-only"):
            Audit.update(deed="bell.silent").execute()
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_command_says_that_the_chain_is_whole_and_ends_with_1_where_it_is_not(app, chain):
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["audit", "verify", "--json"])
    assert whole.exit_code == 0, whole.output
    told = json.loads(whole.output)
    assert (told["whole"], told["number"], told["bad"]) == (True, ROWS, None)
    assert told["head"] == Seal.get().hash
    assert runner.invoke(args=["audit", "verify", "--head", told["head"]]).exit_code == 0
    assert runner.invoke(args=["audit", "verify", "--head", "0" * 64]).exit_code == 1
    database.execute_sql(f"DROP TRIGGER audit_keeps_update{' ON audit' if models.is_postgres() else ''}")
    database.execute_sql("UPDATE audit SET subject = 'user:99' WHERE id = 3")
    broken = runner.invoke(args=["audit", "verify", "--json"])
    assert broken.exit_code == 1 and json.loads(broken.output)["bad"] == 3
    assert "3" in runner.invoke(args=["audit", "verify"]).output
