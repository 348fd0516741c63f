"""A forgotten password, and the mailed link with which it, or a new account's first one, is set."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from dispatch import clock
from dispatch.access import links, resets
from dispatch.errors import Missing, Refusal
from models import Link
from views import guard

pages = Blueprint("door", __name__)
NO_PASSWORD = "who comes here has no password; the link in the mail is the proof"  # nosec B105 # an address


@pages.get("/reset")
@guard.open_because(NO_PASSWORD)
def forgotten():
    return render_template("signin/forgotten.html")


@pages.post("/reset")
@guard.open_because(NO_PASSWORD)
def ask():
    """Says the same, and takes as long, whether there is such an account or not."""
    guard.slow_down("reset")
    resets.ask(request.form.get("email", ""), clock.now())
    return redirect(url_for(".asked"), 303)


@pages.get("/reset/asked")
@guard.open_because(NO_PASSWORD)
def asked():
    return render_template("signin/asked.html")


@pages.get("/link/<token>")
@guard.open_because(NO_PASSWORD)
def link(token: str):
    """Looking at it uses nothing up: mail filters follow links before people do."""
    return _page(_found(token), token)


@pages.post("/link/<token>")
@guard.open_because(NO_PASSWORD)
def set_password(token: str):
    guard.slow_down("signin")
    found = _found(token)
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _page(found, token, {"again": _("These are not the same. Type the password twice.")}), 422
    try:
        resets.set_password(found, new, now=clock.now())
    except Missing:
        raise
    except Refusal as refusal:
        return _page(found, token, {"new": refusal.sentence.said_by(_)}), 422
    flash(_("Your password is set. Sign in with it."), "done")
    return redirect(url_for("signin.form"), 303)


def _found(token: str) -> Link:
    found = links.found(token, clock.now())
    if not found:
        raise Missing(resets.DEAD)
    return found


def _page(found: Link, token: str, faults: dict[str, str] | None = None) -> str:
    return render_template(
        "signin/link.html",
        token=token,
        email=found.user.email,
        is_invitation=found.purpose == "invitation",
        faults=faults or {},
    )
