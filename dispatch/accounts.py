"""Who signs in: accounts, passwords, and the patience that guessing costs."""

import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from werkzeug.security import check_password_hash, generate_password_hash

from dispatch import audit, matrix
from dispatch.errors import Refusal
from dispatch.words import N_
from models import ROLES, Bin, Mandate, Organisation, SignIn, SignInFailure, User, writing

FREE_TRIES = {"account": 5, "address": 20}
LONGEST_WAIT_SECONDS = 900
FORGIVEN_AFTER = timedelta(hours=1)
MIN_PASSWORD_LENGTH = 12
TOO_MANY = N_("Too many attempts. Try again in %(seconds)s seconds.")
NOBODY = generate_password_hash(secrets.token_hex(16), method="scrypt")


def add_organisation(
    name: str, kind: str, *, now: datetime, by: User | None = None, **values
) -> Organisation:
    """Makes a police zone, municipality, contact centre or the platform."""
    if values.get("is_national_desk") and kind != "federal_service":
        raise Refusal(N_("Only a federal service can be the national desk."))
    with writing():
        if (
            values.get("is_national_desk")
            and Organisation.select().where(Organisation.is_national_desk).exists()
        ):
            raise Refusal(N_("There is a national desk already."))
        made = Organisation.create(name=name, kind=kind, slug=slug(name), **values)
        matrix.begin(made)
        audit.record("organisation.added", made, by=by, now=now, organisation=made, kind=kind)
    return made


def slug(name: str) -> str:
    """A name as it stands in addresses and headers: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def add_user(
    *,
    email: str,
    name: str,
    role: str,
    organisation: Organisation,
    password: str,
    now: datetime,
    by: User | None = None,
    bins: tuple[Bin, ...] = (),
    phone: str = "",
    language: str = "nl",
) -> User:
    """Makes an account; raises Refusal when the address is taken, the role unknown or the password short."""
    email = email.strip().lower()
    if role not in ROLES:
        raise Refusal(N_("%(role)s is not a role."), role=role, field="role")
    if "@" not in email:
        raise Refusal(N_("%(email)s is not an e-mail address."), email=email, field="email")
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Refusal(
            N_("A password has at least %(length)s characters."), length=MIN_PASSWORD_LENGTH, field="password"
        )
    with writing():
        if User.select().where(User.email == email).exists():
            raise Refusal(N_("There is already an account for %(email)s."), email=email, field="email")
        user = User.create(
            email=email,
            name=name,
            role=role,
            organisation=organisation,
            phone=phone,
            language=language,
            password_hash=generate_password_hash(password, method="scrypt"),
            created_at=now,
        )
        for bin in bins:
            Mandate.create(user=user, bin=bin)
        audit.record("user.added", user, by=by, now=now, organisation=organisation, role=role)
    return user


def sign_in(email: str, password: str, *, address: str, now: datetime) -> User:
    """The account of this address and password; raises Refusal, and makes the next try wait, when they differ."""
    keys = _keys(email, address)
    wait = _wait_seconds(keys, now)
    if wait:
        raise Refusal(TOO_MANY, seconds=wait)
    user = User.get_or_none(User.email == email.strip().lower())
    is_theirs = check_password_hash(user.password_hash if user else NOBODY, password)  # as slow for nobody
    if not user or not is_theirs or not user.is_active:
        _count_failure(keys, now)
        raise Refusal(
            N_("This e-mail address and password do not belong together. Check both and try again.")
        )
    with writing():
        SignInFailure.delete().where(SignInFailure.key == keys["account"]).execute()
        audit.record("user.signed_in", user, by=user, now=now)
    return user


def begin_session(user: User, now: datetime) -> str:
    """The token of a new session, to be kept in the cookie."""
    token = secrets.token_urlsafe(24)
    with writing():
        SignIn.create(token=token, user=user, began_at=now)
    return token


def end_session(token: str, now: datetime) -> None:
    """Signs one session out; the person's other screens stay signed in."""
    with writing():
        SignIn.update(ended_at=now).where(SignIn.token == token, SignIn.ended_at.is_null()).execute()


def user_of_session(user_id: str, token: str) -> User | None:
    """The person of a session that has not ended, if the account is still open."""
    here = (SignIn.token == token) & SignIn.ended_at.is_null()
    return User.select().join(SignIn).where(User.id == user_id, User.is_active, here).first()


def confirm(user: User, password: str, *, address: str, now: datetime) -> bool:
    """Whether the person at the screen still knows the password of the account, asked before a grave deed.

    A wrong one counts and waits as at signing in: raises Refusal while the next try must wait.
    """
    keys = _keys(user.email, address)
    wait = _wait_seconds(keys, now)
    if wait:
        raise Refusal(TOO_MANY, seconds=wait)
    if check_password_hash(user.password_hash, password):
        return True
    with writing():
        _count_failure(keys, now)
        audit.record("user.not_confirmed", user, by=user, now=now)
    return False


def _keys(email: str, address: str) -> dict[str, str]:
    account = sha256(email.strip().lower().encode()).hexdigest()[:32]
    return {"account": f"account:{account}", "address": f"address:{address}"}


def _wait_seconds(keys: dict[str, str], now: datetime) -> int:
    rows = {row.key: row for row in SignInFailure.select().where(SignInFailure.key.in_(list(keys.values())))}
    ends = [
        row.last_at + timedelta(seconds=_patience(row.failures, FREE_TRIES[what]))
        for what, key in keys.items()
        if (row := rows.get(key))
    ]
    return max((max(0, ceil((end - now).total_seconds())) for end in ends), default=0)


def _patience(failures: int, free: int) -> int:
    return 0 if failures < free else min(LONGEST_WAIT_SECONDS, 2 ** (failures - free + 1))


def _count_failure(keys: dict[str, str], now: datetime) -> None:
    with writing():
        SignInFailure.delete().where(SignInFailure.last_at < now - FORGIVEN_AFTER).execute()
        for key in keys.values():
            SignInFailure.insert(key=key, failures=1, last_at=now).on_conflict(
                conflict_target=[SignInFailure.key],
                update={SignInFailure.failures: SignInFailure.failures + 1, SignInFailure.last_at: now},
            ).execute()
        audit.record("user.sign_in_failed", None, by=None, now=now, account=keys["account"])
