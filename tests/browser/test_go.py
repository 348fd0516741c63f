"""Ctrl K: anywhere by name, with the keyboard alone."""

import re

from playwright.sync_api import expect


def test_ctrl_k_finds_a_member_goes_there_and_escape_gives_the_focus_back(visit):
    page = visit("sender")
    page.locator("header.bar .mark").focus()
    page.keyboard.press("Control+k")
    box = page.locator("dialog[open]")
    expect(box.locator("[name=to]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(page.locator("header.bar .mark")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(box.locator("[name=to]")).to_be_focused()
    page.keyboard.type("ozturk")
    first = box.locator("#hits a[href^='/members/']").first
    expect(first).to_contain_text("Öztürk")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/members/\d+$"))
    page.wait_for_load_state()  # a key that is pressed before the scripts are here is the browser's own
    page.keyboard.press("Control+k")
    expect(box.locator("[name=to]")).to_be_focused()
    page.keyboard.type("berichten")
    expect(box.locator("#hits a").first).to_have_attribute("href", "/campaigns")
    page.keyboard.press("Enter")  # in the field: to the first that was found
    expect(page).to_have_url(re.compile("/campaigns$"))
