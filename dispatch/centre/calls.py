"""Calls as operators note them: a digit for the topic and Enter, and everything else as it was the last time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import IntegrityError

from dispatch import audit
from dispatch.centre import floor
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import LANGUAGES, N_, Sentence
from models import Activation, Call, Emergency, Organisation, User, writing

TOPICS = {
    "situation": N_("What is going on?"),
    "safety": N_("Am I in danger, what must I do?"),
    "shelter": N_("Where can I go?"),
    "traffic": N_("Roads, public transport"),
    "water": N_("Water, food, electricity"),
    "school": N_("School, day care, work"),
    "animals": N_("Animals"),
    "damage": N_("Damage, insurance"),
    "return": N_("When can I go home?"),
}
KIND_NAMES = {
    "d5": N_("D5, information"),
    "d2": N_("D2, relatives"),
    "silent": N_("silent call"),
    "abusive": N_("abusive call"),
    "wrong_number": N_("wrong number"),
    "press": N_("press"),
}
HANDED_NAMES = {"d2_desk": N_("passed to the D2 desk"), "second_line": N_("passed to the second line")}
# One key each, beside the digits of the topics; 0 is a call of information about none of them.
KINDS = {
    "s": ("silent", ""),
    "a": ("abusive", ""),
    "w": ("wrong_number", ""),
    "p": ("press", ""),
    "r": ("d2", "d2_desk"),
    "l": ("d2", "second_line"),
}
LANGUAGE_KEYS = {"n": "nl", "f": "fr", "d": "de", "e": "en"}
CODE = re.compile(r"([0-9sawprl])([nfde]?)")
MOST_TOPICS = 9
LONGEST_TOPIC, LONGEST_PLACE = 60, 80
UNDOABLE = timedelta(minutes=10)
LONGEST_CALL = 4 * 3600


@dataclass(frozen=True)
class Noted:
    """What an operator says of a call before it is noted; `topic` is one of the emergency's, or ""."""

    kind: str
    topic: str = ""
    language: str = "nl"
    place: str = ""
    municipality: Organisation | None = None
    handed_to: str = ""
    seconds: int | None = None


# ── Noting ──────────────────────────────────────────────────────────────


def read(emergency: Emergency, typed: Mapping[str, str], *, language: str, desk: str = "d5") -> Noted:
    """What a code of one or two keys says, with the language, place and municipality that were chosen beside it.

    `3` is the third topic, `3f` the same of one call in French, `s` a silent call. At the D2 desk a call of relatives stays where
    it is, and a question of information is one there too. Raises Incomplete by field; nothing typed is lost.
    """
    key, spoken = _keys(emergency, typed.get("code", "").strip().lower())
    kind, handed_to = KINDS.get(key, ("d5", ""))
    topic = _topic(emergency, int(key)) if key.isdigit() else ""
    if handed_to == "d2_desk" and desk == "d2":
        handed_to = ""
    return Noted(
        kind=kind,
        topic=topic,
        language=LANGUAGE_KEYS.get(spoken) or _language(typed.get("language", ""), language),
        place=_place(kind, typed.get("place", "")),
        municipality=_municipality(emergency, typed.get("municipality", "")),
        handed_to=handed_to,
    )


def _keys(emergency: Emergency, code: str) -> tuple[str, str]:
    """The key of the call and that of its language, or ""."""
    found = CODE.fullmatch(code)
    if not found or not (found[1].isdigit() or found[1] in letters_of(emergency)):
        fault = Sentence(N_("“%(code)s” is no key of this page. Press a digit or a letter of the list."))
        fault.facts["code"] = code[:10]
        raise Incomplete(N_("The call was not noted yet."), {"code": fault})
    return found[1], found[2]


def _topic(emergency: Emergency, digit: int) -> str:
    topics = topics_of(emergency)
    if digit > len(topics):
        fault = Sentence(N_("There is no topic %(digit)s. Press a digit of the list."), digit=digit)
        raise Incomplete(N_("The call was not noted yet."), {"code": fault})
    return topics[digit - 1] if digit else ""


def _language(chosen: str, otherwise: str) -> str:
    return chosen if chosen in LANGUAGES else otherwise if otherwise in LANGUAGES else "nl"


def _place(kind: str, typed: str) -> str:
    """Where relatives ring from could tell who they are: of a D2 call no place is kept here."""
    return "" if kind == "d2" else " ".join(typed.split())[:LONGEST_PLACE]


def _municipality(emergency: Emergency, chosen: str) -> Organisation | None:
    towns = towns_of(emergency)
    if len(towns) == 1:
        return towns[0]
    return next((town for town in towns if str(town.id) == chosen), None)


