"""The relief sheet: what who takes over must know, on paper at each change of shift."""

from datetime import datetime, timedelta

from dispatch import clock, papers
from dispatch.centre import board, calls, floor, lines, questions, scale_up, shifts, statistics, victims
from dispatch.centre.request import moment, phone
from dispatch.people import numbers
from dispatch.words import LANGUAGE_NAMES, N_, translator
from models import Activation, Emergency, EntryVersion, Presence, VictimNote

CHANGES = timedelta(hours=4)
PRINTED_BEFORE = timedelta(minutes=10)
MOST_CHANGES, MOST_QUESTIONS = 12, 20
HOUR = timedelta(hours=1)
HANDED_TO = {"d2_desk": N_("the D2 desk"), "second_line": N_("the second line")}


def paper(emergency: Emergency, lang: str, now: datetime) -> bytes:
    """The sheet as PDF in one language, as things stand at this moment."""
    return papers.relief_sheet(told(emergency, lang, now), lang)


def filename(emergency: Emergency, now: datetime) -> str:
    mood = "exercise-" if emergency.is_practice else ""
    return f"{mood}relief-{emergency.id}-{clock.local(now):%Y%m%d-%H%M}.pdf"


def told(emergency: Emergency, lang: str, now: datetime) -> dict:
    """What the paper says, worded in one language, in the shape that `papers.relief_sheet` prints."""
    _ = translator(lang).gettext
    shown = board.of(emergency, now)
    planned = shifts.planned(emergency, now)
    change = shifts.next_change(planned, now)
    return {
        "centre": emergency.centre.name,
        "emergency": emergency.name,
        "practice": emergency.is_practice,
        "made_at": moment(now, lang),
        "number": _number(emergency),
        "figures": [
            (_("sheet version"), str(emergency.sheet_version)),
            (_("operators there"), str(len(shown.seats))),
            (_("needed now"), str(shown.advice.needed)),
            (_("open questions"), str(shown.questions_open)),
        ],
        "change": moment(change, lang) if change else "",
        "planned": str(shifts.number_at(planned, change)) if change else "",
        "seats": [_seat(seat, _) for seat in shown.seats],
        "instructions": [_instruction(one, now) for one in floor.activations_of(emergency)],
        "changes": _changes(emergency, lang, now),
        "questions": [
            (one.face, str(one.question.number), one.question.words)
            for one in questions.oldest(emergency, now, MOST_QUESTIONS)
        ],
        "relatives": [_relative(one, _) for one in victims.unfinished(emergency)],
        "calls": _calls(emergency, now, _),
    }


def _number(emergency: Emergency) -> str:
    try:
        return numbers.parse(emergency.number).national if emergency.number else ""
    except numbers.InvalidNumber:
        return emergency.number


def _seat(seat: Presence, gettext) -> tuple[str, ...]:
    languages = ", ".join(gettext(LANGUAGE_NAMES[language]) for language in seat.languages)
    desk = gettext(floor.DESK_NAMES[seat.desk])
    return (seat.operator.name, desk, languages, f"{clock.local(seat.from_at):%H:%M}")


def _instruction(activation: Activation, now: datetime) -> tuple[str, str, str]:
    """What a municipality asks callers to do, and whom the centre rings now, with the house if that is a higher one."""
    liaison, holds = scale_up.liaison_at(activation, now), scale_up.holding(activation, now)
    reach = (holds.authority.name if holds else "", liaison["name"], phone(liaison["phone"]))
    told = activation.form.get("recommendations", "")
    return activation.municipality.name, told, "\n".join(filter(None, reach))


def _relative(note: VictimNote, gettext) -> tuple[str, str, str]:
    """A relative who was not called back yet: since when, which call, who took it. What was said stays on its page."""
    call = gettext("Call %(number)s, for %(desk)s") % {
        "number": note.id,
        "desk": gettext(HANDED_TO[note.handed_to]),
    }
    return f"{clock.local(note.at):%H:%M}", call, note.taken_by.name if note.taken_by_id else ""


def _changes(emergency: Emergency, lang: str, now: datetime) -> list[tuple[str, str, str]]:
    """What was published or taken off the sheet in the last hours, newest first: hour, what, words.

    What a later answer replaced is told by that answer alone.
    """
    _ = translator(lang).gettext
    found = []
    for version in EntryVersion.select().where(EntryVersion.entry.in_(emergency.entries)):
        said_in = lines.language_of(version, lang)
        question = version.question.get(said_in, "")
        if version.published_at >= now - CHANGES:
            said = _("published: %(answer)s") % {"answer": version.answer[said_in]}
            found.append((version.published_at, question, said))
        if version.retired_why and version.retired_at >= now - CHANGES:
            found.append(
                (version.retired_at, question, _("no longer valid: %(why)s") % {"why": version.retired_why})
            )
    latest = sorted(found, key=lambda change: change[0], reverse=True)[:MOST_CHANGES]
    return [(f"{clock.local(at):%H:%M}", question, said) for at, question, said in latest]


def _calls(emergency: Emergency, now: datetime, gettext) -> list[tuple[str, str]]:
    """The calls of the last hour: each kind that came, then each topic."""
    since = now - HOUR
    kinds = [
        (gettext(calls.KIND_NAMES[kind]), str(number))
        for kind, number in statistics.by_kind(emergency, since).items()
    ]
    topics = [
        (calls.topic_name(topic, gettext) or gettext(N_("about none of the topics")), str(number))
        for topic, number in statistics.by_topic(emergency, since)
    ]
    return kinds + topics


def due(emergency: Emergency, now: datetime) -> datetime | None:
    """The change of shift that is so near that its sheet is printed now; None while there is none."""
    change = next_change(emergency, now)
    return change if change and change - now <= PRINTED_BEFORE else None


def next_change(emergency: Emergency, now: datetime) -> datetime | None:
    """When the next planned shift begins or ends: then the sheet is printed."""
    return shifts.next_change(shifts.planned(emergency, now), now)
