"""Which channels of a member worked, which numbers come back to life, and which streets are silent."""

from datetime import timedelta

import pytest

from dispatch.errors import Refusal
from dispatch.people import alive
from dispatch.people.alive import Score
from models import Audit, Bin, Letter, Member, Membership, Message, Recipient
from tests import cast
from tests.cast import NOON

DAY = timedelta(days=1)


@pytest.fixture
def molenakker(app):
    return cast.bin_named("Molenakker")


@pytest.fixture
def zone(molenakker):
    return molenakker.organisation


def message(member, address, status="delivered", *, days_ago=1, code="", is_practice=False, channel="sms"):
    at = NOON - days_ago * DAY
    facts = {"subject": "s", "body": "b", "is_practice": is_practice, "created_at": at}
    letter = Letter.create(organisation=member.organisation_id, **facts)
    made = Message.create(
        letter=letter,
        channel=channel,
        address=address,
        reference=f"r{letter.id}",
        status=status,
        code=code,
        due_at=at,
        accepted_at=at if status in alive.TAKEN else None,
        ended_at=at if status != "accepted" else None,
        is_practice=is_practice,
    )
    Recipient.create(message=made, member=member)


def score(bin) -> Score:
    return alive.scores([bin], NOON)[bin.id]


def figures(bin) -> tuple[int, int, int]:
    found = score(bin)
    return found.two_or_more, found.one, found.none


def test_members_are_counted_by_how_many_of_their_channels_worked(molenakker):
    both = cast.member(molenakker, "Maes", mobile="+32470000001", email="m@voorbeeld.example")
    message(both, both.mobile)
    message(both, both.email, "accepted", channel="email")
    one = cast.member(molenakker, "Claes", mobile="+32470000002", email="c@voorbeeld.example")
    message(one, one.mobile, "answered", channel="voice")
    cast.member(molenakker, "Aerts", mobile="+32470000003")
    assert figures(molenakker) == (1, 1, 1)


def test_all_three_channels_count_as_two_or_more_once(molenakker):
    member = cast.member(
        molenakker, "Maes", mobile="+32470000001", phone="+3216000001", email="m@voorbeeld.example"
    )
    for address in (member.mobile, member.phone, member.email, member.mobile):
        message(member, address)
    assert figures(molenakker) == (1, 0, 0)


@pytest.mark.parametrize(
    "told",
    [
        {"status": "failed", "code": "no_such_number"},
        {"status": "failed", "code": "refused"},
        {"status": "no_answer", "channel": "voice"},
        {"status": "queued"},
        {"days_ago": 366},
        {"is_practice": True},
    ],
)
def test_what_did_not_arrive_or_long_ago_or_in_practice_does_not_count(molenakker, told):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    message(member, member.mobile, **told)
    assert figures(molenakker) == (0, 0, 1)


