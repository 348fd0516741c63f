"""A backup of PostgreSQL by its own tools, as deploy/pg-backup.sh makes it: read back, kept in turn, and nothing sent twice after it."""

import os
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

import models
from dispatch.errors import Refusal
from dispatch.operation import restoring
from dispatch.sending import campaigns
from models import Campaign
from tests import cast, postgres
from tests.test_backups import half_way
from tests.test_kill import Broken, Time, accepts, pump_on, standing, tallied

SCRIPT = Path(__file__).parent.parent / "deploy" / "pg-backup.sh"

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.skipif(not postgres.is_there(), reason="PostgreSQL or psycopg is not installed"),
]


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where what is in hand of its databases is kept
    before = models.database.obj
    with postgres.cluster() as server:
        yield server
        if models.database.obj is not before:
            models.database.close_all()
            models.database.initialize(before)


def run(server, program: str | Path, *words: str | Path) -> None:
    path = f"{server.programs}:{os.environ['PATH']}"
    subprocess.run((program, *words), env={"PATH": path}, check=True, capture_output=True)


def turn(road, time) -> None:
    pump = pump_on(road, time)
    pump.tick()
    for lane in pump._lanes.values():
        lane.desk.ask(models.database.close).result()


def test_a_dump_of_the_middle_of_a_campaign_is_put_back_and_sends_nothing_twice(server, tmp_path):
    time, url, again = Time(), server.database(), server.database()
    models.connect(url)
    models.migrate()
    with models.database.connection_context():
        sender, bin = cast.user("sender", cast.zone()), cast.bin_named("Molenakker")
        for number in range(10, 40):
            cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}")
        campaign, _got, _held = half_way(sender, bin, time)
        run(server, SCRIPT, url, tmp_path / "first", tmp_path / "second")
        road = Broken(accepts)
        turn(road, time)
        assert len(road.got) == 15, "sent behind the backup"
    models.database.close_all()

    [made] = (tmp_path / "second").iterdir()
    assert made.stat().st_mode & 0o077 == 0, "for its owner alone"
    run(server, "pg_restore", f"--dbname={again}", made)
    models.connect(again)
    restoring.was_put_back(time())
    with models.database.connection_context():
        kept = Campaign.get_by_id(campaign.id)
        assert (kept.status, kept.halted) == ("paused", "restored")
        campaigns.resume(kept, by=sender, now=time())
        unneeded = Broken(accepts)
        turn(unneeded, time)
        assert unneeded.got == [] and standing(campaign) == tallied(campaign) == {
            "accepted": 10,
            "unsure": 20,
        }


def test_seven_days_and_the_mondays_of_four_weeks_stay(server, tmp_path):
    days = [date.today() - timedelta(days=number) for number in range(1, 60)]
    for day in days:
        (tmp_path / f"belfort-{day}.dump").touch()
    (tmp_path / "something else").touch()
    run(server, SCRIPT, server.database(), tmp_path)
    stay = {day for day in days if (date.today() - day).days < 7}
    stay |= {day for day in days if (date.today() - day).days < 28 and day.isoweekday() == 1}
    wanted = {f"belfort-{day}.dump" for day in (*stay, date.today())} | {"something else"}
    assert {path.name for path in tmp_path.iterdir()} == wanted


def test_what_cannot_be_dumped_leaves_the_older_ones(server, tmp_path):
    old = tmp_path / f"belfort-{date.today() - timedelta(days=90)}.dump"
    old.touch()
    with pytest.raises(subprocess.CalledProcessError):
        run(server, SCRIPT, f"{server.url}/nowhere", tmp_path)
    assert old in [*tmp_path.iterdir()]


def test_a_file_of_sqlite_is_named_to_be_restored(app):
    if models.is_postgres():
        pytest.skip("this is PostgreSQL")
    with pytest.raises(Refusal, match="flask restore FILE"):
        restoring.was_put_back(cast.NOON)
