"""What the HTTP sinks in Python share: whole requests out of a stream, each answered at once."""

import asyncio
import re
import sys
from collections.abc import Callable

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Door(asyncio.Protocol):
    """Gives each request's body to `answer`, which returns status line, media type and body of the answer."""

    def __init__(self, answer: Callable[[bytes], tuple[bytes, bytes, bytes]]):
        self.answer = answer
        self.held = bytearray()

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.held, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.held) < whole:
                return
            status, kind, body = self.answer(bytes(self.held[end + 4 : whole]))
            del self.held[:whole]
            head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (
                status,
                kind,
                len(body),
            )
            self.transport.write(head + body)


def serve(answer: Callable[[bytes], tuple[bytes, bytes, bytes]]) -> None:
    """Serves for ever on the port that is the first word of the command line."""

    async def forever():
        server = await asyncio.get_running_loop().create_server(
            lambda: Door(answer), "127.0.0.1", int(sys.argv[1])
        )
        await server.serve_forever()

    asyncio.run(forever())
