"""The doors that are open to everybody: a zone's feed of warnings and its CAP documents, where the zone opened it."""

from flask import Blueprint, Response, abort, current_app, request, url_for

from dispatch import clock
from dispatch.sending import cap
from dispatch.sending import feed as feeds
from models import Organisation
from views import guard, lookups

pages = Blueprint("feed", __name__)
OPEN = "it holds what the zone told everybody, and the zone opened it"


@pages.get("/warnings/<slug>.atom")
@guard.open_because(OPEN)
def atom(slug: str):
    guard.slow_down("feed")
    zone = lookups.zone_with_feed(slug)
    content = feeds.document(zone, clock.now(), address(zone), lambda id: address_of(zone, id))
    return _answer(content, feeds.MIME)


@pages.get("/warnings/<slug>/<int:id>.xml")
@guard.open_because(OPEN)
def alert(slug: str, id: int):
    guard.slow_down("feed")
    campaign = feeds.find(lookups.zone_with_feed(slug), id) or abort(404)
    return _answer(cap.document(campaign, current_app.config["BELFORT_PUBLIC_URL"]), cap.MIME)


def _answer(content: bytes, mimetype: str) -> Response:
    """With a mark of what it says: who has it already is answered with 304 and nothing (RFC 9110, 13.1.2)."""
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = (
        "public, no-cache"  # keep it, and ask each time whether it still counts
    )
    response.add_etag()
    return response.make_conditional(request)


def address(zone: Organisation) -> str:
    """Where everybody finds the feed, as others see this installation."""
    return current_app.config["BELFORT_PUBLIC_URL"] + url_for("feed.atom", slug=zone.slug)


def address_of(zone: Organisation, id: int) -> str:
    return current_app.config["BELFORT_PUBLIC_URL"] + url_for("feed.alert", slug=zone.slug, id=id)
