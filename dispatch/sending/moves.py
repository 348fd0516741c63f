"""How a campaign moves from one state to the next: one dictionary, one mover."""

from datetime import datetime

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.words import N_
from models import BEFORE_LAUNCH, Campaign, User

MOVES = {
    "submitted": (("draft", "approved"), "submitted"),
    "approved": ("submitted", "approved"),
    "sent_back": ("submitted", "draft"),
    "rejected": ("submitted", "draft"),
    "withdrawn": (("submitted", "approved"), "draft"),
    "overridden": (BEFORE_LAUNCH, "approved"),
    "launched": (BEFORE_LAUNCH, "running"),
    "paused": ("running", "paused"),
    "resumed": ("paused", "running"),
    "stopped": (("running", "paused"), "stopped"),
    "finished": ("running", "done"),
}


def move(
    campaign: Campaign, deed: str, *, by: User | None, now: datetime, said: dict | None = None, **values
) -> None:
    """A conditional update, so that of two who press at once one hears that it was done already.

    said: what the audit keeps of it.
    """
    old, new = MOVES[deed]
    here = (Campaign.id == campaign.id) & Campaign.status.in_([old] if isinstance(old, str) else list(old))
    if not Campaign.update(status=new, **values).where(here).execute():
        raise WrongMoment(N_("The campaign is no longer in the state that you saw. Nothing was changed."))
    facts = {"organisation": campaign.organisation_id} | (said or {})
    audit.record(f"campaign.{deed}", campaign, by=by, now=now, **facts)
