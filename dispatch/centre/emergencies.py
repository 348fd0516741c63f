"""What people ring about: begun with a request, under one number, for one town or several, ended when nobody answers any more."""

from datetime import datetime

from dispatch import audit
from dispatch.centre import authority, presence, sheet
from dispatch.centre import form as annex3
from dispatch.centre.moves import fresh
from dispatch.errors import Refusal, WrongMoment
from dispatch.words import N_
from models import Activation, Emergency, Milestone, User, writing

OVER = ("closed", "refused")
TOO_LATE = N_("This is only possible before the number of %(municipality)s opens.")


def begin(activation: Activation, *, now: datetime) -> Emergency:
    """The emergency of a request that was just received, in the caller's transaction."""
    return Emergency.create(
        centre=activation.agreement.centre_id,
        name=activation.form["emergency"],
        second_line=annex3.second_line(activation.form),
        is_practice=activation.is_practice,
        began_at=now,
    )


def number(emergency: Emergency, number: str, *, instead_of: str = "") -> None:
    """Keeps the number that callers ring, in the caller's transaction; WrongMoment when a colleague gave it another."""
    here = (Emergency.id == emergency.id) & Emergency.number.in_((instead_of, number))
    if not Emergency.update(number=number).where(here).execute():
        raise WrongMoment(N_("A colleague gave this emergency another number meanwhile. Look again."))


def end(emergency: Emergency, *, at: datetime) -> None:
    """Ends it, and whoever sits there is away, when no activation of it is under way any more, in the caller's
    transaction: at this moment, or when the last of its numbers closed."""
    under_way = Activation.select().where(
        Activation.emergency == emergency.id, Activation.status.not_in(OVER)
    )
    if under_way.exists():
        return
    at = max([at, *_closings(emergency)])
    here = (Emergency.id == emergency.id) & Emergency.ended_at.is_null()
    if Emergency.update(ended_at=at).where(here).execute():
        presence.end_all(emergency, at=at)


def _closings(emergency: Emergency) -> list[datetime]:
    here = (Activation.emergency == emergency.id) & (Milestone.status == "closed")
    return [at for (at,) in Milestone.select(Milestone.at).join(Activation).where(here).tuples()]


def resume(emergency: Emergency) -> None:
    """Takes its end back when a number of it is asked for again, in the caller's transaction; nobody sits there yet."""
    if ended_at := Emergency.get_by_id(emergency.id).ended_at:
        presence.end_all(emergency, at=ended_at)
    Emergency.update(ended_at=None).where(Emergency.id == emergency.id).execute()


# ── Several towns in one ────────────────────────────────────────────────


def open_to(activation: Activation) -> list[Emergency]:
    """The emergencies of the same centre, under way and in the same mood, that this activation may join."""
    here = (
        (Emergency.centre == activation.agreement.centre_id)
        & (Emergency.is_practice == activation.is_practice)
        & Emergency.ended_at.is_null()
        & (Emergency.id != activation.emergency_id)
    )
    return list(Emergency.select().where(here).order_by(Emergency.id.desc()))


def towns(emergency: Emergency) -> list[Activation]:
    """The activations that share it, those that were refused left out."""
    shared = Activation.select().where(
        Activation.emergency == emergency.id, Activation.status.not_in(("draft", "refused"))
    )
    return list(shared.order_by(Activation.id))


def join(activation: Activation, emergency: Emergency, *, by: User, now: datetime) -> None:
    """From now on this activation shares the number, the sheet and the staff of that emergency.

    What was planned or written for its own emergency stays there, and is there again when this is undone. Raises
    Refusal for an emergency of another centre, a practice with a real one or one that is over, and WrongMoment once
    the number is open.
    """
    authority.demand_answering(activation, by)
    with writing():
        if emergency.id not in [one.id for one in open_to(fresh(activation))]:
            raise Refusal(
                N_(
                    "This emergency is over, of another centre, or one of both is an exercise. Choose another."
                )
            )
        own = _own(fresh(activation))
        _share(activation, emergency, joined_from=own, now=now)
        if not emergency.second_line:
            Emergency.update(second_line=own.second_line).where(Emergency.id == emergency.id).execute()
        facts = {"emergency": emergency.id, "joined_from": own.id}
        town = activation.municipality
        sheet.fill(activation, emergency, by=by, now=now, municipality=town)
        audit.record("activation.joined", activation, by=by, now=now, **facts)


def leave(activation: Activation, *, by: User, now: datetime) -> None:
    """Undoes a joining: the activation has its own emergency again. Raises WrongMoment once the number is open."""
    authority.demand_answering(activation, by)
    with writing():
        current = fresh(activation)
        if not current.joined_from_id:
            raise WrongMoment(N_("This activation stands alone already."))
        resume(current.joined_from)
        _share(activation, current.joined_from, joined_from=None, now=now)
        audit.record("activation.left", activation, by=by, now=now, emergency=current.emergency_id)


def _share(
    activation: Activation, emergency: Emergency, *, joined_from: Emergency | None, now: datetime
) -> None:
    current = fresh(activation)
    waits = (Activation.id == activation.id) & Activation.status.in_(("requested", "acknowledged"))
    kept = {"emergency": emergency, "joined_from": joined_from, "changed_at": now}
    if not Activation.update(kept).where(waits).execute() or current.number:
        raise WrongMoment(TOO_LATE, municipality=activation.municipality.name)
    end(current.emergency, at=now)


def _own(activation: Activation) -> Emergency:
    return activation.joined_from or activation.emergency
