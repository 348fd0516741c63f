"""Invitations: somebody gets an account and a mailed link to choose a password with."""

from datetime import datetime

from dispatch import accounts, audit
from dispatch.access import links
from dispatch.errors import Refusal, WrongMoment
from dispatch.words import N_
from models import Bin, Organisation, User, writing

SUBJECT = N_("Your account at Belfort")
BODY = N_(
    "Hello %(name)s,\n\nAn account was made for you at Belfort, the alerting of your neighbourhoods. "
    "Choose a password within seven days:\n\n%(link)s\n\nAfter that your administrator can send a new link."
)
NO_BIN = N_("A coordinator looks after at least one BIN: tick it. If there is none yet, make the BIN first.")
TAKEN_UP = N_("This invitation was taken up already.")


def invite(
    organisation: Organisation,
    *,
    name: str,
    email: str,
    role: str,
    public_url: str,
    by: User,
    now: datetime,
    bins: tuple[Bin, ...] = (),
    language: str = "nl",
    phone: str = "",
) -> User:
    """Makes an account without a password and mails its link; an administrator waits for a second one's word.

    Raises Refusal as `accounts.add_user` does, and for a coordinator who would look after nothing.
    """
    if role == "coordinator" and not bins:
        raise Refusal(NO_BIN, field="bins")
    waits = role in accounts.ADMINISTRATORS
    with writing():
        user = accounts.add_user(
            organisation=organisation,
            name=name,
            email=email,
            role="reader" if waits else role,
            password=None,
            bins=bins,
            language=language,
            phone=phone,
            by=by,
            now=now,
        )
        if waits:
            accounts.change_role(user, role, by=by, now=now)
        _mail(user, public_url, now)
    return user


def invite_again(user: User, *, public_url: str, by: User, now: datetime) -> None:
    """Mails a new link; the old one dies. A withdrawn invitation lives again."""
    with writing():
        if not User.update(is_active=True).where(User.id == user.id, User.password_hash == "").execute():  # nosec B105 # none was chosen yet
            raise WrongMoment(TAKEN_UP)
        audit.record("user.invited_again", user, by=by, now=now)
        _mail(user, public_url, now)


def withdraw(user: User, *, by: User, now: datetime) -> None:
    """Makes the link worthless and closes the account that nobody used yet."""
    with writing():
        if not User.update(is_active=False).where(User.id == user.id, User.password_hash == "").execute():  # nosec B105 # none was chosen yet
            raise WrongMoment(TAKEN_UP)
        links.end_all(user, now=now)
        audit.record("user.invitation_withdrawn", user, by=by, now=now)


def _mail(user: User, public_url: str, now: datetime) -> None:
    links.mail(user, "invitation", subject=SUBJECT, body=BODY, public_url=public_url, now=now)
