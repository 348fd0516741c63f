"""A number or mailbox that is dead: tried again for a warning, not for news, and the reason is said before and after."""

from itertools import product

import pytest

from dispatch.providers.base import Receipt
from dispatch.sending import campaigns, messages
from models import Campaign, Member, Message, Unreached
from tests import cast
from tests.cast import NOON

TEXTS = {
    "sms": {"nl": {"body": "Buurtfeest."}},
    "voice": {"nl": {"body": "Buurtfeest."}},
    "email": {"nl": {"subject": "s", "body": "b"}},
}


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    return cast.bin_named("Molenakker")


def written(sender, bin, kind, channels, **draft):
    begun = campaigns.draft(sender.organisation, by=sender, now=NOON, **draft)
    wording = {"name": "Feest", "kind": kind, "channels": list(channels), "texts": TEXTS}
    return campaigns.write(begun, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)


def launched(sender, bin, kind, channels=("sms",), **draft) -> Campaign:
    return campaigns.launch(
        written(sender, bin, kind, channels, **draft), by=sender, now=NOON, terms_accepted=True
    )


def fail(*found: Message):
    told = [Receipt(message.reference, "failed", "no_such_number") for message in found]
    messages.advance(told, NOON)


@pytest.fixture
def everybody(molenakker):
    """Somebody for every way to have a mobile, a telephone and a mailbox, each absent, alive, or failed once or twice."""
    states = (None, 0, 1, 2)
    for number, (mobile, phone, email) in enumerate(product(states, repeat=3)):
        cast.member(
            molenakker,
            f"Lid{number}",
            mobile="" if mobile is None else f"+32470001{number:03}",
            phone="" if phone is None else f"+3216000{number:03}",
            email="" if email is None else f"lid{number}@voorbeeld.example",
            mobile_failures=mobile or 0,
            phone_failures=phone or 0,
            email_failures=email or 0,
        )


@pytest.mark.parametrize(
    "channels", [("sms",), ("voice",), ("email",), ("sms", "email"), ("sms", "voice", "email")]
)
@pytest.mark.parametrize("kind", ["news", "preventive", "warning"])
def test_what_is_said_before_sending_is_what_is_frozen(sender, molenakker, everybody, kind, channels):
    draft = written(sender, molenakker, kind, channels)
    before = campaigns.audience_of(draft)
    campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)
    queued = {(message.channel, message.address) for message in Message.select()}
    assert queued == {(mailing.channel, mailing.address) for mailing in before.mailings}
    said = {(person.id, reason) for reason, people in before.left_out.items() for person in people}
    assert {(row.member_id, row.reason) for row in Unreached.select()} == said
    assert ("worn_out" in before.left_out) == (kind == "news")


def test_news_goes_to_the_telephone_of_the_house_where_the_mobile_is_dead(sender, molenakker):
    cast.member(molenakker, "Maes", mobile="+32470000001", phone="+3216000001", mobile_failures=2)
    for kind, address in (
        ("news", "+3216000001"),
        ("warning", "+32470000001"),
        ("preventive", "+32470000001"),
    ):
        assert [one.address for one in launched(sender, molenakker, kind, ("voice",)).messages] == [address]


def test_a_household_of_which_one_number_is_dead_for_one_only_is_named_as_it_is_reached(sender, molenakker):
    cast.member(molenakker, "Maes", "Els", mobile="+32470000001", mobile_failures=2)
    cast.member(molenakker, "Maes", "Jan", mobile="+32470000001")
    (news,) = launched(sender, molenakker, "news").messages
    (warning,) = launched(sender, molenakker, "warning").messages
    assert (news.names, warning.names) == ("Jan Maes", "Els & Jan Maes")


def test_a_number_fails_twice_before_news_passes_it_over(sender, molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    cast.member(molenakker, "Claes", mobile="+32470000002")
    for _time in range(2):
        fail(launched(sender, molenakker, "news").messages.where(Message.address == member.mobile).get())
    assert Member.get_by_id(member.id).mobile_failures == 2
    third = launched(sender, molenakker, "news")
    assert [message.address for message in third.messages] == ["+32470000002"]
    assert [(row.member_id, row.reason) for row in third.unreached] == [(member.id, "worn_out")]
    assert launched(sender, molenakker, "warning").messages.count() == 2


def test_what_fails_in_practice_says_nothing_of_the_number(sender, molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    fail(*launched(sender, molenakker, "news", is_practice=True).messages)
    present = Member.get_by_id(member.id)
    assert (present.mobile_fault, present.mobile_failures) == ("", 0)


def test_a_call_that_finds_no_telephone_marks_the_one_that_it_rang(sender, molenakker):
    member = cast.member(molenakker, "Maes", phone="+3216000001", email="els@voorbeeld.example")
    fail(*launched(sender, molenakker, "warning", ("voice",)).messages)
    present = Member.get_by_id(member.id)
    assert (present.phone_fault, present.phone_failures) == ("no_such_number", 1)
    assert (present.mobile_fault, present.email_fault) == ("", "")


def test_the_page_before_sending_says_who_is_left_out_and_why(signed_in, sender, molenakker):
    cast.member(molenakker, "Maes", mobile="+32470000001", mobile_failures=2)
    cast.member(molenakker, "Claes", mobile="+32470000002")
    page = signed_in(sender).get(f"/campaigns/{written(sender, molenakker, 'news', ('sms',)).id}/review")
    assert page.has("daar gaat geen nieuws naartoe")
