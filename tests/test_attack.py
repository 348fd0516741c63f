"""Garbage, forgery and curiosity: what comes in from outside breaks nothing, and nothing goes out with it."""

import io
import logging
import re
import socket
import threading
import time as wall
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from python_calamine import CalamineWorkbook

import app as belfort
from dispatch import accounts, clock
from dispatch.access import identity, passwords, patience
from dispatch.centre import form as annex3
from dispatch.errors import Refusal
from dispatch.people import numbers
from dispatch.people.names import search_words
from dispatch.providers import open_road
from dispatch.providers.base import Content, Outgoing, Unfit
from dispatch.providers.letter import write
from dispatch.sending.pump import Pump
from dispatch.sending.text import measure, twins
from dispatch.server import Server
from models import Audit, Bin, Campaign, Import, Member, Message, SignInFailure, Template, User, database
from tests import cast, town
from tests.cast import NOON
from tests.page import Client
from tests.test_rights import addresses
from views import guard

BREAKING = guard.open_because("a page that breaks whoever asks it")
FIELDS = [
    "kind",
    "name",
    "version",
    "fallback_language",
    "channels",
    "bins",
    "streets",
    "members",
    "add",
    "plain",
    "go",
    "find",
    "sms-nl-body",
    "email-nl-subject",
    "email-nl-body",
    "terms",
    "next",
    "town",
    "last_name",
    "first_name",
    "mobile",
    "phone",
    "email",
    "street",
    "house_number",
    "language",
    "role",
    "is_other",
    "member",
    "bin",
    "deed",
    "chosen",
    "sure",
    "choice",
    "expect",
    "end_absent",
    "encoding",
    "delimiter",
    "sheet",
    "header_row",
    "width",
    "column-0",
    "number",
    "opened_at",
    "closed_at",
    "reason",
    "emergency",
    "declared_at",
    "liaison_phone",
    "liaison_email",
    "arrangement",
    "operators",
    "wanted_open_at",
]
QUERY = [
    "page",
    "find",
    "check",
    "lang",
    "status",
    "channel",
    "search",
    "saved",
    "seen",
    "said",
    "order",
    "street",
    "language",
    "missing",
    "problem",
    "field",
]
STRANGE_QUERY = ["id", "endpoint", "_external", "_scheme", "_anchor", "_method", "values"]
PLAUSIBLE = {
    "kind": "news",
    "version": "2",
    "deed": "language",
    "arrangement": "special",
    "last_name": "Aerts",
    "mobile": "0470112233",
    "name": "Naam",
}
GARBAGE = (
    "",
    "x",
    "-1",
    "9" * 30,
    "\x00\x1b\ufffe",
    "0001-01-01 00:00",
    "31/12/9999 23:59",
    "[]",
    "5",
    '{"rows": {"a": []}}',
    "[" * 1500,  # deeper than a reader of JSON goes
    "'); DROP TABLE bin; --",
    "%s%(x)d{{7*7}}",
    "١٢",
    "²",
    "1|x",
    "\r\nBcc: x@voorbeeld.example",
)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)></textarea></title>'
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "=cmd|'/c calc'!A1")


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def admin(signed_in, zavel):
    return signed_in(zavel.people["organisation_admin"])


# ── Garbage ─────────────────────────────────────────────────────────────


def test_no_garbage_in_a_form_or_a_query_breaks_a_page(app, signed_in, zavel, admin):
    """An error would come out of the client as what it is."""
    things, (people, activations) = town.fill(zavel), town.contact_centre()
    things["activations"] = activations["draft"] + activations["requested"]
    things = {name: some[:1] for name, some in things.items()}
    desk = [signed_in(people["authorised_person"]), signed_in(people["centre_supervisor"])]
    for turn, (method, address, endpoint) in enumerate(addresses(app, things)):
        answers = endpoint.endswith((".acknowledge", ".open_number", ".renumber", ".refuse", ".close"))
        browser = desk[answers] if endpoint.startswith("activations") else admin
        for number, garbage in enumerate(GARBAGE[turn % 4 :: 4]):
            _knock(browser, method, address, garbage, is_part=bool(number % 2))


def _knock(browser: Client, method: str, address: str, garbage: str, *, is_part: bool) -> None:
    """Asked in turn as a page and as a part of one, which is quicker."""
    headers = [{}, {"HX-Request": "true"}]
    if method == "GET":
        asked = dict.fromkeys(QUERY + STRANGE_QUERY, garbage)
        answer = browser.browser.get(address, query_string=asked, headers=headers[is_part])
        assert answer.status_code < 500
        return
    form = dict.fromkeys(FIELDS, garbage)
    for sent, is_plausible in ((form, False), (form | PLAUSIBLE, True)):
        with database.atomic() as deed:  # so that the next garbage meets the same things
            answer = browser.browser.post(
                address,
                data=sent | {"csrf_token": browser.token},
                headers=headers[is_part != is_plausible],
            )
            assert answer.status_code < 500
            deed.rollback()


