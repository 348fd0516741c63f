"""Lessons: what is to be done after an activation or an exercise, by whom and before which day."""

from datetime import date, datetime

from dispatch import audit, rights
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.words import N_, Sentence
from models import Activation, Exercise, Lesson, User, writing

LONGEST, LONGEST_OWNER = 1000, 120


def of(thing: Activation | Exercise) -> list[Lesson]:
    """The lessons of an activation or an exercise: what is open first, by its day."""
    return list(thing.lessons.order_by(Lesson.done_at.is_null(False), Lesson.due_on, Lesson.id))


def of_house(user: User) -> list[Lesson]:
    """All lessons that this person's organisation has to see to, the open ones first."""
    mine = Lesson.select().where(Lesson.organisation == user.organisation_id)
    return list(mine.order_by(Lesson.done_at.is_null(False), Lesson.due_on, Lesson.id))


def may_change(user: User) -> bool:
    return any(rights.may(user, deed) for deed in ("activation.fill", "activation.answer"))


def add(
    thing: Activation | Exercise, words: str, owner: str, due_on: date | None, *, by: User, now: datetime
) -> Lesson:
    """A lesson of this person's organisation; raises Incomplete by field."""
    _judge(by)
    facts = _read(words, owner, due_on)
    about = {"activation" if isinstance(thing, Activation) else "exercise": thing}
    with writing():
        made = Lesson.create(organisation=by.organisation_id, **about, **facts, by=by, changed_at=now)
        audit.record("lesson.added", made, by=by, now=now)
    return made


def change(lesson: Lesson, words: str, owner: str, due_on: date | None, *, by: User, now: datetime) -> None:
    """Writes it otherwise, or gives it to somebody else or another day, while it is open."""
    _judge(by, lesson)
    facts = _read(words, owner, due_on)
    with writing():
        here = (Lesson.id == lesson.id) & Lesson.done_at.is_null()
        if not Lesson.update(**facts, changed_at=now).where(here).execute():
            raise WrongMoment(N_("This was ticked off in the meantime."))
        audit.record("lesson.changed", lesson, by=by, now=now)


def tick(lesson: Lesson, *, by: User, now: datetime) -> None:
    """It is done; WrongMoment when somebody said so before."""
    _judge(by, lesson)
    with writing():
        here = (Lesson.id == lesson.id) & Lesson.done_at.is_null()
        if not Lesson.update(done_at=now, done_by=by, changed_at=now).where(here).execute():
            raise WrongMoment(N_("This was ticked off in the meantime."))
        audit.record("lesson.done", lesson, by=by, now=now)


def _judge(by: User, lesson: Lesson | None = None) -> None:
    if not may_change(by) or (lesson and lesson.organisation_id != by.organisation_id):
        raise NotAllowed(N_("These to-dos are not yours to change."))


def _read(words: str, owner: str, due_on: date | None) -> dict:
    words, owner = words.strip(), " ".join(owner.split())
    faults = {}
    if not words:
        faults["words"] = Sentence(N_("Write what is to be done."))
    if len(words) > LONGEST:
        faults["words"] = Sentence(N_("This is too long: a to-do has at most 1000 signs."))
    if not owner or len(owner) > LONGEST_OWNER:
        faults["owner"] = Sentence(N_("Write who sees to it, by name or function."))
    if due_on is None:
        faults["due_on"] = Sentence(N_("Choose the day before which it is done."))
    if faults:
        raise Incomplete(N_("The to-do was not kept yet."), faults)
    return {"words": words, "owner": owner, "due_on": due_on}
