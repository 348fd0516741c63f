"""The credit of an organisation on its page, and what a message costs on the page before it is sent."""

from datetime import datetime, timedelta

import pytest

from dispatch import clock
from dispatch.money import ledger, pictures
from models import Campaign, Credit, LedgerLine, Organisation
from tests import cast, joining, town
from tests.cast import NOON
from tests.test_kill import Time, launched
from tests.test_ledger import accepted, prepaid
from views.credits import mills_of


@pytest.fixture
def zone(app):
    joining.tariff()
    return cast.zone()


@pytest.fixture
def platform(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


@pytest.fixture
def sender(zone):
    return cast.user("sender", zone)


@pytest.fixture
def molenakker(zone):
    bin = cast.bin_named("Molenakker", zone)
    for number in range(10):
        cast.member(bin, f"Lid{number}", mobile=f"+3247000001{number}")
    return bin


@pytest.mark.parametrize(
    "typed, mills",
    [
        ("275", 275_000),
        ("275,50", 275_500),
        ("€ 1.275,055", 1_275_055),
        ("-12", -12_000),
        ("", None),
        ("12,5555", None),
        ("veel", None),
        ("12-3", None),
        ("12345678", None),
    ],
)
def test_an_amount_is_read_as_belgians_write_it(typed, mills):
    assert mills_of(typed) == mills


def test_the_platform_chooses_an_organisation_and_never_pays_itself(signed_in, zone, platform):
    cast.organisation("Oosterzavel", "municipality")
    browser = signed_in(platform)
    page = browser.get("/credits")
    assert [a["href"] for a in page.select("main table a")] == [f"/credits/{zone.id}"]
    assert f"/credits/{zone.id}" in [
        a["href"] for a in browser.get(f"/organisations/{zone.id}").select("main a")
    ]
    own = platform.organisation_id
    assert browser.get(f"/credits/{own}").status == 404
    assert browser.post(f"/credits/{own}/top-up", amount="275").status == 404
    assert not LedgerLine.select().exists()


def test_a_zone_finds_its_own_credit_at_once(signed_in, zone, sender):
    assert signed_in(sender).get("/credits").path == f"/credits/{zone.id}"


def test_the_platform_notes_a_payment_and_the_zone_sees_it(app, signed_in, zone, platform, sender):
    page = signed_in(platform).post(
        f"/credits/{zone.id}/top-up", data={"amount": "275,50", "amount-note": "Factuur 12"}
    )
    assert "€ 275,50" in page.text.replace("\xa0", " ") and "Factuur 12" in page.text
    seen = signed_in(sender).get("/credits")
    assert "€ 275,50" in seen.text.replace("\xa0", " ") and "Deze betaling noteren" not in seen.text


def test_the_credit_is_drawn_with_the_day_on_which_it_runs_dry(
    app, signed_in, zone, platform, sender, molenakker
):
    browser = signed_in(sender)
    assert not browser.get(f"/credits/{zone.id}").select("figure.chart")
    now = clock.now()
    ledger.top_up(zone, 100_000, expires_on=None, note="1", by=platform, now=now - timedelta(days=120))
    campaign = town.campaign(sender, molenakker, "stopped")
    for ago in (30, 20, 20):
        spend(campaign, 15_000, now - timedelta(days=ago))
    picture = pictures.credit(zone, "nl", now)
    ahead = clock.local(now).date() + timedelta(days=round(55_000 / 45_000 * 90))
    assert [row[1] for row in picture.rows] == [
        "€\u00a0100,00",
        "€\u00a085,00",
        "€\u00a055,00",
        "€\u00a055,00",
        "€\u00a00,00",
    ]
    assert f"{ahead:%d/%m/%y}" in picture.desc
    assert browser.get(f"/credits/{zone.id}").select("#credit-table tbody tr")
    before = pictures.credit(zone, "nl", now, ends_on=clock.local(now).date() - timedelta(days=25))
    assert before.rows[-1][1] == "€\u00a085,00" and len(before.key) == 1


def spend(campaign: Campaign, mills: int, at: datetime) -> None:
    facts = {"campaign": campaign, "channel": "sms", "parts": 1, "unit_mills": mills}
    LedgerLine.create(
        organisation=campaign.organisation, kind="spend", at=at, available_mills=-mills, **facts
    )
    Credit.update(available_mills=Credit.available_mills - mills).execute()


def test_what_cannot_be_read_is_said_and_kept(app, signed_in, zone, platform):
    page = signed_in(platform).post(
        f"/credits/{zone.id}/top-up", data={"amount": "veel", "amount-note": "Factuur 12"}
    )
    assert page.status == 422 and 'value="veel"' in page.html and 'value="Factuur 12"' in page.html
    assert not LedgerLine.select().exists()


def test_a_correction_without_a_reason_is_refused(app, signed_in, zone, platform):
    refused = signed_in(platform).post(f"/credits/{zone.id}/correct", data={"correction": "-5"})
    assert refused.status == 422
    signed_in(platform).post(
        f"/credits/{zone.id}/correct", data={"correction": "-5", "correction-note": "Dubbel"}
    )
    assert ledger.of(zone).available_mills == -5_000


def test_a_sender_notes_no_payment(app, signed_in, zone, sender):
    assert signed_in(sender).post(f"/credits/{zone.id}/top-up", data={"amount": "275"}).status == 403
    assert not LedgerLine.select().exists()


def test_the_platform_chooses_how_it_is_paid(app, signed_in, zone, platform):
    signed_in(platform).post(f"/credits/{zone.id}/payment", data={"payment": "overdraft"})
    refused = signed_in(platform).post(f"/credits/{zone.id}/payment", data={"payment": "gratis"})
    assert refused.status == 422
    assert Organisation.get_by_id(zone.id).payment == "overdraft"


def test_the_month_is_saved_as_paper_and_as_spreadsheet(app, signed_in, zone, platform, sender, molenakker):
    prepaid(zone, platform, 10_000)
    accepted(launched(sender, molenakker, texts=town.TEXTS), 10, Time())
    browser = signed_in(sender)
    page = browser.get(f"/credits/{zone.id}?month=2026-11")
    assert "€ 0,55" in page.text.replace("\xa0", " ")
    pdf = browser.get(f"/credits/{zone.id}/statement.pdf?month=2026-11")
    assert pdf.response.data.startswith(b"%PDF")
    xlsx = browser.get(f"/credits/{zone.id}/statement.xlsx?month=2026-11")
    assert xlsx.response.data.startswith(b"PK")


def test_before_it_is_sent_one_sees_what_it_costs_and_what_is_left(
    app, signed_in, zone, platform, sender, molenakker
):
    prepaid(zone, platform, 700)
    draft = town.campaign(sender, molenakker, "draft")
    page = signed_in(sender).get(f"/campaigns/{draft.id}/review")
    said = page.text.replace("\xa0", " ")
    assert "€ 0,55" in said and "€ 0,666" in said and "€ 0,15" in said
    ledger.correct(zone, -650, note="Dubbel", by=platform, now=NOON)
    assert "dekt dit niet" in signed_in(sender).get(f"/campaigns/{draft.id}/review").text
