"""Workers that share one PostgreSQL: how many messages a second one, two and four of them carry, and at which rate."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import postgres
from tests.bench import processes
from tests.bench.table import Figure, NotMeasured, at_least

NUMBER, RATED, RATE = 30_000, 8_000, 500
UNBRIDLED = 999_999
ALLOWED = 2.0  # per cent
LONGEST_SECONDS = 300


def together() -> Iterator[Figure]:
    """Beside one process on a file of SQLite, as most have it."""
    with processes.folder() as home:
        alone = _carried(f"sqlite:///{home / 'belfort.db'}", 1, NUMBER, UNBRIDLED, home)
    yield Figure("one process, SQLite", f"{alone:,.0f} messages/s", value=alone)
    with _server() as server:
        speeds = {}
        for workers in (1, 2, 4):
            with processes.folder() as home:
                speeds[workers] = _carried(server.database(), workers, NUMBER, UNBRIDLED, home)
            name = f"{workers} worker{'s' if workers > 1 else ''}, PostgreSQL"
            yield Figure(name, f"{speeds[workers]:,.0f} messages/s", value=speeds[workers])
        yield at_least("two workers beside one", speeds[2] / speeds[1], 1.0, "x")


def apart() -> Iterator[Figure]:
    """The same, each worker and its mail server on a machine of its own, as far as namespaces are one."""
    if not postgres.may_cut():
        raise NotMeasured("only root may lay a cable to a namespace (ip netns)")
    with _server(address="0.0.0.0") as server:
        for workers in (1, 2, 4):
            with processes.folder() as home:
                speed = _carried(server.database(), workers, NUMBER, UNBRIDLED, home, is_apart=True)
            name = f"{workers} namespace{'s' if workers > 1 else ''}, PostgreSQL"
            yield Figure(name, f"{speed:,.0f} messages/s", value=speed)


def one_rate() -> Iterator[Figure]:
    with _server() as server:
        for workers in (1, 2, 4):
            with processes.folder() as home:
                speed = _carried(server.database(), workers, RATED, RATE, home, by_pulse=True)
            off = abs(RATE - speed) / RATE * 100
            name = f"rate {RATE}/s shared by {workers}"
            is_met = off <= ALLOWED and speed <= RATE
            yield Figure(name, f"{speed:.1f}/s", f"within {ALLOWED:g} %, never above", is_met, speed)


def ordeals() -> Iterator[Figure]:
    """Killed, robbed of the server, and cut off for half a minute: what tests/test_workers.py asks, and longer."""
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "tests/test_workers.py", "--timeout=0"),
        cwd=processes.ROOT,
        env=processes.environment(WORKERS_CUT_SECONDS="30", WORKERS_GO_ON_WITHIN="10"),
        capture_output=True,
        text=True,
        check=False,
    )
    yield Figure(
        "killed, robbed and cut off for 30 s", done.stdout.splitlines()[-1], "passed", not done.returncode
    )


@contextmanager
def _server(**kinds) -> Iterator[postgres.Cluster]:
    if not postgres.is_there():
        raise NotMeasured("PostgreSQL or psycopg is not installed")
    with postgres.cluster(careless=False, **kinds) as server:
        yield server


@contextmanager
def _elsewhere(url: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """A machine of its own with a mail server: (the database from there, the port of that, what goes before a command)."""
    with postgres.Wire() as wire, processes.smtp_sink(wire.within) as port:
        yield url.replace("0.0.0.0", wire.here), port, wire.within


def _carried(
    url: str,
    workers: int,
    number: int,
    rate: int,
    home: Path,
    *,
    by_pulse: bool = False,
    is_apart: bool = False,
) -> float:
    """Messages a second from the launch to the last acceptance, or in the seconds between the first and the last."""
    told = processes.said(
        *(sys.executable, "-m", "tests.bench.workers_inside", url, str(number)), env=processes.environment()
    )
    campaign = int(told)
    with ExitStack() as running:
        here = None if is_apart else (url, running.enter_context(processes.smtp_sink()), ())
        for _ in range(workers):
            database, port, within = here or running.enter_context(_elsewhere(url))
            road = f"smtp://127.0.0.1:{port}?rate={rate}"
            running.enter_context(_worker(database, road, home, within))
        speed = processes.said(
            *(
                sys.executable,
                "-m",
                "tests.bench.workers_inside",
                url,
                str(number),
                str(campaign),
                str(int(by_pulse)),
            ),
            env=processes.environment(),
            seconds=LONGEST_SECONDS,
        )
    return float(speed)


@contextmanager
def _worker(url: str, road: str, home: Path, within: tuple[str, ...]) -> Iterator[None]:
    """One more, ready to send."""
    env = processes.environment(
        BELFORT_DATABASE=url,
        BELFORT_SECRET_KEY="k",
        BELFORT_EMAIL=road,
        FLASK_APP=str(processes.ROOT / "app.py"),
    )
    env["PYTHONPATH"] = f"{processes.ROOT}:{env.get('PYTHONPATH', '')}"
    command = (*within, sys.executable, "-m", "flask", "worker")
    started = subprocess.Popen(command, cwd=home, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        started.stdout.readline()
        time.sleep(0.5)
        yield
    finally:
        processes.end(started)


MEASUREMENTS = (together, apart, one_rate, ordeals)
