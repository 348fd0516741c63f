"""The door behind the link in a mail that asks for an answer: one button, and who presses it has confirmed."""

from flask import Blueprint, current_app, g, make_response, render_template

from dispatch import clock
from dispatch.audit import asked_from
from dispatch.providers.confirming import reference
from dispatch.sending import acknowledgements
from models import Message
from views import guard
from views.own_data import NOBODY_HERE

pages = Blueprint("confirm", __name__)
WHY_OPEN = "whoever holds the link of one letter confirms it for whom it was meant, and sees nothing of them"


@pages.get("/confirm/<token>")
@guard.open_because(WHY_OPEN)
def show(token: str):
    """Confirms nothing: mail programs and their scanners follow links."""
    return _page(token, _found(token))


@pages.post("/confirm/<token>")
@guard.open_because(WHY_OPEN)
def press(token: str):
    found = _found(token)
    if found:
        acknowledgements.by_link(found.reference, clock.now())
    return _page(token, found)


def _found(token: str) -> Message | None:
    asked_from("")  # who asks has no account: where they sit is nobody's business
    known = reference(token, current_app.extensions["roads"].receipt_key)
    guard.slow_down("check", f"letter {known}" if known else "")
    asking = Message.reference == known, Message.channel == "email"
    found = Message.get_or_none(*asking) if known else None
    return found if found and found.campaign and found.campaign.asks_acknowledgement else None


def _page(token: str, letter: Message | None):
    g.reader_language = letter.language if letter else None
    page = "confirm/show.html" if letter else "own_data/nowhere.html"
    facts = {}
    if letter:
        is_confirmed = bool(acknowledgements.given(Message.id == letter.id))
        facts = {"organisation": letter.campaign.organisation, "is_confirmed": is_confirmed}
    answer = make_response(render_template(page, token=token, **facts, **NOBODY_HERE), 200 if letter else 404)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
