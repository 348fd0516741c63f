"""Launches of more people than one short transaction holds: in parts, to the end, whatever comes in between."""

from collections import Counter
from datetime import timedelta
from operator import itemgetter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import Value

import models
from dispatch import bench
from dispatch.errors import Refusal
from dispatch.people import audience
from dispatch.sending import calls, campaigns, doubt, report
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Bin, Campaign, Member, Membership, Message, Recipient, Tally, Unreached
from tests import cast
from tests.cast import NOON

TEXTS = {
    "sms": {"nl": {"body": "Hou deuren en ramen dicht."}},
    "voice": {"nl": {"body": "Hou deuren en ramen dicht."}},
    "email": {"nl": {"subject": "s", "body": "b"}},
}


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(campaigns, "FROZEN_AT_ONCE", 10)


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(10, 55):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}", email=f"lid{number}@voorbeeld.example")
    return bin


def launched(sender, bin, *, channels=("sms",)) -> Campaign:
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    wording = {"name": "Gaslek", "kind": "news", "channels": list(channels), "texts": TEXTS}
    ready = campaigns.write(draft, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)
    return campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)


def to_the_end():
    while campaigns.half_frozen().exists():
        campaigns.freeze(NOON)


def standing(campaign) -> Counter:
    rows = Message.select(Message.status).where(Message.campaign == campaign.id).tuples()
    return Counter(status for (status,) in rows)


def tallied(campaign) -> Counter:
    rows = Tally.select(Tally.status, Tally.number).where(Tally.campaign == campaign.id)
    return +sum((Counter({status: number}) for status, number in rows.tuples()), Counter())


def test_the_first_part_is_queued_with_the_launch_and_the_others_follow(sender, molenakker):
    campaign = launched(sender, molenakker)
    assert standing(campaign) == tallied(campaign) == {"queued": 10} and campaign.people == 10
    to_the_end()
    assert standing(campaign) == tallied(campaign) == {"queued": 45}
    assert Campaign.get_by_id(campaign.id).people == 45
    assert Recipient.select().count() == 45


def test_the_pump_goes_on_with_a_launch_that_a_killed_program_left(sender, molenakker):
    campaign = launched(sender, molenakker, channels=("sms", "email"))
    campaigns.freeze(NOON)
    pump = Pump(
        Roads({"sms": ["simulator://?rate=100000"], "email": ["simulator://?rate=100000"]}), now=lambda: NOON
    )
    pump.tick()
    assert standing(campaign) == {"accepted": 90} and not campaigns.half_frozen().exists()


def test_what_leaves_while_the_launch_goes_on_is_not_queued_again(sender, molenakker):
    campaign = launched(sender, molenakker)
    pump = Pump(Roads({"sms": ["simulator://?rate=100000"]}), now=lambda: NOON)
    pump.turn("sms")
    assert standing(campaign) == {"accepted": 10}
    Campaign.update(queued_through=0).where(Campaign.id == campaign.id).execute()  # as if the mark were lost
    to_the_end()
    assert standing(campaign) == tallied(campaign) == {"accepted": 10, "queued": 35}


def test_a_campaign_is_not_over_before_everybody_is_queued(sender, molenakker):
    campaign = launched(sender, molenakker)
    pump = Pump(Roads({"sms": ["simulator://?rate=100000"]}), now=lambda: NOON)
    pump.turn("sms")
    pump.tidy()
    assert Campaign.get_by_id(campaign.id).is_running


def test_who_was_not_queued_when_a_stop_came_is_withheld_and_accounted_for(sender, molenakker):
    campaign = launched(sender, molenakker)
    campaigns.stop(campaign, by=sender, now=NOON)
    assert not list(report.missing(NOON))
    to_the_end()
    assert standing(campaign) == tallied(campaign) == {"withheld": 45}
    assert {message.code for message in campaign.messages} == {"stopped"}
    assert [one.id for one in report.missing(NOON)] == [campaign.id]


def test_a_pause_does_not_hold_the_launch(sender, molenakker):
    campaign = launched(sender, molenakker)
    campaigns.pause(campaign, by=sender, now=NOON)
    to_the_end()
    assert standing(campaign) == {"queued": 45} and Campaign.get_by_id(campaign.id).is_paused


def test_a_household_in_two_parts_gets_one_message_in_all_their_names(sender, molenakker):
    first = cast.member(molenakker, "Maes", "Els", mobile="+32470000099")
    for number in range(20):
        cast.member(molenakker, f"Meer{number}", mobile=f"+3247100{number:04}")
    last = cast.member(molenakker, "Maes", "Jan", mobile="+32470000099")
    campaign = launched(sender, molenakker)
    to_the_end()
    message = Message.get(Message.campaign == campaign.id, Message.address == "+32470000099")
    assert message.names == "Els & Jan Maes"
    meant = {row.member_id for row in Recipient.select().where(Recipient.message == message.id)}
    assert meant == {first.id, last.id}


