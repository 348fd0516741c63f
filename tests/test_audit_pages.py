"""The page of the auditors: deeds in words, narrowed, page after page, taken along."""

import ast
import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from dispatch import audit, deed_facts, deeds
from dispatch.centre import moves as stages
from dispatch.sending import moves
from models import Audit, writing
from tests import cast
from tests.cast import NOON

ROOT = Path(__file__).parent.parent
MADE_FROM = {
    "campaign.": {*moves.MOVES, "handed", "taken", "returned"},
    "": {"campaign.written", "template.written"},
    "change.": {"confirmed", "refused"},
    "exercise.": {"agreed", "asked", "refused", "withdrawn", "begun", "allowed", "findings_sent"}
    | {"findings_acknowledged"},
    "check.": {"confirmed", "proposed", "removal", "accepted", "declined"},
    "member.": {"joined", "role", "paused", "resumed", "ended", "basis"},
}
HANDED_ON = {
    "moves.py": {f"activation.{stages.DEEDS.get(to, to)}" for to in stages.MOVES}
    | {"activation.reopened", "activation.kept_open"},
    "patience.py": {"user.sign_in_failed", "user.not_confirmed"},
    "refusals.py": {"token.refused", "user.refused"},
}


def _named_in(path: Path) -> set[str]:
    """The deeds that a module names and then hands on under another word."""
    texts = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and text in deeds.DEEDS}


def deeds_in_code() -> set[str]:
    """Every deed that the code records; one that is put together from parts must be told here, part by part."""
    found = set()
    for path in ROOT.glob("dispatch/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                name = node.args[0]
                if isinstance(name, ast.JoinedStr):
                    start = getattr(name.values[0], "value", "")
                    start = start if isinstance(start, str) else ""
                    found |= {start + end for end in MADE_FROM[start]}
                elif isinstance(name, ast.IfExp):
                    found |= {name.body.value, name.orelse.value}
                elif isinstance(name, ast.Name):
                    found |= HANDED_ON.get(path.name) or _named_in(path)
                else:
                    found.add(name.value)
    return found


def test_every_deed_has_words_and_no_words_are_without_a_deed():
    assert deeds_in_code() == set(deeds.DEEDS)


@pytest.fixture
def admin(app, signed_in):
    return signed_in(cast.user("organisation_admin", cast.zone(), name="An Auditor"))


def ring(number: int, deed: str = "bin.created", **values) -> None:
    with writing():
        for nth in range(number):
            audit.record(deed, None, by=None, now=NOON + timedelta(minutes=nth), number=nth, **values)


def told(page) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]


def test_a_deed_is_told_in_the_language_of_the_reader_with_who_and_from_where(admin):
    admin.post("/bins/new", name="Kerkdries")
    line = next(line for line in told(admin.get("/audit")) if "maakte een BIN" in line)
    assert "An Auditor" in line and "127.0.0.1" in line


def test_another_organisation_sees_nothing_of_it_and_the_platform_sees_all(app, signed_in, admin):
    ring(1, organisation=cast.zone(), place="belfort")
    other = signed_in(cast.user("organisation_admin", cast.organisation("Elders")))
    assert "belfort" in admin.get("/audit").html
    assert "belfort" not in other.get(f"/audit?organisation={cast.zone().id}").html
    platform = signed_in(cast.user("platform_admin", cast.organisation("Platform", "platform")))
    assert "belfort" in platform.get("/audit").html
    assert "belfort" in platform.get(f"/audit?organisation={cast.zone().id}").html
    assert "belfort" not in platform.get("/audit?organisation=999").html


def test_the_list_is_narrowed_by_who_deed_thing_and_day(admin):
    zone = cast.zone()
    with writing():
        bin = cast.bin_named("Beekveld")
        for day in range(3):
            audit.record(
                "bin.created", bin, by=None, now=NOON + timedelta(days=day), organisation=zone, day=f"d{day}"
            )
        audit.record("bin.exported", bin, by=None, now=NOON, organisation=zone, day="other")
    assert len(told(admin.get("/audit?deed=bin.created"))) == 3
    assert len(told(admin.get(f"/audit?thing=bin:{bin.id}"))) == 4
    assert len(told(admin.get("/audit?thing=bin"))) == 4
    assert told(admin.get("/audit?thing=campaign")) == []
    some = told(admin.get("/audit?deed=bin.created&since=2026-11-24&until=2026-11-24"))
    assert len(some) == 1 and "d1" in some[0]
    me = Audit.get(Audit.deed == "user.signed_in").by
    assert all("An Auditor" in line for line in told(admin.get(f"/audit?who={me.id}")))
    assert admin.get("/audit?since=gisteren&who=x&thing=%00&before=99999999").status == 200


def test_what_stands_beside_a_deed_is_told_in_the_words_of_its_reader():
    facts = {"mills": 1263880, "practice": True, "channels": ["sms", "email"], "exchanged_on": "2026-11-28"}
    facts |= {"role": "organisation_admin", "road": "kannel:sms", "languages": []}
    assert deed_facts.in_words(facts, "nl").replace("\xa0", " ") == (
        "bedrag: € 1.263,88, oefening: ja, kanalen: sms + e-mail, uitgewisseld op: 28 november 2026, "
        "rol: organisatiebeheerder, weg: kannel:sms, talen: geen"
    )
    assert "canaux\xa0: SMS + e-mail" in deed_facts.in_words(facts, "fr")


def test_a_thing_is_found_by_the_words_that_the_page_shows(admin):
    zone = cast.zone()
    with writing():
        bin = cast.bin_named("Beekveld")
        audit.record("bin.created", bin, by=None, now=NOON, organisation=zone)
    shown = next(line for line in told(admin.get("/audit")) if "BIN" in line)
    assert f"BIN {bin.id}" in shown
    assert len(told(admin.get(f"/audit?thing=BIN {bin.id}"))) == 1
    assert deeds.subject_in("ligne 3 de la fiche d’information", "fr") == "entry:3"
    assert deeds.subject_in("bin:7", "nl") == "bin:7"


def test_page_after_page_reaches_every_row_once(admin):
    ring(120, organisation=cast.zone())
    page, seen = admin.get("/audit?deed=bin.created"), []
    while True:
        seen += told(page)
        older = page.soup.select_one("nav.pager a[rel=next]")
        if not older:
            break
        page = admin.get(older["href"])
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_asked_can_be_taken_along_and_that_is_a_deed_too(admin, kind):
    ring(3, organisation=cast.zone())
    page = admin.get(f"/audit/export.{kind}?deed=bin.created")
    assert page.status == 200
    done = Audit.get(Audit.deed == "audit.exported")
    assert done.facts == {"rows": 3} and done.by.name == "An Auditor"
    if kind == "csv":
        lines = list(csv.reader(StringIO(page.html.lstrip("\ufeff")), delimiter=";"))
        assert [line[-2] for line in lines[1:]] == ["bin.created"] * 3
        assert (
            lines[1][-1]
            == Audit.select().where(Audit.deed == "bin.created").order_by(Audit.id.desc()).get().hash
        )


@pytest.mark.parametrize("role", ["sender", "coordinator", "reader"])
def test_who_is_no_auditor_does_not_come_in(app, signed_in, role):
    other = signed_in(cast.user(role, cast.zone()))
    assert other.get("/audit").status == 403 and other.get("/audit/export.csv").status == 403
