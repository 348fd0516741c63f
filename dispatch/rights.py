"""Who may do what. One judge for pages, fragments and commands alike, over the boxes of the rights matrix.

Some limits stand above the matrix: no box opens another organisation, another kind of organisation's work, a BIN that
a coordinator does not look after, or the warnings that are the task of the police.
"""

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

from dispatch.errors import NotAllowed
from dispatch.words import CHANNELS, KINDS, N_, Sentence
from models import (
    Activation,
    Bin,
    Campaign,
    Emergency,
    Grant,
    Handover,
    Mandate,
    Membership,
    Organisation,
    Prepared,
    ScaleUp,
    Template,
    User,
    slots,
)

SENDING = ("campaign.compose", "campaign.approve", "campaign.launch")  # each for a BIN, a kind and a channel
DEEDS = (
    "bin.see",
    "bin.create",
    "member.see",
    "member.change",
    "member.import",
    "member.export",
    "campaign.see",
    "report.see",
    "template.change",
    "approval.change",
    "contact.verify",
    "drill.change",
    "campaign.override",
    "campaign.take",
    "activation.see",
    "activation.fill",
    "activation.answer",
    "activation.take",
    "preparation.change",
    "promise.see",
    "promise.change",
    "sheet.change",
    "call.take",
    "victim.see",
    "finding.acknowledge",
    "user.see",
    "user.change",
    "agreement.change",
    "audit.see",
    "organisation.see",
    "organisation.change",
    "rights.see",
    "rights.change",
    "token.change",
    "credit.see",
    "credit.change",
)
CONTROL = "campaign.control"  # who may launch may also hold and stop; the desk what it leads
POLICE_KINDS = ("warning",)  # writing and judging warnings is the task of the police (circular of 28-02-2019)
WHERE = {
    "activation.fill": ("municipality",),
    "activation.answer": ("contact_centre",),
    "activation.take": ("province", "federal_service"),
    "activation.see": ("municipality", "province", "federal_service", "contact_centre"),
    "preparation.change": ("municipality",),
    "promise.see": ("municipality", "contact_centre", "platform"),
    "promise.change": ("contact_centre", "platform"),
    "sheet.change": ("municipality", "province", "federal_service"),
    "call.take": ("contact_centre",),
    "token.change": ("police_zone", "contact_centre"),
    "victim.see": ("contact_centre", "municipality"),
    "finding.acknowledge": ("federal_service",),
    "organisation.see": ("platform",),
    "campaign.take": ("federal_service",),
    "campaign.see": ("police_zone", "federal_service"),
    "report.see": ("police_zone", "federal_service"),
    "organisation.change": ("platform",),
    "credit.see": ("police_zone", "federal_service", "platform"),
    "credit.change": ("platform",),
}
EVERYWHERE = ("user.see", "user.change", "audit.see", "agreement.change", "rights.see", "rights.change")
ZONE_ONLY = ("police_zone",)


class Right(NamedTuple):
    """What is held: a deed, in one BIN or in all (None); kind and channel for what is sent."""

    deed: str
    bin: int | None = None
    kind: str = ""
    channel: str = ""


class Part(NamedTuple):
    """A part of what is to be sent; None is what was not chosen yet."""

    bin: int | None
    kind: str
    channel: str | None


# ── The judge ───────────────────────────────────────────────────────────


def may(user: User, action: str, on=None) -> bool:
    """Whether this person may do this, to this thing if one is named; what is not given is refused."""
    if isinstance(on, Campaign) and is_handed_draft(on) and action in (*SENDING, "campaign.override"):
        return action in SENDING and _leads_as_desk(user, on)
    deed = _judged_as(user, action)
    if not any(right.deed == deed for right in held(user)):
        return False
    if isinstance(on, Bin):
        return sees_bin(user, on) and (deed not in SENDING or _gives_in(held(user), deed, on.id))
    if isinstance(on, Campaign):
        if not sees_campaign(user, on) or (action == CONTROL and not _leads(user, on)):
            return False
        return deed not in SENDING or not lacking(user, deed, on)
    if isinstance(on, Template):
        return on.organisation_id == user.organisation_id and _may_change_template(user, on)
    return True


def _judged_as(user: User, action: str) -> str:
    if action != CONTROL:
        return action
    return "campaign.take" if user.organisation.kind in WHERE["campaign.take"] else "campaign.launch"


def is_handed_draft(campaign: Campaign) -> bool:
    """Whether the desk goes on with it before it was launched: its zone watches, whatever its rights."""
    return campaign.is_draft and campaign.held_by_id is not None


