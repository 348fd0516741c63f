"""Who may enter: every endpoint names the right that it asks, or says why it is open."""

from collections.abc import Callable
from functools import wraps

from flask import abort, current_app, redirect, request, session, url_for
from flask_login import current_user

from dispatch import clock, rights


def needs(action: str) -> Callable:
    """The endpoint answers only people who may do `action` somewhere; the thing itself is judged by lookups."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(*args, **kwargs):
            if not current_user.is_authenticated:
                return sign_in_first()
            if not rights.may(current_user, action):
                abort(403)
            return view(*args, **kwargs)

        guarded.guarded_by = action
        return guarded

    return decorate


def signed_in(view: Callable) -> Callable:
    """The endpoint answers everybody with an account."""

    @wraps(view)
    def guarded(*args, **kwargs):
        return view(*args, **kwargs) if current_user.is_authenticated else sign_in_first()

    guarded.guarded_by = "signed in"
    return guarded


def open_because(reason: str) -> Callable:
    """The endpoint answers everybody, for this reason."""

    def decorate(view: Callable) -> Callable:
        view.guarded_by = f"open: {reason}"
        return view

    return decorate


def sign_in_first():
    """To the sign-in page and back here afterwards; a fragment tells htmx to load the whole page."""
    if request.headers.get("HX-Request"):
        return (
            "",
            401,
            {"HX-Redirect": url_for("signin.form", next=request.headers.get("HX-Current-URL", ""))},
        )
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("signin.form", next=here))


def slow_down(what: str) -> None:
    """Counts this try of the address that it comes from; one too many is answered with 429 and no work."""
    if not current_app.extensions["limits"][what].spend(request.remote_addr or "", clock.now()):
        abort(429)


def note_refusal(response):
    """Writes down, without a flood, that somebody was refused for want of a right, or a program for want of a token."""
    note, now = current_app.extensions["refusals"].note, clock.now()
    if response.status_code == 403 and current_user.is_authenticated:
        note("user.refused", str(current_user.id), by=current_user._get_current_object(), now=now)
    elif response.status_code == 401 and request.blueprint == "api":
        note("token.refused", request.remote_addr or "", by=None, now=now)
    return response


def is_practice() -> bool:
    """Whether this person is in practice mode, where nothing real is sent."""
    return bool(session.get("practice"))
