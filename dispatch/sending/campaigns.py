"""Campaigns: drafted, submitted, launched, paused, resumed, stopped, ended. How they move: moves.py."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from dispatch import audit, courtesy, rights
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.money import ledger
from dispatch.onboarding import checklist, contracts
from dispatch.people import audience
from dispatch.people.audience import Audience
from dispatch.providers.base import Speech
from dispatch.sending import (
    acknowledgements,
    approval,
    calls,
    contacts,
    doubt,
    due,
    feedback,
    follow_ups,
    freezing,
    naming,
    placeholders,
    quiet,
    recordings,
    speech,
    sweeps,
    tallies,
    turns,
)
from dispatch.sending.moves import move
from dispatch.sending.text import measure
from dispatch.words import LANGUAGE_NAMES, N_, Sentence, translator
from models import (
    BEFORE_LAUNCH,
    KINDS,
    LANGUAGES,
    POLICIES,
    RANKS,
    Campaign,
    Handover,
    Organisation,
    Recording,
    Tally,
    Template,
    User,
    writing,
)

HALTS = {
    "refused": N_(
        "The gateway refuses too many of these messages. What is queued waits: look at the reasons below."
    ),
    "misconfigured": N_(
        "The gateway does not accept our sign-in. What is queued waits until an administrator mends it."
    ),
    "out_of_term": N_(
        "The agreement under which this is sent is over. What is queued waits until it is renewed."
    ),
    "restored": N_(
        "A backup was restored. What was still queued in it may have been sent since: decide below what goes again."
    ),
}
OVERTAKEN = N_(
    "Somebody else changed this text in the meantime. Nothing of yours was saved: compare both texts."
)
RECEIPTS_AWAITED = timedelta(seconds=30)  # after the last news of a campaign; a later receipt still counts
FROZEN_AT_ONCE = 1_000  # members in one transaction of a launch, for which a page that writes has to wait
MAX_SMS_PARTS = 10  # what the gateways concatenate
READY_CHANNELS = ("sms", "voice", "email")
ANSWERS = ("asks_acknowledgement", "cascade")
WORDING = ("name", "kind", "channels", "texts", "audience", "fallback_language", "policy", "cap", *ANSWERS)
PREPARED = ("placeholders", "follow_ups", "useful_minutes")  # what a scenario has beside its wording
AS_PREPARED = timedelta(-1)  # until when it is of use, as the scenario says


# ── Writing ─────────────────────────────────────────────────────────────


def draft(
    organisation: Organisation,
    *,
    by: User,
    now: datetime,
    is_practice: bool = False,
    template: Template | None = None,
    is_laid_ready: bool = False,
) -> Campaign:
    """Begins a campaign, empty or as the template has it.

    Who is to launch it opens it now, unless it is laid ready for later: see `note_opening`.
    """
    wording = {"kind": first_kind(by)}
    if template:
        wording = {name: getattr(template, name) for name in WORDING + PREPARED}
    with writing():
        rights.demand(by, "campaign.compose", wording["kind"], wording.get("channels", ()), {})
        campaign = Campaign.create(
            organisation=organisation,
            author=by,
            template=template,
            is_practice=is_practice,
            opened_at=None if is_laid_ready else now,
            created_at=now,
            changed_at=now,
            **wording,
        )
        audit.record("campaign.drafted", campaign, by=by, now=now, practice=is_practice)
    return campaign


def open_draft(
    organisation: Organisation,
    *,
    by: User,
    now: datetime,
    is_practice: bool,
    template: Template | None = None,
) -> Campaign:
    """A draft as `draft` makes it, or the one that this person opened before and left as it was.

    So two presses, or two screens, never lead to two messages of which somebody sends both.
    """
    origin = Campaign.template.is_null() if template is None else Campaign.template == template.id
    left = (
        Campaign.select()
        .where(
            origin,
            Campaign.author == by.id,
            Campaign.is_practice == is_practice,
            Campaign.status == "draft",
            Campaign.version == 1,
            Campaign.opened_at.is_null(False),
            Campaign.follows.is_null(),
            Campaign.held_by.is_null(),
        )
        .order_by(Campaign.id.desc())
        .first()
    )
    wanted = {name: getattr(template, name) for name in WORDING + PREPARED} if template else {}
    if not left or any(getattr(left, name) != value for name, value in wanted.items()):
        return draft(organisation, by=by, now=now, is_practice=is_practice, template=template)
    with writing():
        here = (Campaign.id == left.id) & (Campaign.status == "draft") & (Campaign.version == 1)
        Campaign.update(opened_at=now).where(here).execute()
    return Campaign.get_by_id(left.id)


def note_opening(campaign: Campaign, now: datetime) -> None:
    """The first time that somebody opens what was laid ready: from here the seconds to the launch are counted."""
    if campaign.opened_at is None:
        with writing():
            here = (Campaign.id == campaign.id) & Campaign.opened_at.is_null()
            Campaign.update(opened_at=now).where(here, Campaign.status.in_(BEFORE_LAUNCH)).execute()


def first_kind(by: User) -> str:
    """The kind that a message begins with: the usual one, or else the first that this person may write."""
    usual = Campaign.kind.default
    return next((kind for kind in (usual, *KINDS) if rights.may_send(by, kind)), usual)


def write(campaign: Campaign, *, by: User, now: datetime, version: int, **wording) -> Campaign:
    """Keeps what was written in a draft, complete or not.

    Raises WrongMoment when another hand was first, NotAllowed when the writer has no right to a part of it.
    """
    said = {name: wording.get(name, getattr(campaign, name)) for name in ("kind", "channels", "audience")}
    with writing():
        stored = Campaign.get_by_id(campaign.id)
        rights.demand(by, "campaign.compose", **said, on=stored)
        if stored.only_reached:
            wording = {name: value for name, value in wording.items() if name not in follow_ups.FIXED}
        if rights.is_handed_draft(stored):
            wording.pop(
                "audience", None
            )  # the desk knows nobody of the zone: whom it is for stays as the zone chose
        if stored.status != "draft" and all(getattr(stored, name) == wording[name] for name in wording):
            return stored  # looked at and saved as it was: what was approved stays approved
        _edit(stored, by=by, now=now, version=version, **wording)
    return Campaign.get_by_id(campaign.id)


def _edit(stored: Campaign, *, by: User, now: datetime, version: int, **wording) -> None:
    """Changes what was not launched yet, in the caller's transaction: its hand is known, its approval is gone."""
    change(stored, Campaign.status.in_(BEFORE_LAUNCH), version=version, by=by, now=now, **wording)
    Campaign.update(written_by=by.id).where(Campaign.id == stored.id).execute()
    approval.withdraw(stored, by=by, now=now)


