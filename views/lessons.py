"""To-dos that activations and exercises left: written down, changed, ticked off."""

from collections import defaultdict
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import lessons
from dispatch.errors import Incomplete
from models import Activation, Exercise, Lesson
from views import guard, lookups

pages = Blueprint("lessons", __name__)
LABELS = {"words": _l("What is to be done"), "owner": _l("Who sees to it"), "due_on": _l("Before")}


@pages.get("/lessons")
@guard.needs("activation.see")
def index():
    return render_template("lessons/index.html", **listed(lessons.of_house(current_user), is_everything=True))


def listed(found: list[Lesson], *, is_everything: bool = False, faults: dict[str, str] | None = None) -> dict:
    """What templates/lessons/_list.html and _form.html need."""
    faults = faults or {}
    return {
        "lessons": [_row(lesson, is_everything) for lesson in found],
        "may_add": lessons.may_change(current_user) and not is_everything,
        "lesson_typed": defaultdict(str, request.form.items()),
        "lesson_faults": defaultdict(str, faults),
        "lesson_summary": [(name, LABELS[name], said) for name, said in faults.items()],
        "today": clock.local(clock.now()).date(),
    }


def _row(lesson: Lesson, is_everything: bool) -> dict:
    is_mine = lesson.organisation_id == current_user.organisation_id and lessons.may_change(current_user)
    return {
        "lesson": lesson,
        "is_open": lesson.done_at is None,
        "is_late": lesson.done_at is None and lesson.due_on < clock.local(clock.now()).date(),
        "may_change": is_mine and lesson.done_at is None,
        "whence": _whence(lesson) if is_everything else None,
    }


def _whence(lesson: Lesson) -> tuple[str, str]:
    if lesson.exercise_id:
        said = _("exercise %(name)s", name=lesson.exercise.name)
        return said, url_for("exercises.show", id=lesson.exercise_id)
    said = lesson.activation.form.get("emergency", "")
    return said, url_for("final_reports.show", id=lesson.activation_id)


def added(thing: Activation | Exercise, again):
    """Keeps the to-do that was typed; `again` draws the page with what is wrong in it."""
    try:
        lessons.add(thing, *_typed(), by=current_user, now=clock.now())
    except Incomplete as refusal:
        return again({name: said.said_by(_) for name, said in refusal.faults.items()}), 422
    flash(_("The to-do is kept."), "done")
    return redirect(where(thing), 303)


def where(thing: Activation | Exercise) -> str:
    page = "exercises.show" if isinstance(thing, Exercise) else "final_reports.show"
    return url_for(page, id=thing.id, _anchor="lessons")


def _typed() -> tuple[str, str, date | None]:
    try:
        due_on = date.fromisoformat(request.form.get("due_on", ""))
    except ValueError:
        due_on = None
    return request.form.get("words", ""), request.form.get("owner", ""), due_on


@pages.post("/lessons/done")
@guard.needs("activation.see")
def done():
    lesson = lookups.lesson_of(request.form.get("lesson", 0, type=int))
    lessons.tick(lesson, by=current_user, now=clock.now())
    flash(_("Ticked off."), "done")
    return redirect(_back(lesson), 303)


def _back(lesson: Lesson) -> str:
    if request.form.get("everything"):
        return url_for(".index")
    return where(lesson.exercise or lesson.activation)


@pages.get("/lessons/form")
@guard.needs("activation.see")
def form():
    lesson = lookups.lesson_of(request.args.get("lesson", 0, type=int))
    typed = {"words": lesson.words, "owner": lesson.owner, "due_on": lesson.due_on.isoformat()}
    return _page(lesson, typed)


@pages.post("/lessons/form")
@guard.needs("activation.see")
def change():
    lesson = lookups.lesson_of(request.form.get("lesson", 0, type=int))
    try:
        lessons.change(lesson, *_typed(), by=current_user, now=clock.now())
    except Incomplete as refusal:
        faults = {name: said.said_by(_) for name, said in refusal.faults.items()}
        return _page(lesson, request.form, faults), 422
    flash(_("The to-do is kept."), "done")
    return redirect(_back(lesson), 303)


def _page(lesson: Lesson, typed, faults: dict[str, str] | None = None) -> str:
    faults = faults or {}
    return render_template(
        "lessons/form.html",
        lesson=lesson,
        lesson_typed=defaultdict(str, typed.items()),
        lesson_faults=defaultdict(str, faults),
        lesson_summary=[(name, LABELS[name], said) for name, said in faults.items()],
        back=where(lesson.exercise or lesson.activation),
    )
