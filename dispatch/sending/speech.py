"""What a call says: an opening, the message, the opening once more, and which key confirms; and how long that takes.

The opening comes twice because an answering machine records nothing of what was said while it greeted. These phrases
are spoken in the language of the receiver and so are no part of the catalogue, which holds the languages of the pages.
"""

import re
from datetime import datetime
from math import ceil

from dispatch import audit
from dispatch.errors import Refusal
from dispatch.providers.base import Speech
from dispatch.sending import approval, recordings
from dispatch.words import N_, translator
from models import Organisation, User, writing

LETTERS_A_SECOND = 14  # a calm voice; a digit is said as a whole word
LETTERS_OF_A_DIGIT = 6
MOST_SECONDS = (
    90  # of all that is said once: longer than that nobody listens, and Infobip takes 1,400 letters
)
CHARGED_SECONDS = 60
LONGEST_OPENING = 15
OPENINGS = {
    "nl": "Luister goed. Dit is een bericht van %s.",
    "fr": "Écoutez bien. Ceci est un message de %s.",
    "de": "Bitte hören Sie zu. Dies ist eine Nachricht von %s.",
    "en": "Please listen. This is a message of %s.",
}
SENDERS = {
    "police_zone": {
        "nl": "de politiezone %s",
        "fr": "la zone de police %s",
        "de": "der Polizeizone %s",
        "en": "the police zone %s",
    },
    "municipality": {
        "nl": "de gemeente %s",
        "fr": "la commune de %s",
        "de": "der Gemeinde %s",
        "en": "the municipality of %s",
    },
}
KIND_IN_NAME = re.compile(
    r"(?i)^(politiezone|zone de police|polizeizone|police zone|pz|zp|gemeente|stad|commune de|ville de|gemeinde|stadt)\s+"
)
ASKS = {
    "nl": "Druk op 1 om te bevestigen dat u dit gehoord hebt. Druk op 2 om het opnieuw te horen.",
    "fr": "Appuyez sur 1 pour confirmer que vous avez entendu ce message. Appuyez sur 2 pour le réécouter.",
    "de": "Drücken Sie 1, um zu bestätigen, dass Sie dies gehört haben. Drücken Sie 2, um es noch einmal zu hören.",
    "en": "Press 1 to confirm that you heard this. Press 2 to hear it again.",
}
THANKS = {
    "nl": "Bedankt. Uw bevestiging is ontvangen.",
    "fr": "Merci. Votre confirmation est bien reçue.",
    "de": "Danke. Ihre Bestätigung ist eingegangen.",
    "en": "Thank you. Your confirmation was received.",
}


def of(organisation: Organisation, text: dict[str, str], lang: str, *, is_practice: bool = False) -> Speech:
    """What is said around a text {"body", "recording"}, and for how many seconds all of it together is spoken once."""
    said = opening(organisation, lang)
    if is_practice:
        said = f"{translator(lang).gettext(N_('EXERCISE'))}. {said}"
    recording = recordings.find(organisation.id, text.get("recording", ""))
    body_seconds = recording.seconds if recording else seconds(text.get("body", ""))
    return Speech(
        opening=said,
        ask=ASKS[lang],
        thanks=THANKS[lang],
        audio=recordings.path(recording) if recording else "",
        seconds=2 * seconds(said) + body_seconds + seconds(ASKS[lang]),
    )


def opening(organisation: Organisation, lang: str) -> str:
    """How a call of this organisation begins, as it chose, or with its name."""
    own = (organisation.openings or {}).get(lang, "")
    name = KIND_IN_NAME.sub("", organisation.name)
    return own or OPENINGS[lang] % (SENDERS.get(organisation.kind, {}).get(lang, "%s") % name)


def begin_with(organisation: Organisation, lang: str, words: str, *, by: User | None, now: datetime) -> None:
    """Lets the calls of an organisation begin and end in its own words; without any, with its name again."""
    words = " ".join(words.split())
    if seconds(words) > LONGEST_OPENING:
        raise Refusal(
            N_("An opening lasts at most %(seconds)s seconds. Make it shorter."), seconds=LONGEST_OPENING
        )
    with writing():
        fresh = Organisation.get_by_id(organisation.id)
        kept = (fresh.openings or {}) | {lang: words}
        Organisation.update(openings=kept).where(Organisation.id == organisation.id).execute()
        if opening(fresh, lang) != opening(Organisation.get_by_id(organisation.id), lang):
            approval.withdraw_calls(organisation, by=by, now=now)
        audit.record("organisation.opening_changed", organisation, by=by, now=now, organisation=organisation)


def seconds(text: str) -> int:
    """About how long a text is when it is spoken."""
    digits = sum(letter.isdigit() for letter in text)
    return ceil((len(text) - digits + digits * LETTERS_OF_A_DIGIT) / LETTERS_A_SECOND)


def charged(spoken_seconds: int) -> int:
    """The minutes that are charged for a call: each that was begun."""
    return max(1, ceil(spoken_seconds / CHARGED_SECONDS))
