"""E-mail over SMTP (RFC 5321): one connection kept over batches, one letter per reader, an outcome for every doubt.

The final dot is the border: what breaks before it has surely not been sent (retry), what breaks after it and before
the answer nobody can know (unsure).
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from threading import Lock
from typing import Self
from unicodedata import category
from urllib.parse import quote

from dispatch import clock
from dispatch.providers.base import (
    DEFAULT_RATES,
    Attachment,
    BadRoad,
    Outcome,
    Outgoing,
    Provider,
    RoadURL,
    Unfit,
    without_people,
)
from dispatch.words import N_

MAILBOX = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,253}")
SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")
MOST_LOSSES = 2  # in a row: a server that hangs is not waited for with each letter of the batch
PORTS = {"smtp": 587, "smtps": 465}
QUEUED = re.compile(r"queued as <?([\w.-]{4,60})|\bid=([\w.-]{4,60})", re.IGNORECASE)
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


class Unreachable(Exception):
    """No connection on which a letter can begin; `code` is a key of REASONS."""

    def __init__(self, code: str, detail: str):
        self.code, self.detail = code, detail
        super().__init__(code)


class Smtp(Provider):
    """One mail server. Safe to use from several threads, which then take turns at each letter."""

    schemes = ("smtp", "smtps")
    channels = ("email",)
    is_lazy = True
    options = frozenset({"starttls", "verify", "timeout"})

    def __init__(self, url: RoadURL, *, sender: str):
        self._host, self._port = url.host, url.port or PORTS[url.scheme]
        super().__init__(
            f"{url.scheme}://{self._host}:{self._port}", "email", url.rate(DEFAULT_RATES["email"]), sender
        )
        self._user, self._password = url.user, url.password
        self._is_implicit, self._is_upgraded = url.scheme == "smtps", url.flag("starttls")
        self._is_verified = url.flag("verify", True)
        self._timeout = url.number("timeout", 30)
        name, self._mailbox = parseaddr(sender)
        self._from = _reader("From", name, self._mailbox)
        self._lock = Lock()
        self._connection: smtplib.SMTP | None = None

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        if not url.host:
            raise BadRoad(N_("The road %(scheme)s:// needs a host."), scheme=url.scheme)
        sender = url.options.get("from") or sender
        if not MAILBOX.fullmatch(parseaddr(sender)[1]):
            raise BadRoad(
                N_("The road %(scheme)s:// needs a sender: from=name@example.org."), scheme=url.scheme
            )
        return cls(url, sender=sender)

    def send(self, batch: Sequence[Outgoing]) -> Iterator[Outcome]:
        unreachable, losses = None, 0
        for outgoing in batch:
            if not unreachable:
                try:
                    outcome = self._post(outgoing)
                    losses = losses + 1 if outcome.code == "connection_lost" else 0
                    if losses == MOST_LOSSES:
                        unreachable = Unreachable("connection_lost", outcome.detail)
                    yield outcome
                    continue
                except Unreachable as trouble:
                    unreachable = trouble
            yield Outcome(outgoing.reference, "retry", code=unreachable.code, detail=unreachable.detail)

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._say(self._connection.quit)
                self._hang_up()

    def _post(self, outgoing: Outgoing) -> Outcome:
        try:
            letter = write(outgoing, self._from, self._mailbox)
        except Unfit as unfit:
            return Outcome(outgoing.reference, "failed", code=unfit.code)
        with self._lock:
            code, words = self._begin(outgoing.address)
            if code // 100 != 2:
                return self._end(outgoing, code, words, "sender_refused")
            code, words = self._say(lambda: self._connection.rcpt(_route(outgoing.address)))
            if code // 100 != 2:
                return self._end(outgoing, code, words, BY_CODE.get(code, "refused"))
            code, words = self._say(lambda: self._connection.docmd("DATA"))
            if code != 354:
                return self._end(outgoing, code, words, "refused")
            return self._hand_over(outgoing, letter)

    def _begin(self, address: str) -> tuple[int, str]:
        """MAIL FROM on the kept connection, or on a new one when that has died meanwhile."""
        code = 0
        if self._connection:
            code, words = self._mail_from(address)
        if code in (0, 421):
            self._hang_up()
            self._connection = self._connect()
            code, words = self._mail_from(address)
        return code, words

    def _mail_from(self, address: str) -> tuple[int, str]:
        is_plain = _route(address).isascii()
        if not is_plain and not self._connection.has_extn("smtputf8"):
            return 553, "5.6.7 no SMTPUTF8"
        return self._say(lambda: self._connection.mail(self._mailbox, [] if is_plain else ["SMTPUTF8"]))

    def _hand_over(self, outgoing: Outgoing, letter: bytes) -> Outcome:
        try:
            self._connection.send(letter)
        except OSError as trouble:
            self._hang_up()
            return Outcome(outgoing.reference, "retry", code="connection_lost", detail=type(trouble).__name__)
        code, words = self._say(self._connection.getreply)
        if code // 100 == 2:
            found = QUEUED.search(words)
            queue_id = (found[1] or found[2]) if found else ""
            return Outcome(outgoing.reference, "accepted", queue_id, detail=self._fit(words, outgoing))
        if code // 100 in (4, 5):
            return self._end(outgoing, code, words, "too_long" if code == 552 else "refused")
        self._hang_up()
        reason = "unreadable_answer" if code else "connection_lost"
        return Outcome(outgoing.reference, "unsure", code=reason)

    def _end(self, outgoing: Outgoing, code: int, words: str, reason: str) -> Outcome:
        """The outcome of a letter that surely was not taken; leaves the connection ready for the next one."""
        if code in (0, 421) or self._say(self._connection.rset)[0] != 250:
            self._hang_up()
        detail = f"{code} {self._fit(words, outgoing)}".strip() if code else ""
        if not code:
            return Outcome(outgoing.reference, "retry", code="connection_lost")
        reason = self._reason(code, words, reason)
        is_final = code // 100 == 5 and reason != "not_authorised"
        return Outcome(outgoing.reference, "failed" if is_final else "retry", code=reason, detail=detail)

    def _reason(self, code: int, words: str, otherwise: str) -> str:
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

    def _say(self, command) -> tuple[int, str]:
        """What the server answers; code 0 when the connection is gone."""
        try:
            code, words = command()
        except smtplib.SMTPResponseException as odd:
            code, words = odd.smtp_code, odd.smtp_error
        except (OSError, ValueError):
            return 0, ""
        return code, words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)

    def _connect(self) -> smtplib.SMTP:
        connection = None
        try:
            connection = self._dial()
            if self._user:
                connection.login(self._user, self._password)
            return connection
        except (OSError, ValueError) as trouble:
            # smtplib's own errors are OSErrors; a password that it cannot encode is a ValueError
            if connection:
                connection.close()
            raise self._unreachable(trouble) from None

    def _dial(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if not self._is_verified:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if self._is_implicit:
            connection = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            connection = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._is_upgraded:
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
        except (OSError, ValueError):
            connection.close()
            raise
        return connection

    def _unreachable(self, trouble: Exception) -> Unreachable:
        if isinstance(trouble, smtplib.SMTPAuthenticationError):
            is_temporary = trouble.smtp_code // 100 == 4
            return Unreachable("busy" if is_temporary else "not_authorised", str(trouble.smtp_code))
        if isinstance(trouble, smtplib.SMTPNotSupportedError):
            missing = "no_safe_connection" if "STARTTLS" in str(trouble) else "not_authorised"
            return Unreachable(missing, "SMTPNotSupportedError")
        if isinstance(trouble, ssl.SSLError):
            return Unreachable("no_safe_connection", getattr(trouble, "verify_message", "") or "SSLError")
        if isinstance(trouble, smtplib.SMTPResponseException):
            return Unreachable("busy" if trouble.smtp_code // 100 == 4 else "refused", str(trouble.smtp_code))
        return Unreachable("no_answer", type(trouble).__name__)

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _fit(self, words: str, outgoing: Outgoing) -> str:
        return without_people(
            words, outgoing.address, outgoing.address.partition("@")[0], outgoing.names, self._password
        )


def write(outgoing: Outgoing, sender_line: bytes, sender: str) -> bytes:
    """The letter as it goes over the line after DATA: CRLF, dots stuffed, the final dot at its end.

    Raises Unfit. No subject, name or address can add a header: control characters become spaces.
    """
    try:
        head = b"".join([sender_line, *_head(outgoing, sender)])
        letter = head + _body(outgoing.text, outgoing.attachments)
    except (ValueError, LookupError):
        raise Unfit("not_writable") from None
    return re.sub(rb"(?m)^\.", b"..", letter) + b".\r\n"


def _head(outgoing: Outgoing, sender: str) -> Iterator[bytes]:
    yield _reader("To", outgoing.names, _route(outgoing.address))
    yield _words("Subject", outgoing.subject)
    yield _fact("Date", format_datetime(clock.local(clock.now())))
    yield _fact("Message-ID", f"<{outgoing.reference}@{sender.partition('@')[2]}>")
    yield _fact("Content-Language", outgoing.lang)
    yield _fact("Auto-Submitted", "auto-generated")
    yield _fact("X-Auto-Response-Suppress", "All")
    if outgoing.is_news:
        yield _fact("Precedence", "bulk")
        yield _fact(
            "List-Unsubscribe", f"<mailto:{sender}?subject={quote('unsubscribe ' + outgoing.list_id)}>"
        )
        if outgoing.list_id:
            yield _fact("List-Id", f"<{outgoing.list_id}>")


@lru_cache(maxsize=8)
def _body(text: str, attachments: tuple[Attachment, ...]) -> bytes:
    """What all readers of one message share, its MIME headers first, so written once and not for each."""
    body = EmailMessage(policy=SEVEN_BIT)
    body.set_content(text)
    for attachment in attachments:
        kind, _, subkind = attachment.media_type.partition("/")
        filename = _one_line(attachment.filename)
        body.add_attachment(attachment.content, maintype=kind, subtype=subkind, filename=filename)
    return body.as_bytes()


def _reader(header: str, name: str, mailbox: str) -> bytes:
    name = _one_line(name)[:200]
    if not name:
        return f"{header}: {mailbox}\r\n".encode()
    if name.isascii():
        quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    else:
        quoted = Header(name, "utf-8", header_name=header).encode(linesep="\r\n")
    return f"{header}: {quoted} <{mailbox}>\r\n".encode()


def _words(header: str, value: str) -> bytes:
    folded = Header(_one_line(value)[:500], header_name=header).encode(linesep="\r\n")
    return f"{header}: {folded}\r\n".encode()


def _fact(header: str, value: str) -> bytes:
    """A header for machines: ASCII and never folded, since some of them look no further than the first line."""
    return f"{header}: {_one_line(value)}\r\n".encode("ascii")


def _one_line(words: str) -> str:
    return " ".join(
        "".join(" " if category(letter) in ("Cc", "Zl", "Zp") else letter for letter in words).split()
    )


def _route(address: str) -> str:
    """The address as the line carries it, its domain in ASCII; raises Unfit for what is no mailbox."""
    if not MAILBOX.fullmatch(address):
        raise Unfit("no_such_mailbox")
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        raise Unfit("no_such_mailbox") from None
