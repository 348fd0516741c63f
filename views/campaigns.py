"""Messages to an audience: the list, the text, the page before sending, the launch, and the page while it runs."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.sending import campaigns, contacts, inbound, report, scenarios, whom
from dispatch.words import N_
from models import Campaign
from views import (
    before_sending,
    control,
    guard,
    identity,
    listed,
    lookups,
    render,
    reports,
    wording,
)

pages = Blueprint("campaigns", __name__)
PAGE_SIZE = 20


# ── The list ────────────────────────────────────────────────────────────


@pages.get("/campaigns")
@guard.needs("campaign.see")
def index():
    seen = list(lookups.campaigns_seen(guard.is_practice()))
    over = [campaign for campaign in seen if campaign.is_over]
    page = max(1, request.args.get("page", 1, type=int))
    shown = over[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return render_template(
        "campaigns/index.html",
        may_write=rights.may(current_user, "campaign.compose"),
        replies=inbound.unread(current_user) if rights.may(current_user, "campaign.launch") else None,
        underway=[listed.row(campaign) for campaign in seen if campaign.is_underway],
        drafts=listed.drafts_among(seen),
        handed=listed.handed_among(seen),
        to_approve=listed.to_approve(seen),
        over=[listed.row(campaign) for campaign in shown],
        page_number=page,
        page_count=-(-len(over) // PAGE_SIZE),
        page_url=lambda number: url_for("campaigns.index", page=number),
        now=clock.now(),
    )


# ── The text ────────────────────────────────────────────────────────────


@pages.post("/campaigns/new")
@guard.needs("campaign.compose")
def new():
    guard.demand_page_mode()
    draft = campaigns.open_draft(
        current_user.organisation, by=current_user, now=clock.now(), is_practice=guard.is_practice()
    )
    return redirect(url_for("campaigns.text", id=draft.id), 303)


@pages.get("/campaigns/<int:id>/text")
@guard.needs("campaign.compose", "campaign.take")
def text(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    if not campaign.is_draft:
        return redirect(url_for("campaigns.show", id=id))
    campaigns.note_opening(campaign, clock.now())
    words = request.args.get("find", "").strip()
    found = list(whom.find_members(words, current_user)) if words else None
    faults = wording.faults(campaign) if request.args.get("check") else []
    errors = {field: sentence for field, _label, sentence in faults}
    shown = wording.page(campaign, found=found, sought=words, faults=faults, errors=errors)
    return render_template("campaigns/text.html", **shown)


@pages.post("/campaigns/<int:id>/text")
@guard.needs("campaign.compose", "campaign.take")
def write(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    typed = wording.typed()
    try:
        campaigns.write(campaign, by=current_user, now=clock.now(), version=wording.version(), **typed)
    except WrongMoment as refusal:
        return _two_hands(campaign, typed, refusal)
    except NotAllowed as refusal:
        return _beyond_rights(campaign, typed, refusal)
    return _onward(id)


def _onward(id: int):
    """Where the pressed button leads: on to the last look, to what was searched, or back to the text."""
    if request.form.get("go") == "review":
        return redirect(url_for("campaigns.review", id=id), 303)
    if words := request.form.get("find", "").strip():
        return redirect(url_for("campaigns.text", id=id, find=words, _anchor="single"), 303)
    if "zone" in request.form:
        flash(_("The streets of the zone are ticked. Look at them: you may take single ones off."))
        return redirect(url_for("campaigns.text", id=id, _anchor="audience"), 303)
    if "go" in request.form:
        flash(_("Everything is saved."))
    return redirect(url_for("campaigns.text", id=id), 303)


def _beyond_rights(campaign: Campaign, typed: dict, refusal: NotAllowed):
    """Nothing of what was typed is kept, and nothing of it is lost: it stays in the fields to be mended."""
    for name, value in typed.items():
        setattr(campaign, name, value)
    sentence = refusal.sentence.said_by(_)
    faults = [("kind", wording.label_of("kind"), sentence)]
    shown = wording.page(campaign, faults=faults, errors={"kind": sentence}, version=wording.version())
    return render_template("campaigns/text.html", **shown), 403


def _two_hands(campaign: Campaign, typed: dict, refusal: WrongMoment):
    """Nothing is lost when two people write: what was typed stays in the fields, the other's text stands beside it."""
    stored = Campaign.get_by_id(campaign.id)
    if not stored.is_draft:
        flash(_("This campaign has been launched meanwhile. The text can no longer change."), "warn")
        return redirect(url_for("campaigns.show", id=stored.id), 303)
    rows = wording.differences(stored, typed)
    if not rows:
        return _onward(stored.id)
    for name, value in typed.items():
        setattr(stored, name, value)
    conflict = {"sentence": refusal.sentence.said_by(_), "rows": rows}
    return render_template("campaigns/text.html", **wording.page(stored, conflict=conflict)), 409


