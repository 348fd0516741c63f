"""The list of a BIN: who is on it, found as one types, whom it reaches, and the list as a table to take along."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from peewee import fn

from dialect import number_before, one_if
from dispatch import audit
from dispatch.people.members import BASES, FIELD_NAMES
from dispatch.people.names import search_words
from dispatch.people.rows import GROUND
from dispatch.words import LANGUAGE_NAMES, MEMBER_ROLES, N_, translator
from models import MEMBER_FIELDS, Bin, Member, Membership, User, writing

NO_WRITING = (Member.mobile == "") & (Member.email == "")
DEAD_NUMBER = (Member.mobile_fault != "") | (Member.phone_fault != "")
DEAD_MAILBOX = Member.email_fault != ""
HAS_FAULT = DEAD_NUMBER | DEAD_MAILBOX
HAS_PROBLEM = NO_WRITING | HAS_FAULT
MISSING = {
    "mobile": (N_("No mobile number"), Member.mobile == ""),
    "email": (N_("No e-mail address"), Member.email == ""),
    "unreachable": (N_("Not reachable at all"), NO_WRITING & (Member.phone == "")),
    "no_news": (
        N_("Wants no more news"),
        Member.sms_news_ended_at.is_null(False) | Member.email_news_ended_at.is_null(False),
    ),
}
ORDERS = {
    "name": (Member.search_key, Member.last_name, Member.id),  # it begins with the name, without accents
    "-name": (Member.search_key.desc(), Member.last_name.desc(), Member.id.desc()),
    "address": (Member.street, number_before(Member.house_number), Member.house_number, Member.id),
    "-address": (
        *(Member.street.desc(), number_before(Member.house_number).desc()),
        *(Member.house_number.desc(), Member.id.desc()),
    ),
}
HEADER = (*MEMBER_FIELDS, "role", *GROUND)


@dataclass(frozen=True)
class Search:
    """What is asked of a list: words, and one choice of each filter; "" leaves it open."""

    words: str = ""
    street: str = ""
    language: str = ""
    missing: str = ""
    problem: str = ""
    former: str = ""
    order: str = "name"

    @property
    def is_narrow(self) -> bool:
        return any((self.words, self.street, self.language, self.missing, self.problem, self.former))


@dataclass(frozen=True)
class Reach:
    """How many members a BIN has and by how many channels they are reached; those who paused are counted."""

    members: int = 0
    streets: int = 0
    two_or_more: int = 0
    one: int = 0
    none: int = 0
    dead_numbers: int = 0
    dead_mailboxes: int = 0
    problems: int = 0
    paused: int = 0


def memberships(bin: Bin):
    """The living memberships of a BIN, each with its member."""
    here = (Membership.bin == bin.id) & Membership.ended_at.is_null()
    return Membership.select(Membership, Member).join(Member).where(here)


def former(bin: Bin):
    """The ended memberships of a BIN, each with its member; who was erased is nobody."""
    here = (Membership.bin == bin.id) & Membership.ended_at.is_null(False)
    return Membership.select(Membership, Member).join(Member).where(here, Member.erased_at.is_null())


def find(bin: Bin, search: Search):
    """The memberships that fit all that is asked, in the order that is asked; of former members who left last comes first."""
    query = former(bin) if search.former else memberships(bin)
    for word in search_words(search.words):
        query = query.where(Member.search_key.contains(word))
    if search.street:
        query = query.where(Member.street == search.street)
    if search.language:
        query = query.where(Member.language == search.language)
    if search.missing in MISSING:
        query = query.where(MISSING[search.missing][1])
    if search.problem:
        query = query.where(HAS_PROBLEM)
    if search.former and search.order == "name":
        return query.order_by(Membership.ended_at.desc(), *ORDERS["name"])
    return query.order_by(*ORDERS.get(search.order, ORDERS["name"]))


def streets(bin: Bin) -> list[str]:
    query = memberships(bin).select(Member.street).where(Member.street != "").distinct()
    return [street for (street,) in query.order_by(Member.street).tuples()]


def reach(bins: Iterable[Bin]) -> dict[int, Reach]:
    """The figures of these BINs, by the id of the BIN; one without members is there too."""
    ids = [bin.id for bin in bins]
    channels = sum((one_if(column != "") for column in (Member.mobile, Member.phone, Member.email)), start=0)
    counted = (
        Membership.select(
            Membership.bin,
            fn.COUNT(Membership.id),
            fn.COUNT(fn.NULLIF(Member.street, "").distinct()),
            fn.SUM(one_if(channels > 1)),
            fn.SUM(one_if(channels == 1)),
            fn.SUM(one_if(channels == 0)),
            fn.SUM(one_if(DEAD_NUMBER)),
            fn.SUM(one_if(DEAD_MAILBOX)),
            fn.SUM(one_if(HAS_PROBLEM)),
            fn.COUNT(Membership.paused_at),
        )
        .join(Member)
        .where(Membership.bin.in_(ids), Membership.ended_at.is_null())
        .group_by(Membership.bin)
    )
    found = {bin_id: Reach(*figures) for bin_id, *figures in counted.tuples()}
    return {bin_id: found.get(bin_id, Reach()) for bin_id in ids}


def export(bin: Bin, lang: str, *, by: User | None, now: datetime) -> tuple[list[str], list[list[str]]]:
    """The whole list as titles and rows that our own import reads back without a difference; it is written down."""
    _ = translator(lang).gettext
    rows = [
        [_worded(name, getattr(row.member, name), _) for name in MEMBER_FIELDS]
        + [_(MEMBER_ROLES[row.role]), _(BASES[row.basis]) if row.basis else ""]
        + [row.basis_on.isoformat() if row.basis_on else "", row.basis_source]
        for row in memberships(bin).order_by(*ORDERS["name"])
    ]
    with writing():
        audit.record("bin.exported", bin, by=by, now=now, organisation=bin.organisation_id, members=len(rows))
    return [_(FIELD_NAMES[name]) for name in HEADER], rows


def _worded(name: str, value: str, _) -> str:
    return _(LANGUAGE_NAMES[value]) if name == "language" else value
