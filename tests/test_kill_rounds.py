"""kill -9, again and again at random moments, against a gateway that remembers every delivery: nothing lost, nothing twice."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch import clock
from dispatch.providers import kannel
from dispatch.sending import campaigns, messages
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Audit, Campaign, Message, Tally
from tests import cast
from tests.servers import http_server

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("BELFORT_KILL_ROUNDS", "200"))
MEMBERS = 50
UNDER_WAY = kannel.LINES  # each carries one message
REFERENCE = re.compile(r"reference=([0-9a-z]{16})")


@pytest.fixture
def people(app):
    cast.user("sender", cast.zone())
    bin = cast.bin_named("Kerkdries")
    for number in range(MEMBERS):
        cast.member(bin, f"Lid{number}", mobile=f"+32471{number:04}11")


def delivered_to(asked) -> Counter:
    """What the gateway got, by our reference."""
    return Counter(REFERENCE.search(request.headers["X-Kannel-DLR-URL"])[1] for request in list(asked))


def kill_in_turn(settings, port: int, rounds: int, between=lambda: None) -> None:
    chance = random.Random(2026)
    command = [sys.executable, "-m", "tests.victim", settings["BELFORT_DATABASE"], str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as nursery:
        for seed in range(rounds):
            nursery.stdin.write(f"{seed}\n")
            nursery.stdin.flush()
            victim = int(nursery.stdout.readline())
            time.sleep(chance.uniform(0.005, 0.12))
            os.kill(victim, signal.SIGKILL)
            assert nursery.stdout.readline() == "dead\n"
            between()
        nursery.stdin.close()


def drain(port: int, monkeypatch) -> None:
    """Starts it once more, long after, and lets it come to rest."""
    monkeypatch.setattr(messages, "LEASE", timedelta(seconds=0))
    road = f"kannel://u:p@127.0.0.1:{port}?from=8850&rate=5000"
    roads = Roads({"sms": [road]}, public_url="http://x", receipt_key="k")
    pump = Pump(roads)
    pump.recover(clock.now())
    messages.doubt(clock.now() + timedelta(hours=1))
    monkeypatch.setattr(messages, "LEASE", timedelta(seconds=60))
    Campaign.update(status="running").where(Campaign.status == "paused").execute()
    while campaigns.half_frozen().exists() or Message.select().where(Message.status == "queued").exists():
        pump.freeze()
        pump.turn("sms")
    roads.close()


def assert_everything_is_accounted_for(got: Counter) -> None:
    launched = list(Campaign.select().where(Campaign.status != "draft"))
    assert len(launched) == Audit.select().where(Audit.deed == "campaign.launched").count() > 0
    for campaign in launched:
        addresses = Counter(address for (address,) in campaign.messages.select(Message.address).tuples())
        assert len(addresses) == MEMBERS and set(addresses.values()) == {1}
        counted = Counter(status for (status,) in campaign.messages.select(Message.status).tuples())
        kept = Tally.select(Tally.status, Tally.number).where(Tally.campaign == campaign.id).tuples()
        assert counted == +Counter(dict(kept))
    rows = dict(Message.select(Message.reference, Message.status).tuples())
    assert set(got.values()) <= {1}, "somebody got it twice"
    assert set(got) <= set(rows)
    lost = [one for one, status in rows.items() if status in ("accepted", "delivered") and one not in got]
    assert lost == []
    assert {rows[one] for one in got} <= {"accepted", "delivered", "failed", "unsure"}


@pytest.mark.loopback
@pytest.mark.timeout(1200)
def test_rounds_of_kill_lose_nothing_and_repeat_nothing(people, settings, monkeypatch):
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        kill_in_turn(settings, port, ROUNDS)
        drain(port, monkeypatch)
        got = delivered_to(asked)
    assert_everything_is_accounted_for(got)
    unsure = Message.select().where(Message.status == "unsure").count()
    print(f"{ROUNDS} rounds of SIGKILL: {len(got)} delivered once, none twice, none lost, {unsure} unsure")
    assert unsure <= ROUNDS * UNDER_WAY, "more is in doubt than was under way"
