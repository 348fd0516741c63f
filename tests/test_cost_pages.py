"""The pages of what an activation costs: who sees which amount, the statement, and the tariff behind it."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dispatch import clock
from dispatch.centre import statements
from dispatch.errors import WrongMoment
from models import (
    Activation,
    Agreement,
    Annex,
    Audit,
    Document,
    Emergency,
    Message,
    Milestone,
    Presence,
    Statement,
    User,
)
from tests import cast, reckoning, town
from tests.reckoning import TYPED

HOUR = timedelta(hours=1)


@pytest.fixture
def signed_in(signed_in):
    """Everybody here reads English, as the sentences below do."""

    def sign_in(user):
        User.update(language="en").where(User.id == user.id).execute()
        return signed_in(User.get_by_id(user.id))

    return sign_in


@pytest.fixture
def world(app):
    """A number that has been open for six hours with one operator, and is a demonstration tariff's."""
    _municipality, centre = cast.municipality_and_centre()
    agreement = Agreement.get()
    reckoning.tariff(agreement)
    now = clock.now()
    where = reckoning.emergency(centre, now - 6 * HOUR)
    opened = reckoning.activation(where, agreement, now - 6 * HOUR)
    (one,) = reckoning.operators(centre, 1)
    reckoning.present(where, one, now - 6 * HOUR, None)
    return opened


@pytest.fixture
def supervisor(world, signed_in):
    return signed_in(User.get(User.role == "centre_supervisor"))


@pytest.fixture
def mayor(world, signed_in):
    return signed_in(world.by)


def close(activation, at=None):
    at = at or clock.now()
    Milestone.create(activation=activation, status="closed", at=at, recorded_at=at, by=activation.by)
    Activation.update(status="closed").where(Activation.id == activation.id).execute()
    Emergency.update(ended_at=at).execute()


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_both_sides_see_what_it_costs_until_now_and_at_the_hours_to_come(world, mayor, supervisor):
    for side in (mayor, supervisor):
        page = side.get(f"/activations/{world.id}/costs")
        assert page.has("Until now, if it closed now") and page.has("If it closed later")
        assert page.has("demonstration amount") and page.has("Operators D5")
        assert page.soup.find(id=f"total-{world.id}")["data-hx-get"] == f"/activations/{world.id}/costs/total"
        assert side.htmx(f"/activations/{world.id}/costs/total").soup.find(id=f"total-{world.id}")
    close(world)
    assert not mayor.htmx(f"/activations/{world.id}/costs/total").soup.find(attrs={"data-hx-get": True})


def test_without_a_tariff_the_page_says_so(world, mayor, supervisor):
    Annex.delete().execute()
    for side in (mayor, supervisor):
        assert side.get(f"/activations/{world.id}/costs").has("annex 4 of the agreement was not written down")
        assert side.get(f"/activations/{world.id}/statement.pdf").status == 404


def test_a_paper_of_an_open_number_is_provisional_and_one_who_takes_it_is_written_down(world, mayor):
    paper = mayor.get(f"/activations/{world.id}/statement.pdf")
    said = words_of(paper.data)
    assert "PROVISIONAL" in said and "Provisional statement" in said and "Demonstration amounts" in said
    assert Audit.get(Audit.deed == "statement.taken").facts == {"format": "pdf", "number": 0}
    assert mayor.get(f"/activations/{world.id}/statement.xlsx").status == 200


def test_an_open_number_has_no_statement_yet(world, supervisor):
    assert supervisor.get(f"/activations/{world.id}/statement").status == 404
    page = supervisor.post(f"/activations/{world.id}/statement")
    assert page.has("not closed yet") and not Statement.select().exists()


def test_the_statement_is_kept_and_stays_whatever_comes_in_later(world, mayor, supervisor):
    close(world)
    assert mayor.get(f"/activations/{world.id}/statement").status == 403
    assert supervisor.get(f"/activations/{world.id}/statement").has("What comes in later changes it no more")
    page = supervisor.post(f"/activations/{world.id}/statement")
    assert page.has("The statement is drawn up")
    (made,) = Statement.select()
    before = mayor.get(f"/activations/{world.id}/statement.pdf?number=1").data
    assert before == bytes(made.document.content) and "PROVISIONAL" not in words_of(before)
    assert Message.get().address == "noodplanning@oosterzavel.example"
    Presence.delete().execute()
    assert mayor.get(f"/activations/{world.id}/statement.pdf?number=1").data == before
    assert Statement.get().mills == made.mills
    assert supervisor.post(f"/activations/{world.id}/statement").has("drawn up already")
    assert Statement.select().count() == 1


