"""What becomes of doubt: of messages that may have arrived, or not, the road is asked, then the policy or a person.

A message is in doubt while it is `unsure` and has the number of its doubt; it loses the number when somebody leaves it
as it is. The numbers of a campaign only grow, in the order in which doubts are written down: so whoever decides on what
has a number up to the one that was shown decides on nothing that came later.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial, reduce
from itertools import groupby
from operator import or_
from typing import NamedTuple

from peewee import fn

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.sending import due, sweeps, turns
from dispatch.sending.sweeps import MAX_REPEATS
from dispatch.words import N_, Sentence
from models import Audit, Campaign, Message, User, writing

FIRST_LOOK = timedelta(seconds=5)  # after it became unsure; each next look when that is twice as long ago
LOOKED_UP_FOR = timedelta(hours=24)
REPEAT_AFTER = timedelta(seconds=30)  # after it became unsure, and four times as long after a repeat
DECISION_LASTS = timedelta(hours=24)  # after the last news of a campaign; then it ends with its doubt
IN_WORDS = {
    "insist": N_("Send it again. Some people may get it twice."),
    "ask": N_("Ask me first. Nobody gets it twice unless I choose so."),
}
DECISIONS = {
    "campaign.unsure_sent_again": N_("%(number)s sent again by %(name)s"),
    "campaign.unsure_left": N_("%(number)s left as they are by %(name)s"),
}
NOBODY = N_("the policy of this campaign")
_IS_OPEN = (Message.status == "unsure") & Message.doubt.is_null(False)


class Group(NamedTuple):
    """Messages in doubt that one press decides on: those of a channel, a road and a reason, as they were shown.

    last: the highest number of a doubt that was shown.
    """

    channel: str
    code: str
    road: str
    last: int
    number: int = 0


# ── Policy ──────────────────────────────────────────────────────────────


def policy_of(campaign: Campaign) -> str:
    """What was chosen at launch; before that, and for want of a choice: a warning rather twice than never."""
    return campaign.policy or usual_policy(campaign.kind)


def usual_policy(kind: str) -> str:
    return "insist" if kind == "warning" else "ask"


def insist(now: datetime) -> None:
    """Sends again what may not have arrived, of the campaigns that insist: later each time, and not more than twice."""
    for campaign in list(due.running(now).where(fn.EXISTS(_open(Campaign.id)))):
        if policy_of(campaign) == "insist":
            turns.taken(partial(_repeat, campaign, now))


def _repeat(campaign: Campaign, now: datetime) -> int:
    is_due = reduce(
        or_,
        (
            (Message.repeats == repeats) & (Message.doubted_at <= now - REPEAT_AFTER * 4**repeats)
            for repeats in range(MAX_REPEATS)
        ),
    )
    with writing():
        if not due.may_leave(campaign, now):
            return 0
        number = sweeps.send_again(campaign, now, _IS_OPEN, is_due, limit=turns.MOST)
        if number:
            facts = {"organisation": campaign.organisation_id, "messages": number, "policy": "insist"}
            audit.record("campaign.unsure_sent_again", campaign, by=None, now=now, **facts)
    return number


def is_open(campaign: Campaign, now: datetime) -> bool:
    """Whether something is still to be done or decided about its doubt: until then it does not end."""
    return insists(campaign, now) or asks(campaign, now)


def insists(campaign: Campaign, now: datetime) -> bool:
    """Whether something of it will still go again by itself."""
    may_repeat = policy_of(campaign) == "insist" and not _is_late(campaign, now)
    return may_repeat and _open(campaign.id).where(Message.repeats < MAX_REPEATS).exists()


def asks(campaign: Campaign, now: datetime) -> bool:
    """Whether nothing goes again by itself, or not any more, and a person is still waited for."""
    is_awaited = now - campaign.moved_at <= DECISION_LASTS and not _is_late(campaign, now)
    return is_awaited and not insists(campaign, now) and _open(campaign.id).exists()


def _is_late(campaign: Campaign, now: datetime) -> bool:
    return campaign.expires_at is not None and campaign.expires_at <= now


# ── A person's choice ───────────────────────────────────────────────────


def groups(campaign: Campaign) -> list[Group]:
    """What somebody may decide on; one that grows does not change places with another under a finger."""
    kinds = (Message.channel, Message.code, Message.road)
    counted = (
        Message.select(*kinds, fn.MAX(Message.doubt), fn.COUNT(Message.id))
        .where(Message.campaign == campaign.id, _IS_OPEN)
        .group_by(*kinds)
        .tuples()
    )
    return sorted(Group._make(row) for row in counted)


def send_again(campaign: Campaign, group: Group, *, by: User, now: datetime) -> int:
    """Sends what is still unsure of a group again, as it was shown: some of it may arrive twice.

    A big group goes in short turns, each with its line in the audit; a stop in between keeps the rest. Raises WrongMoment
    when the campaign is over or of no use any more, or nothing of the group is in doubt.
    """

    def again(narrower: tuple) -> int:
        return sweeps.send_again(campaign, now, *narrower, limit=turns.MOST)

    return _decide("campaign.unsure_sent_again", campaign, group, again, by=by, now=now)


def leave(campaign: Campaign, group: Group, *, by: User, now: datetime) -> int:
    """Keeps what is still unsure of a group as it is, whatever the policy: only a receipt settles it.

    Goes in turns, and raises WrongMoment, as send_again does.
    """

    def left(narrower: tuple) -> int:
        shown = Message.select(Message.id).where(Message.campaign == campaign, *narrower).limit(turns.MOST)
        return Message.update(doubt=None).where(Message.id.in_(shown)).execute()

    return _decide("campaign.unsure_left", campaign, group, left, by=by, now=now)


def _decide(
    deed: str, campaign: Campaign, group: Group, decide: Callable[[tuple], int], *, by: User, now: datetime
) -> int:
    """Decides on what is still in doubt of a group, `decide` on a part of it at a time; returns how many that were."""

    def turn() -> int:
        with writing():
            if not may_decide(Campaign.get_by_id(campaign.id), now):
                return 0
            if number := decide(_members(group)):
                facts = {"messages": number, "channel": group.channel, "code": group.code, "road": group.road}
                audit.record(deed, campaign, by=by, now=now, organisation=campaign.organisation_id, **facts)
        return number

    if number := turns.taken(turn):
        return number
    if not may_decide(Campaign.get_by_id(campaign.id), now):
        raise WrongMoment(N_("This campaign is over or comes too late to be of use. Nothing was changed."))
    raise WrongMoment(N_("Nothing of this group is in doubt any more. Nothing was sent again."))


def decisions(campaign: Campaign) -> list[tuple[datetime, Sentence]]:
    """What was decided about its doubt, by whom and when, oldest first; the turns of one decision are one."""
    taken = audit.about(campaign).where(Audit.deed.in_(list(DECISIONS))).order_by(Audit.id)
    decided = groupby(taken, key=lambda deed: (deed.at, deed.deed, deed.by_id, {**deed.facts, "messages": 0}))
    return [(key[0], _in_words(list(parts))) for key, parts in decided]


def _in_words(parts: list[Audit]) -> Sentence:
    deed, number = parts[0], sum(part.facts.get("messages", 0) for part in parts)
    name = deed.by.name if deed.by else Sentence(NOBODY)
    return Sentence(DECISIONS[deed.deed], number=number, name=name)


def may_decide(campaign: Campaign, now: datetime) -> bool:
    """Whether it is underway, and what is sent again would not come too late to be of use."""
    return campaign.is_underway and not _is_late(campaign, now)


def _members(group: Group) -> tuple:
    same = (Message.channel == group.channel, Message.code == group.code, Message.road == group.road)
    return (*same, _IS_OPEN, Message.doubt <= group.last)


def _open(campaign):
    return Message.select(Message.id).where(Message.campaign == campaign, _IS_OPEN)


# ── Asking the road ─────────────────────────────────────────────────────


def to_look_up(road: str, now: datetime, *, limit: int) -> list[str]:
    """The references of unsure messages that this road is to be asked about now; each is put off before it is asked.

    Asked 5 s after it became unsure, then after 10, 20, 40 s, and so on for a day: some fifteen times. Whoever dies
    while asking loses one answer. What became of a stopped campaign is asked too: its report says it.
    """
    with writing():
        due = (
            Message.select(Message.id, Message.reference, Message.doubted_at)
            .where(
                Message.status == "unsure",
                Message.road == road,
                Message.claimed_at > now - LOOKED_UP_FOR,
                Message.doubted_at <= now - FIRST_LOOK,
                Message.due_at <= now,
            )
            .limit(limit)
            .tuples()
        )
        asked = list(due)
        _put_off(asked, now)
    return [reference for _, reference, _ in asked]


def _put_off(asked: Iterable[tuple[int, str, datetime]], now: datetime) -> None:
    for id, _, doubted_at in asked:
        next_at = now + (now - doubted_at)
        Message.update(due_at=next_at).where(Message.id == id, Message.status == "unsure").execute()
