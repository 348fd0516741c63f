from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch import clock
from dispatch.providers import open_road
from dispatch.providers.base import BadReceipt, BadRoad, Content, Outgoing, Posted, Receipt
from tests.servers import conversation, free_port, http_server, kannel, wait_until

pytestmark = pytest.mark.loopback
REFERENCE = "0123456789abcdef"


def a_road(port, callbacks=0, user="belfort:geheim%20woord", **options):
    query = "&".join(f"{key}={value}" for key, value in ({"from": "8850"} | options).items())
    public_url = f"http://127.0.0.1:{callbacks}" if callbacks else ""
    url = f"kannel://{user}@127.0.0.1:{port}?{query}"
    return open_road(url, channel="sms", public_url=public_url, receipt_key="sleutel")


def a_text(n=0, text="Goedenavond", address=""):
    return Outgoing(f"{n:016d}", address or f"+32470{n:06d}", Content(text))


def statuses(road, *batch):
    return [(outcome.status, outcome.code) for outcome in answers(road, *batch)]


def answers(road, *batch):
    """Of the messages that were pulled, in the order of their numbers."""
    return sorted(filter(None, road.send(batch)))


def receipts_in(road, asked):
    """Every callback, read as the receipts view would read it."""
    read = []
    for request in asked:
        args = {key: values[0] for key, values in parse_qs(urlsplit(request.path).query).items()}
        read += road.read_receipts(Posted(args))
    return read


def delivered(road, asked):
    return Counter(receipt.reference for receipt in receipts_in(road, asked) if receipt.status == "delivered")


def test_submitted_accepted_and_delivered_are_equal_through_a_real_kannel(tmp_path):
    batch = [a_text(n) for n in range(240)]
    with kannel(tmp_path) as gateway, http_server() as (port, asked):
        road = a_road(gateway.port, port)
        outcomes = [
            outcome for first in range(0, 240, 50) for outcome in answers(road, *batch[first : first + 50])
        ]
        wait_until(lambda: len(delivered(road, asked)) == 240, what="the receipts")
        submitted = gateway.texts()
        road.close()
    assert Counter(outcome.status for outcome in outcomes) == {"accepted": 240}
    assert sorted(outcome.reference for outcome in outcomes) == [message.reference for message in batch]
    assert sorted(submitted) == sorted(
        f"8850 {message.address} text {message.content.text}" for message in batch
    )
    assert delivered(road, asked) == Counter(message.reference for message in batch)
    assert {urlsplit(request.path).path for request in asked} == {"/receipts/kannel/sleutel"}
    assert not any(message.address[1:] in request.path for request in asked for message in batch[:20])


def test_a_long_text_is_divided_by_kannel_and_reported_once(tmp_path):
    long, accented = "straat " * 60, "Zoë, ça va? " * 12
    with kannel(tmp_path) as gateway, http_server() as (port, asked):
        road = a_road(gateway.port, port)
        assert statuses(road, a_text(1, long), a_text(2, accented)) == [("accepted", "")] * 2
        wait_until(lambda: len(delivered(road, asked)) == 2, what="the receipts")
        wait_until(lambda: len(gateway.texts()) == 6, what="three parts of each")
        assert delivered(road, asked) == {f"{1:016d}": 1, f"{2:016d}": 1}


@pytest.mark.parametrize("text", ["Dag {buur}, het kost €5 à ü ~ [x]\n\nTot straks. ", "Zoë: ça va? 🔔"])
def test_every_letter_reaches_the_centre(tmp_path, text):
    with kannel(tmp_path) as gateway:
        assert statuses(a_road(gateway.port), a_text(0, text)) == [("accepted", "")]
        wait_until(
            lambda: "straks" in str(gateway.texts()) or "ucs-2" in str(gateway.texts()), what="the text"
        )
        kind, _, arrived = gateway.texts()[0].removeprefix("8850 +32470000000 ").partition(" ")
    if kind == "ucs-2":
        units = text.encode("utf-16-be")
        assert arrived == "".join(_as_printed(byte) for byte in units)
    else:
        assert (kind, arrived) == ("text", text)


def _as_printed(byte):
    """A byte as the fake message centre prints it: percent-encoded, with a plus for a space."""
    char = chr(byte)
    return char if char.isascii() and char.isalnum() else "+" if char == " " else f"%{byte:02X}"


