"""Follow-ups: a correction, an update or an all-clear of what was sent, to exactly those whom that reached."""

from collections import defaultdict
from datetime import datetime

from peewee import JOIN, Case, Select, Value, fn

from dialect import walk
from dispatch import audit, clock, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.people.audience import ENDED, Audience, Mailing, Person
from dispatch.sending import placeholders, tallies
from dispatch.sending.freezing import Parts, beginning, reference_by
from dispatch.words import N_, Sentence
from models import (
    BEFORE_LAUNCH,
    FOLLOW_UPS,
    LANGUAGES,
    NOBODY,
    Campaign,
    Member,
    Membership,
    Message,
    Recipient,
    User,
    writing,
)

# A call that was taken, or that spoke to a voicemail, is no proof that it was heard; that it was, is enough to correct it.
REACHED = ("accepted", "delivered", "answered", "voicemail", "hung_up")
MAY_BE_REACHED = ("sending", "unsure", *REACHED)
# When the message was sent that this one follows: today, or on another day.
SENT = {
    "nl": ("van %H:%M", "van %d/%m om %H:%M"),
    "fr": ("de %H:%M", "du %d/%m à %H:%M"),
    "de": ("von %H:%M Uhr", "vom %d.%m. um %H:%M Uhr"),
    "en": ("of %H:%M", "of %d/%m at %H:%M"),
}
# What members read, in each of their languages, whatever language the program itself speaks: (title, text).
SAID = {
    "nl": {
        "correction": (
            "Rechtzetting: {name}",
            "Rechtzetting van ons bericht {at}: hou geen rekening met dat bericht.",
        ),
        "update": ("Update: {name}", "Update bij ons bericht {at}:"),
        "all_clear": ("Einde alarm: {name}", "Einde alarm: het gevaar uit ons bericht {at} is voorbij."),
    },
    "fr": {
        "correction": (
            "Rectification : {name}",
            "Rectification de notre message {at} : ne tenez pas compte de ce message.",
        ),
        "update": ("Mise à jour : {name}", "Mise à jour de notre message {at} :"),
        "all_clear": (
            "Fin d'alerte : {name}",
            "Fin d'alerte : le danger de notre message {at} est passé.",
        ),
    },
    "de": {
        "correction": (
            "Berichtigung: {name}",
            "Berichtigung unserer Nachricht {at}: Bitte beachten Sie diese Nachricht nicht.",
        ),
        "update": ("Neuer Stand: {name}", "Neuer Stand zu unserer Nachricht {at}:"),
        "all_clear": (
            "Entwarnung: {name}",
            "Entwarnung: Die Gefahr aus unserer Nachricht {at} ist vorbei.",
        ),
    },
    "en": {
        "correction": (
            "Correction: {name}",
            "Correction of our message {at}: please disregard that message.",
        ),
        "update": ("Update: {name}", "Update of our message {at}:"),
        "all_clear": ("All clear: {name}", "All clear: the danger of our message {at} is over."),
    },
}
GOES_ON = N_(
    "The message that this one follows is still being sent. Stop it first, or wait until it is over."
)


# ── Begun ───────────────────────────────────────────────────────────────


def draft(campaign: Campaign, what: str, *, by: User, now: datetime, only_reached: bool = True) -> Campaign:
    """Begins what follows a launched campaign, its text filled in; or what was begun before and has not left.

    So two presses, or two colleagues, never lead to two corrections of which both are sent. Raises WrongMoment before the
    launch and where it was handed to a desk, and Refusal on an unknown kind of follow-up or a correction for more people
    than were reached.
    """
    if what not in FOLLOW_UPS or not (only_reached or what == "update"):
        raise Refusal(N_("Choose what follows: a correction, an update or an all-clear."))
    with writing():
        followed = Campaign.get_by_id(campaign.id)
        if followed.is_draft:
            raise WrongMoment(N_("This message was not sent yet: change its text instead."))
        rights.demand(
            by, "campaign.compose", followed.kind, followed.channels, followed.audience, on=followed
        )
        if begun := _begun(followed, what, only_reached, by):
            _take_up(begun, followed, by, now)
            return Campaign.get_by_id(begun.id)
        made = Campaign.create(
            organisation=followed.organisation_id,
            author=by,
            is_practice=followed.is_practice,
            follows=followed,
            follow_up=what,
            only_reached=only_reached,
            name=name_of(followed, what),
            texts=text_of(followed, what, now),
            opened_at=now,
            created_at=now,
            changed_at=now,
            **{field: getattr(followed, field) for field in INHERITED},
        )
        facts = {"organisation": made.organisation_id, "follows": followed.id, "what": what}
        audit.record("campaign.followed", made, by=by, now=now, **facts)
    return made


