import json

import pytest

from dispatch.providers.base import Content, Outgoing, Posted, Receipt, Speech
from tests.servers import http_server
from tests.test_contracts import ACCEPTED, REFERENCE, SPECS, a_road


def read(**result):
    body = json.dumps({"results": [{"messageId": REFERENCE} | result] * 2}).encode()
    return a_road("infobip", 1, "voice").read_receipts(Posted({}, body))


@pytest.mark.parametrize(
    "result, status, code",
    [
        ({"status": {"groupName": "DELIVERED"}}, "answered", "answered"),
        ({"status": {"groupName": "DELIVERED"}, "duration": 9, "fileDuration": 31.5}, "hung_up", "hung_up"),
        ({"error": {"name": "VOICE_ANSWERED"}, "duration": 40, "fileDuration": 31}, "answered", "answered"),
        ({"voiceCall": {"dtmfCodes": "21", "answeredBy": "MACHINE"}}, "delivered", "confirmed"),
        ({"error": {"name": "EC_VOICE_NO_ANSWER"}}, "no_answer", "no_pickup"),
        ({"status": {"groupName": "UNDELIVERABLE"}}, "failed", "unreachable"),
        ({"status": {"groupName": "EXPIRED"}}, "expired", "expired"),
        ({"dtmfCodes": "1"}, "delivered", "confirmed"),
        ({"error": {"name": "EC_VOICE_USER_BUSY"}}, "busy", "busy_line"),
        ({"voiceCall": {"answeredBy": "MACHINE"}}, "voicemail", "voicemail"),
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


SPEECH = Speech("Dit is een bericht.", "Druk op 1.", "Bedankt.")


@pytest.mark.loopback
def test_a_call_says_the_opening_first_and_last_and_which_key_does_what():
    with http_server(200, ACCEPTED["infobip"]) as (port, asked):
        content = Content("Blijf binnen.", lang="fr", speech=SPEECH)
        list(a_road("infobip", port, "voice").send([Outgoing(REFERENCE, "+32470123456", content)]))
    [message] = json.loads(asked[0].body)["messages"]
    assert message["text"] == "Dit is een bericht. Blijf binnen. Dit is een bericht. Druk op 1."
    assert (message["language"], message["repeatDtmf"], message["from"]) == ("fr", "2", "32470000000")
    assert message["notifyUrl"].endswith("/receipts/infobip/sleutel?channel=voice")


@pytest.mark.loopback
def test_a_recording_is_fetched_from_us():
    with http_server(200, ACCEPTED["infobip"]) as (port, asked):
        content = Content("", speech=SPEECH._replace(audio="/recordings/x.wav"))
        list(a_road("infobip", port, "voice").send([Outgoing(REFERENCE, "+32470123456", content)]))
    [message] = json.loads(asked[0].body)["messages"]
    assert message["audioFileUrl"] == "http://belfort.example/recordings/x.wav" and "text" not in message


def test_a_text_longer_than_infobip_speaks_is_never_sent():
    road = a_road("infobip", 1, "voice")
    [outcome] = filter(None, road.send([Outgoing(REFERENCE, "+32470123456", Content("a" * 1401))]))
    assert (outcome.status, outcome.code) == ("failed", "too_long")


def test_a_receipt_of_a_text_message_is_delivered_and_not_answered():
    body = json.dumps({"results": [{"messageId": REFERENCE, "status": {"groupName": "DELIVERED"}}]}).encode()
    [receipt] = a_road("infobip", 1).read_receipts(Posted({}, body))
    assert receipt.status == "delivered"


@pytest.mark.loopback
def test_no_key_of_a_call_is_unknown_to_the_specification():
    path = SPECS / "infobip_voice.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: set BELFORT_SPECS")
    with http_server(200, ACCEPTED["infobip"]) as (port, asked):
        list(a_road("infobip", port, "voice").send([Outgoing(REFERENCE, "+32470123456", Content("Dag"))]))
    spec = json.loads(path.read_text())
    known = set().union(*(one.get("properties", {}) for one in spec["components"]["schemas"].values()))
    [message] = json.loads(asked[0].body)["messages"]
    assert set(message) <= known
