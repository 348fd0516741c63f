"""Backups and restoring: nothing lost, nothing sent twice, and whatever is refused changes nothing."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from dispatch import audit
from dispatch.errors import Missing, Refusal, WrongMoment
from dispatch.operation import backups, copies, restoring
from dispatch.operation.backups import Folders
from dispatch.providers.base import Receipt
from dispatch.sending import campaigns, doubt, messages
from models import Audit, Campaign, Member, Message, beside
from tests import cast
from tests.cast import NOON
from tests.test_kill import Broken, Time, accepts, launched, pump_on, standing, tallied

pytestmark = pytest.mark.sqlite("a backup is a file of SQLite")

NIGHT = datetime(2026, 11, 26, 1, 30)  # half past two in Brussels


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(10, 40):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}")
    return bin


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path / "backups", tmp_path / "elsewhere")


def restored(file: Path, now) -> Path | None:
    """As the command does it, in the process of the test, whose connection is opened again."""
    opened = models.database.obj
    try:
        return restoring.restore(file, now)
    finally:
        models.database.initialize(opened)
        models.database.connection_context().__enter__()  # closing forgot it


def fresh(campaign) -> Campaign:
    return Campaign.get_by_id(campaign.id)


def turn(road, time) -> None:
    """One beat of a pump whose threads leave the database behind, as those of a process that ends."""
    pump = pump_on(road, time)
    pump.tick()
    for lane in pump._lanes.values():
        lane.desk.ask(models.database.close).result()


def half_way(sender, bin, time, **wording) -> tuple[Campaign, set[str], set[str]]:
    """A campaign of which ten are accepted, five are in hand and fifteen wait; and who got it, and whom we hold."""
    campaign = launched(sender, bin, **wording)
    first = messages.claim("sms", campaign, limit=10, now=time(), road="broken://")
    messages.record([accepts(one) for one in first], road="broken://", now=time())
    held = messages.claim("sms", campaign, limit=5, now=time(), road="broken://")
    return campaign, {one.address for one in first}, {one.address for one in held}


@pytest.mark.parametrize("kind", ["warning", "news"])
def test_a_backup_of_the_middle_of_a_campaign_sends_nothing_twice(sender, molenakker, time, folders, kind):
    campaign, got, held = half_way(sender, molenakker, time, kind=kind)
    file = backups.make(folders, time())
    road = Broken(accepts)
    turn(road, time)
    assert len(road.got) == 15
    time.passes(3600)
    restored(file, time())
    assert fresh(campaign).status == "paused" and fresh(campaign).halted == "restored"
    again = Broken(accepts)
    for _ in range(5):
        turn(again, time)
        time.passes(600)
    campaigns.resume(fresh(campaign), by=sender, now=time())
    for _ in range(5):
        turn(again, time)
        time.passes(600)
    everyone = Counter([*got, *held, *road.got, *again.got])
    assert again.got == [] and len(everyone) == 30 and set(everyone.values()) == {1}
    assert standing(campaign) == tallied(campaign) == {"accepted": 10, "unsure": 20}


def test_a_person_who_decides_so_sends_what_was_queued(sender, molenakker, time, folders):
    campaign, _, _ = half_way(sender, molenakker, time)
    restored(backups.make(folders, time()), time())
    waiting = next(group for group in doubt.groups(fresh(campaign)) if not group.road)
    assert waiting.code == "restored" and waiting.number == 15
    doubt.send_again(fresh(campaign), waiting, by=sender, now=time())
    road = Broken(accepts)
    turn(road, time)
    assert road.got == []
    campaigns.resume(fresh(campaign), by=sender, now=time())
    turn(road, time)
    assert len(set(road.got)) == len(road.got) == 15


def test_a_campaign_that_was_paused_in_the_backup_may_have_gone_on_since(sender, molenakker, time, folders):
    campaign = launched(sender, molenakker)
    campaigns.pause(campaign, by=sender, now=time())
    restored(backups.make(folders, time()), time())
    assert standing(campaign) == {"unsure": 30} and fresh(campaign).halted == "restored"


def test_a_launch_that_was_half_way_is_in_doubt_to_its_end(sender, molenakker, time, folders, monkeypatch):
    monkeypatch.setattr(campaigns, "FROZEN_AT_ONCE", 7)
    campaign = launched(sender, molenakker)
    assert fresh(campaign).queued_through is not None
    restored(backups.make(folders, time()), time())
    assert standing(campaign) == {"unsure": 30} and fresh(campaign).queued_through is None


def test_a_late_receipt_settles_what_was_restored(sender, molenakker, time, folders):
    campaign, _, _ = half_way(sender, molenakker, time)
    restored(backups.make(folders, time()), time())
    one = campaign.messages.where(Message.status == "unsure").first()
    messages.advance([Receipt(one.reference, "delivered")], time())
    assert Message.get_by_id(one.id).status == "delivered"


def test_the_old_file_is_kept_whole_with_what_its_processes_had_in_hand(sender, molenakker, time, folders):
    file = backups.make(folders, NOON)
    cast.member(molenakker, "Later", mobile="+32470000099")
    beside("hands").mkdir(exist_ok=True)
    kept = restored(file, NOON)
    assert Member.select().count() == 30 and copies.look_at(kept).counts["member"] == 31
    assert not beside("hands").exists() and Path(f"{kept}-hands").is_dir()
    assert audit.verify().is_whole and Audit.select().where(Audit.deed == "backup.restored").exists()


def test_a_database_in_use_is_not_replaced(app, folders):
    file = backups.make(folders, NOON)
    before = Audit.select().count()
    with closing(sqlite3.connect(copies.here())) as program:
        program.execute("SELECT COUNT(*) FROM audit").fetchall()
        with pytest.raises(WrongMoment):
            restored(file, NOON)
    assert Audit.select().count() == before
    assert not list(copies.here().parent.glob("*-restoring*")) + list(copies.here().parent.glob("*-before-*"))


def test_a_backup_of_a_newer_program_is_refused_and_nothing_is_changed(app, folders):
    file = backups.make(folders, NOON)
    with closing(sqlite3.connect(file)) as newer:
        name = newer.execute("SELECT name FROM schema_migration ORDER BY name DESC LIMIT 1").fetchone()[0]
        columns = [row[1] for row in newer.execute("PRAGMA table_info(schema_migration)")]
        rest = ", ".join(column for column in columns if column not in ("id", "name"))
        newer.execute(
            f"INSERT INTO schema_migration (name, {rest}) SELECT '9999_later', {rest} FROM schema_migration WHERE name = ?",
            (name,),
        )
        newer.commit()
    with pytest.raises(Refusal, match="newer Belfort"):
        restored(file, NOON)
    models.check_schema()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 400])
def test_what_is_no_whole_backup_is_refused(app, tmp_path, content):
    (tmp_path / "broken.db").write_bytes(content)
    with pytest.raises(Refusal):
        restored(tmp_path / "broken.db", NOON)
    with pytest.raises(Missing):
        restored(tmp_path / "nowhere.db", NOON)


def test_a_broken_database_is_replaced_and_kept(app, folders):
    file, broken = backups.make(folders, NOON), copies.here()
    models.database.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{broken}{suffix}").unlink(missing_ok=True)
    broken.write_bytes(b"eaten by a disk" * 1000)
    kept = restored(file, NOON)
    assert kept.read_bytes().startswith(b"eaten") and audit.verify().is_whole


def test_the_night_makes_one_backup_in_both_folders_reads_it_back_and_says_so(app, folders):
    backups.nightly(folders, NIGHT - timedelta(hours=1))
    assert not folders.first.exists()
    for minutes in (0, 15, 30):
        backups.nightly(folders, NIGHT + timedelta(minutes=minutes))
    for folder in folders.all:
        [made] = folder.iterdir()
        assert made.name == "belfort-2026-11-26.db" and made.stat().st_mode & 0o777 == 0o600
    deeds = [row.deed for row in Audit.select().order_by(Audit.id)]
    assert deeds == ["backup.made", "backup.tested", "backup.tested"]


def test_once_a_week_the_newest_backup_is_put_back_beside_the_database_and_it_is_said_that_it_worked(
    sender, molenakker, folders
):
    assert not backups.rehearse(folders, NIGHT)
    backups.make(folders, NIGHT)
    assert backups.rehearse(folders, NIGHT) and not backups.rehearse(folders, NIGHT + timedelta(days=6))
    assert backups.last("backup.rehearsed").facts["member"] == 30
    assert backups.rehearse(folders, NIGHT + timedelta(days=7))
    assert [path.name for path in folders.first.iterdir()] == ["belfort-2026-11-26.db"]
    assert models.database.obj.database == str(copies.here()) and Member.select().count() == 30


@pytest.mark.parametrize("harm", ["torn", "a table is gone"])
def test_a_backup_that_could_not_be_put_back_fails_its_rehearsal(app, folders, harm):
    made = backups.make(folders, NIGHT)
    if harm == "torn":
        with made.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 8192)
    else:
        with closing(sqlite3.connect(made)) as other:
            other.execute("DROP TABLE campaign")
    with pytest.raises(Refusal):
        backups.rehearse(folders, NIGHT)
    assert not list(folders.first.glob("*rehearsal*")) and not backups.last("backup.rehearsed")


def test_a_copy_that_cannot_be_read_back_is_told_and_counts_as_none(app, folders):
    made = backups.make(folders, NIGHT)
    with made.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(Refusal):
        backups.test(made, NIGHT)
    assert backups.last("backup.broken") is not None


@given(st.integers(1, 400), st.sets(st.integers(0, 400)))
def test_seven_days_and_four_weeks_stay_however_often_a_night_was_missed(nights, missed):
    days, first = set(), date(2026, 1, 1)
    for night in range(nights):
        today = first + timedelta(days=night)
        if night not in missed:
            days = backups.kept(days | {today}, today)
            assert today in days and len(days) <= 11
    reached = {first + timedelta(days=night) for night in range(nights) if night not in missed}
    last = max(reached, default=first)
    assert {day for day in reached if day > last - timedelta(days=7)} <= days
    assert {day.isocalendar()[:2] for day in days} == set(
        sorted({day.isocalendar()[:2] for day in reached})[-4:]
    )


def test_the_commands_back_up_and_restore(app, folders, tmp_path):
    app.extensions["jobs"].folders = folders
    made = app.test_cli_runner().invoke(args=["backup"])
    [file] = folders.first.iterdir()
    assert made.exit_code == 0 and str(file) in made.output
    opened = models.database.obj
    models.database.close()
    done = app.test_cli_runner().invoke(args=["restore", str(file)])
    assert done.exit_code == 0, done.output
    refused = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "none")])
    assert refused.exit_code == 1 and refused.output.startswith("Error: ")
    models.database.initialize(opened)
    models.database.connection_context().__enter__()  # closing forgot it


def test_without_a_folder_the_command_says_which_setting_is_missing(app):
    refused = app.test_cli_runner().invoke(args=["backup"])
    assert refused.exit_code == 1 and "BELFORT_BACKUPS" in refused.output
