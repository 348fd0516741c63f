"""A year of a large house on PostgreSQL: what a claim takes beside a hundred million messages that are done.

Some 45 GB of disk and a quarter of an hour; fewer by BENCH_YEAR.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import models
from dispatch import bench, clock
from dispatch.sending import messages, tallies
from models import Campaign, database, writing
from tests import postgres
from tests.bench.table import Figure, NotMeasured, at_most, shown

A_YEAR = 100_000_000
NUMBER = int(os.environ.get("BENCH_YEAR", A_YEAR))
BYTES = 450  # of a message with its indices
QUEUED, CLAIMS, MONTHS = 20_000, 20, 12
MOST = 1.5  # times as long: flat, as far as a noisy machine can tell
ROWS = """
INSERT INTO message (campaign_id, channel, is_practice, address, names, language, reference, status, parts, attempts,
    repeats, road, provider_reference, code, detail, due_at, claimed_at, accepted_at, ended_at)
SELECT %(campaign)s, 'sms', false, '+32470' || lpad(n::text, 9, '0'), 'An Peeters', 'nl', lpad(to_hex(%(from)s + n), 16, '0'),
    %(status)s, 1, 1, 0, '', '', '', '', %(at)s, NULL, NULL, NULL
FROM generate_series(1, %(number)s) AS n
"""


def claims() -> Iterator[Figure]:
    if not postgres.is_there():
        raise NotMeasured("PostgreSQL or psycopg is not installed")
    if shutil.disk_usage(tempfile.gettempdir()).free < 1.2 * NUMBER * BYTES:
        raise NotMeasured(f"{NUMBER:,} messages need {NUMBER * BYTES / 1e9:.0f} GB of disk")
    with postgres.cluster(careless=False) as server:
        empty, full = server.database(), server.database()
        waiting = {url: _settled(url) for url in (empty, full)}
        begun = time.monotonic()
        _fill_a_year(full)
        note = f"filled in {time.monotonic() - begun:.0f} s"
        yield Figure("a year on PostgreSQL", f"{NUMBER:,} messages", note=note)
        for url, campaign in waiting.items():
            _queue(url, campaign)
        times = [{url: _claimed(url, campaign) for url, campaign in waiting.items()} for _ in range(CLAIMS)]
        database.close_all()
    alone, beside = (median(one[url] for one in times) for url in (empty, full))
    yield Figure("claim of 1,000 on PostgreSQL, nothing else there", shown(alone, "ms"), value=alone)
    name, note = f"claim of 1,000 beside {NUMBER:,} that are done", f"{shown(beside, 'ms')}, taken in turns"
    yield at_most(name, beside / alone, MOST, "x of that", note)


def _settled(url: str) -> int:
    """A database with a campaign for each month; returns the id of one more, whose messages will wait."""
    models.connect(url)
    models.migrate()
    by, bin = bench.settle(1)
    return [bench.draft("sms", by, bin).id for _ in range(MONTHS + 1)][-1]


def _fill_a_year(url: str) -> None:
    models.connect(url)
    with _bare():
        for month in range(1, MONTHS + 1):
            _filled(month, "delivered", NUMBER // MONTHS, month << 32)


def _queue(url: str, campaign: int) -> None:
    models.connect(url)
    with database.connection_context():
        with writing():
            _filled(campaign, "queued", QUEUED, 1 << 40)
            facts = {"status": "running", "launched_at": clock.now(), "moved_at": clock.now()}
            Campaign.update(**facts).where(Campaign.id == campaign).execute()
            tallies.count({(campaign, "sms", "queued"): QUEUED})
        database.execute_sql("ANALYZE message")


def _claimed(url: str, campaign: int) -> float:
    """The milliseconds of one claim."""
    models.connect(url)
    with database.connection_context():
        running, begun = Campaign.get_by_id(campaign), time.perf_counter()
        found = messages.claim("sms", running, limit=1000, now=clock.now())
        taken = (time.perf_counter() - begun) * 1000
    if len(found) != 1000:
        raise RuntimeError(f"{len(found)} claimed of 1,000")
    return taken


def _filled(campaign: int, status: str, number: int, first: int) -> None:
    facts = {"campaign": campaign, "from": first, "status": status, "at": clock.now(), "number": number}
    database.execute_sql(ROWS, facts)


@contextmanager
def _bare() -> Iterator[None]:
    """The table without its indices while it is filled, and without a look at where each row leads."""
    with database.connection_context():
        made = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'message' AND indexname <> 'message_pkey'"
        indices = database.execute_sql(made).fetchall()
        for name, _ in indices:
            database.execute_sql(f"DROP INDEX {name}")
        database.execute_sql("SET session_replication_role = replica")
        yield
        database.execute_sql("SET session_replication_role = origin")
        database.execute_sql("SET maintenance_work_mem = '1GB'")
        for _, words in indices:
            database.execute_sql(words)


MEASUREMENTS = (claims,)
