"""Calls: which are made once more when nobody was there, how many may be under way, and how long one can last."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch.providers.base import CALL_SECONDS, RING_SECONDS, Provider, Receipt
from dispatch.sending import tallies
from dispatch.sending.messages import hold, new_reference
from models import RANKS, Campaign, Message, carrying

AGAIN = ("busy", "no_answer", "voicemail", "hung_up")
AGAIN_AFTER = timedelta(minutes=5)
LONGEST = timedelta(seconds=RING_SECONDS + CALL_SECONDS + 20)  # the roads end a call well before
UNDER_WAY = ("sending", "unsure", "accepted")


def repeat(receipts: Sequence[Receipt], now: datetime) -> Sequence[Receipt]:
    """Queues what nobody took for its one second call, and returns the receipts that are still to be told.

    The second call has a reference of its own: what is said later of the first one cannot settle it.
    """
    missed = {one.reference: one for one in receipts if one.status in AGAIN}
    if not missed:
        return receipts
    for one in receipts:
        if RANKS[one.status] == 4 and one.status not in AGAIN:  # what settles a call is in the same post
            missed.pop(one.reference, None)
    with carrying():
        hold(list(missed))
        first = list(_first_calls(list(missed)))
        for id, reference, _, _ in first:
            _call_again(id, missed[reference], now)
        _count(Counter((campaign, status) for _, _, campaign, status in first), now)
    repeated = {reference for _, reference, _, _ in first}
    return [one for one in receipts if one.reference not in repeated]


def free_lines(road: Provider, *, is_practice: bool, now: datetime) -> int:
    """How many calls may begin on this road now; ask in the transaction that claims them."""
    if not road.lines:
        return sys.maxsize
    return max(0, road.lines - busy_lines(road, is_practice=is_practice, now=now))


def busy_lines(road: Provider, *, is_practice: bool, now: datetime) -> int:
    """How many calls hold a line of this road, of whichever campaign.

    A call whose end is never told holds its line for as long as a call can last.
    """
    since, voice = now - LONGEST, Message.channel == "voice"
    mine = (voice, Message.is_practice == is_practice, Message.road == road.name)
    began = {"sending": Message.claimed_at, "unsure": Message.claimed_at, "accepted": Message.accepted_at}
    return sum(
        Message.select().where(*mine, Message.status == status, at > since).count()
        for status, at in began.items()
    )


def pace(road: Provider, seconds: int) -> float:
    """Messages per second that a road carries when each holds a line for so long."""
    return min(road.rate, road.lines / max(1, seconds)) if road.lines else road.rate


def _first_calls(references: list[str]):
    may_go_on = Campaign.status.in_(("running", "paused"))
    return (
        Message.select(Message.id, Message.reference, Message.campaign, Message.status)
        .join(Campaign)
        .where(
            Message.reference.in_(references),
            Message.channel == "voice",
            Message.first_reference.is_null(),
            Message.status.in_(UNDER_WAY),
            may_go_on,
        )
        .tuples()
    )


def _call_again(id: int, receipt: Receipt, now: datetime) -> None:
    Message.update(
        status="queued",
        reference=new_reference(),
        first_reference=Message.reference,
        first_status=receipt.status,
        provider_reference="",
        accepted_at=None,
        code=receipt.code,
        detail=receipt.detail[:250],
        due_at=now + AGAIN_AFTER,
    ).where(Message.id == id, Message.first_reference.is_null(), Message.status.in_(UNDER_WAY)).execute()


def _count(ended: Counter, now: datetime) -> None:
    tally = Counter()
    for (campaign, status), number in ended.items():
        tally[campaign, "voice", status] -= number
        tally[campaign, "voice", "queued"] += number
    tallies.count(tally)
    Campaign.update(moved_at=now).where(Campaign.id.in_([campaign for campaign, _ in ended])).execute()
