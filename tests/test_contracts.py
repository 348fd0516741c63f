"""The same questions for every provider, each against a server on this machine that plays it.

To add a provider: one description in GATEWAYS. What a question cannot mean for one is a sentence in its place.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlencode
from xml.sax.saxutils import unescape

import pytest

from dispatch.providers import PROVIDERS, open_road
from dispatch.providers.base import REASONS, BadReceipt, BadRoad, Content, Outgoing, Posted
from tests.servers import conversation, free_port, http_server, post_office, smtp_server

pytestmark = [pytest.mark.loopback, pytest.mark.filterwarnings("ignore:Requiring AUTH")]
REFERENCE, TEXT, NAME, SECRET = "0123456789abcdef", "Goedenavond buurt", "Jan Peeters", "s3cr3t/@:wacht#"
KEY = quote(SECRET, safe="")
ACCOUNT = f"AC{'0' * 32}"
USERS = {
    "infobip": KEY,
    "twilio": f"{ACCOUNT}:{KEY}",
    "cm": KEY,
    "kannel": f"belfort:{KEY}",
    "smtp": f"belfort:{KEY}",
}
NUMBER, MAILBOX, BAD_NUMBER, BAD_MAILBOX = (
    "+32470123456",
    "jan@voorbeeld.example",
    "+32470999901",
    "weg01@voorbeeld.example",
)
PRIVATE = (SECRET, KEY, "s3cr3t", NUMBER[1:], MAILBOX, BAD_NUMBER[1:], BAD_MAILBOX, TEXT, NAME)
NO_SERVER = "the simulator has no server that could be away, broken or silent"
NO_SIGNATURE = "nothing is signed: the key in the address of our door is the proof"


# ── How each of them answers ────────────────────────────────────────────


@dataclass(frozen=True)
class Gateway:
    """A provider as its server shows it: {question: (server, what is to become of a message)}, or why not."""

    scheme: str
    channel: str
    arrived: Callable | str  # the text that its server was told
    answers: dict[str, tuple[Callable, tuple] | str]
    receipts: dict[str, Posted | str] | str
    options: dict[str, object] = field(default_factory=dict)

    @property
    def addresses(self) -> tuple[str, str]:
        """One that is good, and one that its server refuses."""
        return (MAILBOX, BAD_MAILBOX) if self.channel == "email" else (NUMBER, BAD_NUMBER)

    def __str__(self) -> str:
        return f"{self.scheme}-{self.channel}"


def a_road(scheme, port, channel="sms", **options):
    if scheme == "simulator":
        return open_road("simulator://", channel=channel)
    sender = {"email": "no-reply@zavelstreek.example", "voice": "+32470000000"}.get(channel, "Zone")
    tls = {} if scheme in ("smtp", "kannel") else {"tls": 0}
    query = "&".join(f"{key}={value}" for key, value in ({"from": sender} | tls | options).items())
    url = f"{scheme}://{USERS[scheme]}@127.0.0.1:{port}?{query}"
    return open_road(url, channel=channel, public_url="http://belfort.example", receipt_key="sleutel")


def says(status, words=""):
    return lambda: http_server(status, words)


def tells(answer):
    return lambda: http_server(answer=answer)


def http_answers(accepting, refusal, busy=429):
    return {
        "accepted": (tells(accepting), ("accepted", "")),
        "refused number": (tells(accepting), refusal),
        "throttled": (says(busy, "{}"), ("retry", "throttled")),
        "no sign-in": (says(401, "{}"), ("retry", "not_authorised")),
        "500": (says(500, "{}"), ("unsure", "unreadable_answer")),
        "redirected": (says(302), ("unsure", "unreadable_answer")),
        "time-out": (lambda: conversation(silent_seconds=2), ("unsure", "no_answer")),
        "half an answer": (
            lambda: conversation("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
            ("unsure",),
        ),
        "nonsense": (says(200, "wablief?"), ("unsure", "unreadable_answer")),
        "other nonsense": (says(200, "[]"), ("unsure", "unreadable_answer")),
        "away": (lambda: contextlib.nullcontext(free_port()), ("retry", "no_answer")),
    }


def infobip_answer(asked):
    receivers = [one for message in json.loads(asked.body)["messages"] for one in message["destinations"]]
    return 200, json.dumps({"messages": [_infobip_one(one) for one in receivers]})


def _infobip_one(receiver):
    is_bad = receiver["to"] == BAD_NUMBER[1:]
    status = {"groupName": "REJECTED" if is_bad else "PENDING", "name": "PENDING_ACCEPTED"}
    return {"messageId": receiver["messageId"], "status": status}


def twilio_answer(asked):
    if parse_qs(asked.body.decode())["To"] == [BAD_NUMBER]:
        return 400, json.dumps({"code": 21211, "message": f"invalid {BAD_NUMBER}", "status": 400})
    return 201, json.dumps({"sid": f"SM{'a' * 32}", "status": "queued", "error_code": None})


def cm_answer(asked):
    told = [_cm_one(message) for message in json.loads(asked.body)["messages"]["msg"]]
    is_good = all(message["messageErrorCode"] == 0 for message in told)
    return (200 if is_good else 400), json.dumps({"messages": told, "errorCode": 0 if is_good else 201})


def _cm_one(message):
    is_bad = message["to"][0]["number"] == f"00{BAD_NUMBER[1:]}"
    answer = ("Rejected", 303) if is_bad else ("Accepted", 0)
    return {"reference": message["reference"], "status": answer[0], "messageErrorCode": answer[1]}


def kannel_answer(asked):
    if asked.headers["X-Kannel-To"] == BAD_NUMBER:
        return 403, "Not routable. Do not try again."
    return 202, "0: Accepted for delivery"


def smtp(auth=("belfort", SECRET), **knobs):
    return lambda: smtp_server(auth=auth, refuse={BAD_MAILBOX: f"550 5.1.1 <{BAD_MAILBOX}> is gone"}, **knobs)


def half_a_word_after_the_letter():
    before = ("250-post.example\r\n250 AUTH PLAIN\r\n", "235 hello\r\n", "250 ok\r\n", "250 ok\r\n")
    return conversation(*before, "354 go on\r\n", "25", greeting="220 post.example\r\n")


SMTP_ANSWERS = {
    "accepted": (smtp(), ("accepted", "")),
    "refused number": (smtp(), ("failed", "no_such_mailbox")),
    "throttled": (smtp(answer_after_dot="451 4.7.1 slower please"), ("retry", "later")),
    "no sign-in": (smtp(auth=("belfort", "anders")), ("retry", "not_authorised")),
    "500": (smtp(answer_after_dot="451 4.3.0 broken"), ("retry", "later")),
    "redirected": "SMTP knows no redirection",
    "time-out": (lambda: post_office("AUTH PLAIN", hang_up_after=0, is_mute=True), ("unsure", "no_answer")),
    "half an answer": (half_a_word_after_the_letter, ("unsure",)),
    "nonsense": (smtp(answer_after_dot="wablief?"), ("unsure", "unreadable_answer")),
    "other nonsense": (smtp(answer_after_dot="354 go on"), ("unsure", "unreadable_answer")),
    "away": (lambda: contextlib.nullcontext(free_port()), ("retry", "no_answer")),
}
SIMULATOR_ANSWERS = {
    "accepted": (contextlib.nullcontext, ("accepted", "")),
    "refused number": (contextlib.nullcontext, ("failed",)),
    "throttled": "its number …05 asks to try again, which tests/test_simulator.py shows",
    "nonsense": "its number …03 plays the unreadable answer, which tests/test_simulator.py shows",
    **dict.fromkeys(
        ("no sign-in", "500", "redirected", "time-out", "half an answer", "other nonsense", "away"), NO_SERVER
    ),
}


def infobip_receipt(group="DELIVERED", secret=SECRET, **more):
    body = json.dumps({"results": [{"messageId": REFERENCE, "status": {"groupName": group}} | more]}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Posted({}, body, "application/json", "", {"X-Hub-Signature": f"sha256={signature}"})


def twilio_receipt(key, value, more=None, secret=SECRET):
    url = f"http://belfort.example/receipts/twilio/sleutel?reference={REFERENCE}"
    form = {key: value} | (more or {})
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()
    headers = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
    return Posted({}, urlencode(form).encode(), "application/x-www-form-urlencoded", url, headers)


def kannel_receipt(state):
    return Posted({"reference": REFERENCE, "state": state, "answer": ""})


INFOBIP_RECEIPTS = {
    "good": infobip_receipt(),
    "unknown word": infobip_receipt("WAT"),
    "badly signed": infobip_receipt(secret="anders"),
}
TWILIO_RECEIPTS = {
    "good": twilio_receipt("MessageStatus", "delivered"),
    "unknown word": twilio_receipt("MessageStatus", "wat"),
    "badly signed": twilio_receipt("MessageStatus", "delivered", secret="anders"),
}
INFOBIP = http_answers(infobip_answer, ("failed", "refused"))
TWILIO = http_answers(twilio_answer, ("failed", "no_such_number"))


def first_of(asked):
    return json.loads(asked[0].body)["messages"]


GATEWAYS = [
    Gateway(
        "infobip",
        "sms",
        lambda asked: first_of(asked)[0]["content"]["text"],
        INFOBIP,
        INFOBIP_RECEIPTS,
        {"secret": KEY},
    ),
    Gateway(
        "infobip",
        "voice",
        lambda asked: first_of(asked)[0]["text"],
        INFOBIP,
        INFOBIP_RECEIPTS | {"good": infobip_receipt(dtmfCodes="1")},
        {"secret": KEY},
    ),
    Gateway(
        "twilio", "sms", lambda asked: parse_qs(asked[0].body.decode())["Body"][0], TWILIO, TWILIO_RECEIPTS
    ),
    Gateway(
        "twilio",
        "voice",
        lambda asked: unescape(parse_qs(asked[0].body.decode())["Twiml"][0]),
        TWILIO,
        TWILIO_RECEIPTS,
    ),
    Gateway(
        "cm",
        "sms",
        lambda asked: first_of(asked)["msg"][0]["body"]["content"],
        http_answers(cm_answer, ("failed", "no_such_number")),
        {
            "good": Posted({"REFERENCE": REFERENCE, "STATUS": "2"}),
            "unknown word": Posted({"REFERENCE": REFERENCE, "STATUS": "9"}),
            "badly signed": NO_SIGNATURE,
        },
    ),
    Gateway(
        "kannel",
        "sms",
        lambda asked: asked[0].body.decode(),
        http_answers(kannel_answer, ("failed", "not_routable")),
        {"good": kannel_receipt("1"), "unknown word": kannel_receipt("99"), "badly signed": NO_SIGNATURE},
    ),
    Gateway(
        "smtp",
        "email",
        lambda room: room.letters[0].parsed.get_content(),
        SMTP_ANSWERS,
        "SMTP has no receipts: what comes back is a letter",
    ),
    *(
        Gateway(
            "simulator",
            channel,
            "nothing leaves the simulator",
            SIMULATOR_ANSWERS,
            "the simulator is asked for its receipts: nobody posts them",
        )
        for channel in ("sms", "email", "voice")
    ),
]
QUESTIONS = list(SMTP_ANSWERS)
OVER_HTTP = ["infobip", "twilio", "cm"]


def questioned(*questions):
    """Each provider with each question that means something to it."""
    return [
        pytest.param(gateway, question, id=f"{gateway}-{question}")
        for gateway in GATEWAYS
        for question in questions
        if not isinstance(gateway.answers[question], str)
    ]


def receiving(which):
    return [
        pytest.param(gateway, gateway.receipts[which], id=str(gateway))
        for gateway in GATEWAYS
        if isinstance(gateway.receipts, dict) and not isinstance(gateway.receipts[which], str)
    ]


@contextlib.contextmanager
def opened(gateway, question="accepted", **options):
    """(a road to a server that answers so, what that server was told)."""
    server, _ = gateway.answers[question]
    with server() as found:
        port, told = found if isinstance(found, tuple) else (getattr(found, "port", found), found)
        road = a_road(gateway.scheme, port, gateway.channel, **gateway.options, **options)
        yield road, told
        road.close()


def a_message(gateway, n=0, text=TEXT, address=""):
    return Outgoing(f"{n:016d}", address or gateway.addresses[0], Content(text, "Bericht"), NAME)


def sent(road, *batch):
    """{reference: outcome}, each reference once, and nothing in them that is nobody's business."""
    outcomes = [outcome for outcome in road.send(batch) if outcome]
    assert len({outcome.reference for outcome in outcomes}) == len(outcomes)
    assert all(not outcome.code or outcome.code in REASONS for outcome in outcomes)
    assert not [secret for secret in PRIVATE if secret in f"{outcomes}{road!r}{road.name}"]
    return {outcome.reference: outcome for outcome in outcomes}


