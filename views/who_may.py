"""The rights matrix: a grid to read and to tick, who gains and loses before it is saved, the agreement beside it."""

from io import BytesIO
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, matrix, rights
from dispatch.access import pending
from dispatch.errors import Refusal, WrongMoment
from dispatch.matrix import Box
from dispatch.rights import Right
from dispatch.words import CHANNELS, KINDS, RIGHTS, USER_ROLES
from models import Bin, Organisation, PendingChange, User
from views import guard, lookups, wording

pages = Blueprint("who_may", __name__)


# ── The grid ────────────────────────────────────────────────────────────


@pages.get("/rights")
@guard.needs("rights.see")
def index():
    bin = _bin(request.args)
    return render_template("who_may/index.html", **_page(bin, matrix.boxes(_here(), bin)))


def _here() -> Organisation:
    return Organisation.get_by_id(current_user.organisation_id)


def _bin(source) -> Bin | None:
    id = source.get("bin", 0, type=int)
    return lookups.bin_of(id) if id else None


def _page(bin: Bin | None, ticked, sentence: str = "") -> dict:
    """The grid of one BIN or of all, with these boxes ticked."""
    where, people = _here(), matrix.people_of(_here())
    columns = _columns(where, people, ticked)
    return {
        "bin": bin,
        "bins": [(0, _("all BINs")), *((one.id, one.name) for one in rights.bins_of(current_user))],
        "version": where.rights_version,
        "grids": [grid for grid in _grids(bin, columns, _seen(where, bin, ticked)) if grid["parts"]],
        "has_persons": any(column.holder != column.role for column in columns),
        "people": [(0, _("nobody")), *((user.id, _person(user)) for user in people)],
        "may_change": rights.may(current_user, "rights.change"),
        "may_approval": rights.may(current_user, "approval.change"),
        "may_attach": rights.may(current_user, "agreement.change"),
        "agreements": list(matrix.agreements_of(where)),
        "waiting": [_request(asked) for asked in _waiting(where)],
        "sentence": sentence,
        "now": clock.now(),
    }


class Seen(NamedTuple):
    """What is ticked on the page, and what holds besides: at a BIN the boxes of all BINs."""

    ticked: frozenset[Box]
    besides: frozenset[Box]


def _seen(where: Organisation, bin: Bin | None, ticked) -> Seen:
    return Seen(frozenset(ticked), matrix.boxes(where, None) if bin else frozenset())


class Column(NamedTuple):
    """A role, or a person who has boxes of their own: its code, its words, the role, and what can be ticked."""

    holder: str
    name: str
    role: str
    offered: frozenset[Box]


def _columns(where: Organisation, people: list[User], ticked) -> list[Column]:
    """The roles, then the persons who have a box of their own or were asked for."""
    named = {f"user:{user.id}": user for user in people}
    asked = f"user:{request.values.get('person', 0, type=int)}"
    persons = [holder for holder in named if holder == asked or any(box.holder == holder for box in ticked)]
    columns = [(role, _(USER_ROLES[role]), role) for role in matrix.roles_of(where)]
    columns += [(holder, _person(named[holder]), named[holder].role) for holder in persons]
    return [
        Column(holder, wording.capital(name), role, frozenset(matrix.offered(where, role, holder)))
        for holder, name, role in columns
    ]


def _person(user: User) -> str:
    return f"{user.name}, {_(USER_ROLES[user.role])}"


def _grids(bin: Bin | None, columns: list[Column], seen: Seen) -> list[dict]:
    """One table for each deed of sending, kinds × channels long; one for the other deeds, which know no BIN."""
    sent = [
        _grid(f"sent-{n}", _(RIGHTS[deed]), [deed], columns, seen) for n, deed in enumerate(rights.SENDING)
    ]
    return sent if bin else [*sent, _grid("other", _("other rights"), rights.DEEDS, columns, seen)]


def _grid(id: str, name: str, deeds, columns: list[Column], seen: Seen) -> dict:
    """A right a row, a role a column: a handful of roles fits any screen, twenty rights beside each other do not."""
    boxes = [Box("", deed, *part) for deed in deeds for part in matrix.columns(deed)]
    offered = {box._replace(holder="") for column in columns for box in column.offered}
    parts = groupby((box for box in boxes if box in offered), lambda box: box.kind)
    return {
        "id": id,
        "name": wording.capital(name),
        "heads": [column.name for column in columns],
        "parts": [
            (wording.capital(_(KINDS[kind])) if kind else "", [_row(box, columns, seen) for box in some])
            for kind, some in parts
        ],
    }


def _row(box: Box, columns: list[Column], seen: Seen) -> tuple[str, list[dict | None]]:
    said = wording.capital(_(CHANNELS[box.channel]) if box.channel else _(RIGHTS[box.deed]))
    return said, [_cell(box._replace(holder=column.holder), column, seen) for column in columns]


def _cell(box: Box, column: Column, seen: Seen) -> dict | None:
    if box not in column.offered:
        return None
    by_role = box._replace(holder=column.role)
    held = {box, by_role} & seen.besides or (by_role != box and by_role in seen.ticked)
    return {
        "value": "|".join(box),
        "label": f"{column.name}: {_of(box)}",
        "is_ticked": box in seen.ticked,
        "is_held": bool(held),
    }


