"""What a town prepares: plans, reception centres, zones and standing questions; how ready it is; zones as an audience."""

import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import clock, demo
from dispatch.centre import activation, annexes, notices, persons, preparation, readiness, streets
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.people.names import plain
from models import (
    Agreement,
    Annex,
    Audit,
    Campaign,
    Message,
    Notice,
    Organisation,
    Plan,
    Preparation,
    Reception,
    SafetyZone,
    StandingQuestion,
    User,
)
from tests import cast, promising, reckoning, town
from tests.cast import NOON
from tests.promising import ANSWERED, ASKED, RECEPTION, TODAY


@pytest.fixture
def people(app):
    """A town with an agreement, and who works there and at its centre."""
    where, centre = cast.municipality_and_centre()
    promising.under_contract(where, centre)
    return {
        "town": where,
        "planner": town.user("authorised_person", where),
        "reader": town.user("reader", where),
        "supervisor": town.user("centre_supervisor", centre),
    }


@pytest.fixture
def who(people):
    return {"by": people["planner"], "now": NOON}


# ── Its parts ───────────────────────────────────────────────────────────


def test_what_is_prepared_is_offered_to_the_activation_form_and_the_information_sheet(people, who):
    where = people["town"]
    promising.prepared(where, people["planner"])
    preparation.write_basics(where, "Kaai\nkaai\n\nMarkt", "Blijf binnen.", **who)
    offered = preparation.prefill(where)
    assert (offered.places, offered.recommendations) == (["Kaai", "Markt"], "Blijf binnen.")
    assert [zone.streets for zone in offered.zones] == [["Kerkstraat", "Dorpsstraat"]]
    assert [(one.name, one.capacity, one.phone) for one in offered.receptions] == [
        ("Sporthal De Vest", 250, "+3216223344")
    ]
    assert [(one.topic, one.answer["de"]) for one in preparation.standing(where)] == [
        ("opvang", "Zur Halle.")
    ]


def test_a_town_that_prepared_nothing_is_offered_nothing(people):
    assert preparation.prefill(people["town"]) == preparation.Prefill([], [], [], "")
    assert preparation.standing(people["town"]) == []


def test_what_is_taken_away_is_offered_no_more_but_is_not_forgotten(people, who):
    parts = promising.prepared(people["town"], people["planner"])
    for (part,) in parts.values():
        preparation.remove(part, **who)
        with pytest.raises(WrongMoment):
            preparation.remove(part, **who)
    assert all(not preparation.of(table, people["town"]).exists() for table in preparation.PARTS)
    assert Plan.select().count() == SafetyZone.select().count() == 1
    with pytest.raises(WrongMoment):
        preparation.keep_reception(parts["receptions"][0], **RECEPTION, **who)


@pytest.mark.parametrize(
    "field, value",
    [("name", " "), ("address", ""), ("capacity", "veel"), ("capacity", "0"), ("phone", "12")],
)
def test_a_reception_centre_says_what_is_wrong_at_the_field(people, who, field, value):
    with pytest.raises(Incomplete) as refused:
        preparation.keep_reception(people["town"], **RECEPTION | {field: value}, **who)
    assert list(refused.value.faults) == [field] and not Reception.select().exists()


@pytest.mark.parametrize("content", [b"", b"<html>%%EOF", b"%PDF-1.7 cut off"])
def test_a_plan_is_a_pdf_by_its_content_and_not_of_a_day_to_come(people, who, content):
    with pytest.raises(Incomplete) as refused:
        preparation.add_plan(people["town"], "Plan", date(2026, 11, 24), content, "plan.pdf", **who)
    assert set(refused.value.faults) == {"file", "dated_on"}


def test_a_question_needs_both_halves_in_one_language_and_says_which_languages_it_lacks(people, who):
    for asked, answered in ((ASKED, {}), ({}, ANSWERED), ({"nl": "?"}, {"fr": "."})):
        with pytest.raises(Incomplete):
            preparation.keep_question(people["town"], "opvang", asked, answered, **who)
    made = preparation.keep_question(people["town"], "opvang", {"nl": "?", "fr": "?"}, {"nl": "."}, **who)
    assert preparation.languages_lacking(made) == ["fr", "de", "en"]


