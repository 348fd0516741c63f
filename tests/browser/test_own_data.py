"""The data check from end to end: a coordinator asks, a member answers on a telephone, the coordinator accepts."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import does_not_scroll_sideways, is_fault, served
from tests.browser.hands import click, tick, write
from tests.servers import smtp_server, wait_until

SHOTS = os.environ.get("SHOTS", "")


def shoot(page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture(scope="module")
def mailroom():
    with smtp_server() as room:
        yield room


@pytest.fixture(scope="module")
def site(tmp_path_factory, mailroom):
    with served(
        tmp_path_factory.mktemp("site"), BELFORT_EMAIL=f"smtp://127.0.0.1:{mailroom.port}"
    ) as address:
        yield address


@pytest.fixture
def telephone(chromium, site):
    """A telephone of somebody without an account."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=site, locale="nl-BE")
    page = context.new_page()
    page.faults = []
    page.on("console", lambda line: page.faults.append(line.text) if is_fault(line) else None)
    yield page
    assert page.faults == []
    context.close()


def mailed_link(mailroom) -> str:
    """The personal link in the last mail that holds one."""

    def found():
        texts = [letter.parsed.get_body().get_content() for letter in mailroom.letters]
        links = [re.search(r"http://127\.0\.0\.1:\d+/my/\S+", text) for text in texts if "/my/" in text]
        return links[-1][0] if links and links[-1] else None

    wait_until(found, what="the mail")
    return found()


def test_a_member_corrects_their_number_on_a_telephone_and_the_coordinator_accepts(
    visit, telephone, mailroom
):
    marc = visit("coordinator", by="keys")
    marc.goto("/bins")
    shoot(marc, "bin-1280")
    click(marc.locator("#reach header a"))
    shoot(marc, "upkeep-1280")
    click(marc.locator("#check .button.main"))
    shoot(marc, "ask-1280")
    click(marc.locator(".verdict .button.main"))
    expect(marc.locator(".toast")).to_be_visible()

    telephone.goto(mailed_link(mailroom))
    assert does_not_scroll_sideways(telephone)
    assert telephone.locator("nav[aria-label] li").count() == 0
    shoot(telephone, "own-390")
    name = telephone.locator("dl.kv dd").nth(1).inner_text()
    telephone.click("details summary")
    telephone.fill("[name=mobile]", "0470 12 00 34")
    shoot(telephone, "own-open-390")
    telephone.click("details .button.main")
    expect(telephone.locator(".note.done")).to_be_visible()
    assert does_not_scroll_sideways(telephone)
    shoot(telephone, "own-answered-390")

    marc.goto("/")
    shoot(marc, "home-1280")
    click(marc.locator("#mend li a"))
    shoot(marc, "decide-1280")
    expect(marc.locator("#decide")).to_contain_text(name)
    expect(marc.locator("#decide")).to_contain_text(re.compile(r"0470\s12\s00\s34"))
    marc.set_viewport_size({"width": 390, "height": 844})
    assert does_not_scroll_sideways(marc)
    shoot(marc, "decide-390")
    click(marc.locator("#decide .button.main"))
    expect(marc.locator("#decide")).to_have_count(0)
    marc.goto("/bins")
    write(marc.locator("[name=words]"), "0470120034")
    expect(marc.locator("#members-list tbody tr")).to_have_count(1)
    shoot(marc, "bin-390")


def test_the_card_and_the_practice_log_fit_a_telephone(visit):
    admin = visit("organisation_admin", width=390, height=844)
    for address, name in (("/card", "card"), ("/drills", "drills")):
        admin.goto(address)
        assert does_not_scroll_sideways(admin), address
        shoot(admin, f"{name}-390")
        admin.set_viewport_size({"width": 1280, "height": 900})
        shoot(admin, f"{name}-1280")
        admin.set_viewport_size({"width": 390, "height": 844})
    tick(admin.locator("input[name=channels][value=email]"))
    tick(admin.locator("#bins"))
    tick(admin.locator("input[name=mode][value=real]"))
    click(admin.locator("#test .button.main"))
    expect(admin.locator(".flashes")).to_be_visible()
    assert does_not_scroll_sideways(admin)
    shoot(admin, "planned-390")
