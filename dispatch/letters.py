"""Our own mail and short messages: everything that leaves the house goes as a message through the pump."""

from datetime import datetime

from dispatch.sending import messages
from models import Document, Letter, Organisation, writing


def post(
    to: list[str],
    *,
    organisation: Organisation,
    subject: str,
    body: str,
    lang: str,
    now: datetime,
    document: Document | None = None,
    is_practice: bool = False,
    channel: str = "email",
) -> Letter:
    """Queues one mail to each address, with its paper enclosed, in the caller's transaction or its own.

    By SMS the body goes alone: a telephone shows no subject and no paper.
    """
    with writing():
        letter = Letter.create(
            organisation=organisation,
            subject=subject,
            body=body,
            language=lang,
            document=document,
            is_practice=is_practice,
            created_at=now,
        )
        messages.enqueue_letter(letter, to, channel=channel, now=now)
    return letter
