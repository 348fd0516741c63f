"""The moves of an activation, each a conditional change with its milestone; and what they tell afterwards."""

from datetime import datetime
from typing import NamedTuple

from dispatch import audit
from dispatch.errors import WrongMoment
from dispatch.words import N_
from models import Activation, Milestone, User

MOVES = {
    "requested": ("draft",),
    "acknowledged": ("requested",),
    "open": ("requested", "acknowledged"),
    "refused": ("requested", "acknowledged"),
    "closing": ("open",),
    "closed": ("open", "closing"),
}
DEEDS = {"open": "opened"}
MOVED_ON = N_("This activation has moved on in the meantime. This is how it stands now.")


def move(
    activation: Activation,
    to: str,
    *,
    by: User,
    now: datetime,
    at: datetime,
    note: str = "",
    told: str = "",
    places: tuple[str, ...] = (),
    deed: str = "",
    **facts,
) -> None:
    """Moves it, in the caller's transaction; raises WrongMoment unless it stands where this move begins.

    places: where it may come from, else what MOVES says; told: the status of the milestone, else the new one;
    deed: what the audit says, else what follows from the status.
    """
    here = (Activation.id == activation.id) & Activation.status.in_(places or MOVES[to])
    if not Activation.update(status=to, changed_at=now, **facts).where(here).execute():
        raise WrongMoment(MOVED_ON)
    told = told or to
    Milestone.create(activation=activation, status=told, at=at, recorded_at=now, by=by, note=note)
    deed = deed or f"activation.{DEEDS.get(told, told)}"
    audit.record(deed, activation, by=by, now=now, practice=activation.is_practice)


def open_moves(activation: Activation) -> set[str]:
    """What the activation may become from where it stands."""
    return {to for to, places in MOVES.items() if activation.status in places}


def fresh(activation: Activation) -> Activation:
    return Activation.get_by_id(activation.id)


# ── What they tell ──────────────────────────────────────────────────────


class Opening(NamedTuple):
    """A time during which the number answered; `until_at` is None while it does."""

    from_at: datetime
    until_at: datetime | None


def milestones(activation: Activation) -> list[Milestone]:
    """The moves of an activation, oldest first, each with who made it."""
    found = Milestone.select(Milestone, User).join(User).where(Milestone.activation == activation.id)
    return list(found.order_by(Milestone.id))


def requested_at(activation: Activation) -> datetime:
    """The receipt from which the promise runs: of the last request, where a number was asked for again."""
    return [one.at for one in milestones(activation) if one.status == "requested"][-1]


def first_requested_at(activation: Activation) -> datetime:
    """When its form was written; a number that is asked for again keeps it."""
    return next(one.at for one in milestones(activation) if one.status == "requested")


def openings(activation: Activation) -> list[Opening]:
    """When the number answered, oldest first: one opening, and one more for each time that it was opened again.

    Taking a closing plan back is no second opening: the number never stopped answering.
    """
    found: list[Opening] = []
    for one in milestones(activation):
        is_open = bool(found) and found[-1].until_at is None
        if one.status == "open" and not is_open:
            found.append(Opening(one.at, None))
        elif one.status == "closed" and is_open:
            found[-1] = Opening(found[-1].from_at, one.at)
    return found