def test_a_gateway_whose_centre_is_away_keeps_the_message(tmp_path):
    with kannel(tmp_path, centre_online=False) as gateway:
        [outcome] = answers(a_road(gateway.port), a_text())
    assert (outcome.status, outcome.code) == ("accepted", "") and outcome.detail.startswith("3: Queued")


def test_a_wrong_password_is_worth_another_try_once_it_is_mended(tmp_path):
    with kannel(tmp_path) as gateway:
        road = a_road(gateway.port, user="belfort:verkeerd")
        [outcome] = answers(road, a_text())
        assert (outcome.status, outcome.code) == ("retry", "not_authorised")
        assert "verkeerd" not in f"{outcome}{road!r}{road.name}"
        assert gateway.texts() == []


def test_a_gateway_without_a_sender_of_its_own_refuses_ours_when_it_is_empty(tmp_path):
    with kannel(tmp_path) as gateway:
        assert statuses(a_road(gateway.port, **{"from": ""}), a_text()) == [("failed", "sender_refused")]


@pytest.mark.parametrize(
    "address", ["0470123456", "+32 470", "+32470000001 +32470000002", "", "+3247x", "a@b.example"]
)
def test_what_is_no_number_is_never_sent(address):
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        assert statuses(a_road(port), Outgoing(REFERENCE, address, Content("Dag"))) == [
            ("failed", "no_such_number")
        ]
    assert asked == []


def test_a_text_that_kannel_would_cut_is_never_sent():
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        road = a_road(port, parts=2)
        batch = a_text(0, "x" * 306), a_text(1, "x" * 307), a_text(2, "\ud800")
        found = {outcome.reference[-1]: (outcome.status, outcome.code) for outcome in answers(road, *batch)}
    assert found == {"0": ("accepted", ""), "1": ("failed", "too_long"), "2": ("failed", "not_writable")}
    assert len(asked) == 1


def test_neither_text_nor_number_nor_password_stands_in_a_url():
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        answers(a_road(port, callbacks=port, smsc="proximus"), a_text(7, "Geheime tekst"))
    [request] = asked
    assert request.path == "/cgi-bin/sendsms" and request.body == b"Geheime tekst"
    assert request.headers["X-Kannel-To"] == "+32470000007" and request.headers["X-Kannel-SMSC"] == "proximus"
    callback = request.headers["X-Kannel-DLR-URL"]
    assert callback.endswith("/receipts/kannel/sleutel?reference=0000000000000007&state=%d&answer=%A")
    assert request.headers["X-Kannel-DLR-Mask"] == "31"


def test_without_a_public_address_no_receipt_is_asked():
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        road = a_road(port)
        assert statuses(road, a_text()) == [("accepted", "")] and not road.has_receipts
    assert "X-Kannel-DLR-URL" not in asked[0].headers


@pytest.mark.parametrize(
    "status, words, outcome",
    [
        (200, "Sent.", ("accepted", "")),
        (202, "3: Queued for later delivery", ("accepted", "")),
        (403, "Not routable. Do not try again.", ("failed", "not_routable")),
        (400, "Number(s) has/have been denied by white- and/or black-lists.", ("failed", "number_refused")),
        (400, "Charset or body misformed, rejected", ("failed", "refused")),
        (401, "", ("retry", "not_authorised")),
        (429, "", ("retry", "throttled")),
        (503, "Temporal failure, try again later.", ("retry", "busy")),
        (500, "Sending failed.", ("retry", "busy")),
        (503, "", ("retry", "busy")),
        (202, "wablief?", ("unsure", "unreadable_answer")),
        (302, "", ("unsure", "unreadable_answer")),
        (502, "Bad gateway", ("unsure", "unreadable_answer")),
    ],
)
def test_each_answer_says_what_to_do(status, words, outcome):
    with http_server(status, words) as (port, _):
        assert statuses(a_road(port), a_text()) == [outcome]


def test_the_words_kept_of_an_answer_name_nobody():
    words = "Denied receivers are: +32470123456 for Goedenavond"
    with http_server(400, words) as (port, _):
        [outcome] = answers(a_road(port), a_text())
    assert "Denied" in outcome.detail and "470" not in outcome.detail and "Goedenavond" not in outcome.detail


