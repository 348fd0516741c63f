"""The ledger of what was paid in advance: a launch holds, an acceptance spends once, the end releases.

A letter to a member by SMS spends too; it holds nothing, but is refused without cover as a launch is.

A spend is what happened and is never refused; what is refused is a hold without cover, so that nothing leaves that
nobody can pay. `Credit` and `Held` are the sums of the lines, moved in the transaction that adds the line.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from peewee import fn

from dispatch import again, audit
from dispatch.errors import Refusal
from dispatch.money import prices
from dispatch.onboarding.orders import euros
from dispatch.words import N_
from models import (
    PAYMENTS,
    Campaign,
    Credit,
    Held,
    LedgerLine,
    Letter,
    Message,
    Organisation,
    Recipient,
    User,
    writing,
)

SPENDERS = ("police_zone", "federal_service")  # the kinds of organisation whose messages are paid for
LARGEST_MILLS = 1_000_000_000  # beyond it somebody's finger slipped
UNCOVERED = N_(
    "This costs %(cost)s and %(left)s is left. Nothing was sent. Ask your administrator for credit."
)
DOUBT_LASTS = timedelta(
    days=3
)  # after the end of a campaign; what is heard of it later is spent all the same


# ── In advance ──────────────────────────────────────────────────────────


def top_up(
    organisation: Organisation, mills: int, *, expires_on: date | None, note: str, by: User, now: datetime
) -> LedgerLine:
    """Adds a package that was paid; it stays valid until the end of the contract under which it was bought."""
    _refuse_odd(mills > 0 and mills <= LARGEST_MILLS)
    with writing():
        _refuse_again(organisation, "top_up", mills, note, by, now)
        line = _add(
            organisation.id, "top_up", now, available=mills, expires_on=expires_on, note=note.strip(), by=by
        )
        audit.record("credit.topped_up", organisation, by=by, now=now, organisation=organisation, mills=mills)
    return line


def correct(organisation: Organisation, mills: int, *, note: str, by: User, now: datetime) -> LedgerLine:
    """Sets a mistake right by a line of its own, with the reason; nothing that was written is changed."""
    _refuse_odd(mills != 0 and abs(mills) <= LARGEST_MILLS)
    if not note.strip():
        raise Refusal(N_("Write why, so that whoever checks the statement understands it."))
    with writing():
        _refuse_again(organisation, "correct", mills, note, by, now)
        line = _add(organisation.id, "correct", now, available=mills, note=note.strip(), by=by)
        audit.record("credit.corrected", organisation, by=by, now=now, organisation=organisation, mills=mills)
    return line


def arrange(organisation: Organisation, payment: str, *, by: User, now: datetime) -> None:
    """Chooses how its messages are paid: one of PAYMENTS."""
    if payment not in PAYMENTS:
        raise Refusal(N_("Choose how the messages are paid."))
    with writing():
        here = (Organisation.id == organisation.id) & (Organisation.payment != payment)
        if Organisation.update(payment=payment).where(here).execute():
            facts = {"organisation": organisation, "payment": payment}
            audit.record("credit.arranged", organisation, by=by, now=now, **facts)


def _refuse_again(
    organisation: Organisation, kind: str, mills: int, note: str, by: User, now: datetime
) -> None:
    """Two presses are one payment; two payments of the same amount differ in what is written beside them."""
    line = {"kind": kind, "available_mills": mills, "note": note.strip(), "by": by}
    if again.same(LedgerLine.at, now, organisation=organisation, **line):
        raise Refusal(
            N_(
                "You noted this same amount a moment ago: it stands below, and nothing was added. Is it another one? Then "
                "write that beside it."
            )
        )


def _refuse_odd(is_sound: bool) -> None:
    if not is_sound:
        raise Refusal(N_("Type an amount in euro, such as 275 or 275,50."))


# ── A campaign ──────────────────────────────────────────────────────────


def hold(campaign: Campaign, parts: Mapping[str, int], now: datetime) -> int:
    """Puts aside what so many parts by channel cost today, in the transaction of the launch; returns the mills.

    Raises Refusal when that is more than there is and nobody may go below zero for it.
    """
    mills = prices.cost(parts, now)
    if not mills:
        return 0
    available = of(campaign.organisation).available_mills
    if mills > available and not may_overdraw(campaign):
        raise Refusal(
            UNCOVERED,
            cost=euros(mills, campaign.organisation.language),
            left=euros(max(0, available), campaign.organisation.language),
        )
    _put_aside(campaign, mills, "hold", now)
    return mills


def may_overdraw(campaign: Campaign) -> bool:
    """Whether it leaves whatever is left: life first, then the bill."""
    return campaign.organisation.payment == "overdraft" and campaign.kind == "warning"


def spend(accepted: Mapping[tuple[int, str], int], now: datetime) -> None:
    """Writes down what was accepted just now, {(campaign, channel): parts}, in the transaction that records it."""
    charged = {place: parts for place, parts in accepted.items() if parts and place[1] in prices.CODES}
    units = prices.unit_mills(now) if charged else {}
    bills = [(Campaign.get_by_id(id), channel, parts) for (id, channel), parts in charged.items()]
    for campaign, channel, parts in sorted(bills, key=lambda bill: bill[0].organisation_id):
        if units.get(channel):
            _spend(campaign, channel, parts, units[channel], now)


def _spend(campaign: Campaign, channel: str, parts: int, unit: int, now: datetime) -> None:
    if campaign.is_practice:
        return
    mills = parts * unit
    held = min(mills, held_for(campaign))
    facts = {"campaign": campaign.id, "channel": channel, "parts": parts, "unit_mills": unit}
    _add(campaign.organisation_id, "spend", now, available=held - mills, held=-held, **facts)
    Held.update(mills=Held.mills - held).where(Held.campaign == campaign.id).execute()


def release(now: datetime) -> None:
    """Gives back, of every campaign that is launched in full, what none of its messages can cost any more."""
    waiting = Campaign.select().join(Held).where(Held.mills > 0, Campaign.queued_through.is_null())
    for campaign in list(waiting):
        _release(campaign, _still_possible(campaign, now), now)


def _still_possible(campaign: Campaign, now: datetime) -> dict[str, int]:
    """The parts, by channel, of what may yet be accepted."""
    is_past = campaign.ended_at is not None and campaign.ended_at <= now - DOUBT_LASTS
    statuses = () if is_past else ("queued", "sending", "unsure")
    parts = (
        Message.select(Message.channel, fn.SUM(Message.parts))
        .where(Message.campaign == campaign.id, Message.status.in_(statuses))
        .group_by(Message.channel)
    )
    return dict(parts.tuples())


def _release(campaign: Campaign, still_possible: Mapping[str, int], now: datetime) -> None:
    with (
        writing()
    ):  # what was accepted since the look is held no more: so too little is given back, never too much
        over = held_for(campaign) - prices.cost(still_possible, now)
        if over > 0:
            _put_aside(campaign, -over, "release", now)


def _put_aside(campaign: Campaign, mills: int, kind: str, now: datetime) -> None:
    _add(campaign.organisation_id, kind, now, available=-mills, held=mills, campaign=campaign.id)
    kept = Held.insert(campaign=campaign.id, mills=mills)
    kept.on_conflict(conflict_target=[Held.campaign], update={Held.mills: Held.mills + mills}).execute()


def held_for(campaign: Campaign) -> int:
    """What is still put aside for it."""
    return Held.select(Held.mills).where(Held.campaign == campaign.id).scalar() or 0


# ── A letter to members ─────────────────────────────────────────────────


def refuse_uncovered(organisation: Organisation, mills: int) -> None:
    """Raises Refusal where letters to members that cost so much are not covered by what was paid in advance.

    Nothing is put aside for them: what still waits of those that were sent before is counted instead.
    """
    if not organisation.payment or not mills:
        return
    left = of(organisation).available_mills - _waiting_letters(organisation)
    if mills > left:
        lang = organisation.language
        raise Refusal(UNCOVERED, cost=euros(mills, lang), left=euros(max(0, left), lang))


def _waiting_letters(organisation: Organisation) -> int:
    """What the letters to members that are on their way may yet cost, by the tariff under which they were written."""
    sums = (
        _to_members(Message.status.in_(("queued", "sending", "unsure")))
        .where(Letter.organisation == organisation.id)
        .select(Message.channel, fn.SUM(Message.parts), fn.MIN(Letter.created_at))
        .group_by(Message.channel)
    )
    return sum(prices.cost({channel: parts}, since) for channel, parts, since in sums.tuples())


def spend_on_letters(accepted: Sequence[int], now: datetime) -> None:
    """Writes down what these messages of letters cost, in the transaction that records that they were accepted.

    Only a letter to a member is the organisation's to pay; one to its own people, or to who tests a road, is nobody's.
    """
    if not accepted:
        return
    bills = (
        _to_members(Message.id.in_(accepted))
        .select(Letter.organisation, Message.channel, fn.SUM(Message.parts))
        .group_by(Letter.organisation, Message.channel)
        .order_by(Letter.organisation)
    )
    units = prices.unit_mills(now)
    for organisation, channel, parts in list(bills.tuples()):
        if unit := units.get(channel):
            facts = {"channel": channel, "parts": parts, "unit_mills": unit}
            _add(organisation, "spend", now, available=-parts * unit, **facts)


def _to_members(which):
    is_to_a_member = fn.EXISTS(Recipient.select().where(Recipient.message == Message.id))
    charged = Message.channel.in_(list(prices.CODES)) & ~Message.is_practice
    return Message.select().join(Letter).where(which, charged, is_to_a_member)


# ── Questions ───────────────────────────────────────────────────────────


def spends(organisation: Organisation) -> bool:
    """Whether it sends what is paid for; the others have no credit to keep."""
    return organisation.kind in SPENDERS


def of(organisation: Organisation) -> Credit:
    """What there is: zero before anything was paid in."""
    return Credit.get_or_none(Credit.organisation == organisation.id) or Credit(organisation=organisation)


def lines(organisation: Organisation, begins_at: datetime, ends_at: datetime):
    """The movements of a period, oldest first."""
    here = (LedgerLine.organisation == organisation.id) & LedgerLine.at.between(begins_at, ends_at)
    return LedgerLine.select().where(here).order_by(LedgerLine.id)


def packages(organisation: Organisation) -> list[tuple[LedgerLine, int]]:
    """Every package with what is left of it: the oldest is used up first."""
    paid_in = LedgerLine.select().where(
        LedgerLine.organisation == organisation.id, LedgerLine.kind == "top_up"
    )
    bought = list(paid_in.order_by(LedgerLine.id))
    gone = sum(line.available_mills for line in bought) - of(organisation).available_mills
    found = []
    for line in bought:
        used = min(max(gone, 0), line.available_mills)
        gone -= used
        found.append((line, line.available_mills - used))
    return found


def spent(campaign: Campaign) -> int:
    """What its accepted messages cost so far."""
    moved = fn.SUM(LedgerLine.available_mills + LedgerLine.held_mills)
    here = (LedgerLine.campaign == campaign.id) & (LedgerLine.kind == "spend")
    return -(LedgerLine.select(moved).where(here).scalar() or 0)


# ── Lines ───────────────────────────────────────────────────────────────


def _add(
    organisation: int, kind: str, at: datetime, *, available: int = 0, held: int = 0, **facts
) -> LedgerLine:
    moved = {"available_mills": available, "held_mills": held}
    line = LedgerLine.create(organisation=organisation, kind=kind, at=at, **moved, **facts)
    sums = {
        Credit.available_mills: Credit.available_mills + available,
        Credit.held_mills: Credit.held_mills + held,
    }
    kept = Credit.insert(organisation=organisation, **moved)
    kept.on_conflict(conflict_target=[Credit.organisation], update=sums).execute()
    return line
