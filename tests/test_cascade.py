"""One channel after another: who gives no sign gets the next one, each once, and whoever confirmed gets no more."""

import itertools
import os
import signal
import sqlite3
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import fn
from pypdf import PdfReader

import models
from dispatch import clock
from dispatch.errors import Incomplete
from dispatch.sending import acknowledgements, campaigns, cascade, report
from models import Campaign, Member, Message, Pulse, Recipient, Tally
from tests import cast
from tests.cast import NOON
from tests.test_acknowledgements import TEXTS
from tests.test_follow_ups import put
from tests.test_kill import standing, tallied

ORDER = ["sms", "voice", "email"]
MINUTES = 10
BEFORE, AFTER = NOON + timedelta(minutes=MINUTES - 1), NOON + timedelta(minutes=MINUTES)
CONTACTS = {"sms": "mobile", "voice": "phone", "email": "email"}


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    return cast.bin_named("Molenakker")


def person(bin, number, channels=ORDER) -> Member:
    every = {
        "mobile": f"+3247000{number:04}",
        "phone": f"+3216{number:06}",
        "email": f"lid{number}@voorbeeld.example",
    }
    return cast.member(bin, f"Lid{number}", **{CONTACTS[one]: every[CONTACTS[one]] for one in channels})


def prepared(sender, bin, awaits="acknowledgement", order=ORDER, *, is_practice=False, **wording) -> Campaign:
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, is_practice=is_practice)
    wording = {"cascade": {"order": order, "minutes": MINUTES, "awaits": awaits}} | wording
    wording |= {"name": "Gaslek", "kind": "warning", "channels": ORDER, "texts": TEXTS}
    wording["asks_acknowledgement"] = awaits == "acknowledgement" or None
    return campaigns.write(draft, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)


def launched(sender, bin, awaits="receipt", order=ORDER, **wording) -> Campaign:
    ready = prepared(sender, bin, awaits, order, **wording)
    return campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)


def got(campaign) -> list[tuple[str, str]]:
    """Who has a message by which channel."""
    rows = Recipient.select(Member.last_name, Message.channel).join(Message).switch(Recipient).join(Member)
    return sorted(rows.where(Message.campaign == campaign.id).tuples())


def leave(campaign, status="accepted", at=NOON) -> None:
    """What is queued leaves, and this becomes of it."""
    for message in list(campaign.messages.where(Message.status == "queued")):
        put(message, status)
        here = Message.id == message.id
        Message.update(claimed_at=at, accepted_at=None if status == "failed" else at).where(here).execute()


def fresh(campaign) -> Campaign:
    return Campaign.get_by_id(campaign.id)


# ── A step ──────────────────────────────────────────────────────────────


def test_at_the_launch_each_person_gets_the_first_channel_that_reaches_them(sender, molenakker):
    person(molenakker, 1)
    person(molenakker, 2, ["email"])
    person(molenakker, 3, ["voice", "email"])
    campaign = launched(sender, molenakker)
    assert got(campaign) == [("Lid1", "sms"), ("Lid2", "email"), ("Lid3", "voice")]


def test_who_has_no_receipt_in_time_gets_the_next_channel_once(sender, molenakker):
    person(molenakker, 1)
    campaign = launched(sender, molenakker)
    leave(campaign)
    assert cascade.step(BEFORE) == 0
    assert cascade.step(AFTER) == 1 and cascade.step(AFTER) == 0
    assert got(campaign) == [("Lid1", "sms"), ("Lid1", "voice")]


def test_a_number_that_does_not_exist_makes_nobody_wait(sender, molenakker):
    person(molenakker, 1)
    campaign = launched(sender, molenakker)
    leave(campaign, "failed")
    assert cascade.step(NOON) == 1
    assert got(campaign) == [("Lid1", "sms"), ("Lid1", "voice")]


def test_what_no_road_takes_goes_another_way_and_what_only_waits_its_turn_does_not(sender, molenakker):
    person(molenakker, 1)
    launched(sender, molenakker)
    assert cascade.step(AFTER + timedelta(hours=1)) == 0, "the queue is long: nobody tried it yet"
    Message.update(attempts=3).execute()
    assert cascade.step(AFTER + timedelta(hours=1, minutes=1)) == 1


def test_a_receipt_is_enough_or_a_confirmation_is_needed_as_was_chosen(sender, molenakker):
    person(molenakker, 1)
    for awaits, steps in (("receipt", 0), ("acknowledgement", 1)):
        campaign = launched(sender, molenakker, awaits)
        leave(campaign, "delivered")
        assert cascade.step(AFTER) == steps


def test_whoever_confirmed_gets_no_next_channel(sender, molenakker):
    person(molenakker, 1)
    campaign = launched(sender, molenakker, "acknowledgement", ["email", "sms", "voice"])
    leave(campaign)
    acknowledgements.by_link(campaign.messages.get().reference, BEFORE)
    assert cascade.step(AFTER) == 0 and got(campaign) == [("Lid1", "email")]
    assert fresh(campaign).next_channel_at is None


