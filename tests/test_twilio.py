from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from dispatch import clock
from dispatch.providers.base import Content, Outgoing, Receipt
from tests.servers import http_server
from tests.test_contracts import NUMBER, REFERENCE, a_road, twilio_answer, twilio_receipt


@pytest.mark.parametrize(
    "key, value, status, code",
    [
        ("MessageStatus", "delivered", "delivered", ""),
        ("Digits", "1", "delivered", "confirmed"),
        ("CallStatus", "busy", "failed", "busy_line"),
        ("CallStatus", "no-answer", "failed", "no_pickup"),
    ],
)
def test_a_signed_receipt_is_believed(key, value, status, code):
    road = a_road("twilio", 1)
    assert road.read_receipts(twilio_receipt(key, value)) == [Receipt(REFERENCE, status, code)]


@pytest.mark.parametrize(
    "error, status, code",
    [
        ("30003", "failed", "unreachable"),
        ("30004", "failed", "number_refused"),
        ("30005", "failed", "no_such_number"),
        ("30006", "failed", "not_routable"),
        ("30008", "failed", "unreachable"),
        ("30036", "expired", "expired"),
    ],
)
def test_the_number_of_a_failure_says_why(error, status, code):
    posted = twilio_receipt("MessageStatus", "undelivered", {"ErrorCode": error})
    assert a_road("twilio", 1).read_receipts(posted) == [Receipt(REFERENCE, status, code, error)]


@pytest.mark.loopback
@pytest.mark.parametrize("hours, told", [(None, False), (1, True), (9.9, True), (11, False)])
def test_twilio_is_told_how_long_a_message_is_of_use_when_that_is_less_than_its_own_ten_hours(hours, told):
    expires_at = hours and clock.now() + timedelta(hours=hours)
    with http_server(answer=twilio_answer) as (port, asked):
        list(
            a_road("twilio", port).send([Outgoing(REFERENCE, NUMBER, Content("Dag", expires_at=expires_at))])
        )
    [seconds] = parse_qs(asked[0].body.decode()).get("ValidityPeriod", ["0"])
    assert (hours * 3600 - 30 <= int(seconds) <= hours * 3600) if told else seconds == "0"
