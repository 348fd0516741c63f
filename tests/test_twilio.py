import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs, urlencode
from xml.etree import ElementTree

import pytest

from dispatch import clock
from dispatch.providers import open_road
from dispatch.providers.base import BadReceipt, BadRoad, Content, Outgoing, Posted, Receipt, Speech
from tests.servers import http_server
from tests.test_contracts import NUMBER, REFERENCE, SECRET, a_road, twilio_answer, twilio_receipt

DOOR = f"http://belfort.example/receipts/twilio/sleutel?channel=voice&reference={REFERENCE}"
CALL = {"CallSid": "CA1"}
SPEECH = Speech("Dit is een bericht van de politie.", "Druk op 1.", "Bedankt.")
CONTENT = Content("Hou deuren & ramen dicht.", lang="nl", speech=SPEECH)


def signed(posted: dict, url: str = DOOR) -> Posted:
    words = url + "".join(key + posted[key] for key in sorted(posted))
    digest = hmac.new(SECRET.encode(), words.encode(), hashlib.sha1).digest()
    headers = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
    return Posted({}, urlencode(posted).encode(), "application/x-www-form-urlencoded", url, headers)


def read(posted: dict, url: str = DOOR) -> tuple[str, str]:
    [receipt] = a_road("twilio", 1, "voice").read_receipts(signed(posted, url))
    assert receipt.reference == REFERENCE
    return receipt.status, receipt.code


@pytest.mark.parametrize(
    "posted, url, told",
    [
        ({"MessageStatus": "delivered"}, DOOR, ("delivered", "")),
        (CALL | {"CallStatus": "in-progress", "Digits": "1"}, DOOR, ("delivered", "confirmed")),
        (CALL | {"CallStatus": "in-progress", "Digits": "2"}, DOOR, ("accepted", "")),
        (CALL | {"CallStatus": "in-progress"}, f"{DOOR}&heard=1", ("answered", "answered")),
        (
            CALL | {"CallStatus": "in-progress", "AnsweredBy": "machine_start"},
            f"{DOOR}&heard=1",
            ("voicemail", "voicemail"),
        ),
        (
            CALL | {"CallStatus": "in-progress", "AnsweredBy": "machine_start", "Digits": "1"},
            DOOR,
            ("delivered", "confirmed"),
        ),
        (CALL | {"CallStatus": "completed", "AnsweredBy": "human"}, DOOR, ("hung_up", "hung_up")),
        (CALL | {"CallStatus": "completed", "AnsweredBy": "fax"}, DOOR, ("voicemail", "voicemail")),
        (CALL | {"CallStatus": "busy"}, DOOR, ("busy", "busy_line")),
        (CALL | {"CallStatus": "no-answer"}, DOOR, ("no_answer", "no_pickup")),
        (CALL | {"CallStatus": "failed"}, DOOR, ("failed", "refused")),
    ],
)
def test_a_signed_receipt_is_believed(posted, url, told):
    assert read(posted, url) == told


def test_a_bad_signature_or_an_unknown_word_is_no_receipt():
    for posted in (signed({"MessageStatus": "sent"})._replace(headers={}), signed({"MessageStatus": "wat"})):
        with pytest.raises(BadReceipt):
            a_road("twilio", 1).read_receipts(posted)


def test_a_receipt_of_a_text_message_is_still_read_by_its_own_road():
    url = f"http://belfort.example/receipts/twilio/sleutel?reference={REFERENCE}"
    told = signed({"MessageStatus": "delivered", "MessageSid": "SM1"}, url)
    assert a_road("twilio", 1).read_receipts(told) == [Receipt(REFERENCE, "delivered")]


@pytest.mark.loopback
def test_a_call_says_the_opening_first_and_last_and_awaits_a_key_meanwhile():
    with http_server(answer=twilio_answer) as (port, asked):
        list(a_road("twilio", port, "voice").send([Outgoing(REFERENCE, "+32470123456", CONTENT)]))
    form = parse_qs(asked[0].body.decode())
    gather, redirect = ElementTree.fromstring(form["Twiml"][0])
    assert gather.attrib | {"timeout": ""} == {
        "numDigits": "1",
        "method": "POST",
        "action": DOOR,
        "timeout": "",
    }
    assert [say.text for say in gather] == [SPEECH.opening, CONTENT.text, SPEECH.opening, SPEECH.ask]
    assert {say.get("language") for say in gather} == {"nl-NL"}
    assert redirect.text == f"{DOOR}&heard=1"
    assert form["From"] == ["+32470000000"] and form["MachineDetection"] == ["Enable"]
    assert form["StatusCallback"] == [DOOR]


@pytest.mark.loopback
def test_a_recording_is_played_between_the_openings():
    content = Content("", speech=SPEECH._replace(audio="/recordings/sleutel.mp3"))
    with http_server(answer=twilio_answer) as (port, asked):
        list(a_road("twilio", port, "voice").send([Outgoing(REFERENCE, "+32470123456", content)]))
    gather, _ = ElementTree.fromstring(parse_qs(asked[0].body.decode())["Twiml"][0])
    assert [part.tag for part in gather] == ["Say", "Play", "Say", "Say"]
    assert gather[1].text == "http://belfort.example/recordings/sleutel.mp3"


@pytest.mark.loopback
def test_a_script_longer_than_twilio_takes_is_never_sent():
    with http_server(answer=twilio_answer) as (port, asked):
        road = a_road("twilio", port, "voice")
        [outcome] = filter(None, road.send([Outgoing(REFERENCE, "+32470123456", Content("& " * 2000))]))
    assert (outcome.status, outcome.code, asked) == ("failed", "too_long", [])


@pytest.mark.parametrize(
    "posted, url, said",
    [
        ({"Digits": "1"}, DOOR, [SPEECH.thanks]),
        ({"Digits": "2"}, DOOR, [SPEECH.opening, CONTENT.text, SPEECH.opening, SPEECH.ask]),
        ({"Digits": "7"}, DOOR, [SPEECH.opening, CONTENT.text, SPEECH.opening, SPEECH.ask]),
        ({}, f"{DOOR}&heard=1", []),
    ],
)
def test_our_door_says_how_a_call_goes_on(posted, url, said):
    told = signed(CALL | {"CallStatus": "in-progress"} | posted, url)
    answer = a_road("twilio", 1, "voice").answer(told, {REFERENCE: CONTENT}.get)
    assert [say.text for say in ElementTree.fromstring(answer).iter("Say")] == said
    assert ("<Hangup/>" in answer) is (posted.get("Digits") not in ("2", "7"))


def test_a_call_that_we_do_not_know_is_ended_and_news_alone_is_not_answered():
    road = a_road("twilio", 1, "voice")
    assert road.answer(signed(CALL | {"Digits": "2"}), {}.get) == "<Response><Hangup/></Response>"
    assert road.answer(signed(CALL | {"CallStatus": "completed"}), {}.get) is None


@pytest.mark.parametrize("scheme", ["twilio", "infobip"])
@pytest.mark.parametrize("sender", ["Zone", "0470000000", ""])
def test_the_sender_of_a_call_is_a_number_in_full(scheme, sender):
    with pytest.raises(BadRoad, match="number"):
        a_road(scheme, 1, "voice", **{"from": sender})


def test_lines_are_an_option_of_spoken_messages_alone():
    assert open_road("simulator://?lines=30", channel="voice").lines == 30
    assert open_road("simulator://", channel="voice").lines == 0
    for url, channel in (("simulator://?lines=30", "sms"), ("simulator://?lines=veel", "voice")):
        with pytest.raises(BadRoad):
            open_road(url, channel=channel)


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
