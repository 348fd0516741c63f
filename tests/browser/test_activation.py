"""The activation form by keyboard alone, against the clock; and the pages around it on a desk and on a phone."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from dispatch import clock, demo, demo_centre
from dispatch.words import hour
from tests.browser.conftest import does_not_scroll_sideways
from tests.browser.test_road import press

SIZES = {"desk": (1280, 900), "phone": (390, 844)}
MOST_SECONDS = 60
FORM = {
    "emergency": "Gaslek na graafwerken",
    "place": "Stationsstraat, tussen Markt en spoorweg",
    "description": "Leiding geraakt. Brandweer en netbeheerder ter plaatse.",
    "declared_by": "Greet Moons, burgemeester",
    "recommendations": "Ramen en deuren dicht, binnen blijven, niet roken.",
}


def tab_to(page: Page, selector: str, most: int = 90) -> None:
    """Presses Tab until the focus stands there: no mouse, no script that helps."""
    for _ in range(most):
        if page.evaluate("where => document.activeElement.matches(where)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


def type_into(page: Page, name: str, words: str) -> None:
    tab_to(page, f"[name={name}]")
    if page.evaluate("document.activeElement.value"):
        page.keyboard.press("Control+a")
    page.keyboard.type(words)


def half_an_hour_ago() -> str:
    return hour(clock.now() - clock.seconds(1800))[:5]


def ask_by_keyboard(page: Page, with_recommendations: bool) -> float:
    """From the list to the receipt with keys only; returns the seconds from opening the form to its receipt."""
    page.goto("/activations")
    tab_to(page, 'form[action$="/activations/new"] button')
    began = time.monotonic()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/form$"))
    for name in ("emergency", "place", "description"):
        type_into(page, name, FORM[name])
    tab_to(page, "[name=phase]")
    page.keyboard.press("Space")
    type_into(page, "declared_by", FORM["declared_by"])
    type_into(page, "declared_at", half_an_hour_ago())
    if with_recommendations:
        type_into(page, "recommendations", FORM["recommendations"])
    if not page.locator("#password").evaluate("field => field.matches('p')"):
        type_into(page, "password", demo.PASSWORD)
    tab_to(page, 'button[formaction$="/submit"]')
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/activations/\d+$"))
    expect(page.locator(".clock").first).to_be_visible()
    return time.monotonic() - began


@pytest.mark.parametrize("size", SIZES)
def test_a_form_with_what_is_prepared_goes_from_opening_to_receipt_by_keyboard_within_a_minute(visit, size):
    page = visit("authorised_person", *SIZES[size])
    seconds = ask_by_keyboard(page, with_recommendations=False)
    assert seconds < MOST_SECONDS
    expect(page.locator("main")).to_contain_text(demo_centre.RECOMMENDATIONS)
    assert does_not_scroll_sideways(page)


def sign_in_as(page: Page, email: str) -> None:
    page.goto(
        "about:blank"
    )  # or the page that polls fetches itself a session between the form and its answer
    page.context.clear_cookies()
    page.goto("/signin")
    page.fill("[name=email]", email)
    page.fill("[name=password]", demo.PASSWORD)
    page.click("main button[type=submit]")
    expect(page).to_have_url(re.compile("/$"))


@pytest.mark.parametrize("size", SIZES)
def test_an_activation_goes_to_the_province_and_closes_by_a_plan(visit, size):
    town, desk = visit("authorised_person", *SIZES[size]), visit("centre_supervisor", *SIZES[size])
    ask_by_keyboard(town, with_recommendations=True)
    address = town.url
    desk.goto(address)
    desk.check("[name=verdict][value=right]")
    press(desk, "/call-back")
    expect(desk.locator("#course")).to_contain_text("De code was juist")
    desk.fill("[name=number]", "1771")
    press(desk, "/open")
    town.goto(f"{address}/scale-up")
    town.locator("[name=authority]").first.check()
    town.fill("[name=reason]", "De gouverneur kondigde de provinciale fase af.")
    assert does_not_scroll_sideways(town)
    press(town, "/scale-up")
    expect(town).to_have_url(address)
    sign_in_as(town, "ilse.baert@zavelland.example")
    town.goto(f"{address}/take")
    town.fill("[name=password]", demo.PASSWORD)
    assert does_not_scroll_sideways(town)
    press(town, "/take")
    expect(town.locator("#control")).to_contain_text("Provincie Zavelland")
    town.goto(f"{address}/closing")
    town.fill("[name=closes_at]", f"{clock.local(clock.now() + clock.seconds(7200)):%d/%m %H:%M}")
    assert does_not_scroll_sideways(town)
    press(town, "/closing")
    expect(town.locator("#course")).to_contain_text("niet bevestigd")
    with desk.expect_response(re.compile("/course$")):  # the page of the centre asks by itself
        pass
    for _ in range(2):  # of the hand-over and of the closing
        desk.locator('#course form[action*="/notices/"] button').first.click()
        expect(desk.locator(".flashes")).to_contain_text("U bevestigde dit bericht")
        desk.goto(address)
    expect(desk.locator("#course")).not_to_contain_text("niet bevestigd")
    for page in (town, desk):
        page.goto(address)
        assert does_not_scroll_sideways(page)
