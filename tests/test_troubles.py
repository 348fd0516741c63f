"""What does not work is told to the administrators: by another road, in their language, once, and once when it is well."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dispatch import audit
from dispatch.operation import health, troubles
from dispatch.operation.backups import NOWHERE, Folders
from dispatch.operation.troubles import Signs
from dispatch.sending.roads import Roads
from models import Letter, Message, Trouble, User, database, writing
from tests import cast
from tests.cast import NOON

MINUTE, WELL = timedelta(minutes=1), Signs()


@pytest.fixture
def roads():
    return Roads({"sms": ["simulator://"], "email": ["simulator://"]})


@pytest.fixture
def admin(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


def look(roads, now, *, folders=NOWHERE, signs=WELL) -> list[tuple[str, str]]:
    """What is posted when one looks around at this moment: (channel, address)."""
    before = Message.select().count()
    troubles.look(troubles.findings(roads, folders, signs, now), now)
    posted = Message.select().order_by(Message.id).offset(before).limit(99)
    return [(one.channel, one.address) for one in posted]


def road_of(roads, channel):
    return next(road for road in roads.real() if road.channel == channel)


@pytest.mark.parametrize(
    ("broken", "told"),
    [("sms", ("email", "platform_admin@platform.example")), ("email", ("sms", "+32470003012"))],
)
def test_a_broken_road_is_told_by_another_channel_once_and_once_when_it_carried_for_a_while(
    admin, roads, broken, told
):
    road = road_of(roads, broken)
    roads.rest(road, NOON)
    assert look(roads, NOON) == []  # it may be a moment
    assert look(roads, NOON + MINUTE) == [told]
    for minutes in range(2, 30):
        roads.rest(road, NOON + minutes * MINUTE)
        assert look(roads, NOON + minutes * MINUTE) == []
    roads.trust(road, NOON + 31 * MINUTE)
    assert look(roads, NOON + 31 * MINUTE) == look(roads, NOON + 40 * MINUTE) == []
    assert look(roads, NOON + 41 * MINUTE) == [told]
    assert look(roads, NOON + 50 * MINUTE) == [] and not troubles.open_troubles()


def test_a_road_that_comes_and_goes_is_one_trouble(admin, roads):
    road, told = road_of(roads, "sms"), []
    for minutes in range(0, 120, 4):
        roads.rest(road, NOON + minutes * MINUTE)
        told += look(roads, NOON + (minutes + 1) * MINUTE)
        roads.trust(road, NOON + (minutes + 2) * MINUTE)
        told += look(roads, NOON + (minutes + 3) * MINUTE)
    assert len(told) == 1 and Trouble.select().count() == 1


def test_a_process_that_never_tried_a_road_does_not_say_that_it_is_well(admin, roads):
    roads.rest(road_of(roads, "sms"), NOON)
    look(roads, NOON + MINUTE)
    after_a_start = Roads({"sms": ["simulator://"], "email": ["simulator://"]})
    for minutes in (5, 20, 40):
        assert look(after_a_start, NOON + minutes * MINUTE) == []
    assert [one.subject for one in troubles.open_troubles()] == ["sms simulator:sms"]


def test_of_many_processes_that_look_at_once_one_tells(admin, roads):
    roads.rest(road_of(roads, "sms"), NOON)
    found = troubles.findings(roads, NOWHERE, Signs(), NOON + MINUTE)

    def one(_):
        with database.connection_context():
            return troubles.look(found, NOON + MINUTE)

    with ThreadPoolExecutor(4) as several:
        assert sum(several.map(one, range(8))) == 1
    assert Letter.select().count() == 1


def test_each_administrator_reads_it_in_their_own_language(admin, roads):
    other = cast.user("platform_admin", admin.organisation, email="fr@platform.example")
    User.update(language="fr").where(User.id == other.id).execute()
    roads.rest(road_of(roads, "sms"), NOON)
    look(roads, NOON + MINUTE)
    assert {letter.language for letter in Letter.select()} == {"nl", "fr"}
    assert len({letter.body for letter in Letter.select()}) == 2


def test_where_no_mobile_number_is_known_it_waits_as_a_mail(admin, roads):
    User.update(phone="").where(User.id == admin.id).execute()
    roads.rest(road_of(roads, "email"), NOON)
    assert look(roads, NOON + MINUTE) == [("email", admin.email)]


def test_a_full_disk_a_silent_watchman_and_a_failing_backup_are_told(admin, roads, tmp_path, monkeypatch):
    folders = Folders(tmp_path)
    with writing():
        audit.record("backup.tested", by=None, now=NOON)
    assert look(roads, NOON, folders=folders) == []
    signs = Signs(backup_failed_at=NOON, heartbeat_failed_at=NOON)
    look(roads, NOON + MINUTE, folders=folders, signs=signs)
    assert [one.kind for one in troubles.open_troubles()] == ["backup"]  # a watchman may miss five beats
    look(roads, NOON + 6 * MINUTE, folders=folders, signs=signs)
    monkeypatch.setattr(health, "LEAST_FREE", health.free_bytes() * 2)
    look(roads, NOON + 6 * MINUTE, folders=folders, signs=signs)
    look(roads, NOON + 8 * MINUTE, folders=folders, signs=signs)
    told = {one.kind for one in troubles.open_troubles() if one.told_at}
    assert told == {"backup", "heartbeat", "disk"} and Letter.select().count() == 3


@pytest.mark.parametrize(
    ("deeds", "hours", "is_well"),
    [
        (["backup.tested"], 25, True),
        (["backup.tested"], 27, False),
        (["backup.tested", "backup.broken"], 1, False),
        (["backup.broken", "backup.tested"], 1, True),
        (["organisation.added"], 1, True),  # just begun
        (["organisation.added"], 27, False),
    ],
)
def test_a_backup_that_is_old_or_cannot_be_read_back_is_none(app, roads, tmp_path, deeds, hours, is_well):
    with writing():
        for deed in deeds:
            audit.record(deed, by=None, now=NOON)
    found = troubles.findings(roads, Folders(tmp_path), Signs(), NOON + timedelta(hours=hours))
    assert next(one for one in found if one.kind == "backup").is_well is is_well


def test_the_jobs_of_the_clock_note_since_when_they_fail(app, tmp_path):
    (tmp_path / "file").write_text("no folder")
    jobs = app.extensions["jobs"]
    jobs.folders = Folders(tmp_path / "file")
    moment = cast.NOON.replace(hour=3)
    for _ in range(2):
        with pytest.raises(OSError), jobs._noting("backup_failed_at"):
            raise OSError
    assert jobs.signs.backup_failed_at > moment
    with jobs._noting("backup_failed_at"):
        pass
    assert jobs.signs == Signs()
