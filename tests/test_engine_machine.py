"""The engine as a machine: every deed in any order, any number of times; what must always hold is looked at after each."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import models
from dispatch import letters
from dispatch.errors import WrongMoment
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import acknowledgements, campaigns, cascade, doubt, messages, receipts, sweeps, tallies
from models import (
    AWAITED,
    RANKS,
    Acknowledgement,
    Audit,
    Bin,
    Campaign,
    Letter,
    Member,
    Message,
    Recipient,
    User,
    database,
)
from tests import cast, town
from tests.cast import NOON
from tests.victim import TEXTS

EXAMPLES = int(os.environ.get("BELFORT_MACHINE_EXAMPLES", "40"))
STEPS = int(os.environ.get("BELFORT_MACHINE_STEPS", "40"))
MEMBERS = 6
MOST_CAMPAIGNS = 3
REPORTED = ("accepted", "delivered", "failed", "expired")
ANSWERS = st.sampled_from(["accepted", "failed", "retry", "unsure"])
STRANGER = "f" * 16
WISHES = {
    "kind": st.sampled_from(["warning", "news"]),
    "channels": st.sampled_from([["sms"], ["email"], ["sms", "email"]]),
    "awaits": st.sampled_from(["", "", *AWAITED]),
    "useful_for": st.sampled_from([None, timedelta(minutes=2)]),
    "at_once": st.sampled_from([2, 100]),
}
picks = st.lists(st.integers(0, 99), min_size=1, max_size=4)


@contextmanager
def undone() -> Iterator[None]:
    """A transaction around an example, of which nothing stays."""
    with database.connection_context(), database.atomic() as example:
        try:
            yield
        finally:
            example.rollback()


class Engine(RuleBasedStateMachine):
    """Campaigns and letters, a hand that holds messages, gateways that say anything, people who press everything."""

    def __init__(self):
        super().__init__()
        self.example = ExitStack()
        self.example.enter_context(undone())
        self.sender, self.bin = User.get(), Bin.get()
        self.now = NOON
        self.hand: list[str] = []  # claimed, and neither answered for nor doubted
        self.answered: list[str] = []  # what a road may answer for once more
        self.stood: dict[str, str] = {}
        self.has_left: set[str] = set()  # what may have left, for all that the engine knows
        self.done: Counter = Counter()

    def teardown(self):
        self.example.close()

    def _tried(self, deed: str, done, *args, **facts) -> object:
        """Does it, and remembers that it was done unless it was refused."""
        try:
            found = done(*args, now=self.now, **facts)
        except WrongMoment:
            return None
        self.done[f"campaign.{deed}"] += 1
        return found

    def _one(self, pick: int) -> Campaign:
        rows = list(Campaign.select().order_by(Campaign.id))
        return rows[pick % len(rows)]

    # ── People ──────────────────────────────────────────────────────────

    @initialize(**WISHES)
    def launch_the_first(self, **wishes):
        self._launch(**wishes)
        for channel in wishes["channels"]:
            self._claim(channel, self._one(0), 3)

    @precondition(lambda self: Campaign.select().count() < MOST_CAMPAIGNS)
    @rule(**WISHES)
    def launch_another(self, **wishes):
        self._launch(**wishes)

    def _launch(self, kind, channels, awaits, useful_for, at_once):
        draft = campaigns.draft(self.sender.organisation, by=self.sender, now=self.now)
        wording = {"name": "Gaslek", "kind": kind, "channels": channels, "texts": TEXTS}
        wording["asks_acknowledgement"] = awaits == "acknowledgement" or None
        if awaits and len(channels) > 1:
            wording["cascade"] = {"order": sorted(channels), "minutes": 1, "awaits": awaits}
        audience = {"bins": [self.bin.id]}
        campaigns.FROZEN_AT_ONCE = at_once
        campaigns.write(draft, by=self.sender, now=self.now, version=1, audience=audience, **wording)
        said = {"by": self.sender, "terms_accepted": True, "useful_for": useful_for}
        assert self._tried("launched", campaigns.launch, draft, **said)
        assert self._tried("launched", campaigns.launch, draft, **said) is None  # pressed twice

    @rule(
        pick=st.integers(0, 9),
        deed=st.sampled_from(["paused", "resumed", "resumed", "stopped"]),
    )
    def intervene(self, pick, deed):
        deeds = {"paused": campaigns.pause, "resumed": campaigns.resume, "stopped": campaigns.stop}
        self._tried(deed, deeds[deed], self._one(pick), by=self.sender)

    @rule(pick=st.integers(0, 9), which=st.integers(0, 9), is_left=st.booleans())
    def decide_on_doubt(self, pick, which, is_left):
        campaign = self._one(pick)
        groups = doubt.groups(campaign)
        if groups:
            group, unsure = groups[which % len(groups)], self._unsure(campaign)
            deed, done = ("unsure_left", doubt.leave) if is_left else ("unsure_sent_again", doubt.send_again)
            number = self._tried(deed, done, campaign, group, by=self.sender)
            again = unsure - self._unsure(campaign)
            assert number in (None, group.number) and len(again) == (0 if is_left else number or 0)
            self._accept_twice(again)

    @rule()
    def insist(self):
        """What may not have arrived goes again by itself, where the campaign's policy says so."""
        unsure = {campaign: self._unsure(campaign) for campaign in Campaign.select()}
        doubt.insist(self.now)
        for campaign, before in unsure.items():
            again = before - self._unsure(campaign)
            assert not again or doubt.policy_of(campaign) == "insist" and campaign.is_running
            self.done["campaign.unsure_sent_again"] += bool(again)
            self._accept_twice(again)

    def _unsure(self, campaign: Campaign) -> set[str]:
        rows = campaign.messages.select(Message.reference).where(Message.status == "unsure").tuples()
        return {reference for (reference,) in rows}

    def _accept_twice(self, references: set[str]) -> None:
        """Somebody, or the policy for warnings, takes it that these may arrive twice."""
        self.has_left -= references
        self.stood |= dict.fromkeys(references, "queued")

    @precondition(lambda self: Letter.select().count() < 2)
    @rule()
    def post_letter(self):
        said = {"organisation": self.sender.organisation, "subject": "s", "body": "b", "lang": "nl"}
        letters.post(["wacht@centre.example"], now=self.now, **said)

    # ── The pump ────────────────────────────────────────────────────────

    @rule()
    def go_on_with_launches(self):
        campaigns.freeze(self.now)

    @rule(pick=st.integers(0, 9), channel=st.sampled_from(["sms", "email"]), limit=st.integers(1, 5))
    def claim(self, pick, channel, limit):
        sources = [*Campaign.select(), *Letter.select()]
        self._claim(channel, sources[pick % len(sources)], limit)

    def _claim(self, channel, source, limit):
        claimed = messages.claim(channel, source, limit=limit, now=self.now)
        taken = [one.reference for one in claimed]
        assert not taken or isinstance(source, Letter) or self._may_send(source)
        assert len(taken) <= limit and not self.has_left & set(taken), "what may have left was claimed again"
        assert not set(taken) & set(self.hand), "what is in hand was claimed again"
        self.hand += taken

    def _may_send(self, campaign: Campaign) -> bool:
        return campaign.is_running and (campaign.expires_at is None or campaign.expires_at > self.now)

    @rule(
        picks=picks, answers=st.lists(ANSWERS | st.just(""), min_size=4, max_size=4), is_twice=st.booleans()
    )
    def answer(self, picks, answers, is_twice):
        """Each with what its road said, or with nothing: it was not asked for, and is given back."""
        chosen = self._out_of_hand(picks)
        messages.give_back(
            [one for one, status in zip(chosen, answers, strict=False) if not status], self.now
        )
        outcomes = [Outcome(one, status) for one, status in zip(chosen, answers, strict=False) if status]
        doubled = [*outcomes, *reversed(outcomes), Outcome(STRANGER, "accepted")] if is_twice else outcomes
        messages.record(doubled, road="r", now=self.now)
        self.answered += [one.reference for one in outcomes if one.status != "retry"]
        self.has_left.update(one.reference for one in outcomes if one.status != "retry")
        self._assert_reached((one.reference, one.status) for one in outcomes if one.status != "retry")

    @precondition(lambda self: self.answered)
    @rule(pick=st.integers(0, 99), status=ANSWERS)
    def record_once_more(self, pick, status):
        reference = self.answered[pick % len(self.answered)]
        if reference not in self.hand:  # a road answers twice for one message, not for another claim of it
            messages.record([Outcome(reference, status)], road="r", now=self.now)

    def _out_of_hand(self, picks: list[int]) -> list[str]:
        chosen = {self.hand[pick % len(self.hand)] for pick in picks} if self.hand else set()
        self.hand = [reference for reference in self.hand if reference not in chosen]
        return sorted(chosen)

    @rule(pick=st.integers(0, 9))
    def halt(self, pick):
        campaign = self._one(pick)
        self.done["campaign.halted"] += campaign.is_running
        campaigns.halt(campaign, "refused", now=self.now)

    @rule(seconds=st.sampled_from([3, 40, 61, 130]), is_alive=st.booleans())
    def wait(self, seconds, is_alive):
        self.now += timedelta(seconds=seconds)
        if is_alive:
            messages.keep(self.hand, self.now)

    @rule()
    def doubt(self):
        messages.doubt(self.now)
        overdue = Message.claimed_at < self.now - messages.LEASE
        assert not Message.select().where(Message.status == "sending", overdue).exists()
        doubted = {reference for reference, status in self._standing().items() if status == "unsure"}
        self.has_left |= doubted
        self.hand = [reference for reference in self.hand if reference not in doubted]

    @rule(pick=st.integers(0, 9))
    def finish(self, pick):
        campaign = self._one(pick)
        if campaign.is_running:
            campaigns.finish(campaign, self.now)

    @rule()
    def step_on(self):
        """The next channel goes to whom the one before did not reach, and to nobody who confirmed."""
        before, stood = self._meant(), self._standing()
        cascade.step(self.now)
        for campaign, member, _channel in self._meant() - before:
            assert Campaign.get_by_id(campaign).is_running
            assert (campaign, member) not in self._confirmed()
            theirs = Message.select(Message.reference).join(Recipient)
            theirs = theirs.where(Message.campaign == campaign, Recipient.member == member).tuples()
            if Campaign.get_by_id(campaign).cascade["awaits"] == "receipt":
                assert "delivered" not in {stood.get(reference) for (reference,) in theirs}

    def _meant(self) -> set[tuple[int, int, str]]:
        rows = Recipient.select(Message.campaign, Recipient.member, Message.channel).join(Message)
        return set(rows.where(Message.campaign.is_null(False)).tuples())

    def _confirmed(self) -> set[tuple[int, int]]:
        return set(Acknowledgement.select(Acknowledgement.campaign, Acknowledgement.member).tuples())

    @rule(pick=st.integers(0, 99))
    def confirm(self, pick):
        """Somebody answers a message that may have reached them; nothing that waits for them alone leaves any more."""
        left = Message.select().where(Message.reference.in_(self.has_left), Message.campaign.is_null(False))
        rows = list(left.order_by(Message.id))
        if rows:
            message = rows[pick % len(rows)]
            if message.channel == "email":
                acknowledgements.by_link(message.reference, self.now)
            else:
                people = [row.member for row in message.recipients]
                with models.writing():
                    acknowledgements.by_reply(message.address, people, self.now)
        for message in Message.select().where(Message.status == "queued", Message.campaign.is_null(False)):
            meant = {(message.campaign_id, row.member_id) for row in message.recipients}
            assert not meant <= self._confirmed(), "a message waits for people who have all confirmed"

    @rule()
    def tidy(self):
        campaigns.expire(self.now)
        mine = Message.select(Message.reference).where(Message.campaign.is_null(), Message.status == "unsure")
        unsure = {reference for (reference,) in mine.tuples()}
        sweeps.send_letters_again(self.now)
        self._accept_twice(unsure - {reference for (reference,) in mine.tuples()})

    # ── Gateways ────────────────────────────────────────────────────────

    @rule(told=st.lists(st.tuples(st.integers(0, 99), st.sampled_from(REPORTED)), min_size=1, max_size=4))
    def take_receipts(self, told):
        """Of what left: in hand and not recorded, recorded, ended, twice; and of what nobody knows."""
        left = sorted(self.has_left | set(self.hand))
        news = [Receipt(left[pick % len(left)], status) for pick, status in told] if left else []
        receipts.take([*news, Receipt(STRANGER, "delivered"), *news[:1]], self.now)
        self.has_left.update(receipt.reference for receipt in news)
        self._assert_reached((receipt.reference, receipt.status) for receipt in news)

    def _assert_reached(self, told) -> None:
        """News is never lost: each message stands at least as high as what was said of it."""
        stands = self._standing()
        assert all(RANKS[stands[reference]] >= RANKS[status] for reference, status in told)

    # ── What must always hold ───────────────────────────────────────────

    def _standing(self) -> dict[str, str]:
        return dict(Message.select(Message.reference, Message.status).tuples())

    @invariant()
    def no_message_goes_back(self):
        stands = self._standing()
        for reference, old in self.stood.items():
            new = stands[reference]
            assert new == old or RANKS[new] > RANKS[old] or (old, new) == ("sending", "queued"), (old, new)
        self.stood = stands

    @invariant()
    def the_counters_say_where_the_messages_stand(self):
        for campaign in Campaign.select():
            rows = campaign.messages.select(Message.channel, Message.status).tuples()
            counted = {
                (channel, status): number
                for channel, row in tallies.counts(campaign).items()
                for status, number in row.items()
                if number
            }
            assert counted == Counter(rows)

    @invariant()
    def everybody_is_reached_once_by_each_channel(self):
        for campaign in Campaign.select().where(Campaign.status != "draft"):
            reached = Recipient.select(Recipient.member, Message.channel).join(Message)
            pairs = list(reached.where(Message.campaign == campaign.id).tuples())
            members = {member for member, _ in pairs}
            addresses = list(campaign.messages.select(Message.channel, Message.address).tuples())
            assert len(pairs) == len(set(pairs)) and len(addresses) == len(set(addresses))
            assert campaign.people == len(members)
            if campaign.queued_through is None:
                assert campaign.people == (MEMBERS if "email" in campaign.channels else MEMBERS - 1)

    @invariant()
    def nothing_waits_in_a_campaign_that_is_over(self):
        rows = Message.select(Message.reference, Message.status).join(Campaign)
        for reference, status in rows.where(Campaign.status.in_(("done", "stopped"))).tuples():
            assert status != "queued"
            assert status != "sending" or reference in self.hand

    @invariant()
    def each_deed_is_remembered(self):
        deeds = Counter(deed for (deed,) in Audit.select(Audit.deed).tuples())
        for deed, number in self.done.items():
            assert deeds[deed] == number, deed
        done = Campaign.select().where(Campaign.status == "done").count()
        assert deeds["campaign.finished"] == done


@pytest.fixture
def small_town(empty_database, tmp_path):
    """A database of its own with a few members, of whom two share a mailbox and one has no telephone."""
    path = tmp_path / "belfort.db"
    path.write_bytes(empty_database.read_bytes())
    models.connect(f"sqlite:///{path}")
    with database.connection_context():
        town.user("sender", cast.zone())
        bin = cast.bin_named("Kerkdries")
        for number in range(MEMBERS):
            mobile = f"+32471000{number:02}1" if number else ""
            cast.member(bin, f"Lid{number}", email=f"lid{min(number, 4)}@leden.example", mobile=mobile)
        assert Member.select().count() == MEMBERS


@pytest.mark.timeout(1200)
def test_every_order_of_deeds_keeps_what_must_always_hold(small_town, monkeypatch):
    monkeypatch.setattr(campaigns, "FROZEN_AT_ONCE", campaigns.FROZEN_AT_ONCE)  # the machine changes it
    run_state_machine_as_test(
        Engine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
