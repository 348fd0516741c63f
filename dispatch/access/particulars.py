"""A person's name, address and BINs, put right by an administrator."""

from collections.abc import Iterable
from datetime import datetime

from dispatch import accounts, audit, letters
from dispatch.access import invitations, links, pending, sessions
from dispatch.errors import Refusal, WrongMoment
from dispatch.words import N_, translator
from models import Bin, PendingChange, User, writing

SUBJECT = N_("You sign in with another address")
BODY = N_(
    "Hello %(name)s,\n\nTwo administrators changed the address with which you sign in at Belfort: from now on it is "
    "%(new)s, and no longer %(old)s. Your password stays as it is.\n\nDid you not know of this? Then ask your administrator."
)


def correct(
    user: User,
    *,
    name: str,
    email: str,
    were: tuple[str, str],
    public_url: str,
    by: User,
    now: datetime,
    bins: Iterable[Bin] = (),
    bins_were: Iterable[int] = (),
) -> PendingChange | None:
    """Keeps a person's name and address, and a coordinator's BINs: all of it or nothing.

    Whoever did not take the invitation up gets a new one at the new address. For anybody else the address is a way in:
    another one waits for a second administrator's word. were: the name and the address that the asker saw; raises
    WrongMoment when they are others by now, Refusal at "name", "email" or "bins".
    """
    name, email = name.strip(), email.strip().lower()
    accounts.check(email, name, user.role)
    with writing():
        user = User.get_by_id(user.id)
        if (user.name, user.email) != were:
            raise WrongMoment(accounts.CHANGED_MEANWHILE)
        if user.role == "coordinator":
            accounts.entrust(user, bins, were=bins_were, by=by, now=now)
        if name != user.name:
            User.update(name=name).where(User.id == user.id).execute()
            audit.record("user.renamed", user, by=by, now=now, organisation=user.organisation_id)
        return _readdress(user, email, public_url, by=by, now=now) if email != user.email else None


def _readdress(user: User, email: str, public_url: str, *, by: User, now: datetime) -> PendingChange | None:
    _refuse_taken(email)
    if not user.is_invited:
        asked = {"organisation": user.organisation, "about": user, "unwritten": {"email": email}}
        return pending.ask("user.email", **asked, by=by, now=now)
    _move(user, email, by=by, now=now)
    if user.is_active:
        invitations.invite_again(User.get_by_id(user.id), public_url=public_url, by=by, now=now)
    return None


def _refuse_taken(email: str) -> None:
    if User.select().where(User.email == email).exists():
        raise Refusal(N_("There is already an account for %(email)s."), email=email, field="email")


def _move(user: User, email: str, *, by: User | None, now: datetime) -> None:
    """From now on the person signs in with this address; every session and mailed link of theirs ends."""
    if not User.update(email=email).where(User.id == user.id, User.email == user.email).execute():
        raise WrongMoment(accounts.CHANGED_MEANWHILE)
    sessions.end_all(user, now=now)
    links.end_all(user, now=now)
    audit.record("user.address_changed", user, by=by, now=now, organisation=user.organisation_id)


@pending.does("user.email")
def _confirmed_address(change: PendingChange, *, by: User | None, now: datetime) -> None:
    user, email = change.about, change.facts["email"]
    _refuse_taken(email)
    _move(user, email, by=by, now=now)
    say = translator(user.language).gettext
    letters.post(
        [user.email, email],
        organisation=user.organisation,
        subject=say(SUBJECT),
        body=say(BODY) % {"name": user.name, "new": email, "old": user.email},
        lang=user.language,
        now=now,
    )
