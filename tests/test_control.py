"""The hand on a campaign: halts by itself, ends of validity, lanes, and roads that rest and come back."""

import itertools
from datetime import timedelta

import pytest

from dispatch.providers.base import Outcome
from dispatch.sending import campaigns, report, turns
from models import Audit, Campaign, Message
from tests import cast, town
from tests.cast import NOON
from tests.test_kill import MAIL, Broken, Time, accepts, launched, pump_on, standing, tallied


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(10, 60):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}", email=f"lid{number}@voorbeeld.example")
    return bin


def answers(status: str, code: str = ""):
    return lambda outgoing: Outcome(outgoing.reference, status, code=code)


def fresh(campaign) -> Campaign:
    return Campaign.get_by_id(campaign.id)


# ── Halt ────────────────────────────────────────────────────────────────


def test_a_campaign_that_a_road_refuses_is_held_with_a_sentence(sender, molenakker, time, signed_in):
    campaign = launched(sender, molenakker)
    pump = pump_on(Broken(answers("failed", "refused")), time)
    pump.roads.choose("sms", is_practice=False, now=time()).at_once = 10
    pump.turn("sms")
    assert fresh(campaign).is_paused and fresh(campaign).halted == "refused"
    assert Audit.select().where(Audit.deed == "campaign.halted").count() == 1
    page = signed_in(sender).get(f"/campaigns/{campaign.id}")
    assert "weigert" in page.text


