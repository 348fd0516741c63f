"""What members send back by text message: kept once, beside the campaign that it answers; STOP and START are obeyed."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from dispatch import audit, letters, rights
from dispatch.errors import WrongMoment
from dispatch.people import news, numbers
from dispatch.providers.base import Reply
from dispatch.sending import acknowledgements, no_news
from dispatch.words import N_, translator
from models import (
    Campaign,
    Inbound,
    Member,
    Membership,
    Message,
    Organisation,
    Recipient,
    User,
    writing,
)

LONGEST = 1600  # letters that are kept of one text
ANSWERED_AGAIN = timedelta(
    days=1
)  # at most one answer in this time to a number: two machines do not talk all night
ANSWERABLE = re.compile(r"\+[1-9]\d{8,14}")  # a whole number: no short code, and no name
WORDS = {
    "stop": ("STOP", "STOPPEN", "STOPP", "ARRET", "UNSUBSCRIBE"),
    "start": ("START", "STARTEN", "UNSTOP"),
    "yes": ("1", "J", "JA", "O", "OUI", "OK", "Y", "YES"),
}
MEANT = {word: kind for kind, words in WORDS.items() for word in words}
SAID = {
    "stop": N_(
        "No more news of your BIN by text message. Warnings still come. Send START to get the news again."
    ),
    "start": N_("You get the news of your BIN by text message again. Send STOP if you do not want it."),
}
TWICE = N_("Somebody else marked this reply already.")


def kind_of(text: str) -> str:
    """What a text asks: "stop", "start", "yes", or "text" for a person to read. Only a word that stands alone counts."""
    apart = unicodedata.normalize("NFKD", text.upper())
    return MEANT.get("".join(letter for letter in apart if letter.isascii() and letter.isalnum()), "text")


def take(provider: str, replies: Iterable[Reply], now: datetime) -> None:
    """Keeps each reply once and does what it asks, and returns when that is committed."""
    for reply in replies:
        with writing():
            _keep(provider, reply, now)


def _keep(provider: str, reply: Reply, now: datetime) -> None:
    number, kind = number_of(reply.number), kind_of(reply.text)
    people = _behind(number)
    campaign = _answered_by(number, people)
    member = next(
        (one for one in people if campaign and one.organisation_id == campaign.organisation_id), None
    )
    member = member or next(iter(people), None)
    facts = {
        "provider": provider,
        "provider_reference": reply.reference,
        "number": number,
        "text": reply.text[:LONGEST],
        "kind": kind,
        "at": now,
        "organisation": member and member.organisation_id,
        "member": member and member.id,
        "campaign": campaign and campaign.id,
    }
    if not Inbound.insert(facts).on_conflict_ignore().as_rowcount().execute() or not member:
        return
    if kind == "yes" and (confirmed := acknowledgements.by_reply(number, people, now)):
        here = (Inbound.provider == provider) & (Inbound.provider_reference == reply.reference)
        Inbound.update(handled_at=now, campaign=confirmed).where(here).execute()
    if kind in SAID:
        (no_news.end if kind == "stop" else news.resume)(people, "sms", now=now)
        answered = _say(member, number, kind, now)
        here = (Inbound.provider == provider) & (Inbound.provider_reference == reply.reference)
        Inbound.update(handled_at=now, answered_at=now if answered else None).where(here).execute()


def number_of(written: str) -> str:
    """A sender as members' numbers are kept, E.164; a short code or a name as it came."""
    bare = written.strip()[:32]
    if re.fullmatch(r"[1-9]\d{8,14}", bare):
        return f"+{bare}"  # as gateways write what is E.164 without its plus
    try:
        return numbers.parse(bare).e164 if re.fullmatch(r"[+0][\d ]{8,18}", bare) else bare
    except numbers.InvalidNumber:
        return bare


def _behind(number: str) -> list[Member]:
    """Everybody who has this mobile number, in any house: the index of members begins with the house."""
    houses = Organisation.select(Organisation.id)
    here = Member.organisation.in_(houses) & (Member.mobile == number) & Member.erased_at.is_null()
    return list(Member.select().where(here).order_by(Member.id)) if number else []


def _answered_by(number: str, people: list[Member]) -> Campaign | None:
    """The latest real campaign that reached the number, found by the people behind it."""
    reached = Message.status.in_(("accepted", "delivered")) & (Message.channel == "sms")
    here = Recipient.member.in_([one.id for one in people]) & (Message.address == number)
    found = (
        Message.select(Message.campaign)
        .join(Recipient)
        .where(here, reached, Message.campaign.is_null(False), ~Message.is_practice)
        .order_by(Message.id.desc())
        .first()
    )
    return found.campaign if found else None


def _say(member: Member, number: str, kind: str, now: datetime) -> bool:
    """Answers what was done; never a machine, and never the same number twice a day. Returns whether it did."""
    lately = (Inbound.number == number) & (Inbound.answered_at > now - ANSWERED_AGAIN)
    if not ANSWERABLE.fullmatch(number) or Inbound.select().where(lately).exists():
        return False
    letters.post(
        [number],
        organisation=member.organisation,
        subject="",
        body=translator(member.language).gettext(SAID[kind]),
        lang=member.language,
        now=now,
        channel="sms",
    )
    return True


# ── The inbox ───────────────────────────────────────────────────────────


def of(user: User):
    """The replies that this person may read: of their house, of their own BINs' members, or from numbers that nobody knows."""
    kept = Inbound.select().where(Inbound.number != "")
    if user.organisation.kind == "platform":
        return kept.where(Inbound.organisation.is_null())
    mine = kept.where(Inbound.organisation == user.organisation_id)
    if user.role != "coordinator":
        return mine
    bins = [bin.id for bin in rights.bins_of(user)]
    here = Membership.bin.in_(bins) & Membership.ended_at.is_null()
    return mine.where(Inbound.member.in_(Membership.select(Membership.member).where(here)))


def unread(user: User) -> int:
    return of(user).where(Inbound.handled_at.is_null()).count()


def handle(reply: Inbound, *, by: User, now: datetime) -> None:
    """Marks a reply as handled; raises WrongMoment when somebody was first."""
    with writing():
        here = (Inbound.id == reply.id) & Inbound.handled_at.is_null()
        if not Inbound.update(handled_at=now, handled_by=by.id).where(here).execute():
            raise WrongMoment(TWICE)
        audit.record("inbound.handled", reply, by=by, now=now, organisation=reply.organisation_id)
