"""The tariffs: what sending costs from which day on; the platform writes new ones, everybody with credit reads them."""

from collections import defaultdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Incomplete
from dispatch.money import tariffs
from dispatch.onboarding.orders import PER, name_of
from models import Tariff
from views import guard, lookups, render

pages = Blueprint("tariffs", __name__)


@pages.get("/tariffs")
@guard.needs("credit.see")
def index():
    now = clock.now()
    versions = [_told(version) for version in tariffs.history(now)]
    return render_template(
        "tariffs/index.html",
        versions=versions,
        names={line["code"]: line["name"] for line in _lines(tariffs.proposed(now))},
        in_force=next((one for one in versions if one["version"].is_in_force), None),
        may_change=rights.may(current_user, "credit.change"),
    )


def _told(version: tariffs.Version) -> dict:
    lines = _lines(version.tariff.prices)
    mills = {line["code"]: line["mills"] for line in lines}
    return {"version": version, "lines": lines, "mills": mills, "vat": _percent(version.tariff)}


def _lines(prices: list[dict]) -> list[dict]:
    lang, per = str(render.locale()), {code: _(words) for code, words in PER.items()}
    return [
        {"code": one["code"], "name": name_of(one, lang), "per": per[one["per"]], "mills": one["mills"]}
        for one in prices
    ]


def _percent(tariff: Tariff) -> str:
    return render.money(tariff.vat_permille * 100, symbol=False).removesuffix(",00").removesuffix(".00")


@pages.get("/tariffs/new")
@guard.needs("credit.change")
def form():
    return _form()


@pages.post("/tariffs")
@guard.needs("credit.change")
def write():
    try:
        made = tariffs.price(request.form, by=current_user, now=clock.now())
    except Incomplete as refusal:
        return _form({name: said.said_by(_) for name, said in refusal.faults.items()}), 422
    flash(_("These prices hold from %(day)s on.", day=render.day(made.begins_on)), "done")
    return redirect(url_for("tariffs.index"), 303)


def _form(faults: dict[str, str] | None = None) -> str:
    faults, now = faults or {}, clock.now()
    latest = Tariff.select().order_by(Tariff.begins_on.desc()).first()
    lines = _lines(tariffs.proposed(now))
    shown = {f"price-{one['code']}": _as_typed(one["mills"]) for one in lines}
    shown |= {"vat": _percent(latest) if latest else "21", "begins_on": ""}
    labels = {f"price-{one['code']}": one["name"] for one in lines}
    labels |= {"vat": _("VAT in per cent"), "begins_on": _("In force from")}
    return render_template(
        "tariffs/form.html",
        lines=lines,
        typed=shown | request.form.to_dict(),
        faults=defaultdict(str, faults),
        summary=[(field, labels[field], said) for field, said in faults.items()],
        labels=labels,
        today=clock.local(now).date(),
    )


def _as_typed(mills: int | None) -> str:
    return "" if mills is None else render.money(mills, symbol=False)


@pages.get("/tariffs/<int:id>/withdraw")
@guard.needs("credit.change")
def confirm_withdraw(id: int):
    tariff = lookups.tariff_of(id)
    return render_template("tariffs/withdraw.html", tariff=tariff, lines=_lines(tariff.prices))


@pages.post("/tariffs/<int:id>/withdraw")
@guard.needs("credit.change")
def withdraw(id: int):
    tariff = lookups.tariff_of(id)
    tariffs.withdraw(tariff, by=current_user, now=clock.now())
    flash(
        _("Withdrawn: the prices of %(day)s never come into force.", day=render.day(tariff.begins_on)), "done"
    )
    return redirect(url_for("tariffs.index"), 303)
