"""What is measured inside the engine, each in a process of its own, so that time and memory are nobody else's.

Usage: python -m tests.bench.inside DEED [WORDS]: prints the figures as one line of JSON.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import models
from dispatch import bench, clock, courtesy, demo
from dispatch.providers.base import Outcome
from dispatch.providers.lines import Lines
from dispatch.sending import campaigns, messages, tallies
from dispatch.sending.journal import Journal
from dispatch.sending.pace import Pace
from dispatch.sending.pump import Pump
from models import Bin, Campaign, Message, Organisation, User, database, writing

QUEUE = """
WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ?)
INSERT INTO message (campaign_id, channel, is_practice, address, names, language, reference, status, parts, attempts,
    repeats, road, provider_reference, code, detail, due_at)
SELECT ?, ?, 0, 'a' || n || '@maatstok.example', 'An Peeters', 'nl', printf('%016x', n), ?, 1, 0, 0, '', '', '', '', ?
FROM one
"""
PAGE_SECONDS = 0.020
LOOK_SECONDS = 0.001
HALT_SECONDS = 0.03
STARTED = time.process_time()  # what starting took


def measured(channel: str, number: str, to: str) -> dict:
    """What `flask bench dispatch` measures, and the processor's time for each message."""
    return bench.measure(channel, int(number), to) | {"cpu_us": _used(number)}


