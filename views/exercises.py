"""Exercises with the contact centre: asked, agreed by both sides, played on their day, evaluated, sent on."""

from collections import defaultdict

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import evaluation, exercise_terms, exercises, lessons
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.words import translator
from models import Document, Exercise, Inject, Organisation
from views import guard, identity, lookups, render
from views.bins import attached
from views.lessons import added, listed

pages = Blueprint("exercises", __name__)
LABELS = {
    "name": _l("Name of the exercise"),
    "scenario": _l("Scenario"),
    "day": _l("Day"),
    "begins": _l("Begins at"),
    "ends": _l("Ends at"),
    "operators": _l("Operators"),
    "calls": _l("Calls"),
    "exception_why": _l("Why it cannot wait four weeks"),
    "answer": _l("Answer of the centre"),
    "minute": _l("Minute after the beginning"),
    "kind": _l("Kind"),
    "words": _l("What is played"),
    "for_whom": _l("For whom"),
    "remarks": _l("Remarks"),
    "password": _l("Your password, again"),
    "service": _l("Federal service"),
}


@pages.get("/exercises")
@guard.needs("activation.see")
def index():
    rows = [
        {"exercise": one, "state": _state(one), "is_over": one.is_over or one.was_held}
        for one in exercises.seen_by(current_user).limit(200)
    ]
    return render_template(
        "exercises/index.html",
        waiting=[row for row in rows if not row["is_over"]],
        over=[row for row in rows if row["is_over"]],
        may_ask=rights.may(current_user, "activation.fill"),
        first_day=exercise_terms.first_day(clock.now()),
    )


def _state(exercise: Exercise) -> str:
    return translator(str(render.locale())).gettext(exercises.STATUSES[exercises.stage(exercise)])


# ── Asking ──────────────────────────────────────────────────────────────


@pages.get("/exercises/new")
@guard.needs("activation.fill")
def new():
    return _form()


@pages.post("/exercises/new")
@guard.needs("activation.fill")
def ask():
    try:
        made = exercise_terms.ask(current_user.organisation, request.form, by=current_user, now=clock.now())
    except Incomplete as refusal:
        return _form(_worded(refusal)), 422
    _wake()
    late = _("Asked. It is sooner than four weeks: the centre has to agree in writing.")
    flash(
        late
        if made.exception_why and made.status == "late"
        else _("Asked. Now the injects and the specific agreement."),
        "done",
    )
    return redirect(url_for(".show", id=made.id), 303)  # fmt: skip


def _form(faults: dict[str, str] | None = None) -> str:
    faults = faults or {}
    return render_template(
        "exercises/new.html",
        typed=defaultdict(str, request.form.items()),
        faults=defaultdict(str, faults),
        summary=_summary(faults),
        first_day=exercise_terms.first_day(clock.now()),
    )


def _worded(refusal: Incomplete) -> dict[str, str]:
    return {name: said.said_by(_) for name, said in refusal.faults.items()}


def _summary(faults: dict[str, str]) -> list[tuple]:
    return [(name, LABELS.get(name) or _question(name), said) for name, said in faults.items()]


def _question(name: str) -> str:
    return translator(str(render.locale())).gettext(evaluation.QUESTIONS[name])


def _wake() -> None:
    current_app.extensions["jobs"].wake()


# ── One exercise ────────────────────────────────────────────────────────


@pages.get("/exercises/<int:id>")
@guard.needs("activation.see")
def show(id: int):
    return page(lookups.exercise_of(id))


