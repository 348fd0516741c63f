"""What the board of an emergency shows, gathered at one moment, and a version that says whether it changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dispatch.centre import (
    advice,
    alerts,
    presence,
    questions,
    reinforcements,
    shifts,
    statistics,
)
from dispatch.centre.advice import Advice, LanguageNeed
from dispatch.centre.alerts import Alert
from dispatch.centre.questions import Waiting
from dispatch.centre.statistics import QUARTER, Stretch
from dispatch.words import Sentence
from models import Activation, Campaign, Emergency, Presence, Question, Reinforcement

WINDOW = 14  # quarter hours on the charts
BEAT_SECONDS = 15  # clocks move even where nobody does anything


@dataclass(frozen=True)
class Board:
    """The floor of one emergency at one moment; the lists of the charts are as long as `stretches`.

    Who is needed is set against who sits at D5: there every call comes in, and the D2 desk answers none of them.
    """

    emergency: Emergency
    now: datetime
    stretches: list[Stretch]
    needed: list[int]
    there: list[float]
    seats: list[Presence]
    advice: Advice
    languages: list[LanguageNeed]
    alerts: list[Alert]
    effects: list[Sentence]
    questions: list[Waiting]
    questions_open: int
    asked: Reinforcement | None
    planned: int

    @property
    def running(self) -> Stretch:
        """The quarter hour that is going on."""
        return self.stretches[-1]

    @property
    def in_time(self) -> float | None:
        """The share within 20 s in the last quarter hour of which the exchange told."""
        told = [one.in_time for one in self.stretches[-3:] if one.in_time is not None]
        return told[-1] if told else None

    @property
    def longest_seconds(self) -> int | None:
        told = [one.exchange.longest_seconds for one in self.stretches[-3:] if one.exchange]
        return told[-1] if told else None

    @property
    def is_counted(self) -> bool:
        """Whether a telephone exchange tells of these hours at all."""
        return any(one.exchange for one in self.stretches)

    @property
    def desks(self) -> dict[str, int]:
        return {desk: sum(seat.desk == desk for seat in self.seats) for desk in ("d5", "d2")}


def of(emergency: Emergency, now: datetime) -> Board:
    """The board at this moment, over at most the last three hours and a half."""
    until = min(now, emergency.ended_at) if emergency.ended_at else now
    since = max(until - (WINDOW - 1) * QUARTER, emergency.began_at)
    found = statistics.stretches(emergency, min(since, until), until)
    seats = presence.present(emergency)
    answering = [seat for seat in seats if seat.desk == "d5"]
    advised = advice.of(emergency, found, answering, until)
    moments = [one.begins_at for one in found]
    sent = alerts.during(emergency, moments[0], until)
    return Board(
        emergency=emergency,
        now=now,
        stretches=found,
        needed=advice.needed_in(found, advised.seconds_per_call, until),
        there=presence.numbers(emergency, moments, desk="d5", length=QUARTER, now=until),
        seats=seats,
        advice=advised,
        languages=advice.by_language(emergency, advised, answering, until),
        alerts=sent,
        effects=[said for one in sent if (said := alerts.effect(one, found, until))],
        questions=questions.oldest(emergency, now),
        questions_open=questions.number(emergency),
        asked=reinforcements.waiting(emergency),
        planned=shifts.number_at(shifts.planned(emergency, now), now),
    )


def version(emergency: Emergency, now: datetime) -> str:
    """Says the same as long as the board would: a few short questions instead of the whole of it."""
    pulse, sheet, ended = (
        Emergency.select(Emergency.pulse, Emergency.sheet_version, Emergency.ended_at)
        .where(Emergency.id == emergency.id)
        .tuples()
        .get()
    )
    asked = Question.select(fn.COUNT(Question.id), fn.SUM(Question.number), fn.MAX(Question.answered_at))
    moved = Activation.select(fn.MAX(Activation.changed_at)).where(Activation.emergency == emergency.id)
    sent = Campaign.select(fn.MAX(Campaign.launched_at)).where(Campaign.is_practice == emergency.is_practice)
    beat = int((now - datetime(1970, 1, 1)) / timedelta(seconds=BEAT_SECONDS))
    parts = (
        pulse,
        sheet,
        ended,
        *asked.where(Question.emergency == emergency.id).tuples().get(),
        moved.scalar(),
        sent.scalar(),
        beat,
    )
    return "-".join("" if part is None else str(part).translate(_PLAIN) for part in parts)


_PLAIN = str.maketrans({" ": "", ":": "", "-": "", ".": "", "+": ""})
