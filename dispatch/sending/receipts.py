"""Delivery receipts: what providers say later about messages that they accepted."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from dispatch.providers.base import Content, Receipt
from dispatch.sending import acknowledgements, calls, lanes, messages
from models import Message, carrying

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Post:
    """What one gateway posted, and whether it has been written down."""

    receipts: Sequence[Receipt]
    is_kept: bool = False


_guard, _desk = Lock(), Lock()
_posts: list[_Post] = []


def take(receipts: Sequence[Receipt], now: datetime) -> None:
    """Settles each receipt's message, and returns once that is committed.

    Posts that arrive while another is being written share the next transaction: gateways send a thousand a second, and
    a disk does not turn so often. Raises what the writing raises: an answer that says so makes the gateway send again.
    """
    post = _Post(receipts)
    with _guard:
        _posts.append(post)
    with _desk:
        if not post.is_kept:
            _keep_all(now, post)


def content_of(reference: str) -> Content | None:
    """What the call with this reference says; None when none is under way by that name."""
    call = Message.get_or_none(Message.reference == reference, Message.channel == "voice")
    return lanes.written(call.campaign or call.letter, "voice", call.language) if call else None


def _keep_all(now: datetime, mine: _Post) -> None:
    with _guard:
        together = _posts[:]
        _posts.clear()
    if mine not in together:  # whoever took it before us could not write it: we answer for our own
        together = [mine]
    told = [receipt for post in together for receipt in post.receipts]
    with carrying():
        left = calls.repeat(told, now)
        known = messages.advance(left, now) + len(told) - len(left)
        acknowledgements.by_key(told, now)
    for post in together:
        post.is_kept = True
    if known < len(told):
        log.warning("%d receipts for messages that are not ours", len(told) - known)
