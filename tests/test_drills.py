"""Who practises, and the test of the first Thursday: planned, laid ready, never sent by itself."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import Incomplete
from dispatch.onboarding import orders
from dispatch.sending import campaigns, drills, monthly
from dispatch.sending.drills import Practice
from models import Audit, Campaign, Grant, Letter, Message, MonthlyTest, Organisation, User
from tests import cast
from tests.cast import NOON

TEXTS = {"sms": {"nl": {"body": "Proef"}}}
WEEK_BEFORE = datetime(2026, 11, 26, 9, 0)  # the first Thursday of December is the 3rd
DAY_EARLIER = datetime(2026, 11, 25, 9, 0)
THURSDAY = date(2026, 12, 3)


@pytest.fixture
def bin(app):
    bin = cast.bin_named("Beekveld")
    cast.member(bin, "Maes", "Els", mobile="+32470000010")
    cast.member(bin, "Claes", "Jan", mobile="+32470000011")
    return bin


@pytest.fixture
def sender(bin):
    return cast.user("sender", bin.organisation, name="Lien Vercauteren")


@pytest.fixture
def admin(bin):
    return cast.user("organisation_admin", bin.organisation, name="Joris Wauters")


def practised(who, bin, at: datetime, seconds: int, *, is_practice=True) -> Campaign:
    draft = campaigns.draft(bin.organisation, by=who, now=at, is_practice=is_practice)
    wording = {"name": "Proef", "channels": ["sms"], "texts": TEXTS, "audience": {"bins": [bin.id]}}
    campaigns.write(draft, by=who, now=at, version=1, **wording)
    return campaigns.launch(draft, by=who, now=at + timedelta(seconds=seconds), terms_accepted=True)


def fresh(row):
    return type(row).get_by_id(row.id)


def test_the_page_counts_from_the_hand_and_not_from_the_clock_that_laid_it_ready(bin, sender, signed_in):
    laid = campaigns.draft(
        bin.organisation, by=sender, now=WEEK_BEFORE, is_practice=False, is_laid_ready=True
    )
    wording = {"name": "Proef", "channels": ["sms"], "texts": TEXTS, "audience": {"bins": [bin.id]}}
    campaigns.write(laid, by=sender, now=WEEK_BEFORE, version=1, **wording)
    campaigns.note_opening(laid, NOON)
    campaigns.launch(laid, by=sender, now=NOON + timedelta(seconds=41), terms_accepted=True)
    assert "41 s na het openen" in signed_in(sender).get(f"/campaigns/{laid.id}").text


# ── The log ─────────────────────────────────────────────────────────────


def test_the_last_practice_is_told_with_its_seconds_and_the_trend(bin, sender):
    for day, seconds in enumerate((90, 70, 50, 41)):
        practised(sender, bin, NOON + timedelta(days=day), seconds)
    practised(sender, bin, NOON + timedelta(days=9), 5, is_practice=False)
    (drill,) = drills.log(bin.organisation, NOON + timedelta(days=20))
    assert drill.last == Practice(NOON + timedelta(days=3, seconds=41), 41)
    assert drill.trend == 41 - 70
    assert len(drill.practices) == 4


def test_what_lay_open_overnight_is_no_measure(bin, sender):
    practised(sender, bin, NOON, 50)
    practised(sender, bin, NOON + timedelta(days=1), 3601)
    (drill,) = drills.log(bin.organisation, NOON + timedelta(days=20))
    assert drill.last.seconds is None and drill.trend is None


def test_who_never_practised_stands_first_and_who_may_not_send_not_at_all(bin, sender, admin):
    cast.user("reader", bin.organisation)
    practised(sender, bin, NOON, 50)
    assert [one.user for one in drills.log(bin.organisation, NOON)] == [admin, sender]


@given(st.lists(st.integers(0, 3600), max_size=9))
def test_the_trend_is_the_difference_to_the_middle_of_what_came_before(seconds):
    found = drills.trend([Practice(NOON, one) for one in seconds])
    if len(seconds) < 2:
        assert found is None
    else:
        before = seconds[1:6]
        assert min(before) - 1 < seconds[0] - found < max(before) + 1


# ── Reminders ───────────────────────────────────────────────────────────


def reminded(now) -> list[str]:
    known = {id for (id,) in Message.select(Message.id).tuples()}
    drills.remind(public_url="https://belfort.example", now=now)
    return sorted(m.address for m in Message.select() if m.id not in known and m.letter_id)


def test_whoever_has_not_practised_for_as_long_as_the_rule_says_is_mailed_once_in_that_time(
    bin, sender, admin
):
    drills.set_rule(bin.organisation, 3, by=admin, now=NOON)
    practised(sender, bin, NOON + timedelta(days=60), 50)
    assert reminded(NOON + timedelta(days=90)) == []
    assert reminded(NOON + timedelta(days=92)) == [admin.email]
    assert reminded(NOON + timedelta(days=93)) == []
    assert reminded(NOON + timedelta(days=152)) == [sender.email]
    assert reminded(NOON + timedelta(days=184)) == [admin.email]


def test_without_a_rule_nobody_is_mailed(bin, sender):
    assert reminded(NOON + timedelta(days=900)) == []


def test_a_closed_account_is_not_mailed(bin, sender, admin):
    drills.set_rule(bin.organisation, 1, by=admin, now=NOON)
    User.update(is_active=False).where(User.id == sender.id).execute()
    assert reminded(NOON + timedelta(days=92)) == [admin.email]


# ── The monthly test ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "thursday"),
    [
        ("2026-12-01", "2026-12-03"),
        ("2026-12-03", "2026-12-03"),
        ("2026-12-04", "2027-01-07"),
        ("2026-10-01", "2026-10-01"),
        ("2027-01-31", "2027-02-04"),
    ],
)
def test_the_next_test_is_the_first_thursday_of_a_month(today, thursday):
    assert monthly.next_test(date.fromisoformat(today)) == date.fromisoformat(thursday)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_next_test_is_never_far_and_always_a_thursday_in_the_first_seven_days(today):
    found = monthly.next_test(today)
    assert found.weekday() == 3 and found.day <= 7 and 0 <= (found - today).days <= 34


def planned(bin, admin, *, is_practice=True, channels=("sms",)) -> MonthlyTest:
    return monthly.plan(
        bin.organisation, is_practice=is_practice, channels=channels, bins=[bin.id], by=admin, now=NOON
    )


def lay(now) -> int:
    return monthly.lay_ready(public_url="https://belfort.example", now=now)


@pytest.mark.parametrize("is_practice", [True, False])
def test_a_draft_is_laid_ready_a_week_ahead_once_and_nothing_is_sent(bin, admin, is_practice):
    planned(bin, admin, is_practice=is_practice)
    assert lay(DAY_EARLIER) == 0
    assert lay(WEEK_BEFORE) == 1 and lay(WEEK_BEFORE) == 0 and lay(WEEK_BEFORE + timedelta(days=7)) == 0
    draft = Campaign.get()
    assert (draft.status, draft.is_practice, draft.opened_at) == ("draft", is_practice, None)
    assert campaigns.faults(draft) == {}
    assert not Message.select().where(Message.campaign.is_null(False)).exists()
    assert Message.get().address == admin.email
    assert f"/campaigns/{draft.id}/text" in Letter.get().body


def test_the_next_month_has_a_draft_of_its_own(bin, admin):
    planned(bin, admin)
    assert lay(WEEK_BEFORE) + lay(datetime(2026, 12, 31, 9, 0)) == 2
    assert Campaign.select().count() == 2


def test_the_seconds_of_a_draft_laid_ready_count_from_when_somebody_opens_it(bin, admin):
    planned(bin, admin)
    lay(WEEK_BEFORE)
    opened = WEEK_BEFORE + timedelta(days=7)
    campaigns.note_opening(Campaign.get(), opened)
    campaigns.note_opening(Campaign.get(), opened + timedelta(seconds=30))
    campaigns.launch(Campaign.get(), by=admin, now=opened + timedelta(seconds=40), terms_accepted=True)
    assert drills.practices_of(admin, opened + timedelta(days=1))[0].seconds == 40


def test_what_a_test_costs_is_said_by_the_prices_of_that_day(bin, admin):
    test = planned(bin, admin, is_practice=False)
    assert monthly.cost(test, THURSDAY) == (2, 2, 0, None)
    platform = cast.user("platform_admin", cast.organisation("Platform", "platform"))
    prices = [{"code": "sms", "name": {"nl": "SMS"}, "mills": 55, "per": "piece"}]
    orders.add_tariff(prices, date(2026, 12, 1), by=platform, now=NOON)
    assert monthly.cost(test, THURSDAY).mills == 110
    assert monthly.cost(test, date(2026, 11, 30)).mills is None
    assert "0.11" in monthly.cost_in_words(monthly.cost(test, THURSDAY), "en")


def test_a_practice_costs_nothing(bin, admin):
    assert monthly.cost(planned(bin, admin), THURSDAY).mills == 0


def test_every_neutral_text_is_one_sms_and_promises_nothing():
    from dispatch.sending.text import measure

    assert {
        lang: measure(f"[EXERCISE] {body}").parts for lang, (_subject, body) in monthly.TEXTS.items()
    } == {
        "nl": 1,
        "fr": 1,
        "de": 1,
        "en": 1,
    }


def test_whoever_lost_the_right_lays_nothing_ready_and_the_page_says_so(bin, admin):
    planned(bin, admin)
    Grant.delete().where(Grant.deed == "campaign.compose").execute()
    assert lay(WEEK_BEFORE) == 0
    assert MonthlyTest.get().fault == "not_allowed"
    assert not Campaign.select().exists() and not Message.select().exists()


def test_a_plan_without_channel_or_bin_or_of_another_zone_is_refused(bin, admin):
    other = cast.bin_named("Vreemd", cast.organisation("Heuvel"))
    with pytest.raises(Incomplete) as refused:
        monthly.plan(
            bin.organisation, is_practice=True, channels=["fax"], bins=[other.id], by=admin, now=NOON
        )
    assert set(refused.value.faults) == {"channels", "bins"}


def test_what_is_planned_no_more_is_not_laid_ready(bin, admin):
    planned(bin, admin)
    monthly.unplan(bin.organisation, by=admin, now=NOON)
    assert lay(WEEK_BEFORE) == 0
    assert [row.deed for row in Audit.select().where(Audit.deed.startswith("test."))] == [
        "test.planned",
        "test.unplanned",
    ]


# ── The page ────────────────────────────────────────────────────────────


def test_an_administrator_sees_who_practised_and_sets_the_reminder(signed_in, bin, sender, admin):
    practised(sender, bin, NOON, 41)
    browser = signed_in(admin)
    page = browser.get("/drills")
    assert [row.text for row in page.select("#log tbody th")] == ["Joris Wauters", "Lien Vercauteren"]
    assert page.has("41 s")
    browser.post("/drills/reminder", months="3")
    assert Organisation.get_by_id(bin.organisation_id).practice_months == 3
    assert browser.post("/drills/reminder", months="99").status == 422


def test_the_plan_says_by_which_channels_and_to_whom_it_goes(signed_in, bin, admin):
    planned(bin, admin)
    said = signed_in(admin).get("/drills").select("#test dl")[0].get_text(" ")
    assert bin.name in said and "Sms" in said


def test_an_administrator_plans_the_test_and_takes_it_out(signed_in, bin, admin):
    browser = signed_in(admin)
    browser.get("/drills")
    page = browser.post("/drills/test", mode="real", channels=["sms"])
    assert page.status == 422 and page.select('input[value="real"][checked]')
    browser.post("/drills/test", mode="real", channels=["sms"], bins=[str(bin.id)])
    assert not MonthlyTest.get().is_practice
    browser.post("/drills/test/end")
    assert not MonthlyTest.select().exists()


def test_the_page_of_the_text_starts_the_clock_of_a_draft_that_was_laid_ready(signed_in, bin, admin):
    planned(bin, admin)
    lay(WEEK_BEFORE)
    draft = Campaign.get()
    signed_in(admin).get(f"/campaigns/{draft.id}/text")
    assert fresh(draft).opened_at is not None
