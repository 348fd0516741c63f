"""After a warning the police owes the network word of how it ended: who, when, and whether it was told."""

from datetime import date

import pytest

from dispatch.errors import WrongMoment
from dispatch.sending import feedback
from models import Audit, Campaign
from tests import cast
from tests.cast import NOON
from tests.test_follow_ups import corrected, launched, stopped


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    cast.member(bin, "Maes", "Els", mobile="+32470000010", email="els@voorbeeld.example")
    return bin


@pytest.mark.parametrize("kind, day", [("warning", date(2026, 11, 24)), ("preventive", None), ("news", None)])
def test_only_a_warning_asks_for_word_the_next_day(sender, molenakker, kind, day):
    assert Campaign.get_by_id(launched(sender, molenakker, kind=kind).id).feedback_on == day
    assert len(feedback.owed(sender)) == (1 if day else 0)


def test_a_practice_and_what_follows_a_warning_ask_for_none(sender, molenakker):
    origin = stopped(launched(sender, molenakker), sender, ["delivered"] * 2)
    assert corrected(origin, sender).feedback_on is None
    assert feedback.due_on(Campaign(kind="warning", is_practice=True, follow_up=""), NOON) is None


def test_it_is_ticked_off_once_and_written_down(sender, molenakker):
    warning = launched(sender, molenakker)
    feedback.tell(warning, by=sender, now=NOON)
    with pytest.raises(WrongMoment):
        feedback.tell(warning, by=sender, now=NOON)
    assert feedback.owed(sender) == []
    assert Audit.select().where(Audit.deed == "campaign.fed_back").count() == 1


def test_the_start_page_and_the_page_of_the_warning_show_it_until_it_is_told(
    app, sender, molenakker, signed_in
):
    warning = launched(sender, molenakker)
    browser = signed_in(sender)
    assert browser.get("/").select("#feedback") and browser.get(f"/campaigns/{warning.id}").has("24 november")
    told = browser.post(f"/campaigns/{warning.id}/feedback")
    assert told.has(sender.name) and not browser.get("/").select("#feedback")


def test_a_reader_sees_it_and_cannot_tick_it_off(app, sender, molenakker, signed_in):
    warning = launched(sender, molenakker)
    reader = cast.user("reader", cast.zone())
    assert feedback.owed(reader) == []
    signed_in(reader).post(f"/campaigns/{warning.id}/feedback", expect=403)
