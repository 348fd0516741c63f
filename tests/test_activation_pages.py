import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch import clock
from dispatch.centre import activation as centre
from dispatch.centre import preparation
from models import (
    Activation,
    Agreement,
    Audit,
    EntryVersion,
    Message,
    Milestone,
    Plan,
    Reception,
    SafetyZone,
    User,
)
from tests import cast, promising
from tests import town as small_world

PASSWORD = {"password": cast.PASSWORD}
FILLED = {
    "emergency": "Gaslek na graafwerken",
    "place": "Stationsstraat",
    "description": "Leiding geraakt.",
    "phase": "municipal",
    "declared_by": "Greet Moons, burgemeester",
    "recommendations": "Ramen en deuren dicht.",
}


def an_hour_ago():
    return f"{clock.local(clock.now() - timedelta(minutes=5)):%H:%M}"


@pytest.fixture
def town(app):
    return cast.municipality_and_centre()[0]


@pytest.fixture
def house(town):
    return Agreement.get().centre


@pytest.fixture
def mayor(town, signed_in):
    user = cast.user("authorised_person", town, name="Aïcha Benali")
    user.language = "en"
    user.save()
    return signed_in(user)


@pytest.fixture
def supervisor(house, signed_in):
    user = cast.user("centre_supervisor", house, name="Koen Peeters")
    user.language = "en"
    user.save()
    return signed_in(user)


@pytest.fixture
def stranger(app, signed_in):
    return signed_in(cast.user("authorised_person", cast.organisation("Hertsdonk", "municipality")))


def draft(mayor):
    mayor.post("/activations/new")
    return Activation.select().order_by(Activation.id.desc()).get()


def requested(mayor):
    activation = draft(mayor)
    mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD, declared_at=an_hour_ago())
    return Activation.get_by_id(activation.id)


def test_the_municipality_begins_a_form_from_its_list(mayor):
    page = mayor.get("/activations")
    assert page.has("Open an information number")
    page = mayor.post("/activations/new")
    assert page.h1 == "Open an information number"
    assert page.soup.find(id="liaison_name")["value"] == "Aïcha Benali"
    assert page.has("5 January 2026") and page.has("call-back code")


def test_a_form_that_was_opened_and_left_as_it_was_is_opened_again(mayor, town):
    first, again = (mayor.post("/activations/new").path for _ in range(2))
    assert first == again
    draft = Activation.get()
    centre.write(draft, {"emergency": "Gaslek"}, by=draft.by, now=clock.now())
    assert mayor.post("/activations/new").path != first


def test_without_an_agreement_the_list_says_why_nothing_begins(mayor):
    Agreement.delete().execute()
    assert mayor.post("/activations/new").has("no agreement with a contact centre")
    assert not Activation.select().exists()


def test_a_field_is_saved_as_one_types_and_the_page_says_what_still_misses(mayor):
    activation = draft(mayor)
    answer = mayor.htmx(f"/activations/{activation.id}/field", {"emergency": "Gaslek"}, method="post")
    assert "Saved at" in answer.soup.find(id="saved").text
    assert "Missing: where, description for the operators" in answer.text
    assert answer.soup.find(id="state-emergency").text == "2 fields to fill in"
    assert Activation.get().form["emergency"] == "Gaslek"


def test_the_form_says_how_it_understands_an_hour(mayor):
    mayor.post("/activations/new")
    here = f"/activations/{Activation.get().id}"
    at = clock.local(clock.now() - timedelta(hours=1))
    page = mayor.htmx(f"{here}/field", method="post", declared_at=f"{at:%H:%M}")
    assert f"{at:%Y, %H:%M}." in page.soup.find(id="declared_at-meant").text
    assert mayor.get(f"{here}/form").soup.find(id="declared_at-meant").text.startswith("Understood as")