@pages.post("/campaigns/<int:id>/autosave")
@guard.needs("campaign.compose", "campaign.take")
def autosave(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    typed, seen, now = wording.typed(), wording.version(), clock.now()
    try:
        campaign = campaigns.write(campaign, by=current_user, now=now, version=seen, **typed)
    except WrongMoment as refusal:
        stored = Campaign.get_by_id(id)
        if not stored.is_draft or wording.differences(stored, typed):
            sentence = refusal.sentence.said_by(_)
            return wording.unsaved(campaign, seen, sentence), 422
        campaign = stored
    except NotAllowed as refusal:
        sentence = refusal.sentence.said_by(_)
        return wording.unsaved(campaign, seen, sentence), 422
    return render_template("campaigns/_autosave.html", **wording.saved(campaign, now))


@pages.get("/campaigns/<int:id>/members")
@guard.needs("campaign.compose")
def find_members(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    words = request.args.get("find", "").strip()
    found = list(whom.find_members(words, current_user)) if words else None
    return render_template("campaigns/_found.html", campaign=campaign, found=found, sought=words)


@pages.post("/campaigns/<int:id>/measure")
@guard.needs("campaign.compose", "campaign.take")
def measured(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    name = request.args.get("field", "")
    text = request.form.get(name, "").replace("\r\n", "\n")[: wording.LONGEST]
    if name in wording.SPOKEN:
        counter = wording.spoken_counter(name, text, campaign)
        return render_template("campaigns/_spoken.html", campaign=campaign, counter=counter)
    return render_template("campaigns/_count.html", campaign=campaign, counter=wording.counter(name, text))


@pages.get("/campaigns/<int:id>/discard")
@guard.needs("campaign.compose")
def confirm_discard(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    return render_template("campaigns/discard.html", campaign=campaign, practice=campaign.is_practice)


@pages.post("/campaigns/<int:id>/discard")
@guard.needs("campaign.compose")
def discard(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    campaigns.discard(campaign, by=current_user, now=clock.now())
    flash(_("The draft has been thrown away."))
    return redirect(url_for("campaigns.index"), 303)


# ── Before sending ──────────────────────────────────────────────────────


@pages.get("/campaigns/<int:id>/review")
@guard.needs("campaign.launch", "campaign.take")
def review(id: int):
    campaign = lookups.campaign_of(id, "campaign.launch")
    if not campaign.is_draft:
        return redirect(url_for("campaigns.show", id=id))
    campaigns.note_opening(campaign, clock.now())
    return before_sending.page(campaign)


@pages.get("/campaigns/<int:id>/once/<any(double, household):why>")
@guard.needs("campaign.launch", "campaign.take")
def once(id: int, why: str):
    """Who gets it once though they are meant twice, or share a number."""
    campaign = lookups.campaign_of(id, "campaign.launch")
    return render_template("campaigns/once.html", **before_sending.once(campaign, why))


@pages.post("/campaigns/<int:id>/launch")
@guard.needs("campaign.launch", "campaign.take")
def launch(id: int):
    campaign = lookups.campaign_of(id, "campaign.launch")
    try:
        _launch(campaign)
    except WrongMoment as refusal:
        fresh = Campaign.get_by_id(id)
        if not fresh.is_draft:
            flash(_("This campaign was launched already. It was not sent a second time."), "warn")
            return redirect(url_for("campaigns.show", id=id), 303)
        return before_sending.page(fresh, refusal), 409
    except Refusal as refusal:
        return before_sending.page(campaign, refusal), 422
    current_app.extensions["jobs"].wake()
    return redirect(url_for("campaigns.show", id=id), 303)


def _shown_at(faults: dict[str, str]) -> dict:
    return {"terms_error": faults.get("terms"), "persons_error": faults.get("persons")}


def _launch(campaign: Campaign) -> None:
    if not campaign.is_draft:
        raise WrongMoment(N_("This campaign was launched already. It was not sent a second time."))
    if wording.version() != campaign.version:  # what is judged below is what is launched
        raise WrongMoment(N_("The message was changed after you read it. Nothing was sent: read it again."))
    if guard.is_mixed(campaign):
        raise Refusal(N_("You are practising, and this message is real. Nothing was sent."))
    if campaign.kind == "warning":
        _confirm(campaign)
    is_ours = not rights.is_handed_draft(campaign)  # else it is for whom its zone chose
    if is_ours and not whom.is_within(campaign.audience, current_user):
        raise NotAllowed(N_("The audience holds people outside your BINs. Nothing was sent."))
    campaigns.launch(
        campaign,
        by=current_user,
        now=clock.now(),
        terms_accepted="terms" in request.form,
        version=wording.version(),
        useful_for=_useful_for(campaign),
        policy=wording.policy(),
        naming_reason=request.form.get("naming", ""),
        vouched=request.form.getlist("vouched"),
    )


def _confirm(campaign: Campaign) -> None:
    """Raises Refusal unless this person has shown who they are, with whatever else is missing: each round costs a minute."""
    try:
        identity.confirm()
    except Refusal as refusal:
        left = contacts.missing(campaign, request.form.getlist("vouched"))
        if not left or refusal.field != "password":
            raise
        raise Incomplete(
            N_("Nothing was sent. Two things are missing."), {"password": refusal.sentence, **left}
        ) from None


def _useful_for(campaign: Campaign) -> timedelta | None:
    hours = request.form.get("useful_hours", "")
    if hours == before_sending.PREPARED and campaign.useful_minutes:
        return campaigns.AS_PREPARED
    if hours not in before_sending.USEFUL:
        raise Refusal(N_("Choose from the list until when it may be delivered. Nothing was sent."))
    return timedelta(hours=int(hours)) if hours else None


# ── While it runs, and after ────────────────────────────────────────────


@pages.get("/campaigns/<int:id>")
@guard.needs("campaign.see")
def show(id: int):
    campaign = lookups.campaign_of(id)
    if campaign.is_draft:
        may_write = rights.may(current_user, "campaign.compose", campaign)
        return redirect(url_for("campaigns.text" if may_write else "approval.show", id=id))
    now = clock.now()
    standing = control.standing(campaign, now)
    if standing["is_settled"]:
        return render_template("reports/show.html", **reports.final(campaign, now))
    listed = reports.listed(campaign)
    named = {"audience": report.audience_in_words(campaign, str(render.locale()))}
    return render_template(
        "campaigns/live.html", **standing, **listed, **named, practice=campaign.is_practice
    )


@pages.get("/campaigns/<int:id>/live")
@guard.needs("campaign.see")
def live(id: int):
    """The part of the page that asks for itself each second; over, it asks no more and the report is loaded."""
    campaign = lookups.campaign_of(id)
    if campaign.is_draft:
        return redirect(url_for("campaigns.text", id=id))
    standing = control.standing(campaign, clock.now(), request.args.get("seen", "")) | {"is_answer": True}
    headers = {"HX-Refresh": "true"} if standing["is_settled"] else {}
    return render_template("campaigns/_live.html", **standing), headers


@pages.post("/campaigns/<int:id>/template")
@guard.needs("template.change")
def save_template(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    template = scenarios.save_as_template(
        campaign, by=current_user, now=clock.now(), name=request.form.get("name", "")
    )
    flash(_("Saved as template: %(name)s.", name=template.name))
    return redirect(url_for("message_templates.index"), 303)
