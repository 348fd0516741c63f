"""What happened, as each municipality described it when it asked for the number, until a line of the sheet says it."""

from datetime import datetime
from typing import NamedTuple

from dispatch.centre import drafts, floor, phrases, sheet
from dispatch.centre.moves import first_requested_at
from models import Activation, Emergency, Entry, EntryDraft, EntryVersion, User

QUESTION = {  # in the language of the callers, which is not that of a page
    "nl": "Wat is er aan de hand?",
    "fr": "Que se passe-t-il ?",
    "de": "Was ist los?",
    "en": "What is going on?",
}
ASKED = {phrases.words(words) for words in QUESTION.values()}


class Situation(NamedTuple):
    """The words of one municipality, in its language, and when it wrote them."""

    activation: Activation
    words: str
    lang: str
    at: datetime


def of(emergency: Emergency, now: datetime) -> list[Situation]:
    """The first request first; without those in whose place a line of the sheet came, for all or for that town."""
    taken = _rewritten(emergency, now)
    return [
        Situation(one, one.form["description"], one.municipality.language, first_requested_at(one))
        for one in floor.activations_of(emergency)
        if one.form.get("description") and not taken & {None, one.municipality_id}
    ]


def _rewritten(emergency: Emergency, now: datetime) -> set[int | None]:
    """The towns for which a line asks this question, or asked it once; None: for all of them."""
    here = (Entry.emergency == emergency.id) & (EntryVersion.valid_from <= now)
    told = EntryVersion.select(EntryVersion.question, Entry.municipality).join(Entry).where(here)
    return {town for question, town in told.tuples() if ASKED & set(map(phrases.words, question.values()))}


def rewrite(activation: Activation, *, by: User, now: datetime) -> EntryDraft:
    """A draft of the line that takes its place, with the words of the form; where towns share the sheet, for its town.

    Raises NotAllowed for who may not publish it, WrongMoment once the emergency is over.
    """
    emergency, lang = activation.emergency, activation.municipality.language
    town = activation.municipality_id if len(floor.activations_of(emergency)) > 1 else None
    sheet.demand(by, emergency, now, town)
    form = {
        "question": {lang: QUESTION[lang]},
        "answer": {lang: activation.form.get("description", "")},
        "municipality": town,
    }
    return drafts.open_new(emergency, by=by, now=now, form=form)
