"""A forgotten password: asked at the door, answered by mail, and nobody learns at the door whose account exists."""

from datetime import datetime, timedelta

from dispatch.access import links, passwords
from dispatch.errors import Missing
from dispatch.words import N_
from models import Link, ResetRequest, User, writing

MOST_MAILS = 3
WITHIN = timedelta(hours=1)
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
AT_ONCE = 50
DEAD = N_("This link was used already, or it is too old. Ask for a new one.")
SUBJECT = N_("A new password for Belfort")
BODY = N_(
    "Hello %(name)s,\n\nSomebody, probably you, asked for a new password. Choose one within the hour:\n\n%(link)s\n\n"
    "Was it not you? Then do nothing: your password stays as it is."
)


def ask(email: str, now: datetime) -> None:
    """Remembers that this address was typed: one row, the same work for an account and for nobody."""
    with writing():
        ResetRequest.create(email=email.strip().lower()[:LONGEST_ADDRESS], asked_at=now)


def answer(*, public_url: str, now: datetime) -> int:
    """Mails a link to whoever asked and has an account, and forgets every address that was typed; returns the mails."""
    mailed = 0
    for request in list(ResetRequest.select().order_by(ResetRequest.id).limit(AT_ONCE)):
        with writing():
            if ResetRequest.delete().where(ResetRequest.id == request.id).execute():
                mailed += _mail(request.email, public_url, now)
    return mailed


def _mail(email: str, public_url: str, now: datetime) -> bool:
    user = User.get_or_none(User.email == email, User.is_active)
    if not user or user.is_invited or user.is_demonstration:
        return False
    if links.made_since(user, "reset", now - WITHIN) >= MOST_MAILS:
        return False
    links.mail(user, "reset", subject=SUBJECT, body=BODY, public_url=public_url, now=now)
    return True


def set_password(link: Link, password: str, *, now: datetime) -> User:
    """Gives the person of a mailed link this password, ends every session of theirs, and uses the link up.

    The second factor is asked all the same at the next sign-in. Raises Refusal for a bad password, Missing when
    somebody was first.
    """
    user = link.user
    fingerprint = passwords.hash_for(user, password)
    with writing():
        if not links.use(link, now):
            raise Missing(DEAD)
        passwords.keep_hash(user, fingerprint, now=now, by=user)
        links.end_all(user, now=now)
    return User.get_by_id(user.id)
