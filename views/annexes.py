"""The annexes of a contract or an agreement, version by version, and the notices that wait to be acknowledged."""

from collections import defaultdict

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock
from dispatch.centre import annexes, notices
from dispatch.errors import Refusal, WrongMoment
from dispatch.people.numbers import national
from dispatch.words import LANGUAGE_NAMES
from models import Agreement, Contract
from views import guard, lookups
from views.agreements import day_typed, typed
from views.bins import attached
from views.promises import refused, summary_of

pages = Blueprint("annexes", __name__)


@pages.get("/centre-contracts/<int:id>")
@guard.needs("promise.see")
def contract(id: int):
    found = lookups.centre_contract_of(id)
    return render_template(
        "promises/contract.html",
        contract=found,
        agreements=list(found.agreements.order_by(Agreement.id)),
        versions=[(one, _(annexes.NAMES[one.number])) for one in annexes.versions(found)],
        today=clock.local(clock.now()).date(),
        may_write_annex=bool(annexes.writable_by(current_user, found)),
    )


@pages.route("/centre-agreements/<int:id>/annex", methods=["GET", "POST"])
@guard.needs("promise.see")
def annex_of_agreement(id: int):
    return _annex_form(lookups.centre_agreement_of(id), url_for("promises.show", id=id))


@pages.route("/centre-contracts/<int:id>/annex", methods=["GET", "POST"])
@guard.needs("promise.change")
def annex_of_contract(id: int):
    return _annex_form(lookups.centre_contract_of(id), url_for("annexes.contract", id=id))


def _annex_form(of: Contract | Agreement, back: str):
    numbers = annexes.writable_by(current_user, of) or abort(403)
    if request.method == "GET":
        return _annex_page(of, back, numbers, {})
    try:
        _write_annex(of)
    except (WrongMoment, Refusal) as refusal:
        return refused(refusal, lambda faults: _annex_page(of, back, numbers, faults))
    flash(_("Written down. The versions before stay as they were."), "done")
    return redirect(back, 303)


def _write_annex(of: Contract | Agreement) -> None:
    upload = request.files.get("file")
    content = upload.read() if upload and upload.filename else b""
    annexes.write(
        of,
        request.form.get("number", 0, type=int),
        request.form.get("text", ""),
        day_typed("from_on"),
        (content, upload.filename) if content else None,
        by=current_user,
        now=clock.now(),
    )


def _annex_page(of, back: str, numbers: tuple[int, ...], faults: dict[str, str]) -> str:
    return render_template(
        "promises/annex_form.html",
        of=of,
        url=request.path,
        back=back,
        is_contract=isinstance(of, Contract),
        numbers=[(n, f"{n}. {_(annexes.NAMES[n])}") for n in numbers],
        chosen=request.values.get("number", ""),
        today=clock.local(clock.now()).date(),
        typed=typed(),
        faults=defaultdict(str, faults),
        summary=summary_of(faults),
    )


@pages.get("/annexes/<int:id>")
@guard.needs("promise.see")
def annex(id: int):
    found = lookups.annex_of(id)
    return render_template(
        "promises/annex.html",
        annex=found,
        name=_(annexes.NAMES[found.number]),
        persons=[_row(one) for one in annexes.persons_in(found)],
        languages={lang: _(name) for lang, name in LANGUAGE_NAMES.items()},
        others=_plain(found.content),
        is_ours=found.agreement_id is not None,
    )


def _row(person: annexes.Person) -> tuple[str, str, str]:
    return person.name, annexes.function_of(person, _), ", ".join(map(national, person.ways))


SHOWN_APART = ("persons", "questions", "text")


def _plain(content: dict) -> list[tuple[str, str]]:
    """What an annex holds beside text, persons and questions, as pairs of name and value."""
    return [(key, str(value)) for key, value in content.items() if key not in SHOWN_APART]


@pages.get("/annexes/<int:id>/file")
@guard.needs("promise.see")
def annex_file(id: int):
    document = lookups.annex_of(id).document or abort(404)
    return attached(bytes(document.content), document.filename, "application/pdf")


# ── Notices ─────────────────────────────────────────────────────────────


@pages.get("/notices/<int:id>/file")
@guard.needs("promise.see")
def notice_file(id: int):
    document = lookups.notice_of(id).document or abort(404)
    return attached(bytes(document.content), document.filename, "application/pdf")


@pages.post("/notices/<int:id>/acknowledge")
@guard.needs("activation.answer")
def acknowledge(id: int):
    notice = lookups.notice_of(id)
    notices.acknowledge(notice, by=current_user, now=clock.now())
    flash(_("Acknowledged. The municipality sees it."), "done")
    return redirect(url_for("promises.index"), 303)
