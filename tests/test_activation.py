from datetime import date, datetime, timedelta
from io import BytesIO

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

import app as belfort
from dispatch.centre import activation as centre
from dispatch.centre import annexes, preparation, two_hands
from dispatch.centre import form as annex3
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.sending import due
from models import Activation, Agreement, Audit, Document, Letter, Message, Milestone
from tests import cast
from tests.servers import smtp_server

NIGHT = datetime(2026, 11, 22, 2, 1, 18)  # 03:01 in Brussels
FILLED = {
    "emergency": "Gaslek na graafwerken",
    "place": "Stationsstraat",
    "description": "Leiding geraakt om 02:20. Brandweer ter plaatse.",
    "phase": "municipal",
    "declared_by": "Greet Moons, burgemeester",
    "declared_at": "02:51",
    "recommendations": "Ramen en deuren dicht.",
    "liaison_name": "Aïcha Benali",
    "liaison_phone": "0470 00 30 12",
}


@pytest.fixture
def people(app):
    town, house = cast.municipality_and_centre()
    return {
        "town": town,
        "house": house,
        "by": cast.user("authorised_person", town, name="Aïcha Benali"),
        "supervisor": cast.user("centre_supervisor", house, name="Koen Peeters"),
    }


def begun(people, **facts):
    return centre.begin(people["town"], by=people["by"], now=NIGHT, **facts)


def filled(people, is_practice=False, **fields):
    draft = begun(people, is_practice=is_practice)
    return centre.write(draft, {**FILLED, **fields}, by=people["by"], now=NIGHT)


def requested(people, **facts):
    return centre.submit(filled(people, **facts), by=people["by"], now=NIGHT, password_confirmed=True)


def later(n):
    return NIGHT + timedelta(minutes=n)


# Beginning


def test_a_form_begins_with_what_is_known(people):
    form = begun(people).form
    assert form["liaison_name"] == "Aïcha Benali"
    assert form["liaison_phone"] == "0470 00 30 12"
    assert (form["arrangement"], form["operators"], form["calls"]) == ("ordinary", "4", "d5")


def test_the_call_back_code_has_four_digits(people):
    assert all(len(begun(people).callback_code) == 4 for _ in range(3))


@pytest.mark.parametrize("is_practice", [False, True])
def test_without_a_valid_agreement_nothing_begins_not_even_an_exercise(people, is_practice):
    Agreement.update(ends_on=date(2026, 11, 21)).execute()
    with pytest.raises(Refusal, match="no agreement"):
        begun(people, is_practice=is_practice)
    assert not Activation.select().exists()


def test_an_agreement_is_valid_by_the_calendar_of_brussels(people):
    Agreement.update(begins_on=date(2026, 11, 22)).execute()
    half_past_midnight = datetime(2026, 11, 21, 23, 30)
    assert centre.valid_agreement(people["town"], half_past_midnight)
    assert not centre.valid_agreement(people["town"], half_past_midnight - timedelta(hours=1))


def test_only_an_authorised_person_of_the_municipality_begins(people):
    other = cast.organisation("Hertsdonk", "municipality")
    for person in (
        people["supervisor"],
        cast.user("authorised_person", other),
        cast.user("reader", people["town"]),
    ):
        with pytest.raises(NotAllowed):
            centre.begin(people["town"], by=person, now=NIGHT)


def test_the_recommendations_of_the_last_request_come_along_with_their_day(people):
    requested(people)
    draft = begun(people)
    assert draft.form["recommendations"] == "Ramen en deuren dicht."
    assert annex3.recommended_on(draft.form) == date(2026, 11, 22)
    draft = centre.write(draft, {"recommendations": "Kook het water."}, by=people["by"], now=NIGHT)
    assert annex3.recommended_on(draft.form) is None


def test_what_was_prepared_comes_along_before_what_was_said_the_last_time(people):
    requested(people)
    town, by = people["town"], people["by"]
    preparation.write_basics(town, "", "Luister naar de radio.", by=by, now=NIGHT)
    draft = begun(people)
    assert draft.form["recommendations"] == "Luister naar de radio."
    assert annex3.recommended_on(draft.form) is None


