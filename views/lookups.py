"""Every row is found here, by the person who asks: another organisation's row does not exist."""

from collections.abc import Iterator
from datetime import datetime

from flask import abort
from flask_login import current_user

from dispatch import rights
from dispatch.centre import agreements
from dispatch.errors import NotAllowed
from dispatch.sending import takeover
from dispatch.words import N_
from models import (
    CAMPAIGN_STATUSES,
    Accession,
    Activation,
    Agreement,
    Annex,
    Bin,
    Campaign,
    Contract,
    Import,
    Member,
    Membership,
    Message,
    Notice,
    Order,
    Organisation,
    PendingChange,
    Plan,
    Reception,
    SafetyZone,
    StandingQuestion,
    Template,
    Token,
    User,
    UserTable,
)


def bin_of(id: int) -> Bin:
    """A BIN that this person may see."""
    return rights.bins_of(current_user).where(Bin.id == id).first() or abort(404)


def member_of(id: int) -> Member:
    """A member of a BIN that this person may see, ended memberships included; who was erased is nobody."""
    bins = [bin.id for bin in rights.bins_of(current_user)]
    seen = Membership.select(Membership.member).where(Membership.bin.in_(bins))
    here = (Member.id == id) & Member.erased_at.is_null() & Member.id.in_(seen)
    return Member.select().where(here).first() or abort(404)


def whole_member_of(id: int) -> Member:
    """The same, for deeds on all that is kept about them: 403 where another BIN of the zone knows them too."""
    member = member_of(id)
    bins = [bin.id for bin in rights.bins_of(current_user)]
    if member.memberships.where(Membership.bin.not_in(bins)).exists():
        raise NotAllowed(
            N_("Another BIN of the zone knows this person too. Ask somebody of the police zone to do this.")
        )
    return member


def membership_of(id: int) -> Membership:
    """A membership of a BIN that this person may see, ended or not."""
    here = Membership.bin.in_([bin.id for bin in rights.bins_of(current_user)])
    return Membership.select().where(Membership.id == id, here).first() or abort(404)


def import_of(id: int) -> Import:
    found = Import.get_or_none(Import.id == id)
    if not found or not rights.may(current_user, "member.import", found.bin):
        abort(404)
    return found


def campaign_of(id: int, action: str = "campaign.see") -> Campaign:
    """A campaign that this person may see; 403 when seeing is all they may."""
    campaign = Campaign.get_or_none(Campaign.id == id)
    if not campaign or not rights.sees_campaign(current_user, campaign):
        abort(404)
    if not rights.may(current_user, action, campaign):
        abort(403)
    return campaign


def campaigns_seen(is_practice: bool, *statuses: str) -> Iterator[Campaign]:
    """The campaigns that this person may see, newest first: real or practice, all or in these states."""
    house = current_user.organisation_id
    here = ((Campaign.organisation == house) | Campaign.id.in_(takeover.led_by(house))) & (
        Campaign.is_practice == is_practice
    )
    query = Campaign.select().where(here & Campaign.status.in_(statuses or CAMPAIGN_STATUSES))
    for campaign in query.order_by(Campaign.id.desc()):
        if rights.sees_campaign(current_user, campaign):
            yield campaign


def led_by_no_desk(id: int) -> Campaign:
    """A real campaign of any zone that is underway, for who may take it over."""
    return takeover.open_to_desk().where(Campaign.id == id).first() or abort(404)


def message_of(campaign: Campaign, id: int) -> Message:
    return Message.get_or_none(Message.id == id, Message.campaign == campaign.id) or abort(404)


def message_by(reference: str) -> Message:
    """The message of a campaign that this person may see, by its reference or by that of its first call."""
    is_it = (Message.reference == reference) | (Message.first_reference == reference)
    message = Message.get_or_none(is_it, Message.campaign.is_null(False)) or abort(404)
    campaign_of(message.campaign_id)
    return message


def template_of(id: int, action: str = "campaign.see") -> Template:
    """A template of this person's organisation; 403 when it is not theirs to change."""
    here = (Template.organisation == current_user.organisation_id) & Template.removed_at.is_null()
    template = Template.get_or_none(Template.id == id, here) or abort(404)
    if action != "campaign.see" and not rights.may(current_user, action, template):
        abort(403)
    return template


