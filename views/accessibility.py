"""The accessibility statement, as the law asks of who serves the public: what was looked at, what is not met, where to complain."""

from datetime import date

from flask import Blueprint, render_template

from views import guard

pages = Blueprint("accessibility", __name__)
LOOKED_AT_ON = date(2026, 11, 28)  # the day on which the statement was last held against the pages


@pages.get("/accessibility")
@guard.open_because("who cannot use a page must be able to read whom to tell, signed in or not")
def show():
    return render_template("accessibility/show.html", on=LOOKED_AT_ON)
