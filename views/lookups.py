"""Every row is found here, by the person who asks: another organisation's row does not exist."""

from collections.abc import Iterator

from flask import abort
from flask_login import current_user

from dispatch import rights
from dispatch.sending import takeover
from models import CAMPAIGN_STATUSES, Activation, Bin, Campaign, Import, Member, Membership, Message, Template


def bin_of(id: int) -> Bin:
    """A BIN that this person may see."""
    return rights.bins_of(current_user).where(Bin.id == id).first() or abort(404)


def member_of(id: int) -> Member:
    """A member of a BIN that this person may see, ended memberships included."""
    bins = [bin.id for bin in rights.bins_of(current_user)]
    seen = Membership.select(Membership.member).where(Membership.bin.in_(bins))
    return Member.select().where(Member.id == id, Member.id.in_(seen)).first() or abort(404)


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
