"""Four eyes: a message waits for another person, who reads it, or is passed over in an emergency."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock
from dispatch.errors import Incomplete, Refusal
from dispatch.money import prices
from dispatch.sending import approval, campaigns, contacts, doubt, placeholders, report
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, N_
from models import Approval, Campaign, User
from views import cap, guard, lookups, render, wording
from views import takeover as takeovers

pages = Blueprint("approval", __name__)
WORDS = {
    "asked": N_("%(who)s asked for approval."),
    "approved": N_("%(who)s approved it."),
    "rejected": N_("%(who)s rejected it: %(reason)s"),
    "sent_back": N_("%(who)s sent it back: %(reason)s"),
    "withdrawn": N_("%(who)s changed it, so nothing is approved any more."),
    "withdrawn by itself": N_("What calls begin with was changed, so nothing is approved any more."),
    "passed over": N_("%(who)s did not wait for this approval."),
    "overridden": N_("%(who)s went on without approval: %(reason)s"),
}


# ── The request ─────────────────────────────────────────────────────────


@pages.post("/campaigns/<int:id>/submit")
@guard.needs("campaign.compose", "campaign.take")
def submit(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    link = current_app.config["BELFORT_PUBLIC_URL"] + url_for("approval.show", id=id)
    asked = {"version": wording.version(), "link": link, "policy": wording.policy()}
    campaigns.submit(campaign, by=current_user, now=clock.now(), **asked)
    current_app.extensions["jobs"].wake()
    flash(_("Approval is asked."))
    return redirect(url_for("approval.show", id=id), 303)


@pages.get("/campaigns/<int:id>/approval")
@guard.needs("campaign.see")
def show(id: int):
    return render_template("approval/show.html", **_page(lookups.campaign_of(id)))


def _page(campaign: Campaign, faults: list = (), reason_error: str = "") -> dict:
    size = approval.magnitude(campaign)
    open_ones = contacts.unverified(campaign)
    return {
        "campaign": campaign,
        "practice": campaign.is_practice,
        "kind": wording.capital(_(KINDS[campaign.kind])),
        "audience": _audience(campaign),
        "texts": _texts(campaign),
        "policy": _(doubt.IN_WORDS[doubt.policy_of(campaign)]),
        "size": size,
        "size_value": _value(size),
        "size_words": in_words(size, _mills(campaign)),
        "open_ones": [(value, value) for value in open_ones],
        "may_approve": campaign.is_submitted
        and not guard.is_mixed(campaign)
        and approval.may_approve(current_user, campaign),
        "is_mixed": guard.is_mixed(campaign),
        "wrote": approval.wrote(current_user, campaign),
        "story": story(campaign),
        **cap.standing(campaign),
        "faults": list(faults),
        "errors": {field: sentence for field, _label, sentence in faults},
        "reason_error": reason_error,
        **takeovers.lead(campaign, clock.now()),
    }


def _audience(campaign: Campaign) -> str:
    if campaign.only_reached:
        return _("those whom %(name)s reached", name=campaign.follows.name)
    return report.audience_in_words(campaign, str(render.locale()))


def _texts(campaign: Campaign) -> list[dict]:
    """What each reader gets, and where to hear what is played in its place."""
    return [
        {
            "caption": f"{wording.capital(_(CHANNELS[channel]))}, {_(LANGUAGE_NAMES[lang])}",
            "subject": text.get("subject", ""),
            "body": text.get("body", ""),
            "speech": campaigns.speech_of(campaign, lang) if channel == "voice" else None,
            "sound_url": url_for("recordings.listen", id=campaign.id, lang=lang)
            if text.get("recording")
            else "",
        }
        for channel in campaign.channels
        for lang, text in placeholders.texts_of(campaign).get(channel, {}).items()
        if campaigns.has_text(text)
    ]


def in_words(size: dict[str, int], mills: int | None = None) -> str:
    """A magnitude as it is confirmed: "4 BINs, 412 people, 824 messages", and what it costs where that is known."""
    bins = [ngettext("%(num)d BIN", "%(num)d BINs", size["bins"])] if size["bins"] else []
    cost = [] if mills is None else [_("%(money)s without VAT", money=render.money(mills))]
    return ", ".join(
        (
            *bins,
            ngettext("%(num)d person", "%(num)d people", size["people"]),
            ngettext("%(num)d message", "%(num)d messages", size["messages"]),
            *cost,
        )
    )


def _mills(campaign: Campaign) -> int | None:
    """What it costs today; None for practice and without a tariff."""
    now = clock.now()
    if campaign.is_practice or not prices.unit_mills(now):
        return None
    return prices.cost(campaigns.parts_to(campaign, campaigns.audience_of(campaign)), now)


def _value(size: dict[str, int]) -> str:
    return "-".join(str(size[name]) for name in approval.MAGNITUDE)


def story(campaign: Campaign) -> list[dict]:
    """Who asked, approved, sent back or passed over, oldest first."""
    told = approval.story(campaign)
    passed_over_at = {one.decided_at for one in told if one.status == "overridden"}
    return [_told(one, _deed(one, passed_over_at)) for one in told]


def _deed(one: Approval, passed_over_at: set) -> str:
    if one.status != "withdrawn":
        return one.status
    if one.decided_at in passed_over_at:
        return "passed over"
    return "withdrawn" if one.decided_by_id else "withdrawn by itself"


def _told(one: Approval, deed: str) -> dict:
    """One entry of the story: when, in words, and whether it is in red."""
    who = one.decided_by or one.asked_by
    names = [user.name for user in User.select().where(User.id.in_(one.asked)).order_by(User.name)]
    return {
        "at": one.decided_at or one.asked_at,
        "said": _(WORDS[deed], who=who.name, reason=one.reason),
        "asked": _("Asked: %(names)s.", names=", ".join(names)) if names else "",
        "is_grave": one.status == "overridden",
    }


@pages.post("/campaigns/<int:id>/approve")
@guard.needs("campaign.approve", "campaign.take")
def approve(id: int):
    campaign = lookups.campaign_of(id, "campaign.approve")
    confirmed = dict(zip(approval.MAGNITUDE, _numbers(request.form.get("magnitude", "")), strict=False))
    try:
        approval.approve(
            campaign,
            by=current_user,
            now=clock.now(),
            version=wording.version(),
            confirmed=confirmed,
            ticked=request.form.getlist("ticked"),
        )
    except Incomplete as refusal:
        labels = {"ticked": _("Numbers and links"), "magnitude": _("How many")}
        faults = [(field, labels[field], fault.said_by(_)) for field, fault in refusal.faults.items()]
        return render_template("approval/show.html", **_page(campaign, faults)), 422
    flash(_("Approved. It can be sent now."))
    return redirect(url_for("approval.show", id=id), 303)


def _numbers(value: str) -> list[int]:
    return [int(part) for part in value.split("-") if part.isdecimal()]


@pages.post("/campaigns/<int:id>/send-back")
@guard.needs("campaign.approve", "campaign.take")
def send_back(id: int):
    campaign, form = lookups.campaign_of(id, "campaign.approve"), request.form
    try:
        approval.send_back(
            campaign,
            by=current_user,
            now=clock.now(),
            reason=form.get("reason", ""),
            is_rejected=form.get("answer") == "reject",
        )
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        page = _page(campaign, reason_error=refusal.sentence.said_by(_))
        return render_template("approval/show.html", **page), 422
    flash(_("It is back with the writer, with your reason."))
    return redirect(url_for("campaigns.index"), 303)


@pages.post("/campaigns/<int:id>/override")
@guard.needs("campaign.override")
def override(id: int):
    campaign, now = lookups.campaign_of(id, "campaign.override"), clock.now()
    reason = request.form.get("reason", "")
    try:
        approval.override(campaign, by=current_user, now=now, version=wording.version(), reason=reason)
    except Refusal as refusal:
        if refusal.field != "reason":
            raise
        flash(refusal.sentence.said_by(_), "late")
    return redirect(url_for("campaigns.review", id=id), 303)