def test_a_number_beyond_counting_is_a_bad_request(app, admin, zavel):
    draft = town.campaign(zavel.people["sender"], zavel.bins["A"], "draft")
    app.testing = False
    form = {"kind": "news", "name": "x", "version": "2", "deed": "pause", "csrf_token": admin.token}
    places = (f"/campaigns/{draft.id}/text", f"/bins/{zavel.bins['A'].id}/members", "/members/1/join")
    for field in ("bins", "members", "version", "add", "streets", "chosen", "member", "bin"):
        for address in places:
            answer = admin.browser.post(address, data=form | {field: "9" * 40})
            assert answer.status_code in (303, 400, 404, 409, 422), (address, field)


@pytest.mark.parametrize("number", ["9" * 10, "9" * 18, "9" * 40])
def test_no_number_of_a_page_breaks_a_list(app, admin, zavel, number):
    done = town.campaign(zavel.people["sender"], zavel.bins["A"], "done")
    app.testing = False
    for address in (f"/campaigns/{done.id}/messages", f"/bins/{zavel.bins['A'].id}", "/campaigns", "/inbox"):
        for name in ("page", "saved", "before", "said"):
            answer = admin.browser.get(address, query_string={name: number})
            assert answer.status_code in (200, 400), (address, name)


def test_a_body_that_is_too_large_is_a_page_that_says_so(settings):
    app = belfort.build_app(settings | {"BELFORT_UPLOAD_MEGABYTES": "1"})
    with database.connection_context():
        zone = town.zone("Zavel", 1)
        browser = cast.at_a_screen(app, zone.people["sender"])
        large = {"file": (io.BytesIO(b"x" * 1_100_000), "lijst.csv")}
        page = browser.post(f"/bins/{zone.bins['A'].id}/imports/new", large)
        assert page.status == 413 and page.h1
        assert Import.select().count() == 0
    app.extensions["roads"].close()


