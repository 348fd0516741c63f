"""What happens by the clock. Only this module knows the scheduler."""

import logging

from apscheduler.schedulers.background import BackgroundScheduler

from dispatch import clock, mishaps
from dispatch.people import imports
from dispatch.sending.pump import Pump
from models import database

log = logging.getLogger(__name__)
EVERY_SECONDS = 0.25
CHANNELS = "pump-"


class Jobs:
    """One job per channel, so that a slow road holds up no other, and one that listens and tidies."""

    def __init__(self, pump: Pump):
        self.pump = pump
        self.scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        for channel in self.pump.roads.channels:
            self._every(EVERY_SECONDS, self.pump.turn, f"{CHANNELS}{channel}", channel)
        self._every(EVERY_SECONDS, self.pump.listen, "listen")
        self._every(1, self.pump.tidy, "tidy")
        self._every(3600, _discard_abandoned, "abandoned lists")
        self.scheduler.start()

    def wake(self) -> None:
        """Turns the pump now, not at the next beat: for the launch of a campaign."""
        if self.scheduler.running:
            for channel in self.pump.roads.channels:
                self.scheduler.modify_job(f"{CHANNELS}{channel}", next_run_time=clock.now_with_zone())

    def stop(self) -> None:
        """Returns when what was claimed is recorded."""
        self.pump.stop()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=True)

    def _every(self, seconds: float, deed, name: str, *args) -> None:
        self.scheduler.add_job(
            _told, "interval", args=(name, deed, *args), seconds=seconds, id=name, misfire_grace_time=None
        )


def _discard_abandoned() -> None:
    with database.connection_context():
        imports.discard_abandoned(clock.now())


def _told(name: str, deed, *args) -> None:
    """The scheduler would log an error with its words, which may quote a person."""
    with mishaps.Contained(log, name):
        deed(*args)
