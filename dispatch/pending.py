"""Changes that one administrator asks and another confirms: nobody gives themselves rights alone."""

from datetime import datetime, timedelta

from dispatch import audit
from dispatch.errors import NotAllowed, WrongMoment
from dispatch.words import N_
from models import Organisation, PendingChange, User, writing

WAITS = timedelta(days=7)


def ask(kind: str, organisation: Organisation, *, by: User, now: datetime, **facts) -> PendingChange:
    """Keeps a change until somebody else decides, seven days at most."""
    with writing():
        asked = PendingChange.create(
            organisation=organisation,
            kind=kind,
            facts=facts,
            asked_by=by,
            asked_at=now,
            expires_at=now + WAITS,
        )
        audit.record(f"{kind}.asked", asked, by=by, now=now, organisation=organisation, **facts)
    return asked


def waiting(organisation: Organisation, kind: str, now: datetime):
    """What waits for a second administrator, oldest first."""
    here = (PendingChange.organisation == organisation.id) & (PendingChange.kind == kind)
    is_open = (PendingChange.status == "asked") & (PendingChange.expires_at > now)
    return PendingChange.select().where(here & is_open).order_by(PendingChange.id)


def decide(asked: PendingChange, status: str, *, by: User, now: datetime) -> None:
    """Confirms or refuses it, once; to be called in the transaction that does the deed. Nobody confirms their own."""
    if status == "confirmed" and by.id == asked.asked_by_id:
        raise NotAllowed(N_("You asked for this yourself. Another administrator has to confirm it."))
    here = (PendingChange.id == asked.id) & (PendingChange.status == "asked")
    values = {"status": status, "decided_by": by.id, "decided_at": now}
    with writing():
        if not PendingChange.update(values).where(here & (PendingChange.expires_at > now)).execute():
            raise WrongMoment(N_("This request was decided already, or it has expired."))
        audit.record(f"{asked.kind}.{status}", asked, by=by, now=now, organisation=asked.organisation_id)
