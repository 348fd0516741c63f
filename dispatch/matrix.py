"""The rights matrix of an organisation: what each role and person has been given, and how that changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import NamedTuple

from dispatch import audit
from dispatch.access import pending
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.rights import (
    DEEDS,
    SENDING,
    Right,
    fits,
    is_police_work,
    is_within_limits,
    may,
)
from dispatch.words import N_
from models import CHANNELS, KINDS, ROLES, Bin, Document, Grant, Organisation, PendingChange, User, writing

ZONE = frozenset(
    [
        "bin.see",
        "member.see",
        "member.change",
        "member.import",
        "member.export",
        "campaign.see",
        "report.see",
        "template.change",
        "campaign.compose",
        "campaign.launch",
    ]
)
KEEPERS = frozenset(
    ["user.see", "user.change", "audit.see", "agreement.change", "rights.see", "rights.change"]
)
DEFAULTS = {
    "platform_admin": KEEPERS
    | {
        "organisation.see",
        "organisation.change",
        "credit.see",
        "credit.change",
        "promise.see",
        "promise.change",
    },
    "organisation_admin": ZONE
    | KEEPERS
    | {
        "bin.create",
        "campaign.take",
        "campaign.approve",
        "activation.see",
        "approval.change",
        "contact.verify",
        "campaign.override",
        "token.change",
        "preparation.change",
        "finding.acknowledge",
        "credit.see",
        "promise.see",
        "promise.change",
    },
    "sender": ZONE | {"campaign.approve", "campaign.take", "credit.see"},
    "coordinator": ZONE,
    "authorised_person": frozenset(
        ["activation.see", "activation.fill", "preparation.change", "promise.see", "sheet.change"]
    ),
    "centre_supervisor": frozenset(
        ["activation.see", "activation.answer", "call.take", "promise.see", "promise.change"]
    ),
    "operator": frozenset(["activation.see", "call.take"]),
    "liaison_officer": frozenset(["activation.see", "promise.see", "sheet.change"]),
    "reader": frozenset(
        ["bin.see", "member.see", "campaign.see", "report.see", "activation.see", "promise.see"]
    ),
}
HOMES = {
    "platform_admin": ("platform",),
    "sender": ("police_zone", "federal_service"),
    "coordinator": ("police_zone",),
    "authorised_person": ("municipality",),
    "centre_supervisor": ("contact_centre",),
    "operator": ("contact_centre",),
    "liaison_officer": ("municipality", "province", "federal_service"),
}  # where a role is at home; the others are everywhere


class Box(NamedTuple):
    """One box of the grid: a role or a person ("user:12"), and what it opens."""

    holder: str
    deed: str
    kind: str = ""
    channel: str = ""


@dataclass(frozen=True)
class Effect:
    """What a change really does to one person, beside what they keep through another box."""

    user: User
    gains: list[Right]
    loses: list[Right]


def begin(organisation: Organisation) -> None:
    """Gives the roles of a new organisation what the house thinks sensible."""
    boxes = [box for role in roles_of(organisation) for box in _default(organisation, role)]
    Grant.insert_many([_row(organisation, None, box) for box in boxes]).execute()


def _default(organisation: Organisation, role: str) -> Iterator[Box]:
    return (box for box in offered(organisation, role, role) if box.deed in DEFAULTS[role])


def roles_of(organisation: Organisation) -> list[str]:
    """The roles that people of this kind of organisation can have."""
    return [role for role in ROLES if organisation.kind in HOMES.get(role, (organisation.kind,))]


def offered(organisation: Organisation, role: str, holder: str) -> Iterator[Box]:
    """The boxes that can be ticked for a holder with this role: what stands above the matrix is not offered."""
    for deed in (*SENDING, *DEEDS):
        for kind, channel in columns(deed):
            if fits(organisation, deed) and not is_police_work(role, Right(deed, None, kind, channel)):
                yield Box(holder, deed, kind, channel)


def columns(deed: str) -> list[tuple[str, str]]:
    return list(product(KINDS, CHANNELS)) if deed in SENDING else [("", "")]


# ── As it stands ────────────────────────────────────────────────────────


def boxes(organisation: Organisation, bin: Bin | None) -> frozenset[Box]:
    """What is ticked for one BIN, or for all of them."""
    here = (Grant.organisation == organisation.id) & _in(bin and bin.id)
    return frozenset(_box(grant) for grant in Grant.select().where(here))


def _in(bin: int | None):
    return Grant.bin == bin if bin else Grant.bin.is_null()


def _box(grant: Grant) -> Box:
    return Box(grant.role or f"user:{grant.user_id}", grant.deed, grant.kind, grant.channel)


def _row(organisation: Organisation, bin: int | None, box: Box) -> dict:
    is_person = box.holder.startswith("user:")
    return {
        "organisation": organisation.id,
        "bin": bin,
        "role": "" if is_person else box.holder,
        "user": int(box.holder.partition(":")[2]) if is_person else None,
        "deed": box.deed,
        "kind": box.kind,
        "channel": box.channel,
    }


def people_of(organisation: Organisation) -> list[User]:
    return list(User.select().where(User.organisation == organisation.id, User.is_active).order_by(User.name))


# ── As it changes ───────────────────────────────────────────────────────


def difference(
    organisation: Organisation, bin: Bin | None, wanted: Iterable[Box]
) -> tuple[list[Box], list[Box]]:
    """What would be given and what taken away; raises NotAllowed on a box that the grid does not offer."""
    now_ticked, wanted = boxes(organisation, bin), frozenset(wanted)
    gained, lost = sorted(wanted - now_ticked), sorted(now_ticked - wanted)
    for box in gained:
        is_offered = box in offered(organisation, _role(organisation, box.holder), box.holder)
        if not is_offered or (bin and box.deed not in SENDING):
            raise NotAllowed(N_("This right cannot be given here. Nothing was changed."))
    return gained, lost


def _role(organisation: Organisation, holder: str) -> str:
    kind, _colon, id = holder.partition(":")
    if kind != "user":
        return holder if holder in roles_of(organisation) else _nobody()
    here = (User.id == int(id)) & (User.organisation == organisation.id) & User.is_active
    user = User.select(User.role).where(here).first()
    return user.role if user else _nobody()


def _nobody() -> str:
    raise NotAllowed(N_("This right cannot be given here. Nothing was changed."))


def effects(organisation: Organisation, bin: Bin | None, gained: list[Box], lost: list[Box]) -> list[Effect]:
    """Who gains and who loses what, person by person; who keeps a right by another box loses nothing."""
    grants = list(Grant.select().where(Grant.organisation == organisation.id))
    before = [(_box(grant), grant.bin_id) for grant in grants]
    place = bin.id if bin else None
    taken = {(box, place) for box in lost}
    after = [pair for pair in before if pair not in taken] + [(box, place) for box in gained]
    found = [_effect(user, place, gained, lost, before, after) for user in people_of(organisation)]
    return [effect for effect in found if effect.gains or effect.loses]


def _effect(user: User, place: int | None, gained, lost, before, after) -> Effect:
    def is_theirs(box: Box) -> bool:
        right = Right(box.deed, place, box.kind, box.channel)
        return box.holder in (user.role, f"user:{user.id}") and is_within_limits(user, right)

    def changed(some, others) -> list[Right]:
        mine = {Right(box.deed, bin, box.kind, box.channel) for box, bin in others if is_theirs(box)}
        rights = {Right(box.deed, place, box.kind, box.channel) for box in some if is_theirs(box)}
        return sorted(right for right in rights if not {right, right._replace(bin=None)} & mine)

    return Effect(user, changed(gained, before), changed(lost, after))


def change(
    organisation: Organisation,
    bin: Bin | None,
    wanted: Iterable[Box],
    *,
    version: int,
    by: User,
    now: datetime,
) -> PendingChange | None:
    """Ticks the boxes as wanted. What gives rights to whoever asks, or makes an administrator, waits for another.

    Returns the request that waits, or None when it was done; raises WrongMoment when somebody was first.
    """
    with writing():
        gained, lost = difference(organisation, bin, wanted)
        by = User.get_by_id(by.id)  # as the role and the rights stand at this moment
        if not may(by, "rights.change"):
            raise NotAllowed(N_("You have no right to change rights. Nothing was changed."))
        if not gained and not lost:
            return None
        facts = {"bin": bin and bin.id, "gained": gained, "lost": lost, "version": version}
        if asks_second(by, gained):
            _refuse_old(organisation, version)
            return pending.ask("rights", organisation=organisation, by=by, now=now, **facts)
        _write(organisation, by=by, now=now, **facts)
    return None


def asks_second(by: User, gained: Iterable[Box]) -> bool:
    """Whether it gives something to whoever asks, or the right to change rights to anybody."""
    own = (by.role, f"user:{by.id}")
    return any(box.holder in own or box.deed == "rights.change" for box in gained)


@pending.does("rights", right="rights.change")
def _confirmed(asked: PendingChange, *, by: User, now: datetime) -> None:
    """Does what another administrator asked; raises WrongMoment when the matrix changed since."""
    facts = asked.facts
    boxes = {name: [Box(*box) for box in facts[name]] for name in ("gained", "lost")}
    asker = asked.asked_by_id
    where = Organisation.get_by_id(asked.organisation_id)
    _write(where, bin=facts["bin"], version=facts["version"], by=by, now=now, asked_by=asker, **boxes)


def _write(organisation, *, bin, gained, lost, version, by: User, now: datetime, **facts) -> None:
    _refuse_old(organisation, version)
    here = (Organisation.id == organisation.id) & (Organisation.rights_version == version)
    Organisation.update(rights_version=version + 1).where(here).execute()
    for box in lost:
        row = _row(organisation, bin, box)
        whose = Grant.user == row["user"] if row["user"] else Grant.role == row["role"]
        what = (Grant.deed == box.deed) & (Grant.kind == box.kind) & (Grant.channel == box.channel)
        Grant.delete().where((Grant.organisation == organisation.id) & whose & what & _in(bin)).execute()
    if gained:
        Grant.insert_many([_row(organisation, bin, box) for box in gained]).execute()
    _refuse_orphan(organisation)
    facts |= {"bin": bin, "gained": list(map(_fact, gained)), "lost": list(map(_fact, lost))}
    audit.record("rights.changed", organisation, by=by, now=now, organisation=organisation, **facts)


def _fact(box: Box) -> str:
    return " ".join(filter(None, box))


def _refuse_old(organisation: Organisation, version: int) -> None:
    if Organisation.get_by_id(organisation.id).rights_version != version:
        raise WrongMoment(
            N_("Somebody else changed the rights in the meantime. Nothing of yours was saved: look again.")
        )


def _refuse_orphan(organisation: Organisation) -> None:
    if not any(may(user, "rights.change") for user in people_of(organisation)):
        raise Refusal(N_("Nobody would be left who may change rights. Nothing was changed."))


# ── The agreement beside it ─────────────────────────────────────────────

AGREEMENT = "rights_agreement"


def attach(organisation: Organisation, content: bytes, filename: str, *, by: User, now: datetime) -> Document:
    """Keeps the agreement with the CIC on which the matrix rests, as it was received; it must be a PDF by content."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise Refusal(N_("This is not a whole PDF. Save the signed agreement as PDF, then choose it again."))
    with writing():
        made = Document.create(
            organisation=organisation,
            kind=AGREEMENT,
            filename=filename[:200] or "agreement.pdf",
            media_type="application/pdf",
            content=content,
            made_at=now,
        )
        audit.record("agreement.attached", made, by=by, now=now, bytes=len(content))
    return made


def agreements_of(organisation: Organisation):
    """The agreements that were attached, newest first; every one is kept."""
    here = (Document.organisation == organisation.id) & (Document.kind == AGREEMENT)
    return Document.select().where(here).order_by(Document.id.desc())
