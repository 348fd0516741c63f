"""A million messages in one campaign: launch, claim, memory; and how soon the first message leaves."""

import os
from collections.abc import Iterator
from statistics import median

from tests.bench import claim, processes
from tests.bench.table import Figure, at_most, rounds

MILLION = int(os.environ.get("BENCH_MILLION", "1000000"))  # fewer, to try a measurement out
FIRST_OF = 100_000


def launch() -> Iterator[Figure]:
    found = processes.inside("launch", MILLION)
    of = f"{MILLION:,} messages: "
    yield at_most(f"{of}launch, freeze and enqueue", found["seconds"], 15, "s")
    note = f"{found['writes']} writes meanwhile"
    yield at_most(f"{of}longest wait of a page that writes", found["blocked_ms"], 100, "ms", note)
    yield at_most(f"{of}memory at most", found["peak_mb"], 300, "MB")


def claims() -> Iterator[Figure]:
    """Of ten million: make bench BENCH=claim."""
    yield from map(claim.of, (10_000, MILLION))


def first() -> Iterator[Figure]:
    with processes.smtp_sink() as port:
        to = f"smtp://127.0.0.1:{port}"
        found = rounds(lambda: processes.inside("first", FIRST_OF, to))
    wait, seen = (median(one[name] for one in found) for name in ("milliseconds", "shown"))
    note = f"kept in the journal, which a kill leaves whole; on every page after {seen:.0f} ms"
    yield at_most(f"launch of {FIRST_OF:,} to the first message accepted", wait, 300, "ms", note)


MEASUREMENTS = (launch, claims, first)
