"""The second step of the door."""

import re
from datetime import timedelta

import pytest

from dispatch import clock, rights
from dispatch.access import identity, patience, second_factor, sessions
from dispatch.errors import Refusal
from models import Audit, RecoveryCode, SecondFactor, SignIn, User
from tests import cast
from tests.cast import NOON, PASSWORD
from tests.page import Client

HERE = "192.0.2.1"


@pytest.fixture
def lien(app):
    return cast.user("sender", cast.zone(), name="Lien Vercauteren")


@pytest.fixture
def secret(lien):
    return cast.with_telephone(lien)


def give(lien, typed: str, now=NOON) -> None:
    second_factor.take(lien, typed, address=HERE, now=now)


def through_the_door(client: Client, lien) -> tuple[str, "object"]:
    """Signs in with the password, and sets up the telephone that is asked; the secret, and the page with codes."""
    page = client.post("/signin", email=lien.email, password=PASSWORD)
    assert page.path == "/signin/enrol"
    key = page.select(".key")[0].get_text().replace(" ", "")
    return key, client.post("/signin/enrol", code=cast.code(key, clock.now()))


# ── Who must have one ───────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["sender", "organisation_admin", "coordinator"])
def test_whoever_administers_or_launches_must_have_one(app, role):
    user = cast.user(role, cast.zone())
    assert second_factor.is_required(user)
    assert role == "organisation_admin" or rights.may(user, "campaign.launch")


def test_of_others_the_organisation_chooses(app):
    zone = cast.zone()
    reader = cast.user("reader", zone)
    assert not second_factor.is_required(reader)
    zone.asks_second_factor = True
    zone.save()
    assert second_factor.is_required(User.get_by_id(reader.id))


def test_the_demonstration_does_without(app):
    User.update(is_demonstration=True).where(User.id == cast.user("sender", cast.zone()).id).execute()
    assert not second_factor.is_required(User.get())


# ── Setting it up ───────────────────────────────────────────────────────


def test_who_must_have_one_and_has_none_is_led_to_set_it_up_before_anything_else(client, lien):
    page = client.post("/signin", email=lien.email, password=PASSWORD, next="/campaigns")
    assert page.path == "/signin/enrol"
    assert page.select("svg.qr")[0]["viewbox"]  # drawn smaller it is whole, not cut off
    assert page.select("a[href^='otpauth://totp/']")  # who reads it on that telephone cannot scan it
    for address in ("/", "/campaigns", "/account"):
        assert client.get(address).path == "/signin"
    assert not SignIn.select().where(SignIn.passed_at.is_null(False)).exists()


def test_the_first_code_lets_in_and_the_recovery_codes_are_shown_once(client, lien):
    _key, page = through_the_door(client, lien)
    shown = [tag.get_text() for tag in page.select(".codes code")]
    assert len(set(shown)) == second_factor.RECOVERY_CODES
    assert client.get("/").path == "/"
    assert not any(code in client.get("/account").html for code in shown)
    kept = " ".join(row.code_hash for row in RecoveryCode.select())
    assert not any(code.replace("-", "") in kept or code in kept for code in shown)


def test_a_wrong_first_code_sets_nothing_up(client, lien):
    client.post("/signin", email=lien.email, password=PASSWORD)
    page = client.post("/signin/enrol", code="000 000")
    assert page.status == 422 and page.select("#code-error")
    assert second_factor.of(lien) is None and client.get("/").path == "/signin"


def test_a_password_alone_sets_up_no_other_telephone_for_who_has_one(client, lien, secret):
    client.post("/signin", email=lien.email, password=PASSWORD)
    mine = second_factor.begin(lien, NOON).secret
    page = client.post("/signin/enrol", code=cast.code(mine, clock.now()))
    assert page.path == "/signin/code" and second_factor.of(lien).secret == secret


def test_the_present_telephone_counts_until_the_new_one_has_made_a_code(lien, secret):
    new = second_factor.begin(lien, NOON).secret
    give(lien, cast.code(secret, NOON))
    second_factor.finish(lien, cast.code(new, NOON), address=HERE, now=NOON)
    with pytest.raises(Refusal, match="not right"):
        give(lien, cast.code(secret, NOON + timedelta(seconds=60)), NOON + timedelta(seconds=60))
    give(lien, cast.code(new, NOON + timedelta(seconds=60)), NOON + timedelta(seconds=60))


def test_the_qr_code_says_whose_it_is_and_the_same_key_as_the_letters(lien):
    factor = second_factor.begin(lien, NOON)
    address = second_factor.address_of(factor)
    assert address.startswith("otpauth://totp/Belfort:") and f"secret={factor.secret}" in address
    assert re.fullmatch(r"[A-Z2-7]{32}", factor.secret)


# ── Codes ───────────────────────────────────────────────────────────────


def test_a_code_lets_in_and_the_session_is_begun_only_then(client, lien):
    secret = cast.with_telephone(lien, clock.now())
    page = client.post("/signin", email=lien.email, password=PASSWORD, next="/campaigns")
    assert page.path == "/signin/code"
    assert client.get("/campaigns").path == "/signin"
    client.get("/signin/code", next="/campaigns")
    page = client.post("/signin/code", code=cast.code(secret, clock.now()), next="/campaigns")
    assert page.path == "/campaigns"
    half, whole = SignIn.select().order_by(SignIn.id)
    assert half.ended_at and whole.passed_at and half.token_hash != whole.token_hash


