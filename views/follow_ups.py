"""What follows a message that was sent: a correction, an update, an all-clear; and the chain on its page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import chains, feedback, follow_ups
from models import FOLLOW_UPS, Campaign
from views import guard, lookups, render

pages = Blueprint("follow_ups", __name__)


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
        kinds=[(what, _(chains.WORDS[what])) for what in FOLLOW_UPS],
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
    if made.author_id != current_user.id:
        flash(
            _(
                "%(name)s began this already, and it has not left. It is one draft for both of you.",
                name=made.author.name,
            )
        )
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
    seen = _seen(chains.whole(campaign))
    corrections = [one for one in seen if one.follows_id == campaign.id and one.follow_up == "correction"]
    return {
        "offers_correction": campaign.status == "stopped" and not corrections,
        "corrections": [(one.id, _followed(one)) for one in corrections if campaign.status == "stopped"],
        "chain": [(_place(one), one, *chains.reached(one)) for one in seen] if len(seen) > 1 else [],
        "may_follow": rights.may(current_user, "campaign.compose", campaign),
        "missed": follow_ups.missed(campaign),
        "uncertain": follow_ups.uncertain(campaign),
    }


def in_list(campaign: Campaign) -> list[str]:
    """Its place in a chain, a sentence each: what it follows, and what followed it, when, to how many."""
    said = [_place(campaign)] if campaign.follows_id else []
    return said + [_followed(one) for one in _seen(follow_ups.followers(campaign))]


def _place(one: Campaign) -> str:
    what = _(chains.WORDS[one.follow_up])
    if one.follows_id and rights.sees_campaign(current_user, one.follows):
        return _("%(what)s of “%(name)s”", what=what, name=one.follows.name)
    return what


def _followed(one: Campaign) -> str:
    what = _(chains.WORDS[one.follow_up])
    if one.is_draft:
        return _("Followed by: %(what)s, not sent yet", what=what)
    return ngettext(
        "Followed by: %(what)s, %(at)s, for %(count)s person",
        "Followed by: %(what)s, %(at)s, for %(count)s people",
        one.people,
        what=what,
        at=render.when(one.launched_at, clock.now()),
        count=render.number(one.people),
    )


def _seen(some: list[Campaign]) -> list[Campaign]:
    return [one for one in some if rights.sees_campaign(current_user, one)]
