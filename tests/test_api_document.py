"""The document of the API is true: it names every route, and nothing that is sent or answered is outside it."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings as how
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode

from dispatch import clock, tokens
from models import Bin, Campaign, Member, Template
from tests import cast, town
from views.api.door import OPERATIONS, PREFIX

EXAMPLES = 25
CEILING = 10**6  # of calls in a minute: here it is the program that is looked at, not its patience


@pytest.fixture
def document(app) -> dict:
    return app.test_client().get(f"{PREFIX}/openapi.json").json


def test_the_document_is_openapi(document):
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_names_every_route_of_the_api_and_no_other(app, document):
    routes = {
        (rule.rule.replace("<int:", "{").replace(">", "}"), method)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {(path, method.upper()) for path, methods in document["paths"].items() for method in methods}
    assert told == routes and len(told) == len(OPERATIONS)


def test_only_the_document_itself_is_open(document):
    open_ones = [
        path for path, methods in document["paths"].items() for said in methods.values() if said.get("security") == []
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
    zone = town.zone("Zavel", 1)
    town.fill(zone)
    for number in range(9):
        cast.member(zone.bins["A"], f"Lid{number}", mobile=f"+3247000010{number}")
    return town.token(zone, now=clock.now())[1]


THINGS = {"templates": Template, "campaigns": Campaign, "bins": Bin, "members": Member}


def leads_somewhere(context, path_parameters):
    """Numbers that exist, two times out of three: of others the answer is always that there is nothing."""
    if not isinstance(path_parameters, dict):
        return path_parameters
    room = context.operation.path.removeprefix(f"{PREFIX}/").partition("/")[0]
    rows = {"id": THINGS.get(room, Bin), "member": Member}
    found = {}
    for name, value in path_parameters.items():
        ids = [id for (id,) in rows[name].select(rows[name].id).tuples()] if isinstance(value, int) else []
        found[name] = ids[value % len(ids)] if ids and value % 3 else value
    return found


@pytest.mark.timeout(180)
@pytest.mark.parametrize("here", OPERATIONS, ids=lambda here: here.name)
def test_schemathesis_finds_nothing(app, world, here):
    schema = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app)
    schema.hook("map_path_parameters")(leads_somewhere)
    operation = schema.find_operation_by_id(here.name)
    headers = {} if here.is_open else {"Authorization": f"Bearer {world}"}
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        look(operation, mode, headers)


def look(operation, mode, headers: dict) -> None:
    @how(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @operation_given(operation, mode)
    def ask(case):
        case.call_and_validate(headers=headers)

    ask()


def operation_given(operation, mode):
    from hypothesis import given

    return given(case=operation.as_strategy(generation_mode=mode))


