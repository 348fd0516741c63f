"""A long line: passes everything on to another port, half a round trip later each way.

Usage: python -m tests.bench.sinks.delay PORT TO_PORT ROUND_TRIP_SECONDS
"""

import asyncio
import sys
from collections import deque

PORT, TO_PORT, ONE_WAY = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2


class End(asyncio.Protocol):
    """One end of the line; what comes in here leaves at the other end, in order. None hangs up."""

    def __init__(self, other: "End | None" = None):
        self.other = other
        self.transport = None
        self.under_way: deque[bytes | None] = deque()

    def connection_made(self, transport):
        self.transport = transport
        if self.other:  # the far end: the near one waited for it
            self.other.other = self
            return
        far = asyncio.get_running_loop().create_connection(lambda: End(self), "127.0.0.1", TO_PORT)
        self.dialling = asyncio.ensure_future(far)

    def data_received(self, data):
        self._pass_on(data)

    def connection_lost(self, _error):
        self._pass_on(None)

    def _pass_on(self, data: bytes | None) -> None:
        self.under_way.append(data)
        asyncio.get_running_loop().call_later(ONE_WAY, self._arrive)

    def _arrive(self) -> None:
        if not (self.other and self.other.transport):  # still dialling
            asyncio.get_running_loop().call_later(ONE_WAY, self._arrive)
            return
        data = self.under_way.popleft()
        if data is None:
            self.other.transport.close()
        elif not self.other.transport.is_closing():
            self.other.transport.write(data)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(End, "127.0.0.1", PORT)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