@pytest.mark.parametrize("by", ["reader", "supervisor"])
def test_only_the_towns_own_people_with_the_right_change_it(people, by):
    with pytest.raises(NotAllowed):
        promising.prepared(people["town"], people[by])
    with pytest.raises(NotAllowed):
        preparation.check(people["town"], by=people[by], now=NOON)


def test_the_standing_questions_become_a_version_of_annex_3_that_later_changes_leave_alone(people, who):
    agreement = Agreement.get()
    with pytest.raises(Refusal, match="no standing questions"):
        preparation.publish(agreement, **who)
    (question,) = promising.prepared(people["town"], people["planner"])["standing-questions"]
    preparation.publish(agreement, **who)
    preparation.keep_question(question, "opvang", {"nl": "Anders?"}, {"nl": "Ja."}, **who)
    (first,) = Annex.select().where(Annex.number == 3)
    assert first.content["questions"][0]["question"] == ASKED
    assert preparation.publish(agreement, **who).version == 2


# ── Streets ─────────────────────────────────────────────────────────────

NAMES = st.text(st.sampled_from("Kerkstra éÉ"), min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(NAMES))
def test_a_street_stands_once_however_it_is_written_and_none_is_lost(names):
    kept = preparation.lines("\n".join(names))
    tidied = [preparation.tidy(name) for name in names]
    assert {plain(name) for name in kept} == {plain(name) for name in tidied}
    assert len({plain(name) for name in kept}) == len(kept) and set(kept) <= set(tidied)


@pytest.mark.parametrize(
    "text",
    [
        "Straat\nKerkstraat\nKERKSTRAAT\n\nDorpsstraat\n",
        "Nr;Straatnaam;Postcode\n1;Kerkstraat;3299\n2;Kerkstraat;3299\n;;\n3;Dorpsstraat;3299\n",
        "Kerkstraat\nKerkstraat\n\nDorpsstraat\n",
        "Adres\nKerkstraat 12\nKerkstraat 14 bus 2\n\nDorpsstraat 3\n",
    ],
)
def test_a_street_list_is_read_as_a_member_list_is_and_every_row_accounted_for(text):
    found = streets.from_file(text.encode(), "straten.csv")
    assert found.streets == ["Kerkstraat", "Dorpsstraat"]
    assert found.rows == len(found.streets) + found.double + found.blank


@pytest.mark.parametrize("content", [b"", b"Naam;GSM\nAn;0470112233\n", b"\x00\x01\x02"])
def test_a_file_without_streets_is_refused_with_what_to_do(content):
    with pytest.raises(Refusal) as refused:
        streets.from_file(content, "lijst.csv")
    assert refused.value.field == "file"


def test_a_spreadsheet_goes_into_the_form_and_is_kept_only_by_the_next_press(signed_in, people):
    browser = signed_in(people["planner"])
    file = (io.BytesIO(b"Straat\nKerkstraat\nkerkstraat\nVeldweg\n"), "straten.csv")
    page = browser.post("/preparation/zones/new", name="Centrum", streets="Molenweg", file=file)
    assert page.status == 200 and page.select("textarea")[0].text.split() == [
        "Molenweg",
        "Kerkstraat",
        "Veldweg",
    ]
    assert not SafetyZone.select().exists() and page.select('input[value="Centrum"]')
    browser.post("/preparation/zones/new", page.form('form[action="/preparation/zones/new"]'))
    assert SafetyZone.get().streets == ["Molenweg", "Kerkstraat", "Veldweg"]


# ── A zone as an audience ───────────────────────────────────────────────


@pytest.fixture
def zavel(people):
    """The police zone above the town: its members live in the Kerkstraat."""
    made = town.zone("Zavel", 1)
    Organisation.update(parent=made.bins["A"].organisation).where(
        Organisation.id == people["town"].id
    ).execute()
    return made


def press(signed_in, zavel, role: str, zone: SafetyZone) -> Campaign:
    draft = town.campaign(zavel.people[role], zavel.bins["A"], "draft")
    browser = signed_in(zavel.people[role])
    form = browser.get(f"/campaigns/{draft.id}/text").form('form[action$="/text"]')
    page = browser.post(f"/campaigns/{draft.id}/text", form | {"bins": [], "zone": zone.id})
    assert page.status == 200
    return Campaign.get_by_id(draft.id)


