"""A whole import taken back, as long as nothing later touched its members."""

from datetime import datetime

from peewee import chunked

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.people.bulk import remember, write_members, write_memberships
from dispatch.people.matching import CHUNK, Place
from dispatch.people.members import values_of
from dispatch.people.rows import GROUND
from dispatch.words import N_, Sentence
from models import Import, Member, MemberChange, Membership, Recipient, Unreached, User, writing

NAMED = 3  # so many members are named in the sentence, the others counted
NOT_COMMITTED = N_("This import was not committed, or it was undone already.")
TOUCHED = N_("%(names)s changed after this import. Undo it member by member.")
TOUCHED_AND_MORE = N_("%(names)s and %(more)s others changed after this import. Undo it member by member.")
WRITTEN_TO = N_("A campaign already counted %(names)s. End the memberships instead.")
WRITTEN_TO_AND_MORE = N_(
    "A campaign already counted %(names)s and %(more)s others. End the memberships instead."
)
MOMENTS = ("joined_at", "paused_at", "ended_at")


def obstacle(record: Import) -> Sentence | None:
    """Why this import can no longer be undone; None when it can."""
    if not record.is_committed:
        return Sentence(NOT_COMMITTED)
    here = MemberChange.source == record.id
    if sentence := _named(_gone_on(record), TOUCHED, TOUCHED_AND_MORE):
        return sentence
    added = MemberChange.select(MemberChange.member).where(here, MemberChange.deed == "added")
    counted = Recipient.select(Recipient.member) | Unreached.select(Unreached.member)
    written_to = Member.select().where(Member.id.in_(added), Member.id.in_(counted))
    return _named(written_to, WRITTEN_TO, WRITTEN_TO_AND_MORE)


def _gone_on(record: Import):
    """The members of an import whom something changed later; an import that was itself undone is nothing."""
    later, undone = MemberChange.alias(), Import.alias()
    changes = (
        MemberChange.select(MemberChange.member)
        .join(later, on=(later.member == MemberChange.member) & (later.version > MemberChange.version))
        .left_outer_join(undone, on=later.source == undone.id)
        .where(MemberChange.source == record.id, undone.id.is_null() | (undone.status != "undone"))
    )
    return Member.select().where(Member.id.in_(changes)).order_by(Member.last_name, Member.first_name)


def undo(record: Import, *, by: User | None, now: datetime) -> int:
    """Takes a committed import back and returns how many members it touched; WrongMoment when that is too late."""
    with writing():
        present = Import.get_by_id(record.id)
        if sentence := obstacle(present):
            raise WrongMoment(sentence)
        here = (Import.id == record.id) & (Import.status == "committed")
        if not Import.update(status="undone", ended_at=now).where(here).execute():
            raise WrongMoment(NOT_COMMITTED)
        touched = _take_back(
            list(MemberChange.select().where(MemberChange.source == record.id)), present, by, now
        )
        audit.record(
            "import.undone", present, by=by, now=now, organisation=present.organisation_id, members=touched
        )
    return touched


def _take_back(changes: list[MemberChange], record: Import, by: User | None, now: datetime) -> int:
    added = {change.member_id for change in changes if change.deed == "added"}
    others = [change for change in changes if change.member_id not in added]
    versions = _restore_members(others, now)
    _restore_memberships(others, record)
    lines = _told(others, versions)
    remember(lines, bin=record.bin_id, by=by, source=record.id, now=now)
    for part in chunked(sorted(added), CHUNK):
        Member.delete().where(Member.id.in_(part)).execute()
    return len({change.member_id for change in changes})


def _restore_members(changes: list[MemberChange], now: datetime) -> dict[int, int]:
    """The old values where the import changed them; every touched member's next version is returned."""
    old: dict[int, dict[str, str]] = {change.member_id: {} for change in changes}
    for change in changes:
        if change.deed == "changed":
            old[change.member_id] |= {name: before for name, (before, _) in change.fields.items()}
    rows = []
    for part in chunked(old, CHUNK):
        for row in Member.select().where(Member.id.in_(part)):
            rows.append((row.id, row.version, values_of(row) | old[row.id], old[row.id]))
    write_members(rows, now)
    return {member_id: version + 1 for member_id, version, _, _ in rows}


def _restore_memberships(changes: list[MemberChange], record: Import) -> None:
    """Who was linked leaves again, who was brought back or ended is as before, and so are the roles."""
    moved = {change.member_id: change for change in changes if change.deed != "changed"}
    restored, linked = [], []
    for part in chunked(moved, CHUNK):
        for row in Membership.select().where(Membership.bin == record.bin_id, Membership.member.in_(part)):
            change = moved[row.member_id]
            if change.deed == "joined" and "ended_at" not in change.fields:
                linked.append(row.id)
            else:
                restored.append(_as_before(row, change))
    write_memberships(restored)
    for part in chunked(linked, CHUNK):
        Membership.delete().where(Membership.id.in_(part)).execute()


def _as_before(row: Membership, change: MemberChange) -> dict:
    before = {name: getattr(row, name) for name in Place._fields}
    if change.deed == "ended":
        before["ended_at"] = None
    if "role" in change.fields:
        before["role"] = change.fields["role"][0]
    before |= {name: change.fields[name][0] or None for name in GROUND if name in change.fields}
    before |= {name: before[name] or "" for name in ("basis", "basis_source")}
    for name in MOMENTS:
        if name in change.fields:
            kept = change.fields[name][0]
            before[name] = datetime.fromisoformat(kept) if kept else None
    return before


def _told(changes: list[MemberChange], versions: dict[int, int]) -> list[tuple[int, str, int, dict]]:
    """One more line in the history of each member, with what is back as it was."""
    told: dict[int, dict] = {change.member_id: {} for change in changes}
    for change in changes:
        told[change.member_id] |= {
            name: [new, old] for name, (old, new) in change.fields.items() if name not in MOMENTS
        }
    return [(member_id, "undone", versions[member_id], back) for member_id, back in told.items()]


def _named(members, sentence: str, sentence_and_more: str) -> Sentence | None:
    number = members.count()
    if not number:
        return None
    names = ", ".join(member.name for member in members.limit(NAMED))
    if number <= NAMED:
        return Sentence(sentence, names=names)
    return Sentence(sentence_and_more, names=names, more=number - NAMED)
