"""Questions from the floor, and what the radar sees: gathered, merged, answered, dismissed, counted."""

from datetime import timedelta

import pytest

from dispatch.centre import drafts, questions, radar, sheet
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from models import Asking, Call, Emergency, Question
from tests import truth
from tests.cast import NOON


def later(minutes: float):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def place(app):
    return truth.place()


def ask(place, words, who=0, now=NOON, **facts):
    facts = {"language": "nl"} | facts
    return questions.ask(place.emergency, words, by=place.operators[who], now=now, **facts)


@pytest.mark.parametrize(
    "again",
    [
        "mag ik de kinderen naar school brengen",
        "MAG IK KINDEREN NAAR SCHOOL BRENGEN???",
        "Mag ik de kindéren naar school brengen, aub",
    ],
)
def test_identical_questions_are_one_with_how_often_it_was_asked(place, again):
    first = ask(place, "Mag ik de kinderen naar school brengen?")
    second = ask(place, again, who=1, now=later(3))
    assert (second.id, second.number, second.asked_at) == (first.id, 2, NOON)
    assert [row.by for row in second.askings] == place.operators[:2]


@pytest.mark.parametrize("other", ["Mag ik de kinderen niet naar school brengen?", "Mag ik naar school?"])
def test_a_question_with_a_word_that_turns_it_is_another(place, other):
    assert ask(place, other).id != ask(place, "Mag ik de kinderen naar school brengen?").id


def test_the_clock_is_amber_after_ten_minutes_and_red_after_twenty(place):
    ask(place, "Rijdt de bus?")
    looks = [questions.waiting(place.emergency, later(minute))[0] for minute in (9, 10, 20, 75)]
    assert [one.css for one in looks] == ["", "lit", "late", "late"]
    assert [one.face for one in looks] == ["09:00", "10:00", "20:00", "75:00"]


def test_similar_questions_are_proposed_and_become_one_when_the_liaison_says_so(place):
    old = ask(place, "Mag ik de kinderen naar school brengen?")
    ask(place, "Mag ik de kinderen naar school brengen?", who=1)
    young = ask(place, "Mogen de kinderen naar school?", who=2, now=later(2))
    ask(place, "Is het kraanwater veilig?", now=later(3))
    proposed = {
        one.question.id: [other.id for other in one.alike]
        for one in questions.waiting(place.emergency, later(4))
    }
    assert proposed == {old.id: [], young.id: [old.id], young.id + 1: []}
    merged = questions.merge(young, old, by=place.liaison, now=later(5))
    assert (merged.number, merged.asked_at, merged.askings.count()) == (3, NOON, 3)
    assert len(questions.waiting(place.emergency, later(5))) == 2
    assert ask(place, "Mogen de kinderen naar school?", now=later(6)).id == old.id
    with pytest.raises(WrongMoment):
        questions.merge(young, old, by=place.liaison, now=later(6))
    with pytest.raises(WrongMoment):
        questions.merge(old, old, by=place.liaison, now=later(6))


def test_what_was_merged_by_mistake_is_two_questions_again_with_their_own_askings_and_clocks(place):
    school = ask(place, "Is de school open?", now=later(1))
    tunnel = ask(place, "Is de tunnel open?", who=1)
    ask(place, "Is de fietstunnel open?", who=2, now=later(2))
    bicycles = Question.select().order_by(Question.id.desc()).get()
    questions.merge(bicycles, tunnel, by=place.liaison, now=later(3))
    one = questions.merge(tunnel, school, by=place.liaison, now=later(4))
    assert (one.number, one.asked_at) == (3, NOON)
    assert ask(place, "Is de tunnel open?", who=2, now=later(5)).id == school.id
    assert questions.joined(school) == [tunnel]
    tunnel = questions.separate(tunnel, by=place.liaison, now=later(6))
    assert (tunnel.number, tunnel.asked_at, tunnel.answered_at) == (3, NOON, None)
    school = Question.get_by_id(school.id)
    assert (school.number, school.asked_at) == (1, later(1))
    assert questions.joined(tunnel) == [bicycles] and questions.joined(school) == []
    waiting = [one.question.id for one in questions.waiting(place.emergency, later(7))]
    assert waiting == [tunnel.id, school.id]
    assert questions.of_asker(place.emergency, place.operators[0], later(7)) == [school]


def test_what_was_answered_as_one_stays_one(place):
    old, young = ask(place, "Is de school open?"), ask(place, "Is de tunnel open?", who=1)
    with pytest.raises(WrongMoment, match="two questions already"):
        questions.separate(young, by=place.liaison, now=later(1))
    questions.merge(young, old, by=place.liaison, now=later(1))
    with pytest.raises(NotAllowed):
        questions.separate(young, by=place.operators[0], now=later(2))
    questions.dismiss(old, why="Later.", by=place.liaison, now=later(3))
    with pytest.raises(WrongMoment):
        questions.separate(young, by=place.liaison, now=later(4))
    assert Question.get_by_id(young.id).merged_into_id == old.id


def test_a_question_that_was_closed_by_mistake_waits_again_and_keeps_its_clock(place):
    question = ask(place, "Rijdt bus 14?")
    entry = place.publish("Waarheen?", "De Linde.")
    questions.point(question, entry, by=place.liaison, now=later(3))
    assert questions.closed_lately(place.emergency, later(4)) == [question]
    again = questions.reopen(question, by=place.liaison, now=later(4))
    assert (again.entry_id, again.answered_at, again.asked_at) == (None, None, NOON)
    with pytest.raises(WrongMoment):
        questions.reopen(question, by=place.liaison, now=later(4))
    questions.dismiss(again, why="Niet nu.", by=place.liaison, now=later(5))
    assert questions.reopen(again, by=place.liaison, now=later(6)).dismissed_why == ""
    with pytest.raises(NotAllowed):
        questions.reopen(question, by=place.operators[0], now=later(7))
    assert questions.closed_lately(place.emergency, later(7)) == []


