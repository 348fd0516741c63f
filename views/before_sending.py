"""The page before sending: to how many, by what, for how much, who not, what to look at first, and how it arrives."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete, Refusal
from dispatch.money import ledger, prices
from dispatch.numerals import in_words
from dispatch.onboarding import checklist
from dispatch.people.audience import Audience, Mailing, household_name
from dispatch.providers import unsubscribe
from dispatch.sending import (
    acknowledgements,
    approval,
    campaigns,
    contacts,
    doubt,
    estimate,
    naming,
    no_news,
    quiet,
    report,
    similar,
)
from dispatch.sending.estimate import Estimate
from dispatch.sending.text import measure
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, N_, translator
from models import POLICIES, Campaign
from views import answers, cap, control, filling, guard, identity, render, reports, wording
from views import takeover as takeovers

USEFUL = {
    "": N_("no limit"),
    "1": N_("1 hour"),
    "6": N_("6 hours"),
    "24": N_("24 hours"),
    "72": N_("3 days"),
}  # for how long after the launch a message is worth delivering
PREPARED = "prepared"  # as long as its scenario says
FIELDS = {
    "terms": N_("Terms"),
    "vouched": N_("Numbers and links on no list"),
    "naming": N_("Why members may read this"),
    "password": N_("Your password, again"),
    "useful_hours": N_("Do not deliver after"),
}


def page(campaign: Campaign, refusal: Refusal | None = None) -> str:
    """The whole page; what was typed when it was refused stands in its fields again."""
    now, chosen = clock.now(), campaigns.audience_of(campaign)
    size = estimate.estimate(campaign, chosen, control.rates(campaign, now))
    cost, first = _cost(campaign, size, now), _first(campaign, chosen, now)
    faults = wording.faults(campaign)
    barrier = _barrier(campaign, size, bool(faults), now) or _uncovered(cost) or _unsendable(first)
    return render_template(
        "campaigns/review.html",
        campaign=campaign,
        practice=campaign.is_practice,
        kind=wording.capital(_(KINDS[campaign.kind])),
        faults=faults,
        first=first,
        barrier=barrier,
        four_eyes=_four_eyes(campaign, bool(faults)),
        languages={code: _(name) for code, name in LANGUAGE_NAMES.items()},
        audience="" if campaign.only_reached else report.audience_in_words(campaign, str(render.locale())),
        named=lambda channels: ", ".join(_(CHANNELS[channel]) for channel in channels),
        **filling.since(campaign),
        **_refused(refusal, has_fields=not barrier),
        **_numbers(campaign, chosen, size, cost, first["quiet_until"], now),
        asked=answers.in_words(campaign),
        unanswerable=_unanswerable(campaign),
        **_choices(campaign, now),
        **_shown(campaign, chosen, size, first),
        **takeovers.lead(campaign, now),
        **cap.standing(campaign),
        **identity.asked(),
    )


def _refused(refusal: Refusal | None, has_fields: bool) -> dict:
    """What was refused: at its fields, or above all of them."""
    errors = _errors(refusal) if has_fields else {}
    return {
        "errors": errors,
        "summary": [(field, _(FIELDS[field]), said) for field, said in errors.items()],
        "refusal": "" if errors or not refusal else refusal.sentence.said_by(_),
        "typed": request.form,
    }


def _errors(refusal: Refusal | None) -> dict[str, str]:
    """What was refused, by the field of this page that it stands at."""
    if isinstance(refusal, Incomplete):
        return {field: said.said_by(_) for field, said in refusal.faults.items() if field in FIELDS}
    return {refusal.field: refusal.sentence.said_by(_)} if refusal and refusal.field in FIELDS else {}


# ── First this ──────────────────────────────────────────────────────────


def _first(campaign: Campaign, chosen: Audience, now: datetime) -> dict:
    """What has to be done or known before the button is pressed."""
    named = naming.named_in(campaign)
    return {
        "vouch": [(value, contacts.as_written(campaign, value)) for value in contacts.to_vouch(campaign)],
        "named": [one.said for one in named],
        "points_at": _points_at({one.what for one in named}),
        "may_name": naming.may_decide(current_user, campaign),
        "earlier": similar.earlier(campaign, chosen, now),
        "quiet_until": quiet.ends_at(campaign, now),
        "may_verify": rights.may(current_user, "contact.verify"),
    }


def _points_at(found: set[str]) -> str:
    if found == {"plate"}:
        return _("The text holds a number plate")
    return _("The text holds a number plate and a name") if "plate" in found else _("The text names a person")


def _unsendable(first: Mapping) -> str | None:
    if not first["named"] or first["may_name"]:
        return None
    return _(naming.REFUSED)


def _unanswerable(campaign: Campaign) -> str:
    """The sender that nobody can answer by SMS, though an answer is asked; "" when they can."""
    sender = current_app.config["BELFORT_SMS_SENDER"]
    is_asked = campaign.asks_acknowledgement and "sms" in campaign.channels
    return sender if is_asked and not sender.lstrip("+").isdigit() else ""


# ── In numbers ──────────────────────────────────────────────────────────


def _cost(campaign: Campaign, size: Estimate, now: datetime) -> dict | None:
    """What it costs by channel and in all, the VAT, and what is left after; None without a tariff."""
    if not prices.unit_mills(now):
        return None
    by_channel = {leg.channel: prices.cost({leg.channel: leg.parts}, now) for leg in size.legs}
    mills = sum(by_channel.values())
    available = ledger.of(campaign.organisation).available_mills
    return {
        "by_channel": by_channel,
        "mills": mills,
        "vat": prices.vat_today(mills, now),
        "available": available,
        "left": available - mills,
        "is_prepaid": bool(campaign.organisation.payment) and not campaign.is_practice,
        "is_covered": available >= mills or ledger.may_overdraw(campaign),
    }


def _numbers(
    campaign: Campaign,
    chosen: Audience,
    size: Estimate,
    cost: dict | None,
    quiet_until: datetime | None,
    now: datetime,
) -> dict:
    """Each channel's line and their sum; who gets nothing, and who gets it once."""
    ready_at = _ready_at(campaign, size, quiet_until, now)
    by_channel = {leg.channel: leg for leg in size.legs}
    legs = [
        {
            "name": wording.capital(_(CHANNELS[channel])),
            "leg": by_channel[channel],
            "ready_at": at,
            "mills": cost["by_channel"][channel] if cost else None,
        }
        for channel, at in ready_at.items()
    ]
    last = max(ready_at.values(), default=now)
    return {
        "size": size,
        "size_in_words": in_words(size.people, str(render.locale())),
        "cost": cost,
        "legs": legs,
        "ready_at": last,
        "lasts": (last - now).total_seconds(),
        "left_out": reports.reasons([(reason, len(who)) for reason, who in chosen.left_out.items()]),
        "doubles": len(_doubles(chosen)),
    }


