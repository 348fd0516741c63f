"""Who may ask for an activation, and who answers it. Who carries it on once it runs: scale_up.py."""

from datetime import datetime

from dispatch import clock, rights
from dispatch.centre import annexes
from dispatch.centre.moves import MOVED_ON
from dispatch.errors import NotAllowed, WrongMoment
from dispatch.words import N_
from models import Activation, Organisation, User


def demand_asking(municipality: Organisation, by: User, now: datetime) -> None:
    """Raises NotAllowed unless this person may ask for, and close, an information number of this municipality.

    The one place where annex 1 decides: a person whom it names, or the mayor.
    """
    if not annexes.may_activate(by, municipality, clock.local(now).date()):
        raise NotAllowed(
            N_("Only an authorised person of %(municipality)s may do this."), municipality=municipality.name
        )


def demand_answering(activation: Activation, by: User) -> None:
    """Raises NotAllowed unless this person answers for the contact centre of the agreement, and WrongMoment for a draft."""
    if not rights.may(by, "activation.answer") or by.organisation_id != activation.agreement.centre_id:
        raise NotAllowed(N_("Only the contact centre of the agreement answers this request."))
    if activation.is_draft:
        raise WrongMoment(MOVED_ON)
