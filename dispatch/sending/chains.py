"""Chains: a message and all that corrected, updated or ended it, for whoever reads of one of them."""

from datetime import datetime
from typing import NamedTuple

from dispatch.sending import follow_ups, tallies
from dispatch.words import N_, moment, translator
from models import Campaign

FIRST = N_("Message")
WORDS = {
    "": FIRST,
    "correction": N_("Correction"),
    "update": N_("Update"),
    "all_clear": N_("All clear"),
}


class Link(NamedTuple):
    """What of a chain left: its kind in words, what it follows by name, for how many people, and how far it came."""

    what: str
    name: str
    follows: str
    at: str
    people: int
    messages: int
    accepted: int  # or delivered


def whole(campaign: Campaign) -> list[Campaign]:
    """The chain in which it stands, in the order in which it was begun; itself alone when nothing follows anything."""
    first = campaign
    while first.follows_id:
        first = first.follows
    found = [first]
    for one in found:  # grows while it is walked: what follows may be followed too
        found += follow_ups.followers(one)
    return sorted(found, key=lambda one: one.id)


def moved_at(campaign: Campaign) -> datetime:
    """When anything in its chain moved last: a report that is older tells less than there is to tell."""
    return max(one.moved_at for one in whole(campaign) if one.moved_at)


def links(campaign: Campaign, lang: str) -> list[Link]:
    """What left of its chain, worded in one language; [] when it stands alone."""
    left = [one for one in whole(campaign) if not one.is_draft]
    return [_link(one, lang) for one in left if len(left) > 1]


def _link(one: Campaign, lang: str) -> Link:
    what = translator(lang).gettext(WORDS[one.follow_up])
    follows = one.follows.name if one.follows_id else ""
    return Link(what, one.name, follows, moment(one.launched_at, lang), one.people, *reached(one))


def reached(one: Campaign) -> tuple[int, int]:
    """(its messages, those that were accepted or delivered): what was stopped did not reach all for whom it was."""
    rows = tallies.counts(one).values()
    return sum(sum(row.values()) for row in rows), sum(row["accepted"] + row["delivered"] for row in rows)
