"""Around a request: the SMS, the call-back, questions and answers, telephone and paper, several towns in one emergency."""

from datetime import date, datetime, timedelta

import pytest

from dispatch.centre import activation as centre
from dispatch.centre import call_backs, emergencies, entering, inquiries
from dispatch.centre import form as annex3
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from models import Activation, Agreement, Audit, CallBack, Emergency, Letter, Message, Milestone, Organisation
from tests import cast
from tests.test_activation import FILLED

NIGHT = datetime(2026, 11, 22, 2, 1, 18)  # 03:01 in Brussels
CALL = {"channel": "telephone", "caller": "Greet Moons, burgemeester", "caller_phone": "0470 00 99 88"}


def later(n):
    return NIGHT + timedelta(minutes=n)


@pytest.fixture
def people(app):
    town, house = cast.municipality_and_centre()
    return {
        "town": town,
        "house": house,
        "mayor": cast.user("authorised_person", town, name="Aïcha Benali"),
        "liaison": cast.user("liaison_officer", town),
        "reader": cast.user("reader", town),
        "supervisor": cast.user("centre_supervisor", house, name="Koen Peeters"),
        "operator": cast.user("operator", house),
    }


def requested(people, town=None, mayor=None, is_practice=False, **fields):
    town, mayor = town or people["town"], mayor or people["mayor"]
    draft = centre.begin(town, by=mayor, now=NIGHT, is_practice=is_practice)
    draft = centre.write(draft, {**FILLED, **fields}, by=mayor, now=NIGHT)
    return centre.submit(draft, by=mayor, now=NIGHT, password_confirmed=True)


def opened(activation, people, minute=20):
    return centre.open(
        activation, number="1771", opened_at=later(minute), by=people["supervisor"], now=later(minute)
    )


# ── The request ─────────────────────────────────────────────────────────


def test_a_request_goes_by_mail_and_by_sms_to_a_centre_with_a_mobile_number(people):
    Organisation.update(phone="0470 11 22 33").where(Organisation.id == people["house"].id).execute()
    activation = requested(people)
    sent = {(mail.channel, mail.address) for mail in centre.mails(activation)}
    assert sent == {("email", "wacht@centre.example"), ("sms", "+32470112233")}
    assert "04:01" in activation.short_letter.body and "Gaslek" in activation.short_letter.body


def test_a_number_that_is_wanted_the_next_day_says_so_in_the_sms_and_the_subject(people):
    Organisation.update(phone="0470 11 22 33").where(Organisation.id == people["house"].id).execute()
    activation = requested(
        people, arrangement="special", opening_hours="dag en nacht", wanted_open_at="23/11 07:30"
    )
    assert "23 november 2026, 07:30" in activation.short_letter.body
    assert "23 november 2026, 07:30" in activation.letter.subject


@pytest.mark.parametrize("phone", ["", "016 00 11 22", "0900 12 345", "geen"])
def test_a_number_that_takes_no_sms_gets_none(people, phone):
    Organisation.update(phone=phone).where(Organisation.id == people["house"].id).execute()
    activation = requested(people)
    assert activation.short_letter is None and [mail.channel for mail in centre.mails(activation)] == [
        "email"
    ]


def test_the_promise_of_the_agreement_is_what_counts(people):
    Agreement.update(promise_minutes=90).execute()
    activation = requested(people)
    assert centre.clock_of(activation, NIGHT).due_at == later(90)
    assert centre.clock_of(activation, later(45)).css == "lit"
    assert centre.clock_of(activation, later(83)).css == "late"


@pytest.mark.parametrize(
    ("calls", "typed", "kept"),
    [
        ("d5d2", "016 00 77 88", "+3216007788"),
        ("d5d2", "1722", "1722"),
        ("d5d2", "", ""),
        ("d5", "016 00 77 88", ""),
    ],
)
def test_the_second_line_for_victims_and_relatives_is_kept_with_the_emergency(people, calls, typed, kept):
    assert requested(people, calls=calls, second_line=typed).emergency.second_line == kept


def test_a_second_line_that_cannot_be_rung_is_said_only_where_it_is_used(people):
    draft = centre.begin(people["town"], by=people["mayor"], now=NIGHT)
    typed = FILLED | {"calls": "d5d2", "second_line": "0470 00 3"}
    draft = centre.write(draft, typed, by=people["mayor"], now=NIGHT)
    assert set(centre.missing(draft)) == {"second_line"}
    draft = centre.write(draft, {"calls": "d5"}, by=people["mayor"], now=NIGHT)
    assert not centre.missing(draft)


# ── Called back ─────────────────────────────────────────────────────────


