"""A ready scenario, launched by keyboard alone: three presses, one confirmation and the Tab key, and the seconds in the report."""

import re
from time import monotonic

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import does_not_scroll_sideways, picture

SCENARIO = "Verdachte personen in de straat"
MOST_SECONDS = 20
MOST_TABS = 60


def tab_to(page: Page, css: str) -> None:
    """Goes on with the Tab key until the focus is on what is looked for."""
    for _step in range(MOST_TABS):
        if page.evaluate("css => document.activeElement?.matches(css) ?? false", css):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {css}")


def test_a_scenario_leaves_by_keyboard_alone_in_three_presses(visit, size):
    page = visit("sender", *size)
    door = page.locator("[data-key]", has_text=SCENARIO)
    key = door.get_attribute("data-key")
    begun = monotonic()
    page.keyboard.press(key)  # one
    expect(page).to_have_url(re.compile("/fill$"))
    expect(page.locator("#filled-place")).to_be_focused()
    expect(page.locator("[data-since]")).to_contain_text(re.compile("0:0[1-9]"))  # no hand is quicker
    page.keyboard.type("Kerkstraat")
    tab_to(page, "#filled-until")
    page.keyboard.type("1830")
    page.keyboard.press("Enter")  # two
    expect(page).to_have_url(re.compile("/review$"))
    expect(page.locator("#preview")).to_contain_text("inbrekers gezien in Kerkstraat")
    tab_to(page, "[name=terms]")
    page.keyboard.press("Space")  # the confirmation
    tab_to(page, "#launch button")
    page.keyboard.press("Enter")  # three
    expect(page).to_have_url(re.compile(r"/campaigns/\d+$"))
    took = monotonic() - begun
    assert took < MOST_SECONDS
    picture(page, "scenario-launched")
    expect(page.locator("a[href$='report.pdf']")).to_be_visible()
    kept = re.search(r"(\d+) s na het openen", page.locator("main .head").inner_text())
    assert kept and 0 < int(kept[1]) <= took, "the report tells the seconds of this hand"
    with page.expect_download() as paper:
        page.click("a[href$='report.pdf']")
    words = "".join(leaf.extract_text() for leaf in PdfReader(paper.value.path()).pages)
    assert re.search(rf"\b{kept[1]} seconden?\b", words)


def test_a_scenario_is_filled_in_and_written_on_a_phone(visit):
    page = visit("sender", width=390)
    page.goto("/templates")
    assert does_not_scroll_sideways(page)
    page.locator("main li", has_text="Rook").locator("a[href^='/templates/']").first.click()
    expect(page).to_have_url(re.compile(r"/templates/\d+$"))
    assert does_not_scroll_sideways(page)
    page.goto("/templates")
    page.locator("main li", has_text="Rook").locator("form button").click()
    expect(page).to_have_url(re.compile("/fill$"))
    assert does_not_scroll_sideways(page)
    page.locator("form[data-begin] button.main").click()
    expect(page.locator("[data-errors] li")).to_have_count(3)
