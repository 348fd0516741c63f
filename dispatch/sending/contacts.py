"""The telephone numbers and links in a text, and which of them somebody verified."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime

from dispatch import audit
from dispatch.errors import Incomplete, Refusal
from dispatch.people import numbers
from dispatch.sending import placeholders
from dispatch.sending.plates import without_plates
from dispatch.words import N_, Sentence
from models import Approval, Campaign, Organisation, User, VerifiedContact, writing

DIGITS = re.compile(r"(?<!\d)\+?\d[\d ./()-]*\d(?!\d)")
MOMENT = re.compile(r"\d{1,2}[.:]\d{2}|\d{1,2}([./-])\d{1,2}(\1\d{2,4})?")  # an hour or a day
EMERGENCY = frozenset(("100", "101", "112"))  # known to everybody: nobody has to try them
TRY = N_("Try %(value)s first, then tick it: it stands on no list.")
TRY_EACH = N_("Try each of these first, then tick it: %(values)s. They stand on no list.")
TICK = N_("Check and tick %(value)s: it stands on no list.")
TICK_EACH = N_("Check and tick each of these: %(values)s. They stand on no list.")
HOST = re.compile(r"(?:https?://|@|\b)((?:[a-z0-9-]+\.)+[a-z]{2,})\b", re.IGNORECASE)


def named_in(campaign: Campaign) -> list[str]:
    """Every number and host that its texts name, each once: "+3216123456", "1771", "gemeente.be"."""
    return sorted({value for part in _said(campaign) for value in found_in(part)})


def _said(campaign: Campaign) -> Iterator[str]:
    texts = (text for languages in placeholders.texts_of(campaign).values() for text in languages.values())
    return (part for text in texts for name, part in text.items() if name != "recording")


def found_in(text: str) -> Iterator[str]:
    return (value for value, _written in spelled_in(text))


def spelled_in(text: str) -> Iterator[tuple[str, str]]:
    """Each number and host, and how it is written there: ("+3216123456", "016 12 34 56")."""
    for match in HOST.finditer(text):
        yield match[1].lower(), match[1]
    for match in DIGITS.finditer(without_plates(HOST.sub(" ", text))):
        number = match[0].strip()
        if not MOMENT.fullmatch(number) and (value := _number(number)):
            yield value, number


def as_written(campaign: Campaign, value: str) -> str:
    """How its texts write a number or host that they name."""
    return next(written for part in _said(campaign) for found, written in spelled_in(part) if found == value)


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
    known = EMERGENCY | {contact.value for contact in list_of(campaign.organisation_id)}
    return [value for value in named_in(campaign) if value not in known]


def to_vouch(campaign: Campaign) -> list[str]:
    """What whoever launches it has to try first: on no list, and not ticked by whoever approved it."""
    asked = Approval.select().where(Approval.campaign == campaign.id).order_by(Approval.id.desc()).first()
    ticked = asked.ticked if asked and asked.status == "approved" and campaign.is_approved else ()
    return [value for value in unverified(campaign) if value not in ticked]


def demand(campaign: Campaign, vouched: Collection[str]) -> list[str]:
    """What had to be tried, all of it in `vouched` however it is written there; else raises Incomplete at "vouched"."""
    if faults := missing(campaign, vouched):
        raise Incomplete(N_("Nothing was sent. One thing is missing."), faults)
    return to_vouch(campaign)


def missing(campaign: Campaign, vouched: Collection[str]) -> dict[str, Sentence]:
    """The fault at "vouched" when not all that has to be tried is in it, however it is written there."""
    tried = {*vouched, *(value for written in vouched for value in found_in(written))}
    left = [numbers.national(value) for value in to_vouch(campaign) if value not in tried]
    return {"vouched": _of_each(TRY, TRY_EACH, left)} if left else {}


def to_tick(left: list[str]) -> Sentence:
    """What an approver is told of numbers and links that they did not tick yet: of each of them."""
    return _of_each(TICK, TICK_EACH, left)


def _of_each(of_one: str, of_several: str, left: list[str]) -> Sentence:
    if len(left) == 1:
        return Sentence(of_one, value=left[0])
    return Sentence(of_several, values=", ".join(left))


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
