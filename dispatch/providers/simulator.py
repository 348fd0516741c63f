"""The simulator: a road that leads nowhere, for practice and for a house without a provider.

What happens is written in the last two digits of the number, or of the mailbox's name (before the @):

    …01   refused at once: the number or the mailbox does not exist
    …02   accepted; a receipt says later that it failed
    …03   no readable answer; a receipt settles it later: delivered
    …04   accepted, and never a receipt
    …05   try again, twice; accepted the third time, and delivered
    …06   accepted; a receipt says later that it expired
    …07   accepted and delivered; the receipt comes twice
    other accepted and delivered

E-mail has no receipts, so 02, 04, 06 and 07 are accepted there and 03 stays unsure.

A call answers 01 to 05 in the same way, 03 and 05 being confirmed in the end; and

    …06   the line is busy
    …07   rings, and nobody picks up
    …08   an answering machine takes it
    …09   the receiver hangs up before the end
    …10   answered and heard to the end, without a key
    other confirmed with a key

and holds its line for as long as it lasts. With `lines=` a call too many is refused for the moment, as a gateway does.
Nothing is kept outside this process: after a restart the receipts that were still to come are lost.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock
from typing import Self
from zlib import crc32

from dispatch.providers.base import DEFAULT_RATES, Feed, Outcome, Outgoing, Provider, Receipt, RoadURL

TRIES_BEFORE_05 = 2
RECEIPTS = {
    "02": (("failed", "unreachable"),),
    "04": (),
    "06": (("expired", "expired"),),
    "07": (("delivered", ""), ("delivered", "")),
}
DELIVERED = (("delivered", ""),)
# How a call ends, and the seconds that it lasts beside what is said.
CALLS = {
    "02": ("failed", "unreachable", 2),
    "06": ("busy", "busy_line", 2),
    "07": ("no_answer", "no_pickup", 30),
    "08": ("voicemail", "voicemail", 20),
    "09": ("hung_up", "hung_up", 10),
    "10": ("answered", "answered", 15),
}
CONFIRMED = ("delivered", "confirmed", 8)
SAID_WHOLE = ("voicemail", "answered", "delivered")


class Simulator(Provider):
    """Answers as the digits say; `collect(now)` gives the receipts 0.5 to 2 s after the first `collect` that saw them."""

    schemes = ("simulator",)
    channels = ("sms", "email", "voice")

    def __init__(self, channel: str, rate: float, sender: str = ""):
        super().__init__(f"simulator:{channel}", channel, rate, sender)
        self.has_receipts = channel != "email"
        self._lock = Lock()
        self._fresh: list[tuple[timedelta, Receipt]] = []
        self._dated: list[tuple[datetime, Receipt]] = []
        self._tries: Counter[str] = Counter()

    @classmethod
    def from_url(cls, url: RoadURL, *, channel: str, sender: str, public_url: str, receipt_key: str) -> Self:
        return cls(channel, url.rate(DEFAULT_RATES[channel]), url.options.get("from") or sender)

    def send(self, feed: Feed) -> Iterator[Outcome | None]:
        for outgoing in feed:
            if outgoing is None:  # each is answered as it comes, so nothing is ever under way
                return
            with self._lock:
                outcome = self._answer(outgoing)
            yield outcome

    def collect(self, now: datetime) -> list[Receipt]:
        with self._lock:
            self._dated += [(now + after, receipt) for after, receipt in self._fresh]
            self._fresh = []
            due = [receipt for due_at, receipt in self._dated if due_at <= now]
            self._dated = [(due_at, receipt) for due_at, receipt in self._dated if due_at > now]
        return due

    def _answer(self, outgoing: Outgoing) -> Outcome:
        ending = _ending(outgoing.address)
        if ending == "01":
            code = "no_such_mailbox" if self.channel == "email" else "no_such_number"
            return Outcome(outgoing.reference, "failed", code=code)
        if ending == "05" and self._tries[outgoing.reference] < TRIES_BEFORE_05:
            self._tries[outgoing.reference] += 1
            return Outcome(outgoing.reference, "retry", code="busy")
        if self.lines and len(self._fresh) + len(self._dated) >= self.lines:
            return Outcome(outgoing.reference, "retry", code="busy")
        self._tries.pop(outgoing.reference, None)
        self._promise(outgoing, ending)
        if ending == "03":
            return Outcome(outgoing.reference, "unsure", code="unreadable_answer")
        return Outcome(outgoing.reference, "accepted", provider_reference=f"sim-{outgoing.reference}")

    def _promise(self, outgoing: Outgoing, ending: str) -> None:
        if self.channel == "voice":
            self._fresh += _call(outgoing, ending)
        elif self.has_receipts:
            told = RECEIPTS.get(ending, DELIVERED)
            receipts = [Receipt(outgoing.reference, status, code=code) for status, code in told]
            self._fresh += [(_while_after(receipt), receipt) for receipt in receipts]


def _call(outgoing: Outgoing, ending: str) -> list[tuple[timedelta, Receipt]]:
    """How a call ends, and after how long."""
    if ending == "04":
        return []
    status, code, seconds = CALLS.get(ending, CONFIRMED)
    if status in SAID_WHOLE and outgoing.content.speech:
        seconds += outgoing.content.speech.seconds
    return [(timedelta(seconds=seconds), Receipt(outgoing.reference, status, code))]


def _ending(address: str) -> str:
    digits = re.search(r"\d\d$", address.partition("@")[0])
    return digits[0] if digits else ""


def _while_after(receipt: Receipt) -> timedelta:
    """Half a second to two seconds, always the same for the same message."""
    return timedelta(milliseconds=500 + crc32(receipt.reference.encode()) % 1501)
