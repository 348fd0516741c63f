"""How the house stands, for whoever keeps the platform: plain words first, then figures; and the self-test of the roads."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

import models
from dispatch import clock
from dispatch.errors import NotAllowed
from dispatch.onboarding.expiry import NAMES, Promise
from dispatch.operation import selftest, status, troubles
from dispatch.operation.selftest import VERDICTS, Result
from dispatch.providers.base import REASONS
from dispatch.words import CHANNELS, N_
from views import guard, render, wording

pages = Blueprint("status", __name__)
PRACTISING = N_("You are practising, and a self-test is real. Stop practising first. Nothing was sent.")


@pages.get("/status")
@guard.needs("organisation.change")
def show():
    now, jobs = clock.now(), current_app.extensions["jobs"]
    found = status.look(jobs.pump.roads, is_turning=_is_turning(), now=now)
    test = selftest.last()
    lang = str(render.locale())
    return render_template(
        "status/show.html",
        now=now,
        status=found,
        troubles=[(one, troubles.in_words(one, lang)) for one in found.troubles],
        roads=[(one, channel(one.road.channel)) for one in found.roads],
        hours=[(channel(name), hour) for name, hour in found.hours.items()],
        promises=[(_named(one), one) for one in found.promises],
        is_backed_up=found.backup is not None and now - found.backup.at < troubles.BACKUP_WITHIN,
        has_folder=jobs.folders.first is not None,
        pumps_here=current_app.config["BELFORT_PUMP"],
        turned_at=jobs.turned_at,
        schema=models.schema(),
        test=test,
        results=[_told(one) for one in selftest.results(test, now)] if test else [],
    )


def _is_turning() -> bool:
    return not current_app.config["BELFORT_PUMP"] or current_app.extensions["jobs"].is_turning()


def channel(name: str) -> str:
    return wording.capital(_(CHANNELS[name]))


def _named(promise: Promise) -> str:
    return f"{promise.organisation.name}: {_(NAMES[promise.kind], name=promise.name)}"


def _told(one: Result) -> dict:
    why = _(REASONS[one.code]) if one.code in REASONS else ""
    return {"result": one, "channel": channel(one.channel), "verdict": _(VERDICTS[one.verdict]), "why": why}


@pages.get("/status/self-test")
@guard.needs("organisation.change")
def ask():
    cost = selftest.cost(current_app.extensions["roads"], current_user, clock.now())
    return render_template(
        "status/self_test.html",
        cost=cost,
        numbers=[(channel(name), number) for name, number in cost.numbers.items()],
        email=current_user.email,
        mobile=selftest.address(current_user, "sms"),
        practising=guard.is_practice(),
    )


@pages.post("/status/self-test")
@guard.needs("organisation.change")
def begin():
    if guard.is_practice():
        raise NotAllowed(PRACTISING)
    to = current_user._get_current_object()
    selftest.begin(current_app.extensions["roads"], to=to, by=to, now=clock.now())
    current_app.extensions["jobs"].wake()
    flash(_("The self-test is under way. Its result stands here and comes by mail."), "done")
    return redirect(url_for("status.show", _anchor="self-test"), 303)
