"""Going anywhere by name, and never to what one may not see."""

import pytest

from models import Bin, Template, User
from tests import cast, town


@pytest.fixture
def signed_in(signed_in):
    """Everybody here reads English."""

    def sign_in(user: User):
        User.update(language="en").where(User.id == user.id).execute()
        return signed_in(user)

    return sign_in


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


def found(browser, sought: str) -> dict[str, list[str]]:
    """The addresses under each heading."""
    page = browser.get(f"/go?to={sought}")
    return {
        group.h2.get_text(): [a["href"] for a in group.select("a")] for group in page.select("#hits > div")
    }


def test_a_door_is_found_by_part_of_its_name(signed_in, zavel):
    admin = signed_in(zavel.people["organisation_admin"])
    assert found(admin, "right")["Pages"] == ["/rights"]
    assert "/users" in found(admin, "")["Pages"]
    assert "/users" not in found(signed_in(zavel.people["coordinator A"]), "")["Pages"]


@pytest.mark.parametrize(
    ("sought", "address"),
    [
        ("quiet hours", "/four-eyes"),
        ("approval", "/four-eyes"),
        ("checked numbers", "/verified"),
        ("templates", "/templates"),
        ("invite", "/users/new"),
        ("new user", "/users/new"),
        ("monthly test", "/drills"),
    ],
)
def test_a_page_is_found_by_the_words_that_people_use(signed_in, zavel, sought, address):
    assert address in found(signed_in(zavel.people["organisation_admin"]), sought)["Pages"]
    assert address not in found(signed_in(zavel.people["reader"]), sought).get("Pages", []) or address in (
        "/verified",
        "/templates",
    )


def test_a_bin_is_found_by_its_name_and_only_ones_own(signed_in, zavel):
    here, there = (signed_in(zavel.people[f"coordinator {letter}"]) for letter in "AB")
    Bin.update(name="BIN Molenakker").where(Bin.id == zavel.bins["A"].id).execute()
    assert found(here, "molenakker")["BINs"] == [f"/bins/{zavel.bins['A'].id}"]
    assert "BINs" not in found(there, "molenakker")


def test_members_are_found_only_in_ones_own_bins(signed_in, zavel):
    here, there = (signed_in(zavel.people[f"coordinator {letter}"]) for letter in "AB")
    (address,) = found(here, "lida")["Members"]
    assert here.get(address).status == 200
    assert "Members" not in found(there, "lida")


def test_messages_templates_and_chapters_are_found_and_lead_there(signed_in, zavel):
    sender = zavel.people["sender"]
    campaign = town.campaign(sender, zavel.bins["A"], "draft")
    type(campaign).update(name="Wateroverlast").where(type(campaign).id == campaign.id).execute()
    things = town.fill(zavel)
    Template.update(name="Wateroverlast melden").where(Template.id == things["templates"][0].id).execute()
    hits = found(signed_in(sender), "wateroverlast")
    assert hits["Messages"] == [f"/campaigns/{campaign.id}"]
    assert hits["Templates"] == [f"/templates#template-{things['templates'][0].id}"]
    assert "/manual/four-eyes" in found(signed_in(sender), "four eyes")["Manual"]
    stranger = signed_in(town.zone("Heuvel", 2).people["sender"])
    assert not {"Messages", "Templates", "Members"} & set(found(stranger, "wateroverlast"))


ROLES = ("organisation_admin", "sender", "coordinator A", "reader")


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_found_opens_for_who_found_it(signed_in, zavel, role):
    town.fill(zavel)
    browser = signed_in(zavel.people[role])
    for sought in ("", "a", "lid", "zavel", "send"):
        for addresses in found(browser, sought).values():
            for address in addresses:
                assert browser.get(address.partition("#")[0]).status == 200, (role, address)


def test_the_towns_and_the_centres_people_find_no_member_and_no_message(signed_in, zavel):
    town.fill(zavel)
    people, _activations = town.contact_centre()
    people |= {"platform_admin": town.user("platform_admin", cast.organisation("Platform", "platform"))}
    for role in ("authorised_person", "centre_supervisor", "operator", "platform_admin"):
        assert set(found(signed_in(people[role]), "a")) <= {"Pages", "Manual"}, role


def test_enter_in_the_dialog_goes_to_the_first_that_was_found(signed_in, zavel):
    browser = signed_in(zavel.people["organisation_admin"])
    assert browser.get("/go?to=users&first=1").h1 == browser.get("/users").h1
    assert "Nothing that you may see" in browser.get("/go?to=qqqq&first=1").text


def test_nothing_is_found_before_the_door(client):
    for address in ("/go", "/go/box", "/go/hits"):
        assert client.browser.get(address).status_code == 302
