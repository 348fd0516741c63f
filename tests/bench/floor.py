"""The floor under our figures: what SQLite, Python and this machine allow at best, measured in the same run as ours."""

from collections.abc import Iterator
from statistics import median
from urllib.parse import urlsplit

from tests.bench import processes
from tests.bench.million import MILLION
from tests.bench.receipts import A_POST, LUA, SINGLE, _bodies, _posted, _prepared
from tests.bench.sms import INFOBIP, PASSWORD, RECEIPTS_LUA, _kannel, _wrk
from tests.bench.table import Figure, shown

LETTERS, IN_BATCHES, ONE_BY_ONE, THROUGH_KANNEL, BY_CLIENT = 20_000, 60_000, 20_000, 5_000, 3_000
IN_BATCHES_KEPT = 60_000
ROUNDS = 3


def emails() -> Iterator[Figure]:
    with processes.smtp_sink() as port:
        road = f"smtp://127.0.0.1:{port}"
        yield _beside("e-mail", "email", ("email", LETTERS, port), road)


def texts() -> Iterator[Figure]:
    with processes.python_sink("gateway") as port:
        bare = ("in_batches", IN_BATCHES, port)
        yield _beside("SMS in batches of 500", "sms", bare, INFOBIP.format(port=port))
    with processes.http_sink() as port:
        bare = ("one_a_request", ONE_BY_ONE, port)
        yield _beside("SMS, one a request", "sms", bare, f"kannel://bench:bench@127.0.0.1:{port}")


def books() -> Iterator[Figure]:
    """Ours without a line: who writes to SQLite is one at a time, so that nothing can be faster than this."""
    found = [processes.inside("books", "sms", IN_BATCHES) for _ in range(ROUNDS)]
    taken = {what: median(one[what] for one in found) for what in found[0]}
    note = ", ".join(f"{what} in {microseconds:.1f} µs" for what, microseconds in taken.items())
    yield Figure("ours: the database alone, nothing sent", shown(1e6 / sum(taken.values()), "/s"), note=note)


def through_kannel() -> Iterator[Figure]:
    """The bare work over a real Kannel with receipts, beside wrk: what a sender that remembers can get of it."""
    with processes.http_sink() as receipts, _kannel() as gateway:
        at = f"http://127.0.0.1:{receipts}"
        headers = [
            "Content-Type: text/plain; charset=utf-8",
            *("X-Kannel-Username: belfort", f"X-Kannel-Password: {PASSWORD}", "X-Kannel-From: Belfort"),
            *(
                "X-Kannel-Coding: 0",
                "X-Kannel-DLR-Mask: 31",
                f"X-Kannel-DLR-URL: {RECEIPTS_LUA_URL.format(at=at)}",
            ),
        ]
        bare = median(
            processes.bare("one_a_request", THROUGH_KANNEL, gateway.port, *headers)["per_second"]
            for _ in range(ROUNDS)
        )
        theirs = median(_wrk(gateway.port, 32, at) for _ in range(ROUNDS))
    note = f"wrk -c32, which remembers nothing: {theirs:,.0f}/s, so {bare / theirs:.2f} of it"
    yield Figure("bare: SMS through Kannel, with receipts", shown(bare, "/s"), note=note)


RECEIPTS_LUA_URL = RECEIPTS_LUA.partition('DLR-URL"] = "')[2].partition('"')[0]


def clients() -> Iterator[Figure]:
    """What one request costs a library of Python, and wrk, at the same sink."""
    with processes.http_sink() as port:
        for name in ("requests", "urllib3", "http.client"):
            found = processes.bare("client", BY_CLIENT, port, name)
            yield _figure(f"bare: POSTs by {name}, one after the other", found)
        yield Figure("bare: POSTs by wrk -t1 -c16", shown(_wrk(port, 16, ""), "/s"))


def doors() -> Iterator[Figure]:
    """Receipts one a POST, kept by one statement and a commit, behind waitress alone and behind Flask."""
    for name, kind in (("waitress alone", "wsgi"), ("waitress and Flask", "flask")):
        with processes.folder() as home:
            database, references = _prepared(home, SINGLE)
            with processes.bare_door(database, kind) as address:
                script = home / "receipts.lua"
                path = urlsplit(f"{address}/receipts/kannel/bench").path
                script.write_text(LUA.format(file=references, path=path))
                speed = processes.wrk(address, "-t1", "-c16", "-s", str(script), seconds=4)
        yield Figure(
            f"bare: receipts one a POST, {name}", shown(speed, "/s"), note="no look at whose they are"
        )
    with processes.folder() as home:
        database, references = _prepared(home, IN_BATCHES_KEPT)
        with processes.bare_door(database, "posts") as address:
            seconds = _posted(f"{address}/", _bodies(references.read_text().split()))
    yield Figure(
        f"bare: receipts {A_POST} a POST, waitress alone",
        shown(IN_BATCHES_KEPT / seconds, "/s"),
        note="no look at whose they are",
    )


def queue() -> Iterator[Figure]:
    """What it costs to put so many messages and their receivers into the database, in parts of 2,000."""
    found = processes.bare("queued", MILLION, 0)
    note = f"{found['per_second']:,.0f}/s"
    yield Figure(f"bare: {MILLION:,} queued", shown(MILLION / found["per_second"], "s"), note=note)


def _beside(name: str, channel: str, bare: tuple, road: str) -> Figure:
    """The bare work and ours in turns, so that a busy machine slows both."""
    pairs = [
        (processes.bare(*bare), processes.inside("measured", channel, bare[1], road)) for _ in range(ROUNDS)
    ]
    floor, floor_cpu, ours, our_cpu = (
        median(pair[side][key] for pair in pairs) for side in (0, 1) for key in ("per_second", "cpu_us")
    )
    note = f"ours {ours:,.0f}/s, {our_cpu:.0f} µs: {ours / floor:.0%} of the speed, {floor_cpu / our_cpu:.0%} by processor"
    return Figure(f"bare: {name}", f"{shown(floor, '/s')}, {floor_cpu:.0f} µs", note=note)


def _figure(name: str, found: dict[str, float]) -> Figure:
    return Figure(name, f"{shown(found['per_second'], '/s')}, {found['cpu_us']:.0f} µs")


MEASUREMENTS = (emails, texts, books, through_kannel, clients, doors, queue)
