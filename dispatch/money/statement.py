"""The statement of a period: what each campaign cost, by channel and by BIN, what was paid in, and the VAT."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from peewee import fn

from dispatch import clock
from dispatch.money import prices
from dispatch.onboarding import orders
from dispatch.words import N_
from models import (
    Bin,
    Campaign,
    DataCheck,
    LedgerLine,
    Letter,
    Membership,
    Message,
    Organisation,
    Recipient,
)

LETTERS = N_("Personal links to members")
LONGEST_ON_ITS_WAY = timedelta(days=7)  # from the writing of a letter until a road takes it


@dataclass(frozen=True)
class Spent:
    """What one campaign, or without one our letters to members, cost on one channel at one price."""

    campaign: Campaign | None
    channel: str
    parts: int
    unit_mills: int

    @property
    def mills(self) -> int:
        return self.parts * self.unit_mills


@dataclass(frozen=True)
class Statement:
    """A period from a day to a day, both included; money without VAT, which is told apart by rate."""

    organisation: Organisation
    begins_on: date
    ends_on: date
    spent: tuple[Spent, ...]
    by_bin: tuple[tuple[str, int], ...]
    paid_in: tuple[LedgerLine, ...]
    vat: tuple[tuple[int, int, int], ...]  # permille, what it is on, the VAT
    before_mills: int
    after_mills: int

    @property
    def mills(self) -> int:
        return sum(one.mills for one in self.spent)

    @property
    def vat_mills(self) -> int:
        return sum(vat for _, _, vat in self.vat)


def of_period(organisation: Organisation, begins_on: date, ends_on: date) -> Statement:
    """What moved between these days, both included, by the calendar of Brussels."""
    begins_at, ends_at = _midnight(begins_on), _midnight(ends_on + timedelta(days=1))
    here = (LedgerLine.organisation == organisation.id) & (LedgerLine.at < ends_at)
    lines = list(LedgerLine.select().where(here, LedgerLine.at >= begins_at).order_by(LedgerLine.id))
    spends = [line for line in lines if line.kind == "spend"]
    spent = _together(spends)
    return Statement(
        organisation,
        begins_on,
        ends_on,
        spent,
        _by_bin(spent, _letter_weights(organisation, begins_at, ends_at)),
        tuple(line for line in lines if line.kind in ("top_up", "correct")),
        _vat(spends),
        _balance(organisation, begins_at),
        _balance(organisation, ends_at),
    )


def _midnight(day: date) -> datetime:
    return clock.from_local(datetime.combine(day, time()))


def _together(spends: list[LedgerLine]) -> tuple[Spent, ...]:
    parts: dict[tuple[int | None, str, int], int] = defaultdict(int)
    for line in spends:
        parts[line.campaign_id, line.channel, line.unit_mills] += line.parts
    named = {one.id: one for one in Campaign.select().where(Campaign.id.in_({id for id, *_ in parts}))}
    return tuple(Spent(named.get(id), channel, number, unit) for (id, channel, unit), number in parts.items())


def _balance(organisation: Organisation, at: datetime) -> int:
    """What was left then, what was put aside included."""
    moved = fn.SUM(LedgerLine.available_mills + LedgerLine.held_mills)
    here = (LedgerLine.organisation == organisation.id) & (LedgerLine.at < at)
    return LedgerLine.select(moved).where(here).scalar() or 0


def _vat(spends: list[LedgerLine]) -> tuple[tuple[int, int, int], ...]:
    """By rate: the VAT is reckoned once on the sum, so that it does not depend on how often something was written."""
    sums: dict[int, int] = defaultdict(int)
    rates: dict[date, int] = {}
    for line in spends:
        day = clock.local(line.at).date()
        if day not in rates:
            tariff = orders.tariff_on(day)
            rates[day] = tariff.vat_permille if tariff else 0
        sums[rates[day]] += line.parts * line.unit_mills
    return tuple((rate, mills, prices.vat_mills(mills, rate)) for rate, mills in sorted(sums.items()))


# ── By BIN ──────────────────────────────────────────────────────────────


def _by_bin(spent: tuple[Spent, ...], letters: dict[str, dict[str, int]]) -> tuple[tuple[str, int], ...]:
    """The cost by the BIN through which people were reached; "" for those who are not known any more."""
    sums: dict[str, int] = defaultdict(int)
    for one in spent:
        weights = _weights(one.campaign, one.channel) if one.campaign else letters.get(one.channel, {})
        for name, mills in shared(one.mills, weights).items():
            sums[name] += mills
    return tuple(sorted(sums.items()))


def _weights(campaign: Campaign, channel: str) -> dict[str, int]:
    """The parts that went to each BIN of the campaign; whoever is in several counts in the first."""
    chosen = {*campaign.audience.get("bins", ()), *(id for id, _ in campaign.audience.get("streets", ()))}
    here = (Membership.member == Recipient.member) & (Membership.bin.in_(chosen) if chosen else True)
    first = (
        Message.select(Message.parts, fn.MIN(Membership.bin).alias("bin"))
        .join(Recipient)
        .join(Membership, on=here)
        .where(
            Message.campaign == campaign.id, Message.channel == channel, Message.accepted_at.is_null(False)
        )
        .group_by(Message.id)
    )
    parts = Bin.select(Bin.name, fn.SUM(first.c.parts)).join(first, on=(Bin.id == first.c.bin))
    return dict(parts.group_by(Bin.id).tuples())


def _letter_weights(
    organisation: Organisation, begins_at: datetime, ends_at: datetime
) -> dict[str, dict[str, int]]:
    """By channel, the parts of the personal links that were taken in a period, by the BIN for which each was sent."""
    sent = (DataCheck.member == Recipient.member) & (DataCheck.sent_at == Letter.created_at)
    mine = Message.select(Message.channel, Bin.name, fn.SUM(Message.parts)).join(Letter).switch(Message)
    mine = mine.join(Recipient).join(DataCheck, on=sent).join(Bin)
    here = (Bin.organisation == organisation.id) & (DataCheck.sent_at >= begins_at - LONGEST_ON_ITS_WAY)
    taken = (Message.accepted_at >= begins_at) & (Message.accepted_at < ends_at)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, name, parts in mine.where(here, taken).group_by(Message.channel, Bin.id).tuples():
        found[channel][name] = parts
    return found


def shared(mills: int, weights: dict[str, int]) -> dict[str, int]:
    """An amount split by weight so that the shares add up to it: what is left over goes to the largest remainders."""
    total = sum(weights.values())
    if not total:
        return {"": mills}
    shares = {name: mills * weight // total for name, weight in weights.items()}
    nearest = sorted(weights, key=lambda name: (-(mills * weights[name] % total), name))
    for name in nearest[: mills - sum(shares.values())]:
        shares[name] += 1
    return shares
