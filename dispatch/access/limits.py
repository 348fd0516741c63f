"""How often one address may try: counted in the memory of this process, so that a flood costs nearly nothing."""

from collections import OrderedDict
from datetime import datetime
from threading import Lock

MOST_ADDRESSES = 10_000


class Limit:
    """So many tries of one address in so many seconds; they come back evenly."""

    def __init__(self, most: int, seconds: float):
        self.most, self.refill = most, most / seconds
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._guard = Lock()

    def spend(self, address: str, now: datetime) -> bool:
        """Takes one try; False when there was none left."""
        with self._guard:
            left = self._standing(address, now)
            self._left[address] = (max(0.0, left - 1), now)
            self._left.move_to_end(address)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
        return left >= 1

    def is_spent(self, address: str, now: datetime) -> bool:
        with self._guard:
            return self._standing(address, now) < 1

    def _standing(self, address: str, now: datetime) -> float:
        left, at = self._left.get(address, (self.most, now))
        return min(self.most, left + max(0.0, (now - at).total_seconds()) * self.refill)
