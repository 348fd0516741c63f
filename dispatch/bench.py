"""How fast this machine sends: one campaign through the real engine, on a database of its own.

The figure is the whole way of a message: launched, queued, claimed, sent, recorded. Nothing leaves this machine.
"""

import ipaddress
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread

import models
from dispatch import clock, matrix
from dispatch.providers.base import RoadURL
from dispatch.sending import campaigns, tallies
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from founding import set_counter
from models import RANKS, Bin, Campaign, Member, Organisation, User, database, is_postgres, writing

UNBRIDLED = "rate=999999"  # messages a second, the most that a road's rate can say
SENDERS = {"sms": "Belfort", "email": "bench@belfort.example"}
SMS = "POLITIE: verdacht voertuig gezien in uw buurt. Sluit uw deuren en bel 101 als u iets merkt."
LETTER = (
    "Beste buur,\n\n" + "Dit is het nieuws van de maand uit uw buurt.\n" * 38
)  # with its headers some 2 kB
IDLE_SECONDS = 0.002
PATIENCE_SECONDS = 60  # without a single message that moves


class Unmeasurable(Exception):
    """The measurement was refused or came to nothing; the sentence says why."""


# ── One measurement ─────────────────────────────────────────────────────


def measure(channel: str, number: int, to: str, *, receipts_at: str = "") -> dict[str, float]:
    """Sends `number` messages by the road `to`: {"messages", "seconds", "per_second", "peak_mb"}.

    receipts_at: where the gateway is asked to post its receipts. Raises Unmeasurable, or BadRoad.
    """
    for url in filter(None, (to, receipts_at)):
        refuse_elsewhere(url)
    with own_database():
        roads = open_roads(channel, to, receipts_at)
        try:
            by, bin = settle(number)
            campaign = draft(channel, by, bin)
            begun = time.perf_counter()
            campaigns.launch(campaign, by=by, now=clock.now(), terms_accepted=True)
            carry(Pump(roads), campaign, number)
            seconds = time.perf_counter() - begun
        finally:
            roads.close()
    return {
        "messages": number,
        "seconds": round(seconds, 3),
        "per_second": round(number / seconds, 1),
        "peak_mb": round(peak_mb(), 1),
    }


