"""Messages to an audience: the list, the text, the page before sending, the launch, and the page while it runs."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.money import ledger, prices
from dispatch.numerals import in_words
from dispatch.onboarding import checklist
from dispatch.sending import (
    approval,
    campaigns,
    contacts,
    doubt,
    estimate,
    inbound,
    reminders,
    report,
    tallies,
    whom,
)
from dispatch.sending.text import measure
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, N_, translator
from models import POLICIES, Campaign
from views import control, guard, identity, lookups, render, reports, wording
from views import takeover as takeovers

pages = Blueprint("campaigns", __name__)
PAGE_SIZE = 20
USEFUL = {
    "": N_("no limit"),
    "1": N_("1 hour"),
    "6": N_("6 hours"),
    "24": N_("24 hours"),
    "72": N_("3 days"),
}  # for how long after the launch a message is worth delivering


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
        underway=[row(campaign) for campaign in seen if campaign.is_underway],
        drafts=drafts_among(seen),
        handed=[row(one) for one in seen if _is_watched(one)],
        to_approve=to_approve(seen),
        over=[row(campaign) for campaign in shown],
        page_number=page,
        page_count=-(-len(over) // PAGE_SIZE),
        page_url=lambda number: url_for("campaigns.index", page=number),
        now=clock.now(),
    )


def row(campaign: Campaign) -> dict:
    """A campaign in a list: whom it is for and how far it is."""
    counts = estimate.together(tallies.counts(campaign))
    return {
        "campaign": campaign,
        "kind": wording.capital(_(KINDS[campaign.kind])),
        "audience": report.audience_in_words(campaign, str(render.locale())),
        "accepted": counts["accepted"] + counts["delivered"],
        "total": sum(counts.values()),
        "counts": counts,
    }


def drafts_among(seen: list[Campaign]) -> list[dict]:
    """The drafts that this person may go on writing."""
    return [row(one) for one in seen if one.is_draft and rights.may(current_user, "campaign.compose", one)]


def _is_watched(campaign: Campaign) -> bool:
    """Whether it is a draft with which the desk goes on."""
    return rights.is_handed_draft(campaign) and not rights.may(current_user, "campaign.compose", campaign)


def to_approve(seen: Iterable[Campaign]) -> list[dict]:
    """What waits for this person's approval."""
    return [row(one) for one in seen if one.is_submitted and approval.may_approve(current_user, one)]


# ── The text ────────────────────────────────────────────────────────────


