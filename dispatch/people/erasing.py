"""A person is forgotten: what names them goes, what was counted and proven stays, without them."""

from dataclasses import dataclass
from datetime import datetime

from peewee import Value, fn

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.people.audience import household_name
from dispatch.sending.report import PAPER
from dispatch.words import N_
from models import (
    CONTACTS,
    MEMBER_FIELDS,
    NOBODY,
    Campaign,
    DataCheck,
    Document,
    Inbound,
    Letter,
    Member,
    MemberChange,
    Membership,
    Message,
    Recipient,
    User,
    writing,
)

UNDERWAY = N_("A campaign with a message to this person is still running. Erase when it is over.")
GONE = N_("This person was erased already.")


@dataclass(frozen=True)
class Traces:
    """How much there is of a person."""

    memberships: int
    living: int  # of these, memberships that did not end yet
    changes: int
    messages: int
    shared: int  # of these, messages that others of the household got too


def traces(member: Member) -> Traces:
    mine = Recipient.select(Recipient.message).where(Recipient.member == member.id)
    shared = Recipient.select(fn.COUNT(Recipient.message.distinct())).where(
        Recipient.message.in_(mine), Recipient.member != member.id
    )
    living = member.memberships.where(Membership.ended_at.is_null())
    return Traces(
        member.memberships.count(), living.count(), member.changes.count(), mine.count(), shared.scalar()
    )


def is_underway(member: Member) -> bool:
    """Whether a campaign that goes on has, or may still get, a message to this person."""
    theirs = Message.select(Message.campaign).join(Recipient).where(Recipient.member == member.id)
    goes_on = Campaign.status.in_(("running", "paused")) & Campaign.id.in_(theirs)
    is_half_frozen = Campaign.queued_through.is_null(False) & (
        Campaign.organisation == member.organisation_id
    )
    in_hand = Message.status.in_(("queued", "sending"))
    return Campaign.select().where(goes_on | is_half_frozen).exists() or theirs.where(in_hand).exists()


def erase(member: Member, *, by: User | None, now: datetime) -> Traces:
    """Empties everything that names this person; raises WrongMoment while a message to them is under way.

    Memberships end and stay as counts, messages stay with their state and cost but to nobody, and final reports are
    made again. A household's message keeps its address and the names of the others. Nothing can be undone.
    """
    with writing():
        here = (Member.id == member.id) & Member.erased_at.is_null()
        if not Member.select().where(here).exists():
            raise WrongMoment(GONE)
        if is_underway(member):
            raise WrongMoment(UNDERWAY)
        left = traces(member)
        _forget_messages(member)
        _forget_history(member, now)
        _forget_links(member)
        forget_replies(Inbound.member == member.id)
        empty = dict.fromkeys(
            (*MEMBER_FIELDS, "name_key", "search_key", *(f"{name}_fault" for name in CONTACTS)), ""
        )
        fresh = (
            empty
            | {f"{name}_failures": 0 for name in CONTACTS}
            | dict.fromkeys(("confirmed_at", "sms_news_ended_at", "email_news_ended_at"))
        )
        fresh |= {"language": "nl", "version": Member.version + 1, "changed_at": now, "erased_at": now}
        Member.update(fresh).where(here).execute()
        facts = {"organisation": member.organisation_id, "messages": left.messages}
        audit.record("member.erased", member, by=by, now=now, **facts)
    return left


def _forget_history(member: Member, now: datetime) -> None:
    MemberChange.update(fields={}).where(MemberChange.member == member.id).execute()
    Membership.update(basis="", basis_on=None, basis_source="").where(
        Membership.member == member.id
    ).execute()
    Membership.update(ended_at=now).where(
        Membership.member == member.id, Membership.ended_at.is_null()
    ).execute()


def forget_replies(where) -> int:
    """Takes number, words and member out of texts that members sent back, in the transaction at hand."""
    return Inbound.update(number="", text="", member=None).where(where).execute()


def _forget_links(member: Member) -> None:
    """The personal links go, with what was proposed by them and the letters that still hold them."""
    mine = DataCheck.select(DataCheck.letter).where(
        DataCheck.member == member.id, DataCheck.letter.is_null(False)
    )
    Letter.update(body="").where(Letter.id.in_(mine)).execute()
    DataCheck.delete().where(DataCheck.member == member.id).execute()


def _forget_messages(member: Member) -> None:
    mine = Recipient.select(Recipient.message).where(Recipient.member == member.id)
    others = _others(member, mine)
    for id, people in others.items():
        Message.update(names=household_name(people)).where(Message.id == id).execute()
    alone = Message.id.in_(mine) & Message.id.not_in(list(others))
    to_nobody(alone)
    campaigns = Message.select(Message.campaign).where(Message.id.in_(mine))
    Document.delete().where(Document.kind == PAPER, Document.campaign.in_(campaigns)).execute()


def _others(member: Member, mine) -> dict[int, list[Member]]:
    """The messages that somebody else got too, with those people."""
    shared = (
        Recipient.select(Recipient, Member)
        .join(Member)
        .where(Recipient.message.in_(mine), Recipient.member != member.id, Member.erased_at.is_null())
        .order_by(Member.id)
    )
    found: dict[int, list[Member]] = {}
    for row in shared:
        found.setdefault(row.message_id, []).append(row.member)
    return found


def to_nobody(where) -> int:
    """Takes address, names and the words of gateways out of messages, in the transaction at hand."""
    nobody = {"address": Value(NOBODY).concat(Message.id.cast("text")), "names": "", "detail": ""}
    return Message.update(nobody).where(where, ~Message.address.startswith(NOBODY)).execute()
