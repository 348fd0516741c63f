import json

import pytest

from dispatch.providers.base import Content, Outgoing, Posted, Receipt
from tests.servers import http_server
from tests.test_contracts import REFERENCE, a_road


def read(**result):
    body = json.dumps({"results": [{"messageId": REFERENCE} | result] * 2}).encode()
    return a_road("infobip", 1, "voice").read_receipts(Posted({}, body))


@pytest.mark.parametrize(
    "result, status, code",
    [
        ({"status": {"groupName": "DELIVERED"}}, "delivered", ""),
        ({"status": {"groupName": "EXPIRED"}}, "expired", "expired"),
        ({"dtmfCodes": "1"}, "delivered", "confirmed"),
        ({"error": {"name": "EC_VOICE_USER_BUSY"}}, "failed", "busy_line"),
        ({"voiceCall": {"answeredBy": "MACHINE"}}, "accepted", "voicemail"),
    ],
)
def test_a_doubled_receipt_is_read_twice(result, status, code):
    assert read(**result) == [Receipt(REFERENCE, status, code)] * 2


@pytest.mark.loopback
def test_one_request_for_five_hundred_receivers_of_one_content():
    content = Content("Dag")
    with http_server(500) as (port, asked):
        list(
            a_road("infobip", port).send(
                [Outgoing(f"{n:016d}", f"+32470{n:06d}", content) for n in range(500)]
            )
        )
    [message] = json.loads(asked[0].body)["messages"]
    assert len(asked) == 1 and len(message["destinations"]) == 500