def _leads_as_desk(user: User, campaign: Campaign) -> bool:
    return campaign.held_by_id == user.organisation_id and may(user, "campaign.take")


def _leads(user: User, campaign: Campaign) -> bool:
    """Whether the lead of it is with this person's house; the zone of a campaign that the desk leads watches."""
    return user.organisation_id == (campaign.held_by_id or campaign.organisation_id)


def may_send(user: User, kind: str, deed: str = "campaign.compose") -> bool:
    """Whether this person may write (or approve, or launch) this kind of message to anybody by any channel."""
    return gives(held(user), deed, Part(None, kind, None))


def held(user: User) -> frozenset[Right]:
    """What the person's role and the person have been given, within the limits; read once for each request."""
    if "held" not in user.__dict__:
        house, role = user.organisation, user.role  # once: who looks at a page is found anew for each word
        given = (right for right in _given(user) if _is_within(house, role, right))
        user.__dict__["held"] = frozenset(given)
    return user.__dict__["held"]


def _given(user: User) -> list[Right]:
    return [Right(*row) for row in _GIVEN.rows(user.organisation_id, user.role, user.id)]


def _given_to() -> Prepared:
    house, role, person = slots(3)
    query = Grant.select(Grant.deed, Grant.bin, Grant.kind, Grant.channel)
    return Prepared(query.where(Grant.organisation == house, (Grant.role == role) | (Grant.user == person)))


_GIVEN = _given_to()


def is_within_limits(user: User, right: Right) -> bool:
    """Whether the matrix can give this at all to this person."""
    return _is_within(user.organisation, user.role, right)


def _is_within(house: Organisation, role: str, right: Right) -> bool:
    return fits(house, right.deed) and not is_police_work(role, right)


def is_police_work(role: str, right: Right) -> bool:
    """Whether this is a warning, and the role a volunteer's."""
    return role == "coordinator" and right.deed in SENDING and right.kind in POLICE_KINDS


def fits(organisation: Organisation, deed: str) -> bool:
    """Whether this deed is done in this kind of organisation at all."""
    if deed in WHERE:
        return organisation.kind in WHERE[deed]
    return deed in EVERYWHERE or organisation.kind in ZONE_ONLY


# ── What is sent, part by part ──────────────────────────────────────────


def gives(rights: Iterable[Right], deed: str, part: Part) -> bool:
    """Whether one of these rights opens this part of a message: pure sets, no database."""
    return any(
        right.deed == deed
        and right.kind == part.kind
        and (part.channel is None or right.channel == part.channel)
        and (part.bin is None or right.bin is None or right.bin == part.bin)
        for right in rights
    )


def lacking(user: User, deed: str, what: Campaign | Template) -> list[Part]:
    """The parts of a message, BIN by BIN and channel by channel, that this person may not write, approve or launch."""
    return parts_lacking(user, deed, what.kind, what.channels, what.audience)


def parts_lacking(user: User, deed: str, kind: str, channels: Iterable[str], audience: dict) -> list[Part]:
    rights, channels = held(user), list(channels) or [None]
    bins = {*audience.get("bins", ()), *(id for id, _street in audience.get("streets", ()))}
    chosen = [Part(bin, kind, channel) for bin, channel in product(sorted(bins) or [None], channels)]
    missing = [part for part in chosen if not gives(rights, deed, part)]
    return missing + _lacking_for_members(rights, deed, kind, channels, audience.get("members", ()))


def _lacking_for_members(rights, deed: str, kind: str, channels: list, members: Iterable[int]) -> list[Part]:
    """A member who was chosen alone is open where one of their BINs is."""
    everywhere = {right.channel for right in rights if right[:3] == (deed, None, kind)}
    narrow = [channel for channel in channels if channel not in everywhere and (channel or not everywhere)]
    if not narrow:
        return []
    bins: dict[int, list[int]] = {id: [] for id in members}
    here = Membership.member.in_(list(bins)) & Membership.ended_at.is_null()
    for member, bin in Membership.select(Membership.member, Membership.bin).where(here).tuples():
        bins[member].append(bin)
    return [
        Part(min(theirs, default=None), kind, channel)
        for theirs, channel in product(bins.values(), narrow)
        if not any(gives(rights, deed, Part(bin, kind, channel)) for bin in theirs)
    ]


LED_ELSEWHERE = N_("The national desk leads this campaign. You watch it; nothing was changed.")
REFUSED = {
    "campaign.compose": N_(
        "You have no right to write this: %(kind)s, %(channel)s, %(bin)s. Choose something else, or ask an administrator."
    ),
    "campaign.approve": N_(
        "You have no right to approve this: %(kind)s, %(channel)s, %(bin)s. Somebody else has to."
    ),
    "campaign.launch": N_(
        "You have no right to send this: %(kind)s, %(channel)s, %(bin)s. Nothing was sent."
    ),
}


