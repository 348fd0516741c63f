"""The throttle: in no second does more leave than the rate of the road, nor much less."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.bench import processes
from tests.bench.table import Figure, shown

RATES = (500, 2_500, 10_000)
SECONDS = 7
SETTLING = (
    1.5  # so long does a process that has just begun learn what it will do again and again; and the end
)
ALLOWED = 2.0  # per cent
SLOW_PER_MINUTE, SLOW_SECONDS = 10, 300


def slow() -> Iterator[Figure]:
    """A rate per minute, where time is a value: nobody waits five minutes."""
    with processes.python_sink("smtp") as port:
        to = f"smtp://127.0.0.1:{port}"
        left = processes.inside("slow", f"{SLOW_PER_MINUTE}/min", SLOW_SECONDS, to)["left"]
    yield _figure(
        f"rate {SLOW_PER_MINUTE}/min, any minute of {SLOW_SECONDS} s", left, SLOW_PER_MINUTE, 60.0, 60.0
    )


def rated() -> Iterator[Figure]:
    """Ours, and beside it what this machine lets arrive of a clock that does nothing else."""
    for rate in RATES:
        with _remembered() as (port, arrived):
            to = f"smtp://127.0.0.1:{port}?rate={rate}"
            left = processes.inside("paced", rate * SECONDS, to)["left"]
        _, most = extremes(left, 1.0, SETTLING)
        name = f"rate {rate:,}/s, any second of {SECONDS} s at the sink"
        yield _figure(name, arrived, rate, 1.0, SETTLING, most)
        with _remembered() as (port, arrived):
            processes.bare("paced", rate * SECONDS, port, rate)
        least, most = extremes(sorted(arrived), 1.0, SETTLING)
        note = f"{least} to {most}, with no cap to keep to"
        yield Figure("  bare: a clock alone, at that rate", _off(least, most, rate), note=note)
    with processes.python_sink("smtp") as port:
        road = f"smtp://127.0.0.1:{port}"
        speed = processes.dispatch("email", RATES[-1] * 4, road)["per_second"]
    yield Figure("  ours to that sink without a rate", shown(speed, "/s"), note="queued, sent and recorded")


@contextmanager
def _remembered() -> Iterator[tuple[int, array]]:
    """A sink, and what arrived there once it is over."""
    arrived = array("d")
    with processes.folder() as home:
        file = home / "arrivals"
        with processes.python_sink("smtp", str(file)) as port:
            yield port, arrived
        arrived.frombytes(file.read_bytes())


def _off(least: int, most: int, cap: int) -> str:
    return f"{max(abs(cap - least), abs(most - cap)) / cap:.1%} off"


def _figure(
    name: str, moments: Sequence[float], cap: int, window: float, settling: float, most_left: int = 0
) -> Figure:
    """Never above the cap as they leave us; the way may shift them, as long as it stays within what is allowed."""
    least, most = extremes(sorted(moments), window, settling)
    off = max(abs(cap - least), abs(most - cap)) / cap * 100
    is_met = off <= ALLOWED and (most_left or most) <= cap
    note = f"{least} to {most} in any {window:g} s" + (f"; at most {most_left} left us" if most_left else "")
    return Figure(name, f"{off:.1f} % off", f"within {ALLOWED:g} %, never above", is_met, off, note)


def extremes(moments: Sequence[float], window: float, settling: float) -> tuple[int, int]:
    """The fewest and the most moments in any window of this length; the fewest without begin and end."""
    most = max(bisect_left(moments, at + window) - n for n, at in enumerate(moments))
    begins = [at for at in moments if moments[0] + settling <= at <= moments[-1] - settling - window]
    if not begins:
        raise RuntimeError(f"all {len(moments)} left within {moments[-1] - moments[0]:.2f} s")
    tick = 1e-6  # a window that begins just behind an arrival holds the fewest
    least = min(bisect_left(moments, at + window + tick) - bisect_left(moments, at + tick) for at in begins)
    return least, most


MEASUREMENTS = (slow, rated)
