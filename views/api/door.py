"""The door of the API: who knocks, what they may, and what they ask. Each operation is declared once, with its document."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

from flask import Blueprint, abort, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import BadRequest, HTTPException, Unauthorized, UnsupportedMediaType

from dispatch import clock, tokens
from dispatch.errors import Refusal
from models import Token, User
from views.api import problems
from views.api.shapes import Record, Text, Unfit

PREFIX = "/api/v1"
MOST_BYTES = 8_000_000
BEARER = WWWAuthenticate("bearer", {"realm": "Belfort"})
IDEMPOTENCY_KEY = "Idempotency-Key"

pages = Blueprint("api", __name__)


@dataclass(frozen=True)
class Operation:
    """One thing that a program can ask, as the document tells it. `answers` is {status: (what it means, schema's name)}."""

    name: str
    method: str
    rule: str
    about: str
    answers: Mapping[int, tuple[str, str]]
    scope: str = ""
    query: Record | None = None
    body: Record | None = None
    key: Text | None = None
    is_open: bool = False


OPERATIONS: list[Operation] = []


def operation(method: str, rule: str, *, answers: Mapping[int, tuple[str, str]], **told) -> Callable:
    """The view answers this address to a token that has the scope, with what was asked: query=, order=, key=."""

    def decorate(view: Callable) -> Callable:
        about = " ".join((view.__doc__ or "").split())
        here = Operation(view.__name__, method, rule, about, answers, **told)

        @wraps(view)
        def guarded(**ids):
            if not here.is_open:
                _admit(here, ids)
            return view(**ids, **_asked(here))

        guarded.guarded_by = "open: the document holds nothing of anybody" if here.is_open else "a token"
        pages.add_url_rule(
            PREFIX + rule, view.__name__, guarded, methods=[method], provide_automatic_options=False
        )
        OPERATIONS.append(here)
        return guarded

    return decorate


def token() -> Token:
    """The token of this call."""
    return g.token


def bearer() -> User | None:
    """The account that the token of this call acts as; nobody outside the API."""
    return g.token.by if "token" in g else None


def _admit(here: Operation, ids: Mapping[str, int | str]) -> None:
    shown = request.authorization
    is_bearer = shown is not None and shown.type == "bearer" and shown.token
    found = tokens.find(shown.token, clock.now()) if is_bearer else None
    if not found:
        _slow_down_whoever_guesses()
        raise Unauthorized(www_authenticate=BEARER)
    tokens.admit(found, here.name, now=clock.now(), **ids)
    g.token = found
    if here.scope and not tokens.may(found, here.scope):
        abort(403)


def _slow_down_whoever_guesses() -> None:
    """A right token is never slowed by the wrong ones of the same address."""
    if not current_app.extensions["limits"]["tokens"].spend(request.remote_addr or "", clock.now()):
        raise tokens.TooManyWrong


def _asked(here: Operation) -> dict:
    asked = {}
    query = here.query or Record({})
    read = query.of_query(request.args)
    if here.query:
        asked["query"] = read
    if here.key:
        asked["key"] = here.key.read(request.headers.get(IDEMPOTENCY_KEY), IDEMPOTENCY_KEY)
    if here.body:
        asked["order"] = here.body.read(_json())
    return asked


def _json():
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    request.max_content_length = MOST_BYTES
    try:
        return json.loads(request.get_data(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadRequest from None


def _refuse(_constant: str):
    """NaN and Infinity are no JSON (RFC 8259, 6)."""
    raise ValueError


pages.register_error_handler(Refusal, problems.of_refusal)
pages.register_error_handler(Unfit, problems.of_shape)
pages.register_error_handler(HTTPException, problems.of_http)
pages.register_error_handler(OverflowError, problems.beyond_counting)


def is_asked() -> bool:
    """Whether this request is for the API, were it for an address that does not exist."""
    return request.path.startswith("/api/")
