"""What becomes of doubt: look-ups, repeats and presses in any order; nobody gets twice what nobody chose to send twice."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import models
from dispatch import clock
from dispatch.errors import WrongMoment
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import campaigns, doubt, messages, report, scenarios, sweeps, turns
from dispatch.sending.journal import Journal
from models import RANKS, Audit, Campaign, Message, beside
from tests import cast, town
from tests.cast import NOON
from tests.servers import http_server
from tests.test_contracts import a_road
from tests.test_control import answers, fresh
from tests.test_kill import MAIL, Broken, Time, accepts, launched, pump_on, standing, tallied

DELIVERED, REJECTED = {"groupName": "DELIVERED"}, {"groupName": "REJECTED"}


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone(), name="An Aerts")


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    for number in range(10, 20):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}", email=f"lid{number}@voorbeeld.example")
    return bin


def doubtful(sender, bin, time, code="connection_lost", road="broken://", **wording) -> Campaign:
    """A campaign of which every message left, and came to nothing that anybody could read."""
    campaign = launched(sender, bin, **wording)
    for channel in campaign.channels:
        claimed = messages.claim(channel, campaign, limit=10_000, now=time(), road=road)
        unsure = [Outcome(one.reference, "unsure", code=code) for one in claimed]
        messages.record(unsure, road=road, now=time())
    return fresh(campaign)


def doubted(campaign) -> list[str]:
    return [one.reference for one in campaign.messages.where(Message.status == "unsure")]


# ── The road is asked ───────────────────────────────────────────────────


def a_log(known: dict[str, dict]):
    """What Infobip's log answers: at most as many as the limit says, and 50 without one."""

    def answer(asked) -> tuple[int, str]:
        said = parse_qsl(urlsplit(asked.path).query)
        named = [value for key, value in said if key == "messageId"]
        found = [{"messageId": one, "status": known[one]} for one in named if one in known]
        return 200, json.dumps({"results": found[: int(dict(said).get("limit", 50))]})

    return answer


def named(asked) -> list[str]:
    return [value for key, value in parse_qsl(urlsplit(asked.path).query) if key == "messageId"]


@pytest.mark.loopback
def test_the_road_is_asked_about_every_unsure_message_and_none_is_sent_again(sender, time):
    bin = cast.bin_named("Molenakker")
    for number in range(250):
        cast.member(bin, f"Lid{number}", mobile=f"+32470000{number:03}")
    known = {}
    with http_server(answer=a_log(known)) as (port, asked):
        road = a_road("infobip", port)
        campaign = doubtful(sender, bin, time, road=road.name, kind="warning")
        mine = doubted(campaign)
        known.update({one: DELIVERED for one in mine[:-1]} | {mine[-1]: REJECTED})
        pump = pump_on(road, time)
        pump.tick()
        assert asked == []  # a log needs a moment
        time.passes(5)
        pump.tick()
    assert standing(campaign) == tallied(campaign) == {"delivered": 249, "failed": 1}
    assert [len(named(one)) for one in asked] == [100, 100, 50]
    assert all(len(",".join(named(one))) <= 2048 for one in asked)


@pytest.mark.loopback
def test_a_road_that_knows_nothing_is_asked_less_and_less_and_nothing_is_made_of_its_silence(
    sender, molenakker, time
):
    with http_server(answer=a_log({})) as (port, asked):
        road = a_road("infobip", port)
        campaign = doubtful(sender, molenakker, time, road=road.name)
        pump, at = pump_on(road, time), []
        for second in (1, 4, 5, 6, 10, 11, 20, 25, 40, 80, 3600, 3700, 2 * 3600, 90_000, 200_000):
            time.at = NOON + timedelta(seconds=second)
            before = len(asked)
            pump.look_up()
            at += [second] * (len(asked) - before)
    assert at == [5, 10, 20, 40, 80, 3600, 2 * 3600]
    assert standing(campaign) == {"unsure": 10}


@pytest.mark.loopback
def test_a_message_that_was_in_hand_when_we_died_is_asked_for_at_its_road(sender, molenakker, time):
    known = {}
    with http_server(answer=a_log(known)) as (port, _):
        road = a_road("infobip", port)
        campaign = launched(sender, molenakker, kind="warning")
        pump = pump_on(road, time)
        lane = pump._lanes["sms", False]
        with Journal(beside("hands"), road.name) as kept:
            assert lane.claim(road, 10, kept)  # and the machine died
        known.update({one.reference: {"groupName": "PENDING"} for one in campaign.messages})
        time.passes(61)
        pump.tick()
        assert standing(campaign) == {"unsure": 10}
        time.passes(5)
        pump.tick()
    assert standing(campaign) == tallied(campaign) == {"accepted": 10}


