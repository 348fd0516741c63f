"""What the pump does beside carrying: doubts, ends, reports, next channels; each deed by itself, so that none holds up another."""

import logging
from datetime import datetime, timedelta
from functools import partial

from dispatch import mishaps
from dispatch.sending import (
    approval,
    campaigns,
    cascade,
    doubt,
    journal,
    messages,
    report,
    sweeps,
    throttle,
    turns,
)
from models import Campaign, alone, beside

log = logging.getLogger(__name__)
REPORT_AGAIN = timedelta(minutes=5)


class Tidying:
    """At each beat of one pump; what it remembers is lost with it and costs nothing."""

    def __init__(self):
        self._tidied_at: datetime | None = None
        self._put_off: dict[int, datetime] = {}  # campaign: when its report is tried again

    def tidy(self, now: datetime) -> None:
        """Says of what was in hand too long that it is unsure, ends the campaigns that are over, reports on them."""
        with _going_on("recover"):  # each process on its own machine
            recover(now)
        for deed in (
            self._set_back,
            messages.doubt,
            sweeps.send_letters_again,
            campaigns.hold_outside_term,
            campaigns.expire,
            campaigns.withhold,
            approval.climb,
            doubt.insist,
            cascade.step,
            _finish,
            self._report,
        ):
            with _going_on(deed.__name__), alone(deed.__name__) as is_ours:
                if is_ours:
                    deed(now)

    def _set_back(self, now: datetime) -> None:
        """At the start, and when the clock was set back since the last beat."""
        last, self._tidied_at = self._tidied_at, now
        if last is None or now < last - throttle.CLOCK_STEPPED:
            turns.taken(partial(sweeps.wait_no_longer, now, limit=turns.MOST))

    def _report(self, now: datetime) -> None:
        """One report that cannot be made holds up no other, and is not tried again at every beat."""
        for campaign in list(report.missing(now)):
            if self._put_off.get(campaign.id, now) > now:
                continue
            self._put_off[campaign.id] = now + REPORT_AGAIN
            with _going_on(f"the report of campaign {campaign.id}"):
                report.make(campaign, now=now)
                del self._put_off[campaign.id]


def recover(now: datetime) -> None:
    """Settles what a killed process had in hand, as far as its journal tells."""
    for found in journal.left_behind(beside("hands")):
        messages.recover(found, now)
        log.warning(
            "a process died: %d messages had not left, %d were answered, %d are unsure",
            *map(len, (found.waiting, found.answered, found.doubtful)),
        )


def _finish(now: datetime) -> None:
    for campaign in list(Campaign.select().where(Campaign.status == "running")):
        with _going_on(f"the end of campaign {campaign.id}"):
            campaigns.finish(campaign, now)


def _going_on(deed: str) -> mishaps.Contained:
    return mishaps.Contained(log, deed)
