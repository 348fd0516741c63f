"""The final report of an activation: made by itself when it closes, once, with everything in it."""

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dispatch.centre import figures, lessons, report, statements
from models import (
    Activation,
    Agreement,
    Call,
    CallBack,
    Campaign,
    Document,
    Entry,
    EntryVersion,
    FinalReport,
    Inquiry,
    Milestone,
    Organisation,
    Quarter,
    Question,
    Reinforcement,
    Sample,
    User,
)
from tests import cast, reckoning, town

OPENED = datetime(2026, 11, 23, 9, 0)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def signed_in(signed_in):
    """Everybody here reads English, as the sentences below do."""

    def sign_in(user):
        User.update(language="en").where(User.id == user.id).execute()
        return signed_in(User.get_by_id(user.id))

    return sign_in


@pytest.fixture
def closed(app):
    """A number that was open for five hours, with people, calls, questions, a sheet and a scale-up."""
    municipality, centre = cast.municipality_and_centre()
    agreement = Agreement.get()
    reckoning.tariff(agreement)
    where = reckoning.emergency(centre, OPENED)
    made = reckoning.activation(where, agreement, OPENED, OPENED + 5 * HOUR)
    first, second = reckoning.operators(centre, 2)
    reckoning.present(where, first, OPENED, OPENED + 5 * HOUR)
    reckoning.present(where, second, OPENED + HOUR, OPENED + 3 * HOUR)
    for n in range(20):
        Quarter.create(
            emergency=where,
            begins_at=OPENED + n * 15 * MINUTE,
            offered=30,
            answered=27,
            abandoned=3,
            in_time=20,
            waited_seconds=270,
            longest_seconds=40 + n,
            talked_seconds=27 * 180,
            at=OPENED,
        )
    for n in range(10):
        reckoning.call(
            where, first, OPENED + n * MINUTE, 180, municipality, topic="rook" if n % 3 else "water"
        )
    reckoning.call(where, first, OPENED + 30 * MINUTE, 30, kind="press", language="fr", topic="")
    entry = Entry.create(emergency=where, topic="rook", created_at=OPENED)
    told = {"sheet_version": 1, "question": {"nl": "Mag ik buiten?"}, "answer": {"nl": "Neen."}}
    EntryVersion.create(entry=entry, valid_from=OPENED, by=made.by, published_at=OPENED + 20 * MINUTE, **told)
    asked = {"emergency": where, "key": "x", "by": first, "number": 7}
    Question.create(
        words="Is het leidingwater veilig?",
        asked_at=OPENED + HOUR,
        answered_at=OPENED + HOUR + 12 * MINUTE,
        entry=entry,
        **asked,
    )
    Question.create(words="Wanneer rijden de bussen?", asked_at=OPENED + 4 * HOUR, **asked)
    province = cast.organisation("Provincie Zavel", "province")
    reckoning.scaled_up(made, province, OPENED + 2 * HOUR)
    return made


def test_the_timeline_tells_of_call_backs_questions_and_operators_that_were_declined(closed):
    facts = {"activation": closed, "by": closed.by}
    CallBack.create(phone="+3216223344", is_right=False, at=OPENED - 50 * MINUTE, **facts)
    answer = {"answer": "Vier.", "answered_by": closed.by, "answered_at": OPENED + 2 * MINUTE}
    Inquiry.create(words="Hoeveel bussen?", asked_at=OPENED + MINUTE, **facts, **answer)
    asked = {"emergency": closed.emergency, "operators": 6, "from_at": OPENED, "until_at": OPENED + HOUR}
    decided = {"is_agreed": False, "answer": "Te duur", "decided_by": closed.by, "decided_at": OPENED + HOUR}
    Reinforcement.create(reason="Het loopt vol", asked_at=OPENED + MINUTE, **asked, **decided, **facts)
    told = [row[1] for row in chapter(closed, "Timeline")]
    assert "Called back: the code was WRONG" in told
    assert "The centre asked: Hoeveel bussen?" in told and "Answered: Vier." in told
    assert "Operators more, asked: 6. Het loopt vol" in told
    assert "Operators more, declined: 6. Te duur" in told


