"""The desk of a lane: claims and records in a thread of its own, one deed after another, while the road is carried on.

A gateway that nobody listens to while we write is idle, and what talks with delayed acknowledgements stays so for 40 ms.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from dispatch import courtesy
from models import at_hand


class Desk:
    """One thread, with a connection to the database that stays open."""

    def __init__(self):
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="desk")

    def ask(self, deed: Callable, *args, **facts) -> Future:
        """Begins when what was asked before is done; what the deed raises is raised by `result()`."""
        return self._clerk.submit(_done, deed, *args, **facts)


def _done(deed: Callable, *args, **facts):
    courtesy.step_aside()
    with at_hand():
        return deed(*args, **facts)
