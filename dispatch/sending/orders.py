"""Launches asked by a program: each once, however often it asks."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from dispatch import rights
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.sending import campaigns, scenarios, whom
from dispatch.words import N_
from models import Campaign, Template, Token, TokenLaunch, User, writing

OUTSIDE = N_("The audience holds people outside your BINs. Nothing was sent.")


def launch(
    template: Template, *, token: Token, key: str, order: Mapping, now: datetime
) -> tuple[Campaign, bool]:
    """Launches a template and returns its campaign, and whether this call did it; all in one transaction or not at all.

    order: {"terms_accepted": bool, "version": of the template, or None; "bins": ids, or None for the template's own
    audience; "values": [{"name", "value"}] for its placeholders; "useful_hours": int, or None for as long as the
    template says; "naming_reason": see `naming`, or None; "vouched": see `contacts.demand`, or None}. The same key with the same order finds the first campaign;
    with another order it is a Refusal. Raises what `campaigns.launch` raises, and then leaves no draft behind.
    """
    asked = _digest(template, order)
    with writing():
        known = TokenLaunch.get_or_none(TokenLaunch.token == token.id, TokenLaunch.key == key)
        if known:
            return _as_before(known, asked), False
        campaign = _launched(template, token, order, now)
        TokenLaunch.create(token=token, key=key, asked=asked, campaign=campaign, at=now)
    return campaign, True


def _as_before(known: TokenLaunch, asked: str) -> Campaign:
    if known.asked != asked:
        raise Refusal(
            N_("This key was used for another launch. Nothing was sent: use a new key for a new launch."),
            field="Idempotency-Key",
        )
    return known.campaign


def _launched(template: Template, token: Token, order: Mapping, now: datetime) -> Campaign:
    by, version = token.by, order.get("version")
    if version is not None and version != template.version:
        raise WrongMoment(N_("The template was changed after you read it. Nothing was sent: read it again."))
    if not rights.may_send(by, template.kind):
        raise NotAllowed(N_("Your role may not send this kind of message."))
    draft = campaigns.draft(
        token.organisation, by=by, now=now, is_practice=token.is_practice, template=template
    )
    if order.get("bins") is not None:
        audience = {"bins": list(dict.fromkeys(order["bins"]))}
        draft = campaigns.write(draft, by=by, now=now, version=draft.version, audience=audience)
    if values := {one["name"]: one["value"] for one in order.get("values") or ()}:
        draft = scenarios.fill_in(draft, values, by=by, now=now, version=draft.version)
    _refuse_outside(draft, by)
    hours = order.get("useful_hours")
    return campaigns.launch(
        draft,
        by=by,
        now=now,
        terms_accepted=order["terms_accepted"],
        version=draft.version,
        useful_for=timedelta(hours=hours) if hours else campaigns.AS_PREPARED,
        naming_reason=order.get("naming_reason") or "",
        vouched=order.get("vouched") or (),
    )


def _refuse_outside(draft: Campaign, by: User) -> None:
    if not whom.is_within(draft.audience, by) or not rights.may(by, "campaign.launch", draft):
        raise NotAllowed(OUTSIDE)


def _digest(template: Template, order: Mapping) -> str:
    return sha256(json.dumps([template.id, order], sort_keys=True).encode()).hexdigest()
