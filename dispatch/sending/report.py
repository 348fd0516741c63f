"""What became of a campaign: figures that account for everybody, and the final report that makes itself."""

from collections.abc import Iterator
from datetime import datetime

from peewee import fn

from dispatch import audit, clock, papers
from dispatch.people.audience import REASONS as LEFT_OUT
from dispatch.providers.base import REASONS
from dispatch.sending import (
    acknowledgements,
    approval,
    campaigns,
    cascade,
    chains,
    doubt,
    pictures,
    placeholders,
    reach,
    takeover,
    tallies,
)
from dispatch.words import (
    CAMPAIGN_STATUSES,
    CHANNELS,
    KINDS,
    LANGUAGE_NAMES,
    MESSAGE_STATUSES,
    N_,
    Sentence,
    hour,
    lasting,
    moment,
    translator,
)
from models import (
    CALL_ENDINGS,
    Bin,
    Campaign,
    Document,
    Handover,
    Member,
    Message,
    Recipient,
    Unreached,
    User,
    writing,
)

PAPER = "campaign_report"
SILENT = "silent"  # no status: what a list of messages is narrowed to whose people did not confirm
ERASED = N_("erased")
MOST_ON_PAPER = 3000  # more messages than this are in the spreadsheet only
MOST_POINTS = 200  # the spreadsheet has every one of them
REACHES = (pictures.by_channel, pictures.by_prefix, pictures.by_street)
NOT_ARRIVED = ("failed", "expired", "withheld", "unsure", *CALL_ENDINGS)
ROAD_REFUSES = ("refused", "sender_refused")
OUR_REASONS = {
    "restored": N_("a backup was restored; it may have left since that backup was made"),
    "interrupted": N_("we cannot know: the connection or the program stopped while it was under way"),
    "acknowledged": N_("everybody whom it was for had confirmed already"),
    "news_ended": N_("everybody whom it was for wants no news by this channel any more"),
    "stopped": N_("the campaign was stopped before it left"),
    "too_late": N_("it could not leave before the moment after which it was of no use"),
}


# ── Questions ───────────────────────────────────────────────────────────


def people_reached(campaign: Campaign) -> int:
    """How many people have at least one message that a provider accepted; a call only once it was confirmed."""
    reached = Recipient.select(fn.COUNT(Recipient.member.distinct())).join(Message)
    arrived = (Message.status == "delivered") | (
        (Message.status == "accepted") & (Message.channel != "voice")
    )
    return reached.where(Message.campaign == campaign.id, arrived).scalar()


def people_meant(campaign: Campaign) -> int:
    """Everybody whom the campaign was for when it was launched."""
    return campaign.people + Unreached.select().where(Unreached.campaign == campaign.id).count()


def left_out(campaign: Campaign) -> list[tuple[str, int]]:
    """Why people of the audience get nothing, and how many: [(reason code, people)]."""
    query = (
        Unreached.select(Unreached.reason, fn.COUNT(Unreached.member))
        .where(Unreached.campaign == campaign.id)
        .group_by(Unreached.reason)
    )
    counted = dict(query.tuples())
    return [(reason, counted[reason]) for reason in LEFT_OUT if reason in counted]


def members_left_out(campaign: Campaign, reason: str):
    here = (Unreached.campaign == campaign.id) & (Unreached.reason == reason)
    return Member.select().join(Unreached).where(here).order_by(Member.last_name, Member.first_name)


def failures(campaign: Campaign) -> list[tuple[str, str, int]]:
    """Why messages did not arrive, and how many: [(channel, reason code, messages)], most frequent first."""
    count = fn.COUNT(Message.id)
    return list(
        Message.select(Message.channel, Message.code, count)
        .where(Message.campaign == campaign.id, Message.status.in_(NOT_ARRIVED))
        .group_by(Message.channel, Message.code)
        .order_by(count.desc(), Message.channel, Message.code)
        .tuples()
    )


def refusals(campaign: Campaign, channel: str) -> tuple[int, int]:
    """How many messages the road refused for no fault of their address, and how many it answered at all."""
    row = tallies.counts(campaign)[channel]
    answered = sum(row.values()) - row["queued"] - row["sending"] - row["withheld"]
    here = (Message.campaign == campaign.id) & (Message.status == "failed") & (Message.channel == channel)
    return Message.select().where(here, Message.code.in_(ROAD_REFUSES)).count(), answered


