"""Mailed links: for one person and one purpose, used once, dead after a while. Kept as a fingerprint."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from dispatch import letters
from dispatch.words import N_, translator
from models import RANKS, DataCheck, Letter, Link, Message, Table, User, writing

LIFETIMES = {"reset": timedelta(hours=1), "invitation": timedelta(days=7)}
FINAL = [status for status, rank in RANKS.items() if rank >= RANKS["accepted"]]
LEFT = N_("(The link was here. It is kept only in the mail that left.)")


def mail(user: User, purpose: str, *, subject: str, body: str, public_url: str, now: datetime) -> Link:
    """Mails a person a new link, where `body` says %(link)s; older ones of this purpose die."""
    token = secrets.token_urlsafe(24)
    say = translator(user.language).gettext
    with writing():
        end_all(user, now=now, purpose=purpose)
        letter = letters.post(
            [user.email],
            organisation=user.organisation,
            subject=say(subject),
            body=say(body) % {"name": user.name, "link": f"{public_url}/link/{token}"},
            lang=user.language,
            now=now,
        )
        return Link.create(
            token_hash=_fingerprint(token),
            user=user,
            purpose=purpose,
            letter=letter.id,
            made_at=now,
            expires_at=now + LIFETIMES[purpose],
        )


def found(token: str, now: datetime) -> Link | None:
    """The link with this token, while it can be used."""
    here = Link.token_hash == _fingerprint(token), Link.ended_at.is_null(), Link.expires_at > now
    return Link.select(Link, User).join(User).where(*here, User.is_active).first()


def use(link: Link, now: datetime) -> bool:
    """Whether it was still there to be used: of two who press, one gets it. In the caller's transaction."""
    unused = Link.id == link.id, Link.ended_at.is_null(), Link.expires_at > now
    return bool(Link.update(ended_at=now).where(*unused).execute())


def end_all(user: User, *, now: datetime, purpose: str = "") -> None:
    here = Link.purpose == purpose if purpose else Link.purpose.is_null(False)
    Link.update(ended_at=now).where(Link.user == user.id, Link.ended_at.is_null(), here).execute()


def made_since(user: User, purpose: str, moment: datetime) -> int:
    here = Link.user == user.id, Link.purpose == purpose, Link.made_at > moment
    return Link.select().where(*here).count()


def forget_mailed() -> int:
    """Takes the link out of our own copy of every letter that has left: whoever reads the database cannot use it."""
    return _forget(Link) + _forget(DataCheck)


def _forget(table: type[Table]) -> int:
    carried = table.select(table.id, table.letter).where(table.letter.is_null(False))
    waiting = Message.select(Message.letter).where(
        Message.letter.is_null(False), Message.status.not_in(FINAL)
    )
    done = list(carried.where(table.letter.not_in(waiting)))
    if not done:
        return 0
    with writing():
        letters_done = [link.letter for link in done]
        Letter.update(body=LEFT).where(Letter.id.in_(letters_done)).execute()
        table.update(letter=None).where(table.id.in_([link.id for link in done])).execute()
    return len(done)


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()
