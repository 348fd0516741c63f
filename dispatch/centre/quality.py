"""Calls that somebody listens to: a few questions with yes or no, the trend, and what comes of a finding."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dialect import hour_of
from dispatch import audit
from dispatch.centre import floor, questions
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.words import N_, Sentence
from models import Emergency, Presence, Sample, User, writing

ASPECTS = {
    "greeting": N_("Greeted by the agreed sentence"),
    "language": N_("Spoke the caller's language"),
    "sheet": N_("Answered what the information sheet says, no more and no less"),
    "clear": N_("Checked that the caller understood"),
    "passed": N_("Passed on what belongs to D2 or another service"),
}
YES, NO = "yes", "no"  # an aspect that did not come up is left open
FINDINGS = {
    "": N_("Nothing more"),
    "sheet": N_("The information sheet misses an answer"),
    "word": N_("A word with the operator"),
}
LONGEST_REMARK = 1000
LONGEST_QUESTION = 300


@dataclass(frozen=True)
class Hour:
    """One hour of samples: how many, and how much of what was asked was answered with yes."""

    begins_at: datetime
    samples: int
    good: int
    asked: int

    @property
    def share(self) -> float:
        return self.good / self.asked if self.asked else 0.0


def keep(
    emergency: Emergency,
    operator: User,
    *,
    answers: Mapping[str, str],
    remark: str,
    finding: str,
    language: str,
    by: User,
    now: datetime,
) -> Sample:
    """Keeps what a supervisor heard; what the sheet misses becomes a question to the liaison officer at once.

    Raises Incomplete by field, NotAllowed for an operator of another centre, WrongMoment once the emergency is over.
    """
    floor.demand_supervisor(emergency, by)
    if operator.organisation_id != emergency.centre_id:
        raise NotAllowed(N_("This person takes no calls in this centre."))
    heard = {name: answers[name] == YES for name in ASPECTS if answers.get(name) in (YES, NO)}
    remark = " ".join(remark.split())[:LONGEST_REMARK]
    faults = _faults(heard, remark, finding)
    if faults:
        raise Incomplete(N_("The sample was not kept yet."), faults)
    with writing():
        floor.refuse_ended(emergency)
        sample = Sample.create(
            emergency=emergency,
            operator=operator,
            by=by,
            at=now,
            answers=heard,
            good=sum(heard.values()),
            asked=len(heard),
            remark=remark,
            finding=finding,
        )
        facts = {"operator": operator.id, "good": sample.good, "asked": sample.asked, "finding": finding}
        audit.record("sample.kept", sample, by=by, now=now, emergency=emergency.id, **facts)
        if finding == "sheet":
            questions.ask(emergency, remark[:LONGEST_QUESTION], language=language, by=by, now=now)
        floor.stir(emergency)
    return sample


def _faults(heard: Mapping[str, bool], remark: str, finding: str) -> dict[str, Sentence]:
    faults = {}
    if not heard:
        faults["greeting"] = Sentence(N_("Answer at least one question with yes or no."))
    if finding not in FINDINGS:
        faults["finding"] = Sentence(N_("Choose what must come of it."))
    elif finding and not remark:
        faults["remark"] = Sentence(
            N_("Write what it is about: the liaison officer or the operator reads it.")
        )
    return faults


def speak(sample: Sample, *, by: User, now: datetime) -> None:
    """Somebody had the word with the operator that a sample asked for."""
    floor.demand_supervisor(sample.emergency, by)
    with writing():
        here = (Sample.id == sample.id) & (Sample.finding == "word") & Sample.spoken_at.is_null()
        if not Sample.update(spoken_at=now, spoken_by=by).where(here).execute():
            raise WrongMoment(N_("This was said already."))
        floor.stir(sample.emergency_id)
        audit.record("sample.spoken", sample, by=by, now=now)


# ── Questions ───────────────────────────────────────────────────────────


def latest(emergency: Emergency, most: int = 30) -> list[Sample]:
    query = Sample.select(Sample, User).join(User, on=Sample.operator)
    return list(query.where(Sample.emergency == emergency.id).order_by(Sample.id.desc()).limit(most))


def trend(emergency: Emergency) -> list[Hour]:
    """Hour by hour, oldest first; hours without a sample are left out."""
    hour = hour_of(Sample.at)
    sums = (fn.COUNT(Sample.id), fn.SUM(Sample.good), fn.SUM(Sample.asked))
    rows = Sample.select(hour, *sums).where(Sample.emergency == emergency.id).group_by(hour).order_by(hour)
    return [Hour(datetime.fromisoformat(at), *counts) for at, *counts in rows.tuples()]


def by_aspect(emergency: Emergency) -> dict[str, tuple[int, int]]:
    """For each question how often yes, of how often it came up."""
    heard = [row.answers for row in Sample.select(Sample.answers).where(Sample.emergency == emergency.id)]
    return {
        name: (sum(answers.get(name) is True for answers in heard), sum(name in answers for answers in heard))
        for name in ASPECTS
    }


def unheard(emergency: Emergency, now: datetime) -> list[User]:
    """Who sits there for an hour or longer and of whom no call was listened to in the last hour."""
    hour = now - timedelta(hours=1)
    heard = Sample.select(Sample.operator).where(Sample.emergency == emergency.id, Sample.at > hour)
    here = (Presence.emergency == emergency.id) & Presence.until_at.is_null() & (Presence.from_at <= hour)
    query = User.select().join(Presence, on=Presence.operator == User.id)
    return list(query.where(here, User.id.not_in(heard)).order_by(User.name))
