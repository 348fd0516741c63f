"""The order form of an organisation: numbers beside today's prices, and the paper of what was ordered."""

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock
from dispatch.errors import Incomplete, Refusal
from dispatch.onboarding import orders
from dispatch.onboarding.orders import PER
from models import Organisation
from views import guard, lookups
from views.agreements import typed
from views.bins import attached

pages = Blueprint("orders", __name__)
USUAL = {"once": "1", "year": "1", "piece": "0"}


@pages.get("/organisations/<int:id>/order")
@guard.needs("agreement.change")
def form(id: int):
    return _page(lookups.organisation_of(id))


@pages.post("/organisations/<int:id>/order")
@guard.needs("agreement.change")
def place(id: int):
    organisation = lookups.organisation_of(id)
    numbers = {
        name.removeprefix("number-"): typed
        for name, typed in request.form.items()
        if name.startswith("number-")
    }
    try:
        total = orders.total_of(numbers, request.form.get("orderer", ""), clock.now())
        if request.form.get("total") != str(total):  # nobody orders what they did not see the sum of
            return _page(organisation, total=total)
        orders.place(
            organisation,
            numbers,
            request.form.get("orderer", ""),
            tariff=request.form.get("tariff", 0, type=int),
            by=current_user,
            now=clock.now(),
        )
    except Incomplete as refusal:
        return _page(organisation, {name: said.said_by(_) for name, said in refusal.faults.items()}), 422
    except Refusal as refusal:
        return _page(organisation, {"orderer": refusal.sentence.said_by(_)}), 422
    flash(_("Ordered. The order form is kept as PDF."), "done")
    return redirect(url_for("organisations.show", id=id), 303)


@pages.get("/orders/<int:id>/paper")
@guard.needs("agreement.change")
def paper(id: int):
    document = lookups.order_of(id).document
    return attached(bytes(document.content), document.filename, "application/pdf")


def _page(organisation: Organisation, faults: dict[str, str] | None = None, total: int | None = None) -> str:
    faults, last = faults or {}, orders.last_of(organisation)
    ordered = {code: str(number) for code, number, _mills in last.lines} if last else {}
    tariff = orders.tariff_on(clock.local(clock.now()).date())
    lines = orders.lines_of(tariff, {}, current_user.language) if tariff else []
    labels = {f"number-{line.code}": line.name for line in lines} | {"orderer": _l("Ordered by")}
    return render_template(
        "orders/form.html",
        organisation=organisation,
        tariff=tariff,
        lines=[
            {
                "line": line,
                "field": f"number-{line.code}",
                "value": request.form.get(
                    f"number-{line.code}", ordered.get(line.code, "0" if last else USUAL[line.per])
                ),
                "per": _(PER[line.per]),
            }
            for line in lines
        ],
        last=last,
        last_mills=sum(number * mills for _code, number, mills in last.lines) if last else 0,
        total=total,
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=[(field, labels.get(field, field), said) for field, said in faults.items()],
    )
