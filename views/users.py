"""The people of an organisation: invited, given a role, let out; and what waits for a second administrator."""

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from dispatch import accounts, clock, matrix, rights
from dispatch.access import invitations, particulars, pending, second_factor
from dispatch.errors import Refusal
from dispatch.words import LANGUAGE_NAMES, N_, USER_ROLES
from models import LANGUAGES, Bin, PendingChange, User
from views import guard, identity, lookups

pages = Blueprint("users", __name__)
CHANGES = {
    "user.role": N_("%(asker)s wants %(person)s to become %(role)s."),
    "user.second_factor": N_(
        "%(asker)s wants the second factor of %(person)s to be forgotten: the telephone is lost."
    ),
    "user.email": N_("%(asker)s wants %(person)s to sign in with %(email)s."),
    "user.reopen": N_("%(asker)s wants to let %(person)s in again, as administrator."),
}
WAITS = N_("Asked. It is done when another administrator confirms it.")


@pages.get("/users")
@guard.needs("user.see")
def index():
    return _index()


@pages.get("/users/new")
@guard.needs("user.change")
def new():
    return _new()


@pages.post("/users/new")
@guard.needs("user.change")
def invite():
    """Makes the account and mails its link."""
    typed = request.form
    try:
        identity.confirm()
        user = invitations.invite(
            current_user.organisation,
            name=typed.get("name", ""),
            email=typed.get("email", ""),
            role=_role(typed.get("role", "")),
            language=typed.get("language") if typed.get("language") in LANGUAGES else "nl",
            bins=_bins(),
            public_url=current_app.config["BELFORT_PUBLIC_URL"],
            by=_me(),
            now=clock.now(),
        )
    except Refusal as refusal:
        return _new({refusal.field or "email": refusal.sentence.said_by(_)}), 422
    current_app.extensions["jobs"].wake()
    flash(_("A mail with a link went to %(email)s.", email=user.email), "done")
    if typed.get("role") != user.role:
        flash(_(WAITS), "warn")
    return redirect(url_for(".index"), 303)


@pages.post("/users/rule")
@guard.needs("user.change")
def rule():
    """Whether everybody of the organisation needs a second factor."""
    if said := identity.fault():
        return _index({"password-rule": said}), 422
    asked = request.form.get("asked") == "1"
    accounts.set_second_factor_rule(current_user.organisation, asked, by=_me(), now=clock.now())
    flash(_("Saved."))
    return redirect(url_for(".index"), 303)


# ── One person ──────────────────────────────────────────────────────────


@pages.get("/users/<int:id>")
@guard.needs("user.see")
def show(id: int):
    return _person(lookups.user_of(id))


@pages.post("/users/<int:id>/role")
@guard.needs("user.change")
def set_role(id: int):
    def deed(user: User):
        return accounts.change_role(user, request.form.get("role", ""), by=_me(), now=clock.now())

    return _after(lookups.user_of(id), deed, _("Saved. This person signs in again, with the new role."))


@pages.post("/users/<int:id>/particulars")
@guard.needs("user.change")
def correct(id: int):
    """Name, address and BINs in one go."""
    form, was = request.form, request.form.getlist("bins-were", type=int)

    def deed(user: User):
        return particulars.correct(
            user,
            name=form.get("name", ""),
            email=form.get("email", ""),
            were=(form.get("name-was", ""), form.get("email-was", "")),
            bins=(*_bins(), *_unseen(user)),
            bins_were=was,
            public_url=current_app.config["BELFORT_PUBLIC_URL"],
            by=_me(),
            now=clock.now(),
        )

    answer = _after(lookups.user_of(id), deed, _("Saved."))
    current_app.extensions["jobs"].wake()
    return answer


@pages.post("/users/<int:id>/second-factor")
@guard.needs("user.change")
def forget_second_factor(id: int):
    def deed(user: User):
        return accounts.ask_second_factor_reset(user, by=_me(), now=clock.now())

    return _after(lookups.user_of(id), deed, "")


@pages.post("/users/<int:id>/reopen")
@guard.needs("user.change")
def reopen(id: int):
    def deed(user: User):
        return accounts.reopen(user, by=_me(), now=clock.now())

    return _after(lookups.user_of(id), deed, _("This person can sign in again."))


@pages.post("/users/<int:id>/invite")
@guard.needs("user.change")
def invite_again(id: int):
    def deed(user: User) -> None:
        url = current_app.config["BELFORT_PUBLIC_URL"]
        invitations.invite_again(user, public_url=url, by=_me(), now=clock.now())
        current_app.extensions["jobs"].wake()

    return _after(lookups.user_of(id), deed, _("A new link was mailed. The old one is worth nothing."))


@pages.get("/users/<int:id>/close")
@guard.needs("user.change")
def confirm_close(id: int):
    return render_template("users/close.html", user=lookups.user_of(id))


@pages.post("/users/<int:id>/close")
@guard.needs("user.change")
def close(id: int):
    """At once, and without a password first: who must go out, goes out now."""
    user = lookups.user_of(id)
    deed = invitations.withdraw if user.is_invited else accounts.close
    deed(user, by=_me(), now=clock.now())
    flash(_("Closed. Every screen of %(name)s was signed out.", name=user.name), "done")
    return redirect(url_for(".index"), 303)