def test_a_call_back_is_noted_with_who_and_when_and_a_wrong_code_shows(people):
    activation = requested(people)
    call_backs.note(activation, phone="0470 00 30 12", verdict="wrong", by=people["supervisor"], now=later(2))
    assert call_backs.is_wrong(activation)
    noted = CallBack.get()
    assert (noted.phone, noted.at, noted.by) == ("+32470003012", later(2), people["supervisor"])
    call_backs.note(activation, phone="0470 00 30 12", verdict="right", by=people["supervisor"], now=later(4))
    assert not call_backs.is_wrong(activation) and CallBack.select().count() == 2
    assert Audit.select().where(Audit.deed == "activation.called_back").count() == 2


def test_a_call_back_says_what_misses_and_is_the_centres_alone(people):
    activation = requested(people)
    with pytest.raises(Incomplete) as refused:
        call_backs.note(activation, phone="04", verdict="", by=people["supervisor"], now=later(2))
    assert set(refused.value.faults) == {"verdict", "called"}
    for who in ("mayor", "operator"):
        with pytest.raises(NotAllowed):
            call_backs.note(activation, phone="0470003012", verdict="right", by=people[who], now=later(2))
    assert not CallBack.select().exists()


# ── Asked and answered ──────────────────────────────────────────────────


def test_a_question_reaches_the_liaison_officer_and_its_answer_the_centre(people):
    activation = requested(people, liaison_email="aicha@oosterzavel.example")
    before = Message.select().count()
    asked = inquiries.ask(activation, "Hoeveel bussen?", by=people["supervisor"], now=later(3))
    sent = {(m.channel, m.address) for m in Message.select().offset(before).limit(9)}
    assert sent == {
        ("email", "noodplanning@oosterzavel.example"),
        ("email", "aicha@oosterzavel.example"),
        ("sms", "+32470003012"),
    }
    inquiries.answer(asked, "Vier.", by=people["liaison"], now=later(5))
    letter = Letter.select().order_by(Letter.id.desc()).get()
    assert "Vier." in letter.body and "Hoeveel bussen?" in letter.body
    (kept,) = inquiries.of(activation)
    assert (kept.answer, kept.answered_at) == ("Vier.", later(5))


def test_a_question_that_is_pressed_twice_is_asked_once_and_asked_again_later_is_another(people):
    activation = requested(people)
    by = {"by": people["supervisor"]}
    asked = inquiries.ask(activation, "Hoeveel bussen?", now=later(3), **by)
    sent = Message.select().count()
    assert inquiries.ask(activation, "Hoeveel bussen?", now=later(4), **by) == asked
    assert Message.select().count() == sent and inquiries.of(activation) == [asked]
    assert inquiries.ask(activation, "Hoeveel mensen?", now=later(4), **by) != asked
    assert inquiries.ask(activation, "Hoeveel bussen?", now=later(9), **by) != asked


def test_a_question_is_answered_once_and_by_whom_it_concerns(people):
    asked = inquiries.ask(requested(people), "Hoeveel?", by=people["supervisor"], now=later(3))
    for who in ("reader", "supervisor"):
        with pytest.raises(NotAllowed):
            inquiries.answer(asked, "Vier", by=people[who], now=later(4))
    with pytest.raises(Incomplete):
        inquiries.answer(asked, "  ", by=people["mayor"], now=later(4))
    inquiries.answer(asked, "Vier", by=people["mayor"], now=later(5))
    with pytest.raises(WrongMoment):
        inquiries.answer(asked, "Vijf", by=people["liaison"], now=later(6))
    assert inquiries.of(asked.activation)[0].answer == "Vier"


# ── By telephone and on paper ───────────────────────────────────────────


def entered(people, now=None, received_at=NIGHT, typed=FILLED, **facts):
    return entering.enter(
        people["town"],
        typed,
        received_at=received_at,
        by=people["supervisor"],
        now=now or later(25),
        **CALL | facts,
    )


@pytest.mark.parametrize("minutes", [0, 1, 30])
def test_a_request_that_is_entered_twice_is_one(people, minutes):
    first = entered(people)
    sent = Message.select().count()
    assert entered(people, now=later(25 + minutes)) == first
    assert (Activation.select().count(), Emergency.select().count()) == (1, 1)
    assert Message.select().count() == sent


def test_another_request_from_the_same_moment_is_another(people):
    first = entered(people)
    for facts in ({"channel": "paper"}, {"is_practice": True}, {"caller": "Bart Moons"}):
        assert entered(people, **facts) != first
    centre.refuse(first, reason="Niet van hen.", by=people["supervisor"], now=later(26))
    assert entered(people, now=later(30)) != first


