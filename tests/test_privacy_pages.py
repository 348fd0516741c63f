"""At a person's request: what is kept, forgotten, and why it is kept, on pages."""

import json
from datetime import timedelta

import pytest

from dispatch import retention
from dispatch.people import erasing, members
from dispatch.retention import Keeping
from models import Audit, Campaign, Member, Membership, Processing
from tests import cast, town
from tests.cast import NOON


@pytest.fixture
def bin(app):
    return cast.bin_named("Beekveld")


@pytest.fixture
def admin(signed_in, bin):
    return signed_in(cast.user("organisation_admin", cast.zone(), name="An Admin"))


@pytest.fixture
def zoe(bin):
    return cast.member(bin, "Peeters", "Zoë", mobile="+32470998877", email="zoe@voorbeeld.example")


def test_the_page_says_what_goes_and_what_stays_and_then_it_is_done(admin, bin, zoe):
    page = admin.get(f"/members/{zoe.id}/erase")
    assert "Peeters" in page.html and page.soup.select_one("#goes li") and page.soup.select_one("#stays li")
    assert Member.get_by_id(zoe.id).last_name == "Peeters"
    done = admin.post(f"/members/{zoe.id}/erase")
    assert done.status == 200 and done.path == f"/bins/{bin.id}"
    assert Member.get_by_id(zoe.id).last_name == ""
    assert admin.get(f"/members/{zoe.id}").status == 404
    assert "Peeters" not in admin.get(f"/bins/{bin.id}").html


def test_of_who_left_already_the_page_ends_no_membership(admin, bin, zoe):
    members.end(zoe.memberships.get(), by=None, now=NOON)
    page = admin.get(f"/members/{zoe.id}/erase")
    goes = page.soup.select_one("#goes").get_text()
    assert "geen lidmaatschap meer" in goes and "1 lidmaatschap" not in goes


def test_the_page_offers_no_erasure_while_a_campaign_runs(admin, bin, zoe):
    town.campaign(cast.user("sender", cast.zone()), bin, "running")
    page = admin.get(f"/members/{zoe.id}/erase")
    assert not page.soup.select_one("form.deed[action$=erase]")
    assert admin.post(f"/members/{zoe.id}/erase").status == 409


def test_the_pages_of_an_old_campaign_say_erased_where_a_person_stood(app, admin, bin, zoe):
    nobody = cast.member(bin, "Onbereikbaar", street="Stilstraat")
    sender = cast.user("sender", cast.zone())
    first, second = (town.campaign(sender, bin, "stopped") for _ in range(2))
    erasing.erase(zoe, by=sender, now=NOON)
    Campaign.update(ended_at=NOON - timedelta(days=400)).where(Campaign.id == second.id).execute()
    retention.go_round(NOON, Keeping())
    for campaign in (first, second):
        message = campaign.messages.get()
        for address in ("", "/messages", f"/messages/{message.id}"):
            page = admin.get(f"/campaigns/{campaign.id}{address}")
            assert "gewist" in page.html and "Peeters" not in page.html and "erased:" not in page.html
        assert b"PK" in admin.browser.get(f"/campaigns/{campaign.id}/report.xlsx").data
    left_out = [admin.get(f"/campaigns/{one.id}/left-out/no_mobile").html for one in (first, second)]
    assert "Onbereikbaar" in left_out[0] and "Stilstraat" in left_out[0]
    assert "Onbereikbaar" not in left_out[1] and "Stilstraat" not in left_out[1]
    assert Member.get_by_id(nobody.id).last_name == "Onbereikbaar"


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_a_report_that_is_taken_along_is_a_deed(admin, bin, zoe, kind):
    campaign = town.campaign(cast.user("sender", cast.zone()), bin, "stopped")
    assert admin.browser.get(f"/campaigns/{campaign.id}/report.{kind}").status_code == 200
    done = Audit.get(Audit.deed == "campaign.report_taken")
    assert (done.subject, done.by.name, done.facts) == (
        f"campaign:{campaign.id}",
        "An Admin",
        {"format": kind},
    )


def test_a_coordinator_neither_erases_nor_takes_along_who_is_known_elsewhere(signed_in, bin, zoe):
    other = cast.bin_named("Elders")
    Membership.create(member=zoe, bin=other, joined_at=NOON)
    browser = signed_in(cast.user("coordinator", cast.zone(), bins=(bin,)))
    assert browser.get(f"/members/{zoe.id}").status == 200
    assert browser.get(f"/members/{zoe.id}/data.json").status == 403
    assert browser.get(f"/members/{zoe.id}/erase").status == 403
    assert browser.post(f"/members/{zoe.id}/erase").status == 403
    assert Member.get_by_id(zoe.id).last_name == "Peeters"


@pytest.mark.parametrize("kind", ["json", "pdf", "xlsx"])
def test_a_person_s_data_can_be_taken_along_and_that_is_a_deed(admin, zoe, kind):
    assert f"/members/{zoe.id}/data.{kind}" in admin.get(f"/members/{zoe.id}").html
    answer = admin.browser.get(f"/members/{zoe.id}/data.{kind}")
    assert answer.status_code == 200
    if kind == "json":
        assert json.loads(answer.data)["member"]["last_name"] == "Peeters"
    assert Audit.get(Audit.deed == "member.exported").facts == {"format": kind}


def test_the_basis_of_a_membership_stands_on_the_page_of_the_member(admin, zoe):
    url = f"/memberships/{zoe.memberships.get().id}/basis"
    assert admin.post(url, basis="consent", basis_on="", basis_source="").status == 422
    done = admin.post(url, basis="consent", basis_on="2026-01-02", basis_source="brief van 2 januari")
    assert done.status == 200 and "02/01/2026, brief van 2 januari" in done.html


def test_the_record_of_processing_is_shown_changed_and_taken_along(admin, bin, zoe):
    page = admin.get(f"/bins/{bin.id}/processing")
    assert "simulator" in page.html and "Zavelstreek" in page.html
    refused = admin.post(f"/bins/{bin.id}/processing", controller="Wij", basis="consent", purpose="Warnen")
    assert refused.status == 422 and "Warnen" in refused.html
    saved = admin.post(
        f"/bins/{bin.id}/processing", controller="Wij samen", basis="public_task", purpose="Warnen"
    )
    assert saved.status == 200 and "Wij samen" in saved.html
    assert Processing.get().basis == "public_task"
    assert admin.browser.get(f"/bins/{bin.id}/processing.pdf").data.startswith(b"%PDF")


def test_a_reader_sees_the_record_and_changes_nothing(signed_in, bin, zoe):
    reader = signed_in(cast.user("reader", cast.zone()))
    page = reader.get(f"/bins/{bin.id}/processing")
    assert page.status == 200 and not page.soup.select("textarea")
    assert reader.post(f"/bins/{bin.id}/processing", controller="x").status == 403
