"""The same questions for every gateway over HTTP, against a server on this machine that plays it."""

import json
import os
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from dispatch.providers import open_road
from dispatch.providers.base import REASONS, BadReceipt, BadRoad, Content, Outgoing, Posted
from tests.servers import conversation, free_port, http_server

pytestmark = pytest.mark.loopback
SPECS = Path(os.environ.get("BELFORT_SPECS") or Path(__file__).parents[2] / "shared" / "specs")
REFERENCE, TEXT, SECRET = "0123456789abcdef", "Goedenavond buurt", "s3cr3t"
USERS = {"infobip": SECRET, "twilio": f"AC{'0' * 32}:{SECRET}", "cm": SECRET}
STATUS = {"infobip": {"groupName": "PENDING", "name": "PENDING_ENROUTE"}}
ACCEPTED = {
    "infobip": json.dumps({"messages": [{"messageId": REFERENCE, "status": STATUS["infobip"]}]}),
    "twilio": json.dumps({"sid": f"SM{'a' * 32}", "status": "queued", "error_code": None}),
    "cm": json.dumps(
        {"messages": [{"reference": REFERENCE, "status": "Accepted", "messageErrorCode": 0}], "errorCode": 0}
    ),
}
REFUSED = {
    "infobip": json.dumps({"messages": [{"messageId": REFERENCE, "status": {"groupName": "REJECTED"}}]}),
    "twilio": json.dumps({"code": 21211, "message": "invalid +32470123456"}),
    "cm": json.dumps({"messages": [{"reference": REFERENCE, "status": "Rejected", "messageErrorCode": 303}]}),
}


def a_road(scheme, port, channel="sms", **options):
    sender = "+32470000000" if channel == "voice" else "Zone"
    query = "&".join(f"{key}={value}" for key, value in ({"from": sender, "tls": 0} | options).items())
    url = f"{scheme}://{USERS[scheme]}@127.0.0.1:{port}?{query}"
    return open_road(url, channel=channel, public_url="http://belfort.example", receipt_key="sleutel")


def told(road, text=TEXT, address="+32470123456"):
    [outcome] = [o for o in road.send([Outgoing(REFERENCE, address, Content(text))]) if o]
    assert not outcome.code or outcome.code in REASONS
    assert not any(word in f"{outcome}{road!r}" for word in (SECRET, "470123456", text))
    return outcome.status, outcome.code


@pytest.fixture(params=USERS)
def scheme(request):
    return request.param


@pytest.mark.parametrize("text", [TEXT, "Zoë, ça va? 🔔", "straat " * 60])
def test_a_text_is_accepted_whatever_its_letters(scheme, text):
    with http_server(200, ACCEPTED[scheme]) as (port, asked):
        assert told(a_road(scheme, port), text) == ("accepted", "")
    said = asked[0].body.decode()
    assert (
        text in (parse_qs(said)["Body"] if scheme == "twilio" else str(json.loads(said)))[0:] or text in said
    )


def test_what_is_no_number_is_never_sent(scheme):
    with http_server(200, ACCEPTED[scheme]) as (port, asked):
        assert told(a_road(scheme, port), address="0470") == ("failed", "no_such_number")
    assert asked == []


@pytest.mark.parametrize(
    "status, words, outcome",
    [
        (401, "{}", ("retry", "not_authorised")),
        (403, "{}", ("retry", "not_authorised")),
        (429, "{}", ("retry", "busy")),
        (400, "{}", ("failed", "refused")),
        (500, "{}", ("unsure", "unreadable_answer")),
        (302, "", ("unsure", "unreadable_answer")),
        (200, "wablief?", ("unsure", "unreadable_answer")),
        (200, "[]", ("unsure", "unreadable_answer")),
        (200, "{}", ("unsure", "unreadable_answer")),
    ],
)
def test_each_answer_says_what_to_do(scheme, status, words, outcome):
    with http_server(status, words) as (port, _):
        assert told(a_road(scheme, port)) == outcome


def test_a_200_that_holds_an_error_is_that_error(scheme):
    with http_server(200, REFUSED[scheme]) as (port, _):
        assert told(a_road(scheme, port))[0] == "failed"


def test_half_an_answer_is_a_doubt(scheme):
    with conversation("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{") as port:
        assert told(a_road(scheme, port, timeout=1))[0] == "unsure"


def test_silence_after_sending_is_a_doubt(scheme):
    with conversation(silent_seconds=2) as port:
        assert told(a_road(scheme, port, timeout=0.2)) == ("unsure", "no_answer")


def test_a_network_that_is_down_is_another_try(scheme):
    assert told(a_road(scheme, free_port())) == ("retry", "no_answer")


@pytest.mark.parametrize("options", [{"from": "TwelveLetters"}, {"from": "a/b"}])
def test_a_wrong_sender_is_a_bad_road(scheme, options):
    with pytest.raises(BadRoad):
        a_road(scheme, 1, **options)


def test_without_tls_only_this_machine_is_spoken_to(scheme):
    with pytest.raises(BadRoad):
        open_road(f"{scheme}://{USERS[scheme]}@host.example?tls=0&from=Zone", channel="sms")


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"results":[1]}', b'{"messages":{"msg":[]}}'])
def test_nonsense_or_unsigned_is_no_receipt(scheme, body):
    with pytest.raises(BadReceipt):
        a_road(scheme, 1).read_receipts(Posted({}, body, "application/json"))


@pytest.mark.parametrize(
    "scheme, channel", [("infobip", "sms"), ("infobip", "voice"), ("twilio", "sms"), ("twilio", "voice")]
)
def test_a_request_is_what_the_specification_says(scheme, channel):
    openapi = pytest.importorskip("openapi_core")
    from openapi_core.testing import MockRequest

    name = "twilio_api_v2010" if scheme == "twilio" else f"infobip_{channel}"
    path = SPECS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: set BELFORT_SPECS")
    with http_server(200, ACCEPTED[scheme]) as (port, asked):
        told(a_road(scheme, port, channel, **({"from": "+32470000000"})))
    host = f"https://api.{scheme}.com"
    spec = json.loads(path.read_text()) | {"servers": [{"url": host}]}
    [request] = asked
    headers = {key: value for key, value in request.headers.items() if key != "Host"}
    mock = MockRequest(
        host,
        "post",
        request.path,
        headers=headers,
        data=request.body,
        content_type=request.headers["Content-Type"],
    )
    openapi.OpenAPI.from_dict(spec).validate_request(mock)
