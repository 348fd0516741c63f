from datetime import datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.providers import open_road
from dispatch.providers.base import Content, Outgoing

NOON = datetime(2026, 3, 2, 12, 0)
MUCH_LATER = NOON + timedelta(seconds=2.1)


def a_message(ending="11", n=0, channel="sms"):
    address = f"+3247000{n % 100:02d}{ending}" if channel != "email" else f"lid{ending}@voorbeeld.example"
    return Outgoing(f"{n:016d}", address, Content("Goedenavond"))


def sent(road, *messages):
    return [(outcome.status, outcome.code) for outcome in road.send(messages)]


def told(road):
    road.collect(NOON)
    return [(receipt.status, receipt.code) for receipt in road.collect(MUCH_LATER)]


@pytest.mark.parametrize("channel", ["sms", "voice"])
@pytest.mark.parametrize(
    "ending, at_once, later",
    [
        ("01", ("failed", "no_such_number"), []),
        ("02", ("accepted", ""), [("failed", "unreachable")]),
        ("03", ("unsure", "unreadable_answer"), [("delivered", "")]),
        ("04", ("accepted", ""), []),
        ("06", ("accepted", ""), [("expired", "expired")]),
        ("07", ("accepted", ""), [("delivered", ""), ("delivered", "")]),
        ("00", ("accepted", ""), [("delivered", "")]),
        ("42", ("accepted", ""), [("delivered", "")]),
    ],
)
def test_the_last_digits_decide_what_happens(channel, ending, at_once, later):
    road = open_road("simulator://", channel=channel)
    assert sent(road, a_message(ending)) == [at_once]
    assert told(road) == later


def test_05_asks_twice_to_try_again_and_is_then_accepted():
    road = open_road("simulator://", channel="sms")
    tries = [sent(road, a_message("05"))[0][0] for _ in range(3)]
    assert tries == ["retry", "retry", "accepted"]
    assert told(road) == [("delivered", "")]


def test_e_mail_follows_the_digits_before_the_at_sign_and_has_no_receipts():
    road = open_road("simulator://", channel="email")
    assert sent(road, a_message("01", channel="email")) == [("failed", "no_such_mailbox")]
    assert sent(road, a_message("03", channel="email")) == [("unsure", "unreadable_answer")]
    assert sent(road, Outgoing("a" * 16, "an.peeters@straat01.example", Content("Dag"))) == [("accepted", "")]
    assert not road.has_receipts and told(road) == []


@given(st.integers(0, 10**15))
def test_a_receipt_comes_half_a_second_to_two_seconds_after_it_was_first_looked_for(number):
    road = open_road("simulator://", channel="sms")
    sent(road, a_message("11", number))
    assert road.collect(NOON) == []
    assert road.collect(NOON + timedelta(seconds=0.499)) == []
    assert len(road.collect(NOON + timedelta(seconds=2.001))) == 1
    assert road.collect(NOON + timedelta(days=1)) == []


def test_the_same_message_waits_equally_long_every_time():
    def arrival():
        road = open_road("simulator://", channel="sms")
        sent(road, a_message("11", 7))
        road.collect(NOON)
        moments = (NOON + timedelta(milliseconds=10 * step) for step in range(250))
        return next(moment for moment in moments if road.collect(moment))

    assert arrival() == arrival()


def test_ten_threads_get_one_receipt_for_each_message():
    road = open_road("simulator://", channel="sms")
    batches = [[a_message("11", 1000 * n + m) for m in range(200)] for n in range(10)]
    threads = [Thread(target=sent, args=(road, *batch)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    road.collect(NOON)
    references = [receipt.reference for receipt in road.collect(MUCH_LATER)]
    assert sorted(references) == sorted(message.reference for batch in batches for message in batch)