def test_a_correction_is_a_new_statement_that_names_the_old_one(world, mayor, supervisor):
    close(world)
    supervisor.post(f"/activations/{world.id}/statement")
    assert supervisor.post(f"/activations/{world.id}/statement", reason=" ").status == 422
    Presence.update(until_at=clock.now() - 3 * HOUR).execute()
    supervisor.post(f"/activations/{world.id}/statement", reason="De uren van één operator waren te lang.")
    old, new = Statement.select().order_by(Statement.number)
    assert new.corrects_id == old.id and new.number == 2 and new.mills < old.mills
    page = mayor.get(f"/activations/{world.id}/costs")
    assert page.has("corrects statement 1") and page.has("te lang")
    assert "te lang" in words_of(bytes(new.document.content))
    assert {row.deed for row in Audit.select()} >= {"statement.drawn_up", "statement.corrected"}


def test_the_lines_of_the_spreadsheet_add_up_to_the_statement(world, supervisor):
    close(world)
    supervisor.post(f"/activations/{world.id}/statement")
    book = CalamineWorkbook.from_filelike(BytesIO(bytes(Statement.get().workbook.content)))
    rows = book.get_sheet_by_index(0).to_python()
    numbers = [row[5] for row in rows if isinstance(row[5], float)]
    assert sum(numbers[:-1]) == numbers[-1] == Statement.get().mills


def test_each_bearer_has_a_statement_and_an_authority_sees_only_its_own(world, supervisor, signed_in):
    province = cast.organisation("Provincie Zavel", "province", language="fr")
    reckoning.scaled_up(world, province, clock.now() - 3 * HOUR)
    governor = signed_in(town.user("organisation_admin", province))
    close(world)
    supervisor.post(f"/activations/{world.id}/statement")
    mine = Statement.get(Statement.bearer == province)
    page = governor.get(f"/activations/{world.id}/costs")
    assert page.status == 200 and page.has("Provincie Zavel")
    assert page.soup.find(id="statements").text.count("Statement ") == 1
    theirs = Statement.get(Statement.bearer == world.municipality)
    assert governor.get(f"/activations/{world.id}/statement.pdf?number={mine.number}").status == 200
    assert governor.get(f"/activations/{world.id}/statement.pdf?number={theirs.number}").status == 404
    assert mine.mills + theirs.mills == sum(
        content["mills"] for content in statements.reckon(world, clock.now()).values()
    )


def test_two_who_draw_up_at_once_make_one_statement(world, supervisor, monkeypatch):
    close(world)
    by, now = User.get(User.role == "centre_supervisor"), clock.now()
    make, raced = statements._Drawn, []

    def slow(*facts):
        drawn = make(*facts)
        if not raced:
            raced.append(True)
            statements.draw_up(world, by=by, now=now)
        return drawn

    monkeypatch.setattr(statements, "_Drawn", slow)
    with pytest.raises(WrongMoment):
        statements.draw_up(world, by=by, now=now)
    assert Statement.select().count() == 1
    assert Document.select().where(Document.kind == statements.KIND).count() == 2


def test_the_centre_writes_a_new_version_and_what_is_wrong_is_said_at_its_field(world, supervisor):
    assert supervisor.get("/prices").has("Oosterzavel")
    url = f"/prices/form?of=agreement-{world.agreement_id}"
    page = supervisor.get(url)
    assert page.soup.find(id="d5_day")["value"] == "11,125"
    page = supervisor.post(url, TYPED | {"d5_night": "duur", "from_on": f"{clock.now():%Y-%m-%d}"})
    assert page.status == 422 and page.soup.find(id="d5_night")["value"] == "duur"
    page = supervisor.post(url, TYPED | {"d5_night": "15", "from_on": "2027-01-01"})
    assert page.has("Version 2 holds from") and page.has("version 2, from")
    assert Annex.select().count() == 2


def test_another_centre_finds_no_tariff_to_write(world, signed_in):
    other = signed_in(
        town.user("centre_supervisor", cast.organisation("Contactcenter Zuid", "contact_centre"))
    )
    assert other.get(f"/prices/form?of=agreement-{world.agreement_id}").status == 404
    assert not other.get("/prices").has("Oosterzavel")
