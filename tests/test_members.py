import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people import lists, members
from dispatch.people.lists import Search
from dispatch.people.names import name_key
from models import Audit, Member, MemberChange, Membership
from tests import cast
from tests.cast import NOON

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def molenakker(app):
    return cast.bin_named("BIN Molenakker")


def added(bin, by, **typed):
    typed = {"last_name": "Aerts", "first_name": "Dirk", "mobile": "0470 00 11 21", **typed}
    values = members.read(typed)
    return members.add(bin, values, role=values["role"], by=by, now=NOON)


# ── Names ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Dirk", "Aerts"), ("AERTS", "dirk")),
        (("Zoë", "El Amrani"), ("", "el amrani zoe")),
        (("Łukasz", "Nowak"), ("lukasz", "nowak")),
        (("Søren", "Müller"), ("Soren", "Muller")),
        (("Jürgen", "Großmann"), ("JURGEN", "GROSSMANN")),
        (("Griet", "D'Hondt"), ("Griet", "D’Hondt")),
        (("Cœur", "Anne-Marie"), ("anne marie", "coeur")),
    ],
)
def test_a_name_is_the_same_whatever_its_case_accents_and_order(one, other):
    assert name_key(*one) == name_key(*other)


@given(st.text(), st.text())
def test_the_key_of_a_name_is_its_own_key(first, last):
    assert name_key(name_key(first, last)) == name_key(first, last)


# ── Typed by hand ───────────────────────────────────────────────────────


def test_what_is_typed_by_hand_is_cleaned_as_a_list_is():
    values = members.read({"last_name": "Nys", "mobile": "0032 (0)470 11 22 33", "house_number": "12 bus 3"})
    assert (values["mobile"], values["house_number"], values["box"]) == ("+32470112233", "12", "3")


def test_a_number_that_cannot_be_rung_is_refused_beside_its_field():
    with pytest.raises(Incomplete) as refused:
        members.read({"last_name": "Nys", "mobile": "0470 12", "email": "nys@voorbeeld.example"})
    assert set(refused.value.faults) == {"mobile"}


def test_somebody_without_any_channel_cannot_be_added(sender, molenakker):
    with pytest.raises(Incomplete):
        members.read({"last_name": "Nys"})
    assert members.read({"last_name": "Nys"}, must_be_reachable=False)["last_name"] == "Nys"


def test_adding_somebody_remembers_who_and_when(sender, molenakker):
    member = added(molenakker, sender, role="coördinator")
    change = MemberChange.get(MemberChange.member == member)
    assert (change.deed, change.by, change.at, change.bin) == ("added", sender, NOON, molenakker)
    assert change.fields["mobile"] == ["", "+32470001121"]
    assert Membership.get(Membership.member == member).role == "coordinator"
    assert Audit.select().where(Audit.deed == "member.added").count() == 1


def test_two_presses_at_the_same_moment_add_one_person(sender, molenakker):
    values = members.read({"last_name": "Aerts", "first_name": "Dirk", "mobile": "0470 00 11 21"})
    members.add(molenakker, values, by=sender, now=NOON, may_be_double=False)
    with pytest.raises(WrongMoment):
        members.add(molenakker, values, by=sender, now=NOON, may_be_double=False)
    assert Member.select().count() == Membership.select().count() == 1
    members.add(molenakker, values, by=sender, now=NOON)  # a father and a son
    assert Member.select().count() == 2


def test_the_audit_holds_no_name_and_no_number(sender, molenakker):
    member = added(molenakker, sender)
    members.change(member, {"mobile": "+32470112233"}, version=1, by=sender, now=LATER)
    told = " ".join(str(row.facts) for row in Audit.select())
    assert not re.search("Aerts|Dirk|4700|4701", told)


def test_the_same_person_is_found_by_name_and_address(sender, molenakker):
    member = added(molenakker, sender, street="Molenweg", house_number="12", postcode="3200")
    again = members.read(
        {
            "last_name": "dirk aerts",
            "email": "d@voorbeeld.example",
            "street": "MOLENWEG",
            "house_number": "12",
        }
    )
    assert members.doubles(molenakker.organisation_id, again) == [member]


def test_the_same_street_in_another_village_is_another_address(sender, molenakker):
    added(molenakker, sender, street="Kerkstraat", house_number="5", postcode="3200")
    typed = {"last_name": "Aerts", "first_name": "Dirk", "email": "d@voorbeeld.example"}
    values = members.read(typed | {"street": "Kerkstraat", "house_number": "5", "postcode": "3202"})
    assert members.doubles(molenakker.organisation_id, values) == []


# ── Changes ─────────────────────────────────────────────────────────────


def test_a_change_keeps_old_and_new(sender, molenakker):
    member = added(molenakker, sender)
    changed = members.change(member, {"language": "fr"}, version=1, by=sender, now=LATER)
    assert changed == {"language": ["nl", "fr"]}
    change = MemberChange.select().where(MemberChange.member == member).order_by(MemberChange.id.desc()).get()
    assert (change.fields, change.version) == ({"language": ["nl", "fr"]}, 2)


def test_a_change_of_what_somebody_else_changed_is_refused(sender, molenakker):
    member = added(molenakker, sender)
    members.change(member, {"first_name": "Dirk Jan"}, version=1, by=sender, now=LATER)
    with pytest.raises(WrongMoment):
        members.change(member, {"first_name": "Dirkje"}, version=1, by=sender, now=LATER)
    assert Member.get_by_id(member.id).first_name == "Dirk Jan"


