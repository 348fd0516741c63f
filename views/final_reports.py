"""The final report of an activation on screen, as PDF and as a spreadsheet."""

from flask import Blueprint, abort, render_template
from flask_login import current_user

from dispatch import clock
from dispatch.centre import lessons, report
from dispatch.centre.statements import PDF, XLSX
from dispatch.errors import NotAllowed
from dispatch.papers import chart
from dispatch.papers.final_report import chart_words, curve_header, key
from models import Activation
from views import activation_page, guard, lookups, render
from views.activation_form import mood
from views.bins import attached
from views.lessons import added, listed

pages = Blueprint("final_reports", __name__)
WIDTH, HEIGHT, LEFT, TOP = 620, 200, 60, 10
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
        curve=_strokes(data, lang),
        rows=chart.sampled(data["curve"]),
        curve_header=curve_header(lang),
        key=key(lang),
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


def _strokes(data: dict, lang: str) -> dict | None:
    """The curve in the units of its picture; None while there is no line to draw."""
    drawn = chart.drawing(data["curve"], chart_words(data, lang))
    if not drawn:
        return None
    return {
        "alt": drawn["alt"],
        "levels": [(TOP + round((1 - level) * HEIGHT), word) for level, word in drawn["levels"]],
        "moments": [(LEFT + round(place * WIDTH), word) for place, word in drawn["moments"]],
        "base": TOP + HEIGHT,
        "left": LEFT,
        "right": LEFT + WIDTH,
        **{name: _line(drawn[name]["points"]) for name in ("accepted", "delivered")},
    }


def _line(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{LEFT + x * WIDTH:.1f} {TOP + (1 - y) * HEIGHT:.1f}" for x, y in points)


@pages.get("/activations/<int:id>/report.<any(pdf,xlsx):kind>")
@guard.needs("activation.see")
def file(id: int, kind: str):
    activation = _received(id)
    write, media_type = FILES[kind]
    content = write(activation, str(render.locale()), now=clock.now())
    report.take(activation, kind, by=current_user, now=clock.now())
    return attached(content, report.filename(activation, kind), media_type)
