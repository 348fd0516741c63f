from datetime import timedelta
from pathlib import Path

import pytest

from dispatch import accounts
from dispatch.access import identity, patience
from dispatch.errors import Refusal
from models import Audit, User
from tests import cast
from tests.cast import NOON, PASSWORD
from tests.page import Client

ROOT = Path(__file__).parent.parent


@pytest.fixture
def lien(app):
    """Somebody of whom no second factor is asked; with one: tests/test_second_factor.py."""
    return cast.user("reader", cast.zone(), name="Lien Vercauteren")


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(client, lien):
    page = client.get("/campaigns")
    assert page.path.startswith("/signin") and page.h1
    page = client.post(page.path, email=lien.email, password=PASSWORD, next="/campaigns")
    assert page.path == "/campaigns"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/signout", ""]
)
def test_signing_in_never_leads_out_of_the_house(client, lien, elsewhere):
    assert client.post("/signin", email=lien.email, password=PASSWORD, next=elsewhere).path == "/"


def test_the_email_and_password_are_enough_whatever_the_case_of_the_address(client, lien):
    assert client.post("/signin", email=lien.email.upper(), password=PASSWORD).path == "/"


def test_a_wrong_password_says_the_same_as_an_unknown_account(client, lien):
    wrong = client.post("/signin", email=lien.email, password="wrong wrong wrong")
    unknown = client.post("/signin", email="nobody@voorbeeld.example", password="wrong wrong wrong")
    assert wrong.status == unknown.status == 422
    assert wrong.text.replace(lien.email, "") == unknown.text.replace("nobody@voorbeeld.example", "")


def test_guessing_costs_ever_more_patience_for_the_account_and_success_forgives(lien):
    for _ in range(patience.FREE_TRIES["account"]):
        with pytest.raises(Refusal, match="belong together"):
            identity.sign_in(lien.email, "guess", address="192.0.2.1", now=NOON)
    with pytest.raises(Refusal, match="Too many attempts"):
        identity.sign_in(lien.email, PASSWORD, address="192.0.2.1", now=NOON)
    later = NOON + timedelta(seconds=3)
    assert identity.sign_in(lien.email, PASSWORD, address="192.0.2.1", now=later) == lien
    with pytest.raises(Refusal, match="belong together"):
        identity.sign_in(lien.email, "guess", address="192.0.2.1", now=later)


def test_one_address_that_tries_many_accounts_is_slowed_too(lien):
    for number in range(patience.FREE_TRIES["address"]):
        with pytest.raises(Refusal, match="belong together"):
            identity.sign_in(f"nobody{number}@voorbeeld.example", "guess", address="192.0.2.9", now=NOON)
    with pytest.raises(Refusal, match="Too many attempts"):
        identity.sign_in(lien.email, PASSWORD, address="192.0.2.9", now=NOON)


def test_an_account_that_was_closed_cannot_sign_in_and_loses_its_session(signed_in, lien):
    browser = signed_in(lien)
    User.update(is_active=False).where(User.id == lien.id).execute()
    assert browser.get("/").path.startswith("/signin")
    with pytest.raises(Refusal):
        identity.sign_in(lien.email, PASSWORD, address="", now=NOON)


def test_passwords_are_kept_as_scrypt_and_short_ones_are_refused(lien):
    assert lien.password_hash.startswith("scrypt:")
    with pytest.raises(Refusal, match="at least 12"):
        accounts.add_user(
            email="x@y.example",
            name="X",
            role="sender",
            organisation=lien.organisation,
            password="short",
            now=NOON,
        )


def test_signing_out_ends_the_session(signed_in, lien):
    browser = signed_in(lien)
    browser.post("/signout")
    assert browser.get("/").path.startswith("/signin")


def test_a_copied_cookie_is_worth_nothing_after_signing_out_and_other_screens_stay(signed_in, lien):
    phone, desk = signed_in(lien), signed_in(lien)
    thief = Client(desk.browser.application)
    copied = desk.browser.get_cookie("session").value
    desk.post("/signout")
    thief.browser.set_cookie("session", copied)
    assert thief.get("/").path.startswith("/signin")
    assert phone.get("/").path == "/"


def test_signing_in_and_failing_are_written_down_without_the_address(client, lien):
    client.post("/signin", email=lien.email, password="wrong wrong wrong")
    client.post("/signin", email=lien.email, password=PASSWORD)
    rows = {row.deed: row for row in Audit.select()}
    assert {"user.sign_in_failed", "user.signed_in"} <= set(rows)
    assert lien.email not in str(rows["user.sign_in_failed"].facts)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app, client, lien):
    client.post("/signin", email=lien.email, password=PASSWORD)
    assert app.config["SESSION_COOKIE_HTTPONLY"] and app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.config["PERMANENT_SESSION_LIFETIME"] == timedelta(hours=24)


def test_every_answer_forbids_what_is_not_ours(app):
    answer = app.test_client().get("/signin")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_form_without_its_token_is_refused(app, lien):
    assert (
        app.test_client().post("/signin", data={"email": lien.email, "password": PASSWORD}).status_code == 400
    )


def test_signing_out_clears_what_the_browser_kept(app, signed_in):
    browser = signed_in(cast.user("sender", cast.zone()))
    answer = browser.post("/signout", follow=False).response
    assert answer.headers["Clear-Site-Data"] == '"cache"' and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("role", ["organisation_admin", "reader"])
def test_on_every_page_one_can_sign_out(app, signed_in, role):
    browser = signed_in(cast.user(role, cast.zone()))
    doors = [link["href"] for link in browser.get("/").select("header nav a")]
    for address in [*doors, "/account", "/nowhere"]:
        assert browser.get(address).select('header form[action="/signout"] button'), address


def test_the_field_of_a_password_hides_it_and_takes_what_is_pasted(client):
    (field,) = client.get("/signin").select("input[name=password]")
    assert field["type"] == "password" and field["autocomplete"] == "current-password"
    assert not any(name.startswith("on") for name in field.attrs)
    assert "paste" not in (ROOT / "static" / "app.js").read_text()
