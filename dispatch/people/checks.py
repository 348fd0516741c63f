"""Asking members whether their data are right, by a personal link; what they answer, and what a coordinator makes of it.

Nothing of a member changes by what somebody with a link says: a coordinator accepts or declines.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, Signer
from peewee import fn

from dispatch import again, audit, clock, letters
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.money import ledger, prices
from dispatch.people import lists, members
from dispatch.sending.text import measure, plain
from dispatch.words import N_, long_day, translator
from models import MEMBER_FIELDS, Bin, DataCheck, Member, Membership, Message, Recipient, User, writing

LIFETIME = timedelta(days=30)
RECENT = timedelta(days=182)  # who confirmed since is not asked again
AT_ONCE = 50  # members in one transaction
PROPOSABLE = MEMBER_FIELDS
SUBJECT = N_("Are your data still right?")
MAIL = N_(
    "You are on the list of %(bin)s, the neighbourhood information network of %(organisation)s.\n\n%(why)sPlease look at "
    "your data, and tell us whether they are right:\n\n%(link)s\n\nThis link is for you alone and works until %(day)s. Do "
    "not pass it on. Nobody will ask you for a password or for money.\n"
)
WHY_DEAD = {
    "": "",
    "mobile": N_("Our messages to your mobile number do not arrive any more. "),
    "email": N_("Our mails to your e-mail address do not arrive any more. "),
}
SMS = N_("%(organisation)s, %(bin)s: are your data still right? Your personal link, until %(day)s: %(link)s")
NOTHING_CHANGED = N_(
    "You changed nothing. If everything is right, press “Yes, this is right”. Or else change what is wrong."
)
LATE = N_("This was answered or withdrawn meanwhile. Look again.")
NO_WAY = N_("There is no other number or mailbox by which this person can be asked.")


@dataclass(frozen=True)
class Door:
    """What it takes to make a link: the key that signs it, and our address as others see it."""

    secret: str
    public_url: str

    def link(self, code: str) -> str:
        return f"{self.public_url}/my/{_signer(self.secret).sign(code).decode()}"


@dataclass(frozen=True)
class Round:
    """What came of the links that were sent to the members of a BIN since its last round began."""

    sent: int = 0
    answered: int = 0
    waiting: int = 0  # for a coordinator to decide


def _signer(secret: str) -> Signer:
    return Signer(secret, salt="data check")


# ── Whom to ask ─────────────────────────────────────────────────────────


def channel_to(member: Member) -> str:
    """By what a member is asked: "email" where that works, for it is free, or else "sms"; "" where nothing does."""
    if member.email and not member.email_fault:
        return "email"
    return "sms" if member.mobile and not member.mobile_fault else ""


def due(bin: Bin, now: datetime) -> list[Membership]:
    """The members of a BIN who can be asked: they have no open link, and did not confirm lately."""
    asked = DataCheck.select(DataCheck.member).where(_is_open(now) | _waits())
    query = lists.memberships(bin).where(
        Member.confirmed_at.is_null() | (Member.confirmed_at < now - RECENT), Member.id.not_in(asked)
    )
    return [row for row in query.order_by(Member.id) if channel_to(row.member)]


def _is_open(now: datetime):
    unanswered = DataCheck.revoked_at.is_null() & DataCheck.answered_at.is_null()
    return unanswered & (DataCheck.expires_at > now)


def _waits():
    return DataCheck.answer.in_(("proposed", "removal")) & (DataCheck.decision == "")


def price(rows: list[Membership], *, door: Door, now: datetime) -> int:
    """What asking these members costs today, in mills: the very texts are measured, with a link as long as any."""
    sms = [row for row in rows if channel_to(row.member) == "sms"]
    link, ends = door.link(_new_code()), now + LIFETIME
    parts = (measure(plain(_said(row.member, row.bin, "sms", link, ends))).parts for row in sms)
    return prices.cost({"sms": sum(parts)}, now)


# ── Asking ──────────────────────────────────────────────────────────────


def send_round(bin: Bin, *, door: Door, by: User, now: datetime) -> int:
    """Sends every member who is due a link of their own, and returns how many; Refusal where nothing covers its price.

    In short transactions: killed in between, pressing again asks those who were not asked yet.
    """
    with writing():
        rows = due(bin, now)
        if not rows:
            return 0  # and the last round stays the last
        ledger.refuse_uncovered(bin.organisation, price(rows, door=door, now=now))
        Bin.update(checked_at=now).where(Bin.id == bin.id).execute()
        audit.record("check.round_sent", bin, by=by, now=now, organisation=bin.organisation_id)
    sent = 0
    while part := _send_part(bin, door, by, now):
        sent += part
    return sent


def _send_part(bin: Bin, door: Door, by: User, now: datetime) -> int:
    with writing():
        part = due(bin, now)[:AT_ONCE]
        for row in part:
            _send(row.member, bin, channel_to(row.member), "round", door, by, now)
    return len(part)


def ask(member: Member, bin: Bin, *, door: Door, by: User, now: datetime) -> DataCheck:
    """Asks one member by the channel that works; an older link of theirs dies. Raises Refusal when none does, or uncovered.

    Pressed again within AGAIN, the same letter is still on its way.
    """
    channel = channel_to(member)
    if not channel:
        raise Refusal(NO_WAY)
    with writing():
        to_this_address = DataCheck.sent_at >= member.changed_at
        just_asked = (
            to_this_address
            & (DataCheck.channel == channel)
            & (DataCheck.sent_at > now - again.AGAIN)
            & _is_open(now)
        )
        if sent := DataCheck.get_or_none(DataCheck.member == member.id, just_asked):
            return sent
        row = Membership(member=member, bin=bin)
        ledger.refuse_uncovered(bin.organisation, price([row], door=door, now=now))
        DataCheck.update(revoked_at=now).where(DataCheck.member == member.id, _is_open(now)).execute()
        return _send(member, bin, channel, "dead", door, by, now)


def _send(member: Member, bin: Bin, channel: str, reason: str, door: Door, by: User, now: datetime):
    code, ends = _new_code(), now + LIFETIME
    letter = letters.post(
        [member.email if channel == "email" else member.mobile],
        organisation=bin.organisation,
        subject=translator(member.language).gettext(SUBJECT),
        body=_said(member, bin, channel, door.link(code), ends),
        lang=member.language,
        now=now,
        channel=channel,
    )
    for message in Message.select(Message.id).where(Message.letter == letter.id):
        Recipient.create(message=message, member=member)  # so that we hear of it when it cannot arrive
    check = DataCheck.create(
        member=member,
        bin=bin,
        code=code,
        reason=reason,
        channel=channel,
        letter=letter.id,
        by=by,
        sent_at=now,
        expires_at=ends,
    )
    audit.record("check.sent", check, by=by, now=now, organisation=bin.organisation_id, member=member.id)
    return check


def _new_code() -> str:
    return secrets.token_urlsafe(9)


def _said(member: Member, bin: Bin, channel: str, link: str, ends: datetime) -> str:
    _ = translator(member.language).gettext
    dead = next((name for name in ("mobile", "email") if getattr(member, f"{name}_fault")), "")
    facts = {
        "bin": bin.name,
        "organisation": bin.organisation.name,
        "link": link,
        "day": long_day(clock.local(ends).date(), member.language),
        "why": WHY_DEAD[dead] and _(WHY_DEAD[dead]),
    }
    text = MAIL if channel == "email" else SMS
    return _(text) % facts


# ── The member answers ──────────────────────────────────────────────────


def found(token: str, *, secret: str, now: datetime) -> DataCheck | None:
    """The check of this link while it works. A signature that is wrong asks the database nothing."""
    try:
        code = _signer(secret).unsign(token).decode()
    except (BadSignature, UnicodeError):
        return None
    here = (DataCheck.code == code) & DataCheck.revoked_at.is_null() & (DataCheck.expires_at > now)
    living = Member.erased_at.is_null()
    query = DataCheck.select(DataCheck, Member, Bin).join(Member).switch(DataCheck).join(Bin)
    return query.where(here, living).first()


def confirm(check: DataCheck, *, now: datetime) -> None:
    """The member says that the data are right."""
    with writing():
        _answer(check, "confirmed", now)
        Member.update(confirmed_at=now).where(Member.id == check.member_id).execute()


def propose(check: DataCheck, typed: Mapping[str, str], *, now: datetime) -> None:
    """The member says what should change. Raises Incomplete on what is wrong, or when it is all as it stands."""
    old = members.values_of(check.member)
    new = members.read(typed, language=check.member.language, must_be_reachable=False)
    proposal = {name: [old[name], new[name]] for name in PROPOSABLE if old[name] != new[name]}
    if not proposal:
        raise Incomplete(NOTHING_CHANGED, {})
    with writing():
        _answer(check, "proposed", now, proposal=proposal)


def ask_removal(check: DataCheck, *, now: datetime) -> None:
    """The member asks to be taken off the list."""
    with writing():
        _answer(check, "removal", now)


def take_back(check: DataCheck, *, now: datetime) -> None:
    """The member answers anew, while the link works and nobody decided; raises WrongMoment after that."""
    with writing():
        here = (DataCheck.id == check.id) & DataCheck.answered_at.is_null(False) & (DataCheck.decision == "")
        works = DataCheck.revoked_at.is_null() & (DataCheck.expires_at > now)
        fresh = {"answer": "", "answered_at": None, "proposal": {}}
        if not DataCheck.update(fresh).where(here, works).execute():
            raise WrongMoment(LATE)
        still = (Member.id == check.member_id) & (Member.confirmed_at == check.answered_at)
        Member.update(confirmed_at=_confirmed_before(check)).where(still).execute()
        audit.record("check.taken_back", check, by=None, now=now, organisation=check.bin.organisation_id)


def _confirmed_before(check: DataCheck) -> datetime | None:
    """When this person said by another link that the data are right, or proposed what was accepted."""
    said = (DataCheck.answer == "confirmed") | (
        (DataCheck.answer == "proposed") & (DataCheck.decision == "accepted")
    )
    here = (DataCheck.member == check.member_id) & (DataCheck.id != check.id)
    return DataCheck.select(fn.MAX(DataCheck.answered_at)).where(here, said).scalar()


def _answer(check: DataCheck, answer: str, now: datetime, **facts) -> None:
    here = (DataCheck.id == check.id) & _is_open(now)
    if not DataCheck.update(answer=answer, answered_at=now, **facts).where(here).execute():
        raise WrongMoment(LATE)
    audit.record(f"check.{answer}", check, by=None, now=now, organisation=check.bin.organisation_id)


# ── The coordinator decides ─────────────────────────────────────────────


def waiting(bin: Bin) -> list[DataCheck]:
    """What members of a BIN proposed or asked, and nobody decided, oldest first."""
    query = DataCheck.select(DataCheck, Member).join(Member)
    return list(query.where(DataCheck.bin == bin.id, _waits()).order_by(DataCheck.answered_at))


def accept(check: DataCheck, *, version: int, by: User, now: datetime) -> None:
    """Changes the member as proposed, or ends the membership of who asks to go.

    Raises WrongMoment when somebody changed the member since `version`, or decided already.
    """
    with writing():
        _decide(check, "accepted", by, now)
        if check.asks_removal:
            membership = Membership.get(Membership.member == check.member_id, Membership.bin == check.bin_id)
            if not membership.is_ended:
                members.end(membership, by=by, now=now)
            return
        values = {name: new for name, (_old, new) in check.proposal.items()}
        members.change(check.member, values, version=version, by=by, now=now)
        Member.update(confirmed_at=check.answered_at).where(Member.id == check.member_id).execute()


def decline(check: DataCheck, *, by: User, now: datetime) -> None:
    """Leaves the member as it is."""
    with writing():
        _decide(check, "declined", by, now)


def _decide(check: DataCheck, decision: str, by: User, now: datetime) -> None:
    fresh = {"decision": decision, "decided_by": by.id, "decided_at": now}
    # The answer that was read: who answered may have done so anew meanwhile.
    as_read = (DataCheck.id == check.id) & (DataCheck.answered_at == check.answered_at)
    if not DataCheck.update(fresh).where(as_read, _waits()).execute():
        raise WrongMoment(N_("Somebody else decided on this already."))
    facts = {"organisation": check.bin.organisation_id, "member": check.member_id}
    audit.record(f"check.{decision}", check, by=by, now=now, **facts)


def revoke(check: DataCheck, *, by: User, now: datetime) -> None:
    """From now on the link leads nowhere."""
    with writing():
        here = (DataCheck.id == check.id) & DataCheck.revoked_at.is_null()
        if not DataCheck.update(revoked_at=now).where(here).execute():
            raise WrongMoment(LATE)
        facts = {"organisation": check.bin.organisation_id, "member": check.member_id}
        audit.record("check.revoked", check, by=by, now=now, **facts)


# ── How it stands ───────────────────────────────────────────────────────


def last_round(bin: Bin) -> Round:
    """How many links were sent since the last round began, and how many of them were answered."""
    if not bin.checked_at:
        return Round()
    since = (DataCheck.bin == bin.id) & (DataCheck.sent_at >= bin.checked_at)
    counted = DataCheck.select(fn.COUNT(DataCheck.id), fn.COUNT(DataCheck.answered_at)).where(since)
    sent, answered = counted.tuples().get()
    return Round(sent, answered, DataCheck.select().where(since, _waits()).count())


def number_waiting(bins: list[Bin]) -> dict[int, int]:
    """How many answers wait for a decision: {BIN's id: number}."""
    ids = [bin.id for bin in bins]
    query = DataCheck.select(DataCheck.bin, fn.COUNT(DataCheck.id)).where(DataCheck.bin.in_(ids), _waits())
    return dict.fromkeys(ids, 0) | dict(query.group_by(DataCheck.bin).tuples())


def is_open(check: DataCheck, now: datetime) -> bool:
    """Whether it can still be answered, or withdrawn."""
    return DataCheck.select().where(DataCheck.id == check.id, _is_open(now)).exists()


def last_of(ids: list[int], bins: list[Bin]) -> dict[int, DataCheck]:
    """The newest link of each of these members that was sent for one of these BINs: {member's id: check}."""
    here = DataCheck.member.in_(ids) & DataCheck.bin.in_([bin.id for bin in bins])
    newest = DataCheck.select(fn.MAX(DataCheck.id)).where(here)
    rows = DataCheck.select().where(DataCheck.id.in_(newest.group_by(DataCheck.member)))
    return {row.member_id: row for row in rows}