def _ready_at(
    campaign: Campaign, size: Estimate, quiet_until: datetime | None, now: datetime
) -> dict[str, datetime]:
    """When the last message by each channel has left, in the order of the channels.

    They go beside each other; in turn each begins when the one before it has left and was waited for.
    """
    begins_at = dict.fromkeys(quiet.RINGING, quiet_until or now)  # a mail does not wait for the morning
    lengths = {leg.channel: timedelta(seconds=leg.seconds) for leg in size.legs}
    if not campaign.turns:
        return {channel: begins_at.get(channel, now) + length for channel, length in lengths.items()}
    found, at, wait = {}, now, timedelta()
    for channel in campaign.turns:
        at = found[channel] = max(at + wait, begins_at.get(channel, now)) + lengths[channel]
        wait = timedelta(minutes=campaign.cascade["minutes"])
    return found


# ── Whether it may go ───────────────────────────────────────────────────


def _uncovered(cost: dict | None) -> str | None:
    if not cost or not cost["is_prepaid"] or cost["is_covered"]:
        return None
    return _("The credit does not cover this. Nothing can be sent before your administrator has seen to it.")


def _barrier(campaign: Campaign, size: Estimate, has_faults: bool, now: datetime) -> str | None:
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
    if campaign.is_submitted and not approval.approvers(campaign):
        return _(
            "It waits for approval, and nobody may give it now. Ask an administrator to give somebody that right."
        )
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


def _choices(campaign: Campaign, now: datetime) -> dict:
    """What is chosen and confirmed beside the button."""
    return {
        "is_night": not 7 <= clock.local(now).hour < 22,
        "policies": [(policy, _(doubt.IN_WORDS[policy])) for policy in POLICIES],
        "policy": request.form.get("policy", doubt.policy_of(campaign)),
        "policy_approved": _(doubt.IN_WORDS[doubt.policy_of(campaign)]) if _is_fixed(campaign) else "",
        "useful": _useful(campaign),
        "useful_hours": request.form.get("useful_hours", PREPARED if campaign.useful_minutes else ""),
        "asks_identity": campaign.kind == "warning",
    }


def _is_fixed(campaign: Campaign) -> bool:
    """Whether what becomes of doubt was approved with the text, and is chosen no more."""
    return approval.is_needed(campaign) and campaign.is_approved and not approval.overridden(campaign)


# ── How it arrives ──────────────────────────────────────────────────────


def _useful(campaign: Campaign) -> list[tuple[str, str]]:
    """Until when it can be of use; first as the scenario has it, if it says so."""
    usual = [(hours, _(words)) for hours, words in USEFUL.items()]
    if not campaign.useful_minutes:
        return usual
    length = render.duration(timedelta(minutes=campaign.useful_minutes))
    return [(PREPARED, _("%(length)s, as the scenario has it", length=length)), *usual]


