"""The process's end: waitress, run so that a SIGTERM answers every request in flight before it stops."""

import signal
import time
from threading import Event

from waitress.server import create_server

DRAIN_SECONDS = 10
FORWARDED = {"x-forwarded-for", "x-forwarded-proto"}


class Server:
    """Serves a WSGI application with threads; `waitress-serve` would die at once on SIGTERM."""

    def __init__(self, app, *, host: str, port: int, most_bytes: int, proxy: str = "", threads: int = 8):
        """`most_bytes`: of a request's body; waitress cuts off at twice that, below it the page says so.

        `proxy`: the address of a reverse proxy whose X-Forwarded-For and -Proto are believed, nobody else's.
        """
        believed = {"trusted_proxy": proxy, "trusted_proxy_headers": FORWARDED} if proxy else {}
        self.waitress = create_server(
            app,
            host=host,
            port=port,
            threads=threads,
            ident="Belfort",
            clear_untrusted_proxy_headers=True,
            max_request_body_size=2 * most_bytes,
            **believed,
        )
        self.stopping = Event()

    def run(self) -> None:
        """Returns after SIGTERM or SIGINT, once what was asked is answered."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: self.stopping.set())
        while not self.stopping.is_set():
            self._turn(1.0)
        self.waitress.accepting = False
        self.waitress.socket.close()
        deadline = time.monotonic() + DRAIN_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            self._turn(0.05)
        self.waitress.task_dispatcher.shutdown()

    def _turn(self, timeout: float) -> None:
        self.waitress.asyncore.loop(timeout=timeout, map=self.waitress._map, use_poll=True, count=1)

    def _is_busy(self) -> bool:
        channels = self.waitress.active_channels.values()
        return any(channel.requests or channel.request or channel.total_outbufs_len for channel in channels)
