"""The doors for gateways: what became of messages that they accepted, and what members send back."""

import hmac

from flask import Blueprint, abort, current_app, request

from dispatch import clock
from dispatch.providers.base import BadReceipt, Posted, Provider
from dispatch.sending import inbound, receipts
from views import guard

pages = Blueprint("receipts", __name__)


@pages.route("/receipts/<provider>/<key>", methods=["GET", "POST"])
@guard.open_because("a gateway has no account; the key in the address is its proof")
def take(provider: str, key: str):
    """Answered after commit; a receipt of an unknown message is answered too, or it would come back for ever.

    One that was overheard and is posted again changes nothing: a message only ever moves to a higher rank, so no window
    of time is kept, and none could be: neither Infobip nor Twilio nor Kannel nor CM signs the moment of the post.
    """
    road = _road(provider, key)
    try:
        told = _posted()
        found = road.read_receipts(told)
    except BadReceipt as refusal:
        return _refused(refusal)
    receipts.take(found, clock.now())
    if reply := road.answer(told, receipts.content_of):
        return reply, 200, {"Content-Type": "text/xml; charset=utf-8"}
    return "", 204


@pages.post("/inbound/<provider>/<key>")
@guard.open_because("a gateway has no account; the key in the address is its proof")
def listen(provider: str, key: str):
    """Answered after commit, with nothing: some gateways send what we answer as a text to whoever wrote."""
    road = _road(provider, key)
    try:
        found = road.read_replies(_posted())
    except BadReceipt as refusal:
        return _refused(refusal)
    inbound.take(provider, found, clock.now())
    return "", 204


def _road(provider: str, key: str) -> Provider:
    roads = current_app.extensions["roads"]
    road = roads.of_scheme(provider, request.args.get("channel", ""))
    if not road or not hmac.compare_digest(key.encode(), roads.receipt_key.encode()):
        guard.slow_down("receipts")  # whoever guesses; a gateway with the right key is never slowed
        abort(404)
    return road


def _posted() -> Posted:
    body = request.get_data(cache=True)
    return Posted(request.values, body, request.content_type or "", request.url, request.headers)


def _refused(refusal: BadReceipt):
    guard.slow_down("receipts")
    return f"{refusal}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
