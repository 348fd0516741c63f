"""A long line: the same sending with a round trip of 40 milliseconds."""

from collections.abc import Iterator
from statistics import median

from tests.bench import processes
from tests.bench.table import Figure, NotMeasured, at_least, rounds

EMAILS, TEXTS = 10_000, 2_000


def emails() -> Iterator[Figure]:
    with processes.python_sink("smtp") as sink, processes.delayed(sink) as far:
        speed = _speed("email", EMAILS, f"smtp://127.0.0.1:{far}?connections=32")
    yield at_least("E-mail over a round trip of 40 ms, 32 connections", speed, 2_500, "/s")


def texts() -> Iterator[Figure]:
    if not processes.has_option("kannel", "connections"):
        raise NotMeasured("the road kannel:// has no option “connections” yet")
    with processes.http_sink() as sink, processes.delayed(sink) as far:
        speed = _speed("sms", TEXTS, f"kannel://bench:bench@127.0.0.1:{far}?connections=32")
    yield at_least("SMS over a round trip of 40 ms, 32 connections", speed, 500, "/s")


def _speed(channel: str, number: int, to: str) -> float:
    return median(rounds(lambda: processes.dispatch(channel, number, to)["per_second"]))


MEASUREMENTS = (emails, texts)
