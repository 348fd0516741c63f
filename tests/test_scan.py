"""What a scanner of web pages tries, at every address: markup that comes back, ways out, tricks of path, verb and body."""

import io
import re
from urllib.parse import quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Recording, database
from tests import town
from tests.page import Client
from tests.test_attack import FIELDS, PLAUSIBLE, QUERY
from tests.test_rights import addresses

MARKUP = (
    '"><zap onclick=zap()>',
    "'><zap onclick=zap()>",
    '" onfocus="zap()" autofocus="',
    "' onfocus='zap()",
    "</textarea><zap>",
    "</title><zap>",
    "</option></select><zap>",
    "--><zap>",
    "<script>zap()</script>",
    "<svg/onload=zap()>",
    "javascript:zap()",
    "data:text/html,<zap>",
    "{{191*7}}zap",
    "{% print 191*7 %}zap",
    "${191*7}%(zap)s",
    "\x00<zap>",
    "\u202e<zap>",
)
ELSEWHERE = (
    "https://zap.example/",
    "//zap.example/",
    "/\\zap.example",
    "\\\\zap.example",
    "https:zap.example",
    "/\t/zap.example",
    "//localhost@zap.example/",
    "javascript:zap()",
)
SPLIT = (
    "x\r\nX-Zap: 1",
    "x\nX-Zap: 1",
    "x\rX-Zap: 1",
    "x\u560d\u560aX-Zap: 1",
    "x%0d%0aX-Zap:%201",
    "x\x00X-Zap: 1",
)
PART = {"HX-Request": "true"}  # where only the number of an answer is read, no page is drawn around it
PLACES = ("query", "form", "header", "cookie", "path")
HEADERS = ("Referer", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "User-Agent", "HX-Current-URL")
CHANCE = settings(
    max_examples=250,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def admin(signed_in, zavel):
    return signed_in(zavel.people["organisation_admin"])


@pytest.fixture
def doors(app, signed_in, zavel, admin):
    """(browser, method, address) of every page, each with somebody who may enter, and of those that are open."""
    things, (people, activations) = town.fill(zavel), town.contact_centre()
    things["activations"] = activations["draft"] + activations["requested"]
    things = {name: some[:1] for name, some in things.items()}
    mayor, stranger = signed_in(people["authorised_person"]), Client(app)
    stranger.get("/signin")
    found = [
        (mayor if endpoint.startswith("activations") else admin, method, address)
        for method, address, endpoint in addresses(app, things)
    ]
    return [*found, (admin, "GET", "/"), (stranger, "GET", "/signin"), (stranger, "POST", "/signin")]


def send(door: tuple, place: str, payload: str):
    """Knocks with the payload in one place; what a post changes is taken back, so that the next meets the same."""
    browser, method, address = door
    sent = {"query_string": None, "headers": {}, "data": None}
    if place == "query":
        sent["query_string"] = dict.fromkeys([*QUERY, "next", "file"], payload)
    if place == "header":
        plain = payload.encode("latin-1", "replace").decode("latin-1")
        sent["headers"] = dict.fromkeys(HEADERS, re.sub(r"[\r\n]", "", plain))
    if place == "cookie":
        sent["headers"] = {"Cookie": f"session={quote(payload)}; remember_token={quote(payload)}"}
    if place == "path":
        address = f"{address.rstrip('/')}/x{quote(payload)}"
    if method == "POST":
        fields = (
            dict.fromkeys([*FIELDS, "next", "scopes", "days", "mood"], payload) if place == "form" else {}
        )
        sent["data"] = (fields | PLAUSIBLE if len(payload) % 2 else fields) | {"csrf_token": browser.token}
    with database.atomic() as deed:
        answer = browser.browser.open(address, method=method, **sent)
        deed.rollback()
    assert answer.status_code < 500, (method, address)
    return answer


def poisoned(html: str) -> list[str]:
    """The elements of a page that our payload became, where it should have stayed a text."""
    page = BeautifulSoup(html, "html.parser")
    found = [tag for tag in page.find_all(True) if tag.name == "zap"]
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            is_deed = name.startswith("on") and "zap" in str(value)
            is_way = name in (
                "href",
                "src",
                "action",
                "formaction",
                "data-hx-get",
                "data-hx-post",
            ) and re.match(r"\s*(javascript|data):", str(value), re.IGNORECASE)
            found += [tag] if is_deed or is_way else []
    return [str(tag)[:200] for tag in [*found, *page.find_all("script", string=re.compile("zap"))]]


def test_nothing_that_is_sent_comes_back_as_markup_or_is_reckoned_out(doors):
    seen = []

    @CHANCE
    @given(st.sampled_from(doors), st.sampled_from(PLACES), st.sampled_from(MARKUP))
    def knock(door, place, payload):
        answer = send(door, place, payload)
        html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        if "zap" in html:  # every payload says so
            seen.append(html)
            assert poisoned(html) == []
            assert "1337zap" not in html

    knock()
    assert seen  # it did come back, as text


def test_the_scan_sees_what_a_careless_page_would_show():
    for careless in (
        '<p title="" onfocus="zap()">',
        "<zap>",
        '<a href=" javascript:zap()">',
        "<script>zap()</script>",
    ):
        assert poisoned(careless), careless


def test_no_answer_leads_out_of_the_house(doors):
    led = []

    @CHANCE
    @given(st.sampled_from(doors), st.sampled_from(PLACES), st.sampled_from(ELSEWHERE))
    def knock(door, place, payload):
        headers = send(door, place, payload).headers
        for name in ("Location", "HX-Redirect", "HX-Location", "Refresh", "Content-Location"):
            if to := headers.get(name):
                led.append(to)
                assert urlsplit(to).netloc in ("", "localhost") and re.match(
                    r"(http://localhost)?/(?![/\\])", to
                ), to

    knock()
    assert led


@pytest.mark.parametrize(
    "path", ["//zap.example", "//zap.example/%2f..", "/\\zap.example", "///zap.example/", "//@zap.example"]
)
def test_no_path_of_many_slashes_leads_out(app, path):
    answer = app.test_client().get("/", environ_overrides={"PATH_INFO": path})
    assert urlsplit(answer.headers.get("Location", "")).netloc in ("", "localhost")
    assert not answer.headers.get("Location", "").startswith("//")


def test_a_host_that_is_made_up_stands_in_no_answer(doors):
    for browser, method, address in doors:
        if method == "GET":
            headers = {
                "X-Forwarded-Host": "zap.example",
                "X-Forwarded-Proto": "gopher",
                "Forwarded": "host=zap.example",
            }
            answer = browser.browser.get(address, headers=headers)
            text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            assert "zap.example" not in text + str(answer.headers), address


def test_no_answer_is_split_into_two(doors):
    @CHANCE
    @given(st.sampled_from(doors), st.sampled_from(PLACES), st.sampled_from(SPLIT))
    def knock(door, place, payload):
        headers = send(door, place, payload).headers
        assert "X-Zap" not in headers and not [value for _, value in headers if re.search(r"[\r\n\0]", value)]

    knock()


STEPS = (
    "..",
    "%2e%2e",
    "..%2f",
    "%252e%252e",
    "..\\",
    "..%5c",
    ".",
    "",
    "%00",
    "~",
    "....//",
    "static",
    ";x=1",
    "..;",
)
ENDS = (
    "app.py",
    "models.py",
    ".secret-key",
    "belfort.db",
    "etc/passwd",
    ".git/config",
    "requirements.txt",
    "app.css%00.py",
)


@given(st.lists(st.sampled_from(STEPS), max_size=6), st.sampled_from(ENDS))
@CHANCE
def test_no_path_leads_to_a_file_of_ours(app, steps, end):
    answer = app.test_client().get("/static/" + "/".join([*steps, end]))
    assert answer.status_code in (302, 308, 400, 404), answer.request.path
    assert not re.search(rb"^(import|from) |SQLite format|root:|\[core\]", answer.data, re.MULTILINE)


VERBS = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "PROPFIND", "ZAP")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


