"""The language of the pages: chosen at the foot of any of them, which then comes back in it."""

from flask import Blueprint, redirect, request, session
from flask_login import current_user

from dispatch import accounts, clock
from dispatch.words import LANGUAGES
from views import guard

pages = Blueprint("language", __name__)


@pages.post("/language")
@guard.open_because("whoever reads a page chooses its language, signed in or not")
def choose():
    lang = request.form.get("lang", "")
    if lang in LANGUAGES:
        session["language"] = lang  # of this browser: a page with one reader, who has no account, goes by it
        if current_user.is_authenticated:
            accounts.speak(current_user, lang, now=clock.now())
    return redirect(guard.way_on(request.form.get("next", "")), 303)
