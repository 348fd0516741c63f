"""The document of the API is true: it names every route, and nothing that is sent or answered is outside it."""

import os
import re
import threading
from collections import Counter
from datetime import datetime
from typing import NamedTuple

import pytest
import schemathesis
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from dispatch import clock, tokens
from dispatch.access.limits import Limit
from dispatch.server import Server
from models import Bin, Campaign, Emergency, Member, Message, Template
from tests import cast, town
from views.api.door import OPERATIONS, PREFIX
from views.api.shapes import MOST_COUNTED

EXAMPLES = int(os.environ.get("BELFORT_API_EXAMPLES", "10"))  # of each operation; 25 take a minute
CEILING = 10**6  # of calls in a minute: here it is the program that is looked at, not its patience


@pytest.fixture
def document(app) -> dict:
    return app.test_client().get(f"{PREFIX}/openapi.json").json


def test_the_document_is_openapi(document):
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_names_every_route_of_the_api_and_no_other(app, document):
    routes = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert told == routes and len(told) == len(OPERATIONS)


def test_only_the_document_itself_is_open(document):
    open_ones = [
        path
        for path, methods in document["paths"].items()
        for said in methods.values()
        if said.get("security") == []
    ]
    assert open_ones == [f"{PREFIX}/openapi.json"]


def test_every_schema_is_used(document):
    from flask import json

    text = json.dumps(document)
    assert [name for name in document["components"]["schemas"] if f'schemas/{name}"' not in text] == []


@pytest.fixture
def world(app, monkeypatch):
    """A zone to ask about, larger than one page, and a token for all of it."""
    monkeypatch.setattr(tokens, "MOST_A_MINUTE", CEILING)
    app.extensions["limits"]["tokens"] = Limit(CEILING, 60)
    zone = town.zone("Zavel", 1)
    town.fill(zone)
    for number in range(9):
        cast.member(zone.bins["A"], f"Lid{number}", mobile=f"+3247000010{number}")
    people, _activations = town.contact_centre()
    Emergency.update(began_at=datetime(2000, 1, 1)).execute()
    return Tokens(town.token(zone, now=clock.now())[1], town.centre_token(people, now=clock.now())[1])


class Tokens(NamedTuple):
    """A zone's for its own things, a centre's for what its telephone exchange counted."""

    zone: str
    centre: str

    def of(self, path: str) -> str:
        return self.centre if path.startswith(f"{PREFIX}/emergencies") else self.zone


THINGS = {
    "templates": Template,
    "campaigns": Campaign,
    "bins": Bin,
    "members": Member,
    "emergencies": Emergency,
}


def leads_somewhere(context, path_parameters):
    """Of the numbers that the document allows, two out of three become those of something that exists."""
    room = context.operation.path.removeprefix(f"{PREFIX}/").partition("/")[0]
    rows = {"id": THINGS.get(room, Bin), "member": Member}
    for name, value in (path_parameters or {}).items():
        if isinstance(value, int) and 1 <= value <= MOST_COUNTED and value % 3:
            ids = [id for (id,) in rows[name].select(rows[name].id).tuples()]
            path_parameters[name] = ids[value % len(ids)] if ids else value
        elif name == "reference" and re.fullmatch("[0-9a-f]{16}", value) and int(value, 16) % 3:
            path_parameters[name] = Message.get(Message.campaign.is_null(False)).reference
    return path_parameters


# What is as the document says may still be impossible, as a number that nobody has; but never a bad request.
AS_SAID = ["2xx", "403", "404", "409", "422"]


@pytest.fixture
def served(app, world):
    """The address of the application behind its own server."""
    server = Server(app, host="127.0.0.1", port=0, most_bytes=10_000_000)
    threading.Thread(target=server.waitress.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.waitress.effective_port}"
    server.waitress.close()


@pytest.fixture
def asked(served, world):
    """The document as schemathesis reads it, with this token and the same chances each time."""
    schema = schemathesis.openapi.from_url(f"{served}{PREFIX}/openapi.json")
    schema.config.update(base_url=served)
    schema.config.seed = 1
    schema.config.generation.update(max_examples=EXAMPLES, database="none", with_security_parameters=False)
    schema.config.checks.positive_data_acceptance.expected_statuses = AS_SAID
    schema.hook("map_path_parameters")(leads_somewhere)

    @schema.auth(refresh_interval=None)
    class Bearer:
        def get(self, case, _context):
            return world.of(case.path)

        def set(self, case, token, _context):
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    return schema


@pytest.mark.loopback
def test_schemathesis_finds_nothing(asked):
    """Boundaries, methods that are not there, chance, and deeds in a row: the document tells every answer."""
    found, answers = [], {}
    for event in from_schema(asked).execute():
        if isinstance(event, ScenarioFinished):
            found += [told(event, check) for check in checks_of(event) if check.failure_info]
            for one in event.recorder.interactions.values():
                answers.setdefault(event.label, Counter())[one.response and one.response.status_code] += 1
        elif isinstance(event, NonFatalError | FatalError):
            found.append(str(getattr(event, "value", event)))
    assert found == []
    for here in (one for one in OPERATIONS if not one.is_open):  # it got that far, in each of them
        label = f"{here.method} {PREFIX}" + re.sub(r"<\w+:(\w+)>", r"{\1}", here.rule)
        assert {status for status in here.answers if status < 300} & set(answers[label]), label


def checks_of(event) -> list:
    return [check for checks in event.recorder.checks.values() for check in checks]


def told(event, check) -> str:
    failure = check.failure_info.failure
    return f"{event.label}: {check.name}: {failure.title}: {failure.message}"
