"""What Infobip and Twilio are asked, against the specifications that they publish."""

import json
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from dispatch import clock
from dispatch.providers.base import Content, Outgoing, Speech
from tests.servers import http_server
from tests.test_contracts import NUMBER, REFERENCE, TEXT, a_road, infobip_answer, twilio_answer

pytestmark = pytest.mark.loopback
SPECS = Path(os.environ.get("BELFORT_SPECS") or Path(__file__).parents[2] / "shared" / "specs")
ANSWERS = {"infobip": infobip_answer, "twilio": twilio_answer}
ASKED = [("infobip", "sms"), ("infobip", "voice"), ("twilio", "sms"), ("twilio", "voice")]


def the_specification(scheme, channel):
    path = SPECS / ("twilio_api_v2010.json" if scheme == "twilio" else f"infobip_{channel}.json")
    if not path.exists():
        pytest.skip(f"{path.name} is not here: set BELFORT_SPECS")
    return json.loads(path.read_text()) | {"servers": [{"url": f"https://api.{scheme}.com"}]}


def the_request(scheme, channel):
    """With all that can be in one: receipts are asked for, and the message is of use for an hour."""
    speech = Speech("Hier spreekt de politie.", "Druk op 1.", "Bedankt.") if channel == "voice" else None
    content = Content(TEXT, expires_at=clock.now() + timedelta(hours=1), speech=speech)
    with http_server(answer=ANSWERS[scheme]) as (port, asked):
        road = a_road(scheme, port, channel, **{"from": "+32470000000"})
        assert [o.status for o in road.send([Outgoing(REFERENCE, NUMBER, content)]) if o] == ["accepted"]
    return asked[0]


def resolved(spec, schema):
    """The schema itself, whatever it refers to, with the properties of all that it is made of."""
    while "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    parts = [resolved(spec, part) for kind in ("allOf", "oneOf", "anyOf") for part in schema.get(kind, ())]
    properties = {key: value for part in parts for key, value in part.get("properties", {}).items()}
    return schema | {"properties": properties | schema.get("properties", {})}


def unknown_keys(spec, schema, told, at=""):
    """The paths in what was told that the schema has no word for."""
    schema = resolved(spec, schema)
    if isinstance(told, list):
        return [key for one in told for key in unknown_keys(spec, schema["items"], one, f"{at}[]")]
    if not isinstance(told, dict):
        return []
    known = schema["properties"]
    strange = [f"{at}.{key}" for key in told if key not in known]
    return strange + [
        deeper
        for key in told.keys() & known.keys()
        for deeper in unknown_keys(spec, known[key], told[key], f"{at}.{key}")
    ]


def body_schema(spec, request):
    path = "/2010-04-01/Accounts/{AccountSid}/" + request.path.rpartition("/")[2]
    operation = spec["paths"][path if path in spec["paths"] else request.path]["post"]
    return operation["requestBody"]["content"][request.headers["Content-Type"]]["schema"]


def told_by(request):
    is_json = request.headers["Content-Type"] == "application/json"
    return (
        json.loads(request.body) if is_json else dict(parse_qsl(request.body.decode(), strict_parsing=True))
    )


@pytest.mark.parametrize("scheme, channel", ASKED)
def test_a_request_is_what_the_specification_says(scheme, channel):
    openapi = pytest.importorskip("openapi_core")
    from openapi_core.testing import MockRequest

    spec, request = the_specification(scheme, channel), the_request(scheme, channel)
    headers = {key: value for key, value in request.headers.items() if key != "Host"}
    mock = MockRequest(
        spec["servers"][0]["url"],
        "post",
        request.path,
        headers=headers,
        data=request.body,
        content_type=request.headers["Content-Type"],
    )
    openapi.OpenAPI.from_dict(spec).validate_request(mock)


@pytest.mark.parametrize("scheme, channel", ASKED)
def test_no_key_of_a_request_is_unknown_to_the_specification(scheme, channel):
    spec, request = the_specification(scheme, channel), the_request(scheme, channel)
    assert unknown_keys(spec, body_schema(spec, request), told_by(request)) == []


@pytest.mark.parametrize("scheme, channel", ASKED)
def test_a_key_that_is_unknown_would_be_seen(scheme, channel):
    spec, request = the_specification(scheme, channel), the_request(scheme, channel)
    told = told_by(request) | {"Wablief": "?"}
    if scheme == "infobip":
        told["messages"][0]["wablief"] = "?"
    found = unknown_keys(spec, body_schema(spec, request), told)
    assert found == ([".Wablief", ".messages[].wablief"] if scheme == "infobip" else [".Wablief"])
