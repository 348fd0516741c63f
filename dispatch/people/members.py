"""The members of a BIN: adding, changing, pausing and ending, each change remembered."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from dispatch import audit
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people import rows
from dispatch.people.names import address_key, name_key, search_key
from dispatch.words import LANGUAGES, N_, Sentence
from models import CONTACTS, MEMBER_FIELDS, MEMBER_ROLES, Bin, Member, MemberChange, Membership, User, writing

__all__ = ["name_key", "search_key"]

FIELD_NAMES = {
    "last_name": N_("Last name"),
    "first_name": N_("First name"),
    "mobile": N_("Mobile"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "street": N_("Street"),
    "house_number": N_("House number"),
    "box": N_("Box"),
    "postcode": N_("Postcode"),
    "town": N_("Town"),
    "language": N_("Language"),
    "role": N_("Role"),
    "basis": N_("Legal basis"),
    "basis_on": N_("Legal basis since"),
    "basis_source": N_("Source of the legal basis"),
}
BASES = {  # article 6.1 of the regulation, (a) to (f)
    "consent": N_("consent of the person"),
    "contract": N_("agreement with the person"),
    "legal_obligation": N_("legal obligation"),
    "vital_interests": N_("vital interests of a person"),
    "public_task": N_("task in the public interest"),
    "legitimate_interests": N_("legitimate interests"),
}
IN_A_FORM = rows.SENTENCES | {
    "nameless": N_("Type a name"),
    "unreachable": N_("Type a number or an e-mail address: there is no other way to reach this person"),
}
CONSENT_NEEDS = N_("Consent must be proven: write the day on which it was given and where that can be read.")
CHANGED_MEANWHILE = N_("Somebody else changed this member meanwhile. Look at both and save again.")
HERE_MEANWHILE = N_("This person was added meanwhile. Nothing was added a second time.")
MOVED_MEANWHILE = N_("Somebody else changed this membership meanwhile. Look again and decide.")


# ── Questions ───────────────────────────────────────────────────────────


def read(typed: Mapping[str, str], *, language: str = "nl", must_be_reachable: bool = True) -> dict[str, str]:
    """What was typed by hand, cleaned as a list is; raises Incomplete with a sentence for each wrong field.

    `language` is the one for who gave none. Returns every name of rows.FIELDS.
    """
    cells = [typed.get(name, "") for name in rows.FIELDS]
    row = rows.clean(cells, {name: at for at, name in enumerate(rows.FIELDS)}, language=language)
    if row.is_blank:
        raise Incomplete(N_("There is nothing here to keep."), {"last_name": Sentence(IN_A_FORM["nameless"])})
    faults = {}
    for problem in row.problems:
        if must_be_reachable or problem.code != "unreachable":
            faults.setdefault(problem.column, Sentence(IN_A_FORM[problem.code]))
    if faults:
        raise Incomplete(N_("Not everything could be read. What you typed is still here."), faults)
    return row.values


def doubles(organisation_id: int, values: Mapping[str, str], but: int = 0) -> list[Member]:
    """The members who seem to be this person: the same name with a shared number, mailbox or address."""
    key = name_key(values["first_name"], values["last_name"])
    namesakes = Member.select().where(
        Member.organisation == organisation_id, Member.name_key == key, Member.id != but
    )
    return [member for member in namesakes if shared(values, values_of(member))]


def shared(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """What two people of one name have in common: "mobile", "phone", "email", "address", or ""."""
    numbers = {other["mobile"], other["phone"]} - {""}
    for name in ("mobile", "phone"):
        if one[name] in numbers:
            return name
    if one["email"] and one["email"] == other["email"]:
        return "email"
    near = not one["postcode"] or not other["postcode"] or one["postcode"] == other["postcode"]
    return "address" if near and address_key(one) and address_key(one) == address_key(other) else ""


def values_of(member: Member) -> dict[str, str]:
    return {name: getattr(member, name) for name in MEMBER_FIELDS}


def history(member: Member, bins: Iterable[Bin]) -> list[MemberChange]:
    """The changes of a member, newest first; what happened in another BIN than these stays there."""
    here = MemberChange.bin.is_null() | MemberChange.bin.in_([bin.id for bin in bins])
    seen = here | MemberChange.deed.in_(("added", "changed", "undone"))
    return list(
        MemberChange.select(MemberChange, User)
        .left_outer_join(User)
        .where(MemberChange.member == member.id, seen)
        .order_by(MemberChange.id.desc())
        .limit(200)
    )


# ── Deeds ───────────────────────────────────────────────────────────────


def add(
    bin: Bin,
    values: Mapping[str, str],
    *,
    role: str = "member",
    by: User | None,
    now: datetime,
    source=None,
    may_be_double: bool = True,
) -> Member:
    """A new member of the zone, in this BIN. Whether the person is here already is asked with `doubles`.

    Unless they may be a double, WrongMoment is raised where another press of the same button was first.
    """
    with writing():
        if not may_be_double and doubles(bin.organisation_id, values):
            raise WrongMoment(HERE_MEANWHILE)
        member = Member.create(
            organisation=bin.organisation_id,
            **{name: values.get(name, "") for name in MEMBER_FIELDS if name != "language"},
            language=_language(values.get("language") or "nl"),
            **keys(values),
            created_at=now,
            changed_at=now,
        )
        Membership.create(member=member, bin=bin, role=_role(role), joined_at=now)
        given = {name: ["", value] for name in MEMBER_FIELDS if (value := values.get(name))}
        remember(member.id, "added", 1, by=by, now=now, bin=bin, source=source, **given, role=["", role])
        audit.record("member.added", member, by=by, now=now, organisation=bin.organisation_id, bin=bin.id)
    return member


def change(
    member: Member, values: Mapping[str, str], *, version: int, by: User | None, now: datetime
) -> dict[str, list[str]]:
    """Changes what differs and returns it, field: [old, new]; WrongMoment when `version` is no longer the present one."""
    with writing():
        present = Member.get_by_id(member.id)
        if present.version != version:
            raise WrongMoment(CHANGED_MEANWHILE)
        old = values_of(present)
        new = old | {name: values[name] for name in MEMBER_FIELDS if name in values}
        _language(new["language"])
        changed = {name: [old[name], new[name]] for name in MEMBER_FIELDS if old[name] != new[name]}
        if changed:
            fresh = {name: value for name, (_, value) in changed.items()} | keys(new) | cleared(changed)
            _bump(member.id, version, now, **fresh)
            remember(member.id, "changed", version + 1, by=by, now=now, **changed)
            facts = {"organisation": present.organisation_id, "fields": sorted(changed)}
            audit.record("member.changed", member, by=by, now=now, **facts)
    return changed


def join(member: Member, bin: Bin, *, role: str = "member", by: User | None, now: datetime) -> Membership:
    """Makes somebody who is known in the zone a member of this BIN too, or again."""
    if member.organisation_id != bin.organisation_id:
        raise Refusal(N_("This person belongs to another organisation."))
    with writing():
        membership = Membership.get_or_none(Membership.member == member.id, Membership.bin == bin.id)
        if membership and not membership.is_ended:
            raise WrongMoment(N_("This person is already a member of this BIN."))
        if membership:
            fresh = {"role": _role(role), "ended_at": None, "paused_at": None, "joined_at": now}
            Membership.update(fresh).where(Membership.id == membership.id).execute()
        else:
            Membership.create(member=member, bin=bin, role=_role(role), joined_at=now)
        _note(member.id, "joined", bin, by, now, role=["", role])
    return Membership.get(Membership.member == member.id, Membership.bin == bin.id)


def rejoin(membership: Membership, *, by: User | None, now: datetime) -> None:
    """Makes a former member one again, in the role of before; the legal basis that was written down holds again."""
    join(membership.member, membership.bin, role=membership.role, by=by, now=now)


def set_role(membership: Membership, role: str, *, by: User | None, now: datetime) -> None:
    """Gives a member another role in one BIN; the same role again is no change."""
    with writing():
        here = (Membership.id == membership.id) & Membership.ended_at.is_null()
        present = Membership.get_or_none(here)
        if not present:
            raise WrongMoment(MOVED_MEANWHILE)
        if present.role != _role(role):
            Membership.update(role=role).where(here).execute()
            _note(membership.member_id, "role", membership.bin, by, now, role=[present.role, role])


def set_language(membership: Membership, language: str, *, by: User | None, now: datetime) -> None:
    """The language in which a member is written to."""
    present = Member.get_by_id(membership.member_id)
    change(present, {"language": language}, version=present.version, by=by, now=now)


def pause(membership: Membership, *, by: User | None, now: datetime) -> None:
    """From now on no message of this BIN goes to the member, until the pause ends."""
    _move(membership, "paused", Membership.paused_at.is_null(), by, now, paused_at=now)


def resume(membership: Membership, *, by: User | None, now: datetime) -> None:
    _move(membership, "resumed", Membership.paused_at.is_null(False), by, now, paused_at=None)


def end(membership: Membership, *, by: User | None, now: datetime) -> None:
    """Ends a membership; the person stays known, with the history."""
    _move(membership, "ended", None, by, now, ended_at=now)


def set_basis(
    membership: Membership, basis: str, *, on: date | None, source: str, by: User | None, now: datetime
) -> None:
    """Writes down why we may keep this person here, since when, and where that can be read; "" takes it away."""
    if basis and basis not in BASES:
        raise Refusal(N_("This is not one of the six grounds of the regulation."), field="basis")
    source = " ".join(source.split())
    if len(source) > rows.LONGEST:
        raise Refusal(rows.SENTENCES["too_long_text"], field="basis_source")
    if basis == "consent" and not (on and source):
        raise Refusal(CONSENT_NEEDS, field="basis_source")
    _move(
        membership, "basis", None, by, now, basis=basis, basis_on=on if basis else None, basis_source=source
    )


def several(deed: Callable, memberships: Iterable[Membership], **facts) -> int:
    """Does one deed to many memberships in one transaction, passing over those to which it no longer applies."""
    done = 0
    with writing():
        for membership in memberships:
            try:
                deed(membership, **facts)
                done += 1
            except WrongMoment:
                continue
    return done


# ── What every deed writes ──────────────────────────────────────────────


def keys(values: Mapping[str, str]) -> dict[str, str]:
    """What must follow when the values of a member change."""
    held = {name: values.get(name, "") for name in MEMBER_FIELDS}
    return {
        "name_key": name_key(held["first_name"], held["last_name"]),
        "search_key": search_key(held),
    }


def cleared(changed: Iterable[str]) -> dict[str, str | int]:
    """A new number or mailbox begins without the faults of the old one."""
    fresh = {}
    for name in CONTACTS:
        if name in changed:
            fresh |= {f"{name}_fault": "", f"{name}_failures": 0}
    return fresh


def remember(
    member_id: int,
    deed: str,
    version: int,
    *,
    by: User | None,
    now: datetime,
    bin=None,
    source=None,
    **fields,
) -> None:
    MemberChange.insert(
        member=member_id, bin=bin, deed=deed, fields=fields, version=version, by=by, source=source, at=now
    ).execute()


def _move(membership: Membership, deed: str, state, by: User | None, now: datetime, **fresh) -> None:
    with writing():
        here = (Membership.id == membership.id) & Membership.ended_at.is_null()
        if not Membership.update(**fresh).where(here if state is None else here & state).execute():
            raise WrongMoment(MOVED_MEANWHILE)
        _note(membership.member_id, deed, membership.bin, by, now)


def _note(member_id: int, deed: str, bin: Bin, by: User | None, now: datetime, **fields) -> None:
    version = Member.get_by_id(member_id).version
    _bump(member_id, version, now)
    remember(member_id, deed, version + 1, by=by, now=now, bin=bin, **fields)
    member = Member(id=member_id)
    audit.record(f"member.{deed}", member, by=by, now=now, organisation=bin.organisation_id, bin=bin.id)


def _bump(member_id: int, version: int, now: datetime, **fresh) -> None:
    here = (Member.id == member_id) & (Member.version == version)
    if not Member.update(version=version + 1, changed_at=now, **fresh).where(here).execute():
        raise WrongMoment(CHANGED_MEANWHILE)


def _role(role: str) -> str:
    if role not in MEMBER_ROLES:
        raise Refusal(rows.SENTENCES["role"], field="role")
    return role


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise Refusal(rows.SENTENCES["language"], field="language")
    return language
