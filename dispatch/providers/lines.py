"""Many connections, one thread: carries over all lines of a road at once, whatever is spoken on them."""

import selectors
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from threading import Lock
from time import monotonic
from typing import Protocol

from dispatch.providers.base import Feed, Outcome, Outgoing, Unfit

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
BREATH = 0.05  # seconds without news after which the caller may write down what it has
GLANCE = 0.004  # seconds that we look at the lines before we ask a quiet feed again
MOST_LOSSES = 2  # in a row: a server that hangs up each time is not fed any further
DIALLERS = 8
NOT_YET = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class NoLine(Exception):
    """No connection on which a message can begin; `code` is a key of REASONS."""

    def __init__(self, code: str, detail: str = ""):
        self.code, self.detail = code, detail
        super().__init__(code)


class Talk(Protocol):
    """What is spoken on one line, without the line: bytes in, bytes and outcomes out."""

    held: int  # how many it has said and not answered for
    is_spoiled: bool  # the line must be closed
    goodbye: bytes

    def room(self) -> int: ...
    def say(self, outgoing: Outgoing) -> bytes:
        """Raises Unfit."""

    def hear(self, data: bytes) -> tuple[list[Outcome], bytes]: ...
    def lost(self, code: str, written: int) -> list[Outcome]:
        """Answers for all it holds; `written` counts the bytes of its life that left us."""


class Line:
    """A connected socket that does not block, and what waits to be written to it."""

    __slots__ = ("events", "moved_at", "out", "socket", "talk", "written")

    def __init__(self, connected: socket.socket, talk: Talk):
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.talk = connected, talk
        self.out, self.written, self.moved_at, self.events = b"", 0, monotonic(), READ

    def read(self) -> bytes | None:
        """What has come in: b"" at the end of the line, None for nothing yet."""
        try:
            data = self.socket.recv(65536)
            while isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
                data += self.socket.recv(self.socket.pending())
            return data
        except NOT_YET:
            return None
        except OSError:
            return b""

    def write(self) -> bool:
        """Writes what the line takes now; False when it is broken."""
        try:
            sent = self.socket.send(self.out)
        except NOT_YET:
            return True
        except OSError:
            return False
        self.out, self.written, self.moved_at = self.out[sent:], self.written + sent, monotonic()
        return True


