"""The second factor: a telephone that makes codes (TOTP, RFC 6238), and recovery codes on paper for when it is lost."""

import hmac
import re
import secrets
from datetime import UTC, datetime
from hashlib import sha256

import pyotp

from dispatch import audit, rights
from dispatch.access import patience, sessions
from dispatch.errors import Refusal
from dispatch.words import N_
from models import RecoveryCode, SecondFactor, User, writing

STEP_SECONDS = 30
DRIFT = (0, -1, 1)  # steps that a telephone's clock may be off
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
GROUPS, GROUP_LENGTH = 4, 4
ROLES = ("organisation_admin", "platform_admin", "sender")
DEEDS = ("campaign.launch", "campaign.approve")
WRONG = N_("This code is not right, or it was used already. Wait for the next one and type it.")


def is_required(user: User) -> bool:
    """Whether this person must have a second factor: who may send or administer, and where the house asks it of all.

    The one place where this is judged. The demonstration's accounts do without; see dispatch/demo.py for what that costs.
    """
    if user.is_demonstration:
        return False
    if user.role in ROLES or user.organisation.asks_second_factor:
        return True
    return any(rights.may(user, deed) for deed in DEEDS)


def of(user: User) -> SecondFactor | None:
    """The second factor that counts."""
    return SecondFactor.get_or_none(SecondFactor.user == user.id, SecondFactor.confirmed_at.is_null(False))


def begun(user: User) -> SecondFactor | None:
    """The one that is being set up: its secret was shown, no code came back yet."""
    mine = SecondFactor.user == user.id, SecondFactor.confirmed_at.is_null()
    return SecondFactor.select().where(*mine).order_by(SecondFactor.id.desc()).first()


def begin(user: User, now: datetime) -> SecondFactor:
    """Makes a secret to set a telephone up with; the present one counts until a code of the new one comes back."""
    with writing():
        SecondFactor.delete().where(
            SecondFactor.user == user.id, SecondFactor.confirmed_at.is_null()
        ).execute()
        return SecondFactor.create(user=user, secret=pyotp.random_base32(), began_at=now)


def address_of(factor: SecondFactor) -> str:
    """What the QR code says: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    return pyotp.TOTP(factor.secret).provisioning_uri(name=factor.user.email, issuer_name="Belfort")


def finish(user: User, code: str, *, address: str, now: datetime) -> list[str]:
    """Lets the telephone that makes this code count from now on; returns new recovery codes, to be shown once.

    Raises Refusal when the code is wrong, and while the next try must wait.
    """
    keys = patience.keys_of_codes(user, address)
    patience.ask(keys, now)
    factor = begun(user)
    step = _step_of(factor.secret, code, now) if factor else None
    if step is None:
        patience.count(keys, now, deed="user.code_refused", by=user)
        raise Refusal(WRONG, field="code")
    with writing():
        SecondFactor.delete().where(SecondFactor.user == user.id, SecondFactor.id != factor.id).execute()
        SecondFactor.update(confirmed_at=now, last_step=step).where(SecondFactor.id == factor.id).execute()
        audit.record("user.second_factor_set", user, by=user, now=now)
        return _new_codes(user)


def take(user: User, typed: str, *, address: str, now: datetime) -> None:
    """Takes a code of the telephone or a recovery code, once; raises Refusal when it is wrong, used, or must wait."""
    keys = patience.keys_of_codes(user, address)
    patience.ask(keys, now)
    if _take_code(user, typed, now) or _take_recovery(user, typed, now):
        with writing():
            patience.forgive(keys)
        return
    patience.count(keys, now, deed="user.code_refused", by=user)
    raise Refusal(WRONG, field="code")


def renew_codes(user: User, now: datetime) -> list[str]:
    """Ten new recovery codes; those on the old paper work no more."""
    with writing():
        audit.record("user.recovery_codes_made", user, by=user, now=now)
        return _new_codes(user)


def codes_left(user: User) -> int:
    return RecoveryCode.select().where(RecoveryCode.user == user.id, RecoveryCode.used_at.is_null()).count()


def remove(user: User, *, by: User | None, now: datetime) -> None:
    """Forgets a person's telephone and recovery codes, and signs them out; raises Refusal where it is their own duty."""
    if by and by.id == user.id and is_required(user):
        raise Refusal(
            N_("You send or administer: you need a second factor. Set up another telephone instead.")
        )
    with writing():
        SecondFactor.delete().where(SecondFactor.user == user.id).execute()
        RecoveryCode.delete().where(RecoveryCode.user == user.id).execute()
        sessions.end_all(user, now=now)
        audit.record("user.second_factor_removed", user, by=by, now=now)


def _take_code(user: User, typed: str, now: datetime) -> bool:
    factor = of(user)
    step = _step_of(factor.secret, typed, now) if factor else None
    if step is None:
        return False
    with writing():  # of two that come with the same code, one is let in
        unused = SecondFactor.id == factor.id, SecondFactor.last_step < step
        return bool(SecondFactor.update(last_step=step).where(*unused).execute())


def _step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code this is, near enough to now."""
    code = re.sub(r"\s", "", typed)
    here = int(now.replace(tzinfo=UTC).timestamp()) // STEP_SECONDS
    made = pyotp.TOTP(secret)
    steps = [here + drift for drift in DRIFT]
    return next(
        (
            step
            for step in steps
            if hmac.compare_digest(made.generate_otp(step), code.encode("ascii", "replace").decode())
        ),
        None,
    )


def _take_recovery(user: User, typed: str, now: datetime) -> bool:
    mine = RecoveryCode.user == user.id, RecoveryCode.code_hash == _fingerprint(user, typed)
    with writing():
        used = RecoveryCode.update(used_at=now).where(*mine, RecoveryCode.used_at.is_null()).execute()
        if used:
            audit.record("user.recovery_code_used", user, by=user, now=now, left=codes_left(user))
    return bool(used)


def _new_codes(user: User) -> list[str]:
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.delete().where(RecoveryCode.user == user.id).execute()
    RecoveryCode.insert_many(
        [{"user": user.id, "code_hash": _fingerprint(user, code)} for code in codes]
    ).execute()
    return codes


def _recovery_code() -> str:
    """79 bits: more than anybody tries out against its fingerprint."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))


def _fingerprint(user: User, code: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", code.lower())
    return sha256(f"{user.id}:{plain}".encode()).hexdigest()
