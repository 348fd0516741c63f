"""Kannel, the open SMS gateway: its smsbox takes messages over HTTP and reports back over HTTP.

Sending uses the POST form of sendsms (text in the body, the rest in X-Kannel headers), so that neither text, number nor
password is ever part of a URL that somebody logs. https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html
Kannel divides a long text itself and reports once for the whole message, so a receipt has no part. It silently cuts a
text of more parts than the `max-messages` of its sendsms-user: keep `parts=` of the road (10) equal to that number.
Its smsbox needs `http-request-retry = 5` or it loses some receipts, and `sendsms-chars` that include the plus.
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from ssl import SSLCertVerificationError
from typing import Self
from urllib.parse import parse_qsl

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from dispatch.providers.base import (
    DEFAULT_RATES,
    BadReceipt,
    BadRoad,
    Outcome,
    Outgoing,
    Provider,
    Receipt,
    RoadURL,
    Unfit,
    without_people,
)
from dispatch.sending.text import measure
from dispatch.words import N_

PORT = 13013
# Kannel's own boxes talk with delayed acknowledgements (some 40 ms a message once receipts are asked), so it takes
# two dozen requests under way to reach the 500 messages a second that one carrier reaches without receipts.
CARRIERS = 24
CONNECT_SECONDS = 5
EVERY_REPORT = "31"
CODINGS = {"GSM-7": "0", "UCS-2": "2"}
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
    429: ("retry", "busy"),
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
    """A Kannel smsbox; its carriers share the kept connections."""

    schemes = ("kannel",)
    channels = ("sms",)
    options = frozenset({"smsc", "tls", "verify", "timeout", "parts"})
    batch_size = 50
    at_once = CARRIERS

    def __init__(self, url: RoadURL, *, sender: str, receipts_at: str = ""):
        name = f"kannel://{url.host}:{url.port or PORT}"
        smsc = url.options.get("smsc", "")
        super().__init__(
            f"{name}?smsc={smsc}" if smsc else name, "sms", url.rate(DEFAULT_RATES["sms"]), sender
        )
        self.has_receipts = bool(receipts_at)
        self._receipts_at = receipts_at.replace("%", "%%")
        self._parts = int(url.number("parts", 10))
        self._timeout = (CONNECT_SECONDS, url.number("timeout", 30))
        scheme = "https" if url.flag("tls") else "http"
        self._sendsms = f"{scheme}://{url.host}:{url.port or PORT}/cgi-bin/sendsms"
        self._secrets = (url.user, url.password)
        self._headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "X-Kannel-Username": url.user.encode(),
            "X-Kannel-Password": url.password.encode(),
            "X-Kannel-From": sender.encode(),
            **({"X-Kannel-SMSC": smsc.encode()} if smsc else {}),
        }
        self._session = _session(verify=url.flag("verify", True))
        self._carriers = ThreadPoolExecutor(CARRIERS, thread_name_prefix="kannel")

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

    def send(self, batch: Sequence[Outgoing]) -> Iterator[Outcome]:
        is_unreachable = threading.Event()
        carried = [self._carriers.submit(self._carry, outgoing, is_unreachable) for outgoing in batch]
        try:
            for outcome in as_completed(carried):
                yield outcome.result()
        finally:
            for waiting in carried:
                waiting.cancel()

    def read_receipts(self, args: Mapping[str, str], body: bytes, content_type: str) -> list[Receipt]:
        """Reads `reference`, `state` and `answer` from the query or from a posted form."""
        told = dict(args)
        if content_type.startswith("application/x-www-form-urlencoded"):
            told |= parse_qsl(body.decode("utf-8", "replace"))
        reference, state, answer = (told.get(key, "") for key in ("reference", "state", "answer"))
        if not re.fullmatch(r"[0-9a-z]{16}", reference):
            raise BadReceipt(N_("The receipt has no reference of ours."))
        if not re.fullmatch(r"\d{1,3}", state) or int(state) not in STATES:
            raise BadReceipt(N_("The receipt has a state that Kannel does not have."))
        return [_receipt(reference, int(state), answer)]

    def close(self) -> None:
        self._carriers.shutdown(wait=True, cancel_futures=True)
        self._session.close()

    def _carry(self, outgoing: Outgoing, is_unreachable: threading.Event) -> Outcome:
        if is_unreachable.is_set():
            return Outcome(outgoing.reference, "retry", code="no_answer")
        try:
            request = self._request(outgoing)
            answer = self._session.send(request, timeout=self._timeout, allow_redirects=False)
        except Unfit as unfit:
            return Outcome(outgoing.reference, "failed", code=unfit.code)
        except (OSError, ValueError, HTTPError) as trouble:  # requests' own errors are OSErrors
            outcome = _trouble(outgoing, trouble)
            if outcome.status == "retry":
                is_unreachable.set()
            return outcome
        return self._read(outgoing, answer.status_code, answer.content[:2000].decode("utf-8", "replace"))

    def _request(self, outgoing: Outgoing) -> requests.PreparedRequest:
        """Raises Unfit for what cannot be written down as a request."""
        if not re.fullmatch(r"\+[1-9]\d{5,14}", outgoing.address):  # a space would make two receivers of it
            raise Unfit("no_such_number")
        try:
            text = outgoing.text.encode()
            headers = self._headers | self._about(outgoing)
            return self._session.prepare_request(requests.Request("POST", self._sendsms, headers, data=text))
        except ValueError:
            raise Unfit("not_writable") from None

    def _about(self, outgoing: Outgoing) -> dict[str, str]:
        size = measure(outgoing.text)
        if size.parts > self._parts:
            raise Unfit("too_long")
        about = {"X-Kannel-To": outgoing.address, "X-Kannel-Coding": CODINGS[size.encoding]}
        if self.has_receipts:
            url = f"{self._receipts_at}?reference={outgoing.reference}&state=%d&answer=%A"
            about |= {"X-Kannel-DLR-Mask": EVERY_REPORT, "X-Kannel-DLR-URL": url}
        return about

    def _read(self, outgoing: Outgoing, status: int, words: str) -> Outcome:
        detail = without_people(words, outgoing.text, outgoing.address[1:], *self._secrets)
        if status in (200, 202) and ACCEPTED.match(words):
            return Outcome(outgoing.reference, "accepted", detail=detail)
        verdict = next(
            (tuple(rest) for pattern, *rest in REFUSALS if pattern.search(words) and status >= 400), None
        )
        if not verdict and 400 <= status < 500:
            verdict = BY_STATUS.get(status, ("failed", "refused"))
        became, code = verdict or BY_STATUS.get(status, ("unsure", "unreadable_answer"))
        return Outcome(outgoing.reference, became, code=code, detail=f"{status} {detail}".strip())


def _session(*, verify: bool) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # the road is what its URL says: no proxy, no .netrc of the machine
    session.verify = verify
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=CARRIERS, max_retries=0))
    return session


def _trouble(outgoing: Outgoing, trouble: Exception) -> Outcome:
    """Retry only when nothing can have left us. Of the exception only its kind is kept: its words hold the request."""
    causes = {type(cause) for cause in _causes(trouble)}
    if causes & {SSLCertVerificationError}:
        return Outcome(
            outgoing.reference, "retry", code="no_safe_connection", detail="SSLCertVerificationError"
        )
    if any(issubclass(cause, NewConnectionError | ConnectTimeoutError) for cause in causes):
        return Outcome(outgoing.reference, "retry", code="no_answer", detail=type(trouble).__name__)
    code = "no_answer" if isinstance(trouble, requests.Timeout) else "connection_lost"
    return Outcome(outgoing.reference, "unsure", code=code, detail=type(trouble).__name__)


def _causes(trouble: BaseException | None) -> Iterator[BaseException]:
    while trouble is not None:
        yield trouble
        wrapped = getattr(trouble, "reason", None) or next(iter(trouble.args), None)
        trouble = wrapped if isinstance(wrapped, BaseException) else trouble.__cause__ or trouble.__context__


def _receipt(reference: str, state: int, answer: str) -> Receipt:
    """The centre's words may quote the beginning of the text, so only its codes are kept."""
    status, code = STATES[state]
    smpp = dict(re.findall(r"\b(stat|err):(\w{1,12})", answer.partition("text:")[0]))
    if status == "failed":
        status, code = SMPP_STATES.get(smpp.get("stat", ""), (status, code))
    refusal = re.match(r"NACK/(0x[0-9a-fA-F]{1,8}|\d{1,5})", answer)
    detail = refusal[0] if refusal else " ".join(f"{key}:{value}" for key, value in smpp.items())
    return Receipt(reference, status, code=code, detail=detail)
