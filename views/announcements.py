"""The greeting of the number and the text for the website: each in every language, beside what the sheet says."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import announcements, sheet
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGE_NAMES, LANGUAGES
from models import ANNOUNCEMENTS, Announcement, Emergency
from views import guard, lookups, sheet_page
from views.wording import capital

pages = Blueprint("announcements", __name__)
TITLES = {"greeting": _l("The greeting of the number"), "website": _l("The text for the website")}
HINTS = {
    "greeting": _l("What callers hear before an operator answers: twenty seconds are about 300 characters."),
    "website": _l("To be copied to the website of the town. It says what the sheet says."),
}


@pages.get("/emergencies/<int:id>/announcements")
@guard.needs("activation.see")
def show(id: int):
    return _page(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/announcements/<any({}):kind>".format(", ".join(ANNOUNCEMENTS)))
@guard.needs("sheet.change")
def write(id: int, kind: str):
    emergency, form = sheet_page.keep_apart(lookups.emergency_of(id)), request.form
    typed = {lang: form.get(f"{kind}-{lang}", "") for lang in LANGUAGES}
    try:
        announcements.write(
            emergency,
            kind,
            typed,
            version=form.get("version", 0, type=int),
            by=current_user,
            now=clock.now(),
        )
    except Incomplete as refusal:
        return _page(emergency, kind, typed, refusal.faults), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "error")
        return _page(emergency, kind, typed), 409
    flash(_("Saved."))
    return redirect(url_for(".show", id=id, _anchor=kind), 303)


def _page(emergency: Emergency, kind: str = "", typed=None, faults=None):
    faults = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    texts = [_told(one, typed if one.kind == kind else None) for one in announcements.of(emergency).values()]
    return render_template(
        "announcements/show.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        texts=texts,
        faults=faults,
        languages=[(lang, capital(_(LANGUAGE_NAMES[lang]))) for lang in LANGUAGES],
        may_change=sheet.may_change(current_user, emergency, clock.now()) and not emergency.ended_at,
        now=clock.now(),
    )


def _told(one: Announcement, typed: dict[str, str] | None) -> dict:
    """One text for the page; what was typed and not saved stands in its field, what is stored beside it."""
    stored = one.words
    return {
        "kind": one.kind,
        "title": TITLES[one.kind],
        "hint": HINTS[one.kind],
        "version": one.version,
        "changed_at": one.changed_at if one.version else None,
        "stored": stored,
        "words": typed if typed is not None else stored,
        "beside": {
            lang: text for lang, text in stored.items() if typed is not None and typed.get(lang) != text
        },
        "lacking": [_(LANGUAGE_NAMES[lang]) for lang in announcements.languages_lacking(one)],
    }
