"""Whom a word about an activation reaches, by mail and by SMS: the centre, and whoever is in control."""

from dataclasses import dataclass
from datetime import datetime

from dispatch import letters
from dispatch.centre import scale_up
from dispatch.people import numbers
from dispatch.words import N_, Sentence, translator
from models import Activation, Document, Letter, Organisation

PRACTICE = N_("EXERCISE - %(words)s")


@dataclass(frozen=True)
class Party:
    """Somebody who is told something: where, and in which language. Without a mobile number there is no SMS."""

    house: Organisation
    emails: tuple[str, ...]
    mobiles: tuple[str, ...]

    @property
    def language(self) -> str:
        return self.house.language


@dataclass(frozen=True)
class Word:
    """What is told: the subject and body of a mail, and the same as an SMS."""

    subject: Sentence
    body: Sentence
    short: Sentence


def mobile(typed: str) -> str:
    """The E.164 of a number that takes an SMS; "" for any other."""
    try:
        number = numbers.parse(typed)
    except numbers.InvalidNumber:
        return ""
    return number.e164 if number.kind == "mobile" else ""


def centre_of(activation: Activation) -> Party:
    centre = activation.agreement.centre
    return _party(centre, [centre.email], [centre.phone])


def in_control(activation: Activation, now: datetime) -> Party:
    """The authority that carries the activation at this moment, and its liaison officer."""
    house, liaison = scale_up.bearer_at(activation, now), scale_up.liaison_at(activation, now)
    return _party(house, [house.email, liaison["email"]], [house.phone, liaison["phone"]])


def of_house(organisation: Organisation) -> Party:
    return _party(organisation, [organisation.email], [organisation.phone])


def _party(organisation: Organisation, emails: list[str], phones: list[str]) -> Party:
    mobiles = filter(None, map(mobile, phones))
    return Party(organisation, tuple(dict.fromkeys(filter(None, emails))), tuple(dict.fromkeys(mobiles)))


def tell(
    activation: Activation, party: Party, word: Word, *, now: datetime, document: Document | None = None
) -> Letter | None:
    """Queues the mail and the SMS, in the caller's transaction; returns the mail, None where there is no address."""
    if party.mobiles:
        post(activation, party, word.short, now=now, channel="sms")
    return post(activation, party, word.body, subject=word.subject, now=now, document=document)


def post(
    activation: Activation,
    party: Party,
    body: Sentence,
    *,
    now: datetime,
    subject: Sentence | None = None,
    channel: str = "email",
    document: Document | None = None,
) -> Letter | None:
    """Queues one of both; an exercise says that it is one, and goes nowhere real."""
    to = list(party.emails if channel == "email" else party.mobiles)
    if not to:
        return None
    _ = translator(party.language).gettext

    def said(sentence: Sentence | None) -> str:
        words = sentence.said_by(_) if sentence else ""
        return _(PRACTICE) % {"words": words} if words and activation.is_practice else words

    return letters.post(
        to,
        organisation=party.house,
        subject=said(subject),
        body=said(body),
        lang=party.language,
        now=now,
        document=document,
        is_practice=activation.is_practice,
        channel=channel,
    )