@pytest.mark.parametrize("verb", VERBS)
def test_no_other_verb_does_anything(doors, verb):
    before = town.kept()
    for browser, _method, address in doors:
        answer = browser.browser.open(address, method=verb, headers=PART | {"X-CSRFToken": browser.token})
        assert answer.status_code in (400, 405), address
    assert town.kept() == before


def test_looking_changes_nothing_whatever_verb_a_header_or_a_field_pretends(doors):
    before = town.kept()
    for browser, method, address in doors:
        if method == "GET":
            headers = dict.fromkeys(OVERRIDES, "POST") | {"X-CSRFToken": browser.token}
            browser.browser.get(
                address, headers=headers, query_string={"_method": "POST", "csrf_token": browser.token}
            )
    after = town.kept()
    assert {**after, "Audit": []} == {**before, "Audit": []}


BODIES = (
    ("application/json", b'{"name": "zap", "deed": "pause", "terms": "1"}'),
    ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("text/plain", b"name=zap&terms=1"),
    ("multipart/form-data", b"name=zap"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n\r\n"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\r\n\r\nzap',
    ),
    ("application/x-www-form-urlencoded; charset=utf-7", b"name=+ADw-zap+AD4-"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(5_000))),
    ("application/octet-stream", bytes(range(256)) * 40),
    ("", b"zap"),
    ("text/html\u00e9; =", b"\xff\xfe"),
)


