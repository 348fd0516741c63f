"""Who wants no more news by a channel, and who wants it again; warnings are nobody's to refuse."""

from collections.abc import Iterable
from datetime import datetime

from dispatch import audit
from dispatch.people.audience import ENDED
from models import Member, Message, Recipient, writing


def end(people: Iterable[Member], channel: str, *, now: datetime) -> None:
    """Ends the news by this channel for these members, at their own word."""
    _set(people, channel, now, ends=True)


def resume(people: Iterable[Member], channel: str, *, now: datetime) -> None:
    """Lets the news by this channel go on for these members, at their own word."""
    _set(people, channel, now, ends=False)


def _set(people: Iterable[Member], channel: str, now: datetime, *, ends: bool) -> None:
    deed, moment = ("member.news_ended", now) if ends else ("member.news_resumed", None)
    field = getattr(Member, ENDED[channel])
    for one in people:
        with writing():
            here = (Member.id == one.id) & field.is_null(ends)
            if Member.update({field: moment}).where(here).execute():
                audit.record(deed, one, by=None, now=now, organisation=one.organisation_id, channel=channel)


def behind(reference: str) -> list[Member]:
    """The members for whom the mail with this reference was meant; who was erased is nobody."""
    here = (Message.reference == reference) & (Message.channel == "email") & Message.campaign.is_null(False)
    query = Member.select().join(Recipient).join(Message)
    return list(query.where(here, ~Message.is_practice, Member.erased_at.is_null()).order_by(Member.id))


def is_ended(people: Iterable[Member], channel: str) -> bool:
    """Whether none of them wants news by this channel."""
    return all(getattr(one, ENDED[channel]) for one in people)
