"""The feed of a zone's warnings for everybody: Atom (RFC 4287) whose entries lead to CAP documents."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET  # nosec B405

from dispatch import audit, rights
from dispatch.errors import Refusal
from dispatch.sending import cap
from dispatch.words import N_, translator
from models import BEFORE_LAUNCH, Campaign, Organisation, User, writing

NAMESPACE = "http://www.w3.org/2005/Atom"
MIME = "application/atom+xml"
IN_FORCE = timedelta(days=7)  # where the sender said nothing
MOST = 100  # entries


# ── The switch ──────────────────────────────────────────────────────────


def may_have(organisation: Organisation) -> bool:
    """Whether it warns people at all."""
    return organisation.kind in rights.ZONE_ONLY


def open_to_all(organisation: Organisation, *, by: User, now: datetime) -> None:
    """From now on everybody can read what it warns of; what was sent before stays where it was."""
    if not may_have(organisation):
        raise Refusal(N_("Only a police zone has a feed of warnings."))
    with writing():
        here = (Organisation.id == organisation.id) & Organisation.feed_since.is_null()
        if Organisation.update(feed_since=now).where(here).execute():
            audit.record("feed.opened", organisation, by=by, now=now)


def close(organisation: Organisation, *, by: User, now: datetime) -> None:
    """Nobody reads it any more from now on, the documents neither."""
    with writing():
        here = (Organisation.id == organisation.id) & Organisation.feed_since.is_null(False)
        if Organisation.update(feed_since=None).where(here).execute():
            audit.record("feed.closed", organisation, by=by, now=now)


# ── What stands in it ───────────────────────────────────────────────────


def find(organisation: Organisation, id: int) -> Campaign | None:
    """What everybody may read, also when it is not in force any more: what follows refers to it."""
    return next(_published(organisation, Campaign.id == id), None)


def in_force(organisation: Organisation, now: datetime) -> list[Campaign]:
    """What counts now, newest first: not stopped, not over, and not replaced by what follows it."""
    lately = (Campaign.launched_at > now - IN_FORCE) | (Campaign.expires_at > now)
    return [one for one in _published(organisation, lately) if is_in_force(one, now)][:MOST]


def _published(organisation: Organisation, here) -> Iterator[Campaign]:
    """What is real, was launched since the feed was opened, and is not kept out of it."""
    if organisation.feed_since is None:
        return
    ours = (Campaign.organisation == organisation.id) & Campaign.status.not_in(BEFORE_LAUNCH)
    since = Campaign.launched_at >= organisation.feed_since
    query = Campaign.select().where(ours, since, here)
    yield from filter(is_told, query.order_by(Campaign.launched_at.desc(), Campaign.id.desc()))


def is_told(campaign: Campaign) -> bool:
    """Whether it is for everybody once it is launched and the feed is open."""
    return not campaign.is_practice and cap.is_public(campaign) and not cap.is_kept_in(campaign)


def is_in_force(campaign: Campaign, now: datetime) -> bool:
    ends_at = campaign.expires_at or campaign.launched_at + IN_FORCE
    return not _is_stopped(campaign) and now < ends_at and all(map(_is_stopped, cap.later(campaign)))


def _is_stopped(campaign: Campaign) -> bool:
    """Whether its sender took it back; an all-clear that was stopped ends nothing."""
    return campaign.status == "stopped"


# ── The document ────────────────────────────────────────────────────────


def document(organisation: Organisation, now: datetime, address: str, link: Callable[[int], str]) -> bytes:
    """The feed as UTF-8, the same as long as the same is in force; `link` gives the address of a document."""
    shown = in_force(organisation, now)
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": organisation.language})
    title = translator(organisation.language).gettext(N_("Warnings of %(organisation)s"))
    cap.put(root, "id", address)
    cap.put(root, "title", title % {"organisation": organisation.name})
    cap.put(root, "updated", cap.moment(shown[0].launched_at if shown else organisation.feed_since))
    cap.put(cap.put(root, "author"), "name", organisation.name)
    cap.put(root, "link", rel="self", type=MIME, href=address)
    for campaign in shown:
        _put_entry(root, campaign, link(campaign.id))
    return cap.written(root)


def _put_entry(root: ET.Element, campaign: Campaign, address: str) -> None:
    known = cap.languages(campaign)
    lang = campaign.fallback_language if campaign.fallback_language in known else known[0]
    said, entry = cap.told(campaign, lang), cap.put(root, "entry")
    cap.put(entry, "id", address)
    cap.put(entry, "title", said["headline"])
    for name in ("published", "updated"):
        cap.put(entry, name, cap.moment(campaign.launched_at))
    for term in (cap.status_of(campaign), cap.message_type(campaign)):
        cap.put(entry, "category", term=term)
    cap.put(entry, "link", rel="alternate", type=cap.MIME, href=address)
    cap.put(entry, "summary", said["description"] or said["headline"])
