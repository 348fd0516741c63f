"""When something around us does not work: nothing is lost, nothing leaves twice, and it goes on by itself afterwards."""

import json
import socket
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest

import store
from dispatch.centre import activation as centre
from dispatch.operation import copies
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import doubt, messages, receipts
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Activation, Audit, Campaign, Message, database
from tests import cast, town
from tests.cast import NOON
from tests.servers import http_server, wait_until
from tests.test_kill import Broken, Time, accepts, launched, pump_on, standing, tallied

ADDRESSES = {
    "kannel": "kannel://u:p@{}/?from=8850",
    "infobip": "infobip://key@{}?from=Belfort",
    "cm": "cm://key@{}?from=Belfort",
    "twilio": "twilio://AC0:token@{}?from=+32470000000",
}


@pytest.fixture
def settings(settings):
    return settings | {"BELFORT_SMS": "kannel://u:p@127.0.0.1:9/?from=8850"}


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


# ── Another program holds the database ──────────────────────────────────


@contextmanager
def locked():
    """As a copy program or a shell does that forgot its transaction; here nobody waits ten seconds for it."""
    database.execute_sql("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(copies.here(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.sqlite("no program locks the whole of a server")
def test_a_launch_on_a_locked_database_gets_a_sentence_and_works_afterwards(
    app, sender, molenakker, signed_in
):
    app.testing = False  # as in the house: an error is a page
    browser, draft = signed_in(sender), town.campaign(sender, molenakker, "draft")
    press = {"version": str(draft.version), "terms": "1"}
    with locked():
        assert browser.get(f"/campaigns/{draft.id}/text").status == 200  # reading goes on
        page = browser.post(f"/campaigns/{draft.id}/launch", press)
    assert page.status == 500 and page.h1 == "Er liep iets mis bij ons"
    assert Campaign.get_by_id(draft.id).is_draft and not Message.select().exists()
    assert not Audit.select().where(Audit.deed == "campaign.launched").exists()
    browser.post(f"/campaigns/{draft.id}/launch", press)
    assert standing(draft) == tallied(draft) == {"queued": 30}


@pytest.mark.sqlite("no program locks the whole of a server")
def test_nothing_leaves_and_no_receipt_is_lost_while_the_database_is_locked(app, sender, molenakker, time):
    app.testing = False
    campaign, road = launched(sender, molenakker), Broken(accepts)
    pump = pump_on(road, time)
    for lane in pump._lanes.values():  # the thread that claims waits no longer than we do
        lane.desk.ask(database.execute_sql, "PRAGMA busy_timeout = 50").result()
    with locked():
        pump.turn("sms")
        assert road.got == []
    time.passes(100)
    pump.turn("sms")
    assert len(road.got) == len(set(road.got)) == 30
    reference = Message.select(Message.reference).scalar()
    at = f"/receipts/kannel/{app.extensions['roads'].receipt_key}?reference={reference}&state=1"
    with locked():
        assert app.test_client().get(at).status_code == 500  # the gateway sends it again
    assert app.test_client().get(at).status_code == 204
    assert standing(campaign) == tallied(campaign) == {"accepted": 29, "delivered": 1}


# ── A clock that jumps ──────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["warning", "news"])
@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_while_a_campaign_is_sent_loses_and_doubles_nothing(
    sender, molenakker, time, kind, hours
):
    def jumps(outgoing):
        if len(road.got) == 7:
            time.passes(hours * 3600)
            messages.doubt(time())  # as another process would say it
            doubt.insist(time())
        return accepts(outgoing)

    road = Broken(jumps)
    campaign = launched(sender, molenakker, kind=kind)
    pump = pump_on(road, time)
    for _ in range(5):
        pump.tick()
        time.passes(5)
    assert len(road.got) == len(set(road.got)) == 30
    assert standing(campaign) == tallied(campaign) == {"accepted": 30}


def test_a_warning_that_was_launched_before_the_clock_was_set_back_does_not_wait_for_it(
    sender, molenakker, time
):
    pump = pump_on(road := Broken(accepts), time)
    pump.tick()
    campaign = launched(sender, molenakker, kind="warning")
    time.passes(-3600)
    pump.tick()
    pump.tick()
    assert len(road.got) == len(set(road.got)) == 30 and standing(campaign) == {"accepted": 30}


def test_a_start_after_the_clock_was_set_back_sends_what_waits_and_doubts_what_was_in_hand(
    sender, molenakker, time
):
    campaign = launched(sender, molenakker)
    messages.claim("sms", campaign, limit=5, now=time())  # and that process is gone
    time.passes(-3600)
    pump = pump_on(road := Broken(accepts), time)
    for _ in range(5):
        pump.tick()
        time.passes(30)
    assert len(road.got) == 25 and standing(campaign) == tallied(campaign) == {"accepted": 25, "unsure": 5}


def test_a_message_that_is_to_be_tried_again_soon_waits_as_long_as_it_should(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    pump = pump_on(road := Broken(lambda one: Outcome(one.reference, "retry", code="busy")), time)
    pump.tick()
    assert len(road.got) == 30 and standing(campaign) == {"queued": 30}
    pump_on(road, time).tick()  # another start looks for what waits too long
    assert len(road.got) == 30


@pytest.mark.parametrize(("hours", "left"), [(1, {"expired": 30}), (-1, {"accepted": 30})])
def test_what_is_of_use_for_half_an_hour_is_not_sent_an_hour_later(sender, molenakker, time, hours, left):
    pump = pump_on(road := Broken(accepts), time)
    pump.tick()
    campaign = launched(sender, molenakker)
    Campaign.update(expires_at=time() + timedelta(minutes=30)).where(Campaign.id == campaign.id).execute()
    time.passes(hours * 3600)
    for _ in range(3):
        pump.tick()
    assert standing(campaign) == tallied(campaign) == left and len(road.got) == left.get("accepted", 0)


# ── Providers and the way to them ───────────────────────────────────────


@pytest.mark.parametrize("scheme", [*ADDRESSES])
def test_a_name_that_nobody_can_look_up_is_a_road_that_rests_and_the_next_one_carries(
    sender, molenakker, time, monkeypatch, scheme
):
    asked = []

    def dead(host, *_rest, **_more):
        asked.append(host)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", dead)
    roads = Roads({"sms": [ADDRESSES[scheme].format("gateway.invalid"), "simulator://"]})
    campaign = launched(sender, molenakker, kind="warning")
    pump = Pump(roads, now=time)
    for _ in range(6):
        pump.tick()
        time.passes(5)
    assert asked and roads.broke_at(roads.real()[0])
    assert standing(campaign) == tallied(campaign) and set(standing(campaign)) <= {"accepted", "delivered"}
    assert {one.road for one in campaign.messages} == {"simulator:sms"}
    roads.close()


def test_a_provider_that_takes_half_a_minute_for_each_message_gets_each_once(sender, molenakker, time):
    def slow(outgoing):
        for _ in range(2):
            time.passes(15)
            kept()
            messages.doubt(time())  # what any other process does each second
            doubt.insist(time())
        return accepts(outgoing)

    def kept():  # what the keeper of this one does each quarter of a minute
        held = Message.select(Message.reference).where(Message.status == "sending").tuples()
        messages.keep([reference for (reference,) in held], time())

    campaign = launched(sender, molenakker, kind="warning")
    pump = pump_on(road := Broken(slow), time)
    for _ in range(4):
        pump.tick()
    assert len(road.got) == len(set(road.got)) == 30
    assert standing(campaign) == tallied(campaign) == {"accepted": 30}


LIES = {
    "infobip": ({"error": "insufficient funds"}, {"messages": []}, "<html>Please sign in</html>", ""),
    "twilio": ({"code": 20003, "message": "Authenticate"}, "<html>Please sign in</html>", ""),
}


@pytest.mark.loopback
@pytest.mark.parametrize(("scheme", "answer"), [(scheme, one) for scheme in LIES for one in LIES[scheme]])
def test_a_200_that_is_no_yes_is_never_taken_for_one(sender, molenakker, time, scheme, answer):
    """What kannel and CM say with a 200: tests/test_kannel.py and tests/test_cm.py."""
    told = answer if isinstance(answer, str) else json.dumps(answer)
    campaign = launched(sender, molenakker)
    with http_server(200, told) as (port, _asked):
        roads = Roads({"sms": [ADDRESSES[scheme].format(f"127.0.0.1:{port}")]})
        pump = Pump(roads, now=time)
        pump.tick()
        roads.close()
    assert "accepted" not in standing(campaign) and standing(campaign).total() == 30


# ── A flood ─────────────────────────────────────────────────────────────


@pytest.mark.sqlite("who writes waits at the turnstile, and needs no connection for it")
def test_a_flood_of_receipts_is_written_in_a_few_transactions(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    pump_on(Broken(accepts), time).turn("sms")
    references = [one.reference for one in campaign.messages]
    begun = count_of(database, "BEGIN IMMEDIATE")

    def post(reference):
        with database.connection_context():
            receipts.take([Receipt(reference, "delivered")], time())

    gateways = [threading.Thread(target=post, args=(one,)) for one in references * 2]
    with store.turnstile:  # somebody writes while all of them arrive
        for one in gateways:
            one.start()
        wait_until(lambda: len(receipts._posts) == 59, what="all but the one that is being written")
    for one in gateways:
        one.join()
    assert standing(campaign) == tallied(campaign) == {"delivered": 30}
    assert begun() == 2  # for sixty posts


def count_of(where, words: str):
    """How often a statement that begins so was run since."""
    seen, run = [], where.obj.execute_sql

    def listening(sql, *rest, **more):
        seen.append(sql)
        return run(sql, *rest, **more)

    where.obj.execute_sql = listening
    begin = where.obj.begin
    where.obj.begin = lambda *kind: (seen.append(f"BEGIN {' '.join(kind)}"), begin(*kind))[1]
    return lambda: sum(sql.startswith(words) for sql in seen)


def test_two_hundred_who_look_at_the_board_read_the_same_and_hold_up_no_message(
    app, sender, molenakker, signed_in, time
):
    people, activations = town.contact_centre()
    asked = Activation.get_by_id(activations["requested"][0].id)
    emergency = centre.acknowledge(asked, by=people["centre_supervisor"], now=NOON).emergency_id
    supervisor = signed_in(people["centre_supervisor"])
    at = f"/emergencies/{emergency}/board/live"
    campaign = launched(sender, molenakker)
    pump = pump_on(road := Broken(accepts), time)
    road.at_once = 1
    looks = []
    selects = count_of(database, "SELECT")
    for nth in range(200):
        before = selects()
        assert supervisor.browser.get(at).status_code == 200
        looks.append(selects() - before)
        if nth % 20 == 0:
            pump.tick()
            time.passes(1)
    assert standing(campaign) == tallied(campaign) == {"accepted": 30} and len(set(road.got)) == 30
    assert max(looks) <= 60 and len(set(looks[1:])) <= 3, sorted(set(looks))
