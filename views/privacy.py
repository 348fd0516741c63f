"""What a person may ask: what is kept about them, to be forgotten; and why, for whom and how long a list is kept."""

from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import clock, papers, rights
from dispatch.errors import Refusal
from dispatch.people import dossier, erasing, members, processing
from dispatch.people.members import BASES
from dispatch.words import CHANNELS
from models import Bin, Membership
from views import bins, guard, lookups, render

pages = Blueprint("privacy", __name__)


# ── One person ──────────────────────────────────────────────────────────


@pages.get("/members/<int:id>/data.<any(json, pdf, xlsx):kind>")
@guard.needs("member.export")
def data(id: int, kind: str):
    member = lookups.whole_member_of(id)
    content = dossier.export(member, kind, str(render.locale()), by=current_user, now=clock.now())
    return bins.attached(content, f"member-{member.id}.{kind}", dossier.FILES[kind])


@pages.get("/members/<int:id>/erase")
@guard.needs("member.change")
def confirm_erase(id: int):
    member = lookups.whole_member_of(id)
    return render_template(
        "privacy/erase.html",
        member=member,
        traces=erasing.traces(member),
        is_underway=erasing.is_underway(member),
    )


@pages.post("/members/<int:id>/erase")
@guard.needs("member.change")
def erase(id: int):
    member = lookups.whole_member_of(id)
    last = member.memberships.order_by(Membership.id.desc()).get()
    erasing.erase(member, by=current_user, now=clock.now())
    flash(_("This person is erased. What was counted stays, without a name."), "done")
    return redirect(url_for("bins.show", id=last.bin_id), 303)


@pages.post("/memberships/<int:id>/basis")
@guard.needs("member.change")
def set_basis(id: int):
    membership = lookups.membership_of(id)
    basis, source = request.form.get("basis", ""), request.form.get("basis_source", "")
    members.set_basis(membership, basis, on=_day("basis_on"), source=source, by=current_user, now=clock.now())
    flash(_("The legal basis is written down."))
    return redirect(url_for("members.show", id=membership.member_id), 303)


# ── One list ────────────────────────────────────────────────────────────


@pages.get("/bins/<int:id>/processing")
@guard.needs("member.see")
def show(id: int):
    return _page(lookups.bin_of(id))


@pages.post("/bins/<int:id>/processing")
@guard.needs("member.change")
def write(id: int):
    bin = lookups.bin_of(id)
    try:
        processing.write(bin, request.form, _day("basis_on"), by=current_user, now=clock.now())
    except Refusal as refusal:
        return _page(bin, request.form.to_dict(), refusal), 422
    flash(_("The record of processing is saved."))
    return redirect(url_for("privacy.show", id=bin.id), 303)


@pages.get("/bins/<int:id>/processing.pdf")
@guard.needs("member.see")
def pdf(id: int):
    bin, lang = lookups.bin_of(id), str(render.locale())
    chapters = [(title, ["", ""], rows) for title, rows in _record(bin, lang)]
    title = _("Record of processing: %(name)s", name=bin.name)
    content = papers.dossier(title, bin.organisation.name, chapters, lang)
    return bins.attached(content, f"processing-{bin.slug}.pdf", dossier.FILES["pdf"])


def _page(bin: Bin, typed=None, refusal: Refusal | None = None) -> str:
    said = processing.of(bin)
    told = {name: getattr(said, name) for name in processing.TOLD} | {"basis_on": said.basis_on or ""}
    return render_template(
        "privacy/processing.html",
        bin=bin,
        chapters=_record(bin, str(render.locale())),
        typed=told | (typed or {}),
        refusal=refusal,
        bases=bases(),
        may_change=rights.may(current_user, "member.change"),
    )


def bases() -> list[tuple[str, str]]:
    return [("", _("not said yet")), *((code, _(said)) for code, said in BASES.items())]


def _record(bin: Bin, lang: str) -> processing.Sections:
    roads, jobs = current_app.extensions["roads"], current_app.extensions["jobs"]
    providers = {
        (channel, roads.choose(channel, is_practice=False, now=clock.now()).name.partition(":")[0])
        for channel in CHANNELS
    }
    return processing.record(bin, lang, roads=sorted(providers), keeping=jobs.keeping)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
