"""Warnings as other warning systems read them: the Common Alerting Protocol, version 1.2 (OASIS, 1 July 2010).

https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html; what stands where is its chapter 3.2.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET  # nosec B405

from dispatch import clock
from dispatch.errors import Refusal, WrongMoment
from dispatch.sending import campaigns, monthly, placeholders
from dispatch.words import N_, translator
from models import LANGUAGES, Bin, Campaign, Organisation

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MIME = "application/cap+xml"
HEADLINE = 160  # characters, as the standard advises
ILL_FORMED = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # XML 1.0, 2.2: no escape helps
NOT_IN_A_NAME = re.compile(r"[\s,<>&]")  # of sender and identifier: `references` separates by them

CATEGORIES = {
    "Safety": N_("General safety"),
    "Security": N_("Police and security"),
    "Fire": N_("Fire"),
    "CBRNE": N_("Dangerous substances"),
    "Met": N_("Weather and flood"),
    "Health": N_("Health"),
    "Env": N_("Environment"),
    "Transport": N_("Traffic"),
    "Infra": N_("Electricity, water, telephone"),
    "Rescue": N_("Rescue"),
    "Geo": N_("Earthquake or landslide"),
    "Other": N_("Something else"),
}
URGENCIES = {
    "Immediate": N_("Immediate: act now"),
    "Expected": N_("Expected: act within the hour"),
    "Future": N_("Future: act in the coming days"),
    "Past": N_("Past: nothing needs to be done any more"),
    "Unknown": N_("Unknown"),
}
SEVERITIES = {
    "Extreme": N_("Extreme: exceptional danger"),
    "Severe": N_("Severe: considerable danger"),
    "Moderate": N_("Moderate: possible danger"),
    "Minor": N_("Minor: little or no danger"),
    "Unknown": N_("Unknown"),
}
CERTAINTIES = {
    "Observed": N_("Observed: it is happening or has happened"),
    "Likely": N_("Likely: more probable than not"),
    "Possible": N_("Possible: less probable, not excluded"),
    "Unlikely": N_("Unlikely: hardly to be expected"),
    "Unknown": N_("Unknown"),
}
CHOICES = {
    "category": CATEGORIES,
    "urgency": URGENCIES,
    "severity": SEVERITIES,
    "certainty": CERTAINTIES,
}
TYPES = {"": "Alert", "correction": "Update", "update": "Update", "all_clear": "Cancel"}
NOT_PUBLIC = N_(
    "Only a warning to BINs or streets, and the monthly test, is told to other warning systems. This message is neither."
)
NOT_SENT = N_("This message was not sent yet: there is nothing to tell other warning systems.")


class Classing(NamedTuple):
    """How grave it is, in the words of CAP."""

    category: str
    urgency: str
    severity: str
    certainty: str


# What is still passed on by systems that hold back the rest: imminent threat in 47 CFR 10.400 asks these at least.
USUAL = Classing("Safety", "Immediate", "Severe", "Likely")
OVER = Classing("Safety", "Past", "Minor", "Observed")
TEST = Classing("Other", "Unknown", "Unknown", "Unknown")


# ── What is told ────────────────────────────────────────────────────────


def is_public(campaign: Campaign) -> bool:
    """Whether it warns the public, or is the monthly test; what is for single people alone is nobody else's."""
    warns = campaign.kind == "warning" or monthly.is_test(campaign)
    return warns and bool(campaign.audience.get("bins") or campaign.audience.get("streets"))


def demand_public(campaign: Campaign) -> None:
    """Raises Refusal on a message that is told to nobody else."""
    if not is_public(campaign):
        raise Refusal(NOT_PUBLIC)


def chosen(typed: Mapping[str, str], *, is_kept_in: bool) -> dict:
    """What `Wording.cap` keeps of a form; raises Refusal on a word that CAP does not know."""
    for name, words in CHOICES.items():
        if typed.get(name) not in words:
            raise Refusal(N_("Choose from the list."), field=name)
    return {name: typed[name] for name in CHOICES} | {"is_kept_in": is_kept_in}


