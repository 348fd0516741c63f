"""Who may enter: every endpoint names the right that it asks, or says why it is open."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlsplit

from flask import abort, current_app, redirect, request, url_for
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import WrongMoment
from dispatch.words import N_


def needs(action: str, or_else: str = "") -> Callable:
    """The endpoint answers only people who may do `action` somewhere; the thing itself is judged by lookups.

    or_else: a right of another house by which the same deed is done, such as the desk's that leads a zone's campaign.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(*args, **kwargs):
            if not current_user.is_authenticated:
                return sign_in_first()
            if not rights.may(current_user, action) and not (or_else and rights.may(current_user, or_else)):
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
    return redirect(url_for("signin.form", next=page_here() or None))


def page_here() -> str:
    """The address to come back to: of the page, or of the one that stands where a form was sent; "" where none does."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    is_page = request.routing_exception is None and current_app.create_url_adapter(request).test(method="GET")
    return request.path if is_page else ""


def way_on(wanted: str) -> str:
    """The page that somebody was at or going to, if it is one of ours; else the start."""
    try:
        target = urlsplit(wanted)
    except ValueError:
        return url_for("home.index")
    is_ours = target.netloc in ("", request.host) and target.path.startswith("/")
    if not is_ours or target.path.startswith("//") or "\\" in target.path:
        return url_for("home.index")
    return target.path + (f"?{target.query}" if target.query else "")


def slow_down(what: str, key: str = "") -> None:
    """Counts this try of the address that it comes from, or of `key`; one too many is answered with 429 and no work."""
    if not current_app.extensions["limits"][what].spend(key or request.remote_addr or "", clock.now()):
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
    return bool(getattr(current_user, "practises", False))


def page_mode() -> str:
    """What every form of a page carries: whether the page was one of practice."""
    return "practice" if is_practice() else "real"


def demand_page_mode() -> None:
    """Begins nothing in another mode than the page said; raises WrongMoment when it changed on another page meanwhile."""
    if request.form.get("page_mode", page_mode()) != page_mode():
        raise WrongMoment(
            N_(
                "On another page you began or stopped practising meanwhile, so nothing was begun here. Go back to the start page and press again."
            )
        )


def is_mixed(thing) -> bool:
    """Whether this person practises while the campaign, activation or emergency before them is real."""
    return is_practice() and not thing.is_practice
