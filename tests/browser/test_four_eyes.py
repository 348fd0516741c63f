"""Several people around one message: the ladder, the override, and the lead that changes hands."""

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

import models
from dispatch import demo
from models import Approval
from tests import kept
from tests.browser.conftest import picture
from tests.browser.hands import click, press, tick, write

MONTHS_AGO = datetime(2026, 1, 1)


@pytest.fixture
def four_eyes(visit):
    """four_eyes(kind) asks approval for a kind: first of the administrator, then of the sender."""

    def ask(kind: str) -> None:
        page = visit("organisation_admin")
        page.goto("/four-eyes")
        part = page.locator(f"#{kind}")
        tick(part.locator(f"#{kind}-needed"))
        part.locator(f"#{kind}-rung-1").select_option(label="Joris Wauters")
        part.locator(f"#{kind}-rung-2").select_option(label="Lien Vercauteren")
        page.locator("main button[type=submit]").click()
        expect(page.locator(f"#{kind}-needed")).to_be_checked()

    return ask


def written(page, name: str, kind: str) -> str:
    """Writes a message on the pages and stops before sending; returns the address of the last look."""
    page.goto("/campaigns")
    press(page, "/campaigns/new")
    write(page.locator("[name=name]"), name)
    tick(page.locator(f"[name=kind][value={kind}]"))
    tick(page.locator("[name=channels][value=sms]"))
    tick(page.locator("[name=bins][value='1']"))
    write(
        page.locator("[name=sms-nl-body]"), "POLITIE: sluit uw deuren en bel 016 00 17 71 als u iets merkt."
    )
    click(page.locator("[name=go][value=review]"))
    expect(page).to_have_url(re.compile("/review$"))
    return page.url


def the_deadline_passes(folder) -> None:
    with kept.books(folder), models.writing():
        Approval.update(due_at=MONTHS_AGO).where(Approval.due_at.is_null(False)).execute()


def test_nobody_answers_in_time_so_the_next_is_asked_and_approves(visit, four_eyes, folder, size):
    four_eyes("preventive")
    writer, approver = visit("coordinator", *size), visit("sender", *size)
    name = f"Ladder {size[0]}"
    review = written(writer, name, "preventive")
    expect(writer.locator("#launch")).to_have_count(0)
    press(writer, "/submit")
    expect(writer.locator("#four-eyes")).to_contain_text("Joris Wauters")
    the_deadline_passes(folder)
    for _look in range(40):
        writer.reload()
        if "Lien Vercauteren" in writer.locator("#four-eyes").inner_text():
            break
        writer.wait_for_timeout(250)
    expect(writer.locator("#four-eyes")).to_contain_text("Lien Vercauteren")
    approver.goto("/campaigns")
    click(approver.locator(f'#to-approve a:has-text("{name}")'))
    tick(approver.locator("#approve [name=ticked]"))
    tick(approver.locator("#approve [name=magnitude]"))
    picture(approver, "approval", at_both=True)
    with approver.expect_navigation():
        press(approver, "/approve")
    writer.goto(review)
    tick(writer.locator("[name=terms]"))
    press(writer, "/launch")
    expect(writer).to_have_url(re.compile(r"/campaigns/\d+$"))


def test_in_an_emergency_it_goes_without_and_the_report_says_so_in_red(visit, four_eyes):
    four_eyes("warning")
    writer, chief = visit("sender"), visit("organisation_admin")
    review = written(writer, "Gas, nu", "warning")
    with writer.expect_navigation():
        press(writer, "/submit")
    chief.goto(review)
    click(chief.locator('details:has(form[action$="/override"]) summary'))
    write(chief.locator('form[action$="/override"] [name=reason]'), "Gas in de Molenweg.")
    press(chief, "/override")
    tick(chief.locator("[name=vouched]"))
    tick(chief.locator("[name=terms]"))
    write(chief.locator("[name=password]"), demo.PASSWORD)  # a warning: who sends it shows again who they are
    press(chief, "/launch")
    expect(chief.locator("a[href$='report.pdf']")).to_be_visible()
    expect(chief.locator("#four-eyes .note.late")).to_contain_text("Gas in de Molenweg.")


def test_the_national_desk_takes_a_campaign_the_zone_watches_and_gets_it_back(visit, size):
    zone, desk = visit("sender", *size), visit("national desk", *size)
    name = f"Hoog water {size[0]}"
    written(zone, name, "other")
    tick(zone.locator("[name=vouched]"))
    tick(zone.locator("[name=terms]"))
    press(zone, "/launch")
    press(zone, "/pause")
    expect(zone.locator('form[action$="/resume"]')).to_be_visible()
    desk.goto("/desk")
    part = desk.locator(f'section:has-text("{name}")')
    write(part.locator("[name=reason]"), "De centrale van de zone staat onder water.")
    click(part.locator("button[type=submit]:not([aria-hidden])"))
    expect(desk.locator('form[action$="/resume"]')).to_be_visible()
    expect(zone.locator('form[action$="/resume"]')).to_have_count(0)  # learned by the live page itself
    expect(zone.locator("#lead")).to_contain_text("onder water")
    click(desk.locator("#lead details summary"))
    write(desk.locator("#lead [name=reason]"), "De zone kan weer.")
    press(desk, "/give-back")
    expect(zone.locator('form[action$="/resume"]')).to_be_visible()
    click(zone.locator("a[href$='/stop']"))
    press(zone, "/stop")
    expect(zone.locator("main")).to_contain_text("De zone kan weer.")
