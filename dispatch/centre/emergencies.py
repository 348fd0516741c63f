"""What people ring about: begun with a request, under one number, ended when nobody answers for anybody any more."""

from datetime import datetime

from models import Activation, Emergency


def begin(activation: Activation, *, now: datetime) -> Emergency:
    """The emergency of a request that was just received, in the caller's transaction."""
    return Emergency.create(
        centre=activation.agreement.centre_id,
        name=activation.form["emergency"],
        is_practice=activation.is_practice,
        began_at=now,
    )


def number(emergency: Emergency, number: str) -> None:
    """Keeps the number that callers ring, in the caller's transaction."""
    Emergency.update(number=number).where(Emergency.id == emergency.id).execute()


def end(emergency: Emergency, *, at: datetime) -> None:
    """Ends it when no activation of it is under way any more, in the caller's transaction."""
    under_way = Activation.select().where(
        Activation.emergency == emergency.id, Activation.status.not_in(("closed", "refused"))
    )
    if not under_way.exists():
        Emergency.update(ended_at=at).where(
            Emergency.id == emergency.id, Emergency.ended_at.is_null()
        ).execute()
