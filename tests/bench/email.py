"""E-mail, one message a recipient: ours beside Postfix's smtp-source, on the same sink."""

import time
from collections.abc import Iterator
from functools import cache
from statistics import median

from tests.bench import processes
from tests.bench.table import Figure, ratio, rounds, shown

NUMBER = 100_000  # as of text messages: what starts and what ends weighs little
PAIR_SECONDS = 40


def beside_smtp_source() -> Iterator[Figure]:
    pairs = speeds()
    ours, theirs = median(one for one, _, _ in pairs), median(one for _, one, _ in pairs)
    best = median(one / other for one, other, _ in pairs)
    figure = ratio("E-mail, one message a recipient", ours, ours / best, 1.0, "smtp-source -s 8")
    yield figure
    yield Figure(
        "  smtp-source -s 8 | with -d (connections kept)",
        f"{shown(theirs, '/s')} | {shown(median(kept for _, _, kept in pairs), '/s')}",
    )
    yield Figure("  ours, memory at most", shown(max(peaks), "MB"))


peaks: list[float] = []


@cache
def speeds() -> list[tuple[float, float, float]]:
    """Pair by pair: ours, smtp-source, and smtp-source that keeps its connections, in mails a second."""
    with processes.smtp_sink() as port:
        source(port, 1000)
        return rounds(
            lambda: (ours(port, NUMBER), source(port, NUMBER), source(port, NUMBER, "-d")), PAIR_SECONDS
        )


def our_speed() -> float:
    return median(one for one, _, _ in speeds())


def ours(port: int, number: int) -> float:
    figures = processes.dispatch("email", number, f"smtp://127.0.0.1:{port}")
    peaks.append(figures["peak_mb"])
    return figures["per_second"]


def source(port: int, number: int, *more: str) -> float:
    letter = ("-l", "2048", "-f", "bench@belfort.example", "-t", "bewoner@maatstok.example")
    command = (
        processes.find("smtp-source"),
        *more,
        "-s",
        "8",
        "-m",
        str(number),
        *letter,
        f"127.0.0.1:{port}",
    )
    begun = time.perf_counter()
    processes.said(*command)
    return number / (time.perf_counter() - begun)


MEASUREMENTS = (beside_smtp_source,)