def test_a_request_by_telephone_counts_from_the_moment_of_the_call(people):
    activation = entered(people)
    assert (activation.status, activation.channel) == ("requested", "telephone")
    receipt = Milestone.get()
    assert (receipt.at, receipt.recorded_at, receipt.by) == (NIGHT, later(25), people["supervisor"])
    assert centre.clock_of(activation, later(25)).left_seconds == 35 * 60
    assert activation.emergency.began_at == NIGHT
    assert Audit.get(Audit.deed == "activation.entered").facts == {"channel": "telephone"}


def test_the_municipality_hears_at_once_that_somebody_asked_in_its_name(people):
    entered(people)
    to = {(m.channel, m.address) for m in Message.select()}
    assert {("email", "noodplanning@oosterzavel.example"), ("sms", "+32470003012")} <= to
    assert any("Greet Moons" in letter.body for letter in Letter.select())


def test_what_misses_in_a_request_by_telephone_is_said_by_field(people):
    with pytest.raises(Incomplete) as refused:
        entering.enter(
            None,
            {},
            channel="page",
            caller="",
            caller_phone="x",
            received_at=None,
            by=people["supervisor"],
            now=NIGHT,
        )
    wanted = {
        "municipality",
        "channel",
        "caller",
        "caller_phone",
        "received_at",
        "emergency",
        "liaison_phone",
    }
    assert wanted <= set(refused.value.faults)
    assert not Activation.select().exists() and not Message.select().exists()


@pytest.mark.parametrize("minutes", [26, -8 * 24 * 60])
def test_a_call_was_not_tomorrow_and_not_last_week(people, minutes):
    with pytest.raises(Incomplete) as refused:
        entered(people, now=later(20), received_at=later(minutes))
    assert "received_at" in refused.value.faults


def test_the_agreement_had_to_be_valid_when_the_call_came(people):
    Agreement.update(begins_on=date(2026, 11, 23)).execute()
    with pytest.raises(Incomplete) as refused:
        entered(people, now=datetime(2026, 11, 23, 8, 0))
    assert set(refused.value.faults) == {"municipality"}


def test_only_a_supervisor_of_a_centre_enters_and_only_for_its_clients(people):
    with pytest.raises(NotAllowed):
        entering.enter(people["town"], FILLED, received_at=NIGHT, by=people["operator"], now=NIGHT, **CALL)
    other = cast.user("centre_supervisor", cast.organisation("Contactcenter Zuid", "contact_centre"))
    with pytest.raises(Incomplete):
        entering.enter(people["town"], FILLED, received_at=NIGHT, by=other, now=NIGHT, **CALL)
    assert entering.clients(people["house"], NIGHT) == [people["town"]]


# ── Several towns ───────────────────────────────────────────────────────


@pytest.fixture
def neighbours(people):
    second = cast.another_town("Westerzavel", people["house"])
    return requested(people), requested(people, second, cast.user("authorised_person", second))


def join(activation, emergency, people, **facts):
    return emergencies.join(
        Activation.get_by_id(activation.id), emergency, by=people["supervisor"], now=later(5), **facts
    )


def test_two_towns_share_an_emergency_and_its_number(people, neighbours):
    first, second = neighbours
    assert emergencies.open_to(second) == [first.emergency]
    join(second, first.emergency, people)
    opened(Activation.get_by_id(first.id), people)
    with pytest.raises(Incomplete) as refused:
        centre.open(
            Activation.get_by_id(second.id),
            number="1722",
            opened_at=later(21),
            by=people["supervisor"],
            now=later(21),
        )
    assert set(refused.value.faults) == {"number"}
    opened(Activation.get_by_id(second.id), people)
    assert [one.municipality.name for one in emergencies.towns(first.emergency)] == [
        "Oosterzavel",
        "Westerzavel",
    ]
    assert Emergency.get_by_id(second.emergency_id).ended_at  # its own, where nobody is any more


def test_a_joining_is_undone_until_the_number_opens(people, neighbours):
    first, second = neighbours
    own = second.emergency
    join(second, first.emergency, people)
    emergencies.leave(second, by=people["supervisor"], now=later(6))
    again = Activation.get_by_id(second.id)
    assert (again.emergency, again.joined_from) == (own, None)
    assert Emergency.get_by_id(own.id).ended_at is None
    join(second, first.emergency, people)
    opened(Activation.get_by_id(second.id), people)
    with pytest.raises(WrongMoment):
        emergencies.leave(second, by=people["supervisor"], now=later(22))