def note(emergency: Emergency, noted: Noted, *, by: User, now: datetime) -> Call:
    """Keeps one call; raises NotAllowed for who takes no calls here, and WrongMoment once the emergency is over."""
    floor.demand_operator(emergency, by)
    if noted.seconds is not None and not 0 <= noted.seconds <= LONGEST_CALL:
        raise Refusal(N_("A call lasts from 0 seconds to 4 hours."), field="seconds")
    with writing():
        floor.refuse_ended(emergency)
        call = Call.create(
            emergency=emergency,
            operator=by,
            at=now,
            kind=noted.kind,
            language=noted.language,
            topic=noted.topic,
            place=noted.place,
            municipality=noted.municipality,
            handed_to=noted.handed_to,
            seconds=noted.seconds,
        )
        floor.stir(emergency)
    return call


def undo(emergency: Emergency, call_id: int, *, by: User, now: datetime) -> None:
    """Takes back the last call of this operator, if it is this one and not older than ten minutes; it is written down.

    Raises WrongMoment otherwise: a press on an old page takes back no newer call.
    """
    floor.demand_operator(emergency, by)
    with writing():
        last = last_of(emergency, by)
        if not last or last.id != call_id or last.at < now - UNDOABLE:
            raise WrongMoment(N_("Only your last call can be taken back, within ten minutes."))
        try:
            Call.delete().where(Call.id == last.id).execute()
        except IntegrityError:
            raise WrongMoment(N_("Something was written down with this call. It stays.")) from None
        floor.stir(emergency)
        audit.record("call.undone", emergency, by=by, now=now, call=last.id, kind=last.kind)


# ── Topics ──────────────────────────────────────────────────────────────


def topics_of(emergency: Emergency) -> list[str]:
    """The topics in the order of their digits; a key of TOPICS, or words of the supervisor's own."""
    return list(TOPICS) if emergency.topics is None else emergency.topics


def topic_name(topic: str, gettext) -> str:
    return gettext(TOPICS[topic]) if topic in TOPICS else topic


def choose_topics(emergency: Emergency, lines: str, *, by: User, now: datetime, gettext) -> None:
    """Sets the topics, one a line, at most nine; a line that says what the house says stays in every language.

    Calls that were noted keep their topic. Raises Incomplete when there is none, or one too many.
    """
    floor.demand_supervisor(emergency, by)
    known = {gettext(words): key for key, words in TOPICS.items()}
    wanted = list(dict.fromkeys(" ".join(line.split())[:LONGEST_TOPIC] for line in lines.splitlines()))
    wanted = [known.get(line, line) for line in wanted if line]
    if not 1 <= len(wanted) <= MOST_TOPICS:
        fault = Sentence(N_("Write one to nine topics, one on each line: each gets a digit."))
        raise Incomplete(N_("The topics were not changed yet."), {"topics": fault})
    with writing():
        Emergency.update(topics=wanted).where(Emergency.id == emergency.id).execute()
        floor.stir(emergency)
        audit.record("emergency.topics_chosen", emergency, by=by, now=now, topics=len(wanted))


# ── Questions ───────────────────────────────────────────────────────────


def takers(emergency: Emergency) -> tuple[str, ...]:
    """Who takes over calls of relatives: the D2 desk, and a second line where its number was given."""
    return ("d2_desk", "second_line") if emergency.second_line else ("d2_desk",)


def letters_of(emergency: Emergency) -> list[str]:
    """The letters that note a call of this emergency: none for passing it on to whom there is not."""
    return [key for key, (_, handed_to) in KINDS.items() if handed_to in ("", *takers(emergency))]


def towns_of(emergency: Emergency) -> list[Organisation]:
    """The municipalities whose people ring, by name."""
    here = (Activation.emergency == emergency.id) & Activation.status.not_in(("draft", "refused"))
    query = Organisation.select().join(Activation, on=Activation.municipality == Organisation.id)
    return list(query.where(here).distinct().order_by(Organisation.name))


def last_of(emergency: Emergency, operator: User) -> Call | None:
    here = (Call.emergency == emergency.id) & (Call.operator == operator.id)
    return Call.select().where(here).order_by(Call.id.desc()).first()


def latest_of(emergency: Emergency, operator: User, most: int = 8) -> list[Call]:
    """The last calls of this operator, newest first."""
    here = (Call.emergency == emergency.id) & (Call.operator == operator.id)
    return list(Call.select().where(here).order_by(Call.id.desc()).limit(most))