def test_a_permanent_failure_takes_back_what_worked_before_and_nothing_that_came_after(molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    message(member, member.mobile, days_ago=9)
    message(member, member.mobile, "failed", code="no_such_number", days_ago=5)
    assert figures(molenakker) == (0, 0, 1)
    message(member, member.mobile, days_ago=2)
    assert figures(molenakker) == (0, 1, 0)


def test_a_failure_counts_from_when_it_is_heard_of_and_not_from_when_the_message_left(molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    message(member, member.mobile, "failed", code="no_such_number", days_ago=1)
    Message.update(accepted_at=NOON - 9 * DAY).execute()
    message(member, member.mobile, days_ago=5)
    assert figures(molenakker) == (0, 0, 1)


def test_a_failure_that_passes_takes_nothing_back(molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    message(member, member.mobile, days_ago=9)
    message(member, member.mobile, "failed", code="expired", days_ago=5)
    assert figures(molenakker) == (0, 1, 0)


def test_the_old_number_of_a_member_does_not_count_for_the_new_one(molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001")
    message(member, "+32470009999")
    assert figures(molenakker) == (0, 0, 1)


def test_ended_memberships_and_other_bins_are_not_counted(molenakker):
    other = cast.bin_named("Kerkdries")
    gone = cast.member(molenakker, "Maes", mobile="+32470000001", confirmed_at=NOON)
    message(gone, gone.mobile)
    Membership.create(member=gone, bin=other, joined_at=NOON)
    Membership.update(ended_at=NOON).where(Membership.bin == molenakker.id).execute()
    both = alive.scores([molenakker, other], NOON)
    assert both[molenakker.id] == Score()
    assert both[other.id] == Score(1, 0, 1, 1, 1, NOON)


def test_who_confirmed_within_a_year_is_counted_and_the_last_time_is_told(molenakker):
    for name, days in (("Maes", 400), ("Claes", 300), ("Aerts", 20)):
        cast.member(molenakker, name, confirmed_at=NOON - days * DAY)
    cast.member(molenakker, "Baeten")
    found = score(molenakker)
    assert (found.members, found.confirmed, found.confirmed_at) == (4, 2, NOON - 20 * DAY)


# ── Back to life ────────────────────────────────────────────────────────


def test_a_number_that_a_later_message_reached_is_dead_no_more(molenakker):
    member = cast.member(
        molenakker, "Maes", mobile="+32470000001", mobile_fault="no_such_number", mobile_failures=2
    )
    message(member, member.mobile, "failed", code="no_such_number", days_ago=5)
    assert alive.revive(NOON) == 0
    message(member, member.mobile, days_ago=1)
    assert alive.revive(NOON) == 1
    present = Member.get_by_id(member.id)
    assert (present.mobile_fault, present.mobile_failures) == ("", 0)
    assert Audit.select().where(Audit.deed == "member.revived").count() == 1


def test_an_accepted_mail_alone_does_not_bring_a_mailbox_back(molenakker):
    member = cast.member(
        molenakker, "Maes", email="m@voorbeeld.example", email_fault="no_such_mailbox", email_failures=1
    )
    message(member, member.email, "failed", code="no_such_mailbox", days_ago=5, channel="email")
    message(member, member.email, "accepted", days_ago=1, channel="email")
    assert alive.revive(NOON) == 0


def test_practice_brings_nothing_back(molenakker):
    member = cast.member(molenakker, "Maes", mobile="+32470000001", mobile_fault="x", mobile_failures=1)
    message(member, member.mobile, is_practice=True)
    assert alive.revive(NOON) == 0


# ── Streets ─────────────────────────────────────────────────────────────


@pytest.fixture
def admin(zone):
    return cast.user("organisation_admin", zone)


def test_the_streets_without_members_are_those_that_nobody_lives_in_however_they_are_written(
    molenakker, admin
):
    cast.member(molenakker, "Maes", street="Café straat")
    bin = alive.set_streets(molenakker, ["Molenweg", " CAFE  STRAAT ", "molenweg", ""], by=admin, now=NOON)
    assert bin.streets == ["CAFE STRAAT", "molenweg"]
    assert alive.silent_streets(bin) == ["molenweg"]


@pytest.mark.parametrize("odd", ["Dorpsstraat;;x", "Demerlaan 1-20", "Demerlaan|12"])
def test_what_is_more_than_the_name_of_a_street_is_refused(molenakker, admin, odd):
    with pytest.raises(Refusal):
        alive.set_streets(molenakker, ["Molenweg", odd], by=admin, now=NOON)
    names = ["Place du 20 Août", "Rue du 11 Novembre 1918", "Sint-Jan-Baptiststraat"]
    assert len(alive.set_streets(molenakker, names, by=admin, now=NOON).streets) == 3


def test_the_members_in_streets_that_are_not_written_down_are_counted(molenakker, admin):
    for number, street in enumerate(("Café straat", "Buitenweg", "Buitenweg", "")):
        cast.member(molenakker, f"Lid{number}", street=street)
    assert alive.other_streets(Bin.get_by_id(molenakker.id)) == {}
    bin = alive.set_streets(molenakker, ["Cafe Straat", "Molenweg"], by=admin, now=NOON)
    assert alive.other_streets(bin) == {"Buitenweg": 2}


def test_an_empty_list_of_streets_takes_it_away_and_a_text_is_no_street(molenakker, admin):
    alive.set_streets(molenakker, ["Molenweg"], by=admin, now=NOON)
    with pytest.raises(Refusal, match="line of its own"):
        alive.set_streets(molenakker, ["x" * 121], by=admin, now=NOON)
    assert alive.set_streets(molenakker, [" "], by=admin, now=NOON).streets is None
    assert alive.silent_streets(Bin.get_by_id(molenakker.id)) == []


def test_streets_come_out_of_a_spreadsheet_by_their_column_or_else_the_first():
    named = b"Postcode;Straat\n3000;Molenweg\n3000;Akkerstraat\n"
    assert alive.streets_in(named, "straten.csv") == ["Molenweg", "Akkerstraat"]
    assert alive.streets_in(b"Molenweg\nAkkerstraat\nKerkstraat\n", "straten.txt") == [
        "Molenweg",
        "Akkerstraat",
        "Kerkstraat",
    ]
