"""Who was turned away at a door: written down at once, then at most once a minute, with how often it was since."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

from dispatch import audit
from models import User, writing

APART = timedelta(minutes=1)
MOST_KEPT = 10_000


class Refusals:
    """What one process has turned away and not told yet, so that a flood of refusals is no flood of rows."""

    def __init__(self):
        self._untold: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._guard = Lock()

    def note(self, deed: str, key: str, *, by: User | None, now: datetime) -> None:
        """Counts one refusal of this address or account, and writes down what was counted when it is time."""
        if number := self._due(f"{deed} {key}", now):
            with writing():
                audit.record(deed, by, by=by, now=now, times=number)

    def _due(self, key: str, now: datetime) -> int:
        with self._guard:
            untold, told_at = self._untold.pop(key, (0, datetime.min))
            is_due = not told_at <= now < told_at + APART
            self._untold[key] = (0, now) if is_due else (untold + 1, told_at)
            if len(self._untold) > MOST_KEPT:
                self._untold.popitem(last=False)
        return untold + 1 if is_due else 0
