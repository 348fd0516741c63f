"""Restoring a backup: what it still had to send may have been sent since, so nothing of it leaves until a person decides."""

import os
import shutil
from datetime import datetime
from functools import partial
from pathlib import Path

from peewee import DatabaseError

import models
from dispatch import audit
from dispatch.errors import Missing, Refusal
from dispatch.operation import copies
from dispatch.sending import campaigns, sweeps, turns
from dispatch.words import N_
from models import Campaign, Message, writing

PAGES = ("", "-wal", "-shm", "-journal")


def restore(file: Path, now: datetime) -> Path | None:
    """Puts a backup in the place of the database; returns where the old file is kept, or None when there was none.

    All is done on a copy, which takes the place at the end: a kill before that changes nothing. Raises Missing, Refusal
    when the file is broken or newer than this program, WrongMoment when a program runs on the database.
    """
    if models.is_postgres():
        raise Refusal(N_("With PostgreSQL backups are made by its own tools: see the README."))
    if not file.is_file():
        raise Missing(N_("There is no file %(name)s."), name=file)
    if not copies.look_at(file).is_sound:
        raise Refusal(N_("%(name)s is no whole backup. Nothing was changed."), name=file)
    target = copies.here()
    if target.exists() and file.samefile(target):
        raise Refusal(N_("%(name)s is the database itself. Nothing was changed."), name=file)
    models.database.close()
    with copies.held_alone(target):
        return _replace(file, target, now)


def was_put_back(now: datetime) -> None:
    """Brings a database of PostgreSQL that pg_restore has put back up to this program, and holds back what it had to send.

    The program has to be stopped. Raises Refusal for a file of SQLite, and for a database of a newer program.
    """
    if not models.is_postgres():
        raise Refusal(N_("Say which file to restore: flask restore FILE."))
    _hold_back(now)


def rehearse(file: Path) -> copies.Look:
    """Puts a backup back into a file of its own, brings it up to this program, reads it whole, and throws it away.

    Beside the database that is in use, which knows nothing of it. Raises Refusal when the backup would not serve, OSError
    when there is no space.
    """
    ready = file.with_name(file.name + "-rehearsal")
    try:
        _remove(ready)
        shutil.copyfile(file, ready)
        ready.chmod(copies.PRIVATE)
        models.bring_up(ready)
        found = copies.look_at(ready)
    except DatabaseError:
        found = copies.Look(False, {})
    finally:
        _remove(ready)
    if not found.is_sound:
        raise Refusal(N_("The backup %(name)s could not be put back in a rehearsal."), name=file.name)
    return found


def _replace(file: Path, target: Path, now: datetime) -> Path | None:
    ready = target.with_name(target.name + "-restoring")
    try:
        _remove(ready)
        shutil.copyfile(file, ready)
        ready.chmod(copies.PRIVATE)
        _make_ready(ready, target, now)
        kept = _kept(target, now) if target.exists() else None
        copies.put(ready, target)
    finally:
        _remove(ready)
    return kept


def _make_ready(ready: Path, target: Path, now: datetime) -> None:
    models.connect(f"sqlite:///{ready}")
    try:
        _hold_back(now)
        with models.database.connection_context():
            models.database.execute_sql("PRAGMA journal_mode = delete")  # all of it in one file
    finally:
        models.database.close()
        models.connect(f"sqlite:///{target}")


def _hold_back(now: datetime) -> None:
    models.database.close()
    try:
        models.migrate()
        models.check_schema()
    except models.WrongSchema as wrong:
        raise Refusal(
            N_("This backup was made by a newer Belfort. Restore it with that one. Nothing was changed.")
        ) from wrong
    with models.database.connection_context():
        hold_everything(now)


def _kept(target: Path, now: datetime) -> Path:
    """Keeps the old file beside the new one, with what its processes had in hand: that belongs to it alone."""
    kept = target.with_name(f"{target.name}-before-{now:%Y%m%dT%H%M%S%f}")
    os.link(target, kept)
    for suffix in PAGES[1:]:
        if (beside := Path(f"{target}{suffix}")).exists():
            os.replace(beside, f"{kept}{suffix}")
    if (hands := Path(f"{target}-hands")).exists():
        os.replace(hands, f"{kept}-hands")
    return kept


def _remove(path: Path) -> None:
    for suffix in PAGES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def hold_everything(now: datetime) -> int:
    """Pauses every campaign that was underway and puts what of it may have left since in doubt; returns how many messages."""
    while campaigns.half_frozen().exists():
        campaigns.freeze(now)
    number = 0
    for campaign in list(Campaign.select().where(Campaign.status.in_(("running", "paused")))):
        with writing():
            campaigns.halt(campaign, "restored", now=now)
            Campaign.update(halted="restored", moved_at=now).where(Campaign.id == campaign.id).execute()
        number += turns.taken(partial(sweeps.doubt_restored, campaign, now, "queued", limit=turns.MOST))
        number += turns.taken(partial(sweeps.doubt_restored, campaign, now, "sending", limit=turns.MOST))
        _leave_to_a_person(campaign)
    with writing():
        audit.record("backup.restored", by=None, now=now, messages=number)
    return number


def _leave_to_a_person(campaign: Campaign) -> None:
    """What was in doubt already may have been sent again since: no policy insists on it any more."""
    with writing():
        Message.update(repeats=sweeps.MAX_REPEATS).where(
            Message.campaign == campaign, Message.status == "unsure", Message.repeats < sweeps.MAX_REPEATS
        ).execute()
