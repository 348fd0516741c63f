"""What an exercise taught: the form that both sides fill in, and the findings for the federal service."""

from collections.abc import Mapping
from datetime import datetime

from peewee import IntegrityError

from dispatch import audit, letters, rights
from dispatch.centre import exercise_papers, exercises
from dispatch.centre.exercises import move
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.words import N_, Sentence
from models import Document, Evaluation, Exercise, Organisation, User, writing

QUESTIONS = {
    "opening": N_("The number opened in time and as asked"),
    "form": N_("The activation form said what operators needed"),
    "sheet": N_("The information sheet was complete and kept up to date"),
    "questions": N_("Questions from the floor were answered soon enough"),
    "together": N_("Municipality and centre worked well together"),
    "screens": N_("The screens were clear under pressure"),
}
MARKS = {
    "1": N_("1, not at all"),
    "2": N_("2, hardly"),
    "3": N_("3, half"),
    "4": N_("4, mostly"),
    "5": N_("5, fully"),
}
LONGEST = 5000


def of(exercise: Exercise) -> list[Evaluation]:
    return list(exercise.evaluations.order_by(Evaluation.id))


def evaluate(exercise: Exercise, typed: Mapping[str, str], *, by: User, now: datetime) -> Evaluation:
    """One side's marks and remarks, once; raises Incomplete with every question that has no mark yet."""
    exercises.demand_side(exercise, by)
    marks = {name: typed.get(name, "") for name in QUESTIONS}
    faults = {name: Sentence(N_("Choose a mark.")) for name, mark in marks.items() if mark not in MARKS}
    remarks = typed.get("remarks", "").strip()
    if len(remarks) > LONGEST:
        faults["remarks"] = Sentence(N_("This is too long: at most 5000 signs."))
    if faults:
        raise Incomplete(N_("The evaluation was not kept yet. What you typed is still here."), faults)
    marks = {name: int(mark) for name, mark in marks.items()}
    try:
        with writing():
            if Exercise.get_by_id(exercise.id).status != "begun":
                raise WrongMoment(exercises.MOVED_ON)
            facts = {"organisation": by.organisation_id, "marks": marks, "remarks": remarks}
            made = Evaluation.create(exercise=exercise, **facts, by=by, at=now)
            audit.record("exercise.evaluated", exercise, by=by, now=now)
    except IntegrityError:
        raise WrongMoment(N_("Your side has evaluated this exercise already.")) from None
    return made


def services() -> list[Organisation]:
    """The federal services that findings can be sent to, the national desk first."""
    here = Organisation.kind == "federal_service"
    order = (Organisation.is_national_desk.desc(), Organisation.name)
    return list(Organisation.select().where(here).order_by(*order))


def send(exercise: Exercise, service: Organisation, *, by: User, now: datetime) -> None:
    """Sends the findings to a federal service as PDF; both sides have evaluated, and the practice number is closed."""
    exercises.demand_municipality(exercise, by)
    if service.kind != "federal_service":
        raise Refusal(N_("Findings go to a federal service."), field="service")
    if len(of(exercise)) < 2:
        raise WrongMoment(N_("Both sides evaluate the exercise first."))
    if not exercise.activation.is_over:
        raise WrongMoment(N_("The number of the exercise is still open. The centre closes it first."))
    lang = service.language
    paper = exercise_papers.findings(exercise, of(exercise), QUESTIONS, lang, now)
    with writing():
        document = Document.create(
            organisation=service,
            kind="exercise_findings",
            filename=f"exercise-findings-{exercise.id}.pdf",
            media_type="application/pdf",
            content=paper,
            made_at=now,
        )
        facts = {"service": service, "findings": document, "sent_at": now}
        move(exercise, ("begun",), "sent", by=by, now=now, deed="findings_sent", **facts)
        if service.email:
            subject, body = exercise_papers.findings_letter(exercise, lang)
            letters.post(
                [service.email],
                organisation=exercise.municipality,
                subject=subject,
                body=body,
                lang=lang,
                now=now,
                page=f"/exercises/{exercise.id}",
                document=document,
            )


def acknowledge(exercise: Exercise, *, by: User, now: datetime) -> None:
    """The federal service has read the findings."""
    if not rights.may(by, "finding.acknowledge") or by.organisation_id != exercise.service_id:
        raise NotAllowed(N_("Only the federal service that the findings were sent to acknowledges them."))
    with writing():
        facts = {"acknowledged_by": by, "acknowledged_at": now}
        deed = "findings_acknowledged"
        move(exercise, ("sent",), "acknowledged", by=by, now=now, deed=deed, **facts)