def _used(number: str) -> float:
    """The microseconds of processor that each of so many messages took since the start."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime - STARTED) / int(number) * 1e6


def with_halts(channel: str, number: str, to: str, receipts_at: str) -> dict:
    """The same, and how long the other side stood still: every line asked, and nothing answered for HALT_SECONDS."""
    halts, listen = [], Lines._listen

    def listened(lines: Lines, seconds: float) -> list:
        is_asked = lines._lines and all(line.talk.held for line in lines._lines)
        begun = time.perf_counter()
        found = listen(lines, seconds)
        took = time.perf_counter() - begun
        if is_asked and took > HALT_SECONDS:
            halts.append(took)
        return found

    Lines._listen = listened
    figures, used = bench.measure(channel, int(number), to, receipts_at=receipts_at), _used(number)
    return figures | {"halts": len(halts), "halted": sum(halts), "cpu_us": used}


# ── A million ───────────────────────────────────────────────────────────


def launch(number: str) -> dict:
    """Freezes and queues so many messages while somebody else writes small things."""
    count = int(number)
    with bench.own_database():
        campaign, by = _drafted("email", count)
        pump = Pump(_nowhere())
        with _writer() as blocked:
            seconds = _timed(lambda: _launch_whole(campaign, by, pump))
        queued = bench.standing(campaign)["queued"]
    if queued != count:
        raise RuntimeError(f"{queued} of {count} messages were queued")
    return {
        "seconds": seconds,
        "blocked_ms": max(blocked) * 1000,
        "writes": len(blocked),
        "peak_mb": bench.peak_mb(),
    }


def _launch_whole(campaign: Campaign, by: User, pump: Pump) -> None:
    with database.connection_context():
        campaigns.launch(campaign, by=by, now=clock.now(), terms_accepted=True)
    pump.freeze()


@contextmanager
def _writer():
    """Small writes from another thread, one every 20 ms; yields how long each took, waiting included."""
    taken, over = [], Event()

    def write() -> None:
        with database.connection_context():
            while not over.wait(PAGE_SECONDS):
                taken.append(_timed(_small_write))

    thread = Thread(target=write)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()


def _small_write() -> None:
    with writing():
        Bin.update(town="Oosterzavel").execute()


def claim(number: str) -> dict:
    """Claims a thousand messages at a time out of so many that are queued."""
    with bench.own_database():
        campaign, _ = _drafted("email", 1)
        with database.connection_context():
            with writing():
                queue(campaign, int(number), "queued")
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            claimed, times = 0, []
            for _ in range(min(20, int(number) // 1000)):
                begun = time.perf_counter()
                claimed += len(messages.claim("email", campaign, limit=1000, now=clock.now()))
                times.append((time.perf_counter() - begun) * 1000)
    if claimed != 1000 * len(times):
        raise RuntimeError(f"{claimed} claimed in {len(times)} claims of 1,000")
    return {"median_ms": sorted(times)[len(times) // 2], "best_ms": min(times), "worst_ms": max(times)}


def books(channel: str, number: str) -> dict:
    """What the database alone takes of each message: all launched, then claimed, then recorded by one thread; nothing is sent."""
    count, held = int(number), []
    with bench.own_database():
        campaign, by = _drafted(channel, count)
        seconds = {"launched": _timed(lambda: _launch_whole(campaign, by, Pump(_nowhere())))}
        with database.connection_context():
            seconds["claimed"] = _timed(lambda: held.extend(_claimed(channel, campaign)))
            answers = [[Outcome(one.reference, "accepted", one.reference) for one in part] for part in held]
            seconds["recorded"] = _timed(
                lambda: [messages.record(part, road="", now=clock.now()) for part in answers]
            )
        accepted = bench.standing(campaign)["accepted"]
    if accepted != count:
        raise RuntimeError(f"{accepted} of {count} were recorded")
    return {what: taken / count * 1e6 for what, taken in seconds.items()}


def _claimed(channel: str, campaign: Campaign) -> Iterator[list]:
    running = Campaign.get_by_id(campaign.id)
    while part := messages.claim(channel, running, limit=1000, now=clock.now()):
        yield part


def queue(campaign: Campaign, number: int, status: str) -> None:
    """A running campaign with so many messages in one state, made by the database itself."""
    now = clock.now()
    facts = {"status": "running", "launched_at": now, "moved_at": now, "people": number}
    Campaign.update(**facts).where(Campaign.id == campaign.id).execute()
    database.execute_sql(QUEUE, (number, campaign.id, campaign.channels[0], status, str(now)))
    tallies.count({(campaign.id, campaign.channels[0], status): number})


# ── The first message ───────────────────────────────────────────────────


def first(number: str, to: str) -> dict:
    """How long after the launch of so many the first message is accepted: in the journal, and on every page."""
    answered, note = [], Journal.answered
    Journal.answered = lambda journal, outcome: (answered.append(time.perf_counter()), note(journal, outcome))
    with bench.own_database():
        campaign, by = _drafted("email", int(number))
        roads = bench.open_roads("email", to)
        pump = Pump(roads)
        with _carrying(pump):
            begun = time.perf_counter()
            _until_first(campaign, by)
            shown = time.perf_counter()
        roads.close()
    return {"milliseconds": (answered[0] - begun) * 1000, "shown": (shown - begun) * 1000}


@contextmanager
def _carrying(pump: Pump):
    """Launches go on and messages leave, each in a thread of its own, as in the whole program."""
    carriers = [
        Thread(target=_again, args=(pump, deed)) for deed in (lambda: pump.turn("email"), pump.freeze)
    ]
    for carrier in carriers:
        carrier.start()
    try:
        yield
    finally:
        pump.stop()
        for carrier in carriers:
            carrier.join()


def _again(pump: Pump, deed: Callable[[], object]) -> None:
    while not pump.stopping.wait(LOOK_SECONDS):
        deed()


def _until_first(campaign: Campaign, by: User) -> None:
    with database.connection_context():
        campaigns.launch(campaign, by=by, now=clock.now(), terms_accepted=True)
    deadline = time.monotonic() + 30
    while not bench.standing(campaign)["accepted"]:
        if time.monotonic() > deadline:
            raise RuntimeError("nothing was accepted in 30 seconds")
        time.sleep(LOOK_SECONDS)


# ── The throttle ────────────────────────────────────────────────────────


def paced(number: str, to: str) -> dict:
    """Sends so many by a road with a rate, as the whole program does: when each left, by our own clock."""
    left, said = [], Pace.leaves
    Pace.leaves = lambda pace, now: (left.append(now), said(pace, now))
    with bench.own_database():
        campaign, by = _drafted("email", int(number))
        roads = bench.open_roads("email", to)
        pump = Pump(roads)
        _launch_whole(campaign, by, pump)
        pump.run("email", is_practice=False)
        roads.close()
        accepted = bench.standing(campaign)["accepted"]
    if accepted != int(number):
        raise RuntimeError(f"{accepted} of {number} were accepted")
    return {"left": left}


def slow(rate: str, seconds: str, to: str) -> dict:
    """What leaves each quarter of a second by a slow road, where time is a value: the moments, in seconds."""
    begun = clock.now()
    moment = [begun]
    left = []
    with bench.own_database():
        campaign, by = _drafted("email", 1_000)
        roads = bench.open_roads("email", f"{to}?rate={rate}")
        pump = Pump(roads, now=lambda: moment[0])
        with database.connection_context():
            campaigns.launch(campaign, by=by, now=begun, terms_accepted=True)
        while moment[0] < begun + timedelta(seconds=float(seconds)):
            left += [(moment[0] - begun).total_seconds()] * pump.turn("email")
            moment[0] += timedelta(seconds=0.25)
        roads.close()
    return {"left": left}


# ── A town for the whole program ────────────────────────────────────────


def town(path: str, number: str) -> dict:
    """The demonstration in a new database, with a big BIN, a campaign for it and a draft for a small one."""
    models.connect(f"sqlite:///{path}")
    models.migrate()
    with database.connection_context():
        demo.load(clock.now())
        zone = Organisation.get(Organisation.kind == "police_zone")
        by = User.get(User.organisation == zone, User.role == "sender")
        small = Bin.get(Bin.organisation == zone)
        with writing():
            big = bench.add_bin(zone, int(number), clock.now())
    campaign, other = bench.draft("email", by, big), bench.draft("email", by, small)
    return {
        "email": by.email,
        "password": demo.PASSWORD,
        "campaign": campaign.id,
        "version": campaign.version,
        "draft": other.id,
        "draft_version": other.version,
        "bin": small.id,
    }


def accepted(path: str, number: str, references: str) -> dict:
    """A database with so many accepted messages, whose references are written to a file, one a line."""
    models.connect(f"sqlite:///{path}")
    models.migrate()
    by, bin = bench.settle(1)
    campaign = bench.draft("sms", by, bin)
    with database.connection_context(), writing():
        queue(campaign, int(number), "accepted")
        rows = Message.select(Message.reference).order_by(Message.id).tuples()
        Path(references).write_text("\n".join(reference for (reference,) in rows))
    return {"campaign": campaign.id}


# ── Parts ───────────────────────────────────────────────────────────────


def _drafted(channel: str, number: int) -> tuple[Campaign, User]:
    by, bin = bench.settle(number)
    return bench.draft(channel, by, bin), by


def _nowhere():
    return bench.open_roads("email", "smtp://127.0.0.1:9")


def _timed(deed) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


DEEDS = {
    deed.__name__: deed
    for deed in (measured, with_halts, launch, claim, books, first, paced, slow, town, accepted)
}

if __name__ == "__main__":
    courtesy.take_short_turns()  # as the whole program does, and the next line too
    courtesy.keep_what_is_loaded()
    with suppress(BrokenPipeError):
        print(json.dumps(DEEDS[sys.argv[1]](*sys.argv[2:])))
