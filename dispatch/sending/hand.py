"""What is in hand: a stream of messages to one road, kept ours for as long as that takes, each answer written down."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import NamedTuple

from dispatch import courtesy, logs, mishaps
from dispatch.providers.base import NO_ROAD, Outcome, Outgoing, Provider
from dispatch.sending import messages, throttle
from dispatch.sending.desk import Desk
from dispatch.sending.journal import Journal
from dispatch.sending.pace import Pace
from models import beside, carrying, database, is_lost

log = logging.getLogger(__name__)
WRITTEN_WITHIN = timedelta(seconds=0.1)  # what a power cut can make unsure
WRITTEN_AT_ONCE, WRITTEN_BESIDE_PAGES = 1_000, 200
LOOKED_UP_WITHIN = timedelta(seconds=0.1)  # so soon a stop, a pause or something more urgent takes hold
CLAIMED_FOR = timedelta(
    seconds=0.1
)  # so long a batch may last, since only what has not left can be given back
MOST_CLAIMED = 1_000
ASKED_BEFORE = throttle.AHEAD.total_seconds() / 2  # so long before the last that waits may leave
MOST_DRY = 25  # in a row: then whoever carries looks whether anything is due at all
DRY_SECONDS = 0.004  # between two claims that the rate cuts short
JUDGED_EACH = timedelta(seconds=2)  # then whoever carries looks at how the road did
SILENT = timedelta(minutes=10)  # a road that never answers does not hold a message for ever


class Batch(NamedTuple):
    """What was claimed together; of a fast road each may leave a gap after the one before."""

    messages: list[Outgoing]
    leaves_at: float = 0.0  # the first, by monotonic()
    held_at: datetime = datetime.min  # when they were ours already


Claim = Callable[[int, Journal], Batch | None]


class Hand:
    """Carries what `claim` gives until it gives None; every message of it ends recorded, whatever the road does."""

    def __init__(
        self,
        road: Provider,
        now: Callable[[], datetime],
        claim: Claim,
        desk: Desk,
        pace: Pace,
        may_go_on: Callable[[], bool] = lambda: True,
        judge: Callable[["Hand"], bool] = lambda hand: True,
        size: int = 0,
    ):
        self.road = road
        self.now = now
        self.claim = claim
        self.desk = desk
        self.pace = pace
        self.may_go_on = may_go_on
        self.judge = judge
        self.size = size or road.at_once
        self.carried = 0
        self.reasons: set[str] = (
            set()
        )  # why what came back may be tried again, or "" for what did not come back
        self.refused = 0
        self.is_broken = False
        self.is_database_lost = False  # which is no fault of the road
        self._is_over = False  # another road carries the rest, or none
        self._is_lost = False  # the road brought one back: the rest waits for another stream
        self._waiting: deque[tuple[float, Outgoing]] = deque()  # claimed; when each may leave
        self._under_way: set[str] = set()
        self._journal = Journal(beside("hands"), road.name)
        self._answers: list[Outcome] = []
        self._claiming: Future | None = None
        self._writing: tuple[Future, list[Outcome]] | None = None
        self._is_plenty = False  # the last claim got all it asked: more is due, and the rate allows it
        self._dry, self._dry_until = 0, 0.0
        self._judged_at = self._settled_at = self._looked_at = self._held_at = self._kept_at = now()
        self._alive_at = monotonic()
        self._written_at = self._judged_at - WRITTEN_WITHIN  # what is answered first is written at once

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
            with self._contained() as claiming:
                self._take_in(wait=True)
            with self._contained() as writing:
                self._write_all()
            with self._contained() as settling:
                self._give_back()
                self._answers = [Outcome(one, "unsure", code="interrupted") for one in self._under_way]
                self._write_all()
            if settling.has_failed:  # as a rule the disk is full
                self._journal.leave()
        parts = (sending, claiming, writing, settling)
        self.is_database_lost = any(is_lost(part.error) for part in parts)
        self.is_broken = any(part.has_failed for part in parts)

    def _feed(self) -> Iterator[Outgoing | None]:
        while not self._is_lost and (batch := self._claimed()) is not None:
            begun_at = self.now()
            while self._waiting and not self._is_lost and self._is_still_right():
                if (seconds := self.pace.seconds_left(self._waiting[0][0], monotonic())) > 0:
                    if not self._slept(seconds):
                        yield None
                    continue
                courtesy.step_aside()
                yield self._given()
                self._ask_ahead()
            if self._waiting:
                self._give_back()
            elif batch.messages:
                self._learn(len(batch.messages), self.now() - begun_at)
                if self._claiming:
                    continue
            elif self._may_wait():  # an idle road would end the stream, and a new one is dear
                sleep(DRY_SECONDS)
                continue
            yield None  # what was claimed leaves before more is: at a low rate a road would hold it back until it is full

    def _slept(self, seconds: float) -> bool:
        """Waits while nothing is under way: a road that is told so would end the stream."""
        self._write_in_time()
        if not self._is_idle():
            return False
        sleep(min(seconds, DRY_SECONDS))
        return True

    def _given(self) -> Outgoing:
        outgoing = self._waiting[0][1]
        self._journal.given(outgoing.reference)
        self._waiting.popleft()
        self._under_way.add(outgoing.reference)
        self.pace.leaves(monotonic())
        return outgoing

    def _may_wait(self) -> bool:
        """Whether a fast road has answered for everything, and its rate will soon allow more."""
        self._dry += 1
        return self._is_idle() and self.road.rate >= throttle.FAST and self._dry < MOST_DRY

    def _is_idle(self) -> bool:
        """Whether the road has answered for everything that it was given."""
        written = self._writing[1] if self._writing else ()
        return len(self._under_way) == len(self._answers) + len(written)

    def _ask_ahead(self) -> None:
        """A road that will have room for more finds it claimed; what is answered first is written before, and seen."""
        if self.carried and not self._claiming and self._may_be_more():
            self._ask()

    def _may_be_more(self) -> bool:
        if not self.pace.gap:
            return self._is_plenty and len(self._waiting) <= self.size // 2
        if not self._waiting:
            return True
        return self.pace.moment(self._waiting[-1][0], len(self._waiting) - 1) - monotonic() < ASKED_BEFORE

    def _ask(self) -> None:
        if self.now() - self._judged_at >= JUDGED_EACH:
            self._look_back()
        if not self._is_over:
            self._claiming = self.desk.ask(self.claim, self.size, self._journal)

    def _look_back(self) -> None:
        """How the road did since the last look; a journal that has grown long goes on with what is in hand."""
        self._judged_at = self.now()
        self._is_over |= not self.judge(self)
        self.reasons.clear()
        self.refused = 0
        if self._journal.is_long:
            written = self._writing[1] if self._writing else ()
            waiting = [one.reference for _, one in self._waiting]
            with suppress(OSError):  # where the disk is full: it goes on in the long one
                self._journal.begin_anew(self._held_at, waiting, self._under_way, [*written, *self._answers])

    def _claimed(self) -> Batch | None:
        """The next batch; empty while it is not there yet. What the rate cut short is not asked again at once."""
        self._write_in_time()
        if not self._claiming:
            if monotonic() < self._dry_until:
                return Batch([])
            self._ask()
        if not self._claiming:
            return None
        return self._take_in(wait=self._is_idle())

    def _take_in(self, *, wait: bool) -> Batch | None:
        """What was asked for, to be handed over; empty when it is not there yet, None when nothing is due any more."""
        if not self._claiming or not (wait or self._claiming.done()):
            return Batch([])
        asked, self._claiming = self._claiming, None
        batch = asked.result()
        self._is_plenty = batch is not None and len(batch.messages) >= self.size
        if batch is not None and not self._is_plenty:
            self._dry_until = monotonic() + DRY_SECONDS
        if batch and batch.messages:
            self._dry = 0
            self._held_at, self._alive_at = max(batch.held_at, self._kept_at), monotonic()
            leave_at = (batch.leaves_at + number * self.pace.gap for number in range(len(batch.messages)))
            self._waiting.extend(zip(leave_at, batch.messages, strict=True))
        return batch

    def _learn(self, number: int, took: timedelta) -> None:
        """Measures the next batch by the pace of this one: a slow road holds little, a fast one is asked seldom."""
        fitting = int(number * CLAIMED_FOR / took) if took else MOST_CLAIMED
        self.size = max(self.road.at_once, 1, min(fitting, 4 * self.size, MOST_CLAIMED))

    def _is_still_right(self) -> bool:
        now = self.now()
        if monotonic() - self._alive_at > messages.LEASE.total_seconds():
            return False  # we stood still: what waits may be somebody else's by now
        if now - self._looked_at < LOOKED_UP_WITHIN:
            return True
        self._looked_at = now
        return self.may_go_on()

    def _give_back(self) -> None:
        """What the road did not ask for surely did not leave: a stop takes hold of it, or another road carries it."""
        if returned := [one.reference for _, one in self._waiting]:
            with carrying():
                throttle.hold(self.road.name)
                messages.give_back(returned, self.now(), held_at=self._held_at)
                throttle.give_back(self.road.name, self.road.rate, len(returned), self.now())
            self._waiting.clear()
            self._journal.settled(returned)

    def _write_in_time(self) -> None:
        if self._writing and (self._writing[0].done() or len(self._answers) >= 2 * WRITTEN_AT_ONCE):
            self._settle()
        enough = WRITTEN_BESIDE_PAGES if courtesy.is_asked() else WRITTEN_AT_ONCE
        is_time = len(self._answers) >= enough or self.now() - self._written_at >= WRITTEN_WITHIN
        if is_time and not self._writing:
            self._write()

    def _write_all(self) -> None:
        """Returns when all that was answered is committed."""
        self._settle()
        self._write()
        self._settle()

    def _write(self) -> None:
        answers, self._answers, self._written_at = self._answers, [], self.now()
        if answers:
            self._writing = self.desk.ask(self._record, answers, self._written_at), answers

    def _record(self, answers: list[Outcome], now: datetime) -> None:
        messages.record(answers, road=self.road.name, now=now, held_at=self._held_at)
        told = Counter(outcome.status for outcome in answers)
        logs.tell(log, "road.answered", road=self.road.name, channel=self.road.channel, **told)
        self._journal.settled([outcome.reference for outcome in answers])

    def _settle(self) -> None:
        """Waits for what is being written; what could not be is kept, to be written with the next."""
        if not self._writing:
            return
        (written, answers), self._writing = self._writing, None
        try:
            written.result()
        except Exception:
            self._answers[:0] = answers
            raise
        self.carried += len(answers)
        self._settled_at = self.now()
        self.reasons.update(outcome.code if outcome.status == "retry" else "" for outcome in answers)
        self.refused += sum(outcome.status == "failed" for outcome in answers)
        self._under_way.difference_update(outcome.reference for outcome in answers)

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
        while not over.wait(messages.LEASE.total_seconds() / 4):
            now = self.now()
            has_stood_still = now - self._held_at > messages.LEASE  # others may hold it by now
            if has_stood_still or now - self._settled_at > SILENT:
                self._is_over = True  # the next stream has a keeper again
                return
            with mishaps.Contained(log, "a lease was not renewed"), database.connection_context():
                held = [*self._under_way.copy(), *(one.reference for _, one in self._waiting.copy())]
                ahead = self._claimed_ahead()
                held += [one.reference for one in ahead.messages]
                self._journal.kept(now)
                messages.keep(held, now, held_at=max(self._held_at, ahead.held_at))
                self._held_at = self._kept_at = now
                self._alive_at = monotonic()

    def _claimed_ahead(self) -> Batch:
        """What was claimed and waits until the batch in hand has left."""
        claiming = self._claiming
        if not claiming or not claiming.done() or claiming.exception():
            return Batch([])
        return claiming.result() or Batch([])
