"""SMS: in batches, one a request, and through a real Kannel with receipts; each beside wrk on the same port."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench import processes
from tests.bench.table import Figure, NotMeasured, at_least, ratio, rounds

IN_BATCHES, ONE_BY_ONE, THROUGH_KANNEL = 100_000, 20_000, 20_000
PAIR_SECONDS = 15
CONNECTIONS = 32
PASSWORD = "geheim woord"  # of the user in tests/servers.py
INFOBIP = "infobip://bench@127.0.0.1:{port}?tls=0"


def in_batches() -> Iterator[Figure]:
    if not processes.has_road("infobip"):
        raise NotMeasured("there is no road infobip:// yet")
    with processes.python_sink("gateway") as port:
        speed = median(rounds(lambda: _speed(IN_BATCHES, INFOBIP.format(port=port))))
    yield at_least("SMS in batches, into a local batch gateway", speed, 40_000, "/s")


def one_a_request() -> Iterator[Figure]:
    with processes.http_sink() as port:
        road = f"kannel://bench:bench@127.0.0.1:{port}"
        pairs = rounds(lambda: (_speed(ONE_BY_ONE, road), _wrk(port, 16, "")), PAIR_SECONDS)
    ours, theirs = (median(speeds) for speeds in zip(*pairs, strict=True))
    yield ratio("SMS, one message a request", ours, theirs, 0.2, "wrk -c16")


def through_kannel() -> Iterator[Figure]:
    """As many connections for both: Kannel's own boxes talk with delayed acknowledgements, so it counts."""
    options = f"?connections={CONNECTIONS}" if processes.has_option("kannel", "connections") else ""
    with processes.http_sink() as receipts, _kannel() as gateway:
        road = f"kannel://belfort:geheim%20woord@127.0.0.1:{gateway.port}{options}"
        receipts_at = f"http://127.0.0.1:{receipts}"
        pairs = rounds(
            lambda: (
                processes.inside("with_halts", "sms", THROUGH_KANNEL, road, receipts_at),
                _used_by(lambda: _wrk(gateway.port, CONNECTIONS, receipts_at)),
            ),
            PAIR_SECONDS,
        )
    found, theirs = [ours for ours, _ in pairs], median(speed for _, (speed, _) in pairs)
    ours = median(one["per_second"] for one in found)
    yield ratio("SMS through a real Kannel, with receipts", ours, theirs, 0.8, f"wrk -c{CONNECTIONS}")
    halts, halted, seconds = (sum(one[name] for one in found) for name in ("halts", "halted", "seconds"))
    moving = len(found) * THROUGH_KANNEL / (seconds - halted)
    note = f"{halts} times 40 ms with all lines asked: acknowledgements that it delays; the rest at {moving:,.0f}/s"
    yield Figure("  of which Kannel stood still", f"{halted:.1f} of {seconds:.1f} s", note=note)
    our_part, their_part = median(one["cpu_us"] for one in found), median(used for _, (_, used) in pairs)
    most = os.cpu_count() * 1e6 / (our_part + their_part)
    note = f"of the processor Kannel and wrk take {their_part:.0f} µs for a message, ours {our_part:.0f} µs"
    yield Figure(
        "  what these cores allow, all of them busy", f"{most / theirs:.2f} x wrk -c{CONNECTIONS}", note=note
    )


def _used_by(deed: Callable[[], float]) -> tuple[float, float]:
    """How many a second it made, and the microseconds that all processors of the machine worked for each."""
    begun, busy = time.monotonic(), _busy_seconds()
    speed = deed()
    return speed, (_busy_seconds() - busy) / (speed * (time.monotonic() - begun)) * 1e6


def _busy_seconds() -> float:
    """What the processors have worked since the machine started (Linux, /proc/stat)."""
    user, nice, system, _idle, _waits, *interrupts = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8]
    )
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _kannel():
    for program in ("bearerbox", "smsbox"):
        processes.find(program)
    from tests import servers  # needs what the tests need

    with processes.folder() as home, servers.kannel(home) as gateway:
        yield gateway


def _wrk(port: int, connections: int, receipts_at: str) -> float:
    """The same requests as ours, made by wrk."""
    with processes.folder() as home:
        script = home / "kannel.lua"
        script.write_text(
            LUA.format(password=PASSWORD) + (RECEIPTS_LUA.format(at=receipts_at) if receipts_at else "")
        )
        url = f"http://127.0.0.1:{port}/cgi-bin/sendsms"
        return processes.wrk(url, "-t1", f"-c{connections}", "-s", str(script))


LUA = """
wrk.method = "POST"
wrk.body = "POLITIE: verdacht voertuig gezien in uw buurt. Sluit uw deuren en bel 101 als u iets merkt."
wrk.headers["Content-Type"] = "text/plain; charset=utf-8"
wrk.headers["X-Kannel-Username"] = "belfort"
wrk.headers["X-Kannel-Password"] = "{password}"
wrk.headers["X-Kannel-From"] = "Belfort"
wrk.headers["X-Kannel-To"] = "+32470000011"
wrk.headers["X-Kannel-Coding"] = "0"
"""
RECEIPTS_LUA = """
wrk.headers["X-Kannel-DLR-Mask"] = "31"
wrk.headers["X-Kannel-DLR-URL"] = "{at}/receipts/kannel/bench?reference=0123456789abcdef&state=%d&answer=%A"
"""


def _speed(number: int, to: str, *more: str) -> float:
    return processes.dispatch("sms", number, to, *more)["per_second"]


MEASUREMENTS = (in_batches, one_a_request, through_kannel)
