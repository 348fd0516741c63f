"""The first steps of each role: five pages, walked, skipped, begun again."""

import pytest

from models import ROLES, User
from tests import cast, town
from tests.page import text_of
from views import tour


@pytest.fixture
def people(app):
    """Somebody of each role, in an organisation that has it, who signs in for the first time."""
    zavel, (desk, _activations) = town.zone("Zavel", 1), town.contact_centre()
    found = {**zavel.people, "coordinator": zavel.people["coordinator A"]}
    found |= {
        role: desk[role] for role in ("authorised_person", "centre_supervisor", "operator", "liaison_officer")
    }
    return found | {"platform_admin": town.user("platform_admin", cast.organisation("Platform", "platform"))}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_walks_five_steps_and_each_page_says_where_one_is(signed_in, people, role):
    User.update(language="en").execute()
    browser = signed_in(people[role])
    page = browser.get("/")
    for number in range(1, 6):
        (strip,) = page.select(".strip.tour")
        assert f"First steps, {number} of 5" in text_of(strip)
        assert len(text_of(strip)) > 60, "the step says what one does on its page"
        page = browser.post("/tour/next", page.form("form[action='/tour/next']"))
    assert page.h1 == browser.get("/").h1 and not page.select(".strip.tour")


def test_whoever_is_elsewhere_is_left_alone_and_the_start_leads_on(signed_in, people):
    browser = signed_in(people["sender"])
    browser.post("/tour/next", step="1")
    assert not browser.get("/campaigns").select(".strip.tour")
    (strip,) = browser.get("/").select(".strip.tour")
    assert strip.select_one("a[href='/bins']")


def test_a_second_press_moves_nothing(signed_in, people):
    browser = signed_in(people["sender"])
    for _press in range(2):
        browser.post("/tour/next", step="1")
    assert User.get_by_id(people["sender"].id).tour_step == 2


def test_what_was_skipped_comes_back_from_the_manual(signed_in, people):
    browser = signed_in(people["sender"])
    browser.post("/tour/skip", next="/bins")
    assert not browser.get("/").select(".strip.tour")
    page = browser.post("/tour/begin", browser.get("/manual").form("form[action='/tour/begin']"))
    assert page.select(".strip.tour")


def test_a_step_that_the_rights_do_not_open_is_left_out(app, people):
    reader = people["reader"]
    reader.role = "operator"  # a police zone has no board
    with app.test_request_context("/"):
        assert tour.steps(reader) == ["home.index", "manual.index"]