def test_the_paused_and_the_unreachable_are_left_out_with_their_reason_in_every_part(sender, molenakker):
    for number in range(15):
        cast.member(molenakker, f"Zonder{number}", phone=f"+321600{number:04}")
    paused = cast.member(molenakker, "Rust", mobile="+32470000098")
    Membership.update(paused_at=NOON).where(Membership.member == paused.id).execute()
    campaign = launched(sender, molenakker)
    to_the_end()
    assert Counter(row.reason for row in Unreached.select()) == {"no_mobile": 15, "paused": 1}
    assert report.people_meant(Campaign.get_by_id(campaign.id)) == 61


def test_somebody_in_two_bins_of_a_big_audience_gets_it_once(sender, molenakker):
    other = cast.bin_named("Kerkdries")
    for membership in list(Membership.select().where(Membership.bin == molenakker.id)):
        Membership.create(member=membership.member_id, bin=other, joined_at=NOON, paused_at=NOON)
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    wording = {"name": "Gaslek", "kind": "news", "channels": ["sms"], "texts": TEXTS}
    audience = {"bins": [other.id, molenakker.id]}
    ready = campaigns.write(draft, by=sender, now=NOON, version=1, audience=audience, **wording)
    campaign = campaigns.launch(ready, by=sender, now=NOON, terms_accepted=True)
    to_the_end()
    assert standing(campaign) == {"queued": 45}  # paused in one list and not in the other: they get it


def test_nobody_to_reach_at_all_is_refused(sender, app):
    empty = cast.bin_named("Leegte")
    with pytest.raises(Refusal):
        launched(sender, empty)
    assert Campaign.get().is_draft


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "mobile": st.sampled_from(["", "+32470000001", "+32470000002", "+32470000003"]),
            "phone": st.sampled_from(["", "+3216000001", "+3216000002", "+32470000001"]),
            "email": st.sampled_from(["", "maes@voorbeeld.example", "peeters@voorbeeld.example"]),
            "first_name": st.sampled_from(["", "Els", "Jan"]),
            "last_name": st.sampled_from(["Maes", "Peeters"]),
            "language": st.sampled_from(["nl", "fr"]),
            "lists": st.lists(
                st.tuples(st.sampled_from(["A", "B"]), st.booleans()), max_size=2, unique_by=itemgetter(0)
            ),
        }
    ),
    max_size=14,
)


