"""What became of a campaign: the report, each message's story, the papers to keep."""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

from flask import Blueprint, abort, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.people import audience
from dispatch.sending import acknowledgements, campaigns, doubt, estimate, pictures, report, tallies, whom
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, MESSAGE_STATUSES
from models import Campaign, Member, Message, Recipient
from views import answers, cap, control, follow_ups, guard, lookups, render, wording
from views import approval as approvals
from views import takeover as takeovers

pages = Blueprint("reports", __name__)
PAGE_SIZE = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# ── The report ──────────────────────────────────────────────────────────


def final(campaign: Campaign, now: datetime) -> dict:
    """Everything on the page of a campaign that is over; reached and not reached together are the audience."""
    table, lang = tallies.counts(campaign), str(render.locale())
    counts = estimate.together(table)
    reached, meant = report.people_reached(campaign), report.people_meant(campaign)
    return {
        "campaign": campaign,
        "practice": campaign.is_practice,
        "kind": wording.capital(_(KINDS[campaign.kind])),
        "sender": campaign.launched_by.name,
        "audience": report.audience_in_words(campaign, lang),
        "reached": reached,
        "meant": meant,
        "terms": _terms(campaign, reached),
        "counts": counts,
        "total": sum(counts.values()),
        "is_large": sum(counts.values()) > report.MOST_ON_PAPER,
        "table": control.totals(campaign, table),
        "curve": pictures.delivery(campaign, lang, now),
        "reaches": [draw(campaign, lang) for draw in report.REACHES],
        "failures": [
            (number, _(report.reason_in_words(code)), wording.capital(_(CHANNELS[channel])))
            for channel, code, number in report.failures(campaign)
        ],
        "outcome": control.outcome(campaign, counts),
        "answers": answers.counted(campaign),
        "policy": _(doubt.IN_WORDS[doubt.policy_of(campaign)]),
        "doubt": {"decisions": control.decisions(campaign)},
        "story": approvals.story(campaign),
        **takeovers.lead(campaign, now),
        **follow_ups.standing(campaign),
        **cap.standing(campaign),
        "seconds": int((campaign.ended_at - campaign.launched_at).total_seconds()),
        "composed_in": campaign.seconds_to_launch,
        "may_template": rights.may(current_user, "template.change")
        and rights.may(current_user, "campaign.compose", campaign),
        "now": now,
        **listed(campaign),
    }


def _terms(campaign: Campaign, reached: int) -> list[dict]:
    """The audience as a sum: for whom a message was taken, whose messages all failed, and who could not be written to."""
    tried = campaign.people - reached
    taken = ngettext(
        "person with a message accepted or delivered", "people with a message accepted or delivered", reached
    )
    terms = [{"count": reached, "label": taken, "url": None}]
    if tried:
        terms.append(
            {"count": tried, "label": _("nothing accepted: failed, withheld or unsure"), "url": None}
        )
    return terms + [
        {"count": number, "label": words, "url": url_for("reports.left_out", id=campaign.id, reason=reason)}
        for reason, number, words in reasons(report.left_out(campaign))
    ]