def test_the_police_zone_chooses_a_zone_of_its_municipality_and_reaches_who_lives_there(
    signed_in, people, who, zavel
):
    zone = preparation.keep_zone(people["town"], "Centrum", "KERKSTRAAT\nVeldweg", **who)
    draft = press(signed_in, zavel, "sender", zone)
    pairs = [[bin.id, "Kerkstraat"] for bin in zavel.bins.values()]
    assert sorted(draft.audience["streets"]) == sorted(pairs) and not draft.audience["bins"]
    match = streets.lay([zone], list(zavel.bins.values()))[0]
    assert (match.members, match.missing) == (2, ["Veldweg"])
    preparation.keep_zone(zone, "Centrum", "Veldweg", **who)  # what was chosen stays as it was
    assert Campaign.get_by_id(draft.id).audience == draft.audience


def test_a_coordinator_reaches_only_the_part_of_the_zone_within_their_bins(signed_in, people, who, zavel):
    zone = preparation.keep_zone(people["town"], "Centrum", "Kerkstraat", **who)
    draft = press(signed_in, zavel, "coordinator A", zone)
    assert draft.audience["streets"] == [[zavel.bins["A"].id, "Kerkstraat"]]


def test_the_zone_of_a_municipality_elsewhere_is_not_offered_and_adds_nothing(signed_in, people, who):
    zavel = town.zone("Zavel", 1)
    zone = preparation.keep_zone(people["town"], "Centrum", "Kerkstraat", **who)
    draft = press(signed_in, zavel, "sender", zone)
    assert draft.audience["streets"] == []
    page = signed_in(zavel.people["sender"]).get(f"/campaigns/{draft.id}/text")
    assert not page.select("#zones")


# ── How ready ───────────────────────────────────────────────────────────


def lacking(where, now=NOON) -> list[str]:
    return [line.name for line in readiness.of(where, now).missing]


def exercise(people) -> None:
    draft = activation.begin(people["town"], by=people["planner"], now=NOON, is_practice=True)
    activation.write(draft, town.FORM, by=people["planner"], now=NOON)
    asked = activation.submit(draft, by=people["planner"], now=NOON, password_confirmed=True)
    activation.open(asked, number="1771", opened_at=NOON, by=people["supervisor"], now=NOON)


def test_from_nothing_to_ready_step_by_step_and_one_figure(people, who):
    where, agreement = people["town"], Agreement.get()
    everything = [
        *("persons", "annexes", "costs", "plans", "receptions", "zones", "languages", "dated", "exercise"),
    ]
    assert lacking(where) == everything
    found = readiness.of(where, NOON)
    assert (found.done, found.total, found.next.name) == (1, 10, "persons")
    notice = promising.annex_1(agreement, people["planner"])
    assert "acknowledged" in str(readiness.of(where, NOON).next.missing)
    notices.acknowledge(notice, by=people["supervisor"], now=NOON)
    promising.prepared(where, people["planner"])
    assert lacking(where) == ["annexes", "costs", "dated", "exercise"]
    reckoning.tariff(agreement)
    assert lacking(where) == ["annexes", "dated", "exercise"]
    preparation.publish(agreement, **who)
    for number in (2, 6):
        annexes.add(agreement, number, {"text": "x"}, TODAY, by=people["supervisor"], now=NOON)
    preparation.check(where, **who)
    assert lacking(where) == ["exercise"]
    exercise(people)
    assert lacking(where) == [] and readiness.of(where, NOON).next is None


def test_a_year_later_what_was_dated_and_practised_counts_no_more(people, who):
    where = people["town"]
    preparation.check(where, **who)
    exercise(people)
    early, late = NOON + timedelta(days=364), NOON + timedelta(days=365)
    assert not {"dated", "exercise"} & set(lacking(where, early))
    assert {"dated", "exercise"} <= set(lacking(where, late))


def test_a_real_activation_or_an_exercise_that_was_never_opened_is_no_exercise(people):
    for is_practice in (True, False):
        draft = activation.begin(people["town"], by=people["planner"], now=NOON, is_practice=is_practice)
        activation.write(draft, town.FORM, by=people["planner"], now=NOON)
        asked = activation.submit(draft, by=people["planner"], now=NOON, password_confirmed=True)
        assert readiness.last_exercise(people["town"]) is None
    activation.open(asked, number="1771", opened_at=NOON, by=people["supervisor"], now=NOON)
    assert readiness.last_exercise(people["town"]) is None


