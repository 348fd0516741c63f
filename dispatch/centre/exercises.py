"""Exercises: agreed on paper beforehand, run as a practice activation on their own day, injects played by the centre."""

from datetime import datetime

from dispatch import audit, clock, letters, rights
from dispatch.centre import activation as centre
from dispatch.centre.request import day
from dispatch.errors import NotAllowed, Refusal, WrongMoment
from dispatch.words import N_
from models import (
    Activation,
    Agreement,
    Document,
    Exercise,
    Inject,
    Letter,
    Organisation,
    User,
    writing,
)

KINDS = {"call": N_("call"), "press": N_("press"), "rumour": N_("rumour")}
STATUSES = {
    "late": N_("waits for the exception of the centre"),
    "asked": N_("waits for the specific agreement"),
    "agreed": N_("agreed"),
    "begun": N_("begun"),
    "held": N_("held, to be evaluated"),
    "sent": N_("findings sent"),
    "acknowledged": N_("findings acknowledged"),
    "refused": N_("refused"),
    "withdrawn": N_("withdrawn"),
}
HELD = N_("The number of this exercise is closed: nothing more is played.")
MOVED_ON = N_("This exercise has moved on in the meantime. This is how it stands now.")


# ── The day itself ──────────────────────────────────────────────────────


def is_its_day(exercise: Exercise, now: datetime) -> bool:
    """Whether today, by the calendar of Brussels, is a day of the exercise."""
    today = clock.local(now).date()
    return clock.local(exercise.begins_at).date() <= today <= clock.local(exercise.ends_at).date()


def begin(exercise: Exercise, *, by: User, now: datetime) -> Activation:
    """Begins it with the form of a practice activation, on its own day only; from now on its injects fall due."""
    demand_municipality(exercise, by)
    if not is_its_day(exercise, now):
        on = day(clock.local(exercise.begins_at).date(), by.language)
        raise Refusal(N_("This exercise is agreed for %(day)s, and runs on that day only."), day=on)
    with writing():
        activation = centre.begin(exercise.municipality, by=by, now=now, is_practice=True)
        centre.write(activation, _form(exercise), by=by, now=now)
        facts = {"began_at": now, "activation": activation}
        move(exercise, ("agreed",), "begun", by=by, now=now, **facts)
    return Activation.get_by_id(activation.id)


def _form(exercise: Exercise) -> dict[str, str]:
    return {
        "emergency": exercise.name,
        "description": exercise.scenario,
        "arrangement": "special",
        "opening_hours": f"{clock.local(exercise.begins_at):%H:%M}-{clock.local(exercise.ends_at):%H:%M}",
        "operators": str(exercise.operators),
        "languages": ["nl", "fr", "de", "en"],
        "calls": exercise.calls,
    }


def due(exercise: Exercise, now: datetime) -> list[Inject]:
    """What is to be played now and was not yet, the oldest first."""
    if not exercise.began_at or exercise.was_held:
        return []
    gone = int((now - exercise.began_at).total_seconds()) // 60
    waiting = exercise.injects.where(Inject.played_at.is_null(), Inject.minute <= gone)
    return list(waiting.order_by(Inject.minute, Inject.id))


def coming(exercise: Exercise, now: datetime) -> Inject | None:
    """The next one that is not due yet."""
    if exercise.was_held:
        return None
    ready = {inject.id for inject in due(exercise, now)}
    waiting = exercise.injects.where(Inject.played_at.is_null(), Inject.id.not_in(ready))
    return waiting.order_by(Inject.minute, Inject.id).first()


def play(inject: Inject, *, by: User, now: datetime) -> None:
    """The supervisor has played it."""
    demand_centre(inject.exercise, by)
    if inject.exercise.was_held:
        raise WrongMoment(HELD)
    with writing():
        here = (Inject.id == inject.id) & Inject.played_at.is_null()
        if inject.exercise.status != "begun" or not (
            Inject.update(played_at=now, played_by=by).where(here).execute()
        ):
            raise WrongMoment(N_("This inject was played already."))
        audit.record("exercise.played", inject.exercise, by=by, now=now, inject=inject.id)


def stage(exercise: Exercise) -> str:
    """A key of STATUSES: where it stands, and whether what was begun is over."""
    return "held" if exercise.status == "begun" and exercise.was_held else exercise.status


def of_activation(activation: Activation) -> Exercise | None:
    """The exercise that an activation belongs to, if it is one."""
    return Exercise.get_or_none(Exercise.activation == activation.id)


# ── Who sees it ─────────────────────────────────────────────────────────


def seen_by(user: User):
    """The exercises of this person's municipality or centre; a federal service sees those whose findings it was sent."""
    found = Exercise.select(Exercise, Agreement).join(Agreement)
    house = user.organisation
    if not rights.may(user, "activation.see"):
        return found.where(Exercise.id.is_null())
    mine = (Exercise.municipality == house) | (Agreement.centre == house)
    return found.where(mine | (Exercise.service == house)).order_by(Exercise.begins_at.desc())


# ── What they share ─────────────────────────────────────────────────────


def demand_municipality(exercise: Exercise, by: User) -> None:
    """Raises NotAllowed unless this person asks and confirms for the municipality."""
    if not rights.may(by, "activation.fill") or by.organisation_id != exercise.municipality_id:
        raise NotAllowed(N_("Only an authorised person of the municipality may do this."))


def demand_centre(exercise: Exercise, by: User) -> None:
    """Raises NotAllowed unless this person answers for the centre."""
    if not rights.may(by, "activation.answer") or by.organisation_id != exercise.agreement.centre_id:
        raise NotAllowed(N_("Only the contact centre of the agreement may do this."))


def demand_side(exercise: Exercise, by: User) -> str:
    """The first part of the fields of this person's side; raises NotAllowed for anybody else."""
    if rights.may(by, "activation.fill") and by.organisation_id == exercise.municipality_id:
        return "signed_"
    if rights.may(by, "activation.answer") and by.organisation_id == exercise.agreement.centre_id:
        return "centre_signed_"
    raise NotAllowed(N_("Only the municipality and its contact centre confirm this agreement."))


def move(exercise: Exercise, places, to: str, *, by: User, now: datetime, deed: str = "", **facts) -> None:
    """From one of these places to another, once, in the caller's transaction; raises WrongMoment."""
    here = (Exercise.id == exercise.id) & Exercise.status.in_(places)
    if not Exercise.update(status=to, **facts).where(here).execute():
        raise WrongMoment(MOVED_ON)
    audit.record(f"exercise.{deed or to}", exercise, by=by, now=now)


def keep(exercise: Exercise, kind: str, paper: bytes, now: datetime) -> Document:
    """A paper of an exercise, in the caller's transaction."""
    return Document.create(
        organisation=exercise.municipality,
        kind=kind,
        filename=f"{kind.replace('_', '-')}-{exercise.id}.pdf",
        media_type="application/pdf",
        content=paper,
        made_at=now,
    )


def tell(
    exercise: Exercise,
    house: Organisation,
    subject: str,
    body: str,
    *,
    now: datetime,
    document: Document | None = None,
) -> Letter | None:
    """A real mail about an exercise to one side, in the caller's transaction."""
    if not house.email:
        return None
    return letters.post(
        [house.email],
        organisation=exercise.municipality,
        subject=subject,
        body=body,
        lang=house.language,
        now=now,
        page=f"/exercises/{exercise.id}",
        document=document,
    )