def test_a_code_is_not_taken_twice(lien, secret):
    give(lien, cast.code(secret, NOON))
    with pytest.raises(Refusal, match="used already"):
        give(lien, cast.code(secret, NOON))


def test_a_code_older_than_the_last_one_that_was_taken_is_not_taken(lien, secret):
    later = NOON + timedelta(seconds=30)
    give(lien, cast.code(secret, later), later)
    with pytest.raises(Refusal):
        give(lien, cast.code(secret, NOON), later)


def test_of_two_that_come_with_the_same_code_at_the_same_time_one_is_let_in(lien, secret):
    """Both have read the row before either wrote it."""
    code, factor = cast.code(secret, NOON), second_factor.of(lien)
    step = second_factor._step_of(factor.secret, code, NOON)
    unused = SecondFactor.id == factor.id, SecondFactor.last_step < step
    assert SecondFactor.update(last_step=step).where(*unused).execute() == 1
    with pytest.raises(Refusal):
        give(lien, code)


@pytest.mark.parametrize(
    "off, is_taken", [(-59, False), (-30, True), (0, True), (30, True), (60, False), (90, False)]
)
def test_a_clock_may_be_one_step_off(lien, secret, off, is_taken):
    now = NOON + timedelta(minutes=5)
    typed = cast.code(secret, now + timedelta(seconds=off))
    if is_taken:
        give(lien, typed, now)
    else:
        with pytest.raises(Refusal):
            give(lien, typed, now)


def test_blanks_in_a_code_do_not_matter(lien, secret):
    code = cast.code(secret, NOON)
    give(lien, f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("typed", ["", "x", "٠١٢٣٤٥", "0" * 5_000, "12345é", "-------"])
def test_what_is_no_code_is_refused_like_a_wrong_one(lien, secret, typed):
    with pytest.raises(Refusal, match="not right"):
        give(lien, typed)


def test_guessing_codes_costs_patience_that_the_right_password_does_not_forgive(lien, secret):
    for _ in range(patience.FREE_TRIES["code"]):
        with pytest.raises(Refusal, match="not right"):
            give(lien, "000000")
    identity.sign_in(lien.email, PASSWORD, address="192.0.2.2", now=NOON)
    with pytest.raises(Refusal, match="Too many"):
        second_factor.take(lien, cast.code(secret, NOON), address="192.0.2.3", now=NOON)


def test_half_a_session_waits_ten_minutes_and_no_longer(lien):
    token = sessions.begin(lien, now=NOON, is_half=True)
    assert sessions.half_way(token, NOON + timedelta(minutes=9))
    assert sessions.half_way(token, NOON + timedelta(minutes=10)) is None
    assert not sessions.user_of(
        str(lien.id), token, now=NOON, idle=timedelta(hours=1), longest=timedelta(days=1)
    )


def test_half_a_session_is_completed_once(lien):
    half = sessions.half_way(sessions.begin(lien, now=NOON, is_half=True), NOON)
    assert sessions.complete(half, now=NOON)
    assert sessions.complete(half, now=NOON) == ""


# ── Recovery codes ──────────────────────────────────────────────────────


def test_each_recovery_code_lets_in_once_however_it_is_typed(lien, secret):
    first, *_others = second_factor.renew_codes(lien, NOON)
    give(lien, f" {first.upper().replace('-', ' ')} ")
    with pytest.raises(Refusal):
        give(lien, first)
    assert second_factor.codes_left(lien) == second_factor.RECOVERY_CODES - 1


def test_new_recovery_codes_make_the_old_paper_worthless(lien, secret):
    (old, *_), _new = second_factor.renew_codes(lien, NOON), second_factor.renew_codes(lien, NOON)
    with pytest.raises(Refusal):
        give(lien, old)


def test_a_recovery_code_is_of_one_person(lien, secret):
    other = cast.user("sender", cast.zone(), email="other@zavelstreek.example")
    cast.with_telephone(other)
    code, *_ = second_factor.renew_codes(other, NOON)
    with pytest.raises(Refusal):
        give(lien, code)


# ── Without ─────────────────────────────────────────────────────────────


def test_who_must_have_one_cannot_take_it_away_themselves(lien, secret):
    with pytest.raises(Refusal, match="need a second factor"):
        second_factor.remove(lien, by=lien, now=NOON)
    assert second_factor.of(lien)


def test_who_may_do_without_takes_it_away_after_showing_who_they_are(signed_in):
    reader = cast.user("reader", cast.zone())
    cast.with_telephone(reader)
    browser = signed_in(reader)
    assert browser.post("/account/second-factor/remove").status == 422 and second_factor.of(reader)
    browser.post("/account/second-factor/remove", password=PASSWORD)
    assert second_factor.of(reader) is None and browser.get("/").path == "/signin"


def test_another_telephone_is_set_up_from_the_account_page(signed_in, lien, secret):
    browser = signed_in(lien)
    assert browser.post("/account/second-factor").status == 422
    page = browser.post("/account/second-factor", password=PASSWORD)
    key = page.select(".key")[0].get_text().replace(" ", "")
    page = browser.post("/account/second-factor/code", code=cast.code(key, clock.now()))
    assert len(page.select(".codes code")) == 10 and second_factor.of(lien).secret == key


def test_no_code_secret_or_recovery_code_is_written_in_the_audit(client, lien):
    key, page = through_the_door(client, lien)
    told = str([(row.deed, row.subject, row.facts) for row in Audit.select()])
    assert key not in told and not any(tag.get_text() in told for tag in page.select(".codes code"))
    assert {"user.second_factor_set", "user.signed_in"} <= {row.deed for row in Audit.select()}
