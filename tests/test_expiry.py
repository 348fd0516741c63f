"""What ends, and who is told in time."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.onboarding import contracts, expiry
from models import Contract, EndWarning, Letter, Message, User
from tests import cast, joining
from tests.cast import NOON

END = date(2028, 7, 20)


@pytest.fixture
def platform(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


@pytest.fixture
def joined(platform):
    """A zone with two administrators, under a contract that ends on 20 July 2028."""
    zone = joining.newcomer()
    for name in ("an", "bo"):
        cast.user("organisation_admin", zone, email=f"{name}@heuvel.example")
    joining.agreement(zone, joining.contract(ends_on=END), platform)
    return zone


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)


def mailed() -> list[str]:
    return sorted(row.address for row in Message.select().where(Message.letter.is_null(False)))


def test_nobody_is_told_more_than_a_year_ahead(joined):
    assert expiry.warn(at(date(2027, 7, 19))) == 0 and not Letter.select().exists()


@pytest.mark.parametrize("day", [date(2027, 7, 20), date(2028, 1, 20), date(2028, 6, 20)])
def test_twelve_six_and_one_months_ahead_the_administrators_get_one_mail(joined, day):
    assert expiry.warn(at(day)) == 2  # the zone's agreement, and the platform's contract
    assert mailed() == ["an@heuvel.example", "bo@heuvel.example", "platform_admin@platform.example"]
    for later in range(1, 5):
        assert expiry.warn(at(day + timedelta(days=later))) == 0
    assert len(mailed()) == 3


def test_over_the_whole_term_there_are_three_warnings_and_none_after_the_end(joined):
    day = date(2027, 7, 1)
    while day < date(2028, 8, 1):
        expiry.warn(at(day))
        day += timedelta(days=3)
    here = Letter.organisation == joined.id
    assert Letter.select().where(here).count() == 3
    assert all("20 juli 2028" in letter.subject for letter in Letter.select().where(here))


def test_who_begins_late_gets_the_nearest_warning_only(joined):
    expiry.warn(at(date(2028, 7, 1)))
    here = (EndWarning.organisation == joined.id) & EndWarning.promise.startswith("accession")
    assert [row.months for row in EndWarning.select().where(here).order_by(EndWarning.months)] == [1, 6, 12]
    assert Letter.select().where(Letter.organisation == joined.id).count() == 1


def test_each_reads_it_in_their_own_language(joined):
    User.update(language="en").where(User.email == "bo@heuvel.example").execute()
    expiry.warn(at(date(2028, 6, 20)))
    letters = Letter.select().where(Letter.organisation == joined.id)
    assert {letter.language for letter in letters} == {"nl", "en"}
    assert any("ends on 20 July 2028" in letter.subject for letter in letters)


def test_without_anybody_to_tell_the_warning_waits_for_somebody(joined):
    people = User.organisation == joined.id
    User.update(is_active=False).where(people).execute()
    expiry.warn(at(date(2028, 6, 20)))
    assert mailed() == ["platform_admin@platform.example"]
    User.update(is_active=True).where(people).execute()
    expiry.warn(at(date(2028, 6, 21)))
    assert "an@heuvel.example" in mailed()


def test_an_early_end_is_told_anew(joined, platform):
    expiry.warn(at(date(2028, 6, 20)))
    contracts.end_contract(Contract.get(), date(2028, 7, 1), "Ernstige problemen", by=platform, now=NOON)
    assert expiry.warn(at(date(2028, 6, 21))) == 2


def test_the_agreement_with_the_contact_centre_is_in_the_list_and_told_of_too(app):
    town, _centre = cast.municipality_and_centre()
    cast.user("organisation_admin", town)
    assert [(one.kind, one.last_day) for one in expiry.promises(town)] == [("agreement", date(2027, 12, 31))]
    assert expiry.warn(at(date(2027, 12, 1))) == 1 and len(mailed()) == 1


def test_what_was_renewed_no_longer_ends(joined, platform):
    longer = joining.contract("Raamcontract 2028", ends_on=date(2032, 7, 20))
    joining.agreement(joined, longer, platform)
    assert [one.last_day for one in expiry.promises(joined)] == [date(2032, 7, 20)]
    assert expiry.ending(joined, at(date(2028, 6, 20))) == []


def test_the_list_holds_everything_of_everybody_the_first_to_end_first(joined, platform):
    cast.municipality_and_centre()
    found = expiry.promises()
    assert [one.kind for one in found] == ["agreement", "accession", "contract"]
    assert [one.last_day for one in found] == sorted(one.last_day for one in found)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.sampled_from(expiry.MONTHS_AHEAD))
def test_so_many_months_earlier_is_the_same_day_or_the_last_of_a_shorter_month(day, months):
    before = expiry.months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or before.day < day.day and (before + timedelta(days=1)).day == 1
