"""Whether a list is alive: which numbers and mailboxes worked, who confirmed their data, which streets are silent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import Case, chunked, fn

from dialect import one_if
from dispatch import audit
from dispatch.errors import Refusal
from dispatch.people import dead_ends, lists, reading
from dispatch.people.names import words
from dispatch.words import N_
from models import CONTACTS, Bin, Member, Membership, Message, Recipient, User, writing

YEAR = timedelta(days=365)
TAKEN = (
    "accepted",
    "delivered",
    "answered",
    "voicemail",
    "hung_up",
)  # the gateway, or the telephone, took it
AT_ONCE = 500  # of each kind, in one short transaction; the next round does the rest
MOST_STREETS, LONGEST_STREET = 2_000, 120
NO_STREET = re.compile(r"[;|]|\d\s*[-–]\s*\d+\s*$")  # several cells of a table, or a range of house numbers
ONLY_NAMES = N_(
    "Write only names of streets, each on a line of its own, without house numbers: “%(street)s” is more."
)


@dataclass(frozen=True)
class Score:
    """How many members of a BIN have so many channels that worked, and how many confirmed their data within a year.

    A channel is a number or mailbox as it stands with the member now. It worked when a real message of the last 12
    months to it was accepted or delivered, or a call taken, and none failed for good after that.
    """

    members: int = 0
    two_or_more: int = 0
    one: int = 0
    tried: int = 0  # members to whom a real message went in that time
    confirmed: int = 0
    confirmed_at: datetime | None = None  # the last time that any of them did

    @property
    def none(self) -> int:
        return self.members - self.two_or_more - self.one


def scores(bins: Iterable[Bin], now: datetime) -> dict[int, Score]:
    """The score of each of these BINs by its id, in two queries however many there are."""
    ids = [bin.id for bin in bins]
    working = _working(ids, now - YEAR)
    fresh = Case(None, ((Member.confirmed_at >= now - YEAR, 1),), 0)
    counted = (
        Membership.select(Membership.bin, fn.COUNT(Membership.id), fn.SUM(fresh), fn.MAX(Member.confirmed_at))
        .join(Member)
        .where(Membership.bin.in_(ids), Membership.ended_at.is_null())
        .group_by(Membership.bin)
    )
    found = {
        bin: Score(members, *working.get(bin, (0, 0, 0)), confirmed=confirmed, confirmed_at=last)
        for bin, members, confirmed, last in counted.tuples()
    }
    return {id: found.get(id, Score()) for id in ids}


def _working(ids: list[int], since: datetime) -> dict[int, tuple[int, int, int]]:
    """How many members have two or more, one, and were tried at all: {BIN's id: (two or more, one, tried)}."""
    lines = _lines(ids, since)
    people = lines.select_from(
        lines.c.bin_id, lines.c.member_id, fn.SUM(lines.c.works).alias("number")
    ).group_by(lines.c.bin_id, lines.c.member_id)
    several, one = (
        fn.SUM(Case(None, ((is_so, 1),), 0)) for is_so in (people.c.number > 1, people.c.number == 1)
    )
    tried = fn.COUNT(people.c.member_id)
    counted = people.select_from(people.c.bin_id, several, one, tried).group_by(people.c.bin_id)
    return {bin: tuple(numbers) for bin, *numbers in counted.tuples()}


def _lines(ids: list[int], since: datetime):
    """Each number and mailbox of a member that was tried, and whether it works: (bin_id, member_id, works)."""
    is_dead = (Message.status == "failed") & Message.code.in_(dead_ends.CODES)
    worked = fn.MAX(Case(None, ((Message.status.in_(TAKEN), _moment()),)))
    died = fn.MAX(Case(None, ((is_dead, _moment()),)))
    works = one_if(worked.is_null(False) & (died.is_null() | (worked > died)))
    return (
        Membership.select(Membership.bin, Membership.member, works.alias("works"))
        .join(Member)
        .join(Recipient, on=Recipient.member == Member.id)
        .join(Message)
        .where(
            Membership.bin.in_(ids),
            Membership.ended_at.is_null(),
            ~Message.is_practice,
            Message.due_at >= since,
            Message.address.in_([getattr(Member, name) for name in CONTACTS]),
        )
        .group_by(Membership.bin, Membership.member, Message.address)
    )


def _moment():
    """When a message arrived or failed, or else was accepted: a receipt may say days later that it did not arrive."""
    return fn.COALESCE(Message.ended_at, Message.accepted_at, Message.due_at)


# ── What is to be mended ────────────────────────────────────────────────


def to_mend(bin: Bin):
    """The living memberships of whom a number or mailbox is dead, the worst first."""
    worst = Member.mobile_failures + Member.phone_failures + Member.email_failures
    return lists.memberships(bin).where(lists.HAS_FAULT).order_by(worst.desc(), *lists.ORDERS["name"])


def revive(now: datetime) -> int:
    """Takes the fault off each number or mailbox to which a real message came through after it failed.

    A warning is tried on a dead number too: so one that is used again comes back by itself. Returns how many.
    """
    found = {name: _came_through(name)[:AT_ONCE] for name in CONTACTS}
    if not any(found.values()):
        return 0
    with writing():
        revived = sum(_take_fault_off(name, found[name]) for name in CONTACTS)
        audit.record("member.revived", None, by=None, now=now, contacts=revived)
    return revived


def _take_fault_off(name: str, found: list[tuple[int, str]]) -> int:
    fresh, number = {f"{name}_fault": "", f"{name}_failures": 0}, 0
    for id, address in found:
        still = (Member.id == id) & (getattr(Member, name) == address)  # or it was changed meanwhile
        number += Member.update(fresh).where(still).execute()
    return number


def _came_through(name: str) -> list[tuple[int, str]]:
    """(member's id, address) of those whose last real message to what stands in this field was taken."""
    suspects = [
        id for (id,) in Member.select(Member.id).where(getattr(Member, f"{name}_failures") > 0).tuples()
    ]
    return [row for part in chunked(suspects, AT_ONCE) for row in _came_to(list(part), name).tuples()]


def _came_to(ids: list[int], name: str):
    """Walked from these few members: there may be millions of messages."""
    field = getattr(Member, name)
    is_dead = (Message.status == "failed") & Message.code.in_(dead_ends.CODES)
    worked = fn.MAX(Case(None, ((Message.status.in_(("delivered", "answered")), _moment()),)))
    died = fn.MAX(Case(None, ((is_dead, _moment()),)))
    return (
        Recipient.select(Recipient.member, Message.address)
        .join(Member)
        .switch(Recipient)
        .join(Message)
        .where(Recipient.member.in_(ids), Message.address == field, ~Message.is_practice)
        .group_by(Recipient.member, Message.address)
        .having(worked.is_null(False), died.is_null() | (worked > died))
    )


# ── Streets ─────────────────────────────────────────────────────────────


def silent_streets(bin: Bin) -> list[str]:
    """The streets of a BIN in which no member lives, whatever case and accents they are written in."""
    inhabited = {_key(street) for street in lists.streets(bin)}
    return [street for street in bin.streets or () if _key(street) not in inhabited]


def other_streets(bin: Bin) -> dict[str, int]:
    """The streets of members that are not among those written down for a BIN, with how many members: {street: number}."""
    written = {_key(street) for street in bin.streets or ()}
    living = lists.memberships(bin).select(Member.street, fn.COUNT(Member.id)).where(Member.street != "")
    counted = living.group_by(Member.street).order_by(Member.street).tuples()
    return {street: number for street, number in counted if written and _key(street) not in written}


def set_streets(bin: Bin, names: Iterable[str], *, by: User, now: datetime) -> Bin:
    """Writes down which streets lie in a BIN, each once, in order of name; none takes the list away."""
    cleaned = {_key(name): " ".join(name.split()) for name in names if _key(name)}
    streets = sorted(cleaned.values(), key=_key)
    if len(streets) > MOST_STREETS:
        raise Refusal(N_("A BIN has at most %(most)s streets."), most=MOST_STREETS, field="streets")
    if any(len(street) > LONGEST_STREET for street in streets):
        sentence = N_("Put each street on a line of its own. A name has at most %(most)s characters.")
        raise Refusal(sentence, most=LONGEST_STREET, field="streets")
    odd = next((street for street in streets if NO_STREET.search(street)), "")
    if odd:
        raise Refusal(ONLY_NAMES, street=odd, field="streets")
    with writing():
        Bin.update(streets=streets or None).where(Bin.id == bin.id).execute()
        facts = {"organisation": bin.organisation_id, "streets": len(streets)}
        audit.record("bin.streets_written", bin, by=by, now=now, **facts)
    return Bin.get_by_id(bin.id)


def streets_in(content: bytes, filename: str) -> list[str]:
    """The streets in a spreadsheet: its column of that name, or else its first. Raises Refusal when it is no table."""
    found = reading.understand(content, filename)
    at = found.columns.get("street", found.columns.get("address", 0))
    reading.forget()
    return [cells[at] for _number, cells in found.sheet.rows if at < len(cells) and cells[at].strip()]


def _key(street: str) -> str:
    return " ".join(words(street))