def test_a_new_number_begins_without_the_fault_of_the_old_one(sender, molenakker):
    member = added(molenakker, sender, email="d@voorbeeld.example")
    Member.update(mobile_fault="unknown_number", email_fault="bounced").where(
        Member.id == member.id
    ).execute()
    members.change(member, {"mobile": "+32470112233"}, version=1, by=sender, now=LATER)
    present = Member.get_by_id(member.id)
    assert (present.mobile_fault, present.email_fault) == ("", "bounced")


def test_a_membership_pauses_goes_on_and_ends(sender, molenakker):
    member = added(molenakker, sender)
    membership = Membership.get(Membership.member == member)
    members.pause(membership, by=sender, now=LATER)
    with pytest.raises(WrongMoment):
        members.pause(membership, by=sender, now=LATER)
    members.resume(membership, by=sender, now=LATER)
    members.end(membership, by=sender, now=LATER)
    deeds = [row.deed for row in MemberChange.select().order_by(MemberChange.id)]
    assert deeds == ["added", "paused", "resumed", "ended"]
    assert [row.version for row in MemberChange.select().order_by(MemberChange.id)] == [1, 2, 3, 4]
    with pytest.raises(WrongMoment):
        members.set_role(membership, "coordinator", by=sender, now=LATER)


def test_one_person_in_two_bins_is_one_member_with_two_memberships(sender, molenakker):
    member, other = added(molenakker, sender), cast.bin_named("BIN Kerkdries")
    members.join(member, other, by=sender, now=LATER)
    assert (Member.select().count(), member.memberships.count()) == (1, 2)
    with pytest.raises(WrongMoment):
        members.join(member, other, by=sender, now=LATER)


def test_nobody_joins_a_bin_of_another_zone(sender, molenakker):
    elsewhere = cast.bin_named("BIN Verweg", cast.organisation("Andere Zone"))
    with pytest.raises(Refusal):
        members.join(added(molenakker, sender), elsewhere, by=sender, now=LATER)


def test_a_bulk_deed_passes_over_those_to_which_it_no_longer_applies(sender, molenakker):
    rows = [cast.member(molenakker, name, mobile=f"+3247000000{n}") for n, name in enumerate(("A", "B", "C"))]
    memberships = list(lists.memberships(molenakker))
    members.pause(memberships[0], by=sender, now=NOON)
    assert members.several(members.pause, memberships, by=sender, now=LATER) == len(rows) - 1


# ── The list ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    ["zoe", "El Amrani Zoë", "0470 00 62 03", "+32 470 00 62 03", "akkerstraat 9", "zoe@voorb", "62 03 "],
)
def test_a_search_finds_without_case_accents_or_order(molenakker, words):
    home = {"street": "Akkerstraat", "house_number": "9"}
    cast.member(molenakker, "El Amrani", "Zoë", mobile="+32470006203", email="zoe@voorbeeld.example", **home)
    cast.member(molenakker, "Claes", "Rosa", mobile="+32470006999", street="Molenweg", house_number="3")
    assert [row.member.first_name for row in lists.find(molenakker, Search(words=words))] == ["Zoë"]


def test_the_filters_narrow_the_list(molenakker):
    cast.member(molenakker, "Aerts", mobile="+32470000001", street="Molenweg", language="fr")
    cast.member(molenakker, "Claes", phone="+3216002317", street="Akkerstraat")
    cast.member(molenakker, "Mertens", email="m@voorbeeld.example", email_fault="bounced")

    def names(**asked):
        return [row.member.last_name for row in lists.find(molenakker, Search(**asked))]

    assert names(street="Molenweg") == names(language="fr") == ["Aerts"]
    assert names(missing="mobile") == ["Claes", "Mertens"]
    assert names(problem="1") == ["Claes", "Mertens"]
    assert names(missing="unreachable") == []
    assert names(order="-name") == ["Mertens", "Claes", "Aerts"]


def test_the_list_is_sorted_as_a_person_would(molenakker):
    for name in ("Zeebroek", "Öztürk", "Peeters", "aerts", "Çelik"):
        cast.member(molenakker, name, mobile="+32470000001")
    found = [row.member.last_name for row in lists.find(molenakker, Search())]
    assert found == ["aerts", "Çelik", "Öztürk", "Peeters", "Zeebroek"]


def test_the_list_by_address_goes_from_house_to_house(molenakker):
    for number in ("100", "12A", "", "9", "12", "bis", "2147483648"):
        cast.member(molenakker, f"At {number}", street="Molenweg", house_number=number)

    def numbers(order):
        return [row.member.house_number for row in lists.find(molenakker, Search(order=order))]

    assert numbers("address")[2:6] == ["9", "12", "12A", "100"]
    assert numbers("-address") == numbers("address")[::-1]


def test_the_reach_of_a_bin_counts_channels(molenakker):
    cast.member(molenakker, "Two", mobile="+32470000001", email="t@voorbeeld.example", street="Molenweg")
    cast.member(molenakker, "One", phone="+3216002317", street="Molenweg")
    cast.member(molenakker, "None")
    cast.member(molenakker, "Dead", mobile="+32470000002", mobile_fault="unknown_number")
    empty = cast.bin_named("BIN Leeg")
    reach = lists.reach([molenakker, empty])
    figures = reach[molenakker.id]
    assert (figures.members, figures.streets, figures.two_or_more, figures.one) == (4, 1, 1, 2)
    assert (figures.none, figures.dead_numbers, figures.problems) == (1, 1, 3)
    assert reach[empty.id].members == 0
