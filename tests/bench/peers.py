"""Ours beside huey and celery, both with redis, each task one mail by smtplib: as such programs are mostly written."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from statistics import median

from tests.bench import email, processes
from tests.bench.table import Figure, NotMeasured, ratio, shown

HUEY_TASKS, CELERY_TASKS = 2_000, 1_000
WORKERS = {
    "huey": (
        "-m",
        "huey.bin.huey_consumer",
        "tests.bench.tasks.huey_tasks.queue",
        "-w",
        "4",
        "-k",
        "process",
        "-q",
    ),
    "celery": ("-m", "celery", "-A", "tests.bench.tasks.celery_tasks", "worker", "-P", "threads", "-c", "8"),
}


def beside_huey() -> Iterator[Figure]:
    yield from _beside("huey", HUEY_TASKS, 30, "huey (redis, 4 processes)")


def beside_celery() -> Iterator[Figure]:
    yield from _beside("celery", CELERY_TASKS, 50, "celery (redis, 8 threads)")


def _beside(peer: str, tasks: int, bound: float, name: str) -> Iterator[Figure]:
    """With the measured limit: how much faster than the peer Postfix's own source is, which queues and keeps nothing."""
    theirs = speed(peer, tasks)
    yield ratio(f"E-mail beside {name}", email.our_speed(), theirs, bound, peer)
    limit = median(one for _, one, _ in email.speeds())
    yield Figure(
        f"  smtp-source itself beside {peer}", f"{shown(limit / theirs, 'x')}", note="it remembers nothing"
    )


def speed(peer: str, number: int) -> float:
    """Mails a second of a peer, from the first task queued to the last result stored."""
    if not find_spec(peer):
        raise NotMeasured(f"{peer} is not installed")
    with processes.smtp_sink() as sink, redis() as store:
        env = processes.environment(BENCH_REDIS=str(store), BENCH_SINK=str(sink))
        with processes.running(sys.executable, *WORKERS[peer], env=env):
            out = processes.said(sys.executable, "-m", "tests.bench.tasks.ask", peer, str(number), env=env)
    return json.loads(out.splitlines()[-1])["per_second"]


@contextmanager
def redis() -> Iterator[int]:
    port = processes.free_port()
    words = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    with processes.running(processes.find("redis-server"), *words, port=port):
        yield port


MEASUREMENTS = (beside_huey, beside_celery)
