"""E-mail over SMTP (RFC 5321): kept connections, one letter per reader, an outcome for every doubt.

The final dot is the border: what breaks before it has surely not been sent (retry), what breaks after it and before
the answer nobody can know (unsure). Where the server allows it, the next letter does not wait for the answer to the
one before: PIPELINING (RFC 2920), and CHUNKING (RFC 3030), whose letters need no word of the server in between.
"""

import re
import smtplib
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from email.utils import parseaddr
from functools import cached_property
from typing import Self

from dispatch.providers import confirming, tls, unsubscribe, verp
from dispatch.providers.base import (
    DEFAULT_RATES,
    BadRoad,
    Feed,
    Outcome,
    Outgoing,
    Provider,
    RoadURL,
    Unfit,
    without_people,
)
from dispatch.providers.confirming import Confirming
from dispatch.providers.letter import MAILBOX, from_line, route, write
from dispatch.providers.lines import Lines, NoLine
from dispatch.providers.unsubscribe import OneClick
from dispatch.words import N_

CONNECTIONS, MOST_CONNECTIONS = 16, 32
DEPTH = 8  # whole letters on one line without an answer, where there is CHUNKING
HEAP = 1_000_000  # bytes on one line without an answer: not several letters with a large attachment
LONGEST_ANSWER = 65536
MAIL, RCPT, DATA, LETTER, NOTHING, RESET = range(6)
PORTS = {"smtp": 587, "smtps": 465}
QUEUED = re.compile(rb"queued as <?([\w.-]{4,60})|\bid=([\w.-]{4,60})", re.IGNORECASE)
ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
# RFC 3463: the second and third number of the enhanced status code, without its class.
BY_ENHANCED = {
    "1.1": "no_such_mailbox",
    "1.2": "no_such_mailbox",
    "1.6": "no_such_mailbox",
    "1.10": "no_such_mailbox",
    "1.8": "sender_refused",
    "2.1": "no_such_mailbox",
    "2.2": "mailbox_full",
    "2.3": "too_long",
    "3.1": "busy",
    "3.4": "too_long",
    "7.8": "not_authorised",
}
# RFC 5321, 4.2.3: what the bare codes say about a receiver.
BY_CODE = {
    550: "no_such_mailbox",
    551: "no_such_mailbox",
    553: "no_such_mailbox",
    552: "mailbox_full",
    452: "mailbox_full",
}