def test_a_topic_is_told_in_words_and_notes_about_relatives_are_counted(closed):
    Call.update(topic="shelter").where(Call.topic == "rook").execute()
    assert "Where can I go?" in [row[0] for row in chapter(closed, "Topics")]
    assert ["notes about relatives that were passed on", "0"] in chapter(closed, "Calls")


def test_a_number_that_opened_within_the_minute_opened_after_a_minute(closed):
    Milestone.update(at=OPENED - timedelta(seconds=15)).where(Milestone.status == "requested").execute()
    assert dict(report.build(closed, "en", OPENED + 6 * HOUR)["figures"])["opened after"] == "about 1 min"


def chapter(activation: Activation, title: str, now=OPENED + 6 * HOUR) -> list[list[str]]:
    return next(
        one["rows"] for one in report.build(activation, "en", now)["chapters"] if one["title"] == title
    )


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_it_makes_itself_once_for_what_is_closed(closed):
    now = OPENED + 6 * HOUR
    assert report.make_missing(now) == 1
    assert report.make_missing(now + MINUTE) == 0
    kept = FinalReport.get()
    assert kept.activation_id == closed.id and kept.made_at == now
    assert report.paper(closed, "nl", now=now + HOUR) == bytes(kept.document.content)


def test_an_open_number_has_none(closed):
    Activation.update(status="closing").execute()
    assert report.make_missing(OPENED + 6 * HOUR) == 0


def test_of_two_who_make_it_at_once_one_is_kept(closed, monkeypatch):
    paper, raced = report.papers.final_report, []

    def slow(*facts):
        if not raced:
            raced.append(True)
            report.make(closed, now=OPENED + 6 * HOUR)
        return paper(*facts)

    monkeypatch.setattr(report.papers, "final_report", slow)
    report.make(closed, now=OPENED + 6 * HOUR)
    assert FinalReport.select().count() == Document.select().count() == 1


