"""Requests to gateways over HTTP: carried side by side, and requests' troubles told as outcomes."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import islice
from ssl import SSLCertVerificationError

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from dispatch.providers.base import (
    DEFAULT_RATES,
    NO_ROAD,
    BadRoad,
    Feed,
    Outcome,
    Outgoing,
    Provider,
    RoadURL,
)
from dispatch.words import N_

CONNECT_SECONDS = 5
BREATH = 0.05  # seconds without news after which the caller may write down what it has
NUMBER = re.compile(r"\+[1-9]\d{5,14}")
HERE = ("127.0.0.1", "localhost")
BY_STATUS = {
    **dict.fromkeys((401, 403, 404, 405), ("retry", "not_authorised")),  # says nothing of the message
    429: ("retry", "throttled"),
}
OF_THE_WORDS = (400, 413, 422)  # something in the request is wrong, and perhaps in one message of many
MOST_MORE = 40  # requests to find what is wrong in a batch: two in five hundred take 34


class Trouble(Exception):
    """What became of a request that brought no usable answer."""

    def __init__(self, status: str, code: str, detail: str = "", answer: requests.Response | None = None):
        self.status, self.code, self.detail, self.answer = status, code, detail, answer
        super().__init__(code)

    @property
    def is_of_the_words(self) -> bool:
        """Whether the request was refused for what it says: surely nothing of it was sent."""
        is_refused = self.answer is not None and self.answer.status_code in OF_THE_WORDS
        return self.status == "failed" and is_refused

    def told(self) -> dict:
        """The JSON object that came with it; empty when there is none."""
        try:
            told = self.answer.json()
        except (AttributeError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}

    def of(self, reference: str) -> Outcome:
        return Outcome(reference, self.status, code=self.code, detail=self.detail)


class Posting(Provider):
    """A gateway that is posted to with a key, over a few kept connections, one thread each."""

    def __init__(self, url: RoadURL, channel: str, connections: int, *, sender: str, receipts_at: str = ""):
        name = f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")
        name += ":voice" if channel == "voice" else ""  # texts and calls have a rate each
        super().__init__(name, channel, url.rate(DEFAULT_RATES[channel]), sender)
        self._base, self._receipts_at = base_of(url), receipts_at
        self.has_receipts = bool(receipts_at)
        self._seconds, self._connections = url.number("timeout", 30), connections
        self._session = a_session(connections)
        self._carriers = ThreadPoolExecutor(connections, thread_name_prefix=url.scheme)

    def close(self) -> None:
        self._carriers.shutdown(wait=True, cancel_futures=True)
        self._session.close()


def a_session(connections: int) -> requests.Session:
    """The road is what its URL says: no proxy, no .netrc of the machine, and never a second try of its own."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0))
    return session


def base_of(url: RoadURL) -> str:
    """Raises BadRoad: the key may cross only this machine without TLS."""
    if not url.host or not url.user:
        raise BadRoad(N_("The road %(scheme)s:// needs a key and a host."), scheme=url.scheme)
    is_safe = url.flag("tls", True)
    if not is_safe and url.host not in HERE:
        raise BadRoad(N_("Only a gateway on this machine may be spoken to without TLS."))
    return f"{'https' if is_safe else 'http'}://{url.host}" + (f":{url.port}" if url.port else "")


def sender_of(url: RoadURL, sender: str, channel: str = "sms") -> str:
    """Eleven letters and digits at most, or E.164 (3GPP TS 23.040, 9.1.2.5); of calls E.164 alone. Raises BadRoad."""
    sender = url.options.get("from") or sender
    if channel == "voice" and not NUMBER.fullmatch(sender):
        raise BadRoad(N_("The sender of spoken messages is a number such as +32470000000."))
    if not re.fullmatch(r"[A-Za-z0-9 ._&-]{1,11}", sender) and not NUMBER.fullmatch(sender):
        raise BadRoad(N_("The sender is at most 11 letters and digits, or a number such as +32470000000."))
    return sender


def receipts_url(public_url: str, scheme: str, key: str) -> str:
    """Raises BadRoad."""
    if public_url and not public_url.startswith(("http://", "https://")):
        raise BadRoad(N_("The public address must begin with http:// or https://."))
    return f"{public_url}/receipts/{scheme}/{key}" if public_url and key else ""


