"""HTTP/1.1 on one kept line: one request a message, the next after the answer, and never the same one twice."""

import socket
import ssl
from collections.abc import Callable

import httptools

from dispatch.providers.base import Outcome, Outgoing
from dispatch.providers.lines import NoLine

CONNECT_SECONDS = 5
MOST_KEPT = 65536  # bytes of an answer; what a gateway has to say is shorter
Read = Callable[[Outgoing, int, bytes], Outcome]


def dial(host: str, port: int, tls: ssl.SSLContext | None = None) -> socket.socket:
    """A connected socket, encrypted where it is said how; raises NoLine."""
    try:
        connected = socket.create_connection((host, port), CONNECT_SECONDS)
        return _wrapped(connected, host, tls) if tls else connected
    except ssl.SSLError as trouble:
        raise NoLine("no_safe_connection", type(trouble).__name__) from None
    except (OSError, ValueError) as trouble:
        raise NoLine("no_answer", type(trouble).__name__) from None


def _wrapped(connected: socket.socket, host: str, tls: ssl.SSLContext) -> ssl.SSLSocket:
    try:
        return tls.wrap_socket(connected, server_hostname=host)
    except (OSError, ValueError):
        connected.close()
        raise


class HttpTalk:
    """`write` makes the request of a message and may raise Unfit; `read` makes an outcome of status and body."""

    goodbye = b""

    def __init__(self, write: Callable[[Outgoing], bytes], read: Read):
        self._write, self._read = write, read
        self._parser = httptools.HttpResponseParser(self)
        self._outgoing: Outgoing | None = None
        self._said = self._began = 0
        self._body: list[bytes] = []
        self._is_measured = self._has_head = False
        self._outcomes: list[Outcome] = []
        self.is_spoiled = False

    @property
    def held(self) -> int:
        return self._outgoing is not None

    def room(self) -> int:
        return self._outgoing is None

    def say(self, outgoing: Outgoing) -> bytes:
        request = self._write(outgoing)
        self._outgoing, self._began = outgoing, self._said
        self._said += len(request)
        return request

    def hear(self, data: bytes) -> tuple[list[Outcome], bytes]:
        if not self.held:  # nobody asked
            self.is_spoiled = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._doubt("unreadable_answer")
            self.is_spoiled = True
        outcomes, self._outcomes = self._outcomes, []
        return outcomes, b""

    def lost(self, code: str, written: int) -> list[Outcome]:
        """Surely not sent when not a byte of it left; an answer without a length ends with its line."""
        if self.held and self._has_head and not self._is_measured and code == "connection_lost":
            self._settle()
        elif self.held and written <= self._began:
            self._outcomes.append(Outcome(self._outgoing.reference, "retry", code=code))
        else:
            self._doubt(code)
        self._outgoing = None
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def on_message_begin(self) -> None:
        self._body, self._is_measured, self._has_head = [], False, False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._is_measured |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        self._has_head = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        if sum(map(len, self._body)) < MOST_KEPT:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:  # 100 Continue: the answer follows
            return
        self.is_spoiled |= not self._parser.should_keep_alive() or not self.held
        self._settle()

    def _settle(self) -> None:
        if outgoing := self._outgoing:
            self._outgoing = None
            body = b"".join(self._body)
            self._outcomes.append(self._read(outgoing, self._parser.get_status_code(), body))

    def _doubt(self, code: str) -> None:
        if outgoing := self._outgoing:
            self._outgoing = None
            self._outcomes.append(Outcome(outgoing.reference, "unsure", code=code))
