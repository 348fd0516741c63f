"""Organisations that join: the platform's list with where each stands, and the checklist of one."""

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import accounts, clock, rights
from dispatch.errors import Refusal
from dispatch.money import ledger
from dispatch.onboarding import checklist, contracts, expiry, orders, user_table
from dispatch.onboarding.checklist import Step
from dispatch.operation import packs
from dispatch.words import LANGUAGE_NAMES, ORGANISATION_KINDS
from models import LANGUAGES, Organisation, User
from models import ORGANISATION_KINDS as KINDS
from views import credits, guard, lookups, user_tables, wording

pages = Blueprint("organisations", __name__)
STEPS = {
    "agreement": (_l("Agreement"), "agreements.form"),
    "order": (_l("Order form"), "orders.form"),
    "users": (_l("User table"), "user_tables.index"),
    "practice": (_l("First practice"), None),
}
LABELS = {"name": _l("Name"), "kind": _l("Kind"), "language": _l("Language"), "email": _l("E-mail")}


@pages.get("/agreements")
@guard.needs("agreement.change")
def home():
    """The door in the menu: the platform to everybody's state, an organisation to its own."""
    if rights.may(current_user, "organisation.see"):
        return redirect(url_for("organisations.index"))
    return redirect(url_for("organisations.show", id=current_user.organisation_id))


@pages.get("/organisations")
@guard.needs("organisation.see")
def index():
    now = clock.now()
    found = list(Organisation.select().order_by(Organisation.name))
    return render_template(
        "organisations/index.html",
        rows=[_row(one, now) for one in found if checklist.joins(one)],
        hosts=[(one, _kind(one)) for one in found if not checklist.joins(one)],
        may_change=rights.may(current_user, "organisation.change"),
    )


def _row(organisation: Organisation, now) -> dict:
    steps = checklist.steps(organisation, now)
    last = next((one for one in contracts.accessions_of(organisation) if one.is_exchanged), None)
    return {
        "organisation": organisation,
        "kind": _kind(organisation),
        "done": sum(step.is_done for step in steps),
        "steps": len(steps),
        "missing": "" if organisation.is_ready else ", ".join(_missing(steps)),
        "last_day": last and last.last_day,
        "is_outside": contracts.term_fault(organisation, now) is not None,
    }


def _missing(steps: list[Step]) -> list[str]:
    return [str(STEPS[step.name][0]) for step in steps if not step.is_done]


def _kind(organisation: Organisation) -> str:
    return wording.capital(_(ORGANISATION_KINDS[organisation.kind]))


@pages.get("/organisations/new")
@guard.needs("organisation.change")
def new():
    return _new_page({})


@pages.post("/organisations/new")
@guard.needs("organisation.change")
def add():
    typed = {name: request.form.get(name, "").strip() for name in LABELS}
    typed["language"] = typed["language"] if typed["language"] in LANGUAGES else "nl"
    try:
        made = accounts.add_organisation(by=current_user, now=clock.now(), **typed)
    except Refusal as refusal:
        return _new_page({refusal.field: refusal.sentence.said_by(_)}), 422
    flash(
        _("%(organisation)s stands in the list. This is what it needs to join.", organisation=made.name),
        "done",
    )
    return redirect(url_for("organisations.show", id=made.id), 303)


def _new_page(faults: dict[str, str]) -> str:
    return render_template(
        "organisations/new.html",
        typed={name: request.form.get(name, "") for name in LABELS},
        faults=defaultdict(str, faults),
        summary=[(field, LABELS[field], said) for field, said in faults.items()],
        kinds=[(kind, wording.capital(_(ORGANISATION_KINDS[kind]))) for kind in KINDS],
        languages=[(lang, _(LANGUAGE_NAMES[lang])) for lang in LANGUAGES],
    )


@pages.get("/organisations/<int:id>/particulars")
@guard.needs("organisation.change")
def particulars(id: int):
    return _particulars(lookups.organisation_of(id), {})


@pages.post("/organisations/<int:id>/particulars")
@guard.needs("organisation.change")
def correct(id: int):
    organisation, form = lookups.organisation_of(id), request.form
    were = (form.get("name-was", ""), form.get("email-was", ""))
    typed = {name: form.get(name, "") for name in ("name", "email")}
    try:
        accounts.correct_organisation(organisation, **typed, were=were, by=current_user, now=clock.now())
    except Refusal as refusal:
        if not refusal.field:
            raise
        return _particulars(organisation, {refusal.field: refusal.sentence.said_by(_)}), 422
    flash(_("Saved."))
    return redirect(url_for(".show", id=id), 303)


def _particulars(organisation: Organisation, faults: dict[str, str]) -> str:
    return render_template(
        "organisations/particulars.html",
        organisation=organisation,
        typed={name: request.form.get(name, getattr(organisation, name)) for name in ("name", "email")},
        faults=defaultdict(str, faults),
        summary=[(field, LABELS[field], said) for field, said in faults.items()],
    )


# ── The checklist of one ────────────────────────────────────────────────


@pages.get("/organisations/<int:id>")
@guard.needs("agreement.change")
def show(id: int):
    organisation, now = lookups.organisation_of(id), clock.now()
    fault = contracts.term_fault(organisation, now)
    return render_template(
        "organisations/show.html",
        organisation=organisation,
        now=now,
        kind=_kind(organisation),
        joins=checklist.joins(organisation),
        steps=[_told(organisation, step) for step in checklist.steps(organisation, now)],
        accessions=list(contracts.accessions_of(organisation)),
        order=orders.last_of(organisation),
        tables=list(user_table.tables_of(organisation).limit(1)),
        accounts=organisation.users.where(User.is_active).count(),
        promises=worded(expiry.promises(organisation), now),
        fault=fault.said_by(_) if fault else "",
        is_platform=rights.may(current_user, "organisation.change"),
        may_list=rights.may(current_user, "organisation.see"),
        has_credit=ledger.spends(organisation) and rights.may(current_user, "credit.see"),
        left_mills=ledger.of(organisation).available_mills,
        way=credits.WAYS[organisation.payment],
        waits=user_tables.names_waiting(organisation) if rights.may(current_user, "user.change") else [],
        has_pack=organisation == current_user.organisation and packs.may_have(current_user),
    )


def _told(organisation: Organisation, step: Step) -> dict:
    label, endpoint = STEPS[step.name]
    return {
        "name": step.name,
        "label": label,
        "url": url_for(endpoint, id=organisation.id) if endpoint else None,
        "is_done": step.is_done,
        "done_on": step.done_on,
        "missing": step.missing.said_by(_) if step.missing else "",
    }


def worded(promises: list[expiry.Promise], now) -> list[dict]:
    """What ends, in words, with how near it is."""
    today = clock.local(now).date()
    return [
        {
            "what": _(expiry.NAMES[one.kind], name=one.name),
            "organisation": one.organisation,
            "last_day": one.last_day,
            "is_over": one.is_over(today),
            "months_left": one.months_left(today),
        }
        for one in promises
    ]