def classing(campaign: Campaign) -> Classing:
    """As the sender chose it, or else what is usual; what follows another is as grave as that one."""
    if campaign.cap:
        return Classing(*(campaign.cap[name] for name in CHOICES))
    if monthly.is_test(campaign):
        return TEST
    warnings = [one for one in earlier(campaign) if message_type(one) != "Cancel"]
    known = classing(warnings[-1]) if warnings else USUAL  # after an all-clear it may be as grave again
    return OVER._replace(category=known.category) if message_type(campaign) == "Cancel" else known


def is_kept_in(campaign: Campaign) -> bool:
    """Whether it is kept out of the feed: what began in public is followed in public, to its end."""
    return bool((chain_of(campaign)[0].cap or {}).get("is_kept_in"))


def status_of(campaign: Campaign) -> str:
    """Exercise in practice, Test for the monthly test as long as it says nothing else; all that is left is Actual."""
    if campaign.is_practice:
        return "Exercise"
    return "Test" if monthly.is_test(campaign) else "Actual"


# ── The chain ───────────────────────────────────────────────────────────


def chain_of(campaign: Campaign) -> list[Campaign]:
    """What was told about the same thing, the first one first, and itself wherever it stands.

    Not only the line that it comes from: an all-clear of the first warning ends its updates too. What became of another
    kind on the way, such as news, is told to nobody and replaces nothing.
    """
    line = {(first := _first(campaign)).id: first}
    front = [first.id]
    while front:
        found = [one for one in Campaign.select().where(Campaign.follows.in_(front)) if one.id not in line]
        line |= {one.id: one for one in found}
        front = [one.id for one in found]
    told_too = [one for one in line.values() if one.id != campaign.id and not one.is_draft and is_public(one)]
    return sorted([*told_too, campaign], key=lambda one: (one.launched_at or datetime.max, one.id))


def _first(campaign: Campaign) -> Campaign:
    while campaign.follows_id:
        campaign = campaign.follows
    return campaign


def earlier(campaign: Campaign) -> list[Campaign]:
    """What was told about the same thing before it."""
    line = chain_of(campaign)
    return line[: [one.id for one in line].index(campaign.id)]


def later(campaign: Campaign) -> list[Campaign]:
    """What was told about the same thing after it."""
    line = chain_of(campaign)
    return line[[one.id for one in line].index(campaign.id) + 1 :]


def message_type(campaign: Campaign) -> str:
    """Alert, Update or Cancel (CAP 1.2, 3.2.1, msgType).

    An Update "updates and supersedes the earlier message(s)": that is what an update does, and a correction too, whose
    text takes the place of the wrong one. A Cancel "cancels the earlier message(s)": nothing more is to be warned of,
    which is what an all-clear says. To cancel for a correction would say that the danger is gone when only a word was
    wrong. Both name what they replace in `references`; what replaces nothing that was told is an Alert.
    """
    return TYPES[campaign.follow_up] if earlier(campaign) else "Alert"


# ── The document ────────────────────────────────────────────────────────


def document(campaign: Campaign, public_url: str) -> bytes:
    """The alert as UTF-8, always the same for the same campaign; raises Refusal, and WrongMoment before the launch."""
    demand_public(campaign)
    if campaign.is_draft:
        raise WrongMoment(NOT_SENT)
    alert = ET.Element("alert", xmlns=NAMESPACE)
    for name, said in _head(campaign, public_url):
        put(alert, name, said)
    for lang in languages(campaign):
        _put_info(alert, campaign, lang)
    return written(alert)


def _head(campaign: Campaign, public_url: str) -> Iterator[tuple[str, str]]:
    yield "identifier", identifier(campaign)
    yield "sender", sender(campaign.organisation, public_url)
    yield "sent", moment(campaign.launched_at)
    yield "status", status_of(campaign)
    yield "msgType", message_type(campaign)
    if is_kept_in(campaign):
        yield "scope", "Restricted"
        yield "restriction", translator(campaign.organisation.language).gettext(N_("Not for publication."))
    else:
        yield "scope", "Public"
    if campaign.is_practice:
        yield "note", translator(campaign.organisation.language).gettext(N_("EXERCISE"))
    if before := earlier(campaign):
        yield "references", " ".join(_reference(one, public_url) for one in before)