def test_who_is_not_named_in_annex_1_neither_begins_nor_closes(people):
    other = cast.user("authorised_person", people["town"], email="tom@oosterzavel.example", name="Tom Geerts")
    named = annexes.Person(name="Tom Geerts", function="schepen", ways=("+32470003013",), user=other.id)
    persons = annexes.as_content([named])
    annexes.add(Agreement.get(), 1, from_on=date(2026, 1, 5), content=persons, by=other, now=NIGHT)
    with pytest.raises(NotAllowed):
        begun(people)
    assert centre.begin(people["town"], by=other, now=NIGHT)


# Writing


def test_two_fields_saved_from_the_same_old_page_both_stay(people):
    page = begun(people)
    centre.write(page, {"emergency": "Gaslek"}, by=people["by"], now=NIGHT)
    after = centre.write(page, {"place": "Markt"}, by=people["by"], now=NIGHT)
    assert (after.form["emergency"], after.form["place"]) == ("Gaslek", "Markt")


def test_a_whole_form_of_an_old_page_does_not_write_over_what_another_hand_typed(people):
    page = centre.write(begun(people), FILLED, by=people["by"], now=NIGHT)
    shown = {name: two_hands.mark(page.form, name) for name in page.form}
    centre.write(page, {"recommendations": "Kook het water."}, by=people["by"], now=NIGHT)
    after = centre.write(page, {**FILLED, "place": "Markt"}, by=people["by"], now=NIGHT, shown=shown)
    assert (after.form["recommendations"], after.form["place"]) == ("Kook het water.", "Markt")


def test_a_field_that_two_changed_is_written_by_neither_unseen(people):
    page = centre.write(begun(people), FILLED, by=people["by"], now=NIGHT)
    shown = {name: two_hands.mark(page.form, name) for name in page.form}
    centre.write(page, {"recommendations": "Kook het water."}, by=people["by"], now=NIGHT, shown=shown)
    mine = {"recommendations": "Blijf binnen.", "place": "Markt"}
    with pytest.raises(two_hands.TwoHands) as told:
        centre.write(page, mine, by=people["by"], now=NIGHT, shown=shown)
    assert told.value.names == ["recommendations"]
    kept = Activation.get_by_id(page.id).form
    assert (kept["recommendations"], kept["place"]) == ("Kook het water.", FILLED["place"])
    same = {"recommendations": "Kook het water. "}  # who typed the same is in nobody's way
    centre.write(page, same, by=people["by"], now=NIGHT, shown=shown)


def test_what_is_typed_wrong_is_kept_as_typed(people):
    after = centre.write(begun(people), {"liaison_phone": "0470 00 3"}, by=people["by"], now=NIGHT)
    assert after.form["liaison_phone"] == "0470 00 3"
    assert "too short" in str(centre.missing(after)["liaison_phone"])


def test_a_submitted_form_is_never_written_again(people):
    activation = requested(people)
    with pytest.raises(WrongMoment):
        centre.write(activation, {"place": "Elders"}, by=people["by"], now=NIGHT)
    assert Activation.get().form["place"] == "Stationsstraat"


def test_an_unknown_field_is_not_kept(people):
    after = centre.write(begun(people), {"status": "open", "password": "x"}, by=people["by"], now=NIGHT)
    assert not {"status", "password"} & set(after.form)


def test_a_form_in_order_misses_only_the_password(people):
    draft = filled(people)
    assert centre.missing(draft) == {}
    assert [section.key for section in centre.sections(draft) if not section.is_done] == ["identity"]


def test_the_missing_things_are_said_by_name_in_the_readers_words(people):
    note = next(section.note for section in centre.sections(begun(people)) if section.key == "emergency")
    assert str(note) == "Missing: what happened, where, description for the operators"


def test_without_a_municipal_phase_the_centre_cannot_open(people):
    draft = filled(people, phase="none", declared_by="", declared_at="")
    assert {name: str(said) for name, said in centre.missing(draft).items()} == {
        "phase": "Without a municipal phase the centre cannot open."
    }


def test_a_deputy_may_be_left_out_but_not_by_half(people):
    assert "deputy_phone" in centre.missing(filled(people, deputy_name="Tom Geerts"))
    assert "deputy_name" in centre.missing(filled(people, deputy_phone="0470 00 30 13"))
    assert not centre.missing(filled(people, deputy_name="Tom Geerts", deputy_phone="0470 00 30 13"))


