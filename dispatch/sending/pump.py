"""The pump: throttle → claim → send → record, one channel at a time, until nothing is due or the rate is used up."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event

from dispatch import clock, courtesy, letters, mishaps
from dispatch.providers.base import NO_ROAD, Provider
from dispatch.sending import campaigns, doubt, receipts, report
from dispatch.sending.hand import Hand
from dispatch.sending.lanes import Lane
from dispatch.sending.roads import Roads
from dispatch.sending.tidying import Tidying
from models import Campaign, alone, at_hand

log = logging.getLogger(__name__)
MOST_LOOKS = 10  # requests to one road at one beat
LEAST_PAUSE, LONGEST_PAUSE = 0.01, 0.25  # seconds between two looks at a throttle that is empty
MISCONFIGURED = frozenset(("not_authorised", "no_safe_connection"))
REFUSED_AT_LEAST = 10
REFUSED_SHARE = 10  # in a hundred of what was answered


class Pump:
    """Carries what is queued to the providers; any number of pumps may share one database."""

    def __init__(
        self, roads: Roads, now: Callable[[], datetime] = clock.now, imprint: letters.Imprint = letters.NOBODY
    ):
        self.roads = roads
        self.now = now
        self.stopping = Event()
        self._lanes = {
            (channel, is_practice): Lane(channel, is_practice, lambda: self.now(), imprint)
            for channel in roads.channels
            for is_practice in (False, True)
        }
        self._tidying = Tidying()

    def tick(self) -> int:
        """Does everything once: launches that go on, every channel, receipts that must be asked for, what is over."""
        self.freeze()
        carried = sum(self.turn(channel) for channel in self.roads.channels)
        self.listen()
        self.look_up()
        self.tidy()
        return carried

    def freeze(self) -> None:
        """Goes on with the launches that are bigger than one transaction, to their end."""
        with at_hand(), _going_on("a launch"), alone("freeze") as is_ours:
            while is_ours and not self.stopping.is_set() and campaigns.half_frozen().exists():
                courtesy.step_aside()
                campaigns.freeze(self.now())

    def turn(self, channel: str) -> int:
        """Sends what is due on one channel and the rate allows now; returns how many messages it carried."""
        carried = 0
        for is_practice in (False, True):
            while sent := self.carry(channel, is_practice=is_practice):
                carried += sent
        return carried

    def run(self, channel: str, *, is_practice: bool) -> None:
        """Carries until nothing is due any more; pauses as briefly as the rate of the road asks."""
        pause = 0.0
        while not self.stopping.wait(pause) and (road := self._road(channel, is_practice)):
            self.carry(channel, is_practice=is_practice)
            pause = min(LONGEST_PAUSE, max(LEAST_PAUSE, 0.1 / road.rate))

    def carry(self, channel: str, *, is_practice: bool) -> int:
        """One stream: throttle → claim → send → record, the most urgent first, until nothing may leave any more."""
        if self.stopping.is_set() or not (road := self._road(channel, is_practice)):
            return 0
        lane = self._lanes[channel, is_practice]
        lane.begin(road, is_spare=not is_practice and road in self.roads.spares(channel, self.now()))
        with at_hand():
            hand = Hand(
                road,
                self.now,
                desk=lane.desk,
                pace=lane.pace(road),
                claim=lambda *asked: None if self.stopping.is_set() else lane.claim(road, *asked),
                judge=lambda hand: self._goes_on(hand, lane),
                may_go_on=lambda: not self.stopping.is_set() and lane.is_still_first(),
                size=1 if self.roads.is_on_trial(road) else road.at_once,
            )
            hand.carry()
            self._judge(hand, lane)
        return hand.carried

    def _road(self, channel: str, is_practice: bool) -> Provider | None:
        """The road for what is due now; None when nothing is, or every road rests.

        A road that another one stands before carries only the message of a self-test that is meant for it.
        """
        now, lane = self.now(), self._lanes[channel, is_practice]
        road = self.roads.choose(channel, is_practice=is_practice, now=now)
        spares = [] if is_practice else self.roads.spares(channel, now)
        with at_hand():
            if not self.roads.is_resting(road, now) and lane.is_due(road):
                return road
            return next((spare for spare in spares if lane.is_due(spare, is_spare=True)), None)

    def _goes_on(self, hand: Hand, lane: Lane) -> bool:
        """Judges a stream in its midst; returns whether this is still the road for what is due."""
        self._judge(hand, lane)
        return self._road(lane.channel, lane.is_practice) is hand.road

    def _judge(self, hand: Hand, lane: Lane) -> None:
        """Leaves a road alone that broke or carried nothing; holds a campaign that a road refuses."""
        road = hand.road
        if hand.is_database_lost:
            return
        # A mailbox that asks to wait is no such fault.
        if hand.is_broken or hand.reasons and hand.reasons <= NO_ROAD:
            self.roads.rest(road, self.now())
            log.warning("road %s carries nothing: %s", road.name, ", ".join(hand.reasons))
        elif hand.reasons:
            self.roads.trust(road, self.now())
        for campaign in lane.claimed_of.values():
            if why := self._why_halt(hand, campaign):
                campaigns.halt(campaign, why, now=self.now())

    def _why_halt(self, hand: Hand, campaign: Campaign) -> str:
        if hand.reasons and hand.reasons <= MISCONFIGURED and self._is_alone(hand.road):
            return "misconfigured"
        refused, answered = report.refusals(campaign, hand.road.channel) if hand.refused else (0, 0)
        is_refused = refused >= REFUSED_AT_LEAST and refused * 100 >= answered * REFUSED_SHARE
        return "refused" if is_refused else ""

    def _is_alone(self, road: Provider) -> bool:
        """Whether no other road could carry in its place now."""
        other = self.roads.choose(road.channel, is_practice=False, now=self.now())
        return other is road or self.roads.is_resting(other, self.now())

    def listen(self) -> None:
        """Takes in the receipts of roads that have to be asked for them."""
        now = self.now()
        for road in self.roads.all():
            with _going_on(f"the receipts of {road.name}"):
                if found := road.collect(now):
                    with at_hand():
                        receipts.take(found, now)

    def look_up(self) -> None:
        """Asks the roads that can be asked what became of the messages that they left us unsure about."""
        for road in self.roads.all():
            with _going_on(f"the look-up at {road.name}"):
                looks = MOST_LOOKS if road.looked_up_at_once else 0
                while looks and not self.stopping.is_set() and self._looked_up(road):
                    looks -= 1

    def _looked_up(self, road: Provider) -> bool:
        """Whether the road knew something, so that it is worth asking on."""
        with at_hand():
            asked = doubt.to_look_up(road.name, self.now(), limit=road.looked_up_at_once)
        found = road.look_up(asked) if asked else []
        if found:
            with at_hand():
                receipts.take(found, self.now())
        return bool(found)

    def tidy(self) -> None:
        """Everything that is not carrying: see `tidying`."""
        with at_hand():
            self._tidying.tidy(self.now())

    def stop(self) -> None:
        """Lets what is in hand be recorded, and claims nothing more."""
        self.stopping.set()


def _going_on(deed: str) -> mishaps.Contained:
    return mishaps.Contained(log, deed)
