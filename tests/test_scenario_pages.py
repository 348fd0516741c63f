"""A scenario on the pages: filled in, looked at, launched in three presses; and how long that took."""

import pytest

from dispatch import clock, papers
from dispatch.sending import campaigns, contacts, report, scenarios
from models import Campaign, Message
from tests import town
from tests.cast import NOON
from tests.test_approval import approve, rule, submit
from tests.test_scenarios import VALUES, scenario

FIELDS = {f"filled-{name}": typed for name, typed in VALUES.items()}


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


@pytest.fixture
def smoke(zavel, sender):
    return scenario(zavel, sender, useful_minutes=90)


@pytest.fixture
def lien(signed_in, sender):
    return signed_in(sender)


def begun(browser, smoke):
    """The page on which it is filled in: the first press."""
    return browser.post(f"/templates/{smoke.id}/use")


def filled(browser, page, **fields):
    form = page.form('form[action$="/fill"]')
    return browser.post(page.select('form[action$="/fill"]')[0]["action"], form | FIELDS | fields)


def test_a_scenario_is_launched_in_three_presses(lien, smoke):
    page = begun(lien, smoke)
    kinds = {control["name"]: control.get("type", control.name) for control in page.select("[name^=filled-]")}
    assert kinds == {
        "filled-place": "text",
        "filled-until": "time",
        "filled-number": "tel",
        "filled-cause": "select",
    }
    look = filled(lien, page)
    assert look.has("POLITIE: gaslek in Molenweg tot 18:30. Info 016 12 34 56")
    chosen = look.form("#launch")
    assert chosen["useful_hours"] == "prepared"
    lien.post(look.select("#launch")[0]["action"], chosen | {"terms": "1"})
    running = Campaign.get()
    assert running.is_running and (running.expires_at - running.launched_at).seconds == 90 * 60


def test_each_open_one_is_said_and_leads_to_its_field(lien, smoke):
    page = filled(lien, begun(lien, smoke), **{"filled-place": "", "filled-cause": ""})
    assert [line.get_text() for line in page.select("[data-errors] li")] == [
        "Plaats: Fill in: Plaats.",
        "Oorzaak: Fill in: Oorzaak.",
    ]
    assert page.form('form[action$="/fill"]')["filled-until"] == "18:30"
    look = lien.get(f"/campaigns/{Campaign.get().id}/review")
    assert look.select('a[href$="/fill?check=1#filled-place"]') and not look.select("#launch")


def test_what_cannot_be_read_stays_in_its_field(lien, smoke):
    form = begun(lien, smoke).form('form[action$="/fill"]') | FIELDS | {"filled-number": "12"}
    page = lien.post(f"/campaigns/{Campaign.get().id}/fill", form, status=422)
    assert page.form('form[action$="/fill"]')["filled-number"] == "12"
    assert page.select("#filled-number-error") and not Campaign.get().filled


def test_no_page_launches_what_is_open(lien, smoke):
    begun(lien, smoke)
    draft = Campaign.get()
    lien.post(f"/campaigns/{draft.id}/launch", version=draft.version, terms="1", useful_hours="", status=422)
    assert not Message.select().exists()


def test_two_hands_on_the_values_are_told_apart(lien, smoke, sender):
    page = begun(lien, smoke)
    draft = Campaign.get()
    scenarios.fill_in(draft, {"place": "Markt"}, by=sender, now=NOON, version=draft.version)
    form = page.form('form[action$="/fill"]') | FIELDS
    again = lien.post(f"/campaigns/{draft.id}/fill", form, status=409)
    assert again.form('form[action$="/fill"]')["filled-place"] == "Molenweg"
    assert Campaign.get().filled == {"place": "Markt"}


def test_the_moment_stands_there_without_script_and_the_seconds_with_it(lien, smoke):
    page = begun(lien, smoke)
    (timer,) = page.select("[data-since]")
    assert timer.has_attr("hidden") and timer["data-since"].isdecimal()
    assert page.has("Geopend")


# ── What is approved, and what is reported ──────────────────────────────


def test_what_is_approved_is_the_text_with_its_values(zavel, sender, smoke, signed_in):
    chief = zavel.people["organisation_admin"]
    rule(sender.organisation, [chief.id], by=chief)
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, template=smoke)
    draft = scenarios.fill_in(draft, VALUES, by=sender, now=NOON, version=1)
    assert contacts.unverified(draft) == ["+3216123456"]
    asked = submit(draft, sender)
    page = signed_in(chief).get(f"/campaigns/{draft.id}/approval")
    assert page.has("POLITIE: gaslek in Molenweg tot 18:30. Info 016 12 34 56") and "{{" not in page.text
    approve(asked, chief, ticked=["+3216123456"])
    assert Campaign.get_by_id(draft.id).is_approved


def test_another_value_takes_the_approval_back(zavel, sender, smoke):
    chief = zavel.people["organisation_admin"]
    rule(sender.organisation, [chief.id], by=chief)
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, template=smoke)
    draft = scenarios.fill_in(draft, VALUES, by=sender, now=NOON, version=1)
    approve(submit(draft, sender), chief, ticked=["+3216123456"])
    approved = Campaign.get_by_id(draft.id)
    scenarios.fill_in(approved, {"place": "Markt"}, by=sender, now=NOON, version=approved.version)
    assert Campaign.get_by_id(draft.id).status == "draft"


@pytest.fixture
def reported(sender, smoke):
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, template=smoke)
    draft = scenarios.fill_in(draft, VALUES, by=sender, now=NOON, version=1)
    at = NOON + clock.seconds(41)
    return campaigns.launch(draft, by=sender, now=at, terms_accepted=True)


def test_the_report_keeps_the_seconds_and_the_values(reported):
    data = report.build(reported, "en", NOON)
    assert data["composed"] == "41 seconds"
    assert ("Oorzaak", "gaslek") in data["filled"] and ("Nummer", "016 12 34 56") in data["filled"]
    assert "gaslek in Molenweg" in data["texts"][0]["body"]
    assert papers.campaign_workbook(data, "en") and papers.campaign_report(data, "en")


def test_the_report_on_the_screen_says_the_seconds(lien, reported):
    campaigns.stop(reported, by=reported.author, now=NOON + clock.seconds(60))
    page = lien.get(f"/campaigns/{reported.id}")
    assert page.has("41 s")