@pytest.mark.loopback
def test_whoever_dies_while_asking_asks_again_later(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time)
    time.passes(5)
    assert len(doubt.to_look_up("broken://", time(), limit=100)) == 10  # and we died
    assert doubt.to_look_up("broken://", time(), limit=100) == []  # nobody else asks at the same time
    time.passes(5)
    assert sorted(doubt.to_look_up("broken://", time(), limit=100)) == sorted(doubted(campaign))


@pytest.mark.loopback
@pytest.mark.parametrize(
    "status, words", [(500, "{}"), (429, "{}"), (200, "wablief?"), (200, '{"results": 5}')]
)
def test_a_look_up_that_brings_nothing_changes_nothing(sender, molenakker, time, status, words):
    with http_server(status, words) as (port, asked):
        road = a_road("infobip", port)
        campaign = doubtful(sender, molenakker, time, road=road.name)
        time.passes(5)
        pump_on(road, time).look_up()
    assert len(asked) == 1 and standing(campaign) == {"unsure": 10}


# ── Insist ──────────────────────────────────────────────────────────────


def test_a_warning_goes_again_twice_and_later_each_time_and_then_a_person_is_asked(sender, molenakker, time):
    campaign = launched(sender, molenakker, kind="warning")
    road = Broken(answers("unsure", "no_answer"))
    pump, sent = pump_on(road, time), []
    for second in range(0, 600, 5):
        time.at = NOON + timedelta(seconds=second)
        before = len(road.got)
        pump.tick()
        sent += [second] * (len(road.got) > before)
    assert len(road.got) == 30 and sent == [0, 35, 160]  # a beat after 30 s, and 120 s after that
    assert fresh(campaign).is_running and standing(campaign) == tallied(campaign) == {"unsure": 10}
    assert doubt.asks(fresh(campaign), time()) and not doubt.insists(fresh(campaign), time())
    told = Audit.select().where(Audit.deed == "campaign.unsure_sent_again")
    assert [deed.facts["messages"] for deed in told] == [10, 10] and all(deed.by is None for deed in told)


def test_a_warning_that_went_again_as_often_as_it_may_asks_on_its_page_and_a_press_sends_it(
    sender, molenakker, time, signed_in
):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    browser = signed_in(sender)
    assert "verzenden we ze zelf opnieuw" in browser.get(f"/campaigns/{campaign.id}").text
    Message.update(repeats=sweeps.MAX_REPEATS).execute()
    Campaign.update(moved_at=clock.now()).execute()
    page = browser.get(f"/campaigns/{campaign.id}")
    assert "wacht op uw beslissing" in page.text and "verzenden we ze zelf opnieuw" not in page.text
    assert "wachten op een beslissing" in browser.get("/").text
    browser.post(f"/campaigns/{campaign.id}/unsure", **the_form(page, "again"))
    assert standing(campaign) == tallied(campaign) == {"queued": 10}


