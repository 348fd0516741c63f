"""Whom a person may write to: the part of an audience that lies within their own BINs."""

from collections.abc import Iterable

from peewee import fn

from dispatch import rights
from dispatch.people.names import search_words
from models import Bin, Member, Membership, User

FOUND_AT_MOST = 12


def within(choice: dict, user: User) -> dict:
    """The audience without what this person may not write to; same shape, each thing once, in the order of choice."""
    mine = {bin.id for bin in rights.bins_of(user)}
    return {
        "bins": [id for id in dict.fromkeys(choice.get("bins", ())) if id in mine],
        "streets": [
            [id, street] for id, street in dict.fromkeys(map(tuple, choice.get("streets", ()))) if id in mine
        ],
        "members": _members_within(dict.fromkeys(choice.get("members", ())), mine),
    }


def is_within(choice: dict, user: User) -> bool:
    """Whether this person may write to all of the audience."""
    return {part: len(things) for part, things in within(choice, user).items()} == {
        part: len(choice.get(part, ())) for part in ("bins", "streets", "members")
    }


def find_members(words: str, user: User):
    """Living members of this person's BINs whose name, street or number holds every one of the words."""
    query = Member.select().where(Member.id.in_(_living(bin.id for bin in rights.bins_of(user))))
    for word in search_words(words):
        query = query.where(Member.search_key.contains(word))
    return query.order_by(Member.last_name, Member.first_name).limit(FOUND_AT_MOST)


def members_of(choice: dict):
    """The members who were chosen one by one."""
    chosen = Member.id.in_(choice.get("members", []))
    return Member.select().where(chosen).order_by(Member.last_name, Member.first_name)


def number_in(bins: Iterable[Bin]) -> dict[int, int]:
    """How many living memberships each BIN has: {BIN's id: number}."""
    ids = [bin.id for bin in bins]
    count = fn.COUNT(Membership.member)
    here = Membership.bin.in_(ids) & Membership.ended_at.is_null()
    rows = Membership.select(Membership.bin, count).where(here).group_by(Membership.bin).tuples()
    return dict.fromkeys(ids, 0) | dict(rows)


def _members_within(ids: Iterable[int], bins: set[int]) -> list[int]:
    ids = list(ids)
    here = Membership.member.in_(ids) & Membership.bin.in_(list(bins))
    seen = {id for (id,) in Membership.select(Membership.member).where(here).tuples()}
    return [id for id in ids if id in seen]


def _living(bins: Iterable[int]):
    here = Membership.bin.in_(list(bins)) & Membership.ended_at.is_null()
    return Membership.select(Membership.member).where(here)