def activation_of(id: int) -> Activation:
    """An activation of this person's municipality, or one that their contact centre received."""
    activation = Activation.get_or_none(Activation.id == id)
    if not activation or not rights.sees_activation(current_user, activation):
        abort(404)
    return activation


def tokens_seen() -> list[Token]:
    """The tokens of this person's organisation, newest first."""
    query = Token.select(Token, User).join(User).where(Token.organisation == current_user.organisation_id)
    return list(query.order_by(Token.id.desc()))


def token_of(id: int) -> Token:
    return Token.get_or_none(Token.id == id, Token.organisation == current_user.organisation_id) or abort(404)


def organisation_of(id: int) -> Organisation:
    """This person's organisation, or any for whoever looks after the platform."""
    is_theirs = id == current_user.organisation_id or rights.may(current_user, "organisation.see")
    return (is_theirs and Organisation.get_or_none(Organisation.id == id)) or abort(404)


def _of_organisation(table, id: int):
    """A row of an organisation whose agreements this person looks after."""
    found = table.get_or_none(table.id == id) or abort(404)
    organisation_of(found.organisation_id)
    return found


def accession_of(id: int) -> Accession:
    return _of_organisation(Accession, id)


def order_of(id: int) -> Order:
    return _of_organisation(Order, id)


def user_table_of(id: int) -> UserTable:
    return _of_organisation(UserTable, id)


def contract_of(id: int) -> Contract:
    return Contract.get_or_none(Contract.id == id) or abort(404)


def centre_agreement_of(id: int) -> Agreement:
    """An agreement of this person's municipality or contact centre, or any for the platform."""
    return agreements.seen_by(current_user).where(Agreement.id == id).first() or abort(404)


def centre_contract_of(id: int) -> Contract:
    """The framework contract of this person's contact centre, or any centre's for the platform."""
    is_client = current_user.organisation.kind == "municipality"  # it sees the annexes, not the contract
    seen = agreements.contracts_seen_by(current_user).where(Contract.id == id)
    return (None if is_client else seen.first()) or abort(404)


def annex_of(id: int) -> Annex:
    """A version of an annex of an agreement that this person sees, or of the contract under it."""
    annex = Annex.get_or_none(Annex.id == id) or abort(404)
    if annex.agreement_id:
        centre_agreement_of(annex.agreement_id)
        return annex
    under = agreements.seen_by(current_user).where(Agreement.contract == annex.contract_id)
    if not under.exists():
        centre_contract_of(annex.contract_id)
    return annex


def notice_of(id: int) -> Notice:
    notice = Notice.get_or_none(Notice.id == id) or abort(404)
    centre_agreement_of(notice.agreement_id)
    return notice


def _prepared(table, id: int):
    """A part of the preparation of this person's municipality that was not taken away."""
    here = (table.municipality == current_user.organisation_id) & table.removed_at.is_null()
    return table.get_or_none(table.id == id, here) or abort(404)


def plan_of(id: int) -> Plan:
    return _prepared(Plan, id)


def reception_of(id: int) -> Reception:
    return _prepared(Reception, id)


def safety_zone_of(id: int) -> SafetyZone:
    return _prepared(SafetyZone, id)


def standing_question_of(id: int) -> StandingQuestion:
    return _prepared(StandingQuestion, id)


def user_of(id: int) -> User:
    """A person of this person's organisation."""
    return User.get_or_none(User.id == id, User.organisation == current_user.organisation_id) or abort(404)


def pending_changes_seen(now: datetime) -> list[PendingChange]:
    """What waits for a second administrator here; the platform stands in for every organisation."""
    of_people = PendingChange.kind.startswith("user.")  # those of the matrix wait beside it
    waits = of_people & (PendingChange.status == "asked") & (PendingChange.expires_at > now)
    if current_user.role != "platform_admin":
        waits &= PendingChange.organisation == current_user.organisation_id
    return list(PendingChange.select().where(waits).order_by(PendingChange.id))


def pending_change_of(id: int) -> PendingChange:
    """A change that this person may see, decided or not."""
    change = PendingChange.get_or_none(PendingChange.id == id)
    is_here = change and change.organisation_id == current_user.organisation_id
    if not change or not (is_here or current_user.role == "platform_admin"):
        abort(404)
    return change
