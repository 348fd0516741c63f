"""The greeting of the number and the text for the website: each in every language, beside what the sheet says."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import announcements, sheet, two_hands
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


@pages.post("/emergencies/<int:id>/announcements")
@guard.needs("sheet.change")
def write(id: int):
    """Saves both texts at once: of what nobody touched on this page nothing is written."""
    emergency = sheet_page.keep_apart(lookups.emergency_of(id))
    texts = {kind: typed for kind in ANNOUNCEMENTS if _is_touched(kind, typed := _typed(kind))}
    faults, status = {}, 200
    for kind, typed in list(texts.items()):
        try:
            _write(emergency, kind, typed)
            del texts[kind]
        except Incomplete as refusal:
            faults |= refusal.faults
            status = 422
        except WrongMoment as refusal:
            flash(refusal.sentence.said_by(_), "error")
            status = 409
    if texts:
        return _page(emergency, texts, faults), status
    flash(_("Saved."))
    return redirect(url_for(".show", id=id), 303)


def _typed(kind: str) -> dict[str, str]:
    return {lang: request.form.get(f"{kind}-{lang}", "").replace("\r\n", "\n").strip() for lang in LANGUAGES}


def _is_touched(kind: str, typed: dict[str, str]) -> bool:
    """Whether anything differs from what the page showed; the page sends back a mark of that."""
    return any(two_hands.mark(typed, lang) != request.form.get(f"was-{kind}-{lang}") for lang in LANGUAGES)


def _write(emergency: Emergency, kind: str, typed: dict[str, str]) -> None:
    version = request.form.get(f"{kind}-version", 0, type=int)
    announcements.write(emergency, kind, typed, version=version, by=current_user, now=clock.now())


def _page(emergency: Emergency, typed=None, faults=None):
    typed = typed or {}
    faults = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    return render_template(
        "announcements/show.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        texts=[_told(one, typed.get(one.kind)) for one in announcements.of(emergency).values()],
        faults=faults,
        summary=[(name, TITLES[name.partition("-")[0]], said) for name, said in faults.items()],
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
        "marks": {lang: two_hands.mark(stored, lang) for lang in LANGUAGES},
        "words": typed if typed is not None else stored,
        "beside": {
            lang: text for lang, text in stored.items() if typed is not None and typed.get(lang) != text
        },
        "lacking": [_(LANGUAGE_NAMES[lang]) for lang in announcements.languages_lacking(one)],
    }