def test_a_wrong_number_is_said_beside_its_field_and_kept(mayor):
    activation = draft(mayor)
    url = f"/activations/{activation.id}/field"
    slot = mayor.htmx(url, {"deputy_phone": "0470 00 3"}, method="post").soup.find(id="deputy_phone-slot")
    assert "too short" in slot.text
    slot = mayor.htmx(url, {"deputy_phone": "0470 00 30 13"}, method="post").soup.find(id="deputy_phone-slot")
    assert slot.text == "" and slot.has_attr("hidden")


def test_a_wrong_number_is_still_said_when_the_page_is_opened_again(mayor):
    activation = draft(mayor)
    mayor.htmx(f"/activations/{activation.id}/field", {"deputy_phone": "0470 00 3"}, method="post")
    page = mayor.get(f"/activations/{activation.id}/form")
    assert "too short" in page.soup.find(id="deputy_phone-slot").text
    assert page.soup.find(id="emergency-slot").has_attr("hidden")


def test_choosing_something_else_opens_its_fields(mayor):
    activation = draft(mayor)
    answer = mayor.htmx(f"/activations/{activation.id}/field", {"arrangement": "special"}, method="post")
    assert answer.soup.find(id="special").has_attr("open")


def test_every_language_can_be_taken_away_one_by_one(mayor):
    activation = draft(mayor)
    mayor.htmx(f"/activations/{activation.id}/field", {"languages": ["", "nl", "fr"]}, method="post")
    assert Activation.get().form["languages"] == ["nl", "fr"]
    mayor.htmx(f"/activations/{activation.id}/field", {"languages": [""]}, method="post")
    assert Activation.get().form["languages"] == []


def test_a_field_that_arrives_behind_the_submission_leads_to_the_activation(mayor):
    activation = requested(mayor)
    answer = mayor.htmx(f"/activations/{activation.id}/field", {"place": "Elders"}, method="post")
    assert answer.response.headers["HX-Redirect"] == f"/activations/{activation.id}"
    assert Activation.get().form["place"] == "Stationsstraat"


def test_only_the_changed_field_travels_and_never_the_password(mayor):
    activation = draft(mayor)
    page = mayor.get(f"/activations/{activation.id}/form")
    for control in page.select("[data-hx-post]"):
        assert control["data-hx-params"] == f"{control['name']},was-{control['name']},csrf_token"
    assert not page.soup.find(id="password").has_attr("data-hx-post")


def test_the_form_is_saved_without_script_too(mayor):
    activation = draft(mayor)
    page = mayor.get(f"/activations/{activation.id}/form")
    assert page.select("form.stack")[0]["action"] == f"/activations/{activation.id}/form"
    page = mayor.post(f"/activations/{activation.id}/form", {**page.form("form.stack"), "place": "Markt"})
    assert page.soup.find(id="place")["value"] == "Markt"
    assert Activation.get().form["languages"] == ["nl", "fr", "de", "en"]


def test_what_is_prepared_is_put_into_the_form_by_one_press_once_and_can_be_edited(mayor, town):
    who = {"by": User.get(User.organisation == town), "now": clock.now()}
    promising.prepared(town, who["by"])
    preparation.write_basics(town, "Zavelkaai", "Blijf binnen.", **who)
    page = mayor.get(f"/activations/{draft(mayor).id}/form")
    zone, place, plan, hall = (
        next(one["value"] for one in page.select("[name=offered]") if one["value"].startswith(kind))
        for kind in ("zone", "place", "plan", "reception")
    )
    assert page.select("main form button")[0].get("formaction") is None, "Enter saves"
    url = page.select("[name=offered]")[0]["formaction"]
    for key in (place, zone, zone, hall, plan):
        page = mayor.post(url, emergency="Gaslek", offered=key)
    form = Activation.get().form
    assert form["emergency"] == "Gaslek", "what was typed is kept"
    assert form["place"] == f"Zavelkaai, {SafetyZone.get().name}"
    assert (
        form["recommendations"]
        == "Blijf binnen.\nOpvang: Sporthal De Vest, Vestlaan 1, rolstoeltoegankelijk, geen huisdieren."
    )
    assert Plan.get().name in form["description"]
    Reception.update(removed_at=clock.now()).execute()
    assert mayor.post(url, offered=hall).has("Somebody took this away")


