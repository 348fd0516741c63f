"""Every page that a role can walk to, judged by axe-core: WCAG 2.2 A and AA, and best practice; some states, sizes and moods."""

import re
from html import unescape
from importlib.resources import files
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import expect

from dispatch import demo
from models import ROLES
from tests.browser.test_floor import emergency  # noqa: F401 - a fixture

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
RULES |= {"resultTypes": ["violations"], "preload": False, "iframes": False}  # no sheet is fetched once more
# A colour on its way to another one is neither.
SETTLED = "Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished))"
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
TAG = re.compile(r'<([a-z][a-z0-9]*)(?:[^>]*? class="([^"]*)")?[^>]*>')
NO_PAGE = re.compile(r"\.(pdf|xlsx|csv|vcf|json|xml)$|/paper|/file$|/export|\.atom$")


def faults(page) -> list[str]:
    """What axe finds: the rule, and the first place."""
    page.evaluate(AXE)
    page.evaluate(SETTLED)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def shape(url: str) -> str:
    """The address without its number, or the name of its chapter: what is built alike."""
    return re.sub(r"/\d+(?=/|$)|(?<=/manual)/[^/]+$", "/N", urlsplit(url).path)


def parts(html: str) -> set[tuple[str, str]]:
    """What it is made of: each kind of element."""
    return set(TAG.findall(html))


def links(html: str, url: str) -> list[str]:
    """Where the links of this page lead within the house."""
    hrefs = [urljoin(url, unescape(href)) for href in LINK.findall(html)]
    return [
        one
        for one in hrefs
        if one.startswith("/") and one[1:2] != "/" and not NO_PAGE.search(urlsplit(one).path)
    ]


@pytest.fixture(scope="module")
def judged():
    """What the pages were made of that were judged already, by shape: what two roles see alike is judged once."""
    return {}


def walked(page):
    """The addresses that this person can walk to, each kind of page once, with its HTML."""
    todo, known = ["/"], set()
    while todo:
        url = todo.pop(0)
        if shape(url) in known:
            continue
        known.add(shape(url))
        html = page.request.get(url).text()
        todo += [link for link in links(html, url) if shape(link) not in known]
        yield url, html


@pytest.mark.parametrize("role", (*ROLES, "national desk"))
def test_no_page_of_a_role_has_a_fault_that_axe_knows(visit, emergency, judged, role):  # noqa: F811
    page, found, number = visit(role), {}, 0
    for number, (url, html) in enumerate(walked(page)):  # noqa: B007 - how many they were
        seen = judged.setdefault(shape(url), set())
        if not parts(html) <= seen:
            page.goto(url)
            if wrong := faults(page):
                found[shape(url)] = wrong
            seen |= parts(html)
    assert found == {} and number >= 10


STATES = [
    ("sender", "/", 390, "dark"),
    ("sender", "/campaigns", 390, "light"),
    ("coordinator", "/bins/1", 390, "light"),
    ("authorised_person", "/preparation", 390, "dark"),
    ("sender", "/campaigns/1/text", 390, "dark"),
    ("sender", "/inbox", 390, "dark"),
    ("sender", "/tariffs", 390, "dark"),
    ("sender", "/templates/1", 390, "dark"),
    ("sender", "/accessibility", 390, "dark"),
    ("centre_supervisor", "/board", 390, "dark"),
    ("organisation_admin", "/four-eyes", 390, "dark"),
    ("platform_admin", "/nowhere", 390, "light"),  # the page of an error
]


@pytest.mark.parametrize("role, url, width, scheme", STATES)
def test_on_a_telephone_in_the_dark_and_on_a_page_of_error_too(visit, role, url, width, scheme):
    page = visit(role, width, 844)
    page.emulate_media(color_scheme=scheme)
    page.goto(url)
    assert faults(page) == []
    page.faults.clear()  # Chromium notes the 404 that is asked for


def test_nor_in_practice_up_to_the_page_before_sending_and_while_it_runs(visit):
    page = visit("sender")
    with page.expect_navigation():
        page.locator("form[action='/practice'] button").first.click()
    page.goto("/")
    expect(page.locator("body.is-practice").first).to_be_visible()
    assert faults(page) == []
    page.goto("/templates")
    page.locator('main form[action$="/use"] button').first.click()
    expect(page.locator(".verdict").first).to_be_visible()
    assert faults(page) == []
    page.locator('main form[action$="/launch"] button.go').first.click()  # without the tick: refused
    expect(page.locator(".error, [data-errors]").first).to_be_visible()
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert faults(page) == []
    page.check("[name=terms]")
    page.fill("[name=password]", demo.PASSWORD)
    page.locator('main form[action$="/launch"] button.go').first.click()
    page.wait_for_url(re.compile(r"/campaigns/\d+$"))
    assert faults(page) == []


def test_every_role_has_an_account_in_the_demonstration():
    assert {account["role"] for account in demo.accounts_of()} == set(ROLES)
