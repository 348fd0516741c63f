"""The contact centre's whole story: from three requests on a Friday evening to statements that agree to the mill."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch.centre import activation as centre
from dispatch.centre import board, moves, presence, report, scale_up, staffing, statistics, warnings
from models import Annex, FinalReport, Message, Notice, Quarter, Statement
from tests.three_days import CALLS, HOUR, PEAK, ThreeDays, bearers_owe, calls_by_quarter


@pytest.fixture
def days(app):
    return ThreeDays()


def test_three_towns_a_province_forty_operators_and_23_000_calls_end_in_statements_to_the_mill(days):
    days.open_everywhere()
    assert [one.name for one in [days.emergency]] == ["Ammoniak uit een tank"]
    assert {days.of(n).emergency_id for n in range(3)} == {days.emergency.id}
    assert [centre.clock_of(days.of(n), days.after(300)).is_kept for n in range(3)] == [True] * 3

    entry = days.tell()
    [version] = entry.versions
    assert version.published_at == days.after(80) and days.emergency.sheet_version == version.sheet_version

    days.ask_for_more()
    assert days.reinforcement.is_agreed and days.reinforcement.mills > 0

    days.scale_up()
    for n, town in enumerate(days.towns):
        assert scale_up.bearer_at(days.of(n), days.after(359)) == town
        assert scale_up.bearer_at(days.of(n), days.after(360)) == days.province

    days.staff()
    days.ring()
    assert sum(row.offered for row in Quarter.select()) == CALLS
    peak = statistics.stretches(days.emergency, days.after(120), days.after(179))
    assert sum(one.calls for one in peak) == PEAK == 3_295
    assert staffing.operators_needed(PEAK, 180) == 173

    for n in (2, 1, 0):
        days.plan_the_end(n)
        assert days.of(n).status == "closing"
        days.close(n)
    assert days.emergency.ended_at == days.after(72 * 60)
    assert Notice.select().where(Notice.kind == "closing").count() == 3

    days.draw_up()
    told = Annex.select().where(Annex.number == 4).order_by(Annex.id).first().content
    owed = bearers_owe(told, days.begins_at, days.towns, days.province)
    drawn = {(one.activation.municipality_id, one.bearer_id): one.mills for one in Statement.select()}
    assert drawn == owed and len(drawn) == 6
    assert sum(drawn.values()) == sum(owed.values()) > 1_000_000


def test_the_clock_of_each_request_warns_its_own_people_and_is_kept(days):
    days._ask(0, days.begins_at)
    told = Message.select().count()
    assert warnings.warn(days.after(29)) == 0
    assert warnings.warn(days.after(30)) == 1 and Message.select().count() > told
    days._open(0, days.after(40))
    assert warnings.warn(days.after(59)) == 0
    assert [one.from_at for one in moves.openings(days.of(0))] == [days.after(40)]


def test_the_board_at_the_peak_says_how_many_are_short(days):
    days.open_everywhere()
    for operator in days.operators:
        presence.enter(
            days.emergency, operator, desk="d5", languages=["nl"], by=days.supervisor, now=days.after(120)
        )
    days.ring()
    Quarter.delete().where(Quarter.begins_at >= days.after(180)).execute()
    shown = board.of(days.emergency, days.after(180))
    assert shown.advice.short > 100 and sum(one.calls for one in shown.stretches) >= PEAK


def test_the_final_report_makes_itself_for_each_town_in_its_language_as_a_tagged_paper(days):
    days.live()
    assert report.make_missing(days.after(72 * 60 + 5)) == 3 == FinalReport.select().count()
    assert report.make_missing(days.after(72 * 60 + 6)) == 0
    paper = FinalReport.select().first().document
    pdf = PdfReader(BytesIO(bytes(paper.content)))
    words = "\n".join(page.extract_text() for page in pdf.pages)
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"] and pdf.trailer["/Root"]["/Lang"].startswith("nl")
    assert "Provincie Zavelland" in words and "Mogen de ramen open?" in words


def test_the_plan_of_the_story_adds_up(app):
    plan = calls_by_quarter(ThreeDays().begins_at)
    assert sum(plan.values()) == CALLS
    hours = [sum(plan.get(at + n * timedelta(minutes=15), 0) for n in range(4)) for at in sorted(plan)]
    assert max(hours) == PEAK and HOUR == timedelta(hours=1)
