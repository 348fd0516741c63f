"""The promise of one hour: seconds gone and left, computed from milestones and never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Milestone

PROMISE = timedelta(hours=1)
HOUR_SECONDS = 3600
LIT_LEFT_SECONDS = 30 * 60
LATE_LEFT_SECONDS = 5 * 60


@dataclass(frozen=True)
class Clock:
    """One promise: made at `requested_at`, to be kept by `due_at`, stopped at `stopped_at` or still running."""

    requested_at: datetime
    due_at: datetime
    now: datetime
    stopped_at: datetime | None = None

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
    def dial_seconds(self) -> int:
        """What a face of one hour shows: a later wanted opening starts it one hour ahead."""
        return self.gone_seconds if not self.is_running else max(0, HOUR_SECONDS - self.left_seconds)

    @property
    def is_lit(self) -> bool:
        return self.is_running and LATE_LEFT_SECONDS < self.left_seconds <= LIT_LEFT_SECONDS

    @property
    def is_late(self) -> bool:
        """The last five minutes, or over; once the number is open, whether that came too late."""
        return not self.is_kept and self.left_seconds <= (LATE_LEFT_SECONDS if self.is_running else 0)

    @property
    def css(self) -> str:
        """The look of the words beside the face."""
        return "late" if self.is_late else "lit" if self.is_lit else ""


def due(requested_at: datetime, wanted_open_at: datetime | None = None) -> datetime:
    """When the number is to be open: within the hour, or at the later moment that was asked for."""
    return max(requested_at + PROMISE, wanted_open_at or requested_at)


def of(
    milestones: Iterable[Milestone], now: datetime, wanted_open_at: datetime | None = None
) -> Clock | None:
    """The clock of an activation; None before the request, and when it was refused: then nothing is promised."""
    moments = {milestone.status: milestone.at for milestone in milestones}
    requested_at = moments.get("requested")
    if requested_at is None or ("refused" in moments and "open" not in moments):
        return None
    return Clock(requested_at, due(requested_at, wanted_open_at), now, moments.get("open"))
