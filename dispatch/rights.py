"""Who may do what. One judge for pages, fragments and commands alike."""

from models import Activation, Bin, Campaign, Mandate, Membership, Organisation, Template, User

EVERYTHING_OF_A_ZONE = frozenset(
    [
        "bin.see",
        "bin.create",
        "member.see",
        "member.change",
        "member.import",
        "member.export",
        "campaign.see",
        "campaign.compose",
        "campaign.launch",
        "campaign.control",
        "template.change",
    ]
)
RIGHTS = {
    "platform_admin": frozenset(
        [
            "user.see",
            "user.change",
            "audit.see",
            "organisation.see",
            "organisation.change",
            "agreement.change",
        ]
    ),
    "organisation_admin": EVERYTHING_OF_A_ZONE
    | frozenset(["user.see", "user.change", "audit.see", "activation.see", "agreement.change"]),
    "sender": EVERYTHING_OF_A_ZONE - {"bin.create"},
    "coordinator": EVERYTHING_OF_A_ZONE - {"bin.create"},
    "authorised_person": frozenset(["activation.see", "activation.fill"]),
    "centre_supervisor": frozenset(["activation.see", "activation.answer"]),
    "reader": frozenset(["bin.see", "member.see", "campaign.see", "activation.see"]),
}
# Writing and judging warnings is the task of the police (circular of 28-02-2019 on neighbourhood networks).
KINDS = {"coordinator": frozenset(("preventive", "news", "other"))}
WHERE = {
    "activation.fill": ("municipality",),
    "activation.answer": ("contact_centre",),
    "activation.see": ("municipality", "contact_centre"),
    "organisation.see": ("platform",),
    "organisation.change": ("platform",),
}
ZONE_ONLY = ("police_zone",)


def may(user: User, action: str, on=None) -> bool:
    """Whether this person may do this, to this thing if one is named; what is not given is refused."""
    if action not in RIGHTS[user.role] or not _fits(user.organisation, action):
        return False
    if isinstance(on, Bin):
        return bins_of(user).where(Bin.id == on.id).exists()
    if isinstance(on, Campaign):
        return sees_campaign(user, on) and (action == "campaign.see" or may_send(user, on.kind))
    if isinstance(on, Template):
        return on.organisation_id == user.organisation_id and _may_change_template(user, on)
    return True


def may_send(user: User, kind: str) -> bool:
    return kind in KINDS.get(user.role, ("warning", "preventive", "news", "other"))


def bins_of(user: User):
    """The BINs that this person may see: a coordinator's own, anybody else's organisation's."""
    bins = Bin.select().where(Bin.organisation == user.organisation_id).order_by(Bin.name)
    if user.role != "coordinator":
        return bins
    return bins.where(Bin.id.in_(Mandate.select(Mandate.bin).where(Mandate.user == user.id)))


def _may_change_template(user: User, template: Template) -> bool:
    """A coordinator's own templates; those of the police are not a volunteer's to take away."""
    if user.role == "coordinator" and template.by_id != user.id:
        return False
    return may_send(user, template.kind)


def sees_campaign(user: User, campaign: Campaign) -> bool:
    """A coordinator sees what goes to people of their own BINs only, and what they began and is for nobody yet."""
    if campaign.organisation_id != user.organisation_id:
        return False
    if user.role != "coordinator":
        return True
    if not any(campaign.audience.get(part) for part in ("bins", "streets", "members")):
        return campaign.author_id == user.id
    return _is_for_bins_of(user, campaign.audience)


def _is_for_bins_of(user: User, audience: dict) -> bool:
    mine = {row.id for row in bins_of(user)}
    bins = {*audience.get("bins", ()), *(bin_id for bin_id, _ in audience.get("streets", ()))}
    members = set(audience.get("members", ()))
    if not members:
        return bins <= mine
    here = Membership.member.in_(members) & Membership.bin.in_(mine)
    known = {id for (id,) in Membership.select(Membership.member).where(here).tuples()}
    return bins <= mine and members <= known


def _fits(organisation: Organisation, action: str) -> bool:
    if action in WHERE:
        return organisation.kind in WHERE[action]
    everywhere = ("user.see", "user.change", "audit.see", "agreement.change")
    return action in everywhere or organisation.kind in ZONE_ONLY


def sees_activation(user: User, activation: Activation) -> bool:
    """The municipality sees its own activations; the centre sees what was submitted to it, never a draft."""
    if "activation.see" not in RIGHTS[user.role]:
        return False
    if user.organisation.kind == "contact_centre":
        return activation.agreement.centre_id == user.organisation_id and not activation.is_draft
    return activation.municipality_id == user.organisation_id
