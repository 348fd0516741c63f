"""What renews itself while a person works: the focus stays where it is, and one voice tells the counts, not too often."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from dispatch import clock, demo
from dispatch.centre import questions
from models import Emergency, User
from tests import kept
from tests.browser.conftest import SIZES, served
from tests.browser.hands import click, press, tick, write
from tests.browser.test_floor import emergency  # noqa: F401 - a fixture

COUNTS_EVERY = 10  # seconds
# The stops of the Tab key within a part of the page.
STOPS = "a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex='0']"
# Brings it anew as its own clock does, without what it said that it holds: so that the answer is never "nothing new".
RENEW = """async (part) => {
  const { pathname } = new URL(part.dataset.hxGet, location);
  await htmx.ajax("GET", pathname, { target: part, swap: "outerHTML" });
  await new Promise((done) => setTimeout(done, 100));
  return [part.isConnected, document.activeElement.outerHTML.slice(0, 100)];
}"""
HEARD = """() => {
  window.heard = [];
  const voice = document.querySelector("[data-voice]");
  new MutationObserver(() => window.heard.push([Date.now() / 1000, voice.textContent])).observe(voice, { childList: true });
}"""
PAGES = {
    "centre_supervisor": ("/board", "/activations", "/activations/{0}"),
    "liaison_officer": ("/emergencies/{0}/desk",),
    "operator": ("/emergencies/{0}/sheet",),
}


@pytest.fixture(scope="module")
def site(folder):
    """As in tests/browser/conftest.py, with a road so slow that one hears it count."""
    with served(folder, BELFORT_SMS="simulator://?rate=3") as address:
        yield address


@pytest.fixture
def asked(folder, emergency):  # noqa: F811
    """The emergency, with a question that waits for its answer."""
    with kept.books(folder):
        operator = User.get(User.role == "operator")
        questions.ask(
            Emergency.get_by_id(emergency), "Rijdt bus 14 nog?", language="nl", by=operator, now=clock.now()
        )
    return emergency


@pytest.mark.parametrize("role", PAGES)
def test_the_focus_stays_where_it_is_when_its_part_of_the_page_is_brought_anew(visit, asked, role):
    page, walked = visit(role), 0
    for address in PAGES[role]:
        page.goto(address.format(asked))
        parts = page.locator("[data-hx-trigger^=every]")
        for part in map(parts.nth, range(parts.count())):
            stops = part.locator(STOPS).locator("visible=true")
            for stop in map(stops.nth, range(stops.count())):
                stop.focus()
                held = part.element_handle()
                here = page.evaluate("document.activeElement.outerHTML.slice(0, 100)")
                assert held.evaluate(RENEW) == [False, here], address
                walked += 1
    assert walked


def test_a_campaign_that_runs_is_counted_aloud_at_most_every_ten_seconds(visit):
    page = visit("sender", *SIZES["desk"])
    page.goto("/templates")
    press(page, "/use")
    tick(page.locator("[name=terms]"))
    write(page.locator("[name=password]"), demo.PASSWORD)
    page.clock.install()
    press(page, "/launch")
    page.wait_for_url("**/campaigns/*")
    page.evaluate(HEARD)
    for _second in range(35):
        page.clock.run_for(1000)
        page.wait_for_timeout(100)
    times, words = zip(*page.evaluate("window.heard"), strict=True)
    assert len(times) >= 2
    assert all(later - one >= COUNTS_EVERY - 0.5 for one, later in pairwise(times))
    assert all("aanvaard" in said for said in words)
    page.clock.resume()
    click(page.get_by_role("link", name="Toon hoe het nu is"))
    page.wait_for_url("**/campaigns/*after=*")  # and not a jump within the page as it stood
    click(page.locator("a[href$='/stop']"))
    press(page, "/stop")


def test_a_page_that_is_brought_anew_takes_no_press_away(visit):
    """The page of a campaign that is over is loaded again as its report; by then somebody may have pressed."""
    page, polls, presses = visit("sender", *SIZES["desk"]), [], []
    page.goto("/templates")
    press(page, "/use")
    tick(page.locator("[name=terms]"))
    write(page.locator("[name=password]"), demo.PASSWORD)
    press(page, "/launch")
    page.wait_for_url("**/campaigns/*")
    page.route(re.compile("/live"), lambda route: polls.append(route))
    with page.expect_request(re.compile("/live")):
        pass
    page.route(re.compile("/pause$"), lambda route: presses.append(route))
    with page.expect_request(re.compile("/pause$")):
        page.locator("form[action$='/pause'] button").click(no_wait_after=True)
    polls[0].fulfill(status=200, headers={"HX-Refresh": "true"}, body="")
    page.wait_for_timeout(500)
    presses[0].continue_()
    expect(page.locator(".flashes")).to_contain_text("Gepauzeerd")
    page.unroute_all(behavior="ignoreErrors")
    page.goto(page.url + "/stop")
    press(page, "/stop")
