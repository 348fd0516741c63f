"""The floor as people see it: the board, the calls, the operators, what is asked and what is listened to."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch import clock
from dispatch.centre import activation as centre_of
from dispatch.centre import closing, drafts, handover, presence, relief, scale_up, sheet, shifts
from models import (
    Activation,
    Call,
    Emergency,
    Milestone,
    Presence,
    Quarter,
    Question,
    Reinforcement,
    Sample,
    Shift,
    User,
    VictimNote,
)
from tests import cast, town
from views import board


@pytest.fixture
def people(app):
    """Everybody, with a number that a town asked for and that was opened."""
    hired, activations = town.contact_centre()
    asked = Activation.get_by_id(activations["requested"][0].id)
    supervisor = hired["centre_supervisor"]
    now = clock.now()
    centre_of.acknowledge(asked, by=supervisor, now=now)
    centre_of.open(asked, number="1771", opened_at=now, by=supervisor, now=now)
    User.update(language="en").execute()
    board._kept.__init__()
    return {role: User.get_by_id(person.id) for role, person in hired.items()}


@pytest.fixture
def emergency(people):
    return Emergency.get()


@pytest.fixture
def at(emergency):
    return lambda path: f"/emergencies/{emergency.id}/{path}"


@pytest.fixture
def operator(people, signed_in):
    return signed_in(people["operator"])


@pytest.fixture
def supervisor(people, signed_in):
    return signed_in(people["centre_supervisor"])


@pytest.fixture
def mayor(people, signed_in):
    return signed_in(people["authorised_person"])


ROOMS = ("board", "wall", "calls", "operators", "figures", "quarters", "topics", "reinforcements", "quality")


def test_every_page_of_the_floor_reads_well_when_nothing_happened_yet(supervisor, at):
    for room in ROOMS:
        assert supervisor.get(at(room)).status == 200, room


# ── Calls ───────────────────────────────────────────────────────────────


def test_a_digit_and_enter_note_a_call(operator, at):
    page = operator.get(at("calls"))
    assert page.select("input[name=code][autofocus]")
    enter = page.select("form[data-noting] button")[0]  # what Enter presses: it must name no topic of its own
    assert not enter.has_attr("name")
    after = operator.post(at("calls"), page.form() | {"code": "3"})
    call = Call.get()
    assert (call.kind, call.topic, call.language) == ("d5", "shelter", "en")
    assert after.has("Where can I go?") and after.has("1 this quarter hour")


def test_what_belongs_to_a_call_is_asked_before_the_keys_that_note_it_at_once(operator, at):
    named = [tag["name"] for tag in operator.get(at("calls")).select("form[data-noting] [name]")]
    assert max(named.index("language"), named.index("place")) < named.index("code") < named.index("pressed")


def test_a_language_behind_the_key_holds_for_that_call_and_a_chosen_one_stays(operator, at):
    operator.post(at("calls"), operator.get(at("calls")).form() | {"code": "1f"})
    page = operator.get(at("calls"))
    assert page.form()["language"] == "en"
    operator.post(at("calls"), page.form() | {"code": "2", "language": "de"})
    page = operator.get(at("calls"))
    assert page.form()["language"] == "de"
    operator.post(at("calls"), page.form() | {"code": "3"})
    assert [call.language for call in Call.select().order_by(Call.id)] == ["fr", "de", "de"]


def test_what_an_operator_needs_beside_the_calls_is_one_press_away(operator, at):
    page = operator.get(at("calls"))
    for room in ("sheet", "sheet#ask-words", "victims", "announcements"):
        assert page.select(f"main a[href^='{at(room)}']"), room


@pytest.mark.parametrize(
    "code, kind, handed_to",
    [
        ("s", "silent", ""),
        ("a", "abusive", ""),
        ("w", "wrong_number", ""),
        ("p", "press", ""),
        ("r", "d2", "d2_desk"),
        ("L", "d2", "second_line"),
    ],
)
def test_a_letter_notes_what_is_no_question_of_information(operator, at, code, kind, handed_to):
    Emergency.update(second_line="+3216007788").execute()
    operator.post(at("calls"), pressed=code, place="Dorpsstraat")
    call = Call.get()
    assert (call.kind, call.handed_to, call.topic) == (kind, handed_to, "")
    assert call.place == ("" if kind == "d2" else "Dorpsstraat")


def test_at_the_d2_desk_a_topic_is_information_and_r_a_call_that_stays_there(operator, at):
    operator.post(at("operators/enter"), desk="d2", languages="nl")
    page = operator.get(at("calls"))
    assert [key.text.strip() for key in page.select("[name=pressed][value=r] span")] == [
        "relatives, at this desk"
    ]
    for code in ("7", "r"):
        assert operator.post(at("calls"), code=code).h1 == "Calls"
    assert [*Call.select(Call.kind, Call.topic, Call.handed_to).order_by(Call.id).tuples()] == [
        ("d5", "animals", ""),
        ("d2", "", ""),
    ]


def test_a_wrong_key_is_said_and_nothing_typed_is_lost(operator, at):
    page = operator.post(at("calls"), code="x9", place="Markt 4", language="de")
    assert page.status == 422 and page.has("“x9” is no key of this page")
    assert page.form()["place"] == "Markt 4" and page.form()["language"] == "de"
    assert not Call.select().exists()


def test_the_last_call_is_taken_back_and_an_older_page_takes_back_no_newer_one(operator, at):
    operator.post(at("calls"), code="1")
    old = operator.get(at("calls")).form(".deed[action$=undo]")["call"]
    operator.post(at("calls"), code="2")
    assert operator.post(at("calls/undo"), call=old).has("Only your last call can be taken back")
    assert Call.select().count() == 2
    last = operator.get(at("calls")).form(".deed[action$=undo]")["call"]
    assert operator.post(at("calls/undo"), call=last).has("The call was taken back")
    assert [call.topic for call in Call.select()] == ["situation"]


def test_a_topic_of_the_supervisor_gets_its_digit_on_every_screen(operator, supervisor, at):
    page = supervisor.get(at("topics"))
    supervisor.post(at("topics"), topics="Gas ruiken\n" + page.form()["topics"].splitlines()[2])
    operator.post(at("calls"), code="1")
    operator.post(at("calls"), code="2")
    assert [call.topic for call in Call.select()] == ["Gas ruiken", "shelter"]
    assert supervisor.post(at("topics"), topics="").status == 422


def test_calls_are_counted_for_the_town_too(operator, mayor, at):
    for code in ("1", "1f", "3", "s", "r"):
        operator.post(at("calls"), code=code, place="Dorpsstraat")
    page = mayor.get(at("figures"))
    assert page.has("5 calls noted by operators")
    assert page.has("passed to the D2 desk") and page.has("Dorpsstraat") and page.has("silent call")
    assert mayor.get(at("calls")).status == 403


def test_nothing_is_noted_once_the_emergency_is_over(operator, at, emergency):
    Emergency.update(ended_at=clock.now()).execute()
    assert operator.post(at("calls"), code="1").has("This emergency is over")
    assert not Call.select().exists()


# ── The telephone exchange ──────────────────────────────────────────────


def a_file(*rows: str) -> BytesIO:
    titles = "Datum;Uur;Aangeboden;Beantwoord;Opgehangen;Wachttijd;Gesprekstijd;Langste wachttijd"
    return BytesIO("\n".join([titles, *rows]).encode())


def a_row(at, offered=81) -> str:
    wall = clock.local(at)
    return f"{wall:%d/%m/%Y};{wall:%H:%M};{offered};{offered - 6};6;1:05:00;3:45:00;38"


def this_quarter():
    now = clock.now()
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)


def test_a_file_of_the_exchange_is_read_and_the_same_quarter_again_replaces(supervisor, at, mayor):
    begins = this_quarter()
    rows = (a_row(begins), a_row(begins - timedelta(minutes=15), 60))
    page = supervisor.post(at("quarters"), file=(a_file(*rows), "centrale.csv"))
    assert page.status == 200 and page.has("The file was read")
    kept = Quarter.get(Quarter.begins_at == begins)
    assert (kept.offered, kept.answered, kept.abandoned) == (81, 75, 6)
    assert (kept.waited_seconds, kept.talked_seconds, kept.longest_seconds) == (3900, 13500, 38)
    again = supervisor.post(at("quarters"), file=(a_file(a_row(begins, 90), rows[1]), "centrale.csv"))
    told = [row.get_text(" ", strip=True) for row in again.select(".note .kv > div")]
    assert told == ["new quarter hours 0", "replaced 1", "known and the same 1", "rows left out 0"]
    assert mayor.get(at("board")).has("As the telephone exchange counted")


def test_a_row_that_cannot_be_is_left_out_and_said(supervisor, at):
    begins = this_quarter()
    wrong = a_row(begins, 90).replace(";84;6;", ";84;60;")
    page = supervisor.post(at("quarters"), file=(a_file(a_row(begins), wrong, "gisteren;;;;;;;"), "c.csv"))
    assert page.has("Row 3: More calls were answered and abandoned together than were offered.")
    assert page.has("Row 4:") and Quarter.select().count() == 1


def test_a_file_without_the_columns_names_the_first_that_misses(supervisor, at):
    page = supervisor.post(at("quarters"), file=(BytesIO(b"Naam;GSM\nAn;0470"), "leden.csv"))
    assert page.status == 422 and page.has("No column was found for: begin of the quarter hour")


# ── Operators ───────────────────────────────────────────────────────────


def test_an_operator_sits_down_and_leaves_in_two_presses(operator, at, people):
    page = operator.get(at("operators"))
    operator.post(at("operators/enter"), page.form("#enter form"))
    seat = Presence.get()
    assert (seat.operator, seat.desk, seat.languages) == (people["operator"], "d5", ["en"])
    operator.post(at("operators/leave"), operator.get(at("operators")).form("#mine form"))
    assert Presence.get().until_at
    assert operator.post(at("operators/leave")).has("had left already")


def test_a_supervisor_signs_another_in_and_an_operator_does_not(operator, supervisor, at, people):
    other = people["centre_supervisor"].id
    assert operator.post(at("operators/enter"), operator=other, desk="d5", languages="nl").status == 403
    supervisor.post(at("operators/enter"), operator=people["operator"].id, desk="d2", languages=["nl", "fr"])
    assert Presence.get().languages == ["nl", "fr"]
    assert supervisor.get(at("operators")).has("Sign out")
    assert supervisor.post(at("operators/enter"), operator=people["operator"].id, desk="d5").status == 422


def test_shifts_are_planned_beside_the_need_and_taken_back(supervisor, at):
    here = clock.local(clock.now())
    begins, ends = (f"{here + timedelta(hours=n):%d/%m/%Y %H:%M}" for n in (1, 9))
    page = supervisor.post(at("shifts"), begins_at=begins, ends_at=ends, operators="12", desk="d5")
    assert page.has("12 operators, D5, information") and page.has("The next change is at")
    assert supervisor.post(at("shifts"), begins_at="x", ends_at=ends, operators="0", desk="d5").status == 422
    supervisor.post(at("shifts/withdraw"), shift=Shift.get().id)
    assert supervisor.get(at("operators")).has("No shift is planned")


def test_the_board_offers_the_relief_sheet_ten_minutes_before_each_change(
    supervisor, mayor, at, people, emergency
):
    def plan(in_minutes: int) -> None:
        Shift.delete().execute()
        begins = clock.now() + timedelta(minutes=in_minutes)
        facts = {"desk": "d5", "operators": 4, "languages": ["nl"], "by": people["centre_supervisor"]}
        hours = {"begins_at": begins, "ends_at": begins + timedelta(hours=8)}
        shifts.plan(emergency, **facts, **hours, now=clock.now())
        board._kept.__init__()

    plan(12)
    assert not supervisor.get(at("board")).select("#to-relief")
    plan(9)
    [link] = supervisor.get(at("board")).select("#to-relief")
    assert supervisor.get(link["href"]).response.mimetype == "application/pdf"
    assert supervisor.htmx(at("board/live")).select("#to-relief")
    assert not mayor.get(at("board")).select("#to-relief")


def printed(paper) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper.data)).pages)


def test_the_relief_sheet_tells_who_takes_over_what_they_must_know(operator, at, people, emergency):
    operator.post(at("operators/enter"), desk="d5", languages="nl")
    operator.post(at("calls"), code="3")
    Question.create(
        emergency=emergency, words="Rijdt bus 14?", key="x", by=people["operator"], asked_at=clock.now()
    )
    paper = operator.get(at("relief.pdf"))
    text = printed(paper)
    for words in (
        "Gaslek",
        "1771",
        "Rijdt bus 14?",
        "Where can I go?",
        "Blijf binnen.",
        "Aïcha Benali",
        "Operator",
    ):
        assert words in text, words
    assert b"pdfuaid" in paper.data or PdfReader(BytesIO(paper.data)).trailer["/Root"]["/MarkInfo"]


# ── The board ───────────────────────────────────────────────────────────


def many_calls(emergency, by, number):
    rows = [{"emergency": emergency, "operator": by, "at": clock.now(), "kind": "d5"} for _ in range(number)]
    Call.insert_many(rows).execute()


def test_both_sides_see_the_same_board(supervisor, mayor, operator, at, emergency, people):
    presence.enter(
        emergency, people["operator"], desk="d5", languages=["nl"], by=people["operator"], now=clock.now()
    )
    for reader in (supervisor, mayor, operator):
        page = reader.get("/board")
        assert page.h1 == "Board" and page.has("Gaslek now") and page.has("Oosterzavel, Gaslek")
        assert page.select("#floor svg[role=img]") and page.has("Both charts as a table")


def test_a_board_that_shows_it_all_already_is_sent_nothing(supervisor, operator, at, emergency, monkeypatch):
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)  # what it shows of the time changes by itself
    live = supervisor.get("/board").select("#floor")[0]["data-hx-get"]
    assert supervisor.htmx(live).status == 204
    operator.post(at("calls"), code="1")
    board._kept.__init__()
    fresh = supervisor.htmx(live)
    assert fresh.status == 200 and fresh.select("#floor")[0]["data-hx-get"] != live


def test_forty_readers_within_a_second_are_served_from_one_making(app, supervisor, at, monkeypatch):
    made = []
    monkeypatch.setattr(board, "render_template", lambda *args, **kwargs: made.append(args) or "<div></div>")
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    for _reader in range(40):
        supervisor.browser.get(at("board/live?version=old"))
    assert len(made) == 1


def test_the_poll_ends_with_the_emergency(supervisor, at):
    Emergency.update(ended_at=clock.now()).execute()
    assert "data-hx-get" not in supervisor.get(at("board")).select("#floor")[0].attrs


def test_the_wall_and_its_fragment_are_one(supervisor, at):
    page = supervisor.get(at("wall"))
    assert "wall" in page.soup.body["class"] and page.select("#wall .clocks")
    board._kept.__init__()
    assert supervisor.htmx(at("wall/live"), version="old").select("#wall")


def test_too_few_operators_are_asked_for_and_the_town_agrees(supervisor, mayor, at, emergency, people):
    many_calls(emergency, people["operator"], 60)
    page = supervisor.get("/board")
    wanted = page.select("#to-ask")[0]["href"]
    assert "operators short" in page.text and re.search(r"number=\d+", wanted)
    asking = supervisor.get(wanted)
    until = f"{clock.local(clock.now() + timedelta(hours=3)):%d/%m/%Y %H:%M}"
    supervisor.post(at("reinforcements"), asking.form("#ask form") | {"until_at": until})
    asked = Reinforcement.get()
    assert mayor.get("/board").has(f"{asked.operators} operators asked")
    here = f"/activations/{emergency.activations.get().id}"
    assert mayor.get(here).select(f".note.late a[href='/emergencies/{emergency.id}/reinforcements']")
    page = mayor.post(at("reinforcements/decide"), asked=asked.id, choice="decline", answer="")
    assert page.status == 422 and page.has("Write why") and not Reinforcement.get().decided_at
    page = mayor.get(at("reinforcements"))
    assert page.has("The price is not known here")
    mayor.post(at("reinforcements/decide"), page.form(".verdict form") | {"choice": "agree"})
    assert Reinforcement.get().is_agreed is True
    assert supervisor.get(at("reinforcements")).has("Agreed by Authorised Person")
    again = mayor.post(at("reinforcements/decide"), asked=asked.id, choice="decline", answer="No")
    assert again.has("answered already") and Reinforcement.get().is_agreed is True


def test_a_public_line_that_only_the_d2_desk_could_answer_is_said(supervisor, operator, at):
    assert supervisor.get(at("board")).has("Nobody sits at a telephone")
    operator.post(at("operators/enter"), desk="d2", languages="nl")
    page = supervisor.get(at("board"))
    assert page.has("1 operator short") and page.has("Only the D2 desk is manned")
    assert operator.get(at("operators")).has("0 at D5, 1 needed")
    operator.post(at("operators/enter"), desk="d5", languages="nl")
    page = supervisor.get(at("board"))
    assert page.has("Enough operators") and not page.has("is not answered")


def test_the_centre_does_not_answer_its_own_question(supervisor, operator, at):
    until = f"{clock.local(clock.now() + timedelta(hours=3)):%d/%m/%Y %H:%M}"
    supervisor.post(at("reinforcements"), operators="6", until_at=until)
    asked = Reinforcement.get().id
    for who in (supervisor, operator):
        assert who.post(at("reinforcements/decide"), asked=asked, choice="agree").status == 403
    assert supervisor.post(at("reinforcements"), operators="0", until_at="x").status == 422
    supervisor.post(at("reinforcements/withdraw"), asked=asked)
    assert Reinforcement.get().decided_at and Reinforcement.get().is_agreed is None


# ── Quality ─────────────────────────────────────────────────────────────


def test_what_the_sheet_misses_becomes_a_question_and_names_stay_in_the_centre(
    supervisor, mayor, operator, at, people
):
    operator.post(at("operators/enter"), desk="d5", languages="nl")
    heard = {"operator": people["operator"].id, "greeting": "yes", "sheet": "no", "finding": "sheet"}
    assert supervisor.post(at("quality"), heard).status == 422
    supervisor.post(at("quality"), heard | {"remark": "Rijdt bus 14?"})
    supervisor.post(at("quality"), heard | {"remark": "Rijdt  bus 14?"})
    question = Question.get()
    assert (question.words, question.number) == ("Rijdt bus 14?", 2)
    page = mayor.get(at("quality"))
    assert page.has("Hour by hour") and not page.has("Rijdt bus 14?")
    assert operator.post(at("quality"), heard).status == 403


def test_a_word_with_an_operator_is_noted_once(supervisor, operator, at, people):
    operator.post(at("operators/enter"), desk="d5", languages="nl")
    heard = {"operator": people["operator"].id, "clear": "no", "finding": "word", "remark": "Trager spreken."}
    supervisor.post(at("quality"), heard)
    sample = Sample.get()
    assert supervisor.post(at("quality/speak"), sample=sample.id).has("Noted that you had a word")
    assert supervisor.post(at("quality/speak"), sample=sample.id).has("This was said already")


# ── Practice ────────────────────────────────────────────────────────────


def test_who_practises_touches_no_real_emergency(operator, at):
    operator.post("/practice")
    assert operator.post(at("calls"), code="1").status == 403
    assert not Call.select().exists()


# ── A program ───────────────────────────────────────────────────────────


def a_quarter(**more) -> dict:
    counts = {"offered": 81, "answered": 75, "abandoned": 6, "waited_seconds": 3900, "talked_seconds": 13500}
    return {"begins_at": f"{this_quarter():%Y-%m-%dT%H:%M}:00Z"} | counts | more


def test_the_telephone_exchange_brings_what_it_counted(app, people, emergency):
    _, text = town.centre_token(people, now=clock.now())
    exchange, headers = app.test_client(), {"Authorization": f"Bearer {text}"}
    listed = exchange.get("/api/v1/emergencies", headers=headers)
    assert [one["id"] for one in listed.json["items"]] == [emergency.id]
    address = f"/api/v1/emergencies/{emergency.id}/quarters"
    answers = [
        exchange.post(address, json={"quarters": [a_quarter(**more)]}, headers=headers)
        for more in ({}, {}, {"offered": 90}, {"offered": 3}, {"begins_at": "2026-02-31T07:00Z"})
    ]
    assert [one.status_code for one in answers] == [200, 200, 200, 422, 422]
    assert [one.json for one in answers[:3]] == [
        {"new": 1, "replaced": 0, "same": 0},
        {"new": 0, "replaced": 0, "same": 1},
        {"new": 0, "replaced": 1, "same": 0},
    ]
    assert "quarters.0" in answers[3].json["faults"]
    assert Quarter.get().offered == 90 and Quarter.get().source == "Telefooncentrale"


def test_without_a_token_the_exchange_brings_nothing(app, people, emergency):
    address = f"/api/v1/emergencies/{emergency.id}/quarters"
    assert app.test_client().post(address, json={"quarters": [a_quarter()]}).status_code == 401
    assert app.test_client().get("/api/v1/emergencies").status_code == 401


def test_a_token_of_another_house_or_mood_brings_nothing(app, people, emergency):
    zone = town.zone("Zavel", 1)
    _, practice = town.centre_token(people, is_practice=True, now=clock.now())
    _, zones = town.token(zone, now=clock.now())
    address = f"/api/v1/emergencies/{emergency.id}/quarters"
    for text, status in ((practice, 404), (zones, 403)):
        headers = {"Authorization": f"Bearer {text}"}
        answer = app.test_client().post(address, json={"quarters": [a_quarter()]}, headers=headers)
        assert answer.status_code == status
    assert not Quarter.select().exists()


def test_operators_see_until_when_the_number_answers(supervisor, operator, at, people, emergency):
    now = clock.now()
    plan = closing.Typed((), f"{clock.local(now + timedelta(hours=2)):%d/%m/%Y %H:%M}", "016 00 12 34", "")
    asked = emergency.activations.get()
    closing.confirm(asked, plan, by=people["authorised_person"], now=now, is_confirmed=True)
    for browser, room in (
        (supervisor, "board"),
        (supervisor, "wall"),
        (operator, "sheet"),
        (operator, "calls"),
    ):
        page = browser.get(at(room))
        assert page.has("The number closes") and page.has("Afterwards callers go to"), room


def test_the_sheet_of_a_closed_number_says_that_it_is_closed(people, operator, supervisor, at):
    asked, now = Activation.get(Activation.status == "open"), clock.now()
    by = people["centre_supervisor"]
    centre_of.close(asked, at=now, confirmed_by="Aïcha Benali, burgemeester", by=by, now=now)
    for browser, room in ((operator, "sheet"), (operator, "calls"), (supervisor, "board")):
        assert browser.get(at(room)).has(f"The number is closed since {clock.local(now):%H:%M}"), room


def test_whoever_closes_a_number_reads_first_who_still_waits(people, mayor, emergency, at, operator):
    page = f"/activations/{emergency.activations.get().id}/closing"
    assert not mayor.get(page).has("This still waits")
    relative(emergency, people)
    operator.post(at("questions"), words="Rijdt de bus?")
    told = mayor.get(page)
    assert told.has("1 relative waits to be called back.") and told.has("1 question of operators is open.")


def taken_over(people, now):
    """The province takes the number over, with a liaison officer of its own."""
    province, _federal = cast.higher_authorities()
    asked = Activation.get(Activation.status == "open")
    facts = {"by": people["authorised_person"], "now": now, "is_confirmed": True}
    states = [handover.state(asked, now)]
    scale_up.offer([asked], to=province, from_at=now, reason="Provinciale fase.", states=states, **facts)
    officer = cast.user("liaison_officer", province)
    liaison = {"name": "Ilse Baert", "phone": "0470 00 30 44", "email": ""}
    handover.take(asked, liaison=liaison, with_others=False, by=officer, now=now, is_confirmed=True)


def test_every_page_of_the_floor_says_who_took_over_and_whom_to_call(operator, supervisor, at, people):
    news = operator.get(at("calls")).soup.find(id="news")
    before = operator.get(at("sheet"))
    kept = {
        "held": before.soup.find(id="sheet-held")["value"],
        "read": before.soup.find(id="readers-held")["value"],
    }
    taken_over(people, clock.now())
    said = "Provincie Zavelland is in control since"
    for room in ("board", "wall", "sheet", "calls", "operators"):
        page = supervisor.get(at(room))
        assert page.has(said) and page.has("Liaison officer: Ilse Baert, 0470 00 30 44"), room
    assert operator.htmx(news["data-hx-get"]).has(said), "the page of the calls hears of it by itself"
    assert operator.htmx(at("sheet/lines"), lang="en", **kept).has(said), "and so does the sheet"


def relative(emergency, people, **facts) -> VictimNote:
    row = {"handed_to": "d2_desk", "caller": "Jan Peeters", "by": people["operator"], "at": clock.now()}
    return VictimNote.create(emergency=emergency, **row | facts)


def test_the_relief_sheet_counts_on_the_relatives_who_still_wait_and_says_nothing_of_them(
    operator, at, people, emergency
):
    waits = relative(emergency, people)
    taken = relative(emergency, people, taken_by=people["centre_supervisor"], taken_at=clock.now())
    done = relative(emergency, people, closed_at=clock.now())
    text = printed(operator.get(at("relief.pdf")))
    assert f"Call {waits.id}, for the D2 desk" in text and f"Call {taken.id}, for" in text
    assert people["centre_supervisor"].name in text
    assert f"Call {done.id}" not in text and "Peeters" not in text


def test_the_relief_sheet_tells_of_an_answer_that_was_changed_once_and_in_words_that_hold(people, emergency):
    Emergency.update(sheet_version=0).execute()
    now, by = clock.now(), people["liaison_officer"]
    draft = drafts.open_new(emergency, by=by, now=now)
    two = {
        "question": {"nl": "Waarheen?", "fr": "Où aller ?"},
        "answer": {"nl": "De Linde.", "fr": "Le Tilleul."},
    }
    entry = sheet.publish(drafts.jot(draft, two, by=by, now=now), by=by, now=now).entry
    draft = drafts.open_for(entry, sheet.current(entry.id), by=by, now=now)
    later = now + timedelta(minutes=5)
    drafts.jot(draft, {"answer": {"nl": "De Eik."}}, by=by, now=later)
    sheet.publish(draft, by=by, now=later)
    told = relief.told(emergency, "fr", later)["changes"]
    of_it = [said for _hour, question, said in told if question in ("Waarheen?", "Où aller ?")]
    assert of_it == ["publié : De Eik.".replace(" :", "\u00a0:"), "publié\u00a0: Le Tilleul."]
    sheet.withdraw(entry, why="Zaal vol", seen=sheet.current(entry.id).sheet_version, by=by, now=later)
    assert any(
        "Zaal vol" in said for _hour, _question, said in relief.told(emergency, "fr", later)["changes"]
    )


def test_the_relief_sheet_names_the_liaison_officer_of_now(operator, at, people):
    assert "Aïcha Benali" in printed(operator.get(at("relief.pdf")))
    taken_over(people, clock.now())
    after = printed(operator.get(at("relief.pdf")))
    assert "Provincie Zavelland" in after and "Ilse Baert" in after and "Aïcha Benali" not in after


def test_what_is_going_on_stands_on_the_sheet_as_the_municipality_described_it(operator, at):
    page = operator.get(at("sheet"))
    assert page.has("What is going on?") and page.has("Leiding geraakt.")
    assert page.has("As Oosterzavel described it when it asked for the number")


def test_what_is_going_on_says_its_language_and_keeps_its_hour_when_the_number_opens_again(
    operator, at, people
):
    written = Milestone.get(Milestone.status == "requested")
    Milestone.create(**written.__data__ | {"id": None, "at": written.at + timedelta(minutes=10)})
    page = operator.get(at("sheet"), lang="fr")
    (told,) = page.select("#situation-1")
    assert "Not translated: this is Dutch" in told.text and told.select_one("[lang=nl]")
    assert f"{clock.local(written.at):%H:%M}" in told.text
    assert "Not translated" not in operator.get(at("sheet"), lang="nl").select("#situation-1")[0].text


def test_an_open_question_on_the_board_leads_whoever_answers_it_there(
    people, signed_in, supervisor, operator, at
):
    operator.post(at("questions"), words="Rijdt de bus?")
    way = f"#questions a[href='/questions/{Question.get().id}']"
    assert signed_in(people["liaison_officer"]).get(at("board")).select(way)
    assert not supervisor.get(at("board")).select(way)


# ── A real number beside an exercise ────────────────────────────────────


def asked_beside(people, is_practice=True):
    """One more request, after the number that runs and with its own emergency."""
    mayor, now = people["authorised_person"], clock.now()
    draft = centre_of.begin(mayor.organisation, by=mayor, now=now, is_practice=is_practice)
    hour = {"declared_at": f"{clock.local(now):%H:%M}"}
    centre_of.write(draft, town.FORM | hour, by=mayor, now=now)
    asked = centre_of.submit(draft, by=mayor, now=now, password_confirmed=True)
    return Activation.get_by_id(asked.id)


def test_a_real_number_comes_before_an_exercise_that_began_later(supervisor, people, emergency):
    practised = asked_beside(people)
    page = supervisor.get("/board")
    assert page.h1 == "Board" and not page.select("body.is-practice")
    tabs = [tab.text for tab in page.select(".tabs a")]
    assert tabs == [f"{emergency.name} (real)", f"{practised.emergency.name} (exercise)"]
    real = asked_beside(people, is_practice=False)
    waiting = [part["id"] for part in supervisor.get("/activations").select("#board section")]
    assert waiting == [f"wait-{real.id}", f"wait-{practised.id}"]


def test_a_real_card_on_the_board_of_an_exercise_is_marked_as_real(supervisor, people, emergency):
    practised = asked_beside(people)
    page = supervisor.get(f"/emergencies/{practised.emergency_id}/board")
    (real,) = page.select(f"#clock-{emergency.activations.get().id}")
    assert page.select("body.is-practice") and real.select(".badge.live")
    (drill,) = page.select(f"#clock-{practised.id}")
    assert drill.select(".badge.practice") and not drill.select(".badge.live")


def test_the_desk_of_an_exercise_says_at_which_real_telephone_somebody_sits(operator, people, emergency, at):
    practised = asked_beside(people).emergency
    operator.post(at("operators/enter"), desk="d5", languages="nl")
    room = f"/emergencies/{practised.id}/operators"
    page = operator.get(room)
    assert page.has(f"You sit at a real telephone, of {emergency.name}")
    assert not page.select("#enter") and page.select(f".note a[href='{at('operators')}']")
    page = operator.post(f"{room}/enter", desk="d5", languages="nl")
    assert page.has("An exercise takes nobody away from there") and page.h1 == "Operators"
    assert presence.seat_of(people["operator"]).emergency == emergency


def test_a_closed_number_needs_nobody_and_no_change_of_shift_comes(operator, people, emergency, at):
    by, now, running = people["centre_supervisor"], clock.now(), emergency.activations.get()
    facts = {"desk": "d5", "operators": 4, "languages": ["nl"], "by": by, "now": now}
    shifts.plan(emergency, begins_at=now, ends_at=now + timedelta(hours=2), **facts)
    assert operator.get(at("operators")).has("The next change is at")
    centre_of.close(running, at=now, by=by, now=now)
    page = operator.get(at("operators"))
    assert page.has("This emergency is over") and page.has("Nobody sits at the telephone")
    assert not page.select("#relief, #plan, #enter") and not page.has("1 needed")


def test_after_an_exercise_the_menu_leads_to_the_real_number(operator, supervisor, people, emergency, at):
    practised, now = asked_beside(people), clock.now()
    by = people["centre_supervisor"]
    centre_of.open(practised, number="1771", opened_at=now, by=by, now=now)
    operator.post(f"/emergencies/{practised.emergency_id}/operators/enter", desk="d5", languages="nl")
    for room in ("calls", "operators"):
        assert operator.get(f"/{room}").has(practised.emergency.name)
    centre_of.close(practised, at=clock.now(), by=by, now=clock.now())
    for room in ("calls", "operators"):
        page = operator.get(f"/{room}")
        assert page.select(f"form[action^='{at(room)}']") and not page.select("body.is-practice")
