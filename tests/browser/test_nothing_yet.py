"""Axe judges the pages of a new installation, on which nothing stands yet: every list is empty, every page says how to begin."""

import pytest

import models
from models import User
from tests import cast, kept, town
from tests.browser.conftest import served_as_it_is
from tests.browser.test_accessibility import faults, shape, walked

HOUSES = {
    "platform": ("platform_admin",),
    "police_zone": ("organisation_admin", "sender", "coordinator", "reader"),
    "municipality": ("authorised_person", "liaison_officer"),
    "contact_centre": ("centre_supervisor", "operator"),
}
ROLES = [(kind, role) for kind, roles in HOUSES.items() for role in roles]


@pytest.fixture(scope="module")
def site(folder, empty):
    kept.make(folder, like=empty)
    with kept.books(folder):
        for kind, roles in HOUSES.items():
            house = cast.organisation(kind.replace("_", " ").title(), kind)
            for role in roles:
                town.user(role, house)
        with models.writing():
            User.update(is_demonstration=True).execute()  # so that they need no telephone
    with served_as_it_is(folder) as address:
        yield address


@pytest.mark.parametrize(("kind", "role"), ROLES)
def test_no_page_has_a_fault_that_axe_knows_while_nothing_is_there(visit, kind, role):
    who = {"email": f"{role}@{kind.replace('_', '-')}.example", "password": cast.PASSWORD}
    page, found, number = visit(who), {}, 0
    for number, (url, _html) in enumerate(walked(page)):  # noqa: B007 - how many they were
        page.goto(url)
        if wrong := faults(page):
            found[shape(url)] = wrong
    assert found == {} and number > 5