def test_a_warning_that_asked_a_person_and_got_no_answer_ends_after_a_day(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    Message.update(repeats=sweeps.MAX_REPEATS).execute()
    pump = pump_on(Broken(accepts), time)
    time.passes(24 * 3600)
    pump.tidy()
    assert fresh(campaign).is_running
    time.passes(1)
    pump.tidy()
    assert fresh(campaign).status == "done" and standing(campaign) == {"unsure": 10}


def test_a_warning_that_waited_for_a_road_before_is_still_repeated(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    Message.update(attempts=messages.MAX_ATTEMPTS - 1).execute()
    time.passes(30)
    doubt.insist(time())
    assert standing(campaign) == {"queued": 10}


def test_what_a_receipt_settled_is_not_repeated(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    messages.advance([Receipt(one, "delivered") for one in doubted(campaign)[:4]], time())
    road = Broken(accepts)
    pump = pump_on(road, time)
    time.passes(60)
    pump.tick()
    pump.tick()
    assert len(road.got) == 6 and standing(campaign) == tallied(campaign) == {"delivered": 4, "accepted": 6}


@pytest.mark.parametrize("deed", [campaigns.pause, campaigns.stop])
def test_a_campaign_that_does_not_run_repeats_nothing(sender, molenakker, time, deed):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    deed(campaign, by=sender, now=time())
    time.passes(60)
    doubt.insist(time())
    assert standing(campaign) == tallied(campaign) == {"unsure": 10}


def test_what_somebody_left_is_not_repeated(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    [group] = doubt.groups(campaign)
    assert doubt.leave(campaign, group, by=sender, now=time()) == 10
    road = Broken(accepts)
    pump = pump_on(road, time)
    for _ in range(10):
        time.passes(60)
        pump.tick()
    assert road.got == [] and fresh(campaign).status == "done" and standing(campaign) == {"unsure": 10}


def test_what_comes_too_late_to_be_of_use_is_not_sent_again_by_anybody(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time, kind="warning")
    Campaign.update(expires_at=NOON + timedelta(seconds=20)).execute()
    [group] = doubt.groups(campaign)
    time.passes(60)
    doubt.insist(time())
    with pytest.raises(WrongMoment):
        doubt.send_again(campaign, group, by=sender, now=time())
    pump_on(Broken(accepts), time).tidy()
    assert standing(campaign) == {"unsure": 10} and fresh(campaign).is_over


# ── Ask ─────────────────────────────────────────────────────────────────


def test_a_campaign_in_doubt_waits_a_day_for_a_person_and_then_ends_with_its_doubt(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time)
    road = Broken(accepts)
    pump = pump_on(road, time)
    time.passes(24 * 3600)
    pump.tick()
    assert fresh(campaign).is_running
    time.passes(1)
    pump.tick()
    assert fresh(campaign).status == "done" and road.got == [] and standing(campaign) == {"unsure": 10}


def test_receipts_that_settle_everything_end_the_waiting(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time)
    messages.advance([Receipt(one, "delivered") for one in doubted(campaign)], time())
    pump_on(Broken(accepts), time).tidy()
    assert fresh(campaign).status == "done" and doubt.groups(campaign) == []


@pytest.mark.parametrize("channel, texts", [("sms", town.TEXTS), ("email", MAIL)])
def test_a_press_sends_its_group_again_once(sender, molenakker, time, channel, texts):
    campaign = doubtful(sender, molenakker, time, texts=texts)
    [group] = doubt.groups(campaign)
    assert (group.channel, group.code, group.road, group.number) == (
        channel,
        "connection_lost",
        "broken://",
        10,
    )
    assert doubt.send_again(campaign, group, by=sender, now=time()) == 10
    with pytest.raises(WrongMoment):
        doubt.send_again(campaign, group, by=sender, now=time())
    road = Broken(accepts, channel)
    pump_on(road, time).tick()
    assert len(road.got) == 10 and standing(campaign) == tallied(campaign) == {"accepted": 10}
    told = Audit.get(Audit.deed == "campaign.unsure_sent_again")
    assert told.by == sender and told.facts["messages"] == 10 and told.facts["code"] == "connection_lost"


@pytest.mark.parametrize("deed", [doubt.send_again, doubt.leave])
def test_a_press_on_many_goes_in_short_turns_and_stands_in_the_memory_as_one(
    sender, molenakker, time, monkeypatch, deed
):
    monkeypatch.setattr(turns, "MOST", 4)
    campaign = doubtful(sender, molenakker, time)
    [group] = doubt.groups(campaign)
    assert deed(campaign, group, by=sender, now=time()) == 10
    parts = Audit.select().where(Audit.deed.in_(list(doubt.DECISIONS)))
    assert [part.facts["messages"] for part in parts] == [4, 4, 2]
    [(_, said)] = doubt.decisions(campaign)
    assert said.said_by(str).startswith("10 ")
    assert standing(campaign) == tallied(campaign) and not doubt.groups(campaign)


def test_a_stop_between_two_turns_of_a_press_keeps_the_rest(sender, molenakker, time, monkeypatch):
    monkeypatch.setattr(turns, "MOST", 4)
    campaign = doubtful(sender, molenakker, time)
    [group] = doubt.groups(campaign)
    again = sweeps.send_again

    def then_a_stop(*asked, **which) -> int:
        monkeypatch.setattr(sweeps, "send_again", again)
        number = again(*asked, **which)
        campaigns.stop(campaign, by=sender, now=time())
        return number

    monkeypatch.setattr(sweeps, "send_again", then_a_stop)
    assert doubt.send_again(campaign, group, by=sender, now=time()) == 4
    assert standing(campaign) == tallied(campaign) == {"withheld": 4, "unsure": 6}


def test_each_channel_reason_and_road_is_a_group_of_its_own(sender, molenakker, time):
    campaign = launched(sender, molenakker, texts=town.TEXTS | MAIL)
    for number, (channel, code, road) in enumerate(
        [
            ("sms", "no_answer", "a://"),
            ("sms", "no_answer", "b://"),
            ("sms", "interrupted", "a://"),
            ("email", "no_answer", "c://"),
        ]
    ):
        claimed = messages.claim(channel, campaign, limit=number + 1, now=time(), road=road)
        messages.record(
            [Outcome(one.reference, "unsure", code=code) for one in claimed], road=road, now=time()
        )
    found = [(one.channel, one.code, one.road, one.number) for one in doubt.groups(campaign)]
    assert found == [
        ("email", "no_answer", "c://", 4),
        ("sms", "interrupted", "a://", 3),
        ("sms", "no_answer", "a://", 1),
        ("sms", "no_answer", "b://", 2),
    ]
    doubt.leave(campaign, doubt.groups(campaign)[1], by=sender, now=time())
    assert sum(one.number for one in doubt.groups(campaign)) == 7


def test_a_stopped_campaign_keeps_its_doubt_and_nobody_can_send_it(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time)
    [group] = doubt.groups(campaign)
    campaigns.stop(campaign, by=sender, now=time())
    for deed in (doubt.send_again, doubt.leave):
        with pytest.raises(WrongMoment):
            deed(campaign, group, by=sender, now=time())
    assert standing(campaign) == tallied(campaign) == {"unsure": 10}


def test_a_press_in_a_paused_campaign_waits_for_it(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time)
    [group] = doubt.groups(campaign)
    campaigns.pause(campaign, by=sender, now=time())
    doubt.send_again(campaign, group, by=sender, now=time())
    road = Broken(accepts)
    pump = pump_on(road, time)
    pump.tick()
    assert road.got == []
    campaigns.resume(campaign, by=sender, now=time())
    pump.tick()
    assert len(road.got) == 10


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["unsure", "unsure", "look", "again"]), st.sets(st.integers(0, 9), min_size=1)
        ),
        st.tuples(st.sampled_from(["look", "again", "leave", "insist", "look up"]), st.none()),
        st.tuples(
            st.sampled_from(["unsure", "accepted", "retry", "delivered", "failed", "claim"]),
            st.sets(st.integers(0, 9), min_size=1, max_size=4),
        ),
    ),
    max_size=25,
)


