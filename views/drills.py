"""Who practises, when they are reminded, and the test of the first Thursday of the month."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete, Refusal
from dispatch.sending import campaigns, drills, monthly
from dispatch.words import CHANNELS, USER_ROLES
from models import Bin, MonthlyTest
from views import guard, render, wording

pages = Blueprint("drills", __name__)


@pages.get("/drills")
@guard.needs("drill.change")
def show():
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    here, now = current_user.organisation, clock.now()
    test, thursday = monthly.plan_of(here), monthly.next_test(clock.local(now).date())
    faults = {name: sentence.said_by(_) for name, sentence in getattr(refusal, "faults", {}).items()}
    return render_template(
        "drills/show.html",
        now=now,
        drills=[(one, _(USER_ROLES[one.user.role])) for one in drills.log(here, now)],
        months=here.practice_months,
        choices=[(0, _("no mail is sent")), *((number, _months(number)) for number in (1, 2, 3, 6, 12))],
        test=test,
        thursday=thursday,
        planned=_planned(test),
        is_near=thursday - clock.local(now).date() < monthly.AHEAD,
        cost=test and monthly.cost_in_words(monthly.cost(test, thursday), str(render.locale())),
        typed=_typed() if refusal else _as_planned(test),
        channels=[(channel, wording.capital(_(CHANNELS[channel]))) for channel in campaigns.READY_CHANNELS],
        bins=[(bin.id, bin.name) for bin in rights.bins_of(current_user)],
        texts=monthly.TEXTS[here.language],
        faults=faults,
        summary=[(name, _label(name), sentence) for name, sentence in faults.items()],
        refusal=refusal,
    )


def _planned(test: MonthlyTest | None) -> dict[str, str]:
    """By which channels and to which BINs a planned test goes, in words."""
    if not test:
        return {}
    names = {bin.id: bin.name for bin in Bin.select().where(Bin.id.in_(test.bins)).order_by(Bin.name)}
    channels = [_(CHANNELS[channel]) for channel in test.channels]
    return {"channels": wording.capital(", ".join(channels)), "bins": ", ".join(names.values())}


def _months(number: int) -> str:
    return ngettext("%(num)d month", "%(num)d months", number)


def _label(name: str) -> str:
    return _("Channels") if name == "channels" else _("BINs")


def _typed() -> dict:
    return {
        "mode": request.form.get("mode", "practice"),
        "channels": request.form.getlist("channels"),
        "bins": request.form.getlist("bins"),
    }


def _as_planned(test: MonthlyTest | None) -> dict:
    if not test:
        return {"mode": "practice", "channels": ["sms"], "bins": []}
    mode = "practice" if test.is_practice else "real"
    return {"mode": mode, "channels": test.channels, "bins": [str(id) for id in test.bins]}


@pages.post("/drills/reminder")
@guard.needs("drill.change")
def set_reminder():
    months = request.form.get("months", 0, type=int)
    drills.set_rule(current_user.organisation, months, by=current_user, now=clock.now())
    flash(_("Whoever does not practise for so long gets a mail.") if months else _("Nobody is reminded."))
    return redirect(url_for("drills.show"), 303)


@pages.post("/drills/test")
@guard.needs("drill.change")
def plan():
    typed = _typed()
    whose = {"by": current_user, "now": clock.now()}
    whom = [int(id) for id in typed["bins"] if id.isdecimal()]
    chosen = {"is_practice": typed["mode"] != "real", "channels": typed["channels"], "bins": whom}
    try:
        monthly.plan(current_user.organisation, **chosen, **whose)
    except Incomplete as refusal:
        return _page(refusal), 422
    flash(_("The monthly test is planned. A week ahead you get a mail, and a draft is ready."), "done")
    return redirect(url_for("drills.show", _anchor="test"), 303)


@pages.post("/drills/test/end")
@guard.needs("drill.change")
def unplan():
    monthly.unplan(current_user.organisation, by=current_user, now=clock.now())
    flash(_("No monthly test is laid ready any more."))
    return redirect(url_for("drills.show", _anchor="test"), 303)
