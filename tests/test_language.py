"""The language of the pages: chosen on any of them, which stays; and before the door as the browser asks."""

from datetime import date

from dispatch import words
from models import Audit, User
from tests import cast, town


def test_a_page_comes_back_in_the_language_that_was_chosen_on_it(app, signed_in):
    sender = town.user("sender", cast.organisation("Zavel"))
    browser = signed_in(sender)
    assert browser.get("/campaigns").soup.html["lang"] == "nl"
    page = browser.post("/language", lang="fr", next="/campaigns?page=1")
    assert page.path == "/campaigns" and page.soup.html["lang"] == "fr"
    assert User.get_by_id(sender.id).language == "fr"
    assert Audit.select().where(Audit.deed == "user.language_chosen").count() == 1
    current = page.soup.select_one(".languages [aria-current]")
    assert current.text == "Français" and current["lang"] == "fr"


def test_before_the_door_it_is_as_the_browser_asks_or_as_it_was_chosen(client):
    assert client.get("/signin").soup.html["lang"] == "nl"
    german = client.browser.get("/signin", headers={"Accept-Language": "de-BE,de;q=0.9"})
    assert '<html lang="de">' in german.text
    assert client.post("/language", lang="en", next="/signin").soup.html["lang"] == "en"


def test_no_language_leads_to_another_house_and_none_that_is_not_spoken_is_taken(client):
    page = client.post("/language", lang="xx", next="https://elsewhere.example/")
    assert page.soup.html["lang"] == "nl" and page.path.startswith("/signin")
    assert client.post("/language", lang="fr", next="//elsewhere.example").path.startswith("/signin")


def test_a_day_is_written_as_each_language_writes_it():
    on = date(2026, 11, 26)
    written = {lang: words.long_day(on, lang) for lang in ("nl", "fr", "de", "en")}
    assert written == {
        "nl": "26 november 2026",
        "fr": "26 novembre 2026",
        "de": "26. November 2026",
        "en": "26 November 2026",
    }