A_NEW_DOUBT_AFTER_THE_LOOK = [
    ("unsure", {0}),
    ("look", None),
    ("again", None),
    ("claim", {0}),
    ("unsure", {0}),
    ("leave", None),
]


@given(steps=STEPS, kind=st.sampled_from(["warning", "news"]))
@example(steps=A_NEW_DOUBT_AFTER_THE_LOOK, kind="warning")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_order_doubts_receipts_and_presses_come_only_what_was_shown_is_sent_again(
    sender, molenakker, steps, kind
):
    time = Time()
    campaign = launched(sender, molenakker, kind=kind)
    messages.claim("sms", campaign, limit=10, now=time(), road="r")
    shown: list = []
    seen: set[tuple[str, int]] = set()
    left: set[str] = set()
    for step, chosen in steps:
        time.passes(7)
        doubts = {(one.reference, one.doubt) for one in campaign.messages}
        before = {one.reference: one.status for one in campaign.messages.order_by(Message.id)}
        mine = [list(before)[number] for number in sorted(chosen or ())]
        may_go_back: set[str] = set()
        if step == "look":
            shown, seen = doubt.groups(campaign), {one for one in doubts if one[1] is not None}
        elif step in ("again", "leave"):
            deed = doubt.send_again if step == "again" else doubt.leave
            for group in shown:
                try:
                    deed(campaign, group, by=sender, now=time())
                except WrongMoment:
                    pass
            decided_on = {reference for reference, _ in seen & doubts}
            if step == "again":
                may_go_back = decided_on
            else:
                left |= decided_on
        elif step == "insist":
            doubt.insist(time())
            may_go_back = {one for one in before if one not in left} if kind == "warning" else set()
        elif step == "look up":
            doubt.to_look_up("r", time(), limit=3)
        elif step == "claim":
            messages.claim("sms", campaign, limit=len(mine), now=time(), road="r")
        elif step in ("unsure", "retry"):
            messages.record(
                [Outcome(one, step) for one in mine if before[one] == "sending"], road="r", now=time()
            )
        else:
            messages.advance([Receipt(one, step) for one in mine], time())
        for one in campaign.messages:
            old = before[one.reference]
            if RANKS[one.status] < RANKS[old]:
                is_retry = (old, one.status, step) == ("sending", "queued", "retry")
                is_sent_again = (old, one.status) == ("unsure", "queued") and one.reference in may_go_back
                assert is_retry or is_sent_again
            assert one.repeats <= sweeps.MAX_REPEATS or "again" in dict(steps)
            if one.status != "unsure":
                left.discard(one.reference)
                assert one.doubt is None
    assert standing(campaign) == tallied(campaign)
    assert sum(group.number for group in doubt.groups(campaign)) == standing(campaign)["unsure"] - len(left)


