"""What happens by the clock. Only this module knows the scheduler."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Thread

from apscheduler.schedulers.background import BackgroundScheduler

from dispatch import clock, mishaps, retention
from dispatch.access import links, resets
from dispatch.centre import persons, report, warnings
from dispatch.money import forecast, ledger
from dispatch.onboarding import checklist, expiry, user_table
from dispatch.operation import backups, health, heartbeat, packs, selftest, troubles
from dispatch.operation.backups import NOWHERE, Folders
from dispatch.people import alive, asking, imports
from dispatch.retention import Keeping
from dispatch.sending import drills, monthly, reach
from dispatch.sending.bounces import Bounces
from dispatch.sending.pump import Pump
from models import alone, at_hand, is_postgres, listen, ring

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.25
FREEZE = "launches"
TURNS_WITHIN = timedelta(minutes=1)


class Jobs:
    """One job per channel, so that a slow road holds up no other, one for practice beside it, and those that tidy."""

    def __init__(
        self,
        pump: Pump,
        bounces: Bounces,
        keeping: Keeping,
        *,
        public_url: str = "",
        folders: Folders = NOWHERE,
        heartbeat: str = "",
        numbers: packs.Numbers = packs.NOBODY,
    ):
        self.pump = pump
        self.bounces = bounces
        self.keeping = keeping
        self.public_url = public_url
        self.folders = folders
        self.heartbeat = heartbeat
        self.numbers = numbers
        self.turned_at: datetime | None = None
        self.signs = troubles.Signs()
        self.scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        for name, channel, is_practice in self._lanes():
            self._every(EVERY_SECONDS, partial(self.pump.run, channel, is_practice=is_practice), name)
        self._every(EVERY_SECONDS, self.pump.freeze, FREEZE)
        self._every(1, self.turn, "tidy", at_once=True)
        self._every(60, partial(self._beat, self.heartbeat), "heartbeat")
        for seconds, deed, name in self._of_one_process():
            self._every(seconds, partial(_alone, name, deed), name)
        if is_postgres():
            Thread(target=self._listen, name="bell", daemon=True).start()
        self.bounces.open()
        self.scheduler.start()

    def _of_one_process(self) -> list[tuple[float, Callable[[], object], str]]:
        """What one process does for all that share the database; which one, whoever comes first."""
        return [
            (EVERY_SECONDS, self.pump.listen, "listen"),
            (1, self.pump.look_up, "look up"),
            (1, self.answer_resets, "resets"),
            (5, _forget_mailed_links, "mailed links"),
            (60, self.bounces.collect, "bounces"),
            (3600, _discard_abandoned, "abandoned lists"),
            (900, partial(_forget, self.keeping), "retention"),
            (60, _look_after_joining, "agreements"),
            (30, _report_closings, "final reports"),
            (900, partial(_look_after_lists, self.public_url), "lists"),
            (60, _release_credit, "credit"),
            (900, self._back_up, "backups"),
            (900, partial(_write_packs, self.folders, self.numbers), "packs"),
            (10, self._look_around, "troubles"),
            (10, self._test_roads, "self-test"),
            (10, _warn_of_promises, "promises"),
        ]

    def _listen(self) -> None:
        """Turns as soon as another process has launched something; without it the next beat would come to it."""
        while not self.pump.stopping.is_set():
            with mishaps.Contained(log, "the bell"):
                listen(self._turn_now, self.pump.stopping)
            self.pump.stopping.wait(1)

    def turn(self) -> None:
        self.pump.tidy()
        self.turned_at = clock.now()

    def is_turning(self) -> bool:
        """Whether the pump came round in the last minute."""
        return self.turned_at is not None and abs(clock.now() - self.turned_at) < TURNS_WITHIN

    def _beat(self, url: str) -> None:
        with at_hand():
            if not url or not self.is_turning() or not health.is_writable():
                return
        with self._noting("heartbeat_failed_at"):
            heartbeat.beat(url)

    def _back_up(self) -> None:
        with at_hand(), self._noting("backup_failed_at"):
            backups.nightly(self.folders, clock.now())
            backups.rehearse(self.folders, clock.now())

    @contextmanager
    def _noting(self, sign: str) -> Iterator[None]:
        """Keeps since when this deed fails, for the administrators; the error itself is for the log."""
        try:
            yield
        except Exception:
            self.signs = self.signs._replace(**{sign: getattr(self.signs, sign) or clock.now()})
            raise
        self.signs = self.signs._replace(**{sign: None})

    def _look_around(self) -> None:
        with at_hand():
            now = clock.now()
            troubles.look(troubles.findings(self.pump.roads, self.folders, self.signs, now), now)

    def _test_roads(self) -> None:
        with at_hand():
            selftest.monthly(self.pump.roads, clock.now())
            selftest.follow(clock.now())

    def wake(self) -> None:
        """Turns every pump now, not at the next beat: for the launch of a campaign."""
        ring()
        self._turn_now()

    def _turn_now(self) -> None:
        if self.scheduler.running:
            for name in (FREEZE, *(name for name, _, _ in self._lanes())):
                self.scheduler.modify_job(name, next_run_time=clock.now_with_zone())

    def answer_resets(self) -> None:
        """Mails the links of forgotten passwords: apart from the page that asks, which takes as long for nobody."""
        with at_hand():
            mailed = resets.answer(public_url=self.public_url, now=clock.now())
        if mailed:
            self.wake()

    def stop(self) -> None:
        """Returns when what was claimed is recorded."""
        self.pump.stop()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=True)
        self.bounces.close()

    def _lanes(self) -> list[tuple[str, str, bool]]:
        return [
            (f"{'practice' if is_practice else 'pump'}-{channel}", channel, is_practice)
            for channel in self.pump.roads.channels
            for is_practice in (False, True)
        ]

    def _every(self, seconds: float, deed: Callable[[], object], name: str, *, at_once: bool = False) -> None:
        begin = {"next_run_time": clock.now_with_zone()} if at_once else {}
        self.scheduler.add_job(
            _told, "interval", args=(name, deed), seconds=seconds, id=name, misfire_grace_time=None, **begin
        )


def _alone(name: str, deed: Callable[[], object]) -> None:
    with at_hand(), alone(name) as is_ours:
        if is_ours:
            deed()


def _discard_abandoned() -> None:
    with at_hand():
        imports.discard_abandoned(clock.now())
        user_table.discard_abandoned(clock.now())


def _look_after_joining() -> None:
    with at_hand():
        checklist.admit(clock.now())
        forecast.warn(clock.now())
        expiry.warn(clock.now())
        persons.ask(clock.now())


def _write_packs(folders: Folders, numbers: packs.Numbers) -> None:
    with at_hand():
        packs.nightly(folders, numbers, clock.now())


def _release_credit() -> None:
    with at_hand():
        ledger.release(clock.now())


def _report_closings() -> None:
    with at_hand():
        report.make_missing(clock.now())
        reach.count_missing(clock.now())


def _look_after_lists(public_url: str) -> None:
    with at_hand():
        alive.revive(clock.now())
        asking.remind(public_url=public_url, now=clock.now())
        drills.remind(public_url=public_url, now=clock.now())
        monthly.lay_ready(public_url=public_url, now=clock.now())


def _warn_of_promises() -> None:
    with at_hand():
        warnings.warn(clock.now())


def _forget_mailed_links() -> None:
    with at_hand():
        links.forget_mailed()


def _forget(keeping: Keeping) -> None:
    with at_hand():
        retention.nightly(clock.now(), keeping)


def _told(name: str, deed: Callable[[], object]) -> None:
    """The scheduler would log an error with its words, which may quote a person."""
    with mishaps.Contained(log, name):
        deed()
