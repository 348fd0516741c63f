"""Sweeps: many messages of a campaign moved at once, out of the queue or, by somebody's choice, back into it."""

from collections import Counter
from datetime import datetime, timedelta

from peewee import Case, Select, fn

from dialect import locked
from dispatch.sending import tallies
from models import Campaign, Message, writing

LETTER_DOUBT = timedelta(seconds=30)  # so long a letter may be unsure before it goes again
LONGEST_WAIT = timedelta(minutes=10)  # twice as long as anything in the queue is made to wait
MAX_REPEATS = 2  # of what may have arrived, without a person who asks for more


def withhold(campaign: Campaign, now: datetime, *, limit: int) -> int:
    """Takes what is still queued out of the queue for good."""
    return _sweep(campaign, "queued", limit=limit, **_for_good("withheld", "stopped", now))


def expire(campaign: Campaign, now: datetime, *, limit: int) -> int:
    """Takes what is still queued out of the queue because it came too late to be of use."""
    return _sweep(campaign, "queued", limit=limit, **_for_good("expired", "too_late", now))


def send_again(campaign: Campaign, now: datetime, *which, limit: int) -> int:
    """Puts those unsure messages of a campaign back into the queue: by a person's choice, or its policy, never blindly."""
    again = {"status": "queued", "code": "", "due_at": now, "doubt": None, "repeats": Message.repeats + 1}
    return _sweep(campaign, "unsure", *which, limit=limit, **again)


def doubt_restored(campaign: Campaign, now: datetime, status: str, *, limit: int) -> int:
    """Puts what a backup had queued or in hand in doubt: it may have left since, and only a person sends it again."""
    with writing():
        doubts = Campaign.update(doubts=Campaign.doubts + 1).where(Campaign.id == campaign.id)
        [number] = [row.doubts for row in doubts.returning(Campaign.doubts).execute()]
        left = {"code": "restored", "doubt": number, "doubted_at": now, "repeats": MAX_REPEATS}
        return _sweep(campaign, status, limit=limit, status="unsure", **left)


def send_letters_again(now: datetime) -> int:
    """Puts our own letters that may not have arrived back into the queue: rather twice than never."""
    with writing():
        return (
            Message.update(status="queued", due_at=now, code="", repeats=Message.repeats + 1)
            .where(
                Message.status == "unsure",
                Message.campaign.is_null(),
                Message.doubted_at < now - LETTER_DOUBT,
                Message.repeats < MAX_REPEATS,
            )
            .execute()
        )


def wait_no_longer(now: datetime, *, limit: int) -> int:
    """Makes due now what is due later than anything is made to wait: the clock of the machine was set back since.

    Nothing else would leave until it is that late again, a warning neither. A lease that begins in the future begins now.
    """
    late = Message.status == "queued", Message.due_at > now + LONGEST_WAIT
    held = Message.status == "sending", Message.claimed_at > now
    moved = 0
    for here, fresh in ((late, {"due_at": now}), (held, {"claimed_at": now})):
        some = Message.select(Message.id).where(*here).limit(limit)
        if some.exists():  # looked at without the lock: as a rule there is none
            with writing():
                moved += Message.update(fresh).where(Message.id.in_(some)).execute()
    return moved


def take_out(code: str, now: datetime, *which) -> None:
    """Takes what is queued, of whatever campaign, out of the queue for good; in the transaction at hand.

    What another pump claims at this moment leaves, and is not waited for: it may wait for what this transaction keeps.
    """
    waiting = Message.select(Message.id).where(Message.status == "queued", *which)
    _move("queued", locked(waiting, skipping=True), **_for_good("withheld", code, now))


def _for_good(status: str, code: str, now: datetime) -> dict:
    """What waits for its second call has had its first: it ends as that one did."""
    was_called = Message.first_status.is_null(False)
    return {
        "status": fn.COALESCE(Message.first_status, status),
        "code": Case(None, [(was_called, Message.code)], code),
        "reference": fn.COALESCE(Message.first_reference, Message.reference),
        "first_reference": None,
        "ended_at": now,
    }


def _sweep(campaign: Campaign, old: str, *narrower, limit: int, **facts) -> int:
    """Moves at most `limit` of a campaign's messages in one state into another."""
    here = Message.campaign == campaign.id, Message.channel.in_(campaign.channels), Message.status == old
    with writing():
        return _move(old, Message.select(Message.id).where(*here, *narrower).limit(limit), **facts)


def _move(old: str, some: Select, **facts) -> int:
    """Moves these messages out of one state into another, and counts them."""
    moving = Message.update(**facts).where(Message.id.in_(some))
    moved = Counter(moving.returning(Message.campaign, Message.channel, Message.status).tuples().execute())
    for (campaign, channel, new), number in moved.items():
        tallies.count({(campaign, channel, old): -number, (campaign, channel, new): number})
    return moved.total()