def peak_mb() -> float:
    """The most memory that this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def refuse_elsewhere(url: str) -> None:
    """Raises Unmeasurable unless this URL leads to this machine: a measurement must never reach anybody."""
    host = RoadURL.parse(url).host
    try:
        is_here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise Unmeasurable(
            "A measurement only sends to this machine: give a road such as smtp://127.0.0.1:2525."
        )


def carry(pump: Pump, campaign: Campaign, number: int) -> None:
    """Turns the pump until all is accepted; raises Unmeasurable when some never will be, or nothing moves.

    As in the whole program, a launch of many goes on beside the sending.
    """
    freezer = Thread(target=pump.freeze, name="freezer", daemon=True)
    freezer.start()
    try:
        _until_accepted(pump, campaign, number)
    finally:
        pump.stop()
        freezer.join()


def _until_accepted(pump: Pump, campaign: Campaign, number: int) -> None:
    accepted, moved_at = 0, time.monotonic()
    while (counts := standing(campaign))["accepted"] < number:
        if lost := counts["failed"] + counts["unsure"] + counts["withheld"] + counts["expired"]:
            raise Unmeasurable(f"{lost} of {number} messages were not accepted. Is this the right sink?")
        if counts["accepted"] > accepted:
            accepted, moved_at = counts["accepted"], time.monotonic()
        if time.monotonic() - moved_at > PATIENCE_SECONDS:
            raise Unmeasurable(
                f"Nothing moved for {PATIENCE_SECONDS} seconds, {accepted} of {number} accepted."
            )
        if not sum(pump.turn(channel) for channel in campaign.channels):
            time.sleep(IDLE_SECONDS)


def standing(campaign: Campaign) -> dict[str, int]:
    """How many messages of the campaign stand where; what was delivered was accepted too."""
    with database.connection_context():
        table = tallies.counts(campaign)
    total = {status: sum(row[status] for row in table.values()) for status in RANKS}
    return total | {"accepted": total["accepted"] + total["delivered"]}


# ── A world to measure in ───────────────────────────────────────────────


@contextmanager
def own_database() -> Iterator[Path]:
    """A migrated database in a folder that is gone afterwards, and then the one of before again."""
    before, folder = database.obj, Path(tempfile.mkdtemp(prefix="belfort-bench-"))
    models.connect(f"sqlite:///{folder / 'bench.db'}")
    try:
        models.migrate()
        yield folder
    finally:
        database.close()
        if before:
            database.initialize(before)
        shutil.rmtree(folder, ignore_errors=True)


def open_roads(channel: str, to: str, receipts_at: str = "") -> Roads:
    """The one road `to`, as fast as it goes unless it names a rate itself."""
    url = to if "rate" in RoadURL.parse(to).options else f"{to}{'&' if '?' in to else '?'}{UNBRIDLED}"
    return Roads({channel: [url]}, senders=SENDERS, public_url=receipts_at, receipt_key="bench")


def settle(number: int) -> tuple[User, Bin]:
    """A zone with one sender, and one BIN with `number` members who can all be reached."""
    now = clock.now()
    with database.connection_context(), writing():
        facts = {"name": "Politiezone Maatstok", "slug": "maatstok", "ready_at": now}
        zone = Organisation.create(kind="police_zone", **facts)
        matrix.begin(zone)
        facts = {"organisation": zone, "email": "bench@belfort.example", "name": "Bench"}
        by = User.create(role="sender", created_at=now, **facts)
        bin = add_bin(zone, number, now)
    return by, bin


def add_bin(zone: Organisation, number: int, now: datetime) -> Bin:
    """A BIN full of invented people, made by the database itself: a million in seconds."""
    bin = Bin.create(organisation=zone, name="Maatstok", slug="maatstok", created_at=now)
    first = (Member.select(Member.id).order_by(Member.id.desc()).limit(1).scalar() or 0) + 1
    _say(_MEMBERS, first, first + number - 1, zone.id, str(now), str(now))
    _say(_MEMBERSHIPS, bin.id, str(now), first, first + number - 1)
    if is_postgres():
        set_counter(Member)
    return bin


def _say(sql: str, *values) -> None:
    database.execute_sql(sql.replace("?", database.param), values)


_MEMBERS = """
WITH RECURSIVE person(n) AS (SELECT CAST(? AS integer) UNION ALL SELECT n + 1 FROM person WHERE n < ?)
INSERT INTO member (id, organisation_id, last_name, first_name, name_key, search_key, mobile, phone, email, street,
    house_number, box, postcode, town, language, mobile_fault, phone_fault, email_fault, mobile_failures,
    phone_failures, email_failures, version, created_at, changed_at)
SELECT n, ?, 'Peeters' || n, 'An', 'an peeters' || n, 'peeters' || n || ' an peeters' || n,
    '+324' || (70000000 + n), '', 'bewoner' || n || '@maatstok.example', 'Molenweg', CAST(n - n / 120 * 120 + 1 AS text), '', '3299',
    'Oosterzavel', 'nl', '', '', '', 0, 0, 0, 1, ?, ? FROM person
"""
_MEMBERSHIPS = """
INSERT INTO membership (member_id, bin_id, role, joined_at, basis, basis_source)
SELECT id, ?, 'member', ?, '', '' FROM member
WHERE id BETWEEN ? AND ?
"""


def draft(channel: str, by: User, bin: Bin) -> Campaign:
    """News for everybody in the BIN, ready to launch."""
    text = {"body": SMS} if channel == "sms" else {"subject": "Nieuws van uw BIN", "body": LETTER}
    wording = {"name": "Maatstok", "kind": "news", "channels": [channel], "texts": {channel: {"nl": text}}}
    with database.connection_context():
        campaign = campaigns.draft(by.organisation, by=by, now=clock.now())
        wording["audience"] = {"bins": [bin.id]}
        return campaigns.write(campaign, by=by, now=clock.now(), version=campaign.version, **wording)
