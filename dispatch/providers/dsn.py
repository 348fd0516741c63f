"""What a letter that came back says: delivery status notifications (RFC 3464) and those who write them otherwise."""

import email
import re
from collections.abc import Iterable, Iterator
from email.message import Message as Mail
from email.utils import parseaddr

from dispatch.providers import verp
from dispatch.providers.base import Receipt, without_people
from dispatch.providers.smtp import BY_ENHANCED

MOST_BYTES = 200_000  # the report comes first, and our own letter behind it
HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
STATUS = re.compile(r"\b([45])\.(\d{1,3}\.\d{1,3})\b")
NOT_FINAL = re.compile(r"warning|delay|vertraag|retard|verzögert", re.IGNORECASE)
OF_ADDRESS = ("no_such_mailbox", "mailbox_full", "too_long", "sender_refused")


def read(mail: bytes, key: str, recipients: Iterable[str] = ()) -> Receipt | None:
    """The receipt that a letter to a return address of ours amounts to; None for everything else. Never raises.

    recipients: of its envelope, where known; otherwise the headers say to whom it was delivered.
    Settles nothing without the check of the return address, whatever the letter claims.
    """
    try:
        parsed = email.message_from_bytes(mail[:MOST_BYTES])
        to = [*recipients] or [word for name in HEADERS for word in parsed.get_all(name, [])]
        reference = verp.reference(" ".join(map(str, to)), key)
        return _receipt(parsed, reference) if reference else None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # the standard library's parser is not as patient as it says


def _receipt(parsed: Mail, reference: str) -> Receipt | None:
    kind = str(parsed.get_param("report-type", "")).lower()
    if kind == "feedback-report":  # RFC 5965: a person has it, and does not want it
        return Receipt(reference, "delivered", "opted_out")
    groups = list(_groups(parsed))
    if groups:
        return _by_report(groups, reference)
    return Receipt(reference, "failed", "refused") if _is_plain_bounce(parsed) else None


def _groups(parsed: Mail) -> Iterator[Mail]:
    """What a report says of each receiver, without looking into the letter that came back."""
    if parsed.get_content_type() != "multipart/report" or not parsed.is_multipart():
        return
    for part in parsed.get_payload():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            yield from (group for group in part.get_payload() if "Action" in group)


def _by_report(groups: list[Mail], reference: str) -> Receipt | None:
    """A letter that an alias spreads over several mailboxes has arrived when one of them has it."""
    actions = [_field(group, "Action").lower() for group in groups]
    if "delivered" in actions:
        return Receipt(reference, "delivered")
    if "failed" not in actions or {"relayed", "expanded"} & set(actions):
        return None  # delayed: the server goes on trying
    return _failure(groups[actions.index("failed")], reference)


def _failure(group: Mail, reference: str) -> Receipt:
    diagnostic = _field(group, "Diagnostic-Code").partition(";")[2]
    given = STATUS.search(_field(group, "Status"))
    if not given or given[2] == "0.0":
        given = STATUS.search(diagnostic) or given
    words = f"{given[0] if given else ''} {without_people(diagnostic, *_people(group))}"
    return Receipt(reference, "failed", _code(given), " ".join(words.split()))


def _code(given: re.Match | None) -> str:
    if not given:
        return "refused"
    found = BY_ENHANCED.get(given[2], "refused")
    if given[1] == "4" or given[2] == "4.7":  # nobody said no: it was tried until it was too old
        return found if found == "mailbox_full" else "gave_up"
    return found if found in OF_ADDRESS else "refused"


def _people(group: Mail) -> Iterator[str]:
    for name in ("Final-Recipient", "Original-Recipient", "X-Display-Name"):
        words = _field(group, name)
        mailbox = words.partition(";")[2].strip() or words
        yield from (mailbox, mailbox.partition("@")[0])


def _field(group: Mail, name: str) -> str:
    return " ".join(str(group.get(name, "")).split())


def _is_plain_bounce(parsed: Mail) -> bool:
    """qmail, old Exim and others say it in prose; an answering machine never writes in the name of the server."""
    writer = parseaddr(str(parsed.get("From", "")))[1].partition("@")[0].lower()
    is_server = writer in ("mailer-daemon", "postmaster") or "X-Failed-Recipients" in parsed
    return is_server and not NOT_FINAL.search(str(parsed.get("Subject", "")))
