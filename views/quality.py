"""Quality: calls that a supervisor listened to, hour by hour, and what came of what was found."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.centre import floor, presence, quality
from dispatch.errors import Incomplete, WrongMoment
from models import Emergency, Sample
from views import guard, lookups, sheet_page

pages = Blueprint("quality", __name__)

LABELS = {"greeting": _l("Questions"), "finding": _l("What must come of it"), "remark": _l("Remark")}


@pages.get("/emergencies/<int:id>/quality")
@guard.needs("activation.see")
def show(id: int):
    return _page(lookups.emergency_of(id))


@pages.post("/emergencies/<int:id>/quality")
@guard.needs("activation.answer")
def keep(id: int):
    emergency, form = lookups.floor_of(id), request.form
    operator = lookups.operator_of(emergency, form.get("operator", ""))
    try:
        quality.keep(
            emergency,
            operator,
            answers={name: form.get(name, "") for name in quality.ASPECTS},
            remark=form.get("remark", ""),
            finding=form.get("finding", ""),
            language=current_user.language,
            by=current_user,
            now=clock.now(),
        )
    except Incomplete as refusal:
        return _page(emergency, refusal.faults), 422
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        is_asked = form.get("finding") == "sheet"
        flash(_("Kept, and asked of the liaison officer.") if is_asked else _("Kept."), "done")
    return redirect(url_for(".show", id=id), 303)


@pages.post("/emergencies/<int:id>/quality/speak")
@guard.needs("activation.answer")
def speak(id: int):
    sample = lookups.within(lookups.floor_of(id), Sample, request.form.get("sample", ""))
    try:
        quality.speak(sample, by=current_user, now=clock.now())
        flash(_("Noted that you had a word."))
    except WrongMoment as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for(".show", id=id), 303)


def _page(emergency: Emergency, faults: dict | None = None) -> str:
    now = clock.now()
    supervises = floor.is_supervised_by(current_user, emergency)
    told = {name: sentence.said_by(_) for name, sentence in (faults or {}).items()}
    is_centre = current_user.organisation_id == emergency.centre_id
    return render_template(
        "quality/show.html",
        **sheet_page.mood(emergency),
        emergency=emergency,
        may_keep=supervises and emergency.ended_at is None,
        supervises=supervises,
        operators=_operators(emergency),
        unheard=quality.unheard(emergency, now) if supervises else [],
        aspects=[(name, _(words)) for name, words in quality.ASPECTS.items()],
        by_aspect=[
            (_(quality.ASPECTS[name]), *counts) for name, counts in quality.by_aspect(emergency).items()
        ],
        findings=[(name, _(words)) for name, words in quality.FINDINGS.items()],
        trend=quality.trend(emergency)[::-1],
        # The town sees how it goes, not of whom: names and remarks stay in the centre.
        samples=quality.latest(emergency) if is_centre and supervises else [],
        typed=request.form,
        faults=told,
        summary=[(name, LABELS[name], said) for name, said in told.items()],
        now=now,
    )


def _operators(emergency: Emergency) -> list[tuple[int, str]]:
    return [(seat.operator_id, seat.operator.name) for seat in presence.present(emergency)]
