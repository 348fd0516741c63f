"""The three days in a browser: both sides' boards in the thick of it, the last closing, the statement, the report."""

import re
import sqlite3
from datetime import timedelta

import pytest
from playwright.sync_api import expect

import models
from dispatch import clock
from dispatch.centre import presence
from tests import cast
from tests.browser.conftest import served_as_it_is
from tests.servers import wait_until
from tests.three_days import QUARTER, ThreeDays


def lived(path) -> None:
    """A database in which the three days are all but over: the last number closes now."""
    models.connect(f"sqlite:///{path}")
    models.migrate()
    with models.database.connection_context():
        now = clock.now()
        last = now - (now - now.replace(minute=0, second=0, microsecond=0)) % QUARTER
        days = ThreeDays(last - timedelta(hours=72, minutes=15))
        days.live(to_the_end=False)
        for operator in days.operators[:4]:
            facts = {"desk": "d5", "languages": ["nl", "fr"], "by": days.supervisor}
            presence.enter(days.emergency, operator, now=now - QUARTER, **facts)
    models.database.close()
    with sqlite3.connect(path) as database:  # they sign in with a password alone
        database.execute("UPDATE user SET is_demonstration = 1")


@pytest.fixture(scope="module")
def site(folder):
    lived(folder / "belfort.db")
    with served_as_it_is(folder) as address:
        yield address


@pytest.fixture
def enter(visit):
    def sign_in(email: str, **size):
        return visit({"email": email, "password": cast.PASSWORD}, **size)

    return sign_in


def test_both_sides_see_one_board_and_the_last_number_closes_into_statement_and_report(enter, folder):
    centre = enter("centre_supervisor@contactcenter-noord.example")
    centre.goto("/board")
    expect(centre.locator("h1")).to_have_text("Bord")
    expect(centre.locator("main")).to_contain_text("Oosterzavel")
    expect(centre.locator("#sheet")).to_contain_text("Mogen de ramen open?")
    centre.screenshot(path=folder / "board-1280.png", full_page=True, caret="initial")

    mayor = enter("authorised_person@oosterzavel.example", width=390, height=844)
    mayor.goto("/board")
    expect(mayor.locator("#sheet")).to_contain_text("Mogen de ramen open?")
    assert mayor.evaluate("document.documentElement.scrollWidth") <= 390
    mayor.screenshot(path=folder / "board-390.png", full_page=True, caret="initial")

    centre.locator("a[id^=to-]").first.click()
    expect(centre.locator("h1")).to_contain_text("Oosterzavel")
    centre.screenshot(path=folder / "activation-1280.png", full_page=True, caret="initial")
    centre.locator("form[action$='/close'] button").first.click()
    expect(centre.locator("main")).to_contain_text("Gesloten")

    centre.goto(re.sub(r"(/activations/\d+).*", r"\1/costs", centre.url))
    centre.screenshot(path=folder / "costs-1280.png", full_page=True, caret="initial")
    centre.goto(re.sub(r"/costs$", "/statement", centre.url))
    centre.locator("main form button").first.click()
    expect(centre.locator("main")).to_contain_text("Provincie Zavelland")
    centre.screenshot(path=folder / "statement-1280.png", full_page=True, caret="initial")

    report = re.sub(r"/(costs|statement).*$", "/report", centre.url)

    def is_made() -> bool:
        centre.goto(report)
        return centre.get_by_role("link", name=re.compile("PDF")).count() > 0

    wait_until(is_made, seconds=60, what="the final report")
    centre.screenshot(path=folder / "report-1280.png", full_page=True, caret="initial")
