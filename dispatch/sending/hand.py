"""A batch in hand: handed to its road, kept ours for as long as that takes, each answer written down as it comes."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread

from dispatch import mishaps
from dispatch.providers.base import Outcome, Outgoing, Provider
from dispatch.sending import messages
from models import database

log = logging.getLogger(__name__)
WRITTEN_WITHIN = timedelta(seconds=0.25)  # what a power cut can make unsure
MOST_BEATS = 40  # ten minutes: a road that never answers does not hold a message for ever


class Hand:
    """Carries one batch; every message of it ends recorded, whatever the road does."""

    def __init__(
        self,
        road: Provider,
        references: Sequence[str],
        now: Callable[[], datetime],
        may_go_on: Callable[[], bool] = lambda: True,
    ):
        self.road = road
        self.now = now
        self.may_go_on = may_go_on
        self.unanswered = set(references)
        self.reasons: set[str] = (
            set()
        )  # why what came back may be tried again, or "" for what did not come back
        self.given_back = 0
        self.is_broken = False

    def carry(self, batch: Sequence[Outgoing]) -> None:
        """Hands the batch over; what gets no answer, or one that cannot be written down, is unsure."""
        answers: list[Outcome] = []
        with self._kept():
            # The contract of a road allows no error: one that comes all the same tells nothing of what left.
            with self._contained() as sending:
                self._send(batch, answers)
            with self._contained() as writing:
                self._write(answers)
            self._write([Outcome(reference, "unsure", code="interrupted") for reference in self.unanswered])
        self.is_broken = sending.has_failed or writing.has_failed

    def fail(self) -> None:
        """Says of the whole batch that it surely did not leave and never will."""
        self._write([Outcome(reference, "failed", code="not_writable") for reference in self.unanswered])

    def _send(self, batch: Sequence[Outgoing], answers: list[Outcome]) -> None:
        written_at = self.now()
        for outcome in (sending := self.road.send(batch)):
            answers.append(outcome)
            if self.now() - written_at > WRITTEN_WITHIN:
                self._write(answers)
                answers.clear()
                written_at = self.now()
                if self.road.is_lazy and not self.may_go_on():
                    sending.close()
                    return self._give_back()

    def _give_back(self) -> None:
        """What a lazy road was not asked for yet surely did not leave: a stop takes hold of it."""
        self.given_back = len(self.unanswered)
        self._write([Outcome(reference, "retry") for reference in self.unanswered])

    def _write(self, answers: Sequence[Outcome]) -> None:
        if answers:
            messages.record(answers, road=self.road.name, now=self.now())
            self.reasons.update(outcome.code if outcome.status == "retry" else "" for outcome in answers)
            self.unanswered -= {outcome.reference for outcome in answers}

    def _contained(self) -> mishaps.Contained:
        return mishaps.Contained(log, f"road {self.road.name}, {len(self.unanswered)} messages in hand")

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
            with mishaps.Contained(log, "a lease was not renewed"), database.connection_context():
                messages.keep(list(self.unanswered), self.now())
