"""A program made to die: it launches, sends, takes receipts, pauses, resumes and stops until somebody ends it.

`python -m tests.victim DATABASE CHANNEL PORT DIARY` forks a new victim for each number on its standard input, and
prints its process id. The victim writes into the diary what it is about to do, and what it has been told was done.
"""

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from threading import Thread

import models
from dispatch import clock
from dispatch.errors import WrongMoment
from dispatch.providers.base import Receipt
from dispatch.sending import campaigns, hand, journal, messages, receipts, tidying
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Bin, Campaign, Message, User, database

LEASE = timedelta(seconds=0.5)
FROZEN_AT_ONCE = 20  # so that launches are killed half-way too
LOOKED_BACK_EACH, LONG_JOURNAL = (
    timedelta(seconds=0.02),
    500,
)  # so that a journal that goes on anew is killed in its midst
PLENTY = 100  # queued messages: then nothing more is launched
SETTLED = ("accepted", "delivered", "failed")
TEXTS = {
    "sms": {"nl": {"body": "Hou deuren en ramen dicht."}},
    "email": {"nl": {"subject": "Gaslek", "body": "Hou deuren en ramen dicht."}},
}
ROADS = {
    "sms": "kannel://u:p@127.0.0.1:{port}?from=8850&rate=5000",
    "email": "smtp://127.0.0.1:{port}?from=a@b.example&rate=5000",
}


def roads(channel: str, port: int) -> Roads:
    return Roads({channel: [ROADS[channel].format(port=port)]}, public_url="http://x", receipt_key="k")


class Diary:
    """Lines that outlive whoever writes them: `launching`, and when the call has returned `launched 3`."""

    def __init__(self, path: str):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, *words: object) -> None:
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def read_diary(path: Path) -> list[list[str]]:
    """The words of each line; what was being written when its writer died is no line."""
    return [line.split() for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


class Victim:
    """One life: a pump in one thread, people and gateways in the other."""

    def __init__(self, channel: str, port: int, diary: Diary, seed: int):
        self.channel, self.diary, self.chance = channel, diary, random.Random(seed)
        self.pump = Pump(roads(channel, port))

    def live(self) -> None:
        Thread(target=self._carry, daemon=True).start()
        deeds = [self._launch, self._tell, self._tell, self._intervene, self._stop]
        with database.connection_context():
            while True:
                try:
                    self.chance.choice(deeds)()
                except WrongMoment:
                    pass
                time.sleep(self.chance.uniform(0, 0.01))

    def _carry(self) -> None:
        with database.connection_context():
            tidying.recover(clock.now())
            while True:
                self.pump.freeze()
                self.pump.turn(self.channel)
                messages.doubt(clock.now())
                settled = Message.select().where(Message.status.in_(SETTLED)).count()
                self.diary.write("settled", settled)
                time.sleep(0.002)

    def _launch(self) -> None:
        if Message.select().where(Message.status == "queued").count() > PLENTY:
            return
        by, audience = User.get(), {"bins": [Bin.get().id]}
        draft = campaigns.draft(by.organisation, by=by, now=clock.now())
        wording = {"name": "Gaslek", "kind": "news", "channels": [self.channel], "texts": TEXTS}
        ready = campaigns.write(draft, by=by, now=clock.now(), version=1, audience=audience, **wording)
        self.diary.write("launching")
        campaigns.launch(ready, by=by, now=clock.now(), terms_accepted=True)
        self.diary.write("launched", ready.id)

    def _tell(self) -> None:
        accepted = Message.select(Message.reference).where(Message.status == "accepted").limit(20).tuples()
        told = [Receipt(reference, self.chance.choice(["delivered", "failed"])) for (reference,) in accepted]
        if told:
            self.diary.write("telling")
            receipts.take(told + told[:5], clock.now())
            self.diary.write("told", *(receipt.reference for receipt in told))

    def _intervene(self) -> None:
        deed = self.chance.choice([campaigns.pause, campaigns.resume, campaigns.resume])
        if campaign := self._underway():
            deed(campaign, by=User.get(), now=clock.now())

    def _stop(self) -> None:
        if campaign := self._underway():
            self.diary.write("stopping")
            campaigns.stop(campaign, by=User.get(), now=clock.now())
            self.diary.write("stopped", campaign.id)

    def _underway(self) -> Campaign | None:
        underway = list(Campaign.select().where(Campaign.status.in_(("running", "paused"))))
        return self.chance.choice(underway) if underway else None


def main(url: str, channel: str, port: str, diary: str) -> None:
    messages.LEASE, campaigns.FROZEN_AT_ONCE = LEASE, FROZEN_AT_ONCE
    hand.JUDGED_EACH, journal.LONG = LOOKED_BACK_EACH, LONG_JOURNAL
    for line in sys.stdin:
        victim = os.fork()
        if not victim:
            models.connect(url)
            Victim(channel, int(port), Diary(diary), int(line)).live()
        print(victim, flush=True)
        os.waitpid(victim, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