@pytest.mark.parametrize(("media_type", "body"), BODIES, ids=[media_type[:40] for media_type, _ in BODIES])
def test_no_body_under_a_wrong_name_breaks_a_page(doors, media_type, body):
    for browser, method, address in doors:
        if method == "POST":
            headers = {
                "X-CSRFToken": browser.token,
                "Content-Type": media_type.encode("latin-1").decode("latin-1"),
            }
            headers |= {} if b"passwd" in body else PART  # a page could show what it read
            with database.atomic() as deed:
                answer = browser.browser.post(address, data=body, headers=headers)
                deed.rollback()
            assert answer.status_code < 500 and b"root:" not in answer.get_data(), address


def test_a_form_of_very_many_parts_is_refused_and_not_read(admin, zavel):
    many = {f"field{number}": "x" for number in range(1_200)}
    address = f"/bins/{zavel.bins['A'].id}/members/new"
    answer = admin.browser.post(
        address, data=many, content_type="multipart/form-data", headers={"X-CSRFToken": admin.token}
    )
    assert answer.status_code == 413


def test_a_page_opened_by_another_site_cannot_post(doors):
    before = town.kept()
    for browser, method, address in doors:
        if method == "POST":
            headers = PART | {
                "Origin": "https://zap.example",
                "Referer": "https://zap.example/",
                "Sec-Fetch-Site": "cross-site",
            }
            assert browser.browser.post(address, data={"name": "zap"}, headers=headers).status_code == 400, (
                address
            )
    assert town.kept() == before


def test_no_cookie_that_somebody_made_up_is_a_session(app, admin, zavel):
    from flask.sessions import SecureCookieSessionInterface

    other = type(app)("other")
    other.secret_key = "another key"
    forged = (
        SecureCookieSessionInterface()
        .get_signing_serializer(other)
        .dumps({"_user_id": str(zavel.people["organisation_admin"].id), "_fresh": True, "sign_in": "x"})
    )
    real = admin.browser.get_cookie("session").value
    for cookie in (forged, real[:-2] + "xx", real.split(".")[0], "", "x" * 4000, real + "x"):
        thief = Client(app)
        thief.browser.set_cookie("session", cookie)
        assert thief.browser.get("/bins").status_code == 302


def test_an_uploaded_page_is_never_served_as_one(admin, zavel):
    """What is lent to be heard has the type that its content showed; anything else was never kept."""
    draft = town.campaign(zavel.people["sender"], zavel.bins["A"], "draft")
    place = f"/campaigns/{draft.id}/recordings/nl"
    for name in ("zap.html", "zap.mp3", "zap.wav"):
        upload = {"file": (io.BytesIO(b"<html><script>zap()</script>"), name)}
        assert admin.post(place, upload).status == 422
        assert "<script>zap" not in admin.browser.get(f"{place}/sound").get_data(as_text=True)
    assert Recording.select().count() == 0
