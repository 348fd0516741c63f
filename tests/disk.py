"""What a disk may hold of an SQLite database after a power cut.

What is simulated. The program stands still (SIGSTOP) while its files are read: that is what it has written, and it is
what the machine would keep if only the program died. Of it a disk that honours fsync has for sure
- of the -wal: the frames up to `mxFrame` in the -shm. With synchronous=FULL SQLite moves that mark, and lets a commit
  return, only after the frames of the commit are synced (walFrames in wal.c). What stands behind the mark was written and
  not synced: it may be there, be cut at any byte, or be noise in any place;
- of the database file: every page that is not in those frames. Pages that are in them a checkpoint may have been
  writing just then, and it syncs them before the -wal begins anew: until then they may be torn, whatever they hold.
  (Not the first page, of which SQLite reads the page size before it knows of a -wal; like every database of its kind it
  asks of the disk that overwriting the first sector by the same bytes keeps them.)
The -shm is memory: after the cut it is gone, or stands there as it once was. When the -wal has just begun anew, or is
about to (the mark is 0, or its salts are not those of the -wal), a checkpoint has brought all of it into the database.

What is not simulated: a disk that says that it has synced and has not.
Source: https://www.sqlite.org/fileformat2.html#the_write_ahead_log and https://www.sqlite.org/walformat.html
"""

import os
import random
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HEADER, FRAME_HEADER = 32, 24


@dataclass
class Files:
    """A database as the program had written it at one moment."""

    main: bytes
    wal: bytes
    shm: bytes

    @classmethod
    def read(cls, path: Path) -> "Files":
        return cls(*(Path(f"{path}{ending}").read_bytes() for ending in ("", "-wal", "-shm")))

    @property
    def page_size(self) -> int:
        return int.from_bytes(self.wal[8:12], "big")

    @property
    def synced_frames(self) -> int:
        """How many frames of the -wal a power cut cannot take; none when it has begun anew."""
        is_same = self.shm[32:40] == self.wal[16:24]
        return struct.unpack_from("=I", self.shm, 16)[0] if is_same else 0

    @property
    def synced_bytes(self) -> int:
        return HEADER + self.synced_frames * (FRAME_HEADER + self.page_size)

    @property
    def is_wal_of_before(self) -> bool:
        """Whether everything in the -wal is in the database already, and the next write begins it anew."""
        return self.shm[32:40] != self.wal[16:24]

    def pages_in_wal(self) -> set[int]:
        size = FRAME_HEADER + self.page_size
        begins = range(HEADER, self.synced_bytes, size)
        return {int.from_bytes(self.wal[begin : begin + 4], "big") for begin in begins}


def cut_power(files: Files, path: Path, chance: random.Random) -> set[str]:
    """Writes what a disk may hold of these files to `path`; returns what became of them, in words."""
    main, torn = _tear(files, chance)
    wal, tail = _lose(files, chance)
    path.write_bytes(main)
    Path(f"{path}-wal").write_bytes(wal)
    if chance.random() < 0.5:
        Path(f"{path}-shm").write_bytes(files.shm)
    return {torn, tail} - {""}


def _tear(files: Files, chance: random.Random) -> tuple[bytes, str]:
    size, main = files.page_size, bytearray(files.main)
    pages = [page for page in sorted(files.pages_in_wal()) if 1 < page <= len(main) // size]
    torn = chance.sample(pages, min(len(pages), chance.randrange(4)))
    for page in torn:
        begin = (page - 1) * size + chance.randrange(size)
        main[begin : page * size] = chance.randbytes(page * size - begin)
    return bytes(main), "pages torn" if torn else ""


def _lose(files: Files, chance: random.Random) -> tuple[bytes, str]:
    if files.is_wal_of_before:
        return files.wal, "begins anew"
    kept, tail = files.wal[: files.synced_bytes], bytearray(files.wal[files.synced_bytes :])
    if not tail:
        return kept, "all synced"
    how = chance.choice(["as written", "cut", "noise"])
    if how == "cut":
        del tail[chance.randrange(len(tail)) :]
    elif how == "noise":
        begin = chance.randrange(len(tail))
        length = min(len(tail) - begin, chance.randrange(1, 2 * files.page_size))
        tail[begin : begin + length] = chance.randbytes(length)
    return kept + tail, how


@contextmanager
def standing_still(process: int) -> Iterator[None]:
    """Stops every thread of a process for the time of the `with`."""
    os.kill(process, signal.SIGSTOP)
    try:
        while not _stands_still(process):
            time.sleep(0.0005)
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def _stands_still(process: int) -> bool:
    states = [
        path.read_text().rpartition(")")[2].split()[0]
        for path in Path(f"/proc/{process}/task").glob("*/stat")
    ]
    return set(states) == {"T"}
