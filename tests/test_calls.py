"""Calls: how they end, the one second call, the lines that they hold, and who counts as reached."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import models
from dispatch.people.audience import household_name
from dispatch.providers import open_road
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import calls, campaigns, follow_ups, messages, receipts, report, speech, tallies
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Campaign, Member, Message, Recipient, Unreached
from tests import cast
from tests.cast import NOON
from tests.test_sending import Time, ready

TEXTS = {"voice": {"nl": {"body": "Hou deuren en ramen dicht."}}}
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pump(app, time):
    roads = Roads(
        {
            channel: [f"simulator://?rate=100000{'&lines=3' * (channel == 'voice')}"]
            for channel in ("sms", "voice")
        }
    )
    yield Pump(roads, now=time)
    roads.close()


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    return cast.bin_named("Molenakker")


def called(sender, bin, *endings, texts=TEXTS, **values) -> Campaign:
    """A campaign under way, to one number with each of these endings."""
    for place, ending in enumerate(endings):
        cast.member(bin, f"Lid{place}", mobile=f"+32470{place:04}{ending}")
    campaign = ready(sender, bin, texts=texts, **values)
    return campaigns.launch(campaign, by=sender, now=NOON, terms_accepted=True)


def accepted(campaign) -> list[str]:
    """Hands every call to a road; returns their references in order."""
    claimed = messages.claim("voice", campaign, limit=1000, now=NOON)
    messages.record([Outcome(one.reference, "accepted") for one in claimed], road="r", now=NOON)
    return [one.reference for one in claimed]


def told(reference, status, at=NOON, code="") -> None:
    receipts.take([Receipt(reference, status, code)], at)


def standing(campaign) -> dict[str, int]:
    return {status: n for status, n in tallies.counts(campaign)["voice"].items() if n}


def run(pump, time, seconds: int, step: int = 1) -> None:
    for _ in range(0, seconds, step):
        pump.tick()
        time.passes(step)


# ── How a call ends ─────────────────────────────────────────────────────


def test_each_ending_of_a_call_is_counted_apart_and_the_campaign_ends(pump, time, sender, molenakker):
    campaign = called(sender, molenakker, "02", "06", "07", "08", "09", "10", "42", "43")
    run(pump, time, 700, step=4)
    assert standing(campaign) == {
        "delivered": 2,
        "answered": 1,
        "voicemail": 1,
        "hung_up": 1,
        "busy": 1,
        "no_answer": 1,
        "failed": 1,
    }
    assert Campaign.get_by_id(campaign.id).status == "done"


def test_an_answered_call_is_not_a_person_reached(app, sender, molenakker):
    campaign = called(sender, molenakker, "42", "43", "44")
    first, second, third = accepted(campaign)
    assert report.people_reached(campaign) == 0
    told(first, "answered")
    told(second, "delivered", code="confirmed")
    told(third, "voicemail")
    assert report.people_reached(campaign) == 1


def test_a_call_that_was_confirmed_stays_so_whatever_comes_after(app, sender, molenakker):
    campaign = called(sender, molenakker, "42")
    [reference] = accepted(campaign)
    told(reference, "delivered", code="confirmed")
    for status in ("answered", "hung_up", "voicemail", "accepted", "failed"):
        told(reference, status)
    assert standing(campaign) == {"delivered": 1}


def test_a_key_and_the_end_of_the_call_in_one_post_are_a_confirmation(app, sender, molenakker):
    campaign = called(sender, molenakker, "42")
    [reference] = accepted(campaign)
    receipts.take([Receipt(reference, "delivered", "confirmed"), Receipt(reference, "hung_up")], NOON)
    assert standing(campaign) == {"delivered": 1}


# ── The second call ─────────────────────────────────────────────────────


@pytest.mark.parametrize("status", calls.AGAIN)
@pytest.mark.parametrize("before", ["sending", "unsure", "accepted"])
def test_what_reached_nobody_is_called_once_more_after_five_minutes(app, sender, molenakker, status, before):
    campaign = called(sender, molenakker, "42")
    [claimed] = messages.claim("voice", campaign, limit=1, now=NOON)
    if before != "sending":
        messages.record([Outcome(claimed.reference, before)], road="r", now=NOON)
    told(claimed.reference, status)
    message = Message.get()
    assert (message.status, message.first_reference) == ("queued", claimed.reference)
    assert message.due_at == NOON + FIVE_MINUTES and standing(campaign) == {"queued": 1}
    just_before = NOON + FIVE_MINUTES - timedelta(seconds=1)
    assert messages.claim("voice", campaign, limit=1, now=just_before) == []
    [second] = messages.claim("voice", campaign, limit=1, now=NOON + FIVE_MINUTES)
    assert second.reference == message.reference != claimed.reference


@pytest.mark.parametrize("status", ["answered", "failed", "delivered"])
def test_what_somebody_took_or_can_never_arrive_is_not_called_again(app, sender, molenakker, status):
    campaign = called(sender, molenakker, "42")
    [reference] = accepted(campaign)
    told(reference, status)
    assert standing(campaign) == {status: 1} and Message.get().first_reference is None


def test_there_is_never_a_third_call(app, sender, molenakker):
    campaign = called(sender, molenakker, "42")
    [reference] = accepted(campaign)
    told(reference, "busy")
    later = NOON + FIVE_MINUTES
    [second] = messages.claim("voice", campaign, limit=1, now=later)
    messages.record([Outcome(second.reference, "accepted")], road="r", now=later)
    told(second.reference, "no_answer", later)
    assert standing(campaign) == {"no_answer": 1}


def test_late_news_of_the_first_call_does_not_settle_the_second(app, sender, molenakker):
    campaign = called(sender, molenakker, "42")
    [first] = accepted(campaign)
    told(first, "busy")
    for status in ("busy", "failed", "answered", "accepted"):
        told(first, status)
    messages.record([Outcome(first, "failed", code="refused")], road="r", now=NOON)
    assert standing(campaign) == {"queued": 1} and Message.get().due_at == NOON + FIVE_MINUTES


def test_a_stop_takes_the_second_call_back_and_the_first_stays_what_it_was(app, sender, molenakker):
    campaign = called(sender, molenakker, "42", "43", "44")
    first, second, _third = accepted(campaign)
    told(first, "busy", code="486")
    campaigns.stop(campaign, by=sender, now=NOON)
    told(second, "busy")
    assert standing(campaign) == {"busy": 2, "accepted": 1}
    assert messages.claim("voice", campaign, limit=9, now=NOON + FIVE_MINUTES) == []
    taken_back = Message.get(Message.code == "486")
    assert (taken_back.reference, taken_back.first_reference, taken_back.ended_at) == (first, None, NOON)


@pytest.mark.parametrize("end", ["stop", "expire", "second call"])
def test_whose_voicemail_took_the_first_call_gets_the_correction_whatever_became_of_the_second(
    app, sender, molenakker, end
):
    campaign = called(sender, molenakker, "42", "43")
    first, other = accepted(campaign)
    told(first, "voicemail")
    told(other, "failed")
    if end == "second call":
        [second] = messages.claim("voice", campaign, limit=1, now=NOON + FIVE_MINUTES)
        messages.record([Outcome(second.reference, "failed")], road="r", now=NOON + FIVE_MINUTES)
    if end == "expire":
        Campaign.update(expires_at=NOON).where(Campaign.id == campaign.id).execute()
        campaigns.expire(NOON)
    campaigns.stop(campaign, by=sender, now=NOON)
    correction = follow_ups.draft(Campaign.get_by_id(campaign.id), "correction", by=sender, now=NOON)
    assert follow_ups.most(correction) == {"voice": 1}
    correction = campaigns.launch(correction, by=sender, now=NOON, terms_accepted=True)
    while campaigns.half_frozen().exists():
        campaigns.freeze(NOON)
    [(address,)] = Message.select(Message.address).where(Message.campaign == correction.id).tuples()
    assert address == Message.get(Message.first_status == "voicemail").address


def is_running(campaign) -> bool:
    return models.Campaign.get_by_id(campaign.id).is_running


def test_a_campaign_does_not_end_before_its_calls_and_their_second_ones(app, sender, molenakker):
    campaign = called(sender, molenakker, "42")
    [reference] = accepted(campaign)
    campaigns.finish(campaign, NOON + timedelta(minutes=4))
    assert is_running(campaign)
    told(reference, "no_answer", NOON + timedelta(minutes=4))
    campaigns.finish(campaign, NOON + timedelta(minutes=8))
    assert is_running(campaign)


def test_a_campaign_does_not_wait_for_ever_for_a_call_of_which_the_end_is_never_told(app, sender, molenakker):
    campaign = called(sender, molenakker, "42")
    accepted(campaign)
    campaigns.finish(campaign, NOON + calls.LONGEST + timedelta(seconds=1))
    assert not is_running(campaign)


def test_a_text_message_is_never_called_again(app, sender, molenakker):
    campaign = called(sender, molenakker, "42", texts={"sms": {"nl": {"body": "Dag"}}})
    [claimed] = messages.claim("sms", campaign, limit=1, now=NOON)
    assert calls.repeat([Receipt(claimed.reference, "busy")], NOON) != []
    assert Message.get().status == "sending"


@pytest.mark.sqlite("the file is copied at each statement")
def test_a_power_cut_at_any_moment_leaves_the_first_call_or_the_second_and_the_counters_right(
    app, settings, sender, molenakker, tmp_path
):
    campaign = called(sender, molenakker, "42")
    [reference] = accepted(campaign)
    file, copies = Path(settings["BELFORT_DATABASE"].removeprefix("sqlite:///")), []

    def cut(_statement):
        copies.append(tmp_path / f"cut{len(copies)}.db")
        for ending in ("", "-wal"):
            shutil.copy(f"{file}{ending}", f"{copies[-1]}{ending}")

    models.database.connection().set_trace_callback(cut)
    told(reference, "busy")
    cut("the end")
    models.database.connection().set_trace_callback(None)

    found = set()
    for copy in copies:
        with closing(sqlite3.connect(copy)) as kept:
            [message] = kept.execute(
                "SELECT status, first_reference, reference = ? FROM message", [reference]
            )
            counted = kept.execute("SELECT status FROM tally WHERE number").fetchall()
        assert counted == [message[:1]]
        found.add(message)
    assert found == {("accepted", None, 1), ("queued", reference, 0)} and len(copies) > 5


# ── Lines ───────────────────────────────────────────────────────────────


def test_no_more_calls_are_under_way_than_there_are_lines(pump, time, sender, molenakker):
    campaign = called(sender, molenakker, *[str(ending) for ending in range(20, 40)])
    most = 0
    while not Campaign.get_by_id(campaign.id).is_over:
        pump.tick()
        most = max(most, standing(campaign).get("accepted", 0))
        time.passes(3)
    assert most == 3 and standing(campaign) == {"delivered": 20}
    assert {attempts for (attempts,) in Message.select(Message.attempts).tuples()} == {
        1
    }  # never one too many


def test_a_second_pump_shares_the_lines(app, time, sender, molenakker):
    campaign = called(sender, molenakker, *[str(ending) for ending in range(20, 30)])
    pumps = [Pump(Roads({"voice": ["simulator://?rate=1000&lines=4"]}), now=time) for _ in range(2)]
    for pump in pumps:
        pump.turn("voice")
    assert standing(campaign) == {"accepted": 4, "queued": 6}


def test_a_call_of_which_the_end_is_never_told_frees_its_line_after_the_longest_that_a_call_can_last(
    app, time, sender, molenakker
):
    campaign = called(sender, molenakker, "04", "42")
    pump = Pump(Roads({"voice": ["simulator://?rate=1000&lines=1"]}), now=time)
    pump.turn("voice")
    time.passes(calls.LONGEST.total_seconds() - 1)
    pump.turn("voice")
    assert standing(campaign) == {"accepted": 1, "queued": 1}
    time.passes(2)
    pump.turn("voice")
    assert standing(campaign) == {"accepted": 2}


class Line:
    name, rate, lines = "r", 1000.0, 3


@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["claim", "accept", "busy", "delivered", "answered", "retry", "doubt"]),
            st.integers(0, 9),
            st.integers(0, 90),
        ),
        max_size=60,
    )
)
@example(deeds=[("claim", 0, 0), *[("claim", 0, 90)] * 4, ("accept", 0, 0)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_in_whatever_order_a_line_too_many_is_never_taken(sender, molenakker, deeds):
    for table in (Recipient, Message, Unreached):
        table.delete().execute()
    Campaign.update(status="stopped").execute()
    if not Member.select().exists():
        for ending in range(20, 30):
            cast.member(molenakker, f"Lid{ending}", mobile=f"+324700000{ending}")
    campaign = called(sender, molenakker)
    now = NOON
    for deed, which, seconds in deeds:
        now += timedelta(seconds=seconds)
        # Whoever lives says of what it holds, long before, that it still does; what the dead held is over by then.
        in_time = Message.status.in_(calls.UNDER_WAY) & (Message.claimed_at > now - calls.LONGEST)
        held = list(Message.select().where(in_time).order_by(Message.id))
        if deed == "claim":
            free = calls.free_lines(Line, is_practice=False, now=now)
            messages.claim("voice", campaign, limit=free, now=now, road=Line.name)
        elif deed == "doubt":
            messages.doubt(now)
        elif held:
            reference = held[which % len(held)].reference
            if deed in ("accept", "retry"):
                status = "accepted" if deed == "accept" else "retry"
                messages.record([Outcome(reference, status)], road=Line.name, now=now)
            else:
                told(reference, deed, now)
        since = now - calls.LONGEST
        under_way = [
            one
            for one in Message.select().where(Message.status.in_(calls.UNDER_WAY))
            if max(filter(None, (one.claimed_at, one.accepted_at))) > since
        ]
        assert len(under_way) <= Line.lines


@pytest.mark.parametrize(
    "url", ["twilio://AC0:t@h.example?from=+32470000000", "infobip://k@h.example?from=+32470000000"]
)
def test_texts_and_calls_by_one_gateway_have_a_rate_each(url):
    assert open_road(url, channel="sms").name != open_road(url, channel="voice").name


# ── Whom ────────────────────────────────────────────────────────────────


def test_a_call_goes_to_the_mobile_or_else_to_the_house_and_to_each_number_once(app, sender, molenakker):
    cast.member(molenakker, "Maes", "Els", phone="+3216000010")
    cast.member(molenakker, "Maes", "Jan", phone="+3216000010", mobile="+32470000010")
    cast.member(molenakker, "Maes", "Fien", phone="+3216000010")
    cast.member(molenakker, "Claes", "Rosa", email="rosa@post.example")
    whom = campaigns.audience_of(ready(sender, molenakker, texts=TEXTS))
    assert sorted((one.address, household_name(one.people)) for one in whom.mailings) == [
        ("+3216000010", "Els & Fien Maes"),
        ("+32470000010", "Jan Maes"),
    ]
    assert {reason: len(who) for reason, who in whom.left_out.items()} == {"no_phone": 1}


def test_a_household_in_two_parts_of_a_launch_is_called_once(app, sender, molenakker, monkeypatch):
    monkeypatch.setattr(campaigns, "FROZEN_AT_ONCE", 2)
    for name in ("Els", "Jan", "Fien"):
        cast.member(molenakker, "Maes", name, phone="+3216000010")
    campaign = campaigns.launch(
        ready(sender, molenakker, texts=TEXTS), by=sender, now=NOON, terms_accepted=True
    )
    while campaigns.half_frozen().exists():
        campaigns.freeze(NOON)
    assert [one.names for one in campaign.messages] == ["Els & Jan & Fien Maes"]


@pytest.mark.parametrize(
    "where, fault", [({"mobile": "+32470000001"}, "no_such_number"), ({"phone": "+3216000001"}, "")]
)
def test_a_house_that_cannot_be_called_says_nothing_of_a_mobile(app, sender, molenakker, where, fault):
    cast.member(molenakker, "Maes", **where)
    campaign = called(sender, molenakker)
    [claimed] = messages.claim("voice", campaign, limit=1, now=NOON)
    messages.record([Outcome(claimed.reference, "failed", code="no_such_number")], road="r", now=NOON)
    assert Member.get().mobile_fault == fault


# ── What is said ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "lang, words",
    [
        ("nl", "bericht van de politiezone Zavelstreek"),
        ("fr", "message de la zone de police Zavelstreek"),
        ("de", "Nachricht von der Polizeizone Zavelstreek"),
        ("en", "message of the police zone Zavelstreek"),
    ],
)
def test_a_call_says_in_its_own_language_who_speaks(app, lang, words):
    assert words in speech.opening(cast.zone(), lang)
    assert 2 <= speech.seconds(speech.opening(cast.zone(), lang)) <= 10


def test_a_zone_that_has_its_kind_in_its_name_does_not_say_it_twice(app):
    assert speech.opening(cast.organisation("Politiezone Demer"), "nl").count("olitiezone") == 1


def test_an_organisation_can_begin_its_calls_in_its_own_words(app):
    zone = cast.organisation("Demer", openings={"nl": "Hier spreekt de politie van de Demer."})
    assert speech.opening(zone, "nl") == "Hier spreekt de politie van de Demer."
    assert "Demer" in speech.opening(zone, "fr")


def test_minutes_are_charged_with_the_opening_twice(app, sender, molenakker):
    short = ready(sender, molenakker, texts=TEXTS)
    assert campaigns.parts_of(short, "voice", "nl") == 1
    body = "Hou deuren en ramen dicht. " * 25
    longer = ready(sender, molenakker, texts={"voice": {"nl": {"body": body}}})
    assert speech.seconds(body) < 60 < campaigns.speech_of(longer, "nl").seconds
    assert campaigns.parts_of(longer, "voice", "nl") == 2


def test_a_call_too_long_to_listen_to_cannot_be_launched(app, sender, molenakker):
    long = ready(sender, molenakker, texts={"voice": {"nl": {"body": "Hou deuren dicht. " * 70}}})
    assert list(campaigns.faults(long)) == ["voice-nl-body"]


def test_an_exercise_says_so_twice(app, sender, molenakker):
    drill = ready(sender, molenakker, texts=TEXTS, is_practice=True)
    assert campaigns.speech_of(drill, "nl").opening.startswith("OEFENING.")
