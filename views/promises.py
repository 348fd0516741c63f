"""Agreements with the contact centre: who signed what, the annexes and their versions, notices, what comes due, who is ready."""

from collections import defaultdict

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import agreements, annexes, calendar, notices, readiness
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.onboarding import contracts
from dispatch.words import N_
from models import Agreement, Annex, Contract, Notice, Organisation
from views import guard, lookups
from views.agreements import day_typed, typed
from views.bins import attached

pages = Blueprint("promises", __name__)
LABELS = {
    "municipality": _l("Municipality"),
    "contract": _l("Framework contract"),
    "signatory": _l("Signed for the municipality by"),
    "centre_signatory": _l("Signed for the contact centre by"),
    "signed_on": _l("Signed on"),
    "begins_on": _l("First day"),
    "ends_on": _l("Last day"),
    "promise_minutes": _l("Open within how many minutes"),
    "operators": _l("Operators at the opening"),
    "file": _l("Paper"),
    "last_day": _l("Last day"),
    "why": _l("Reason"),
    "number": _l("Annex"),
    "text": _l("What it says"),
    "from_on": _l("In force from"),
}
DAYS = ("signed_on", "begins_on", "ends_on")


@pages.get("/promises")
@guard.needs("promise.see")
def home():
    """The door in the menu: a municipality to how ready it is, the others to their agreements."""
    is_town = current_user.organisation.kind == "municipality"
    return redirect(url_for("preparation.index" if is_town else "promises.index"))


@pages.get("/centre-agreements")
@guard.needs("promise.see")
def index():
    today = clock.local(clock.now()).date()
    return render_template(
        "promises/index.html",
        rows=[(one, _state(one, today)) for one in agreements.seen_by(current_user)],
        contracts=list(agreements.contracts_seen_by(current_user)) if _is_host() else [],
        waiting=[told(one) for one in notices.waiting(current_user)],
        may_change=rights.may(current_user, "promise.change"),
        may_contract=rights.may(current_user, "organisation.change"),
        is_host=_is_host(),
        now=clock.now(),
    )


def _is_host() -> bool:
    return current_user.organisation.kind != "municipality"


def _state(agreement: Agreement, today) -> str:
    if agreement.holds_on(today):
        return "runs"
    return "over" if agreement.last_day < today else "coming"


def told(notice: Notice) -> dict:
    """A notice in words, and whether this person can acknowledge it."""
    is_centre = notice.agreement.centre_id == current_user.organisation_id
    return {
        "notice": notice,
        "kind": _(notices.KINDS.get(notice.kind, notice.kind)),
        "may_acknowledge": is_centre and rights.may(current_user, "activation.answer"),
    }


@pages.get("/centre-agreements/calendar")
@guard.needs("promise.see")
def due():
    today = clock.local(clock.now()).date()
    return render_template(
        "promises/calendar.html",
        days=[_due(one, today) for one in calendar.of(current_user, clock.now())],
        today=today,
    )


def _due(one: calendar.Due, today) -> dict:
    is_contract = one.kind == "contract"
    url = url_for("annexes.contract" if is_contract else "promises.show", id=one.id)
    return {
        "day": one.day,
        "what": _(calendar.NAMES[one.kind], name=one.name),
        "url": url if _is_host() or not is_contract else None,
        "municipality": one.municipality.name if one.municipality else "",
        "is_over": one.is_over(today),
        "is_near": one.is_near(today),
    }


@pages.get("/readiness")
@guard.needs("promise.see")
def clients():
    """How ready each municipality is, for the centre and the platform."""
    if not _is_host():
        return redirect(url_for("preparation.index"))
    return render_template("promises/readiness.html", rows=readiness.of_clients(current_user, clock.now()))


# ── One agreement ───────────────────────────────────────────────────────


@pages.get("/centre-agreements/<int:id>")
@guard.needs("promise.see")
def show(id: int):
    return _page(lookups.centre_agreement_of(id))


def _page(agreement: Agreement, faults: dict[str, str] | None = None) -> str:
    today = clock.local(clock.now()).date()
    there = annexes.in_force(agreement, today)
    return render_template(
        "promises/show.html",
        agreement=agreement,
        state=_state(agreement, today),
        own_last_day=contracts.own_last_day(agreement),
        annexes=[(number, _(name), there.get(number)) for number, name in annexes.NAMES.items()],
        versions=[
            (one, _(annexes.NAMES[one.number])) for one in _versions(agreement) if one not in there.values()
        ],
        today=today,
        notices=[told(one) for one in notices.of(agreement)],
        may_change=agreements.may_change(current_user, agreement),
        may_mend=agreements.is_open(agreement),
        may_end=agreement.ended_on is None and agreement.last_day > today,
        may_write_annex=bool(annexes.writable_by(current_user, agreement)),
        may_keep_persons=_keeps_persons(agreement),
        faults=defaultdict(str, faults or {}),
        summary=summary_of(faults or {}),
        now=clock.now(),
    )


def _keeps_persons(agreement: Agreement) -> bool:
    is_theirs = agreement.municipality_id == current_user.organisation_id
    return is_theirs and rights.may(current_user, "preparation.change")


def _versions(agreement: Agreement) -> list[Annex]:
    of = filter(None, (agreement, agreement.contract))
    return sorted(
        (annex for one in of for annex in annexes.versions(one)), key=lambda one: (one.number, -one.id)
    )


