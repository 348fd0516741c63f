"""What the tests of dying share: a nursery of victims, gateways that remember, and what must be true afterwards."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from dispatch import clock
from dispatch.sending import campaigns, messages, tidying
from dispatch.sending.pump import Pump
from models import Audit, Campaign, Message, Tally
from tests import cast, victim
from tests.servers import http_server, post_office

ROOT = Path(__file__).parent.parent
MEMBERS = 50
REFERENCES = {
    "sms": re.compile(r"reference=([0-9a-z]{16})"),
    "email": re.compile(r"Message-ID: <([0-9a-z]{16})@"),
}
HAS_LEFT = {"accepted", "delivered", "failed", "unsure"}


def people() -> None:
    cast.user("sender", cast.zone())
    bin = cast.bin_named("Kerkdries")
    for number in range(MEMBERS):
        cast.member(bin, f"Lid{number}", mobile=f"+32471{number:04}11", email=f"lid{number}@leden.example")


@dataclass
class Gateway:
    """What sends for us: its port, and what it took, by our reference, from the moment before it said so."""

    port: int
    taken: Callable[[], Counter]


@contextmanager
def gateway(channel: str) -> Iterator[Gateway]:
    if channel == "sms":
        with http_server(202, "0: Accepted for delivery") as (port, asked):
            yield Gateway(
                port, lambda: _named(channel, (one.headers["X-Kannel-DLR-URL"] for one in list(asked)))
            )
    else:
        with post_office("PIPELINING") as office:
            yield Gateway(
                office.port, lambda: _named(channel, (one.content.decode() for one in list(office.letters)))
            )


def _named(channel: str, words: Iterator[str]) -> Counter:
    return Counter(REFERENCES[channel].search(one)[1] for one in words)


# ── Victims ─────────────────────────────────────────────────────────────


class Nursery:
    """Brings forth one victim after the other, all on one database, one gateway and one diary."""

    def __init__(self, database: str, channel: str, port: int, diary: Path):
        command = [sys.executable, "-m", "tests.victim", database, channel, str(port), str(diary)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)

    def born(self, seed: int) -> int:
        """A new victim's process id."""
        self._process.stdin.write(f"{seed}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def kill(self, victim: int) -> None:
        """Returns when it is dead."""
        os.kill(victim, signal.SIGKILL)
        assert self._process.stdout.readline() == "dead\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


# ── Afterwards ──────────────────────────────────────────────────────────


def drain(channel: str, port: int) -> None:
    """Starts the program once more, long after, and lets it come to rest."""
    pump = Pump(victim.roads(channel, port))
    tidying.recover(clock.now())
    messages.doubt(clock.now() + timedelta(hours=1))
    Campaign.update(status="running").where(Campaign.status == "paused").execute()
    while campaigns.half_frozen().exists() or Message.select().where(Message.status == "queued").exists():
        pump.freeze()
        pump.turn(channel)
    pump.roads.close()


def standing() -> dict[str, str]:
    """Where every message stands, by its reference."""
    return dict(Message.select(Message.reference, Message.status).tuples())


def assert_everybody_is_accounted_for() -> None:
    """Each launch wrote one message to each member, and the counters say where they stand."""
    launched = list(Campaign.select().where(Campaign.status != "draft"))
    assert len(launched) == Audit.select().where(Audit.deed == "campaign.launched").count() > 0
    for campaign in launched:
        addresses = [address for (address,) in campaign.messages.select(Message.address).tuples()]
        assert len(addresses) == len(set(addresses)) == campaign.people == MEMBERS
        counted = Counter(status for (status,) in campaign.messages.select(Message.status).tuples())
        kept = Tally.select(Tally.status, Tally.number).where(Tally.campaign == campaign.id).tuples()
        assert counted == +Counter(dict(kept))


def assert_nothing_is_lost_or_repeated(taken: Counter) -> None:
    """What the gateway took is known here, once each; what is said to have been accepted was taken."""
    rows = standing()
    assert set(taken.values()) <= {1}, "somebody got it twice"
    assert {rows[one] for one in taken} <= HAS_LEFT
    assert [
        one for one, status in rows.items() if status in ("accepted", "delivered") and one not in taken
    ] == []