def test_a_special_arrangement_asks_for_its_fields(people):
    draft = filled(people, arrangement="special", operators="", languages=[])
    assert set(centre.missing(draft)) == {"opening_hours", "operators", "languages"}


@pytest.mark.parametrize("operators", ["0", "-3", "vier", "4,5", "401", "9" * 5000])
def test_a_number_of_operators_is_a_number(people, operators):
    assert "operators" in centre.missing(
        filled(people, arrangement="special", opening_hours="dag en nacht", operators=operators)
    )


def test_a_forged_choice_counts_as_none(people):
    assert "phase" in centre.missing(filled(people, phase="federal"))


# Hours as people write them


@pytest.mark.parametrize(
    "typed",
    [
        "02:51",
        "2:51",
        "02.51",
        "2u51",
        "02h51",
        "2 u 51",
        "02.51 u",
        "02:51 uur",
        "2 Uhr 51",
        "02.51 Uhr",
        "22/11 02:51",
        "22.11. 02:51",
        "22.11.2026 2.51 Uhr",
        "22-11-2026 2:51",
        "2026-11-22T02:51",
    ],
)
def test_an_hour_is_read_however_it_is_written(typed):
    assert annex3.moment(typed, NIGHT) == datetime(2026, 11, 22, 1, 51)


@pytest.mark.parametrize(
    "typed", ["", "nu", "25:00", "02:71", "31/02 02:51", "2026-13-01 02:51", "02:51:99", "kwart voor drie"]
)
def test_what_is_no_hour_is_not_guessed(typed):
    assert annex3.moment(typed, NIGHT) is None


def test_an_hour_before_midnight_typed_after_it_is_of_yesterday():
    assert annex3.moment("23:50", datetime(2026, 11, 21, 23, 10)) == datetime(2026, 11, 21, 22, 50)


def test_an_hour_of_declaring_is_never_still_to_come():
    afternoon = datetime(2026, 11, 23, 15, 20)
    assert annex3.moment("23:30", afternoon, is_past=True) == datetime(2026, 11, 22, 22, 30)
    assert annex3.moment("18:19", afternoon, is_past=True) == datetime(
        2026, 11, 23, 17, 19
    )  # a slip, refused
    assert annex3.moment("00:10", afternoon, is_past=True) == datetime(2026, 11, 22, 23, 10)
    assert annex3.moment("16:22", afternoon, is_past=True) == datetime(2026, 11, 23, 15, 22)


def test_an_hour_that_would_be_of_long_ago_is_asked_about_until_the_day_is_written(people):
    late = NIGHT + timedelta(hours=18, minutes=48)  # 21:49 in Brussels
    draft = centre.write(filled(people), {"declared_at": "23:59"}, by=people["by"], now=late)
    assert "this is 21/11 23:59" in str(centre.missing(draft)["declared_at"])
    draft = centre.write(draft, {"declared_at": "21/11 23:59"}, by=people["by"], now=late)
    assert "declared_at" not in centre.missing(draft)
    draft = centre.write(draft, {"declared_at": "10:00"}, by=people["by"], now=late)
    assert "declared_at" not in centre.missing(draft)


def test_an_hour_keeps_the_day_on_which_it_was_typed(people):
    draft = filled(people)
    the_day_after = centre.write(
        draft, {"declared_at": "02:51"}, by=people["by"], now=NIGHT + timedelta(hours=20)
    )
    assert annex3.typed_moment(the_day_after.form, "declared_at") == datetime(2026, 11, 22, 1, 51)


def test_a_declaration_that_has_not_come_yet_is_refused_until_it_has(people):
    draft = filled(people, declared_at="03:30")
    assert "not come yet" in str(centre.missing(draft)["declared_at"])
    assert not centre.missing(centre.write(draft, {"declared_at": "03:30"}, by=people["by"], now=later(45)))


@hypothesis.settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_no_text_at_all_breaks_the_reading_of_an_hour(typed):
    meant = annex3.moment(typed, NIGHT)
    assert meant is None or isinstance(meant, datetime)
    faults = annex3.faults(
        {
            **FILLED,
            "declared_at": typed,
            "typed_at": {"declared_at": NIGHT.isoformat()},
            "liaison_phone": typed,
        }
    )
    assert meant or not typed.strip() or "declared_at" in faults


