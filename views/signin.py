"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField

from dispatch import accounts, clock
from dispatch.errors import Refusal
from views import guard

pages = Blueprint("signin", __name__)


class SignInForm(FlaskForm):
    email = EmailField(_l("E-mail address"))
    password = PasswordField(_l("Password"))


@pages.get("/signin")
@guard.open_because("nobody is signed in before this page")
def form():
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    return _page(SignInForm(formdata=None))


@pages.post("/signin")
@guard.open_because("nobody is signed in before this page")
def sign_in():
    form = SignInForm()
    try:
        user = accounts.sign_in(
            form.email.data or "",
            form.password.data or "",
            address=request.remote_addr or "",
            now=clock.now(),
        )
    except Refusal as refusal:
        return _page(form, refusal.sentence), 422
    session.clear()  # a session that somebody else began is not continued
    login_user(user)
    session["sign_in"] = accounts.begin_session(user, clock.now())
    return redirect(_way_on(), 303)


@pages.post("/signout")
@guard.open_because("who is not signed in is signed out already")
def sign_out():
    accounts.end_session(session.get("sign_in", ""), clock.now())
    logout_user()
    session.clear()
    return redirect(url_for("signin.form"), 303)


def _page(form: SignInForm, refusal=None) -> str:
    helpdesk = current_app.config["BELFORT_HELPDESK"]
    return render_template(
        "signin/form.html", form=form, refusal=refusal, next=request.values.get("next", ""), helpdesk=helpdesk
    )


def _way_on() -> str:
    """Where the person was going, if that is a page of ours."""
    try:
        target = urlsplit(request.values.get("next", ""))
    except ValueError:
        return url_for("home.index")
    is_ours = (
        target.netloc in ("", request.host)
        and target.path.startswith("/")
        and not target.path.startswith("//")
    )
    if not is_ours or "\\" in target.path or target.path.startswith("/sign"):
        return url_for("home.index")
    return target.path + (f"?{target.query}" if target.query else "")
