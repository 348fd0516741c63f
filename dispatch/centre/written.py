"""What was told to the centre in writing about an activation: red until the centre says that it has read it."""

from datetime import datetime

from dispatch import audit
from dispatch.centre import authority, telling
from dispatch.errors import WrongMoment
from dispatch.words import N_
from models import Activation, Document, Notice, User, writing


def tell(
    activation: Activation, kind: str, word: telling.Word, *, document: Document, by: User, now: datetime
) -> Notice:
    """Sends a notice with its paper to the centre, in the caller's transaction."""
    letter = telling.tell(activation, telling.centre_of(activation), word, now=now, document=document)
    notice = Notice.create(
        agreement=activation.agreement_id,
        kind=kind,
        subject=audit.subject_of(activation),
        document=document,
        letter=letter,
        by=by,
        sent_at=now,
    )
    audit.record("activation.notified", activation, by=by, now=now, kind=kind, notice=notice.id)
    return notice


def of(activation: Activation) -> list[Notice]:
    """The notices about an activation, oldest first."""
    found = Notice.select().where(Notice.subject == audit.subject_of(activation))
    return list(found.order_by(Notice.id))


def waiting(activations: list[Activation]) -> set[int]:
    """The ids of these activations about which the centre still has something to read."""
    subjects = {audit.subject_of(one): one.id for one in activations}
    query = Notice.select(Notice.subject).where(
        Notice.subject.in_(list(subjects)), Notice.acknowledged_at.is_null()
    )
    return {subjects[subject] for (subject,) in query.tuples()}


def acknowledge(activation: Activation, notice: Notice, *, by: User, now: datetime) -> None:
    """The centre has read it; raises WrongMoment when a colleague said so already."""
    authority.demand_answering(activation, by)
    with writing():
        unread = (Notice.id == notice.id) & Notice.acknowledged_at.is_null()
        if not Notice.update(acknowledged_at=now, acknowledged_by=by).where(unread).execute():
            raise WrongMoment(N_("A colleague has acknowledged this already."))
        audit.record("activation.notice_read", activation, by=by, now=now, notice=notice.id)
