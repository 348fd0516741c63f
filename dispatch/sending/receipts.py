"""Delivery receipts: what providers say later about messages that they accepted."""

import logging
from collections.abc import Sequence
from datetime import datetime

from dispatch.providers.base import Receipt
from dispatch.sending import messages

log = logging.getLogger(__name__)


def take(receipts: Sequence[Receipt], now: datetime) -> int:
    """Settles each receipt's message; one that is not ours is noted and dropped, so that nobody repeats it for ever."""
    known = messages.advance(receipts, now)
    if known < len(receipts):
        log.warning("%d receipts for messages that are not ours", len(receipts) - known)
    return known
