"""The data check: a personal link for one member, an answer that changes nothing, and a coordinator who decides."""

from datetime import timedelta

import pytest

from dispatch.access import links
from dispatch.again import AGAIN
from dispatch.errors import Incomplete, Refusal, WrongMoment
from dispatch.people import asking, checks, erasing
from dispatch.people.checks import Door
from models import Audit, Bin, DataCheck, Letter, Member, Membership, Message
from tests import cast
from tests.cast import NOON

DOOR = Door("a key for tests", "https://belfort.example")
LATER = NOON + timedelta(days=31)


@pytest.fixture
def molenakker(app):
    return cast.bin_named("Molenakker")


@pytest.fixture
def marc(molenakker):
    return cast.user("coordinator", molenakker.organisation, bins=(molenakker,), name="Marc Dhondt")


@pytest.fixture
def els(molenakker):
    return cast.member(
        molenakker, "Maes", "Els", mobile="+32470000001", email="els@voorbeeld.example", street="Molenweg"
    )


@pytest.fixture
def check(els, molenakker, marc):
    return checks.ask(els, molenakker, door=DOOR, by=marc, now=NOON)


def typed(member, **fresh) -> dict:
    names = ("last_name", "first_name", "mobile", "phone", "email", "street", "language")
    return {name: getattr(member, name) for name in names} | fresh


def token_of(letter: Letter) -> str:
    return letter.body.split("/my/")[1].split()[0]


def found(token: str, now=NOON) -> DataCheck | None:
    return checks.found(token, secret=DOOR.secret, now=now)


def fresh(row):
    return type(row).get_by_id(row.id)


# ── The link ────────────────────────────────────────────────────────────


def test_the_link_in_the_mail_opens_this_member_and_expires(check):
    token = token_of(Letter.get())
    assert found(token) == check
    assert found(token, LATER) is None


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-1], lambda t: t + "x", lambda t: ("y" if t[0] == "x" else "x") + t[1:], lambda t: ""],
)
def test_a_link_with_another_letter_opens_nothing(check, spoil):
    assert found(spoil(token_of(Letter.get()))) is None


def test_a_link_signed_with_another_key_or_for_another_purpose_opens_nothing(check):
    from itsdangerous import Signer

    assert found(Door("another key", "https://x").link(check.code).split("/my/")[1]) is None
    assert found(Signer(DOOR.secret, salt="session").sign(check.code).decode()) is None


def test_the_database_does_not_hold_the_link_once_the_mail_has_left(check):
    Message.update(status="accepted").execute()
    assert links.forget_mailed() == 1
    assert "/my/" not in Letter.get().body and fresh(check).letter is None


def test_a_new_link_kills_the_older_one(check, els, molenakker, marc):
    old = token_of(Letter.get())
    checks.ask(els, molenakker, door=DOOR, by=marc, now=NOON + AGAIN)
    assert found(old) is None


def test_a_member_who_is_asked_by_two_presses_gets_one_letter_and_its_link_works(
    check, els, molenakker, marc
):
    again = checks.ask(els, molenakker, door=DOOR, by=marc, now=NOON + timedelta(seconds=30))
    assert again == check and Letter.select().count() == 1
    assert found(token_of(Letter.get())) == check


def test_an_address_that_was_mended_a_moment_ago_is_asked_anew(check, els, molenakker, marc):
    old, soon = token_of(Letter.get()), NOON + timedelta(seconds=30)
    Member.update(changed_at=soon).where(Member.id == els.id).execute()
    again = checks.ask(fresh(els), molenakker, door=DOOR, by=marc, now=soon + timedelta(seconds=5))
    assert again != check and found(old) is None


def test_a_round_that_is_pressed_twice_stays_the_last_with_its_letters(molenakker, els, marc):
    assert checks.send_round(molenakker, door=DOOR, by=marc, now=NOON) == 1
    assert checks.send_round(molenakker, door=DOOR, by=marc, now=NOON + timedelta(minutes=1)) == 0
    assert fresh(molenakker).checked_at == NOON


def test_a_withdrawn_link_opens_nothing_and_is_withdrawn_once(check, marc):
    checks.revoke(check, by=marc, now=NOON)
    assert found(token_of(Letter.get())) is None
    with pytest.raises(WrongMoment):
        checks.revoke(check, by=marc, now=NOON)


def test_the_letter_goes_by_the_channel_that_works_and_in_the_language_of_the_member(molenakker, marc):
    dead = cast.member(molenakker, "Claes", mobile="+32470000002", email="c@voorbeeld.example", language="fr")
    Member.update(email_fault="no_such_mailbox").where(Member.id == dead.id).execute()
    checks.ask(fresh(dead), molenakker, door=DOOR, by=marc, now=NOON)
    message = Message.get()
    assert (message.channel, message.address, message.language) == ("sms", dead.mobile, "fr")
    assert [row.member for row in message.recipients] == [dead]


def test_who_has_no_channel_that_works_is_not_asked(molenakker, marc):
    alone = cast.member(molenakker, "Claes", phone="+3216000001")
    with pytest.raises(Refusal, match="no other"):
        checks.ask(alone, molenakker, door=DOOR, by=marc, now=NOON)
    assert not DataCheck.select().exists()


