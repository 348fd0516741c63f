"""Every error is a page that says what happened, what was kept and what to do; of a part of a page, its sentence alone."""

from flask import Flask, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from dispatch.errors import Missing, NotAllowed, Refusal, WrongMoment
from views import api

ERROR_PAGES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500)
REFUSALS = ((Missing, 404), (NotAllowed, 403), (WrongMoment, 409), (Refusal, 422))


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OverflowError, _beyond_counting)
    app.register_error_handler(Refusal, _refused)


def _http(error: HTTPException):
    if api.is_asked():
        return api.of_http(error)
    if error.response is not None:
        return error.response
    code = error.code if error.code in ERROR_PAGES else 400
    # The key of a form goes with the session: signing in is what helps, so that page says so.
    page = 401 if isinstance(error, CSRFError) and not current_user.is_authenticated else code
    return _page(page, code)


def _beyond_counting(_error: OverflowError):
    """A number in a form or a query that no database can count to."""
    return _page(400)


def _refused(error: Refusal):
    code = next(code for kind, code in REFUSALS if isinstance(error, kind))
    return _page(code, sentence=error.sentence.said_by(_))


def _page(page: int, code: int = 0, sentence: str | None = None):
    if request.htmx:  # no page within a page: static/app.js says what did not succeed
        return (
            sentence or "",
            code or page,
            {"HX-Reswap": "none", "Content-Type": "text/plain; charset=utf-8"},
        )
    return render_template(f"errors/{page}.html", sentence=sentence), code or page
