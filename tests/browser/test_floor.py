"""The floor at night: an operator who never touches the mouse, the supervisor's board, and the wall."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from dispatch import clock
from dispatch.centre import activation as centre
from models import Activation, Call, Emergency, User
from tests import kept
from tests.browser.conftest import does_not_scroll_sideways, picture

FORM = {
    "emergency": "Gaslek",
    "place": "Stationsstraat",
    "description": "Leiding geraakt.",
    "declared_by": "Greet Moons",
    "recommendations": "Blijf binnen.",
    "liaison_name": "Aïcha Benali",
    "liaison_phone": "0470 00 30 12",
}


@pytest.fixture
def emergency(folder):
    """An emergency as a town asked for it and the centre opened it."""
    with kept.books(folder):
        found = Emergency.select().first()
        if not found:
            mayor, supervisor = (
                User.get(User.role == role) for role in ("authorised_person", "centre_supervisor")
            )
            now = clock.now()
            asked = now - timedelta(minutes=40)
            one = centre.begin(mayor.organisation, by=mayor, now=asked)
            hour = {"declared_at": f"{clock.local(asked):%H:%M}", "phase": "municipal"}
            centre.write(one, FORM | hour, by=mayor, now=asked)
            centre.submit(one, by=mayor, now=asked, password_confirmed=True)
            one = Activation.get_by_id(one.id)
            centre.open(one, number="016001771", opened_at=now, by=supervisor, now=now)
            found = Emergency.get()
        return found.id


def noted(folder) -> list[tuple]:
    with kept.books(folder):
        return [*Call.select(Call.kind, Call.topic, Call.language).order_by(Call.id).tuples()]


def note_a_call(page: Page, emergency: int) -> None:
    """By two keys, once the field has the focus: what is typed before goes nowhere."""
    page.goto(f"/emergencies/{emergency}/calls")
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Enter")


def test_an_operator_notes_calls_with_two_keys_and_takes_one_back(visit, folder, emergency):
    page, before = visit("operator"), len(noted(folder))
    page.goto(f"/emergencies/{emergency}/operators")
    page.locator("#enter button[type=submit]").press("Enter")
    expect(page).to_have_url(re.compile("/calls$"))
    expect(page.locator("[name=code]")).to_be_focused()
    for number, keys in enumerate(("3n", "5f", "s"), before + 1):
        page.keyboard.type(keys)
        page.keyboard.press("Enter")
        expect(page.locator("#latest li")).to_have_count(number)
        expect(page.locator("[name=code]")).to_be_focused()
    picture(page, "calls", at_both=True)
    assert noted(folder)[before:] == [("d5", "shelter", "nl"), ("d5", "water", "fr"), ("silent", "", "nl")]
    page.locator("form[action$=undo] button").press("Enter")
    expect(page.locator("#latest li")).to_have_count(before + 2)
    page.locator("[name=code]").press_sequentially("x")
    page.keyboard.press("Enter")
    expect(page.locator("[data-errors]")).to_be_focused()
    assert len(noted(folder)) == before + 2


@pytest.mark.parametrize("width", [1280, 390])
def test_the_board_renews_itself_and_fits(visit, emergency, width):
    board = visit("centre_supervisor", width)
    board.goto("/board")
    assert does_not_scroll_sideways(board)
    board.locator("#both-charts summary").click()
    first = board.locator("#floor").get_attribute("data-hx-get")
    operator = visit("operator")
    note_a_call(operator, emergency)
    expect(board.locator("#floor")).not_to_have_attribute("data-hx-get", first)
    expect(board.locator("#both-charts")).to_have_attribute("open", "")
    expect(board.locator("#calls svg[role=img]")).to_be_visible()


def test_the_wall_stands_whole_on_its_screen(visit, emergency):
    wall = visit("centre_supervisor", 1920, 1080)
    wall.goto(f"/emergencies/{emergency}/wall")
    expect(wall.locator("#wall .clock").first).to_be_visible()
    assert wall.evaluate("document.documentElement.scrollHeight <= 1080")
    assert wall.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_on_a_phone_the_first_topic_is_pressed_without_scrolling(visit, emergency):
    phone = visit("operator", 390, 844)
    phone.goto(f"/emergencies/{emergency}/operators")
    if phone.locator("#mine").count() == 0:
        phone.locator("#enter button[type=submit]").press("Enter")
        expect(phone.locator("#mine")).to_be_visible()
    phone.goto(f"/emergencies/{emergency}/calls")
    expect(phone.get_by_role("button", name=re.compile("^1"))).to_be_in_viewport(ratio=1)


def test_a_tablet_presses_a_topic(visit, folder, emergency):
    page = visit("operator", 768)
    page.goto(f"/emergencies/{emergency}/calls")
    before = len(noted(folder))
    page.get_by_role("button", name=re.compile("^7")).click()
    expect(page.locator("[name=code]")).to_be_focused()
    assert len(noted(folder)) == before + 1 and noted(folder)[-1][1] == "animals"
    assert does_not_scroll_sideways(page)
