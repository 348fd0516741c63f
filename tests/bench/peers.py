"""Ours beside huey and celery, both with redis, each task one mail by smtplib: as such programs are mostly written."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from tests.bench import email, processes
from tests.bench.table import Figure, NotMeasured, ratio

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
    yield ratio(
        "E-mail beside huey (redis, 4 processes)", email.our_speed(), speed("huey", HUEY_TASKS), 30, "huey"
    )


def beside_celery() -> Iterator[Figure]:
    theirs = speed("celery", CELERY_TASKS)
    yield ratio("E-mail beside celery (redis, 8 threads)", email.our_speed(), theirs, 50, "celery")


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
