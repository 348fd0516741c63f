"""kill -9, again and again at chosen and at random moments, against gateways that remember: nothing lost, nothing twice."""

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from dispatch.providers import kannel, smtp
from models import Campaign, Message
from tests import ordeal
from tests.victim import read_diary

ROUNDS = {
    "sms": int(os.environ.get("BELFORT_KILL_ROUNDS", "130")),
    "email": int(os.environ.get("BELFORT_KILL_ROUNDS", "80")),
}
UNDER_WAY = {
    "sms": kannel.LINES,
    "email": 2 * smtp.CONNECTIONS,
}  # the second stands in the pipeline behind the first
DEEDS = ("launching", "telling", "stopping")
AIMS = (*DEEDS, "sending", "anything")  # each round in turn
LONGEST_AIM_SECONDS = 1.0


class Moments:
    """The moment of each death: what its diary and the database say was going on."""

    def __init__(self, diary: Path):
        self.diary = diary
        self.seen: Counter = Counter()
        self.in_hand: list[set[str]] = []  # of each death what no earlier one left behind

    def note(self) -> None:
        lines = read_diary(self.diary)
        doing = [words[0] for words in lines if words[0] != "settled"][-1:]
        self.seen.update(deed for deed in doing if deed in DEEDS)
        self.seen["between two parts of a launch"] += (
            Campaign.select().where(Campaign.queued_through.is_null(False)).exists()
        )
        held = Message.select(Message.reference).where(Message.status == "sending").tuples()
        self.in_hand.append({reference for (reference,) in held}.difference(*self.in_hand))

    def told(self, taken: Counter) -> Counter:
        """How many deaths came between claim and send, and between send and record: the gateway knows which."""
        self.seen["claimed and not sent"] = sum(bool(held - set(taken)) for held in self.in_hand)
        self.seen["sent and not recorded"] = sum(bool(held & set(taken)) for held in self.in_hand)
        return self.seen


def wait_for(aim: str, diary: Path, chance: random.Random) -> None:
    """Returns in the midst of what is aimed at, or after a second in vain."""
    begun, end = diary.stat().st_size, time.monotonic() + LONGEST_AIM_SECONDS
    while aim in DEEDS and time.monotonic() < end:
        new = diary.read_bytes()[begun:].decode().splitlines()
        if [line for line in new if not line.startswith("settled")][-1:] == [aim]:
            return time.sleep(chance.uniform(0, 0.002))
    time.sleep(chance.uniform(0.01, 0.1))


def kill_in_turn(nursery: ordeal.Nursery, diary: Path, rounds: int) -> Moments:
    chance, moments = random.Random(2026), Moments(diary)
    for seed in range(rounds):
        victim = nursery.born(seed)
        wait_for(AIMS[seed % len(AIMS)], diary, chance)
        nursery.kill(victim)
        moments.note()
    return moments


@pytest.mark.loopback
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_rounds_of_kill_lose_nothing_and_repeat_nothing(app, settings, tmp_path, channel):
    ordeal.people()
    diary = tmp_path / "diary"
    diary.touch()
    with ordeal.gateway(channel) as gateway:
        with ordeal.Nursery(settings["BELFORT_DATABASE"], channel, gateway.port, diary) as nursery:
            moments = kill_in_turn(nursery, diary, ROUNDS[channel])
        ordeal.drain(channel, gateway.port)
        taken = gateway.taken()
    ordeal.assert_everybody_is_accounted_for()
    ordeal.assert_nothing_is_lost_or_repeated(taken)
    unsure = sum(status == "unsure" for status in ordeal.standing().values())
    assert unsure <= ROUNDS[channel] * UNDER_WAY[channel], "more is in doubt than was under way"
    seen = moments.told(taken)
    print(
        f"{channel}: {ROUNDS[channel]} rounds of SIGKILL: {len(taken)} delivered once, none twice, none lost, {unsure} unsure;",
        ", ".join(f"{number} while {moment}" for moment, number in seen.items()),
    )
    assert all(seen[moment] for moment in (*DEEDS, "claimed and not sent", "sent and not recorded"))
    assert seen["between two parts of a launch"]
