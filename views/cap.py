"""What other warning systems hear of a warning: chosen before it is sent, saved as CAP after; and the zone's feed."""

from io import BytesIO

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import campaigns, cap
from dispatch.sending import feed as feeds
from dispatch.words import LANGUAGE_NAMES
from models import Campaign
from views import feed, guard, lookups, wording

pages = Blueprint("cap", __name__)
LABELS = {
    "category": _l("What it is about"),
    "urgency": _l("How urgent"),
    "severity": _l("How grave"),
    "certainty": _l("How sure"),
}
STATUSES = {"Actual": _l("real"), "Exercise": _l("exercise"), "Test": _l("test")}
TYPES = {"Alert": _l("a first warning"), "Update": _l("an update"), "Cancel": _l("an end of the warning")}


@pages.get("/campaigns/<int:id>/cap")
@guard.needs("campaign.see")
def show(id: int):
    campaign = lookups.campaign_of(id)
    cap.demand_public(campaign)
    return _form(campaign) if campaign.is_draft else _launched(campaign)


def _form(campaign: Campaign, refusal: Refusal | None = None) -> str:
    typed = request.form if refusal else cap.classing(campaign)._asdict()
    fault = refusal.sentence.said_by(_) if refusal else ""
    return render_template(
        "cap/choose.html",
        campaign=campaign,
        practice=campaign.is_practice,
        choices=[
            (name, LABELS[name], [(word, _(said)) for word, said in words.items()], typed.get(name, ""))
            for name, words in cap.CHOICES.items()
        ],
        is_kept_in="kept_in" in request.form if refusal else cap.is_kept_in(campaign),
        follows=bool(cap.earlier(campaign)),
        may_write=rights.may(current_user, "campaign.compose", campaign),
        fault=fault,
        feed_address=_feed_address(campaign),
    )


def _launched(campaign: Campaign) -> str:
    now = clock.now()
    is_told = bool(feeds.find(campaign.organisation, campaign.id))
    return render_template(
        "cap/show.html",
        campaign=campaign,
        practice=campaign.is_practice,
        facts=[*_facts(campaign), *worded(campaign)],
        words_said=[
            (lang, _(LANGUAGE_NAMES[lang]), cap.told(campaign, lang)) for lang in cap.languages(campaign)
        ],
        areas=cap.areas(campaign),
        address=feed.address_of(campaign.organisation, campaign.id) if is_told else "",
        is_in_force=is_told and feeds.is_in_force(campaign, now),
    )


def _facts(campaign: Campaign) -> list[tuple[str, str]]:
    public_url = current_app.config["BELFORT_PUBLIC_URL"]
    return [
        (_("It is"), f"{STATUSES[cap.status_of(campaign)]}, {TYPES[cap.message_type(campaign)]}"),
        (_("Sender"), cap.sender(campaign.organisation, public_url)),
        (_("Reference"), cap.identifier(campaign)),
    ]


def worded(campaign: Campaign) -> list[tuple[str, str]]:
    """How grave it is, in words: [(what, said)]."""
    chosen = cap.classing(campaign)._asdict()
    return [(LABELS[name], _(cap.CHOICES[name][word])) for name, word in chosen.items()]


def standing(campaign: Campaign) -> dict:
    """What the page before sending, and that after, say of it; None where it is told to nobody else."""
    if not cap.is_public(campaign):
        return {"cap": None}
    will_be_told = feeds.is_told(campaign) and campaign.organisation.feed_since
    return {"cap": {"pairs": worded(campaign), "feed_address": will_be_told and _feed_address(campaign)}}


def _feed_address(campaign: Campaign) -> str:
    """Of the open feed; nothing of a practice ever stands there."""
    zone = campaign.organisation
    return feed.address(zone) if zone.feed_since and not campaign.is_practice else ""


@pages.post("/campaigns/<int:id>/cap")
@guard.needs("campaign.compose", "campaign.take")
def choose(id: int):
    campaign, now = lookups.campaign_of(id, "campaign.compose"), clock.now()
    cap.demand_public(campaign)
    try:
        chosen = cap.chosen(request.form, is_kept_in="kept_in" in request.form)
        campaigns.write(campaign, by=current_user, now=now, version=wording.version(), cap=chosen)
    except WrongMoment as refusal:
        stored = Campaign.get_by_id(id)
        return (_form(stored, refusal), 409) if stored.is_draft else redirect(url_for("cap.show", id=id), 303)
    except Refusal as refusal:
        if refusal.field not in LABELS:
            raise
        return _form(campaign, refusal), 422
    flash(_("Everything is saved."))
    return redirect(url_for("campaigns.review", id=id, _anchor="others"), 303)


@pages.get("/campaigns/<int:id>/cap.xml")
@guard.needs("campaign.see")
def document(id: int):
    campaign = lookups.campaign_of(id)
    content = cap.document(campaign, current_app.config["BELFORT_PUBLIC_URL"])
    mark = f"{_('EXERCISE')}-" if campaign.is_practice else ""
    name = f"{mark}{cap.identifier(campaign)}.xml"
    return send_file(BytesIO(content), mimetype=cap.MIME, as_attachment=True, download_name=name)


# ── The feed of the zone ────────────────────────────────────────────────


def told() -> dict:
    """What the page of programs says of the feed of this person's zone."""
    zone = current_user.organisation
    address = feed.address(zone) if zone.feed_since else ""
    return {"may_have_feed": feeds.may_have(zone), "feed_since": zone.feed_since, "feed_address": address}


@pages.post("/tokens/feed")
@guard.needs("token.change")
def open_feed():
    feeds.open_to_all(current_user.organisation, by=current_user, now=clock.now())
    flash(_("The feed is open. Warnings that are sent from now on stand in it."), "done")
    return redirect(url_for("tokens.index", _anchor="feed"), 303)


@pages.post("/tokens/feed/close")
@guard.needs("token.change")
def close_feed():
    feeds.close(current_user.organisation, by=current_user, now=clock.now())
    flash(_("The feed is closed. Nobody can read it any more."))
    return redirect(url_for("tokens.index", _anchor="feed"), 303)