def test_one_language_less_is_said_with_how_many(people, who):
    promising.prepared(people["town"], people["planner"])
    preparation.keep_question(people["town"], "water", {"nl": "?"}, {"nl": "."}, **who)
    line = next(one for one in readiness.of(people["town"], NOON).lines if one.name == "languages")
    assert str(line.missing) == "1 of 2 standing questions are not in all four languages."


def test_without_an_agreement_today_that_is_the_first_step(people):
    late = NOON + timedelta(days=800)
    assert readiness.of(people["town"], late).next.name == "agreement"


def test_the_centre_sees_the_readiness_of_its_clients_and_of_nobody_else(signed_in, people):
    cast.organisation("Verderzavel", "municipality")
    assert [one.municipality for one in readiness.of_clients(people["supervisor"], NOON)] == [people["town"]]
    page = signed_in(people["supervisor"]).get("/readiness")
    assert page.has("Oosterzavel") and not page.has("Verderzavel")
    assert signed_in(people["planner"]).get("/readiness").path == "/preparation"


# ── On the screen ───────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["planner", "reader"])
def test_the_preparation_is_read_by_the_town_and_changed_by_who_may(signed_in, people, role):
    promising.prepared(people["town"], people["planner"])
    page = signed_in(people[role]).get("/preparation")
    assert page.status == 200 and page.has("Sporthal De Vest") and page.has("Kerkstraat")
    assert bool(page.select("main form")) == (role == "planner")


def test_every_form_of_the_preparation_keeps_what_is_typed(signed_in, people):
    browser = signed_in(people["planner"])
    plan = {"name": "Plan", "dated_on": "2026-01-02", "file": (io.BytesIO(promising.PDF), "plan.pdf")}
    reception = {name: value for name, value in RECEPTION.items() if value not in (True, False)}
    question = {f"question-{lang}": ASKED[lang] for lang in ASKED}
    question |= {f"answer-{lang}": ANSWERED[lang] for lang in ANSWERED} | {"topic": "opvang"}
    for name, typed in (
        ("words", {"places": "Kaai\nMarkt", "recommendations": "Blijf binnen."}),
        ("plans/new", plan),
        ("receptions/new", reception | {"takes_pets": "1"}),
        ("zones/new", {"name": "Centrum", "streets": "Kerkstraat"}),
        ("questions/new", question),
        ("check", {}),
        ("questions/publish", {}),
    ):
        assert browser.post(f"/preparation/{name}", typed).path == "/preparation", name
    made = Reception.get()
    assert made.takes_pets and not made.is_accessible
    assert Preparation.get().places == ["Kaai", "Markt"] and Preparation.get().checked_at
    assert StandingQuestion.get().question == ASKED
    assert browser.browser.get(f"/plans/{Plan.get().id}/file").data == promising.PDF


def test_two_who_change_one_question_keep_what_both_wrote(signed_in, people):
    one, other = signed_in(people["planner"]), signed_in(people["planner"])
    one.post(
        "/preparation/questions/new", {"topic": "opvang", "question-nl": "Waar?", "answer-nl": "De Linde."}
    )
    here = f"/standing-questions/{StandingQuestion.get().id}"
    first, second = (browser.get(here).form(f'form[action="{here}"]') for browser in (one, other))
    one.post(here, first | {"question-fr": "Où ?", "answer-fr": "De Linde.", "topic": "logement"})
    other.post(here, second | {"question-de": "Wo?", "answer-de": "De Linde."})
    kept = StandingQuestion.get()
    assert set(kept.answer) == {"nl", "fr", "de"} and kept.topic == "logement"
    clash = other.post(here, second | {"answer-nl": "De Eik.", "topic": "onderdak"})
    assert clash.status == 409 and StandingQuestion.get().topic == "logement"
    form = clash.form(f'form[action="{here}"]')
    assert (form["topic"], form["answer-nl"], form["answer-fr"]) == ("onderdak", "De Eik.", "De Linde.")
    assert "logement" in clash.soup.find(id="both").text
    other.post(here, form)  # to keep one's own, one saves again
    assert (StandingQuestion.get().topic, StandingQuestion.get().answer["nl"]) == ("onderdak", "De Eik.")


