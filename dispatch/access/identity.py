"""Showing who one is: at the door in two steps, and again before a grave deed."""

import re
from datetime import datetime

from dispatch.access import passwords, patience, second_factor, sessions
from dispatch.errors import Refusal
from dispatch.words import N_
from models import SignIn, User, writing

NOT_YOU = N_("This is not your password. Nothing else was lost. Type it again.")


def sign_in(email: str, password: str, *, address: str, now: datetime) -> User:
    """The account of this address and password; raises Refusal, and makes the next try wait, when they differ."""
    keys = patience.keys(email, address)
    patience.ask(keys, now)
    user = User.get_or_none(User.email == email.strip().lower())
    is_theirs = passwords.fits(user, password)
    if not user or not is_theirs or not user.is_active:
        patience.count(keys, now, deed="user.sign_in_failed")
        raise Refusal(
            N_("This e-mail address and password do not belong together. Check both and try again.")
        )
    with writing():
        patience.forgive(keys)
    return user


def step_after_password(user: User) -> str:
    """What the door asks next: "code" of the second factor, to "enrol" one, or nothing."""
    if second_factor.of(user):
        return "code"
    return "enrol" if second_factor.is_required(user) else ""


def give_code(half: SignIn, typed: str, *, address: str, now: datetime) -> str:
    """The token of the whole session for a right code; raises Refusal for a wrong one."""
    second_factor.take(half.user, typed, address=address, now=now)
    return sessions.complete(half, now=now)


def confirm(user: User, typed: str, *, address: str, now: datetime) -> bool:
    """Whether the person at the screen still knows the password of the account, or has its telephone.

    A wrong one counts and waits as at signing in: raises Refusal while the next try must wait.
    """
    if re.fullmatch(r"\s*\d{3}\s*\d{3}\s*", typed) and second_factor.of(user):
        second_factor.take(user, typed, address=address, now=now)
        return True
    keys = patience.keys(user.email, address)
    patience.ask(keys, now)
    if passwords.fits(user, typed):
        return True
    patience.count(keys, now, deed="user.not_confirmed", by=user)
    return False


def confirm_session(token: str, user: User, typed: str, *, address: str, now: datetime) -> None:
    """Lets a grave deed go on: for five minutes after the person of this session has shown who they are.

    Raises Refusal, about the field `password`, when nothing or something wrong was typed.
    """
    if sessions.is_confirmed(token, now):
        return
    if not typed:
        raise Refusal(N_("Type your password or a code again. It shows that it is you."), field="password")
    if not confirm(user, typed, address=address, now=now):
        raise Refusal(NOT_YOU, field="password")
    sessions.confirm(token, now)