def summary_of(faults: dict[str, str]) -> list[tuple]:
    return [(field, LABELS.get(field, _l("Form")), said) for field, said in faults.items()]


def faults_of(refusal: Refusal) -> dict[str, str]:
    """What is wrong, by field; what is about no field stands at the first."""
    if isinstance(refusal, Incomplete):
        return {field: sentence.said_by(_) for field, sentence in refusal.faults.items()}
    return {refusal.field or "number": refusal.sentence.said_by(_)}


@pages.get("/centre-agreements/new")
@guard.needs("promise.change")
def new():
    return _form(None, {})


@pages.post("/centre-agreements/new")
@guard.needs("promise.change")
def write():
    try:
        municipality, contract = _chosen()
        made = agreements.write_down(municipality, contract, by=current_user, now=clock.now(), **_facts())
    except (WrongMoment, Refusal) as refusal:
        return refused(refusal, lambda faults: _form(None, faults))
    flash(_("Written down. Now the signed paper itself."), "done")
    return redirect(url_for("promises.show", id=made.id), 303)


def refused(refusal: Refusal, page):
    """The form again with what is wrong; what no form can mend goes to the page of errors."""
    if isinstance(refusal, WrongMoment) or not (isinstance(refusal, Incomplete) or refusal.field):
        raise refusal
    return page(faults_of(refusal)), 422


def _chosen() -> tuple[Organisation, Contract]:
    town = _towns().where(Organisation.id == request.form.get("municipality", 0, type=int)).first()
    if not town:
        raise Refusal(N_("Choose a municipality."), field="municipality")
    mine = agreements.contracts_seen_by(current_user)
    contract = mine.where(Contract.id == request.form.get("contract", 0, type=int)).first()
    if not contract:
        raise Refusal(N_("Choose the framework contract under which they agree."), field="contract")
    return town, contract


def _towns():
    return Organisation.select().where(Organisation.kind == "municipality").order_by(Organisation.name)


def _facts() -> dict:
    """What was typed about an agreement; raises Incomplete with every day that cannot be read."""
    facts = {name: request.form.get(name, "")[:250] for name in ("signatory", "centre_signatory")}
    faults = {}
    for name in DAYS:
        try:
            facts[name] = day_typed(name)
        except Refusal as refusal:
            faults[name] = refusal.sentence
    if faults:
        raise Incomplete(N_("Something is still missing. Nothing was lost."), faults)
    numbers = {name: request.form.get(name, 0, type=int) for name in ("promise_minutes", "operators")}
    return facts | numbers


@pages.get("/centre-agreements/<int:id>/change")
@guard.needs("promise.change")
def changing(id: int):
    return _form(lookups.centre_agreement_of(id), {})


@pages.post("/centre-agreements/<int:id>/change")
@guard.needs("promise.change")
def change(id: int):
    agreement = lookups.centre_agreement_of(id)
    try:
        agreements.mend(agreement, by=current_user, now=clock.now(), **_facts())
    except (WrongMoment, Refusal) as refusal:
        return refused(refusal, lambda faults: _form(agreement, faults))
    flash(_("Mended."), "done")
    return redirect(url_for("promises.show", id=id), 303)


def _form(agreement: Agreement | None, faults: dict[str, str]) -> str:
    today = clock.local(clock.now()).date()
    mine = [one for one in agreements.contracts_seen_by(current_user) if one.last_day >= today]
    return render_template(
        "promises/form.html",
        agreement=agreement,
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=summary_of(faults),
        towns=[(one.id, one.name) for one in _towns()],
        contracts=[
            (one.id, _("%(name)s, with %(provider)s", name=one.name, provider=one.centre.name))
            for one in mine
        ],
        may_contract=rights.may(current_user, "organisation.change"),
    )


@pages.post("/centre-agreements/<int:id>/file")
@guard.needs("promise.change")
def attach(id: int):
    agreement, file = lookups.centre_agreement_of(id), request.files.get("file")
    content, name = (file.read(), file.filename or "") if file else (b"", "")
    try:
        agreements.attach(agreement, content, name, by=current_user, now=clock.now())
    except (WrongMoment, Refusal) as refusal:
        return refused(refusal, lambda faults: _page(agreement, faults))
    flash(_("The signed agreement is kept."), "done")
    return redirect(url_for("promises.show", id=id), 303)


@pages.get("/centre-agreements/<int:id>/file")
@guard.needs("promise.see")
def file(id: int):
    document = lookups.centre_agreement_of(id).document or abort(404)
    return attached(bytes(document.content), document.filename, "application/pdf")


@pages.get("/centre-agreements/<int:id>/end")
@guard.needs("promise.change")
def ending(id: int):
    return _end_page(lookups.centre_agreement_of(id), {})


@pages.post("/centre-agreements/<int:id>/end")
@guard.needs("promise.change")
def end(id: int):
    agreement, why = lookups.centre_agreement_of(id), request.form.get("why", "")
    try:
        agreements.end(agreement, day_typed("last_day"), why, by=current_user, now=clock.now())
    except (WrongMoment, Refusal) as refusal:
        return refused(refusal, lambda faults: _end_page(agreement, faults))
    flash(_("It ends on that day. After it no information number can be opened under it."), "done")
    return redirect(url_for("promises.show", id=id), 303)


def _end_page(agreement: Agreement, faults: dict[str, str]) -> str:
    return render_template(
        "promises/end.html",
        agreement=agreement,
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=summary_of(faults),
    )
