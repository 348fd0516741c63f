"""Pages before messages: while somebody waits for a page, whoever sends at full speed steps aside for a moment.

One process does both, and its threads take turns at one interpreter: without this a page of 5 ms of work takes 50.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from time import monotonic

from store import awaited

LONGEST_SECONDS = 0.02  # the throttle catches up on that; then something leaves all the same, however many pages are asked for
WORK_SECONDS = 0.01  # so much between two steps aside

LATELY_SECONDS = 0.5  # whoever reads and types asks again within that

TURN_SECONDS = 0.001
YOUNG = 10_000  # objects between two looks for rings among the young: a page makes some thousands

_guests = 0
_left = Condition()
_resumed_at = 0.0
_last_left_at = -LATELY_SECONDS


@contextmanager
def guest() -> Iterator[None]:
    """Somebody waits for the page that this thread makes."""
    global _guests, _last_left_at
    with _left:
        _guests += 1
    try:
        with awaited():
            yield
    finally:
        with _left:
            _guests -= 1
            _last_left_at = monotonic()
            if not _guests:
                _left.notify_all()


def is_asked() -> bool:
    """Whether somebody waits for a page now, or did a moment ago and asks again: a long transaction would keep them."""
    return _guests > 0 or monotonic() - _last_left_at < LATELY_SECONDS


def take_short_turns() -> None:
    """For the whole process: a page asks for the interpreter a dozen times, not 5 ms each while messages leave."""
    sys.setswitchinterval(TURN_SECONDS)


def keep_what_is_loaded() -> None:
    """For the whole process: whoever looks for rings of objects passes over all that is there now (gc.freeze).

    A look at everything that the program has loaded takes 70 ms, in which nobody else has the interpreter.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


def step_aside() -> None:
    """Returns when nobody waits for a page, or it has been long enough. Never to be called in a transaction."""
    global _resumed_at
    if _guests and monotonic() - _resumed_at > WORK_SECONDS:
        with _left:
            _left.wait_for(lambda: not _guests, LONGEST_SECONDS)
        _resumed_at = monotonic()
