"""Four eyes: a message waits for another person, who reads it, or is passed over in an emergency; and its settings."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete, Refusal
from dispatch.money import prices
from dispatch.sending import approval, campaigns, contacts, doubt, placeholders, report
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, N_
from models import KINDS as KIND_CODES
from models import Approval, Campaign, Organisation, User, VerifiedContact
from views import cap, guard, lookups, render, wording
from views import takeover as takeovers

pages = Blueprint("approval", __name__)
HOURS = {"quiet_from": N_("Quiet from"), "quiet_until": N_("Quiet until")}
WORDS = {
    "asked": N_("%(who)s asked for approval."),
    "approved": N_("%(who)s approved it."),
    "rejected": N_("%(who)s rejected it: %(reason)s"),
    "sent_back": N_("%(who)s sent it back: %(reason)s"),
    "withdrawn": N_("%(who)s changed it, so nothing is approved any more."),
    "withdrawn by itself": N_("What calls begin with was changed, so nothing is approved any more."),
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
        "audience": report.audience_in_words(campaign, str(render.locale())),
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
    cost = [] if mills is None else [_("%(money)s without VAT", money=render.money(mills))]
    return ", ".join(
        (
            ngettext("%(num)d BIN", "%(num)d BINs", size["bins"]),
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
    return "-".join(str(size[name]) for name in ("bins", "people", "messages"))


def story(campaign: Campaign) -> list[dict]:
    """Who asked, approved, sent back or passed over, oldest first."""
    return [_told(one) for one in approval.story(campaign)]


def _told(one: Approval) -> dict:
    """One entry of the story: when, in words, and whether it is in red."""
    who = one.decided_by or one.asked_by
    is_by_itself = one.status == "withdrawn" and not one.decided_by_id
    names = [user.name for user in User.select().where(User.id.in_(one.asked)).order_by(User.name)]
    return {
        "at": one.decided_at or one.asked_at,
        "said": _(
            WORDS["withdrawn by itself" if is_by_itself else one.status], who=who.name, reason=one.reason
        ),
        "asked": _("Asked: %(names)s.", names=", ".join(names)) if names else "",
        "is_grave": one.status == "overridden",
    }


@pages.post("/campaigns/<int:id>/approve")
@guard.needs("campaign.approve", "campaign.take")
def approve(id: int):
    campaign = lookups.campaign_of(id, "campaign.approve")
    confirmed = dict(
        zip(("bins", "people", "messages"), _numbers(request.form.get("magnitude", "")), strict=False)
    )
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


# ── Settings ────────────────────────────────────────────────────────────


@pages.get("/four-eyes")
@guard.needs("approval.change")
def rules():
    return render_template("approval/rules.html", **_rules(_kept()))


@pages.post("/four-eyes")
@guard.needs("approval.change")
def set_rules():
    """All that the page shows, in one go: a box that was ticked above another Save would be lost without a word."""
    typed = _typed()
    rules = {kind: _facts(rule) for kind, rule in typed["rules"].items()}
    hours = {"hours": tuple(typed["quiet"].values()), "hours_were": tuple(typed["quiet_was"].values())}
    try:
        approval.set_up(_here(), rules, **hours, by=current_user, now=clock.now())
    except Incomplete as refusal:
        faults = {field: sentence.said_by(_) for field, sentence in refusal.faults.items()}
        return render_template("approval/rules.html", **_rules(typed, faults)), 422
    flash(_("Saved."))
    return redirect(url_for("approval.rules"), 303)


def _here() -> Organisation:
    return Organisation.get_by_id(current_user.organisation_id)


def _rules(values: dict, errors: dict[str, str] | None = None) -> dict:
    people = User.select().where(User.organisation == current_user.organisation_id, User.is_active)
    people = [user for user in people.order_by(User.name) if rights.may(user, "campaign.approve")]
    errors = errors or {}
    return {
        **values,
        "kinds": [(kind, wording.capital(_(word))) for kind, word in KINDS.items()],
        "people": [(0, _("nobody")), *((user.id, user.name) for user in people)],
        "errors": errors,
        "faults": [(field, _field(field), sentence) for field, sentence in errors.items()],
    }


def _kept() -> dict:
    """What holds now, as the fields of the page."""
    here = _here()
    hours = {name: getattr(here, name) for name in HOURS}
    rules = {
        rule.kind: {
            "is_needed": rule.is_needed,
            "minutes": rule.deadline_seconds // 60,
            "rungs": _rungs(rule.ladder),
            "version": rule.version,
        }
        for rule in approval.rules_of(here)
    }
    return {"rules": rules, "quiet": hours, "quiet_was": hours}


def _typed() -> dict:
    form = request.form
    rules = {
        kind: {
            "is_needed": f"{kind}-needed" in form,
            "minutes": form.get(f"{kind}-minutes", "").strip(),
            "rungs": _rungs(list(dict.fromkeys(id for id in form.getlist(f"{kind}-ladder", type=int) if id))),
            "version": form.get(f"{kind}-version", 0, type=int),
        }
        for kind in KIND_CODES
    }
    hours = {name: form.get(name, "").strip() for name in HOURS}
    return {
        "rules": rules,
        "quiet": hours,
        "quiet_was": {name: form.get(f"{name}-was", "") for name in HOURS},
    }


def _rungs(ladder: list[int]) -> list[int]:
    """The people who are asked in turn, and room for one more: four at least."""
    return [*ladder, *[0] * 4][: max(4, len(ladder) + 1)]


def _facts(rule: dict) -> dict:
    minutes = int(rule["minutes"]) if rule["minutes"].isdecimal() else 0
    ladder = [id for id in rule["rungs"] if id]
    facts = {"is_needed": rule["is_needed"], "deadline_seconds": 60 * minutes, "ladder": ladder}
    return facts | {"version": rule["version"]}


def _field(name: str) -> str:
    """The words of a field in the list of what is to be mended, by kind."""
    if name in HOURS:
        return _(HOURS[name])
    return wording.capital(_(KINDS[name.partition("-")[0]]))


# ── What somebody verified ──────────────────────────────────────────────


@pages.get("/verified")
@guard.needs("campaign.see")
def verified():
    return render_template("approval/verified.html", **_verified())


def _verified(typed: str = "", error: str | None = None) -> dict:
    return {
        "listed": list(contacts.list_of(current_user.organisation_id)),
        "may_verify": rights.may(current_user, "contact.verify"),
        "typed": typed,
        "error": error,
        "now": clock.now(),
    }


@pages.post("/verified")
@guard.needs("contact.verify")
def verify():
    typed = request.form.get("value", "")
    try:
        contacts.verify(_here(), typed, by=current_user, now=clock.now())
    except Refusal as refusal:
        page = _verified(typed, refusal.sentence.said_by(_))
        return render_template("approval/verified.html", **page), 422
    return redirect(url_for("approval.verified"), 303)


@pages.post("/verified/<int:id>/forget")
@guard.needs("contact.verify")
def forget(id: int):
    here = VerifiedContact.organisation == current_user.organisation_id
    contact = VerifiedContact.get_or_none(VerifiedContact.id == id, here) or abort(404)
    contacts.forget(contact, by=current_user, now=clock.now())
    return redirect(url_for("approval.verified"), 303)
