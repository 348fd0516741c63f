"""What the police still has to tell: after a warning (a "warm" message) the network hears the next day how it ended."""

from datetime import date, datetime, timedelta

from dispatch import audit, clock, rights
from dispatch.errors import WrongMoment
from dispatch.words import N_
from models import Campaign, User, writing

TOLD = N_("This was marked as told already, or nothing has to be told.")


def due_on(campaign: Campaign, now: datetime) -> date | None:
    """The day after a real warning; what follows another message asks for none of its own."""
    if campaign.kind != "warning" or campaign.is_practice or campaign.follow_up:
        return None
    return clock.local(now).date() + timedelta(days=1)


def owed(user: User) -> list[Campaign]:
    """The warnings whose network still waits for word, and to which this person may write; the oldest first."""
    here = (Campaign.organisation == user.organisation_id) & Campaign.feedback_at.is_null()
    waiting = (
        Campaign.select().where(here, Campaign.feedback_on.is_null(False)).order_by(Campaign.feedback_on)
    )
    return [one for one in waiting if rights.may(user, "campaign.compose", one)]


def tell(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Ticks off that the network was told; raises WrongMoment when somebody was first."""
    with writing():
        here = (
            (Campaign.id == campaign.id)
            & Campaign.feedback_on.is_null(False)
            & Campaign.feedback_at.is_null()
        )
        if not Campaign.update(feedback_at=now, feedback_by=by.id).where(here).execute():
            raise WrongMoment(TOLD)
        audit.record("campaign.fed_back", campaign, by=by, now=now, organisation=campaign.organisation_id)
