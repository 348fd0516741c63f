"""Templates: scenarios that are ready to launch, one press from the page before sending."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import NotAllowed
from dispatch.sending import campaigns, placeholders, report, scenarios, whom
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, N_
from models import LANGUAGES, Template
from views import guard, lookups, render, wording

pages = Blueprint("message_templates", __name__)


@pages.get("/templates")
@guard.needs("campaign.see")
def index():
    return render_template(
        "message_templates/index.html",
        rows=[row(template) for template in usable()],
        removed=_removed(),
        may_use=rights.may(current_user, "campaign.compose"),
        may_write=rights.may(current_user, "template.change"),
        now=clock.now(),
    )


def _removed() -> list[Template]:
    """What this person could put back."""
    gone = scenarios.removed_of(current_user.organisation, clock.now())
    return [one for one in gone if rights.may(current_user, "template.change", one)]


def usable() -> list[Template]:
    """The organisation's templates of the kinds that this person may send, but for what has no name yet."""
    kept = scenarios.templates_of(current_user.organisation)
    return [one for one in kept if one.name and rights.may_send(current_user, one.kind)]


def on_keys(templates: list[Template], most: int) -> list[Template]:
    """Those of the start page, in the order in which they were made: a new one moves no key from under a finger."""
    return sorted(templates, key=lambda one: one.id)[:most]


def row(template: Template) -> dict:
    """A template in a list: its kind and channels in words, the languages it has, and what it lacks."""
    channels = ", ".join(_(CHANNELS[channel]) for channel in template.channels)
    kind = wording.capital(_(KINDS[template.kind]))
    return {
        "template": template,
        "soft": f"{kind}, {channels}" if channels else kind,
        "audience": report.audience_in_words(template, str(render.locale())),
        "languages": [_(LANGUAGE_NAMES[lang]) for lang in LANGUAGES if _has(template, lang)],
        "may_change": rights.may(current_user, "template.change", template),
        "lacks": len(campaigns.faults(template)),
        "stale": bool(scenarios.stale(template)),
        "came_from": template.came_from.name if template.came_from else "",
    }


def summary(template: Template) -> str:
    """What stands under the name on the start page: for whom, kind and channels, or that it is not complete."""
    shown = row(template)
    if not shown["lacks"]:
        return ". ".join(said for said in (shown["audience"], shown["soft"]) if said)
    return ngettext("%(num)d thing to mend", "%(num)d things to mend", shown["lacks"])


def _has(template: Template, lang: str) -> bool:
    return any(campaigns.has_text(template.texts.get(channel, {}).get(lang)) for channel in template.channels)


@pages.post("/templates/<int:id>/use")
@guard.needs("campaign.compose")
def use(id: int):
    """A draft as the template has it, for who of its audience this person may write to."""
    guard.demand_page_mode()
    template, now = lookups.template_of(id), clock.now()
    if not rights.may_send(current_user, template.kind):
        raise NotAllowed(N_("Your role may not send this kind of message."))
    draft = campaigns.open_draft(
        current_user.organisation,
        by=current_user,
        now=now,
        is_practice=guard.is_practice(),
        template=template,
    )
    if not whom.is_within(draft.audience, current_user):
        mine = whom.within(draft.audience, current_user)
        campaigns.write(draft, by=current_user, now=now, version=draft.version, audience=mine)
        flash(_("Only your own BINs are chosen as audience: the template names others too."), "warn")
    onward = "filling.show" if placeholders.used(draft) else "campaigns.review"
    return redirect(url_for(onward, id=draft.id), 303)


@pages.get("/templates/<int:id>/remove")
@guard.needs("template.change")
def confirm_remove(id: int):
    return render_template(
        "message_templates/remove.html", template=lookups.template_of(id, "template.change")
    )


@pages.post("/templates/<int:id>/remove")
@guard.needs("template.change")
def remove(id: int):
    template = lookups.template_of(id, "template.change")
    scenarios.remove_template(template, by=current_user, now=clock.now())
    flash(
        _(
            "The template %(name)s has been removed. For 30 days it can be put back at the foot of this page.",
            name=template.name,
        )
    )
    return redirect(url_for("message_templates.index"), 303)


@pages.post("/templates/back")
@guard.needs("template.change")
def put_back():
    template = lookups.template_of(
        request.form.get("template", 0, type=int), "template.change", is_removed=True
    )
    scenarios.put_back(template, by=current_user, now=clock.now())
    flash(_("The template %(name)s can be used again.", name=template.name))
    return redirect(url_for("message_templates.index"), 303)
