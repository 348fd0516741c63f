"""More operators: the supervisor asks whoever is in control, who sees the price and agrees or declines."""

from datetime import datetime, timedelta

from dispatch import audit, rights
from dispatch.centre import costs, floor, scale_up
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.words import N_, Sentence
from models import (
    DESKS,
    Emergency,
    Reinforcement,
    User,
    writing,
)

MOST_OPERATORS = 400
LONGEST = timedelta(days=7)
LONGEST_TEXT = 500


def may_decide(user: User, asked: Reinforcement, now: datetime) -> bool:
    """Whether this person may spend the money of whoever is in control."""
    house = scale_up.bearer_at(asked.activation, now)
    right = "activation.fill" if house.kind == "municipality" else "sheet.change"
    return user.organisation_id == house.id and rights.may(user, right)


def ask(
    emergency: Emergency,
    *,
    operators: int,
    until_at: datetime | None,
    reason: str,
    by: User,
    now: datetime,
    desk: str = "d5",
) -> Reinforcement:
    """Asks for so many operators more, from now until then; one question at a time is open.

    Raises Incomplete by field, Refusal when nobody asked for a number, WrongMoment while an earlier one waits.
    """
    floor.demand_supervisor(emergency, by)
    faults = _faults(operators, until_at, desk, now)
    if faults:
        raise Incomplete(N_("Nothing was asked yet."), faults)
    shared = [one for one in floor.activations_of(emergency) if not one.is_over]
    if not shared:
        raise Refusal(N_("No municipality has a number open here. There is nobody to ask."))
    mills = costs.operators_cost(shared[0], operators, now, until_at, desk)
    with writing():
        floor.refuse_ended(emergency)
        if waiting(emergency):
            raise WrongMoment(N_("An earlier question for more operators still waits for its answer."))
        asked = Reinforcement.create(
            emergency=emergency,
            activation=shared[0],
            desk=desk,
            operators=operators,
            from_at=now,
            until_at=until_at,
            reason=" ".join(reason.split())[:LONGEST_TEXT],
            mills=mills,
            by=by,
            asked_at=now,
        )
        floor.stir(emergency)
        facts = {"operators": operators, "mills": mills, "desk": desk}
        audit.record("reinforcement.asked", asked, by=by, now=now, **facts)
    return asked


def _faults(operators: int, until_at: datetime | None, desk: str, now: datetime) -> dict[str, Sentence]:
    faults = {}
    if not 1 <= operators <= MOST_OPERATORS or desk not in DESKS:
        sentence = N_("Write how many operators, from 1 to %(most)s.")
        faults["operators"] = Sentence(sentence, most=MOST_OPERATORS)
    if until_at is None:
        faults["until_at"] = Sentence(
            N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")
        )
    elif not now < until_at <= now + LONGEST:
        faults["until_at"] = Sentence(N_("Choose a moment that is still to come, within a week."))
    return faults


def decide(asked: Reinforcement, *, is_agreed: bool, answer: str, by: User, now: datetime) -> Reinforcement:
    """Whoever is in control agrees to the price that was shown, or declines and says why.

    Raises Incomplete without that reason, NotAllowed, and WrongMoment when it was decided.
    """
    if not may_decide(by, asked, now):
        raise NotAllowed(N_("Only whoever is in control of the emergency answers this."))
    answer = " ".join(answer.split())[:LONGEST_TEXT]
    if not is_agreed and not answer:
        fault = {"answer": Sentence(N_("Write why: the centre has to go on without these operators."))}
        raise Incomplete(N_("Nothing was answered yet."), fault)
    with writing():
        here = (Reinforcement.id == asked.id) & Reinforcement.decided_at.is_null()
        kept = {
            "is_agreed": is_agreed,
            "answer": answer,
            "decided_by": by,
            "decided_at": now,
        }
        if not Reinforcement.update(kept).where(here).execute():
            raise WrongMoment(N_("This question was answered already."))
        floor.stir(asked.emergency_id)
        deed = "reinforcement.agreed" if is_agreed else "reinforcement.declined"
        audit.record(deed, asked, by=by, now=now, operators=asked.operators, mills=asked.mills)
    return Reinforcement.get_by_id(asked.id)


def withdraw(asked: Reinforcement, *, by: User, now: datetime) -> None:
    """Takes a question back that nobody answered."""
    floor.demand_supervisor(asked.emergency, by)
    with writing():
        here = (Reinforcement.id == asked.id) & Reinforcement.decided_at.is_null()
        kept = {"is_agreed": None, "decided_by": by, "decided_at": now}
        if not Reinforcement.update(kept).where(here).execute():
            raise WrongMoment(N_("This question was answered already."))
        floor.stir(asked.emergency_id)
        audit.record("reinforcement.withdrawn", asked, by=by, now=now)


def waiting(emergency: Emergency) -> Reinforcement | None:
    """The question that nobody answered yet."""
    here = (Reinforcement.emergency == emergency.id) & Reinforcement.decided_at.is_null()
    return Reinforcement.select().where(here).first()


def asked_of(emergency: Emergency, most: int = 20) -> list[Reinforcement]:
    """What was asked and answered, newest first."""
    query = Reinforcement.select().where(Reinforcement.emergency == emergency.id)
    return list(query.order_by(Reinforcement.id.desc()).limit(most))


def agreed_at(emergency: Emergency, at: datetime) -> int:
    """How many operators more were agreed to for this moment."""
    here = (Reinforcement.emergency == emergency.id) & Reinforcement.is_agreed
    then = here & (Reinforcement.from_at <= at) & (Reinforcement.until_at > at)
    return sum(row.operators for row in Reinforcement.select().where(then))
