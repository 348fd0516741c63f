"""Who gets it: each person once per channel, each number and mailbox once, and everybody left out with a reason."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import attrgetter, or_
from typing import NamedTuple

from peewee import JOIN, BigIntegerField, BooleanField, Case, Value, fn

from dialect import clear, one_if, rare, walk
from dispatch.words import N_
from models import Bin, Member, Membership, Prepared, Table, database, slots

REASONS = {
    "paused": N_("have paused their membership"),
    "opted_out": N_("have answered STOP: only warnings are still tried there"),
    "no_mobile": N_("have no mobile number"),
    "no_phone": N_("have no telephone number"),
    "no_email": N_("have no e-mail address"),
    "no_contact": N_("have neither a telephone number nor an e-mail address"),
    "no_address": N_("have neither a mobile number nor an e-mail address"),
    "worn_out": N_(
        "have only a number or mailbox where two messages failed for good: news is not tried there"
    ),
    "news_ended": N_("want no news by this channel any more"),
}
ADDRESSES = {"sms": ("mobile",), "voice": ("mobile", "phone"), "email": ("email",)}  # the first that there is
MISSING = {
    frozenset(("sms",)): "no_mobile",
    frozenset(("email",)): "no_email",
    frozenset(("voice",)): "no_phone",
    frozenset(("sms", "voice")): "no_phone",
    frozenset(("sms", "email")): "no_address",
}
SPARING = ("news",)  # the kinds for which a number that is dead is not tried again; a warning always is
HEEDLESS = ("", "warning")  # the kinds that are also tried where somebody answered STOP
OPTED_OUT = "opted_out"  # the fault that a gateway then tells
WORN_AFTER = 2  # messages that failed for good
ENDED = {"sms": "sms_news_ended_at", "email": "email_news_ended_at"}  # who said no to news by these channels
SCANNED = 20_000  # members looked at for one part


class Person(NamedTuple):
    """What a campaign must know of a member; rows instead of objects, for a page that looks at all of them."""

    id: int
    is_active: int
    times: int  # how often the choice names them: by two BINs, or by a BIN and their street
    last_name: str
    first_name: str
    mobile: str
    phone: str
    email: str
    language: str
    mobile_failures: int = 0
    phone_failures: int = 0
    email_failures: int = 0
    mobile_fault: str = ""
    phone_fault: str = ""
    email_fault: str = ""
    sms_news_ended_at: str | None = None
    email_news_ended_at: str | None = None


_COLUMNS = [getattr(Member, name) for name in Person._fields[3:]]
_HEEDLESS_COLUMNS = _COLUMNS[
    : -len(Person._field_defaults)
]  # what is told of faults and refusals matters to no warning


class Chosen(Table):
    """The members of the part of an audience that is in hand: a scratch table, seen by this connection only."""

    member = BigIntegerField(primary_key=True)
    is_active = BooleanField()


@dataclass(frozen=True)
class Mailing:
    """One message to come: an address and the people behind it."""

    channel: str
    address: str
    language: str
    people: tuple[Person, ...]


@dataclass
class Audience:
    """The people that a campaign is for, the messages that reach them, and who is left out."""

    people: list[Person] = field(default_factory=list)
    mailings: list[Mailing] = field(default_factory=list)
    left_out: dict[str, list[Person]] = field(default_factory=dict)

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


def resolve(organisation_id: int, choice: dict, channels: Iterable[str], *, kind: str = "") -> Audience:
    """The audience of a choice {"bins": [id], "streets": [[bin id, street]], "members": [id]}, all of it or any part."""
    columns = _HEEDLESS_COLUMNS if kind in HEEDLESS else _COLUMNS
    listed = _few(organisation_id, choice, fn.COUNT(Membership.id), *columns).order_by(Member.id)
    return _sorted_out([Person(*row) for row in database.execute(listed)], channels, kind)


def size(organisation_id: int, choice: dict) -> int:
    """How many people the audience has at most: somebody of two BINs is counted twice."""
    return _memberships(organisation_id, choice, Membership.id).count()


def choose(organisation_id: int, choice: dict, *, after: int, limit: int) -> int | None:
    """Puts the next `limit` members of an audience behind a member's id into Chosen, in the transaction at hand.

    Returns the id to go on behind, or None at the end. The database does it all: a million members in a few seconds.
    """
    Chosen.create_table(temporary=True)
    walk()
    if not after and _are_few(organisation_id, choice, limit):
        put(_few(organisation_id, choice))
        return None
    behind = _living(organisation_id, choice).where(Member.id > after, Member.id <= after + SCANNED)
    is_full = put(behind.order_by(Member.id).limit(limit)) == limit
    last = Chosen.select(fn.MAX(Chosen.member)).scalar() if is_full else after + SCANNED
    return last if Member.select().where(Member.id > last).exists() else None


def households(organisation_id: int, choice: dict, channel: str, kind: str = "") -> Iterator[tuple[str, str]]:
    """(address, names) of each address that several people share, the first of whom stands in Chosen.

    Everybody who gets the message is named, also those who stand further on in the audience.
    """
    shared = [address for (address,) in _shared(channel, kind).rows(organisation_id)]
    people_at = defaultdict(list)
    for person in _living_at(organisation_id, choice, channel, kind, shared):
        people_at[person.address].append(person)
    here = {id for (id,) in Chosen.select(Chosen.member).where(Chosen.is_active).tuples()}
    for address, people in people_at.items():
        if len(people) > 1 and people[0].id in here:
            yield address, household_name(people)


@cache
def _shared(channel: str, kind: str) -> Prepared:
    """The addresses of the part in hand that somebody else of the organisation has too."""
    address, other = kept_in(Member, channel, kind), Member.alias()
    others = other.select(Value(1)).where(other.organisation == slots(1)[0], other.id != Member.id)
    # One look for each field: of "this field or that one" the database may look at everybody, for everybody. Of each
    # member by itself, and not by EXISTS: PostgreSQL would make a join of it, with everybody.
    ways = _ways(other, channel, kind, lambda field: (field == address) & rare(field))
    twins = [fn.COALESCE(others.where(way).limit(1), 0) == 1 for way in ways]
    here = chosen_members(address).where(Chosen.is_active, address != "", reduce(or_, twins))
    return Prepared(here.distinct())


def _living_at(organisation_id: int, choice: dict, channel: str, kind: str, addresses: list[str]) -> list:
    """The people of an audience who get a message at these addresses, by id."""
    columns = Member.last_name, Member.first_name, kept_in(Member, channel, kind).alias("address")
    living = _living(organisation_id, choice, *columns).where(Member.organisation == organisation_id)
    here = _reached(Member, channel, kind, lambda field: field.in_(addresses))
    found = living.where(here).namedtuples() if addresses else ()
    return sorted((person for person in found if person.is_active), key=attrgetter("id"))


def chosen_members(*columns):
    """The members in hand, walked from there: whatever the database believes of their number, they are few."""
    return Chosen.select(*columns).join(Member, JOIN.CROSS).where(Chosen.member == Member.id)


def put(members) -> int:
    """Makes these members, (id, is_active) each, the part in hand; returns how many they are."""
    clear(Chosen)
    return Chosen.insert_from(members, fields=[Chosen.member, Chosen.is_active]).as_rowcount().execute()


def _sorted_out(people: list[Person], channels: Iterable[str], kind: str) -> Audience:
    audience = Audience(people=people)
    left_out, channels = defaultdict(list), tuple(dict.fromkeys(channels))
    households: dict[tuple[str, str], list] = defaultdict(list)
    for member in people:
        addresses = [
            (channel, address) for channel in channels if (address := address_of(member, channel, kind))
        ]
        if not member.is_active:
            left_out["paused"].append(member)
        elif not addresses:
            left_out[_why_nowhere(member, channels, kind)].append(member)
        else:
            for key in addresses:
                households[key].append(member)
    audience.mailings = [
        Mailing(channel, address, members[0].language, tuple(members))
        for (channel, address), members in households.items()
    ]
    audience.left_out = {reason: left_out[reason] for reason in REASONS if reason in left_out}
    return audience


def _why_nowhere(member: Person, channels: tuple[str, ...], kind: str) -> str:
    has = [channel for channel in channels if address_of(member, channel)]
    if not has:
        return missing(channels)
    if kind in SPARING and any(wants_no_news(member, channel) for channel in has):
        return "news_ended"
    return _why(member, channels)


def wants_no_news(member: Person, channel: str) -> bool:
    return channel in ENDED and getattr(member, ENDED[channel]) is not None


def address_of(member: Person, channel: str, kind: str = "") -> str:
    """Where a person is reached on a channel, "" when nowhere: a call goes to the mobile, or else to the house."""
    if kind in SPARING and wants_no_news(member, channel):
        return ""
    return next((found for name in ADDRESSES[channel] if (found := _tried(member, name, kind))), "")


def _tried(member: Person, name: str, kind: str) -> str:
    address = getattr(member, name)
    if kind in HEEDLESS or not address:
        return address
    is_worn = kind in SPARING and getattr(member, f"{name}_failures") >= WORN_AFTER
    is_shut = getattr(member, f"{name}_fault") == OPTED_OUT
    return "" if is_worn or is_shut else address


def _why(member: Person, channels: tuple[str, ...]) -> str:
    """Why somebody with an address is not tried: they asked so, or nothing ever arrives there."""
    return (
        OPTED_OUT
        if any(getattr(member, f"{name}_fault") == OPTED_OUT for name in _names(channels))
        else "worn_out"
    )


def asked_to_stop(channels: Iterable[str]):
    """The same, for the database: whether somebody answered STOP on one of these channels."""
    return reduce(or_, (getattr(Member, f"{name}_fault") == OPTED_OUT for name in _names(channels)))


def _names(channels: Iterable[str]) -> list[str]:
    return [name for channel in channels for name in ADDRESSES[channel]]


def kept_in(table, channel: str, kind: str = ""):
    """The same, for the database to look for."""
    *first, last = (_tried_in(table, name, kind) for name in ADDRESSES[channel])
    found = fn.COALESCE(*(fn.NULLIF(field, "") for field in first), last) if first else last
    return Case(None, [(~_wants(table, channel), "")], found) if _may_refuse(channel, kind) else found


def _may_refuse(channel: str, kind: str) -> bool:
    return kind in SPARING and channel in ENDED


def _wants(table, channel: str):
    return getattr(table, ENDED[channel]).is_null()


def refused_news(table, channels: Iterable[str]):
    """Whether somebody has a number or mailbox for one of these channels, and wants no news by it."""
    has = [
        ~_wants(table, channel) & (kept_in(table, channel) != "") for channel in channels if channel in ENDED
    ]
    return reduce(or_, has, Value(False))


def _tried_in(table, name: str, kind: str):
    field = getattr(table, name)
    return field if kind in HEEDLESS else Case(None, [(_is_shut(table, name, kind), "")], field)


def _is_shut(table, name: str, kind: str):
    """Whether a kind that heeds it is not tried there."""
    has_stopped = getattr(table, f"{name}_fault") == OPTED_OUT
    return (
        has_stopped | (getattr(table, f"{name}_failures") >= WORN_AFTER) if kind in SPARING else has_stopped
    )


def _reached(table, channel: str, kind: str, is_it: Callable):
    """Whether it is the address on a channel that is meant."""
    return reduce(or_, _ways(table, channel, kind, is_it))


def _ways(table, channel: str, kind: str, is_it: Callable) -> list:
    """The same for each field that may hold the address, said so that the index of that field is of use."""
    first, *others = ADDRESSES[channel]
    is_spared = kind not in HEEDLESS

    def here(name: str):
        found = is_it(getattr(table, name))
        return found & ~_is_shut(table, name, kind) if is_spared else found

    nowhere = getattr(table, first) == ""
    nowhere = nowhere | _is_shut(table, first, kind) if is_spared else nowhere
    ways = [here(first), *(here(other) & nowhere for other in others)]
    return [way & _wants(table, channel) for way in ways] if _may_refuse(channel, kind) else ways


def household_name(people: Iterable[Person]) -> str:
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


def missing(channels: tuple[str, ...]) -> str:
    return MISSING.get(frozenset(channels), "no_contact")


def _living(organisation_id: int, choice: dict, *columns):
    """The members that a choice names, by id: is_active when a membership of theirs is not paused.

    Written so that the members are walked by id: a part of a million costs what the part costs.
    """
    living = (
        Membership.select(fn.MAX(one_if(Membership.paused_at.is_null())))
        .join(Bin)
        .where(
            Membership.member == Member.id,
            Membership.ended_at.is_null(),
            Bin.organisation == organisation_id,
            _chosen(choice),
        )
    )
    return Member.select(Member.id, (living == 1).alias("is_active"), *columns).where(
        fn.COALESCE(living, -1) >= 0
    )


def _few(organisation_id: int, choice: dict, *columns):
    """The same members for an audience that is small among many: found by its memberships, in no order."""
    is_active = (fn.MAX(one_if(Membership.paused_at.is_null())) == 1).alias("is_active")
    return _memberships(organisation_id, choice, Member.id, is_active, *columns).group_by(Member.id)


def _are_few(organisation_id: int, choice: dict, most: int) -> bool:
    """Looks no further than it must: the first part of a launch to a hundred thousand waits for the answer."""
    return _memberships(organisation_id, choice, Membership.id).limit(most + 1).count() <= most


def _memberships(organisation_id: int, choice: dict, *columns):
    """The living memberships that a choice names."""
    here = Membership.ended_at.is_null() & (Bin.organisation == organisation_id)
    return Membership.select(*columns).join(Bin).switch(Membership).join(Member).where(here, _chosen(choice))


def _chosen(choice: dict):
    """Each way by itself and of memberships alone, and none that names nobody: or all those of the organisation are walked."""
    ways = [
        field.in_(ids)
        for name, field in (("bins", Membership.bin), ("members", Membership.member))
        if (ids := choice.get(name))
    ]
    for bin_id, street in choice.get("streets", []):
        ways.append((Membership.bin == bin_id) & (Member.street == street))
    return reduce(or_, ways or [Value(False)])
