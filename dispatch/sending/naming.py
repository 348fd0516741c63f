"""Number plates and names of persons in a text: members may mostly not receive them (A3), so somebody looks first.

A modest rule, rather one too few than one at every message. A name is what stands behind a title ("mevrouw", "M."),
behind "de genaamde", or a first name of the member list with a family name after it; and the whole name of a member,
however it is written. Not a name: a street, a place or a BIN of the zone, a word that ends like a street, and the
coordinators and the accounts of the zone, who sign what they write.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from dispatch import audit, rights
from dispatch.errors import Incomplete
from dispatch.people.names import name_key, plain, words
from dispatch.sending import contacts, placeholders
from dispatch.sending.plates import plates_in, whole
from dispatch.words import N_, Sentence
from models import Bin, Campaign, Member, Membership, Organisation, User

LONGEST_NAME = 5  # words
CAPITAL = r"[^\W\d_a-zà-öø-ÿ][\w'’-]+"
TITLE = re.compile(
    r"(?<!\w)(?:(?:[Dd]hr|[Mm]evr|[Mm]w|[Mm]me|[Mm]lle|[Hh]r|[Mm]rs?|Ms)\.?|M\.|[Hh]eer|[Mm]eneer|[Mm]ijnheer"
    rf"|[Mm]evrouw|[Jj]uffrouw|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|Herrn?|Frau)\s+({CAPITAL}(?:\s+{CAPITAL})*)"
)
CALLED = re.compile(
    r"(?<!\w)(?i:genaamde?n?|geheten|met de naam|(?:dé|de|pré|sur)?nommée?s?|genannten?|named)\s+"
    rf"({CAPITAL}(?:\s+{CAPITAL})*)"
)
PAIR = re.compile(
    rf"(?=(?<![\w'’-])({CAPITAL})\s+((?:(?i:van|de|den|der|het|'t|du|le|la|von)\s+)*{CAPITAL}))"
)
STREET_END = re.compile(
    r"(?:straat|straatje|laan|weg|plein|lei|dreef|steenweg|baan|kaai|dijk|markt|park|hof|pad|wijk|stra(?:ß|ss)e|platz|allee"
    r"|ring|brug|school|kerk|ziekenhuis)$"
)
STREET_BEFORE = re.compile(
    r"(?i)\b(?:rue|avenue|place|chaussée|boulevard|quai|allée|impasse|square|chemin|clos|école|église|sint|saint|sainte)"
    r"(?:\s+(?:de|du|des|la|le|l['’]))*[\s-]*$"
)
OFFICES = frozenset(
    map(plain, ("Bürgermeister", "Bürgermeisterin", "Burgemeester", "Bourgmestre", "Minister", "Doktor"))
)
ASKED = N_("Write why members may read this name or number plate. Nothing was sent.")
REFUSED = N_(
    "The text holds what looks like a number plate or a name. Only the police may send that: take it out, or ask them."
)
LONGEST_REASON = 500


class Named(NamedTuple):
    """What was found: "plate" or "name", and the words as they stand in the text."""

    what: str
    said: str


def named_in(campaign: Campaign) -> list[Named]:
    """Every plate and name in what this campaign says, each once, in the order of its texts."""
    texts = [without_links(part) for part in _said(campaign)]
    plates = [Named("plate", said) for text in texts for said in plates_in(text)]
    people = [Named("name", said) for text in texts for said in names_in(text, campaign.organisation)]
    return list(dict.fromkeys([*plates, *people]))


def _said(campaign: Campaign) -> Iterator[str]:
    for channel in campaign.channels:
        for text in placeholders.texts_of(campaign).get(channel, {}).values():
            yield from (part for name, part in text.items() if name != "recording" and part)


def without_links(text: str) -> str:
    """Without its links: an address of the web is no plate and nobody's name."""
    return re.sub(r"\S*" + contacts.HOST.pattern + r"\S*", " ", text, flags=re.IGNORECASE)


# ── Names ───────────────────────────────────────────────────────────────


def names_in(text: str, organisation: Organisation) -> list[str]:
    """The names of persons in a text, as they are written there."""
    found = [*_behind_words(text), *_pairs(text, organisation), *_members(text, organisation)]
    if not found:
        return []
    silent = _places(organisation) | _own_people(organisation)
    return whole(name for name in found if not _is_silent(name, silent) and not _is_street(name, text))


def _is_street(name: str, text: str) -> bool:
    """Whether a street is called so wherever it stands: "rue Jan Peeters"."""
    places = re.finditer(r"\W+".join(map(re.escape, name.split())), text)
    return all(STREET_BEFORE.search(text[: place.start()]) for place in places)


def _behind_words(text: str) -> Iterator[str]:
    for pattern in (TITLE, CALLED):
        for match in pattern.finditer(text):
            if words(match[1]) and words(match[1])[0] not in OFFICES:
                yield match[1]


