"""A launch frozen into messages, a part at a time, by the database itself: a million in ten seconds, no page held up."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache, reduce
from operator import and_

from peewee import Case, ModelInsert, Value, fn

from dialect import walk
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
        _enqueue(campaign, channel, parts, now, earlier=_earlier(campaign, channel))
        _name_households(campaign, channel, audience.households(*whose, channel, campaign.kind))
    left_out = _leave_out(campaign)
    return Chosen.select().count() - left_out, last


def enqueue_to(members, campaign: Campaign, channel: str, parts: Parts, now: datetime) -> int:
    """Queues the messages by one channel to these members, (id, true) each, in the transaction at hand; returns how many
    members they are.
    """
    Chosen.create_table(temporary=True)
    number = audience.put(members)
    walk()
    _enqueue(campaign, channel, parts, now)
    whose = campaign.organisation_id, campaign.audience
    _name_households(campaign, channel, audience.households(*whose, channel, campaign.kind))
    return number


def _earlier(campaign: Campaign, channel: str) -> tuple[str, ...]:
    """The channels of its cascade that come first: whom one of them reaches gets nothing by this one yet."""
    turns = campaign.turns
    return tuple(turns[: turns.index(channel)]) if turns else ()


def _enqueue(
    campaign: Campaign, channel: str, parts: Parts, now: datetime, earlier: tuple[str, ...] = ()
) -> None:
    """One message to each address; who shares it is meant by the same one. A stop that was quicker withholds it."""
    status, ended_at, code = ("withheld", now, "stopped") if campaign.is_over else ("queued", None, "")
    facts = campaign.id, campaign.is_practice, status, now, ended_at, code, beginning()
    charged = [parts[channel, lang] for lang in LANGUAGES]
    queued = _messages(channel, campaign.kind, earlier).change(*facts, *charged)
    tallies.count({(campaign.id, channel, status): queued})
    _recipients(channel, campaign.kind, earlier).change(campaign.id)


def _leave_out(campaign: Campaign) -> int:
    """Writes down who of the part gets nothing, and why; returns how many."""
    return _left_out(tuple(campaign.channels), campaign.kind).change(campaign.id)


# ── Its queries, written once for each kind of launch: to write them anew took as long as to run them ──


@cache
def _messages(channel: str, kind: str, earlier: tuple[str, ...]) -> Prepared:
    """Queues a message to each address of the part; its values are a campaign's facts and the parts by language."""
    campaign, is_practice, status, due_at, ended_at, code, begun, *charged = slots(7 + len(LANGUAGES))
    meant = {
        Message.channel: Value(channel),
        Message.address: kept_in(Member, channel, kind),
        Message.names: fn.TRIM(Member.first_name.concat(" ").concat(Member.last_name)),
        Message.language: Member.language,
        Message.parts: Case(Member.language, list(zip(LANGUAGES, charged, strict=True)), 1),
        Message.reference: reference_by(Member.id, begun),
        Message.campaign: campaign,
        Message.is_practice: is_practice,
        Message.status: status,
        Message.due_at: due_at,
        Message.ended_at: ended_at,
        Message.code: code,
    }
    meant |= {getattr(Message, name): Value("") for name in ("road", "provider_reference", "detail")}
    meant |= {getattr(Message, name): Value(0) for name in ("attempts", "repeats")}
    rows = _reached(channel, kind, earlier, *meant.values()).order_by(Member.id)
    return _counted(Message.insert_from(rows, fields=list(meant)))


@cache
def _recipients(channel: str, kind: str, earlier: tuple[str, ...]) -> Prepared:
    """Writes down for whom the messages of the part are meant; its value is the campaign.

    The message is asked for of each member: joined, PostgreSQL begins with those that it does not know yet to be many.
    """
    theirs = Message.address == kept_in(Member, channel, kind)
    message = Message.select(Message.id).where(
        Message.campaign == slots(1)[0], Message.channel == channel, theirs
    )
    people = _reached(channel, kind, earlier, message, Member.id)
    return _counted(Recipient.insert_from(people, fields=[Recipient.message, Recipient.member]))


def _reached(channel: str, kind: str, earlier: tuple[str, ...], *columns):
    """Whoever of the part a channel reaches, and none before it."""
    first = [kept_in(Member, one, kind) == "" for one in earlier]
    return chosen_members(*columns).where(Chosen.is_active, kept_in(Member, channel, kind) != "", *first)


@cache
def _left_out(channels: tuple[str, ...], kind: str) -> Prepared:
    """Writes down who of the part gets nothing, and why; its value is the campaign."""
    nowhere, untried = (
        reduce(and_, [kept_in(Member, channel, heeded) == "" for channel in channels])
        for heeded in ("", kind)
    )
    reasons = [(~Chosen.is_active, "paused"), (nowhere, audience.missing(channels))]
    if kind in audience.SPARING:
        reasons.append((audience.refused_news(Member, channels), "news_ended"))
    reasons.append((audience.asked_to_stop(channels), audience.OPTED_OUT))
    why = Case(None, reasons, "worn_out")
    left_out = chosen_members(slots(1)[0], Member.id, why).where(~Chosen.is_active | untried)
    fields = [Unreached.campaign, Unreached.member, Unreached.reason]
    return _counted(Unreached.insert_from(left_out, fields=fields))


def _counted(insertion: ModelInsert) -> Prepared:
    """An insertion of what is not there yet, which tells how many rows it made and not each of their keys."""
    return Prepared(insertion.on_conflict_ignore().returning())


def beginning() -> str:
    """What the references of a part begin with: nobody can guess it."""
    return secrets.token_hex(6)[:11]


def reference_by(order, beginning):
    """Sixteen digits, of which the last ones count: neighbours in the index of a million."""
    number = fn.ROW_NUMBER().over(order_by=[order]) + 100_000  # a part is far smaller
    return beginning.concat(fn.SUBSTR(number.cast("text"), 2))


def _name_households(campaign: Campaign, channel: str, named) -> None:
    _NAME.run((names, campaign.id, channel, address) for address, names in named)


_place = slots(4)
_NAME = Prepared(
    Message.update(names=_place[0]).where(
        Message.campaign == _place[1], Message.channel == _place[2], Message.address == _place[3]
    )
)
