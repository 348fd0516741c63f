"""The way of a message: queued, claimed, recorded, advanced, and what happens when things go wrong on the way."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import campaigns, doubt, messages, report, throttle
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import (
    RANKS,
    Audit,
    Campaign,
    Document,
    Member,
    Membership,
    Message,
    Recipient,
    Tally,
    Unreached,
    writing,
)
from tests import cast
from tests.cast import NOON

SIMULATED = {channel: ["simulator://?rate=100000"] for channel in ("sms", "email", "voice")}


class Time:
    """A clock that stands still until it is told to go on."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def passes(self, seconds: float):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pump(app, time):
    roads = Roads(SIMULATED)
    yield Pump(roads, now=time)
    roads.close()


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    return cast.bin_named("Molenakker")


def sms(text: str = "POLITIE: hou deuren en ramen dicht.") -> dict:
    return {"sms": {"nl": {"body": text}}}


def ready(sender, *bins, texts=None, kind="warning", **values) -> Campaign:
    campaign = campaigns.draft(
        sender.organisation, by=sender, now=NOON, is_practice=values.pop("is_practice", False)
    )
    texts = texts or sms()
    wording = {"name": "Gaslek", "kind": kind, "channels": list(texts), "texts": texts} | values
    audience = {"bins": [bin.id for bin in bins]}
    return campaigns.write(campaign, by=sender, now=NOON, version=1, **{"audience": audience} | wording)


def launched(sender, *bins, **values) -> Campaign:
    return campaigns.launch(ready(sender, *bins, **values), by=sender, now=NOON, terms_accepted=True)


def statuses(campaign) -> list[str]:
    return [
        message.status
        for message in Message.select().where(Message.campaign == campaign.id).order_by(Message.id)
    ]


def tallies_agree(campaign) -> bool:
    counted = {}
    for message in Message.select().where(Message.campaign == campaign.id):
        counted[message.channel, message.status] = counted.get((message.channel, message.status), 0) + 1
    kept = {
        (row.channel, row.status): row.number for row in Tally.select().where(Tally.campaign == campaign.id)
    }
    return counted == {key: number for key, number in kept.items() if number}


# ── Launch ──────────────────────────────────────────────────────────────


def test_a_launch_queues_one_message_for_each_person_and_channel(sender, molenakker):
    cast.member(molenakker, "Aerts", "Dirk", mobile="+32470000011", email="dirk@voorbeeld.example")
    cast.member(molenakker, "Claes", "Rosa", email="rosa@voorbeeld.example")
    texts = sms() | {"email": {"nl": {"subject": "Gaslek", "body": "Blijf binnen."}}}
    campaign = launched(sender, molenakker, texts=texts)
    rows = sorted((message.channel, message.address) for message in campaign.messages)
    assert rows == [
        ("email", "dirk@voorbeeld.example"),
        ("email", "rosa@voorbeeld.example"),
        ("sms", "+32470000011"),
    ]
    assert campaign.people == 2 and tallies_agree(campaign)
    assert Audit.select().where(Audit.deed == "campaign.launched", Audit.by == sender.id).count() == 1


def test_a_household_that_shares_a_number_gets_one_message_in_their_name_together(sender, molenakker):
    cast.member(molenakker, "Maes", "Els", mobile="+32470000012")
    cast.member(molenakker, "Maes", "Jan", mobile="+32470000012")
    campaign = launched(sender, molenakker)
    (message,) = campaign.messages
    assert message.names == "Els & Jan Maes"
    assert Recipient.select().where(Recipient.message == message.id).count() == 2
    assert campaign.people == 2


def test_somebody_in_two_bins_gets_it_once(sender, molenakker):
    other = cast.bin_named("Kerkdries")
    person = cast.member(molenakker, "Nys", "Karel", mobile="+32470000013")
    Membership.create(member=person, bin=other, joined_at=NOON)
    assert len(launched(sender, molenakker, other).messages) == 1


def test_who_is_left_out_is_kept_with_the_reason(sender, molenakker):
    cast.member(molenakker, "Aerts", "Dirk", mobile="+32470000011")
    paused = cast.member(molenakker, "Baeten", "Luc", mobile="+32470000014")
    cast.member(molenakker, "Claes", "Rosa", phone="+3216000017")
    Membership.update(paused_at=NOON).where(Membership.member == paused.id).execute()
    campaign = launched(sender, molenakker)
    assert {(row.member.last_name, row.reason) for row in Unreached.select()} == {
        ("Baeten", "paused"),
        ("Claes", "no_mobile"),
    }
    assert report.people_meant(campaign) == 3


