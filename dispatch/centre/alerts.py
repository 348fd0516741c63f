"""The alert and the calls on one time axis: what was sent to residents meanwhile, and whether fewer rang after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import clock
from dispatch.centre.calls import towns_of
from dispatch.centre.statistics import QUARTER, Stretch, quarter_of
from dispatch.words import N_, Sentence
from models import BEFORE_LAUNCH, Campaign, Emergency

BEFORE = timedelta(hours=2)  # an alert comes before the number opens
QUARTERS_LATER = 3
LEAST_CALLS = 10
HALF = (0.4, 0.55)
STEADY = 0.1
SAME = N_("After the message of %(hour)s as many people rang as before: %(before)s, then %(after)s.")
HALVED = N_(
    "After the message of %(hour)s the calls halved: from %(before)s to %(after)s in %(minutes)s minutes."
)
FELL = N_(
    "After the message of %(hour)s the calls fell by %(share)s %%: from %(before)s to %(after)s in %(minutes)s minutes."
)
ROSE = N_(
    "After the message of %(hour)s the calls rose by %(share)s %%: from %(before)s to %(after)s in %(minutes)s minutes."
)
EARLY = N_("Whether the message of %(hour)s brought fewer calls can be said at %(later)s.")
FEW = N_("Too few people rang before the message of %(hour)s to say what it did.")


@dataclass(frozen=True)
class Alert:
    """A message to residents that was launched during an emergency."""

    at: datetime
    people: int


def during(emergency: Emergency, since: datetime, until: datetime) -> list[Alert]:
    """What the police zones of its towns sent in this time, newsletters left out; an exercise shows exercises."""
    zones = {town.parent_id for town in towns_of(emergency) if town.parent_id}
    if not zones:
        return []
    began = max(since, emergency.began_at - BEFORE)
    here = (
        Campaign.organisation.in_(zones)
        & (Campaign.is_practice == emergency.is_practice)
        & Campaign.status.not_in(BEFORE_LAUNCH)
        & (Campaign.kind != "news")
        & Campaign.launched_at.between(began, until)
    )
    rows = Campaign.select(Campaign.launched_at, Campaign.people).where(here).order_by(Campaign.launched_at)
    return [Alert(*row) for row in rows.tuples()]


def effect(alert: Alert, stretches: Sequence[Stretch], now: datetime) -> Sentence | None:
    """What the calls did after an alert: the whole quarter hour before it, beside the one that began so much later.

    None where the quarter hour before is not known. It says that they fell after, never that they fell because of it.
    """
    calls = {one.begins_at: one.calls for one in stretches}
    at = quarter_of(alert.at)
    before = calls.get(at - QUARTER)
    hour = f"{clock.local(alert.at):%H:%M}"
    if before is None:
        return None
    if before < LEAST_CALLS:
        return Sentence(FEW, hour=hour)
    whole = [later for later in range(1, QUARTERS_LATER) if at + (later + 1) * QUARTER <= now]
    if not whole:
        return Sentence(EARLY, hour=hour, later=f"{clock.local(at + 2 * QUARTER):%H:%M}")
    later = whole[-1]
    after = calls.get(at + later * QUARTER, 0)
    return _said(hour, before, after, (later + 1) * 15)


def _said(hour: str, before: int, after: int, minutes: int) -> Sentence:
    ratio = after / before
    facts = {"hour": hour, "before": before, "after": after, "minutes": minutes}
    if HALF[0] <= ratio <= HALF[1]:
        return Sentence(HALVED, **facts)
    if abs(ratio - 1) <= STEADY:
        return Sentence(SAME, **facts)
    return Sentence(FELL if ratio < 1 else ROSE, share=round(abs(ratio - 1) * 100), **facts)
