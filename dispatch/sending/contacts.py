"""The telephone numbers and links in a text, and which of them somebody verified."""

import re
from collections.abc import Iterator
from datetime import datetime

from dispatch import audit
from dispatch.errors import Refusal
from dispatch.people import numbers
from dispatch.sending import placeholders
from dispatch.words import N_
from models import Campaign, Organisation, User, VerifiedContact, writing

DIGITS = re.compile(r"(?<!\d)\+?\d[\d ./()-]*\d(?!\d)")
MOMENT = re.compile(r"\d{1,2}[.:]\d{2}|\d{1,2}([./-])\d{1,2}(\1\d{2,4})?")  # an hour or a day
# Since 2010 1-ABC-123, before that ABC-123, and 123-ABC until 2008 (Royal Decree of 20-07-2001); with any sign between.
PLATE = re.compile(
    r"(?<![A-Z0-9-])(?:[1-9][-. ]?[A-Z]{3}[-. ]?\d{3}|[A-Z]{3}[-. ]?\d{3}|\d{3}[-. ]?[A-Z]{3})(?![A-Z0-9-])"
)
HOST = re.compile(r"(?:https?://|@|\b)((?:[a-z0-9-]+\.)+[a-z]{2,})\b", re.IGNORECASE)


def named_in(campaign: Campaign) -> list[str]:
    """Every number and host that its texts name, each once: "+3216123456", "1771", "gemeente.be"."""
    texts = (text for languages in placeholders.texts_of(campaign).values() for text in languages.values())
    said = (part for text in texts for name, part in text.items() if name != "recording")
    return sorted({value for part in said for value in found_in(part)})


def found_in(text: str) -> Iterator[str]:
    for match in HOST.finditer(text):
        yield match[1].lower()
    for match in DIGITS.finditer(PLATE.sub(" ", HOST.sub(" ", text))):
        number = match[0].strip()
        if not MOMENT.fullmatch(number) and (value := _number(number)):
            yield value


def _number(written: str) -> str:
    """A number in one form however it was written; "" for what is too short to ring. Rather one too many."""
    digits = re.sub(r"\D", "", written)
    if len(digits) < 8:
        return digits if len(digits) > 2 else ""
    try:
        return numbers.parse(written).e164
    except ValueError:
        return digits


def unverified(campaign: Campaign) -> list[str]:
    """What its texts name and nobody put on the organisation's list: the approver has to look at each."""
    known = {contact.value for contact in list_of(campaign.organisation_id)}
    return [value for value in named_in(campaign) if value not in known]


def list_of(organisation: Organisation | int):
    here = VerifiedContact.organisation == organisation
    return (
        VerifiedContact.select(VerifiedContact, User).join(User).where(here).order_by(VerifiedContact.value)
    )


def verify(organisation: Organisation, written: str, *, by: User, now: datetime) -> VerifiedContact:
    """Puts one number or host on the list; raises Refusal when it is neither, or stands there already."""
    found = list(found_in(written.strip()))
    if len(found) != 1:
        raise Refusal(N_("Type one telephone number, or one address of the web."), field="value")
    with writing():
        if VerifiedContact.select().where(
            VerifiedContact.organisation == organisation, VerifiedContact.value == found[0]
        ):
            raise Refusal(N_("%(value)s stands on the list already."), value=found[0], field="value")
        made = VerifiedContact.create(organisation=organisation, value=found[0], by=by, verified_at=now)
        audit.record("contact.verified", made, by=by, now=now, organisation=organisation)
    return made


def forget(contact: VerifiedContact, *, by: User, now: datetime) -> None:
    """Takes it off the list: from now on an approver looks at it again."""
    with writing():
        if VerifiedContact.delete().where(VerifiedContact.id == contact.id).execute():
            audit.record("contact.forgotten", contact, by=by, now=now, organisation=contact.organisation_id)