def test_a_second_launch_is_refused_and_sends_nothing(sender, molenakker):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    campaign = launched(sender, molenakker)
    with pytest.raises(WrongMoment):
        campaigns.launch(campaign, by=sender, now=NOON, terms_accepted=True)
    assert Message.select().count() == 1


def test_a_launch_without_the_terms_is_refused(sender, molenakker):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    with pytest.raises(Incomplete):
        campaigns.launch(ready(sender, molenakker), by=sender, now=NOON, terms_accepted=False)
    assert Message.select().count() == 0


def test_a_launch_of_a_text_that_changed_after_it_was_read_is_refused(sender, molenakker):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    campaign = ready(sender, molenakker)
    campaigns.write(campaign, by=sender, now=NOON, version=campaign.version, texts=sms("Anders."))
    with pytest.raises(WrongMoment):
        campaigns.launch(campaign, by=sender, now=NOON, terms_accepted=True, version=campaign.version)
    assert Message.select().count() == 0


def test_a_launch_that_would_reach_nobody_is_refused_and_leaves_a_draft(sender, molenakker):
    cast.member(molenakker, "Claes", "Rosa", phone="+3216000017")
    campaign = ready(sender, molenakker)
    with pytest.raises(Refusal):
        campaigns.launch(campaign, by=sender, now=NOON, terms_accepted=True)
    assert Campaign.get_by_id(campaign.id).is_draft and Unreached.select().count() == 0


@pytest.mark.parametrize(
    ("spoiled", "field"),
    [
        ({"name": " "}, "name"),
        ({"audience": {}}, "audience"),
        ({"channels": []}, "channels"),
        ({"texts": {"sms": {"fr": {"body": "Restez"}}}}, "sms-nl-body"),
        ({"texts": {"sms": {"nl": {"body": "a" * 1531}}}}, "sms-nl-body"),
        ({"channels": ["email"], "texts": {"email": {"nl": {"body": "x"}}}}, "email-nl-subject"),
    ],
)
def test_an_incomplete_message_names_the_field_that_misses(sender, molenakker, spoiled, field):
    cast.member(molenakker, "Aerts", mobile="+32470000011", email="a@voorbeeld.example")
    campaign = ready(sender, molenakker, **spoiled)
    with pytest.raises(Incomplete) as refused:
        campaigns.launch(campaign, by=sender, now=NOON, terms_accepted=True)
    assert field in refused.value.faults


def test_a_reader_of_another_language_gets_it_in_that_language_or_in_the_fallback(sender, molenakker):
    texts = {"sms": {"nl": {"body": "Blijf binnen"}, "fr": {"body": "Restez chez vous"}}}
    campaign = ready(sender, molenakker, texts=texts)
    assert campaigns.text_for(campaign, "sms", "fr")["body"] == "Restez chez vous"
    assert campaigns.text_for(campaign, "sms", "de")["body"] == "Blijf binnen"
    assert [campaigns.spoken(campaign, "sms", lang) for lang in ("fr", "de")] == ["fr", "nl"]


# ── Pump ────────────────────────────────────────────────────────────────


def test_a_campaign_runs_to_its_end_and_makes_its_own_report(sender, molenakker, pump, time):
    for number in range(10, 20):
        cast.member(molenakker, f"Lid{number}", mobile=f"+324700000{number}")
    campaign = launched(sender, molenakker)
    pump.tick()
    assert statuses(campaign) == ["accepted"] * 10
    time.passes(1)
    pump.tick()
    time.passes(3)
    pump.tick()
    campaign = Campaign.get_by_id(campaign.id)
    assert statuses(campaign) == ["delivered"] * 10 and campaign.status == "done"
    assert tallies_agree(campaign)
    assert Document.get(Document.campaign == campaign.id).content[:5] == b"%PDF-"
    assert report.people_reached(campaign) == 10


def test_the_scripted_endings_of_the_simulator_all_end_in_words(sender, molenakker, pump, time):
    endings = {
        "01": "failed",
        "02": "failed",
        "04": "accepted",
        "05": "delivered",
        "06": "expired",
        "11": "delivered",
    }
    for ending in endings:
        cast.member(molenakker, f"Lid{ending}", mobile=f"+324700000{ending}")
    campaign = launched(sender, molenakker, kind="news")
    for _ in range(40):
        pump.tick()
        time.passes(5)
    found = {message.address[-2:]: message.status for message in campaign.messages}
    assert found == endings
    assert Campaign.get_by_id(campaign.id).is_over and tallies_agree(campaign)


