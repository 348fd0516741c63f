"""The door behind List-Unsubscribe: one press ends the news by e-mail, one more brings it back."""

from flask import Blueprint, current_app, g, make_response, render_template, request

from dispatch import clock
from dispatch.audit import asked_from
from dispatch.people import news
from dispatch.providers.unsubscribe import reference
from dispatch.sending import no_news
from models import Member
from views import guard
from views.own_data import NOBODY_HERE

pages = Blueprint("unsubscribe", __name__)
WHY_OPEN = (
    "whoever holds the link of one letter ends the news of whom it was meant for, and sees nothing of them"
)


@pages.get("/unsubscribe/<token>")
@guard.open_because(WHY_OPEN)
def show(token: str):
    """Changes nothing: mail programs and their scanners follow links."""
    return _page(token, _found(token))


@pages.post("/unsubscribe/<token>")
@guard.open_because(WHY_OPEN)
def press(token: str):
    """A mail program posts List-Unsubscribe=One-Click, without cookies, and follows no redirect (RFC 8058, 3.2)."""
    people = _found(token)
    deed = news.resume if request.form.get("deed") == "resume" else no_news.end
    deed(people, "email", now=clock.now())
    return _page(token, _found(token))


def _found(token: str) -> list[Member]:
    asked_from("")  # who asks has no account: where they sit is nobody's business
    known = reference(token, current_app.extensions["roads"].receipt_key)
    guard.slow_down("check", f"letter {known}" if known else "")
    return news.behind(known) if known else []


def _page(token: str, people: list[Member]):
    g.reader_language = people[0].language if people else None
    page = "unsubscribe/show.html" if people else "own_data/nowhere.html"
    facts = (
        {"organisation": people[0].organisation, "is_ended": news.is_ended(people, "email")} if people else {}
    )
    answer = make_response(render_template(page, token=token, **facts, **NOBODY_HERE), 200 if people else 404)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