@pytest.mark.loopback
def test_a_body_without_a_length_is_cut_off(app):
    server = Server(app, host="127.0.0.1", port=0, most_bytes=100_000)
    threading.Thread(target=server.waitress.run, daemon=True).start()
    with socket.create_connection(("127.0.0.1", int(server.waitress.effective_port)), 10) as wire:
        wire.sendall(b"POST /signin HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            for _ in range(60):
                wire.sendall(chunk)
            answer = wire.recv(200)
        except OSError:
            answer = b"HTTP/1.1 413 cut off"
    server.waitress.close()
    assert b" 413 " in answer


@pytest.mark.parametrize(
    "search",
    [
        lambda text: search_words(text),
        lambda text: measure(text),
        lambda text: twins(text),
        lambda text: annex3.moment(text, NOON),
        lambda text: accounts.slug(text),
    ],
)
@pytest.mark.parametrize("unit", ["a", "1", " ", "0 ", "(0)", "a@", ".", "-", "é", "1/", "+", "\n."])
def test_no_text_takes_long_to_read(search, unit):
    begun = wall.process_time()
    search(unit * 20_000)
    assert wall.process_time() - begun < 1


@pytest.mark.parametrize("unit", ["0", " ", "0 ", "(0)", "+", "04 ", "-"])
def test_no_number_takes_long_to_read(unit):
    begun = wall.process_time()
    with pytest.raises(numbers.InvalidNumber):
        numbers.parse(unit * 20_000)
    assert wall.process_time() - begun < 1


def test_a_moment_at_the_edge_of_the_calendar_is_unreadable_and_no_error():
    assert annex3.moment("0001-01-01 00:00", NOON) is None
    assert annex3.moment("0000-01-01 00:00", NOON) is None


# ── What is shown ───────────────────────────────────────────────────────


def test_what_people_type_is_shown_and_never_run(app, signed_in, admin, zavel):
    bin = zavel.bins["A"]
    Bin.update(name=HOSTILE, town=HOSTILE).where(Bin.id == bin.id).execute()
    fields = {"first_name": HOSTILE, "street": HOSTILE, "town": HOSTILE, "house_number": HOSTILE}
    Member.update(last_name=HOSTILE, **fields).where(Member.organisation == bin.organisation).execute()
    things = town.fill(zavel, f"Naam;Voornaam;GSM\n'{HOSTILE}';x;0470 11 22 33\n'{HOSTILE}';x;'{HOSTILE}'\n")
    Campaign.update(name=HOSTILE, texts={"sms": {"nl": {"body": HOSTILE}}}).execute()
    Template.update(name=HOSTILE).execute()
    Message.update(names=HOSTILE, detail=HOSTILE, code=HOSTILE, status="failed").execute()
    people, activations = town.contact_centre(
        dict.fromkeys(("emergency", "place", "description", "extra"), HOSTILE)
    )
    things["activations"] = activations["draft"] + activations["requested"]
    supervisor = signed_in(people["centre_supervisor"])
    supervisor.post(f"/activations/{activations['requested'][0].id}/refuse", reason=HOSTILE)
    mayor, seen = signed_in(people["authorised_person"]), 0
    for method, address, endpoint in addresses(app, things):
        if method == "GET":
            browser = mayor if endpoint.startswith("activations") else admin
            answer = browser.browser.get(
                address, query_string={"search": HOSTILE, "find": HOSTILE, "lang": HOSTILE}
            )
            page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            assert "<script>alert" not in page and "<img src=x" not in page, address
            seen += "alert(1)" in page
    assert seen > 10


def test_every_answer_carries_the_rules_for_the_browser(app, client, admin, zavel):
    app.testing = False
    things = town.fill(zavel)
    app.view_functions["home.index"] = BREAKING(lambda: 1 / 0)
    places = [address for method, address, _endpoint in addresses(app, things) if method == "GET"]
    for address in [*places, "/nowhere", "/", "/static/app.css", "/receipts/kannel/wrong", "/signin"]:
        for browser in (admin, client):
            headers = browser.browser.get(address).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"], address
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
    assert admin.get("/").status == 500 and admin.post("/nowhere").status == 404


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_export_holds_a_formula(admin, zavel, formula):
    bin = zavel.bins["A"]
    Member.update(last_name=formula, first_name=formula, street=formula).execute()
    Bin.update(name=f"{formula} A").where(Bin.id == bin.id).execute()
    table = admin.browser.get(f"/bins/{bin.id}/export.csv").get_data().decode("utf-8-sig")
    cells = [cell.strip('"') for line in table.splitlines() for cell in line.split(";")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    sent = town.campaign(zavel.people["sender"], bin, "stopped")
    Campaign.update(name=formula).where(Campaign.id == sent.id).execute()
    Message.update(names=formula, detail=formula).execute()
    upload = io.BytesIO(f"Naam;Voornaam;GSM\n{formula};x;geen\n".encode())
    report = admin.post(f"/bins/{bin.id}/imports/new", {"file": (upload, f"{formula}.csv")}).path
    faulty = report.replace("reading", "faulty.xlsx")
    for address in (f"/bins/{bin.id}/export.xlsx", f"/campaigns/{sent.id}/report.xlsx", faulty):
        content = admin.browser.get(address).get_data()
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        assert book.sheet_names and b"<f>" not in _unzipped(content), address


def _unzipped(content: bytes) -> bytes:
    from zipfile import ZipFile

    with ZipFile(io.BytesIO(content)) as book:
        return b"".join(book.read(name) for name in book.namelist() if "worksheets/" in name)


@pytest.mark.parametrize(
    "name", ["a\r\nBcc: x@y.example", "a\nSubject: x", "a\u2028b", "a\x00b", 'a" <x@y.example>']
)
def test_no_name_or_subject_adds_a_header_to_a_mail(name):
    content = Content("x", subject=name, list_id="a.b", is_news=True)
    outgoing = Outgoing("0" * 16, "lid@voorbeeld.example", content, name)
    letter = message_from_bytes(
        write(outgoing, b"From: a@b.example\r\n", "a@b.example"), policy=policy.default
    )
    assert letter["Bcc"] is None and len(letter.get_all("Subject")) == 1
    assert (
        letter["To"].addresses[-1].addr_spec == "lid@voorbeeld.example" and len(letter["To"].addresses) == 1
    )


@pytest.mark.parametrize(
    "address", ["+32470000011\r\nX-Kannel-From: x", "+32470000011 +32470000012", "+3247\n", "٣٢"]
)
def test_no_number_adds_a_header_or_a_receiver_at_the_gateway(address):
    road = open_road("kannel://u:p@127.0.0.1:1", channel="sms", sender="Be-Alert")
    with pytest.raises(Unfit):
        road._request(Outgoing("0" * 16, address, Content("x")))
    road.close()


def test_no_name_adds_a_header_to_a_download(admin, zavel):
    bin = zavel.bins["A"]
    for name in ('a"; filename="b.exe', "a\r\nX-Evil: 1", "../../etc/passwd", "é=1.csv", "\u202ecsv.exe"):
        Bin.update(slug=name, name=name).where(Bin.id == bin.id).execute()
        answer = admin.browser.get(f"/bins/{bin.id}/export.xlsx")
        assert "X-Evil" not in answer.headers
        assert re.fullmatch(
            r'attachment; filename="[\w.-]+"', answer.headers["Content-Disposition"], re.ASCII
        )


# ── Forgery and sign-in ─────────────────────────────────────────────────


def test_no_form_is_taken_without_its_token(app, admin, zavel):
    things, before = town.fill(zavel), None
    for method, address, endpoint in addresses(app, things):
        if method == "POST":
            before = before or town.kept()
            for headers in ({}, {"HX-Request": "true"}, {"X-CSRFToken": "guess"}):
                answer = admin.browser.post(
                    address, data={"name": "x", "csrf_token": "guess"}, headers=headers
                )
                assert answer.status_code == 400, endpoint
    for address in ("/signin", "/signout", "/practice", "/practice/end"):
        assert admin.browser.post(address).status_code == 400
    assert town.kept() == before


def test_a_session_begun_by_somebody_else_is_not_continued(client, zavel):
    with client.browser.session_transaction() as session:
        session["planted"] = "x"
    client.post("/signin", email=zavel.people["reader"].email, password=cast.PASSWORD)
    with client.browser.session_transaction() as session:
        assert "planted" not in session


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(settings):
    app = belfort.build_app(settings | {"BELFORT_PUBLIC_URL": "https://belfort.example"})
    cookie = app.test_client().get("/signin", base_url="https://belfort.example").headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    app.extensions["roads"].close()


def test_a_session_ends_after_idleness(app, admin):
    assert admin.browser.get("/bins").status_code == 200
    app.config["SESSION_IDLE"] = timedelta(seconds=-1)
    assert admin.browser.get("/bins").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/x",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "http:///evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/x\r\nLocation: https://evil.example",
        "http://[",
        "//localhost@evil.example",
        "////evil.example",
        "/signin",
    ],
)
def test_signing_in_leads_nowhere_else(client, zavel, target):
    who = zavel.people["reader"].email
    page = client.post("/signin", email=who, password=cast.PASSWORD, next=target, follow=False)
    assert page.status == 303
    assert re.match(r"/(?![/\\])", page.response.location) and "\n" not in page.response.location


