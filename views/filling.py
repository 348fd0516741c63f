"""The first page of a scenario: what only the day can tell, typed in, and on to the page before sending."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.errors import Incomplete, WrongMoment
from dispatch.money import prices
from dispatch.providers.letter import whom
from dispatch.sending import campaigns, estimate, placeholders, report, scenarios
from dispatch.sending.text import measure
from dispatch.words import CHANNELS, LANGUAGE_NAMES
from models import Campaign, Organisation, Template
from views import control, guard, lookups, render, wording

pages = Blueprint("filling", __name__)


@pages.get("/campaigns/<int:id>/fill")
@guard.needs("campaign.compose", "campaign.take")
def show(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    if not campaign.is_draft:
        return redirect(url_for("campaigns.show", id=id))
    campaigns.note_opening(campaign, clock.now())
    missing = placeholders.missing(campaign) if request.args.get("check") else []
    errors = {f"filled-{one['name']}": _("Not filled in yet.") for one in missing}
    return _page(campaign, campaign.filled or {}, errors)


@pages.post("/campaigns/<int:id>/fill")
@guard.needs("campaign.compose", "campaign.take")
def keep(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    typed = _typed(campaign)
    try:
        campaign = scenarios.fill_in(
            campaign, typed, by=current_user, now=clock.now(), version=wording.version()
        )
    except Incomplete as refusal:
        errors = {field: fault.said_by(_) for field, fault in refusal.faults.items()}
        return _page(campaign, typed, errors), 422
    except WrongMoment as refusal:
        fresh = Campaign.get_by_id(id)
        return _page(fresh, typed, {}, refusal.sentence.said_by(_)), 409
    if request.form.get("go") == "look":
        return redirect(url_for("filling.show", id=id, _anchor="says"), 303)
    if request.form.get("go") == "text":
        return redirect(url_for("campaigns.text", id=id), 303)
    if placeholders.missing(campaign):
        return redirect(url_for("filling.show", id=id, check=1), 303)
    return redirect(url_for("campaigns.review", id=id), 303)


@pages.post("/campaigns/<int:id>/fill/says")
@guard.needs("campaign.compose", "campaign.take")
def says(id: int):
    """What it would say with what is typed by now; nothing of it is kept."""
    campaign = lookups.campaign_of(id, "campaign.compose")
    return render_template("filling/_says.html", campaign=campaign, **_said(campaign, _typed(campaign)))


def _typed(campaign: Campaign) -> dict[str, str]:
    names = [one["name"] for one in campaign.placeholders or []]
    return {name: request.form.get(f"filled-{name}", "") for name in names}


def _said(campaign: Campaign, typed: dict) -> dict:
    """Each text as it is read, and what it comes to; the campaign at hand stays as it is stored."""
    now = clock.now()
    campaign.filled, _faults = placeholders.tried_on(campaign, typed)
    size = estimate.estimate(campaign, campaigns.audience_of(campaign), control.rates(campaign, now))
    parts = {leg.channel: leg.parts for leg in size.legs}
    return {
        "texts": [
            _text(campaign, channel, lang)
            for channel in campaign.channels
            for lang, text in campaign.texts.get(channel, {}).items()
            if campaigns.has_text(text)
        ],
        "size": size,
        "mills": prices.cost(parts, now) if prices.unit_mills(now) else None,
        "is_open": bool(placeholders.missing(campaign)),
    }


def _text(campaign: Campaign, channel: str, lang: str) -> dict:
    """A text as it leaves, with the mark of a practice and what asks for an answer."""
    said = read(campaigns.text_for(campaign, channel, lang), campaign)
    return {
        "caption": f"{wording.capital(_(CHANNELS[channel]))}, {_(LANGUAGE_NAMES[lang])}",
        "lang": lang,
        "said": said,
        "measure": measure(said["body"]) if channel == "sms" else None,
    }


def _page(campaign: Campaign, typed: dict, errors: dict, refusal: str = "") -> str:
    asked = placeholders.used(campaign)
    later = [one for one in campaign.placeholders or [] if one not in asked]
    labels = {f"filled-{one['name']}": one["label"] for one in asked + later}
    now = clock.now()
    return render_template(
        "filling/show.html",
        campaign=campaign,
        practice=campaign.is_practice,
        asked=[_control(one, typed) for one in asked],
        later=[_control(one, typed) for one in later],
        faults=[(field, labels[field], sentence) for field, sentence in errors.items()],
        errors=errors,
        refusal=refusal,
        **_said(campaign, typed),
        senders=senders(campaign),
        audience=report.audience_in_words(campaign, str(render.locale())),
        **since(campaign),
        now=now,
    )


def _control(placeholder: dict, typed: dict) -> dict:
    """One placeholder as its page asks it: a choice with the words of the reader's language."""
    lang = str(render.locale())[:2]
    options = [
        (placeholders.key_of(one), one.get(lang) or placeholders.key_of(one))
        for one in placeholder.get("options", ())
    ]
    return {
        "field": f"filled-{placeholder['name']}",
        "label": placeholder["label"],
        "type": placeholder["type"],
        "options": [("", _("choose")), *options],
        "value": typed.get(placeholder["name"], ""),
    }


def read(text: dict, what: Campaign | Template) -> dict:
    """One text as it is read, what is open in it by its label."""
    return {part: placeholders.readable(words, what.placeholders) for part, words in text.items()}


def since(campaign: Campaign) -> dict:
    """When the draft was opened, and how many seconds ago: what a ready scenario is measured by."""
    now = clock.now()
    opened_at = campaign.opened_at or now
    return {"opened_at": opened_at, "seconds": int((now - opened_at).total_seconds())}


def senders(what: Campaign | Template) -> list[tuple[str, str]]:
    """As whom each channel of it arrives: (channel in words, sender); nobody who sends can change that."""
    shown = []
    for channel in what.channels:
        sender = sender_of(what.organisation, channel)
        shown.append(
            (wording.capital(_(CHANNELS[channel])), render.phone(sender) if channel == "voice" else sender)
        )
    return shown


def sender_of(house: Organisation, channel: str) -> str:
    """Who is seen to send, as the road says it: of a mail the mailbox is the setting's, the name that of the house."""
    if channel != "email":
        return current_app.config[f"BELFORT_{channel.upper()}_SENDER"]
    road = current_app.extensions["roads"].for_real(channel, clock.now())
    name, mailbox = whom(road.sender, house.name)
    return f"{name} <{mailbox}>"
