"""What follows a message that was sent: a correction, an update, an all-clear; and the chain on its page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import feedback, follow_ups
from dispatch.words import N_
from models import FOLLOW_UPS, Campaign
from views import guard, lookups

pages = Blueprint("follow_ups", __name__)
WORDS = {"correction": N_("Correction"), "update": N_("Update"), "all_clear": N_("All clear")}


@pages.get("/campaigns/<int:id>/follow")
@guard.needs("campaign.compose", "campaign.take")
def choose(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    if campaign.is_draft:
        return redirect(url_for("campaigns.show", id=id))
    return render_template(
        "follow_ups/choose.html",
        campaign=campaign,
        practice=campaign.is_practice,
        kinds=[(what, _(WORDS[what])) for what in FOLLOW_UPS],
    )


@pages.post("/campaigns/<int:id>/follow")
@guard.needs("campaign.compose", "campaign.take")
def begin(id: int):
    """One press: the draft stands there with its text filled in, to be read and sent."""
    campaign = lookups.campaign_of(id, "campaign.compose")
    only_reached = request.form.get("to", "reached") != "everybody"
    what = request.form.get("what", "")
    try:
        made = follow_ups.draft(campaign, what, by=current_user, now=clock.now(), only_reached=only_reached)
    except Refusal as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for("campaigns.show", id=id), 303)
    return redirect(url_for("campaigns.text", id=made.id), 303)


@pages.post("/campaigns/<int:id>/feedback")
@guard.needs("campaign.compose", "campaign.take")
def tell(id: int):
    """The network was told how it ended, by a message or in another way."""
    campaign = lookups.campaign_of(id, "campaign.compose")
    try:
        feedback.tell(campaign, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for("campaigns.show", id=id), 303)


def standing(campaign: Campaign) -> dict:
    """The chain that it stands in, what this person may add to it, and whom it did not reach yet."""
    seen = [one for one in follow_ups.chain(campaign) if rights.sees_campaign(current_user, one)]
    is_corrected = any(one.follow_up == "correction" for one in seen)
    return {
        "offers_correction": campaign.status == "stopped" and not is_corrected,
        "what_it_is": _(WORDS[campaign.follow_up]) if campaign.follow_up else "",
        "followed_by": [(_(WORDS[one.follow_up]), one) for one in seen],
        "may_follow": rights.may(current_user, "campaign.compose", campaign),
        "missed": follow_ups.missed(campaign),
        "uncertain": follow_ups.uncertain(campaign),
    }
