"""The roads to the outside, one file per provider, opened from a URL."""

import re

from dispatch.providers.base import BadRoad, Provider, RoadURL
from dispatch.providers.cm import Cm
from dispatch.providers.infobip import Infobip
from dispatch.providers.kannel import Kannel
from dispatch.providers.simulator import Simulator
from dispatch.providers.smtp import Smtp
from dispatch.providers.twilio import Twilio
from dispatch.words import CHANNELS, N_, Sentence

PROVIDERS: dict[str, type[Provider]] = {
    scheme: provider
    for provider in (Simulator, Smtp, Kannel, Infobip, Twilio, Cm)
    for scheme in provider.schemes
}


def open_road(
    url: str, *, channel: str, public_url: str = "", receipt_key: str = "", sender: str = ""
) -> Provider:
    """The provider behind a URL such as `smtp://user:password@host:587?starttls=1`; nothing is contacted yet.

    sender: who sends where the URL has no `from`. public_url and receipt_key: where providers post their receipts,
    `<public_url>/receipts/<scheme>/<receipt_key>`; without them a road works and has no receipts.
    Raises BadRoad, whose sentence never holds the password.
    """
    provider = _provider(url)
    if channel not in provider.channels:
        raise BadRoad(
            N_("The road %(scheme)s:// does not carry the channel “%(channel)s”."),
            scheme=provider.schemes[0],
            channel=Sentence(CHANNELS.get(channel, channel)),
        )
    parsed = RoadURL.parse(url)
    known = provider.options | {"rate", "from"} | ({"lines"} if channel == "voice" else set())
    if unknown := sorted(set(parsed.options) - known):
        # what does not look like an option may be a piece of a password that was not percent-encoded
        named = unknown[0] if re.fullmatch(r"[a-z-]{1,20}", unknown[0]) else "…"
        raise BadRoad(
            N_("The road %(scheme)s:// has no option “%(option)s”."), scheme=parsed.scheme, option=named
        )
    road = provider.from_url(
        parsed, channel=channel, sender=sender, public_url=public_url.rstrip("/"), receipt_key=receipt_key
    )
    road.lines = int(parsed.number("lines", 0))
    return road


def _provider(url: str) -> type[Provider]:
    scheme = re.match(r"\s*([a-z][a-z0-9+.-]{0,19})://", url)
    if not scheme:
        raise BadRoad(N_("A road is written as a URL, for example simulator:// or smtp://host:587."))
    if scheme[1] not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise BadRoad(
            N_("No road is called %(scheme)s://. There are: %(known)s."), scheme=scheme[1], known=known
        )
    return PROVIDERS[scheme[1]]
