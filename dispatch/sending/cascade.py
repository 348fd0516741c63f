"""One channel after another: who gives no sign of life by the first gets the next, each once, until somebody is heard of.

A step is nothing but more of the launch: it can be asked for again at any moment, and whoever has a message by a channel
gets no second one by it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from peewee import JOIN, Value, fn

from dispatch import courtesy
from dispatch.people.audience import kept_in
from dispatch.sending import campaigns, freezing
from dispatch.words import CHANNELS, N_, translator
from models import CALL_ENDINGS, Acknowledgement, Campaign, Member, Message, Pulse, Recipient, writing

LOOKED_EVERY = timedelta(seconds=15)
AT_ONCE = 250  # people in one transaction: a page that writes waits some 50 ms
WAITS_FOR = {
    "receipt": N_("of whom we have no receipt yet"),
    "acknowledgement": N_("who has not confirmed yet"),
}
SIGNS = (
    "delivered",
    "answered",
)  # that it reached somebody; whether it was heard only an acknowledgement says
GONE = ("failed", "expired", "withheld", *(ending for ending in CALL_ENDINGS if ending not in SIGNS))


def step(now: datetime) -> int:
    """Queues the next channel of the running campaigns for whoever it is time, and returns how many people those are."""
    due = Campaign.select().where(Campaign.status == "running", Campaign.next_channel_at <= now)
    return sum(_step(campaign, now) for campaign in list(due.where(Campaign.queued_through.is_null())))


def _step(campaign: Campaign, now: datetime) -> int:
    number = 0
    if not campaign.expires_at or campaign.expires_at > now:
        parts = campaigns.parts_by(campaign)  # what was launched says what it said
        for channel in campaign.turns[1:]:
            for ids in _members(campaign, channel, now):
                number += _queue(campaign.id, channel, ids, parts, now)
    _look_again(campaign, now)
    return number


def _members(campaign: Campaign, channel: str, now: datetime) -> Iterator[list[int]]:
    """Those whose turn by this channel it is, some at a time: looked for before the transaction that writes."""
    query = (
        Member.select(Member.id).where(*_is_due(campaign, channel, now)).order_by(Member.id).limit(AT_ONCE)
    )
    ids = [0]
    while ids := [id for (id,) in query.where(Member.id > ids[-1]).tuples()]:
        courtesy.step_aside()
        yield ids


def _queue(id: int, channel: str, members: list[int], parts: freezing.Parts, now: datetime) -> int:
    """Those of them whose turn it still is, in one transaction or not at all: a stop or an answer may have been quicker."""
    with writing():
        campaign = Campaign.get_by_id(id)
        if not campaign.is_running:
            return 0
        still = Member.select(Member.id, Value(True)).where(
            Member.id.in_(members), *_is_due(campaign, channel, now)
        )
        return freezing.enqueue_to(still, campaign, channel, parts, now)


def _look_again(campaign: Campaign, now: datetime) -> None:
    """Says when, or that nothing is to come any more, which lets the campaign end."""
    is_over = campaign.expires_at and campaign.expires_at <= now
    comes = not is_over and any(_may_come(campaign))
    then = now + LOOKED_EVERY if comes else None
    with writing():
        here = (Campaign.id == campaign.id) & (Campaign.next_channel_at == campaign.next_channel_at)
        Campaign.update(next_channel_at=then).where(here).execute()


def _may_come(campaign: Campaign) -> Iterator[bool]:
    for channel in campaign.turns[1:]:
        yield Member.select(Member.id).where(*_is_due(campaign, channel, None)).exists()


def goes_on_at(campaign: Campaign, now: datetime) -> datetime | None:
    """When the next channel goes at the earliest, from the beats of the sending; None while nothing is waited for."""
    wait = timedelta(minutes=campaign.cascade["minutes"])
    beats = Pulse.select(fn.MIN(Pulse.second)).where(
        Pulse.campaign == campaign.id,
        Pulse.accepted > 0,
        Pulse.second > int((now - wait - campaign.launched_at).total_seconds()),
    )
    first = beats.scalar()
    return None if first is None else campaign.launched_at + timedelta(seconds=first) + wait


def in_words(campaign: Campaign, lang: str) -> str:
    """The channels in their order, how long each waits and for whom the next is; of a campaign that has turns."""
    words, minutes = translator(lang), campaign.cascade["minutes"]
    ngettext = words.ngettext
    sentence = ngettext(
        "One channel after another: %(order)s. The next one %(num)d minute later, to those %(whom)s.",
        "One channel after another: %(order)s. The next one %(num)d minutes later, to those %(whom)s.",
        minutes,
    )
    order = ", ".join(words.gettext(CHANNELS[channel]) for channel in campaign.turns)
    whom = WAITS_FOR[campaign.cascade["awaits"]]
    return sentence % {"order": order, "num": minutes, "whom": words.gettext(whom)}


# ── Whose turn it is ────────────────────────────────────────────────────


def _is_due(campaign: Campaign, channel: str, now: datetime | None) -> tuple:
    """Of a member: meant by an earlier channel, reachable by this one, and silent long enough; now=None: or may become so."""
    turns = campaign.turns
    earlier, later = turns[: turns.index(channel)], turns[turns.index(channel) :]
    confirmed = Acknowledgement.select(Value(1)).where(
        Acknowledgement.campaign == campaign.id, Acknowledgement.member == Member.id
    )
    return (
        Member.organisation == campaign.organisation_id,
        fn.EXISTS(_theirs(campaign, Message.channel.in_(earlier))),
        kept_in(Member, channel, campaign.kind) != "",
        ~fn.EXISTS(_theirs(campaign, Message.channel.in_(later))),
        ~fn.EXISTS(_theirs(campaign, ~_is_silent(campaign, now))),
        ~fn.EXISTS(confirmed),
    )


def _theirs(campaign: Campaign, which):
    """The messages of a campaign to the member at hand, walked from there: a member has few, a campaign many."""
    here = (Recipient.member == Member.id) & (Message.id == Recipient.message)
    mine = Message.campaign == campaign.id
    return Recipient.select(Value(1)).join(Message, JOIN.CROSS).where(here, mine, which)


def _is_silent(campaign: Campaign, now: datetime | None):
    """Whether a message has come to nothing, or has been out for as long as somebody is waited for."""
    hopeless = Message.status.in_(GONE)
    signs = SIGNS if campaign.cascade["awaits"] == "receipt" else ()
    if now is None:
        return Message.status.not_in(signs) if signs else Value(True)
    since = now - timedelta(minutes=campaign.cascade["minutes"])
    out = Message.status.not_in((*signs, "queued")) & (
        fn.COALESCE(Message.accepted_at, Message.claimed_at) <= since
    )
    # What no road takes; a second call is still to come.
    stuck = (Message.status == "queued") & (Message.attempts > 0) & Message.first_reference.is_null()
    is_late = Value(campaign.launched_at <= since)
    return reduce(or_, (hopeless, out, stuck & is_late))
