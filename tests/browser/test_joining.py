"""The road of a zone to its first real message: the platform lets it in, it practises, it is ready, it sends."""

import os
import re
import subprocess
import sys
from datetime import date

import pytest
from playwright.sync_api import expect

import models
from dispatch import demo
from models import User
from tests import kept
from tests.browser.conftest import ROOT, does_not_scroll_sideways, is_fault
from tests.browser.hands import bring, click, press, tick, write

SIGNED = {"name": "overeenkomst.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nsigned\n%%EOF\n"}
TABLE = "Naam;E-mail;Rol\nLien Baert;lien.baert@heuvel.example;lezer\n"
USERS = {"name": "gebruikers.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
CHIEF = "an.maes@heuvel.example"


@pytest.fixture
def chief(chromium, site, folder):
    """chief() is a telephone with the administrator of the zone that was let in, at the start page."""
    contexts = []

    def come_in():
        words = ["--email", CHIEF, "--role", "organisation_admin", "--organisation", "PZ Heuvel"]
        environ = os.environ | kept.surroundings(folder)
        command = [sys.executable, "-m", "flask", "user", "add", *words, "--password", demo.PASSWORD]
        subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True)
        with kept.books(folder), models.writing():  # so that it needs no telephone
            User.update(is_demonstration=True).where(User.email == CHIEF).execute()
        context = chromium.new_context(viewport={"width": 390, "height": 844}, base_url=site, locale="nl-BE")
        contexts.append(context)
        page = context.new_page()
        page.by, page.faults = "touch", []
        page.on("console", lambda line: page.faults.append(line.text) if is_fault(line) else None)
        page.goto("/signin")
        write(page.locator("[name=email]"), CHIEF)
        write(page.locator("[name=password]"), demo.PASSWORD)
        click(page.locator("main button[type=submit]"))
        expect(page).to_have_url(re.compile("/$"))
        return page

    yield come_in
    for context in contexts:
        assert all(page.faults == [] for page in context.pages)
        context.close()


def written(page, name: str) -> None:
    """Writes a message to the BIN and goes on to the last look."""
    page.goto("/campaigns")
    press(page, "/campaigns/new")
    write(page.locator("[name=name]"), name)
    tick(page.locator("[name=kind][value=preventive]"))
    tick(page.locator("[name=channels][value=sms]"))
    tick(page.locator("[name=bins]").first)
    write(page.locator("[name=sms-nl-body]"), "POLITIE: sluit uw deuren en bel 101 als u iets merkt.")
    click(page.locator("[name=go][value=review]"))
    expect(page).to_have_url(re.compile("/review$"))


def sent(page) -> None:
    tick(page.locator("[name=terms]"))
    press(page, "/launch")
    expect(page.locator("a[href$='report.pdf']")).to_be_visible()


def test_the_platform_lets_a_zone_in_it_practises_is_ready_and_sends(visit, chief):
    platform = visit("platform_admin", by="keys")
    platform.goto("/organisations/new")
    write(platform.locator("[name=name]"), "PZ Heuvel")
    with platform.expect_navigation():
        press(platform, "/organisations/new")
    platform.goto("/organisations")
    click(platform.locator("main a:has-text('PZ Heuvel')"))
    home = platform.url
    expect(platform.locator("#checklist li.todo")).to_have_count(4)

    zone = chief()
    zone.goto("/bins/new")
    write(zone.locator("[name=name]"), "BIN Heuvel")
    press(zone, "/bins/new")
    click(zone.locator('a[href$="/members/new"]'))
    write(zone.locator("[name=last_name]"), "Aerts")
    write(zone.locator("[name=mobile]"), "0470 00 30 12")
    press(zone, "/members/new")

    written(zone, "Te vroeg")  # before it may send, the page says why and there is no button
    expect(zone.locator("#verdict")).to_contain_text("PZ Heuvel")
    expect(zone.locator("#launch")).to_have_count(0)
    assert does_not_scroll_sideways(zone)

    platform.goto(f"{home}/agreement")
    platform.locator("[name=contract] option:not([value=''])").first.wait_for(state="attached")
    platform.select_option("[name=contract]", index=platform.locator("[name=contract] option").count() - 1)
    write(platform.locator("[name=signatory]"), "An Maes, korpschef")
    write(platform.locator("[name=provider_signatory]"), "Nora Pauwels, directeur")
    platform.fill(
        "[name=signed_on]", date.today().isoformat()
    )  # a field for a day is typed as the browser has it
    press(platform, "/agreement")
    expect(platform.locator(".flashes")).to_be_visible()
    platform.goto(f"{home}/agreement")
    bring(platform.locator("[name=file]"), SIGNED)
    press(platform, "/file")
    expect(platform.locator(".flashes")).to_be_visible()
    platform.goto(f"{home}/agreement")
    press(platform, "/exchange")
    expect(platform.locator(".flashes")).to_be_visible()
    platform.goto(f"{home}/order")
    write(platform.locator("[name=orderer]"), "An Maes, korpschef")
    press(platform, "/order")
    expect(platform.locator("#total")).to_be_visible()  # what it costs, before it is placed
    press(platform, "/order")
    expect(platform.locator(".flashes")).to_be_visible()
    platform.goto(f"{home}/user-tables/new")
    bring(platform.locator("[name=file]"), USERS)
    press(platform, "/user-tables/new")
    click(platform.locator('#reading .button.main, main a[href$="/report"]').first)
    expect(platform).to_have_url(re.compile("/report$"))
    write(platform.locator("[name=password]"), demo.PASSWORD)
    press(platform, "/commit")
    expect(platform.locator(".flashes")).to_be_visible()
    platform.goto(home)
    expect(platform.locator("#checklist li.todo")).to_have_count(1)

    zone.goto("/")
    press(zone, "/practice")
    written(zone, "Eerste oefening")
    sent(zone)
    click(zone.locator('form[action$="/practice/end"] button').first)

    platform.goto(home)
    expect(platform.locator("#checklist li.todo")).to_have_count(0)
    written(zone, "Echt")
    sent(zone)
    assert does_not_scroll_sideways(zone)


def test_the_menu_opens_by_the_keyboard_and_closes_with_escape(visit):
    page = visit("organisation_admin")
    menu = page.locator("header details")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Rechten")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Rechten")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    click(menu.get_by_role("link", name="Rechten"))
    expect(page).to_have_url(re.compile("/rights$"))
    page.wait_for_load_state("load")  # a header without its style is high
    assert page.locator("header .bar > div, header.bar > div").first.bounding_box()["height"] < 80


@pytest.mark.parametrize("role", ["organisation_admin", "platform_admin"])
def test_the_menu_of_an_administrator_fits_a_telephone(visit, role):
    page = visit(role, width=390)
    click(page.locator("header details summary"))
    assert does_not_scroll_sideways(page)
    assert page.locator("header nav").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
