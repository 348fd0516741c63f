"""Backups: one a night, seven days and four weeks of them, each opened and read before it counts as one."""

import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from dispatch import audit, clock
from dispatch.errors import Refusal
from dispatch.operation import copies, restoring
from dispatch.words import N_
from models import Audit, is_postgres, writing

DAYS, WEEKS = 7, 4
REHEARSED_DAYS = 7
NIGHT_FROM = 2  # o'clock in Brussels
NAME = re.compile(r"belfort-(\d{4}-\d{2}-\d{2})\.db")


@dataclass(frozen=True)
class Folders:
    """Where backups go: none without a first folder; into the second the same files, such as on another machine."""

    first: Path | None = None
    second: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        return tuple(folder for folder in (self.first, self.second) if folder)


NOWHERE = Folders()


def nightly(folders: Folders, now: datetime) -> None:
    """Makes the backup of this day once it is two o'clock, and tests it; does nothing when it is there."""
    local = clock.local(now)
    if not folders.first or local.hour < NIGHT_FROM or (folders.first / _name(local.date())).exists():
        return
    make(folders, now)


def make(folders: Folders, now: datetime) -> Path:
    """Writes the backup of this day into every folder, tests each, and removes those that were kept long enough.

    Raises Refusal when a copy cannot be read back: older ones stay then.
    """
    if is_postgres():
        raise Refusal(N_("With PostgreSQL backups are made by its own tools: see the README."))
    if not folders.first:
        raise Refusal(N_("There is no folder for backups. Set BELFORT_BACKUPS."))
    for folder in folders.all:
        folder.mkdir(parents=True, exist_ok=True)
    day = clock.local(now).date()
    made = folders.first / _name(day)
    copies.write(made)
    if folders.second:
        _hand_on(made, folders.second / made.name)
    _told("backup.made", now, bytes=made.stat().st_size, folders=len(folders.all))
    for folder in folders.all:
        test(folder / made.name, now)
    for folder in folders.all:
        _rotate(folder, day)
    return made


def test(path: Path, now: datetime) -> copies.Look:
    """Opens a backup, reads all of it and counts its rows; writes down that it can be restored, or that it cannot."""
    found = copies.look_at(path)
    _told("backup.tested" if found.is_sound else "backup.broken", now, **found.counts)
    if not found.is_sound:
        raise Refusal(N_("The backup %(name)s cannot be read back. Older ones were kept."), name=path.name)
    return found


def rehearse(folders: Folders, now: datetime) -> bool:
    """Restores the newest backup into a file of its own, as `flask restore` would, once a week; whether it did so now.

    The copy is brought up to this program, held back and read; then it goes. Raises Refusal when that cannot be done.
    """
    known = last("backup.rehearsed")
    there = folders.first.iterdir() if folders.first and folders.first.is_dir() else ()
    files = sorted(path for path in there if NAME.fullmatch(path.name))
    if not files or (known and now - known.at < timedelta(days=REHEARSED_DAYS)):
        return False
    found = restoring.rehearse(files[-1])
    _told("backup.rehearsed", now, **found.counts)
    return True


def last(deed: str) -> Audit | None:
    """When a backup was last made, tested or found broken."""
    return Audit.select().where(Audit.deed == deed).order_by(Audit.id.desc()).first()


def kept(days: set[date], today: date) -> set[date]:
    """Which backups stay: the seven newest days, and the first of each of the four newest weeks."""
    weeks: dict[tuple[int, int], date] = {}
    for day in sorted(days, reverse=True):
        weeks[day.isocalendar()[:2]] = day
    newest = sorted(weeks, reverse=True)[:WEEKS]
    recent = {day for day in days if day > today - timedelta(days=DAYS)}
    return recent | {weeks[week] for week in newest}


def _rotate(folder: Path, today: date) -> None:
    found = {
        date.fromisoformat(named[1]): path
        for path in folder.iterdir()
        if (named := NAME.fullmatch(path.name))
    }
    for day in set(found) - kept(set(found), today):
        found[day].unlink()


def _hand_on(made: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    shutil.copy(made, part)  # with its rights: for its owner alone
    copies.put(part, target)


def _told(deed: str, now: datetime, **facts: int) -> None:
    with writing():
        audit.record(deed, by=None, now=now, **facts)


def _name(day: date) -> str:
    return f"belfort-{day}.db"