def private_in(records):
    """What is nobody's business in a log; the servers that play a part are no part of the house."""
    ours = [record for record in records if not record.name.startswith(("mail.", "asyncio"))]
    told = "\n".join(map(logging.Formatter().format, ours))
    return [secret for secret in PRIVATE if secret in told]


@pytest.fixture(autouse=True)
def nothing_private_in_any_log(caplog):
    """Whatever a test asks, no library says it aloud."""
    caplog.set_level(logging.DEBUG)
    yield
    assert private_in(caplog.get_records("call")) == []


@pytest.fixture(params=GATEWAYS, ids=str)
def gateway(request):
    return request.param


# ── The questions ───────────────────────────────────────────────────────


def test_every_provider_is_asked_and_every_question_answered_or_said_to_have_no_meaning():
    asked = {(gateway.scheme, gateway.channel) for gateway in GATEWAYS}
    known = {
        (provider.schemes[0], channel) for provider in PROVIDERS.values() for channel in provider.channels
    }
    assert asked == known
    assert all(set(gateway.answers) == set(QUESTIONS) for gateway in GATEWAYS)


@pytest.mark.parametrize("gateway, question", questioned(*QUESTIONS))
def test_each_answer_says_what_to_do(gateway, question):
    address = gateway.addresses[question == "refused number"]
    expected = gateway.answers[question][1]
    options = {"timeout": 0.3} if question in ("time-out", "half an answer") else {}
    with opened(gateway, question, **options) as (road, _):
        [outcome] = sent(road, a_message(gateway, address=address)).values()
    assert (outcome.status, outcome.code)[: len(expected)] == expected


