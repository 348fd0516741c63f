"""Errors as programs read them: RFC 9457, with the sentences of the pages."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from dispatch.errors import Missing, NotAllowed, Refusal, WrongMoment
from dispatch.tokens import TooMany
from dispatch.words import N_, Sentence
from views.api.shapes import Unfit

MEDIA_TYPE = "application/problem+json"
SENTENCES = {
    400: N_("We could not read this request"),
    401: N_("Show a token that is valid: Authorization: Bearer …"),
    403: N_("You have no right to do this"),
    404: N_("Nothing is here, or it belongs to another organisation."),
    405: N_("This address does not take what was sent"),
    413: N_("This is too large to be read at once."),
    415: N_("Send JSON: Content-Type: application/json"),
    422: N_("This could not be done"),
    500: N_("Something broke on our side"),
}
CODES = ((TooMany, 429), (Missing, 404), (NotAllowed, 403), (WrongMoment, 409), (Refusal, 422))


def problem(
    status: int,
    detail: str = "",
    faults: Mapping[str, Sentence] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`faults` says of each place in what was sent what is wrong there."""
    said = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _(SENTENCES[status]),
    }
    if faults:
        said["faults"] = {place: sentence.said_by(_) for place, sentence in faults.items()}
    return Response(json.dumps(said, ensure_ascii=False), status, headers, content_type=MEDIA_TYPE)


def of_refusal(error: Refusal) -> Response:
    status = next(status for kind, status in CODES if isinstance(error, kind))
    faults = getattr(error, "faults", None) or ({error.field: error.sentence} if error.field else None)
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else None
    return problem(status, error.sentence.said_by(_), faults, headers)


def of_shape(error: Unfit) -> Response:
    """What is not as the document says it is a bad request; what is, and cannot be done, is a refusal (422)."""
    return problem(400, faults=error.faults)


def of_http(error: HTTPException) -> Response:
    """Keeps the headers that belong to the status: Allow, WWW-Authenticate."""
    if error.response is not None:
        return error.response
    status = error.code if error.code in SENTENCES else 400
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "WWW-Authenticate")}
    return problem(status, headers=kept)


def beyond_counting(_error: OverflowError) -> Response:
    """A number that no database can count to."""
    return problem(400)