# ── The policy ──────────────────────────────────────────────────────────


def test_the_kind_says_what_is_usual_and_the_launch_freezes_it(sender, molenakker):
    assert launched(sender, molenakker, kind="warning").policy == "insist"
    assert {launched(sender, molenakker, kind=kind).policy for kind in ("preventive", "news", "other")} == {
        "ask"
    }
    assert [deed.facts["policy"] for deed in Audit.select().where(Audit.deed == "campaign.launched")][:1] == [
        "insist"
    ]


def test_the_sender_chooses_at_the_launch_what_becomes_of_doubt(sender, molenakker, signed_in):
    draft = town.campaign(sender, molenakker, "draft")
    browser = signed_in(sender)
    page = browser.get(f"/campaigns/{draft.id}/review")
    assert page.select("input[name=policy][checked]")[0]["value"] == "ask"
    browser.post(
        f"/campaigns/{draft.id}/launch", version=draft.version, terms="1", useful_hours="", policy="insist"
    )
    assert fresh(draft).policy == "insist" and doubt.policy_of(fresh(draft)) == "insist"


def test_a_policy_that_is_not_in_the_list_sends_nothing(sender, molenakker, signed_in):
    draft = town.campaign(sender, molenakker, "draft")
    signed_in(sender).post(
        f"/campaigns/{draft.id}/launch",
        version=draft.version,
        terms="1",
        useful_hours="",
        policy="twice",
        status=422,
    )
    assert fresh(draft).is_draft


def test_a_template_keeps_an_unusual_choice_and_a_usual_one_follows_the_kind(sender, molenakker):
    usual = launched(sender, molenakker, kind="warning")
    unusual = town.campaign(sender, molenakker, "draft")
    unusual = campaigns.launch(unusual, by=sender, now=NOON, terms_accepted=True, policy="insist")
    kept = [scenarios.save_as_template(one, by=sender, now=NOON) for one in (usual, unusual)]
    drafts = [campaigns.draft(sender.organisation, by=sender, now=NOON, template=one) for one in kept]
    assert [one.policy for one in drafts] == ["", "insist"]
    assert [doubt.policy_of(one) for one in drafts] == ["insist", "insist"]


# ── On screen and on paper ──────────────────────────────────────────────


def the_form(page, choice: str):
    return {
        field["name"]: field["value"]
        for form in page.select("#doubt form")
        if form.select_one(f"input[name=choice][value={choice}]")
        for field in form.select("input")
    }


def test_what_grows_each_second_stays_under_the_finger_and_comes_in_its_order(
    sender, molenakker, time, signed_in
):
    browser = signed_in(sender)
    campaign = launched(sender, molenakker)

    def become_unsure(code: str, limit: int) -> None:
        claimed = messages.claim("sms", campaign, limit=limit, now=time(), road="r")
        messages.record(
            [Outcome(one.reference, "unsure", code=code) for one in claimed], road="r", now=time()
        )

    def asked(page):
        return browser.htmx(page.select("#live")[0]["data-hx-get"])

    become_unsure("timeout", 2)
    become_unsure("no_answer", 1)
    page = browser.get(f"/campaigns/{campaign.id}")
    order = [one["data-group"] for one in page.select("#doubt [data-group]")]
    become_unsure("no_answer", 2)
    first = asked(page)
    become_unsure("no_answer", 2)
    # The numbers come anew every ten seconds, which may be now, and not twice at once.
    assert not first.select("#doubt") or not asked(first).select("#doubt")
    again = browser.get(f"/campaigns/{campaign.id}")
    assert [one["data-group"] for one in again.select("#doubt [data-group]")] == order == sorted(order)
    become_unsure("refused", 1)
    assert asked(page).select("#doubt") and not asked(page).select("#intervene")


