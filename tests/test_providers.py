"""The same questions for every provider, whatever road it is."""

import contextlib
import re
from dataclasses import dataclass

import pytest

from dispatch.providers import PROVIDERS, open_road
from dispatch.providers.base import (
    REASONS,
    BadReceipt,
    BadRoad,
    Content,
    Outgoing,
    Posted,
    Provider,
    without_people,
)
from tests.servers import free_port, kannel, smtp_server

pytestmark = [pytest.mark.loopback, pytest.mark.filterwarnings("ignore:Requiring AUTH")]
PASSWORD = "s3cr3t/@:wacht?woord#"
ENCODED = "s3cr3t%2F%40%3Awacht%3Fwoord%23"
REAL_URLS = {
    "email": "smtp://belfort:{password}@127.0.0.1:{port}?from=no-reply@zavelstreek.example",
    "sms": "kannel://belfort:{password}@127.0.0.1:{port}?from=8850",
}


@dataclass
class Case:
    """A road that works, and the kinds of addresses it knows."""

    road: Provider
    good: str
    refused: str

    def batch(self, size):
        content = Content("Goedenavond", "Bericht")
        return [Outgoing(f"{n:016d}", self.good.format(n=n), content) for n in range(size)]


@contextlib.contextmanager
def _simulator(channel, tmp_path):
    good, refused = {
        "email": ("lid{n}x@voorbeeld.example", "lid01@voorbeeld.example"),
    }.get(channel, ("+32470{n:05d}9", "+32470000001"))
    yield Case(open_road("simulator://", channel=channel), good, refused)


@contextlib.contextmanager
def _smtp(channel, tmp_path):
    refused = "weg@voorbeeld.example"
    with smtp_server(refuse={refused: "550 5.1.1 gone"}) as room:
        url = f"smtp://127.0.0.1:{room.port}?from=no-reply@zavelstreek.example"
        yield Case(open_road(url, channel="email"), "lid{n}@voorbeeld.example", refused)


@contextlib.contextmanager
def _kannel(channel, tmp_path):
    with kannel(tmp_path) as gateway:
        url = f"kannel://{gateway.user}:geheim%20woord@127.0.0.1:{gateway.port}?from=8850"
        yield Case(open_road(url, channel="sms"), "+32470{n:06d}", "+")


CASES = [
    (_simulator, "sms"),
    (_simulator, "email"),
    (_simulator, "voice"),
    (_smtp, "email"),
    (_kannel, "sms"),
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].__name__[1:]}-{case[1]}")
def case(request, tmp_path):
    opened, channel = request.param
    with opened(channel, tmp_path) as found:
        yield found
        found.road.close()


def test_every_outgoing_gets_one_outcome_with_its_reference(case):
    batch = case.batch(60)
    outcomes = [outcome for outcome in case.road.send(batch) if outcome]
    assert sorted(outcome.reference for outcome in outcomes) == [message.reference for message in batch]
    assert {outcome.status for outcome in outcomes} == {"accepted"}


def test_an_empty_batch_has_no_outcomes(case):
    assert list(case.road.send([])) == []


def test_a_refusal_touches_only_the_message_it_is_about(case):
    batch = case.batch(3)
    batch[1] = Outgoing(batch[1].reference, case.refused, Content("Goedenavond"))
    found = {outcome.reference: outcome for outcome in case.road.send(batch) if outcome}
    assert [found[message.reference].status for message in batch] == ["accepted", "failed", "accepted"]
    assert found[batch[1].reference].code in REASONS


def test_a_batch_that_is_left_half_way_does_not_block_the_next(case):
    outcomes = case.road.send(case.batch(60))
    next(outcomes)
    outcomes.close()
    assert len(list(filter(None, case.road.send(case.batch(2))))) == 2


def test_what_was_accepted_has_no_reason_against_it(case):
    assert {outcome.code for outcome in case.road.send(case.batch(2)) if outcome} == {""}


def test_a_road_says_how_much_it_carries(case):
    assert case.road.at_once >= 1
    assert case.road.rate == {"sms": 500, "email": 2500, "voice": 10}[case.road.channel]
    assert case.road.name.partition(":")[0] in PROVIDERS


def test_nonsense_is_no_receipt(case):
    with pytest.raises(BadReceipt):
        case.road.read_receipts(Posted({"wat": "dit"}, b"\x00\xff{}", "application/json"))


