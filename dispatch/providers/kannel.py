"""Kannel, the open SMS gateway: its smsbox takes messages over HTTP and reports back over HTTP.

Sending uses the POST form of sendsms (text in the body, the rest in X-Kannel headers), so that neither text, number nor
password is ever part of a URL that somebody logs. https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html
Kannel divides a long text itself and reports once for the whole message, so a receipt has no part. It silently cuts a
text of more parts than the `max-messages` of its sendsms-user: keep `parts=` of the road (10) equal to that number.
Its smsbox needs `http-request-retry = 5` or it loses some receipts, and `sendsms-chars` that include the plus.
"""

import re
import socket
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Self
from urllib.parse import parse_qsl

from dispatch.providers import tls
from dispatch.providers.base import (
    DEFAULT_RATES,
    BadReceipt,
    BadRoad,
    Feed,
    Outcome,
    Outgoing,
    Posted,
    Provider,
    Receipt,
    Reply,
    RoadURL,
    Unfit,
    without_people,
)
from dispatch.providers.http import HttpTalk, dial
from dispatch.providers.lines import Lines
from dispatch.sending.text import measure
from dispatch.words import N_

PORT = 13013
# Kannel's own boxes talk with delayed acknowledgements (some 40 ms a message once receipts are asked), so it takes
# two dozen requests under way to reach the 500 messages a second that one line reaches without receipts.
LINES, MOST_LINES = 24, 32
IDLE_SECONDS = 3  # a line that rested longer is dialled anew: the smsbox may just be closing it
EVERY_REPORT = b"31"
CODINGS = {"GSM-7": b"0", "UCS-2": b"2"}
ACCEPTED = re.compile(r"0: Accepted|3: Queued|Sent\.")
REFUSALS = (
    (re.compile(r"Authorization failed", re.IGNORECASE), "retry", "not_authorised"),
    (re.compile(r"Not routable", re.IGNORECASE), "failed", "not_routable"),
    (re.compile(r"denied by white- and/or black-lists|receiver", re.IGNORECASE), "failed", "number_refused"),
    (re.compile(r"Sender missing", re.IGNORECASE), "failed", "sender_refused"),
    (re.compile(r"Temporal failure|Sending failed", re.IGNORECASE), "retry", "busy"),
)
BY_STATUS = {
    401: ("retry", "not_authorised"),
    407: ("retry", "not_authorised"),
    429: ("retry", "throttled"),
    503: ("retry", "busy"),
}
# The values of %d: user guide, "Delivery reports"; 32 is a notice in between, 34 a build's own word for expired.
STATES = {
    1: ("delivered", ""),
    2: ("failed", "unreachable"),
    4: ("accepted", ""),
    8: ("accepted", ""),
    16: ("failed", "refused"),
    32: ("accepted", ""),
    34: ("expired", "expired"),
}
# What SMPP centres put after "stat:" when Kannel knows only "failed": SMPP 3.4, appendix B.
SMPP_STATES = {
    "EXPIRED": ("expired", "expired"),
    "REJECTD": ("failed", "refused"),
    "UNDELIV": ("failed", "unreachable"),
}


