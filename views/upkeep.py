"""Keeping the list of a BIN alive: what is to be mended or decided, asking the members, and the streets."""

from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import alive, checks
from dispatch.people.checks import Door
from dispatch.people.members import FIELD_NAMES
from dispatch.providers.base import REASONS
from dispatch.words import CHANNELS, N_
from models import CONTACTS, Bin, DataCheck, Membership
from views import guard, lookups, members

pages = Blueprint("upkeep", __name__)
SHOWN = 25  # of what is to be mended; what is worst comes first
NOT_IN_PRACTICE = N_(
    "You are practising, and a personal link is real. Stop practising first if you want to send it."
)


@pages.get("/bins/<int:id>/upkeep")
@guard.needs("member.see")
def show(id: int):
    return _page(lookups.bin_of(id))


def _page(bin: Bin, typed: str | None = None, refusal: Refusal | None = None) -> str:
    now, mends = clock.now(), alive.to_mend(bin)
    rows = list(mends.limit(SHOWN))
    last = checks.last_of([row.member_id for row in rows], [bin])
    streets = "\n".join(bin.streets or ()) if typed is None else typed
    return render_template(
        "upkeep/show.html",
        bin=bin,
        now=now,
        may_change=rights.may(current_user, "member.change"),
        decisions=[_decision(check) for check in checks.waiting(bin)],
        mends=[_mend(row, last.get(row.member_id), now) for row in rows],
        mend_count=mends.count(),
        score=alive.scores([bin], now)[bin.id],
        round=checks.last_round(bin),
        due=len(checks.due(bin, now)),
        silent=alive.silent_streets(bin),
        others=alive.other_streets(bin),
        streets=streets,
        refusal=refusal,
    )


def _mend(row: Membership, last: DataCheck | None, now: datetime) -> dict:
    """A member of whom something is dead: what and why, by which channel to ask, and what that costs."""
    member, channel = row.member, checks.channel_to(row.member)
    return {
        "membership": row,
        "member": member,
        "dead": [
            (_(FIELD_NAMES[name]), members.worded(name, getattr(member, name)), _(REASONS.get(code, code)))
            for name in CONTACTS
            if (code := getattr(member, f"{name}_fault"))
        ],
        "channel": _(CHANNELS[channel]) if channel else "",
        "price": checks.price([row], door=_any_door(), now=now),
        "asked_at": last and last.sent_at,
        "phone": member.phone if not member.phone_fault else "",
    }


def _decision(check: DataCheck) -> dict:
    """What a member answered: each field as we have it, and as it should be."""
    member = check.member
    return {
        "check": check,
        "answered": _moment(check),
        "member": member,
        "lines": [
            {
                "label": _(FIELD_NAMES[name]),
                "now": members.worded(name, getattr(member, name)) or "-",
                "new": members.worded(name, new) or _("taken away"),
                "is_older": getattr(member, name) != old,
            }
            for name, (old, new) in check.proposal.items()
        ],
    }


# ── Asking ──────────────────────────────────────────────────────────────


@pages.get("/bins/<int:id>/ask")
@guard.needs("member.change")
def look(id: int):
    bin, now = lookups.bin_of(id), clock.now()
    due = checks.due(bin, now)
    by = [checks.channel_to(row.member) for row in due]
    return render_template(
        "upkeep/ask.html",
        bin=bin,
        due=len(due),
        by_email=by.count("email"),
        by_sms=by.count("sms"),
        price=checks.price(due, door=_any_door(), now=now),
        days=checks.LIFETIME.days,
    )


@pages.post("/bins/<int:id>/ask")
@guard.needs("member.change")
def send_round(id: int):
    bin = lookups.bin_of(id)
    sent = checks.send_round(bin, door=_door(), by=current_user, now=clock.now())
    current_app.extensions["jobs"].wake()
    flash(ngettext("%(num)d personal link is on its way.", "%(num)d personal links are on their way.", sent))
    return redirect(url_for("upkeep.show", id=bin.id), 303)


@pages.post("/memberships/<int:id>/ask")
@guard.needs("member.change")
def ask(id: int):
    """One press: the other channel carries a personal link."""
    row = lookups.membership_of(id)
    made = checks.ask(row.member, row.bin, door=_door(), by=current_user, now=clock.now())
    current_app.extensions["jobs"].wake()
    told = {"name": row.member.name, "channel": _(CHANNELS[made.channel])}
    flash(_("%(name)s is asked by %(channel)s.", **told))
    return redirect(url_for("upkeep.show", id=row.bin_id), 303)


def _door() -> Door:
    if guard.is_practice():
        raise Refusal(NOT_IN_PRACTICE)
    return _any_door()


def _any_door() -> Door:
    return Door(current_app.config["SECRET_KEY"], current_app.config["BELFORT_PUBLIC_URL"])


# ── Deciding ────────────────────────────────────────────────────────────


@pages.post("/checks/<int:id>/accept")
@guard.needs("member.change")
def accept(id: int):
    check = _as_seen(id)
    name, version = check.member.name, request.form.get("version", 0, type=int)
    checks.accept(check, version=version, by=current_user, now=clock.now())
    said = (
        _("%(name)s is off the list.", name=name)
        if check.asks_removal
        else _("%(name)s is saved.", name=name)
    )
    return _back(check, said)


@pages.post("/checks/<int:id>/decline")
@guard.needs("member.change")
def decline(id: int):
    check = _as_seen(id)
    checks.decline(check, by=current_user, now=clock.now())
    return _back(check, _("%(name)s stays as it was.", name=check.member.name))


def _as_seen(id: int) -> DataCheck:
    """The check with the answer that stood on the page: whoever answered anew meanwhile is not decided about unread."""
    check = lookups.check_of(id)
    if request.form.get("answered", _moment(check)) != _moment(check):
        raise WrongMoment(checks.LATE)
    return check


def _moment(check: DataCheck) -> str:
    return check.answered_at.isoformat() if check.answered_at else ""


@pages.post("/checks/<int:id>/revoke")
@guard.needs("member.change")
def revoke(id: int):
    check = lookups.check_of(id)
    checks.revoke(check, by=current_user, now=clock.now())
    flash(_("The personal link is withdrawn. It leads nowhere any more."))
    return redirect(url_for("members.show", id=check.member_id), 303)


def _back(check: DataCheck, sentence: str):
    flash(sentence)
    return redirect(url_for("upkeep.show", id=check.bin_id), 303)


# ── Streets ─────────────────────────────────────────────────────────────


@pages.post("/bins/<int:id>/streets")
@guard.needs("member.change")
def write_streets(id: int):
    bin, typed = lookups.bin_of(id), request.form.get("streets", "")
    file = request.files.get("file")
    try:
        names = typed.splitlines()
        if file and file.filename:
            names += alive.streets_in(file.read(), file.filename)
        kept = alive.set_streets(bin, names, by=current_user, now=clock.now())
    except Refusal as refusal:
        return _page(bin, typed, refusal), 422
    number = len(kept.streets or ())
    flash(ngettext("%(num)d street is written down.", "%(num)d streets are written down.", number))
    return redirect(url_for("upkeep.show", id=bin.id, _anchor="neighbourhood"), 303)
