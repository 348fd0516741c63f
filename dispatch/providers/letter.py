"""A letter as the mail carries it (RFC 5322): what all its readers share is written once, and each gets a head of one's own."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from unicodedata import category
from urllib.parse import quote

from dispatch import clock
from dispatch.providers.base import Content, Outgoing, Unfit
from dispatch.providers.confirming import Confirming
from dispatch.providers.unsubscribe import OneClick

MAILBOX = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,253}")
PLACE = "the-link-that-ends-the-news"  # where the own link of each reader goes in what all of them share
LONGEST_QUOTED = 76  # RFC 2045, 6.7 (5): characters on a line
SEVEN_BIT = policy.SMTP.clone(cte_type="7bit")


def write(
    outgoing: Outgoing,
    sender_line: bytes,
    sender: str,
    *,
    is_chunk: bool = False,
    one_click: OneClick | None = None,
    confirming: Confirming | None = None,
) -> bytes:
    """The letter as it goes over the line after DATA: CRLF, dots stuffed, the final dot at its end.

    A chunk has neither stuffed dots nor a final one. Raises Unfit. No subject, name or address can add a header:
    control characters become spaces.
    """
    try:
        to = reader("To", outgoing.names, route(outgoing.address))
        chunk, stuffed = _written(outgoing, sender, one_click is not None, confirming)
    except (ValueError, LookupError):
        raise Unfit("not_writable") from None
    domain = sender.partition("@")[2]
    date = _date(clock.second())
    own = b"%b%bMessage-ID: <%b@%b>\r\n" % (to, date, outgoing.reference.encode(), domain.encode())
    body = chunk if is_chunk else stuffed
    if one_click and outgoing.content.is_news:
        own += one_click.lines(outgoing.reference)
        if outgoing.content.stop:
            link = _quoted(one_click.link(outgoing.reference))
            body = body.replace(PLACE.encode(), link if is_chunk else link.replace(b"\n.", b"\n.."), 1)
    return sender_line + own + body


def _quoted(link: bytes) -> bytes:
    """A link on a line of its own in quoted-printable, broken where it is too long for one."""
    if len(link) <= LONGEST_QUOTED:
        return link
    room = LONGEST_QUOTED - 1  # for the sign that it goes on
    return b"=\r\n".join(link[at : at + room] for at in range(0, len(link), room))


def _written(
    outgoing: Outgoing, sender: str, has_one_click: bool, confirming: Confirming | None
) -> tuple[bytes, bytes]:
    """All but the head of one's own. With a link of one's own in the text it is written for each: a letter that asks
    to be confirmed costs ten times another.
    """
    content = outgoing.content
    if not content.ask or not confirming:
        return _shared(content, sender, has_one_click)
    text = f"{content.text.rstrip()}\n\n{content.ask}\n{confirming.link(outgoing.reference)}\n"
    return _rendered(replace(content, text=text), sender, has_one_click)


@lru_cache(maxsize=16)
def _shared(content: Content, sender: str, has_one_click: bool) -> tuple[bytes, bytes]:
    """What all readers of one content share, written once and not for each."""
    return _rendered(content, sender, has_one_click)


def _rendered(content: Content, sender: str, has_one_click: bool) -> tuple[bytes, bytes]:
    """As a chunk, and with stuffed dots."""
    stop = f"\n\n{content.stop}\n{PLACE}\n" if has_one_click and content.is_news and content.stop else ""
    text = content.text.rstrip() + stop if stop else content.text
    written = b"".join(_head(content, sender, has_one_click)) + _body(content, text, is_quoted=bool(stop))
    return written, re.sub(rb"(?m)^\.", b"..", written) + b".\r\n"


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    return _fact("Date", format_datetime(clock.local(datetime.fromtimestamp(second, UTC))))


def _head(content: Content, sender: str, has_one_click: bool) -> Iterator[bytes]:
    yield _words("Subject", content.subject)
    yield _fact("Content-Language", content.lang)
    yield _fact("Auto-Submitted", "auto-generated")
    yield _fact("X-Auto-Response-Suppress", "All")
    if content.is_news:
        yield _fact("Precedence", "bulk")
        if not has_one_click:
            subject = quote(f"unsubscribe {content.list_id}")
            yield _fact("List-Unsubscribe", f"<mailto:{sender}?subject={subject}>")
        if content.list_id:
            yield _fact("List-Id", f"<{content.list_id}>")


def _body(content: Content, text: str, *, is_quoted: bool) -> bytes:
    """is_quoted: each line can still be found in it, whatever the letters of the text."""
    body = EmailMessage(policy=SEVEN_BIT)
    body.set_content(text, cte="quoted-printable" if is_quoted else None)
    for attachment in content.attachments:
        kind, _, subkind = attachment.media_type.partition("/")
        filename = _one_line(attachment.filename)
        body.add_attachment(attachment.content, maintype=kind, subtype=subkind, filename=filename)
    return body.as_bytes()


def reader(header: str, name: str, mailbox: str) -> bytes:
    """The header line that names somebody, with its line end."""
    name = _one_line(name)[:200]
    if not name:
        return f"{header}: {mailbox}\r\n".encode()
    if name.isascii():
        quoted = '"' + name.replace("\\", r"\\").replace('"', r"\"") + '"'
    else:
        quoted = _encoded(name)
    return f"{header}: {quoted} <{mailbox}>\r\n".encode()


def _encoded(name: str) -> str:
    """RFC 2047: words of at most 75 characters, so 45 bytes before base64, and no letter in two pieces."""
    pieces = re.findall(rb"(?s).{1,45}(?![\x80-\xbf])", name.encode())
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in pieces)


def _words(header: str, value: str) -> bytes:
    folded = Header(_one_line(value)[:500], header_name=header).encode(linesep="\r\n")
    return f"{header}: {folded}\r\n".encode()


def _fact(header: str, value: str) -> bytes:
    """A header for machines: ASCII and never folded, since some of them look no further than the first line."""
    return f"{header}: {_one_line(value)}\r\n".encode("ascii")


def _one_line(words: str) -> str:
    if words.isascii() and words.isprintable():
        return " ".join(words.split())
    return " ".join(
        "".join(" " if category(letter) in ("Cc", "Zl", "Zp") else letter for letter in words).split()
    )


def whom(sender: str, house: str) -> tuple[str, str]:
    """In whose name a letter comes, and from which mailbox: where the setting of a road names nobody, the house's."""
    name, mailbox = parseaddr(sender)
    return name or house, mailbox


@lru_cache(maxsize=64)  # the same for all letters of a campaign
def from_line(sender: str, house: str) -> bytes:
    """The header line that says who writes."""
    return reader("From", *whom(sender, house))


@lru_cache(maxsize=4)  # asked for the envelope, and again for the letter in it
def route(address: str) -> str:
    """The address as the line carries it, its domain in ASCII; raises Unfit for what is no mailbox."""
    if not MAILBOX.fullmatch(address):
        raise Unfit("no_such_mailbox")
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        raise Unfit("no_such_mailbox") from None
