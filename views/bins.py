"""The BINs, and the list of one BIN: searched, filtered, changed in bulk and taken along."""

from dataclasses import replace
from math import ceil

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from dispatch import clock, papers, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import alive, bins, imports, lists, members
from dispatch.people.lists import Search
from dispatch.words import LANGUAGE_NAMES, MEMBER_ROLES
from models import Bin, Import, Membership
from views import guard, lookups, render
from views.members import no_news

pages = Blueprint("bins", __name__)

PAGE = 25
DEEDS = {
    "pause": members.pause,
    "resume": members.resume,
    "end": members.end,
    "rejoin": members.rejoin,
    "language": members.set_language,
}
SHEETS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pages.get("/bins")
@guard.needs("bin.see")
def index():
    found = list(rights.bins_of(current_user))
    if current_user.role == "coordinator" and len(found) == 1:
        return redirect(url_for("bins.show", id=found[0].id))
    may_create = rights.may(current_user, "bin.create")
    return render_template("bins/index.html", bins=found, reach=lists.reach(found), may_create=may_create)


@pages.get("/bins/new")
@guard.needs("bin.create")
def new():
    return render_template("bins/new.html", typed={}, refusal=None)


@pages.post("/bins/new")
@guard.needs("bin.create")
def create():
    name, town = request.form.get("name", ""), request.form.get("town", "")
    try:
        bin = bins.create(current_user.organisation, name, town=town, by=current_user, now=clock.now())
    except Refusal as refusal:
        return render_template("bins/new.html", typed=request.form, refusal=refusal), 422
    flash(_("BIN %(name)s is made. Add its members, or import a list.", name=bin.name))
    return redirect(url_for("bins.show", id=bin.id), 303)


@pages.get("/bins/<int:id>/name")
@guard.needs("bin.create")
def name(id: int):
    return _naming(lookups.bin_of(id))


@pages.post("/bins/<int:id>/name")
@guard.needs("bin.create")
def rename(id: int):
    bin, typed = lookups.bin_of(id), request.form
    try:
        bins.rename(bin, typed.get("name", ""), was=typed.get("was", ""), by=current_user, now=clock.now())
    except WrongMoment:
        raise
    except Refusal as refusal:
        return _naming(bin, refusal.sentence.said_by(_)), 422
    flash(_("Saved."))
    return redirect(url_for("bins.show", id=bin.id), 303)


def _naming(bin: Bin, fault: str = "") -> str:
    typed = request.form.get("name", bin.name)
    return render_template("bins/name.html", bin=bin, typed=typed, fault=fault)


@pages.get("/bins/<int:id>")
@guard.needs("member.see")
def show(id: int):
    bin = lookups.bin_of(id)
    may = {deed: rights.may(current_user, f"member.{deed}") for deed in ("change", "import", "export")}
    reach = lists.reach([bin])[bin.id]
    return render_template(
        "bins/show.html",
        bin=bin,
        reach=reach,
        score=alive.scores([bin], clock.now())[bin.id],
        silent=alive.silent_streets(bin),
        elsewhere=sum(alive.other_streets(bin).values()),
        may=may,
        coordinators=bins.coordinators(bin),
        may_see_users=rights.may(current_user, "user.see"),
        may_entrust=rights.may(current_user, "user.change"),
        may_rename=rights.may(current_user, "bin.create"),
        saved=_just_saved(bin),
        former=lists.former(bin).count(),
        **_found(bin),
    )


@pages.get("/bins/<int:id>/members")
@guard.needs("member.see")
def found(id: int):
    """The list alone, while one types; the address bar follows."""
    bin = lookups.bin_of(id)
    may = {"change": rights.may(current_user, "member.change")}
    listed = _found(bin)
    page = render_template("bins/_members.html", bin=bin, may=may, **listed)
    return page, {"HX-Replace-Url": listed["page_url"](listed["number_of_page"])}


@pages.post("/bins/<int:id>/members")
@guard.needs("member.change")
def change_several(id: int):
    bin = lookups.bin_of(id)
    deed = request.form.get("deed", "")
    if deed not in DEEDS:
        raise BadRequest
    chosen = _chosen(lists.former(bin) if deed == "rejoin" else lists.memberships(bin))
    if not chosen:
        flash(_("Nobody was chosen. Tick the members first."), "warn")
        return redirect(url_for("bins.show", id=bin.id), 303)
    if deed == "end" and not request.form.get("sure"):
        return render_template("bins/end.html", bin=bin, memberships=chosen)
    facts = {"language": request.form.get("language", "")} if deed == "language" else {}
    done = members.several(DEEDS[deed], chosen, by=current_user, now=clock.now(), **facts)
    flash(_said(deed, done))
    # Whoever was ended by a slip stands on top there, with the button that undoes it.
    return redirect(url_for("bins.show", id=bin.id, former=1 if deed == "end" else None), 303)


@pages.get("/bins/<int:id>/export.<any(csv, xlsx):kind>")
@guard.needs("member.export")
def export(id: int, kind: str):
    bin, lang = lookups.bin_of(id), current_user.language
    header, rows = lists.export(bin, lang, by=current_user, now=clock.now())
    is_practice = guard.is_practice()
    if kind == "csv":
        content = papers.table_csv(header, rows, practice=is_practice, lang=lang)
    else:
        content = papers.table_workbook(bin.name, header, rows, practice=is_practice, lang=lang)
    name = f"bin-{bin.slug}-{clock.local(clock.now()):%Y-%m-%d}.{kind}"
    return attached(content, name, SHEETS[kind])