def statuses(campaign: Campaign) -> list[str]:
    """The states that messages of its channels can have: only a call can be busy."""
    calls = "voice" in campaign.channels
    return [status for status in MESSAGE_STATUSES if calls or status not in CALL_ENDINGS]


def state_in_words(status: str, campaign: Campaign) -> str:
    """The word of a state in the figures of a campaign: what is delivered of a call is a confirmation."""
    if status != "delivered" or "voice" not in campaign.channels:
        return MESSAGE_STATUSES[status]
    return N_("confirmed") if campaign.channels == ["voice"] else N_("delivered or confirmed")


def reason_in_words(code: str) -> str:
    return REASONS.get(code) or OUR_REASONS.get(code) or N_("no reason was given")


def second_calls(campaign: Campaign) -> tuple[int, datetime, datetime] | None:
    """How many calls are to be made once more, and when the first and the last of them; None when none is."""
    if "voice" not in campaign.channels or not campaign.is_underway:
        return None
    due_at = Message.due_at
    waiting = Message.select(fn.COUNT(Message.id), fn.MIN(due_at), fn.MAX(due_at)).where(
        Message.status == "queued",
        Message.channel == "voice",
        Message.campaign == campaign.id,
        Message.first_reference.is_null(False),
    )
    number, *between = waiting.tuples().get()
    return (number, *between) if number else None


def story(campaign: Campaign, *, search: str = "", status: str = "", channel: str = ""):
    """The messages of a campaign, in the order in which they were queued, narrowed by what is asked."""
    query = Message.select().where(Message.campaign == campaign.id).order_by(Message.id)
    if status == SILENT:
        query = query.where(acknowledgements.silent())
    elif status:
        query = query.where(Message.status == status)
    if channel:
        query = query.where(Message.channel == channel)
    if search:
        query = query.where(
            Message.names.contains(search) | Message.address.contains(search.replace(" ", ""))
        )
    return query


def what_happened(message: Message) -> Sentence:
    """The story of one message in one sentence."""
    if message.channel == "voice" and message.status in ("delivered", "accepted", "queued"):
        return _call_in_words(message)
    if message.status == "delivered" and message.accepted_at and message.ended_at:
        seconds = max(0, round((message.ended_at - message.accepted_at).total_seconds()))
        return Sentence(N_("Delivery receipt after %(seconds)s s"), seconds=seconds)
    if message.status in HAPPENED:
        return Sentence(HAPPENED[message.status])
    if message.status == "failed" and message.channel == "email" and message.accepted_at:
        return Sentence(
            N_("Accepted, and came back: %(reason)s"), reason=Sentence(reason_in_words(message.code))
        )
    if message.status == "queued" and message.attempts:
        sentence = N_("Not accepted yet (%(reason)s). Another attempt at %(hour)s")
        return Sentence(sentence, reason=Sentence(reason_in_words(message.code)), hour=hour(message.due_at))
    return (
        Sentence(reason_in_words(message.code))
        if message.code
        else Sentence(MESSAGE_STATUSES[message.status])
    )


def with_answer(message: Message, confirmed_at: datetime | None) -> Sentence:
    """The same, and when somebody behind it confirmed the campaign."""
    happened = what_happened(message)
    if not confirmed_at:
        return happened
    return Sentence(N_("%(happened)s. Confirmed at %(hour)s"), happened=happened, hour=hour(confirmed_at))


def _call_in_words(message: Message) -> Sentence:
    if message.status == "delivered":
        return Sentence(N_("Confirmed with a key"))
    if message.status == "accepted":
        return Sentence(N_("Being called, or no news of how it ended"))
    if message.first_reference:
        sentence = N_("First call: %(reason)s. The second and last one follows at %(hour)s")
        return Sentence(sentence, reason=Sentence(reason_in_words(message.code)), hour=hour(message.due_at))
    return Sentence(MESSAGE_STATUSES["queued"])


HAPPENED = {
    "delivered": N_("Delivery receipt"),
    "accepted": N_("The provider took it; no receipt yet or none to come"),
    "sending": N_("On its way to the provider"),
}


# ── Papers ──────────────────────────────────────────────────────────────


def missing(now: datetime):
    """The campaigns that are over and have no final report yet."""
    made = Document.select(Document.campaign).where(Document.kind == PAPER, Document.campaign.is_null(False))
    return Campaign.select().where(
        Campaign.status.in_(("done", "stopped")), Campaign.queued_through.is_null(), Campaign.id.not_in(made)
    )


