"""What a message reminds of before it leaves: the same one a moment ago, and people or plates that it would give away.

Recognisable persons and number plates must not be spread among members (circular of 28-02-2019 on neighbourhood
information networks). Only the police may decide otherwise, and says why.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from dispatch import rights
from dispatch.errors import Incomplete
from dispatch.people import names
from dispatch.sending import placeholders
from dispatch.sending.contacts import PLATE
from dispatch.words import N_, Sentence
from models import Campaign, Member, Organisation, User

LOOKED_BACK = timedelta(hours=24)
ALIKE = 0.8  # of the words, in their order
MOST_LOOKED_AT = 50

PLATE_IN_SMALL = re.compile(r"(?<![a-z0-9-])[1-9]-[a-z]{3}-\d{3}(?![a-z0-9-])", re.IGNORECASE)
NO_PLATES = frozenset(["BEL", "TEL", "GSM", "SMS", "BIN", "PLP", "BUS", "LPP", "NUM", "DAB", "RUE", "EUR"])
TITLE = (
    r"(?:de heer|dhr\.?|mevrouw|mevr\.?|meneer|juffrouw|genaamde?|monsieur|madame|mademoiselle|mme|"
    r"nomm[ée]e?|herrn?|frau|mr\.?|mrs\.?|ms\.?)"
)
PARTICLE = r"(?:van|de|der|den|von|du|la|le)"
CAPITAL = r"[A-ZÀ-Ý][\w'’-]+"
NAMED = re.compile(rf"\b(?i:{TITLE})\s+((?:{CAPITAL}|[A-Z]\.)(?:\s+(?:{PARTICLE}\s+)*{CAPITAL})*)")
PAIR = re.compile(rf"\b({CAPITAL})((?:\s+{PARTICLE})*\s+{CAPITAL})\b")


# ── The same, a moment ago ──────────────────────────────────────────────


def similar(campaign: Campaign, now: datetime) -> Campaign | None:
    """The last campaign of the last day that said almost the same to some of the same BINs; none that it follows."""
    lately = (
        Campaign.select()
        .where(
            Campaign.organisation == campaign.organisation_id,
            Campaign.is_practice == campaign.is_practice,
            Campaign.launched_at > now - LOOKED_BACK,
            Campaign.id != campaign.id,
        )
        .order_by(Campaign.launched_at.desc())
        .limit(MOST_LOOKED_AT)
    )
    if campaign.follows_id:
        return None
    return next((one for one in lately if _overlap(campaign, one) and _is_alike(campaign, one)), None)


def _overlap(one: Campaign, other: Campaign) -> bool:
    return any(set(left) & set(right) for left, right in zip(_whom(one), _whom(other), strict=True))


def _whom(campaign: Campaign) -> tuple[list, list]:
    """The BINs and the single members of an audience; a street is part of its BIN."""
    chosen = campaign.audience
    bins = [*chosen.get("bins", ()), *(bin for bin, _street in chosen.get("streets", ()))]
    return bins, chosen.get("members", [])


def _is_alike(one: Campaign, other: Campaign) -> bool:
    return any(
        SequenceMatcher(None, left, right, autojunk=False).ratio() >= ALIKE
        for left in _said(one)
        for right in _said(other)
    )


def _said(campaign: Campaign) -> list[tuple[str, ...]]:
    """The words of each of its texts, without accents, signs and capitals."""
    bodies = (
        text.get("body", "") for said in placeholders.texts_of(campaign).values() for text in said.values()
    )
    return [words for body in bodies if (words := names.words(body))]


# ── Persons and plates ──────────────────────────────────────────────────


def persons(campaign: Campaign) -> list[str]:
    """The number plates and names in its texts that members may not receive, each as it is written, once."""
    bodies = [
        part
        for said in placeholders.texts_of(campaign).values()
        for text in said.values()
        for name, part in text.items()
        if name != "recording"
    ]
    found = dict.fromkeys(one for body in bodies for one in (*plates_in(body), *named_in(body)))
    found |= dict.fromkeys(_members_in(campaign.organisation, bodies))
    return [one for one in found if not any(one != other and one in other for other in found)]


def plates_in(text: str) -> Iterator[str]:
    """Belgian number plates, with or without hyphens; three letters that are a word of every message are none."""
    matches = (*PLATE.finditer(text), *PLATE_IN_SMALL.finditer(text))
    for written in dict.fromkeys(match[0] for match in matches):
        if not NO_PLATES.intersection(re.findall(r"[A-Z]{3}", written.upper())):
            yield written


def named_in(text: str) -> Iterator[str]:
    """Names that follow a title: "mevrouw Claes"."""
    for match in NAMED.finditer(text):
        yield match[0]


def _members_in(organisation: Organisation, bodies: Iterable[str]) -> Iterator[str]:
    """First and last names that stand together in a text and are those of a member."""
    pairs = {match[0]: (match[1], match[2].strip()) for body in bodies for match in PAIR.finditer(body)}
    for written, (one, other) in pairs.items():
        here = (Member.organisation == organisation.id) & Member.erased_at.is_null()
        is_it = ((Member.first_name == one) & (Member.last_name == other)) | (
            (Member.first_name == other) & (Member.last_name == one)
        )
        if Member.select().where(here, is_it).exists():
            yield written


def may_name(user: User) -> bool:
    """Whether this person may decide that members know: whoever may send the warnings of the police, or leads for them."""
    return rights.may(user, "campaign.take") or rights.may_send(user, "warning", "campaign.launch")


def demand_reason(campaign: Campaign, why: str, user: User) -> dict[str, str]:
    """What is written down of it, {} when nobody is recognisable. An exercise reaches nobody, so nothing is asked.

    Raises Incomplete without a reason, or for who may not decide this.
    """
    found = [] if campaign.is_practice else persons(campaign)
    if not found:
        return {}
    if not may_name(user):
        sentence = N_("Only the police may decide this. Take it out of the text, or ask them to send it.")
        raise Incomplete(NOT_SENT, {"persons": Sentence(sentence)})
    if not why.strip():
        sentence = N_("Say why the members must know this, or take it out of the text.")
        raise Incomplete(NOT_SENT, {"persons": Sentence(sentence)})
    return {"persons_because": why.strip()[:500]}


NOT_SENT = N_("Nothing was sent. The text names recognisable persons or number plates.")