def _begun(followed: Campaign, what: str, only_reached: bool, by: User) -> Campaign | None:
    """What was begun before, has not left, and is for this person to write; WrongMoment when it was handed over."""
    same = (Campaign.follow_up == what) & (Campaign.only_reached == only_reached)
    here = Campaign.select().where(Campaign.follows == followed.id, same, Campaign.status.in_(BEFORE_LAUNCH))
    begun = list(here.order_by(Campaign.id))
    if handed := next((one for one in begun if one.held_by_id), None):
        raise WrongMoment(
            N_(
                "%(desk)s has this draft already: it was handed over. Ask them to send it, or to give it back."
            ),
            desk=handed.held_by.name,
        )
    return next((one for one in begun if rights.may(by, "campaign.compose", one)), None)


def _take_up(begun: Campaign, followed: Campaign, by: User, now: datetime) -> None:
    """A draft that nobody touched, and about which nobody was asked, is begun anew by whoever opens it: it is theirs to
    write, and of today.
    """
    facts = {
        "author": by.id,
        "opened_at": now,
        "changed_at": now,
        "texts": text_of(followed, begun.follow_up, now),
    }
    untouched = (Campaign.version == 1) & (Campaign.status == "draft")
    Campaign.update(facts).where(Campaign.id == begun.id, untouched).execute()


FIXED = ("kind", "channels", "audience")  # of a message to the reached alone: as what it follows had them
INHERITED = (*FIXED, "fallback_language", "policy")


def name_of(followed: Campaign, what: str) -> str:
    title, _text = SAID[followed.fallback_language][what]
    return title.format(name=followed.name)


def text_of(followed: Campaign, what: str, now: datetime) -> dict:
    """What it begins with, in each channel and language that the followed message spoke: as its scenario has it."""
    sent, today = clock.local(followed.launched_at), clock.local(now).date()
    own = placeholders.afterwards(followed, what)
    return {
        channel: {
            lang: _text(channel, lang, text, what, f"{sent:{SENT[lang][sent.date() != today]}}")
            | _written(own.get(channel, {}).get(lang, {}))
            for lang, text in said.items()
        }
        for channel, said in followed.texts.items()
    }


def _written(text: dict) -> dict:
    return {part: words for part, words in text.items() if words}


def _text(channel: str, lang: str, text: dict, what: str, at: str) -> dict:
    title, body = SAID[lang][what]
    said = {"body": body.format(at=at)}
    if channel == "email":
        said["subject"] = title.format(name=text.get("subject", ""))
    return said


def fault(campaign: Campaign) -> Sentence | None:
    """Why it cannot be launched yet: what goes to the reached waits until nobody is reached any more."""
    if campaign.only_reached and not campaign.follows.is_over:
        return Sentence(GOES_ON)
    return None


# ── To whom ─────────────────────────────────────────────────────────────


def _reached(origin, campaign: Campaign):
    """The messages that reached somebody: a warning's correction also goes to who left since, never to the erased.

    News goes no more to who left, nor by a channel by which they said no to it since.
    """
    here = (origin.campaign == campaign.follows_id) & (
        origin.status.in_(REACHED) | origin.first_status.in_(REACHED)
    )
    here &= ~origin.address.startswith(NOBODY)
    if campaign.kind != "news":
        return here
    stays = Membership.ended_at.is_null() & Membership.paused_at.is_null()
    for channel, ended in ENDED.items():
        stays &= (origin.channel != channel) | getattr(Member, ended).is_null()
    living = (
        Recipient.select(Value(1))
        .join(Membership, on=(Membership.member == Recipient.member))
        .join(Member, on=(Member.id == Recipient.member))
        .where(Recipient.message == origin.id, stays)
    )
    return here & fn.EXISTS(living)


def audience_of(campaign: Campaign) -> Audience:
    """Everybody to whom it goes as it stands now, at the address and by the channel that reached them."""
    columns = [
        Value(1) if name in ("is_active", "times") else getattr(Member, name) for name in Person._fields
    ]
    rows = (
        Message.select(Message.channel, Message.address, Message.language, *columns)
        .join(Recipient)
        .join(Member)
        .where(_reached(Message, campaign))
        .order_by(Message.id, Member.id)
    )
    people, mailings = {}, defaultdict(list)
    for channel, address, lang, *facts in rows.tuples():
        person = people.setdefault(facts[0], Person(*facts))
        mailings[channel, address, lang].append(person)
    return Audience(list(people.values()), [Mailing(*key, tuple(who)) for key, who in mailings.items()])


def most(campaign: Campaign) -> dict[str, int]:
    """By channel, to how many it can go at most: what is in hand may still arrive."""
    table = tallies.counts(campaign.follows)
    only_at_first = _first_calls(campaign, ~Message.status.in_(MAY_BE_REACHED))
    first = {"voice": only_at_first.select(fn.COUNT(Message.id)).scalar()}
    return {
        channel: sum(table[channel][status] for status in MAY_BE_REACHED) + first.get(channel, 0)
        for channel in campaign.channels
    }