def make(campaign: Campaign, *, now: datetime) -> Document | None:
    """Makes the final report, unless messages are still in hand or in the queue: what becomes of them is part of it."""
    table = tallies.counts(campaign)
    if any(row["sending"] or row["queued"] for row in table.values()):
        return None
    reach.count(campaign)
    lang = campaign.organisation.language
    return _file(campaign, papers.campaign_report(build(campaign, lang, now), lang), now)


def paper(campaign: Campaign, lang: str, *, now: datetime) -> bytes:
    """The report as PDF: the one that was filed, or a new one when something in its chain moved after it."""
    filed = _filed(campaign)
    if filed and filed.made_at >= chains.moved_at(campaign) and lang == campaign.organisation.language:
        return bytes(filed.content)
    return papers.campaign_report(build(campaign, lang, now), lang)


def workbook(campaign: Campaign, lang: str, *, now: datetime) -> bytes:
    return papers.campaign_workbook(build(campaign, lang, now, most=None), lang)


def take(campaign: Campaign, kind: str, *, by: User, now: datetime) -> None:
    """Writes down that somebody took the report along as a file: it holds names and addresses."""
    with writing():
        facts = {"organisation": campaign.organisation_id, "format": kind}
        audit.record("campaign.report_taken", campaign, by=by, now=now, **facts)


def _file(campaign: Campaign, content: bytes, now: datetime) -> Document:
    with writing():
        return _filed(campaign) or Document.create(
            organisation=campaign.organisation_id,
            campaign=campaign,
            kind=PAPER,
            filename=f"campaign-{campaign.id}.pdf",
            media_type="application/pdf",
            content=content,
            made_at=now,
        )


def _filed(campaign: Campaign) -> Document | None:
    return Document.get_or_none(Document.campaign == campaign.id, Document.kind == PAPER)


def build(campaign: Campaign, lang: str, now: datetime, most: int | None = MOST_ON_PAPER) -> dict:
    """Everything the papers lay out, worded in one language; its shape is that of papers.campaign_report."""
    _ = translator(lang).gettext
    reached = people_reached(campaign)
    return {
        "name": campaign.name,
        "organisation": campaign.organisation.name,
        "kind": _(KINDS[campaign.kind]),
        "status": _(CAMPAIGN_STATUSES[campaign.status]),
        "sender": campaign.launched_by.name,
        "composed": _composed(campaign, lang),
        "filled": [
            (one["label"], placeholders.said(one, campaign.filled[one["name"]], lang))
            for one in campaign.placeholders or []
            if (campaign.filled or {}).get(one["name"])
        ],
        "confirmed": _confirmed(campaign, lang),
        "in_turn": cascade.in_words(campaign, lang) if campaign.turns else "",
        "approval": _approval(campaign, lang),
        "alarm": _alarm(campaign, lang),
        "handovers": [_handover(one, lang) for one in takeover.story(campaign)],
        "chain": chains.links(campaign, lang),
        "practice": campaign.is_practice,
        "launched_at": moment(campaign.launched_at, lang),
        "ended_at": moment(campaign.ended_at, lang),
        "made_at": moment(now, lang),
        "audience": audience_in_words(campaign, lang),
        "texts": list(_texts(campaign, lang)),
        "channels": [_(CHANNELS[channel]) for channel in campaign.channels],
        "totals": _totals(campaign, lang),
        "reached": reached,
        "not_reached": people_meant(campaign) - reached,
        "curve": list(_curve(campaign)),
        "delivery": pictures.delivery(campaign, lang, now),
        "reaches": [draw(campaign, lang) for draw in REACHES],
        "failures": list(_failures(campaign, lang)),
        "policy": _(doubt.IN_WORDS[doubt.policy_of(campaign)]),
        "decisions": [
            {"at": moment(at, lang), "said": said.in_language(lang)} for at, said in doubt.decisions(campaign)
        ],
        "messages": list(_messages(campaign, lang, most)),
    }


def _composed(campaign: Campaign, lang: str) -> str:
    """How long it took from the opening of the draft to the launch; "" when nobody opened it."""
    if not campaign.opened_at:
        return ""
    return lasting(int((campaign.launched_at - campaign.opened_at).total_seconds()), lang)


