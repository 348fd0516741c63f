"""The prices as an administrator writes them: from a day on, audited, and never for what was billed already."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch import clock
from dispatch.errors import Incomplete, WrongMoment
from dispatch.money import prices, tariffs
from dispatch.onboarding import orders
from models import Audit, Order, Tariff
from tests import cast, joining
from tests.cast import NOON

TODAY = date(2026, 11, 23)
A16 = {
    "price-activation": "200",
    "price-year": "788,88",
    "price-sms": "0,055",
    "price-voice": "0,055",
    "vat": "21",
}


@pytest.fixture
def platform(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


def typed(begins_on="2026-11-23", **changes) -> dict:
    return (
        A16 | {"begins_on": begins_on} | {name.replace("_", "-", 1): value for name, value in changes.items()}
    )


def written(by, begins_on="2026-11-23", now=NOON, **changes) -> Tariff:
    return tariffs.price(typed(begins_on, **changes), by=by, now=now)


def faults(by, now=NOON, **changes) -> list[str]:
    with pytest.raises(Incomplete) as refused:
        tariffs.price(typed() | changes, by=by, now=now)
    return sorted(refused.value.faults)


def test_the_first_prices_are_those_that_were_typed(platform):
    made = written(platform)

    assert {price["code"]: (price["mills"], price["per"]) for price in made.prices} == {
        "activation": (200_000, "once"),
        "year": (788_880, "year"),
        "sms": (55, "piece"),
        "voice": (55, "piece"),
    }
    assert prices.unit_mills(NOON) == {"sms": 55, "voice": 55} and prices.vat_today(1000, NOON) == 210


def test_a_price_counts_from_its_day_in_brussels_on_and_not_before(platform):
    written(platform)
    written(platform, "2026-12-01", price_sms="0,06")

    evening = datetime(2026, 11, 30, 22, 59)  # 23:59 in Brussels
    assert prices.cost({"sms": 1000}, evening) == 55_000
    assert prices.cost({"sms": 1000}, evening + timedelta(minutes=1)) == 60_000


def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_kept(platform):
    assert faults(platform, **{"price-sms": "", "price-voice": "gratis"}) == ["price-sms", "price-voice"]
    assert faults(platform, **{"price-sms": "-1", "price-year": "0,0555", "vat": "veel"}) == [
        "price-sms",
        "price-year",
        "vat",
    ]
    assert faults(platform, begins_on="1 januari") == ["begins_on"] == faults(platform, begins_on="")
    assert faults(platform, vat="101") == ["vat"]
    assert not Tariff.select().exists()


def test_no_price_begins_in_the_past_nor_twice_on_a_day(platform):
    written(platform)

    assert faults(platform, begins_on="2026-11-22") == ["begins_on"]
    assert faults(platform) == ["begins_on"]


def test_the_vat_of_today_stays_as_it_was_billed(platform):
    joining.tariff()

    assert faults(platform, vat="6") == ["vat"]
    assert written(platform, "2026-11-24", vat="5,5").vat_permille == 55


def test_an_unknown_price_of_a_file_goes_on_in_the_next_version(platform):
    fax = {"code": "fax", "name": {"nl": "Fax"}, "mills": 10, "per": "piece"}
    orders.add_tariff([*joining.PRICES, fax], date(2026, 1, 1), by=None, now=NOON)

    made = written(platform, price_fax="0,02")

    assert {price["code"]: price["mills"] for price in made.prices}["fax"] == 20


def test_only_prices_that_are_not_in_force_are_withdrawn(platform):
    now, later = written(platform), written(platform, "2026-11-24")

    tariffs.withdraw(later, by=platform, now=NOON)
    for gone in (now, later):
        with pytest.raises(WrongMoment):
            tariffs.withdraw(gone, by=platform, now=NOON)

    assert [one.id for one in Tariff.select()] == [now.id]
    kept = Audit.get(Audit.deed == "tariff.withdrawn")
    assert kept.facts["prices"]["sms"] == 55 and kept.by_id == platform.id


def test_what_was_ordered_keeps_its_prices(platform):
    zone = joining.newcomer()
    made = joining.order(zone, platform)

    written(platform, price_activation="999")

    assert Order.get_by_id(made.id).lines[0] == ["activation", 1, 200_000]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.sets(st.integers(-3, 3), min_size=1))
def test_exactly_the_last_that_has_begun_is_in_force(platform, days):
    Tariff.delete().execute()
    for day in days:
        orders.add_tariff(joining.PRICES, TODAY + timedelta(days=day), by=None, now=NOON)

    told = tariffs.history(NOON)

    assert [one.tariff.begins_on for one in told] == sorted(
        (TODAY + timedelta(days=d) for d in days), reverse=True
    )
    assert [one.tariff for one in told if one.is_in_force] == [
        one for one in [orders.tariff_on(TODAY)] if one
    ]
    assert {one.tariff.id for one in told if one.is_future} == {
        one.id for one in Tariff.select().where(Tariff.begins_on > TODAY)
    }


# ── The pages ───────────────────────────────────────────────────────────


def test_an_administrator_writes_prices_sees_the_history_and_withdraws_them(signed_in, platform):
    joining.tariff()
    browser, today = signed_in(platform), clock.local(clock.now()).date()
    begins_on = (today + timedelta(days=40)).isoformat()

    form = browser.get("/tariffs/new").form("main form")
    assert (form["price-sms"], form["price-voice"], form["vat"]) == ("0,055", "", "21")
    wrong = browser.post("/tariffs", form | {"begins_on": begins_on, "price-sms": "zes"})
    assert wrong.status == 422 and wrong.form("main form")["price-sms"] == "zes"
    assert wrong.form("main form")["begins_on"] == begins_on and wrong.select("#price-voice[aria-invalid]")
    shown = browser.post(
        "/tariffs", form | {"begins_on": begins_on, "price-sms": "0,06", "price-voice": "0,07"}
    )

    assert len(shown.select("#history tbody tr")) == 2 and shown.has(platform.name)
    assert (
        "0,055" in shown.select("#now")[0].get_text()
        and "0,06" in shown.select("#history tbody tr")[0].get_text()
    )
    confirm = browser.get(shown.select("#history a[href$=withdraw]")[0]["href"])
    after = browser.post(confirm.select(".verdict form")[0]["action"])
    assert len(after.select("#history tbody tr")) == 1 and not after.select("#history a")


def test_a_zone_reads_the_prices_and_changes_none(signed_in, platform):
    tariff = joining.tariff()
    browser = signed_in(cast.user("sender", cast.zone()))

    page = browser.get("/tariffs")

    assert page.status == 200 and not page.select("main form, main a.button")
    assert browser.get("/tariffs/new").status == 403 == browser.post("/tariffs", A16).status
    assert browser.post(f"/tariffs/{tariff.id}/withdraw").status == 403
    assert "/tariffs" in [a["href"] for a in browser.get("/credits").select("main a")]


def test_an_empty_house_says_so(signed_in, platform):
    page = signed_in(platform).get("/tariffs")

    assert page.select("#now .empty") and page.select("a.button[href='/tariffs/new']")
