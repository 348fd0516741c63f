"""Sessions: begun, seen, confirmed and ended. The database keeps no token, only its fingerprint."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from dispatch import audit
from models import Organisation, Prepared, SignIn, User, slots, writing

HALF_WAY = timedelta(minutes=10)  # so long the second step may take
CONFIRMED_FOR = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)  # a page writes no more often than this
LONGEST_AGENT = 200


def begin(user: User, *, now: datetime, address: str = "", agent: str = "", is_half: bool = False) -> str:
    """The token of a new session, to be kept in the cookie; a half one waits for the second factor."""
    token = secrets.token_urlsafe(24)
    with writing():
        SignIn.create(
            token_hash=_fingerprint(token),
            user=user,
            address=address,
            agent=agent[:LONGEST_AGENT],
            began_at=now,
            seen_at=now,
            passed_at=None if is_half else now,
        )
        if not is_half:
            audit.record("user.signed_in", user, by=user, now=now)
    return token


def half_way(token: str, now: datetime) -> SignIn | None:
    """The session that still waits for its second factor."""
    here = _alive(token) & SignIn.passed_at.is_null() & (SignIn.began_at > now - HALF_WAY)
    return SignIn.select(SignIn, User).join(User).where(here, User.is_active).first()


def complete(half: SignIn, *, now: datetime) -> str:
    """Ends a session that waited for its second factor and begins the whole one, under a token of its own."""
    with writing():
        waited = SignIn.id == half.id, SignIn.passed_at.is_null(), SignIn.ended_at.is_null()
        if not SignIn.update(ended_at=now).where(*waited).execute():
            return ""  # somebody pressed twice: the first has the session
        return begin(half.user, now=now, address=half.address, agent=half.agent)


def user_of(user_id: str, token: str, *, now: datetime, idle: timedelta, longest: timedelta) -> User | None:
    """The person of a session that is neither ended nor idle nor too old, if the account is still open."""
    found = _WHO.objects(User, _fingerprint(token), now - idle, now - longest, user_id, now - SEEN_EVERY)
    if not found:
        return None
    (user,) = found
    if user.was_seen_long_ago:
        with writing():
            SignIn.update(seen_at=now).where(SignIn.id == user.session).execute()
    (user.organisation,) = _HOUSE.objects(Organisation, user.organisation_id)
    return user


def _who() -> Prepared:
    """Every page asks it, and writing a query takes longer than answering it."""
    token, seen_since, began_since, user, seen_lately = slots(5)
    is_alive = (SignIn.token_hash == token) & SignIn.ended_at.is_null() & SignIn.passed_at.is_null(False)
    is_fresh = (SignIn.seen_at > seen_since) & (SignIn.began_at > began_since)
    session = (
        SignIn.id.alias("session"),
        SignIn.practises.alias("practises"),
        (SignIn.seen_at < seen_lately).alias("was_seen_long_ago"),
    )
    query = SignIn.select(User, *session).join(User)
    return Prepared(query.where(is_alive, is_fresh, User.is_active, User.id == user))


_WHO = _who()
_HOUSE = Prepared(Organisation.select().where(Organisation.id == slots(1)[0]))


def practise(token: str, practises: bool) -> None:
    """From now on this session practises, or does not. Kept here: of two answers under way the later cookie would win."""
    with writing():
        SignIn.update(practises=practises).where(_alive(token)).execute()


def confirm(token: str, now: datetime) -> None:
    """Remembers that the person at this screen has just shown who they are."""
    with writing():
        SignIn.update(confirmed_at=now).where(_alive(token)).execute()


def is_confirmed(token: str, now: datetime) -> bool:
    """Whether the person of this session showed who they are within the last five minutes."""
    return SignIn.select().where(_alive(token), SignIn.confirmed_at > now - CONFIRMED_FOR).exists()


def of(user: User, *, now: datetime, idle: timedelta, longest: timedelta) -> list[SignIn]:
    """The sessions that are open, the last seen first."""
    is_open = SignIn.ended_at.is_null() & SignIn.passed_at.is_null(False)
    is_fresh = (SignIn.seen_at > now - idle) & (SignIn.began_at > now - longest)
    return list(
        SignIn.select().where(SignIn.user == user.id, is_open, is_fresh).order_by(SignIn.seen_at.desc())
    )


def is_this(session: SignIn, token: str) -> bool:
    return session.token_hash == _fingerprint(token)


def end(token: str, now: datetime) -> None:
    """Signs one session out; the person's other screens stay signed in."""
    with writing():
        if session := SignIn.get_or_none(_alive(token)):
            SignIn.update(ended_at=now).where(_alive(token)).execute()
            audit.record("user.signed_out", session.user, by=session.user, now=now)


def end_one(user: User, id: int, *, now: datetime) -> bool:
    """Signs another screen of the same person out; False when it was no open session of theirs."""
    with writing():
        theirs = SignIn.id == id, SignIn.user == user.id, SignIn.ended_at.is_null()
        ended = SignIn.update(ended_at=now).where(*theirs).execute()
        if ended:
            audit.record("user.session_ended", user, by=user, now=now, session=id)
    return bool(ended)


def end_all(user: User, *, now: datetime, but: str = "") -> int:
    """Signs a person out everywhere, but for the screen with the token `but`; in the caller's transaction."""
    theirs = SignIn.user == user.id, SignIn.ended_at.is_null(), SignIn.token_hash != _fingerprint(but)
    return SignIn.update(ended_at=now).where(*theirs).execute()


def _alive(token: str):
    return (SignIn.token_hash == _fingerprint(token)) & SignIn.ended_at.is_null()


def _fingerprint(token: str) -> str:
    return sha256(token.encode()).hexdigest()
