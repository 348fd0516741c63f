"""Never lost, never twice: the process killed at any moment, two pumps at once, roads that break, stops and pauses."""

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time as wall
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

import models
from dispatch import clock, letters
from dispatch.errors import WrongMoment
from dispatch.people import imports
from dispatch.providers.base import Outcome, Provider
from dispatch.sending import campaigns, doubt, hand, messages, report, sweeps, throttle
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Audit, Campaign, Document, Message, Tally, writing
from tests import cast, town
from tests.cast import NOON
from tests.servers import free_port, smtp_server, wait_until

ROOT = Path(__file__).parent.parent
MAIL = {"email": {"nl": {"subject": "Nieuws", "body": "Beste buur."}}}


class Time:
    """A clock that stands still until it is told to go on."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def passes(self, seconds: float):
        self.at += timedelta(seconds=seconds)


class Broken(Provider):
    """A road that does what a test says: `answer(outgoing)` gives an outcome, or raises."""

    at_once = 20

    def __init__(self, answer, channel: str = "sms", name: str = "broken://"):
        super().__init__(name, channel, 100_000.0, "")
        self.answer = answer
        self.got: list[str] = []

    def send(self, feed):
        for outgoing in feed:
            if outgoing is None:
                return
            self.got.append(outgoing.address)
            yield self.answer(outgoing)


class Patient(Broken):
    """A road that waits for more as long as it is fed."""

    at_once = 5

    def send(self, feed):
        for outgoing in filter(None, feed):
            self.got.append(outgoing.address)
            yield self.answer(outgoing)


def accepts(outgoing) -> Outcome:
    return Outcome(outgoing.reference, "accepted")


def breaks(outgoing):
    raise RuntimeError(f"cannot reach {outgoing.address} for {outgoing.names}: {outgoing.content.text}")


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
        cast.member(
            bin, f"Geheim{number}", mobile=f"+324700000{number}", email=f"lid{number}@voorbeeld.example"
        )
    return bin


def pump_on(road: Provider, time) -> Pump:
    roads = Roads({"sms": ["simulator://"], "email": ["simulator://"]})
    roads._real[road.channel] = [road]
    return Pump(roads, now=time)


def launched(sender, bin, *, kind="news", texts=None, **values) -> Campaign:
    texts = texts or town.TEXTS
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    wording = {"name": "Gaslek", "kind": kind, "channels": list(texts), "texts": texts}
    ready = campaigns.write(
        draft, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording | values
    )
    return campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)


def standing(campaign) -> Counter:
    rows = Message.select(Message.status).where(Message.campaign == campaign.id).tuples()
    return Counter(status for (status,) in rows)


def tallied(campaign) -> Counter:
    rows = Tally.select(Tally.status, Tally.number).where(Tally.campaign == campaign.id)
    return +sum((Counter({status: number}) for status, number in rows.tuples()), Counter())


# ── Roads that break ────────────────────────────────────────────────────


def test_what_was_in_hand_when_a_road_broke_is_unsure_at_once_and_no_more_of_it(
    sender, molenakker, time, caplog
):
    campaign = launched(sender, molenakker)
    pump = pump_on(Broken(breaks), time)
    with caplog.at_level(logging.INFO):
        pump.turn("sms")
    assert standing(campaign) == tallied(campaign) == {"unsure": 1, "queued": 29}
    assert "RuntimeError" in caplog.text
    for word in ("Geheim", "+32470", "voorbeeld", "deuren"):
        assert word not in caplog.text


def test_the_answers_before_the_break_are_kept(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    pump_on(Broken(lambda one: accepts(one) if one.address < "+32470000015" else breaks(one)), time).turn(
        "sms"
    )
    assert standing(campaign) == tallied(campaign) == {"accepted": 5, "unsure": 1, "queued": 24}


def test_a_broken_road_holds_up_no_other_channel_and_no_end(sender, molenakker, time):
    broken = launched(sender, molenakker)
    mail = launched(sender, molenakker, texts=MAIL)
    pump = pump_on(Broken(breaks), time)
    for _ in range(60):
        pump.tick()
        time.passes(80)
    assert standing(mail) == {"accepted": 30}
    assert standing(broken) == tallied(broken) == {"unsure": 30}
    [group] = doubt.groups(broken)
    doubt.leave(broken, group, by=sender, now=time())
    pump.tick()
    assert {Campaign.get_by_id(one.id).status for one in (broken, mail)} == {"done"}


@pytest.mark.parametrize("answers", [[], ["accepted"], ["nonsense"]])
def test_what_a_road_says_nothing_readable_about_is_unsure(sender, molenakker, time, answers):
    class Silent(Broken):
        def send(self, feed):
            yield from (
                Outcome(one.reference, status) for status, one in zip([*answers, ""], feed, strict=False)
            )

    campaign = launched(sender, molenakker)
    pump_on(Silent(None), time).tick()
    assert set(standing(campaign)) <= {"unsure", "accepted", "queued"} and standing(campaign)["unsure"]
    assert standing(campaign) == tallied(campaign)


def test_a_road_that_answers_twice_is_counted_once(sender, molenakker, time):
    class Talkative(Broken):
        def send(self, feed):
            for outgoing in super().send(feed):
                yield from (outgoing, outgoing._replace(status="failed"))

    campaign = launched(sender, molenakker)
    pump_on(Talkative(accepts), time).turn("sms")
    assert standing(campaign) == tallied(campaign) == {"accepted": 30}


def test_a_text_that_cannot_be_written_fails_and_does_not_keep_the_queue(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    Campaign.update(texts={}).where(Campaign.id == campaign.id).execute()
    after = launched(sender, molenakker)
    pump = pump_on(Broken(accepts), time)
    pump.turn("sms")
    assert standing(campaign) == {"failed": 30} and standing(after) == {"accepted": 30}


def test_a_slow_batch_is_not_doubted_while_it_is_in_hand(sender, molenakker, time, monkeypatch):
    monkeypatch.setattr(messages, "LEASE", timedelta(seconds=1.2))
    is_held, may_go_on = threading.Event(), threading.Event()

    def slow(outgoing):
        is_held.set()
        may_go_on.wait(60)
        return accepts(outgoing)

    campaign = launched(sender, molenakker, kind="warning")
    road = Broken(slow)
    carrier = threading.Thread(target=pump_on(road, clock.now).turn, args=("sms",))
    carrier.start()
    is_held.wait(60)
    end = wall.monotonic() + 2.5
    while wall.monotonic() < end:
        assert messages.doubt(clock.now()) == 0
        wall.sleep(0.05)
    may_go_on.set()
    carrier.join(60)
    assert standing(campaign) == {"accepted": 30} and len(road.got) == len(set(road.got)) == 30


def test_a_stream_that_nobody_keeps_any_more_ends_and_another_goes_on(sender, molenakker, time, monkeypatch):
    """A stream lasts as long as there is something due: hours behind the ten minutes in which its road was silent."""
    kept, keep = [], hand.Hand._keep
    monkeypatch.setattr(hand.Hand, "_keep", lambda one, over: (kept.append(one), keep(one, over)))
    monkeypatch.setattr(hand, "SILENT", timedelta(seconds=-1))
    monkeypatch.setattr(messages, "LEASE", timedelta(seconds=0.2))

    def slow_at_first(outgoing):
        wall.sleep(0.15 if len(road.got) == 1 else 0)
        return accepts(outgoing)

    campaign = launched(sender, molenakker)
    road = Patient(slow_at_first)
    pump_on(road, time).turn("sms")
    assert len(kept) > 1 and standing(campaign) == {"accepted": 30}
    assert len(road.got) == len(set(road.got)) == 30


def test_who_stood_still_hands_over_nothing_that_somebody_else_may_hold(
    sender, molenakker, time, monkeypatch
):
    others = Broken(accepts)

    def stands_still(outgoing):
        if len(road.got) == 3:
            monkeypatch.setattr(hand, "monotonic", lambda: wall.monotonic() + 120)
            time.passes(61)
            messages.doubt(time())
            time.passes(31)
            doubt.insist(time())
            pump_on(others, time).turn("sms")
        return accepts(outgoing)

    campaign = launched(sender, molenakker, kind="warning")
    road = Broken(stands_still)
    pump_on(road, time).turn("sms")
    assert len(road.got) == 3 and len(others.got) == len(set(others.got)) >= 27
    assert standing(campaign) == {"accepted": 30}


def test_a_warning_overtakes_the_news_that_is_under_way(sender, molenakker, time):
    news = launched(sender, molenakker)
    started = []

    def answer(outgoing):
        if not started:
            started.append(launched(sender, molenakker, kind="warning"))
        return accepts(outgoing)

    road = Broken(answer)
    road.at_once = 5
    pump_on(road, time).turn("sms")
    order = [message.campaign_id for message in Message.select().order_by(Message.id)]
    assert len(order) == 60 and Counter(road.got).most_common(1)[0][1] == 2
    assert road.got[5:35] == [message.address for message in started[0].messages.order_by(Message.id)]
    assert standing(news) == {"accepted": 30}


def test_a_slow_road_is_given_no_more_than_it_carries_in_a_tenth_of_a_second(sender, molenakker, time):
    held = []

    def slow(outgoing):
        held.append(standing(campaign)["sending"])
        time.passes(0.02)
        return accepts(outgoing)

    road = Broken(slow)
    road.at_once = 1
    campaign = launched(sender, molenakker)
    pump_on(road, time).turn("sms")
    # the batch in hand, the one claimed ahead of its end, and what was answered and waits to be written down
    assert held[0] == 1 and max(held) <= 3 * 5


# ── Stop, pause, end ────────────────────────────────────────────────────


def test_what_comes_back_to_a_stopped_campaign_is_withheld_and_then_it_is_reported(sender, molenakker, time):
    campaign = launched(sender, molenakker)

    def stopped_meanwhile(outgoing):
        if Campaign.get_by_id(campaign.id).is_running:
            campaigns.stop(campaign, by=sender, now=time())
            assert report.make(Campaign.get_by_id(campaign.id), now=time()) is None
        return Outcome(outgoing.reference, "retry", code="busy")

    pump = pump_on(Broken(stopped_meanwhile), time)
    pump.tick()
    assert standing(campaign) == tallied(campaign) == {"withheld": 30}
    assert Document.select().where(Document.campaign == campaign.id).count() == 1


def test_what_comes_back_to_a_paused_campaign_waits_for_it(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    claimed = messages.claim("sms", campaign, limit=5, now=time())
    campaigns.pause(campaign, by=sender, now=time())
    messages.record([Outcome(one.reference, "retry", code="busy") for one in claimed], road="r", now=time())
    road = Broken(accepts)
    pump = pump_on(road, time)
    time.passes(600)
    pump.tick()
    assert standing(campaign) == tallied(campaign) == {"queued": 30}
    campaigns.resume(campaign, by=sender, now=time())
    pump.tick()
    assert len(road.got) == len(set(road.got)) == 30


def test_the_unsure_of_a_warning_go_again_though_one_of_them_was_tried_too_often(sender, molenakker, time):
    campaign = launched(sender, molenakker, kind="warning")
    messages.claim("sms", campaign, limit=30, now=time())
    stubborn = Message.select().where(Message.campaign == campaign.id).first()
    Message.update(repeats=sweeps.MAX_REPEATS).where(Message.id == stubborn.id).execute()
    road = Broken(accepts)
    pump = pump_on(road, time)
    for _ in range(30):
        time.passes(10)
        pump.tick()
    assert standing(campaign) == tallied(campaign) == {"accepted": 29, "unsure": 1}
    assert Campaign.get_by_id(campaign.id).is_running
    assert Audit.select().where(Audit.deed == "campaign.unsure_sent_again").count() == 1


@pytest.mark.parametrize("deed, status", [(campaigns.stop, "stopped"), (campaigns.pause, "paused")])
def test_a_press_just_before_the_end_is_no_mishap(sender, molenakker, time, deed, status):
    campaign = launched(sender, molenakker)
    pump_on(Broken(accepts), time).tick()
    seen_before = Campaign.get_by_id(campaign.id)
    deed(campaign, by=sender, now=time())
    time.passes(3600)
    campaigns.finish(seen_before, time())
    assert Campaign.get_by_id(campaign.id).status == status


def test_an_end_and_a_sending_again_at_once_leave_nothing_queued_in_a_campaign_that_is_over(
    sender, molenakker, time
):
    campaign = launched(sender, molenakker)
    claimed = messages.claim("sms", campaign, limit=30, now=time())
    messages.record([Outcome(one.reference, "unsure") for one in claimed], road="r", now=time())
    time.passes(60)
    seen_before = Campaign.get_by_id(campaign.id)
    [group] = doubt.groups(campaign)
    doubt.send_again(campaign, group, by=sender, now=time())
    campaigns.finish(seen_before, time())
    assert Campaign.get_by_id(campaign.id).is_running and standing(campaign) == {"queued": 30}


def test_a_report_that_cannot_be_made_holds_up_no_other(sender, molenakker, time, caplog):
    spoiled, sound = launched(sender, molenakker), launched(sender, molenakker)
    for one in (spoiled, sound):
        campaigns.stop(one, by=sender, now=time())
    Campaign.update(texts={"sms": {"nl": {}, "fr": {"body": 5}}}).where(Campaign.id == spoiled.id).execute()
    pump = pump_on(Broken(accepts), time)
    for _ in range(3):
        pump.tidy()
        time.passes(1)
    assert [row.campaign_id for row in Document.select()] == [sound.id]
    assert caplog.text.count(f"the report of campaign {spoiled.id}") == 1  # not again at each beat


def test_a_letter_that_may_not_have_arrived_goes_again(sender, time):
    letter = letters.post(
        ["wacht@centre.example"], organisation=sender.organisation, subject="s", body="b", lang="nl", now=NOON
    )
    messages.claim("email", letter, limit=1, now=time())  # and we died
    road = Broken(accepts, channel="email")
    pump = pump_on(road, time)
    for _ in range(20):
        time.passes(10)
        pump.tick()
    assert road.got == ["wacht@centre.example"] and Message.get().status == "accepted"


def test_a_clock_that_is_set_back_does_not_stop_the_sending(app, time):
    with writing():
        throttle.spend("r", 10.0, 2, time() + timedelta(hours=1))
    assert throttle.available("r", 10.0, time()) == 1


# ── Several at once ─────────────────────────────────────────────────────


def test_of_two_launches_at_once_one_wins(sender, molenakker):
    draft = town.campaign(sender, molenakker, "draft")
    together, told = threading.Barrier(2), []

    def press():
        with models.database.connection_context():
            together.wait()
            try:
                campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True, version=draft.version)
                told.append("launched")
            except WrongMoment:
                told.append("too late")

    presses = [threading.Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert sorted(told) == ["launched", "too late"]
    assert standing(draft) == tallied(draft) == {"queued": 30}


def test_a_launch_while_a_list_is_saved_sees_all_of_it_or_nothing(sender, molenakker):
    rows = "".join(f"Nieuw{number};x;0471 00 {number // 100:02} {number % 100:02}\n" for number in range(300))
    record = imports.upload(molenakker, f"Naam;Voornaam;GSM\n{rows}".encode(), "l.csv", by=sender, now=NOON)
    draft = town.campaign(sender, molenakker, "draft")
    together = threading.Barrier(2)

    def save():
        with models.database.connection_context():
            together.wait()
            imports.commit(record, by=sender, now=NOON)

    saving = threading.Thread(target=save)
    saving.start()
    together.wait()
    campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)
    saving.join()
    assert standing(draft)["queued"] in (30, 330) and standing(draft) == tallied(draft)


PUMP = """
import sys, models
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
models.connect(sys.argv[1])
pump = Pump(Roads({"sms": ["simulator://"], "email": ["smtp://127.0.0.1:%s?rate=100&from=a@b.example" % sys.argv[2]]}))
print("ready", flush=True)
sys.stdin.readline()
while pump.tick() or models.Message.select().where(models.Message.status == "queued").exists(): pass
"""


@pytest.mark.loopback
def test_two_processes_send_each_message_once_and_hold_one_rate(sender, molenakker, settings):
    campaign = launched(sender, molenakker, texts=MAIL)
    campaign = [campaign, *(launched(sender, molenakker, texts=MAIL) for _ in range(4))]
    with smtp_server() as room:
        command = [sys.executable, "-c", PUMP, settings["BELFORT_DATABASE"], str(room.port)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        pumps = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(2)]
        for one in pumps:
            assert one.stdout.readline() == "ready\n"
        begun = wall.monotonic()
        for one in pumps:
            one.stdin.write("\n")
            one.stdin.flush()
        assert [one.wait(120) for one in pumps] == [0, 0]
        taken = wall.monotonic() - begun
    got = Counter((letter.recipients[0]) for letter in room.letters)
    assert len(room.letters) == 150 and set(got.values()) == {5}
    assert len({letter.parsed["Message-ID"] for letter in room.letters}) == 150
    assert taken > (150 - 25 - 10) / 100
    assert all(standing(one) == {"accepted": 30} for one in campaign)


# ── kill -9 ─────────────────────────────────────────────────────────────


@pytest.fixture
def running(settings, tmp_path):
    """running(**roads) starts the whole process on the test's database."""
    started = []

    def start(**roads) -> subprocess.Popen:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BELFORT_")}
        with_pump = settings | {"BELFORT_PUMP": "on", "PORT": str(free_port())} | roads
        log = open(tmp_path / "log", "ab")  # noqa: SIM115
        process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environ | with_pump, stdout=log, stderr=log
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.loopback
def test_a_process_killed_again_and_again_loses_nothing_and_repeats_nothing(sender, running, tmp_path):
    bin = cast.bin_named("Kerkdries")
    for number in range(400):
        cast.member(
            bin, f"Geheim{number}", mobile=f"+32471{number:04}11", email=f"lid{number}x@voorbeeld.example"
        )
    campaign = launched(sender, bin, texts=town.TEXTS | MAIL)
    chance = random.Random(2026)

    def settled() -> int:
        return Message.select().where(Message.status.in_(("accepted", "delivered"))).count()

    with smtp_server() as room:
        roads = {
            "BELFORT_EMAIL": f"smtp://127.0.0.1:{room.port}?rate=200&from=a@b.example",
            "BELFORT_SMS": "simulator://?rate=200",
        }
        for _ in range(3):
            process, before = running(**roads), settled()
            wait_until(lambda: settled() > before, 20, "the first messages")  # noqa: B023
            wall.sleep(chance.random() * 0.25)
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert settled() < 800, "killed too late to mean anything"
        later = Time()  # more than a lease later somebody starts it again
        later.at = clock.now() + messages.LEASE * 2
        pump = Pump(Roads({"sms": ["simulator://"], "email": [roads["BELFORT_EMAIL"]]}), now=later)
        for _ in range(200):
            pump.tick()
            later.passes(3600)  # a day without a decision, and the campaign ends with its doubt
            if Campaign.get_by_id(campaign.id).is_over:
                break
        pump.roads.close()
    assert Campaign.get_by_id(campaign.id).status == "done"
    got = Counter(letter.recipients[0] for letter in room.letters)
    assert set(got.values()) == {1}, "somebody got it twice"
    ended = standing(campaign)
    assert ended == tallied(campaign) and set(ended) <= {"accepted", "delivered", "unsure"}
    mails = Message.select().where(Message.channel == "email")
    lost = [one.address for one in mails if one.status == "accepted" and one.address not in got]
    assert lost == []
    assert all(one.status in ("accepted", "unsure") for one in mails) and mails.count() == 400
    log = (tmp_path / "log").read_text()
    assert not [word for word in ("Geheim", "+32471", "voorbeeld", "deuren", "Beste buur") if word in log]
