import time

import pytest

from dispatch.providers import open_road
from dispatch.providers.base import Content, Outgoing
from dispatch.providers.smtp import SmtpTalk
from tests.servers import conversation, free_port, post_office

pytestmark = pytest.mark.loopback
DAG = Content("Dag")


def letters(most):
    return (Outgoing(f"{n:016d}", f"lid{n}@voorbeeld.example", DAG) for n in range(most))


def a_road(port, **options):
    query = "&".join(f"{key}={value}" for key, value in options.items())
    return open_road(f"smtp://127.0.0.1:{port}?from=a@b.example&{query}", channel="email")


def test_after_two_lost_lines_the_rest_stays_where_it_is():
    feed = letters(50)
    with conversation("250-x\r\n250 PIPELINING\r\n", greeting="220 dag\r\n") as port:
        outcomes = [outcome for outcome in a_road(port, connections=1).send(feed) if outcome]
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("retry", "connection_lost")}
    assert len(outcomes) + len(list(feed)) == 50 and len(outcomes) <= 4


def test_an_empty_feed_and_a_quiet_one_end_at_once():
    with post_office("PIPELINING") as office:
        road = a_road(office.port)
        assert [outcome for outcome in road.send([]) if outcome] == []
        assert [outcome for outcome in road.send([None, *letters(1)]) if outcome] == []


def test_a_caller_is_given_breath_while_a_server_is_silent():
    with conversation(silent_seconds=60) as port:
        began = time.monotonic()
        found = list(a_road(port, timeout=0.5).send(letters(1)))
    assert found.count(None) >= 4 and found[-1].status == "retry" and time.monotonic() - began < 30


def test_an_unreadable_answer_leaves_the_chunks_behind_it_unsure():
    talk = SmtpTalk(a_road(free_port()), {"pipelining", "chunking"}.__contains__)
    written = sum(len(talk.say(outgoing)) for outgoing in letters(3))
    outcomes, _ = talk.hear(b"250 ok\r\n" * 3 + b"250 queued as A1234\r\n" + b"wablief?\r\n")
    outcomes += talk.lost("connection_lost", written)
    assert [outcome.status for outcome in outcomes] == ["accepted", "unsure", "unsure"] and talk.is_spoiled


def test_after_421_no_chunk_behind_it_was_taken():
    talk = SmtpTalk(a_road(free_port()), {"pipelining", "chunking"}.__contains__)
    written = sum(len(talk.say(outgoing)) for outgoing in letters(3))
    outcomes, _ = talk.hear(b"250 ok\r\n" * 3 + b"250 queued as A1234\r\n" + b"421 4.3.2 going\r\n")
    outcomes += talk.lost("connection_lost", written)
    assert [outcome.status for outcome in outcomes] == ["accepted", "retry", "retry"]
