"""Who gets it: each person once per channel, each number and mailbox once, and everybody left out with a reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from peewee import fn

from dispatch.words import N_
from models import Bin, Member, Membership, database

REASONS = {
    "paused": N_("have paused their membership"),
    "no_mobile": N_("have no mobile number"),
    "no_phone": N_("have no telephone number"),
    "no_email": N_("have no e-mail address"),
    "no_contact": N_("have neither a telephone number nor an e-mail address"),
    "no_address": N_("have neither a mobile number nor an e-mail address"),
}
ADDRESSES = {"sms": ("mobile",), "voice": ("mobile", "phone"), "email": ("email",)}  # the first that there is
MISSING = {
    frozenset(("sms",)): "no_mobile",
    frozenset(("email",)): "no_email",
    frozenset(("voice",)): "no_phone",
    frozenset(("sms", "voice")): "no_phone",
    frozenset(("sms", "email")): "no_address",
}
SCANNED = 20_000  # members looked at for one part
_COLUMNS = [
    getattr(Member, name)
    for name in ("id", "last_name", "first_name", "mobile", "phone", "email", "language")
]
First = Member.alias()


class Person(NamedTuple):
    """What a launch must know of a member."""

    id: int
    last_name: str
    first_name: str
    mobile: str
    phone: str
    email: str
    language: str
    is_active: int


@dataclass(frozen=True)
class Mailing:
    """One message to come: an address and the people behind it."""

    channel: str
    address: str
    language: str
    people: tuple[Member, ...]
    others: list[Member] = field(default_factory=list)  # who share the address and are not in this part

    @property
    def names(self) -> str:
        return household_name([*self.people, *self.others])


@dataclass
class Audience:
    """The people that a campaign is for, the messages that reach them, and who is left out."""

    people: list[Member] = field(default_factory=list)
    mailings: list[Mailing] = field(default_factory=list)
    left_out: dict[str, list[Member]] = field(default_factory=dict)

    @property
    def reached(self) -> int:
        return len(self.people) - sum(len(members) for members in self.left_out.values())

    def reached_by(self, channel: str) -> int:
        """People, not messages: a household that shares a number counts as many people as live there."""
        return sum(len(mailing.people) for mailing in self.mailings if mailing.channel == channel)

    def languages(self) -> Counter:
        """How many people read each language, among those who are reached."""
        reached = {member.id: member.language for mailing in self.mailings for member in mailing.people}
        return Counter(reached.values())


def resolve(organisation_id: int, choice: dict, channels: Iterable[str]) -> Audience:
    """The audience of a choice {"bins": [id], "streets": [[bin id, street]], "members": [id]}, all of it or any part."""
    chosen = list(_memberships(organisation_id, choice))
    people = {membership.member.id: membership.member for membership in chosen}
    active = {membership.member.id for membership in chosen if not membership.is_paused}
    return _sorted_out(list(people.values()), active, channels)


def part(
    organisation_id: int, choice: dict, channels: Iterable[str], *, after: int, limit: int
) -> tuple[Audience, int | None]:
    """Some `limit` members of an audience behind a member's id, and the id to go on behind, or None at the end.

    A mailing names the whole household, also those of its people who stand further on; only the part's own members are
    among its people. Rows instead of objects: a million members in a few seconds.
    """
    if not after and len(rows := _listed(_few(organisation_id, choice, limit + 1))) <= limit:
        return _living_at(rows, channels), None
    behind = _living(organisation_id, choice).where(Member.id > after).order_by(Member.id)
    rows = _listed(behind.where(Member.id <= after + SCANNED).limit(limit))
    last = rows[-1].id if len(rows) == limit else after + SCANNED
    found = _living_at(rows, channels)
    further = _living(organisation_id, choice).where(Member.id > last, Member.organisation == organisation_id)
    _name_the_rest(found, further, (First.id > after) & (First.id <= last))
    return found, last if Member.select().where(Member.id > last).exists() else None


def _living_at(rows: list, channels: Iterable[str]) -> Audience:
    return _sorted_out(rows, {row.id for row in rows if row.is_active}, tuple(channels))


def _listed(query) -> list[Person]:
    return [Person._make(row) for row in database.execute(query)]


def _sorted_out(people: list, active: set[int], channels: Iterable[str]) -> Audience:
    audience = Audience(people=people)
    left_out, channels = defaultdict(list), tuple(dict.fromkeys(channels))
    households: dict[tuple[str, str], list] = defaultdict(list)
    for member in people:
        addresses = [(channel, address) for channel in channels if (address := address_of(member, channel))]
        if member.id not in active:
            left_out["paused"].append(member)
        elif not addresses:
            left_out[_missing(channels)].append(member)
        else:
            for key in addresses:
                households[key].append(member)
    audience.mailings = [
        Mailing(channel, address, members[0].language, tuple(members))
        for (channel, address), members in households.items()
    ]
    audience.left_out = {reason: left_out[reason] for reason in REASONS if reason in left_out}
    return audience


def _name_the_rest(found: Audience, further, here) -> None:
    """Adds to the name of each mailing those who share its address and stand further on in the audience."""
    for channel in ADDRESSES:
        mine = {one.address: one for one in found.mailings if one.channel == channel}
        if mine:
            shared = First.select(_kept_in(First, channel)).where(here, _kept_in(First, channel) != "")
            for other in _listed(further.where(_kept_in(Member, channel).in_(shared))):
                if other.is_active and address_of(other, channel) in mine:
                    mine[address_of(other, channel)].others.append(other)


def address_of(member: Member | Person, channel: str) -> str:
    """Where a person is reached on a channel, "" when nowhere: a call goes to the mobile, or else to the house."""
    return next((found for name in ADDRESSES[channel] if (found := getattr(member, name))), "")


def _kept_in(table, channel: str):
    """The same, for the database to look for."""
    *first, last = (getattr(table, name) for name in ADDRESSES[channel])
    return fn.COALESCE(*(fn.NULLIF(field, "") for field in first), last) if first else last


def household_name(people: Iterable[Member]) -> str:
    """How a message to a shared number or mailbox names the people behind it: Els & Jan Maes."""
    families: dict[str, list[str]] = defaultdict(list)
    for member in people:
        families[member.last_name].append(member.first_name)
    return ", ".join(
        f"{' & '.join(name for name in first_names if name)} {last_name}".strip()
        for last_name, first_names in families.items()
    )


def streets_of(bins: Iterable[Bin]) -> list[tuple[Bin, str, int]]:
    """The streets of these BINs with how many members live there."""
    rows = []
    for bin in bins:
        counted = Counter(
            Member.select(Member.street)
            .join(Membership)
            .where(Membership.bin == bin.id, Membership.ended_at.is_null(), Member.street != "")
            .tuples()
        )
        rows += [(bin, street, number) for (street,), number in sorted(counted.items())]
    return rows


def _missing(channels: tuple[str, ...]) -> str:
    return MISSING.get(frozenset(channels), "no_contact")


def _memberships(organisation_id: int, choice: dict):
    """The living memberships that a choice names, within the organisation, in the order of the members' ids."""
    here = Membership.ended_at.is_null() & (Bin.organisation == organisation_id)
    return (
        Membership.select(Membership, Member)
        .join(Member)
        .switch(Membership)
        .join(Bin)
        .where(here & _chosen(choice))
        .order_by(Member.id)
    )


