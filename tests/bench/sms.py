"""SMS: in batches, one a request, and through a real Kannel with receipts; each beside wrk on the same port."""

from collections.abc import Iterator
from contextlib import contextmanager
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
                _wrk(gateway.port, CONNECTIONS, receipts_at),
            ),
            PAIR_SECONDS,
        )
    found, theirs = [ours for ours, _ in pairs], median(speed for _, speed in pairs)
    ours = median(one["per_second"] for one in found)
    yield ratio("SMS through a real Kannel, with receipts", ours, theirs, 0.8, f"wrk -c{CONNECTIONS}")
    halts, halted, seconds = (sum(one[name] for one in found) for name in ("halts", "halted", "seconds"))
    moving = len(found) * THROUGH_KANNEL / (seconds - halted)
    note = f"{halts} times 40 ms with all lines asked: acknowledgements that it delays; the rest at {moving:,.0f}/s"
    yield Figure("  of which Kannel stood still", f"{halted:.1f} of {seconds:.1f} s", note=note)


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
