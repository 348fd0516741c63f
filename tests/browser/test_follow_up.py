"""A message with a fault in it is stopped, and its correction reaches exactly those who had it, from the same page."""

import re
from time import monotonic

import pytest
from playwright.sync_api import expect

from models import Message
from tests import kept
from tests.browser.conftest import served
from tests.browser.hands import click, press, tick
from tests.browser.test_four_eyes import written

MOST_SECONDS = 60
REACHED = Message.status.in_(("accepted", "delivered"))


@pytest.fixture(scope="module")
def site(folder):
    """As in tests/browser/conftest.py, with a road so slow that a person stops what it carries while it runs."""
    with served(folder, BELFORT_SMS="simulator://?rate=15") as address:
        yield address


def addresses(folder, campaign: str, *conditions) -> set[str]:
    with kept.books(folder):
        found = Message.select(Message.address).where(Message.campaign == campaign, *conditions)
        return {address for (address,) in found.tuples()}


def launch(page) -> str:
    for number in page.locator("#vouched [type=checkbox]").all():  # on no list yet: tried by whoever sends it
        tick(number)
    tick(page.locator("[name=terms]"))
    press(page, "/launch")
    expect(page).to_have_url(re.compile(r"/campaigns/\d+$"))
    return page.url.rsplit("/", 1)[1]


def test_what_was_stopped_is_corrected_from_the_same_page_for_exactly_who_had_it(visit, folder, size):
    page, name = visit("sender", *size), f"Verkeerde straat {size[0]}"
    written(page, name, "preventive")
    first = launch(page)
    page.wait_for_function("() => document.querySelector('#live progress').value > 5")
    begun = monotonic()
    click(page.locator("a[href$='/stop']"))
    press(page, "/stop")
    expect(page).to_have_url(re.compile(rf"/campaigns/{first}$"))
    correct = page.get_by_role("button", name="Corrigeer voor wie het kreeg")
    page.wait_for_load_state("load")
    assert correct.bounding_box()["y"] < 1.5 * size[1], "one stroke of the thumb away at most"
    click(correct)
    expect(page).to_have_url(re.compile("/text$"))
    click(page.locator("[name=go][value=review]"))
    expect(page).to_have_url(re.compile("/review$"))
    second = launch(page)
    expect(page.locator("a[href$='report.pdf']")).to_be_visible()
    assert monotonic() - begun < MOST_SECONDS
    had = addresses(folder, first, REACHED)
    assert 0 < len(had) < len(addresses(folder, first)), "stopped halfway"
    assert addresses(folder, second) == addresses(folder, second, REACHED) == had
    chain = page.locator("#chain")
    expect(chain).to_contain_text(f"Rechtzetting van “{name}”")
    click(chain.get_by_role("link", name=name, exact=True))
    expect(page.locator("#chain")).to_contain_text(f"{len(had)} van {len(had)} berichten")
