import base64
import hashlib
import hmac

import pytest

from dispatch.providers.base import BadReceipt, Posted, Receipt
from tests.test_contracts import REFERENCE, SECRET, a_road

URL = f"http://belfort.example/receipts/twilio/sleutel?reference={REFERENCE}"


def signed(key, value):
    digest = hmac.new(SECRET.encode(), f"{URL}{key}{value}".encode(), hashlib.sha1).digest()
    headers = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
    return Posted({}, f"{key}={value}".encode(), "application/x-www-form-urlencoded", URL, headers)


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
    assert road.read_receipts(signed(key, value)) == [Receipt(REFERENCE, status, code)]


def test_a_bad_signature_or_an_unknown_word_is_no_receipt():
    for posted in (signed("MessageStatus", "sent")._replace(headers={}), signed("MessageStatus", "wat")):
        with pytest.raises(BadReceipt):
            a_road("twilio", 1).read_receipts(posted)
