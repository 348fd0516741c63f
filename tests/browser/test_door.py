"""The door, as somebody comes through it on a telephone: invited, with a password, a picture to scan and a code."""

import re
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from dispatch import demo
from tests.browser.conftest import does_not_scroll_sideways, is_fault, served
from tests.servers import smtp_server, wait_until

PASSWORD = "drie natte laarzen in de gang"


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
def mailed_link(mailroom):
    """mailed_link() is the link in the mail that arrived last."""

    def read() -> str:
        wait_until(lambda: mailroom.letters, what="the mail")
        text = mailroom.letters[-1].parsed.get_body().get_content()
        return re.search(r"http://127\.0\.0\.1:\d+/link/[\w-]+", text)[0]

    return read


@pytest.fixture
def stranger(chromium, site):
    """A telephone on which nobody is signed in."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=site, locale="nl-BE")
    page = context.new_page()
    page.faults = []
    page.on("console", lambda line: page.faults.append(line.text) if is_fault(line) else None)
    yield page
    assert page.faults == []
    context.close()


def test_an_invited_sender_sets_a_password_and_a_telephone_up_and_comes_back_with_a_code(
    visit, stranger, mailed_link
):
    admin = visit("organisation_admin")
    admin.goto("/users/new")
    admin.fill("[name=name]", "An Nieuw")
    admin.fill("[name=email]", "an.nieuw@zavelstreek.example")
    admin.check("[name=role][value=sender]")
    admin.fill("[name=password]", demo.PASSWORD)
    admin.click("main button[type=submit]")
    expect(admin.locator("main")).to_contain_text("an.nieuw@zavelstreek.example")

    stranger.goto(mailed_link())
    assert does_not_scroll_sideways(stranger)
    stranger.fill("[name=new]", PASSWORD)
    stranger.fill("[name=again]", PASSWORD)
    stranger.click("main button[type=submit]")
    sign_in(stranger)
    expect(stranger).to_have_url(re.compile("/signin/enrol"))
    expect(stranger.locator("svg.qr")).to_be_visible()
    assert does_not_scroll_sideways(stranger)
    shot(stranger, "enrol")
    telephone = pyotp.TOTP(stranger.locator(".key").inner_text().replace(" ", ""))
    stranger.fill("[name=code]", telephone.now())
    stranger.click("main button[type=submit]")
    expect(stranger.locator(".codes li")).to_have_count(10)
    assert does_not_scroll_sideways(stranger)
    shot(stranger, "codes")
    recovery = stranger.locator(".codes code").first.inner_text()
    stranger.click("main a.button")
    expect(stranger).to_have_url(re.compile("/$"))
    stranger.goto("/account")
    shot(stranger, "account")
    assert does_not_scroll_sideways(stranger)
    stranger.locator('form[action$="/signout"] button').click()

    sign_in(stranger)
    expect(stranger).to_have_url(re.compile("/signin/code"))
    shot(stranger, "code")
    stranger.fill("[name=code]", "000000")
    stranger.click("main button[type=submit]")
    expect(stranger.locator("#code-error")).to_be_visible()
    stranger.fill("[name=code]", recovery)  # the code of this half minute was used already
    stranger.click("main button[type=submit]")
    expect(stranger).to_have_url(re.compile("/$"))


def sign_in(page) -> None:
    page.goto("/signin")
    page.fill("[name=email]", "an.nieuw@zavelstreek.example")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def shot(page, name: str) -> None:
    """What it looked like, for whoever looks (shots/ is not kept)."""
    Path("shots").mkdir(exist_ok=True)
    page.screenshot(path=f"shots/door-{name}.png", full_page=True)
