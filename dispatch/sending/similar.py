"""Whether about the same message went to about the same people a little while ago: pressed twice, or sent by two hands.

Two texts are alike when they share most of their letters in threes, without case, accents, signs or spaces: a corrected
word or another hour changes a few of these, another message nearly all. Two audiences are the same group when at least
half of the smaller one is in both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.people.audience import Audience
from dispatch.people.names import plain
from dispatch.sending import placeholders
from models import Campaign, Message, Recipient

LOOKED_BACK = timedelta(hours=6)
MOST_LOOKED_AT = 50  # campaigns, the latest first
ALIKE = 0.6  # of the threes of both texts together
SAME_GROUP = 0.5  # of the smaller audience
NOT_SENT = ("withheld", "expired", "failed")


@dataclass(frozen=True)
class Earlier:
    """A similar message: how long ago it was launched, and how many of the people of this one are in that one too."""

    campaign: Campaign
    seconds: int
    people: int


def earlier(campaign: Campaign, whom: Audience, now: datetime) -> Earlier | None:
    """The latest similar message to the same group; what this one follows is no surprise and does not count."""
    for other in _launched_lately(campaign, now):
        if _say_the_same(placeholders.texts_of(campaign), other.texts):
            number = _in_both(whom, other)
            if number:
                return Earlier(other, int((now - other.launched_at).total_seconds()), number)
    return None


def _launched_lately(campaign: Campaign, now: datetime):
    here = (Campaign.organisation == campaign.organisation_id) & (Campaign.launched_at > now - LOOKED_BACK)
    mine = here & (Campaign.is_practice == campaign.is_practice) & (Campaign.id != campaign.id)
    if campaign.follows_id:
        mine &= Campaign.id != campaign.follows_id
    return Campaign.select().where(mine).order_by(Campaign.launched_at.desc()).limit(MOST_LOOKED_AT)


# ── The text ────────────────────────────────────────────────────────────


def _say_the_same(mine: Mapping, theirs: Mapping) -> bool:
    """Whether one language of it is alike on any channel: a mail of what was an SMS says the same thing."""
    said, before = _by_language(mine), _by_language(theirs)
    return any(
        are_alike(a, b) for lang in said.keys() & before.keys() for a in said[lang] for b in before[lang]
    )


def _by_language(texts: Mapping) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for languages in texts.values():
        for lang, text in languages.items():
            if body := text.get("body", "").strip():
                found.setdefault(lang, []).append(body)
    return found


def are_alike(one: str, other: str) -> bool:
    """Whether two texts say about the same; a text without any letter or digit is like no other."""
    return likeness(one, other) >= ALIKE


def likeness(one: str, other: str) -> float:
    """From 0 to 1: the share of their threes that two texts have in common (Dice's coefficient)."""
    mine, theirs = _threes(one), _threes(other)
    together = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / together if together else 0.0


def _threes(text: str) -> Counter:
    letters = "".join(filter(str.isalnum, plain(text)))
    if len(letters) < 3:
        return Counter([letters] if letters else [])
    return Counter(letters[at : at + 3] for at in range(len(letters) - 2))


# ── The group ───────────────────────────────────────────────────────────


def _in_both(whom: Audience, other: Campaign) -> int:
    """How many people it is in both when that makes it the same group, else 0."""
    mine = {person.id for mailing in whom.mailings for person in mailing.people}
    got = Recipient.select(Recipient.member).join(Message).where(Message.campaign == other.id)
    theirs = {id for (id,) in got.where(Message.status.not_in(NOT_SENT)).distinct().tuples()}
    return are_same_group(mine, theirs)


def are_same_group(mine: Iterable[int], theirs: Iterable[int]) -> int:
    """The number of people in both, or 0 where that is less than SAME_GROUP of the smaller one."""
    mine, theirs = set(mine), set(theirs)
    both, smaller = len(mine & theirs), min(len(mine), len(theirs))
    return both if smaller and both >= SAME_GROUP * smaller else 0
