"""How long a claim of a thousand takes, however many are queued: up to ten million rows, some minutes and 4 GB of disk."""

import os
from collections.abc import Iterator

from tests.bench import processes
from tests.bench.table import Figure, at_most

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
LARGEST = int(os.environ.get("BENCH_LARGEST", SIZES[-1]))


def claims() -> Iterator[Figure]:
    for size in SIZES:
        if size <= LARGEST:
            yield of(size)


def of(size: int) -> Figure:
    found = processes.inside("claim", size)
    note = f"best {found['best_ms']:.1f}, worst {found['worst_ms']:.1f} ms"
    return at_most(f"claim of 1,000 out of {size:,} queued", found["median_ms"], 10, "ms", note)


MEASUREMENTS = (claims,)
