"""One member: added, changed in place, with the memberships and the history."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from dispatch import clock, rights
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people import checks, members, processing
from dispatch.people.audience import ENDED
from dispatch.people.dossier import CHANGES
from dispatch.people.members import BASES, FIELD_NAMES
from dispatch.providers.base import REASONS
from dispatch.words import CHANNELS, LANGUAGE_NAMES, MEMBER_ROLES
from models import CONTACTS, MEMBER_FIELDS, Bin, Member, MemberChange, Membership
from views import guard, lookups, privacy, render

pages = Blueprint("members", __name__)


@pages.get("/bins/<int:id>/members/new")
@guard.needs("member.change")
def new(id: int):
    bin = lookups.bin_of(id)
    return _new_page(bin, {"language": bin.organisation.language, "town": bin.town})


@pages.post("/bins/<int:id>/members/new")
@guard.needs("member.change")
def add(id: int):
    bin, typed = lookups.bin_of(id), request.form
    try:
        values = members.read(typed, language=bin.organisation.language)
    except Incomplete as refusal:
        return _new_page(bin, typed, refusal), 422
    is_other, told = bool(typed.get("is_other")), {"by": current_user, "now": clock.now()}
    try:
        member = members.add(bin, values, role=values["role"], may_be_double=is_other, **told)
    except WrongMoment:
        return _new_page(bin, typed, doubles=members.doubles(bin.organisation_id, values)), 422
    flash(_("%(name)s is a member of %(bin)s now.", name=member.name, bin=bin.name))
    return redirect(url_for("bins.show", id=bin.id), 303)


@pages.post("/bins/<int:id>/members/known")
@guard.needs("member.change")
def link(id: int):
    """Makes somebody of the zone, found as a double while typing, a member of this BIN."""
    bin = lookups.bin_of(id)
    double = Member.get_or_none(
        Member.id == request.form.get("member", 0, type=int), Member.organisation == bin.organisation_id
    )
    if double is None or not _is_double(double, bin):
        raise BadRequest
    members.join(double, bin, by=current_user, now=clock.now())
    flash(_("%(name)s is a member of %(bin)s now.", name=double.name, bin=bin.name))
    return redirect(url_for("members.show", id=double.id), 303)


@pages.get("/members/<int:id>")
@guard.needs("member.see")
def show(id: int):
    return _page(lookups.member_of(id))


@pages.post("/members/<int:id>")
@guard.needs("member.change")
def change(id: int):
    member = lookups.member_of(id)
    version = request.form.get("version", 0, type=int)
    try:
        # Who cannot be reached stays so; who can is not left without any way by a slip.
        values = members.read(request.form, must_be_reachable=member.is_reachable)
    except Incomplete as refusal:
        return _page(member, request.form, refusal), 422
    try:
        members.change(member, values, version=version, by=current_user, now=clock.now())
    except WrongMoment as refusal:
        present = lookups.member_of(id)
        return _page(present, request.form, refusal, _theirs(present, values)), 409
    flash(_("%(name)s is saved.", name=lookups.member_of(id).name))
    return redirect(url_for("members.show", id=id), 303)


@pages.post("/members/<int:id>/join")
@guard.needs("member.change")
def join(id: int):
    member, bin = lookups.member_of(id), lookups.bin_of(request.form.get("bin", 0, type=int))
    before = Membership.get_or_none(Membership.member == member.id, Membership.bin == bin.id)
    members.join(member, bin, role=before.role if before else "member", by=current_user, now=clock.now())
    flash(_("%(name)s is a member of %(bin)s now.", name=member.name, bin=bin.name))
    return redirect(url_for("members.show", id=id), 303)


@pages.post("/memberships/<int:id>/role")
@guard.needs("member.change")
def set_role(id: int):
    membership = lookups.membership_of(id)
    members.set_role(membership, request.form.get("role", ""), by=current_user, now=clock.now())
    return _back(membership, _("The role is changed."))


@pages.post("/memberships/<int:id>/pause")
@guard.needs("member.change")
def pause(id: int):
    membership = lookups.membership_of(id)
    members.pause(membership, by=current_user, now=clock.now())
    return _back(membership, _("The membership is paused. No message of this BIN goes to this person."))


@pages.post("/memberships/<int:id>/resume")
@guard.needs("member.change")
def resume(id: int):
    membership = lookups.membership_of(id)
    members.resume(membership, by=current_user, now=clock.now())
    return _back(membership, _("The membership goes on."))


@pages.get("/memberships/<int:id>/end")
@guard.needs("member.change")
def confirm_end(id: int):
    return render_template("members/end.html", membership=lookups.membership_of(id))


@pages.post("/memberships/<int:id>/end")
@guard.needs("member.change")
def end(id: int):
    membership = lookups.membership_of(id)
    members.end(membership, by=current_user, now=clock.now())
    return _back(membership, _("The membership is ended. The person stays known."))


def _back(membership: Membership, sentence: str):
    flash(sentence)
    return redirect(url_for("members.show", id=membership.member_id), 303)


def _is_double(member: Member, bin: Bin) -> bool:
    """Only who was found as a double of what was typed can be linked: a number alone opens no other list."""
    try:
        values = members.read(request.form, language=bin.organisation.language)
    except Incomplete:
        return False
    return member in members.doubles(bin.organisation_id, values)


def _new_page(bin: Bin, typed, refusal: Refusal | None = None, doubles: list[Member] | None = None) -> str:
    return render_template(
        "members/new.html",
        bin=bin,
        typed=typed,
        refusal=refusal,
        **_faults(refusal),
        doubles=[_told_double(double, bin) for double in doubles or ()],
        **_choices(),
    )


def _told_double(double: Member, bin: Bin) -> dict:
    seen = [row.id for row in rights.bins_of(current_user)]
    living = double.memberships.where(Membership.ended_at.is_null())
    bins = [row.bin for row in living]
    return {
        "member": double,
        "bins": ", ".join(one.name if one.id in seen else _("another BIN of the zone") for one in bins),
        "is_here": any(one.id == bin.id for one in bins),
        "url": url_for("members.show", id=double.id) if any(one.id in seen for one in bins) else None,
    }


def _page(member: Member, typed=None, refusal: Refusal | None = None, theirs: list = ()) -> str:
    bins = list(rights.bins_of(current_user))
    here = Membership.bin.in_([bin.id for bin in bins])
    memberships = list(
        Membership.select(Membership, Bin).join(Bin).where(here, Membership.member == member.id)
    )
    known = {row.bin_id for row in memberships}  # who was a member of one before has a button of its own
    return render_template(
        "members/show.html",
        member=member,
        typed=typed or {name: _editable(name, getattr(member, name)) for name in MEMBER_FIELDS},
        refusal=refusal,
        **_faults(refusal),
        theirs=theirs,
        dead=_dead(member),
        no_news=no_news(member),
        memberships=memberships,
        open_bins=[(bin.id, bin.name) for bin in bins if bin.id not in known],
        history=[_told(change) for change in members.history(member, bins)],
        may_change=rights.may(current_user, "member.change"),
        may_export=rights.may(current_user, "member.export"),
        bases=privacy.bases(),
        basis_of=lambda membership: processing.basis_of(membership, str(render.locale())),
        now=clock.now(),
        link=_last_link(member, bins),
        **_choices(),
    )


def _last_link(member: Member, bins: list[Bin]) -> dict | None:
    """The newest personal link that was sent for one of these BINs, and whether it can be withdrawn."""
    found = checks.last_of([member.id], bins).get(member.id)
    return found and {"check": found, "is_open": checks.is_open(found, clock.now())}


def _choices() -> dict:
    return {
        "languages": [(code, _(name)) for code, name in LANGUAGE_NAMES.items()],
        "roles": [(role, _(name)) for role, name in reversed(MEMBER_ROLES.items())],
        "role_names": MEMBER_ROLES,
    }


def _faults(refusal: Refusal | None) -> dict:
    """What is wrong, by field and as the summary at the top."""
    told = {name: sentence.said_by(_) for name, sentence in getattr(refusal, "faults", {}).items()}
    summary = [(name, _(FIELD_NAMES[name]), sentence) for name, sentence in told.items()]
    return {"faults": told, "summary": summary}


def _dead(member: Member) -> list[tuple[str, str]]:
    """What no longer works, and why: [(name of the field, reason)]."""
    faults = ((name, getattr(member, f"{name}_fault")) for name in CONTACTS)
    return [(_(FIELD_NAMES[name]), _(REASONS.get(code, code))) for name, code in faults if code]


def no_news(member: Member) -> list[tuple[str, datetime]]:
    """By which channels this person wants no more news, each with the moment: [(name of the channel, moment)]."""
    ended = ((channel, getattr(member, field)) for channel, field in ENDED.items())
    return [(_(CHANNELS[channel]), moment) for channel, moment in ended if moment]


def _theirs(member: Member, values: dict[str, str]) -> list[tuple[str, str, str]]:
    """Where the present values differ from what was typed, both as they are kept: (field, with us now, typed)."""
    pairs = ((name, getattr(member, name), values[name]) for name in MEMBER_FIELDS)
    return [
        (_(FIELD_NAMES[name]), worded(name, now), worded(name, typed))
        for name, now, typed in pairs
        if now != typed
    ]


def _told(change: MemberChange) -> dict:
    by = change.by.name if change.by else "Belfort"
    lines = [_line(name, *change.fields[name]) for name in FIELD_NAMES if name in change.fields]
    return {
        "at": change.at,
        "deed": _(CHANGES[change.deed]),
        "who": _("%(name)s, by an import", name=by) if change.source_id else by,
        "lines": [", ".join(lines)] if change.deed == "added" else lines,
    }


def _line(name: str, old: str, new: str) -> str:
    """ "Mobile: from 0470 11 22 33 to 0470 99 88 77"."""
    told = {"field": _(FIELD_NAMES[name]), "old": worded(name, old), "new": worded(name, new)}
    if not old:
        return _("%(field)s: %(new)s", **told)
    return (
        _("%(field)s: from %(old)s to %(new)s", **told) if new else _("%(field)s: %(old)s taken away", **told)
    )


def _editable(name: str, value: str) -> str:
    return worded(name, value) if name in ("mobile", "phone") else value


def worded(name: str, value: str) -> str:
    """A value of a member as a person reads it."""
    if name in ("mobile", "phone") and value.startswith("+"):
        return render.phone(value)
    words = {"language": LANGUAGE_NAMES, "role": MEMBER_ROLES, "basis": BASES}.get(name, {})
    return _(words[value]) if value in words else value