def test_a_refused_form_does_not_write_over_what_came_meanwhile(signed_in, people):
    one, other = signed_in(people["planner"]), signed_in(people["planner"])
    one.post("/preparation/zones/new", {"name": "Centrum", "streets": "Markt"})
    here = f"/safety-zones/{SafetyZone.get().id}"
    first, second = (browser.get(here).form(f'form[action="{here}"]') for browser in (one, other))
    one.post(here, first | {"streets": "Markt\nDorpsstraat"})
    refused = other.post(here, second | {"name": ""})
    assert refused.status == 422
    other.post(here, refused.form(f'form[action="{here}"]') | {"name": "Kern"})
    assert (SafetyZone.get().name, SafetyZone.get().streets) == ("Kern", ["Markt", "Dorpsstraat"])


@pytest.mark.parametrize("name", ["plans/new", "receptions/new", "zones/new", "questions/new"])
def test_an_empty_form_says_what_misses(signed_in, people, name):
    page = signed_in(people["planner"]).post(f"/preparation/{name}", capacity="veel")
    assert page.status == 422 and page.select("[data-errors]")


def test_a_part_is_changed_and_taken_away_on_its_page(signed_in, people):
    parts, browser = promising.prepared(people["town"], people["planner"]), signed_in(people["planner"])
    for room in ("receptions", "safety-zones", "standing-questions"):
        address = f"/{room}/{parts[room][0].id}"
        form = browser.get(address).form(f'form[action="{address}"]')
        field = "topic" if room == "standing-questions" else "name"
        browser.post(address, form | {field: "Anders"})
        assert browser.get("/preparation").has("Anders")
        assert browser.post(f"{address}/remove").path == "/preparation"
        assert browser.get(address).status == 404
    assert browser.post(f"/plans/{parts['plans'][0].id}/remove").status == 200
    for part in browser.get("/preparation").select("#taken-away input[name=part]"):
        browser.post("/preparation/back", part=part["value"])
    assert not browser.get("/preparation").select("#taken-away")
    assert all(preparation.of(table, people["town"]).count() == 1 for table in preparation.PARTS)


def test_what_was_taken_away_longer_ago_is_not_put_back_and_nobody_else_does_it(signed_in, people, who):
    [plan] = promising.prepared(people["town"], people["planner"])["plans"]
    with pytest.raises(WrongMoment):
        preparation.put_back(plan, **who)  # it is still there
    preparation.remove(plan, **who)
    later = who["now"] + preparation.BACK_WITHIN
    assert preparation.taken_away(people["town"], later) == []
    with pytest.raises(WrongMoment):
        preparation.put_back(plan, by=who["by"], now=later)
    other = town.zone("Elders", 7).people["organisation_admin"]
    for key in (f"plan:{plan.id}", "plan:", "user:1", ""):
        assert signed_in(people["planner"] if key != f"plan:{plan.id}" else other).post(
            "/preparation/back", part=key
        ).status in (403, 404)


def test_another_town_finds_nothing_of_it(signed_in, people):
    parts = promising.prepared(people["town"], people["planner"])
    stranger = signed_in(town.user("authorised_person", cast.organisation("Verderzavel", "municipality")))
    for room in ("receptions", "safety-zones", "standing-questions"):
        assert stranger.get(f"/{room}/{parts[room][0].id}").status == 404
    assert not stranger.get("/preparation").has("Sporthal De Vest")


# ── The demonstration ───────────────────────────────────────────────────


def test_the_demonstration_is_ready_but_for_an_exercise(app):
    now = clock.now()
    demo.load(now)
    where = Organisation.get(Organisation.kind == "municipality")
    assert lacking(where, now) == ["exercise"]
    offered = preparation.prefill(where)
    assert len(offered.receptions) >= 3 and len(offered.zones) >= 2 and offered.places
    questions = preparation.standing(where)
    assert len(questions) >= 6 and not any(map(preparation.languages_lacking, questions))
    agreement, today = Agreement.get(), clock.local(now).date()
    assert list(annexes.in_force(agreement, today)) == [1, 2, 3, 4, 5, 6, 7]
    officer = User.get(User.role == "authorised_person")
    assert annexes.may_activate(officer, where, today)
    zone = Organisation.get(Organisation.kind == "police_zone")
    assert all(match.pairs for match in streets.lay(preparation.zones_within(zone), zone.bins))
    assert not Message.select().where(Message.letter.is_null(False)).exists()
    assert Notice.get().acknowledged_at
    assert persons.ask(now) == 0 and Audit.select().where(Audit.deed == "annex.added").count() == 7
