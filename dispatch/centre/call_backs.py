"""Calling back (annex 2): the centre rings, asks for the code, and writes down whether it was the right one."""

from datetime import datetime

from dispatch import audit
from dispatch.centre import authority
from dispatch.centre import form as annex3
from dispatch.errors import Incomplete, WrongMoment
from dispatch.people import numbers
from dispatch.words import N_, Sentence
from models import Activation, CallBack, User, writing


def note(activation: Activation, *, phone: str, verdict: str, by: User, now: datetime) -> CallBack:
    """Writes down that the centre rang `phone`; `verdict` is "right" or "wrong". Both sides see it at once.

    Nothing is ever taken out: a right code after a wrong one stands beside it. Raises Incomplete by field.
    """
    authority.demand_answering(activation, by)
    if activation.is_over:
        raise WrongMoment(N_("This activation is over: nobody needs to be called back."))
    faults = {}
    if verdict not in ("right", "wrong"):
        faults["verdict"] = Sentence(N_("Choose whether the code was right."))
    try:
        number = numbers.parse(phone).e164
    except numbers.InvalidNumber as fault:
        faults["called"] = Sentence(annex3.KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
    if faults:
        raise Incomplete(N_("The call-back was not noted yet."), faults)
    with writing():
        made = CallBack.create(
            activation=activation, phone=number, is_right=verdict == "right", at=now, by=by
        )
        audit.record("activation.called_back", activation, by=by, now=now, code=verdict)
    return made


def of(activation: Activation) -> list[CallBack]:
    """The call-backs, oldest first, each with who rang."""
    found = CallBack.select(CallBack, User).join(User).where(CallBack.activation == activation.id)
    return list(found.order_by(CallBack.id))


def is_wrong(activation: Activation) -> bool:
    """Whether the last code that the centre was told was a wrong one."""
    return activation.id in wrong([activation])


def is_right(activation: Activation) -> bool:
    """Whether the centre rang back, and was told the right code the last time."""
    noted = of(activation)
    return bool(noted) and noted[-1].is_right


def wrong(activations: list[Activation]) -> set[int]:
    """The ids of those whose last call-back heard a wrong code."""
    here = CallBack.activation.in_([one.id for one in activations])
    rows = CallBack.select(CallBack.activation, CallBack.is_right).where(here).order_by(CallBack.id)
    last = dict(rows.tuples())
    return {id for id, is_right in last.items() if not is_right}
