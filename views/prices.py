"""The tariff of annex 4: what the contact centre may ask, version by version, and the form of a new one."""

from collections import defaultdict

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import prices
from dispatch.errors import Incomplete
from dispatch.words import translator
from models import Agreement, Annex, Contract
from views import guard, lookups, render

pages = Blueprint("prices", __name__)


@pages.get("/prices")
@guard.needs("activation.answer")
def index():
    today = clock.local(clock.now()).date()
    rows = [_row(of, today) for of in lookups.priced_by_centre()]
    may_agree = rights.may(current_user, "promise.change")
    return render_template("prices/index.html", rows=rows, may_agree=may_agree)


def _row(of: Agreement | Contract, today) -> dict:
    begun = [annex for annex in prices.versions(of) if annex.from_on <= today]
    later = [annex for annex in prices.versions(of) if annex.from_on > today]
    return {
        "name": _name(of),
        "url": url_for(".form", of=_key(of)),
        "version": max(begun, key=lambda annex: (annex.from_on, annex.version), default=None),
        "later": min(later, key=lambda annex: annex.from_on, default=None),
        "is_contract": isinstance(of, Contract),
    }


def _key(of: Agreement | Contract) -> str:
    return f"{type(of).__name__.lower()}-{of.id}"


def _name(of: Agreement | Contract) -> str:
    return of.name if isinstance(of, Contract) else of.municipality.name


def _chosen() -> Agreement | Contract:
    found = [of for of in lookups.priced_by_centre() if _key(of) == request.args.get("of", "")]
    return found[0] if found else abort(404)


@pages.get("/prices/form")
@guard.needs("activation.answer")
def form():
    of = _chosen()
    versions = prices.versions(of)
    return _page(of, prices.typed_of(versions[0] if versions else None))


@pages.post("/prices/form")
@guard.needs("activation.answer")
def write():
    of = _chosen()
    try:
        annex = prices.price(of, request.form, by=current_user, now=clock.now())
    except Incomplete as refusal:
        return _page(of, request.form, {name: said.said_by(_) for name, said in refusal.faults.items()}), 422
    flash(_("Version %(version)s holds from %(day)s on.", version=annex.version, day=_day(annex)), "done")
    return redirect(url_for(".index"), 303)


def _day(annex: Annex) -> str:
    return render.day(annex.from_on)


def _page(of: Agreement | Contract, typed, faults: dict[str, str] | None = None) -> str:
    faults, gettext = faults or {}, translator(str(render.locale())).gettext
    labels = {name: gettext(label) for name, label in prices.LABELS.items()}
    return render_template(
        "prices/form.html",
        name=_name(of),
        url=url_for(".write", of=_key(of)),
        labels=labels,
        amounts=list(prices.AMOUNTS),
        hours=list(prices.HOURS),
        times=list(prices.TIMES),
        splits=[(code, gettext(words)) for code, words in prices.SPLITS.items()],
        typed=defaultdict(str, typed.items()),
        faults=defaultdict(str, faults),
        summary=[(field, labels[field], said) for field, said in faults.items()],
        versions=prices.versions(of),
        today=clock.local(clock.now()).date(),
    )
