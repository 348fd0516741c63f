"""The final report of an activation on screen, as PDF and as a spreadsheet."""

from flask import Blueprint, abort, render_template
from flask_login import current_user

from dispatch import clock
from dispatch.centre import lessons, report
from dispatch.centre.statements import PDF, XLSX
from dispatch.errors import NotAllowed
from dispatch.papers.final_report import pictures
from models import Activation
from views import activation_page, guard, lookups, render
from views.activation_form import mood
from views.bins import attached
from views.lessons import added, listed

pages = Blueprint("final_reports", __name__)
FILES = {"pdf": (report.paper, PDF), "xlsx": (report.workbook, XLSX)}


def _received(id: int) -> Activation:
    """An activation that this person may see and that was requested: of a draft there is nothing to tell."""
    activation = lookups.activation_of(id)
    return activation if activation.emergency_id else abort(404)


@pages.get("/activations/<int:id>/report")
@guard.needs("activation.see")
def show(id: int):
    return page(_received(id))


def page(activation: Activation, **of_form) -> str:
    """The report with its to-dos; `of_form` is what was typed in the form of a new one, and what is wrong in it."""
    lang, now = str(render.locale()), clock.now()
    data = report.build(activation, lang, now)
    return render_template(
        "final_reports/show.html",
        activation=activation,
        data=data,
        chapters=data["chapters"][:-1],  # the lessons are a list to work in
        drawn=pictures(data, lang),
        **mood(activation),
        **listed(lessons.of(activation), **of_form),
    )


@pages.post("/activations/<int:id>/lessons")
@guard.needs("activation.see")
def add_lesson(id: int):
    activation = _received(id)
    if guard.is_mixed(activation):
        raise NotAllowed(activation_page.MIXED)
    return added(activation, lambda faults: page(activation, faults=faults))


@pages.get("/activations/<int:id>/report.<any(pdf,xlsx):kind>")
@guard.needs("activation.see")
def file(id: int, kind: str):
    activation = _received(id)
    write, media_type = FILES[kind]
    content = write(activation, str(render.locale()), now=clock.now())
    report.take(activation, kind, by=current_user, now=clock.now())
    return attached(content, report.filename(activation, kind), media_type)