@pytest.mark.parametrize("text", [TEXT, "Zoë, ça va? 🔔", "straat " * 60], ids=["plain", "accents", "long"])
def test_a_text_arrives_as_it_was_written(gateway, text):
    with opened(gateway) as (road, told):
        assert [one.status for one in sent(road, a_message(gateway, text=text)).values()] == ["accepted"]
        if not isinstance(gateway.arrived, str):
            assert text.strip() in gateway.arrived(told)


def test_every_message_gets_one_outcome_with_its_reference_and_no_reason_against_it(gateway):
    batch = [a_message(gateway, n) for n in range(60)]
    with opened(gateway) as (road, _):
        outcomes = sent(road, *batch)
    assert sorted(outcomes) == [message.reference for message in batch]
    assert {(outcome.status, outcome.code) for outcome in outcomes.values()} == {("accepted", "")}


def test_an_empty_feed_has_no_outcomes(gateway):
    with opened(gateway) as (road, _):
        assert sent(road) == {}


def test_a_refusal_touches_only_the_message_it_is_about(gateway):
    batch = [a_message(gateway, n, address=gateway.addresses[n == 1]) for n in range(3)]
    with opened(gateway) as (road, _):
        outcomes = sent(road, *batch)
    assert [outcomes[message.reference].status for message in batch] == ["accepted", "failed", "accepted"]


