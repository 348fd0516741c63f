"""The settings of what leaves: which kinds another person reads first, who is asked in turn, and the quiet hours."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete
from dispatch.sending import approval
from dispatch.words import KINDS, N_
from models import KINDS as KIND_CODES
from models import Organisation, User
from views import guard, wording

pages = Blueprint("four_eyes", __name__)
HOURS = {"quiet_from": N_("Quiet from"), "quiet_until": N_("Quiet until")}


@pages.get("/four-eyes")
@guard.needs("approval.change")
def rules():
    return render_template("four_eyes/rules.html", **_rules(_kept()))


@pages.post("/four-eyes")
@guard.needs("approval.change")
def set_rules():
    """All that the page shows, in one go: a box that was ticked above another Save would be lost without a word."""
    typed = _typed()
    rules = {kind: _facts(rule) for kind, rule in typed["rules"].items()}
    hours = {"hours": tuple(typed["quiet"].values()), "hours_were": tuple(typed["quiet_was"].values())}
    try:
        approval.set_up(_here(), rules, **hours, by=current_user, now=clock.now())
    except Incomplete as refusal:
        faults = {field: sentence.said_by(_) for field, sentence in refusal.faults.items()}
        return render_template("four_eyes/rules.html", **_rules(typed, faults)), 422
    flash(_("Saved."))
    return redirect(url_for("four_eyes.rules"), 303)


def _here() -> Organisation:
    return Organisation.get_by_id(current_user.organisation_id)


def _rules(values: dict, errors: dict[str, str] | None = None) -> dict:
    people = User.select().where(User.organisation == current_user.organisation_id, User.is_active)
    people = [user for user in people.order_by(User.name) if rights.may(user, "campaign.approve")]
    errors = errors or {}
    return {
        **values,
        "kinds": [(kind, wording.capital(_(word))) for kind, word in KINDS.items()],
        "people": [(0, _("nobody")), *((user.id, user.name) for user in people)],
        "errors": errors,
        "faults": [(field, _field(field), sentence) for field, sentence in errors.items()],
    }


def _kept() -> dict:
    """What holds now, as the fields of the page."""
    here = _here()
    hours = {name: getattr(here, name) for name in HOURS}
    rules = {
        rule.kind: {
            "is_needed": rule.is_needed,
            "minutes": rule.deadline_seconds // 60,
            "rungs": _rungs(rule.ladder),
            "version": rule.version,
        }
        for rule in approval.rules_of(here)
    }
    return {"rules": rules, "quiet": hours, "quiet_was": hours}


def _typed() -> dict:
    form = request.form
    rules = {
        kind: {
            "is_needed": f"{kind}-needed" in form,
            "minutes": form.get(f"{kind}-minutes", "").strip(),
            "rungs": _rungs(list(dict.fromkeys(id for id in form.getlist(f"{kind}-ladder", type=int) if id))),
            "version": form.get(f"{kind}-version", 0, type=int),
        }
        for kind in KIND_CODES
    }
    hours = {name: form.get(name, "").strip() for name in HOURS}
    return {
        "rules": rules,
        "quiet": hours,
        "quiet_was": {name: form.get(f"{name}-was", "") for name in HOURS},
    }


def _rungs(ladder: list[int]) -> list[int]:
    """The people who are asked in turn, and room for one more: four at least."""
    return [*ladder, *[0] * 4][: max(4, len(ladder) + 1)]


def _facts(rule: dict) -> dict:
    minutes = int(rule["minutes"]) if rule["minutes"].isdecimal() else 0
    ladder = [id for id in rule["rungs"] if id]
    facts = {"is_needed": rule["is_needed"], "deadline_seconds": 60 * minutes, "ladder": ladder}
    return facts | {"version": rule["version"]}


def _field(name: str) -> str:
    """The words of a field in the list of what is to be mended, by kind."""
    if name in HOURS:
        return _(HOURS[name])
    return wording.capital(_(KINDS[name.partition("-")[0]]))
