"""Scenarios: templates that are ready but for what only the day can tell; written in versions, shared as copies."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dispatch import audit, rights
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.sending import campaigns, doubt, placeholders, scenario_drafts
from dispatch.words import N_
from models import (
    LANGUAGES,
    Campaign,
    Organisation,
    Template,
    TemplateVersion,
    User,
    writing,
)

KEPT = campaigns.WORDING + campaigns.PREPARED
BACK_WITHIN = timedelta(days=30)


# ── The library ─────────────────────────────────────────────────────────


def templates_of(organisation: Organisation):
    return (
        Template.select()
        .where(Template.organisation == organisation.id, Template.removed_at.is_null())
        .order_by(Template.name)
    )


def save_as_template(campaign: Campaign, *, by: User, now: datetime, name: str = "") -> Template:
    """Keeps a campaign's wording and audience as a scenario that is ready to launch."""
    wording = {field: getattr(campaign, field) for field in KEPT} | {
        "name": name.strip() or campaign.name,
        "policy": _unusual_policy(campaign),
    }
    return _create(campaign.organisation_id, wording, by=by, now=now)


def _unusual_policy(campaign: Campaign) -> str:
    """What was chosen against the habit of its kind; the habit follows the kind when that changes."""
    return "" if campaign.policy == doubt.usual_policy(campaign.kind) else campaign.policy


def _create(where: Organisation | int, wording: Mapping, *, by: User, now: datetime, **origin) -> Template:
    with writing():
        touched = dict.fromkeys(_paths(wording), now.isoformat())
        template = Template.create(
            organisation=where, by=by, touched=touched, created_at=now, changed_at=now, **wording, **origin
        )
        _keep_version(template, by=by, why="", now=now)
        audit.record("template.saved", template, by=by, now=now, organisation=template.organisation_id)
    return template


def remove_template(template: Template, *, by: User, now: datetime) -> None:
    with writing():
        here = (Template.id == template.id) & Template.removed_at.is_null()
        if Template.update(removed_at=now).where(here).execute():
            audit.record("template.removed", template, by=by, now=now)


def removed_of(organisation: Organisation, now: datetime) -> list[Template]:
    """The templates that can still be put back, the last removed first."""
    here = (Template.organisation == organisation.id) & (Template.removed_at > now - BACK_WITHIN)
    return list(Template.select().where(here).order_by(Template.removed_at.desc()))


def put_back(template: Template, *, by: User, now: datetime) -> None:
    """A template that was removed lately can be used again as it was; raises WrongMoment when it is too late."""
    with writing():
        here = (Template.id == template.id) & (Template.removed_at > now - BACK_WITHIN)
        if not Template.update(removed_at=None).where(here).execute():
            raise WrongMoment(
                N_("It can be used again already, or was removed too long ago. Nothing was changed.")
            )
        audit.record("template.put_back", template, by=by, now=now)


# ── From a scenario to what is sent ─────────────────────────────────────


def fill_in(
    campaign: Campaign, typed: Mapping[str, str], *, by: User, now: datetime, version: int
) -> Campaign:
    """Keeps what stands in the placeholders of a draft, {name: as typed}; raises Incomplete on what cannot be read."""
    filled, faults = placeholders.tried_on(campaign, typed)
    if faults:
        raise Incomplete(N_("Nothing was kept: something cannot be read."), faults)
    if filled == (campaign.filled or {}):
        return campaign
    return campaigns.write(campaign, by=by, now=now, version=version, filled=filled)


def follow_up_text(campaign: Campaign, what: str) -> dict:
    """What its scenario says afterwards, {channel: {lang: {"subject"?, "body"}}}, with the campaign's values in it.

    what: one of FOLLOW_UPS. {} when the scenario has no such text. What the campaign has no value for stays open as
    {{name}}, and `campaigns.faults` of whatever it is put into will not let it leave.
    """
    return placeholders.afterwards(campaign, what)


# ── Writing, in versions ────────────────────────────────────────────────


def begin(organisation: Organisation, *, by: User, now: datetime, name: str = "") -> Template:
    """A new scenario, empty but for its name; without one it is the one that they began and left as it was."""
    left = Template.organisation == organisation.id, Template.by == by.id, Template.removed_at.is_null()
    if not name and (empty := Template.get_or_none(*left, Template.name == "", Template.version == 1)):
        return empty
    return _create(organisation, {"name": name, "kind": campaigns.first_kind(by)}, by=by, now=now)


