"""Quiet hours: at night what is no warning does not ring. It waits in the queue until morning, and nobody misses it."""

import json
import re
from datetime import datetime, time, timedelta

from dispatch import audit, clock
from dispatch.errors import Refusal, WrongMoment
from dispatch.words import N_
from models import Campaign, Organisation, Prepared, User, writing

RINGING = ("sms", "voice")  # a mail wakes nobody
ALWAYS = ("warning",)  # the kinds that leave at any hour
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_CHOSEN = Prepared(
    Organisation.select(Organisation.id, Organisation.quiet_from, Organisation.quiet_until).where(
        Organisation.quiet_from != ""
    )
)  # asked for with every batch


def set_hours(
    organisation: Organisation, begins: str, ends: str, *, were: tuple[str, str], by: User, now: datetime
) -> None:
    """Keeps from when to when ("22:00", "07:00", in Brussels) it is quiet; both empty: never.

    were: the hours that the person saw; raises WrongMoment when they are others by now, and Refusal at "quiet_from" or
    "quiet_until". What waits follows the new hours at once.
    """
    begins, ends = begins.strip(), ends.strip()
    for field, typed, other in (("quiet_from", begins, ends), ("quiet_until", ends, begins)):
        if (typed or other) and not HOUR.fullmatch(typed):
            raise Refusal(N_("Type an hour such as 22:00, or leave both empty."), field=field)
    if begins and begins == ends:
        raise Refusal(N_("Quiet hours that begin and end at the same hour never end."), field="quiet_until")
    with writing():
        here = (Organisation.quiet_from == were[0]) & (Organisation.quiet_until == were[1])
        chosen = Organisation.update(quiet_from=begins, quiet_until=ends)
        if not chosen.where(Organisation.id == organisation.id, here).execute():
            raise WrongMoment(N_("Somebody else changed this in the meantime. Nothing of yours was saved."))
        if (begins, ends) == were:
            return
        facts = {"organisation": organisation, "begins": begins, "ends": ends}
        audit.record("organisation.quiet_changed", organisation, by=by, now=now, **facts)


def quiet_now(now: datetime) -> str:
    """The organisations where it is quiet at this moment, as a JSON list of their ids."""
    hour = clock.local(now).strftime("%H:%M")
    return json.dumps([id for id, begins, ends in _CHOSEN.rows() if is_between(hour, begins, ends)])


def is_between(hour: str, begins: str, ends: str) -> bool:
    """Whether an hour of the day lies in these, also over midnight; the last one is not quiet any more."""
    if begins <= ends:
        return begins <= hour < ends
    return hour >= begins or hour < ends


def is_spared(campaign: Campaign) -> bool:
    """Whether some of its messages ring, and wait while it is quiet."""
    return campaign.kind not in ALWAYS and any(channel in RINGING for channel in campaign.channels)


def ends_at(campaign: Campaign, now: datetime) -> datetime | None:
    """Until when its SMS and calls wait; None when nothing of it waits now."""
    house, here = campaign.organisation, clock.local(now)
    if not house.quiet_from or not is_spared(campaign):
        return None
    if not is_between(here.strftime("%H:%M"), house.quiet_from, house.quiet_until):
        return None
    ends = datetime.combine(here.date(), time.fromisoformat(house.quiet_until))
    if ends <= here.replace(tzinfo=None):
        ends += timedelta(days=1)
    return clock.from_local(ends)


def refuse_too_short(campaign: Campaign, now: datetime, expires_at: datetime | None) -> None:
    """Raises Refusal when what waits until morning would be kept back before then: nobody would get it."""
    ends = ends_at(campaign, now)
    if ends and expires_at and expires_at <= ends:
        raise Refusal(
            N_(
                "It is quiet until %(hour)s, and until then it may not be delivered any more. Nothing was sent: choose a later hour."
            ),
            hour=clock.local(ends).strftime("%H:%M"),
            field="useful_hours",
        )