def test_numbers_that_do_not_exist_hold_nothing(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    pump_on(Broken(answers("failed", "no_such_number")), time).turn("sms")
    assert fresh(campaign).is_running and standing(campaign) == {"failed": 50}


def test_a_few_refusals_among_many_hold_nothing(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    refused = {f"+324700000{number}" for number in range(10, 14)}
    road = Broken(lambda one: answers("failed", "refused")(one) if one.address in refused else accepts(one))
    pump_on(road, time).turn("sms")
    assert standing(campaign) == {"failed": 4, "accepted": 46} and not fresh(campaign).halted


def test_a_sign_in_that_is_refused_holds_the_campaign_and_burns_no_message(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    pump = pump_on(Broken(answers("retry", "not_authorised")), time)
    pump.turn("sms")
    assert fresh(campaign).halted == "misconfigured" and standing(campaign) == {"queued": 50}
    campaigns.resume(fresh(campaign), by=sender, now=time())
    assert not fresh(campaign).halted


# ── Slower ──────────────────────────────────────────────────────────────


def test_a_gateway_that_asks_to_go_slower_gets_one_message_and_is_left_alone_for_a_while(
    sender, molenakker, time
):
    campaign = launched(sender, molenakker)
    road = Broken(answers("retry", "throttled"))
    pump = pump_on(road, time)
    pump.turn("sms")
    pump.turn("sms")
    assert len(road.got) == 1 and standing(campaign) == {"queued": 50}
    assert [message.attempts for message in Message.select() if message.attempts] == [1]
    road.answer = accepts
    time.passes(11)
    pump.turn("sms")
    assert standing(campaign) == {"accepted": 50} and not fresh(campaign).halted


# ── Too late to be of use ───────────────────────────────────────────────


def test_what_has_not_left_in_time_is_kept_back_and_says_so(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    Campaign.update(expires_at=NOON + timedelta(hours=1)).where(Campaign.id == campaign.id).execute()
    road = Broken(accepts)
    pump = pump_on(road, time)
    time.passes(3600)
    pump.tick()
    assert road.got == [] and standing(campaign) == tallied(campaign) == {"expired": 50}
    assert {message.code for message in Message.select()} == {"too_late"}
    time.passes(60)
    pump.tick()
    assert fresh(campaign).is_over


# ── Stop ────────────────────────────────────────────────────────────────


class Killed(Exception):
    """The process died here."""


def test_a_stop_that_was_killed_between_its_turns_is_ended_by_the_next_start(
    sender, molenakker, time, monkeypatch
):
    monkeypatch.setattr(turns, "MOST", 20)
    campaign, road = launched(sender, molenakker), Broken(accepts)

    def killed(turn):
        raise Killed

    with monkeypatch.context() as death, pytest.raises(Killed):
        death.setattr(turns, "taken", killed)
        campaigns.stop(campaign, by=sender, now=time())
    assert fresh(campaign).status == "stopped"
    assert standing(campaign) == tallied(campaign) == {"withheld": 20, "queued": 30}
    assert report.make(fresh(campaign), now=time()) is None  # not before all of it is known
    pump = pump_on(road, time)
    pump.tick()
    assert not road.got and standing(campaign) == tallied(campaign) == {"withheld": 50}
    assert not list(report.missing(time()))


def test_a_stop_and_an_expiry_of_many_go_in_short_turns(sender, molenakker, time, monkeypatch):
    monkeypatch.setattr(turns, "MOST", 20)
    stopped, late = launched(sender, molenakker), launched(sender, molenakker)
    assert campaigns.stop(stopped, by=sender, now=time()) == 50
    assert standing(stopped) == tallied(stopped) == {"withheld": 50}
    Campaign.update(expires_at=time()).where(Campaign.id == late.id).execute()
    assert campaigns.expire(time()) == 50
    assert standing(late) == tallied(late) == {"expired": 50}


def test_what_goes_out_says_until_when_it_is_of_use(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    expires_at = NOON + timedelta(hours=1)
    Campaign.update(expires_at=expires_at).where(Campaign.id == campaign.id).execute()
    said = set()
    pump_on(Broken(lambda one: said.add(one.content.expires_at) or accepts(one)), time).turn("sms")
    assert said == {expires_at}


def test_the_sender_chooses_until_when_it_may_be_delivered(sender, molenakker, signed_in):
    draft = town.campaign(sender, molenakker, "draft")
    browser = signed_in(sender)
    page = browser.get(f"/campaigns/{draft.id}/review")
    assert "24 uur" in page.text
    browser.post(f"/campaigns/{draft.id}/launch", version=draft.version, terms="1", useful_hours="24")
    campaign = fresh(draft)
    assert campaign.expires_at - campaign.launched_at == timedelta(hours=24)


def test_a_time_that_is_not_in_the_list_sends_nothing(sender, molenakker, signed_in):
    draft = town.campaign(sender, molenakker, "draft")
    signed_in(sender).post(
        f"/campaigns/{draft.id}/launch", version=draft.version, terms="1", useful_hours="-5", status=422
    )
    assert fresh(draft).is_draft


# ── Lanes ───────────────────────────────────────────────────────────────


def test_news_is_not_starved_by_warnings(sender, molenakker, time):
    news = launched(sender, molenakker)
    for _ in range(4):
        launched(sender, molenakker, kind="warning")
    road = Broken(accepts)
    road.at_once = 1
    pump = pump_on(road, time)
    order = []
    road.answer = lambda one: (order.append(one.reference), time.passes(0.05), accepts(one))[2]
    pump.turn("sms")
    mine = {message.reference for message in Message.select().where(Message.campaign == news.id)}
    first_hundred = sum(reference in mine for reference in order[:100])
    assert 5 <= first_hundred <= 15


def test_practice_does_not_hold_up_what_is_real(sender, molenakker, time):
    practice = campaigns.draft(sender.organisation, by=sender, now=NOON, is_practice=True)
    wording = {"name": "x", "kind": "warning", "channels": ["sms"], "texts": town.TEXTS}
    ready = campaigns.write(
        practice, by=sender, now=NOON, version=1, audience={"bins": [molenakker.id]}, **wording
    )
    campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)
    real = launched(sender, molenakker)
    pump = pump_on(Broken(accepts), time)
    while pump.carry("sms", is_practice=False):
        pass
    assert standing(real) == {"accepted": 50} and standing(practice) == {"queued": 50}


# ── Roads that rest and come back ───────────────────────────────────────


def test_a_road_in_trouble_rests_longer_each_time_and_is_tried_with_one_message(sender, molenakker, time):
    campaign = launched(sender, molenakker)
    road = Broken(answers("retry", "no_answer"))
    road.at_once = 5
    pump, tried = pump_on(road, time), []
    for _ in range(400):
        before = len(road.got)
        pump.turn("sms")
        if len(road.got) > before:
            tried.append((len(road.got) - before, (time() - NOON).total_seconds()))
        time.passes(1)
    waits = [round(later - earlier) for (_, earlier), (_, later) in itertools.pairwise(tried)]
    assert waits[:4] == [10, 20, 40, 80] and waits[-1] == 80
    assert all(number == 1 for number, _ in tried[1:])
    road.answer = accepts
    for _ in range(200):
        pump.turn("sms")
        time.passes(1)
    assert standing(campaign) == {"accepted": 50}


def test_the_next_road_of_the_list_carries_while_the_first_rests(sender, molenakker, time):
    campaign = launched(sender, molenakker, texts=MAIL)
    broken, sound = (
        Broken(answers("retry", "no_answer"), "email", "broken://"),
        Broken(accepts, "email", "sound://"),
    )
    pump = pump_on(broken, time)
    pump.roads._real["email"].append(sound)
    for _ in range(4):
        pump.turn("email")
        time.passes(3)
    assert standing(campaign) == {"accepted": 50} and len(sound.got) == 50
    time.passes(20)
    broken.answer = accepts
    launched(sender, molenakker, texts=MAIL)
    before = len(broken.got)
    pump.turn("email")
    assert len(broken.got) == before + 50  # back by itself


def test_a_refusing_road_is_noticed_while_a_long_campaign_is_under_way(sender, molenakker, time):
    campaign = launched(sender, molenakker)

    def slow_and_refused(outgoing):
        time.passes(0.1)
        return Outcome(outgoing.reference, "failed", code="refused")

    road = Broken(slow_and_refused)
    road.at_once = 1
    pump_on(road, time).turn("sms")
    assert fresh(campaign).halted == "refused" and standing(campaign)["queued"] >= 25
