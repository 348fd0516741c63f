"""Quiet hours: what is no warning waits until morning, on the channels that ring; nobody is left out and nothing is lost."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import clock
from dispatch.errors import Refusal
from dispatch.sending import campaigns, due, messages, quiet
from models import Audit, Campaign, Organisation
from tests import cast
from tests.cast import NOON

NIGHT = datetime(2026, 11, 23, 22, 30)  # 23:30 in Brussels
MORNING = datetime(2026, 11, 24, 6, 0)  # 07:00
TEXTS = {
    "sms": {"nl": {"body": "Buurtfeest."}},
    "voice": {"nl": {"body": "Buurtfeest."}},
    "email": {"nl": {"subject": "Feest", "body": "Buurtfeest."}},
}
hours = st.times().map(lambda at: at.strftime("%H:%M"))


@given(hours, hours, hours)
def test_quiet_hours_and_the_hours_of_noise_make_up_the_day(hour, begins, ends):
    is_quiet = quiet.is_between(hour, begins, ends)

    assert begins == ends or is_quiet != quiet.is_between(hour, ends, begins)


@pytest.fixture
def admin(app):
    return cast.user("organisation_admin", cast.zone())


@pytest.fixture
def bin(admin):
    made = cast.bin_named("Molenakker")
    cast.member(made, "Maes", mobile="+32470000001", email="maes@post.example")
    quiet.set_hours(made.organisation, "22:00", "07:00", were=("", ""), by=admin, now=NOON)
    return made


@pytest.fixture
def sender(bin):
    return cast.user("sender", bin.organisation)


@pytest.fixture
def drafted(sender, bin):
    def make(kind="news", channels=("sms", "voice", "email")) -> Campaign:
        begun = campaigns.draft(sender.organisation, by=sender, now=NIGHT)
        wording = {"name": "Feest", "kind": kind, "channels": list(channels), "texts": TEXTS}
        return campaigns.write(begun, by=sender, now=NIGHT, version=1, audience={"bins": [bin.id]}, **wording)

    return make


@pytest.fixture
def launched(sender, drafted):
    def launch(*args, now=NIGHT, **facts) -> Campaign:
        return campaigns.launch(drafted(*args), by=sender, now=now, terms_accepted=True, **facts)

    return launch


def claimed(campaign, channel, now):
    return messages.claim(channel, campaign, limit=10, now=now)


def leaving(now, channel):
    return due.campaigns(channel, now, is_practice=False)


@pytest.mark.parametrize("kind", ["news", "preventive", "other"])
def test_what_is_no_warning_waits_until_morning_and_its_mail_leaves_at_once(launched, kind):
    campaign = launched(kind)

    assert not leaving(NIGHT, "sms") and not claimed(campaign, "sms", NIGHT)
    assert not leaving(NIGHT, "voice") and not claimed(campaign, "voice", NIGHT)
    assert len(claimed(campaign, "email", NIGHT)) == 1
    assert quiet.ends_at(campaign, NIGHT) == MORNING
    campaigns.finish(campaign, NIGHT + timedelta(hours=4))
    assert Campaign.get_by_id(campaign.id).is_running
    assert leaving(MORNING, "sms") and len(claimed(campaign, "sms", MORNING)) == 1


def test_a_warning_never_waits(launched):
    campaign = launched("warning")

    assert quiet.ends_at(campaign, NIGHT) is None
    assert len(claimed(campaign, "sms", NIGHT)) == 1 and len(claimed(campaign, "voice", NIGHT)) == 1


def test_what_was_launched_in_the_evening_stops_when_it_becomes_quiet(launched):
    evening = datetime(2026, 11, 23, 20, 59)
    campaign = launched("news", now=evening)

    assert due.may_leave(campaign, evening, "sms")
    assert not due.may_leave(campaign, evening + timedelta(minutes=1), "sms")
    assert due.may_leave(campaign, evening + timedelta(minutes=1), "email")


def test_without_quiet_hours_nothing_waits(launched, bin, admin):
    quiet.set_hours(bin.organisation, "", "", were=("22:00", "07:00"), by=admin, now=NOON)

    assert leaving(NIGHT, "sms") == [] == leaving(MORNING, "sms")
    assert len(claimed(launched("news"), "sms", NIGHT)) == 1


def test_what_would_be_of_no_use_any_more_in_the_morning_is_refused(drafted, sender):
    campaign = drafted("news")

    with pytest.raises(Refusal, match="quiet until 07:00"):
        campaigns.launch(campaign, by=sender, now=NIGHT, terms_accepted=True, useful_for=timedelta(hours=6))
    assert Campaign.get_by_id(campaign.id).is_draft
    campaigns.launch(campaign, by=sender, now=NIGHT, terms_accepted=True, useful_for=timedelta(hours=24))


def test_a_mail_alone_is_not_held_up_by_the_night(drafted):
    assert quiet.ends_at(drafted("news", ("email",)), NIGHT) is None


def test_the_night_that_the_clocks_change_ends_at_seven_too(drafted):
    campaign = drafted("news")
    for night in (datetime(2026, 10, 24, 21, 0), datetime(2027, 3, 27, 22, 0)):
        ends = quiet.ends_at(campaign, night)
        assert clock.local(ends).strftime("%H:%M") == "07:00" and timedelta(0) < ends - night < timedelta(
            hours=10
        )


@pytest.mark.parametrize(
    ("begins", "ends", "field"),
    [
        ("22:00", "", "quiet_until"),
        ("", "07:00", "quiet_from"),
        ("25:00", "07:00", "quiet_from"),
        ("22:00", "22:00", "quiet_until"),
        ("10 pm", "7", "quiet_from"),
    ],
)
def test_hours_that_are_none_are_refused_and_change_nothing(bin, admin, begins, ends, field):
    with pytest.raises(Refusal) as refusal:
        quiet.set_hours(bin.organisation, begins, ends, were=("22:00", "07:00"), by=admin, now=NOON)

    kept = Organisation.get_by_id(bin.organisation_id)
    assert refusal.value.field == field and (kept.quiet_from, kept.quiet_until) == ("22:00", "07:00")


def test_an_administrator_sets_the_hours_and_it_is_written_down(signed_in, bin, admin):
    browser = signed_in(admin)

    form = browser.get("/four-eyes").form()

    wrong = browser.post("/four-eyes", form | {"quiet_from": "23:00", "quiet_until": ""})
    right = browser.post("/four-eyes", form | {"quiet_from": "23:00", "quiet_until": "06:30"})

    assert (
        wrong.status == 422
        and wrong.select("#quiet_until[aria-invalid]")
        and wrong.select("#quiet_from")[0]["value"] == "23:00"
    )
    assert right.select("#quiet_until")[0]["value"] == "06:30"
    assert Audit.select().where(Audit.deed == "organisation.quiet_changed").count() == 2
    reader = signed_in(cast.user("reader", bin.organisation))
    assert reader.post("/four-eyes", quiet_from="23:00", quiet_until="06:30").status == 403
