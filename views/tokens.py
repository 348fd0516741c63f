"""Tokens of programs: made, seen once, watched and revoked by an administrator of the organisation."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, tokens
from dispatch.errors import Incomplete, Refusal
from dispatch.words import N_
from models import Token
from views import cap, guard, identity, lookups
from views.api.door import PREFIX

pages = Blueprint("tokens", __name__)

STATES = {
    "live": (N_("in use"), "check", "done"),
    "stopped": (N_("stopped: its account may no longer do this"), "not", "unsure"),
    "expired": (N_("expired"), "expired", ""),
    "revoked": (N_("revoked"), "stop", ""),
}
DAYS = ("30", "90", "366")


@pages.get("/tokens")
@guard.needs("token.change")
def index():
    return _page()


@pages.post("/tokens")
@guard.needs("token.change")
def make():
    """The answer shows the token: the only time that anybody sees it."""
    try:
        made, text = _made()
    except Incomplete as refusal:
        return _page(refusal.faults), 422
    except Refusal as refusal:
        return _page({refusal.field or "password": refusal.sentence}), 422
    return render_template("tokens/made.html", token=made, text=text, document=f"{PREFIX}/openapi.json")


def _made() -> tuple[Token, str]:
    form = request.form
    identity.confirm()
    return tokens.make(
        name=form.get("name", ""),
        scopes=form.getlist("scopes"),
        is_practice=form.get("mood") != "real",
        days=int(form.get("days")) if form.get("days") in DAYS else 0,
        by=current_user,
        now=clock.now(),
    )


@pages.get("/tokens/<int:id>/revoke")
@guard.needs("token.change")
def confirm_revoke(id: int):
    return render_template("tokens/revoke.html", token=lookups.token_of(id))


@pages.post("/tokens/<int:id>/revoke")
@guard.needs("token.change")
def revoke(id: int):
    token = lookups.token_of(id)
    tokens.revoke(token, by=current_user, now=clock.now())
    flash(_("The token %(name)s is revoked. No program can use it any more.", name=token.name))
    return redirect(url_for("tokens.index"), 303)


def _page(faults: dict | None = None) -> str:
    now = clock.now()
    told = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    labels = {"name": _("What is it for?"), "scopes": _("What may it do?"), "days": _("How long?")}
    return render_template(
        "tokens/index.html",
        rows=[_row(token, now) for token in lookups.tokens_seen()],
        typed=request.form,
        chosen=request.form.getlist("scopes"),
        faults=told,
        summary=[(name, labels.get(name, _("Your password, again")), told[name]) for name in told],
        scopes=[(scope, _(name), None) for scope, name in tokens.offered(current_user).items()],
        days=[(days, _("%(days)s days", days=days)) for days in DAYS],
        now=now,
        **identity.asked(),
        **cap.told(),
    )


def _row(token: Token, now) -> dict:
    state = tokens.state_of(token, now)
    words, icon, css = STATES[state]
    return {
        "token": token,
        "scopes": ", ".join(_(tokens.SCOPE_NAMES[scope]) for scope in token.scopes),
        "state": (_(words), icon, css),
        "may_revoke": state != "revoked",
    }