class Smtp(Provider):
    """One mail server, over several connections at once."""

    schemes = ("smtp", "smtps")
    channels = ("email",)
    options = frozenset({"starttls", "verify", "timeout", "connections", "bounces"})

    def __init__(
        self,
        url: RoadURL,
        *,
        sender: str,
        bounces: str = "",
        key: str = "",
        one_click: OneClick | None = None,
        confirming: Confirming | None = None,
    ):
        self._host, self._port = url.host, url.port or PORTS[url.scheme]
        super().__init__(
            f"{url.scheme}://{self._host}:{self._port}", "email", url.rate(DEFAULT_RATES["email"]), sender
        )
        self._user, self._password = url.user, url.password
        self._is_implicit, self._is_upgraded = url.scheme == "smtps", url.flag("starttls")
        self._is_verified = url.flag("verify", True)
        self._timeout = url.number("timeout", 30)
        self.mailbox = parseaddr(sender)[1]
        self._bounces, self._key = bounces, key
        self.one_click, self.confirming = one_click, confirming
        self.at_once = max(1, int(min(url.number("connections", CONNECTIONS), MOST_CONNECTIONS)))
        self._lines = Lines(self._dial, self.at_once, self._timeout)

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        if not url.host:
            raise BadRoad(N_("The road %(scheme)s:// needs a host."), scheme=url.scheme)
        sender = url.options.get("from") or sender
        if not MAILBOX.fullmatch(parseaddr(sender)[1]):
            raise BadRoad(
                N_("The road %(scheme)s:// needs a sender: from=name@example.org."), scheme=url.scheme
            )
        bounces = verp.pattern(url.options.get("bounces", ""))
        if bounces and not _may_return(bounces):
            raise BadRoad(
                N_(
                    "The option “bounces” of the road is a short address such as bounce@example.org, or bounce+*@example.org."
                )
            )
        whose = public_url, receipt_key
        doors = {"one_click": unsubscribe.door(*whose), "confirming": confirming.door(*whose)}
        bounces = bounces if receipt_key else ""
        return cls(url, sender=sender, bounces=bounces, key=receipt_key, **doors)

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        return self._lines.carry(feed)

    def from_line(self, house: str = "") -> bytes:
        """The header line that says who writes: the mailbox is the setting's, whoever sends."""
        return from_line(self.sender, house)

    def close(self) -> None:
        self._lines.close()

    def envelope(self, outgoing: Outgoing, has_smtputf8: bool, has_dsn: bool = False) -> tuple[bytes, bytes]:
        """MAIL and RCPT of one letter; raises Unfit. A server that knows DSN (RFC 3461) tells of failures only, briefly."""
        to = route(outgoing.address)
        if not to.isascii() and not has_smtputf8:
            raise Unfit("not_writable")
        option = "" if to.isascii() else " SMTPUTF8"
        if not self._bounces:
            return f"MAIL FROM:<{self.mailbox}>{option}\r\n".encode(), f"RCPT TO:<{to}>\r\n".encode()
        back = verp.address(self._bounces, outgoing.reference, self._key)
        notify = ""
        if has_dsn:
            option, notify = f"{option} RET=HDRS ENVID={outgoing.reference}", " NOTIFY=FAILURE"
        return f"MAIL FROM:<{back}>{option}\r\n".encode(), f"RCPT TO:<{to}>{notify}\r\n".encode()

    def fit(self, words: str, outgoing: Outgoing) -> str:
        """A server's words without the reader and without our secret."""
        return without_people(
            words, outgoing.address, outgoing.address.partition("@")[0], outgoing.names, self._password
        )

    def _dial(self) -> tuple[socket.socket, "SmtpTalk"]:
        """smtplib speaks until letters can begin: greeting, TLS, sign-in."""
        connection = None
        try:
            connection = self._connect()
            if self._user:
                connection.login(self._user, self._password)
        except (OSError, ValueError) as trouble:
            # smtplib's own errors are OSErrors; a password that it cannot encode is a ValueError
            if connection:
                connection.close()
            raise _no_line(trouble) from None
        talk = SmtpTalk(self, connection.has_extn)
        connected, connection.sock = connection.sock, None
        connection.close()  # its file; the socket goes on
        return connected, talk

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return tls.context(self._is_verified)

    def _connect(self) -> smtplib.SMTP:
        if self._is_implicit:
            connection = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._tls)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._is_upgraded:
                connection.starttls(context=self._tls)
            connection.ehlo_or_helo_if_needed()
        except (OSError, ValueError):
            connection.close()
            raise
        return connection


def _may_return(bounces: str) -> bool:
    """RFC 5321, 4.5.3.1.1: a name before the @ has at most 64 characters, and the mark needs its share."""
    filled = bounces.replace(verp.STAR, "x" * verp.MARK_LENGTH)
    return bounces.count(verp.STAR) == 1 and filled.isascii() and bool(MAILBOX.fullmatch(filled))


