"""The journal of a hand: what was claimed, given to the road and answered, in a file beside the database.

A kill leaves in the database only that a batch was in hand. The file outlives the process that wrote it, so the next
start knows which of those messages never left, which were answered, and which few nobody can know. It does not outlive
the machine: after a power cut it is not believed, and all of the batch is in doubt.
"""

import fcntl
import json
import mmap
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from json.encoder import encode_basestring_ascii
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Self

from dispatch.providers.base import Outcome

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # another one after each start of the machine (Linux)
SUFFIX, UNFINISHED = ".hand", ".next"
ROOM = 64 * 1024  # bytes by which the file grows
LONG = 8 * 1024 * 1024  # some 40,000 messages, most of them settled


class Found(NamedTuple):
    """What a dead process had in hand for a road: up to when it claimed, what never left, was answered, is in doubt."""

    road: str
    until: datetime
    waiting: list[str]
    answered: list[Outcome]
    doubtful: list[str]


class Journal:
    """One file for one stream to a road, locked as long as its process lives, gone when all of it is recorded.

    It is written through a map of the file: a call of the system at each message would let go of the interpreter, and
    whoever works beside us would keep it for a whole turn.
    """

    def __init__(self, folder: Path, road: str):
        folder.mkdir(exist_ok=True)
        self._path = folder / f"{secrets.token_hex(8)}{SUFFIX}"
        self._road = road
        self._is_left = False
        self._writing = Lock()

    def __enter__(self) -> Self:
        self._begin(self._path)
        self._write("road", boot_id(), self._road)
        return self

    def __exit__(self, *_) -> None:
        if not self._is_left:
            self._path.unlink(missing_ok=True)
        self._page.close()
        os.close(self._file)

    def leave(self) -> None:
        """Keeps the file at the end: what could not be committed is settled by whoever finds it, as after a kill."""
        self._is_left = True

    @contextmanager
    def left_in_doubt(self) -> Iterator[None]:
        """Leaves the file when a claim ends in an error: across a network nobody knows whether it was committed."""
        try:
            yield
        except Exception:
            self.leave()
            raise

    def claimed(self, references: Iterable[str], now: datetime) -> None:
        """To be said before the claim is committed."""
        self._write("claimed", now.isoformat(), *references)

    def kept(self, now: datetime) -> None:
        """To be said before a lease is renewed."""
        self._write("claimed", now.isoformat())

    def given(self, reference: str) -> None:
        """To be said before a message can leave."""
        self._put(b'["given","%b"]\n' % reference.encode())

    def answered(self, outcome: Outcome) -> None:
        self._put(f'["answered",{",".join(map(encode_basestring_ascii, outcome))}]\n'.encode())

    def settled(self, references: Iterable[str]) -> None:
        """To be said once it is committed what became of these."""
        self._write("settled", *references)

    @property
    def is_long(self) -> bool:
        return self._at > LONG

    def begin_anew(
        self, until: datetime, waiting: Iterable[str], given: Iterable[str], answered: Iterable[Outcome]
    ) -> None:
        """Goes on in a file that holds only what is still in hand, while nobody claims; a kill finds the old or the new one.

        Raises OSError when the disk has no room for it; then it goes on in the old one.
        """
        given, answered = list(given), list(answered)
        words = [("road", boot_id(), self._road), ("claimed", until.isoformat(), *waiting, *given)]
        words += [*(("given", one) for one in given), *(("answered", *one) for one in answered)]
        with self._writing:
            before, path = (self._file, self._page, self._at), self._path.with_suffix(UNFINISHED)
            try:
                self._begin(path)
                self._add(b"".join(_line(*some) for some in words))
                os.replace(path, self._path)
            except OSError:
                if self._file != before[0]:
                    os.close(self._file)
                self._file, self._page, self._at = before
                path.unlink(missing_ok=True)
                raise
            before[1].close()
            os.close(before[0])

    def _begin(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._page, self._at = self._more(0), 0

    def _write(self, *words: str) -> None:
        self._put(_line(*words))

    def _put(self, line: bytes) -> None:
        """Raises OSError when the disk has no room for it; then nothing of it stands there."""
        with self._writing:
            self._add(line)

    def _add(self, line: bytes) -> None:
        end = self._at + len(line)
        if end > len(self._page):
            self._page = self._more(end)
        self._page[self._at : end] = line
        self._at = end

    def _more(self, size: int) -> mmap.mmap:
        """Room behind the end, which the disk has promised: a page of a map that it cannot keep would kill us."""
        size += ROOM
        os.posix_fallocate(self._file, 0, size)
        return mmap.mmap(self._file, size)


def _line(*words: str) -> bytes:
    return json.dumps(words).encode() + b"\n"


def boot_id() -> str:
    """What names this run of the machine; empty where that cannot be known."""
    return BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""


def left_behind(folder: Path) -> Iterator[Found]:
    """What processes that died had in hand; each file is removed once its finding has been dealt with."""
    for path in folder.glob(f"*{UNFINISHED}"):  # nothing of it counted yet: the one before stands beside it
        if (file := _unheld(path)) is not None:
            path.unlink(missing_ok=True)
            os.close(file)
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if (file := _unheld(path)) is not None:
            try:
                if found := _read(os.read(file, os.fstat(file).st_size)):
                    yield found
                path.unlink(missing_ok=True)
            finally:
                os.close(file)


def _unheld(path: Path) -> int | None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # its process lives
        os.close(file)
        return None
    return file


def _read(written: bytes) -> Found | None:
    """None when there is nothing in it that can be believed. A last line that was cut off is as if not written."""
    lines = [json.loads(line) for line in written.split(b"\n")[:-1] if b"\0" not in line]
    if not lines or not (boot := lines[0][1]) or boot != boot_id():
        return None
    until, waiting, answered, under_way = "", set(), {}, set()
    for word, *facts in lines[1:]:
        if word == "claimed":
            until = facts.pop(0)
            waiting.update(facts)
        elif word == "given":
            waiting.discard(facts[0])
            under_way.add(facts[0])
        elif word == "answered":
            under_way.discard(facts[0])
            answered[facts[0]] = Outcome(*facts)
        else:
            waiting.difference_update(facts)
            under_way.difference_update(facts)
            for reference in facts:
                answered.pop(reference, None)
    if not until:
        return None
    road = lines[0][2]
    return Found(
        road, datetime.fromisoformat(until), sorted(waiting), [*answered.values()], sorted(under_way)
    )