class Kannel(Provider):
    """A Kannel smsbox, over several kept lines with one request under way on each."""

    schemes = ("kannel",)
    channels = ("sms",)
    options = frozenset({"smsc", "tls", "verify", "timeout", "parts", "connections"})

    def __init__(self, url: RoadURL, *, sender: str, receipts_at: str = ""):
        name = f"kannel://{url.host}:{url.port or PORT}"
        smsc = url.options.get("smsc", "")
        super().__init__(
            f"{name}?smsc={smsc}" if smsc else name, "sms", url.rate(DEFAULT_RATES["sms"]), sender
        )
        self.has_receipts = bool(receipts_at)
        self._receipts_at = receipts_at.replace("%", "%%")
        self._parts = int(url.number("parts", 10))
        self._host, self._port = url.host, url.port or PORT
        self._tls = tls.context(url.flag("verify", True)) if url.flag("tls") else None
        self._secrets = (url.user, url.password)
        host = f"[{url.host}]" if ":" in url.host else url.host
        self._head = b"POST /cgi-bin/sendsms HTTP/1.1\r\n" + _headers(
            {
                "Host": f"{host}:{self._port}".encode(),
                "Content-Type": b"text/plain; charset=utf-8",
                "X-Kannel-Username": url.user.encode(),
                "X-Kannel-Password": url.password.encode(),
                "X-Kannel-From": sender.encode(),
                **({"X-Kannel-SMSC": smsc.encode()} if smsc else {}),
            }
        )
        self._measure = lru_cache(maxsize=64)(measure)
        self.at_once = max(1, int(min(url.number("connections", LINES), MOST_LINES)))
        self._lines = Lines(self._dial, self.at_once, url.number("timeout", 30), IDLE_SECONDS)

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        if not url.host:
            raise BadRoad(N_("The road %(scheme)s:// needs a host."), scheme=url.scheme)
        if public_url and not public_url.startswith(("http://", "https://")):
            raise BadRoad(N_("The public address must begin with http:// or https://."))
        sender = url.options.get("from") or sender
        if not re.fullmatch(r"[ -~]{0,20}", sender):
            raise BadRoad(N_("The sender of text messages is at most 20 plain characters."))
        receipts_at = f"{public_url}/receipts/kannel/{receipt_key}" if public_url and receipt_key else ""
        return cls(url, sender=sender, receipts_at=receipts_at)

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        return self._lines.carry(feed)

    def read_receipts(self, posted: Posted) -> list[Receipt]:
        """Reads `reference`, `state` and `answer` from the query or from a posted form."""
        told = dict(posted.args)
        if posted.content_type.startswith("application/x-www-form-urlencoded"):
            told |= parse_qsl(posted.body.decode("utf-8", "replace"))
        reference, state, answer = (told.get(key, "") for key in ("reference", "state", "answer"))
        if not re.fullmatch(r"[0-9a-z]{16}", reference):
            raise BadReceipt(N_("The receipt has no reference of ours."))
        if not re.fullmatch(r"\d{1,3}", state) or int(state) not in STATES:
            raise BadReceipt(N_("The receipt has a state that Kannel does not have."))
        return [_receipt(reference, int(state), answer)]

    def read_replies(self, posted: Posted) -> list[Reply]:
        """Reads X-Kannel-From and the body that a `post-url` sends, and `id` (%I) from its query: no text in a URL."""
        number = {name.lower(): value for name, value in posted.headers.items()}.get("x-kannel-from", "")
        charset = "utf-16-be" if "utf-16be" in posted.content_type.lower() else "utf-8"
        if not number or not re.fullmatch(r"[\w-]{1,64}", reference := posted.args.get("id", "")):
            raise BadReceipt(N_("The reply has no sender or no number of its own."))
        return [Reply(reference, number, posted.body.decode(charset, "replace"))]

    def close(self) -> None:
        self._lines.close()

    def _dial(self) -> tuple[socket.socket, HttpTalk]:
        connected = dial(self._host, self._port, self._tls)
        return connected, HttpTalk(self._request, self._read)

    def _request(self, outgoing: Outgoing) -> bytes:
        """Raises Unfit for what cannot be written down as a request."""
        if not re.fullmatch(r"\+[1-9]\d{5,14}", outgoing.address):  # a space would make two receivers of it
            raise Unfit("no_such_number")
        try:
            text = outgoing.content.text.encode()
            address = outgoing.address.encode("ascii")
        except ValueError:
            raise Unfit("not_writable") from None
        size = self._measure(outgoing.content.text)
        if size.parts > self._parts:
            raise Unfit("too_long")
        about = {"X-Kannel-To": address, "X-Kannel-Coding": CODINGS[size.encoding]}
        if minutes := outgoing.content.useful_for(60):
            about |= {"X-Kannel-Validity": b"%d" % minutes}
        if self.has_receipts:
            url = f"{self._receipts_at}?reference={outgoing.reference}&state=%d&answer=%A"
            about |= {"X-Kannel-DLR-Mask": EVERY_REPORT, "X-Kannel-DLR-URL": url.encode()}
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (self._head, _headers(about), len(text), text)

    def _read(self, outgoing: Outgoing, status: int, body: bytes) -> Outcome:
        words = body[:2000].decode("utf-8", "replace")
        if status in (200, 202) and (found := ACCEPTED.match(words)):
            return Outcome(outgoing.reference, "accepted", detail=found[0])
        detail = without_people(words, outgoing.content.text, outgoing.address[1:], *self._secrets)
        verdict = next(
            (tuple(rest) for pattern, *rest in REFUSALS if pattern.search(words) and status >= 400), None
        )
        if not verdict and 400 <= status < 500:
            verdict = BY_STATUS.get(status, ("failed", "refused"))
        became, code = verdict or BY_STATUS.get(status, ("unsure", "unreadable_answer"))
        return Outcome(outgoing.reference, became, code=code, detail=f"{status} {detail}".strip())


def _headers(facts: Mapping[str, bytes]) -> bytes:
    """Control characters become spaces, so that no option of a road can add a header."""
    return b"".join(
        b"%b: %b\r\n" % (name.encode(), re.sub(rb"[\x00-\x1f\x7f]", b" ", value))
        for name, value in facts.items()
    )


def _receipt(reference: str, state: int, answer: str) -> Receipt:
    """The centre's words may quote the beginning of the text, so only its codes are kept."""
    status, code = STATES[state]
    smpp = dict(re.findall(r"\b(stat|err):(\w{1,12})", answer.partition("text:")[0]))
    if status == "failed":
        status, code = SMPP_STATES.get(smpp.get("stat", ""), (status, code))
    refusal = re.match(r"NACK/(0x[0-9a-fA-F]{1,8}|\d{1,5})", answer)
    detail = refusal[0] if refusal else " ".join(f"{key}:{value}" for key, value in smpp.items())
    return Receipt(reference, status, code=code, detail=detail)
