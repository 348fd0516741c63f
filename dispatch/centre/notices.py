"""What one party tells the other in writing: a paper that is mailed, and red until it is acknowledged.

A notice is about the agreement (annex 1), or about an activation: then it also goes out as SMS, and both boards show it.
"""

from datetime import datetime

from dispatch import audit, letters, rights
from dispatch.centre import agreements, authority, telling
from dispatch.errors import NotAllowed, WrongMoment
from dispatch.words import N_
from models import Activation, Agreement, Document, Letter, Message, Notice, User, writing

KINDS = {
    "annex_1": N_("Change of annex 1"),
    "closing": N_("Closing"),
    "reopening": N_("Reopening"),
    "scale_up": N_("Scale-up"),
}


# ── Of an agreement ─────────────────────────────────────────────────────


def send(
    agreement: Agreement,
    *,
    kind: str,
    on: str,
    document: Document,
    subject: str,
    body: str,
    by: User,
    now: datetime,
) -> Notice:
    """Mails a paper to the centre in its language and waits for its word, in the caller's transaction.

    `on` names what it is about, such as annex:3. A centre without an address has it on its own pages only.
    """
    centre = agreement.centre
    facts = {"organisation": agreement.municipality, "subject": subject, "body": body, "document": document}
    facts |= {"lang": centre.language, "now": now, "page": "/promises"}
    letter = letters.post([centre.email], **facts) if centre.email else None
    made = _keep(agreement, kind, on, document, letter, by, now)
    audit.record(
        "notice.sent", made, by=by, now=now, organisation=agreement.municipality_id, kind=kind, about=on
    )
    return made


def acknowledge(notice: Notice, *, by: User, now: datetime) -> None:
    """The centre says that it has read it; WrongMoment when it said so before."""
    if not rights.may(by, "activation.answer") or by.organisation_id != notice.agreement.centre_id:
        raise NotAllowed(N_("Only the contact centre of the agreement acknowledges this notice."))
    with writing():
        _mark_read(notice, by, now)
        where = notice.agreement.municipality_id
        audit.record("notice.acknowledged", notice, by=by, now=now, organisation=where)


def of(agreement: Agreement):
    """What was told under an agreement, the newest first."""
    return Notice.select().where(Notice.agreement == agreement.id).order_by(Notice.id.desc())


def waiting(user: User) -> list[Notice]:
    """What this person's house told, or was told, and nobody acknowledged yet; the oldest first."""
    mine = agreements.seen_by(user).select(Agreement.id).order_by()
    here = Notice.agreement.in_(mine) & Notice.acknowledged_at.is_null()
    return list(Notice.select().where(here).order_by(Notice.id))


def mail_of(notice: Notice) -> Message | None:
    """The mail that carries it, with where it stands; None when the centre has no address."""
    return Message.get_or_none(Message.letter == notice.letter_id) if notice.letter_id else None


# ── About an activation ─────────────────────────────────────────────────


def tell(
    activation: Activation, kind: str, word: telling.Word, *, document: Document, by: User, now: datetime
) -> Notice:
    """Sends a notice about an activation with its paper to the centre, in the caller's transaction."""
    letter = telling.tell(activation, telling.centre_of(activation), word, now=now, document=document)
    on = audit.subject_of(activation)
    made = _keep(activation.agreement, kind, on, document, letter, by, now)
    audit.record("activation.notified", activation, by=by, now=now, kind=kind, notice=made.id)
    return made


def about(activation: Activation) -> list[Notice]:
    """The notices about an activation, oldest first."""
    found = Notice.select().where(Notice.subject == audit.subject_of(activation))
    return list(found.order_by(Notice.id))


def unread(activations: list[Activation]) -> set[int]:
    """The ids of these activations about which the centre still has something to read."""
    subjects = {audit.subject_of(one): one.id for one in activations}
    query = Notice.select(Notice.subject).where(
        Notice.subject.in_(list(subjects)), Notice.acknowledged_at.is_null()
    )
    return {subjects[subject] for (subject,) in query.tuples()}


def read(activation: Activation, notice: Notice, *, by: User, now: datetime) -> None:
    """The centre has read one about an activation; raises WrongMoment when a colleague said so already."""
    authority.demand_answering(activation, by)
    with writing():
        _mark_read(notice, by, now)
        audit.record("activation.notice_read", activation, by=by, now=now, notice=notice.id)


# ── Both ────────────────────────────────────────────────────────────────


def _keep(
    agreement: Agreement,
    kind: str,
    on: str,
    document: Document,
    letter: Letter | None,
    by: User,
    now: datetime,
) -> Notice:
    return Notice.create(
        agreement=agreement, kind=kind, subject=on, document=document, letter=letter, by=by, sent_at=now
    )


def _mark_read(notice: Notice, by: User, now: datetime) -> None:
    here = (Notice.id == notice.id) & Notice.acknowledged_at.is_null()
    if not Notice.update(acknowledged_at=now, acknowledged_by=by).where(here).execute():
        raise WrongMoment(N_("This notice was acknowledged already."))
