"""The national desk: what runs in the zones, taking it over, giving it back; and the zone's hand-over."""

from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import takeover
from dispatch.words import KINDS
from models import BEFORE_LAUNCH, Campaign
from views import guard, listed, lookups, wording

pages = Blueprint("takeover", __name__)


@pages.get("/desk")
@guard.needs("campaign.take")
def index():
    rows = [
        {
            "campaign": campaign,
            "zone": campaign.organisation.name,
            "kind": wording.capital(_(KINDS[campaign.kind])),
        }
        for campaign in takeover.open_to_desk()
    ]
    drafts = listed.drafts_among(lookups.campaigns_seen(False, *BEFORE_LAUNCH))
    return render_template("takeover/index.html", rows=rows, drafts=drafts, now=clock.now())


@pages.post("/campaigns/<int:id>/take")
@guard.needs("campaign.take")
def take(id: int):
    return _pass_on(
        lookups.led_by_no_desk(id), takeover.take, _("You lead this campaign now. The zone watches.")
    )


@pages.post("/campaigns/<int:id>/hand-over")
@guard.needs("campaign.control")
def hand(id: int):
    campaign = lookups.campaign_of(id, "campaign.control")
    return _pass_on(
        campaign, takeover.hand, _("The national desk leads this campaign now. You watch it here.")
    )


@pages.post("/campaigns/<int:id>/give-back")
@guard.needs("campaign.take")
def give_back(id: int):
    campaign = lookups.campaign_of(id, "campaign.control")
    return _pass_on(campaign, takeover.give_back, _("The zone leads this campaign again."))


def _pass_on(campaign: Campaign, deed, said: str):
    try:
        deed(campaign, by=current_user, now=clock.now(), reason=request.form.get("reason", ""))
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    except Refusal as refusal:
        if refusal.field != "reason" and not takeover.national_desk() is None:
            raise
        flash(refusal.sentence.said_by(_), "late")
        if campaign.is_draft and campaign.organisation_id == current_user.organisation_id:
            return redirect(url_for("campaigns.review", id=campaign.id), 303)
    else:
        flash(said)
        current_app.extensions["jobs"].wake()
    is_seen = rights.sees_campaign(current_user, campaign)  # a desk that took nothing goes back to its list
    return redirect(url_for("campaigns.show", id=campaign.id) if is_seen else url_for("takeover.index"), 303)


def lead(campaign: Campaign, now: datetime) -> dict:
    """Who leads a campaign, how that came, and what this person may do about it."""
    is_free = not campaign.is_over and not guard.is_mixed(campaign)
    is_control = is_free and rights.may(current_user, "campaign.control", campaign)
    is_theirs = campaign.held_by_id == current_user.organisation_id
    return {
        "leads": [
            (one.at, _(takeover.SAID[one.deed], name=one.by.name, reason=one.reason))
            for one in takeover.story(campaign)
        ],
        "is_led_elsewhere": campaign.held_by_id is not None and not is_theirs,
        "may_give_back": is_control and is_theirs,
        "may_hand": is_control
        and not campaign.is_practice
        and campaign.held_by_id is None
        and takeover.national_desk() is not None,
        "now": now,
    }