@pages.post("/campaigns/new")
@guard.needs("campaign.compose")
def new():
    draft = campaigns.draft(
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
            return render_template(
                "campaigns/_saved.html", version=seen, saved_at=None, sentence=sentence
            ), 422
        campaign = stored
    except NotAllowed as refusal:
        sentence = refusal.sentence.said_by(_)
        return render_template("campaigns/_saved.html", version=seen, saved_at=None, sentence=sentence), 422
    return render_template("campaigns/_autosave.html", **_saved(campaign, now))


def _saved(campaign: Campaign, now: datetime) -> dict:
    """What the page hears after each pause in typing, and what a pressed button changed."""
    name = request.form.get("plain", "").partition(":")[0]
    plained = (
        next((text for text in wording.page(campaign)["texts"] if text["counter"]["name"] == name), None)
        if name
        else None
    )
    return {
        "campaign": campaign,
        "version": campaign.version,
        "saved_at": now,
        "sentence": None,
        "plained": plained,
        "members": list(whom.members_of(campaign.audience)) if "add" in request.form else None,
        **wording.reach(campaign),
    }


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
    return _review(campaign)


def _review(
    campaign: Campaign,
    refusal: str = "",
    terms_error: str | None = None,
    identity_error: str | None = None,
    persons_error: str | None = None,
) -> str:
    now, chosen = clock.now(), campaigns.audience_of(campaign)
    faults = wording.faults(campaign)
    size = estimate.estimate(campaign, chosen, control.rates(campaign, now))
    cost = _cost(campaign, size, now)
    readings = estimate.readings(campaign, chosen)
    lang = request.args.get("lang", "")
    if lang not in [reading.lang for reading in readings]:
        lang = readings[0].lang if readings else campaign.fallback_language
    return render_template(
        "campaigns/review.html",
        campaign=campaign,
        practice=campaign.is_practice,
        kind=wording.capital(_(KINDS[campaign.kind])),
        faults=faults,
        barrier=_barrier(campaign, size, bool(faults), now) or _uncovered(cost),
        four_eyes=_four_eyes(campaign, bool(faults)),
        size=size,
        cost=cost,
        size_in_words=in_words(size.people, str(render.locale())),
        readings=readings,
        legs=[(wording.capital(_(CHANNELS[leg.channel])), leg) for leg in size.legs],
        languages={code: _(name) for code, name in LANGUAGE_NAMES.items()},
        channel_names={code: _(name) for code, name in CHANNELS.items()},
        left_out=reports.reasons([(reason, len(who)) for reason, who in chosen.left_out.items()]),
        preview=_preview(campaign, lang, size),
        reminders=_reminders(campaign, now),
        persons_error=persons_error,
        lang_shown=lang,
        opened_at=campaign.opened_at or now,
        seconds=int((now - (campaign.opened_at or now)).total_seconds()),
        is_night=not 7 <= clock.local(now).hour < 22,
        refusal=refusal,
        terms_error=terms_error,
        policies=[(policy, _(doubt.IN_WORDS[policy])) for policy in POLICIES],
        policy=request.form.get("policy", doubt.policy_of(campaign)),
        policy_approved=_(doubt.IN_WORDS[doubt.policy_of(campaign)]) if _is_fixed(campaign) else "",
        useful=[(hours, _(words)) for hours, words in USEFUL.items()],
        useful_hours=request.form.get("useful_hours", ""),
        identity_error=identity_error,
        asks_identity=campaign.kind == "warning",
        **takeovers.lead(campaign, now),
        **identity.asked(),
    )


def _reminders(campaign: Campaign, now: datetime) -> dict:
    """What a second pair of eyes would say: the same a moment ago, who is recognisable, numbers nobody verified."""
    same = reminders.similar(campaign, now)
    return {
        "same": same,
        "same_minutes": same and int((now - same.launched_at).total_seconds()) // 60,
        "persons": reminders.persons(campaign),
        "may_name": reminders.may_name(current_user),
        "because": request.form.get("persons_because", ""),
        "unverified": contacts.unverified(campaign),
    }


def _cost(campaign: Campaign, size: estimate.Estimate, now: datetime) -> dict | None:
    """What it costs, with the VAT, and what is left after; None without a tariff."""
    if not prices.unit_mills(now):
        return None
    mills = prices.cost({leg.channel: leg.parts for leg in size.legs}, now)
    left = ledger.of(campaign.organisation).available_mills - mills
    return {
        "mills": mills,
        "vat": prices.vat_today(mills, now),
        "left": left,
        "is_prepaid": bool(campaign.organisation.payment) and not campaign.is_practice,
        "is_covered": left >= 0 or ledger.may_overdraw(campaign),
    }


def _uncovered(cost: dict | None) -> str | None:
    if not cost or not cost["is_prepaid"] or cost["is_covered"]:
        return None
    return _("The credit does not cover this. Nothing can be sent before your administrator has seen to it.")


def _barrier(campaign: Campaign, size: estimate.Estimate, has_faults: bool, now: datetime) -> str | None:
    """Why the button is not there, in one sentence; None when it is."""
    if has_faults:
        return _("First mend what is missing. Then the button to send stands here.")
    if not size.people:
        return _("Nobody in the audience can be reached by these channels. Nothing can be sent.")
    if guard.is_practice() and not campaign.is_practice:
        return _(
            "You are practising, and this message is real. Stop practising first if you want to send it."
        )
    if not campaign.is_practice and (fault := checklist.obstacle(campaign.organisation, now)):
        return fault.said_by(_)
    if not approval.is_needed(campaign) or campaign.is_approved:
        return None
    if campaign.is_submitted:
        return _("It waits for the approval of somebody else. An edit takes the request back.")
    return _("This kind of message needs the approval of somebody else first.")


def _four_eyes(campaign: Campaign, has_faults: bool) -> dict:
    """What this person may do about the approval that the message needs."""
    is_open = approval.is_needed(campaign) and not has_faults
    return {
        "may_submit": is_open and not campaign.is_submitted,
        "is_submitted": campaign.is_submitted,
        "may_override": is_open
        and not campaign.is_approved
        and rights.may(current_user, "campaign.override", campaign),
        "overridden": approval.overridden(campaign) if campaign.is_approved else None,
    }


def _is_fixed(campaign: Campaign) -> bool:
    """Whether what becomes of doubt was approved with the text, and is chosen no more."""
    return approval.is_needed(campaign) and campaign.is_approved and not approval.overridden(campaign)


def _preview(campaign: Campaign, lang: str, size: estimate.Estimate) -> dict:
    """How it arrives for readers of one language: {"sms": …, "email": …}, without what is not written yet."""
    shown = {"mark": f"[{translator(lang).gettext('EXERCISE')}]" if campaign.is_practice else ""}
    written = [leg for leg in size.legs if estimate.has_text(campaign, leg.channel, lang)]
    for leg in written:
        said = campaigns.text_for(campaign, leg.channel, lang)
        sender = current_app.config[f"BELFORT_{leg.channel.upper()}_SENDER"]
        shown[leg.channel] = {
            "text": said,
            "people": leg.people,
            "sender": sender,
            "measure": measure(said["body"]),
        }
    if "voice" in shown:
        shown["voice"] |= _call(campaign, lang, shown["voice"])
    return shown


def _call(campaign: Campaign, lang: str, shown: dict) -> dict:
    """What is heard of a call, and for how long; a recording is heard alone where no road can say more."""
    recording = campaigns.recording_of(campaign, campaigns.spoken(campaign, "voice", lang))
    speech = campaigns.speech_of(campaign, lang)
    said = [
        speech.opening,
        recording.filename if recording else shown["text"]["body"],
        speech.opening,
        speech.ask,
    ]
    is_alone = recording and current_app.extensions["roads"].plays_alone(is_practice=campaign.is_practice)
    return {
        "sender": render.phone(shown["sender"]),
        "said": [recording.filename] if is_alone else said,
        "seconds": recording.seconds if is_alone else speech.seconds,
    }


@pages.post("/campaigns/<int:id>/launch")
@guard.needs("campaign.launch", "campaign.take")
def launch(id: int):
    campaign = lookups.campaign_of(id, "campaign.launch")
    try:
        _launch(campaign)
    except Incomplete as refusal:
        faults = {name: fault.said_by(_) for name, fault in refusal.faults.items()}
        return _review(campaign, refusal.sentence.said_by(_), **_shown_at(faults)), 422
    except WrongMoment as refusal:
        fresh = Campaign.get_by_id(id)
        if not fresh.is_draft:
            flash(_("This campaign was launched already. It was not sent a second time."), "warn")
            return redirect(url_for("campaigns.show", id=id), 303)
        return _review(fresh, refusal.sentence.said_by(_)), 409
    except Refusal as refusal:
        said = refusal.sentence.said_by(_)
        return _review(campaign, said, identity_error=said if refusal.field == "password" else None), 422
    current_app.extensions["jobs"].wake()
    return redirect(url_for("campaigns.show", id=id), 303)


def _shown_at(faults: dict[str, str]) -> dict:
    return {"terms_error": faults.get("terms"), "persons_error": faults.get("persons")}


def _launch(campaign: Campaign) -> None:
    if not campaign.is_draft:
        raise WrongMoment(N_("This campaign was launched already. It was not sent a second time."))
    if wording.version() != campaign.version:  # what is judged below is what is launched
        raise WrongMoment(N_("The message was changed after you read it. Nothing was sent: read it again."))
    if guard.is_practice() and not campaign.is_practice:
        raise Refusal(N_("You are practising, and this message is real. Nothing was sent."))
    if campaign.kind == "warning":
        identity.confirm()
    is_ours = not rights.is_handed_draft(campaign)  # else it is for whom its zone chose
    if is_ours and not whom.is_within(campaign.audience, current_user):
        raise NotAllowed(N_("The audience holds people outside your BINs. Nothing was sent."))
    campaigns.launch(
        campaign,
        by=current_user,
        now=clock.now(),
        terms_accepted="terms" in request.form,
        version=wording.version(),
        useful_for=_useful_for(),
        policy=wording.policy(),
        persons_because=request.form.get("persons_because", ""),
    )


def _useful_for() -> timedelta | None:
    hours = request.form.get("useful_hours", "")
    if hours not in USEFUL:
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
    return render_template("campaigns/live.html", **standing, **listed, practice=campaign.is_practice)


@pages.get("/campaigns/<int:id>/live")
@guard.needs("campaign.see")
def live(id: int):
    """The part of the page that asks for itself each second; over, it asks no more and the report is loaded."""
    campaign = lookups.campaign_of(id)
    if campaign.is_draft:
        return redirect(url_for("campaigns.text", id=id))
    seen, said = request.args.get("seen", ""), request.args.get("said", 0, type=int)
    standing = control.standing(campaign, clock.now(), seen, said) | {"is_answer": True}
    headers = {"HX-Refresh": "true"} if standing["is_settled"] else {}
    return render_template("campaigns/_live.html", **standing), headers


@pages.post("/campaigns/<int:id>/template")
@guard.needs("template.change")
def save_template(id: int):
    campaign = lookups.campaign_of(id, "campaign.compose")
    template = campaigns.save_as_template(
        campaign, by=current_user, now=clock.now(), name=request.form.get("name", "")
    )
    flash(_("Saved as template: %(name)s.", name=template.name))
    return redirect(url_for("message_templates.index"), 303)