def test_a_number_that_does_not_exist_becomes_a_fault_of_the_member(sender, molenakker, pump):
    member = cast.member(molenakker, "Aerts", mobile="+32470000001")
    launched(sender, molenakker)
    pump.tick()
    assert Member.get_by_id(member.id).mobile_fault == "no_such_number"


def test_a_practice_campaign_cannot_reach_a_real_road(sender, molenakker, app, time):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    roads = Roads({"sms": ["kannel://u:p@127.0.0.1:1/"], "email": ["smtp://127.0.0.1:1?from=a@b.example"]})
    campaign = launched(sender, molenakker, is_practice=True)
    Pump(roads, now=time).tick()
    assert statuses(campaign) == ["accepted"]
    assert all(road.name.startswith("simulator") for road in roads._practice.values())
    assert campaigns.text_for(campaign, "sms", "nl")["body"].startswith("[")
    roads.close()


def test_a_paused_campaign_sends_nothing_and_resumes_without_repeating(sender, molenakker, pump, time):
    for number in range(10, 15):
        cast.member(molenakker, f"Lid{number}", mobile=f"+324700000{number}")
    campaign = launched(sender, molenakker)
    messages.claim("sms", campaign, limit=2, now=NOON)
    campaigns.pause(campaign, by=sender, now=NOON)
    assert pump.turn("sms") == 0
    campaigns.resume(campaign, by=sender, now=NOON)
    assert pump.turn("sms") == 3


def test_a_stop_withholds_what_is_queued_and_keeps_what_left(sender, molenakker, pump):
    for number in range(10, 15):
        cast.member(molenakker, f"Lid{number}", mobile=f"+324700000{number}")
    campaign = launched(sender, molenakker)
    (first,) = messages.claim("sms", campaign, limit=1, now=NOON)
    assert campaigns.stop(campaign, by=sender, now=NOON) == 4
    assert pump.turn("sms") == 0
    messages.record([Outcome(first.reference, "accepted")], road="simulator:sms", now=NOON)
    assert sorted(statuses(campaign)) == ["accepted"] + ["withheld"] * 4
    assert tallies_agree(campaign)


def test_what_was_in_hand_when_the_program_died_becomes_unsure_and_not_sent_again(
    sender, molenakker, pump, time
):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    campaign = launched(sender, molenakker, kind="news")
    messages.claim("sms", campaign, limit=1, now=NOON)
    time.passes(61)
    pump.tick()
    assert statuses(campaign) == ["unsure"]
    time.passes(61)
    pump.tick()
    assert statuses(campaign) == ["unsure"] and Campaign.get_by_id(campaign.id).is_running


@pytest.mark.parametrize(
    "late, stands",
    [
        (lambda one, at: messages.give_back([one], NOON, held_at=at), "sending"),
        (lambda one, at: told(one, "retry", at), "sending"),
        (lambda one, at: told(one, "unsure", at), "sending"),
        (lambda one, at: told(one, "failed", at), "sending"),
        (lambda one, at: told(one, "accepted", at), "accepted"),
    ],
)
def test_who_stood_still_beyond_their_lease_takes_nothing_out_of_the_hands_of_others(
    sender, molenakker, late, stands
):
    cast.member(molenakker, "Claes", mobile="+32470000011")
    campaign = launched(sender, molenakker)
    [first] = messages.claim("sms", campaign, limit=1, now=NOON)
    over = NOON + messages.LEASE * 2
    messages.doubt(over)
    over += doubt.REPEAT_AFTER
    doubt.insist(over)
    [second] = messages.claim("sms", campaign, limit=1, now=over)
    assert second.reference == first.reference
    messages.keep([first.reference], over, held_at=NOON)
    late(first.reference, NOON)
    assert Message.get().status == stands and Message.get().claimed_at == over


def told(reference: str, status: str, held_at) -> None:
    messages.record([Outcome(reference, status)], road="r", now=NOON, held_at=held_at)


