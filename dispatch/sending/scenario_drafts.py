"""What somebody types of a scenario and did not save yet: kept for them alone, and never what is sent."""

from datetime import datetime

from models import Template, TemplateDraft, User, writing


def jot(template: Template, wording: dict, *, by: User, now: datetime, version: int, why: str = "") -> bool:
    """Keeps what is typed, as changed from this version; returns whether it differs from what is saved."""
    differs = any((getattr(template, name) or None) != (wording[name] or None) for name in wording)
    with writing():
        if not differs:
            forget(template, by)
        else:
            facts = {"based_on": version, "wording": wording, "why": why.strip()[:200], "changed_at": now}
            (
                TemplateDraft.insert(template=template, by=by, **facts)
                .on_conflict(conflict_target=(TemplateDraft.template, TemplateDraft.by), update=facts)
                .execute()
            )
    return differs


def of(template: Template, user: User) -> TemplateDraft | None:
    return TemplateDraft.get_or_none(_is_mine(template, user))


def forget(template: Template, user: User) -> None:
    with writing():
        TemplateDraft.delete().where(_is_mine(template, user)).execute()


def _is_mine(template: Template, user: User):
    return (TemplateDraft.template == template.id) & (TemplateDraft.by == user.id)