# ── The round ───────────────────────────────────────────────────────────


def test_a_round_asks_everybody_who_can_be_asked_once(monkeypatch, molenakker, marc):
    monkeypatch.setattr(checks, "AT_ONCE", 2)
    for number in range(5):
        cast.member(molenakker, f"Lid{number}", email=f"lid{number}@voorbeeld.example")
    cast.member(molenakker, "Stil", phone="+3216000001")
    cast.member(molenakker, "Zeker", email="z@voorbeeld.example", confirmed_at=NOON - timedelta(days=100))
    gone = cast.member(molenakker, "Weg", email="w@voorbeeld.example")
    Membership.update(ended_at=NOON).where(Membership.member == gone.id).execute()
    assert checks.send_round(molenakker, door=DOOR, by=marc, now=NOON) == 5
    assert checks.send_round(molenakker, door=DOOR, by=marc, now=NOON) == 0
    assert len({check.code for check in DataCheck.select()}) == Message.select().count() == 5


def test_a_round_that_was_cut_short_goes_on_where_it_was(molenakker, marc):
    for number in range(3):
        cast.member(molenakker, f"Lid{number}", email=f"lid{number}@voorbeeld.example")
    checks.ask(Member.select().first(), molenakker, door=DOOR, by=marc, now=NOON)
    assert checks.send_round(molenakker, door=DOOR, by=marc, now=NOON) == 2


def test_how_many_answered_is_counted_since_the_last_round_began(els, molenakker, marc):
    cast.member(molenakker, "Claes", email="c@voorbeeld.example")
    checks.send_round(molenakker, door=DOOR, by=marc, now=NOON)
    checks.ask_removal(DataCheck.get(DataCheck.member == els.id), now=NOON)
    assert checks.last_round(fresh(molenakker)) == checks.Round(2, 1, 1)


# ── The member answers ──────────────────────────────────────────────────


def test_a_confirmation_changes_nothing_but_the_day_on_which_it_was_given(check, els):
    before = fresh(els).__data__
    checks.confirm(check, now=NOON)
    assert fresh(els).__data__ == before | {"confirmed_at": NOON}
    assert fresh(check).answer == "confirmed"


def test_a_proposal_changes_nothing_of_the_member(check, els):
    before = fresh(els).__data__
    checks.propose(check, typed(els, mobile="0470 99 88 77", street="Akkerstraat"), now=NOON)
    assert fresh(els).__data__ == before
    assert fresh(check).proposal == {
        "mobile": ["+32470000001", "+32470998877"],
        "street": ["Molenweg", "Akkerstraat"],
    }


def test_a_proposal_without_a_difference_is_asked_about_and_confirms_nothing(check, els):
    with pytest.raises(Incomplete) as refused:
        checks.propose(check, typed(els), now=NOON)
    assert refused.value.faults == {} and not fresh(check).is_answered and not fresh(els).confirmed_at


def test_a_proposal_that_cannot_be_read_is_said_by_field_and_answers_nothing(check, els):
    with pytest.raises(Incomplete) as refused:
        checks.propose(check, typed(els, mobile="geen idee"), now=NOON)
    assert set(refused.value.faults) == {"mobile"}
    assert not fresh(check).is_answered


@pytest.mark.parametrize("second", [checks.confirm, checks.ask_removal])
def test_a_link_is_answered_once(check, second):
    checks.ask_removal(check, now=NOON)
    with pytest.raises(WrongMoment):
        second(check, now=NOON)
    assert fresh(check).answer == "removal" and fresh(check.member).confirmed_at is None


@pytest.mark.parametrize("mistake", [checks.confirm, checks.ask_removal])
def test_an_answer_by_mistake_can_be_given_anew_while_the_link_works(check, els, mistake):
    mistake(check, now=NOON)
    checks.take_back(fresh(check), now=NOON)
    assert not fresh(check).is_answered and fresh(els).confirmed_at is None
    checks.propose(fresh(check), typed(els, street="Akkerstraat"), now=NOON)
    assert fresh(check).answer == "proposed"
    with pytest.raises(WrongMoment):
        checks.take_back(fresh(check), now=LATER)


def test_what_was_confirmed_before_stays_confirmed_when_a_later_answer_is_taken_back(els, molenakker, marc):
    checks.confirm(checks.ask(els, molenakker, door=DOOR, by=marc, now=NOON), now=NOON)
    again = checks.ask(els, molenakker, door=DOOR, by=marc, now=NOON + timedelta(days=200))
    checks.confirm(again, now=NOON + timedelta(days=201))
    checks.take_back(fresh(again), now=NOON + timedelta(days=202))
    assert fresh(els).confirmed_at == NOON


