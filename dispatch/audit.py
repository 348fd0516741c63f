"""The memory of deeds: one row for each, in the transaction that does it."""

from datetime import datetime

from models import Audit, Organisation, Table, User


def subject_of(thing: Table | None) -> str:
    return (
        f"{type(thing).__name__.lower()}:{thing.get_id() if isinstance(thing, User) else thing.id}"
        if thing
        else ""
    )


def record(
    deed: str,
    on: Table | None = None,
    *,
    by: User | None,
    now: datetime,
    organisation: Organisation | int | None = None,
    **facts,
) -> None:
    """Writes one deed down; `facts` are ids, counts and codes, never names, numbers or texts of people."""
    Audit.insert(
        at=now,
        by=by.id if by else None,
        organisation=organisation or (by.organisation_id if by else None),
        deed=deed,
        subject=subject_of(on),
        facts=facts,
    ).execute()


def about(thing: Table):
    """The deeds done to one thing, newest first."""
    return (
        Audit.select(Audit, User)
        .left_outer_join(User)
        .where(Audit.subject == subject_of(thing))
        .order_by(Audit.id.desc())
    )