def freeze(campaign: Campaign, *, parts: Parts, limit: int, now: datetime) -> int:
    """Queues the messages to the next of the reached, in the transaction at hand, and returns how many those are.

    Nobody gets it twice: one message to an address of a campaign is all that the table holds.
    """
    first = _first(campaign, campaign.queued_through or 0)
    queued, last = 0, None
    if first:
        last = first + limit - 1
        walk()
        queued = _enqueue(campaign, (first, last), parts, now)
        last = last if _first(campaign, last) else None
    facts = {"queued_through": last}
    if last is None:
        members = Recipient.select(fn.COUNT(Recipient.member.distinct())).join(Message)
        facts["people"] = members.where(Message.campaign == campaign.id).scalar()
        facts["looked_at"] = Campaign.get_by_id(campaign.follows_id).moved_at
    Campaign.update(facts).where(Campaign.id == campaign.id).execute()
    return queued


def _first(campaign: Campaign, behind: int) -> int | None:
    here = (Message.campaign == campaign.follows_id) & Message.status.in_(REACHED) & (Message.id > behind)
    found = Message.select(fn.MIN(Message.id)).where(here).scalar()
    by_first_call = _first_calls(campaign, Message.id > behind).select(fn.MIN(Message.id)).scalar()
    return min((id for id in (found, by_first_call) if id), default=None)


def _first_calls(campaign: Campaign, *which) -> Select:
    """The messages of which the first of two calls reached somebody, whatever became of the second."""
    here = Message.campaign == campaign.follows_id, Message.first_status.in_(REACHED)
    return Message.select(Message.id).where(*here, *which)


def _enqueue(campaign: Campaign, window: tuple[int, int], parts: Parts, now: datetime) -> int:
    origin = Message.alias()
    here = _reached(origin, campaign) & origin.id.between(*window)
    status, ended_at, code = ("withheld", now, "stopped") if campaign.is_over else ("queued", None, "")
    queued = 0
    for channel in campaign.channels:
        per = [(lang, parts[channel, lang]) for lang in LANGUAGES]
        meant = {
            Message.channel: origin.channel,
            Message.address: origin.address,
            Message.names: origin.names,
            Message.language: origin.language,
            Message.parts: Case(origin.language, per, 1),
            Message.reference: reference_by(origin.id, Value(beginning())),
            Message.campaign: Value(campaign.id),
            Message.is_practice: Value(campaign.is_practice),
            Message.status: Value(status),
            Message.due_at: Value(now),
            Message.ended_at: Value(ended_at),
            Message.code: Value(code),
        }
        meant |= {getattr(Message, name): Value("") for name in ("road", "provider_reference", "detail")}
        meant |= {getattr(Message, name): Value(0) for name in ("attempts", "repeats")}
        rows = origin.select(*meant.values()).where(here, origin.channel == channel).order_by(origin.id)
        number = Message.insert_from(rows, fields=list(meant)).on_conflict_ignore().as_rowcount().execute()
        tallies.count({(campaign.id, channel, status): number})
        queued += number
    _name_recipients(campaign, origin, here)
    return queued


def _name_recipients(campaign: Campaign, origin, here) -> None:
    is_same = (
        (Message.campaign == campaign.id)
        & (Message.channel == origin.channel)
        & (Message.address == origin.address)
    )
    people = (
        origin.select(Message.id, Recipient.member)
        .join(Recipient, JOIN.INNER, on=(Recipient.message == origin.id))
        .join(Message, JOIN.INNER, on=is_same)
        .where(here)
    )
    Recipient.insert_from(people, fields=[Recipient.message, Recipient.member]).on_conflict_ignore().execute()


# ── What arrives late ───────────────────────────────────────────────────


def behind():
    """Whether something moved in what it follows since it was frozen: what arrived late is followed too."""
    followed = Campaign.alias()
    moved = followed.select(Value(1)).where(
        followed.id == Campaign.follows, followed.moved_at != Campaign.looked_at
    )
    return Campaign.only_reached & Campaign.status.in_(("running", "paused")) & fn.EXISTS(moved)


def awaits(campaign: Campaign) -> bool:
    """Whether somebody may be reached at this moment by what it follows, or was and is not written to yet."""
    if not campaign.only_reached:
        return False
    table = tallies.counts(campaign.follows)
    in_hand = any(row["sending"] for row in table.values())
    return in_hand or campaign.follows.moved_at != campaign.looked_at


def missed(campaign: Campaign) -> int:
    """How many messages of what it follows arrived after it was over, or may yet: nobody corrected these."""
    if not (campaign.only_reached and campaign.is_over):
        return 0
    origin = Message.alias()
    same = Message.select(Value(1)).where(
        Message.campaign == campaign.id,
        Message.channel == origin.channel,
        Message.address == origin.address,
    )
    late = _reached(origin, campaign) & ~fn.EXISTS(same)
    return origin.select().where(late).count()


def uncertain(campaign: Campaign) -> int:
    """How many messages of what it follows may have arrived: they do not get it before we know."""
    if not campaign.only_reached:
        return 0
    return sum(row["unsure"] for row in tallies.counts(campaign.follows).values())


def followers(campaign: Campaign) -> list[Campaign]:
    """What follows it, in the order in which it was begun."""
    return list(Campaign.select().where(Campaign.follows == campaign.id).order_by(Campaign.id))
