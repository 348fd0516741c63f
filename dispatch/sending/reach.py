"""How far a campaign that is over reached: by channel, by the begin of the numbers, by street of its BINs.

The counters of a campaign know its channels only. The rest is counted by the clock, once and again when something moved
after it, so that no page ever counts rows. A street of a few people is told together with others: what is counted here
stays when the messages themselves are forgotten.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import phonenumbers
from peewee import JOIN, Case, Value, fn

from dialect import begin_of
from models import Bin, Campaign, Member, Membership, Message, Reached, Recipient, Unreached, writing

QUIET_FOR = timedelta(minutes=1)  # receipts come in a row: it is counted after the last of them
HOME = "+32"
HOME_LETTERS, ABROAD_LETTERS = 5, 7  # "+3247": the begin of the numbers that one operator once gave out
FEWEST = 5  # people of a street that is told by itself
PARTS = ("got", "half", "missed", "rest")


def parts(channel: str, row: dict[str, int]) -> tuple[int, int, int, int]:
    """What became of messages: delivered or confirmed, accepted without a receipt, not arrived, still open or unsure."""
    half = "" if channel == "voice" else "accepted"  # a call reaches whoever confirms it, and nobody else
    counts: Counter = Counter()
    for status, number in row.items():
        counts[_part(status, half)] += number
    return tuple(counts[part] for part in PARTS)


def _part(status: str, half: str) -> str:
    if status == "delivered":
        return "got"
    if status == half:
        return "half"
    return "rest" if status in ("queued", "sending", "unsure", "accepted") else "missed"


def of(campaign: Campaign) -> Reached | None:
    """What was counted; None while it runs, and in the first minute after."""
    return Reached.get_or_none(Reached.campaign == campaign.id)


def count_missing(now: datetime) -> int:
    """Counts each campaign that is over and was not counted since something moved; returns how many."""
    is_old = Reached.moved_at.is_null() | (
        (Reached.moved_at < Campaign.moved_at) & (Campaign.moved_at < now - QUIET_FOR)
    )
    due = (
        Campaign.select()
        .join(Reached, JOIN.LEFT_OUTER, on=(Reached.campaign == Campaign.id))
        .where(
            Campaign.status.in_(("done", "stopped")),
            Campaign.queued_through.is_null(),
            Campaign.forgotten_at.is_null(),
            Campaign.launched_at.is_null(False),
            is_old,
        )
    )
    found = list(due)
    for campaign in found:
        count(campaign)
    return len(found)


def count(campaign: Campaign) -> Reached:
    """Counts it now; what moves meanwhile is counted the next time."""
    moved_at = Campaign.select(Campaign.moved_at).where(Campaign.id == campaign.id).scalar()
    told = {
        "moved_at": moved_at or campaign.ended_at or campaign.launched_at,
        "prefixes": _by_prefix(campaign),
        "streets": _by_street(campaign),
    }
    with writing():
        Reached.insert(campaign=campaign.id, **told).on_conflict(
            conflict_target=[Reached.campaign],
            update={getattr(Reached, name): value for name, value in told.items()},
        ).execute()
    return Reached.get_by_id(campaign.id)


# ── By the begin of the numbers ─────────────────────────────────────────


def _by_prefix(campaign: Campaign) -> list[list]:
    begin = begin_of(Message.address, ABROAD_LETTERS)
    rows = (
        Message.select(begin, Message.channel, Message.status, fn.COUNT(Message.id))
        .where(Message.campaign == campaign.id, Message.channel != "email")
        .group_by(begin, Message.channel, Message.status)
        .tuples()
    )
    sums: dict[str, Counter] = {}
    for digits, channel, status, number in rows:
        of_prefix = sums.setdefault(prefix_of(digits), Counter())
        of_prefix.update(dict(zip(PARTS, parts(channel, {status: number}), strict=True)))
    told = [[prefix, *(counts[part] for part in PARTS)] for prefix, counts in sums.items() if prefix]
    return sorted(told, key=lambda row: (-sum(row[1:]), row[0]))


def prefix_of(digits: str) -> str:
    """The begin of a Belgian number ("+3247"), the code of another country ("+33"); "" where there is no number."""
    if digits.startswith(HOME):
        return digits[:HOME_LETTERS]
    if not digits.startswith("+"):
        return ""
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return next((digits[:n] for n in (2, 3, 4) if digits[1:n].isdecimal() and int(digits[1:n]) in codes), "")


# ── By street ───────────────────────────────────────────────────────────


def _by_street(campaign: Campaign) -> list[list]:
    """Whoever lives in several BINs of the campaign counts in the first, so that the people add up."""
    meant, reached = Counter(), Counter()
    for name, street, people, arrived in (*_written_to(campaign), *_left_out(campaign)):
        meant[name, street] += people
        reached[name, street] += arrived
    return _with_small_together(meant, reached)


def _with_small_together(meant: Counter, reached: Counter) -> list[list]:
    """Rows by BIN and street; streets of fewer than FEWEST, and people without one, are one row with street ""."""
    rows: dict[tuple[str, str], list[int]] = {}
    for (name, street), people in sorted(meant.items()):
        row = rows.setdefault((name, street if people >= FEWEST else ""), [0, 0])
        row[0] += people
        row[1] += reached[name, street]
    return [[name, street, *row] for (name, street), row in rows.items()]


def _written_to(campaign: Campaign) -> Iterable[tuple]:
    arrived = (Message.status == "delivered") | (
        (Message.status == "accepted") & (Message.channel != "voice")
    )
    people = (
        Recipient.select(Recipient.member_id, fn.MAX(Case(None, [(arrived, 1)], 0)).alias("arrived"))
        .join(Message)
        .where(Message.campaign == campaign.id)
        .group_by(Recipient.member_id)
    )
    return _living(campaign, people)


def _left_out(campaign: Campaign) -> Iterable[tuple]:
    here = Unreached.campaign == campaign.id
    return _living(campaign, Unreached.select(Unreached.member_id, Value(0).alias("arrived")).where(here))


def _living(campaign: Campaign, people) -> Iterable[tuple]:
    """(BIN, street, people, people reached) of these members, each in the first BIN of the campaign they belong to."""
    choice = campaign.audience
    chosen = {*choice.get("bins", ()), *(id for id, _ in choice.get("streets", ()))}
    first = Membership.select(fn.MIN(Membership.bin)).where(Membership.member == Member.id)
    if chosen:
        first = first.where(Membership.bin.in_(chosen))
    each = Member.select(Member.street, first.alias("bin"), people.c.arrived.alias("arrived")).join(
        people, on=(people.c.member_id == Member.id)
    )
    bin, street = each.c.bin, each.c.street
    counted = each.select_from(bin, street, fn.COUNT(street), fn.SUM(each.c.arrived)).group_by(bin, street)
    names = dict(Bin.select(Bin.id, Bin.name).where(Bin.organisation == campaign.organisation_id).tuples())
    for id, street, number, arrived in counted.tuples():
        yield names.get(id, ""), street, number, arrived
