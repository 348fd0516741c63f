"""A new installation: pages on which nothing stands yet say how to begin, to each in words for what they may do."""

import pytest

from models import Organisation
from tests import cast, town
from tests.page import text_of


@pytest.fixture
def houses(app) -> dict[str, Organisation]:
    kinds = ("platform", "police_zone", "municipality", "contact_centre")
    return {kind: cast.organisation(kind.replace("_", " ").title(), kind) for kind in kinds}


@pytest.fixture
def page_of(houses, signed_in):
    def see(role: str, kind: str, path: str):
        return signed_in(town.user(role, houses[kind])).get(path).select("main")[0]

    return see


def links(main) -> set[str]:
    return {link["href"] for link in main.select("a[href]")}


def test_the_first_administrator_finds_where_to_begin(app, signed_in):
    first = town.user("platform_admin", cast.organisation("Platform", "platform"))
    main = signed_in(first).get("/").select("main")[0]
    assert {"/contracts/new", "/tariffs/new", "/organisations/new", "/users/new"} <= links(main)


def test_once_there_is_another_organisation_the_start_page_does_not_teach_any_more(page_of):
    assert "/tariffs/new" not in links(page_of("platform_admin", "platform", "/"))


@pytest.mark.parametrize("path", ["/centre-agreements", "/centre-agreements/new"])
def test_whoever_writes_contracts_down_is_led_there_and_the_others_are_told_who_does(page_of, path):
    assert "/contracts/new" in links(page_of("platform_admin", "platform", path))
    told = page_of("centre_supervisor", "contact_centre", path)
    assert "/contracts/new" not in links(told) and "Het platform" in text_of(told)


def test_a_municipality_sees_at_the_start_what_is_missing(page_of):
    main = page_of("authorised_person", "municipality", "/")
    assert "/preparation" in links(main) and "0 van" in text_of(main)


@pytest.mark.parametrize(
    ("role", "kind", "path", "words"),
    [
        ("authorised_person", "municipality", "/activations", "Wat eerst in orde moet zijn"),
        ("liaison_officer", "municipality", "/activations", "Een gemachtigde persoon van uw gemeente"),
        ("operator", "contact_centre", "/activations", "Wat gemeenten aanvragen, staat hier"),
        ("sender", "police_zone", "/campaigns", "Wat u verzendt, staat hier"),
        ("reader", "police_zone", "/campaigns", "Wat uw organisatie verzendt"),
        ("reader", "police_zone", "/", "Wat uw organisatie verzendt"),
        ("reader", "police_zone", "/templates", "Wie in uw organisatie berichten mag schrijven"),
        ("organisation_admin", "police_zone", "/tariffs", "Het platform noteert ze."),
        ("centre_supervisor", "contact_centre", "/prices", "Noteer een overeenkomst"),
    ],
)
def test_an_empty_page_speaks_to_who_reads_it(page_of, role, kind, path, words):
    assert words in text_of(page_of(role, kind, path))
