"""Members taken out, brought in, changed and ended, by programs."""

from flask import abort, jsonify
from flask_babel import gettext as _

from dispatch import clock, rights
from dispatch.people import arrivals, members
from dispatch.people.rows import FIELDS, SENTENCES
from dispatch.sending import whom
from models import LANGUAGES, MEMBER_FIELDS, Bin, Member, Membership
from views import lookups
from views.api import told
from views.api.door import operation, token
from views.api.paging import PAGE, paged
from views.api.shapes import Choice, Flag, Record, Several, Text, Whole

MOST_AT_ONCE = 5_000
NOBODY = {404: ("There is no such member of a BIN that the account sees.", "Problem")}
NOWHERE = {404: ("There is no such BIN.", "Problem")}
PERSON = Record({name: Text(1_000) for name in FIELDS})
ARRIVAL = Record(
    {
        "members": Several(PERSON, MOST_AT_ONCE, least=1),
        "is_preview": Flag(),
        "end_absent": Whole(0),
    },
    required=("members",),
)
CHANGE = Record(
    {"version": Whole(1)}
    | {name: Text(200) for name in MEMBER_FIELDS if name != "language"}
    | {"language": Choice(LANGUAGES)},
    required=("version",),
)


@operation(
    "GET",
    "/bins",
    scope="member.see",
    query=Record(PAGE),
    answers={200: ("The BINs that the account sees.", "Bins")},
)
def list_bins(query: dict):
    """BINs, each with its number of members."""
    rows = list(rights.bins_of(token().by).where(Bin.id > query.get("cursor", 0)).order_by(Bin.id))
    numbers = whom.number_in(rows)
    return jsonify(paged(rows, query, lambda row: told.bin(row, numbers[row.id])))


@operation(
    "GET",
    "/bins/<int:id>/members",
    scope="member.see",
    query=Record(PAGE),
    answers={200: ("The living members of this BIN, oldest first.", "Members")} | NOWHERE,
)
def list_members(id: int, query: dict):
    """The members of a BIN. Each page that is taken out is written down."""
    here = (Membership.bin == lookups.bin_of(id).id) & Membership.ended_at.is_null()
    rows = Member.select().join(Membership).where(here, Member.id > query.get("cursor", 0))
    limit = rows.order_by(Member.id).limit(query.get("limit", 50) + 1)
    return jsonify(paged(limit, query, _told))


@operation(
    "POST",
    "/bins/<int:id>/members",
    scope="member.change",
    body=ARRIVAL,
    answers={
        200: ("What became of every row, or in a preview would become.", "Arrival"),
        409: ("The number of members who are absent is not `end_absent`.", "Problem"),
    }
    | NOWHERE,
)
def bring_members(id: int, order: dict):
    """Bring members into a BIN, with the checks of a list that is imported: numbers become E.164, who is known already
    is changed and not doubled, what cannot be kept is told row by row. `end_absent` ends the memberships that the
    list does not name, if they are exactly so many as a preview said.
    """
    arrival = arrivals.bring(
        lookups.bin_of(id),
        order["members"],
        name=token().name,
        by=token().by,
        now=clock.now(),
        is_preview=order.get("is_preview", False),
        end_absent=order.get("end_absent"),
    )
    return jsonify(_arrival(arrival))


@operation("GET", "/members/<int:id>", scope="member.see", answers={200: ("The member.", "Member")} | NOBODY)
def read_member(id: int):
    """One member, with the living memberships that the account sees."""
    return jsonify(_told(lookups.member_of(id)))


@operation(
    "PATCH",
    "/members/<int:id>",
    scope="member.change",
    body=CHANGE,
    answers={
        200: ("The member as it is now.", "Member"),
        409: ("Somebody changed the member since `version`; nothing was changed.", "Problem"),
    }
    | NOBODY,
)
def change_member(id: int, order: dict):
    """Change what is named of a member. `version` is the one that was read: an older one changes nothing."""
    member = lookups.member_of(id)
    typed = members.values_of(member) | {name: order[name] for name in order if name in MEMBER_FIELDS}
    values = members.read(typed, language=member.language, must_be_reachable=False)
    members.change(member, values, version=order["version"], by=token().by, now=clock.now())
    return jsonify(_told(lookups.member_of(id)))


@operation(
    "DELETE",
    "/bins/<int:id>/members/<int:member>",
    scope="member.change",
    answers={
        204: ("The membership is ended; the person stays known.", ""),
        404: ("This person is no member of this BIN.", "Problem"),
        409: ("Somebody changed the membership meanwhile.", "Problem"),
    },
)
def end_membership(id: int, member: int):
    """End a membership of a BIN."""
    here = (Membership.bin == lookups.bin_of(id).id) & Membership.ended_at.is_null()
    membership = Membership.get_or_none(Membership.member == member, here) or abort(404)
    members.end(membership, by=token().by, now=clock.now())
    return "", 204


def _told(member: Member) -> dict:
    here = Membership.bin.in_([bin.id for bin in rights.bins_of(token().by)])
    living = member.memberships.where(here, Membership.ended_at.is_null()).order_by(Membership.bin)
    return told.member(member, list(living))


def _arrival(arrival: arrivals.Arrival) -> dict:
    problems = [_problem(**problem) for problem in arrival.problems]
    return {"import_id": arrival.import_id, "counts": arrival.counts, "problems": problems}


def _problem(row: int, column: str, code: str, dropped: str, **_value) -> dict:
    reason = _(SENTENCES[code])
    return {"row": row, "field": column, "code": code, "reason": reason, "is_row_refused": dropped == "row"}