def reasons(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """Why people get nothing: [(reason, people, in words)]."""
    return [(reason, number, _(audience.REASONS[reason])) for reason, number in counted]


@pages.get("/campaigns/<int:id>/left-out/<reason>")
@guard.needs("campaign.see")
def left_out(id: int, reason: str):
    campaign = lookups.campaign_of(id)
    if reason not in audience.REASONS:
        abort(404)
    return render_template(
        "reports/left_out.html",
        campaign=campaign,
        practice=campaign.is_practice,
        people=[
            (_named(member.listed_name, member, campaign), "" if campaign.forgotten_at else member.address)
            for member in _members_left_out(campaign, reason)
        ],
        said=_(audience.REASONS[reason]),
        back_url=url_for("campaigns.review" if campaign.is_draft else "campaigns.show", id=id),
    )


def _named(name: str, member: Member, campaign: Campaign) -> str:
    """Who it was, as long as that is kept."""
    return _(report.ERASED) if member.erased_at or campaign.forgotten_at else name


def _members_left_out(campaign: Campaign, reason: str) -> list[Member]:
    if campaign.is_draft:
        who = campaigns.audience_of(campaign).left_out.get(reason, [])
        return list(whom.members_of({"members": [person.id for person in who]}))
    return list(report.members_left_out(campaign, reason))


@pages.get("/campaigns/<int:id>/report.pdf")
@guard.needs("report.see")
def pdf(id: int):
    campaign = _launched(id)
    report.take(campaign, "pdf", by=current_user, now=clock.now())
    content = report.paper(campaign, str(render.locale()), now=clock.now())
    return _download(campaign, content, "pdf", "application/pdf")


@pages.get("/campaigns/<int:id>/report.xlsx")
@guard.needs("report.see")
def xlsx(id: int):
    campaign = _launched(id)
    report.take(campaign, "xlsx", by=current_user, now=clock.now())
    content = report.workbook(campaign, str(render.locale()), now=clock.now())
    return _download(campaign, content, "xlsx", XLSX)


def _launched(id: int) -> Campaign:
    campaign = lookups.campaign_of(id)
    return abort(404) if campaign.is_draft else campaign


def _download(campaign: Campaign, content: bytes, ending: str, mimetype: str):
    mark = f"{_('EXERCISE')}-" if campaign.is_practice else ""
    name = f"{mark}{_('report')}-{campaign.id}.{ending}"
    return send_file(BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)


# ── Each message ────────────────────────────────────────────────────────


@pages.get("/campaigns/<int:id>/messages")
@guard.needs("report.see")
def story(id: int):
    campaign = _launched(id)
    return render_template(
        "reports/messages.html", campaign=campaign, practice=campaign.is_practice, **listed(campaign)
    )


@pages.get("/campaigns/<int:id>/messages/found")
@guard.needs("report.see")
def found(id: int):
    campaign = _launched(id)
    return render_template("reports/_messages.html", campaign=campaign, **listed(campaign))


def listed(campaign: Campaign) -> dict:
    """One page of the messages, narrowed as the address asks."""
    asked = {name: request.args.get(name, "").strip() for name in ("search", "status", "channel")}
    query = report.story(campaign, **asked)
    number, page = query.count(), max(1, request.args.get("page", 1, type=int))
    first = (page - 1) * PAGE_SIZE
    return {
        "asked": asked,
        "may_report": rights.may(current_user, "report.see"),
        "messages": _lines(query.limit(PAGE_SIZE).offset(first)),
        "message_count": number,
        "page_number": page,
        "page_count": -(-number // PAGE_SIZE),
        "page_url": lambda n: url_for("reports.story", id=campaign.id, page=n, **asked),
        "first": first + 1,
        "last": min(first + PAGE_SIZE, number),
        "statuses": [("", _("All states"))]
        + [
            (word, wording.capital(_(said)))
            for word, said in MESSAGE_STATUSES.items()
            if word in report.statuses(campaign)
        ]
        + ([(report.SILENT, _("Not confirmed"))] if campaign.asks_acknowledgement else []),
        "channel_choices": [("", _("All channels"))]
        + [(channel, wording.capital(_(CHANNELS[channel]))) for channel in campaign.channels],
    }


def _lines(query: Iterable[Message]) -> list[dict]:
    messages = list(query)
    confirmed = acknowledgements.given(Message.id.in_([message.id for message in messages]))
    return [_line(message, confirmed.get(message.id)) for message in messages]


def _line(message: Message, confirmed_at: datetime | None) -> dict:
    return {
        "message": message,
        "address": _address(message),
        "channel": wording.capital(_(CHANNELS[message.channel])),
        "happened": report.with_answer(message, confirmed_at).said_by(_),
    }


def _address(message: Message) -> str:
    if message.is_to_nobody:
        return _(report.ERASED)
    return message.address if message.channel == "email" else render.phone(message.address)


@pages.get("/campaigns/<int:id>/messages/<int:mid>")
@guard.needs("report.see")
def message(id: int, mid: int):
    campaign = _launched(id)
    found = lookups.message_of(campaign, mid)
    people = Member.select().join(Recipient).where(Recipient.message == found.id).order_by(Member.last_name)
    return render_template(
        "reports/message.html",
        campaign=campaign,
        practice=campaign.is_practice,
        people=[_named(member.name, member, campaign) for member in people],
        text=campaigns.text_for(campaign, found.channel, found.language),
        language=_(LANGUAGE_NAMES[found.language]),
        steps=_steps(campaign, found),
        **_lines([found])[0],
    )


def _steps(campaign: Campaign, message: Message) -> list[tuple[datetime, str, str]]:
    """The road of one message: (when, what, what more there is to say)."""
    steps = [(campaign.launched_at, _("Queued"), _("The campaign was launched."))]
    if message.claimed_at:
        attempts = ngettext("%(num)d attempt", "%(num)d attempts", message.attempts)
        if message.first_reference and message.status != "queued":
            attempts = _("The second call: the first one reached nobody.")
        steps.append((message.claimed_at, _("Handed to the provider"), attempts))
    if message.accepted_at:
        steps.append((message.accepted_at, _("Accepted by the provider"), ""))
    happened = report.what_happened(message).said_by(_)
    if message.ended_at:
        steps.append((message.ended_at, wording.capital(_(MESSAGE_STATUSES[message.status])), happened))
    elif message.status != "accepted":
        last = steps[-1]
        steps[-1] = (last[0], last[1], f"{last[2]}. {happened}" if message.claimed_at else happened)
    return steps