def _shown(campaign: Campaign, chosen: Audience, size: Estimate, first: Mapping) -> dict:
    """Who reads what, and one language of it as it arrives."""
    readings = estimate.readings(campaign, chosen)
    lang = request.args.get("lang", "")
    if lang not in [reading.lang for reading in readings]:
        lang = readings[0].lang if readings else campaign.fallback_language
    lit = [*first["named"], *(written for _value, written in first["vouch"])]
    return {
        "readings": readings,
        "lang_shown": lang,
        "preview": _preview(campaign, lang, size),
        "lit": lit,
    }


def _preview(campaign: Campaign, lang: str, size: Estimate) -> dict:
    """How it arrives for readers of one language: {"sms": …, "email": …}, without what is not written yet."""
    shown = {"mark": f"[{translator(lang).gettext('EXERCISE')}]" if campaign.is_practice else ""}
    for leg in size.legs:
        if estimate.has_text(campaign, leg.channel, lang):
            said = filling.read(campaigns.text_for(campaign, leg.channel, lang), campaign)
            shown[leg.channel] = {
                "text": _with_links(said, campaign, leg.channel, lang),
                "people": leg.people,
                "sender": filling.sender_of(campaign.organisation, leg.channel),
                "measure": measure(said["body"]),
            }
    if "voice" in shown:
        shown["voice"] |= _call(campaign, lang, shown["voice"])
    return shown


def _with_links(text: dict, campaign: Campaign, channel: str, lang: str) -> dict:
    """A mail as it arrives, with the sentences before the links of each reader."""
    if channel != "email":
        return text
    spoken, link = campaigns.spoken(campaign, channel, lang), _("(a link of their own)")
    sentences = [acknowledgements.asked(campaign, channel, spoken)]
    if unsubscribe.door(
        current_app.config["BELFORT_PUBLIC_URL"], current_app.extensions["roads"].receipt_key
    ):
        sentences.append(no_news.told(campaign, channel, spoken))
    under = "".join(f"\n\n{sentence}\n{link}" for sentence in sentences if sentence)
    return text | {"body": text["body"].rstrip() + under} if under else text


def _call(campaign: Campaign, lang: str, shown: dict) -> dict:
    """What is heard of a call in its order, and for how long; a recording is heard alone where no road can say more."""
    recording = campaigns.recording_of(campaign, campaigns.spoken(campaign, "voice", lang))
    speech = campaigns.speech_of(campaign, lang)
    message = (_("Message"), recording.filename if recording else shown["text"]["body"])
    said = [
        (_("Opening"), speech.opening),
        message,
        (_("Opening, again"), speech.opening),
        (_("At the end"), speech.ask),
    ]
    is_alone = recording and current_app.extensions["roads"].plays_alone(is_practice=campaign.is_practice)
    return {
        "sender": render.phone(shown["sender"]),
        "said": [message] if is_alone else said,
        "seconds": recording.seconds if is_alone else speech.seconds,
    }


# ── Once ────────────────────────────────────────────────────────────────

WHY_ONCE = {
    "double": N_("Chosen more than once, by two BINs or by a BIN and their street. Each gets it once."),
    "household": N_(
        "They share a number or a mailbox with somebody. It gets one message, in their names together."
    ),
}


def once(campaign: Campaign, why: str) -> dict:
    """What the page of those who get it once shows: [(name, beside it)]."""
    chosen = campaigns.audience_of(campaign)
    found = _doubles(chosen) if why == "double" else _households(chosen)
    return {
        "campaign": campaign,
        "practice": campaign.is_practice,
        "people": found,
        "said": _(WHY_ONCE[why]),
        "back_url": url_for("campaigns.review", id=campaign.id),
    }


def _doubles(chosen: Audience) -> list[tuple[str, str]]:
    """Each person who is meant more than once and is reached, with how often."""
    left_out = {person.id for people in chosen.left_out.values() for person in people}
    return sorted(
        (f"{person.last_name}, {person.first_name}".strip(", "), _("%(number)s times", number=person.times))
        for person in chosen.people
        if person.times > 1 and person.id not in left_out
    )


def _households(chosen: Audience) -> list[tuple[str, str]]:
    """Each number or mailbox of several people, once: their names together, and the channels."""
    found: dict[str, list[Mailing]] = {}
    for mailing in chosen.mailings:
        if len(mailing.people) > 1:
            found.setdefault(mailing.address, []).append(mailing)
    return sorted(
        (
            household_name(max((one.people for one in mine), key=len)),
            wording.capital(", ".join(_(CHANNELS[one.channel]) for one in mine)),
        )
        for mine in found.values()
    )
