"""Mailed links: forgotten passwords and invitations."""

import re
from datetime import timedelta

import pytest

from dispatch import accounts, clock
from dispatch.access import invitations, links, passwords, pending, resets, second_factor
from dispatch.errors import Refusal, WrongMoment
from models import Audit, Letter, Link, Mandate, Message, PendingChange, ResetRequest, User
from tests import cast
from tests.cast import NOON, PASSWORD

URL = "https://belfort.example"
NEW = "drie natte laarzen in de gang"


@pytest.fixture
def lien(app):
    return cast.user("reader", cast.zone(), name="Lien Vercauteren")


@pytest.fixture
def admin(app):
    return cast.user("organisation_admin", cast.zone())


def mailed() -> str:
    """The token in the last mail that was queued."""
    body = Letter.select().order_by(Letter.id.desc()).get().body
    return re.search(r"/link/([\w-]+)", body)[1]


def forgot(user, now=NOON) -> str:
    resets.ask(user.email, now)
    assert resets.answer(public_url=URL, now=now) == 1
    return mailed()


def invited(by, email="nieuw@zavelstreek.example", role="reader", **values) -> User:
    return invitations.invite(
        by.organisation, name="Nieuw", email=email, role=role, public_url=URL, by=by, now=NOON, **values
    )


# ── A forgotten password ────────────────────────────────────────────────


def test_a_forgotten_password_is_set_anew_with_the_mailed_link(app, client, lien):
    page = client.post("/reset", email=lien.email.upper())
    assert page.path == "/reset/asked"
    app.extensions["jobs"].answer_resets()
    token = mailed()
    page = client.get(f"/link/{token}")
    assert page.has(lien.email)
    page = client.post(f"/link/{token}", new=NEW, again=NEW)
    assert page.path == "/signin"
    assert client.post("/signin", email=lien.email, password=NEW).path == "/"


def test_the_answer_never_tells_whether_there_is_such_an_account(client, lien):
    known = client.post("/reset", email=lien.email)
    unknown = client.post("/reset", email="nobody@voorbeeld.example")
    assert (known.status, known.path, known.text) == (unknown.status, unknown.path, unknown.text)


def test_the_door_does_the_same_work_for_an_account_as_for_nobody(client, lien):
    """One row each; the mail is made apart from the page, so that no clock tells them apart."""
    for email in (lien.email, "nobody@voorbeeld.example"):
        client.post("/reset", email=email)
    assert ResetRequest.select().count() == 2 and not Letter.select().exists()
    assert resets.answer(public_url=URL, now=NOON) == 1
    assert not ResetRequest.select().exists()
    assert [row.address for row in Message.select()] == [lien.email]


@pytest.mark.parametrize("typed", ["", "x" * 5_000, "a@b\r\nBcc: c@d.example", "0", "é@ù"])
def test_what_is_no_address_gets_the_same_answer_and_no_mail(client, typed):
    assert client.post("/reset", email=typed).path == "/reset/asked"
    assert resets.answer(public_url=URL, now=NOON) == 0


def test_a_closed_an_invited_and_a_demonstration_account_get_no_link(app, admin):
    closed = cast.user("reader", cast.zone(), email="closed@zavelstreek.example")
    accounts.close(closed, by=admin, now=NOON)
    shown = cast.user("reader", cast.zone(), email="shown@zavelstreek.example")
    User.update(is_demonstration=True).where(User.id == shown.id).execute()
    for user in (closed, shown, invited(admin)):
        resets.ask(user.email, NOON)
    assert resets.answer(public_url=URL, now=NOON) == 0


def test_a_link_works_once(client, lien):
    token = forgot(lien, clock.now())
    client.post(f"/link/{token}", new=NEW, again=NEW)
    for answer in (client.get(f"/link/{token}"), client.post(f"/link/{token}", new=PASSWORD, again=PASSWORD)):
        assert answer.status == 404
    assert passwords.fits(User.get_by_id(lien.id), NEW)


def test_of_two_who_press_at_the_same_time_one_sets_the_password(lien):
    link = links.found(forgot(lien), NOON)
    resets.set_password(link, NEW, now=NOON)
    with pytest.raises(Refusal, match="used already"):
        resets.set_password(link, PASSWORD, now=NOON)
    assert passwords.fits(User.get_by_id(lien.id), NEW)


def test_a_link_works_for_one_hour(lien):
    token = forgot(lien)
    assert links.found(token, NOON + timedelta(minutes=59))
    assert links.found(token, NOON + timedelta(minutes=60)) is None


def test_a_newer_link_kills_the_older_one(lien):
    old, new = forgot(lien), forgot(lien)
    assert links.found(old, NOON) is None and links.found(new, NOON)


def test_looking_at_a_link_uses_nothing_up(client, lien):
    token = forgot(lien, clock.now())
    for _ in range(3):
        assert client.get(f"/link/{token}").status == 200


def test_a_refused_password_does_not_use_the_link_up(client, lien):
    token = forgot(lien, clock.now())
    for new, again in (("short", "short"), (NEW, NEW + "x"), ("welkom202020", "welkom202020")):
        assert client.post(f"/link/{token}", new=new, again=again).status == 422
    assert client.post(f"/link/{token}", new=NEW, again=NEW).path == "/signin"


