"""Which passwords are good enough, and how they change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.security import generate_password_hash

from dispatch.access import passwords, sessions
from dispatch.errors import Refusal
from models import Audit, SignIn, User
from tests import cast
from tests.cast import NOON, PASSWORD

NEW = "drie natte laarzen in de gang"
ABOUT = passwords.known_of(
    name="Lien Vercauteren",
    email="lien.vercauteren@zavelstreek.example",
    organisation="Politiezone Zavelstreek",
)


@pytest.fixture
def lien(app):
    return cast.user("sender", cast.zone(), name="Lien Vercauteren")


@pytest.mark.parametrize(
    "common",
    [
        "password1234",
        "P@ssw0rd2026!",
        "Welkom2026!!",
        "wachtwoord123",
        "motdepasse2026",
        "passwortpasswort",
        "123456789012",
        "qwertyuiop12",
        "azertyuiop!!!",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijkl",
        "Anderlecht1908",
        "politie-politie",
        "correcthorsebatterystaple",
    ],
)
def test_what_a_guesser_tries_first_is_refused(common):
    with pytest.raises(Refusal, match="guesser"):
        passwords.check(common)


@pytest.mark.parametrize(
    "known", ["vercauteren12", "LienVercauteren", "Zavelstreek-2026", "lien.zavelstreek", "Belfort-Belfort1"]
)
def test_what_is_known_of_the_person_is_no_password(known):
    with pytest.raises(Refusal, match="name"):
        passwords.check(known, about=ABOUT)


@pytest.mark.parametrize(
    "good",
    [
        NEW,
        "onlyloweredletters",
        "пароль из слов",
        "a" * 100 + "bcdefgh" + "z" * 100,
        "paard nietje batterij",
        "8402-7719-3350-12",
    ],
)
def test_no_digit_no_capital_and_no_sign_is_asked(good):
    passwords.check(good, about=ABOUT)


def test_eleven_characters_are_too_few_and_256_are_not_too_many():
    with pytest.raises(Refusal, match="at least 12"):
        passwords.check("k3!vQz9@pLw")
    passwords.check("k3!vQz9@" * 32)
    with pytest.raises(Refusal, match="at most 256"):
        passwords.check("k3!vQz9@" * 32 + "x")


@given(st.text(min_size=0, max_size=300))
def test_any_text_is_judged_and_breaks_nothing(typed):
    try:
        passwords.check(typed, about=ABOUT)
    except Refusal as refusal:
        assert refusal.field == "password"


def test_the_list_is_short_plain_and_without_doubles():
    words = [line for line in passwords.COMMON.read_text().splitlines() if not line.startswith("#")]
    assert len(words) == len(set(words)) > 100
    assert all(word.isascii() and word.isalpha() and word.islower() and len(word) > 2 for word in words)


def test_one_accent_typed_in_two_ways_is_one_password():
    user = User(password_hash=passwords.hash_of("een caf\u00e9 vol fietsers"))
    assert passwords.fits(user, "een cafe\u0301 vol fietsers")


def test_nobody_has_a_password():
    for typed in ("", "removed", "x" * 100_000):
        assert not passwords.fits(None, typed)
        assert not passwords.fits(User(password_hash=""), typed)
        assert not passwords.fits(User(password_hash="removed"), typed)


def test_changing_it_asks_the_old_one_and_signs_the_other_screens_out(signed_in, lien):
    here, there = signed_in(lien), signed_in(lien)
    page = here.post("/account/password", old="wrong wrong wrong", new=NEW, again=NEW)
    assert page.status == 422 and page.select("#old-error")
    assert there.get("/").path == "/"
    here.post("/account/password", old=PASSWORD, new=NEW, again=NEW)
    assert here.get("/").path == "/" and there.get("/").path == "/signin"
    assert passwords.fits(User.get_by_id(lien.id), NEW)
    assert NEW not in str([row.facts for row in Audit.select()])


def test_a_bad_or_mistyped_new_one_changes_nothing(signed_in, lien):
    browser = signed_in(lien)
    for new, again, where in (
        ("short", "short", "new"),
        (NEW, NEW + "x", "again"),
        ("password1234", "password1234", "new"),
    ):
        page = browser.post("/account/password", old=PASSWORD, new=new, again=again)
        assert page.status == 422 and page.select(f"#{where}-error")
    assert passwords.fits(User.get_by_id(lien.id), PASSWORD)


def test_guessing_the_old_one_costs_patience(lien):
    token = sessions.begin(lien, now=NOON)
    for _ in range(5):
        with pytest.raises(Refusal, match="not your present"):
            passwords.change(lien, "guess", NEW, address="192.0.2.1", token=token, now=NOON)
    with pytest.raises(Refusal, match="Too many"):
        passwords.change(lien, PASSWORD, NEW, address="192.0.2.1", token=token, now=NOON)
    assert SignIn.get().ended_at is None


def test_who_does_not_exist_is_looked_up_for_as_long_as_who_does():
    method, salt, kept = passwords.NOBODY.split("$")
    other, other_salt, other_kept = generate_password_hash("x", method="scrypt").split("$")
    assert (method, len(salt), len(kept)) == (other, len(other_salt), len(other_kept))
