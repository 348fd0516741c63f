"""How the pages feel while the engine sends as fast as it can: the whole program, and people at its pages."""

import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event

from tests.bench import processes
from tests.bench.table import Figure, at_most, percentile, shown
from tests.bench.whole import Browser, program

NUMBER = 100_000
LONGEST_SECONDS = 30
LIVE, MEMBERS = (
    "/campaigns/{campaign}/live",
    "/bins/{bin}/members",
)  # parts of pages: one each second, one as one types
LISTS = ("/campaigns", MEMBERS)
LEAST = "/health/live"  # asks nothing of the database and has no template: what the server itself takes
READERS, THINKING_SECONDS = (
    2,
    0.05,
)  # in the mean: two people who asked in step would wait for each other each time
VERSION = re.compile(r'name="version"[^>]*value="(\d+)"|value="(\d+)"[^>]*name="version"')
SLOWEST_MS = 250
Reads = list[tuple[str, float]]


def while_it_sends() -> Iterator[Figure]:
    with processes.folder() as home, processes.smtp_sink() as sink:
        database = home / "belfort.db"
        town = processes.inside("town", database, NUMBER)
        road = f"smtp://127.0.0.1:{sink}?rate=999999"
        with program(database, BELFORT_EMAIL=road) as address:
            _visited(address, town, LISTS, lambda: time.sleep(1))  # the first pages of a program are slow
            idle = _visited(address, town, LISTS, lambda: time.sleep(2))
            begun, launched = time.monotonic(), _launched(address, town)
            with _committed(home) as commits:
                reads, writes = _visited(address, town, (LIVE, *LISTS, LEAST), lambda: _await_end(database))
            speed = _accepted(database) / (time.monotonic() - begun)
    yield from _figures(idle, reads, writes)
    yield Figure(
        "  a commit of one row meanwhile, p95",
        shown(percentile(commits, 0.95) * 1000, "ms"),
        note="another file, same disk",
    )
    launch = f"launched in {launched * 1000:.0f} ms"
    yield Figure("  the engine meanwhile", shown(speed, "e-mails/s"), note=launch)


def _figures(idle: tuple[Reads, list[float]], found: Reads, writes: list[float]) -> Iterator[Figure]:
    least = [seconds for path, seconds in found if path == LEAST]
    reads = [seconds for path, seconds in found if path != LEAST]
    at_rest = [seconds for _, seconds in idle[0]], idle[1]
    for what, taken, target, rest in (("read", reads, 20, at_rest[0]), ("write", writes, 30, at_rest[1])):
        note = f"{len(taken)} of them; at rest p95 {percentile(rest, 0.95) * 1000:.0f} ms"
        yield at_most(
            f"pages while it sends: {what}, p95", percentile(taken, 0.95) * 1000, target, "ms", note
        )
    yield Figure(
        "  a page of nothing meanwhile, p95", shown(percentile(least, 0.95) * 1000, "ms"), note=LEAST
    )
    slowest = f"at rest {max(at_rest[0] + at_rest[1]) * 1000:.0f} ms"
    yield at_most(
        "pages while it sends: the slowest of all", max(reads + writes) * 1000, SLOWEST_MS, "ms", slowest
    )


def _visited(
    address: str, town: dict, paths: tuple[str, ...], until: Callable[[], None]
) -> tuple[Reads, list[float]]:
    """The seconds of each read, by path, and each write of people who go on until `until()` returns."""
    sys.setswitchinterval(
        0.0005
    )  # these people are threads of one process, and not to wait for each other in it
    over, people = Event(), [Browser(address, town["email"], town["password"]) for _ in range(READERS + 1)]
    with ThreadPoolExecutor(len(people)) as pool:
        readers = [
            pool.submit(_read, person, {path.format(**town): path in (LIVE, MEMBERS) for path in paths}, over)
            for person in people[:-1]
        ]
        writer = pool.submit(_write, people[-1], town, over)
        try:
            until()
        finally:
            over.set()
        return [taken for reader in readers for taken in reader.result()], writer.result()


def _read(person: Browser, paths: dict[str, bool], over: Event) -> Reads:
    taken, chance = [], Random(person.token)  # nosec B311 # of how long somebody thinks
    while not over.is_set():
        for path, is_part in paths.items():
            taken.append((path, person.get(path, is_part)))
            over.wait(chance.uniform(0, 2 * THINKING_SECONDS))
    return taken


def _write(person: Browser, town: dict, over: Event) -> list[float]:
    """Somebody who writes another message, which is saved after each pause in typing."""
    taken, wording = [], {"name": "Nieuws", "kind": "news", "channels": "email", "bins": town["bin"]}
    while not over.wait(THINKING_SECONDS):
        text = {"email-nl-subject": "Nieuws", "email-nl-body": f"Beste buur, dit is poging {len(taken)}."}
        fields = wording | text | {"version": town["draft_version"]}
        seconds, answer = person.post(f"/campaigns/{town['draft']}/autosave", is_part=True, **fields)
        town["draft_version"] = int(next(filter(None, VERSION.search(answer).groups())))
        taken.append(seconds)
    return taken


@contextmanager
def _committed(home: Path) -> Iterator[list[float]]:
    """The seconds that the disk itself takes while the block lasts: one row now and then, in a database that nobody shares."""
    taken, over = [], Event()

    def commit() -> None:
        with closing(sqlite3.connect(home / "alone.db", isolation_level=None)) as alone:
            alone.execute("PRAGMA journal_mode = wal")
            alone.execute("CREATE TABLE row (number INTEGER)")
            while not over.wait(THINKING_SECONDS):
                begun = time.perf_counter()
                alone.execute("INSERT INTO row VALUES (1)")
                taken.append(time.perf_counter() - begun)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(commit)
        try:
            yield taken
        finally:
            over.set()


def _launched(address: str, town: dict) -> float:
    """Launches the campaign at its page; returns how many seconds the page took."""
    person = Browser(address, town["email"], town["password"])
    return person.post(f"/campaigns/{town['campaign']}/launch", version=town["version"], terms="1")[0]


def _await_end(database: Path) -> None:
    """Returns when all is accepted, or after LONGEST_SECONDS."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while _accepted(database) < NUMBER and time.monotonic() < deadline:
        time.sleep(0.1)


def _accepted(database: Path) -> int:
    connection = sqlite3.connect(database, timeout=5)
    try:
        return connection.execute(
            "SELECT COALESCE(SUM(number), 0) FROM tally WHERE status = 'accepted'"
        ).fetchone()[0]
    finally:
        connection.close()


MEASUREMENTS = (while_it_sends,)
