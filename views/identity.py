"""Showing again who one is, on the page of a grave deed: drawn by parts/identity.html, judged here."""

from flask import request, session
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.access import identity, second_factor, sessions
from dispatch.errors import Refusal


def asked() -> dict:
    """What the part needs to ask, or to say that it need not."""
    return {
        "identity_is_known": sessions.is_confirmed(session.get("sign_in", ""), clock.now()),
        "identity_has_code": second_factor.of(current_user) is not None,
    }


def fault() -> str:
    """Why the deed may not go on, as a sentence; empty when the person has shown who they are."""
    try:
        confirm()
    except Refusal as refusal:
        return refusal.sentence.said_by(_)
    return ""


def confirm() -> None:
    """Raises Refusal unless this session has shown who it is, now or within the last five minutes."""
    identity.confirm_session(
        session.get("sign_in", ""),
        current_user,
        request.form.get("password", ""),
        address=request.remote_addr or "",
        now=clock.now(),
    )