def submit(
    campaign: Campaign, *, by: User, now: datetime, version: int, link: str = "", policy: str = ""
) -> Campaign:
    """Asks another person to approve it as it is now; `link` leads them to it.

    policy: what is to become of doubt, part of what is approved; for want of it, as the draft has it.
    """
    with writing():
        campaign = Campaign.get_by_id(campaign.id)
        rights.demand(
            by, "campaign.compose", campaign.kind, campaign.channels, campaign.audience, on=campaign
        )
        _refuse_unready(campaign, version)
        if policy in POLICIES and policy != doubt.policy_of(campaign):
            _edit(campaign, by=by, now=now, version=version, policy=policy)
            campaign = Campaign.get_by_id(campaign.id)
        approval.ask(campaign, by=by, now=now, link=link)
    return Campaign.get_by_id(campaign.id)


WRITTEN = {Campaign: (*WORDING, "filled"), Template: (*WORDING, *PREPARED, "touched")}


def change(what: Campaign | Template, where, *, version: int, by: User, now: datetime, **wording) -> None:
    """Writes what is WRITTEN of it if nobody else did since `version`; raises WrongMoment when somebody did."""
    table = type(what)
    values = {name: value for name, value in wording.items() if name in WRITTEN[table]}
    here = (table.id == what.id) & (table.version == version) & where
    with writing():
        old = table.get_or_none(here)
        if not old:
            raise WrongMoment(OVERTAKEN)
        table.update(**values, version=version + 1, changed_at=now).where(here).execute()
        fields = sorted(
            name for name, value in values.items() if name != "touched" and getattr(old, name) != value
        )
        if fields:
            facts = {"organisation": old.organisation_id, "fields": fields, "version": version + 1}
            audit.record(f"{table.__name__.lower()}.written", what, by=by, now=now, **facts)


def record(
    campaign: Campaign, lang: str, content: bytes, filename: str, *, by: User, now: datetime
) -> Recording:
    """Lets the calls of a draft in this language play a recording; raises Refusal on what cannot be played."""
    with writing():
        recording = recordings.keep(campaign.organisation, content, filename, by=by, now=now)
        _play(campaign, lang, recording.key, by, now)
    return recording


