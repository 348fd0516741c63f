from datetime import datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.providers import open_road
from dispatch.providers.base import Content, Outgoing, Speech

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
def test_the_last_digits_decide_what_happens(ending, at_once, later):
    road = open_road("simulator://", channel="sms")
    assert sent(road, a_message(ending)) == [at_once]
    assert told(road) == later


SPEECH = Speech("Dit is een bericht.", "Druk op 1.", "Bedankt.", seconds=20)


def a_call(ending, n=0):
    return Outgoing(f"{n:016d}", f"+3247000{n % 100:02d}{ending}", Content("Goedenavond", speech=SPEECH))


@pytest.mark.parametrize(
    "ending, at_once, later, seconds",
    [
        ("01", "failed", [], 0),
        ("02", "accepted", [("failed", "unreachable")], 2),
        ("03", "unsure", [("delivered", "confirmed")], 28),
        ("04", "accepted", [], 0),
        ("06", "accepted", [("busy", "busy_line")], 2),
        ("07", "accepted", [("no_answer", "no_pickup")], 30),
        ("08", "accepted", [("voicemail", "voicemail")], 40),
        ("09", "accepted", [("hung_up", "hung_up")], 10),
        ("10", "accepted", [("answered", "answered")], 35),
        ("42", "accepted", [("delivered", "confirmed")], 28),
    ],
)
def test_a_call_ends_as_its_last_digits_say_after_its_length(ending, at_once, later, seconds):
    road = open_road("simulator://", channel="voice")
    assert sent(road, a_call(ending))[0][0] == at_once
    assert road.collect(NOON) == road.collect(NOON + timedelta(seconds=seconds - 0.1)) == []
    ended = road.collect(NOON + timedelta(seconds=seconds))
    assert [(receipt.status, receipt.code) for receipt in ended] == later


def test_a_call_too_many_is_refused_until_a_line_is_free():
    road = open_road("simulator://?lines=2", channel="voice")
    assert [status for status, _ in sent(road, a_call("42", 1), a_call("09", 2), a_call("42", 3))] == [
        "accepted",
        "accepted",
        "retry",
    ]
    road.collect(NOON)
    assert len(road.collect(NOON + timedelta(seconds=10))) == 1
    assert sent(road, a_call("42", 3), a_call("42", 4)) == [("accepted", ""), ("retry", "busy")]


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
