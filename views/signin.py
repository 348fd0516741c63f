"""Signing in, in two steps where a second factor is asked, and out."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField

from dispatch import clock
from dispatch.access import identity, second_factor, sessions
from dispatch.errors import Refusal
from models import SignIn, User
from views import guard, qr

pages = Blueprint("signin", __name__)
NOBODY_YET = "nobody is signed in before this page"


class SignInForm(FlaskForm):
    email = EmailField(_l("E-mail address"))
    password = PasswordField(_l("Password"))


@pages.get("/signin")
@guard.open_because(NOBODY_YET)
def form():
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    return _page(SignInForm(formdata=None))


@pages.post("/signin")
@guard.open_because(NOBODY_YET)
def sign_in():
    guard.slow_down("signin")
    form = SignInForm()
    try:
        user = identity.sign_in(
            form.email.data or "",
            form.password.data or "",
            address=request.remote_addr or "",
            now=clock.now(),
        )
    except Refusal as refusal:
        return _page(form, refusal.sentence), 422
    return _after_password(user)


def _after_password(user: User):
    """Into the house, or to the second step."""
    step = identity.step_after_password(user)
    token = sessions.begin(
        user,
        now=clock.now(),
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        is_half=bool(step),
    )
    if not step:
        return _enter(user, token)
    session.clear()  # a session that somebody else began is not continued
    session["half"] = token
    if step == "enrol":
        second_factor.begin(user, clock.now())
    return redirect(url_for(f"signin.{step}", next=request.values.get("next") or None), 303)


def _enter(user: User, token: str, way_on: str = ""):
    session.clear()
    login_user(user)
    session["sign_in"] = token
    return redirect(way_on or _way_on(), 303)


# ── The second step ─────────────────────────────────────────────────────


@pages.get("/signin/code")
@guard.open_because(NOBODY_YET)
def code():
    return _code_page() if _half() else _begin_again()


@pages.post("/signin/code")
@guard.open_because(NOBODY_YET)
def give_code():
    half = _half()
    if not half:
        return _begin_again()
    if not second_factor.of(half.user):
        abort(404)
    try:
        typed, address = request.form.get("code", ""), request.remote_addr or ""
        token = identity.give_code(half, typed, address=address, now=clock.now())
    except Refusal as refusal:
        return _code_page(refusal.sentence), 422
    return _enter(half.user, token) if token else _begin_again()


@pages.get("/signin/enrol")
@guard.open_because(NOBODY_YET)
def enrol():
    half = _half()
    return _enrol_page(half) if half and second_factor.begun(half.user) else _begin_again()


@pages.post("/signin/enrol")
@guard.open_because(NOBODY_YET)
def finish_enrolment():
    """The first code of the new telephone lets the person in, and shows the recovery codes once."""
    half, now = _half(), clock.now()
    if not half:
        return _begin_again()
    if second_factor.of(half.user):  # who has one shows it: a password alone sets up no other telephone
        return redirect(url_for(".code", next=request.values.get("next") or None), 303)
    try:
        typed, address = request.form.get("code", ""), request.remote_addr or ""
        codes = second_factor.finish(half.user, typed, address=address, now=now)
    except Refusal as refusal:
        return _enrol_page(half, refusal.sentence), 422
    token = sessions.complete(half, now=now)
    if not token:
        return _begin_again()
    way_on = _way_on()
    _enter(half.user, token)
    return render_template("signin/codes.html", codes=codes, way_on=way_on)


@pages.post("/signout")
@guard.open_because("who is not signed in is signed out already")
def sign_out():
    sessions.end(session.get("sign_in", ""), clock.now())
    logout_user()
    session.clear()
    left = redirect(url_for("signin.form", left=1), 303)
    left.headers["Clear-Site-Data"] = '"cache"'  # a shared screen shows nothing more of it
    return left


def _half() -> SignIn | None:
    return sessions.half_way(session.get("half", ""), clock.now())


def _begin_again():
    return redirect(url_for("signin.form", next=request.values.get("next") or None), 303)


# ── Pages ───────────────────────────────────────────────────────────────


def _page(form: SignInForm, refusal=None) -> str:
    return render_template("signin/form.html", form=form, refusal=refusal, next=_next())


def _code_page(refusal=None) -> str:
    helpdesk = current_app.config["BELFORT_HELPDESK"]
    return render_template("signin/code.html", refusal=refusal, next=_next(), helpdesk=helpdesk)


def _enrol_page(half: SignIn, refusal=None):
    factor = second_factor.begun(half.user)
    if not factor:
        return _begin_again()
    return render_template("signin/enrol.html", refusal=refusal, next=_next(), **qr.shown(factor))


def _next() -> str:
    return request.values.get("next", "")


def _way_on() -> str:
    """Where the person was going, if that is a page of ours behind the door."""
    target = guard.way_on(_next())
    return url_for("home.index") if target.startswith("/sign") else target
