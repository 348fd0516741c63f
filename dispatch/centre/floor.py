"""Who works on the floor of an emergency, and what every deed there asks first."""

from dispatch import rights
from dispatch.errors import NotAllowed, WrongMoment
from dispatch.words import N_
from models import Activation, Emergency, User

DESK_NAMES = {"d5": N_("D5, information"), "d2": N_("D2, relatives")}
OVER = N_("This emergency is over. Nothing is noted for it any more.")


def is_supervised_by(user: User, emergency: Emergency) -> bool:
    return user.organisation_id == emergency.centre_id and rights.may(user, "activation.answer")


def demand_operator(emergency: Emergency, by: User) -> None:
    """Raises NotAllowed unless this person takes calls for the centre of this emergency."""
    if by.organisation_id != emergency.centre_id or not rights.may(by, "call.take"):
        raise NotAllowed(N_("Only the people of the contact centre do this."))


def demand_supervisor(emergency: Emergency, by: User) -> None:
    """Raises NotAllowed unless this person supervises the centre of this emergency."""
    if not is_supervised_by(by, emergency):
        raise NotAllowed(N_("Only a supervisor of the contact centre does this."))


def refuse_ended(emergency: Emergency) -> None:
    """Raises WrongMoment once nobody answers for anybody any more; asked inside the transaction of the deed."""
    if Emergency.select().where(Emergency.id == emergency.id, Emergency.ended_at.is_null(False)).exists():
        raise WrongMoment(OVER)


def stir(emergency: Emergency | int) -> None:
    """Tells the boards of an emergency that there is something new, in the caller's transaction."""
    Emergency.update(pulse=Emergency.pulse + 1).where(Emergency.id == emergency).execute()


def activations_of(emergency: Emergency) -> list[Activation]:
    """The requests that share it, oldest first."""
    here = (Activation.emergency == emergency.id) & Activation.status.not_in(("draft", "refused"))
    return list(Activation.select().where(here).order_by(Activation.id))


def running(user: User) -> list[Emergency]:
    """The emergencies that are not over and that this person sees: the real ones first, the newest first."""
    query = Emergency.select().where(Emergency.ended_at.is_null())
    if user.organisation.kind == "contact_centre":
        query = query.where(Emergency.centre == user.organisation_id)
    return [
        one
        for one in query.order_by(Emergency.is_practice, Emergency.id.desc())
        if rights.sees_emergency(user, one)
    ]
