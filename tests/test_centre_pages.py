"""The pages around an activation, as both sides see them."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch import clock
from dispatch.centre import closing, scale_up, victims, warnings
from models import (
    Activation,
    Agreement,
    Inquiry,
    Message,
    Milestone,
    Notice,
    Organisation,
    ScaleUp,
    SignIn,
    User,
)
from tests import cast, promising
from tests.test_activation_pages import FILLED, PASSWORD, an_hour_ago


@pytest.fixture
def town(app):
    return cast.municipality_and_centre()[0]


@pytest.fixture
def house(town):
    return Agreement.get().centre


def english(user):
    User.update(language="en").where(User.id == user.id).execute()
    return User.get_by_id(user.id)


@pytest.fixture
def mayor(town, signed_in):
    return signed_in(english(cast.user("authorised_person", town, name="Aïcha Benali")))


@pytest.fixture
def supervisor(house, signed_in):
    return signed_in(english(cast.user("centre_supervisor", house, name="Koen Peeters")))


@pytest.fixture
def province(app):
    return cast.higher_authorities()[0]


@pytest.fixture
def officer(province, signed_in):
    return signed_in(english(cast.user("liaison_officer", province, name="Ilse Baert")))


@pytest.fixture
def reader(town, signed_in):
    return signed_in(english(cast.user("reader", town)))


def requested(mayor):
    mayor.post("/activations/new")
    activation = Activation.select().order_by(Activation.id.desc()).get()
    mayor.post(f"/activations/{activation.id}/submit", FILLED | PASSWORD, declared_at=an_hour_ago())
    return Activation.get_by_id(activation.id)


def opened(mayor, supervisor):
    activation = requested(mayor)
    supervisor.post(f"/activations/{activation.id}/open", number="1771", opened_at=hour_now())
    return Activation.get_by_id(activation.id)


def test_within_a_minute_the_course_tells_in_the_order_in_which_it_was_written_down(mayor, supervisor):
    here = f"/activations/{requested(mayor).id}"
    supervisor.post(f"{here}/acknowledge")
    supervisor.post(f"{here}/call-back", called="0470 00 30 12", verdict="right")
    supervisor.post(f"{here}/open", number="1771", opened_at=hour_now())
    told = supervisor.get(here).select("#course")[0].get_text(" ", strip=True)
    assert told.index("The code was right") < told.index("Opened by")


def forget():
    """As if more than five minutes went by since anybody showed who they are."""
    SignIn.update(confirmed_at=None).execute()


def hour_now():
    return f"{clock.local(clock.now()):%H:%M}"


def hour_in(hours):
    return f"{clock.local(clock.now() + timedelta(hours=hours)):%d/%m %H:%M}"


PLAN = {"phase-0-hours": "07:00 to 22:00", "phase-0-operators": "2", "redirect": "016 00 12 34"}


def plan(**facts):
    return PLAN | {"phase-0-from": hour_in(1), "closes_at": hour_in(5)} | PASSWORD | facts


# ── Call-backs and questions ────────────────────────────────────────────


def test_a_wrong_code_is_red_on_both_sides_until_a_right_one(mayor, supervisor):
    activation = requested(mayor)
    url = f"/activations/{activation.id}"
    page = supervisor.get(url)
    assert page.has(f"ask for the code {activation.callback_code}")
    page = supervisor.post(f"{url}/call-back", called="0470 00 30 12", verdict="")
    assert page.status == 422 and page.has("Choose whether the code was right")
    supervisor.post(f"{url}/call-back", called="0470 00 30 12", verdict="wrong")
    for side in (mayor, supervisor):
        assert side.get(url).select(".note.late") and side.get(url).has("WRONG code")
        assert side.get("/activations").has("WRONG code at the call-back")
    supervisor.post(f"{url}/call-back", called="0470 00 30 12", verdict="right")
    assert not mayor.get(url).select(".note.late")
    assert mayor.get(url).has("The code was right.")


def test_a_question_is_asked_on_one_side_and_answered_on_the_other(mayor, supervisor, reader):
    activation = requested(mayor)
    url = f"/activations/{activation.id}"
    page = supervisor.post(f"{url}/ask", question=" ")
    assert page.status == 422 and page.has("Write what you want to know.")
    supervisor.post(f"{url}/ask", question="Hoeveel bussen?")
    asked = Inquiry.get()
    fragment = mayor.htmx(f"{url}/course")
    assert fragment.has("Hoeveel bussen?") and fragment.has("Not answered yet")
    assert fragment.select(f'a[href="{url}/answer/{asked.id}"]')
    assert not reader.htmx(f"{url}/course").select(f'a[href="{url}/answer/{asked.id}"]')
    assert reader.get(f"{url}/answer/{asked.id}").status == 403
    page = mayor.post(f"{url}/answer/{asked.id}", answer="")
    assert page.status == 422 and page.has("Write the answer.")
    mayor.post(f"{url}/answer/{asked.id}", answer="Vier bussen.")
    assert supervisor.htmx(f"{url}/course").has("Vier bussen.")
    page = mayor.post(f"{url}/answer/{asked.id}", answer="Vijf bussen.")
    assert page.has("A colleague has answered this already.") and not page.has("Vijf bussen.")


def test_a_warning_that_went_stands_in_the_course_and_on_the_board(mayor, supervisor):
    activation = requested(mayor)
    Milestone.update(at=clock.now() - timedelta(minutes=46)).execute()
    warnings.warn(clock.now())
    for side in (mayor, supervisor):
        assert side.get(f"/activations/{activation.id}").has("three quarters of the promised time are gone")
        assert not side.get(f"/activations/{activation.id}").has("half of the promised time")
    assert supervisor.htmx("/activations/board").has("three quarters of the promised time are gone")


def test_only_the_centre_is_told_to_ring_back_when_a_code_was_wrong(mayor, supervisor):
    here = f"/activations/{requested(mayor).id}"
    supervisor.post(f"{here}/call-back", called="0470 00 30 12", verdict="wrong")
    assert supervisor.get(here).has("Call a person of annex 1 on a number that you know")
    page = mayor.get(here)
    assert page.has("Is this request yours? Call the centre.") and not page.has("on a number that you know")


def test_the_page_says_that_nobody_noted_a_right_code_before_the_number_opens(mayor, supervisor):
    here, never = f"/activations/{requested(mayor).id}", "No call-back with the right code was noted"
    assert supervisor.get(here).has(never)
    supervisor.post(f"{here}/call-back", called="0470 00 30 12", verdict="wrong")
    assert supervisor.get(here).has(never)
    supervisor.post(f"{here}/call-back", called="0470 00 30 12", verdict="right")
    assert not supervisor.get(here).has(never)


def test_before_the_planned_end_the_page_says_when_it_is_and_what_still_waits(mayor, supervisor, house):
    activation = opened(mayor, supervisor)
    here = f"/activations/{activation.id}"
    mayor.post(
        f"{here}/closing",
        closes_at=f"{clock.local(clock.now()) + timedelta(hours=5):%d/%m/%Y %H:%M}",
        **PASSWORD,
    )
    operator = cast.user("operator", house)
    said = {"caller": "Rosa", "phone": "0470112233", "sought": "Ann", "words": "Aan het station"}
    facts = {"to": "d2_desk", "language": "nl", "by": operator, "now": clock.now()}
    victims.hand_over(Activation.get().emergency, said, **facts)
    page = supervisor.get(here)
    assert page.has("That moment has not come yet") and page.has("1 relative waits to be called back.")
    page = supervisor.post(f"{here}/close", closed_at=hour_now(), confirmed_by="")
    assert page.status == 422 and page.has("and that is later. Does it close now?")
    assert Activation.get().status == "closing"


# ── By telephone ────────────────────────────────────────────────────────


def call(town, **facts):
    form = FILLED | {"liaison_name": "Aïcha Benali", "liaison_phone": "0470 00 30 12", "calls": "d5"}
    form |= {
        "municipality": town.id,
        "channel": "telephone",
        "caller": "Greet Moons",
        "arrangement": "ordinary",
    }
    return (
        form
        | {"caller_phone": "0470 00 99 88", "received_at": hour_now(), "declared_at": an_hour_ago()}
        | facts
    )


def test_the_centre_enters_a_call_and_both_sides_see_that_it_was_one(mayor, supervisor, town):
    page = supervisor.get("/activations/enter")
    assert page.h1 == "Enter a request"
    page = supervisor.post("/activations/enter", call(town, caller="", description="Twee regels\nen meer"))
    assert page.status == 422 and page.has("Write who asked")
    assert "en meer" in page.soup.find(id="description").text
    assert page.soup.find("option", selected=True)["value"] == str(town.id)
    page = supervisor.post("/activations/enter", call(town))
    assert page.has("Now call back and ask for the code")
    activation = Activation.get()
    for side in (mayor, supervisor):
        page = side.get(f"/activations/{activation.id}")
        assert page.has("Entered by Koen Peeters: Greet Moons asked by telephone")
        assert page.has("Call back on") and page.has("0470 00 99 88")
        assert side.get("/activations").has("entered by the centre")


def test_who_called_is_chosen_from_annex_1_and_nobody_else_asks(mayor, supervisor, town):
    promising.annex_1(Agreement.get(), User.get(User.role == "authorised_person"))
    page = supervisor.get(f"/activations/enter?municipality={town.id}")
    (_first, landline, _third) = [box["value"] for box in page.select("#asked input[type=radio]")]
    assert page.has("Greet Moons, Burgemeester") and not page.select("#caller")
    stranger = call(town, caller="Piet Snot", caller_phone="0499 00 11 22")
    page = supervisor.post("/activations/enter", stranger)
    assert (
        page.status == 422
        and page.has("Choose somebody of annex 1.")
        and page.select("#asked input[type=radio]")
    )
    own_number = call(town, caller="Greet Moons", caller_phone="0499 00 11 22")
    assert supervisor.post("/activations/enter", own_number).has("This number does not stand in annex 1")
    assert not Activation.select().exists()
    supervisor.post("/activations/enter", call(town, person=landline, caller="", caller_phone=""))
    page = mayor.get(f"/activations/{Activation.get().id}")
    assert page.has("Greet Moons, Burgemeester asked by telephone") and page.has("016 22 33 44")
    assert not page.has("nobody checked who may ask")


def test_where_no_mail_and_no_sms_can_go_the_page_says_whom_to_ring(mayor, supervisor, town):
    supervisor.post("/activations/enter", call(town, liaison_phone="016 22 33 44", liaison_email=""))
    here = f"/activations/{Activation.get().id}"
    assert supervisor.get(here).has("got by mail when you entered the request")
    asked = supervisor.post(f"{here}/ask", question="Hoeveel bussen?")
    assert asked.has("The liaison officer hears of it by e-mail.")
    Organisation.update(email="", phone="").where(Organisation.id == town.id).execute()
    assert supervisor.get(here).has("no address is known")
    asked = supervisor.post(f"{here}/ask", question="Hoeveel mensen?")
    assert asked.has("No mail or SMS could go: ring") and asked.has("016 22 33 44")


def test_without_annex_1_both_sides_see_that_nobody_checked_who_called(mayor, supervisor, town):
    supervisor.post("/activations/enter", call(town))
    here = f"/activations/{Activation.get().id}"
    for side in (mayor, supervisor):
        page = side.get(here)
        assert page.has("nobody checked who may ask") and page.has("NOT checked: no annex 1 was in force")
        assert not page.has("authorised person by the agreement of")
    assert supervisor.get(here).has("Whoever called has not seen the code")


def test_a_request_entered_in_practice_is_an_exercise(supervisor, town):
    supervisor.post("/practice")
    supervisor.post("/activations/enter", call(town))
    assert Activation.get().is_practice and not Message.select().where(~Message.is_practice).exists()


def test_only_the_centre_enters_a_call(mayor, reader, town):
    for browser in (mayor, reader):
        assert browser.get("/activations/enter").status == 403
        assert browser.post("/activations/enter", call(town)).status == 403


# ── Several towns ───────────────────────────────────────────────────────


def test_the_centre_joins_two_towns_and_both_see_with_whom(mayor, supervisor, house, signed_in):
    second = cast.another_town("Westerzavel", house)
    other = signed_in(english(cast.user("authorised_person", second)))
    first, joined = requested(mayor), requested(other)
    url = f"/activations/{joined.id}"
    assert supervisor.post(f"{url}/join", emergency_id="999").status == 422
    page = supervisor.post(f"{url}/join", emergency_id=first.emergency_id)
    assert page.has("They share one number, one sheet and one staff.")
    assert other.get(url).has("Oosterzavel") and mayor.get(f"/activations/{first.id}").has("Westerzavel")
    supervisor.post(f"{url}/leave")
    assert Activation.get_by_id(joined.id).emergency_id == joined.emergency_id
    assert other.post(f"{url}/join", emergency_id=first.emergency_id).status == 403


# ── The number ──────────────────────────────────────────────────────────


def test_the_centre_mends_a_number_that_it_typed_wrong(mayor, supervisor):
    activation = opened(mayor, supervisor)
    url = f"/activations/{activation.id}"
    page = supervisor.get(url)
    form = page.form('form[action$="/number"]')
    refused = supervisor.post(f"{url}/number", form | {"number": "17"})
    assert refused.status == 422 and refused.form('form[action$="/number"]')["number"] == "17"
    assert supervisor.post(f"{url}/number", form | {"number": "1772"}).has("Corrected")
    assert mayor.get(url).has("1772") and Activation.get().number == "1772"
    supervisor.post(f"{url}/number", form | {"number": "1779"})  # from a page of before
    assert Activation.get().number == "1772"


# ── Closing ─────────────────────────────────────────────────────────────


def test_the_way_from_an_open_number_to_its_closing_and_back(mayor, supervisor):
    activation = opened(mayor, supervisor)
    url = f"/activations/{activation.id}"
    assert mayor.get(url).select(f'a[href="{url}/closing"]')
    assert mayor.get(f"{url}/closing").h1 == "Close the number"
    forget()
    page = mayor.post(f"{url}/closing", plan(closes_at="straks", password="guess"))
    assert page.status == 422 and page.soup.find(id="closes_at")["value"] == "straks"
    assert page.soup.find(id="phase-0-hours")["value"] == "07:00 to 22:00"
    assert page.has("This is not your password")
    page = mayor.post(f"{url}/closing", plan())
    assert page.has("Confirmed in writing") and Activation.get().status == "closing"
    notice = Notice.get()
    paper = mayor.get(f"{url}/notices/{notice.id}/paper.pdf")
    assert "016 00 12 34" in PdfReader(BytesIO(paper.data)).pages[0].extract_text()
    assert mayor.get(url).has("Not acknowledged yet")
    assert supervisor.get(url).has("07:00 to 22:00, 2 operators")
    supervisor.post(f"{url}/notices/{notice.id}")
    assert mayor.get(url).has("Acknowledged by Koen Peeters")
    assert mayor.get(f"{url}/closing").soup.find(id="phase-0-hours")["value"] == "07:00 to 22:00"
    mayor.post(f"{url}/keep-open", PASSWORD)
    assert Activation.get().status == "open"
    supervisor.post(f"{url}/close", closed_at=hour_now(), confirmed_by="Greet Moons")
    assert mayor.get(url).select(f'a[href="{url}/reopen"]')
    page = mayor.post(f"{url}/reopen", PASSWORD)
    assert page.has("Asked to open again by Aïcha Benali")
    assert supervisor.get("/activations").has("Open by")
    page = supervisor.get(url)
    assert page.soup.find(id="number")["value"] == "1771"
    supervisor.post(f"{url}/open", number="1771", opened_at=hour_now())
    assert Activation.get().status == "open"


def test_without_the_password_nothing_is_closed_kept_open_or_opened_again(mayor, supervisor):
    activation = opened(mayor, supervisor)
    url = f"/activations/{activation.id}"
    closing.confirm(
        activation,
        closing.Typed((), hour_in(3), "", ""),
        by=User.get(User.role == "authorised_person"),
        now=clock.now(),
        is_confirmed=True,
    )
    forget()
    assert mayor.post(f"{url}/keep-open").status == 422
    assert mayor.post(f"{url}/closing", plan(password="")).status == 422
    assert Activation.get().status == "closing"


# ── Scale-up ────────────────────────────────────────────────────────────


def test_the_way_from_the_town_to_the_province(mayor, supervisor, officer, province):
    activation = opened(mayor, supervisor)
    url = f"/activations/{activation.id}"
    assert officer.get(url).status == 404 and not officer.get("/activations").has("Gaslek")
    page = mayor.get(f"{url}/scale-up")
    assert page.has("Provincie Zavelland") and page.has("1771")
    page = mayor.post(f"{url}/scale-up", {"reason": "", "from_at": hour_now()} | PASSWORD)
    assert page.status == 422 and page.has("Choose to which higher authority it goes.")
    given = {"authority": province.id, "from_at": hour_now(), "reason": "Provinciale fase"} | PASSWORD
    page = mayor.post(f"{url}/scale-up", given)
    assert page.has("You stay in control until the higher authority takes it.") and page.has("Not taken yet")
    assert officer.get("/activations").has("Gaslek")
    assert officer.get(url).has("This activation was handed to you")
    page = officer.get(f"{url}/take")
    assert page.soup.find(id="liaison_name")["value"] == "Ilse Baert"
    page = officer.post(f"{url}/take", {"liaison_name": "", "liaison_phone": "04"} | PASSWORD)
    assert page.status == 422 and page.has("Write whom the centre may call")
    page = officer.post(
        f"{url}/take", {"liaison_name": "Ilse Baert", "liaison_phone": "0470 00 30 44"} | PASSWORD
    )
    assert page.has("Taken over") and scale_up.bearer_at(activation, clock.now()) == province
    for side in (mayor, supervisor, officer):
        assert side.get(url).has("Provincie Zavelland takes over: provincial phase")
    assert not mayor.get(url).select(f'a[href="{url}/closing"]')
    assert mayor.get(f"{url}/closing").status == 403 and mayor.post(f"{url}/closing", plan()).status == 403
    page = officer.post(f"{url}/closing", plan())
    assert page.has("Closing confirmed in writing by Ilse Baert")
    paper = officer.get(f"{url}/notices/{Notice.select().order_by(Notice.id).get().id}/paper.pdf")
    assert paper.data == bytes(ScaleUp.get().document.content)


def test_a_hand_over_is_taken_back_before_it_is_taken(mayor, supervisor, officer, province):
    activation = opened(mayor, supervisor)
    url = f"/activations/{activation.id}"
    given = {"authority": province.id, "from_at": hour_now(), "reason": "Provinciale fase"} | PASSWORD
    mayor.post(f"{url}/scale-up", given)
    mayor.post(f"{url}/scale-up/withdraw")
    assert officer.get(url).status == 404 and officer.post(f"{url}/take", PASSWORD).status == 404


# ── Who finds nothing ───────────────────────────────────────────────────

PAGES = ("answer/1", "closing", "keep-open", "reopen", "scale-up", "take", "join", "notices/1/paper.pdf")
DEEDS = (
    "call-back",
    "ask",
    "answer/1",
    "notices/1",
    "join",
    "leave",
    "closing",
    "keep-open",
    "reopen",
    "scale-up",
    "scale-up/withdraw",
    "take",
)


def test_another_town_centre_or_province_finds_nothing(mayor, supervisor, signed_in):
    activation = opened(mayor, supervisor)
    supervisor.post(f"/activations/{activation.id}/ask", question="Waar?")
    mayor.post(f"/activations/{activation.id}/closing", plan())
    strangers = [
        cast.user(role, cast.organisation(f"Elders {kind}", kind))
        for role, kind in (
            ("authorised_person", "municipality"),
            ("centre_supervisor", "contact_centre"),
            ("liaison_officer", "province"),
        )
    ]
    for stranger in map(signed_in, strangers):
        for path in PAGES:
            assert stranger.get(f"/activations/{activation.id}/{path}").status in (403, 404), path
        for path in DEEDS:
            answer = stranger.post(f"/activations/{activation.id}/{path}", plan(answer="x", question="x"))
            assert answer.status in (403, 404), path
    assert (
        Activation.get().status == "closing" and not Inquiry.get().answer and not Notice.get().acknowledged_at
    )


def test_who_only_reads_decides_nothing(mayor, supervisor, house, reader, signed_in):
    activation = opened(mayor, supervisor)
    supervisor.post(f"/activations/{activation.id}/ask", question="Waar?")
    mayor.post(f"/activations/{activation.id}/closing", plan())
    for browser in (reader, signed_in(cast.user("reader", house)), signed_in(cast.user("operator", house))):
        for path in DEEDS:
            answer = browser.post(f"/activations/{activation.id}/{path}", plan(answer="x", question="x"))
            assert answer.status == 403, path
    assert not Inquiry.get().answer and not Notice.get().acknowledged_at


def test_who_practises_touches_nothing_real(mayor, supervisor):
    activation = opened(mayor, supervisor)
    mayor.post("/practice")
    supervisor.post("/practice")
    for path in ("closing", "scale-up", "reopen", "keep-open"):
        assert mayor.post(f"/activations/{activation.id}/{path}", plan()).status == 403, path
    for path in ("call-back", "ask", "join", "leave", "notices/1"):
        assert supervisor.post(f"/activations/{activation.id}/{path}").status == 403, path
    assert Activation.get().status == "open"
