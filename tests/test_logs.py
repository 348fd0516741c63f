"""The log: a line for each event, from the request that launched to the message that failed, and no person in it."""

import io
import json
import logging

import pytest

from dispatch import audit, logs
from dispatch.centre import activation as centre
from dispatch.operation import packs, selftest, troubles
from dispatch.operation.backups import NOWHERE
from dispatch.people import imports
from models import Activation, Campaign, Message, User, writing
from tests import cast, town
from tests.cast import NOON

SAID = "Sluit ramen en deuren in de Wilgenlaan."


@pytest.fixture(params=["text", "json"])
def written(request):
    """What the log says, in either form, down to its smallest line."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Json() if request.param == "json" else logs.Text())
    level, handlers = root.level, root.handlers[:]
    root.handlers, root.level = [handler], logging.DEBUG
    noisy = [logging.getLogger(name) for name in ("peewee", "faker", "apscheduler")]
    for one in noisy:
        one.setLevel(logging.INFO)
    yield lambda: stream.getvalue()
    root.handlers, root.level = handlers, level


@pytest.fixture
def in_json(written, request):
    if request.node.callspec.params["written"] != "json":
        pytest.skip("read as objects only")
    return lambda: [json.loads(line) for line in written().splitlines()]


def launched(signed_in, zavel) -> Campaign:
    """A message that fails for one member and arrives for another, launched at the page."""
    cast.member(
        zavel.bins["A"], "Geheimpje", "Rosalinde", mobile="+32470000501", email="rosalinde@geheim.example"
    )
    sender = zavel.people["sender"]
    draft = town.campaign(sender, zavel.bins["A"], "draft")
    Campaign.update(texts={"sms": {"nl": {"body": SAID}}}).where(Campaign.id == draft.id).execute()
    signed_in(sender).post(f"/campaigns/{draft.id}/launch", version=str(draft.version), terms="1")
    return Campaign.get_by_id(draft.id)


def test_from_the_request_that_launched_to_the_message_that_failed_there_is_one_way(app, signed_in, in_json):
    campaign = launched(signed_in, town.zone("Zavel", 1))
    app.extensions["jobs"].pump.tick()
    lines = in_json()
    [launch] = [one for one in lines if one["event"] == "campaign.launched"]
    assert launch["subject"] == f"campaign:{campaign.id}" and len(launch["request"]) == 12
    [failed] = [one for one in lines if one["event"] == "message.failed"]
    bad = Message.get(Message.status == "failed")
    assert failed["reference"] == bad.reference and failed["campaign"] == campaign.id
    assert failed["code"] == "no_such_number" and failed["level"] == "info" and "request" not in failed
    told = [one for one in lines if one["event"] == "road.answered"]  # in one batch, or in two
    assert {one["road"] for one in told} == {"simulator:sms"}
    assert [sum(one.get(status, 0) for one in told) for status in ("accepted", "failed")] == [1, 1]
    assert {one["event"] for one in lines if one["level"] == "debug"} >= {"message.accepted"}


def test_what_was_only_tried_is_not_told(app, in_json):
    with pytest.raises(ZeroDivisionError), writing():
        audit.record("bin.created", by=None, now=NOON)
        raise ZeroDivisionError
    with writing():
        audit.record("bin.exported", by=None, now=NOON)
        with pytest.raises(ZeroDivisionError), writing():
            audit.record("bin.created", by=None, now=NOON)
            raise ZeroDivisionError
        assert in_json() == []  # not before it is committed
    assert [one["event"] for one in in_json()] == ["bin.exported"]


def test_an_answer_carries_the_id_of_its_request(app, client):
    first, second = (client.get("/signin").response.headers["X-Request-Id"] for _ in range(2))
    assert len(first) == 12 and first != second and logs.request.get() == ""


def test_no_line_of_the_main_deeds_holds_a_person(app, signed_in, client, written):
    zavel = town.zone("Zavel", 1)
    admin, pump = zavel.people["organisation_admin"], app.extensions["jobs"].pump
    launched(signed_in, zavel)
    people, activations = town.contact_centre(town.FORM | {"liaison_email": "aicha@geheim.example"})
    [asked] = activations["requested"]
    town.told(people, asked)
    centre.acknowledge(Activation.get_by_id(asked.id), by=people["centre_supervisor"], now=NOON)
    record = imports.upload(
        zavel.bins["B"], town.LIST.encode(), "leden van Rosalinde.csv", by=admin, now=NOON
    )
    imports.commit(record, by=admin, now=NOON)
    client.post("/signin", email=admin.email, password="a wrong password")
    keeper = cast.user("platform_admin", cast.organisation("Platform", "platform"))
    for road in pump.roads.real():
        pump.roads.rest(road, NOON)
    troubles.look(
        [one._replace(since=NOON) for one in troubles.findings(pump.roads, NOWHERE, troubles.Signs(), NOON)],
        NOON.replace(hour=12),
    )
    Campaign.update(status="done").execute()
    selftest.begin(pump.roads, to=keeper, by=keeper, now=NOON)
    packs.take(NOWHERE, packs.NOBODY, by=admin, now=NOON)
    fails = "a person: Rosalinde Geheimpje, +32470000501"

    def breaks(**_):
        raise RuntimeError(fails)

    breaks.guarded_by = "signed in"
    app.view_functions["home.index"] = breaks
    app.testing = False
    signed_in(admin).browser.get("/")
    for _ in range(3):
        pump.tick()
    told = written()
    assert (
        told.count("\n") > 30
        and "trouble.told" in told
        and "selftest.begun" in told
        and "RuntimeError" in told
    )
    secret = {
        "Geheimpje",
        "Rosalinde",
        "470000501",
        "geheim.example",
        "Wilgenlaan",
        "Gaslek",
        "Benali",
        "470003012",
    }
    secret |= {user.email for user in User.select()} | {user.name for user in User.select()}
    secret |= {message.address for message in Message.select()} | {
        "Verlinden",
        "470112233",
        "0470 11 22 33",
        "Rosa ",
    }
    assert not [word for word in secret if word in told]
