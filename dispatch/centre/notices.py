"""What one party tells the other in writing: a paper that is mailed, and red until it is acknowledged."""

from datetime import datetime

from dispatch import audit, letters, rights
from dispatch.centre import agreements
from dispatch.errors import NotAllowed, WrongMoment
from dispatch.words import N_
from models import Agreement, Document, Message, Notice, User, writing

KINDS = {
    "annex_1": N_("Change of annex 1"),
    "closing": N_("Closing"),
    "reopening": N_("Reopening"),
    "scale_up": N_("Scale-up"),
}


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
    letter = letters.post([centre.email], lang=centre.language, now=now, **facts) if centre.email else None
    made = Notice.create(
        agreement=agreement, kind=kind, subject=on, document=document, letter=letter, by=by, sent_at=now
    )
    audit.record(
        "notice.sent", made, by=by, now=now, organisation=agreement.municipality_id, kind=kind, about=on
    )
    return made


def acknowledge(notice: Notice, *, by: User, now: datetime) -> None:
    """The centre says that it has read it; WrongMoment when it said so before."""
    if not rights.may(by, "activation.answer") or by.organisation_id != notice.agreement.centre_id:
        raise NotAllowed(N_("Only the contact centre of the agreement acknowledges this notice."))
    with writing():
        here = (Notice.id == notice.id) & Notice.acknowledged_at.is_null()
        if not Notice.update(acknowledged_at=now, acknowledged_by=by).where(here).execute():
            raise WrongMoment(N_("This notice was acknowledged already."))
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
