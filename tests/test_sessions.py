"""The screens on which somebody is signed in, and showing again who one is."""

from datetime import timedelta

import pytest

from dispatch import clock
from dispatch.access import identity, sessions
from dispatch.errors import Refusal
from models import Campaign, Message, SignIn
from tests import cast, town
from tests.cast import NOON, PASSWORD
from views import agents

IDLE, LONGEST = timedelta(minutes=60), timedelta(hours=24)


@pytest.fixture
def lien(app):
    return cast.user("sender", cast.zone(), name="Lien Vercauteren")


def user_of(lien, token, now):
    return sessions.user_of(str(lien.id), token, now=now, idle=IDLE, longest=LONGEST)


def test_a_session_ends_after_an_hour_without_a_deed(lien):
    token = sessions.begin(lien, now=NOON)
    assert user_of(lien, token, NOON + timedelta(minutes=59)) == lien
    assert user_of(lien, token, NOON + timedelta(minutes=118)) == lien
    assert user_of(lien, token, NOON + timedelta(minutes=178)) is None


def test_a_session_ends_after_a_day_whatever_is_done(lien):
    token = sessions.begin(lien, now=NOON)
    for minutes in range(30, 24 * 60, 30):
        assert user_of(lien, token, NOON + timedelta(minutes=minutes)) == lien
    assert user_of(lien, token, NOON + LONGEST) is None


def test_a_page_writes_that_it_was_seen_at_most_once_a_minute(lien):
    token = sessions.begin(lien, now=NOON)
    user_of(lien, token, NOON + timedelta(seconds=50))
    assert SignIn.get().seen_at == NOON
    user_of(lien, token, NOON + timedelta(seconds=61))
    assert SignIn.get().seen_at == NOON + timedelta(seconds=61)


def test_the_token_of_one_is_worth_nothing_with_the_name_of_another(lien):
    other = cast.user("reader", cast.zone())
    assert user_of(other, sessions.begin(lien, now=NOON), NOON) is None


def test_the_database_keeps_no_token(lien):
    token = sessions.begin(lien, now=NOON)
    assert token not in str(list(SignIn.select().dicts()))


def test_the_owner_sees_each_screen_and_ends_another(signed_in, lien):
    desk, phone = signed_in(lien), signed_in(lien)
    SignIn.update(
        agent="Mozilla/5.0 (Android 15; Mobile; rv:142.0) Firefox/142.0", address="192.0.2.7"
    ).where(SignIn.id == SignIn.select().order_by(SignIn.id.desc()).get().id).execute()
    page = desk.get("/account")
    assert page.has("Firefox, Android") and page.has("192.0.2.7")
    (form,) = page.select("form[action*='/account/sessions/']")
    desk.post(form["action"])
    assert phone.get("/").path == "/signin" and desk.get("/").path == "/"


def test_nobody_ends_a_session_of_somebody_else(signed_in, lien):
    reader = cast.user("reader", cast.zone())
    theirs = signed_in(reader)
    id = SignIn.get(SignIn.user == reader).id
    signed_in(lien).post(f"/account/sessions/{id}/end")
    assert theirs.get("/").path == "/"


def test_an_answer_that_comes_late_takes_nothing_from_what_another_said(app, signed_in, lien):
    screen = signed_in(lien)
    screen.get("/")
    asked_before = app.test_client()
    asked_before.set_cookie("session", screen.browser.get_cookie("session").value)
    screen.post("/practice", follow=False)
    late = asked_before.get("/bins")
    assert late.status_code == 200 and "Set-Cookie" not in late.headers


def test_signing_in_again_makes_a_session_of_its_own(client):
    reader = cast.user("reader", cast.zone())
    client.browser.post("/signin", headers={"User-Agent": "x" * 5_000})
    client.post("/signin", email=reader.email, password=PASSWORD)
    assert SignIn.get().address == "127.0.0.1" and len(SignIn.get().agent) <= 200


@pytest.mark.parametrize(
    "agent, said",
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge, Linux"),
    ],
)
def test_a_device_is_called_as_people_call_it(app, agent, said):
    with app.test_request_context():
        assert agents.said(agent) == said


def test_an_unknown_device_is_called_unknown(app):
    with app.test_request_context():
        assert agents.said("") and agents.said("<script>") == agents.said("")


# ── Showing again who one is ────────────────────────────────────────────


def confirmed(token, lien, typed="", now=NOON) -> bool:
    try:
        identity.confirm_session(token, lien, typed, address="192.0.2.1", now=now)
    except Refusal:
        return False
    return True


def test_what_was_shown_holds_for_five_minutes_in_that_session_only(lien):
    here, there = sessions.begin(lien, now=NOON), sessions.begin(lien, now=NOON)
    assert not confirmed(here, lien)
    assert confirmed(here, lien, PASSWORD)
    assert confirmed(here, lien, now=NOON + timedelta(minutes=4, seconds=59))
    assert not confirmed(here, lien, now=NOON + timedelta(minutes=5))
    assert not confirmed(there, lien)


def test_a_code_of_the_telephone_shows_it_too_and_once(lien):
    secret = cast.with_telephone(lien)
    here, there = sessions.begin(lien, now=NOON), sessions.begin(lien, now=NOON)
    assert confirmed(here, lien, cast.code(secret, NOON))
    assert not confirmed(there, lien, cast.code(secret, NOON))


def test_guessing_costs_patience_here_too(lien):
    token = sessions.begin(lien, now=NOON)
    for _ in range(5):
        assert not confirmed(token, lien, "guess")
    assert not confirmed(token, lien, PASSWORD)


def test_a_warning_is_not_launched_before_the_person_shows_who_they_are(signed_in):
    zone = town.zone("Zavel", 1)
    draft = town.campaign(zone.people["sender"], zone.bins["A"], "draft")
    Campaign.update(kind="warning").where(Campaign.id == draft.id).execute()
    browser = signed_in(zone.people["sender"])
    form = browser.get(f"/campaigns/{draft.id}/review").form("#launch") | {"terms": "1"}
    for typed in ("", "guess"):
        page = browser.post(f"/campaigns/{draft.id}/launch", form | {"password": typed})
        assert page.status == 422 and page.select("#password-error")
    assert not Message.select().exists()
    browser.post(f"/campaigns/{draft.id}/launch", form | {"password": PASSWORD})
    assert Message.select().exists()


def test_other_messages_are_launched_without(signed_in):
    zone = town.zone("Zavel", 1)
    draft = town.campaign(zone.people["sender"], zone.bins["A"], "draft")
    browser = signed_in(zone.people["sender"])
    look = browser.get(f"/campaigns/{draft.id}/review")
    assert not look.select("#launch input[type=password]")
    browser.post(f"/campaigns/{draft.id}/launch", look.form("#launch") | {"terms": "1"})
    assert Message.select().exists()


def test_a_session_of_now_is_no_proof_of_identity(signed_in, lien):
    """Signing in is not showing it again: the screen may have been left alone since."""
    signed_in(lien)
    assert SignIn.get().confirmed_at is None and SignIn.get().began_at <= clock.now()
