"""Our own mail and short messages: everything that leaves the house goes as a message through the pump."""

from datetime import datetime
from typing import NamedTuple

from dispatch.sending import messages
from dispatch.sending.text import plain
from dispatch.words import N_, translator
from models import Bin, DataCheck, Document, Letter, Organisation, writing

SENDER = N_("Belfort, on behalf of %(organisation)s")
HELPDESK = N_("Helpdesk: %(contact)s")
ASK = N_("Questions? Ask %(organisation)s: %(contact)s")


class Imprint(NamedTuple):
    """What the settings say about this installation: where its pages are, and the helpdesk's number ("" for none)."""

    public_url: str = ""
    helpdesk: str = ""


NOBODY = Imprint()


def post(
    to: list[str],
    *,
    organisation: Organisation,
    subject: str,
    body: str,
    lang: str,
    now: datetime,
    page: str | None = None,
    document: Document | None = None,
    is_practice: bool = False,
    channel: str = "email",
) -> Letter:
    """Queues one mail to each address, with its paper enclosed, in the caller's transaction or its own.

    page: where its readers do what it says, such as /credits; its address stands under the mail.
    By SMS the body goes alone: a telephone shows no subject and no paper. One curly apostrophe, which French has before a
    name, would make two parts of it.
    """
    body = plain(body) if channel == "sms" else body
    with writing():
        letter = Letter.create(
            organisation=organisation,
            subject=subject,
            body=body,
            page=page,
            language=lang,
            document=document,
            is_practice=is_practice,
            created_at=now,
        )
        messages.enqueue_letter(letter, to, channel=channel, now=now)
    return letter


def with_foot(letter: Letter, imprint: Imprint) -> str:
    """The body of a mail with what stands under each: on whose behalf it comes, where to do what it says, whom to ask.

    The members of a BIN have no account and no helpdesk: they ask their own police zone.
    """
    say = translator(letter.language).gettext
    house = letter.organisation
    lines = [say(SENDER) % {"organisation": house.name}]
    if _is_to_a_member(letter):
        contact = house.phone or house.email
        lines += [say(ASK) % {"organisation": house.name, "contact": contact}] if contact else []
    else:
        helpdesk = say(HELPDESK) % {"contact": imprint.helpdesk} if imprint.helpdesk else ""
        lines += filter(None, (imprint.public_url and imprint.public_url + (letter.page or ""), helpdesk))
    return "\n".join([letter.body.rstrip(), "", "-- ", *lines, ""])


def _is_to_a_member(letter: Letter) -> bool:
    # By BIN and moment, for which there is an index: each of a thousand links of one round is a letter of its own.
    bins = Bin.select(Bin.id).where(Bin.organisation == letter.organisation_id)
    here = DataCheck.bin.in_(bins) & (DataCheck.sent_at == letter.created_at)
    return DataCheck.select().where(here, DataCheck.letter == letter.id).exists()