def test_a_household_gets_the_next_channel_in_one_message(sender, molenakker):
    for name, number in (("Els", 1), ("Jan", 2)):
        cast.member(molenakker, "Maes", name, mobile=f"+3247000001{number}", email="huis@voorbeeld.example")
    campaign = launched(sender, molenakker, order=["sms", "email", "voice"])
    leave(campaign)
    assert cascade.step(AFTER) == 2
    mail = campaign.messages.where(Message.channel == "email").get()
    assert mail.names == "Els & Jan Maes" and mail.recipients.count() == 2


def test_a_mailbox_whose_other_reader_confirmed_still_gets_it_for_the_one_who_did_not(sender, molenakker):
    for name, number in (("Els", 1), ("Jan", 2)):
        cast.member(molenakker, name, mobile=f"+3247000001{number}", email="huis@voorbeeld.example")
    campaign = launched(sender, molenakker, "acknowledgement", ["sms", "email", "voice"])
    leave(campaign)
    Message.update(accepted_at=BEFORE).where(Message.address == "+32470000012").execute()
    assert cascade.step(AFTER) == 1
    with models.writing():
        acknowledgements.by_reply("+32470000011", [Member.get(last_name="Els")], AFTER)
    assert cascade.step(BEFORE + timedelta(minutes=MINUTES)) == 1
    mail = campaign.messages.where(Message.channel == "email").get()
    assert mail.status == "queued" and mail.recipients.count() == 2


def test_an_exercise_steps_on_as_an_exercise(sender, molenakker):
    person(molenakker, 1)
    campaign = launched(sender, molenakker, is_practice=True)
    leave(campaign)
    cascade.step(AFTER)
    assert {message.is_practice for message in campaign.messages} == {True}


# ── The campaign around it ──────────────────────────────────────────────


def test_the_page_before_sending_goes_through_the_channels_in_turn_and_counts_the_waiting(
    signed_in, sender, molenakker
):
    person(molenakker, 1)
    draft = prepared(sender, molenakker)
    page = signed_in(sender).get(f"/campaigns/{draft.id}/review")
    rows = [row["data-channel"] for row in page.select("#channel tbody tr")]
    assert rows == ORDER and [row.get_text()[:3] for row in page.select("#channel tbody th")] == [
        f"{number}. " for number in (1, 2, 3)
    ]
    assert page.has("20 min") and page.has("door JA te antwoorden op de sms")


def test_the_running_page_says_when_the_next_channel_goes_at_the_earliest(signed_in, sender, molenakker):
    person(molenakker, 1)
    campaign = launched(sender, molenakker, awaits="acknowledgement")
    assert cascade.goes_on_at(campaign, NOON) is None
    Pulse.create(campaign=campaign, second=30, accepted=1, delivered=0)
    assert cascade.goes_on_at(campaign, NOON + timedelta(minutes=1)) == AFTER + timedelta(seconds=30)
    Campaign.update(launched_at=clock.now()).execute()
    assert (
        signed_in(sender).get(f"/campaigns/{campaign.id}").has("Het volgende kanaal vertrekt ten vroegste om")
    )


def test_the_campaign_goes_on_while_a_channel_may_follow_and_ends_when_none_does(sender, molenakker):
    person(molenakker, 1, ["sms", "email"])
    campaign, later = launched(sender, molenakker), AFTER + timedelta(hours=2)
    leave(campaign)
    cascade.step(BEFORE)
    campaigns.finish(fresh(campaign), BEFORE)
    assert fresh(campaign).is_running
    cascade.step(AFTER)
    leave(campaign, "delivered")
    cascade.step(later)
    campaigns.finish(fresh(campaign), later)
    assert fresh(campaign).status == "done"


@pytest.mark.parametrize("deed", ["pause", "stop"])
def test_what_is_paused_or_stopped_takes_no_step(sender, molenakker, deed):
    person(molenakker, 1)
    campaign = launched(sender, molenakker)
    leave(campaign)
    getattr(campaigns, deed)(campaign, by=sender, now=NOON)
    assert cascade.step(AFTER) == 0 and got(campaign) == [("Lid1", "sms")]


def test_after_its_end_of_use_no_channel_follows(sender, molenakker):
    person(molenakker, 1)
    campaign = launched(sender, molenakker)
    leave(campaign)
    Campaign.update(expires_at=BEFORE).execute()
    assert cascade.step(AFTER) == 0 and fresh(campaign).next_channel_at is None


