"""An exercise on its way: asked, planned, agreed, begun."""

from datetime import datetime

from dispatch.centre import exercise_terms, exercises, prices
from models import Exercise, User
from tests.cast import NOON

DAY = datetime(2026, 12, 21, 9, 0)  # four weeks after NOON, 10:00 in Brussels
TYPED = {
    "activation": "250",
    "d5_day": "11,125",
    "d5_night": "14,5",
    "d5_weekend": "16,333",
    "d5_holiday": "22,25",
    "d2_day": "13,125",
    "d2_night": "16,5",
    "d2_weekend": "18,333",
    "d2_holiday": "24,25",
    "telephone": "0,047",
    "day_from": "07:00",
    "day_until": "20:00",
    "minimum_operator": "2",
    "minimum_opening": "4",
    "split": "equally",
    "extra_holidays": "2026-07-11",
    "is_demonstration": "1",
    "from_on": "2026-01-05",
}
ASKED = {
    "name": "Zavelstorm",
    "scenario": "Een tank met ammoniak lekt in het industriepark.",
    "day": "2026-12-21",
    "begins": "10:00",
    "ends": "13:00",
    "operators": "4",
    "calls": "d5",
}
INJECTS = (
    {"minute": "0", "kind": "call", "words": "Het stinkt hier, moet ik weg?", "for_whom": "operatoren"},
    {"minute": "25", "kind": "rumour", "words": "Op sociale media: er zijn drie doden."},
    {"minute": "40", "kind": "press", "words": "De krant vraagt een interview.", "for_whom": "toezichter"},
)


def ask(by: User, now: datetime = NOON, **typed: str) -> Exercise:
    return exercise_terms.ask(by.organisation, ASKED | typed, by=by, now=now)


def agreed(by: User, supervisor: User, now: datetime = NOON, **typed: str) -> Exercise:
    """Asked, with three injects, and confirmed by both sides under a tariff."""
    made = ask(by, now, **typed)
    if not prices.in_force(made.agreement, now.date()):
        prices.price(made.agreement, TYPED, by=supervisor, now=now)
    for inject in INJECTS:
        exercise_terms.plan(made, inject, by=supervisor, now=now)
    for side in (by, supervisor):
        made = exercise_terms.confirm(made, by=side, now=now, is_confirmed=True)
    return made


def begun(by: User, supervisor: User, now: datetime = DAY) -> Exercise:
    made = agreed(by, supervisor)
    exercises.begin(made, by=by, now=now)
    return Exercise.get_by_id(made.id)