def test_an_emergency_goes_on_until_its_last_town_has_closed(people, neighbours):
    first, second = neighbours
    join(second, first.emergency, people)
    for one in neighbours:
        opened(Activation.get_by_id(one.id), people)
    facts = {"by": people["supervisor"], "now": later(90), "at": later(90)}
    centre.close(Activation.get_by_id(first.id), **facts)
    assert Emergency.get_by_id(first.emergency_id).ended_at is None
    centre.close(Activation.get_by_id(second.id), **facts)
    assert Emergency.get_by_id(first.emergency_id).ended_at == later(90)


def test_an_exercise_never_joins_something_real_nor_the_other_way_round(people):
    real, exercise = requested(people), requested(people, is_practice=True)
    for one, other in ((real, exercise), (exercise, real)):
        with pytest.raises(Refusal):
            join(one, other.emergency, people)


def test_a_number_that_was_typed_wrong_is_mended_for_every_town_that_shares_it(people, neighbours):
    first, second = neighbours
    join(second, first.emergency, people)
    by = people["supervisor"]
    for one in neighbours:
        centre.open(Activation.get_by_id(one.id), number="1717", opened_at=later(20), by=by, now=later(20))
    before = Letter.select().count()
    mended = centre.renumber(
        Activation.get_by_id(second.id), number="1771", seen="1717", by=by, now=later(25)
    )
    assert {one.number for one in Activation.select()} == {"1771"} == {mended.emergency.number}
    told = [
        letter.subject
        for letter in Letter.select().order_by(Letter.id).offset(before).limit(99)
        if letter.subject
    ]
    assert len(told) == 2 and all("1771" in subject and "1717" in subject for subject in told)
    assert [row.facts for row in Audit.select().where(Audit.deed == "activation.renumbered")] == [
        {"number": "1771", "old": "1717"}
    ] * 2
    for facts in ({"seen": "1717"}, {"seen": "1772"}):  # a colleague was first
        with pytest.raises(WrongMoment):
            centre.renumber(mended, number="1773", by=by, now=later(26), **facts)
    for number in ("x", "1771"):
        with pytest.raises(Incomplete):
            centre.renumber(mended, number=number, seen="1771", by=by, now=later(26))
    with pytest.raises(NotAllowed):
        centre.renumber(mended, number="1773", seen="1771", by=people["mayor"], now=later(26))


def test_before_the_number_opens_and_after_it_closed_there_is_none_to_mend(people):
    activation, by = requested(people), people["supervisor"]
    with pytest.raises(WrongMoment):
        centre.renumber(activation, number="1771", seen="", by=by, now=later(3))
    shut = centre.close(opened(activation, people), at=later(90), by=by, now=later(90))
    with pytest.raises(WrongMoment):
        centre.renumber(shut, number="1772", seen="1771", by=by, now=later(95))


def test_of_two_numbers_given_to_one_emergency_at_once_the_second_is_refused(people, neighbours):
    first, second = neighbours
    join(second, first.emergency, people)
    read_before = Activation.get_by_id(second.id)
    assert read_before.emergency.number == ""
    opened(Activation.get_by_id(first.id), people)
    with pytest.raises(WrongMoment):
        centre.open(read_before, number="1772", opened_at=later(20), by=people["supervisor"], now=later(20))
    assert Activation.get_by_id(second.id).status == "requested"


def test_an_open_number_an_ended_emergency_or_another_centres_is_not_joined(people, neighbours):
    first, second = neighbours
    centre.refuse(first, reason="Dubbel", by=people["supervisor"], now=later(2))
    with pytest.raises(Refusal):
        join(second, first.emergency, people)
    other = cast.organisation("Contactcenter Zuid", "contact_centre")
    theirs = Emergency.create(centre=other, name="Elders", is_practice=False, began_at=NIGHT)
    with pytest.raises(Refusal):
        join(second, theirs, people)
    opened(Activation.get_by_id(second.id), people)
    third = Emergency.create(centre=people["house"], name="Hier", is_practice=False, began_at=NIGHT)
    with pytest.raises(WrongMoment):
        join(second, third, people)
    with pytest.raises(NotAllowed):
        emergencies.join(second, third, by=people["mayor"], now=later(30))


def test_the_second_line_comes_along_where_the_others_have_none(people):
    second = cast.another_town("Westerzavel", people["house"])
    mayor = cast.user("authorised_person", second)
    first, other = requested(people), requested(people, second, mayor, calls="d5d2", second_line="1722")
    join(other, first.emergency, people)
    assert Emergency.get_by_id(first.emergency_id).second_line == "1722"


def test_every_fault_of_annex_3_has_a_name(people):
    assert set(annex3.FIELDS) <= set(annex3.NAMES)