class Lines:
    """Keeps up to `most` lines; `dial` connects one, may block, and raises NoLine."""

    def __init__(
        self, dial: Callable[[], tuple[socket.socket, Talk]], most: int, timeout: float, idle: float = 60
    ):
        self._dial, self._most, self._timeout, self._idle = dial, most, timeout, idle
        self._lock = Lock()
        self._diallers = ThreadPoolExecutor(DIALLERS, thread_name_prefix="dial")
        self._dialling: list[Future] = []
        self._lines: list[Line] = []
        self._selector = selectors.DefaultSelector()
        self._news: list[Outcome] = []
        self._losses, self._trouble, self._looked_at = 0, None, 0.0
        self._is_moving = False  # answers came, and there was more to say: for one letter one line is enough

    def carry(self, feed: Feed) -> Iterator[Outcome | None]:
        """What Provider.send promises."""
        with self._lock:
            self._begin()
            try:
                yield from self._carry(iter(feed))
            finally:  # of an abandoned carry nobody hears the outcomes any more
                for line in [line for line in self._lines if line.talk.held]:
                    self._drop(line)

    def close(self) -> None:
        """Says goodbye on every line."""
        is_free = self._lock.acquire(timeout=self._timeout)
        self._diallers.shutdown(wait=True, cancel_futures=True)
        self._answer_dialled()
        for line in list(self._lines):
            line.out += line.talk.goodbye
            line.write()
            self._drop(line)
        if is_free:
            self._lock.release()

    def _begin(self) -> None:
        self._losses, self._trouble, self._news, self._is_moving = 0, None, [], False
        self._answer_dialled()
        self._trouble = None  # what failed for an earlier carry may be mended
        for line in list(self._lines):
            if line.read() is not None or monotonic() - line.moved_at > self._idle:
                self._drop(line)

    def _carry(self, feed: Iterator[Outgoing | None]) -> Iterator[Outcome | None]:
        is_over = is_quiet = False
        told_at, eager = monotonic(), list(self._lines)
        while True:
            if not is_over and self._losses < MOST_LOSSES:
                if not self._lines and not (yield from self._connect()):
                    yield from self._refuse(feed)
                    return
                is_over, is_quiet = self._fill(feed, self._lines if is_quiet or not eager else eager)
            self._write()
            is_idle = not any(line.talk.held for line in self._lines)
            if is_idle and not self._news and (is_over or is_quiet or self._losses >= MOST_LOSSES):
                return
            eager = self._listen(GLANCE if is_quiet or is_idle else BREATH)
            self._look_at_the_clock()
            if news := self._news:
                self._news, told_at = [], monotonic()
                yield from news
            elif monotonic() - told_at > BREATH:
                told_at = monotonic()
                yield None

    def _connect(self) -> Iterator[None]:
        """Waits for a first line; returns whether there is one."""
        self._trouble = None
        while not self._lines and not self._trouble:
            if not self._dialling:
                self._dialling.append(self._diallers.submit(self._dial))
            if not wait_for(self._dialling, BREATH, "FIRST_COMPLETED").done:
                yield None
            self._answer_dialled()
        return bool(self._lines)

    def _refuse(self, feed: Iterator[Outgoing | None]) -> Iterator[Outcome]:
        """Says of one message why none can leave; the others stay where they are."""
        if outgoing := next(feed, None):
            yield Outcome(outgoing.reference, "retry", code=self._trouble.code, detail=self._trouble.detail)

    def _answer_dialled(self) -> None:
        for done in [dialled for dialled in self._dialling if dialled.done()]:
            self._dialling.remove(done)
            if done.cancelled():
                continue
            try:
                line = Line(*done.result())
            except NoLine as trouble:
                self._trouble = trouble
                continue
            self._lines.append(line)
            self._selector.register(line.socket, READ, line)

    def _fill(self, feed: Iterator[Outgoing | None], lines: list[Line]) -> tuple[bool, bool]:
        """Pulls while a line has room; returns whether the feed is over, and whether it is quiet now."""
        for line in lines:
            said = [line.out]
            try:
                while not line.talk.is_spoiled and line.talk.room():
                    outgoing = next(feed)
                    if outgoing is None:
                        return False, True
                    if not line.talk.held:
                        line.moved_at = monotonic()
                    try:
                        said.append(line.talk.say(outgoing))
                    except Unfit as unfit:
                        self._news.append(Outcome(outgoing.reference, "failed", code=unfit.code))
                        if len(self._news) >= 1000:  # nobody is reached, but the caller wants to know
                            return False, False
            except StopIteration:
                return True, False
            finally:
                line.out = b"".join(said)
        if self._is_moving:
            self._grow()
        return False, False

    def _grow(self) -> None:
        """One more line when all are full and were full before; not after a dial that failed."""
        if self._trouble or len(self._dialling) >= DIALLERS:
            return
        if len(self._lines) + len(self._dialling) < self._most and not any(
            line.talk.room() for line in self._lines
        ):
            self._dialling.append(self._diallers.submit(self._dial))

    def _write(self) -> None:
        for line in list(self._lines):
            if line.out and line.events == READ and not line.write():
                self._lose(line, "connection_lost")
            else:
                self._watch(line)

    def _watch(self, line: Line) -> None:
        events = READ | WRITE if line.out else READ
        if events != line.events:
            line.events = events
            self._selector.modify(line.socket, events, line)

    def _listen(self, seconds: float) -> list[Line]:
        """Reads what has come and writes what may go; returns the lines that may have room now."""
        moved = []
        for key, events in self._selector.select(seconds if not self._news else 0):
            line = key.data
            if events & WRITE and not line.write():
                self._lose(line, "connection_lost")
                continue
            if events & READ and (data := line.read()) is not None:
                line.moved_at = monotonic()
                if not data or not self._hear(line, data):
                    self._lose(line, "connection_lost")
                    continue
            moved.append(line)
        if self._dialling:
            known = len(self._lines)
            self._answer_dialled()
            moved += self._lines[known:]
        return moved

    def _hear(self, line: Line, data: bytes) -> bool:
        outcomes, answer = line.talk.hear(data)
        line.out += answer
        self._tell(outcomes)
        return not line.talk.is_spoiled

    def _tell(self, outcomes: list[Outcome]) -> None:
        self._news += outcomes
        self._is_moving = self._is_moving or bool(outcomes)
        if self._losses and any(outcome.status == "accepted" for outcome in outcomes):
            self._losses = 0

    def _lose(self, line: Line, code: str) -> None:
        """What had been answered before the end still counts; a kept line that ends while idle is no loss."""
        was_at_work = line.talk.held > 0 or line.talk.is_spoiled
        while not line.talk.is_spoiled and (data := line.read()):
            self._hear(line, data)
        self._losses += was_at_work
        self._tell(line.talk.lost(code, line.written))
        self._drop(line)

    def _drop(self, line: Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()
        line.talk.is_spoiled = True
        self._lines.remove(line)

    def _look_at_the_clock(self) -> None:
        now = monotonic()
        if now - self._looked_at < BREATH:
            return
        self._looked_at, late = now, now - self._timeout
        for line in [line for line in self._lines if line.talk.held and line.moved_at < late]:
            self._lose(line, "no_answer")
