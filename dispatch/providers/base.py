"""The contract between the house and the roads to the outside: what goes out, what became of it, what is said later."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from dispatch import clock
from dispatch.errors import Refusal
from dispatch.words import N_

DEFAULT_RATES = {"sms": 500.0, "email": 2500.0, "voice": 10.0}
SECONDS = {"s": 1, "min": 60, "h": 3600}
RING_SECONDS, CALL_SECONDS = 40, 300  # so long a telephone rings, and so long a call lasts at most
FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
REASONS = {
    "no_such_number": N_("the number does not exist any more"),
    "no_such_mailbox": N_("the mailbox does not exist any more"),
    "mailbox_full": N_("the mailbox is full"),
    "unreachable": N_("the telephone could not be reached"),
    "expired": N_("the telephone stayed out of reach too long"),
    "number_refused": N_("the gateway does not serve this number"),
    "not_routable": N_("the gateway has no route to this number"),
    "refused": N_("the message was refused"),
    "sender_refused": N_("the sender was refused"),
    "too_long": N_("the text is too long"),
    "not_writable": N_("the message or the address holds characters that cannot be sent"),
    "not_authorised": N_("the gateway does not accept our sign-in"),
    "no_safe_connection": N_("no secure connection to the gateway was possible"),
    "no_answer": N_("no answer from the gateway"),
    "busy": N_("the gateway was busy"),
    "throttled": N_("the gateway asked us to send more slowly"),
    "gave_up": N_("the receiving server could not be reached in time"),
    "later": N_("the receiving server asked to try again later"),
    "connection_lost": N_("the connection broke before we knew the answer"),
    "unreadable_answer": N_("the gateway's answer could not be read"),
    "opted_out": N_("the receiver asked for no more messages"),
    "confirmed": N_("the receiver confirmed with a key"),
    "answered": N_("the call was answered, without a key"),
    "voicemail": N_("an answering machine took the call"),
    "hung_up": N_("the receiver hung up before the end"),
    "busy_line": N_("the line was busy"),
    "no_pickup": N_("nobody picked up"),
}
"""Why a message did not arrive, or not yet: each code in words for the reports."""
NO_ROAD = frozenset(("no_answer", "connection_lost", "not_authorised", "no_safe_connection", "throttled"))
"""The reasons that say something of the road and nothing of the message."""


class BadRoad(Refusal):
    """The URL of a road cannot be used; the sentence says why and never repeats a secret."""


class BadReceipt(Refusal):
    """What was posted is not a receipt of this provider."""


class Unfit(Exception):
    """An Outgoing that this road can never carry; `code` is a key of REASONS."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    media_type: str
    content: bytes


class Speech(NamedTuple):
    """What a call says around its text: the opening before and after it, then which key does what.

    `audio`: the path of a recording that is played instead of the text, behind our public address; `seconds`: how long
    all of it lasts, said once.
    """

    opening: str
    ask: str
    thanks: str
    audio: str = ""
    seconds: int = 30


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What all readers of one language get: made once for a campaign, so that a road may write it down once.

    house: in whose name a mail comes, beside the mailbox of the road.
    ask: what stands in a mail before the link by which its reader confirms it; "" when nobody is asked to.
    stop: what stands in a mail before the link by which its reader ends the news; "" in whatever cannot be ended.
    expires_at: after that moment (UTC) it is of no use to anybody, and a road that can tells its provider so.
    """

    text: str
    subject: str = ""
    lang: str = "nl"
    is_news: bool = False
    list_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    speech: Speech | None = None
    house: str = ""
    ask: str = ""
    stop: str = ""
    expires_at: datetime | None = None

    @property
    def around(self) -> tuple[str, str, str]:
        """What a call says before its text, after it, and at the very end; empty where nobody wrote it."""
        return (self.speech.opening, self.speech.opening, self.speech.ask) if self.speech else ("", "", "")

    def useful_for(self, unit: int = 1) -> int:
        """How many whole units of `unit` seconds it is still of use at this moment, at least one; 0: for ever."""
        if not self.expires_at:
            return 0
        return max(1, int((self.expires_at - clock.now()).total_seconds()) // unit)


class Outgoing(NamedTuple):
    """One message to one address. `reference` is ours, [0-9a-z]{16}, and comes back in the receipt."""

    reference: str
    address: str
    content: Content
    names: str = ""


class Outcome(NamedTuple):
    """What became of one Outgoing when it was handed over.

    accepted: the provider has it · failed: surely not sent, and never will be · retry: surely not sent, another try
    may succeed · unsure: nobody can know. `code` is a key of REASONS; `detail` is the provider's own words without
    any name, number or text.
    """

    reference: str
    status: str
    provider_reference: str = ""
    code: str = ""
    detail: str = ""


class Receipt(NamedTuple):
    """What a provider says later: accepted, delivered, failed or expired.

    Of a call: delivered when it was confirmed with a key, else answered, voicemail, hung_up, busy, no_answer or failed.
    """

    reference: str
    status: str
    code: str = ""
    detail: str = ""


class Reply(NamedTuple):
    """A text message that somebody sent to our number. `reference` is the provider's own, the same when it comes again."""

    reference: str
    number: str
    text: str


class Posted(NamedTuple):
    """One request at our door for receipts or replies, as it came."""

    args: Mapping[str, str]
    body: bytes = b""
    content_type: str = ""
    url: str = ""
    headers: Mapping[str, str] = {}


