"""A campaign underway: how it stands, and the hand on it. Pause, resume, stop, and what to do with the unsure."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from math import ceil
from zlib import crc32

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import WrongMoment
from dispatch.sending import calls, campaigns, doubt, estimate, pictures, quiet, report, tallies
from dispatch.sending.doubt import Group
from dispatch.sending.follow_ups import REACHED
from dispatch.words import CHANNELS, KINDS
from models import Campaign
from views import answers, cap, follow_ups, guard, lookups, render, wording
from views import takeover as takeovers

pages = Blueprint("control", __name__)
MAY_LEAVE = ("queued", "sending", "unsure")
GONE = ("unsure", *REACHED, "busy", "no_answer")  # left our hands, and nobody takes it back
HIGHEST = 2**31  # no campaign has so many doubts, and the database counts no higher than 2**63


# ── Deeds ───────────────────────────────────────────────────────────────


@pages.post("/campaigns/<int:id>/pause")
@guard.needs("campaign.control")
def pause(id: int):
    campaign = lookups.campaign_of(id, "campaign.control")
    return _do(campaign, campaigns.pause, _("Paused. What is queued waits until you resume."))


@pages.post("/campaigns/<int:id>/resume")
@guard.needs("campaign.control")
def resume(id: int):
    campaign = lookups.campaign_of(id, "campaign.control")
    return _do(campaign, campaigns.resume, _("Resumed. What was accepted does not go again."))


@pages.get("/campaigns/<int:id>/stop")
@guard.needs("campaign.control")
def confirm_stop(id: int):
    campaign = lookups.campaign_of(id, "campaign.control")
    if not campaign.is_underway:
        return redirect(url_for("campaigns.show", id=id))
    table = tallies.counts(campaign)
    counts = estimate.together(table)
    still = sum(counts[status] for status in MAY_LEAVE)
    return render_template(
        "control/stop.html",
        campaign=campaign,
        counts=counts,
        gone=sum(counts[status] for status in GONE),
        failed=counts["failed"] + counts["expired"],
        is_all_gone=not (still or _may_come(campaign, table)),
        practice=campaign.is_practice,
    )


def _may_come(campaign: Campaign, table: dict[str, dict[str, int]]) -> bool:
    """Whether messages may still be made that are in no queue yet: of a launch, a next channel, a second call."""
    is_called = table.get("voice", {}).get("accepted", 0) > 0
    return bool(campaign.queued_through or campaign.next_channel_at or is_called)


@pages.post("/campaigns/<int:id>/stop")
@guard.needs("campaign.control")
def stop(id: int):
    campaign = lookups.campaign_of(id, "campaign.control")
    return _do(campaign, campaigns.stop, "")


@pages.get("/campaigns/<int:id>/unsure")
@guard.needs("campaign.control")
def confirm_leave(id: int):
    """Before the unsure of a campaign are left that would go again by itself: nobody takes that back."""
    campaign = lookups.campaign_of(id, "campaign.control")
    shown = _group_asked()
    found = [one for one in doubt.groups(campaign) if one[:3] == shown[:3]]
    if not found:
        return redirect(url_for("campaigns.show", id=id))
    return render_template(
        "control/leave.html",
        campaign=campaign,
        practice=campaign.is_practice,
        said=_group(found[0]),
        hidden={
            "channel": shown.channel,
            "code": shown.code,
            "road": shown.road,
            "last": shown.last,
            "choice": "leave",
        },
    )


def _group_asked() -> Group:
    """The group that a page showed, up to the doubt that it knew."""
    names = (request.values.get(name, "") for name in ("channel", "code", "road"))
    return Group(*names, last=min(request.values.get("last", 0, type=int), HIGHEST))


@pages.post("/campaigns/<int:id>/unsure")
@guard.needs("campaign.control")
def unsure(id: int):
    """One press for a group as it was shown; without a choice that we know, nothing is sent."""
    campaign = lookups.campaign_of(id, "campaign.control")
    group = _group_asked()
    if request.form.get("choice") == "again":
        said = _("These messages are sent again. Some people may get it twice.")
        return _do(campaign, partial(doubt.send_again, group=group), said)
    if request.form.get("choice") == "leave":
        said = _("These messages stay as they are. They are not sent again.")
        return _do(campaign, partial(doubt.leave, group=group), said)
    return redirect(url_for("campaigns.show", id=id), 303)


def _do(campaign: Campaign, deed, said: str):
    """One press, one deed; of two who press at once, the second hears how it stands."""
    try:
        deed(campaign, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        if said:
            flash(said)
        current_app.extensions["jobs"].wake()
    return redirect(url_for("campaigns.show", id=campaign.id), 303)


# ── How it stands ───────────────────────────────────────────────────────


def rates(campaign: Campaign, now: datetime) -> dict[str, float]:
    """Messages per second of the road that each channel would take now; calls also wait for a line."""
    choose = current_app.extensions["roads"].choose
    roads = {
        channel: choose(channel, is_practice=campaign.is_practice, now=now) for channel in campaign.channels
    }
    seconds = campaigns.speech_of(campaign, campaign.fallback_language).seconds if "voice" in roads else 0
    return {
        channel: calls.pace(road, seconds) if channel == "voice" else road.rate
        for channel, road in roads.items()
    }


def _lines(campaign: Campaign, now: datetime) -> tuple[int, int] | None:
    """How many lines speak now, and how many there are; None where a call waits for no line."""
    if "voice" not in campaign.channels or not campaign.is_underway:
        return None
    choose = current_app.extensions["roads"].choose
    road = choose("voice", is_practice=campaign.is_practice, now=now)
    busy = calls.busy_lines(road, is_practice=campaign.is_practice, now=now) if road.lines else 0
    return (busy, road.lines) if road.lines else None


def standing(campaign: Campaign, now: datetime, seen: str = "") -> dict:
    """Everything that the live page shows. `seen`: the controls and the doubt that the page has."""
    table = tallies.counts(campaign)
    counts = estimate.together(table)
    doubted = _doubt(campaign, counts, now)
    lead = takeovers.lead(campaign, now)
    gone = int((now - campaign.launched_at).total_seconds())
    controls, doubts = f"{campaign.held_by_id or 0}-{campaign.status}", _shown_as(doubted, gone)
    seen_controls, _dot, seen_doubts = seen.partition(".")
    second_calls = report.second_calls(campaign)
    left = _seconds_left(campaign, table, second_calls, now)
    accepted = counts["accepted"] + counts["delivered"]
    return {
        "campaign": campaign,
        "now": now,
        "table": totals(campaign, table),
        "counts": counts,
        "accepted": accepted,
        "total": sum(counts.values()),
        "seconds_left": left,
        "quiet_until": quiet.ends_at(campaign, now) if counts["queued"] else None,
        "seconds_gone": gone,
        "kind": wording.capital(_(KINDS[campaign.kind])),
        "composed_in": campaign.seconds_to_launch,
        "sender": campaign.launched_by.name,
        "curve": pictures.delivery(campaign, str(render.locale()), now, left),
        "doubt": doubted,
        **lead,
        **follow_ups.standing(campaign),
        **cap.standing(campaign),
        "halted": _(campaigns.HALTS[campaign.halted]) if campaign.halted else "",
        "outcome": outcome(campaign, counts),
        "answers": answers.counted(campaign),
        "in_turn": answers.goes_on(campaign, now),
        "lines": _lines(campaign, now),
        "second_calls": second_calls,
        "is_mixed": guard.is_mixed(campaign),
        "may_control": campaign.is_underway and rights.may(current_user, "campaign.control", campaign),
        "is_settled": campaign.is_over and not counts["sending"],
        "spoken": _spoken(accepted, sum(counts.values()), counts),
        "shows_controls": controls != seen_controls,
        "shows_doubt": doubts != seen_doubts,
        "poll_url": url_for("campaigns.live", id=campaign.id, seen=f"{controls}.{doubts}"),
        "is_answer": False,
    }


def _seconds_left(campaign: Campaign, table: dict, second_calls: tuple | None, now: datetime) -> int:
    """Until the last message has left, at the rate of the roads; no sooner than the last call that is made once more."""
    gone = (now - campaign.launched_at).total_seconds()
    left = estimate.seconds_left(table, rates(campaign, now), int(gone))
    return max(left, ceil((second_calls[2] - now).total_seconds())) if second_calls else left


def totals(campaign: Campaign, table: dict[str, dict[str, int]]) -> dict:
    """Channels × statuses, in the one order of the statuses, with sums both ways."""
    rows = [
        (
            replace(look, label=_(report.state_in_words(status, campaign))),
            [table[channel][status] for channel in campaign.channels],
            LIT.get(status, ""),
        )
        for status, look in render.MESSAGE_LOOKS.items()
        if status in report.statuses(campaign)
    ]
    return {
        "channels": [wording.capital(_(CHANNELS[channel])) for channel in campaign.channels],
        "rows": rows,
        "foot": [sum(table[channel].values()) for channel in campaign.channels],
    }


LIT = {"unsure": "lit", "failed": "late"}


def outcome(campaign: Campaign, counts: dict[str, int]) -> str:
    """After a stop, exactly who was reached; empty for a campaign that was not stopped."""
    if campaign.status != "stopped":
        return ""
    return _(
        "Stopped at %(at)s. Reached: %(reached)s people. Withheld: %(withheld)s messages. "
        "In hand at this moment: %(sending)s. Unsure: %(unsure)s.",
        at=render.clock_time(campaign.ended_at),
        reached=render.number(report.people_reached(campaign)),
        withheld=render.number(counts["withheld"]),
        sending=render.number(counts["sending"]),
        unsure=render.number(counts["unsure"]),
    )


def _doubt(campaign: Campaign, counts: dict[str, int], now: datetime) -> dict:
    """The groups on which somebody may decide, what happens if nobody does, and what was decided before."""
    groups = doubt.groups(campaign) if counts["unsure"] and doubt.may_decide(campaign, now) else []
    return {
        "groups": [(group, _group(group)) for group in groups],
        "number": sum(group.number for group in groups),
        "insists": doubt.insists(campaign, now),
        "until": campaign.moved_at + doubt.DECISION_LASTS if waits(campaign, counts, now) else None,
        "decisions": decisions(campaign),
    }


def _shown_as(doubted: dict, gone: int) -> str:
    """Says the same while the page may stand as it is: numbers that grow are brought every ten seconds."""
    groups = [(group.channel, group.code, group.road) for group, _said in doubted["groups"]]
    told = (groups, doubted["insists"], doubted["until"], doubted["decisions"], gone // 10 if groups else 0)
    return f"{crc32(repr(told).encode()):x}"


def waits(campaign: Campaign, counts: dict[str, int], now: datetime) -> bool:
    """Whether everything has left and only somebody's decision about the unsure is still to come."""
    if not counts["unsure"] or counts["queued"] or counts["sending"] or not campaign.is_running:
        return False
    return doubt.asks(campaign, now)


def _group(group: Group) -> str:
    return ngettext(
        "%(num)d message (%(channel)s) over %(road)s: %(reason)s.",
        "%(num)d messages (%(channel)s) over %(road)s: %(reason)s.",
        group.number,
        channel=_(CHANNELS[group.channel]),
        road=group.road or _("a road that we do not know"),
        reason=_(report.reason_in_words(group.code)),
    )


def decisions(campaign: Campaign) -> list[tuple[datetime, str]]:
    """What somebody, or the policy, decided about the unsure messages."""
    return [(at, sentence.said_by(_)) for at, sentence in doubt.decisions(campaign)]


def _spoken(accepted: int, total: int, counts: dict[str, int]) -> str:
    said = _("%(accepted)d of %(total)d messages accepted or delivered.", accepted=accepted, total=total)
    if not counts["unsure"]:
        return said
    more = ngettext("%(num)d message is unsure.", "%(num)d messages are unsure.", counts["unsure"])
    return f"{said} {more}"
