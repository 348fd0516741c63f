"""An SMTP sink that pipelines and takes chunks (RFC 2920, RFC 3030), and remembers when each letter was complete.

Usage: python -m tests.bench.sinks.smtp PORT [FILE]: the arrivals, as doubles of time.time(), are written there at the end.
"""

import asyncio
import signal
import sys
import time
from array import array
from pathlib import Path

HELLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"
OK, QUEUED, GO_ON = b"250 2.0.0 Ok\r\n", b"250 2.0.0 Ok: queued as SINK\r\n", b"354 End data with a dot\r\n"
BYE, UNKNOWN = b"221 2.0.0 Bye\r\n", b"500 5.5.2 Unknown command\r\n"
BY_VERB = {b"MAIL": OK, b"RCPT": OK, b"RSET": OK, b"NOOP": OK, b"EHLO": HELLO, b"HELO": OK}
arrivals = array("d")


class Mailbox(asyncio.Protocol):
    def __init__(self):
        self.held = bytearray()
        self.is_in_data = False
        self.chunk = 0  # bytes of a BDAT that are still to come
        self.is_last = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data):
        self.held += data
        answers, at = [], 0
        while (step := self._step(at, answers)) > at:
            at = step
        del self.held[:at]
        if answers:
            self.transport.write(b"".join(answers))
        if answers and answers[-1] is BYE:
            self.transport.close()

    def _step(self, at: int, answers: list[bytes]) -> int:
        """Reads one command, letter or piece of a chunk that begins here; returns where the next one begins."""
        if self.chunk:
            return self._read_chunk(at, answers)
        if self.is_in_data:
            return self._read_letter(at, answers)
        end = self.held.find(b"\r\n", at)
        if end >= 0:
            self._obey(bytes(self.held[at:end]), answers)
            return end + 2
        return at

    def _obey(self, line: bytes, answers: list[bytes]) -> None:
        verb = line[:4].upper()
        if verb == b"DATA":
            self.is_in_data = True
            answers.append(GO_ON)
        elif verb == b"BDAT":
            _, size, *last = line.split()
            self.chunk, self.is_last = int(size), bool(last)
            if not self.chunk:
                self._end_chunk(answers)
        else:
            answers.append(BYE if verb == b"QUIT" else BY_VERB.get(verb, UNKNOWN))

    def _read_letter(self, at: int, answers: list[bytes]) -> int:
        if self.held.startswith(b".\r\n", at):
            end = at + 3
        elif (dot := self.held.find(b"\r\n.\r\n", at)) >= 0:
            end = dot + 5
        else:
            return at
        self.is_in_data = False
        self._take(answers)
        return end

    def _read_chunk(self, at: int, answers: list[bytes]) -> int:
        here = min(self.chunk, len(self.held) - at)
        self.chunk -= here
        if here and not self.chunk:
            self._end_chunk(answers)
        return at + here

    def _end_chunk(self, answers: list[bytes]) -> None:
        if self.is_last:
            self._take(answers)
        else:
            answers.append(OK)

    def _take(self, answers: list[bytes]) -> None:
        arrivals.append(time.time())
        answers.append(QUEUED)


async def main() -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    await loop.create_server(Mailbox, "127.0.0.1", int(sys.argv[1]))
    await over.wait()
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_bytes(arrivals.tobytes())


if __name__ == "__main__":
    asyncio.run(main())