def test_an_answer_that_never_comes_leaves_us_unsure():
    with conversation(silent_seconds=3) as port:
        assert statuses(a_road(port, timeout=0.3), a_text()) == [("unsure", "no_answer")]


def test_a_connection_that_breaks_before_the_answer_leaves_us_unsure():
    with conversation() as port:
        assert statuses(a_road(port), a_text()) == [("unsure", "connection_lost")]


def test_a_gateway_that_is_not_there_has_surely_sent_nothing():
    assert set(statuses(a_road(free_port()), *map(a_text, range(50)))) == {("retry", "no_answer")}


def test_a_gateway_that_speaks_no_tls_gets_nothing():
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        [outcome] = answers(a_road(port, tls=1), a_text())
    assert outcome.status != "accepted" and asked == []


@pytest.mark.parametrize(
    "state, answer, status, code, detail",
    [
        ("1", "", "delivered", "", ""),
        ("2", "", "failed", "unreachable", ""),
        ("4", "", "accepted", "", ""),
        ("8", "ACK/", "accepted", "", ""),
        ("16", "NACK/0x0000000b/Invalid Destination Address", "failed", "refused", "NACK/0x0000000b"),
        ("32", "", "accepted", "", ""),
        ("34", "", "expired", "expired", ""),
        (
            "2",
            "id:9 sub:001 dlvrd:000 submit date:2603021200 stat:EXPIRED err:012 text:Beste buur stat:DELIVRD",
            "expired",
            "expired",
            "stat:EXPIRED err:012",
        ),
    ],
)
def test_a_receipt_keeps_the_state_and_never_the_text(state, answer, status, code, detail):
    road = a_road(1)
    args = {"reference": REFERENCE, "state": state, "answer": answer}
    assert road.read_receipts(Posted(args)) == [Receipt(REFERENCE, status, code, detail)]


def test_a_receipt_may_come_as_a_posted_form():
    body = f"reference={REFERENCE}&state=1&answer=".encode()
    [receipt] = a_road(1).read_receipts(Posted({}, body, "application/x-www-form-urlencoded; charset=utf-8"))
    assert receipt == Receipt(REFERENCE, "delivered")


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"reference": REFERENCE},
        {"state": "1"},
        {"reference": REFERENCE, "state": ""},
        {"reference": REFERENCE, "state": "%d"},
        {"reference": REFERENCE, "state": "3"},
        {"reference": REFERENCE, "state": "9" * 5000},
        {"reference": "'; drop table", "state": "1"},
        {"reference": REFERENCE.upper(), "state": "1"},
    ],
)
def test_what_is_no_receipt_is_said_to_be_none(args):
    with pytest.raises(BadReceipt):
        a_road(1).read_receipts(Posted(args, b"\xff\xfe", "text/plain"))


@pytest.mark.parametrize(
    "query", ["from=Zavel\nstreek", "from=Politiezone Zavelstreek", "from=Zoë", "tls=misschien"]
)
def test_a_sender_or_option_that_cannot_be_is_refused_at_the_start(query):
    with pytest.raises(BadRoad):
        open_road(f"kannel://u:p@host?{query}".replace("\n", "%0A"), channel="sms")


def test_a_real_kannel_takes_a_message_that_is_of_use_for_an_hour(tmp_path):
    content = Content("Goedenavond", expires_at=clock.now() + timedelta(hours=1))
    with kannel(tmp_path) as gateway:
        assert statuses(a_road(gateway.port), Outgoing(REFERENCE, "+32470000000", content)) == [
            ("accepted", "")
        ]
        wait_until(lambda: gateway.texts() == ["8850 +32470000000 text Goedenavond"], what="the text")


def test_kannel_is_told_how_many_minutes_a_message_is_of_use():
    content = Content("Dag", expires_at=clock.now() + timedelta(minutes=90, seconds=-5))
    with http_server(202, "0: Accepted for delivery") as (port, asked):
        assert statuses(a_road(port), Outgoing(REFERENCE, "+32470000000", content)) == [("accepted", "")]
        assert statuses(a_road(port), a_text()) == [("accepted", "")]
    assert [request.headers.get("X-Kannel-Validity", "")[:1] for request in asked] == ["8", ""]