def demand(
    user: User, deed: str, kind: str, channels: Iterable[str], audience: dict, *, on: Campaign | None = None
) -> None:
    """Raises NotAllowed, naming what is missing, unless all of it is given at this moment, whatever the page knew.

    on: the campaign that it is about, where there is one: a draft that was handed over is the desk's, in its own right.
    """
    fresh = User.get_by_id(user.id)
    if on and is_handed_draft(on):
        if not _leads_as_desk(fresh, on):
            raise NotAllowed(LED_ELSEWHERE)
        return
    if missing := parts_lacking(fresh, deed, kind, channels, audience):
        raise NotAllowed(REFUSED[deed], **_named(missing[0]))


def _named(part: Part) -> dict:
    bin = part.bin and Bin.get_or_none(Bin.id == part.bin)
    return {
        "kind": Sentence(KINDS[part.kind]),
        "channel": Sentence(CHANNELS[part.channel] if part.channel else N_("every channel")),
        "bin": bin.name if bin else Sentence(N_("every BIN")),
    }


def _gives_in(rights: Iterable[Right], deed: str, bin: int) -> bool:
    return any(right.deed == deed and right.bin in (None, bin) for right in rights)


# ── What is seen ────────────────────────────────────────────────────────


def bins_of(user: User):
    """The BINs that this person may see: a coordinator's own, anybody else's organisation's."""
    bins = Bin.select().where(Bin.organisation == user.organisation_id).order_by(Bin.name)
    if user.role != "coordinator":
        return bins
    return bins.where(Bin.id.in_(Mandate.select(Mandate.bin).where(Mandate.user == user.id)))


def sees_bin(user: User, bin: Bin) -> bool:
    return bins_of(user).where(Bin.id == bin.id).exists()


def _may_change_template(user: User, template: Template) -> bool:
    """A coordinator's own templates; those of the police are not a volunteer's to take away."""
    if user.role == "coordinator" and template.by_id != user.id:
        return False
    return may_send(user, template.kind)


def sees_campaign(user: User, campaign: Campaign) -> bool:
    """Its zone sees it, and the desk that leads or once led it. A coordinator sees what goes to people of their own BINs only,
    and what they began and is for nobody yet.
    """
    if campaign.organisation_id != user.organisation_id:
        return _has_led(user, campaign)
    if user.role != "coordinator":
        return True
    if not any(campaign.audience.get(part) for part in ("bins", "streets", "members")):
        return campaign.author_id == user.id
    return _is_for_bins_of(user, campaign.audience)


def _has_led(user: User, campaign: Campaign) -> bool:
    if not fits(user.organisation, "campaign.take"):
        return False
    here = (Handover.campaign == campaign.id) & (Handover.desk == user.organisation_id)
    return Handover.select().where(here).exists()


def _is_for_bins_of(user: User, audience: dict) -> bool:
    mine = {row.id for row in bins_of(user)}
    bins = {*audience.get("bins", ()), *(bin_id for bin_id, _ in audience.get("streets", ()))}
    members = set(audience.get("members", ()))
    if not members:
        return bins <= mine
    here = Membership.member.in_(members) & Membership.bin.in_(mine)
    known = {id for (id,) in Membership.select(Membership.member).where(here).tuples()}
    return bins <= mine and members <= known


def sees_activation(user: User, activation: Activation) -> bool:
    """The municipality sees its own, the centre what was submitted to it, an authority what was scaled up to it."""
    if not may(user, "activation.see"):
        return False
    house = user.organisation
    if house.kind == "contact_centre":
        return activation.agreement.centre_id == house.id and not activation.is_draft
    if house.kind == "municipality":
        return activation.municipality_id == house.id
    return ScaleUp.select().where(is_scaled_up_to(house, activation.id)).exists()


def is_scaled_up_to(authority: Organisation, activation):
    """The condition on ScaleUp rows that an activation was handed, or is offered, to this authority."""
    is_theirs = (ScaleUp.activation == activation) & (ScaleUp.authority == authority)
    return is_theirs & ScaleUp.withdrawn_at.is_null()


def sees_emergency(user: User, emergency: Emergency) -> bool:
    """Whoever sees one activation of it sees what the callers are told."""
    if user.organisation.kind == "contact_centre":
        return may(user, "activation.see") and emergency.centre_id == user.organisation_id
    return any(
        sees_activation(user, one) for one in emergency.activations.where(Activation.status != "draft")
    )