def revise(
    template: Template, *, by: User, now: datetime, version: int, why: str = "", **wording
) -> Template:
    """Keeps what was written as a new version, complete or not; what is as it was makes none.

    Raises WrongMoment when another hand was first, NotAllowed on a kind that the writer may not send, Incomplete on
    placeholders that are none.
    """
    with writing():
        stored = Template.get_by_id(template.id)
        if not rights.may_send(by, wording.get("kind", stored.kind)):
            raise NotAllowed(N_("Your role may not send this kind of message."))
        if faults := placeholders.definition_faults(wording.get("placeholders") or []):
            raise Incomplete(N_("Nothing was saved. A placeholder is not complete."), faults)
        if version == stored.version and all(
            (getattr(stored, name) or None) == (wording[name] or None) for name in wording
        ):
            scenario_drafts.forget(stored, by)
            return stored
        wording["touched"] = _touched(stored, wording, now)
        here = Template.removed_at.is_null()
        campaigns.change(stored, here, version=version, by=by, now=now, **wording)
        written = Template.get_by_id(template.id)
        _keep_version(written, by=by, why=why, now=now)
        scenario_drafts.forget(stored, by)
    return written


def take_back(template: Template, to: int, *, by: User, now: datetime, version: int, why: str) -> Template:
    """Writes an older version once more, as the newest; the audience too, as it was then."""
    old = TemplateVersion.get(TemplateVersion.template == template.id, TemplateVersion.version == to)
    return revise(template, by=by, now=now, version=version, why=why, **old.wording)


def versions_of(template: Template):
    """Every version that was kept, the newest first."""
    rows = TemplateVersion.select(TemplateVersion, User).join(User)
    return rows.where(TemplateVersion.template == template.id).order_by(TemplateVersion.version.desc())


def is_version(number: int):
    return TemplateVersion.version == number


def _keep_version(template: Template, *, by: User, why: str, now: datetime) -> None:
    wording = {name: getattr(template, name) for name in KEPT}
    facts = {"version": template.version, "wording": wording, "why": why.strip()[:200]}
    TemplateVersion.create(template=template, by=by, at=now, **facts)


# ── Languages ───────────────────────────────────────────────────────────


def untranslated(template: Template) -> list[tuple[str, str, str]]:
    """Where a language of the scenario lacks a text: (what, channel, lang); what is "" or one of FOLLOW_UPS."""
    spoken = {lang for _what, _channel, lang, _text in all_texts(template)}
    written = {(what, channel, lang) for what, channel, lang, _text in all_texts(template)}
    begun = sorted({(what, channel) for what, channel, _lang in written})
    return [
        (what, channel, lang)
        for what, channel in begun
        for lang in LANGUAGES
        if lang in spoken and (what, channel, lang) not in written
    ]


def stale(template: Template) -> list[tuple[str, str, str]]:
    """Translations that nobody touched since the text in the fallback language was changed: (what, channel, lang)."""
    touched = template.touched or {}
    return [
        (what, channel, lang)
        for what, channel, lang, _text in all_texts(template)
        if touched.get(_path(what, channel, lang), "")
        < touched.get(_path(what, channel, template.fallback_language), "")
    ]


def all_texts(what: Template | Mapping) -> list[tuple[str, str, str, dict]]:
    """Every text there is, of the message and of what may follow: (what, channel, lang, text)."""
    kept = what if isinstance(what, Mapping) else {name: getattr(what, name) for name in KEPT}
    all_texts = {"": kept.get("texts") or {}} | (kept.get("follow_ups") or {})
    return [
        (name, channel, lang, text)
        for name, texts in all_texts.items()
        for channel, languages in texts.items()
        for lang, text in languages.items()
        if campaigns.has_text(text)
    ]


def _path(what: str, channel: str, lang: str) -> str:
    return f"{what}-{channel}-{lang}"


def _paths(wording: Mapping) -> dict[str, dict]:
    return {_path(what, channel, lang): text for what, channel, lang, text in all_texts(wording)}


def _touched(stored: Template, wording: Mapping, now: datetime) -> dict[str, str]:
    """When each text was last written; what is gone is no longer in it."""
    old = _paths({name: getattr(stored, name) for name in KEPT})
    new = _paths({name: getattr(stored, name) for name in KEPT} | wording)
    before = stored.touched or {}
    return {
        path: before.get(path, "") if old.get(path) == text else now.isoformat() for path, text in new.items()
    }


# ── Shared with others ──────────────────────────────────────────────────


def receivers(organisation: Organisation):
    """The organisations that could use a copy: whoever alerts people, but itself."""
    alerting = Organisation.kind.in_(("police_zone", "federal_service", "municipality"))
    return (
        Organisation.select().where(alerting, Organisation.id != organisation.id).order_by(Organisation.name)
    )


def share(template: Template, receiver: Organisation, *, by: User, now: datetime) -> Template:
    """Lays a copy into the library of another organisation; whom it is for and what was recorded stay here."""
    wording = {name: getattr(template, name) for name in KEPT}
    wording |= {"audience": {}, "texts": _without_recordings(template.texts)}
    with writing():
        copy = _create(receiver, wording, by=by, now=now, came_from=template.organisation_id)
        facts = {"organisation": template.organisation_id, "receiver": receiver.id, "copy": copy.id}
        audit.record("template.shared", template, by=by, now=now, **facts)
    return copy


def _without_recordings(texts: Mapping) -> dict:
    return {
        channel: {
            lang: {part: words for part, words in text.items() if part != "recording"}
            for lang, text in languages.items()
        }
        for channel, languages in texts.items()
    }