def test_the_form_shows_which_prepared_answers_will_stand_on_the_sheet_and_leaves_out_what_is_ticked(
    mayor, town
):
    who = User.get(User.role == "authorised_person")
    kept = preparation.keep_question(
        town, "opvang", promising.ASKED, promising.ANSWERED, by=who, now=clock.now()
    )
    binnen = {"nl": "Moet ik binnen blijven?"}, {"nl": "Ja."}
    wrong = preparation.keep_question(town, "binnen", *binnen, by=who, now=clock.now())
    activation = draft(mayor)
    page = mayor.get(f"/activations/{activation.id}/form")
    assert page.has("To the hall.") and page.has("Moet ik binnen blijven?")
    mayor.htmx(f"/activations/{activation.id}/field", {"left_out": ["", str(wrong.id)]}, method="post")
    box = mayor.get(f"/activations/{activation.id}/form").select(f"input[name=left_out][value='{wrong.id}']")[
        0
    ]
    assert box.has_attr("checked")
    mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD, declared_at=an_hour_ago())
    told = [version.question.get("nl") for version in EntryVersion.select()]
    assert promising.ASKED["nl"] in told and "Moet ik binnen blijven?" not in told and kept.id != wrong.id


def test_submitting_too_early_names_everything_and_keeps_everything(mayor):
    activation = draft(mayor)
    page = mayor.post(
        f"/activations/{activation.id}/submit", place="Markt", description="Twee regels\nen meer"
    )
    assert page.path == f"/activations/{activation.id}/form"  # a reload posts nothing again
    summary = page.soup.find(attrs={"data-errors": True}).text
    for said in ("What happened", "The phase", "Recommendations to the population", "Your password"):
        assert said in summary
    assert page.soup.find(id="place")["value"] == "Markt"
    assert "en meer" in page.soup.find(id="description").text
    assert Activation.get().is_draft


def test_the_way_from_the_form_to_the_open_number(mayor, supervisor, app):
    activation = draft(mayor)
    page = mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD, declared_at=an_hour_ago())
    assert page.status == 200 and page.path == f"/activations/{activation.id}"
    assert page.has("Requested at") and page.has("Open by") and page.has("Mail to the centre: queued")
    app.extensions["jobs"].pump.tick()
    assert mayor.htmx(f"/activations/{activation.id}/course").has("Mail to the centre: accepted")

    board = supervisor.get("/activations")
    assert board.has("Oosterzavel, Gaslek na graafwerken, Stationsstraat") and board.has("Open by")
    page = supervisor.post(f"/activations/{activation.id}/acknowledge")
    assert page.has("Acknowledged by Koen Peeters")
    now = f"{clock.local(clock.now()):%H:%M}"
    page = supervisor.post(f"/activations/{activation.id}/open", number="1771", opened_at=now)
    assert page.has("The number is open") and page.has("1771")

    page = mayor.get(f"/activations/{activation.id}")
    assert page.has("Acknowledged by Koen Peeters") and page.has("Opened by Koen Peeters")
    assert page.has("open in time") and page.has("1771")
    page = supervisor.post(f"/activations/{activation.id}/close", closed_at=now)
    assert page.status == 422 and page.has("Write who of annex 1 confirmed it in writing")
    supervisor.post(f"/activations/{activation.id}/close", closed_at=now, confirmed_by="Greet Moons, 22/11")
    assert Activation.get().is_over


def test_the_clock_asks_for_itself_until_the_number_is_open(mayor, supervisor):
    activation = requested(mayor)
    url = f"/activations/{activation.id}/clock"
    for side in (mayor, supervisor):
        face = side.htmx(url).soup.find(id=f"clock-{activation.id}")
        assert (face["data-hx-get"], face["data-hx-trigger"]) == (url, "every 15s")
        assert re.fullmatch("0:0[0-9]", face.find("text").text)
        assert face.find("desc").text == "0 minutes gone"
    supervisor.post(
        f"/activations/{activation.id}/open", number="1771", opened_at=f"{clock.local(clock.now()):%H:%M}"
    )
    assert not mayor.htmx(url).soup.find(attrs={"data-hx-get": True})


