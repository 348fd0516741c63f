"""The first view on a slow telephone: a real browser, 1.6 Mbit/s, 150 ms before each answer, a quarter of the processor."""

from collections.abc import Iterator
from statistics import median

from dispatch import demo
from tests.bench import processes
from tests.bench.table import Figure, NotMeasured, at_most

PAGES = ("/signin", "/", "/campaigns", "/bins/1")
ROUNDS = 5


def first_views() -> Iterator[Figure]:
    from playwright.sync_api import sync_playwright  # needs what the tests need

    from tests.browser.conftest import CHROMIUM, FLAGS, served
    from tests.browser.test_weight import weighed

    if not CHROMIUM:
        raise NotMeasured("Chromium is not installed")
    with processes.folder() as home, served(home) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 844}, base_url=site, locale="nl-BE")
        for path in PAGES:
            found = [weighed(page, path) for _ in range(ROUNDS)]
            painted = median(milliseconds for _, milliseconds in found)
            note = f"{found[0][0]:,} bytes, nothing kept from before"
            yield at_most(f"first view of {path} on a slow telephone", painted, 1_000, "ms", note)
            if path == PAGES[0]:
                _come_in(page)
        browser.close()


def _come_in(page) -> None:
    sender = next(one for one in demo.accounts_of() if one["role"] == "sender")
    page.fill("[name=email]", sender["email"])
    page.fill("[name=password]", sender["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/signin" not in url)


MEASUREMENTS = (first_views,)
