"""Workers that share one PostgreSQL: killed, cut off, robbed of their server. Nothing lost, nothing twice, one rate."""

import os
import random
import signal
import subprocess
import sys
import time
from bisect import bisect_left
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

import models
from dispatch import clock
from dispatch.sending import campaigns, throttle
from models import Campaign, Message, Tally
from tests import cast, postgres
from tests.ordeal import _named
from tests.servers import http_server, wait_until

ROOT = Path(__file__).parent.parent
RATE = int(os.environ.get("WORKERS_RATE", "150"))
CUT_SECONDS = float(os.environ.get("WORKERS_CUT_SECONDS", "7"))
GOES_ON_WITHIN = int(os.environ.get("WORKERS_GO_ON_WITHIN", "60"))  # 10 in `make bench`: a test has time
AT_ONCE = 20  # messages of one claim: of one that was cut off in its commit nobody knows whether it was made
TEXTS = {"sms": {"nl": {"body": "Hou deuren en ramen dicht."}}}

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not postgres.is_there(), reason="PostgreSQL or psycopg is not installed"),
]


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """stage(number, **cluster) is a cluster with so many members, and a gateway that remembers."""
    monkeypatch.chdir(tmp_path)
    with ExitStack() as kept:

        def set_up(number: int, **kinds) -> "Stage":
            server = kept.enter_context(postgres.cluster(**kinds))

            def take(_) -> tuple[int, str]:
                return 202, "0: Accepted for delivery"

            port, asked = kept.enter_context(http_server(answer=take))
            made = Stage(server, server.database(), port, asked, tmp_path)
            made.people(number)
            kept.callback(made.end)
            return made

        yield set_up
        if models.is_postgres():
            models.database.close_all()


