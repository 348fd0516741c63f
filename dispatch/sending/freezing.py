"""A launch frozen into messages, a part at a time, by the database itself: a million in ten seconds, no page held up."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import and_

from peewee import JOIN, Case, Value, fn

from dispatch.people import audience
from dispatch.people.audience import Chosen, chosen_members, kept_in
from dispatch.sending import tallies
from models import LANGUAGES, Campaign, Member, Message, Prepared, Recipient, Unreached, slots

Parts = Mapping[tuple[str, str], int]
"""How many parts a message has, by channel and language."""


def freeze(campaign: Campaign, *, parts: Parts, limit: int, now: datetime) -> tuple[int, int | None]:
    """Queues the messages of the next `limit` members behind the campaign's mark, in the transaction at hand.

    Returns how many people get at least one message, and the id to go on behind, or None at the end. Whatever the
    campaign has already is left as it is.
    """
    whose = campaign.organisation_id, campaign.audience
    last = audience.choose(*whose, after=campaign.queued_through, limit=limit)
    for channel in dict.fromkeys(campaign.channels):
        _enqueue(campaign, channel, parts, now, *_comes_first(campaign, channel))
        _name_households(campaign, channel, audience.households(*whose, channel, campaign.kind))
    left_out = _leave_out(campaign)
    return Chosen.select().count() - left_out, last


def enqueue_to(members, campaign: Campaign, channel: str, parts: Parts, now: datetime) -> int:
    """Queues the messages by one channel to these members, (id, true) each, in the transaction at hand; returns how many
    members they are.
    """
    Chosen.create_table(temporary=True)
    number = audience.put(members)
    _enqueue(campaign, channel, parts, now)
    whose = campaign.organisation_id, campaign.audience
    _name_households(campaign, channel, audience.households(*whose, channel, campaign.kind))
    return number


def _comes_first(campaign: Campaign, channel: str) -> list:
    """Of a member: that no earlier channel of the cascade reaches them."""
    turns = campaign.turns
    return (
        [kept_in(Member, one, campaign.kind) == "" for one in turns[: turns.index(channel)]] if turns else []
    )


def _enqueue(campaign: Campaign, channel: str, parts: Parts, now: datetime, *which) -> None:
    """One message to each address; who shares it is meant by the same one. A stop that was quicker withholds it."""
    address = kept_in(Member, channel, campaign.kind)
    status, ended_at, code = ("withheld", now, "stopped") if campaign.is_over else ("queued", None, "")
    meant = {
        Message.channel: Value(channel),
        Message.address: address,
        Message.names: fn.TRIM(Member.first_name.concat(" ").concat(Member.last_name)),
        Message.language: Member.language,
        Message.parts: Case(Member.language, [(lang, parts[channel, lang]) for lang in LANGUAGES], 1),
        Message.reference: reference_by(Member.id),
        Message.campaign: Value(campaign.id),
        Message.is_practice: Value(campaign.is_practice),
        Message.status: Value(status),
        Message.due_at: Value(now),
        Message.ended_at: Value(ended_at),
        Message.code: Value(code),
    }
    meant |= {getattr(Message, name): Value("") for name in ("road", "provider_reference", "detail")}
    meant |= {getattr(Message, name): Value(0) for name in ("attempts", "repeats")}
    rows = chosen_members(*meant.values()).where(Chosen.is_active, address != "", *which).order_by(Member.id)
    queued = Message.insert_from(rows, fields=list(meant)).on_conflict_ignore().as_rowcount().execute()
    tallies.count({(campaign.id, channel, status): queued})
    here = (Message.campaign == campaign.id) & (Message.channel == channel) & (Message.address == address)
    people = (
        chosen_members(Message.id, Member.id)
        .join(Message, JOIN.CROSS)
        .where(here, Chosen.is_active, address != "", *which)
    )
    Recipient.insert_from(people, fields=[Recipient.message, Recipient.member]).on_conflict_ignore().execute()


def reference_by(order):
    """Sixteen digits behind a beginning that nobody can guess: neighbours in the index of a million."""
    number = fn.ROW_NUMBER().over(order_by=[order]) + 100_000  # a part is far smaller
    return Value(secrets.token_hex(6)[:11]).concat(fn.SUBSTR(number.cast("text"), 2))


def _name_households(campaign: Campaign, channel: str, named) -> None:
    _NAME.run((names, campaign.id, channel, address) for address, names in named)


_place = slots(4)
_NAME = Prepared(
    Message.update(names=_place[0]).where(
        Message.campaign == _place[1], Message.channel == _place[2], Message.address == _place[3]
    )
)


def _leave_out(campaign: Campaign) -> int:
    """Writes down who of the part gets nothing, and why; returns how many."""
    nowhere, untried = (
        reduce(and_, [kept_in(Member, channel, kind) == "" for channel in campaign.channels])
        for kind in ("", campaign.kind)
    )
    reasons = [(~Chosen.is_active, "paused"), (nowhere, audience.missing(tuple(campaign.channels)))]
    if campaign.kind in audience.SPARING:
        reasons.append((audience.refused_news(Member, campaign.channels), "news_ended"))
    reasons.append((audience.asked_to_stop(campaign.channels), audience.OPTED_OUT))
    why = Case(None, reasons, "worn_out")
    left_out = chosen_members(Value(campaign.id), Member.id, why).where(~Chosen.is_active | untried)
    fields = [Unreached.campaign, Unreached.member, Unreached.reason]
    return Unreached.insert_from(left_out, fields=fields).on_conflict_ignore().as_rowcount().execute()