def test_what_was_decided_is_not_taken_back_and_what_was_taken_back_is_not_decided(check, els, marc):
    checks.propose(check, typed(els, street="Akkerstraat"), now=NOON)
    seen = fresh(check)
    checks.take_back(seen, now=NOON)
    checks.propose(fresh(check), typed(els, street="Kerkstraat"), now=NOON + timedelta(minutes=1))
    with pytest.raises(WrongMoment):
        checks.accept(seen, version=1, by=marc, now=NOON)
    assert fresh(els).street == "Molenweg"
    checks.decline(fresh(check), by=marc, now=NOON)
    with pytest.raises(WrongMoment):
        checks.take_back(fresh(check), now=NOON)


def test_a_link_that_expired_while_the_page_was_open_is_answered_no_more(check):
    with pytest.raises(WrongMoment):
        checks.confirm(check, now=LATER)


# ── The coordinator decides ─────────────────────────────────────────────


def test_an_accepted_proposal_changes_the_member_in_the_name_of_the_coordinator(check, els, marc):
    checks.propose(check, typed(els, mobile="0470 99 88 77"), now=NOON)
    checks.accept(fresh(check), version=els.version, by=marc, now=NOON)
    present = fresh(els)
    assert (present.mobile, present.confirmed_at) == ("+32470998877", NOON)
    assert [(row.deed, row.by) for row in present.changes] == [("changed", marc)]
    assert [row.deed for row in Audit.select().where(Audit.by == marc.id).order_by(Audit.id)][-2:] == [
        "check.accepted",
        "member.changed",
    ]


def test_a_declined_proposal_leaves_the_member_as_it_was(check, els, marc):
    checks.propose(check, typed(els, mobile="0470 99 88 77"), now=NOON)
    checks.decline(fresh(check), by=marc, now=NOON)
    assert fresh(els).mobile == "+32470000001" and fresh(els).confirmed_at is None


def test_one_of_two_who_decide_at_once_decides(check, els, marc):
    checks.propose(check, typed(els, mobile="0470 99 88 77"), now=NOON)
    stale = fresh(check)
    checks.decline(fresh(check), by=marc, now=NOON)
    with pytest.raises(WrongMoment):
        checks.accept(stale, version=els.version, by=marc, now=NOON)
    assert fresh(els).mobile == "+32470000001"


def test_a_member_who_was_changed_meanwhile_is_looked_at_again(check, els, marc):
    checks.propose(check, typed(els, mobile="0470 99 88 77"), now=NOON)
    with pytest.raises(WrongMoment):
        checks.accept(fresh(check), version=els.version - 1, by=marc, now=NOON)
    assert fresh(check).awaits_decision


def test_who_asks_to_go_is_off_the_list_once_the_coordinator_says_so(check, els, marc):
    checks.ask_removal(check, now=NOON)
    assert not els.memberships.get().is_ended
    checks.accept(fresh(check), version=0, by=marc, now=NOON)
    assert els.memberships.get().is_ended


def test_what_is_neither_asked_nor_proposed_cannot_be_accepted(check, marc):
    for _time in range(2):
        with pytest.raises(WrongMoment):
            checks.accept(fresh(check), version=1, by=marc, now=NOON)
        if not fresh(check).is_answered:
            checks.confirm(check, now=NOON)


def test_a_person_who_is_erased_leaves_no_proposal_behind(check, els, marc):
    checks.propose(check, typed(els, mobile="0470 99 88 77"), now=NOON)
    Message.update(status="accepted").execute()
    erasing.erase(els, by=marc, now=NOON)
    assert not DataCheck.select().exists()
    assert Letter.get().body == "" and not Message.select().where(Message.address == els.email).exists()


def test_the_audit_names_nobody(check, els):
    checks.propose(check, typed(els, mobile="0470 99 88 77"), now=NOON)
    told = " ".join(f"{row.subject} {row.facts}" for row in Audit.select())
    assert "Maes" not in told and "4709988" not in told and els.email not in told


# ── Once a year ─────────────────────────────────────────────────────────


def reminders(now) -> int:
    return asking.remind(public_url="https://belfort.example", now=now)


def test_the_coordinators_are_told_after_a_year_and_once(els, molenakker, marc):
    year = NOON + timedelta(days=366)
    assert reminders(NOON + timedelta(days=364)) == 0
    assert reminders(year) == 1 and reminders(year) == 0
    assert Message.get().address == marc.email
    assert f"/bins/{molenakker.id}/upkeep" in Letter.get().body
    assert reminders(year + timedelta(days=366)) == 1


def test_a_round_puts_the_reminder_off_and_the_next_one_says_how_many_answered(els, molenakker, marc):
    checks.send_round(molenakker, door=DOOR, by=marc, now=NOON + timedelta(days=300))
    checks.confirm(DataCheck.get(), now=NOON + timedelta(days=301))
    assert reminders(NOON + timedelta(days=400)) == 0
    assert reminders(NOON + timedelta(days=700)) == 1
    assert "1" in Letter.select().order_by(Letter.id.desc()).get().body


def test_a_bin_without_a_coordinator_is_the_administrators_and_an_empty_one_nobodys(els, molenakker):
    admin = cast.user("organisation_admin", molenakker.organisation)
    cast.bin_named("Leeg")
    assert reminders(NOON + timedelta(days=366)) == 1
    assert Message.get().address == admin.email
    assert Bin.select().where(Bin.reminded_at.is_null(False)).count() == 1
