"""The document of the API (OpenAPI 3.1), made from the operations themselves."""

import re

from flask import Response, current_app, json

from dispatch import tokens
from views.api import problems, told
from views.api.door import IDEMPOTENCY_KEY, OPERATIONS, PREFIX, Operation, operation
from views.api.shapes import Whole

ABOUT = (
    "What programs may do in Belfort: launch templates, read, pause and stop campaigns, take members out and bring them in. An "
    "administrator of an organisation makes a token on the page “API”; it acts as that person, within its scopes, for "
    "practice or for real, and stops when that person loses the right or leaves. Every call is written down."
)
ALWAYS = {
    400: "What was sent is not as this document says; `faults` says where. Nothing was changed.",
    401: "The token is missing, unknown, expired or revoked, or its account may do nothing any more.",
    403: "The token lacks the scope, or its account the right.",
    429: "More calls in a minute than a token may make, or too many wrong tokens; `Retry-After` says how long to wait.",
}
REFERENCE = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
WITH_BODY = {
    413: "The body is too large.",
    415: "The body is not said to be JSON.",
    422: "It is as this document says, and cannot be done; `detail` and `faults` say why. Nothing was changed.",
}


@operation(
    "GET",
    "/openapi.json",
    is_open=True,
    answers={200: ("This document.", ""), 400: ("There is no query.", "Problem")},
)
def read_document():
    """The document that describes all of this."""
    return Response(json.dumps(document()), content_type="application/json")


def document() -> dict:
    paths: dict[str, dict] = {}
    for here in OPERATIONS:
        paths.setdefault(_path(here.rule), {})[here.method.lower()] = _operation(here)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Belfort", "version": "1", "description": ABOUT},
        "servers": [{"url": current_app.config["BELFORT_PUBLIC_URL"]}],
        "paths": paths,
        "components": {
            "schemas": told.SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _path(rule: str) -> str:
    return PREFIX + re.sub(r"<\w+:(\w+)>", r"{\1}", rule)


def _operation(here: Operation) -> dict:
    said = {
        "operationId": here.name,
        "summary": here.about.partition(".")[0],
        "description": f"{here.about} {_scope(here)}".strip(),
        "parameters": _parameters(here),
        "responses": _answers(here),
    }
    if here.is_open:
        said["security"] = []
    if here.body:
        content = {"application/json": {"schema": here.body.schema}}
        said["requestBody"] = {"required": True, "content": content}
    return said


def _scope(here: Operation) -> str:
    return f"Needs the scope `{here.scope}`: {tokens.SCOPE_NAMES[here.scope]}." if here.scope else ""


def _parameters(here: Operation) -> list[dict]:
    number = Whole(1).schema
    ids = re.findall(r"<int:(\w+)>", here.rule)
    found = [{"name": name, "in": "path", "required": True, "schema": number} for name in ids]
    words = re.findall(r"<reference:(\w+)>", here.rule)
    found += [{"name": name, "in": "path", "required": True, "schema": REFERENCE} for name in words]
    asked = here.query.parts.items() if here.query else ()
    found += [{"name": name, "in": "query", "schema": part.schema} for name, part in asked]
    if here.key:
        found.append({"name": IDEMPOTENCY_KEY, "in": "header", "required": True, "schema": here.key.schema})
    return found


def _answers(here: Operation) -> dict:
    found = {str(status): _answer(*answer) for status, answer in here.answers.items()}
    usual = {} if here.is_open else ALWAYS | (WITH_BODY if here.body else {})
    for status, meaning in usual.items():
        found.setdefault(str(status), _answer(meaning, "Problem"))
    return dict(sorted(found.items()))


def _answer(meaning: str, schema: str) -> dict:
    if not schema:
        return {"description": meaning}
    media = problems.MEDIA_TYPE if schema == "Problem" else "application/json"
    return {"description": meaning, "content": {media: {"schema": told.named(schema)}}}