Feed = Iterable[Outgoing | None]
"""What may leave, one after the other; None: nothing at this moment, see to what is under way and ask again."""


@dataclass(frozen=True, slots=True)
class RoadURL:
    """A road's URL taken apart, user and password decoded; shows no secret when printed."""

    scheme: str
    host: str = ""
    port: int | None = None
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises BadRoad. A plus in the query stays a plus: it begins a number, not a space."""
        try:
            split = urlsplit(url.strip())
            host, port = split.hostname or "", split.port
        except ValueError:  # its own words may quote a piece of the password
            raise BadRoad(
                N_(
                    "The host or port of a road cannot be read. Write special characters of the password percent-encoded."
                )
            ) from None
        pairs = (pair.partition("=") for pair in split.query.split("&") if pair)
        options = {unquote(key): unquote(value) for key, _, value in pairs}
        return cls(
            split.scheme, host, port, unquote(split.username or ""), unquote(split.password or ""), options
        )

    def flag(self, key: str, default: bool = False) -> bool:
        """An option that is 1 or 0."""
        raw = self.options.get(key, "")
        if raw.lower() not in ("", *FLAGS):
            raise BadRoad(N_("The option “%(option)s” of the road must be 1 or 0."), option=key)
        return FLAGS.get(raw.lower(), default)

    def number(self, key: str, default: float) -> float:
        """An option that is a number above zero."""
        raw = self.options.get(key, "")
        if not raw:
            return default
        if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", raw) or not float(raw):
            raise BadRoad(N_("The option “%(option)s” of the road must be a number above zero."), option=key)
        return float(raw)

    def rate(self, default: float) -> float:
        """Messages per second, from `rate=500`, `rate=600/min` or `rate=9000/h`."""
        raw = self.options.get("rate", "")
        if not raw:
            return default
        found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)(?:/(s|min|h))?", raw)
        if not found or not float(found[1]):
            raise BadRoad(N_("The rate of a road is a number, or a number per minute such as 600/min."))
        return float(found[1]) / SECONDS[found[2] or "s"]


class Provider:
    """A road to the outside. Carries only: knows no table, chooses nothing, waits for no rate.

    `name` tells roads apart without a secret; `rate` is in messages per second; `sender` is what the receiver sees;
    `lines` is how many calls it carries at the same time, 0 without a limit.
    """

    schemes: ClassVar[tuple[str, ...]]
    channels: ClassVar[tuple[str, ...]]
    options: ClassVar[frozenset[str]] = frozenset()
    at_once = 1  # how many it carries side by side, or in one request
    has_receipts = False
    plays_alone = (
        False  # whether a recording is all that is heard: no opening, and nobody says which key confirms
    )
    lines = 0  # how many calls it may have under way; 0 when it does not count them
    looked_up_at_once = 0  # how many messages one look-up may ask for; 0 when the road cannot be asked

    def __init__(self, name: str, channel: str, rate: float, sender: str):
        self.name = name
        self.channel = channel
        self.rate = rate
        self.sender = sender

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        """The road that this URL describes; raises BadRoad."""
        raise NotImplementedError

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        """Pulls from the feed as it has room, and yields one Outcome for each Outgoing that it pulled, in any order.

        What it never pulled surely did not leave: that is how a stop takes hold, and how a road in trouble keeps the
        rest for another one. It returns when the feed has ended, or says None while nothing is under way, or when the
        road is in trouble, and then everything that it pulled is answered for. None in between: nothing new, but the
        caller may write down what it has. Network trouble is an outcome and never an exception.
        """
        raise NotImplementedError

    def read_receipts(self, told: Posted) -> list[Receipt]:
        """What the provider posted to us; raises BadReceipt."""
        raise BadReceipt(N_("This road sends no receipts."))

    def read_replies(self, told: Posted) -> list[Reply]:
        """The texts of members that the provider posted to us, proven as a receipt is; raises BadReceipt."""
        raise BadReceipt(N_("This road brings no replies."))

    def answer(self, told: Posted, content_of: Callable[[str], Content | None]) -> str | None:
        """What a gateway that asks at our door how a call goes on is told, as XML; None where nothing is asked.

        content_of: what the call with this reference says.
        """
        return None

    def look_up(self, references: Iterable[str]) -> list[Receipt]:
        """What became of these messages, asked for without using anything up; at most looked_up_at_once of them.

        What is not found is not in it, and that proves nothing: an answer that never came back may still be on its way
        into the provider's own books. Trouble is an empty answer and never an exception.
        """
        return []

    def collect(self, now: datetime) -> list[Receipt]:
        """The receipts that have to be asked for, up to `now`."""
        return []

    def close(self) -> None:
        """Lets go of connections and threads; what was handed over is not taken back."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.channel}>"


def without_people(words: str, *secrets: str) -> str:
    """A provider's words fit to keep: no mailbox, no telephone number, none of `secrets`, 160 characters."""
    for secret in filter(None, secrets):
        words = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", words)
    words = re.sub(r"\S*@\S*", "…", words)
    words = re.sub(r"\+?\d{6,}|(?:\+|\b0)\d(?:[ ./-]?\d){4,}", "…", words)
    return " ".join(words.split())[:160]
