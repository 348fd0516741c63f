"""What the house tells and grants to whoever knocks: headers, cookies, patience, files; and the demonstration's price."""

import ast
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import app as belfort
from dispatch import clock, demo
from dispatch.access.limits import MOST_ADDRESSES, Limit
from dispatch.errors import Refusal
from dispatch.sending.roads import stays_here
from models import Campaign, Message, User, database
from tests import cast
from tests.cast import NOON, PASSWORD
from tests.page import Client

ROOT = Path(__file__).parent.parent
TLS = {"BELFORT_PUBLIC_URL": "https://belfort.example"}


# ── Headers and cookies ─────────────────────────────────────────────────


def test_the_policy_allows_nothing_inline_nothing_of_elsewhere_and_no_frame(app):
    policy = app.test_client().get("/signin").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; frame-ancestors 'none'") and "unsafe" not in policy
    assert "https:" not in policy and "data:" not in policy


def test_no_other_site_learns_which_page_one_came_from(app):
    assert app.test_client().get("/signin").headers["Referrer-Policy"] == "no-referrer"


def test_transport_security_is_not_promised_without_tls(app):
    assert "Strict-Transport-Security" not in app.test_client().get("/signin").headers


def test_transport_security_is_promised_behind_tls(settings):
    safe = belfort.build_app(settings | TLS)
    answer = safe.test_client().get("/signin", base_url="https://belfort.example")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    safe.extensions["roads"].close()


def test_behind_tls_the_cookie_belongs_to_this_host_alone(settings):
    safe = belfort.build_app(settings | TLS)
    cookie = safe.test_client().get("/signin", base_url="https://belfort.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=") and "Domain" not in cookie
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    safe.extensions["roads"].close()


def test_behind_tls_one_signs_in_though_no_referrer_is_sent(settings):
    """Flask-WTF asks the referrer under TLS, and our own policy forbids the browser to send it."""
    safe = belfort.build_app(settings | TLS)
    with database.connection_context():
        reader = cast.user("reader", cast.zone())
        browser, at = safe.test_client(), {"base_url": "https://belfort.example"}
        token = Client(safe)._read(browser.get("/signin", **at), False).csrf_token
        form = {"email": reader.email, "password": PASSWORD, "csrf_token": token}
        assert browser.post("/signin", data=form, **at).status_code == 303
        assert browser.get("/account", **at).status_code == 200
        assert browser.post("/signout", data={"csrf_token": "guess"}, **at).status_code == 400
    safe.extensions["roads"].close()


# ── Patience ────────────────────────────────────────────────────────────


def test_tries_are_counted_for_each_address_and_come_back():
    limit = Limit(3, 60)
    assert [limit.spend("a", NOON) for _ in range(4)] == [True, True, True, False]
    assert limit.spend("b", NOON) and limit.is_spent("a", NOON)
    later = NOON + timedelta(seconds=20)
    assert limit.spend("a", later) and not limit.spend("a", later)


def test_a_clock_that_goes_back_gives_no_tries_and_takes_none():
    limit = Limit(1, 60)
    assert limit.spend("a", NOON)
    assert not limit.spend("a", NOON - timedelta(hours=1))


def test_a_flood_of_addresses_fills_no_memory():
    limit = Limit(1, 60)
    for number in range(MOST_ADDRESSES + 100):
        limit.spend(str(number), NOON)
    assert len(limit._left) == MOST_ADDRESSES


@pytest.mark.parametrize("address, what", [("/signin", "signin"), ("/reset", "reset"), ("/link/x", "signin")])
def test_too_many_tries_of_one_address_are_answered_with_429(app, client, address, what):
    app.extensions["limits"][what] = Limit(2, 600)
    statuses = [client.post(address, email="a@b.example", follow=False).status for _ in range(4)]
    assert statuses[2:] == [429, 429] and 429 not in statuses[:2]


def test_guessing_the_key_of_the_receipts_is_slowed_and_the_gateway_is_not(app, client):
    app.extensions["limits"]["receipts"] = Limit(3, 600)
    key = app.extensions["roads"].receipt_key
    wrong = [client.browser.post("/receipts/simulator/guess").status_code for _ in range(5)]
    assert wrong == [404, 404, 404, 429, 429]
    assert client.browser.post(f"/receipts/simulator/{key}").status_code != 404


# ── Files ───────────────────────────────────────────────────────────────


HEARD = {
    "feed.py",
    "recordings.py",
}  # sound, of a kind that was read from the content, under `nosniff`: nothing runs in it


def test_no_file_is_served_to_be_opened_in_our_name():
    """A file from the database is a download: `send_file` as attachment, any other answer with a media type too."""
    for path in (ROOT / "views").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if name == "send_file":
                assert getattr(given.get("as_attachment"), "value", False) is True, f"{path}:{node.lineno}"
            if name in ("response_class", "Response") and path.name not in HEARD:
                assert "headers" in given and "attachment" in path.read_text(), f"{path}:{node.lineno}"
            assert name != "send_from_directory", f"{path}:{node.lineno}"


