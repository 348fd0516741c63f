"""Annex 1 on the screen: who may activate, changed as one list; its notice, and the yearly "still right"."""

from collections import defaultdict

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import agreements, annexes, notices, persons
from dispatch.centre.annexes import Person
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people.numbers import national
from models import Agreement, Annex, Notice
from views import guard
from views.agreements import day_typed

pages = Blueprint("annex_1", __name__)
EMPTY_ROWS, MOST_ROWS = 2, 40
LABELS = {
    "name": _l("Name"),
    "function": _l("Function"),
    "ways": _l("Call back on"),
    "user": _l("Account"),
    "mayor": _l("Mayor"),
    "from_on": _l("In force from"),
}


@pages.get("/preparation/persons")
@guard.needs("promise.see")
def show():
    agreement = _agreement()
    return _page(agreement, *_stored(agreement)) if agreement else render_template("annex_1/none.html")


@pages.post("/preparation/persons")
@guard.needs("preparation.change")
def rewrite():
    agreement, now = _agreement() or abort(404), clock.now()
    listed, version = _typed(), request.form.get("version", 0, type=int)
    try:
        whole = [person for person in listed if _is_filled(person)]
        notice = persons.rewrite(
            agreement, whole, day_typed("from_on"), version=version, by=current_user, now=now
        )
    except Incomplete as refusal:
        faults = {name: sentence.said_by(_) for name, sentence in refusal.faults.items()}
        return _page(agreement, whole, version, faults), 422
    except WrongMoment as refusal:
        newest = annexes.latest_version(agreement, persons.NUMBER)
        return _page(agreement, whole, newest, sentence=refusal.sentence.said_by(_)), 409
    except Refusal as refusal:
        said = refusal.sentence.said_by(_)
        faults = {"from_on": said} if refusal.field else {}
        return _page(agreement, whole, version, faults, sentence="" if faults else said), 422
    current_app.extensions["jobs"].wake()
    flash(_told(notice), "done")
    return redirect(url_for("annex_1.show"), 303)


def _told(notice) -> str:
    centre = notice.agreement.centre.name
    if notice.letter_id:
        return _(
            "Written down. %(centre)s gets the notice by mail; it stands in red until they acknowledge it.",
            centre=centre,
        )
    return _(
        "Written down. %(centre)s has no mail address here: it sees the notice on its own page.",
        centre=centre,
    )


@pages.post("/preparation/persons/confirm")
@guard.needs("preparation.change")
def confirm():
    persons.confirm(_agreement() or abort(404), by=current_user, now=clock.now())
    flash(_("Noted: annex 1 is right as it stands."), "done")
    return redirect(url_for("annex_1.show"), 303)


def _agreement() -> Agreement | None:
    """The agreement whose annex 1 is kept: the one that runs, or the next to run."""
    if current_user.organisation.kind != "municipality":
        abort(404)
    today = clock.local(clock.now()).date()
    found = agreements.valid_on(current_user.organisation, today)
    return found or next((one for one in agreements.seen_by(current_user) if one.last_day >= today), None)


def _stored(agreement: Agreement) -> tuple[list[Person], int]:
    newest = annexes.versions(agreement).where(Annex.number == persons.NUMBER).first()
    return annexes.persons_in(newest), newest.version if newest else 0


def _typed() -> list[Person]:
    form, rows = request.form, min(request.form.get("rows", 0, type=int), MOST_ROWS)
    return [
        Person(
            name=form.get(f"name-{row}", ""),
            function=form.get(f"function-{row}", ""),
            is_mayor=f"mayor-{row}" in form,
            ways=tuple(form.get(f"ways-{row}", "").splitlines()),
            user=form.get(f"user-{row}", type=int),
        )
        for row in range(rows)
    ]


def _is_filled(person: Person) -> bool:
    return bool(person.name.strip() or person.function.strip() or "".join(person.ways).strip())


def _page(
    agreement: Agreement,
    listed: list[Person],
    version: int,
    faults: dict[str, str] | None = None,
    sentence: str = "",
) -> str:
    faults, now = faults or {}, clock.now()
    today = clock.local(now).date()
    last = notices.of(agreement).where(Notice.kind == "annex_1").first()
    return render_template(
        "annex_1/show.html",
        agreement=agreement,
        rows=[*listed, *[Person("")] * EMPTY_ROWS],
        shown=[_row(one) for one in annexes.authorised_persons(agreement, today)],
        in_force=annexes.in_force(agreement, today).get(persons.NUMBER),
        national=_as_typed,
        accounts=[("", _("No account")), *((user.id, user.name) for user in persons.accounts_of(agreement))],
        version=version,
        last=last,
        confirmed_on=persons.confirmed_on(agreement),
        is_due=persons.is_due(agreement, today),
        may_change=rights.may(current_user, "preparation.change"),
        from_on=request.form.get("from_on", today),
        sentence=sentence,
        faults=defaultdict(lambda: None, faults),
        summary=[(field, _label(field), said) for field, said in faults.items()],
        now=now,
    )


def _row(person: Person) -> tuple[Person, str, str]:
    return person, annexes.function_of(person, _), ", ".join(map(national, person.ways))


def _label(field: str) -> str:
    name, _bar, place = field.partition("-")
    label = str(LABELS[name])
    return _("Person %(number)d, %(label)s", number=int(place) + 1, label=label) if place else label


def _as_typed(ways) -> str:
    """The numbers for the eye, one a line; what was typed and cannot be read stays."""
    return "\n".join(national(way) if way.startswith("+") else way for way in ways)