# Submitting


def test_submitting_stamps_the_receipt_makes_the_paper_and_posts_it(people):
    activation = requested(people)
    assert activation.status == "requested"
    receipt = Milestone.get()
    assert (receipt.status, receipt.at, receipt.by) == ("requested", NIGHT, people["by"])
    mail = Message.get()
    assert (mail.address, mail.letter, mail.is_practice) == ("wacht@centre.example", activation.letter, False)
    assert mail.letter.page == f"/activations/{activation.id}"
    words = words_of(bytes(activation.document.content))
    for said in (
        "Stationsstraat",
        "Greet Moons",
        "0470 00 30 12",
        activation.callback_code,
        "03:01",
        "04:01",
    ):
        assert said in words
    assert Audit.get(Audit.deed == "activation.requested").subject == f"activation:{activation.id}"


def test_a_second_press_requests_nothing_twice(people):
    draft = filled(people)
    centre.submit(draft, by=people["by"], now=NIGHT, password_confirmed=True)
    with pytest.raises(WrongMoment):
        centre.submit(draft, by=people["by"], now=NIGHT, password_confirmed=True)
    assert (Message.select().count(), Document.select().count(), Milestone.select().count()) == (1, 1, 1)


def test_an_incomplete_form_names_everything_and_changes_nothing(people):
    with pytest.raises(Incomplete) as refused:
        centre.submit(begun(people), by=people["by"], now=NIGHT, password_confirmed=False)
    assert {"emergency", "place", "description", "phase", "recommendations", "password"} <= set(
        refused.value.faults
    )
    assert Activation.get().is_draft and not Letter.select().exists()


def test_an_agreement_that_ended_since_the_draft_stops_the_request(people):
    draft = filled(people)
    Agreement.update(ends_on=date(2026, 11, 21)).execute()
    with pytest.raises(Refusal, match="no agreement"):
        centre.submit(draft, by=people["by"], now=NIGHT, password_confirmed=True)


def test_a_field_saved_while_the_paper_was_made_is_on_the_paper(people, monkeypatch):
    draft = filled(people)
    made = centre.request.paper

    def slowly(*args, **facts):
        monkeypatch.setattr(centre.request, "paper", made)
        paper = made(*args, **facts)
        centre.write(draft, {"place": "Veldlaan"}, by=people["by"], now=NIGHT)
        return paper

    monkeypatch.setattr(centre.request, "paper", slowly)
    activation = centre.submit(draft, by=people["by"], now=NIGHT, password_confirmed=True)
    assert "Veldlaan" in words_of(bytes(activation.document.content))


def test_a_request_without_an_address_of_the_centre_still_arrives_on_its_page(people):
    people["house"].email = ""
    people["house"].save()
    activation = requested(people)
    assert activation.awaits_opening and activation.letter is None and centre.mails(activation) == []


def test_an_exercise_is_marked_and_its_mail_goes_nowhere_real(people):
    activation = requested(people, is_practice=True)
    letter = activation.letter
    assert letter.is_practice and Message.get().is_practice
    assert "EXERCISE" in letter.subject or "OEFENING" in letter.subject
    assert activation.document.filename.startswith("exercise-")


def test_a_wanted_opening_later_than_the_hour_moves_the_promise(people):
    activation = requested(
        people, arrangement="special", opening_hours="07:00 tot 22:00", wanted_open_at="07:00"
    )
    assert centre.clock_of(activation, NIGHT).due_at == datetime(2026, 11, 22, 6, 0)


def test_the_letter_is_carried_by_the_pump_like_every_message(people, app):
    activation = requested(people)
    app.extensions["jobs"].pump.tick()
    assert [mail.status for mail in centre.mails(activation)] == ["accepted"]


# The centre


def test_the_centre_acknowledges_opens_and_closes(people):
    by = people["supervisor"]
    activation = centre.acknowledge(requested(people), by=by, now=later(3))
    activation = centre.open(activation, number="1771", opened_at=later(46), by=by, now=later(47))
    assert (activation.status, activation.number) == ("open", "1771")
    activation = centre.close(activation, at=later(300), by=by, now=later(300))
    assert activation.is_over
    assert [one.status for one in centre.milestones(activation)] == [
        "requested",
        "acknowledged",
        "open",
        "closed",
    ]
    assert centre.clock_of(activation, later(400)).is_kept


