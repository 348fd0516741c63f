"""The tariff of annex 4: what the form reads and refuses, the calendar, and which version holds."""

from datetime import date, datetime, time

import pytest

from dispatch.centre import annexes, holidays, prices
from dispatch.errors import Incomplete, NotAllowed
from models import Activation, Agreement, Annex, Audit
from tests import cast, reckoning, town
from tests.cast import NOON
from tests.reckoning import TYPED


@pytest.fixture
def agreement(app):
    cast.municipality_and_centre()
    return Agreement.get()


@pytest.fixture
def supervisor(agreement):
    return town.user("centre_supervisor", agreement.centre)


def test_easter_and_the_ten_holidays_are_those_of_the_calendar():
    known = {
        2000: (4, 23),
        2024: (3, 31),
        2025: (4, 20),
        2026: (4, 5),
        2027: (3, 28),
        2038: (4, 25),
        2049: (4, 18),
    }
    assert {year: holidays.easter(year) for year in known} == {y: date(y, *md) for y, md in known.items()}
    assert sorted(f"{day:%m-%d}" for day in holidays.of_year(2026)) == sorted(reckoning.HOLIDAYS_2026)


@pytest.mark.parametrize(
    "typed, mills",
    [("12,50", 12_500), ("0.125", 125), ("€ 45,595", 45_595), ("7", 7_000), ("1 000,5", 1_000_500)],
)
def test_an_amount_is_read_as_people_write_it(typed, mills):
    assert prices.mills(typed) == mills


@pytest.mark.parametrize("typed", ["", "-1", "1,2345", "twaalf", "1e3", "99999", "1.000,50", "١٢"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValueError):
        prices.mills(typed)


def test_a_tariff_is_kept_as_it_was_typed_and_shown_again(agreement):
    annex = reckoning.tariff(agreement)
    shown = prices.typed_of(annex)
    assert {name: prices.mills(shown[name]) for name in prices.AMOUNTS} == {
        name: prices.mills(TYPED[name]) for name in prices.AMOUNTS
    }
    assert (shown["minimum_operator"], shown["minimum_opening"], shown["extra_holidays"]) == (
        "2",
        "4",
        "2026-07-11",
    )
    read = prices.read(annex)
    assert read.day_from == time(7) and read.minimum_operator == 8 and read.is_demonstration
    assert prices.content(read) == annex.content
    assert Audit.select().where(Audit.deed == "annex.added").count() == 1


def test_every_field_that_cannot_be_read_has_its_sentence_and_nothing_is_kept(agreement, supervisor):
    wrong = {
        "activation": "veel",
        "telephone": "",
        "day_from": "7",
        "minimum_opening": "25",
        "minimum_operator": "1,3",
        "split": "",
        "extra_holidays": "11 juli",
        "from_on": "gisteren",
    }
    with pytest.raises(Incomplete) as refusal:
        prices.price(agreement, TYPED | wrong, by=supervisor, now=NOON)
    assert set(refusal.value.faults) == set(wrong)
    assert not Annex.select().exists()


def test_the_night_begins_after_the_day(agreement, supervisor):
    with pytest.raises(Incomplete) as refusal:
        prices.price(agreement, TYPED | {"day_until": "06:00"}, by=supervisor, now=NOON)
    assert set(refusal.value.faults) == {"day_until"}


def test_a_later_version_does_not_change_what_is_behind(agreement, supervisor):
    reckoning.tariff(agreement)
    with pytest.raises(Incomplete) as refusal:
        prices.price(agreement, TYPED | {"from_on": "2026-11-22"}, by=supervisor, now=NOON)
    assert set(refusal.value.faults) == {"from_on"}
    later = prices.price(agreement, TYPED | {"from_on": "01/12/2026"}, by=supervisor, now=NOON)
    assert later.version == 2
    assert prices.in_force(agreement, date(2026, 11, 30)).version == 1
    assert prices.in_force(agreement, date(2026, 12, 1)).version == 2


def test_the_tariff_that_is_shown_on_a_day_is_the_one_that_is_billed_in_whatever_order_they_were_written(
    agreement, supervisor
):
    reckoning.tariff(agreement)
    for day in ("01/01/2027", "01/12/2026"):  # next year's first, then a slip of this one is mended
        prices.price(agreement, TYPED | {"from_on": day}, by=supervisor, now=NOON)
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 1)):
        assert prices.in_force(agreement, day) == annexes.in_force(agreement, day)[prices.NUMBER]


def test_only_the_centre_of_the_agreement_writes_its_tariff(agreement):
    elsewhere = town.user("centre_supervisor", cast.organisation("Contactcenter Zuid", "contact_centre"))
    mayor = town.user("authorised_person", agreement.municipality)
    for stranger in (elsewhere, mayor):
        with pytest.raises(NotAllowed):
            prices.price(agreement, TYPED, by=stranger, now=NOON)


def test_an_activation_keeps_the_version_that_was_in_force(agreement, supervisor):
    first = reckoning.tariff(agreement)
    where = reckoning.emergency(agreement.centre, NOON)
    opened = reckoning.activation(where, agreement, NOON)
    second = prices.price(agreement, TYPED | {"from_on": "2026-11-23"}, by=supervisor, now=NOON)
    assert prices.of_activation(opened, NOON) == second  # asked on the day of the second
    Activation.update(annexes=[first.id]).execute()
    assert prices.of_activation(Activation.get(), NOON) == first


@pytest.mark.parametrize(
    "at, rate",
    [
        (datetime(2026, 11, 23, 5, 45), "night"),  # 06:45 in Brussels, a Monday
        (datetime(2026, 11, 23, 6, 0), "day"),
        (datetime(2026, 11, 23, 19, 0), "night"),
        (datetime(2026, 11, 27, 22, 45), "night"),  # Friday 23:45
        (datetime(2026, 11, 27, 23, 0), "weekend"),  # Saturday 00:00
        (datetime(2026, 11, 11, 9, 0), "holiday"),
        (datetime(2026, 7, 11, 9, 0), "holiday"),  # of the annex; also a Saturday
        (datetime(2026, 8, 15, 9, 0), "holiday"),  # a Saturday too: a holiday goes before
        (datetime(2026, 7, 20, 22, 0), "holiday"),  # 21 July 00:00 in summer time
    ],
)
def test_a_quarter_hour_has_the_rate_of_brussels_when_it_begins(agreement, at, rate):
    assert prices.read(reckoning.tariff(agreement)).rate(at) == rate
