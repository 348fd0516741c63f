import json
from datetime import timedelta
from fnmatch import fnmatch

import pytest

from dispatch import clock
from dispatch.providers.base import Content, Outgoing, Posted, Receipt
from tests.servers import http_server
from tests.test_contracts import REFERENCE, a_road


def test_a_report_is_read_from_json_and_from_a_query():
    body = json.dumps({"messages": {"msg": {"reference": REFERENCE, "status": {"code": "2"}}}}).encode()
    for posted in (Posted({}, body), Posted({"REFERENCE": REFERENCE, "STATUS": "2"})):
        assert a_road("cm", 1).read_receipts(posted) == [Receipt(REFERENCE, "delivered")]


def answered(status, told, number=3, **about):
    batch = [Outgoing(f"{n:016d}", f"+3247000000{n}", Content("Dag", **about)) for n in range(number)]
    with http_server(status, json.dumps(told)) as (port, asked):
        outcomes = sorted(filter(None, a_road("cm", port).send(batch)))
    return [(outcome.status, outcome.code) for outcome in outcomes], asked


def a_verdict(n, error, status):
    return {"reference": f"{n:016d}", "messageErrorCode": error, "status": status}


@pytest.mark.loopback
def test_a_refusal_that_names_its_messages_is_the_outcome_of_each_and_nothing_is_sent_twice():
    told = [a_verdict(0, 0, "Accepted"), a_verdict(1, 402, "Rejected")]
    outcomes, asked = answered(400, {"errorCode": 201, "messages": told})
    assert outcomes == [("accepted", ""), ("failed", "number_refused"), ("unsure", "unreadable_answer")]
    assert len(asked) == 1


@pytest.mark.loopback
@pytest.mark.parametrize(
    "code, outcome, requests",
    [
        (101, ("retry", "not_authorised"), 1),
        (102, ("retry", "not_authorised"), 1),
        (201, ("unsure", "unreadable_answer"), 1),
        (None, ("unsure", "unreadable_answer"), 1),
        (202, ("failed", "refused"), 5),
    ],
)
def test_a_refusal_that_names_nobody_is_asked_again_only_when_nothing_of_it_was_sent(code, outcome, requests):
    outcomes, asked = answered(400, {"errorCode": code})
    assert outcomes == [outcome] * 3 and len(asked) == requests


@pytest.mark.loopback
@pytest.mark.parametrize(
    "error, status, outcome",
    [
        (301, "Rejected", ("failed", "sender_refused")),
        (777, "Rejected", ("failed", "refused")),
        (500, "", ("unsure", "unreadable_answer")),
        (999, "", ("unsure", "unreadable_answer")),
    ],
)
def test_an_error_that_is_not_known_is_a_doubt_unless_it_is_called_a_rejection(error, status, outcome):
    assert answered(200, {"messages": [a_verdict(0, error, status)]}, 1)[0] == [outcome]


@pytest.mark.loopback
@pytest.mark.parametrize("minutes, told", [(90, "8?m"), (10_000, "2880m")])
def test_cm_is_told_how_long_a_message_is_of_use(minutes, told):
    _, asked = answered(200, {}, 1, expires_at=clock.now() + timedelta(minutes=minutes, seconds=-5))
    assert fnmatch(json.loads(asked[0].body)["messages"]["msg"][0]["validity"], told)