def page(exercise: Exercise, faults: dict[str, str] | None = None, lesson_faults=None) -> str:
    """The exercise as it stands, for whoever may see it, with what was wrong in what was typed."""
    faults, now = faults or {}, clock.now()
    exercise = exercise_terms.settle(exercise, now=now)
    gettext = translator(str(render.locale())).gettext
    return render_template(
        "exercises/show.html",
        state=_state(exercise),
        practice=guard.is_practice(),
        **(_side(exercise) | play_of(exercise)),
        injects=list(exercise.injects.order_by(Inject.minute, Inject.id)),
        kinds=[(code, gettext(words)) for code, words in exercises.KINDS.items()],
        mills=exercise.mills if exercise.mills is not None else exercise_terms.expected_mills(exercise),
        is_demonstration=exercise_terms.is_demonstration(exercise),
        is_its_day=exercises.is_its_day(exercise, now),
        evaluations=evaluation.of(exercise),
        questions=[(code, gettext(words)) for code, words in evaluation.QUESTIONS.items()],
        marks=[(code, gettext(words)) for code, words in evaluation.MARKS.items()],
        services=[(service.id, service.name) for service in evaluation.services()],
        typed=defaultdict(str, request.form.items()),
        faults=defaultdict(str, faults),
        summary=_summary(faults),
        **identity.asked(),
        **listed(lessons.of(exercise), faults=lesson_faults),
    )


def _side(exercise: Exercise) -> dict:
    house = current_user.organisation_id
    is_town = house == exercise.municipality_id and rights.may(current_user, "activation.fill")
    is_centre = house == exercise.agreement.centre_id and rights.may(current_user, "activation.answer")
    signed = exercise.signed_at if is_town else exercise.centre_signed_at
    done = {one.organisation_id for one in exercise.evaluations}
    is_begun = exercise.status == "begun"
    return {
        "is_town": is_town,
        "is_centre": is_centre,
        "is_service": house == exercise.service_id and rights.may(current_user, "finding.acknowledge"),
        "may_plan": (is_town or is_centre) and exercise.awaits_terms,
        "may_confirm": (is_town or is_centre) and exercise.status == "asked" and not signed,
        "may_refuse": is_centre and exercise.status in ("late", "asked"),
        "may_withdraw": is_town and exercise.status in ("late", "asked", "agreed"),
        "may_begin": is_town and exercise.status == "agreed",
        "may_evaluate": (is_town or is_centre) and is_begun and house not in done,
        "may_send": is_town and is_begun and len(done) == 2 and exercise.activation.is_over,
        "is_late": exercise.status == "late",
        "is_sent": exercise.status == "sent",
        "has_begun": exercise.began_at is not None,
    }


def play_of(exercise: Exercise) -> dict:
    """What templates/exercises/_play.html needs: what is due now, and what comes next."""
    now = clock.now()
    coming = exercises.coming(exercise, now)
    return {
        "exercise": exercise,
        "due": [_due(inject) for inject in exercises.due(exercise, now)],
        "coming": coming and _due(coming),
        "has_injects": exercise.injects.exists(),
        "all_played": not exercise.injects.where(Inject.played_at.is_null()).exists(),
        "is_playing": exercise.status == "begun" and bool(coming or exercises.due(exercise, now)),
        "gone": int((now - exercise.began_at).total_seconds()) // 60 if exercise.began_at else 0,
        "is_centre": exercise.agreement.centre_id == current_user.organisation_id
        and rights.may(current_user, "activation.answer"),
    }


def _due(inject: Inject) -> dict:
    word = translator(str(render.locale())).gettext(exercises.KINDS[inject.kind])
    return {"inject": inject, "kind": word}


@pages.post("/exercises/<int:id>/confirm")
@guard.needs("activation.see")
def confirm(id: int):
    exercise = lookups.exercise_of(id)
    exercise_terms.demand_side(exercise, current_user)
    if said := identity.fault():
        return page(exercise, {"password": said}), 422
    deed = lambda: exercise_terms.confirm(exercise, by=current_user, now=clock.now(), is_confirmed=True)
    return _done(exercise, deed, _("Confirmed."))


def _done(exercise: Exercise, deed, said: str, **of_form):
    """Does one deed and leads back to the exercise, with what was wrong if anything was."""
    try:
        deed()
    except Incomplete as refusal:
        return page(exercise, _worded(refusal)), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for(".show", id=exercise.id), 303)
    except Refusal as refusal:
        if refusal.field:
            return page(exercise, {refusal.field: refusal.sentence.said_by(_)}), 422
        if type(refusal) is not Refusal:
            raise
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for(".show", id=exercise.id), 303)
    _wake()
    flash(said, "done")
    return redirect(url_for(".show", id=exercise.id), 303)