def test_nobody_signs_in_with_a_password_of_nobody(app):
    """The hash that makes an unknown account as slow as a known one has a password too."""
    for password in ("nobody has this password", "", "x" * 100_000):
        with pytest.raises(Refusal):
            identity.sign_in("onbekend@voorbeeld.example", password, address="192.0.2.1", now=NOON)


def test_an_unknown_account_takes_as_long_as_a_known_one(zavel):
    known = cast.user("sender", cast.zone(), email="bekend@voorbeeld.example").email
    User.update(password_hash=passwords.hash_of(cast.PASSWORD)).where(User.email == known).execute()
    took = {}
    for email in (known, "onbekend@voorbeeld.example"):
        begun = wall.process_time()
        with pytest.raises(Refusal):
            identity.sign_in(email, "wrong", address="192.0.2.1", now=NOON)
        took[email] = wall.process_time() - begun
    fast, slow = sorted(took.values())
    assert slow < 4 * fast


def test_guessing_is_slowed_for_one_account_from_many_places_and_for_one_place_over_many_accounts(app):
    def tries(of) -> int:
        for number in range(60):
            email, address = of(number)
            try:
                identity.sign_in(email, "x", address=address, now=NOON)
            except Refusal as refusal:
                if refusal.sentence.msgid == patience.TOO_MANY:
                    return number
        return 60

    assert tries(lambda n: ("a@voorbeeld.example", f"192.0.2.{n}")) == 5
    SignInFailure.delete().execute()
    assert tries(lambda n: (f"a{n}@voorbeeld.example", "192.0.2.1")) == 20
    SignInFailure.delete().execute()
    assert tries(lambda n: (("A@voorbeeld.example ", "a@VOORBEELD.example")[n % 2], f"192.0.2.{n}")) == 5


def test_a_forged_forwarding_header_is_no_other_place(client, zavel):
    token = client.get("/signin").csrf_token
    for number in range(6):
        data = {"email": zavel.people["sender"].email, "password": "x", "csrf_token": token}
        headers = {
            "X-Forwarded-For": f"192.0.2.{number}",
            "X-Real-IP": "192.0.2.9",
            "Forwarded": "for=192.0.2.8",
        }
        client.browser.post("/signin", data=data, headers=headers)
    places = {row.key for row in SignInFailure.select() if row.key.startswith("address:")}
    assert places == {"address:127.0.0.1"}


