"""A cluster of Debian's PostgreSQL that is thrown away: `python -m tests.postgres pytest …` runs a command beside one.

PostgreSQL refuses to run as root: then it runs as the user `postgres`, or `nobody` where there is none.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tests.servers import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
WITHOUT_CARE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")  # it is thrown away
OPTIONS = ("max_connections=200", "unix_socket_directories=", "shared_buffers=256MB", "max_wal_size=4GB")
MEMORY, ROOM = "/dev/shm", 8 * 1024**3  # bytes: its log alone may take half of that
_numbers = count(1)


def is_there() -> bool:
    """Whether PostgreSQL and psycopg are installed, and somebody who may run it."""
    with contextlib.suppress(ImportError):
        import psycopg  # noqa: F401

        return bool(PROGRAMS) and (os.getuid() != 0 or shutil.which("setpriv") is not None)
    return False


class Cluster:
    """One server on a port of this machine, its data in a folder of its own."""

    def __init__(
        self, folder: Path, address: str = "127.0.0.1", within: tuple[str, ...] = (), careless: bool = True
    ):
        self.folder, self.address, self.within = folder, address, within
        self.port = free_port()
        self.options = (*OPTIONS, *(WITHOUT_CARE if careless else ()), f"listen_addresses={address}")
        self.programs = PROGRAMS[-1].parent
        if os.getuid() == 0:
            shutil.chown(folder, _somebody())
        self._run("initdb", "-A", "trust", "-U", "belfort", "--locale=C", "--encoding=UTF8", "--no-sync")
        with (folder / "pg_hba.conf").open("a") as doors:
            doors.write("host all all 0.0.0.0/0 trust\n")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://belfort@{self.address}:{self.port}"

    def start(self) -> None:
        """Returns when it answers; after a kill it has read its log first."""
        options = " ".join(f"-c {option}" for option in self.options)
        self._run("pg_ctl", "start", "-w", "-o", f"-p {self.port} {options}", "-l", str(self.folder / "log"))

    def kill(self) -> None:
        """Ends it at once, as a crash does: what it had in hand is rolled back at the next start."""
        os.kill(int((self.folder / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        while (self.folder / "postmaster.pid").exists():
            time.sleep(0.01)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate")

    def database(self, template: str = "") -> str:
        """The URL of a new database, empty or a copy."""
        import psycopg

        name = f"b{os.getpid()}_{next(_numbers)}"
        copied = f" TEMPLATE {template.rpartition('/')[2]}" if template else ""
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}{copied}")
        return f"{self.url}/{name}"

    def was_used(self) -> bool:
        """Whether anybody came for a database."""
        import psycopg

        with psycopg.connect(f"{self.url}/template1") as server:
            came = "SELECT sessions > 0 FROM pg_stat_database WHERE datname = 'postgres'"
            return server.execute(came).fetchone()[0]

    def _run(self, program: str, *args: str) -> None:
        command = [*self.within, *_as_somebody(), str(self.programs / program), "-D", str(self.folder), *args]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()}")


@contextlib.contextmanager
def cluster(**kinds) -> Iterator[Cluster]:
    """In memory where there is room for it, unless it is to take care of what it keeps."""
    in_memory = kinds.get("careless", True) and _has_room(MEMORY)
    folder = Path(tempfile.mkdtemp(prefix="belfort-postgres-", dir=MEMORY if in_memory else "/tmp"))
    made = None
    try:
        made = Cluster(folder, **kinds)
        yield made
    finally:
        with contextlib.suppress(RuntimeError):
            if made:
                made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _has_room(folder: str) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM


class Wire:
    """A network that can be cut: a namespace stands for another machine, at the other end of a cable (Linux, root)."""

    def __init__(self):
        number = next(_numbers)  # a cable that was taken away is gone only a moment later
        self.here, self.there = (f"10.213.{47 + number // 64}.{number % 64 * 4 + end}" for end in (1, 2))
        self.name = f"belfort{os.getpid()}-{number}"
        self.end = f"bf{os.getpid() % 100_000}-{number}"

    def __enter__(self):
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", self.end, "type", "veth", "peer", "name", "eth0", "netns", self.name)
            _ip("addr", "add", f"{self.here}/30", "dev", self.end)
            _ip("link", "set", self.end, "up")
            for words in (
                ("addr", "add", f"{self.there}/30", "dev", "eth0"),
                ("link", "set", "eth0", "up"),
                ("link", "set", "lo", "up"),
            ):
                _ip("-n", self.name, *words)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["ip", "link", "del", self.end], capture_output=True, check=False)
        _ip("netns", "del", self.name)

    @property
    def within(self) -> tuple[str, ...]:
        return "ip", "netns", "exec", self.name

    def cut(self) -> None:
        _ip("-n", self.name, "link", "set", "eth0", "down")

    def mend(self) -> None:
        _ip("-n", self.name, "link", "set", "eth0", "up")


def may_cut() -> bool:
    """Whether this user may lay such a cable."""
    if os.getuid() != 0 or not shutil.which("ip"):
        return False
    try:
        with Wire():
            return True
    except OSError:
        return False


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.decode())


def _somebody() -> str:
    names = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as_somebody() -> tuple[str, ...]:
    if os.getuid() != 0:
        return ()
    who = pwd.getpwnam(_somebody())
    return "setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"


def main(command: list[str]) -> int:
    if not is_there():
        print("PostgreSQL or psycopg is not installed: nothing was tested on it.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # a cluster outlives nobody
    with cluster() as server:
        environ = os.environ | {"POSTGRES_FOR_TESTS": server.url}
        code = subprocess.run(command, env=environ, check=False).returncode
        if not server.was_used():
            print("Nothing was tested on PostgreSQL: nobody asked it for a database.", file=sys.stderr)
            return 1
        return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