@pytest.mark.parametrize("channel", REAL_URLS)
def test_a_network_that_is_down_is_another_try_and_never_a_doubt(channel):
    road = open_road(REAL_URLS[channel].format(password=ENCODED, port=free_port()), channel=channel)
    good = "lid{n}@voorbeeld.example" if channel == "email" else "+32470{n:06d}"
    outcomes = [outcome for outcome in road.send(Case(road, good, "").batch(30)) if outcome]
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("retry", "no_answer")}
    assert 1 <= len({outcome.reference for outcome in outcomes}) == len(outcomes) <= 30
    assert (
        PASSWORD not in f"{outcomes}{road!r}{road.name}" and "s3cr3t" not in f"{outcomes}{road!r}{road.name}"
    )


@pytest.mark.parametrize(
    "url, channel",
    [
        ("", "sms"),
        ("s3cr3t", "sms"),
        ("kannel", "sms"),
        ("telex://u:s3cr3t@host", "sms"),
        ("kannel://u:s3cr3t@host", "email"),
        ("smtp://u:s3cr3t@host?from=a@b.example", "sms"),
        ("smtp://u:s3cr3t@host?from=a@b.example&s3cret_key=s3cr3t", "email"),
        ("smtp://u:s3cr3t@host", "email"),
        ("smtp://u?s3cr3t@host", "email"),
        ("smtp://u:s3cr3t@?from=a@b.example", "email"),
        ("smtp://u:s3cr3t/x@host?from=a@b.example", "email"),
        ("smtp://u:s3cr3t@host:99999?from=a@b.example", "email"),
        ("smtp://u:s3cr3t@[host?from=a@b.example", "email"),
        ("smtp://u:s3cr3t@host?from=a@b.example&starttls=s3cr3t", "email"),
        ("smtp://u:s3cr3t@host?from=s3cr3t", "email"),
        ("kannel://u:s3cr3t@host?rate=fast", "sms"),
        ("kannel://u:s3cr3t@host?rate=0", "sms"),
        ("kannel://u:s3cr3t@host?rate=5/day", "sms"),
        ("kannel://u:s3cr3t@host?timeout=-1", "sms"),
        ("kannel://u:s3cr3t@/", "sms"),
        ("simulator://?turbo=1", "sms"),
    ],
)
def test_a_road_that_cannot_be_is_refused_with_a_sentence_without_secrets(url, channel):
    with pytest.raises(BadRoad) as refused:
        open_road(url, channel=channel)
    assert "s3cr3t" not in str(refused.value) and str(refused.value).endswith(".")
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "text, rate", [("5", 5), ("12.5", 12.5), ("600/min", 10), ("9000/h", 2.5), ("30/s", 30)]
)
def test_a_rate_is_per_second_unless_it_says_otherwise(text, rate):
    assert open_road(f"simulator://?rate={text}", channel="voice").rate == rate


def test_a_plus_in_a_road_is_a_plus():
    assert open_road("kannel://u:p+w@host?from=+32470000000", channel="sms").sender == "+32470000000"


def test_the_sender_of_the_house_serves_a_road_that_names_none():
    assert (
        open_road("smtp://host", channel="email", sender="Zone <a@b.example>").sender == "Zone <a@b.example>"
    )
    assert (
        open_road("smtp://host?from=c@d.example", channel="email", sender="a@b.example").sender
        == "c@d.example"
    )


def test_roads_are_told_apart_by_their_names():
    urls = "smtp://h?from=a@b.c", "smtps://h?from=a@b.c", "smtp://h:25?from=a@b.c"
    names = [open_road(url, channel="email").name for url in urls]
    assert names == ["smtp://h:587", "smtps://h:465", "smtp://h:25"]
    assert open_road("kannel://u:p@h?smsc=a", channel="sms").name == "kannel://h:13013?smsc=a"


def test_words_are_kept_without_people():
    words = "<jan@voorbeeld.example> at +32 470/12.34.56 or 0470123456: error 550 5.1.1 for Jan"
    kept = without_people(words, "Jan")
    assert not re.search(r"jan|Jan|470|34", kept) and "550 5.1.1" in kept
    assert len(without_people("x " * 1000)) <= 160