def ask(session: requests.Session, method: str, url: str, seconds: float, **said) -> dict:
    """The JSON object that was answered; raises Trouble."""
    try:
        answer = session.request(
            method, url, timeout=(CONNECT_SECONDS, seconds), allow_redirects=False, **said
        )
    except (OSError, ValueError, HTTPError) as trouble:  # requests' own errors are OSErrors
        raise _of_network(trouble) from None
    if not answer.ok or answer.is_redirect:
        raise of_status(answer)
    return _object(answer)


def of_status(answer: requests.Response) -> Trouble:
    """After a 5xx nobody knows whether it left; a gateway's own number of the error is all that we keep."""
    status = answer.status_code
    verdict = BY_STATUS.get(status)
    if not verdict and 400 <= status < 500 and status != 408:
        verdict = ("failed", "refused")
    return Trouble(*(verdict or ("unsure", "unreadable_answer")), str(status), answer)


def _object(answer: requests.Response) -> dict:
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise Trouble("unsure", "unreadable_answer", str(answer.status_code))
    return told


def carried(
    feed: Feed,
    carry: Callable[[list[Outgoing]], list[Outcome]],
    carriers: ThreadPoolExecutor,
    *,
    side_by_side: int,
    size: int = 1,
) -> Iterator[Outcome | None]:
    """Batches of `size`, some side by side; what speaks against the road ends the pulling."""
    feed, under_way, is_open = iter(feed), set(), True
    while is_open or under_way:
        while is_open and len(under_way) < side_by_side and (batch := _gathered(feed, size)):
            under_way.add(carriers.submit(carry, batch))
        if not under_way:
            return
        done, under_way = wait(under_way, BREATH, FIRST_COMPLETED)
        for outcomes in [future.result() for future in done]:
            is_open = is_open and not any(outcome.code in NO_ROAD for outcome in outcomes)
            yield from outcomes
        if not done:
            yield None


def fault_of(outgoing: Outgoing) -> str:
    """Why it can never leave: a key of REASONS, or nothing."""
    return "" if NUMBER.fullmatch(outgoing.address) else "no_such_number"


def posted(
    batch: list[Outgoing],
    post: Callable[[list[Outgoing]], list[Outcome]],
    fault: Callable[[Outgoing], str] = fault_of,
) -> list[Outcome]:
    """What became of each of a batch that `post` carries in one request, or raises Trouble for as a whole.

    What has a `fault` never leaves. Of a batch that was refused for its words each half is asked again, so that one bad
    message does not take the others with it; after MOST_MORE requests, or when the road is in trouble, the rest waits.
    """
    faults = {outgoing.reference: fault(outgoing) for outgoing in batch}
    fit = [outgoing for outgoing in batch if not faults[outgoing.reference]]
    outcomes = [Outcome(reference, "failed", code=code) for reference, code in faults.items() if code]
    parts, more = [fit] if fit else [], MOST_MORE
    while parts:
        part = parts.pop()
        try:
            outcomes += post(part)
            continue
        except Trouble as caught:
            trouble = caught
        if trouble.is_of_the_words and len(part) > 1:
            middle, more = len(part) // 2, more - 2
            parts += [part[middle:], part[:middle]]
        else:
            outcomes += [trouble.of(outgoing.reference) for outgoing in part]
        if more < 0 or trouble.code in NO_ROAD:
            left = Trouble("retry", trouble.code, trouble.detail)
            return outcomes + [left.of(outgoing.reference) for part in parts for outgoing in part]
    return outcomes


def _gathered(feed: Iterator[Outgoing | None], size: int) -> list[Outgoing]:
    batch: list[Outgoing] = []
    for outgoing in islice(feed, size):
        if outgoing is None:
            break
        batch.append(outgoing)
    return batch


def _of_network(trouble: Exception) -> Trouble:
    """Retry only when nothing can have left us. Of the exception only its kind is kept: its words hold the request."""
    causes, name = {type(cause) for cause in _causes(trouble)}, type(trouble).__name__
    if SSLCertVerificationError in causes:
        return Trouble("retry", "no_safe_connection", "SSLCertVerificationError")
    if any(issubclass(cause, NewConnectionError | ConnectTimeoutError) for cause in causes):
        return Trouble("retry", "no_answer", name)
    code = "no_answer" if isinstance(trouble, requests.Timeout) else "connection_lost"
    return Trouble("unsure", code, name)


def _causes(trouble: BaseException | None) -> Iterator[BaseException]:
    while trouble is not None:
        yield trouble
        wrapped = getattr(trouble, "reason", None) or next(iter(trouble.args), None)
        trouble = wrapped if isinstance(wrapped, BaseException) else trouble.__cause__ or trouble.__context__
