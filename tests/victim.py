"""A program made to be killed: it launches, sends, takes receipts, pauses, resumes and stops until a SIGKILL ends it.

`python -m tests.victim DATABASE PORT` forks a new victim for each number on its standard input, and prints its process id.
"""

import os
import random
import sys
from datetime import timedelta

import models
from dispatch import clock
from dispatch.errors import WrongMoment
from dispatch.providers.base import Receipt
from dispatch.sending import campaigns, messages, receipts
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Bin, Campaign, Message, User, database

messages.LEASE = timedelta(seconds=0.5)
campaigns.FROZEN_AT_ONCE = 20  # so that launches are killed half-way too
TEXTS = {"sms": {"nl": {"body": "Hou deuren en ramen dicht."}}}


def launch(chance: random.Random) -> None:
    by, bin = User.get(), Bin.get()
    draft = campaigns.draft(by.organisation, by=by, now=clock.now())
    wording = {"name": "Gaslek", "kind": "news", "channels": ["sms"], "texts": TEXTS}
    ready = campaigns.write(draft, by=by, now=clock.now(), version=1, audience={"bins": [bin.id]}, **wording)
    campaigns.launch(ready, by=by, now=clock.now(), terms_accepted=True)


def take_receipts(chance: random.Random) -> None:
    accepted = Message.select(Message.reference).where(Message.status == "accepted").limit(50).tuples()
    told = [Receipt(reference, chance.choice(["delivered", "failed"])) for (reference,) in accepted]
    receipts.take(told + told[:5], clock.now())


def intervene(chance: random.Random) -> None:
    underway = list(Campaign.select().where(Campaign.status.in_(("running", "paused"))))
    if underway:
        deed = chance.choice([campaigns.pause, campaigns.resume, campaigns.resume, campaigns.stop])
        deed(chance.choice(underway), by=User.get(), now=clock.now())


def live(url: str, port: str, seed: int) -> None:
    chance = random.Random(seed)
    models.connect(url)
    pump = Pump(
        Roads(
            {"sms": [f"kannel://u:p@127.0.0.1:{port}?from=8850&rate=5000"]},
            public_url="http://x",
            receipt_key="k",
        )
    )
    with database.connection_context():
        pump.recover(clock.now())
        while True:
            try:
                chance.choice([launch, take_receipts, intervene])(chance)
            except WrongMoment:
                pass
            pump.freeze()
            pump.turn("sms")
            messages.doubt(clock.now())


def main() -> None:
    for line in sys.stdin:
        victim = os.fork()
        if not victim:
            live(sys.argv[1], sys.argv[2], int(line))
        print(victim, flush=True)
        os.waitpid(victim, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