@given(
    people=PEOPLE,
    channels=st.sampled_from([("sms",), ("email",), ("voice",), ("sms", "email"), ("voice", "email")]),
    size=st.integers(1, 5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_parts_together_are_what_the_page_before_sending_said(app, people, channels, size):
    with pytest.MonkeyPatch.context() as small, models.database.atomic() as undone:
        small.setattr(campaigns, "FROZEN_AT_ONCE", size)
        bins = {name: cast.bin_named(name) for name in "AB"}
        for person in people:
            lists = person.pop("lists")
            row = cast.member(bins["A"], **person)
            Membership.delete().where(Membership.member == row.id).execute()
            for name, is_paused in lists:
                paused_at = NOON if is_paused else None
                Membership.create(member=row, bin=bins[name], joined_at=NOON, paused_at=paused_at)
        by = cast.user("sender", cast.zone())
        choice = {"bins": [bin.id for bin in bins.values()]}
        meant = audience.resolve(by.organisation_id, choice, channels)
        if meant.reached:
            assert frozen(by, choice, channels) == as_said(meant)
        undone.rollback()


def as_said(meant: audience.Audience) -> tuple:
    return (
        {
            (one.channel, one.address, one.language, audience.household_name(one.people))
            + tuple(person.id for person in one.people)
            for one in meant.mailings
        },
        {(member.id, reason) for reason, members in meant.left_out.items() for member in members},
        meant.reached,
    )


def frozen(by, choice, channels) -> tuple:
    draft = campaigns.draft(by.organisation, by=by, now=NOON)
    wording = {"name": "Gaslek", "kind": "news", "channels": list(channels), "texts": TEXTS}
    ready = campaigns.write(draft, by=by, now=NOON, version=1, audience=choice, **wording)
    campaigns.launch(ready, by=by, now=NOON, terms_accepted=True)
    to_the_end()
    return (
        {
            (one.channel, one.address, one.language, one.names)
            + tuple(sorted(row.member_id for row in one.recipients))
            for one in ready.messages
        },
        {(row.member_id, row.reason) for row in ready.unreached},
        Campaign.get_by_id(ready.id).people,
    )


# ── However large the zone ──────────────────────────────────────────────


READ = "SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"


def work(deed, *, is_counted: bool = True) -> int:
    """How much the database does for it: in thousands of SQLite's own steps, or hundreds of rows that PostgreSQL reads.

    is_counted: whether PostgreSQL knows how many there are of what; of what is new it does not.
    """
    if models.is_postgres():
        if is_counted:
            models.database.execute_sql("ANALYZE")
        before = models.database.execute_sql(READ).fetchone()[0]
        deed()
        return (models.database.execute_sql(READ).fetchone()[0] - before) // 100
    steps, connection = [], models.database.connection()
    connection.set_progress_handler(lambda: steps.append(1), 1000)
    try:
        deed()
    finally:
        connection.set_progress_handler(None, 0)
    return len(steps)


@pytest.mark.parametrize("kind", ["warning", "news"])
@pytest.mark.parametrize("channel", ["sms", "voice", "email"])
def test_who_shares_a_number_is_found_without_a_look_at_everybody_of_the_zone(app, channel, kind):
    zone, done = cast.zone(), []
    for number in (200, 2000):
        with models.writing():
            bin = bench.add_bin(zone, number, NOON)
            chosen = {"bins": [bin.id]}
            Bin.update(name=f"Buurt {number}", slug=f"buurt-{number}").where(Bin.id == bin.id).execute()
            Member.update(phone=Value("+3216").concat(Member.id.cast("text"))).where(
                Member.id.bin_and(3) == 0
            ).execute()
            audience.choose(zone.id, chosen, after=0, limit=100)
            done.append(work(lambda: list(audience.households(zone.id, chosen, channel, kind))))  # noqa: B023
    assert done[1] <= done[0] + 10


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("channels", [("sms", "email"), ("voice",)])
def test_a_part_costs_the_same_however_many_others_the_zone_has(
    app, sender, monkeypatch, channels, is_counted
):
    monkeypatch.setattr(campaigns, "FROZEN_AT_ONCE", 100)
    done = []
    for number in (500, 6000):
        with models.writing():
            bin = bench.add_bin(sender.organisation, number, NOON)
            Bin.update(name=f"Buurt {number}", slug=f"buurt-{number}").where(Bin.id == bin.id).execute()
        launched(sender, bin, channels=channels)
        with models.database.atomic():
            done.append(work(lambda: campaigns.freeze(NOON), is_counted=is_counted))
        to_the_end()
    assert done[1] <= done[0] + 10


@pytest.mark.parametrize("ways", [("bins",), ("members",), ("streets",), ("bins", "members", "streets")])
def test_a_few_are_found_without_a_look_at_everybody_of_the_zone(app, ways):
    zone, few, done = cast.zone(), cast.bin_named("Molenakker"), []
    one = cast.member(few, "Maes", mobile="+32470000101", street="Molenweg")
    choice = {"bins": [few.id], "members": [one.id], "streets": [[few.id, "Molenweg"]]}
    choice = {way: choice[way] for way in ways}
    for number in (20, 4000):
        with models.writing():
            bin = bench.add_bin(zone, number, NOON)
            Bin.update(name=f"Buurt {number}", slug=f"buurt-{number}").where(Bin.id == bin.id).execute()
        done.append(work(lambda: audience.resolve(zone.id, choice, ["sms"])))
        assert [person.id for person in audience.resolve(zone.id, choice, ["sms"]).people] == [one.id]
    assert done[1] <= done[0] + 1


def test_what_is_done_at_each_beat_costs_the_same_however_many_messages_there_are(app, sender, molenakker):
    running, done, roads = launched(sender, molenakker, channels=["voice"]), [], app.extensions["roads"]
    to_the_end()
    pump, road = Pump(roads, now=lambda: NOON), roads.for_real("voice", NOON)
    common = {"campaign": running.id, "channel": "voice", "language": "nl", "due_at": NOON, "road": road.name}
    common |= {
        "is_practice": False,
        "accepted_at": NOON - calls.LONGEST,
        "claimed_at": NOON - timedelta(days=3),
    }
    for number in (50, 1000):
        with models.writing():
            for status in ("accepted", "unsure"):  # some doubt is never settled
                names = (f"{status}-{number}-{one}" for one in range(number))
                Message.insert_many(
                    common | {"status": status, "reference": name, "address": name} for name in names
                ).execute()
        beat = (
            lambda: doubt.to_look_up(road.name, NOON, limit=10),
            pump.tidy,
            lambda: calls.free_lines(road, is_practice=False, now=NOON),
        )
        done.append([work(deed) for deed in beat])
    assert all(later <= first + 2 for first, later in zip(*done, strict=True)), done