# ── What waits for a second administrator ───────────────────────────────


@pages.post("/users/changes/<int:id>/<any(confirm, refuse):verdict>")
@guard.needs("user.change")
def decide(id: int, verdict: str):
    change = lookups.pending_change_of(id)
    is_theirs = verdict == "confirm" and pending.may_confirm(_me(), change)
    if is_theirs and (said := identity.fault()):
        return _index({"password": said}), 422
    deed = pending.confirm if verdict == "confirm" else pending.refuse
    try:
        deed(change, by=_me(), now=clock.now())
    except Refusal as refusal:
        flash(refusal.sentence.said_by(_), "warn")
    else:
        flash(_("Confirmed, and done.") if verdict == "confirm" else _("Refused. Nothing was changed."))
    return redirect(url_for(".index"), 303)


# ── Pages ───────────────────────────────────────────────────────────────


def _index(faults: dict[str, str] | None = None) -> str:
    now = clock.now()
    here = User.select().where(User.organisation == current_user.organisation_id)
    waiting = lookups.pending_changes_seen(now)
    return render_template(
        "users/index.html",
        people=[(user, _(USER_ROLES[user.role])) for user in here.order_by(User.is_active.desc(), User.name)],
        changes=[_change(change) for change in waiting],
        may_change=rights.may(current_user, "user.change"),
        asks_all=current_user.organisation.asks_second_factor,
        organisation=current_user.organisation,
        faults=faults or {},
        now=now,
        **identity.asked(),
    )


def _new(faults: dict[str, str] | None = None) -> str:
    return render_template(
        "users/new.html",
        typed=request.form,
        roles=_roles(),
        languages=[(code, _(name)) for code, name in LANGUAGE_NAMES.items()],
        bins=[(bin.id, bin.name) for bin in rights.bins_of(current_user)],
        chosen=request.form.getlist("bins"),
        faults=faults or {},
        **identity.asked(),
    )


def _person(user: User, faults: dict[str, str] | None = None) -> str:
    mandates = [row.bin_id for row in user.mandates]
    bins = [(bin.id, bin.name) for bin in rights.bins_of(current_user)]
    is_correcting = request.endpoint == "users.correct" and "deed" not in (faults or {})  # else: as it is now
    return render_template(
        "users/show.html",
        user=user,
        typed={"name": user.name, "email": user.email} | (request.form.to_dict() if is_correcting else {}),
        is_correcting=is_correcting,
        bins=bins if user.role == "coordinator" else [],
        bins_were=mandates,
        chosen=request.form.getlist("bins") if is_correcting else mandates,
        bins_held=[name for id, name in bins if id in mandates],
        role=_(USER_ROLES[user.role]),
        roles=_roles(user),
        has_factor=second_factor.of(user) is not None,
        may_change=rights.may(current_user, "user.change"),
        is_me=user.id == current_user.id,
        faults=faults or {},
        now=clock.now(),
        **identity.asked(),
    )


def _after(user: User, deed, said: str):
    """Does one deed to a person for who has shown who they are; a deed that waits for a second one says so."""
    try:
        identity.confirm()
        waits = deed(user)
    except Refusal as refusal:
        return _person(user, {refusal.field or "deed": refusal.sentence.said_by(_)}), 422
    flash(_(WAITS) if waits else said, "warn" if waits else "done")
    return redirect(url_for(".show", id=user.id), 303)


def _change(change: PendingChange) -> dict:
    """What waits, in words; where nobody could confirm it, the command that the machine's administrator runs."""
    alone = not pending.confirmers(change)
    return {
        "change": change,
        "said": _said(change),
        "may_confirm": pending.may_confirm(_me(), change),
        "command": f"flask user confirm --email {change.about.email}" if alone and change.about_id else "",
    }


def _said(change: PendingChange) -> str:
    role, email = USER_ROLES.get(change.facts.get("role", ""), ""), change.facts.get("email", "")
    person = change.about.name if change.about_id else ""
    words = CHANGES.get(change.kind)
    return (
        _(words, asker=change.asked_by.name, person=person, role=_(role) if role else "", email=email)
        if words
        else change.kind
    )


def _roles(user: User | None = None) -> list[tuple[str, str]]:
    where = user.organisation if user else current_user.organisation
    return [(role, _(USER_ROLES[role])) for role in matrix.roles_of(where)]


def _role(role: str) -> str:
    return role if role in matrix.roles_of(current_user.organisation) else abort(400)


def _bins() -> tuple[Bin, ...]:
    chosen = {int(id) for id in request.form.getlist("bins") if id.isdecimal()}
    return tuple(bin for bin in rights.bins_of(current_user) if bin.id in chosen)


def _unseen(user: User) -> list[Bin]:
    """The BINs of a coordinator that whoever looks does not see, and so cannot have unticked."""
    seen = {bin.id for bin in rights.bins_of(current_user)}
    return [mandate.bin for mandate in user.mandates if mandate.bin_id not in seen]


def _me() -> User:
    return current_user._get_current_object()
