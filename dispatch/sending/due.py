"""What may leave now: which campaigns run, and what of them and of our own letters waits in the queue.

Asked four times a second of every lane, and ten times a second while one carries: the queries are written once.
"""

import json
from datetime import datetime

from peewee import Value, fn

from dispatch.onboarding import contracts
from dispatch.sending import quiet
from models import Campaign, Letter, Message, Prepared, SelfTestLeg, among, slots

NOWHERE = "[]"


def running(now: datetime):
    """The campaigns of which messages may leave: they run, are still of use and, when they are real, their agreement runs."""
    return Campaign.select().where(*_may_leave(Value(now), Value(_outside_term(now)), Value(NOWHERE)))


def may_leave(campaign: Campaign, now: datetime, channel: str = "") -> bool:
    """As it is at this moment, whatever the row in hand says; on this channel it may also have to be quiet."""
    return bool(_RUNS.rows(now, _outside_term(now), _quiet(channel, now), campaign.id))


def waiting_of(campaign: Campaign):
    """What of a campaign is queued, due or not."""
    return Message.select(Message.id).where(Message.status == "queued", Message.campaign == campaign)


def letters(channel: str, now: datetime, *, is_practice: bool, road: str = "") -> list[Letter]:
    """Our own letters with messages due on this channel, the oldest first; not those meant for another road."""
    return _LETTERS.objects(Letter, channel, now, is_practice, road) if _is_any(channel) else []


def letters_for(road: str, channel: str, now: datetime) -> list[Letter]:
    """Those that only this road may carry: of a self-test."""
    return _LETTERS_FOR.objects(Letter, channel, now, road) if _is_any(channel) else []


def campaigns(channel: str, now: datetime, *, is_practice: bool) -> list[Campaign]:
    """The running campaigns with messages due on this channel, the oldest first."""
    if not _is_any(channel):
        return []
    return _CAMPAIGNS.objects(Campaign, channel, now, is_practice, _outside_term(now), _quiet(channel, now))


def _is_any(channel: str) -> bool:
    """Whether anything is queued at all: the first entry of the index of what is."""
    return bool(_ANY.rows(channel))


def _outside_term(now: datetime) -> str:
    return json.dumps(sorted(contracts.outside_term(now)))


def _quiet(channel: str, now: datetime) -> str:
    return quiet.quiet_now(now) if channel in quiet.RINGING else NOWHERE


def _may_leave(now: Value, outside_term: Value, is_quiet_at: Value) -> tuple:
    is_fresh = Campaign.expires_at.is_null() | (Campaign.expires_at > now)
    is_over = among(Campaign.organisation, outside_term)
    rings = Campaign.kind.in_(quiet.ALWAYS) | ~among(Campaign.organisation, is_quiet_at)
    return Campaign.status == "running", is_fresh, Campaign.is_practice | ~is_over, rings


def _queued(channel: Value, now: Value, *narrower):
    return Message.select(Message.letter).where(
        Message.status == "queued", Message.channel == channel, *narrower, Message.due_at <= now
    )


def _written_once() -> tuple[Prepared, ...]:
    channel, now, is_practice, outside_term, is_quiet_at = slots(5)
    road = slots(4)[3]
    for_another = SelfTestLeg.select(SelfTestLeg.id).where(
        SelfTestLeg.letter == Letter.id, SelfTestLeg.road != road
    )
    letters = _queued(channel, now, Message.campaign.is_null(), Message.is_practice == is_practice)
    due = _queued(channel, now, Message.campaign == Campaign.id)
    mine = *_may_leave(now, outside_term, is_quiet_at), Campaign.is_practice == is_practice, fn.EXISTS(due)
    return (
        Prepared(
            Message.select(Message.id).where(Message.status == "queued", Message.channel == channel).limit(1)
        ),
        Prepared(Letter.select().where(Letter.id.in_(letters), ~fn.EXISTS(for_another)).order_by(Letter.id)),
        Prepared(Campaign.select().where(*mine).order_by(Campaign.id)),
    )


def _only_for() -> Prepared:
    channel, now, road = slots(3)
    bound = _queued(channel, now, Message.campaign.is_null())
    mine = Letter.select().join(SelfTestLeg, on=SelfTestLeg.letter == Letter.id)
    return Prepared(mine.where(SelfTestLeg.road == road, Letter.id.in_(bound)).order_by(Letter.id))


def _runs() -> Prepared:
    now, outside_term, is_quiet_at, campaign = slots(4)
    here = Campaign.id == campaign
    return Prepared(Campaign.select(Campaign.id).where(*_may_leave(now, outside_term, is_quiet_at), here))


_ANY, _LETTERS, _CAMPAIGNS = _written_once()
_LETTERS_FOR = _only_for()
_RUNS = _runs()