def test_the_number_may_be_opened_without_an_acknowledgement(people):
    activation = centre.open(
        requested(people), number="016 00 17 71", opened_at=later(9), by=people["supervisor"], now=later(9)
    )
    assert activation.number == "+3216001771"


@pytest.mark.parametrize("deed", ["acknowledge", "refuse"])
def test_a_deed_of_the_centre_is_done_once(people, deed):
    facts = {"reason": "Geen operatoren"} if deed == "refuse" else {}
    activation = requested(people)
    getattr(centre, deed)(activation, by=people["supervisor"], now=later(1), **facts)
    with pytest.raises(WrongMoment):
        getattr(centre, deed)(activation, by=people["supervisor"], now=later(2), **facts)


@pytest.mark.parametrize(("opened", "field"), [(None, "opened_at"), (-2, "opened_at"), (60, "opened_at")])
def test_the_opening_is_after_the_receipt_and_not_in_the_future(people, opened, field):
    opened_at = None if opened is None else later(opened)
    with pytest.raises(Incomplete) as refused:
        centre.open(
            requested(people), number="ring ons", opened_at=opened_at, by=people["supervisor"], now=later(30)
        )
    assert set(refused.value.faults) == {"number", field}


def test_an_opening_written_in_the_minute_of_the_receipt_counts_from_the_receipt(people):
    at = NIGHT.replace(second=0)
    activation = centre.open(
        requested(people), number="1771", opened_at=at, by=people["supervisor"], now=later(1)
    )
    assert Milestone.get(Milestone.status == "open").at == NIGHT
    assert centre.clock_of(activation, later(2)).gone_seconds == 0


def test_a_refusal_needs_its_reason(people):
    with pytest.raises(Incomplete):
        centre.refuse(requested(people), reason="  ", by=people["supervisor"], now=later(1))
    activation = centre.refuse(
        Activation.get(), reason="Alle lijnen bezet", by=people["supervisor"], now=later(1)
    )
    assert activation.is_over and centre.milestones(activation)[-1].note == "Alle lijnen bezet"


def test_only_the_centre_of_the_agreement_answers(people):
    activation = requested(people)
    elsewhere = cast.user("centre_supervisor", cast.organisation("Contactcenter Zuid", "contact_centre"))
    for person in (elsewhere, people["by"]):
        with pytest.raises(NotAllowed):
            centre.acknowledge(activation, by=person, now=later(1))
    with pytest.raises(WrongMoment):
        centre.acknowledge(begun(people), by=people["supervisor"], now=later(1))


def test_each_sees_their_own_and_the_centre_never_a_draft(people):
    draft, real = begun(people), requested(people)
    elsewhere = cast.user("authorised_person", cast.organisation("Hertsdonk", "municipality"))
    assert {one.id for one in centre.seen_by(people["by"])} == {draft.id, real.id}
    assert {one.id for one in centre.seen_by(people["supervisor"])} == {real.id}
    assert not list(centre.seen_by(elsewhere))


# A real mail server


@pytest.mark.loopback
def test_the_form_arrives_once_in_the_mailbox_of_the_centre_as_pdf(settings):
    with smtp_server() as room:
        application = belfort.build_app({**settings, "BELFORT_EMAIL": f"smtp://{room.host}:{room.port}"})
        with belfort.models.database.connection_context():
            town, house = cast.municipality_and_centre()
            people = {"town": town, "house": house, "by": cast.user("authorised_person", town)}
            activation = requested(people, emergency="Brand\r\nBcc: x@y.example")
            for _ in range(3):
                application.extensions["jobs"].pump.tick()
            assert [mail.status for mail in centre.mails(activation)] == ["accepted"]
        application.extensions["roads"].close()
    (letter,) = room.letters
    assert letter.recipients == ["wacht@centre.example"]
    (paper,) = letter.parsed.iter_attachments()
    assert paper.get_content_type() == "application/pdf"
    assert "Stationsstraat" in words_of(paper.get_content())
    assert not letter.parsed["Bcc"]


def words_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_messages_of_a_letter_are_counted_for_no_campaign(people):
    requested(people)
    assert due.letters("email", NIGHT, is_practice=False)
