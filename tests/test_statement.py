"""The statement of a period: what was spent, by campaign and BIN, the VAT, and how long what is left lasts."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.money import forecast, ledger, statement
from models import Message
from tests import cast, town
from tests.test_ledger import END, TWO_PARTS, Time, accepted, molenakker, platform, prepaid, sender
from tests.test_sending import launched

__all__ = ["molenakker", "platform", "sender"]


@pytest.fixture
def time():
    return Time()


def test_it_says_what_each_campaign_cost_and_what_was_left_before_and_after(
    sender, platform, molenakker, time
):
    zone = prepaid(cast.zone(), platform, 10_000)
    time.passes(24 * 3600)
    first, second = (launched(sender, molenakker, texts=texts) for texts in (town.TEXTS, TWO_PARTS))
    accepted(first, 10, time)
    accepted(second, 4, time)
    day = date(2026, 11, 24)
    told = statement.of_period(zone, day, day)
    assert [(one.campaign.id, one.parts, one.mills) for one in told.spent] == [
        (first.id, 10, 550),
        (second.id, 8, 440),
    ]
    assert told.mills == 990 and told.vat == ((210, 990, 208),) and told.paid_in == ()
    assert (told.before_mills, told.after_mills) == (10_000, 9_010)
    assert told.by_bin == (("Molenakker", 990),)


def test_a_day_ends_at_midnight_in_brussels(sender, platform, molenakker, time):
    zone = prepaid(cast.zone(), platform, 10_000)
    campaign = launched(sender, molenakker, texts=town.TEXTS)
    time.passes(11 * 3600 + 60)  # 23:01 in Brussels
    accepted(campaign, 1, time)
    time.passes(3600)
    accepted(campaign, 2, time)
    today, tomorrow = date(2026, 11, 23), date(2026, 11, 24)
    assert statement.of_period(zone, today, today).mills == 55
    assert statement.of_period(zone, tomorrow, tomorrow).mills == 110


def test_each_bin_bears_what_reached_its_people(sender, platform, molenakker, time):
    akker = cast.bin_named("Akkerwijk")
    for number in range(3):
        cast.member(akker, f"Akker{number}", mobile=f"+3247500000{number}")
    zone = prepaid(cast.zone(), platform, 10_000)
    accepted(launched(sender, molenakker, akker, texts=town.TEXTS), 13, time)
    told = statement.of_period(zone, date(2026, 11, 23), date(2026, 11, 23))
    assert told.by_bin == (("Akkerwijk", 165), ("Molenakker", 550))


@given(
    mills=st.integers(0, 10**9),
    weights=st.dictionaries(st.text(max_size=3), st.integers(0, 10**6), max_size=9),
)
def test_shares_add_up_to_the_mill_and_none_is_off_by_more_than_one(mills, weights):
    shares = statement.shared(mills, weights)
    assert sum(shares.values()) == mills
    total = sum(weights.values())
    if total:
        assert all(abs(share * total - mills * weights[name]) < total for name, share in shares.items())


def test_how_long_it_lasts_is_told_by_the_last_three_months(sender, platform, molenakker, time):
    zone = prepaid(cast.zone(), platform, 2_200)
    assert forecast.months_left(zone, time()) is None
    accepted(launched(sender, molenakker, texts=town.TEXTS), 10, time)
    assert ledger.of(zone).available_mills == 1_650
    assert forecast.months_left(zone, time()) == pytest.approx(9)
    assert forecast.months_left(zone, time() + timedelta(days=91)) is None


def test_before_it_runs_dry_the_administrators_hear_of_it_once_and_again_after_a_new_package(
    sender, platform, molenakker, time
):
    admin = cast.user("organisation_admin", cast.zone())
    zone = prepaid(cast.zone(), platform, 1_600)
    accepted(launched(sender, molenakker, texts=town.TEXTS), 10, time)
    assert forecast.warn(time()) == 0
    accepted(launched(sender, molenakker, texts=town.TEXTS, name="Weer"), 10, time)
    assert [forecast.warn(time()) for _ in range(3)] == [1, 0, 0]
    assert [one.address for one in Message.select().where(Message.letter.is_null(False))] == [admin.email]
    time.passes(24 * 3600)
    ledger.top_up(zone, 100, expires_on=END, note="", by=platform, now=time())
    assert forecast.warn(time()) == 1
