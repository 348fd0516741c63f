"""The promise to open in time: seconds gone and left, computed from milestones and never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Milestone

PROMISE = timedelta(hours=1)
# What is left of a promise when people are warned; of an hour that is at 30, 45, 55 and 60 minutes.
LEFT = {"half": 1 / 2, "three_quarters": 1 / 4, "last": 1 / 12, "late": 0}


@dataclass(frozen=True)
class Clock:
    """One promise: made at `requested_at`, to be kept by `due_at`, stopped at `stopped_at` or still running.

    `closed_at` is when the number was closed again; `wanted_at` is the moment that the form asked for.
    """

    requested_at: datetime
    due_at: datetime
    now: datetime
    stopped_at: datetime | None = None
    promise: timedelta = PROMISE
    closed_at: datetime | None = None
    wanted_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None

    @property
    def is_kept(self) -> bool:
        """The number opened, and in time."""
        return self.stopped_at is not None and self.stopped_at <= self.due_at

    @property
    def gone_seconds(self) -> int:
        return max(0, int(((self.stopped_at or self.now) - self.requested_at).total_seconds()))

    @property
    def left_seconds(self) -> int:
        """Until the promised moment; below zero it is late."""
        return int((self.due_at - (self.stopped_at or self.now)).total_seconds())

    @property
    def promise_seconds(self) -> int:
        return int(self.promise.total_seconds())

    @property
    def dial_seconds(self) -> int:
        """What a face of the whole promise shows: a later wanted opening starts it that long ahead."""
        if not self.is_running:
            return self.gone_seconds
        return max(0, self.promise_seconds - self.left_seconds)

    @property
    def is_wanted_sooner(self) -> bool:
        """The form asked for a moment within the promise: nobody is bound to it, and everybody ought to know."""
        return self.wanted_at is not None and self.wanted_at < self.due_at

    @property
    def is_lit(self) -> bool:
        return self.is_running and self._left("last") < self.left_seconds <= self._left("half")

    @property
    def is_late(self) -> bool:
        """The last five minutes of the hour, or over; once the number is open, whether that came too late."""
        return not self.is_kept and self.left_seconds <= (self._left("last") if self.is_running else 0)

    @property
    def step(self) -> str:
        """The last of LEFT that has come; "" before the first, and once the number is open."""
        come = [step for step in LEFT if self.left_seconds <= self._left(step)]
        return come[-1] if come and self.is_running else ""

    def _left(self, step: str) -> float:
        return self.promise_seconds * LEFT[step]

    @property
    def css(self) -> str:
        """The look of the words beside the face."""
        return "late" if self.is_late else "lit" if self.is_lit else ""


def due(
    requested_at: datetime, wanted_open_at: datetime | None = None, promise: timedelta = PROMISE
) -> datetime:
    """When the number is to be open: within the promise, or at the later moment that was asked for."""
    return max(requested_at + promise, wanted_open_at or requested_at)


def of(
    milestones: Iterable[Milestone],
    now: datetime,
    wanted_open_at: datetime | None = None,
    promise: timedelta = PROMISE,
) -> Clock | None:
    """The clock of the last request; None before it, and when it was refused: then nothing is promised."""
    clocks = each(milestones, now, wanted_open_at, promise)
    return clocks[-1] if clocks else None


def each(
    milestones: Iterable[Milestone],
    now: datetime,
    wanted_open_at: datetime | None = None,
    promise: timedelta = PROMISE,
) -> list[Clock | None]:
    """A clock for each request: a number that was closed and asked for again has a promise of its own."""
    requests: list[dict[str, datetime]] = []
    for milestone in milestones:
        if milestone.status == "requested":
            requests.append({})
        for moments in requests[-1:]:
            moments.setdefault(milestone.status, milestone.at)  # that a closing was taken back opens nothing
    return [_clock(moments, now, wanted_open_at, promise) for moments in requests]


def _clock(
    moments: dict[str, datetime], now: datetime, wanted_open_at: datetime | None, promise: timedelta
) -> Clock | None:
    if "refused" in moments and "open" not in moments:
        return None
    requested_at = moments["requested"]
    due_at = due(requested_at, wanted_open_at, promise)
    opened_at, closed_at = moments.get("open"), moments.get("closed")
    return Clock(requested_at, due_at, now, opened_at, promise, closed_at, wanted_open_at)
