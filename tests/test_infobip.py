import json
from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from dispatch import clock
from dispatch.providers.base import Content, Outgoing, Posted, Receipt, Speech
from dispatch.providers.posting import MOST_MORE
from tests.servers import http_server
from tests.test_contracts import NUMBER, REFERENCE, a_road, infobip_answer


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
        ({"status": {"groupName": "DELIVERED", "name": "DELIVERED_TO_HANDSET"}}, "answered", "answered"),
        ({"status": {"groupName": "DELIVERED", "name": "DELIVERED_TO_OPERATOR"}}, "accepted", ""),
        ({"dtmfCodes": "1"}, "delivered", "confirmed"),
        ({"error": {"name": "EC_VOICE_USER_BUSY"}}, "busy", "busy_line"),
        ({"voiceCall": {"answeredBy": "MACHINE"}}, "voicemail", "voicemail"),
    ],
)
def test_a_doubled_receipt_is_read_twice(result, status, code):
    detail = result.get("status", {}).get("name", "")
    assert read(**result) == [Receipt(REFERENCE, status, code, detail)] * 2


def receivers(asked):
    return [one for message in json.loads(asked.body)["messages"] for one in message["destinations"]]


def five_hundred(content):
    return [Outgoing(f"{n:016d}", f"+32470{n:06d}", content) for n in range(500)]


@pytest.mark.loopback
def test_one_request_for_five_hundred_receivers_of_one_content():
    content = Content("Dag")
    with http_server(500) as (port, asked):
        list(a_road("infobip", port).send(five_hundred(content)))
    [message] = json.loads(asked[0].body)["messages"]
    assert len(asked) == 1 and len(message["destinations"]) == 500


SPEECH = Speech("Dit is een bericht.", "Druk op 1.", "Bedankt.")


@pytest.mark.loopback
def test_a_call_says_the_opening_first_and_last_and_which_key_does_what():
    with http_server(answer=infobip_answer) as (port, asked):
        content = Content("Blijf binnen.", lang="fr", speech=SPEECH)
        list(a_road("infobip", port, "voice").send([Outgoing(REFERENCE, "+32470123456", content)]))
    [message] = json.loads(asked[0].body)["messages"]
    assert message["text"] == "Dit is een bericht. Blijf binnen. Dit is een bericht. Druk op 1."
    assert (message["language"], message["repeatDtmf"], message["from"]) == ("fr", "2", "32470000000")
    assert message["notifyUrl"].endswith("/receipts/infobip/sleutel?channel=voice")


@pytest.mark.loopback
def test_a_recording_is_fetched_from_us():
    with http_server(answer=infobip_answer) as (port, asked):
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
@pytest.mark.parametrize("bad", [{7}, {0, 499}, {250, 251}])
def test_a_batch_refused_for_its_words_is_asked_again_in_halves_and_only_the_bad_one_fails(bad):
    numbers = {f"32470{n:06d}" for n in bad}
    taken = Counter()

    def answer(asked):
        told = receivers(asked)
        if any(one["to"] in numbers for one in told):
            return 400, "{}"
        taken.update(one["messageId"] for one in told)
        return infobip_answer(asked)

    with http_server(answer=answer) as (port, asked):
        outcomes = list(filter(None, a_road("infobip", port).send(five_hundred(Content("Dag")))))
    failed = {outcome.reference for outcome in outcomes if outcome.status == "failed"}
    assert failed == {f"{n:016d}" for n in bad} and len(asked) <= 1 + MOST_MORE
    assert Counter(o.reference for o in outcomes if o.status == "accepted") == taken
    assert set(taken.values()) == {1} and len(taken) == 500 - len(bad)


@pytest.mark.loopback
def test_a_batch_that_is_refused_whatever_half_is_asked_costs_a_few_requests_and_the_rest_waits():
    with http_server(400, "{}") as (port, asked):
        outcomes = list(filter(None, a_road("infobip", port).send(five_hundred(Content("Dag")))))
    assert len(asked) <= 1 + MOST_MORE and len({outcome.reference for outcome in outcomes}) == 500
    assert {outcome.status for outcome in outcomes} == {"failed", "retry"}
    assert 10 <= sum(outcome.status == "failed" for outcome in outcomes) <= MOST_MORE


@pytest.mark.loopback
def test_halves_that_meet_a_busy_gateway_wait_and_are_not_asked_for():
    answers = iter([(400, "{}"), (429, "{}")])
    with http_server(answer=lambda _: next(answers)) as (port, asked):
        outcomes = list(filter(None, a_road("infobip", port).send(five_hundred(Content("Dag")))))
    assert len(asked) == 2 and len(outcomes) == 500
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("retry", "throttled")}


@pytest.mark.loopback
@pytest.mark.parametrize("hours, seconds", [(None, 0), (1, 3_600), (100, 172_800), (-1, 1)])
def test_infobip_is_told_at_the_moment_of_sending_how_long_a_message_is_of_use(hours, seconds):
    content = Content("Dag", expires_at=hours and clock.now() + timedelta(hours=hours))
    with http_server(answer=infobip_answer) as (port, asked):
        list(a_road("infobip", port).send([Outgoing(REFERENCE, NUMBER, content)]))
    options = json.loads(asked[0].body)["messages"][0].get("options", {"validityPeriod": {"amount": 0}})
    assert max(0, seconds - 30) <= options["validityPeriod"]["amount"] <= seconds


@pytest.mark.loopback
def test_a_line_of_the_log_that_cannot_be_read_hides_no_other():
    other = "f" * 16
    log = [
        1,
        {"messageId": REFERENCE, "status": {"groupName": "NEW"}},
        {"messageId": other, "status": {"groupName": "DELIVERED"}},
    ]
    with http_server(200, json.dumps({"results": log})) as (port, _):
        assert a_road("infobip", port).look_up([REFERENCE, other]) == [Receipt(other, "delivered")]


@pytest.mark.loopback
def test_a_look_up_says_how_many_it_asks_for_since_infobip_tells_of_fifty_otherwise():
    with http_server(200, json.dumps({"results": []})) as (port, asked):
        a_road("infobip", port).look_up([f"{n:016d}" for n in range(100)])
    said = parse_qsl(urlsplit(asked[0].path).query)
    assert dict(said)["limit"] == "100" and len(said) == 101
