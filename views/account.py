"""One's own account: password, second factor, and the screens on which one is signed in."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.access import passwords, second_factor, sessions
from dispatch.errors import Refusal
from models import User
from views import agents, guard, identity, qr

pages = Blueprint("account", __name__)


@pages.get("/account")
@guard.signed_in
def show():
    return _page()


# ── Password ────────────────────────────────────────────────────────────


@pages.post("/account/password")
@guard.signed_in
def change_password():
    """Asks the old one, and signs every other screen out."""
    new = request.form.get("new", "")
    if new != request.form.get("again", ""):
        return _page({"again": _("These are not the same. Type the password twice.")}), 422
    try:
        passwords.change(
            _me(),
            request.form.get("old", ""),
            new,
            address=request.remote_addr or "",
            token=session.get("sign_in", ""),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _page({refusal.field.replace("password", "new") or "old": refusal.sentence.said_by(_)}), 422
    flash(_("Your password was changed. Your other screens were signed out."), "done")
    return redirect(url_for(".show"), 303)


# ── Second factor ───────────────────────────────────────────────────────


@pages.post("/account/second-factor")
@guard.signed_in
def begin():
    if said := identity.fault():
        return _page({"password": said}), 422
    second_factor.begin(_me(), clock.now())
    return redirect(url_for(".enrol"), 303)


@pages.get("/account/second-factor")
@guard.signed_in
def enrol():
    return _enrol_page() if second_factor.begun(_me()) else redirect(url_for(".show"))


@pages.post("/account/second-factor/code")
@guard.signed_in
def finish():
    try:
        typed, address = request.form.get("code", ""), request.remote_addr or ""
        codes = second_factor.finish(_me(), typed, address=address, now=clock.now())
    except Refusal as refusal:
        return (_enrol_page(refusal.sentence), 422) if second_factor.begun(_me()) else _back()
    return render_template("signin/codes.html", codes=codes, way_on=url_for(".show"))


@pages.post("/account/second-factor/codes")
@guard.signed_in
def renew_codes():
    if said := identity.fault():
        return _page({"password": said}), 422
    if not second_factor.of(_me()):
        return _back()
    codes = second_factor.renew_codes(_me(), clock.now())
    return render_template("signin/codes.html", codes=codes, way_on=url_for(".show"))


@pages.post("/account/second-factor/remove")
@guard.signed_in
def remove():
    if said := identity.fault():
        return _page({"password": said}), 422
    second_factor.remove(_me(), by=_me(), now=clock.now())
    return redirect(url_for("signin.form"), 303)


# ── Screens ─────────────────────────────────────────────────────────────


@pages.post("/account/sessions/<int:id>/end")
@guard.signed_in
def end_session(id: int):
    if sessions.end_one(_me(), id, now=clock.now()):
        flash(_("That screen was signed out."))
    return _back()


def _back():
    return redirect(url_for(".show"), 303)


def _me() -> User:
    return current_user._get_current_object()


def _enrol_page(refusal=None) -> str:
    return render_template(
        "signin/enrol.html", refusal=refusal, next="", is_inside=True, **qr.shown(second_factor.begun(_me()))
    )


def _page(faults: dict[str, str] | None = None) -> str:
    me = _me()
    return render_template(
        "account/show.html",
        me=me,
        faults=faults or {},
        has_factor=second_factor.of(me) is not None,
        must_have_factor=second_factor.is_required(me),
        codes_left=second_factor.codes_left(me),
        screens=_screens(me),
        now=clock.now(),
        **identity.asked(),
    )


def _screens(me: User) -> list[tuple]:
    """(session, what it is, whether it is this one) of every screen that is signed in."""
    idle, longest = current_app.config["SESSION_IDLE"], current_app.permanent_session_lifetime
    open_ones = sessions.of(me, now=clock.now(), idle=idle, longest=longest)
    token = session.get("sign_in", "")
    return [(one, agents.said(one.agent), sessions.is_this(one, token)) for one in open_ones]