def unrecord(campaign: Campaign, lang: str, *, by: User, now: datetime) -> None:
    """Lets the calls of a draft in this language speak the text again."""
    _play(campaign, lang, "", by, now)


def _play(campaign: Campaign, lang: str, key: str, by: User, now: datetime) -> None:
    """Changes the recording alone, whatever else was written meanwhile."""
    with writing():
        fresh = Campaign.get_by_id(campaign.id)
        calls_said = fresh.texts.get("voice", {})
        text = calls_said.get(lang, {"body": ""}) | {"recording": key}
        texts = fresh.texts | {"voice": calls_said | {lang: text}}
        _edit(fresh, by=by, now=now, version=fresh.version, texts=texts)


def recording_of(campaign: Campaign | Template, lang: str) -> Recording | None:
    """What the calls in this language play, in place of the text."""
    text = campaign.texts.get("voice", {}).get(lang, {})
    return recordings.find(campaign.organisation_id, text.get("recording", ""))


def discard(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Throws a draft away; what was launched, or handed over, stays for ever."""
    with writing():
        if Handover.select().where(Handover.campaign == campaign.id).exists():
            raise Refusal(N_("This draft was handed over: who led it is kept, so it cannot be thrown away."))
        if (
            not Campaign.delete()
            .where(Campaign.id == campaign.id, Campaign.status.in_(BEFORE_LAUNCH))
            .execute()
        ):
            raise WrongMoment(N_("This campaign has been launched and cannot be thrown away."))
        audit.record("campaign.discarded", None, by=by, now=now, campaign=campaign.id)


# ── What is said to whom ────────────────────────────────────────────────


def audience_of(campaign: Campaign | Template) -> Audience:
    """Everybody whom the campaign is for, as the member lists are now."""
    if isinstance(campaign, Campaign) and campaign.only_reached:
        return follow_ups.audience_of(campaign)
    whose = campaign.organisation_id, campaign.audience, campaign.channels
    return audience.resolve(*whose, kind=campaign.kind)


def text_for(campaign: Campaign, channel: str, lang: str) -> dict[str, str]:
    """What a reader of this language gets: subject and body in it, or else in the fallback language; and what asks for
    an answer. The sentence before the link in a mail is written where the link is.
    """
    text = said(campaign, channel, lang)
    lang = spoken(campaign, channel, lang)
    ask = acknowledgements.asked(campaign, "sms", lang) if channel == "sms" else ""
    return text | {"body": f"{text['body'].rstrip()} {ask}"} if ask else text


def said(campaign: Campaign, channel: str, lang: str) -> dict[str, str]:
    """What it says to a reader of this language, marked as an exercise when it is one."""
    lang = spoken(campaign, channel, lang)
    text = placeholders.texts_of(campaign)[channel][lang]
    if not campaign.is_practice:
        return text
    word = translator(lang).gettext(N_("EXERCISE"))
    mark = f"{word}." if channel == "voice" else f"[{word}]"
    return {name: value if name == "recording" else f"{mark} {value}" for name, value in text.items()}


def speech_of(campaign: Campaign | Template, lang: str) -> Speech:
    """What is said around the text of a call, in the language in which a reader of `lang` is addressed."""
    lang = spoken(campaign, "voice", lang)
    text = placeholders.texts_of(campaign).get("voice", {}).get(lang, {})
    is_practice = isinstance(campaign, Campaign) and campaign.is_practice
    return speech.of(campaign.organisation, text, lang, is_practice=is_practice)


def spoken(campaign: Campaign, channel: str, lang: str) -> str:
    """The language in which a reader of `lang` is addressed on this channel."""
    return lang if has_text(campaign.texts.get(channel, {}).get(lang)) else campaign.fallback_language


def has_text(text: dict[str, str] | None) -> bool:
    """Whether there is anything to read or to hear."""
    return bool(text and (text.get("body", "").strip() or text.get("recording")))


def faults(campaign: Campaign | Template) -> dict[str, Sentence]:
    """What must be mended before this can be launched: {field: sentence}, empty when it is ready."""
    found = {}
    if not campaign.name.strip():
        found["name"] = Sentence(N_("Give the message a name, so that it can be found again."))
    if not any(campaign.audience.get(part) for part in ("bins", "streets", "members")):
        found["audience"] = Sentence(N_("Choose who gets it: a BIN, a street or single members."))
    if not campaign.channels:
        found["channels"] = Sentence(N_("Choose at least one channel."))
    for channel in campaign.channels:
        found |= _text_faults(campaign, channel)
    if fault := _cascade_fault(campaign):
        found["cascade"] = Sentence(fault)
    return found | placeholders.faults(campaign)


def _cascade_fault(campaign: Campaign | Template) -> str:
    if campaign.cascade and len(campaign.turns) < 2:
        return N_("One channel after another needs two channels. Choose one more, or all at once.")
    if (campaign.cascade or {}).get("awaits") == "acknowledgement" and not campaign.asks_acknowledgement:
        return N_("Whoever is to confirm must be asked to: tick that a confirmation is asked.")
    return ""


def _text_faults(campaign: Campaign | Template, channel: str) -> dict[str, Sentence]:
    texts, lang = placeholders.texts_of(campaign).get(channel, {}), campaign.fallback_language
    language = Sentence(LANGUAGE_NAMES[lang])
    found = {}
    if not has_text(texts.get(lang)):
        found[f"{channel}-{lang}-body"] = Sentence(
            N_(
                "The text in %(language)s is missing: everybody without a text in their own language gets it."
            ),
            language=language,
        )
    for other, text in texts.items():
        if channel == "email" and has_text(text) and not text.get("subject", "").strip():
            found[f"{channel}-{other}-subject"] = Sentence(N_("The mail has no subject."))
        if channel == "sms" and measure(text.get("body", "")).parts > MAX_SMS_PARTS:
            found[f"{channel}-{other}-body"] = Sentence(
                N_("The text is longer than %(parts)s parts. Make it shorter."), parts=MAX_SMS_PARTS
            )
        if channel == "voice" and has_text(text):
            found |= _spoken_faults(campaign, other, text)
    return found


def _spoken_faults(campaign: Campaign | Template, lang: str, text: dict[str, str]) -> dict[str, Sentence]:
    field, key = f"voice-{lang}-body", text.get("recording", "")
    if key and not recordings.find(campaign.organisation_id, key):
        return {field: Sentence(N_("The recording is not there any more. Upload it again."))}
    if speech.of(campaign.organisation, text, lang).seconds > speech.MOST_SECONDS:
        sentence = N_("With its opening the message lasts longer than %(seconds)s seconds. Make it shorter.")
        return {field: Sentence(sentence, seconds=speech.MOST_SECONDS)}
    return {}


# ── Launch ──────────────────────────────────────────────────────────────


def launch(
    campaign: Campaign,
    *,
    by: User,
    now: datetime,
    terms_accepted: bool,
    version: int | None = None,
    useful_for: timedelta | None = AS_PREPARED,
    policy: str = "",
    naming_reason: str = "",
    vouched: Collection[str] = (),
) -> Campaign:
    """Freezes text and audience, queues every message and writes it down, all in one transaction or not at all.

    useful_for: what has not left by then is not delivered any more; for want of it, as the scenario has it.
    policy: what becomes of a message that may not have arrived, one of POLICIES; for want of it, as the draft has it.
    naming_reason: why its members may read a name or a number plate, see `naming`; vouched: the numbers and links
    on no list that whoever launches it has tried, see `contacts.demand`.
    Beyond FROZEN_AT_ONCE members the others follow in transactions of that size: see `freeze`.
    """
    if not terms_accepted:
        raise Incomplete(
            N_("Nothing was sent. One thing is missing."),
            {"terms": Sentence(N_("Confirm that this is not advertising, promotion or politics."))},
        )
    with writing():
        campaign = Campaign.get_by_id(campaign.id)
        _refuse_unready(campaign, version)
        if not campaign.is_practice:
            checklist.demand_ready(campaign.organisation, now)
        rights.demand(by, "campaign.launch", campaign.kind, campaign.channels, campaign.audience, on=campaign)
        policy = policy if policy in POLICIES else doubt.policy_of(campaign)
        approval.demand(campaign, policy)
        vouched = contacts.demand(campaign, vouched)
        expires_at = _end_of_use(campaign, useful_for, now)
        quiet.refuse_too_short(campaign, now, expires_at)
        facts = {"launched_by": by.id, "launched_at": now, "moved_at": now, "queued_through": 0}
        campaign.texts = facts["texts"] = placeholders.texts_of(campaign)  # from here on it says what it said
        facts |= {"expires_at": expires_at, "policy": policy, "vouched": vouched}
        facts["next_channel_at"] = now if campaign.turns and not campaign.only_reached else None
        facts["feedback_on"] = feedback.due_on(campaign, now)
        facts["naming_reason"] = naming.settle(campaign, by=by, now=now, reason=naming_reason)
        said = {"policy": policy, "vouched": len(vouched)}
        _hold(campaign, now)
        move(campaign, "launched", by=by, now=now, said=said, **facts)
        if not (_freeze_part(campaign.id, now) or Campaign.get_by_id(campaign.id).queued_through):
            raise Refusal(
                N_("Nobody would get this message: nobody in the audience can be reached by these channels.")
            )
    return Campaign.get_by_id(campaign.id)


def _end_of_use(campaign: Campaign, useful_for: timedelta | None, now: datetime) -> datetime | None:
    if useful_for == AS_PREPARED:
        useful_for = campaign.useful_minutes and timedelta(minutes=campaign.useful_minutes)
    return now + useful_for if useful_for else None


def _hold(campaign: Campaign, now: datetime) -> None:
    """Puts aside what it can cost at most, which takes no look at anybody; where that is too much, what it will cost."""
    if campaign.is_practice or not campaign.organisation.payment:
        return
    most = follow_ups.most(campaign) if campaign.only_reached else {}
    number = 0 if most else audience.size(campaign.organisation_id, campaign.audience)
    dearest = {
        channel: most.get(channel, number) * max(per.values()) for channel, per in _parts(campaign).items()
    }
    try:
        ledger.hold(campaign, dearest, now)
    except Refusal:
        ledger.hold(campaign, parts_to(campaign, audience_of(campaign)), now)


def parts_to(campaign: Campaign, whom: Audience) -> dict[str, int]:
    """By channel the parts of all messages to this audience."""
    per = _parts(campaign)
    found = dict.fromkeys(per, 0)
    for mailing in whom.mailings:
        found[mailing.channel] += per[mailing.channel][mailing.language]
    return found


def _parts(campaign: Campaign) -> dict[str, dict[str, int]]:
    return {
        channel: {lang: parts_of(campaign, channel, lang) for lang in LANGUAGES}
        for channel in campaign.channels
    }


def parts_by(campaign: Campaign) -> freezing.Parts:
    return {(channel, lang): n for channel, per in _parts(campaign).items() for lang, n in per.items()}


def freeze(now: datetime) -> None:
    """Queues the next part of each launch of more people than one short transaction holds."""
    for (id,) in list(half_frozen().tuples()):
        _freeze_part(id, now)


def half_frozen():
    """The campaigns of which not everybody's message is queued yet."""
    return Campaign.select(Campaign.id).where(Campaign.queued_through.is_null(False) | follow_ups.behind())


def _freeze_part(id: int, now: datetime) -> int:
    """Queues the messages of the next members and moves the mark behind them, all in one transaction or not at all.

    Killed in between, the next start goes on behind the mark; what a stop was quicker than is written down as withheld.
    """
    with writing():
        campaign = Campaign.get_by_id(id)
        parts = parts_by(campaign)
        if campaign.only_reached:
            return follow_ups.freeze(campaign, parts=parts, limit=FROZEN_AT_ONCE, now=now)
        if campaign.queued_through is None:  # another pump came first
            return 0
        reached, last = freezing.freeze(campaign, parts=parts, limit=_at_once(campaign), now=now)
        mark = {"queued_through": last, "people": Campaign.people + reached}
        Campaign.update(mark).where(Campaign.id == id).execute()
    return reached


def _at_once(campaign: Campaign) -> int:
    """Behind the first part shorter ones, between which the first messages leave; and as long as somebody waits for a page."""
    is_young = campaign.people < 20 * FROZEN_AT_ONCE
    is_short = campaign.people and (is_young or courtesy.is_asked())
    return max(1, FROZEN_AT_ONCE // 3) if is_short else FROZEN_AT_ONCE


def _refuse_unready(campaign: Campaign, version: int | None) -> None:
    if not campaign.is_draft:
        raise WrongMoment(N_("This campaign was launched already. It was not sent a second time."))
    if version is not None and version != campaign.version:
        raise WrongMoment(N_("The message was changed after you read it. Nothing was sent: read it again."))
    if fault := follow_ups.fault(campaign):
        raise Refusal(fault)
    if found := faults(campaign):
        raise Incomplete(N_("Nothing was sent. The message is not complete."), found)


def parts_of(campaign: Campaign, channel: str, lang: str) -> int:
    """What is charged: the parts of an SMS, the minutes of a call, one mail."""
    if channel == "voice":
        return speech.charged(speech_of(campaign, lang).seconds)
    return measure(text_for(campaign, channel, lang)["body"]).parts if channel == "sms" else 1


# ── While it runs ───────────────────────────────────────────────────────


def pause(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Holds what is queued; what is in hand goes on."""
    with writing():
        move(campaign, "paused", by=by, now=now)


def resume(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Goes on with what is queued; nobody gets anything twice. Raises Refusal when the agreement is over."""
    with writing():
        if not campaign.is_practice and (fault := contracts.term_fault(campaign.organisation, now)):
            raise Refusal(fault)
        move(campaign, "resumed", by=by, now=now, moved_at=now, halted="")


def halt(campaign: Campaign, why: str, *, now: datetime) -> None:
    """Pauses a running campaign by itself, and says why; a person resumes it when that is mended."""
    with writing():
        here = (Campaign.id == campaign.id) & (Campaign.status == "running")
        if Campaign.update(status="paused", halted=why).where(here).execute():
            facts = {"organisation": campaign.organisation_id, "why": why}
            audit.record("campaign.halted", campaign, by=None, now=now, **facts)


def hold_outside_term(now: datetime) -> None:
    """Holds the real campaigns whose agreement is over while something of them would still leave, and says why."""
    over = Campaign.organisation.in_(contracts.outside_term(now)) & ~Campaign.is_practice
    for campaign in list(Campaign.select().where(Campaign.status == "running", over)):
        if _would_leave(campaign, now):
            halt(campaign, "out_of_term", now=now)


def _would_leave(campaign: Campaign, now: datetime) -> bool:
    if campaign.queued_through is not None or due.waiting_of(campaign).exists():
        return True
    return doubt.insists(campaign, now)


def expire(now: datetime) -> int:
    """Takes what was not to be delivered after now out of the queue, and returns how many messages that were."""
    late = Campaign.select().where(Campaign.status.in_(("running", "paused")), Campaign.expires_at <= now)
    return sum(turns.taken(partial(_expire, campaign, now)) for campaign in list(late))


def _expire(campaign: Campaign, now: datetime) -> int:
    with writing():
        number = sweeps.expire(campaign, now, limit=turns.MOST)
        if number:
            facts = {"organisation": campaign.organisation_id, "messages": number}
            audit.record("campaign.expired", campaign, by=None, now=now, **facts)
    return number


def stop(campaign: Campaign, *, by: User, now: datetime) -> int:
    """Ends a campaign at once and returns how many messages it withheld; what is in hand is still recorded.

    From the first short transaction on nothing leaves; what is queued goes in turns, and a pump does what a kill left.
    """
    with writing():
        move(campaign, "stopped", by=by, now=now, ended_at=now)
        number = sweeps.withhold(campaign, now, limit=turns.MOST)
    return number + turns.taken(partial(sweeps.withhold, campaign, now, limit=turns.MOST))


def withhold(now: datetime) -> None:
    """Takes out of the queue what a stop was killed over."""
    left = Tally.select(Tally.campaign).where(Tally.status == "queued", Tally.number > 0)
    for campaign in list(Campaign.select().where(Campaign.status == "stopped", Campaign.id.in_(left))):
        turns.taken(partial(sweeps.withhold, campaign, now, limit=turns.MOST))


def finish(campaign: Campaign, now: datetime) -> None:
    """Ends a running campaign of which nothing more is to come."""
    with writing():  # or somebody could send the unsure again between the look and the end
        fresh = Campaign.get_by_id(campaign.id)
        if fresh.is_running and _is_finished(fresh, now):  # a pause or a stop may have been quicker
            move(campaign, "finished", by=None, now=now, ended_at=now)


def _is_finished(campaign: Campaign, now: datetime) -> bool:
    if campaign.queued_through is not None or campaign.next_channel_at or follow_ups.awaits(campaign):
        return False
    table = tallies.counts(campaign)
    total = {status: sum(row[status] for row in table.values()) for status in RANKS}
    if total["queued"] or total["sending"]:
        return False
    if table.get("voice", {}).get("accepted") and now - campaign.moved_at <= calls.LONGEST:
        return False
    if total["unsure"] and doubt.is_open(campaign, now):
        return False
    return not _awaits_receipts(table) or now - campaign.moved_at > RECEIPTS_AWAITED


def _awaits_receipts(table: dict[str, dict[str, int]]) -> bool:
    """A mail is never heard of again once it was accepted; of anything else that is not settled there may be news."""
    return any(row["unsure"] or row["accepted"] and channel != "email" for channel, row in table.items())
