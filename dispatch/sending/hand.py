"""What is in hand: a stream of messages to one road, kept ours for as long as that takes, each answer written down."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep

from dispatch import courtesy, mishaps
from dispatch.providers.base import NO_ROAD, Outcome, Outgoing, Provider
from dispatch.sending import messages, throttle
from dispatch.sending.journal import Journal
from models import beside, database, writing

log = logging.getLogger(__name__)
WRITTEN_WITHIN = timedelta(seconds=0.1)  # what a power cut can make unsure
WRITTEN_AT_ONCE = 1_000
LOOKED_UP_WITHIN = timedelta(seconds=0.1)  # so soon a stop, a pause or something more urgent takes hold
CLAIMED_FOR = timedelta(
    seconds=0.1
)  # so long a batch may last, since only what has not left can be given back
MOST_CLAIMED = 1_000
MOST_DRY = 25  # in a row: then whoever carries looks whether anything is due at all
DRY_SECONDS = (
    0.004  # between two claims that the rate cuts short: the fewest of any second lack one such claim
)
LASTS = timedelta(seconds=3)  # then whoever carries looks at how the road did, and begins anew
MOST_BEATS = 40  # ten minutes: a road that never answers does not hold a message for ever

Claim = Callable[[int, Journal], list[Outgoing] | None]


class Hand:
    """Carries what `claim` gives until it gives None; every message of it ends recorded, whatever the road does."""

    def __init__(
        self,
        road: Provider,
        now: Callable[[], datetime],
        claim: Claim,
        may_go_on: Callable[[], bool] = lambda: True,
        size: int = 0,
    ):
        self.road = road
        self.now = now
        self.claim = claim
        self.may_go_on = may_go_on
        self.size = size or road.at_once
        self.carried = 0
        self.reasons: set[str] = (
            set()
        )  # why what came back may be tried again, or "" for what did not come back
        self.refused = 0
        self.is_broken = False
        self._is_lost = False  # the road brought one back: the rest waits for another stream
        self._waiting: deque[Outgoing] = deque()  # claimed, and the road did not ask for it yet
        self._under_way: set[str] = set()
        self._journal = Journal(beside("hands"), road.name)
        self._answers: list[Outcome] = []
        self._dry, self._dry_until = 0, 0.0
        self._begun_at = self._written_at = self._looked_at = self._held_at = now()

    def carry(self) -> None:
        """Hands over until nothing is left; what gets no answer, or one that cannot be written down, is unsure."""
        with self._journal, self._kept():
            # The contract of a road allows no error: one that comes all the same tells nothing of what left.
            with self._contained() as sending, closing(self._feed()) as feed:
                for outcome in self.road.send(feed):
                    if outcome:
                        self._answers.append(outcome)
                        self._journal.answered(outcome)
                        self._is_lost |= outcome.status == "retry" and outcome.code in NO_ROAD
                    self._write_in_time()
            with self._contained() as writing:
                self._write(self._answers)
            with self._contained() as settling:
                self._give_back()
                self._write(
                    [Outcome(reference, "unsure", code="interrupted") for reference in self._under_way]
                )
            if settling.has_failed:  # as a rule the disk is full
                self._journal.leave()
        self.is_broken = sending.has_failed or writing.has_failed or settling.has_failed

    def _feed(self) -> Iterator[Outgoing | None]:
        while not self._is_lost and (batch := self._claimed()) is not None:
            begun_at = self.now()
            while self._waiting and not self._is_lost and self._is_still_right():
                courtesy.step_aside()
                self._journal.given(self._waiting[0].reference)
                outgoing = self._waiting.popleft()
                self._under_way.add(outgoing.reference)
                yield outgoing
            if self._waiting:
                self._give_back()
            elif batch:
                self._learn(self.now() - begun_at)
            elif self._may_wait():  # an idle road would end the stream, and a new one is dear
                sleep(DRY_SECONDS)
                continue
            yield None  # what was claimed leaves before more is: at a low rate a road would hold it back until it is full

    def _may_wait(self) -> bool:
        """Whether a fast road has answered for everything, and its rate will soon allow more."""
        self._dry += 1
        is_idle = len(self._under_way) == len(self._answers)
        return is_idle and self.road.rate >= throttle.FAST and self._dry < MOST_DRY

    def _claimed(self) -> list[Outgoing] | None:
        """The next batch; empty while the rate allows none. What the rate cut short is not asked again at once."""
        self._write_in_time()
        if monotonic() < self._dry_until:
            return []
        batch = self.claim(self.size, self._journal) if self.now() - self._begun_at < LASTS else None
        if batch is not None and len(batch) < self.size:
            self._dry_until = monotonic() + DRY_SECONDS
        if batch:
            self._dry = 0
            self._held_at = self.now()
            self._waiting.extend(batch)
        return batch

    def _learn(self, took: timedelta) -> None:
        """Measures the next batch by the pace of this one: a slow road holds little, a fast one is asked seldom."""
        fitting = int(self.size * CLAIMED_FOR / took) if took else MOST_CLAIMED
        self.size = max(self.road.at_once, 1, min(fitting, 4 * self.size, MOST_CLAIMED))

    def _is_still_right(self) -> bool:
        now = self.now()
        if now - self._looked_at < LOOKED_UP_WITHIN:
            return True
        self._looked_at = now
        return self.may_go_on()

    def _give_back(self) -> None:
        """What the road did not ask for surely did not leave: a stop takes hold of it, or another road carries it."""
        if returned := [one.reference for one in self._waiting]:
            with writing():
                messages.give_back(returned, self.now(), held_at=self._held_at)
                throttle.give_back(self.road.name, self.road.rate, len(returned), self.now())
            self._waiting.clear()
            self._journal.settled(returned)

    def _write_in_time(self) -> None:
        if len(self._answers) >= WRITTEN_AT_ONCE or self.now() - self._written_at > WRITTEN_WITHIN:
            self._write(self._answers)
            self._answers = []

    def _write(self, answers: list[Outcome]) -> None:
        self._written_at = self.now()
        if not answers:
            return
        messages.record(answers, road=self.road.name, now=self._written_at, held_at=self._held_at)
        self.carried += len(answers)
        self.reasons.update(outcome.code if outcome.status == "retry" else "" for outcome in answers)
        self.refused += sum(outcome.status == "failed" for outcome in answers)
        settled = [outcome.reference for outcome in answers]
        self._under_way.difference_update(settled)
        self._journal.settled(settled)

    def _contained(self) -> mishaps.Contained:
        return mishaps.Contained(log, f"road {self.road.name}, {len(self._under_way)} messages under way")

    @contextmanager
    def _kept(self) -> Iterator[None]:
        over = Event()
        keeper = Thread(target=self._keep, args=(over,), name="keeper", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def _keep(self, over: Event) -> None:
        """Renews the lease while the road is slow, or another pump would say that nobody can know."""
        for _ in range(MOST_BEATS):
            if over.wait(messages.LEASE.total_seconds() / 4):
                return
            now = self.now()
            if now - self._held_at > messages.LEASE:  # we stood still: others may hold it by now
                return
            with mishaps.Contained(log, "a lease was not renewed"), database.connection_context():
                held = [*self._under_way.copy(), *(one.reference for one in self._waiting.copy())]
                self._journal.kept(now)
                messages.keep(held, now, held_at=self._held_at)
                self._held_at = now
