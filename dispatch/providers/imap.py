"""A mailbox in which what came back is collected (IMAP4rev1, RFC 3501): read, written down, and only then marked as read."""

import imaplib
import re
from collections.abc import Iterator

from dispatch.providers import tls
from dispatch.providers.base import RoadURL
from dispatch.providers.dsn import MOST_BYTES
from dispatch.providers.lmtp import Keep

PORTS = {"imap": 143, "imaps": 993}
AT_ONCE = 50
MOST_AT_A_VISIT = 5000
TIMEOUT_SECONDS = 30


class Mailbox:
    """One folder of one account; nothing is deleted, and what somebody else marked as read is not looked at."""

    def __init__(self, url: RoadURL):
        self._url = url
        self._folder = url.options.get("folder") or "INBOX"
        self._is_verified, self._is_upgraded = url.flag("verify", True), url.flag("starttls")

    def collect(self, keep: Keep) -> None:
        """Hands over what has not been read yet, oldest first; raises OSError or imaplib.IMAP4.error."""
        with self._connect() as server:
            server.login(_quoted(self._url.user), self._url.password)  # which it quotes itself
            _sure(server.select(_quoted(self._folder)))
            unread = _sure(server.uid("SEARCH", "UNSEEN"))[0].decode().split()[:MOST_AT_A_VISIT]
            for start in range(0, len(unread), AT_ONCE):
                self._hand_over(server, unread[start : start + AT_ONCE], keep)

    def _hand_over(self, server: imaplib.IMAP4, numbers: list[str], keep: Keep) -> None:
        answer = _sure(server.uid("FETCH", ",".join(numbers), f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)"))
        letters = dict(_letters(answer))
        keep([(letter, ()) for letter in letters.values()])
        if letters:
            _sure(server.uid("STORE", ",".join(letters), "+FLAGS.SILENT", r"(\Seen)"))

    def _connect(self) -> imaplib.IMAP4:
        host, port = self._url.host, self._url.port or PORTS[self._url.scheme]
        if self._url.scheme == "imaps":
            context = tls.context(self._is_verified)
            return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT_SECONDS)
        server = imaplib.IMAP4(host, port, timeout=TIMEOUT_SECONDS)
        if self._is_upgraded:
            server.starttls(tls.context(self._is_verified))
        return server


def _letters(answer: list) -> Iterator[tuple[str, bytes]]:
    for place, part in enumerate(answer):
        if isinstance(part, tuple):
            after = answer[place + 1] if place + 1 < len(answer) else b""
            words = (
                part[0] + b" " + (after if isinstance(after, bytes) else b"")
            )  # UID may stand behind the letter
            if number := re.search(rb"\bUID (\d+)", words):
                yield number[1].decode(), part[1]


def _quoted(folder: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'


def _sure(answer: tuple[str, list]) -> list:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error("the mailbox said no")
    return data
