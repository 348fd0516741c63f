"""The pictures of the README, taken of the demonstration in a real browser: `make pictures`."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from dispatch import clock, demo
from dispatch.words import hour
from tests.browser.conftest import CHROMIUM, FLAGS, served
from tests.browser.hands import press
from tests.browser.test_road import DEMERDAL

HERE = Path(__file__).parent
SLOWLY = {"BELFORT_SMS": "simulator://?rate=20"}  # or the campaign is over before its picture is taken
TEXT = "POLITIE: verdacht voertuig gezien in de Molenweg. Sluit deuren en vensters. Zag u iets? Bel 101."


def signed_in(browser: Browser, site: str, role: str, width: int = 1280, height: int = 640) -> Page:
    """The start page of the demonstration's person of this role, without the strip of the first steps."""
    page = browser.new_context(
        viewport={"width": width, "height": height}, base_url=site, locale="nl-BE", color_scheme="light"
    ).new_page()
    account = next(one for one in demo.accounts_of() if one["role"] == role)
    page.goto("/signin")
    page.fill("[name=email]", account["email"])
    page.fill("[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.locator("form[action$='/tour/skip'] button").click()
    return page


def take(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.screenshot(path=HERE / f"{name}.png")


def of_an_import(page: Page) -> None:
    page.goto("/bins")
    page.click('a[href$="/imports/new"]')
    page.set_input_files("[name=file]", DEMERDAL)
    press(page, "/imports/new")
    page.locator("main [name=then][value=report]").first.click()
    page.wait_for_url(re.compile("/report$"))
    take(page, "import-report")


def of_a_message(page: Page) -> None:
    page.goto("/campaigns")
    press(page, "/campaigns/new")
    page.fill("[name=name]", "Verdacht voertuig Molenweg")
    page.check("[name=kind][value=preventive]")
    page.check("[name=channels][value=sms]")
    for bin in page.locator("[name=bins]").all():
        bin.check()
    page.fill("[name=sms-nl-body]", TEXT)
    page.click("[name=go][value=review]")
    page.wait_for_url(re.compile("/review$"))
    take(page, "before-sending")
    for vouched in page.locator("[name=vouched]").all():
        vouched.check()
    page.check("[name=terms]")
    press(page, "/launch")
    page.wait_for_url(re.compile(r"/campaigns/\d+$"))
    page.wait_for_timeout(6000)
    take(page, "live")
    page.locator("a[href$='report.pdf']").wait_for(timeout=120_000)
    take(page, "report")


def of_an_activation(phone: Page) -> None:
    phone.goto("/activations")
    press(phone, "/activations/new")
    phone.fill("[name=emergency]", "Gaslek na graafwerken")
    phone.fill("[name=place]", "Stationsstraat, tussen Markt en spoorweg")
    phone.fill("[name=description]", "Leiding geraakt. Brandweer ter plaatse.")
    phone.check("[name=phase][value=municipal]")
    phone.fill("[name=declared_at]", hour(clock.now() - clock.seconds(1800))[:5])
    phone.locator("[name=emergency]").scroll_into_view_if_needed()
    take(phone, "activation-phone")


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        served(Path(folder), **SLOWLY) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        of_an_import(signed_in(browser, site, "coordinator"))
        of_a_message(signed_in(browser, site, "sender"))
        of_an_activation(signed_in(browser, site, "authorised_person", 390, 760))
        browser.close()


if __name__ == "__main__":
    main()
