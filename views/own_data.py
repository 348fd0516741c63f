"""What one member sees by a personal link, without an account: their own data, and three answers."""

from functools import wraps

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from dispatch import clock
from dispatch.audit import asked_from
from dispatch.errors import Incomplete
from dispatch.people import checks, processing
from dispatch.people.members import FIELD_NAMES
from dispatch.words import LANGUAGE_NAMES
from models import LANGUAGES, MEMBER_FIELDS, DataCheck
from views import cards, guard, members

pages = Blueprint("own_data", __name__)
WHY_OPEN = "whoever holds the link that was sent to one member sees that member only"
NOBODY_HERE = {
    "menu": [],
    "who": None,
    "practice": False,
    "practises": False,
    "live_strip": None,
}  # not the house of who signed in


def by_link(view):
    """Finds the link, or says the same of every link that does not work: never that it once did, or whose it is."""

    @guard.open_because(WHY_OPEN)
    @wraps(view)
    def opened(token: str, **rest):
        asked_from("")  # who answers is no account: where they sit is nobody's business
        check = checks.found(token, secret=current_app.config["SECRET_KEY"], now=clock.now())
        # Thousands of telephones share an address of their operator: who has a link is counted by the link.
        guard.slow_down("check", f"link {check.id}" if check else "")
        g.reader_language = check.member.language if check else _spoken()
        answer = make_response(view(check, token, **rest) if check else _nowhere())
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        return answer

    return opened


def _spoken() -> str:
    return request.accept_languages.best_match(LANGUAGES) or "nl"


def _nowhere():
    return render_template("own_data/nowhere.html", **NOBODY_HERE), 404


@pages.get("/my/<token>")
@by_link
def show(check: DataCheck, token: str):
    return _page(check, token)


@pages.post("/my/<token>")
@by_link
def answer(check: DataCheck, token: str):
    """Confirms, proposes, asks to go or takes an answer back, as the pressed button says."""
    deed, now = request.form.get("deed", ""), clock.now()
    try:
        if deed == "confirm":
            checks.confirm(check, now=now)
        elif deed == "propose":
            checks.propose(check, request.form, now=now)
        elif deed == "remove":
            checks.ask_removal(check, now=now)
        elif deed == "again":
            checks.take_back(check, now=now)
    except Incomplete as refusal:
        return _page(check, token, refusal), 422
    return redirect(url_for("own_data.show", token=token), 303)


@pages.get("/my/<token>/remove")
@by_link
def confirm_removal(check: DataCheck, token: str):
    return _page(check, token, template="own_data/remove.html")


@pages.get("/my/<token>/card.vcf")
@by_link
def card(check: DataCheck, token: str):
    return cards.file(check.bin.organisation)


def _page(
    check: DataCheck, token: str, refusal: Incomplete | None = None, template="own_data/show.html"
) -> str:
    member, said = check.member, processing.of(check.bin)
    faults = {name: sentence.said_by(_) for name, sentence in refusal.faults.items()} if refusal else {}
    worded = {name: members.worded(name, getattr(member, name)) for name in MEMBER_FIELDS}
    typed = request.form if refusal else worded | {"language": member.language}
    return render_template(
        "own_data/answered.html" if check.is_answered else template,
        check=check,
        token=token,
        member=member,
        bin=check.bin,
        organisation=check.bin.organisation,
        shown=[(_(FIELD_NAMES[name]), value or "-") for name, value in worded.items()],
        typed=typed,
        is_open=bool(refusal),
        sentence=refusal.sentence.said_by(_) if refusal and not faults else None,
        faults=faults,
        summary=[(name, _(FIELD_NAMES[name]), sentence) for name, sentence in faults.items()],
        languages=[(code, _(name)) for code, name in LANGUAGE_NAMES.items()],
        controller=said.controller,
        contact=said.contact or check.bin.organisation.email,
        **NOBODY_HERE,
    )