def _put_info(alert: ET.Element, campaign: Campaign, lang: str) -> None:
    info, grave, said = put(alert, "info"), classing(campaign), told(campaign, lang)
    put(info, "language", lang)
    put(info, "category", grave.category)
    put(info, "event", translator(lang).gettext(CATEGORIES[grave.category]))
    if message_type(campaign) == "Cancel":
        put(info, "responseType", "AllClear")
    for name in ("urgency", "severity", "certainty"):
        put(info, name, getattr(grave, name))
    if campaign.expires_at:
        put(info, "expires", moment(campaign.expires_at))
    put(info, "senderName", campaign.organisation.name)
    put(info, "headline", said["headline"])
    if said["description"]:
        put(info, "description", said["description"])
    for place in areas(campaign):
        put(put(info, "area"), "areaDesc", place)


def identifier(campaign: Campaign) -> str:
    return NOT_IN_A_NAME.sub("-", f"belfort.{campaign.organisation.slug}.{campaign.id}")


def sender(organisation: Organisation, public_url: str) -> str:
    """Unique in the world, as the name of this installation's host is."""
    return NOT_IN_A_NAME.sub("-", f"{organisation.slug}@{urlsplit(public_url).hostname}")


def _reference(campaign: Campaign, public_url: str) -> str:
    return (
        f"{sender(campaign.organisation, public_url)},{identifier(campaign)},{moment(campaign.launched_at)}"
    )


def moment(at: datetime) -> str:
    """In whole seconds on the clocks of Brussels, with their offset: CAP forbids Z (3.3.2)."""
    return clock.local(at).isoformat(timespec="seconds")


def languages(campaign: Campaign) -> list[str]:
    """The languages in which there is something to read; where all is recorded, the fallback alone."""
    return [lang for lang in LANGUAGES if _source(campaign, lang)] or [campaign.fallback_language]


def told(campaign: Campaign, lang: str) -> dict[str, str]:
    """The words of the channel that says most: the mail's, or else the text message's, or what is spoken."""
    channel = _source(campaign, lang)
    text = campaigns.said(campaign, channel, lang) if channel else {}
    body = text.get("body", "").strip()
    first = " ".join((text.get("subject", "") or body).split())
    headline = first if len(first) <= HEADLINE else f"{first[: HEADLINE - 1]}…"
    event = translator(lang).gettext(CATEGORIES[classing(campaign).category])
    return {"headline": headline or event, "description": body}


def _source(campaign: Campaign, lang: str) -> str | None:
    for channel in ("email", "sms", "voice"):
        text = placeholders.texts_of(campaign).get(channel, {}).get(lang, {})
        if channel in campaign.channels and text.get("body", "").strip():
            return channel
    return None


def areas(campaign: Campaign) -> list[str]:
    """Each BIN that it was for, with its town, and the streets: those chosen, or all where they were written down."""
    whole, some = set(campaign.audience.get("bins", [])), defaultdict(list)
    for bin, street in campaign.audience.get("streets", []):
        some[bin].append(street)
    here = Bin.id.in_([*whole, *some]) & (Bin.organisation == campaign.organisation_id)
    found = []
    for bin in Bin.select().where(here).order_by(Bin.name):
        streets = (bin.streets or []) if bin.id in whole else some[bin.id]
        place = ", ".join(filter(None, (bin.name, bin.town)))
        found.append(f"{place}: {', '.join(streets)}" if streets else place)
    return found


# ── XML ─────────────────────────────────────────────────────────────────
# Written only: nothing that others wrote is ever read as XML here, so no entity can do harm.


def well_formed(text: str) -> str:
    """The text with a space in place of what no XML can hold, such as a vertical tab from a word processor."""
    return ILL_FORMED.sub(" ", text)


def put(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Adds an element at the end of another."""
    made = ET.SubElement(parent, name, attributes)
    made.text = None if text is None else well_formed(text)
    return made


def written(root: ET.Element) -> bytes:
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
