"""Who confirmed a message: by a reply, a key on the telephone or a press in the mail; each person once, whatever comes first."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from peewee import Value, fn

from dispatch.providers.base import Receipt
from dispatch.sending import sweeps
from dispatch.words import N_, translator
from models import CONTACTS, Acknowledgement, Campaign, Member, Message, Recipient, writing

ASKED_BY_SMS = N_("Answer YES when you have read this.")
ASKED_BY_MAIL = N_("Please confirm that you have read this: open the link and press the button.")
ANSWERED_WITHIN = timedelta(days=7)  # a YES of later is about something else
ARRIVED = ("accepted", "delivered", "unsure", "sending")


# ── Asked ───────────────────────────────────────────────────────────────


def asked(campaign, channel: str, lang: str) -> str:
    """The sentence that asks for it behind a text, "" where none does: of a call the keys are told anyway."""
    if not campaign.asks_acknowledgement or channel not in WORDS:
        return ""
    return translator(lang).gettext(WORDS[channel])


WORDS = {"sms": ASKED_BY_SMS, "email": ASKED_BY_MAIL}


# ── Given ───────────────────────────────────────────────────────────────


def by_key(receipts: Sequence[Receipt], now: datetime) -> None:
    """Counts the calls that were confirmed with a key; in the transaction that tells their receipts."""
    confirmed = [one.reference for one in receipts if one.code == "confirmed"]
    if confirmed:
        named = Message.reference.in_(confirmed) | Message.first_reference.in_(confirmed)
        _note(_ids(named, Message.channel == "voice"), "voice", now)


def by_reply(number: str, people: Iterable[Member], now: datetime) -> Campaign | None:
    """Counts a YES for the latest campaign that reached this number and asks for it; returns that campaign."""
    latest = (
        Message.select(Message.campaign)
        .join(Campaign)
        .switch(Message)
        .join(Recipient)
        .where(
            Recipient.member.in_([one.id for one in people]),
            Message.address == number,
            Message.channel == "sms",
            Message.status.in_(ARRIVED),
            Campaign.asks_acknowledgement,
            ~Campaign.is_practice,
            Campaign.launched_at > now - ANSWERED_WITHIN,
        )
        .order_by(Message.id.desc())
        .first()
    )
    if not latest:
        return None
    _note(_ids(Message.campaign == latest.campaign_id, Message.address == number), "sms", now)
    return latest.campaign


def by_link(reference: str, now: datetime) -> None:
    """Counts the press in the mail with this reference."""
    with writing():
        _note(_ids(Message.reference == reference, Message.channel == "email"), "email", now)


def _ids(*which) -> list[int]:
    query = Message.select(Message.id).join(Campaign).where(*which, Campaign.asks_acknowledgement)
    return [id for (id,) in query.tuples()]


def _note(messages: list[int], channel: str, now: datetime) -> None:
    """Whoever is behind these messages has confirmed, unless they did before; nothing more of the campaign leaves to them."""
    behind = (
        Message.select(Message.campaign, Recipient.member, Value(channel), Value(now))
        .join(Recipient)
        .where(Message.id.in_(messages))
    )
    fields = [getattr(Acknowledgement, name) for name in ("campaign", "member", "channel", "at")]
    if Acknowledgement.insert_from(behind, fields=fields).on_conflict_ignore().as_rowcount().execute():
        _let_off(messages, now)


def _let_off(messages: list[int], now: datetime) -> None:
    """Takes out of the queue what is meant only for people who have confirmed: a call that nobody has to make any more."""
    given, same = Message.alias(), Recipient.alias()
    campaigns = given.select(given.campaign).where(given.id.in_(messages))
    theirs = same.select(same.member).join(given, on=(given.id == same.message)).where(given.id.in_(messages))
    to_them = Recipient.select(Recipient.message).where(Recipient.member.in_(theirs))
    sweeps.take_out(
        "acknowledged",
        now,
        Message.id.in_(to_them),
        Message.campaign.in_(campaigns),
        ~fn.EXISTS(_unconfirmed(Message.id, Message.campaign)),
        *(~fn.EXISTS(_may_join(contact, Message.address, Message.campaign)) for contact in CONTACTS),
    )


def _may_join(contact: str, address, campaign):
    """Who shares the address and has not confirmed: the turn of this channel may yet come for them, and then the message
    that waits is theirs too.
    """
    other, of = Member.alias(), Campaign.alias()
    is_theirs = getattr(other, contact) == address
    given = Acknowledgement.select(Value(1)).where(
        Acknowledgement.campaign == campaign, Acknowledgement.member == other.id
    )
    return (
        other.select(Value(1))
        .join(of, on=(of.organisation == other.organisation))
        .where(of.id == campaign, of.cascade.is_null(False), is_theirs, ~fn.EXISTS(given))
    )


def _unconfirmed(message, campaign):
    """The people behind a message who have not confirmed its campaign."""
    meant = Recipient.alias()
    given = Acknowledgement.select(Value(1)).where(
        Acknowledgement.campaign == campaign, Acknowledgement.member == meant.member
    )
    return meant.select(Value(1)).where(meant.message == message, ~fn.EXISTS(given))


# ── Counted ─────────────────────────────────────────────────────────────


def counted(campaign: Campaign) -> Counter:
    """How many people confirmed, by the channel of which they did so."""
    query = Acknowledgement.select(Acknowledgement.channel, fn.COUNT(Acknowledgement.member))
    return Counter(
        dict(query.where(Acknowledgement.campaign == campaign.id).group_by(Acknowledgement.channel).tuples())
    )


def given(*which) -> dict[int, datetime]:
    """When the first of those behind each of these messages confirmed; who did not is not there."""
    query = (
        Recipient.select(Recipient.message, fn.MIN(Acknowledgement.at))
        .join(Message)
        .join(
            Acknowledgement,
            on=(Acknowledgement.campaign == Message.campaign) & (Acknowledgement.member == Recipient.member),
        )
        .where(*which)
        .group_by(Recipient.message)
    )
    return dict(query.tuples())


def silent():
    """Whether somebody behind a message has not confirmed it: what the list is narrowed by."""
    return fn.EXISTS(_unconfirmed(Message.id, Message.campaign))
