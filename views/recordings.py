"""Recorded messages: put beside a text, listened to, taken away; and lent to the gateway that plays them."""

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import campaigns, recordings
from dispatch.words import LANGUAGE_NAMES, N_
from models import Campaign, Recording
from views import guard, lookups

pages = Blueprint("recordings", __name__)


@pages.get("/campaigns/<int:id>/recordings/<lang>")
@guard.needs("campaign.compose", "campaign.take")
def show(id: int, lang: str):
    return _page(_draft(id, lang), lang)


def _page(campaign: Campaign, lang: str, sentence: str | None = None) -> str:
    return render_template(
        "recordings/show.html",
        campaign=campaign,
        practice=campaign.is_practice,
        lang=lang,
        language=_(LANGUAGE_NAMES[lang]),
        recording=campaigns.recording_of(campaign, lang),
        speech=campaigns.speech_of(campaign, lang),
        is_alone=plays_alone(campaign),
        longest=recordings.MOST_SECONDS,
        sentence=sentence,
    )


def plays_alone(campaign: Campaign) -> bool:
    return current_app.extensions["roads"].plays_alone(is_practice=campaign.is_practice)


def _draft(id: int, lang: str) -> Campaign:
    if lang not in LANGUAGE_NAMES:
        abort(404)
    campaign = lookups.campaign_of(id, "campaign.compose")
    if not campaign.is_draft:
        raise WrongMoment(N_("This campaign has been launched meanwhile. The text can no longer change."))
    return campaign


@pages.post("/campaigns/<int:id>/recordings/<lang>")
@guard.needs("campaign.compose", "campaign.take")
def upload(id: int, lang: str):
    campaign, file = _draft(id, lang), request.files.get("file")
    content = file.read() if file else b""
    try:
        campaigns.record(
            campaign, lang, content, file.filename if file else "", by=current_user, now=clock.now()
        )
    except WrongMoment:
        raise
    except Refusal as refusal:
        return _page(campaign, lang, refusal.sentence.said_by(_)), 422
    flash(_("The recording is kept. It is played instead of the text."))
    return redirect(url_for("recordings.show", id=id, lang=lang), 303)


@pages.post("/campaigns/<int:id>/recordings/<lang>/remove")
@guard.needs("campaign.compose", "campaign.take")
def remove(id: int, lang: str):
    campaigns.unrecord(_draft(id, lang), lang, by=current_user, now=clock.now())
    flash(_("The recording is taken away. The text is spoken again."))
    return redirect(url_for("recordings.show", id=id, lang=lang), 303)


@pages.get("/campaigns/<int:id>/recordings/<lang>/sound")
@guard.needs("campaign.see")
def listen(id: int, lang: str):
    found = campaigns.recording_of(lookups.campaign_of(id), lang) or abort(404)
    return _sound(found)


@pages.get("/recordings/<key>.<ending>")
@guard.open_because("a gateway has no account; the key in the address is its proof, while it calls")
def lend(key: str, ending: str):
    found = recordings.lent(key, clock.now())
    if not found or recordings.ENDINGS[found.media_type] != ending:
        abort(404)
    return _sound(found)


def _sound(recording: Recording) -> Response:
    return Response(bytes(recording.content), mimetype=recording.media_type)