def test_what_is_no_address_is_never_sent(gateway):
    if gateway.scheme == "simulator":
        pytest.skip("the simulator sends nothing, to whatever address")
    with opened(gateway) as (road, told):
        [outcome] = sent(road, a_message(gateway, address="0470")).values()
    assert (outcome.status, outcome.code) in (("failed", "no_such_number"), ("failed", "no_such_mailbox"))
    assert not (told.letters if gateway.scheme == "smtp" else told)


def test_a_feed_that_is_left_half_way_does_not_block_the_next(gateway):
    with opened(gateway) as (road, _):
        outcomes = road.send([a_message(gateway, n) for n in range(60)])
        next(outcomes)
        outcomes.close()
        assert len(sent(road, a_message(gateway, 70), a_message(gateway, 71))) == 2


@pytest.mark.parametrize("gateway, question", questioned("throttled", "no sign-in", "away"))
def test_a_road_that_cannot_carry_now_is_not_fed_to_the_end(gateway, question):
    """SMTP servers ask to wait for one mailbox or one letter, so there the others do go on."""
    batch = [a_message(gateway, n) for n in range(5_000)]
    pulled = []
    with opened(gateway, question) as (road, _):
        feed = (pulled.append(one) or one for one in batch)
        if gateway.scheme in ("smtp", "kannel") and question != "away":
            feed = iter(batch[:1])  # their lines answer one by one, and whoever feeds them stops: see hand.py
        outcomes = list(filter(None, road.send(feed)))
    assert len(pulled) < len(batch) and {outcome.status for outcome in outcomes} == {"retry"}


