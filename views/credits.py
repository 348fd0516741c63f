"""The credit of an organisation: what is left, what was paid in, what a period cost."""

from calendar import monthrange
from collections import defaultdict
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal
from dispatch.money import forecast, ledger, pictures, statement
from dispatch.money.prices import mills_of
from dispatch.onboarding import contracts
from dispatch.papers import credit as paper
from dispatch.words import CHANNELS
from models import PAYMENTS, Organisation
from views import guard, lookups, render
from views.bins import attached

pages = Blueprint("credits", __name__)
WAYS = {
    "": _l("Billed afterwards"),
    "prepaid": _l("Paid in advance; nothing leaves without cover"),
    "overdraft": _l("Paid in advance; a warning leaves even without cover"),
}
LINES = 50


@pages.get("/credits")
@guard.needs("credit.see")
def index():
    """An organisation finds its own; whoever looks after the platform chooses one."""
    if ledger.spends(current_user.organisation):
        return redirect(url_for("credits.show", id=current_user.organisation_id))
    found = Organisation.select().where(Organisation.kind.in_(ledger.SPENDERS)).order_by(Organisation.name)
    shown = found if rights.may(current_user, "organisation.see") else []
    rows = [(one, WAYS[one.payment], ledger.of(one)) for one in shown]
    return render_template("credits/index.html", rows=rows)


def _payer(id: int) -> Organisation:
    """An organisation that has a credit: a payment is never noted on the platform itself."""
    found = lookups.organisation_of(id)
    return found if ledger.spends(found) else abort(404)


@pages.get("/credits/<int:id>")
@guard.needs("credit.see")
def show(id: int):
    return _page(_payer(id))


@pages.post("/credits/<int:id>/top-up")
@guard.needs("credit.change")
def top_up(id: int):
    organisation = _payer(id)
    accession = contracts.accessions_of(organisation).first()
    return _add(
        organisation,
        "amount",
        lambda mills, note: ledger.top_up(
            organisation,
            mills,
            expires_on=accession and accession.last_day,
            note=note,
            by=current_user,
            now=clock.now(),
        ),
    )


@pages.post("/credits/<int:id>/correct")
@guard.needs("credit.change")
def correct(id: int):
    organisation = _payer(id)
    return _add(
        organisation,
        "correction",
        lambda mills, note: ledger.correct(organisation, mills, note=note, by=current_user, now=clock.now()),
    )


@pages.post("/credits/<int:id>/payment")
@guard.needs("credit.change")
def arrange(id: int):
    organisation = _payer(id)
    payment = request.form.get("payment", "?")
    if payment not in PAYMENTS:
        return _page(organisation, {"payment": _("Choose one of these.")}), 422
    ledger.arrange(organisation, payment, by=current_user, now=clock.now())
    flash(_("From now on: %(way)s.", way=WAYS[payment]), "done")
    return redirect(url_for("credits.show", id=id), 303)


@pages.get("/credits/<int:id>/statement.<any(pdf, xlsx):form>")
@guard.needs("credit.see")
def save(id: int, form: str):
    told = statement.of_period(_payer(id), *period())
    lang = current_user.language
    name = f"statement-{told.organisation.slug}-{told.begins_on:%Y-%m-%d}.{form}"
    if form == "pdf":
        return attached(paper.credit_statement(told, lang, clock.now()), name, "application/pdf")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return attached(paper.credit_workbook(told, lang), name, kind)


def period() -> tuple[date, date]:
    """The month that is asked, as 2026-11; what cannot be read is this month."""
    today = clock.local(clock.now()).date()
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        asked = today.replace(day=1)
    asked = min(max(asked, date(2000, 1, 1)), date(9000, 1, 1))
    return asked, asked.replace(day=monthrange(asked.year, asked.month)[1])


def _add(organisation: Organisation, field: str, deed):
    mills = mills_of(request.form.get(field, ""))
    if mills is None:
        return _page(organisation, {field: _("Type an amount in euro, such as 275 or 275,50.")}), 422
    try:
        deed(mills, request.form.get(f"{field}-note", ""))
    except Refusal as refusal:
        return _page(organisation, {field: refusal.sentence.said_by(_)}), 422
    flash(_("Noted. The line can be corrected by another line, never changed."), "done")
    return redirect(url_for("credits.show", id=organisation.id), 303)


def _page(organisation: Organisation, faults: dict[str, str] | None = None) -> str:
    faults, now = faults or {}, clock.now()
    begins_on, ends_on = period()
    labels = {"amount": _("Amount"), "correction": _("Correction"), "payment": _("How it is paid")}
    return render_template(
        "credits/show.html",
        organisation=organisation,
        credit=ledger.of(organisation),
        packages=ledger.packages(organisation),
        told=statement.of_period(organisation, begins_on, ends_on),
        letters=statement.LETTERS,
        month=f"{begins_on:%Y-%m}",
        months_left=forecast.months_left(organisation, now),
        over_time=pictures.credit(organisation, str(render.locale()), now),
        ways=[(code, words) for code, words in WAYS.items()],
        channels={code: _(name) for code, name in CHANNELS.items()},
        way=WAYS[organisation.payment],
        may_change=rights.may(current_user, "credit.change"),
        may_list=rights.may(current_user, "organisation.see"),
        typed=defaultdict(str, request.form),
        faults=defaultdict(str, faults),
        summary=[(field, labels[field], said) for field, said in faults.items()],
    )
