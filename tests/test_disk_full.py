"""A full disk: a sentence for the person, nothing half done, receipts that come again, nothing that left is queued."""

import resource
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dispatch.people import imports
from dispatch.sending import journal
from models import Audit, Campaign, Import, Member, Message, Tally, Throttle, beside
from tests import cast, town
from tests.cast import NOON
from tests.test_kill import Broken, Time, accepts, launched, pump_on, standing, tallied

pytestmark = pytest.mark.sqlite("the disk under the file")


@pytest.fixture
def settings(settings):
    return settings | {"BELFORT_SMS": "kannel://u:p@127.0.0.1:9?from=8850"}


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
def disk_is_full(app, settings):
    """disk_is_full() is a `with` in which no file of this process grows: what is committed would have to.

    By the limit on the size of a file (RLIMIT_FSIZE), set to that of the -wal; SQLite says what it says of any disk
    that takes only a part of what is written.
    """
    app.testing = False  # as in the house: an error is a page
    wal = Path(settings["BELFORT_DATABASE"].removeprefix("sqlite:///") + "-wal")

    @contextmanager
    def full():
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return full


def test_a_launch_on_a_full_disk_is_told_and_queues_nobody(sender, molenakker, signed_in, disk_is_full):
    browser, draft = signed_in(sender), town.campaign(sender, molenakker, "draft")
    press = {"version": str(draft.version), "terms": "1"}
    with disk_is_full():
        page = browser.post(f"/campaigns/{draft.id}/launch", press)
    assert page.status == 500 and page.h1 == "Er liep iets mis bij ons"
    assert Campaign.get_by_id(draft.id).is_draft
    assert not Message.select().exists() and not Tally.select().exists()
    assert not Audit.select().where(Audit.deed == "campaign.launched").exists()
    browser.post(f"/campaigns/{draft.id}/launch", press)
    assert standing(draft) == tallied(draft) == {"queued": 30}


def test_a_list_on_a_full_disk_is_told_and_writes_nobody(sender, molenakker, signed_in, disk_is_full):
    browser = signed_in(sender)
    rows = "".join(f"Nieuw{number};x;0471 00 00 {number}\n" for number in range(10, 90))
    record = imports.upload(molenakker, f"Naam;Voornaam;GSM\n{rows}".encode(), "l.csv", by=sender, now=NOON)
    at = f"/imports/{record.id}"
    form = browser.get(f"{at}/report").form("#save form")
    with disk_is_full():
        page = browser.post(f"{at}/commit", form)
    assert page.status == 500 and Import.get_by_id(record.id).is_open and Member.select().count() == 30
    browser.post(f"{at}/commit", form)
    assert Member.select().count() == 110


def test_a_receipt_on_a_full_disk_is_answered_so_that_it_comes_again(
    sender, molenakker, app, disk_is_full, time
):
    campaign = launched(sender, molenakker)
    pump_on(Broken(accepts), time).turn("sms")
    reference = Message.select(Message.reference).scalar()
    address = f"/receipts/kannel/{app.extensions['roads'].receipt_key}?reference={reference}&state=1"
    with disk_is_full():
        assert app.test_client().get(address).status_code == 500
    assert standing(campaign) == tallied(campaign) == {"accepted": 30}
    assert app.test_client().get(address).status_code == 204
    assert standing(campaign) == tallied(campaign) == {"accepted": 29, "delivered": 1}


def test_what_cannot_be_claimed_does_not_leave_and_goes_when_there_is_space(
    sender, molenakker, disk_is_full, time
):
    campaign, road = launched(sender, molenakker), Broken(accepts)
    pump = pump_on(road, time)
    with disk_is_full():
        for _ in range(5):
            pump.turn("sms")
            time.passes(100)
    assert not road.got and standing(campaign) == tallied(campaign) == {"queued": 30}
    assert not Throttle.select().exists()
    pump.turn("sms")
    assert len(road.got) == len(set(road.got)) == 30 and standing(campaign) == {"accepted": 30}


@pytest.fixture
def fills_after(disk_is_full):
    """fills_after(road, number) is a `with`: the disk is full as soon as that many were handed to the road."""

    @contextmanager
    def until_there_is_space(road, number: int):
        with ExitStack() as disk:

            def fills(outgoing):
                if len(road.got) == number:
                    disk.enter_context(disk_is_full())
                return accepts(outgoing)

            road.answer = fills
            yield

    return until_there_is_space


def test_what_left_and_cannot_be_recorded_is_known_when_there_is_space_and_never_leaves_again(
    sender, molenakker, fills_after, time, caplog
):
    """The disk fills between the claim and the record: no more leaves than was in hand, the road rests and says so."""
    campaign, road = launched(sender, molenakker), Broken(accepts)
    pump = pump_on(road, time)
    with fills_after(road, 3):
        pump.turn("sms")
        assert pump.roads.is_resting(road, time()) and "broken://" in caplog.text
        for _ in range(4):
            time.passes(100)
            pump.tick()
        assert len(road.got) == road.at_once == 20
        assert standing(campaign) == tallied(campaign) == {"sending": 20, "queued": 10}
    for _ in range(3):
        pump.tick()
        time.passes(100)
    assert len(road.got) == len(set(road.got)) == 30
    assert standing(campaign) == tallied(campaign) == {"accepted": 30}
    assert not list(beside("hands").iterdir())


def test_a_journal_that_has_no_space_lets_nothing_leave_and_only_what_it_does_not_know_is_unsure(
    sender, molenakker, time, monkeypatch
):
    campaign, road = launched(sender, molenakker), Broken(accepts)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr(journal, "ROOM", 1)  # the file grows at each line

    def fills(outgoing):
        if len(road.got) == 3:  # room for half a line more in the journal, and for nothing in the database
            [kept] = beside("hands").iterdir()
            resource.setrlimit(resource.RLIMIT_FSIZE, (kept.stat().st_size + 9, hard))
        return accepts(outgoing)

    road.answer = fills
    pump = pump_on(road, time)
    try:
        pump.turn("sms")
        assert pump.roads.is_resting(road, time()) and len(road.got) == 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    for _ in range(3):
        pump.tick()
        time.passes(100)
    assert len(road.got) == len(set(road.got)) == 30
    assert standing(campaign) == tallied(campaign) == {"unsure": 1, "accepted": 29}
