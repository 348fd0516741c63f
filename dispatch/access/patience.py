"""What guessing costs: ever longer waits, for one account and for one address."""

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from dispatch import audit
from dispatch.errors import Refusal
from dispatch.words import N_
from models import SignInFailure, User, writing

FREE_TRIES = {"account": 5, "address": 20, "code": 5}
LONGEST_WAIT_SECONDS = 900
FORGIVEN_AFTER = timedelta(hours=1)
TOO_MANY = N_("Too many attempts. Try again in %(seconds)s seconds.")


def keys(email: str, address: str) -> list[str]:
    """What a wrong password counts against: the account, existing or not, and the place it came from."""
    account = sha256(email.strip().lower().encode()).hexdigest()[:32]
    return [f"account:{account}", f"address:{address}"]


def keys_of_codes(user: User, address: str) -> list[str]:
    """What a wrong code counts against; the right password forgives none of it."""
    return [f"code:{user.id}", f"address:{address}"]


def ask(keys: list[str], now: datetime) -> None:
    """Raises Refusal while the next try must wait."""
    if wait := _wait_seconds(keys, now):
        raise Refusal(TOO_MANY, seconds=wait)


def count(keys: list[str], now: datetime, *, deed: str, by: User | None = None) -> None:
    """Remembers one failure, and writes it down without the address that was typed."""
    with writing():
        SignInFailure.delete().where(SignInFailure.last_at < now - FORGIVEN_AFTER).execute()
        for key in keys:
            SignInFailure.insert(key=key, failures=1, last_at=now).on_conflict(
                conflict_target=[SignInFailure.key],
                update={SignInFailure.failures: SignInFailure.failures + 1, SignInFailure.last_at: now},
            ).execute()
        audit.record(deed, by, by=by, now=now, account=keys[0])


def forgive(keys: list[str]) -> None:
    """Forgets what failed for the account; an address that tries many accounts is not forgiven by one."""
    SignInFailure.delete().where(SignInFailure.key == keys[0]).execute()


def _wait_seconds(keys: list[str], now: datetime) -> int:
    rows = SignInFailure.select().where(SignInFailure.key.in_(keys))
    ends = [row.last_at + timedelta(seconds=_patience(row)) for row in rows]
    return max((max(0, ceil((end - now).total_seconds())) for end in ends), default=0)


def _patience(row: SignInFailure) -> int:
    free = FREE_TRIES[row.key.partition(":")[0]]
    return 0 if row.failures < free else min(LONGEST_WAIT_SECONDS, 2 ** min(row.failures - free + 1, 10))