@pytest.mark.parametrize(
    "wrong", [{"order": ["sms"]}, {"awaits": "acknowledgement", "asks_acknowledgement": None}]
)
def test_an_order_that_leads_nowhere_is_refused_before_anything_leaves(sender, molenakker, wrong):
    person(molenakker, 1)
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    turns = {"order": ORDER, "minutes": MINUTES, "awaits": "receipt"} | wrong
    wording = {"name": "Gaslek", "kind": "warning", "channels": ORDER, "texts": TEXTS, "cascade": turns}
    ready = campaigns.write(
        draft, by=sender, now=NOON, version=1, audience={"bins": [molenakker.id]}, **wording
    )
    with pytest.raises(Incomplete) as refusal:
        campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)
    assert set(refusal.value.faults) == {"cascade"}


@pytest.mark.parametrize(
    ("lang", "order"), [("nl", "sms, gesproken bericht, e-mail"), ("fr", "SMS, message vocal, e-mail")]
)
def test_the_paper_of_the_report_says_the_order(sender, molenakker, lang, order):
    person(molenakker, 1)
    campaign = launched(sender, molenakker)
    pages = PdfReader(BytesIO(report.paper(campaign, lang, now=NOON))).pages
    said = " ".join(pages[0].extract_text().split())
    assert order.lower() in said.lower() and f"{MINUTES} minut" in said


# ── In any mixture ──────────────────────────────────────────────────────

FATES = st.sampled_from(["delivered", "accepted", "failed", "queued", "confirmed"])
PEOPLE = st.lists(
    st.tuples(st.sets(st.sampled_from(ORDER), min_size=1), st.lists(FATES, min_size=3, max_size=3)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, order=st.permutations(ORDER), most=st.integers(1, 3))
def test_each_gets_their_channels_in_order_until_somebody_is_heard_of_and_none_twice(
    sender, molenakker, monkeypatch, people, order, most
):
    monkeypatch.setattr(cascade, "AT_ONCE", most)
    with models.database.atomic() as undo:
        names = {}
        for number, (channels, fates) in enumerate(people):
            by = channels | {"voice"} if "sms" in channels else channels  # a mobile can be called too
            names[person(molenakker, number, sorted(channels)).last_name] = (by, fates)
        campaign = launched(sender, molenakker, "acknowledgement", list(order))
        moment = NOON
        for _round in range(4):
            for message in list(campaign.messages.where(Message.status == "queued")):
                _meets(message, names, order, moment)
            moment += timedelta(minutes=MINUTES, seconds=20)
            cascade.step(moment)
        assert got(campaign) == sorted(_expected(names, order))
        total = Tally.select(fn.SUM(Tally.number)).where(Tally.campaign == campaign.id).scalar()
        assert total == campaign.messages.count()
        undo.rollback()


def _meets(message, names, order, moment) -> None:
    """A message to one person meets the fate that was drawn for its place in their order."""
    channels, fates = names[message.recipients.get().member.last_name]
    fate = fates[[one for one in order if one in channels].index(message.channel)]
    if fate != "queued":
        put(message, {"confirmed": "delivered"}.get(fate, fate))
        Message.update(claimed_at=moment, accepted_at=moment).where(Message.id == message.id).execute()
    if fate == "confirmed":
        acknowledgements._note([message.id], message.channel, moment)


def _expected(names, order):
    """By hand: one channel after another, until one is confirmed or not tried yet."""
    for name, (channels, fates) in names.items():
        mine = [one for one in order if one in channels]
        for place, channel in enumerate(mine):
            yield name, channel
            if fates[place] in ("confirmed", "queued"):
                break


# ── Killed half-way ─────────────────────────────────────────────────────


def dies_at(statement: int, fate) -> bool:
    """Whether another process, at work on `fate`, was killed at that statement to the database; False: it came to its end."""
    child = os.fork()
    if not child:
        models.database.obj._state.reset()  # the connection is its parent's
        with models.database.connection_context():
            told = itertools.count(1)
            kill = lambda _sql: next(told) == statement and os.kill(os.getpid(), signal.SIGKILL)
            models.database.connection().set_trace_callback(kill)
            fate()
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL)
    return status == signal.SIGKILL


@pytest.mark.sqlite("killed at any of its statements, as SQLite tells them")
def test_a_step_killed_at_any_statement_goes_on_with_nobody_lost_and_nobody_twice(
    sender, molenakker, monkeypatch
):
    monkeypatch.setattr(cascade, "AT_ONCE", 2)
    people = ["Lid1", "Lid2", "Lid3"]
    for number in range(1, 4):
        person(molenakker, number)
    campaign = launched(sender, molenakker)
    leave(campaign)
    here, before, moments = models.database.connection(), sqlite3.connect(":memory:"), set()
    here.backup(before)
    for statement in itertools.count(1):
        if not dies_at(statement, lambda: cascade.step(AFTER)):
            break
        taken = len(got(campaign)) - len(people)
        moments.add(taken)
        assert tallied(campaign) == standing(campaign)
        assert cascade.step(AFTER) == len(people) - taken
        assert got(campaign) == [(name, by) for name in people for by in ("sms", "voice")]
        assert tallied(campaign) == standing(campaign)
        before.backup(here)
    assert moments == {0, 2, 3}, "before, between and behind the parts of the step"
