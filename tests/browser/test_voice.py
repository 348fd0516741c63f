"""A spoken message in a browser: its field appears with the channel, and its seconds count as one types."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import does_not_scroll_sideways


def test_the_field_of_a_spoken_message_comes_with_its_channel_and_counts_its_seconds(visit):
    page = visit("sender", width=390, height=844)
    page.get_by_role("button", name=re.compile("Nieuw bericht")).click()
    field = page.locator("#voice-nl-body")
    expect(field).not_to_be_visible()
    page.check("[name=channels][value=voice]")
    field.fill("Verlaat uw woning nu. Ga te voet naar de sporthal.")
    expect(page.locator("#voice-nl-body-count")).to_contain_text(re.compile("Ongeveer [1-4]\\d s"))
    assert does_not_scroll_sideways(page)
    page.locator("[name=name]").fill("Evacuatie")
    page.get_by_role("link", name=re.compile("opname in het Nederlands")).click()
    expect(page.locator("h1")).to_contain_text("Opname")
    assert does_not_scroll_sideways(page)