def _confirmed(campaign: Campaign, lang: str) -> str:
    """How many people confirmed it, of how many; "" when nobody was asked."""
    if not campaign.asks_acknowledgement:
        return ""
    facts = {"number": acknowledgements.counted(campaign).total(), "people": campaign.people}
    return translator(lang).gettext(N_("%(number)s of %(people)s people")) % facts


def _approval(campaign: Campaign, lang: str) -> str:
    """Who approved it and when; "" when it needed nobody's approval."""
    last = approval.latest(campaign)
    if not last or last.status != "approved":
        return ""
    facts = {"name": last.decided_by.name, "at": moment(last.decided_at, lang)}
    return translator(lang).gettext(N_("%(name)s, %(at)s")) % facts


def _handover(one: Handover, lang: str) -> str:
    said = translator(lang).gettext(takeover.SAID[one.deed])
    return f"{moment(one.at, lang)}: {said % {'name': one.by.name, 'reason': one.reason}}"


def _alarm(campaign: Campaign, lang: str) -> str:
    """That it was sent without the approval that it needed, by whom and why; "" when it was not."""
    last = approval.overridden(campaign)
    if not last:
        return ""
    said = translator(lang).gettext(N_("Sent without approval, by %(name)s: %(reason)s"))
    return said % {"name": last.decided_by.name, "reason": last.reason}


def audience_in_words(campaign: Campaign, lang: str) -> str:
    """Whom it was meant for: BINs and streets by name, single members by their number."""
    choice = campaign.audience
    names = [bin.name for bin in Bin.select().where(Bin.id.in_(choice.get("bins", []))).order_by(Bin.name)]
    names += [street for _, street in choice.get("streets", [])]
    if single := len(choice.get("members", [])):
        sentence = translator(lang).ngettext("%(num)d member", "%(num)d members", single)
        names.append(sentence % {"num": single})
    return ", ".join(names)


def _texts(campaign: Campaign, lang: str) -> Iterator[dict]:
    _ = translator(lang).gettext
    for channel in campaign.channels:
        for language, text in campaign.texts.get(channel, {}).items():
            if campaigns.has_text(text):
                caption = f"{_(LANGUAGE_NAMES[language])}, {_(CHANNELS[channel])}"
                yield {
                    "language": language,
                    "caption": caption,
                    "subject": text.get("subject", ""),
                    "body": text.get("body", "").strip() or _("a recording"),
                }


def _failures(campaign: Campaign, lang: str) -> Iterator[dict]:
    """Why messages did not arrive, and why people were left out before: together they account for everybody."""
    _ = translator(lang).gettext
    for channel, code, number in failures(campaign):
        yield {"reason": _(reason_in_words(code)), "channel": _(CHANNELS[channel]), "count": number}
    for reason, number in left_out(campaign):
        yield {
            "reason": _("people who %(reason)s") % {"reason": _(LEFT_OUT[reason])},
            "channel": "-",
            "count": number,
        }


def _totals(campaign: Campaign, lang: str) -> list[dict]:
    table, _ = tallies.counts(campaign), translator(lang).gettext
    return [
        {
            "status": status,
            "word": _(state_in_words(status, campaign)),
            "counts": [table[channel][status] for channel in campaign.channels],
        }
        for status in statuses(campaign)
    ]


def _curve(campaign: Campaign) -> Iterator[dict]:
    points = tallies.curve(campaign)
    step = -(-len(points) // MOST_POINTS)
    for second, accepted, delivered in [*points[:-1:step], points[-1]]:
        at = hour(campaign.launched_at + clock.seconds(second))
        yield {"at": at, "seconds": second, "accepted": accepted, "delivered": delivered}


def _messages(campaign: Campaign, lang: str, most: int | None) -> Iterator[dict]:
    _ = translator(lang).gettext
    confirmed = (
        acknowledgements.given(Message.campaign == campaign.id) if campaign.asks_acknowledgement else {}
    )
    for message in story(campaign).limit(most).iterator():
        yield {
            "name": message.names,
            "address": _(ERASED) if message.is_to_nobody else message.address,
            "channel": _(CHANNELS[message.channel]),
            "status": _(MESSAGE_STATUSES[message.status]),
            "sent_at": hour(message.claimed_at),
            "settled_at": hour(message.ended_at or message.accepted_at),
            "reason": with_answer(message, confirmed.get(message.id)).in_language(lang),
        }
