"""The activation form by keyboard alone, against the clock; and the pages around it on a desk and on a phone."""

import re
import time

from playwright.sync_api import Page, expect

from dispatch import clock, demo, demo_centre
from dispatch.words import hour
from tests.browser.conftest import does_not_scroll_sideways
from tests.browser.hands import click, press, tick, write

MOST_SECONDS = 60
FORM = {
    "emergency": "Gaslek na graafwerken",
    "place": "Stationsstraat, tussen Markt en spoorweg",
    "description": "Leiding geraakt. Brandweer en netbeheerder ter plaatse.",
    "declared_by": "Greet Moons, burgemeester",
    "recommendations": "Ramen en deuren dicht, binnen blijven, niet roken.",
}


def half_an_hour_ago() -> str:
    return hour(clock.now() - clock.seconds(1800))[:5]


def ask(page: Page, with_recommendations: bool) -> float:
    """From the list to the receipt; returns the seconds from opening the form to its receipt."""
    page.goto("/activations")
    began = time.monotonic()
    press(page, "/activations/new")
    expect(page).to_have_url(re.compile("/form$"))
    for name in ("emergency", "place", "description", "declared_by"):
        write(page.locator(f"[name={name}]"), FORM[name])
    tick(page.locator("[name=phase]").first)
    write(page.locator("[name=declared_at]"), half_an_hour_ago())
    if with_recommendations:
        write(page.locator("[name=recommendations]"), FORM["recommendations"])
    if not page.locator("#password").evaluate("field => field.matches('p')"):
        write(page.locator("[name=password]"), demo.PASSWORD)
    click(page.locator('button[formaction$="/submit"]'))
    expect(page).to_have_url(re.compile(r"/activations/\d+$"))
    expect(page.locator(".clock").first).to_be_visible()
    return time.monotonic() - began


def test_a_form_with_what_is_prepared_goes_from_opening_to_receipt_by_keyboard_within_a_minute(visit, size):
    width, height, _ = size
    page = visit("authorised_person", width, height, by="keys")
    seconds = ask(page, with_recommendations=False)
    assert seconds < MOST_SECONDS
    expect(page.locator("main")).to_contain_text(demo_centre.RECOMMENDATIONS)
    assert does_not_scroll_sideways(page)


def sign_in_as(page: Page, email: str) -> None:
    page.goto(
        "about:blank"
    )  # or the page that polls fetches itself a session between the form and its answer
    page.context.clear_cookies()
    page.goto("/signin")
    write(page.locator("[name=email]"), email)
    write(page.locator("[name=password]"), demo.PASSWORD)
    click(page.locator("main button[type=submit]"))
    expect(page).to_have_url(re.compile("/$"))


def test_an_activation_goes_to_the_province_and_closes_by_a_plan(visit, size):
    town, desk = visit("authorised_person", *size), visit("centre_supervisor", *size)
    ask(town, with_recommendations=True)
    address = town.url
    desk.goto(address)
    tick(desk.locator("[name=verdict][value=right]"))
    press(desk, "/call-back")
    expect(desk.locator("#course")).to_contain_text("De code was juist")
    write(desk.locator("[name=number]"), "1771")
    with desk.expect_navigation():
        press(desk, "/open")
    town.goto(f"{address}/scale-up")
    tick(town.locator("[name=authority]").first)
    write(town.locator("[name=reason]"), "De gouverneur kondigde de provinciale fase af.")
    assert does_not_scroll_sideways(town)
    press(town, "/scale-up")
    expect(town).to_have_url(address)
    sign_in_as(town, "ilse.baert@zavelland.example")
    town.goto(f"{address}/take")
    write(town.locator("[name=password]"), demo.PASSWORD)
    assert does_not_scroll_sideways(town)
    press(town, "/take")
    expect(town.locator("#control")).to_contain_text("Provincie Zavelland")
    town.goto(f"{address}/closing")
    write(town.locator("[name=closes_at]"), f"{clock.local(clock.now() + clock.seconds(7200)):%d/%m %H:%M}")
    assert does_not_scroll_sideways(town)
    press(town, "/closing")
    expect(town.locator("#course")).to_contain_text("niet bevestigd")
    with desk.expect_response(re.compile("/course$")):  # the page of the centre asks by itself
        pass
    for _ in range(2):  # of the hand-over and of the closing
        click(desk.locator('#course form[action*="/notices/"] button').first)
        expect(desk.locator(".flashes")).to_contain_text("U bevestigde dit bericht")
        desk.goto(address)
    expect(desk.locator("#course")).not_to_contain_text("niet bevestigd")
    for page in (town, desk):
        page.goto(address)
        assert does_not_scroll_sideways(page)
