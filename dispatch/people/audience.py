"""Who gets it: each person once per channel, each number and mailbox once, and everybody left out with a reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatch.words import N_
from models import Bin, Member, Membership

REASONS = {
    "paused": N_("have paused their membership"),
    "no_mobile": N_("have no mobile number"),
    "no_email": N_("have no e-mail address"),
    "no_address": N_("have neither a mobile number nor an e-mail address"),
}
ADDRESS = {"sms": "mobile", "email": "email"}


@dataclass(frozen=True)
class Mailing:
    """One message to come: an address and the people behind it."""

    channel: str
    address: str
    language: str
    people: tuple[Member, ...]

    @property
    def names(self) -> str:
        return household_name(self.people)


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
    audience = Audience(people=list(people.values()))
    left_out, channels = defaultdict(list), tuple(dict.fromkeys(channels))
    households: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in audience.people:
        addresses = [
            (channel, address) for channel in channels if (address := getattr(member, ADDRESS[channel]))
        ]
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
    return {("sms",): "no_mobile", ("email",): "no_email"}.get(channels, "no_address")


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


def _chosen(choice: dict):
    chosen = Membership.bin.in_(choice.get("bins", [])) | Member.id.in_(choice.get("members", []))
    for bin_id, street in choice.get("streets", []):
        chosen |= (Membership.bin == bin_id) & (Member.street == street)
    return chosen
