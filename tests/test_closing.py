"""Closing by a plan, in writing, and opening again within a day."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch.centre import activation as centre
from dispatch.centre import closing, moves, notices
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from models import Activation, ClosingPlan, Emergency, Message, Milestone, Notice, Organisation
from tests import cast
from tests.test_activation import FILLED

NIGHT = datetime(2026, 11, 22, 2, 1, 18)  # 03:01 in Brussels
PLAN = closing.Typed(
    phases=(("12:00", "07:00 tot 22:00", "2"), ("", "", ""), ("24/11 07:00", "09:00 tot 17:00", "1")),
    closes_at="25/11 17:00",
    redirect="016 00 12 34",
    greeting="U belt de informatielijn van Oosterzavel.",
)


def later(n):
    return NIGHT + timedelta(minutes=n)


@pytest.fixture
def people(app):
    town, house = cast.municipality_and_centre()
    Organisation.update(phone="+32470112233").where(Organisation.id == house.id).execute()
    return {
        "mayor": cast.user("authorised_person", town, name="Greet Moons"),
        "reader": cast.user("reader", town),
        "liaison": cast.user("liaison_officer", town),
        "supervisor": cast.user("centre_supervisor", house),
        "town": town,
    }


@pytest.fixture
def opened(people):
    draft = centre.begin(people["town"], by=people["mayor"], now=NIGHT)
    draft = centre.write(draft, FILLED, by=people["mayor"], now=NIGHT)
    asked = centre.submit(draft, by=people["mayor"], now=NIGHT, password_confirmed=True)
    return centre.open(asked, number="1771", opened_at=later(40), by=people["supervisor"], now=later(40))


def confirm(activation, people, typed=PLAN, who="mayor", now=None, is_confirmed=True):
    now = now or later(300)
    return closing.confirm(activation, typed, by=people[who], now=now, is_confirmed=is_confirmed)


def again(activation):
    return Activation.get_by_id(activation.id)


def test_a_plan_is_confirmed_in_writing_and_reaches_the_centre_at_once(opened, people):
    before = Message.select().count()
    plan = confirm(opened, people)
    assert again(opened).status == "closing"
    assert [phase["operators"] for phase in plan.phases] == ["2", "1"]
    assert (plan.redirect, plan.closes_at) == ("+3216001234", datetime(2026, 11, 25, 16, 0))
    sent = [(mail.channel, mail.address) for mail in Message.select().offset(before).limit(9)]
    assert sorted(sent) == [("email", "wacht@centre.example"), ("sms", "+32470112233")]
    notice = Notice.get()
    assert (notice.kind, notice.acknowledged_at) == ("closing", None)
    words = "\n".join(
        page.extract_text() for page in PdfReader(BytesIO(bytes(notice.document.content))).pages
    )
    for said in ("Oosterzavel", "Greet Moons", "09:00 tot 17:00", "016 00 12 34", "17:00", "U belt de"):
        assert said in words, said


def test_the_centre_acknowledges_a_notice_once(opened, people):
    confirm(opened, people)
    (notice,) = notices.about(opened)
    assert notices.unread([opened]) == {opened.id}
    with pytest.raises(NotAllowed):
        notices.read(opened, notice, by=people["mayor"], now=later(301))
    notices.read(opened, notice, by=people["supervisor"], now=later(301))
    assert notices.unread([opened]) == set()
    with pytest.raises(WrongMoment):
        notices.read(opened, notice, by=people["supervisor"], now=later(302))


@pytest.mark.parametrize("who", ["reader", "liaison", "supervisor"])
def test_only_a_person_of_annex_1_confirms_a_closing(opened, people, who):
    with pytest.raises(NotAllowed):
        confirm(opened, people, who=who)
    assert again(opened).status == "open" and not ClosingPlan.select().exists()


def test_everything_that_is_wrong_is_said_by_field_and_nothing_changes(opened, people):
    typed = closing.Typed(
        phases=(("gisteren", "", "nul"), ("26/11 07:00", "dag", "500")),
        closes_at="25/11 17:00",
        redirect="0",
        greeting="",
    )
    with pytest.raises(Incomplete) as refused:
        confirm(opened, people, typed, is_confirmed=False)
    assert set(refused.value.faults) == {
        "phase-0-from",
        "phase-0-hours",
        "phase-0-operators",
        "phase-1-from",
        "phase-1-operators",
        "redirect",
        "password",
    }
    assert again(opened).status == "open" and not Notice.select().exists()


def test_a_number_that_should_have_closed_by_its_plan_is_known(opened, people):
    confirm(opened, people, closing.Typed((), "09:00", "", ""))  # 08:00 UTC, 358 min 42 s after the request
    assert closing.overdue([again(opened)], later(358)) == set()
    assert closing.overdue([again(opened)], later(359)) == {opened.id}
    closed = centre.close(again(opened), at=later(359), by=people["supervisor"], now=later(359))
    assert closing.overdue([closed], later(400)) == set()


def test_a_plan_without_phases_is_a_plan(opened, people):
    plan = confirm(opened, people, closing.Typed((), "09:00", "", ""))
    assert (plan.phases, plan.closes_at) == ([], datetime(2026, 11, 22, 8, 0))


def test_a_number_that_is_not_open_is_not_closed_by_a_plan(opened, people):
    closed = centre.close(opened, at=later(100), by=people["supervisor"], now=later(100))
    with pytest.raises(WrongMoment):
        confirm(closed, people)
    assert not ClosingPlan.select().exists() and not Notice.select().exists()


def test_a_plan_that_is_pressed_twice_goes_out_once(opened, people):
    plan = confirm(opened, people)
    told = (Message.select().count(), Notice.select().count())
    assert confirm(opened, people, now=later(301)) == plan
    assert (Message.select().count(), Notice.select().count()) == told
    assert confirm(opened, people, typed=replace(PLAN, greeting="Anders"), now=later(301)) != plan


def test_a_later_plan_takes_the_place_of_the_one_before(opened, people):
    first = confirm(opened, people)
    second = confirm(opened, people, closing.Typed((), "26/11 09:00", "", ""), now=later(400))
    assert closing.holding(opened) == second
    assert ClosingPlan.get_by_id(first.id).withdrawn_at == later(400)
    assert Notice.select().count() == 2
    assert Milestone.select().where(Milestone.status == "closing").count() == 1


def test_a_closing_that_is_taken_back_leaves_the_number_open_without_a_gap(opened, people):
    confirm(opened, people)
    closing.take_back(opened, by=people["mayor"], now=later(400), is_confirmed=True)
    assert again(opened).status == "open" and closing.holding(opened) is None
    assert moves.openings(opened) == [(later(40), None)]
    assert centre.clock_of(opened, later(500)).stopped_at == later(40)
    assert [notice.kind for notice in notices.about(opened)] == ["closing", "reopening"]


def test_the_centre_closes_by_the_plan_or_says_who_confirmed_it(opened, people):
    facts = {"at": later(400), "by": people["supervisor"], "now": later(400)}
    with pytest.raises(Incomplete) as refused:
        centre.close(opened, confirmed_by="", **facts)
    assert set(refused.value.faults) == {"confirmed_by"}
    centre.close(opened, confirmed_by="Greet Moons, brief van 22 november", **facts)
    assert Milestone.get(Milestone.status == "closed").note == "Greet Moons, brief van 22 november"


def test_at_the_planned_moment_the_centre_is_asked_for_nothing_more(opened, people):
    at = confirm(opened, people).closes_at
    closed = centre.close(again(opened), at=at, by=people["supervisor"], now=at, confirmed_by="")
    assert closed.is_over


def test_before_the_planned_moment_somebody_of_annex_1_has_to_have_said_so(opened, people):
    confirm(opened, people)
    facts = {"at": later(400), "by": people["supervisor"], "now": later(400)}
    with pytest.raises(Incomplete) as refused:
        centre.close(again(opened), confirmed_by="", **facts)
    asked = refused.value.faults["confirmed_by"].said_by(lambda msgid: msgid)
    assert "Greet Moons confirmed that it closes on 25/11" in asked and again(opened).status == "closing"
    centre.close(again(opened), confirmed_by="Greet Moons, mail van 09:40", **facts)
    assert Milestone.get(Milestone.status == "closed").note == "Greet Moons, mail van 09:40"


def test_opening_again_within_a_day_keeps_the_file_and_starts_a_new_promise(opened, people):
    by = people["supervisor"]
    centre.close(opened, at=later(400), by=by, now=later(400))
    assert Emergency.get().ended_at
    closing.reopen(again(opened), by=people["mayor"], now=later(900), is_confirmed=True)
    reopened = again(opened)
    assert (reopened.status, reopened.emergency_id, reopened.number) == (
        "requested",
        opened.emergency_id,
        "1771",
    )
    assert Emergency.get().ended_at is None
    assert centre.clock_of(reopened, later(910)).due_at == later(960)
    with pytest.raises(Incomplete):  # the number of the emergency stays the number
        centre.open(reopened, number="1722", opened_at=later(920), by=by, now=later(920))
    centre.open(reopened, number="1771", opened_at=later(920), by=by, now=later(920))
    assert moves.openings(opened) == [(later(40), later(400)), (later(920), None)]
    assert centre.clock_of(again(opened), later(999)).gone_seconds == 20 * 60
    closed = centre.close(again(opened), at=later(999), by=by, now=later(999))
    assert moves.openings(closed)[-1] == (later(920), later(999))


def test_after_a_day_a_new_form_is_written(opened, people):
    closed = centre.close(opened, at=later(400), by=people["supervisor"], now=later(400))
    day = 400 + 24 * 60
    assert closing.may_reopen(closed, later(day)) and not closing.may_reopen(closed, later(day + 1))
    with pytest.raises(WrongMoment):
        closing.reopen(closed, by=people["mayor"], now=later(day + 1), is_confirmed=True)
    with pytest.raises(Refusal):
        closing.reopen(closed, by=people["mayor"], now=later(day), is_confirmed=False)
    assert again(closed).status == "closed"


def test_opening_again_that_the_centre_refuses_leaves_the_file_closed(opened, people):
    centre.close(opened, at=later(400), by=people["supervisor"], now=later(400))
    closing.reopen(again(opened), by=people["mayor"], now=later(500), is_confirmed=True)
    refused = centre.refuse(again(opened), reason="Geen lijnen", by=people["supervisor"], now=later(501))
    assert refused.status == "closed" and moves.openings(refused) == [(later(40), later(400))]
    assert [one.status for one in centre.milestones(refused)][-1] == "refused"
    assert centre.clock_of(refused, later(502)) is None
    assert closing.may_reopen(refused, later(600))


def test_an_exercise_closes_in_the_simulator(people):
    draft = centre.begin(people["town"], by=people["mayor"], now=NIGHT, is_practice=True)
    draft = centre.write(draft, FILLED, by=people["mayor"], now=NIGHT)
    asked = centre.submit(draft, by=people["mayor"], now=NIGHT, password_confirmed=True)
    opened = centre.open(asked, number="1771", opened_at=later(9), by=people["supervisor"], now=later(9))
    confirm(opened, people)
    assert not Message.select().where(~Message.is_practice).exists()
    assert Notice.get().document.filename.startswith("exercise-")