def test_a_refusal_ends_the_clock_and_says_why_to_the_municipality(mayor, supervisor):
    activation = requested(mayor)
    assert supervisor.post(f"/activations/{activation.id}/refuse", reason="").status == 422
    supervisor.post(f"/activations/{activation.id}/refuse", reason="Alle lijnen bezet")
    assert not mayor.htmx(f"/activations/{activation.id}/clock").soup.find("svg")
    assert mayor.get(f"/activations/{activation.id}").has("Alle lijnen bezet")


def test_a_wrong_number_or_hour_is_said_and_kept(mayor, supervisor):
    activation = requested(mayor)
    page = supervisor.post(f"/activations/{activation.id}/open", number="17seven1", opened_at="straks")
    assert page.status == 422
    assert page.soup.find(id="number")["value"] == "17seven1"
    assert page.soup.find(id="opened_at")["value"] == "straks"
    assert Activation.get().awaits_opening


def test_a_second_press_leads_to_the_activation_and_sends_nothing_twice(mayor):
    activation = requested(mayor)
    page = mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD)
    assert page.path == f"/activations/{activation.id}" and page.has("This form was submitted")
    assert Message.select().count() == 1


def test_a_second_acknowledgement_leads_to_how_it_stands(mayor, supervisor):
    activation = requested(mayor)
    supervisor.post(f"/activations/{activation.id}/acknowledge")
    page = supervisor.post(f"/activations/{activation.id}/acknowledge")
    assert page.status == 200 and page.has("moved on")
    assert Milestone.select().count() == 2


def test_a_wrong_password_requests_nothing_is_counted_and_waits_in_the_end(mayor):
    activation = draft(mayor)
    for _ in range(5):
        page = mayor.post(
            f"/activations/{activation.id}/submit", FILLED, password="guess", declared_at=an_hour_ago()
        )
        assert page.has("This is not your password")
    page = mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD)
    assert page.has("Too many attempts")
    assert cast.PASSWORD not in page.html and "guess" not in page.html
    assert Activation.get().is_draft
    assert Audit.select().where(Audit.deed == "user.not_confirmed").count() == 5


def test_the_paper_of_a_draft_says_so_and_the_received_one_is_kept(mayor, supervisor):
    activation = draft(mayor)
    assert "DRAFT" in words_of(mayor.get(f"/activations/{activation.id}/form.pdf").data)
    mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD, declared_at=an_hour_ago())
    paper = supervisor.get(f"/activations/{activation.id}/form.pdf")
    assert paper.response.mimetype == "application/pdf"
    assert paper.data == bytes(Activation.get().document.content)


def test_an_exercise_looks_like_one_on_both_sides(mayor, supervisor):
    mayor.post("/practice")
    activation = draft(mayor)
    assert activation.is_practice
    assert mayor.get(f"/activations/{activation.id}/form").has("Practise: ask for the opening")
    mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD, declared_at=an_hour_ago())
    assert Message.get().is_practice
    for side in (mayor, supervisor):
        page = side.get(f"/activations/{activation.id}")
        assert "is-practice" in page.soup.body["class"]
        assert page.soup.title.text.startswith("EXERCISE: ")
    assert supervisor.get("/activations").has("exercise")


def test_who_practises_cannot_touch_a_real_request(mayor, supervisor):
    activation, open_draft = requested(mayor), draft(mayor)
    supervisor.post("/practice")
    page = supervisor.get(f"/activations/{activation.id}")
    assert "is-practice" not in page.soup.body["class"] and page.has("this activation is real")
    assert not page.soup.find("form", action=re.compile("acknowledge"))
    assert supervisor.post(f"/activations/{activation.id}/acknowledge").status == 403
    mayor.post("/practice")
    assert mayor.post(f"/activations/{open_draft.id}/submit", FILLED | PASSWORD).status == 403
    assert Activation.get_by_id(open_draft.id).is_draft


