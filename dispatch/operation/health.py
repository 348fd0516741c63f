"""Is it well? What a balancer, a watchman and Prometheus ask; counts and codes, never a person."""

import shutil
from datetime import datetime, timedelta
from typing import NamedTuple

from peewee import DatabaseError, fn

from dispatch.operation import backups, copies
from dispatch.sending.roads import Roads
from models import Audit, Campaign, Message, Tally, writing

LEAST_FREE = 200_000_000  # bytes: some half a million messages
CLOCK_MAY_DIFFER = timedelta(minutes=5)


class Check(NamedTuple):
    name: str  # database, pump, roads, clock, disk
    is_well: bool


def is_writable() -> bool:
    """Whether a change can be committed now."""
    try:
        with writing():
            copies.touch()
    except DatabaseError:
        return False
    return True


def checks(roads: Roads, *, is_turning: bool, now: datetime) -> list[Check]:
    """Everything that must be well before messages may be trusted to this process."""
    return [
        Check("database", is_writable()),
        Check("pump", is_turning),
        Check("roads", all(_is_open(roads, channel, now) for channel in roads.channels)),
        Check("clock", is_clock_sane(now)),
        Check("disk", free_bytes() >= LEAST_FREE),
    ]


def is_clock_sane(now: datetime) -> bool:
    """Whether no deed was written down later than now: the clock was not set back behind what it said before."""
    last = Audit.select(Audit.at).order_by(Audit.id.desc()).first()
    return last is None or last.at <= now + CLOCK_MAY_DIFFER


def free_bytes() -> int:
    return shutil.disk_usage(copies.here().parent).free


def _is_open(roads: Roads, channel: str, now: datetime) -> bool:
    return not roads.is_resting(roads.choose(channel, is_practice=False, now=now), now)


def metrics(roads: Roads, *, is_turning: bool, now: datetime) -> str:
    """The figures in Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/)."""
    well = [
        (f'{{part="{check.name}"}}', int(check.is_well))
        for check in checks(roads, is_turning=is_turning, now=now)
    ]
    running = Campaign.select(fn.COUNT(Campaign.id)).where(Campaign.status == "running").scalar()
    families = (
        ("belfort_well", "gauge", "1 where a part is well.", well),
        ("belfort_messages", "gauge", "Messages of campaigns, by where they stand.", _messages()),
        ("belfort_campaigns_running", "gauge", "Campaigns that send now.", [("", running)]),
        (
            "belfort_queue_age_seconds",
            "gauge",
            "How long the oldest due message waits.",
            [("", queue_age(now))],
        ),
        ("belfort_disk_free_bytes", "gauge", "What is left of the disk.", [("", free_bytes())]),
        ("belfort_backup_age_seconds", "gauge", "Since the last backup that was read back.", _backup(now)),
    )
    return "".join(_family(*family) for family in families)


def queue_age(now: datetime) -> int:
    """Seconds since the oldest message became due that waits in a running campaign or is a letter; 0 without any."""
    runs = Campaign.select(Campaign.id).where(Campaign.status == "running")
    may_leave = Message.campaign.is_null() | Message.campaign.in_(runs)
    waiting = Message.select(Message.due_at).where(
        Message.status == "queued", Message.due_at <= now, may_leave
    )
    oldest = waiting.order_by(Message.due_at).first()
    return int((now - oldest.due_at).total_seconds()) if oldest else 0


def _messages() -> list[tuple[str, int]]:
    kinds = Tally.channel, Tally.status
    rows = Tally.select(*kinds, fn.SUM(Tally.number)).group_by(*kinds).tuples()
    return [(f'{{channel="{channel}",status="{status}"}}', number) for channel, status, number in rows]


def _backup(now: datetime) -> list[tuple[str, int]]:
    last = backups.last("backup.tested")
    return [("", int((now - last.at).total_seconds()))] if last else []


def _family(name: str, kind: str, words: str, rows: list[tuple[str, int]]) -> str:
    lines = (f"{name}{labels} {number}\n" for labels, number in rows)
    return f"# HELP {name} {words}\n# TYPE {name} {kind}\n{''.join(lines)}"