def attached(content: bytes, filename: str, media_type: str) -> Response:
    """A file to keep, under a name without surprises."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "-" for c in filename)
    headers = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return current_app.response_class(content, mimetype=media_type, headers=headers)


def _found(bin: Bin) -> dict:
    """The page of the list that is asked, and what its template needs to ask for another one."""
    search = Search(**{name: request.args[name] for name in vars(Search()) if request.args.get(name)})
    query = lists.find(bin, search)
    total = query.count()
    pages_ = max(1, ceil(total / PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages_)
    asked = {
        name: value for name, value in vars(search).items() if value and (name, value) != ("order", "name")
    }
    return {
        "search": search,
        "memberships": list(query.paginate(page, PAGE)),
        "total": total,
        "number_of_page": page,
        "pages": pages_,
        "shown": _shown(page, total),
        "options": _options(bin),
        "languages": LANGUAGE_NAMES,
        "page_url": lambda n: url_for("bins.show", id=bin.id, **asked, page=n),
        "columns": _columns(bin, search, asked),
        "problem_of": problem_of,
        "no_news_of": no_news_of,
        "also_former": _also_former(bin, search, asked),
        "role_of": _role_of,
    }


def _also_former(bin: Bin, search: Search, asked: dict) -> dict | None:
    """How many former members fit the words of a search among the present ones, and where they are listed."""
    number = lists.find(bin, replace(search, former="1")).count() if search.words and not search.former else 0
    return {"number": number, "url": url_for("bins.show", id=bin.id, **asked, former=1)} if number else None


def _just_saved(bin: Bin) -> Import | None:
    """The import that led here, while it can be undone."""
    here = (Import.id == request.args.get("saved", 0, type=int)) & (Import.bin == bin.id)
    record = Import.get_or_none(here)
    is_undoable = record and rights.may(current_user, "member.import") and not imports.obstacle(record)
    return record if is_undoable else None


def _options(bin: Bin) -> dict[str, list[tuple[str, str]]]:
    return {
        "street": [("", _("All streets")), *((street, street) for street in lists.streets(bin))],
        "language": [("", _("All languages")), *((code, _(name)) for code, name in LANGUAGE_NAMES.items())],
        "former": [("", _("Members")), ("1", _("Former members"))],
        "missing": [
            ("", _("All channels")),
            *((name, _(says)) for name, (says, _c) in lists.MISSING.items()),
        ],
    }


def _role_of(membership: Membership) -> str:
    role = _(MEMBER_ROLES[membership.role])
    if membership.is_ended:
        return _("%(role)s, ended on %(day)s", role=role, day=render.day(membership.ended_at))
    return _("%(role)s, paused", role=role) if membership.is_paused else role


def _shown(page: int, total: int) -> str:
    first, last = (page - 1) * PAGE + 1, min(page * PAGE, total)
    return _("%(first)d to %(last)d of %(total)d", first=first, last=last, total=total) if total else ""


def _columns(bin: Bin, search: Search, asked: dict) -> list:
    heads = [
        _sorted(bin, search, asked, "name", _("Name")),
        _sorted(bin, search, asked, "address", _("Address")),
    ]
    return [*heads, _("Reachable on"), _("Language"), _("Role"), _("Problem")]


def _sorted(bin: Bin, search: Search, asked: dict, order: str, label: str) -> dict:
    """A heading that sorts, and the other way round when it is pressed again."""
    turned = f"-{order}" if search.order == order else order
    now = {order: "ascending", f"-{order}": "descending"}.get(search.order)
    return {"label": label, "url": url_for("bins.show", id=bin.id, **asked | {"order": turned}), "sort": now}


def problem_of(membership: Membership) -> str:
    """What is wrong with the reach of a member, in words; "" when nothing is."""
    member = membership.member
    if not member.is_reachable:
        return _("not reachable")
    if not member.mobile and not member.email:
        return _("no mobile, no e-mail")
    if member.mobile_fault:
        return _("the mobile number does not work")
    if member.phone_fault:
        return _("the telephone number does not work")
    return _("the e-mail address does not work") if member.email_fault else ""


def no_news_of(membership: Membership) -> str:
    """By which channels a member wants no more news, in words; "" where that was never said."""
    channels = [channel for channel, _moment in no_news(membership.member)]
    return _("no more news by %(channels)s", channels=", ".join(channels)) if channels else ""


def _chosen(among) -> list[Membership]:
    ids = [int(value) for value in request.form.getlist("chosen") if value.isdecimal()]
    return list(among.where(Membership.id.in_(ids[:1000])))


def _said(deed: str, done: int) -> str:
    if deed == "pause":
        return ngettext("%(num)d membership paused", "%(num)d memberships paused", done)
    if deed == "resume":
        return ngettext("%(num)d membership resumed", "%(num)d memberships resumed", done)
    if deed == "end":
        return ngettext("%(num)d membership ended", "%(num)d memberships ended", done)
    if deed == "rejoin":
        return ngettext("%(num)d person is a member again", "%(num)d people are members again", done)
    return ngettext("Language of %(num)d member set", "Language of %(num)d members set", done)