READ = ("", "/clock", "/course", "/form.pdf")
FILL = ("/form", "/field", "/submit")
ANSWER = ("/acknowledge", "/open", "/refuse", "/close")


@pytest.mark.parametrize("path", READ)
def test_another_municipality_finds_nothing_to_read(mayor, stranger, path):
    assert stranger.get(f"/activations/{requested(mayor).id}{path}").status == 404


@pytest.mark.parametrize("path", FILL)
def test_another_municipality_finds_nothing_to_fill_in(mayor, stranger, path):
    activation = draft(mayor)
    assert stranger.post(f"/activations/{activation.id}{path}", FILLED | PASSWORD).status == 404
    assert stranger.get(f"/activations/{activation.id}/form").status == 404
    assert "emergency" not in Activation.get().form


@pytest.mark.parametrize("path", READ)
def test_the_centre_never_sees_a_draft(mayor, supervisor, path):
    assert supervisor.get(f"/activations/{draft(mayor).id}{path}").status == 404


@pytest.mark.parametrize("path", ANSWER)
def test_the_centre_cannot_answer_a_draft(mayor, supervisor, path):
    assert supervisor.post(f"/activations/{draft(mayor).id}{path}").status == 404


@pytest.mark.parametrize("path", ANSWER)
def test_another_centre_finds_nothing_to_answer(mayor, signed_in, path):
    elsewhere = cast.organisation("Contactcenter Zuid", "contact_centre")
    other = signed_in(cast.user("centre_supervisor", elsewhere))
    assert other.post(f"/activations/{requested(mayor).id}{path}").status == 404


@pytest.mark.parametrize("path", ANSWER)
def test_the_municipality_cannot_answer_itself(mayor, path):
    assert mayor.post(f"/activations/{requested(mayor).id}{path}").status == 403


@pytest.mark.parametrize("path", ["/activations/new", *(f"/activations/1{path}" for path in FILL)])
def test_the_centre_fills_in_no_form(supervisor, path):
    assert supervisor.post(path).status == 403


@pytest.mark.parametrize("path", ["/activations", "/activations/board", "/activations/1"])
def test_a_police_zone_has_no_business_here(app, signed_in, path):
    assert signed_in(cast.user("sender", cast.zone())).get(path).status == 403


def test_a_reader_of_the_municipality_sees_and_changes_nothing(mayor, town, signed_in):
    activation = draft(mayor)
    reader = signed_in(cast.user("reader", town))
    assert reader.get(f"/activations/{activation.id}").status == 200
    assert reader.get(f"/activations/{activation.id}/form").status == 403
    assert reader.post("/activations/new").status == 403


def test_the_lists_hold_only_ones_own(mayor, stranger, supervisor):
    requested(mayor)
    assert not stranger.get("/activations").has("Gaslek")
    assert supervisor.htmx("/activations/board").has("Gaslek")


def test_a_request_long_ago_is_late_on_the_board(mayor, supervisor):
    activation = requested(mayor)
    Milestone.update(at=clock.now() - timedelta(minutes=70)).execute()
    board = supervisor.htmx("/activations/board")
    assert board.select(".clock.late") and board.has("too late")
    assert centre.clock_of(activation, clock.now()).is_late


def words_of(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_what_was_done_within_one_minute_stands_in_the_order_in_which_it_was_done(app, signed_in):
    people, activations = small_world.contact_centre()
    asked = Activation.get_by_id(activations["requested"][0].id)
    supervisor = people["centre_supervisor"]
    then = cast.NOON + timedelta(minutes=2, seconds=40)
    centre.acknowledge(asked, by=supervisor, now=then)
    typed = then.replace(second=0)
    centre.open(asked, number="1771", opened_at=typed, by=supervisor, now=then + timedelta(seconds=9))
    said = signed_in(supervisor).get(f"/activations/{asked.id}").text
    assert said.index("Ontvangst bevestigd door") < said.index("Geopend door")