# ── Receipts ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("kannel/{key}?reference=0123456789abcdef&state=1", 204),
        ("kannel/{key}?reference=0123456789abcdef&state=99", 400),
        ("kannel/{key}?reference=x'--&state=1", 400),
        ("kannel/{key}", 400),
        ("simulator/{key}", 400),
        ("kannel/wrong?reference=0123456789abcdef&state=1", 404),
        ("kannel/é?reference=0123456789abcdef&state=1", 404),
        ("kannel/%00", 404),
        ("smtp/{key}", 404),
        ("../{key}", 404),
    ],
)
def test_the_door_for_receipts_opens_for_receipts_only(settings, address, status):
    app = belfort.build_app(settings | {"BELFORT_SMS": "kannel://u:p@127.0.0.1:1"})
    address = "/receipts/" + address.format(key=belfort.receipt_key("a key for tests"))
    with database.connection_context():
        for method in ("GET", "POST"):
            assert app.test_client().open(address, method=method).status_code == status
        body = b"reference=%ff&state=\xff&answer=" + b"x" * 100_000
        form = "application/x-www-form-urlencoded"
        assert app.test_client().post(address, data=body, content_type=form).status_code in (status, 204, 400)
    app.extensions["roads"].close()


# ── What goes out with it ───────────────────────────────────────────────


def test_a_whole_campaign_with_failures_leaves_nobody_in_the_log(app, admin, zavel, caplog):
    bin = zavel.bins["A"]
    for ending in ("01", "02", "03", "05", "06"):
        cast.member(
            bin, f"Geheim{ending}", mobile=f"+324700099{ending}", email=f"geheim{ending}@voorbeeld.example"
        )
    with caplog.at_level(logging.INFO):
        sent = town.campaign(zavel.people["sender"], bin, "running")
        pump = Pump(app.extensions["roads"])
        moment = clock.now()
        pump.now = lambda: moment
        for _ in range(30):
            pump.tick()
            moment += timedelta(seconds=10)
        admin.get(f"/campaigns/{sent.id}")
        admin.get(f"/bins/{bin.id}?search=Geheim01")
    assert Campaign.get_by_id(sent.id).is_over
    for word in ("Geheim", "geheim0", "+32470", "0470", "voorbeeld", "deuren"):
        assert word not in caplog.text
    facts = " ".join(str(row.facts) for row in Audit.select())
    assert "Geheim" not in facts and "+32" not in facts and "voorbeeld" not in facts


def test_an_error_on_a_page_is_told_without_its_words(app, admin, caplog):
    app.testing = False

    def breaks():
        raise ValueError("Geheim +32470000011")

    app.view_functions["home.index"] = BREAKING(breaks)
    assert admin.get("/").status == 500
    assert "ValueError" in caplog.text and "test_attack.py" in caplog.text and "Geheim" not in caplog.text


SECRET = "geheim-w00rd"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BELFORT_SMS", f"kannel://u:{SECRET}@host:port"),
        ("BELFORT_SMS", f"kannel://u:{SECRET}#x@host?{SECRET}=1"),
        ("BELFORT_SMS", f"pigeon://u:{SECRET}@host"),
        ("BELFORT_SMS", f"smtp://u:{SECRET}@host"),
        ("BELFORT_EMAIL", f"smtp://u:{SECRET}@?starttls=1"),
        ("BELFORT_EMAIL", f"smtp://u:{SECRET}@host?starttls={SECRET}"),
        ("BELFORT_EMAIL", f"smtp://u:{SECRET}@host?rate={SECRET}"),
        ("BELFORT_EMAIL", f"smtp://u:{SECRET}/{SECRET}@host"),
        ("BELFORT_EMAIL", f"smtp://u:{SECRET}@host?from={SECRET}"),
    ],
)
def test_a_wrong_road_stops_the_start_and_says_no_password(settings, name, value):
    with pytest.raises(belfort.BadSetting) as refused:
        belfort.build_app(settings | {name: value})
    assert SECRET not in str(refused.value) + repr(refused.value)


def test_a_road_shows_no_password(settings):
    roads = {
        "BELFORT_SMS": f"kannel://u:{SECRET}@h",
        "BELFORT_EMAIL": f"smtp://u:{SECRET}@h?from=a@b.example",
    }
    app = belfort.build_app(settings | roads)
    for road in app.extensions["roads"].all():
        assert SECRET not in f"{road!r} {road} {road.name}"
    app.extensions["roads"].close()
