"""The agreement of an organisation and the framework contracts above it: who signed, the file, both copies, the end."""

from collections import defaultdict
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.onboarding import contracts, expiry
from dispatch.words import N_
from models import Accession, Contract, Organisation
from views import guard, lookups
from views.bins import attached
from views.organisations import worded

pages = Blueprint("agreements", __name__)
LABELS = {
    "contract": _l("Framework contract"),
    "type": _l("Type of agreement"),
    "signatory": _l("Signed for the organisation by"),
    "provider_signatory": _l("Signed for the other party by"),
    "signed_on": _l("Signed on"),
    "file": _l("Signed agreement"),
    "paper_received_on": _l("Paper received on"),
    "exchanged_on": _l("Both copies exchanged on"),
    "name": _l("Name"),
    "provider": _l("Other party"),
    "centre": _l("Contact centre"),
    "begins_on": _l("First day"),
    "ends_on": _l("Last day"),
    "last_day": _l("Last day"),
    "why": _l("Reason"),
}


def typed() -> dict[str, str]:
    """What stands in the form, "" where nothing was sent."""
    return defaultdict(str, request.form.items())


def day_typed(name: str) -> date:
    """A day of the form; raises Refusal at its field."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Refusal(N_("Choose a day."), field=name) from None


def _summary(faults: dict[str, str]) -> list[tuple]:
    return [(field, LABELS.get(field, _l("Form")), said) for field, said in faults.items()]


def _fault(refusal: Refusal) -> dict[str, str]:
    return {refusal.field: refusal.sentence.said_by(_)}


# ── The agreement of one organisation ───────────────────────────────────


@pages.get("/organisations/<int:id>/agreement")
@guard.needs("agreement.change")
def form(id: int):
    return _page(lookups.organisation_of(id))


@pages.post("/organisations/<int:id>/agreement")
@guard.needs("agreement.change")
def write(id: int):
    organisation = lookups.organisation_of(id)
    try:
        contracts.write_down(
            organisation,
            contract=Contract.get_or_none(Contract.id == request.form.get("contract", 0, type=int)),
            type=request.form.get("type", 0, type=int),
            signatory=request.form.get("signatory", ""),
            provider_signatory=request.form.get("provider_signatory", ""),
            signed_on=_day_or_none("signed_on"),
            by=current_user,
            now=clock.now(),
        )
    except Incomplete as refusal:
        faults = {field: sentence.said_by(_) for field, sentence in refusal.faults.items()}
        return _page(organisation, faults), 422
    flash(_("Written down. Now the signed agreement itself."), "done")
    return redirect(url_for("agreements.form", id=id), 303)


def _day_or_none(name: str) -> date | None:
    try:
        return day_typed(name)
    except Refusal:
        return None


@pages.post("/accessions/<int:id>/file")
@guard.needs("agreement.change")
def attach(id: int):
    accession, file = lookups.accession_of(id), request.files.get("file")
    content, name = (file.read(), file.filename or "") if file else (b"", "")
    return _done(
        accession,
        lambda: contracts.attach(accession, content, name, by=current_user, now=clock.now()),
        _("The signed agreement is kept."),
    )


@pages.get("/accessions/<int:id>/file")
@guard.needs("agreement.change")
def file(id: int):
    document = lookups.accession_of(id).document or abort(404)
    return attached(bytes(document.content), document.filename, "application/pdf")


@pages.post("/accessions/<int:id>/paper")
@guard.needs("organisation.change")
def paper(id: int):
    accession = lookups.accession_of(id)
    return _done(
        accession,
        lambda: contracts.receive_paper(
            accession, day_typed("paper_received_on"), by=current_user, now=clock.now()
        ),
        _("The day that the paper arrived is noted."),
    )


@pages.post("/accessions/<int:id>/exchange")
@guard.needs("organisation.change")
def exchange(id: int):
    accession = lookups.accession_of(id)
    return _done(
        accession,
        lambda: contracts.exchange(accession, day_typed("exchanged_on"), by=current_user, now=clock.now()),
        _("Each party has its copy: the agreement counts."),
    )


def _done(accession: Accession, deed, said: str):
    try:
        deed()
    except WrongMoment:
        raise
    except Refusal as refusal:
        return _page(accession.organisation, _fault(refusal)), 422
    flash(said, "done")
    return redirect(url_for("agreements.form", id=accession.organisation_id), 303)


def _page(organisation: Organisation, faults: dict[str, str] | None = None) -> str:
    faults, now = faults or {}, clock.now()
    found = list(contracts.accessions_of(organisation))
    last = found[0] if found else None
    is_open = last is not None and not last.is_exchanged and last.ended_on is None
    return render_template(
        "agreements/form.html",
        organisation=organisation,
        last=last,
        open=last if is_open else None,
        earlier=found[1:] if is_open else found,
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=_summary(faults),
        contracts=[
            (one.id, _("%(name)s, with %(provider)s", name=one.name, provider=one.provider))
            for one in contracts.open_contracts(now)
        ],
        today=clock.local(now).date(),
        is_platform=rights.may(current_user, "organisation.change"),
    )


@pages.get("/accessions/<int:id>/end")
@guard.needs("organisation.change")
def ending(id: int):
    accession = lookups.accession_of(id)
    return _end_page(accession.organisation.name, accession, _to_agreement(accession))


@pages.post("/accessions/<int:id>/end")
@guard.needs("organisation.change")
def end(id: int):
    accession = lookups.accession_of(id)
    return _ended(accession.organisation.name, accession, contracts.end_accession, _to_agreement(accession))


def _to_agreement(accession: Accession) -> tuple[str, str]:
    """The way back: where it leads, in words and as an address."""
    organisation = accession.organisation
    said = _("Agreement of %(organisation)s", organisation=organisation.name)
    return said, url_for("agreements.form", id=organisation.id)


def _to_contracts() -> tuple[str, str]:
    return _("Contracts and what ends"), url_for("agreements.index")


# ── Framework contracts ─────────────────────────────────────────────────


@pages.get("/contracts")
@guard.needs("organisation.see")
def index():
    now = clock.now()
    return render_template(
        "agreements/contracts.html",
        contracts=list(contracts.all_contracts()),
        today=clock.local(now).date(),
        promises=worded(expiry.promises(), now),
        may_change=rights.may(current_user, "organisation.change"),
    )


@pages.get("/contracts/new")
@guard.needs("organisation.change")
def new():
    return _new_page({})


@pages.post("/contracts/new")
@guard.needs("organisation.change")
def add():
    try:
        days = day_typed("begins_on"), day_typed("ends_on")
        facts = {"centre": _centre_chosen(), "by": current_user, "now": clock.now()}
        made = contracts.add(typed()["name"], typed()["provider"], *days, **facts)
    except Refusal as refusal:
        return _new_page(_fault(refusal)), 422
    flash(_("%(name)s is written down.", name=made.name), "done")
    return redirect(url_for("agreements.index"), 303)


def _centre_chosen() -> Organisation | None:
    """The contact centre whose standby the contract pays; none is a contract of alerting."""
    chosen = request.form.get("centre", 0, type=int)
    return _centres().where(Organisation.id == chosen).first() if chosen else None


def _centres():
    return Organisation.select().where(Organisation.kind == "contact_centre").order_by(Organisation.name)


def _new_page(faults: dict[str, str]) -> str:
    summary = _summary(faults)
    nobody = ("", _("None: organisations join the alerting under it"))
    return render_template(
        "agreements/new.html",
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=summary,
        centres=[nobody, *((one.id, one.name) for one in _centres())],
    )


@pages.get("/contracts/<int:id>/end")
@guard.needs("organisation.change")
def ending_contract(id: int):
    contract = lookups.contract_of(id)
    return _end_page(contract.name, contract, _to_contracts())


@pages.post("/contracts/<int:id>/end")
@guard.needs("organisation.change")
def end_contract(id: int):
    contract = lookups.contract_of(id)
    return _ended(contract.name, contract, contracts.end_contract, _to_contracts())


def _ended(name: str, what: Accession | Contract, deed, back: tuple[str, str]):
    try:
        deed(what, day_typed("last_day"), request.form.get("why", ""), by=current_user, now=clock.now())
    except WrongMoment:
        raise
    except Refusal as refusal:
        return _end_page(name, what, back, _fault(refusal)), 422
    flash(_("It ends on that day. After it nothing real leaves under it."), "done")
    return redirect(back[1], 303)


def _end_page(
    name: str, what: Accession | Contract, back: tuple[str, str], faults: dict[str, str] | None = None
) -> str:
    faults = faults or {}
    return render_template(
        "agreements/end.html",
        name=name,
        last_day=what.last_day,
        bound=contracts.bound_by(what) if isinstance(what, Contract) else 1,
        is_contract=isinstance(what, Contract),
        is_centre=isinstance(what, Contract) and what.centre_id is not None,
        back=back,
        url=request.path,
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=_summary(faults),
    )
