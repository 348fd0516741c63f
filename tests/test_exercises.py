"""Exercises: four weeks ahead or an exception in writing, agreed by both, played on their day, findings sent on."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch import clock
from dispatch.centre import activation as centre
from dispatch.centre import evaluation, exercise_terms, exercises, lessons
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from models import (
    Activation,
    Agreement,
    Document,
    Exercise,
    Inject,
    Lesson,
    Message,
    Notice,
    Organisation,
    User,
)
from tests import cast, exercising, reckoning, town
from tests.cast import NOON
from tests.exercising import DAY

MINUTE = timedelta(minutes=1)
FULL = dict.fromkeys(evaluation.QUESTIONS, "4")


@pytest.fixture
def signed_in(signed_in):
    """Everybody here reads English, as the sentences below do."""

    def sign_in(user):
        User.update(language="en").where(User.id == user.id).execute()
        return signed_in(User.get_by_id(user.id))

    return sign_in


@pytest.fixture
def sides(app):
    municipality, contact = cast.municipality_and_centre()
    return town.user("authorised_person", municipality), town.user("centre_supervisor", contact)


@pytest.fixture
def mayor(sides):
    return sides[0]


@pytest.fixture
def supervisor(sides):
    return sides[1]


@pytest.fixture
def service(app):
    return cast.organisation(
        "Crisiscentrum", "federal_service", language="fr", email="exercices@crisis.example"
    )


def words_of(document: Document) -> str:
    pages = PdfReader(BytesIO(bytes(document.content))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# ── Asking ──────────────────────────────────────────────────────────────


def test_the_first_possible_day_is_four_weeks_from_today(mayor):
    assert exercise_terms.first_day(NOON) == date(2026, 12, 21)
    assert exercising.ask(mayor).status == "asked"
    with pytest.raises(Incomplete) as refusal:
        exercising.ask(mayor, day="2026-12-20")
    assert "21/12/2026" in str(refusal.value.faults["day"])
    assert Exercise.select().count() == 1


def test_an_exercise_that_is_asked_by_two_presses_is_one(mayor):
    assert exercising.ask(mayor) == exercising.ask(mayor) != exercising.ask(mayor, name="Anders")


def test_the_day_that_counts_is_the_day_of_brussels(mayor):
    late_evening = NOON.replace(hour=23, minute=30)  # 00:30 on the 24th in Brussels
    with pytest.raises(Incomplete):
        exercising.ask(mayor, late_evening)
    assert exercising.ask(mayor, late_evening, day="2026-12-22").status == "asked"


def test_what_cannot_be_read_has_its_sentence(mayor):
    wrong = {"name": " ", "operators": "veel", "day": "morgen"}
    with pytest.raises(Incomplete) as refusal:
        exercising.ask(mayor, **wrong)
    assert set(refusal.value.faults) == {"name", "operators", "day"}


def test_an_exercise_past_midnight_ends_the_next_day(mayor):
    made = exercising.ask(mayor, begins="22:00", ends="01:00")
    assert made.ends_at - made.begins_at == timedelta(hours=3)


def test_after_the_end_of_the_agreement_there_is_no_exercise(mayor):
    Agreement.update(ends_on=date(2026, 12, 20)).execute()
    with pytest.raises(Incomplete) as refusal:
        exercising.ask(mayor)
    assert "does not hold" in str(refusal.value.faults["day"])


def test_sooner_is_an_exception_that_the_centre_gives_in_writing(mayor, supervisor):
    made = exercising.ask(mayor, day="2026-12-01", exception_why="De Seveso-inspectie komt op 3 december.")
    assert made.status == "late"
    with pytest.raises(WrongMoment):
        exercise_terms.plan(made, exercising.INJECTS[0], by=supervisor, now=NOON)
    with pytest.raises(Refusal):
        exercise_terms.allow(made, " ", by=supervisor, now=NOON)
    with pytest.raises(NotAllowed):
        exercise_terms.allow(made, "Goed.", by=mayor, now=NOON)
    exercise_terms.allow(made, "Er zijn die dag vier operatoren vrij.", by=supervisor, now=NOON)
    made = Exercise.get()
    assert made.status == "asked" and made.notice.kind == "exercise"
    assert "Seveso-inspectie" in words_of(made.notice.document)
    assert "vier operatoren vrij" in words_of(made.notice.document)
    assert Message.select().where(Message.letter == made.notice.letter_id).count() == 1


def test_the_centre_refuses_with_a_reason(mayor, supervisor):
    made = exercising.ask(mayor)
    exercise_terms.refuse(made, "Volzet.", by=supervisor, now=NOON)
    assert Exercise.get().is_over and Exercise.get().ended_why == "Volzet."
    with pytest.raises(WrongMoment):
        exercise_terms.withdraw(made, by=mayor, now=NOON)


# ── The specific agreement ──────────────────────────────────────────────


def test_it_is_agreed_once_both_sides_have_confirmed_and_the_paper_holds_it_all(mayor, supervisor):
    made = exercising.agreed(mayor, supervisor)
    assert made.status == "agreed"
    said = words_of(made.document)
    for words in (
        "Oosterzavel",
        "Contactcenter Noord",
        "21 december 2026",
        "drie doden",
        "Authorised Person",
    ):
        assert words in said, words
    assert Message.select().where(Message.letter.is_null(False)).count() == 3  # asked, and the paper to both
    # A Monday by day: the fee, twelve quarter hours of four, four more of the minimum opening.
    assert made.mills == 250_000 + 4 * 16 * 11_125


def test_the_expected_costs_are_what_such_an_emergency_costs(mayor, supervisor):
    from dispatch.centre import costs

    made = exercising.agreed(mayor, supervisor)
    where = reckoning.emergency(supervisor.organisation, DAY)
    reckoning.activation(where, made.agreement, DAY, made.ends_at)
    for one in reckoning.operators(supervisor.organisation, made.operators):
        reckoning.present(where, one, DAY, made.ends_at)
    assert costs.bill(where, made.ends_at).mills == made.mills


def test_from_the_first_word_on_the_terms_are_frozen(mayor, supervisor):
    reckoning.tariff(Agreement.get())
    made = exercising.ask(mayor)
    inject = exercise_terms.plan(made, exercising.INJECTS[0], by=mayor, now=NOON)
    exercise_terms.confirm(made, by=mayor, now=NOON, is_confirmed=True)
    with pytest.raises(WrongMoment):
        exercise_terms.plan(made, exercising.INJECTS[1], by=supervisor, now=NOON)
    with pytest.raises(WrongMoment):
        exercise_terms.drop(inject, by=supervisor, now=NOON)
    with pytest.raises(WrongMoment):
        exercise_terms.confirm(made, by=mayor, now=NOON, is_confirmed=True)


def test_without_identity_or_without_a_tariff_nothing_is_confirmed(mayor, supervisor):
    made = exercising.ask(mayor)
    with pytest.raises(Refusal):
        exercise_terms.confirm(made, by=mayor, now=NOON, is_confirmed=True)
    reckoning.tariff(Agreement.get())
    with pytest.raises(NotAllowed):
        exercise_terms.confirm(made, by=mayor, now=NOON, is_confirmed=False)
    assert not Exercise.get().signed_at


def test_who_died_between_the_second_word_and_the_paper_is_helped_by_the_next_look(mayor, supervisor):
    made = exercising.agreed(mayor, supervisor)
    Exercise.update(status="asked", document=None).execute()
    assert exercise_terms.settle(Exercise.get(), now=NOON).status == "agreed"
    before = Document.select().count()
    assert exercise_terms.settle(Exercise.get_by_id(made.id), now=NOON).document_id
    assert Document.select().count() == before


# ── The day itself ──────────────────────────────────────────────────────


def test_it_runs_on_its_own_day_only_and_as_practice(mayor, supervisor):
    made = exercising.agreed(mayor, supervisor)
    for wrong in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        with pytest.raises(Refusal):
            exercises.begin(made, by=mayor, now=wrong)
    activation = exercises.begin(made, by=mayor, now=DAY)
    assert activation.is_practice and activation.form["emergency"] == "Zavelstorm"
    assert Exercise.get().activation_id == activation.id
    with pytest.raises(WrongMoment):
        exercises.begin(made, by=mayor, now=DAY)
    assert Activation.select().count() == 1


def test_what_is_not_agreed_does_not_begin(mayor):
    made = exercising.ask(mayor)
    with pytest.raises(WrongMoment):
        exercises.begin(made, by=mayor, now=DAY)
    assert not Activation.select().exists()


def test_injects_fall_due_minute_by_minute_and_are_played_once(mayor, supervisor):
    made = exercising.begun(mayor, supervisor)
    assert [one.minute for one in exercises.due(made, DAY)] == [0]
    assert exercises.coming(made, DAY).minute == 25
    assert [one.minute for one in exercises.due(made, DAY + 24 * MINUTE)] == [0]
    assert [one.minute for one in exercises.due(made, DAY + 25 * MINUTE)] == [0, 25]
    first = exercises.due(made, DAY)[0]
    exercises.play(first, by=supervisor, now=DAY + MINUTE)
    with pytest.raises(WrongMoment):
        exercises.play(first, by=supervisor, now=DAY + 2 * MINUTE)
    with pytest.raises(NotAllowed):
        exercises.play(Inject.get(Inject.minute == 25), by=mayor, now=DAY + 30 * MINUTE)
    assert [one.minute for one in exercises.due(made, DAY + 40 * MINUTE)] == [25, 40]


def test_once_its_number_is_closed_nothing_is_due_any_more(mayor, supervisor):
    made = closed(exercising.begun(mayor, supervisor), mayor, supervisor)
    assert exercises.stage(made) == "held"
    assert exercises.due(made, DAY + 300 * MINUTE) == [] and not exercises.coming(made, DAY)
    with pytest.raises(WrongMoment, match="closed"):
        exercises.play(Inject.get(Inject.minute == 0), by=supervisor, now=DAY + 300 * MINUTE)


# ── What it taught ──────────────────────────────────────────────────────


def closed(made: Exercise, mayor, supervisor) -> Exercise:
    activation = Activation.get_by_id(made.activation_id)
    centre.write(activation, town.FORM | {"declared_at": "09:40"}, by=mayor, now=DAY)
    centre.submit(activation, by=mayor, now=DAY + MINUTE, password_confirmed=True)
    at = DAY + 20 * MINUTE
    centre.open(Activation.get(), number="1771", opened_at=at, by=supervisor, now=at)
    centre.close(Activation.get(), at=DAY + 180 * MINUTE, by=supervisor, now=DAY + 181 * MINUTE)
    return Exercise.get_by_id(made.id)


def test_findings_go_to_the_federal_service_which_acknowledges_them(mayor, supervisor, service):
    made = exercising.begun(mayor, supervisor)
    later = DAY + 200 * MINUTE
    evaluation.evaluate(made, FULL | {"remarks": "De fiche kwam te laat."}, by=mayor, now=later)
    with pytest.raises(WrongMoment):
        evaluation.send(made, service, by=mayor, now=later)
    evaluation.evaluate(made, FULL, by=supervisor, now=later)
    with pytest.raises(WrongMoment):  # the number of the exercise is still open
        evaluation.send(made, service, by=mayor, now=later)
    made = closed(made, mayor, supervisor)
    lessons.add(made, "Fiche vooraf vertalen", "Communicatieambtenaar", date(2027, 2, 1), by=mayor, now=later)
    assert not exercises.seen_by(town.user("reader", service)).exists()
    evaluation.send(made, service, by=mayor, now=later)
    made = Exercise.get()
    said = words_of(made.findings)
    for words in ("De fiche kwam te laat.", "Fiche vooraf vertalen", "Zavelstorm", "€"):
        assert words in said, words
    assert Message.select().where(Message.address == "exercices@crisis.example").count() == 1
    stranger = town.user("organisation_admin", cast.organisation("Andere dienst", "federal_service"))
    with pytest.raises(NotAllowed):
        evaluation.acknowledge(made, by=stranger, now=later)
    evaluation.acknowledge(made, by=town.user("organisation_admin", service), now=later)
    assert Exercise.get().is_over


def test_each_side_evaluates_once_and_answers_every_question(mayor, supervisor):
    made = exercising.begun(mayor, supervisor)
    with pytest.raises(Incomplete) as refusal:
        evaluation.evaluate(made, {"opening": "6"}, by=mayor, now=DAY)
    assert set(refusal.value.faults) == set(evaluation.QUESTIONS)
    evaluation.evaluate(made, FULL, by=mayor, now=DAY)
    with pytest.raises(WrongMoment):
        evaluation.evaluate(made, FULL, by=mayor, now=DAY)


def test_a_lesson_has_an_owner_and_a_day_and_is_ticked_off_once(mayor, supervisor):
    made = exercising.begun(mayor, supervisor)
    with pytest.raises(Incomplete) as refusal:
        lessons.add(made, " ", "", None, by=mayor, now=DAY)
    assert set(refusal.value.faults) == {"words", "owner", "due_on"}
    lesson = lessons.add(made, "Kaart bijwerken", "Joris", date(2027, 1, 10), by=mayor, now=DAY)
    with pytest.raises(NotAllowed):
        lessons.tick(lesson, by=supervisor, now=DAY)
    lessons.change(lesson, "Kaart bijwerken", "An", date(2027, 1, 12), by=mayor, now=DAY)
    lessons.tick(lesson, by=mayor, now=DAY)
    for deed in (lessons.tick, lambda one, **by: lessons.change(one, "x", "y", date(2027, 1, 1), **by)):
        with pytest.raises(WrongMoment):
            deed(lesson, by=mayor, now=DAY)
    assert Lesson.get().owner == "An"


# ── Pages ───────────────────────────────────────────────────────────────


def in_days(number: int) -> str:
    return (clock.local(clock.now()).date() + timedelta(days=number)).isoformat()


@pytest.fixture
def pages(sides, signed_in):
    return [signed_in(side) for side in sides]


def test_the_whole_way_of_an_exercise_by_its_pages(pages, sides, service, signed_in, app):
    mayor, supervisor = pages
    reckoning.tariff(Agreement.get())
    page = mayor.get("/exercises")
    assert page.has("The first possible day is")
    page = mayor.post("/exercises/new", exercising.ASKED | {"day": in_days(27)})
    assert page.status == 422 and page.has("the first possible day is") and page.has("Zavelstorm") is False
    assert page.soup.find(id="name")["value"] == "Zavelstorm"
    page = mayor.post("/exercises/new", exercising.ASKED | {"day": in_days(1), "exception_why": "Dringend."})
    assert page.has("the centre has to agree in writing")
    url = page.path
    assert supervisor.get("/exercises").has("Zavelstorm")
    assert supervisor.post(f"{url}/allow", answer="").status == 422
    assert supervisor.post(f"{url}/allow", answer="Dat kan.").has("Allowed")
    assert mayor.get(f"{url}/exception.pdf").response.mimetype == "application/pdf"
    page = supervisor.post(f"{url}/injects", exercising.INJECTS[0] | {"minute": "straks"})
    assert page.status == 422 and page.has("such as 0 or 25")
    for inject in exercising.INJECTS:
        assert supervisor.post(f"{url}/injects", inject).status == 200
    assert mayor.get(url).has("drie doden") and mayor.get(url).has("demonstration amount")
    assert mayor.post(f"{url}/confirm", password="guess").status == 422
    mayor.post(f"{url}/confirm", password=cast.PASSWORD)
    page = supervisor.post(f"{url}/confirm", password=cast.PASSWORD)
    assert page.has("Specific agreement as PDF") and page.has("the injects stay as they are")
    assert supervisor.get(f"{url}/agreement.pdf").status == 200
    assert mayor.post(f"{url}/begin").has("runs on that day only")
    now = clock.now()
    Exercise.update(begins_at=now, ends_at=now + timedelta(hours=3)).execute()
    page = mayor.post(f"{url}/begin")
    assert page.path.endswith("/form") and page.soup.find(id="emergency")["value"] == "Zavelstorm"
    Activation.update(status="requested").execute()  # what the centre sees of it
    assert supervisor.get(f"/activations/{Activation.get().id}").link("Exercise and its injects") == url
    play = supervisor.htmx(f"{url}/due")
    assert play.has("Het stinkt hier") and play.soup.find(attrs={"data-hx-get": f"{url}/due"})
    assert supervisor.post(f"{url}/played", inject=Inject.get(Inject.minute == 0).id).has("Played")
    for side in pages:
        assert side.post(f"{url}/evaluation", {}).status == 422
        assert side.post(f"{url}/evaluation", FULL).has("The evaluation is kept")
    page = mayor.post(f"{url}/lessons", words="Kaart bijwerken", owner="Joris", due_on="2027-01-10")
    assert page.has("Kaart bijwerken") and mayor.get("/lessons").has("exercise Zavelstorm")
    assert mayor.post(f"{url}/lessons", words="", owner="Joris", due_on="").status == 422
    form = mayor.get(f"/lessons/form?lesson={Lesson.get().id}")
    assert form.soup.find(id="owner")["value"] == "Joris"
    assert mayor.post(
        "/lessons/form", lesson=Lesson.get().id, words="Kaart", owner="An", due_on="2027-01-11"
    ).has("An")
    assert mayor.post("/lessons/done", lesson=Lesson.get().id).has("Ticked off")
    assert supervisor.post("/lessons/done", lesson=Lesson.get().id).status == 404
    activation = Activation.get()
    Activation.update(status="closed").execute()
    page = mayor.get("/exercises")
    assert "held, to be evaluated" in page.soup.find(id="over").get_text()
    assert mayor.get("/").has("Held, to be evaluated")
    assert mayor.get(url).has("nothing more is played")
    page = mayor.post(f"{url}/findings", service=service.id)
    assert page.has("wait for acknowledgement")
    desk = signed_in(town.user("organisation_admin", service))
    assert desk.get(url).has("Acquitter") or desk.get(url).has("Acknowledge")
    assert desk.post(f"{url}/acknowledge").status == 200
    assert desk.get(f"{url}/findings.pdf").status == 200
    assert mayor.get(url).has("acknowledged the findings") and activation.is_practice


@pytest.mark.parametrize("path", ["", "/due", "/agreement.pdf"])
def test_a_stranger_finds_no_exercise(sides, signed_in, path):
    made = exercising.agreed(*sides)
    strangers = [
        ("authorised_person", "municipality"),
        ("centre_supervisor", "contact_centre"),
        ("reader", "federal_service"),
    ]
    for role, kind in strangers:
        stranger = signed_in(town.user(role, cast.organisation(f"Vreemd {kind}", kind)))
        assert stranger.get(f"/exercises/{made.id}{path}").status == 404
        assert not stranger.get("/exercises").has("Zavelstorm")
    assert Notice.select().count() == 0 and Organisation.select().count() == 5