def _living(organisation_id: int, choice: dict):
    """The members that a choice names: is_active when a membership of theirs is not paused.

    Written so that the members are walked by id: a part of a million costs what the part costs.
    """
    living = (
        Membership.select(fn.MAX(Membership.paused_at.is_null()))
        .join(Bin)
        .where(
            Membership.member == Member.id,
            Membership.ended_at.is_null(),
            Bin.organisation == organisation_id,
            _chosen(choice),
        )
    )
    return Member.select(*_COLUMNS, living.alias("is_active")).where(fn.COALESCE(living, -1) >= 0)


def _few(organisation_id: int, choice: dict, limit: int):
    """The same members for an audience that is small among many: found by its memberships, in no order."""
    return (
        Membership.select(*_COLUMNS, fn.MAX(Membership.paused_at.is_null()).alias("is_active"))
        .join(Bin)
        .switch(Membership)
        .join(Member)
        .where(Membership.ended_at.is_null(), Bin.organisation == organisation_id, _chosen(choice))
        .group_by(Member.id)
        .limit(limit)
    )


def _chosen(choice: dict):
    chosen = Membership.bin.in_(choice.get("bins", [])) | Member.id.in_(choice.get("members", []))
    for bin_id, street in choice.get("streets", []):
        chosen |= (Membership.bin == bin_id) & (Member.street == street)
    return chosen
