"""What a message asks of its readers, and which channel follows for who does not answer: typed, shown, counted."""

from datetime import datetime
from itertools import permutations

from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _

from dispatch.sending import acknowledgements, campaigns, cascade
from dispatch.words import CHANNELS, N_
from models import AWAITED, Campaign
from views import render

MOST_MINUTES = 24 * 60
USUAL_MINUTES = 10
ORDERS = ["-".join(order) for order in permutations(campaigns.READY_CHANNELS)]
WAYS = {
    "sms": N_("by answering YES to the SMS"),
    "voice": N_("with key 1 on the telephone"),
    "email": N_("by the button behind the link in the mail"),
}


def typed() -> dict:
    """What the form asks for; minutes that are no number are the usual ones."""
    form = request.form
    minutes = form.get("next_minutes", USUAL_MINUTES, type=int)
    order, awaits = form.get("order", ORDERS[0]), form.get("awaits", AWAITED[0])
    cascade = {
        "order": (order if order in ORDERS else ORDERS[0]).split("-"),
        "minutes": min(MOST_MINUTES, max(1, minutes)),
        "awaits": awaits if awaits in AWAITED else AWAITED[0],
    }
    return {
        "asks_acknowledgement": True if form.get("asks_acknowledgement") else None,
        "cascade": cascade if form.get("in_turn") else None,
    }


def fields(campaign) -> dict:
    """What the fields of a draft hold."""
    chosen = campaign.cascade or {"order": [], "minutes": USUAL_MINUTES, "awaits": AWAITED[0]}
    return {
        "orders": [(order, _in_order(order.split("-"))) for order in ORDERS],
        "order": "-".join(chosen["order"]),
        "minutes": chosen["minutes"],
        "awaits": chosen["awaits"],
        "waits_for": [(name, _(words)) for name, words in cascade.WAITS_FOR.items()],
    }


def in_words(campaign) -> list[str]:
    """What is asked and what follows, in sentences; nothing when all channels go at once and nobody is asked."""
    said = [_asked(campaign)] if campaign.asks_acknowledgement else []
    if campaign.turns:
        said.append(cascade.in_words(campaign, get_locale().language))
    return said


def _asked(campaign) -> str:
    ways = [_(WAYS[channel]) for channel in campaign.turns or campaign.channels if channel in WAYS]
    return _("Whoever gets it is asked to confirm that: %(ways)s.", ways=", ".join(ways))


def goes_on(campaign: Campaign, now: datetime) -> list[str]:
    """The same while it runs, and when the next channel goes at the earliest; nothing once none is to come."""
    if not campaign.next_channel_at:
        return []
    at, said = cascade.goes_on_at(campaign, now), in_words(campaign)
    if at and campaign.is_running:
        said.append(_("The next channel goes at %(at)s at the earliest.", at=render.when(at, now)))
    return said


def _in_order(channels: list[str]) -> str:
    return ", ".join(_(CHANNELS[channel]) for channel in channels)


def counted(campaign: Campaign) -> dict | None:
    """How many people confirmed, in all and by channel; None where nobody is asked."""
    if not campaign.asks_acknowledgement:
        return None
    found = acknowledgements.counted(campaign)
    by = [
        f"{_(CHANNELS[channel])} {found[channel]}" for channel in campaigns.READY_CHANNELS if found[channel]
    ]
    return {"number": found.total(), "by": ", ".join(by)}
