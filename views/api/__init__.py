"""The API: what programs ask, as an account and within the scopes of a token. One door, no session, no form's key."""

from flask.sessions import SecureCookieSessionInterface

from views.api import campaigns, document, emergencies, members
from views.api.door import bearer, is_asked, pages
from views.api.problems import of_http

__all__ = [
    "Sessions",
    "bearer",
    "campaigns",
    "document",
    "emergencies",
    "is_asked",
    "members",
    "of_http",
    "pages",
]


class Sessions(SecureCookieSessionInterface):
    """Sessions for people only: a cookie opens nothing in the API, and is never set there."""

    def open_session(self, app, request):
        return (
            self.null_session_class()
            if request.path.startswith("/api/")
            else super().open_session(app, request)
        )