def _deed(id: int, deed, said: str, *typed):
    exercise = lookups.exercise_of(id)
    return _done(exercise, lambda: deed(exercise, *typed, by=current_user, now=clock.now()), said)


@pages.post("/exercises/<int:id>/allow")
@guard.needs("activation.answer")
def allow(id: int):
    answer = request.form.get("answer", "")
    return _deed(id, exercise_terms.allow, _("Allowed. The municipality has it in writing."), answer)


@pages.post("/exercises/<int:id>/refuse")
@guard.needs("activation.answer")
def refuse(id: int):
    answer = request.form.get("answer", "")
    return _deed(id, exercise_terms.refuse, _("Refused. The municipality sees why."), answer)


@pages.post("/exercises/<int:id>/withdraw")
@guard.needs("activation.fill")
def withdraw(id: int):
    return _deed(id, exercise_terms.withdraw, _("Withdrawn. The centre is told."))


@pages.post("/exercises/<int:id>/injects")
@guard.needs("activation.see")
def plan(id: int):
    return _deed(id, exercise_terms.plan, _("The inject is planned."), request.form)


@pages.post("/exercises/<int:id>/injects/drop")
@guard.needs("activation.see")
def drop(id: int):
    inject = _inject(lookups.exercise_of(id))
    deed = lambda: exercise_terms.drop(inject, by=current_user, now=clock.now())
    return _done(inject.exercise, deed, _("The inject is off the plan."))


def _inject(exercise: Exercise) -> Inject:
    chosen = request.form.get("inject", 0, type=int)
    return Inject.get_or_none(Inject.id == chosen, Inject.exercise == exercise.id) or abort(404)


@pages.post("/exercises/<int:id>/begin")
@guard.needs("activation.fill")
def begin(id: int):
    exercise = lookups.exercise_of(id)
    try:
        activation = exercises.begin(exercise, by=current_user, now=clock.now())
    except Refusal as refusal:
        flash(refusal.sentence.said_by(_), "warn")
        return redirect(url_for(".show", id=id), 303)
    return redirect(url_for("activations.form", id=activation.id), 303)


@pages.get("/exercises/<int:id>/due")
@guard.needs("activation.see")
def due(id: int):
    return render_template("exercises/_play.html", **play_of(lookups.exercise_of(id)))


@pages.post("/exercises/<int:id>/played")
@guard.needs("activation.answer")
def played(id: int):
    inject = _inject(lookups.exercise_of(id))
    deed = lambda: exercises.play(inject, by=current_user, now=clock.now())
    return _done(inject.exercise, deed, _("Played."))


@pages.post("/exercises/<int:id>/evaluation")
@guard.needs("activation.see")
def evaluate(id: int):
    return _deed(id, evaluation.evaluate, _("The evaluation is kept."), request.form)


@pages.post("/exercises/<int:id>/lessons")
@guard.needs("activation.see")
def add_lesson(id: int):
    exercise = lookups.exercise_of(id)
    return added(exercise, lambda faults: page(exercise, lesson_faults=faults))


@pages.post("/exercises/<int:id>/findings")
@guard.needs("activation.fill")
def send(id: int):
    chosen = request.form.get("service", 0, type=int)
    service = Organisation.get_or_none(Organisation.id == chosen) or abort(404)
    return _deed(id, evaluation.send, _("The findings are sent. They wait for acknowledgement."), service)


@pages.post("/exercises/<int:id>/acknowledge")
@guard.needs("finding.acknowledge")
def acknowledge(id: int):
    return _deed(id, evaluation.acknowledge, _("Acknowledged. The municipality sees it."))


@pages.get("/exercises/<int:id>/<any(agreement,findings,exception):paper>.pdf")
@guard.needs("activation.see")
def file(id: int, paper: str):
    document = _document(lookups.exercise_of(id), paper) or abort(404)
    return attached(bytes(document.content), document.filename, document.media_type)


def _document(exercise: Exercise, paper: str) -> Document | None:
    if paper == "exception":
        return exercise.notice.document if exercise.notice_id else None
    return exercise.document if paper == "agreement" else exercise.findings