def test_what_was_joined_or_belongs_to_an_emergency_that_is_over_does_not_wait_again(place):
    old, young = ask(place, "Is de school open?"), ask(place, "Is de tunnel open?", who=1)
    questions.merge(young, old, by=place.liaison, now=later(1))
    with pytest.raises(WrongMoment):
        questions.reopen(young, by=place.liaison, now=later(2))
    questions.dismiss(old, why="Later.", by=place.liaison, now=later(3))
    Emergency.update(ended_at=later(4)).where(Emergency.id == place.emergency.id).execute()
    with pytest.raises(WrongMoment):
        questions.reopen(old, by=place.liaison, now=later(5))


def test_an_answer_becomes_a_line_of_the_sheet_and_closes_the_question_in_one_transaction(place):
    question = ask(place, "Rijdt bus 14?", topic="vervoer")
    draft = drafts.open_new(place.emergency, by=place.liaison, now=later(1), asked=question)
    assert draft.form["question"] == {"nl": "Rijdt bus 14?"} and draft.form["topic"] == "vervoer"
    assert drafts.open_new(place.emergency, by=place.liaison, now=later(2), asked=question).id == draft.id
    draft = drafts.jot(draft, {"answer": {"nl": "Vanaf 10.00 u."}}, by=place.liaison, now=later(2))
    version = sheet.publish(draft, by=place.liaison, now=later(3))
    question = Question.get_by_id(question.id)
    assert (question.entry_id, question.answered_at) == (version.entry_id, later(3))
    assert questions.waiting(place.emergency, later(3)) == []
    assert questions.waited_seconds(place.emergency) == [(question, 180)]


def test_who_asks_what_was_answered_meanwhile_gets_the_line_at_once_unless_it_was_withdrawn(place):
    entry = place.publish("Rijdt bus 14?", "Ja.")
    question = ask(place, "Rijdt bus veertien?")
    questions.point(question, entry, by=place.liaison, now=later(1))
    again = ask(place, "rijdt bus veertien", who=1, now=later(2))
    assert (again.id, again.entry_id, again.number) == (question.id, entry.id, 2)
    sheet.withdraw(entry, why="Weg", seen=2, by=place.liaison, now=later(3))
    assert ask(place, "rijdt bus veertien", now=later(4)).id != question.id
    with pytest.raises(WrongMoment):
        questions.point(question, entry, by=place.liaison, now=later(5))


def test_dismissing_asks_a_reason_that_whoever_asked_reads(place):
    question = ask(place, "Wie is de dader?")
    with pytest.raises(Incomplete):
        questions.dismiss(question, why=" ", by=place.liaison, now=later(1))
    questions.dismiss(question, why="Dat zegt alleen het parket.", by=place.liaison, now=later(1))
    (mine,) = questions.of_asker(place.emergency, place.operators[0], later(2))
    assert mine.dismissed_why == "Dat zegt alleen het parket."
    assert questions.of_asker(place.emergency, place.operators[1], later(2)) == []
    assert questions.of_asker(place.emergency, place.operators[0], later(121)) == []
    with pytest.raises(WrongMoment):
        questions.dismiss(question, why="Nog eens", by=place.liaison, now=later(2))


def test_only_the_floor_asks_and_only_the_liaison_decides(place):
    question = ask(place, "Rijdt de bus?")
    with pytest.raises(NotAllowed):
        questions.ask(place.emergency, "x?", language="nl", by=place.liaison, now=NOON)
    with pytest.raises(NotAllowed):
        questions.dismiss(question, why="x", by=place.operators[0], now=NOON)
    with pytest.raises(Incomplete):
        ask(place, "   ")
    Emergency.update(ended_at=NOON).where(Emergency.id == place.emergency.id).execute()
    with pytest.raises(WrongMoment):
        ask(place, "Nog iets?")


# ── The radar ───────────────────────────────────────────────────────────


def call(place, topic, minutes, number=1):
    for _ in range(number):
        Call.create(
            emergency=place.emergency, operator=place.operators[0], at=later(minutes), kind="d5", topic=topic
        )


@pytest.mark.parametrize(
    "now, before, rises",
    [(2, 0, False), (3, 0, True), (9, 4, True), (8, 4, False), (45, 45, False), (60, 45, True)],
)
def test_a_topic_rises_when_it_is_asked_more_than_chance_explains(now, before, rises):
    assert radar.Count(now, before).is_rising is rises


def test_calls_and_questions_of_the_last_quarter_and_hour_are_counted_together(place):
    call(place, "school", -10, 4)
    call(place, "school", -20, 1)
    call(place, "water", -70, 9)
    call(place, "water", -50, 9)
    call(place, "oud", -121, 50)
    call(place, "", -1, 7)
    ask(place, "Is de school open?", topic="school", now=later(-5))
    ask(place, "Is de school open?", topic="school", now=later(-4), who=1)
    found = radar.seen(place.emergency, NOON)
    assert [(one.name, *one.short, *one.long) for one in found] == [
        ("school", 6, 1, 7, 0),
        ("water", 0, 0, 9, 9),
    ]
    assert [one.is_rising for one in found] == [True, False]
    assert Asking.select().count() == 2