class Stage:
    """What a test plays on: the server, the gateway and what it took, the workers that live."""

    def __init__(self, server: postgres.Cluster, url: str, port: int, asked: list, folder: Path):
        self.server, self.url, self.port, self.asked, self.folder = server, url, port, asked, folder
        self.workers: list[subprocess.Popen] = []

    def people(self, number: int) -> None:
        models.connect(self.url)
        models.migrate()
        with models.database.connection_context(), models.writing():
            self.sender = cast.user("sender", cast.zone())
            self.bin = cast.bin_named("Kerkdries")
            for one in range(number):
                cast.member(self.bin, f"Lid{one}", mobile=f"+32471{one:04}11", email="")

    def launch(self) -> Campaign:
        with models.database.connection_context():
            draft = campaigns.draft(self.sender.organisation, by=self.sender, now=clock.now())
            wording = {"name": "Gaslek", "kind": "news", "channels": ["sms"], "texts": TEXTS}
            whom = {"bins": [self.bin.id]}
            ready = campaigns.write(
                draft, by=self.sender, now=clock.now(), version=1, audience=whom, **wording
            )
            campaigns.launch(ready, by=self.sender, now=clock.now(), terms_accepted=True)
            models.ring()
            return ready

    def begin(self, rate: int = RATE) -> subprocess.Popen:
        """One more worker, as an installation starts it."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("BELFORT_")}
        environ |= {
            "BELFORT_DATABASE": self.url,
            "BELFORT_SECRET_KEY": "k",
            "BELFORT_SMS": f"kannel://u:p@127.0.0.1:{self.port}?from=8850&rate={rate}",
            "FLASK_APP": str(ROOT / "app.py"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        log = (self.folder / "log").open("ab")
        command = [sys.executable, "-m", "flask", "worker"]
        started = subprocess.Popen(command, cwd=self.folder, env=environ, stdout=log, stderr=log)
        self.workers.append(started)
        return started

    def sends_with(self, workers: int) -> Campaign:
        """A campaign of which the first messages have left by so many workers."""
        for _ in range(workers):
            self.begin()
        campaign = self.launch()
        self.goes_on()
        return campaign

    def kill(self, worker: subprocess.Popen) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def end(self) -> None:
        for worker in [*self.workers]:
            self.kill(worker)

    def taken(self) -> Counter:
        return _named("sms", (one.headers["X-Kannel-DLR-URL"] for one in list(self.asked)))

    def goes_on(self, seconds: float = GOES_ON_WITHIN) -> float:
        """Waits until the gateway gets something more; returns how long that took."""
        before, begun = len(self.asked), time.monotonic()
        wait_until(lambda: len(self.asked) > before, seconds, "the next message")
        return time.monotonic() - begun

    def comes_to_rest(self, campaign: Campaign, seconds: float) -> None:
        def is_over() -> bool:
            with models.database.connection_context():
                busy = ("queued", "sending")
                return not campaign.messages.where(Message.status.in_(busy)).exists()

        wait_until(is_over, seconds, "the last message")

    def assert_nothing_is_lost_or_repeated(self, campaign: Campaign, people: int, most_unsure: int) -> None:
        taken = self.taken()
        assert set(taken.values()) == {1}, "somebody got it twice"
        with models.database.connection_context():
            rows = dict(campaign.messages.select(Message.reference, Message.status).tuples())
            kept = dict(
                Tally.select(Tally.status, Tally.number).where(Tally.campaign == campaign.id).tuples()
            )
        stands = Counter(rows.values())
        assert len(rows) == people and stands == +Counter(kept)
        assert set(stands) <= {"accepted", "unsure"} and stands["unsure"] <= most_unsure
        assert {one for one, status in rows.items() if status == "accepted"} <= set(taken)


def test_workers_that_are_killed_lose_nothing_and_repeat_nothing(stage):
    """kill -9, at any moment: what the dead one had in hand is told by its journal, and few of it are unsure."""
    chance, here = random.Random(2026), stage(600)
    campaign = here.sends_with(2)
    for _ in range(3):
        time.sleep(chance.uniform(0, 0.5))
        here.kill(here.workers[0])
        here.goes_on()
        here.begin()
    here.comes_to_rest(campaign, 90)
    here.assert_nothing_is_lost_or_repeated(campaign, 600, most_unsure=3 * AT_ONCE)


def test_a_server_that_dies_and_comes_back_is_gone_on_with(stage):
    here = stage(600)
    campaign = here.sends_with(2)
    here.server.kill()
    time.sleep(1)
    here.server.start()
    here.goes_on()
    here.comes_to_rest(campaign, 90)
    here.assert_nothing_is_lost_or_repeated(campaign, 600, most_unsure=2 * AT_ONCE)


def test_a_network_that_is_cut_loses_nothing_and_repeats_nothing(stage):
    if not postgres.may_cut():
        pytest.skip("only root may lay a cable that can be cut (ip netns)")
    with postgres.Wire() as wire:
        here = stage(800, address=wire.there, within=wire.within)
        campaign = here.sends_with(2)
        wire.cut()
        time.sleep(CUT_SECONDS)
        wire.mend()
        here.goes_on()
        here.comes_to_rest(campaign, 90)
        here.assert_nothing_is_lost_or_repeated(campaign, 800, most_unsure=2 * AT_ONCE)


def test_workers_together_keep_to_the_rate_of_one_road(stage):
    here = stage(600)
    campaign = here.launch()
    for _ in range(3):
        here.begin()
    here.comes_to_rest(campaign, 90)
    here.assert_nothing_is_lost_or_repeated(campaign, 600, most_unsure=0)
    with models.database.connection_context():
        claimed = [row.claimed_at.timestamp() for row in campaign.messages.order_by(Message.claimed_at)]
    most = max(bisect_left(claimed, at + 1) - place for place, at in enumerate(claimed))
    ahead = RATE * throttle.AHEAD.total_seconds()  # each of them waits for its moment
    assert most <= RATE + ahead, "by the clock of the claims: a busy gateway takes late and in time together"