def test_a_warning_in_doubt_goes_again_rather_than_never(sender, molenakker, pump, time):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    campaign = launched(sender, molenakker, kind="warning")
    messages.claim("sms", campaign, limit=1, now=NOON)
    time.passes(61)
    pump.tick()
    assert statuses(campaign) == ["unsure"]
    time.passes(31)
    pump.tick()
    pump.tick()
    assert statuses(campaign) == ["accepted"]


def test_the_throttle_holds_its_rate_over_a_minute(app, time):
    left = 0
    for _ in range(600):
        with writing():
            number = throttle.available("road", 10, time())
            throttle.spend("road", 10, number, time())
        left += number
        time.passes(0.1)
    assert left == pytest.approx(600, rel=0.02)


# ── News in any order ───────────────────────────────────────────────────


def test_a_receipt_that_overtakes_our_own_record_wins(sender, molenakker):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    campaign = launched(sender, molenakker)
    (claimed,) = messages.claim("sms", campaign, limit=1, now=NOON)
    messages.advance([Receipt(claimed.reference, "delivered")], NOON)
    messages.record([Outcome(claimed.reference, "accepted")], road="r", now=NOON)
    assert statuses(campaign) == ["delivered"] and tallies_agree(campaign)


def test_a_receipt_of_nobody_is_counted_as_not_ours(sender):
    assert messages.advance([Receipt("0123456789abcdef", "delivered")], NOON) == 0


NEWS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.sampled_from(["accepted", "failed", "retry", "unsure"])),
        st.tuples(st.just("advance"), st.sampled_from(["accepted", "delivered", "failed", "expired"])),
    ),
    max_size=8,
)


@pytest.fixture
def anybody(sender, molenakker):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    return sender, molenakker


@given(news=NEWS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_order_news_comes_a_message_never_falls_back(anybody, news):
    campaign = launched(anybody[0], anybody[1])
    (claimed,) = messages.claim("sms", campaign, limit=1, now=NOON)
    rank = RANKS["sending"]
    for door, status in news:
        if door == "record":
            messages.record([Outcome(claimed.reference, status)], road="r", now=NOON)
        else:
            messages.advance([Receipt(claimed.reference, status)], NOON)
        (now_status,) = statuses(campaign)
        assert RANKS[now_status] >= rank or now_status == "queued" and rank == RANKS["sending"]
        rank = max(RANKS[now_status], RANKS["queued"])
    assert tallies_agree(campaign)


class Moody:
    """A road whose answers are given beforehand."""

    name, channel, rate, at_once, sender = "moody:1", "sms", 500.0, 10, ""

    def __init__(self, status: str, code: str):
        self.status, self.code = status, code

    def send(self, batch):
        return iter(
            [Outcome(outgoing.reference, self.status, code=self.code) for outgoing in batch if outgoing]
        )


@pytest.mark.parametrize("code, rests", [("no_answer", True), ("connection_lost", True), ("later", False)])
def test_a_road_rests_when_it_carries_nothing_and_not_when_a_mailbox_asks_to_wait(
    sender, molenakker, time, code, rests
):
    cast.member(molenakker, "Aerts", mobile="+32470000011")
    launched(sender, molenakker)
    roads = Roads(SIMULATED)
    first, second = Moody("retry", code), Moody("accepted", "")
    roads._real["sms"] = [first, second]
    Pump(roads, now=time).turn("sms")
    assert roads.choose("sms", is_practice=False, now=time()) is (second if rests else first)


class Slow(Moody):
    """A road that needs a third of a second for each message, and during the second one somebody does a deed."""

    is_lazy = True

    def __init__(self, time, deed):
        super().__init__("accepted", "")
        self.time, self.deed = time, deed

    def send(self, batch):
        for number, outgoing in enumerate(batch):
            self.time.passes(0.33)
            if number == 1:
                self.deed()
            yield Outcome(outgoing.reference, "accepted")


@pytest.mark.parametrize("deed, rest", [(campaigns.stop, "withheld"), (campaigns.pause, "queued")])
def test_a_stop_takes_hold_between_two_messages_of_a_slow_batch(sender, molenakker, time, deed, rest):
    for number in range(10, 20):
        cast.member(molenakker, f"Lid{number}", mobile=f"+324700000{number}")
    campaign = launched(sender, molenakker)
    roads = Roads(SIMULATED)
    roads._real["sms"] = [Slow(time, lambda: deed(campaign, by=sender, now=time()))]
    Pump(roads, now=time).turn("sms")
    assert sorted(statuses(campaign)) == sorted(["accepted"] * 2 + [rest] * 8) and tallies_agree(campaign)
