"""The pace of a fast road: each message leaves at its own moment, and all of a second together keep to the cap.

What comes late, since a page was answered or the disk was slow, may catch up as long as the second has room for it. Where
it has none the debt is forgotten, or the same delay would come back each second as the room comes back.
"""

from collections import deque

from dispatch.sending import throttle


class Pace:
    """What left by one road within the last second, by the clock of this process; a slow road it lets go.

    Moments are those of monotonic().
    """

    def __init__(self, rate: float):
        self.gap = throttle.gap(rate)
        self._most = throttle.most_in_window(rate)
        self._left: deque[float] = deque()
        self._next_at = 0.0  # behind what the cap held back
        self._is_held_back = False

    def moment(self, slot: float, before: int = 0) -> float:
        """When a message may leave whose moment was to be `slot`, behind so many others that wait."""
        return max(slot, self._next_at + before * self.gap)

    def seconds_left(self, slot: float, now: float) -> float:
        """How long a message still waits whose moment was to be `slot`; zero or less when it may leave."""
        if not self.gap:
            return 0.0
        while self._left and self._left[0] <= now - 1:
            self._left.popleft()
        is_full = len(self._left) >= self._most
        self._is_held_back |= is_full
        return (self._left[0] + 1 if is_full else self.moment(slot)) - now

    def leaves(self, now: float) -> None:
        """To be said of each message as it leaves."""
        if self.gap:
            self._left.append(now)
            self._next_at = (now if self._is_held_back else self._next_at) + self.gap
            self._is_held_back = False