def test_a_press_on_an_old_page_sends_nothing_that_it_did_not_show(sender, molenakker, time, signed_in):
    browser = signed_in(sender)
    campaign = launched(sender, molenakker)
    first = messages.claim("sms", campaign, limit=4, now=time(), road="r")
    second = messages.claim("sms", campaign, limit=6, now=time(), road="r")
    messages.record(
        [Outcome(one.reference, "unsure", code="no_answer") for one in first], road="r", now=time()
    )
    page = browser.get(f"/campaigns/{campaign.id}")
    earlier = time() - timedelta(seconds=1)  # another thread that looked at the clock before us
    messages.record(
        [Outcome(one.reference, "unsure", code="no_answer") for one in second], road="r", now=earlier
    )
    messages.advance([Receipt(first[0].reference, "delivered")], time())
    after = browser.post(f"/campaigns/{campaign.id}/unsure", **the_form(page, "again"))
    assert standing(campaign) == tallied(campaign) == {"delivered": 1, "queued": 3, "unsure": 6}
    assert "An Aerts" in after.select("#decisions")[0].get_text()


def test_who_left_what_stands_on_the_page_and_in_the_report(sender, molenakker, time, signed_in):
    browser = signed_in(sender)
    campaign = doubtful(sender, molenakker, time)
    page = browser.get(f"/campaigns/{campaign.id}")
    browser.post(f"/campaigns/{campaign.id}/unsure", **the_form(page, "leave"))
    campaigns.stop(campaign, by=sender, now=time())
    shown = browser.get(f"/campaigns/{campaign.id}")
    assert "An Aerts" in shown.select("#decisions")[0].get_text()
    built = report.build(fresh(campaign), "en", time())
    assert built["policy"].startswith("Ask me first")
    assert [one["said"] for one in built["decisions"]] == ["10 left as they are by An Aerts"]


def test_a_campaign_that_waits_for_a_person_says_so_on_its_page_and_on_every_other(
    sender, molenakker, time, signed_in
):
    browser = signed_in(sender)
    campaign = doubtful(sender, molenakker, time)
    Campaign.update(moved_at=clock.now()).execute()
    assert "wacht op uw beslissing" in browser.get(f"/campaigns/{campaign.id}").text
    assert "wachten op een beslissing" in browser.get("/").text


def test_two_who_press_at_once_hear_who_was_first(sender, molenakker, time, signed_in):
    browser = signed_in(sender)
    campaign = doubtful(sender, molenakker, time)
    form = the_form(browser.get(f"/campaigns/{campaign.id}"), "again")
    browser.post(f"/campaigns/{campaign.id}/unsure", **form)
    second = browser.post(f"/campaigns/{campaign.id}/unsure", **form)
    assert "niets" in second.text.lower()
    assert Audit.select().where(Audit.deed == "campaign.unsure_sent_again").count() == 1


@pytest.mark.parametrize(
    "typed", [{"choice": "again"}, {"choice": "x"}, {"choice": "again", "last": "9" * 40}]
)
def test_a_press_that_says_nothing_we_know_sends_nothing(sender, molenakker, time, signed_in, typed):
    campaign = doubtful(sender, molenakker, time)
    signed_in(sender).post(f"/campaigns/{campaign.id}/unsure", **typed)
    assert standing(campaign) == {"unsure": 10}


@pytest.mark.sqlite("the steps before PostgreSQL are of SQLite")
def test_what_was_unsure_before_doubts_had_numbers_is_still_asked_about(sender, molenakker, time):
    campaign = doubtful(sender, molenakker, time)
    database = models.database.obj
    database.execute_sql("DROP INDEX message_doubt")
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (name,) in database.execute_sql(triggers).fetchall():  # of later steps
        database.execute_sql(f"DROP TRIGGER {name}")
    for table, columns in {
        "message": ("doubt", "doubted_at", "repeats"),
        "campaign": ("policy", "doubts"),
        "template": ("policy",),
    }.items():
        for column in columns:
            database.execute_sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.execute_sql("DELETE FROM schema_migration WHERE name LIKE '0005%'")
    assert models.migrate() == ["0005_policy"]
    [group] = doubt.groups(fresh(campaign))
    assert group.number == 10 and fresh(campaign).doubts == group.last == 1
    assert doubt.policy_of(fresh(campaign)) == "ask"
    assert doubt.send_again(campaign, group, by=sender, now=time()) == 10