# ── The demonstration's price ───────────────────────────────────────────


@pytest.mark.parametrize(
    "url, is_here",
    [
        ("simulator://", True),
        ("smtp://127.0.0.1:2525", True),
        ("smtp://u:p@localhost:25", True),
        ("smtp://[::1]:25", True),
        ("kannel://u:p@127.8.9.1:13013", True),
        ("smtp://mail.example:25", False),
        ("smtp://127.0.0.1.evil.example", False),
        ("smtp://127.0.0.1@evil.example", False),
        ("infobip://key@api.infobip.com", False),
        ("smtp://10.0.0.1", False),
    ],
)
def test_only_the_simulator_and_this_machine_are_here(url, is_here):
    assert stays_here(url) is is_here


def test_the_demonstration_signs_in_with_what_is_printed(app, client):
    demo.load(NOON)
    for account in demo.accounts_of():
        assert client.post("/signin", email=account["email"], password=account["password"]).path == "/"
        client.post("/signout")


def test_every_page_says_that_the_demonstration_is_here(app, client):
    assert not client.get("/signin").select(".strip.demonstration")
    demo.load(NOON)
    assert client.get("/signin").select(".strip.demonstration")
    account = demo.accounts_of()[1]
    client.post("/signin", email=account["email"], password=account["password"])
    for address in ("/", "/campaigns", "/users", "/account", "/nowhere"):
        assert client.get(address).select(".strip.demonstration"), address


def test_no_road_leads_out_of_a_house_that_holds_the_demonstration(settings):
    belfort.build_app(settings).extensions["roads"].close()
    with database.connection_context():
        demo.load(NOON)
    real = settings | {"BELFORT_EMAIL": "simulator://,smtp://mail.example:25"}
    with pytest.raises(belfort.UnsafeRoads, match="BELFORT_EMAIL leads out of this machine"):
        belfort.build_app(real)
    with database.connection_context():
        demo.remove(NOON)
    belfort.build_app(real).extensions["roads"].close()


def flask(settings, *words):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BELFORT_")}
    call = [sys.executable, "-m", "flask", *words]
    return subprocess.run(call, check=False, cwd=ROOT, env=environ | settings, capture_output=True, text=True)


def test_beside_a_real_road_every_command_is_refused_but_the_removal(app, settings):
    demo.load(NOON)
    real = settings | {"BELFORT_SMS": "kannel://u:p@gateway.example:13013"}
    launch = ("campaign", "launch", "--template", "Gaslek", "--bin", "Molenakker", "--by", demo.PEOPLE[2][3])
    for words in (launch, ("demo",)):
        refused = flask(real, *words)
        assert refused.returncode == 1 and "leads out of this machine" in refused.stderr
    assert not Campaign.select().where(~Campaign.is_practice).exists()
    served = subprocess.run(
        [sys.executable, "app.py"],
        check=False,
        cwd=ROOT,
        env=os.environ | real,
        capture_output=True,
        text=True,
    )
    assert served.returncode == 2 and "flask demo --remove" in served.stderr
    assert flask(real, "demo", "--remove").returncode == 0
    assert flask(real, *launch).returncode == 1  # there is nobody left to launch it
    assert "leads out" not in flask(real, *launch).stderr


def test_no_demonstration_is_loaded_beside_a_real_road(settings):
    real = settings | {"BELFORT_SMS": "kannel://u:p@gateway.example:13013"}
    refused = flask(real, "demo")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert flask(real, "migrate", "--demo").returncode == 0
    belfort.build_app(real).extensions["roads"].close()
    with database.connection_context():
        assert not User.select().exists()


def test_the_removed_accounts_are_closed_for_good_and_their_sessions_end(app, client):
    demo.load(NOON)
    account = demo.accounts_of()[1]
    client.post("/signin", email=account["email"], password=account["password"])
    assert demo.remove(clock.now()) == len(demo.PEOPLE)
    assert client.get("/").path == "/signin"
    assert client.post("/signin", email=account["email"], password=account["password"]).status == 422
    assert not User.select().where(User.is_active | User.is_demonstration).exists()


def test_the_demonstration_is_not_removed_while_its_messages_could_still_leave(app):
    demo.load(NOON)
    sender = User.get(User.role == "sender")
    facts = {"status": "paused", "is_practice": False, "created_at": NOON, "changed_at": NOON}
    campaign = Campaign.create(organisation=sender.organisation, author=sender, **facts)
    waits = {"channel": "sms", "is_practice": False, "address": "+32470000011", "due_at": NOON}
    Message.create(campaign=campaign, reference="x", status="queued", **waits)
    with pytest.raises(Refusal, match="have not left yet"):
        demo.remove(NOON)
    assert demo.is_loaded()
    Message.update(status="withheld").execute()
    assert demo.remove(NOON)