def test_who_dies_before_it_is_kept_leaves_it_to_the_next_look(closed, monkeypatch):
    def die(*_facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(report.papers, "final_report", die)
        report.make_missing(OPENED + 6 * HOUR)
    assert not FinalReport.select().exists()
    assert report.make_missing(OPENED + 7 * HOUR) == 1


def test_a_number_that_closed_again_gets_a_new_report(closed):
    report.make_missing(OPENED + 6 * HOUR)
    later = OPENED + 30 * HOUR
    Milestone.update(at=later, recorded_at=later).where(Milestone.status == "closed").execute()
    assert report.make_missing(later + MINUTE) == 1
    assert FinalReport.select().count() == 1 and FinalReport.get().made_at == later + MINUTE


def test_a_number_that_was_opened_again_tells_of_both_times_and_of_no_hour_between(closed):
    begun = OPENED + 10 * HOUR
    again = {"requested": begun - 20 * MINUTE, "open": begun, "closed": begun + HOUR}
    for status, at in again.items():
        Milestone.create(activation=closed, status=status, at=at, recorded_at=at, by=closed.by_id)
    told = report.build(closed, "en", begun + 2 * HOUR)
    facts, counted = dict(told["facts"]), dict(told["figures"])
    assert facts["Requested"].endswith("09:30") and facts["Open since"].endswith("10:00")
    assert facts["Opened again"].endswith("20:00") and facts["Closed"].endswith("21:00")
    assert counted["open during"] == "6 h 0 min" and counted["the promise"] == "kept"


def test_what_was_noted_within_the_minute_of_closing_is_counted(closed):
    before = dict(chapter(closed, "Calls"))["noted: press"]
    operator = User.get(User.id == Call.get().operator_id)
    reckoning.call(closed.emergency, operator, OPENED + 5 * HOUR + timedelta(seconds=40), 30, kind="press")
    assert int(dict(chapter(closed, "Calls"))["noted: press"]) == int(before) + 1


def test_the_timeline_has_moves_scale_ups_and_the_sheet_in_their_order(closed):
    said = [row[1] for row in chapter(closed, "Timeline")]
    assert said == [
        "requested",
        "open",
        "Information sheet, version 1: 1 answer",
        "provincial phase: Provincie Zavel takes control and costs",
        "closed",
    ]


def test_the_messages_of_the_zone_of_the_municipality_stand_in_the_timeline(closed):
    zone = town.zone("Zavel", 1)
    sent = town.campaign(zone.people["sender"], zone.bins["A"], "running")
    Campaign.update(launched_at=OPENED + 10 * MINUTE).execute()
    Organisation.update(parent=sent.organisation).where(Organisation.id == closed.municipality_id).execute()
    fresh = Activation.get_by_id(closed.id)
    assert any("Bericht running" in row[1] for row in chapter(fresh, "Timeline"))
    Campaign.update(launched_at=OPENED + 6 * HOUR).execute()
    assert not any("Bericht running" in row[1] for row in chapter(fresh, "Timeline"))


def test_the_figures_of_the_telephone_are_those_of_the_exchange_and_of_the_operators(closed):
    calls = dict(chapter(closed, "Calls"))
    assert calls["offered, by the exchange"] == "600" and calls["answered"] == "540"
    assert calls["abandoned"] == "60" and calls["longest wait"] == "59 seconds"
    assert calls["noted: general information (D5)"] == "10" and calls["noted: press"] == "1"
    assert calls["noted about Oosterzavel"] == "10"
    assert chapter(closed, "Topics") == [
        ["rook", "6", "55 %"],
        ["Water, food, electricity", "4", "36 %"],
        ["no topic noted", "1", "9 %"],
    ]
    assert chapter(closed, "Languages")[1] == ["French", "1", "9 %"]
    assert dict(chapter(closed, "Quality"))["answered within 20 s"] == "67 %"


def test_each_question_says_how_long_it_waited_the_longest_first(closed):
    rows = chapter(closed, "Questions from the floor")
    assert [(row[0], row[3], row[4]) for row in rows] == [
        ("Wanneer rijden de bussen?", "1 h 0 min", "no answer"),
        ("Is het leidingwater veilig?", "12 min 0 s", "answered"),
    ]


def test_staffing_stands_against_what_was_needed(closed):
    rows = chapter(closed, "Staffing against need")
    assert rows[0] == ["23/11 10:00", "120", "1", "9", "8"]
    assert rows[1][2] == "2" and len(rows) == 5


def test_whoever_sits_at_d2_does_not_count_as_answering(closed):
    at_d2 = town.user("operator", closed.agreement.centre, email="d2@centrum.example")
    before = [one.present for one in figures.staffing(closed.emergency, OPENED, OPENED + 5 * HOUR)]
    reckoning.present(closed.emergency, at_d2, OPENED, OPENED + 5 * HOUR, desk="d2")
    assert [one.present for one in figures.staffing(closed.emergency, OPENED, OPENED + 5 * HOUR)] == before


def test_a_part_of_an_hour_needs_as_many_people_as_if_it_had_gone_on(closed):
    whole = figures.staffing(closed.emergency, OPENED, OPENED + HOUR)[0]
    part = figures.staffing(closed.emergency, OPENED, OPENED + 15 * MINUTE)[0]
    assert part.calls * 4 == whole.calls and part.needed == whole.needed


def test_the_costs_are_the_last_statements_or_provisional(closed):
    rows = chapter(closed, "Costs")
    assert {row[1] for row in rows} == {"provisional"} and len(rows) == 2
    by = User.get(User.role == "centre_supervisor")
    statements.draw_up(closed, by=by, now=OPENED + 6 * HOUR)
    for minute in range(2):  # pressed twice it goes out once
        statements.correct(closed, "Fout.", by=by, now=OPENED + 7 * HOUR + minute * MINUTE)
    assert sorted(row[1] for row in chapter(closed, "Costs")) == ["3", "4"]
    reckoning.present(
        closed.emergency, by, OPENED, OPENED + 5 * HOUR
    )  # and another mistake for the same reason
    statements.correct(closed, "Fout.", by=by, now=OPENED + 7 * HOUR + 2 * MINUTE)
    assert sorted(row[1] for row in chapter(closed, "Costs")) == ["5", "6"]


def test_the_paper_and_the_workbook_say_it_all(closed):
    now = OPENED + 6 * HOUR
    said = words_of(report.paper(closed, "en", now=now))
    for words in (
        "Final report",
        "kept",
        "Is het leidingwater veilig?",
        "Provincie Zavel",
        "Demonstration",
        "600",
    ):
        assert words in said, words
    book = CalamineWorkbook.from_filelike(BytesIO(report.workbook(closed, "en", now=now)))
    assert {"Timeline", "Questions from the floor", "Lessons"} <= set(book.sheet_names)
    assert len(book.get_sheet_by_name("Calls by quarter hour").to_python()) > 20


def test_a_lesson_that_came_later_is_in_the_next_paper(closed):
    now = OPENED + 6 * HOUR
    kept = report.make(closed, now=now)
    lessons.add(closed, "Fiche vertalen", "An", date(2027, 1, 10), by=closed.by, now=now + HOUR)
    later = report.paper(closed, "nl", now=now + 2 * HOUR)
    assert "Fiche vertalen" in words_of(later) and later != bytes(kept.document.content)


def test_the_page_the_files_and_the_lessons(closed, signed_in):
    mayor, supervisor = signed_in(closed.by), signed_in(User.get(User.role == "centre_supervisor"))
    for side in (mayor, supervisor):
        page = side.get(f"/activations/{closed.id}/report")
        assert page.has("leidingwater") and page.soup.find("svg", attrs={"role": "img"})
        assert side.get(f"/activations/{closed.id}/report.pdf").response.mimetype == "application/pdf"
        assert side.get(f"/activations/{closed.id}/report.xlsx").status == 200
    page = mayor.post(
        f"/activations/{closed.id}/lessons", words="Fiche vertalen", owner="", due_on="2027-01-10"
    )
    assert page.status == 422 and page.has("Fiche vertalen")
    page = mayor.post(
        f"/activations/{closed.id}/lessons", words="Fiche vertalen", owner="An", due_on="2027-01-10"
    )
    assert page.has("The to-do is kept")
    reader = signed_in(town.user("reader", closed.municipality))
    assert reader.get(f"/activations/{closed.id}/report").status == 200
    assert (
        reader.post(f"/activations/{closed.id}/lessons", words="x", owner="y", due_on="2027-01-10").status
        == 403
    )


def test_the_calls_are_drawn_with_the_message_on_them_and_the_operators_against_the_need(closed, signed_in):
    zone = cast.zone()
    Organisation.update(parent=zone).where(Organisation.id == closed.municipality_id).execute()
    sent = {"organisation": zone, "kind": "warning", "status": "done", "is_practice": False, "people": 396}
    author = cast.user("sender", zone)
    stamps = {"created_at": OPENED, "changed_at": OPENED, "launched_at": OPENED + HOUR}
    Campaign.create(name="Rook", author=author, launched_by=author, **sent, **stamps)
    calls, staffing = (report.build(closed, "en", OPENED + 6 * HOUR)[name] for name in ("calls", "staffing"))
    flags = [mark for mark in calls.marks if mark.attrs.get("class") == "flag"]
    assert [(flag.text, flag.more) for flag in flags] == [("11:00 message", "to 396 people")]
    assert sum(int(row[1]) for row in calls.rows) == 600 and sum(int(row[2]) for row in calls.rows) == 540
    assert [row[2] for row in staffing.rows] == ["1", "2", "2", "1", "1"]
    page = signed_in(closed.by).get(f"/activations/{closed.id}/report")
    assert len(page.select("figure.chart > svg[role=img]")) == 2 and page.select("#calls-table tbody tr")


def test_a_report_before_anybody_rang_is_still_a_page(app, signed_in):
    _municipality, centre = cast.municipality_and_centre()
    where = reckoning.emergency(centre, OPENED)
    made = reckoning.activation(where, Agreement.get(), OPENED)
    page = signed_in(made.by).get(f"/activations/{made.id}/report")
    assert page.status == 200 and page.has("provisional")
    assert "PROVISIONAL" in words_of(report.paper(made, "en", now=OPENED + MINUTE))


def test_what_was_heard_in_samples_stands_under_quality(closed):
    where = closed.emergency
    for is_clear in (True, False):
        answers = {"greeting": True, "clear": is_clear}
        facts = {"answers": answers, "good": 1 + is_clear, "asked": 2}
        Sample.create(
            emergency=where, operator=where.presences.get().operator, by=closed.by, at=OPENED + HOUR, **facts
        )
    rows = {row[0]: row[1] for row in chapter(closed, "Quality")}
    assert rows["Greeted by the agreed sentence"] == "2 / 2"
    assert rows["Checked that the caller understood"] == "1 / 2"