def _no_line(trouble: Exception) -> NoLine:
    if isinstance(trouble, smtplib.SMTPAuthenticationError):
        is_temporary = trouble.smtp_code // 100 == 4
        return NoLine("busy" if is_temporary else "not_authorised", str(trouble.smtp_code))
    if isinstance(trouble, smtplib.SMTPNotSupportedError):
        missing = "no_safe_connection" if "STARTTLS" in str(trouble) else "not_authorised"
        return NoLine(missing, "SMTPNotSupportedError")
    if isinstance(trouble, ssl.SSLError):
        return NoLine("no_safe_connection", getattr(trouble, "verify_message", "") or "SSLError")
    if isinstance(trouble, smtplib.SMTPResponseException):
        return NoLine("busy" if trouble.smtp_code // 100 == 4 else "refused", str(trouble.smtp_code))
    return NoLine("no_answer", type(trouble).__name__)


class Mail:
    """One letter under way, with the first refusal that it met and the byte of the line that ends it."""

    __slots__ = ("end", "letter", "mail", "outgoing", "rcpt", "refusal")

    def __init__(self, outgoing: Outgoing, mail: bytes, rcpt: bytes, letter: bytes):
        self.outgoing, self.mail, self.rcpt, self.letter = outgoing, mail, rcpt, letter
        self.refusal, self.end = None, None


class SmtpTalk:
    """What is spoken on one signed-in connection; every command that was said stands in `_expected` until answered."""

    goodbye = b"QUIT\r\n"

    def __init__(self, road: Smtp, has_extn):
        self._road = road
        self._has_smtputf8, self._has_dsn = has_extn("smtputf8"), has_extn("dsn")
        self._is_pipelined = has_extn("pipelining")
        self._is_chunked = self._is_pipelined and has_extn("chunking")
        self.is_spoiled = False
        self._expected: deque[tuple[Mail | None, int]] = deque()
        self._held: dict[Mail, None] = {}
        self._waiting: deque[Mail] = deque()  # written, and not yet begun
        self._said = self._heap = 0
        self._out: list[bytes] = []
        self._rest, self._words = b"", []
        self._outcomes: list[Outcome] = []
        self._is_open = True  # the server waits for a MAIL

    @property
    def held(self) -> int:
        return len(self._held)

    def room(self) -> int:
        if self._is_chunked:
            return DEPTH - len(self._held) if self._heap < HEAP else 0
        if self._is_pipelined:
            return 1 if not self._waiting else 0
        return 0 if self._held or self._expected else 1

    def say(self, outgoing: Outgoing) -> bytes:
        mail, rcpt = self._road.envelope(outgoing, self._has_smtputf8, self._has_dsn)
        road = self._road
        letter = write(
            outgoing,
            road.from_line(outgoing.content.house),
            road.mailbox,
            is_chunk=self._is_chunked,
            one_click=road.one_click,
            confirming=road.confirming,
        )
        one = Mail(outgoing, mail, rcpt, letter)
        self._held[one] = None
        if self._is_chunked:
            return self._say_chunk(one)
        self._waiting.append(one)
        if self._is_open:
            self._begin()
        return self._taken()

    def hear(self, data: bytes) -> tuple[list[Outcome], bytes]:
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_ANSWER or len(self._words) > 100:
            self.is_spoiled = True
        for line in lines:
            if self.is_spoiled:
                break
            self._words.append(line[4:])
            if line[3:4] != b"-":
                words, self._words = self._words, []
                self._answer(int(line[:3]) if line[:3].isdigit() else 0, words)
        outcomes, self._outcomes = self._outcomes, []
        return outcomes, self._taken()

    def lost(self, code: str, written: int) -> list[Outcome]:
        for one in list(self._held):
            is_sent = one.end is not None and written >= one.end
            if one.refusal and (one.refusal[0] or not is_sent):
                self._refuse(one)
            else:
                self._settle(one, "unsure" if is_sent else "retry", code=code)
        self._expected.clear()
        self._waiting.clear()
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _say_chunk(self, one: Mail) -> bytes:
        """Begins with RSET: after a refused BDAT nobody knows in what state the server is (RFC 3030, 2)."""
        size = len(one.letter)
        said = b"RSET\r\n%b%bBDAT %d LAST\r\n%b" % (one.mail, one.rcpt, size, one.letter)
        self._said += len(said)
        self._heap += size
        one.end, one.letter, one.mail, one.rcpt = self._said, size, b"", b""
        self._expected += ((None, RESET), (one, MAIL), (one, RCPT), (one, LETTER))
        return said

    def _put(self, said: bytes, *steps: tuple[Mail | None, int]) -> None:
        self._said += len(said)
        self._out.append(said)
        self._expected += steps

    def _taken(self) -> bytes:
        said, self._out = self._out, []
        return b"".join(said)

    def _begin(self) -> None:
        """The next letter's envelope, in the same write as what went before."""
        if not self._waiting:
            self._is_open = True
            return
        self._is_open = False
        one = self._waiting.popleft()
        if self._is_pipelined:
            self._put(one.mail + one.rcpt + b"DATA\r\n", (one, MAIL), (one, RCPT), (one, DATA))
        else:
            self._put(one.mail, (one, MAIL))

    def _answer(self, code: int, words: list[bytes]) -> None:
        if not self._expected:
            self.is_spoiled = True  # nobody asked: as a rule 421, the server goes
            return
        one, step = self._expected.popleft()
        if step == LETTER:
            self._end(one, code, words)
        elif step == RESET:
            self.is_spoiled = code != 250
            if not self._is_chunked and not self._is_pipelined:
                self._begin()
        elif step == NOTHING:
            self._refuse(one)
        else:
            self._go_on(one, step, code, words)
        if code == 421:
            self._give_up()
        self.is_spoiled = self.is_spoiled or not code

    def _go_on(self, one: Mail, step: int, code: int, words: list[bytes]) -> None:
        """The answer to MAIL, RCPT or DATA."""
        is_good = code == 354 if step == DATA else code // 100 == 2
        if not is_good and not one.refusal:
            one.refusal = (code, words, step)
        if step == DATA:
            self._hand_over(one, is_good)
        elif not self._is_pipelined:
            if one.refusal:
                self._refuse(one)
                self._reset()
            elif step == MAIL:
                self._put(one.rcpt, (one, RCPT))
            else:
                self._put(b"DATA\r\n", (one, DATA))

    def _hand_over(self, one: Mail, is_awaited: bool) -> None:
        """The letter; nothing after a refused DATA; a lone dot where the server wants a letter for nobody."""
        if not is_awaited:
            self._refuse(one)
            self._reset()
        elif one.refusal and one.refusal[2] == MAIL:
            self.is_spoiled = True  # without a sender there can be no letter: we misunderstand each other
        elif one.refusal:
            self._put(b".\r\n", (one, NOTHING))
            self._reset()
        else:
            self._put(one.letter, (one, LETTER))
            one.end, one.letter = self._said, b""
            if self._is_pipelined:
                self._begin()

    def _reset(self) -> None:
        self._put(b"RSET\r\n", (None, RESET))
        if self._is_pipelined:
            self._begin()

    def _end(self, one: Mail, code: int, words: list[bytes]) -> None:
        """The answer to a whole letter."""
        if code // 100 == 2 and not one.refusal:
            found = QUEUED.search(words[0])
            queue_id = (found[1] or found[2]).decode() if found else ""
            self._settle(one, "accepted", queue_id)
        elif code // 100 in (4, 5):
            one.refusal = one.refusal or (code, words, LETTER)
            self._refuse(one)
            if not self._is_pipelined:
                self._reset()
            return
        else:
            self._settle(one, "unsure", code="unreadable_answer")
            self.is_spoiled = True
        if not self._is_pipelined:
            self._begin()

    def _give_up(self) -> None:
        """After 421 the server reads no more, so what it had not answered was surely not taken."""
        self.is_spoiled = True
        for one in list(self._held):
            if one.refusal:
                self._refuse(one)
            else:
                self._settle(one, "retry", code="connection_lost")

    def _settle(self, one: Mail, status: str, queue_id: str = "", code: str = "", detail: str = "") -> None:
        if self._is_chunked:
            self._heap -= one.letter
        del self._held[one]
        self._outcomes.append(Outcome(one.outgoing.reference, status, queue_id, code, detail))

    def _refuse(self, one: Mail) -> None:
        """The outcome of a letter that surely was not taken."""
        code, lines, step = one.refusal
        words = b"\n".join(lines).decode("utf-8", "replace")
        reason = _reason(code, words, _otherwise(step, code))
        is_final = code // 100 == 5 and reason != "not_authorised"
        detail = f"{code} {self._road.fit(words, one.outgoing)}".strip()
        self._settle(one, "failed" if is_final else "retry", code=reason, detail=detail)


def _otherwise(step: int, code: int) -> str:
    if step == MAIL:
        return "sender_refused"
    if step == RCPT:
        return BY_CODE.get(code, "refused")
    return "too_long" if step == LETTER and code == 552 else "refused"


def _reason(code: int, words: str, otherwise: str) -> str:
    enhanced = ENHANCED.match(words)
    digits = enhanced[1].partition(".")[2] if enhanced else ""
    if code in (530, 535, 538):
        return "not_authorised"
    if digits == "6.7":
        return "not_writable"
    if digits in BY_ENHANCED:
        return BY_ENHANCED[digits]
    if code // 100 == 4:
        return BY_CODE.get(code, "later")
    return "refused" if digits.startswith("7.") else otherwise
