"""The main pages with the Tab key alone: everything is reached, in the order of reading, seen when it has the focus, and
pressed by nobody who only passes by.
"""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SIZES
from tests.browser.hands import IS_SEEN

PAGES = {
    "sender": ("/", "/campaigns", "/campaigns/1/text", "/campaigns/1", "/templates/1", "/bins/1", "/go"),
    "coordinator": ("/", "/bins/1/members/new", "/bins/1/imports/new", "/bins/1/upkeep"),
    "organisation_admin": ("/users", "/four-eyes", "/tokens"),
    "authorised_person": ("/activations", "/preparation", "/exercises/new"),
    "centre_supervisor": ("/", "/board", "/prices"),
    "platform_admin": ("/", "/status"),
}
MOST = 150  # presses on one page: a long list is a long walk, and its first rows tell
# Every stop of the key, in the order of the document; of a group of radio buttons the one that is chosen, or each.
STOPS = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  const stops = [...document.querySelectorAll(all)].filter((one) => {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.disabled || one.tabIndex < 0) return false;
    const chosen = one.type === "radio" && one.form?.querySelector(`[name="${one.name}"]:checked`);
    return !chosen || chosen === one;
  });
  window.stops = stops;
  return stops.map((one) => one.outerHTML.slice(0, 120));
}"""
FOCUS = f"() => [window.stops.indexOf(document.activeElement), ({IS_SEEN})()]"


@pytest.mark.parametrize("role, size", [*((role, "desk") for role in PAGES), ("sender", "phone")])
def test_tab_goes_everywhere_in_order_and_is_seen(visit, role, size):
    page, found = visit(role, *SIZES[size]), {}
    for address in PAGES[role]:
        assert page.goto(address).ok, f"{address} of {role}"
        if wrong := faults(page):
            found[address] = wrong[:4]
    assert found == {}


def faults(page) -> list[str]:
    stops = page.evaluate(STOPS)
    page.evaluate("document.activeElement.blur()")
    walked = []
    for _press in range(min(2 * len(stops), MOST)):  # a field for a day or an hour is several stops
        page.keyboard.press("Tab")
        walked.append(page.evaluate(FOCUS))
        if walked[-1][0] == len(stops) - 1:
            break
    reached = [number for number, _ in walked]
    found = [f"not reached: {stops[number]}" for number in range(max(reached)) if number not in reached]
    found += [f"out of order: {stops[after]}" for before, after in pairwise(reached) if after < before]
    return found + [f"not seen: {stops[number]}" for number, is_seen in walked if not is_seen]


def test_a_save_while_typing_presses_no_button_that_has_the_focus(visit):
    page = visit("sender")
    page.goto("/")
    page.locator('form[action$="/campaigns/new"] button').first.click()
    expect(page).to_have_url(re.compile("/text$"))
    page.wait_for_load_state("load")  # before the scripts are here nobody searches
    page.fill("#find", "a")
    add = page.locator("#found [name=add]").first
    add.wait_for()
    with page.expect_response(lambda answer: "Alleen" in (answer.request.post_data or "")):
        page.fill("[name=name]", "Alleen getypt")
        add.focus()
    page.reload()
    expect(page.locator("[name=name]")).to_have_value("Alleen getypt")
    expect(page.locator("#chosen input")).to_have_count(0)


def test_enter_on_a_tick_a_choice_or_a_field_launches_nothing(visit):
    page = visit("sender")
    page.locator("[data-key]", has_text="Verdachte personen in de straat").click()
    page.fill("#filled-place", "Kerkstraat")
    page.fill("#filled-until", "18:30")
    page.press("#filled-until", "Enter")
    expect(page).to_have_url(re.compile("/review$"))
    page.wait_for_load_state("load")
    page.check("[name=terms]")
    for field in ("[name=terms]", "[name=policy]:checked"):
        page.press(field, "Enter")
    page.wait_for_timeout(500)
    expect(page.locator("#launch .go")).to_be_enabled()
    assert page.url.endswith("/review")
