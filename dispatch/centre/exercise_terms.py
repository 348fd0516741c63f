"""The terms of an exercise: asked four weeks ahead, its injects planned, confirmed by both sides on paper."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from dispatch import again, audit, clock, rights
from dispatch.centre import activation as centre
from dispatch.centre import costs, exercise_papers, prices
from dispatch.centre import form as annex3
from dispatch.centre.exercises import (
    MOVED_ON,
    demand_centre,
    demand_municipality,
    demand_side,
    keep,
    move,
    tell,
)
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.words import DAY_OF_A_YEAR, N_, InFigures, Sentence
from models import (
    INJECT_KINDS,
    Agreement,
    Annex,
    Document,
    Exercise,
    Inject,
    Notice,
    Organisation,
    User,
    writing,
)

AHEAD = timedelta(weeks=4)
LONGEST, LONGEST_TEXT = 250, 5000
MOST_MINUTES, MOST_INJECTS = 72 * 60, 500
FROZEN = N_("Somebody confirmed the specific agreement: what it says does not change any more.")


# ── Asking ──────────────────────────────────────────────────────────────


def first_day(now: datetime) -> date:
    """The first day on which an exercise can be that is asked now."""
    return clock.local(now).date() + AHEAD


def ask(municipality: Organisation, typed: Mapping[str, str], *, by: User, now: datetime) -> Exercise:
    """The written request, as it was typed; raises Incomplete by field, with the first possible day.

    Asked later than four weeks before, it needs the reason `exception_why`, and waits for the centre's written exception.
    """
    if not rights.may(by, "activation.fill") or by.organisation_id != municipality.id:
        raise NotAllowed(N_("Only an authorised person of the municipality asks for an exercise."))
    agreement = centre.valid_agreement(municipality, now)
    if not agreement:
        raise Refusal(N_("Without an agreement that is valid today no exercise can be asked."))
    values, faults = _read(typed, agreement, now)
    if faults:
        raise Incomplete(N_("The exercise was not asked yet. What you typed is still here."), faults)
    is_late = clock.local(values["begins_at"]).date() < first_day(now)
    status = "late" if is_late else "asked"
    with writing():
        asked = {"municipality": municipality, "status": status, "asked_by": by, **values}
        if same := again.same(Exercise.asked_at, now, **asked):
            return same
        made = Exercise.create(agreement=agreement, asked_at=now, **asked)
        audit.record("exercise.asked", made, by=by, now=now, late=is_late)
        tell(made, agreement.centre, *exercise_papers.asked(made), now=now)
    return made


def _read(typed: Mapping[str, str], agreement: Agreement, now: datetime) -> tuple[dict, dict[str, Sentence]]:
    values = {name: typed.get(name, "").strip() for name in ("name", "scenario", "exception_why")}
    faults: dict[str, Sentence] = {}
    if not values["name"] or len(values["name"]) > LONGEST:
        faults["name"] = Sentence(N_("Give the exercise a name of a few words."))
    for name in ("scenario", "exception_why"):
        if len(values[name]) > LONGEST_TEXT:
            faults[name] = Sentence(N_("This is too long: at most 5000 signs."))
    values["calls"] = "d5d2" if typed.get("calls") == "d5d2" else "d5"
    values |= _read_operators(typed.get("operators", ""), faults)
    values |= _read_times(typed, agreement, now, faults)
    return values, faults


def _read_operators(typed: str, faults: dict[str, Sentence]) -> dict:
    number = int(typed) if typed.strip().isdecimal() and len(typed.strip()) < 5 else 0
    if not 1 <= number <= annex3.MAX_OPERATORS:
        faults["operators"] = Sentence(
            N_("Write a number from 1 to %(most)s. What you typed was kept."), most=annex3.MAX_OPERATORS
        )
    return {"operators": number}


def _read_times(typed, agreement: Agreement, now: datetime, faults: dict[str, Sentence]) -> dict:
    begins_at = _moment(typed.get("day", ""), typed.get("begins", ""))
    ends_at = _moment(typed.get("day", ""), typed.get("ends", ""))
    if begins_at is None:
        faults["day"] = Sentence(N_("Choose the day and the hour at which it begins."))
        return {}
    if ends_at is None:
        faults["ends"] = Sentence(N_("Choose the hour at which it ends."))
        return {}
    if ends_at <= begins_at:
        ends_at += timedelta(days=1)  # past midnight
    on = clock.local(begins_at).date()
    if begins_at <= now:
        faults["day"] = Sentence(N_("This day is past. Choose a later one."))
    elif not agreement.holds_on(on):
        faults["day"] = Sentence(N_("On that day the agreement with the centre does not hold."))
    elif on < first_day(now) and not typed.get("exception_why", "").strip():
        faults["day"] = Sentence(
            N_(
                "An exercise is asked four weeks ahead: the first possible day is %(day)s. "
                "For an earlier one, write why; the centre may agree to it in writing."
            ),
            day=InFigures(first_day(now), DAY_OF_A_YEAR),
        )
    return {"begins_at": begins_at, "ends_at": ends_at}


def _moment(on: str, hour: str) -> datetime | None:
    try:
        return clock.from_local(datetime.fromisoformat(f"{on.strip()}T{hour.strip()}"))
    except (ValueError, OverflowError):
        return None


def withdraw(exercise: Exercise, *, by: User, now: datetime) -> None:
    """The municipality lets it drop, before it has begun."""
    demand_municipality(exercise, by)
    with writing():
        move(exercise, ("late", "asked", "agreed"), "withdrawn", by=by, now=now)
        tell(exercise, exercise.agreement.centre, *exercise_papers.withdrawn(exercise), now=now)


# ── The centre's word ───────────────────────────────────────────────────


def allow(exercise: Exercise, answer: str, *, by: User, now: datetime) -> None:
    """The centre agrees in writing to an exercise sooner than four weeks: the reason, a notice and a mail."""
    demand_centre(exercise, by)
    answer = _answer(answer)
    paper = exercise_papers.exception(exercise, answer, by, now)
    with writing():
        move(exercise, ("late",), "asked", by=by, now=now, deed="allowed", exception_answer=answer)
        document = keep(exercise, "exercise_exception", paper, now)
        subject, body = exercise_papers.allowed(exercise, answer)
        letter = tell(exercise, exercise.municipality, subject, body, now=now, document=document)
        notice = Notice.create(
            agreement=exercise.agreement,
            kind="exercise",
            subject=audit.subject_of(exercise),
            document=document,
            letter=letter,
            by=by,
            sent_at=now,
        )
        Exercise.update(notice=notice).where(Exercise.id == exercise.id).execute()


def refuse(exercise: Exercise, answer: str, *, by: User, now: datetime) -> None:
    """The centre cannot, and says why."""
    demand_centre(exercise, by)
    answer = _answer(answer)
    with writing():
        move(exercise, ("late", "asked"), "refused", by=by, now=now, ended_why=answer)
        tell(exercise, exercise.municipality, *exercise_papers.refused(exercise, answer), now=now)


def _answer(typed: str) -> str:
    answer = typed.strip()[:LONGEST_TEXT]
    if not answer:
        raise Refusal(N_("Write why, for the municipality."), field="answer")
    return answer


# ── Injects ─────────────────────────────────────────────────────────────


def plan(exercise: Exercise, typed: Mapping[str, str], *, by: User, now: datetime) -> Inject:
    """One more inject at a minute after the beginning; until somebody confirms the agreement. Raises Incomplete."""
    demand_side(exercise, by)
    values, faults = _read_inject(typed)
    if not faults and exercise.injects.count() >= MOST_INJECTS:
        faults["words"] = Sentence(N_("An exercise has at most 500 injects."))
    if faults:
        raise Incomplete(N_("The inject was not kept yet."), faults)
    with writing():
        _still_open(exercise)
        made = Inject.create(exercise=exercise, **values)
        audit.record("exercise.planned", exercise, by=by, now=now, inject=made.id)
    return made


def drop(inject: Inject, *, by: User, now: datetime) -> None:
    """Takes an inject off the plan again."""
    demand_side(inject.exercise, by)
    with writing():
        _still_open(inject.exercise)
        Inject.delete().where(Inject.id == inject.id).execute()
        audit.record("exercise.unplanned", inject.exercise, by=by, now=now, inject=inject.id)


def _read_inject(typed: Mapping[str, str]) -> tuple[dict, dict[str, Sentence]]:
    minute, faults = typed.get("minute", "").strip(), {}
    words = typed.get("words", "").strip()
    if not (minute.isdecimal() and len(minute) <= 4 and int(minute) <= MOST_MINUTES):
        faults["minute"] = Sentence(N_("Write the minute after the beginning, such as 0 or 25."))
    if typed.get("kind") not in INJECT_KINDS:
        faults["kind"] = Sentence(N_("Choose a call, the press or a rumour."))
    if not words or len(words) > LONGEST_TEXT:
        faults["words"] = Sentence(N_("Write what is played: what the caller says, what is in the paper."))
    for_whom = " ".join(typed.get("for_whom", "").split())[:LONGEST]
    minute = int(minute) if "minute" not in faults else 0
    return {"minute": minute, "kind": typed.get("kind"), "words": words, "for_whom": for_whom}, faults


def _still_open(exercise: Exercise) -> None:
    if not Exercise.get_by_id(exercise.id).awaits_terms:
        raise WrongMoment(FROZEN)


# ── The specific agreement ──────────────────────────────────────────────


def annex_of(exercise: Exercise) -> Annex | None:
    """The tariff of the specific agreement, or the one in force on the day as long as nobody confirmed."""
    return exercise.annex or prices.in_force(exercise.agreement, clock.local(exercise.begins_at).date())


def is_demonstration(exercise: Exercise) -> bool:
    annex = annex_of(exercise)
    return bool(annex) and prices.read(annex).is_demonstration


def expected_mills(exercise: Exercise) -> int | None:
    """What it is expected to cost by that tariff, without the telephone; None without a tariff."""
    annex = annex_of(exercise)
    if not annex:
        return None
    desk = "d2" if exercise.calls == "d5d2" else "d5"  # the dearer of both desks: nobody is surprised
    times = (exercise.begins_at, exercise.ends_at)
    return costs.planned(exercise.agreement, annex, exercise.operators, *times, desk)


def confirm(exercise: Exercise, *, by: User, now: datetime, is_confirmed: bool) -> Exercise:
    """One side confirms the specific agreement, after showing who they are; the second word makes the paper.

    Raises Refusal without a tariff, and WrongMoment when this side has confirmed already.
    """
    side = demand_side(exercise, by)
    if not is_confirmed:
        raise NotAllowed(annex3.PASSWORD)
    mills = expected_mills(exercise)
    if mills is None:
        raise Refusal(N_("There is no tariff for that day: the centre writes annex 4 down first."))
    annex = annex_of(exercise)
    with writing():
        mine, at = (f"{side}by", f"{side}at")
        current = Exercise.get_by_id(exercise.id)
        terms = {
            "mills": current.mills if current.mills is not None else mills,
            "annex": current.annex_id or annex.id,
        }
        here = (Exercise.id == exercise.id) & (Exercise.status == "asked") & getattr(Exercise, at).is_null()
        if not Exercise.update({mine: by, at: now} | terms).where(here).execute():
            raise WrongMoment(MOVED_ON)
        audit.record("exercise.confirmed", exercise, by=by, now=now, mills=terms["mills"])
    return settle(Exercise.get_by_id(exercise.id), now=now)  # fmt: skip


def settle(exercise: Exercise, *, now: datetime) -> Exercise:
    """Makes the paper once both sides have confirmed; whoever stopped in between is helped by the next look."""
    if exercise.status != "asked" or not (exercise.signed_at and exercise.centre_signed_at):
        return exercise
    paper = exercise_papers.agreement(exercise)
    with writing():
        document = keep(exercise, "exercise_agreement", paper, now)
        here = (Exercise.id == exercise.id) & (Exercise.status == "asked")
        if Exercise.update(status="agreed", document=document).where(here).execute():
            audit.record("exercise.agreed", exercise, by=None, now=now, organisation=exercise.municipality_id)
            for house in (exercise.municipality, exercise.agreement.centre):
                tell(exercise, house, *exercise_papers.agreed(exercise, house), now=now, document=document)
        else:
            Document.delete().where(Document.id == document.id).execute()
    return Exercise.get_by_id(exercise.id)
