"""How the house stands, for the people who keep it: read from counters and indexes, so that looking costs a sender nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from dispatch import clock
from dispatch.onboarding import expiry
from dispatch.onboarding.expiry import Promise
from dispatch.operation import backups, health, troubles
from dispatch.providers.base import Provider
from dispatch.sending.roads import Roads
from models import CALL_ENDINGS, Audit, Campaign, Message, Tally, Trouble

HOUR = timedelta(hours=1)
QUEUE_LATE = 600  # seconds that a due message may wait
MOST_CAMPAIGNS, MOST_MESSAGES = 20, 200  # that are looked at for how long it took
TAKEN = ("accepted", "delivered", *CALL_ENDINGS)


class Hour(NamedTuple):
    """What a channel did for the real campaigns of the last hour; the seconds are medians of the newest, None without any."""

    taken: int = 0
    refused: int = 0
    handed_over_seconds: float | None = None
    arrived_seconds: float | None = None

    @property
    def percent(self) -> int | None:
        """Of what was answered, how much the road took; never rounded up to all."""
        answered = self.taken + self.refused
        return self.taken * 100 // answered if answered else None


class Road(NamedTuple):
    """A road, and since when this process finds it in trouble or last handed something over to it."""

    road: Provider
    is_resting: bool
    broke_at: datetime | None
    carried_at: datetime | None


class Status(NamedTuple):
    """Everything on the page; `is_well` is the one word for all of it."""

    troubles: list[Trouble]
    roads: list[Road]
    hours: dict[str, Hour]
    queue_seconds: int
    backup: Audit | None  # when one was last read back, which is what a restore begins with
    restored: Audit | None
    promises: list[Promise]
    free_bytes: int
    is_clock_sane: bool
    is_turning: bool

    @property
    def is_queue_late(self) -> bool:
        return self.queue_seconds > QUEUE_LATE

    @property
    def is_well(self) -> bool:
        open_now = [one for one in self.troubles if not one.well_since]
        return not open_now and not self.is_queue_late and self.is_turning and self.is_clock_sane


def look(roads: Roads, *, is_turning: bool, now: datetime) -> Status:
    """How everything stands at this moment."""
    return Status(
        troubles=troubles.open_troubles(),
        roads=[
            Road(road, roads.is_resting(road, now), roads.broke_at(road), roads.carried_at(road))
            for road in roads.real()
        ],
        hours=last_hour(now),
        queue_seconds=health.queue_age(now),
        backup=backups.last("backup.tested"),
        restored=backups.last("backup.rehearsed"),
        promises=_ending(now),
        free_bytes=health.free_bytes(),
        is_clock_sane=health.is_clock_sane(now),
        is_turning=is_turning,
    )


def _ending(now: datetime) -> list[Promise]:
    today = clock.local(now).date()
    return [one for one in expiry.promises() if one.months_left(today) is not None]


def last_hour(now: datetime) -> dict[str, Hour]:
    """By channel, of the real campaigns of which something moved in the last hour."""
    moved = Campaign.select(Campaign.id).where(Campaign.moved_at > now - HOUR, ~Campaign.is_practice)
    newest = [id for (id,) in moved.order_by(Campaign.moved_at.desc()).limit(MOST_CAMPAIGNS).tuples()]
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Tally.select(Tally.channel, Tally.status, Tally.number).where(Tally.campaign.in_(moved)).tuples()
    for channel, status, number in rows:
        counts[channel][status] += number
    took = _took(newest, now)
    return {
        channel: Hour(sum(numbers[one] for one in TAKEN), numbers["failed"], *took.get(channel, (None, None)))
        for channel, numbers in counts.items()
    }


def _took(campaigns: Iterable[int], now: datetime) -> dict[str, tuple[float | None, float | None]]:
    """Medians by channel: from claiming to handing over, and from there to the receipt."""
    handed, arrived = defaultdict(list), defaultdict(list)
    for campaign in campaigns:
        for status in ("accepted", "delivered"):
            here = Message.campaign == campaign, Message.status == status
            newest = Message.select(
                Message.channel, Message.claimed_at, Message.accepted_at, Message.ended_at
            ).where(*here)
            for channel, claimed_at, accepted_at, ended_at in (
                newest.order_by(Message.id.desc()).limit(MOST_MESSAGES).tuples()
            ):
                if claimed_at and accepted_at and accepted_at > now - HOUR:
                    handed[channel].append((accepted_at - claimed_at).total_seconds())
                    if ended_at:
                        arrived[channel].append((ended_at - accepted_at).total_seconds())
    return {
        channel: (median(times), median(arrived[channel]) if arrived[channel] else None)
        for channel, times in handed.items()
    }