def test_a_road_says_how_much_it_carries(gateway):
    road = a_road(gateway.scheme, 1, gateway.channel)
    assert road.at_once >= 1
    assert road.rate == {"sms": 500, "email": 2500, "voice": 10}[gateway.channel]
    assert road.name.partition(":")[0] in PROVIDERS


@pytest.mark.parametrize("gateway, posted", receiving("good"))
def test_a_receipt_that_comes_twice_is_read_twice_as_the_same(gateway, posted):
    road = a_road(gateway.scheme, 1, gateway.channel, **gateway.options)
    read = [road.read_receipts(posted) for _ in range(2)]
    assert [(one.reference, one.status) for [one] in read] == [(REFERENCE, "delivered")] * 2


@pytest.mark.parametrize("gateway, posted", receiving("unknown word") + receiving("badly signed"))
def test_an_unknown_word_or_a_bad_signature_is_no_receipt(gateway, posted):
    with pytest.raises(BadReceipt) as refused:
        a_road(gateway.scheme, 1, gateway.channel, **gateway.options).read_receipts(posted)
    assert not [secret for secret in PRIVATE if secret in str(refused.value)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\x00\xff{}", b'{"results":[1]}', b'{"messages":{"msg":[]}}', b"[" * 5_000]
)
def test_nonsense_is_no_receipt(gateway, body):
    for options in ({}, gateway.options):
        with pytest.raises(BadReceipt):
            a_road(gateway.scheme, 1, gateway.channel, **options).read_receipts(
                Posted({"wat": "dit"}, body, "application/json")
            )


# ── What only those over HTTP with a key are asked ──────────────────────


def test_what_the_libraries_log_is_heard(caplog):
    gateway = GATEWAYS[0]
    with opened(gateway) as (road, _):
        sent(road, a_message(gateway))
    assert any(record.name.startswith("urllib3") for record in caplog.records)


def test_a_number_that_a_library_said_aloud_would_be_found(caplog):
    logging.getLogger("urllib3.connectionpool").debug("to %s", NUMBER)
    assert private_in(caplog.records) == [NUMBER[1:]]
    caplog.clear()


@pytest.mark.parametrize("scheme", OVER_HTTP)
@pytest.mark.parametrize("sender", ["TwelveLetters", "a/b"])
def test_a_wrong_sender_is_a_bad_road(scheme, sender):
    with pytest.raises(BadRoad):
        a_road(scheme, 1, **{"from": sender})


@pytest.mark.parametrize("scheme", OVER_HTTP)
def test_without_tls_only_this_machine_is_spoken_to(scheme):
    with pytest.raises(BadRoad):
        open_road(f"{scheme}://{USERS[scheme]}@host.example?tls=0&from=Zone", channel="sms")


@pytest.mark.parametrize("scheme", OVER_HTTP)
def test_the_key_itself_is_what_the_gateway_gets(scheme):
    gateway = next(gateway for gateway in GATEWAYS if gateway.scheme == scheme)
    with opened(gateway) as (road, asked):
        sent(road, a_message(gateway))
    login = base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
    assert (login if scheme == "twilio" else SECRET) in f"{asked[0].headers}{unquote(asked[0].body.decode())}"
