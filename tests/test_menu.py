"""The main menu: everybody finds every door that is theirs, and nobody has to search among ten."""

import pytest

from models import Grant
from tests import cast
from tests.page import text_of
from views.menu import DOORS, GROUPS, MOST

HOUSES = ("police_zone", "federal_service", "municipality", "province", "contact_centre", "platform")
ROLES = (
    "platform_admin",
    "organisation_admin",
    "sender",
    "coordinator",
    "authorised_person",
    "centre_supervisor",
    "operator",
    "liaison_officer",
    "reader",
)


def menu(page) -> list:
    return page.select("header nav > ul > li")


def labels(items) -> list[str]:
    return [text_of(item.summary or item.a) for item in items]


def doors(page) -> list[str]:
    return [link["href"] for link in page.select("header nav a")]


@pytest.fixture
def admin(app, signed_in):
    return signed_in(cast.user("organisation_admin", cast.zone()))


def test_what_is_done_once_a_year_stands_behind_one_word(admin):
    assert labels(menu(admin.get("/"))) == ["Start", "Berichten", "Leden", "Beheer"]
    fold = admin.get("/").select("header nav details")[0]
    assert [text_of(link) for link in fold.select("a")] == [
        "Gebruikers",
        "Rechten",
        "Vier ogen en stille uren",
        "Gecontroleerde nummers en links",
        "Overeenkomsten",
        "Oefening",
        "Krediet",
        "Logboek",
        "API",
    ]
    assert not fold.has_attr("open") and not fold.has_attr("data-current")


def test_the_word_and_the_door_behind_it_say_where_one_is(admin):
    page = admin.get("/audit")
    assert page.select("header nav summary")[0]["aria-current"] == "true"
    assert [text_of(link) for link in page.select("header nav [aria-current=page]")] == ["Logboek"]


@pytest.mark.parametrize("path", ["/four-eyes", "/verified"])
def test_the_settings_of_what_leaves_stand_with_the_administration(admin, path):
    here = admin.get(path).select("header nav [aria-current=page]")
    assert [link["href"] for link in here] == [path]


@pytest.mark.parametrize(
    ("role", "kind", "path", "word"),
    [
        ("platform_admin", "platform", "/organisations", "Organisaties"),
        ("platform_admin", "platform", "/centre-agreements", "Contactcenter"),
        ("organisation_admin", "police_zone", "/organisations/1", "Overeenkomsten"),
        ("centre_supervisor", "contact_centre", "/centre-agreements", "Gemeenten"),
        ("authorised_person", "municipality", "/preparation", "Voorbereiding"),
    ],
)
def test_the_word_of_a_door_names_what_one_finds_behind_it(app, signed_in, role, kind, path, word):
    page = signed_in(cast.user(role, cast.organisation("Huis", kind))).get(path)
    assert [text_of(link) for link in page.select("header nav [aria-current=page]")] == [word]


def test_one_door_of_a_group_stands_there_by_itself(app, signed_in):
    where = cast.zone()
    sender = cast.user("sender", where)
    Grant.update(deed="audit.see").where(Grant.role == "sender", Grant.deed == "credit.see").execute()
    page = signed_in(sender).get("/")
    assert labels(menu(page)) == ["Start", "Berichten", "Leden", "Logboek"] and not page.select("details")


@pytest.mark.parametrize("kind", HOUSES)
def test_nobody_has_more_than_six_words_and_each_door_opens(app, signed_in, kind):
    where = cast.organisation("Huis", kind)
    for role in ROLES:
        browser = signed_in(cast.user(role, where))
        page = browser.get("/")
        assert 1 <= len(menu(page)) <= MOST, (role, labels(menu(page)))
        assert len(doors(page)) == len(set(doors(page)))
        for door in doors(page):
            assert browser.get(door).status == 200, (role, door)


def test_every_group_has_a_word_and_every_door_an_address(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    rooms = set(app.blueprints)
    for door in DOORS:
        assert door.opens in endpoints and door.group in {"", *GROUPS}
        assert set(door.also.split()) <= rooms, door
