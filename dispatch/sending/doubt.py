"""What becomes of doubt: of messages that may have arrived, or not, the road is asked, then the policy or a person.

A message is in doubt while it is `unsure` and has the number of its doubt; it loses the number when somebody leaves it
as it is. The numbers of a campaign only grow, in the order in which doubts are written down: so whoever decides on what
has a number up to the one that was shown decides on nothing that came later.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from peewee import fn

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.sending import messages
from dispatch.sending.messages import MAX_REPEATS
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
    for campaign in list(messages.running(now).where(fn.EXISTS(_open(Campaign.id)))):
        if policy_of(campaign) == "insist":
            _repeat(campaign, now)


def _repeat(campaign: Campaign, now: datetime) -> None:
    with writing():
        if not messages.running(now).where(Campaign.id == campaign.id).exists():
            return
        number = sum(
            messages.send_again(
                campaign,
                now,
                _IS_OPEN,
                Message.repeats == repeats,
                Message.doubted_at <= now - REPEAT_AFTER * 4**repeats,
            )
            for repeats in range(MAX_REPEATS)
        )
        if number:
            facts = {"organisation": campaign.organisation_id, "messages": number, "policy": "insist"}
            audit.record("campaign.unsure_sent_again", campaign, by=None, now=now, **facts)


def is_open(campaign: Campaign, now: datetime) -> bool:
    """Whether something is still to be done or decided about its doubt: until then it does not end."""
    if campaign.expires_at and campaign.expires_at <= now:
        return False
    doubted = _open(campaign.id)
    if policy_of(campaign) == "insist":
        return doubted.where(Message.repeats < MAX_REPEATS).exists()
    return now - campaign.moved_at <= DECISION_LASTS and doubted.exists()


# ── A person's choice ───────────────────────────────────────────────────


def groups(campaign: Campaign) -> list[Group]:
    """What somebody may decide on, the biggest group first."""
    kinds = (Message.channel, Message.code, Message.road)
    counted = (
        Message.select(*kinds, fn.MAX(Message.doubt), fn.COUNT(Message.id))
        .where(Message.campaign == campaign.id, _IS_OPEN)
        .group_by(*kinds)
        .tuples()
    )
    return sorted((Group._make(row) for row in counted), key=lambda group: (-group.number, group))


def send_again(campaign: Campaign, group: Group, *, by: User, now: datetime) -> int:
    """Sends what is still unsure of a group again, as it was shown: some of it may arrive twice.

    Raises WrongMoment when the campaign is over or of no use any more, or nothing of the group is in doubt.
    """
    with writing():
        _refuse_late(campaign, now)
        number = messages.send_again(campaign, now, *_members(group))
        _note("campaign.unsure_sent_again", campaign, group, number, by=by, now=now)
    return number


def leave(campaign: Campaign, group: Group, *, by: User, now: datetime) -> int:
    """Keeps what is still unsure of a group as it is, whatever the policy: only a receipt settles it. Raises WrongMoment."""
    with writing():
        _refuse_late(campaign, now)
        shown = (Message.campaign == campaign.id, *_members(group))
        number = Message.update(doubt=None).where(*shown).execute()
        _note("campaign.unsure_left", campaign, group, number, by=by, now=now)
    return number


def decisions(campaign: Campaign) -> list[tuple[datetime, Sentence]]:
    """What was decided about its doubt, by whom and when, oldest first."""
    taken = audit.about(campaign).where(Audit.deed.in_(list(DECISIONS))).order_by(Audit.id)
    return [(deed.at, _in_words(deed)) for deed in taken]


def _in_words(deed: Audit) -> Sentence:
    name = deed.by.name if deed.by else Sentence(NOBODY)
    return Sentence(DECISIONS[deed.deed], number=deed.facts.get("messages", 0), name=name)


def may_decide(campaign: Campaign, now: datetime) -> bool:
    """Whether it is underway, and what is sent again would not come too late to be of use."""
    return campaign.is_underway and not (campaign.expires_at and campaign.expires_at <= now)


def _refuse_late(campaign: Campaign, now: datetime) -> None:
    if not may_decide(Campaign.get_by_id(campaign.id), now):
        raise WrongMoment(N_("This campaign is over or comes too late to be of use. Nothing was changed."))


def _note(deed: str, campaign: Campaign, group: Group, number: int, *, by: User, now: datetime) -> None:
    if not number:
        raise WrongMoment(N_("Nothing of this group is in doubt any more. Nothing was sent again."))
    facts = {"messages": number, "channel": group.channel, "code": group.code, "road": group.road}
    audit.record(deed, campaign, by=by, now=now, organisation=campaign.organisation_id, **facts)


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
