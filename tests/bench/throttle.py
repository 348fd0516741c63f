"""The throttle: in no second does more leave than the rate of the road, nor much less."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from tests.bench import processes
from tests.bench.table import Figure

RATES = (500, 2_500, 10_000)
SECONDS = 4
SETTLING = 0.5  # the first half second and the last do not count
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
    for rate in RATES:
        arrived, claimed = _sent(rate)
        least, most = extremes(claimed, 1.0, SETTLING)
        name = f"rate {rate:,}/s, any second of {SECONDS} s at the sink"
        yield _figure(name, arrived, rate, 1.0, SETTLING, f"; by our own clock {least} to {most}")


def _sent(rate: int) -> tuple[Sequence[float], Sequence[float]]:
    """When each letter was complete at the sink, and when it was claimed, each by its own clock."""
    with processes.folder() as home:
        file = home / "arrivals"
        with processes.python_sink("smtp", str(file)) as port:
            to = f"smtp://127.0.0.1:{port}?rate={rate}"
            claimed = processes.inside("paced", rate * SECONDS, to)["claimed"]
        arrived = array("d")
        arrived.frombytes(file.read_bytes())
    return arrived, claimed


def _figure(
    name: str, moments: Sequence[float], cap: int, window: float, settling: float, more: str = ""
) -> Figure:
    least, most = extremes(sorted(moments), window, settling)
    off = max(abs(cap - least), abs(most - cap)) / cap * 100
    is_met = most <= cap and off <= ALLOWED
    note = f"{least} to {most} in any {window:g} s{more}"
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