def _of(right: Box | Right) -> str:
    """A right in words: "send messages: warning, SMS"."""
    said = _(RIGHTS[right.deed])
    return f"{said}: {_(KINDS[right.kind])}, {_(CHANNELS[right.channel])}" if right.kind else said


# ── A change ────────────────────────────────────────────────────────────


@pages.post("/rights/review")
@guard.needs("rights.change")
def review():
    """Who gains and who loses what, in words, before anything is saved."""
    bin, wanted = _bin(request.form), _wanted()
    gained, lost = matrix.difference(_here(), bin, wanted)
    if not gained and not lost:
        flash(_("No box was changed."))
        return redirect(url_for("who_may.index", bin=bin.id if bin else None), 303)
    return render_template(
        "who_may/review.html",
        bin=bin,
        version=request.form.get("version", 0, type=int),
        boxes=["|".join(box) for box in sorted(wanted)],
        gained=[_said(box) for box in gained],
        lost=[_said(box) for box in lost],
        effects=_effects(bin, gained, lost),
        asks_second=matrix.asks_second(current_user, gained),
    )


def _wanted() -> frozenset[Box]:
    boxes = [value.split("|") for value in request.form.getlist("box")]
    return frozenset(Box(*box) for box in boxes if len(box) == 4)


def _said(box: Box) -> str:
    role, _colon, id = box.holder.partition(":")
    who = User.get_by_id(int(id)).name if id else _(USER_ROLES[role])
    return f"{wording.capital(who)}: {_of(box)}"


def _effects(bin: Bin | None, gained, lost) -> list[dict]:
    return [
        {
            "name": effect.user.name,
            "gains": [_of(right) for right in effect.gains],
            "loses": [_of(right) for right in effect.loses],
        }
        for effect in matrix.effects(_here(), bin, gained, lost)
    ]


@pages.post("/rights")
@guard.needs("rights.change")
def change():
    bin, wanted, now = _bin(request.form), _wanted(), clock.now()
    version = request.form.get("version", 0, type=int)
    try:
        asked = matrix.change(_here(), bin, wanted, version=version, by=current_user, now=now)
    except WrongMoment as refusal:
        page = _page(bin, wanted, refusal.sentence.said_by(_))
        return render_template("who_may/index.html", **page), 409
    flash(
        _("Asked. It counts as soon as another administrator confirms it.")
        if asked
        else _("The rights are saved.")
    )
    return redirect(url_for("who_may.index", bin=bin.id if bin else None), 303)


# ── The second administrator ────────────────────────────────────────────


def _request(asked) -> dict:
    gained, lost = ([Box(*box) for box in asked.facts[name]] for name in ("gained", "lost"))
    bin = Bin.get_or_none(Bin.id == asked.facts["bin"])
    return {
        "id": asked.id,
        "by": asked.asked_by.name,
        "at": asked.asked_at,
        "bin": bin.name if bin else _("all BINs"),
        "gained": [_said(box) for box in gained],
        "lost": [_said(box) for box in lost],
        "is_mine": asked.asked_by_id == current_user.id,
        "count": ngettext("%(num)d box", "%(num)d boxes", len(gained) + len(lost)),
    }


def _waiting(where: Organisation):
    return pending.of(where, clock.now()).where(PendingChange.kind == "rights")


def _asked(id: int):
    return _waiting(_here()).where(PendingChange.id == id).first() or abort(404)


@pages.post("/rights-asked/<int:id>/confirm")
@guard.needs("rights.change")
def confirm(id: int):
    pending.confirm(_asked(id), by=current_user, now=clock.now())
    flash(_("The rights are saved."))
    return redirect(url_for("who_may.index"), 303)


@pages.post("/rights-asked/<int:id>/refuse")
@guard.needs("rights.change")
def refuse(id: int):
    pending.refuse(_asked(id), by=current_user, now=clock.now())
    flash(_("The request is refused. The rights stay as they are."))
    return redirect(url_for("who_may.index"), 303)


# ── The agreement ───────────────────────────────────────────────────────


@pages.post("/rights/agreement")
@guard.needs("agreement.change")
def attach():
    file = request.files.get("file")
    try:
        matrix.attach(
            _here(),
            file.read() if file else b"",
            file.filename if file else "",
            by=current_user,
            now=clock.now(),
        )
    except Refusal as refusal:
        if not rights.may(current_user, "rights.see"):
            raise
        page = _page(None, matrix.boxes(_here(), None))
        return render_template(
            "who_may/index.html", **page | {"file_error": refusal.sentence.said_by(_)}
        ), 422
    flash(_("The agreement is kept beside the rights."))
    return redirect(url_for("who_may.index"), 303)


@pages.get("/rights-agreements/<int:id>")
@guard.needs("rights.see")
def agreement(id: int):
    paper = matrix.agreements_of(_here()).where(matrix.Document.id == id).first() or abort(404)
    return send_file(
        BytesIO(paper.content), mimetype=paper.media_type, as_attachment=True, download_name=paper.filename
    )
