"""The door at which a mail server hands in what came back: LMTP (RFC 2033), and SMTP where a server speaks only that.

Ours, and not a library's: it takes letters for one kind of address, from one server, and says 250 only when they are
written down. There is no queue that could be lost.
"""

import logging
import re
import socketserver
from collections.abc import Callable
from threading import BoundedSemaphore, Thread

from dispatch import mishaps
from dispatch.providers.dsn import MOST_BYTES
from dispatch.providers.verp import MARK

log = logging.getLogger(__name__)
IDLE_SECONDS = 60
MOST_CALLERS = 50
MOST_READERS = 100
LONGEST_LINE = 4096
GREETINGS = ("LHLO", "EHLO", "HELO")
EXTENSIONS = "250-belfort\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES"

Keep = Callable[[list[tuple[bytes, tuple[str, ...]]]], None]
"""Writes down what letters say, each with the receivers of its envelope; raises when it could not."""


class Door(socketserver.ThreadingTCPServer):
    """Listens from the moment it is made until `close`; raises OSError where the address cannot be had."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # a letter without its 250 comes again

    def __init__(self, host: str, port: int, keep: Keep):
        self.keep = keep
        self._seats = BoundedSemaphore(MOST_CALLERS)
        super().__init__((host, port), Talk)
        Thread(target=self.serve_forever, name="bounces", daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def verify_request(self, request, client_address) -> bool:
        return self._seats.acquire(blocking=False)

    def process_request_thread(self, request, client_address) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._seats.release()

    def handle_error(self, request, client_address) -> None:
        log.warning("a mail server went in the middle of handing in what came back")


class Talk(socketserver.StreamRequestHandler):
    """What is spoken with one mail server."""

    timeout = IDLE_SECONDS
    server: Door

    def handle(self) -> None:
        self._is_lmtp, self._readers = False, []
        self._say("220 belfort")
        while line := self.rfile.readline(LONGEST_LINE):
            if not line.endswith(b"\n"):
                self._say("500 5.5.2 that line is too long")
                return
            verb, _, rest = line.decode("latin-1").strip().partition(" ")
            self._obey(verb.upper(), rest)
            if verb.upper() == "QUIT":
                return

    def _obey(self, verb: str, rest: str) -> None:
        if verb in GREETINGS:
            self._is_lmtp, self._readers = verb == "LHLO", []
            self._say("250 belfort" if verb == "HELO" else EXTENSIONS)
        elif verb == "RCPT":
            self._say(self._welcome(rest))
        elif verb == "DATA":
            self._take()
        elif verb in ("MAIL", "RSET"):
            self._readers = []
            self._say("250 2.0.0 good")
        elif verb in ("NOOP", "QUIT"):
            self._say("221 2.0.0 goodbye" if verb == "QUIT" else "250 2.0.0 good")
        else:
            self._say("500 5.5.1 that is not known here")

    def _welcome(self, rest: str) -> str:
        found = re.match(r"(?i)TO:\s*<([^>\s]{1,320})>", rest)
        if not found or not MARK.search(found[1].lower()):
            return "550 5.1.1 only what comes back is taken here"
        if len(self._readers) >= MOST_READERS:
            return "452 4.5.3 so many at once are not taken"
        self._readers.append(found[1])
        return "250 2.1.5 good"

    def _take(self) -> None:
        if not self._readers:
            self._say("503 5.5.1 for whom?")
            return
        self._say("354 go ahead")
        mail = self._read()
        if mail is None:
            return
        readers, self._readers = self._readers, []
        answer = self._keep(mail, readers)
        for _ in readers if self._is_lmtp else readers[:1]:
            self._say(answer)

    def _read(self) -> bytes | None:
        """The letter's beginning, which is where a report stands; None when the server went before its end."""
        kept, size, is_new_line = [], 0, True
        while (line := self.rfile.readline(LONGEST_LINE)) and not (is_new_line and line == b".\r\n"):
            stuffed = is_new_line and line.startswith(b".")
            is_new_line = line.endswith(b"\n")
            if size < MOST_BYTES:
                kept.append(line[1:] if stuffed else line)
                size += len(line)
        return b"".join(kept) if line else None

    def _keep(self, mail: bytes, readers: list[str]) -> str:
        answer = "451 4.3.0 not now"  # whatever it is: the mail server keeps the letter and comes again
        with mishaps.Contained(log, "what came back"):
            self.server.keep([(mail, (reader,)) for reader in readers])
            answer = "250 2.0.0 written down"
        return answer

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