def test_a_new_password_ends_every_session_and_the_second_factor_is_still_asked(client, signed_in):
    lien = cast.user("sender", cast.zone())
    secret, desk = cast.with_telephone(lien, clock.now()), signed_in(lien)
    client.post(f"/link/{forgot(lien, clock.now())}", new=NEW, again=NEW)
    assert desk.get("/").path == "/signin"
    assert client.post("/signin", email=lien.email, password=NEW).path == "/signin/code"
    assert client.post("/signin/code", code=cast.code(secret, clock.now())).path == "/"


def test_nobody_is_flooded_with_mails(lien):
    for _ in range(10):
        resets.ask(lien.email, NOON)
    assert resets.answer(public_url=URL, now=NOON) == resets.MOST_MAILS
    resets.ask(lien.email, NOON + timedelta(hours=1, seconds=1))
    assert resets.answer(public_url=URL, now=NOON + timedelta(hours=1, seconds=1)) == 1


def test_the_database_keeps_no_link_that_could_be_used(lien):
    token = forgot(lien)
    assert token not in str(list(Link.select().dicts()))
    assert links.forget_mailed() == 0 and token in Letter.get().body  # it has not left yet
    Message.update(status="accepted").execute()
    assert links.forget_mailed() == 1
    assert token not in str([*Letter.select().dicts(), *Audit.select().dicts()])
    assert links.found(token, NOON)
    assert links.forget_mailed() == 0


# ── Invitations ─────────────────────────────────────────────────────────


def test_an_invited_person_chooses_a_password_and_sets_up_a_telephone(app, client, signed_in, admin):
    bin = cast.bin_named("Molenakker")
    page = signed_in(admin).post(
        "/users/new",
        name="Marc Dhondt",
        email="Marc@Zavelstreek.example",
        role="coordinator",
        bins=str(bin.id),
        language="fr",
        password=PASSWORD,
    )
    assert page.path == "/users"
    user = User.get(User.email == "marc@zavelstreek.example")
    assert user.is_invited and (user.role, user.language) == ("coordinator", "fr")
    assert Mandate.get(Mandate.user == user).bin_id == bin.id
    assert [row.address for row in Message.select()] == [user.email]
    page = client.post(f"/link/{mailed()}", new=NEW, again=NEW)
    assert page.path == "/signin"
    assert client.post("/signin", email=user.email, password=NEW).path == "/signin/enrol"


def test_who_did_not_take_the_invitation_up_signs_in_with_nothing(client, admin):
    invited(admin)
    for password in ("", PASSWORD, "removed"):
        assert client.post("/signin", email="nieuw@zavelstreek.example", password=password).status == 422


def test_an_invitation_works_for_seven_days_and_is_sent_again_with_a_new_link(admin):
    user = invited(admin)
    old = mailed()
    assert links.found(old, NOON + timedelta(days=6)) and not links.found(old, NOON + timedelta(days=7))
    invitations.invite_again(user, public_url=URL, by=admin, now=NOON)
    assert mailed() != old and links.found(old, NOON) is None and links.found(mailed(), NOON)


def test_a_withdrawn_invitation_is_worth_nothing_until_it_is_sent_again(admin):
    user = invited(admin)
    invitations.withdraw(user, by=admin, now=NOON)
    assert links.found(mailed(), NOON) is None
    invitations.invite_again(User.get_by_id(user.id), public_url=URL, by=admin, now=NOON)
    assert links.found(mailed(), NOON)


def test_an_invitation_that_was_taken_up_is_neither_withdrawn_nor_sent_again(admin):
    user = invited(admin)
    resets.set_password(links.found(mailed(), NOON), NEW, now=NOON)
    with pytest.raises(WrongMoment):
        invitations.withdraw(user, by=admin, now=NOON)
    with pytest.raises(WrongMoment):
        invitations.invite_again(user, public_url=URL, by=admin, now=NOON)


def test_an_invited_administrator_is_a_reader_until_a_second_one_confirms(admin):
    user = invited(admin, role="organisation_admin")
    assert user.role == "reader"
    second = cast.user("organisation_admin", cast.zone(), email="second@zavelstreek.example")
    pending.confirm(PendingChange.get(), by=second, now=NOON)
    assert User.get_by_id(user.id).role == "organisation_admin"


@pytest.mark.parametrize(
    "name, email, role, field",
    [
        ("", "a@b.example", "reader", "name"),
        ("A", "geen adres", "reader", "email"),
        ("A", "@", "reader", "email"),
        ("Wim", "wim@zavel", "reader", "email"),
    ],
)
def test_an_invitation_that_lacks_something_makes_nothing(signed_in, admin, name, email, role, field):
    page = signed_in(admin).post("/users/new", name=name, email=email, role=role, password=PASSWORD)
    assert page.status == 422 and page.select(f"#{field}-error")
    assert User.select().count() == 1 and not Letter.select().exists()


def test_an_address_that_has_an_account_is_not_invited_twice(signed_in, admin, lien):
    page = signed_in(admin).post("/users/new", name="L", email=lien.email, role="reader", password=PASSWORD)
    assert page.status == 422 and not Letter.select().exists()


def test_the_link_of_an_invitation_opens_no_second_factor_of_somebody_else(admin):
    """It sets the password of its own person and nothing more."""
    user = invited(admin)
    cast.with_telephone(admin)
    resets.set_password(links.found(mailed(), NOON), NEW, now=NOON)
    assert second_factor.of(admin) and second_factor.of(user) is None
    assert passwords.fits(User.get_by_id(admin.id), PASSWORD)
