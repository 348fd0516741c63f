"""Passwords: which are good enough (NIST SP 800-63B-4, 3.1.1.2), how they are kept, and how they change."""

import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

from dispatch import audit
from dispatch.access import patience, sessions
from dispatch.errors import Refusal
from dispatch.words import N_
from models import User, writing

MIN_LENGTH, MAX_LENGTH = 12, 256
FEWEST_DIFFERENT = 5
FEWEST_OWN = 4  # characters that are neither a common word nor somebody's name
LOOKALIKES = str.maketrans("013457@$!", "oieastasi")
ROWS = ("qwertyuiop", "azertyuiop", "qwertzuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "wxcvbn", "yxcvbnm")
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "98765432109876543210", *ROWS)
SHORTEST_RUN, SHORTEST_WORD = 4, 4
COMMON = Path(__file__).with_name("common-words.txt")
# Of 32 random bytes that were kept nowhere: who does not exist is looked up for as long as who does. Everybody may read it:
# it lets nobody in (see `fits`). To make one costs each start a tenth of a second.
NOBODY = (
    "scrypt:32768:8:1$ha2Jma5C35U20Uw8$27e0af9a6f97aaaa81e3185531"
    "417fbc817b48fee6fbb530648252fbb84a3ff9a1d7178ebdbb00fdb6078072d89cd5208d54025930275f9fd83db6753aad2d34"
)
WRONG = N_("This is not your present password. Nothing was changed.")


def check(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raises Refusal, about the field `password`, for one that is short, common, or made of what is known of the person.

    `about`: the names that a guesser would try: of the person, the mailbox, the organisation.
    No digit, capital or sign is asked: rules of composition make passwords worse.
    """
    if len(password) < MIN_LENGTH:
        raise Refusal(
            N_("A password has at least %(length)s characters."), length=MIN_LENGTH, field="password"
        )
    if len(password) > MAX_LENGTH:
        raise Refusal(
            N_("A password has at most %(length)s characters."), length=MAX_LENGTH, field="password"
        )
    if _is_monotonous(password) or _own_part(password, _common()) < FEWEST_OWN:
        raise Refusal(
            N_(
                "This password is one of the first that a guesser tries. Take a few words that belong to nobody else."
            ),
            field="password",
        )
    if _own_part(password, _names(about)) < FEWEST_OWN:
        raise Refusal(
            N_("This password is made of your name, your address or your organisation. Take other words."),
            field="password",
        )


def known_of(*, name: str, email: str, organisation: str) -> tuple[str, ...]:
    """What `check` wants to know of a person."""
    return (name, email, organisation, "belfort")


def hash_of(password: str) -> str:
    return generate_password_hash(_normal(password), method="scrypt")


def fits(user: User | None, password: str) -> bool:
    """Whether it is theirs; as slow for nobody, and for who was invited and has none yet."""
    kept = user.password_hash if user and user.password_hash else NOBODY
    return check_password_hash(kept, _normal(password)[: MAX_LENGTH + 1]) and kept != NOBODY


def hash_for(user: User, password: str) -> str:
    """What is kept of a password that is good enough for this person; raises Refusal. Slow: never in a transaction."""
    check(password, about=known_of(name=user.name, email=user.email, organisation=user.organisation.name))
    return hash_of(password)


def keep_hash(user: User, fingerprint: str, *, now: datetime, by: User | None, token: str = "") -> None:
    """Gives the account this password and signs it out everywhere, but for the screen with this token."""
    with writing():
        User.update(password_hash=fingerprint).where(User.id == user.id).execute()
        sessions.end_all(user, now=now, but=token)
        audit.record("user.password_set", user, by=by, now=now)


def change(user: User, old: str, new: str, *, address: str, token: str, now: datetime) -> None:
    """Changes one's own password, for who knows the old one; every other screen is signed out."""
    keys = patience.keys(user.email, address)
    patience.ask(keys, now)
    if not fits(user, old):
        patience.count(keys, now, deed="user.not_confirmed", by=user)
        raise Refusal(WRONG, field="old")
    keep_hash(user, hash_for(user, new), now=now, by=user, token=token)


def _normal(password: str) -> str:
    """One telephone types é as one sign, another as two (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _plain(words: str) -> str:
    """Small letters without accents; other alphabets stay as they are."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(sign)
    )


def _is_monotonous(password: str) -> bool:
    return len(set(password)) < FEWEST_DIFFERENT


def _own_part(password: str, words: tuple[str, ...]) -> int:
    """How many letters are left without these words, or digits where there are no letters at all."""
    plain = _plain(password)
    return min(_left(spelled, words) for spelled in (plain, plain.translate(LOOKALIKES)))


def _left(spelled: str, words: tuple[str, ...]) -> int:
    counted = r"[\W\d_]" if re.search(r"[^\W\d_]", spelled) else r"\D"
    for word in words:
        spelled = spelled.replace(word, " ")
    return len(re.sub(counted, "", spelled))


@lru_cache
def _common() -> tuple[str, ...]:
    """Common words, and every stretch of a keyboard's row or of the alphabet, longest first."""
    words = [line for line in COMMON.read_text().split("\n") if line and not line.startswith("#")]
    runs = [
        run[at : at + size]
        for run in RUNS
        for size in range(SHORTEST_RUN, len(run) + 1)
        for at in range(len(run) - size + 1)
    ]
    return tuple(sorted({*words, *runs}, key=lambda word: (-len(word), word)))


def _names(about: tuple[str, ...]) -> tuple[str, ...]:
    parts = {
        part for words in about for part in re.split(r"[\W\d_]+", _plain(words)) if len(part) >= SHORTEST_WORD
    }
    return tuple(sorted(parts, key=lambda word: (-len(word), word)))