def _pairs(text: str, organisation: Organisation) -> Iterator[str]:
    """A first name of the list with a family name after it, or such a family name with its first name."""
    pairs = [(match[1], match[2]) for match in PAIR.finditer(text)]
    first = _known(Member.first_name, {word for pair in pairs for word in pair}, organisation)
    last = _known(Member.last_name, {one for one, other in pairs if other in first}, organisation)
    for one, other in pairs:
        if one in first or (one in last and other in first):
            yield f"{one} {other}"


def _known(field, typed: set[str], organisation: Organisation) -> set[str]:
    """Which of these words some member of the zone has as a name."""
    if not typed:
        return set()
    here = (Member.organisation == organisation.id) & field.in_(sorted(typed))
    return {name for (name,) in Member.select(field).where(here).distinct().tuples()}


def _members(text: str, organisation: Organisation) -> Iterator[str]:
    """The whole name of a member, in either order and however it is written."""
    spoken = re.findall(r"[\w'’-]+", text)
    windows = {}
    for at in range(len(spoken)):
        for size in range(2, LONGEST_NAME + 1):
            said = spoken[at : at + size]
            windows.setdefault(name_key(*said), " ".join(said))
    keys = Member.select(Member.name_key).where(
        Member.organisation == organisation.id,
        Member.name_key.in_(sorted(windows)),
        Member.first_name != "",
    )
    known = {key for (key,) in keys.distinct().tuples()}
    return (said for key, said in windows.items() if key in known and _is_written_as_name(said))


def _is_written_as_name(said: str) -> bool:
    """Whether at least one of its words has a capital: "de wit" of a white car is nobody, though De Wit may live here."""
    return any(word[0].isupper() for word in said.split())


# ── What is no name ─────────────────────────────────────────────────────


def _places(organisation: Organisation) -> set[str]:
    """The streets, places and BINs of the zone, and the zone itself, as they are compared."""
    bins = list(Bin.select(Bin.name, Bin.town, Bin.streets).where(Bin.organisation == organisation.id))
    here = Member.organisation == organisation.id
    found = {street for (street,) in Member.select(Member.street).where(here).distinct().tuples()}
    found |= {town for (town,) in Member.select(Member.town).where(here).distinct().tuples()}
    found |= {name for bin in bins for name in (bin.name, bin.town, *(bin.streets or ()))}
    towns = Organisation.select(Organisation.name).where(Organisation.kind != "platform")
    return {
        " ".join(words(name)) for name in (*found, organisation.name, *(name for (name,) in towns.tuples()))
    } - {""}


def _own_people(organisation: Organisation) -> set[str]:
    """The accounts and the coordinators of the zone: they are known to the members and sign what they write."""
    accounts = User.select(User.name).where(User.organisation == organisation.id)
    leads = Membership.role.in_(("coordinator", "co_coordinator")) & Membership.ended_at.is_null()
    members = Member.select(Member.first_name, Member.last_name).join(Membership).where(leads)
    theirs = members.where(Member.organisation == organisation.id).tuples()
    names = [*(name for (name,) in accounts.tuples()), *(" ".join(name) for name in theirs)]
    return {" ".join(words(name)) for name in names} | {" ".join(reversed(words(name))) for name in names}


def _is_silent(name: str, silent: Iterable[str]) -> bool:
    """Whether it is one of these, a part of one, or one of several words with something around it."""
    said = f" {' '.join(words(name))} "
    return bool(STREET_END.search(said.strip())) or any(
        said in f" {known} " or (" " in known and f" {known} " in said) for known in silent
    )


# ── At the launch ───────────────────────────────────────────────────────


def may_decide(user: User, campaign: Campaign) -> bool:
    """Whether this person may send a name or a plate with a reason: the police, or the desk that leads for them."""
    return rights.may_send(user, "warning", "campaign.launch") or rights.is_handed_draft(campaign)


def settle(campaign: Campaign, *, by: User, now: datetime, reason: str) -> str:
    """The reason that is kept with it, "" where nothing was found; in the transaction of the launch.

    Raises Incomplete at "naming" unless whoever may decide says why a name or a plate is sent.
    """
    found = named_in(campaign)
    if not found:
        return ""
    if not may_decide(User.get_by_id(by.id), campaign):
        raise Incomplete(N_("Nothing was sent. One thing is missing."), {"naming": Sentence(REFUSED)})
    if not reason.strip():
        raise Incomplete(N_("Nothing was sent. One thing is missing."), {"naming": Sentence(ASKED)})
    counts = Counter(one.what for one in found)
    facts = {"organisation": campaign.organisation_id, "plates": counts["plate"], "names": counts["name"]}
    audit.record("campaign.named", campaign, by=by, now=now, **facts)
    return reason.strip()[:LONGEST_REASON]
