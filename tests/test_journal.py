"""The journal of a hand: after a kill only what was under way is in doubt."""

import errno
import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.providers.base import Outcome
from dispatch.sending import campaigns, journal, messages
from dispatch.sending.journal import Journal
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Campaign, Message, beside
from tests import cast
from tests.cast import NOON

TEXTS = {"sms": {"nl": {"body": "Hou deuren en ramen dicht."}}}
LATER = NOON + timedelta(seconds=5)


@pytest.fixture
def campaign(app) -> Campaign:
    bin = cast.bin_named("Molenakker")
    for number in range(12):
        cast.member(bin, f"Lid{number}", mobile=f"+3247000{number:02}11")
    by = cast.user("sender", cast.zone())
    draft = campaigns.draft(by.organisation, by=by, now=NOON)
    wording = {"name": "Gaslek", "kind": "news", "channels": ["sms"], "texts": TEXTS}
    ready = campaigns.write(draft, by=by, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)
    return campaigns.launch(ready, by=by, now=NOON, terms_accepted=True)


def killed(write) -> None:
    """Leaves the journal that `write` wrote as a killed process does: in its place, and held by nobody."""
    kept = Journal(beside("hands"), "kannel:sms")
    kept.__enter__()
    write(kept)
    os.close(kept._file)


def pump(now=LATER) -> Pump:
    return Pump(Roads({"sms": ["simulator://"]}), now=lambda: now)


def claimed(campaign) -> list[str]:
    rows = messages.claim("sms", campaign, limit=12, now=NOON)
    return [row.reference for row in rows]


def standing() -> dict[str, str]:
    return dict(Message.select(Message.reference, Message.status).tuples())


def test_a_journal_that_goes_on_anew_says_what_the_old_one_said(campaign):
    one, two, three, four, *others = claimed(campaign)

    def write(kept):
        kept.claimed([one, two, three, four, *others], NOON)
        for reference in (one, two, three, four):
            kept.given(reference)
        kept.answered(Outcome(four, "accepted"))
        kept.settled([four])
        kept.answered(Outcome(one, "accepted"))
        kept.begin_anew(NOON, others, [one, two, three], [Outcome(one, "accepted")])
        kept.answered(Outcome(two, "failed", code="refused"))

    killed(write)
    [found] = journal.left_behind(beside("hands"))
    assert (found.until, sorted(found.waiting), found.doubtful) == (NOON, sorted(others), [three])
    assert {answer.reference: answer.status for answer in found.answered} == {one: "accepted", two: "failed"}
    assert not list(beside("hands").iterdir())


def test_where_the_disk_is_full_a_journal_goes_on_in_the_old_file(campaign, monkeypatch):
    one, *others = claimed(campaign)

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left")

    def write(kept):
        kept.claimed([one, *others], NOON)
        with monkeypatch.context() as disk, pytest.raises(OSError):
            disk.setattr(os, "posix_fallocate", full)
            kept.begin_anew(NOON, [one, *others], [], [])
        kept.given(one)

    killed(write)
    [found] = journal.left_behind(beside("hands"))
    assert found.doubtful == [one] and sorted(found.waiting) == sorted(others)
    assert not list(beside("hands").iterdir())


def test_what_was_not_begun_anew_to_its_end_counts_for_nothing(campaign):
    def write(kept):
        kept.claimed(claimed(campaign), NOON)
        kept._path.with_suffix(journal.UNFINISHED).write_bytes(b'["road","half')

    killed(write)
    [found] = journal.left_behind(beside("hands"))
    assert len(found.waiting) == 12 and not list(beside("hands").iterdir())


def test_what_never_left_is_queued_what_was_answered_counts_and_what_was_under_way_is_unsure(campaign):
    one, two, three, *others = claimed(campaign)

    def write(kept):
        kept.claimed([one, two, three, *others], NOON)
        for reference in (one, two, three):
            kept.given(reference)
        kept.answered(Outcome(one, "accepted", "gateway-1"))
        kept.answered(Outcome(two, "failed", code="no_such_number"))

    killed(write)
    pump().tidy()
    found = standing()
    assert (found[one], found[two], found[three]) == ("accepted", "failed", "unsure")
    assert {found[other] for other in others} == {"queued"}
    assert Message.get(reference=one).provider_reference == "gateway-1"
    assert Message.get(reference=one).road == "kannel:sms"
    assert not list(beside("hands").glob("*"))


def test_what_another_process_took_since_stays_in_its_hands(campaign):
    taken = claimed(campaign)
    killed(lambda kept: kept.claimed(taken, NOON))
    Message.update(claimed_at=NOON + timedelta(seconds=1)).execute()
    pump().tidy()
    assert set(standing().values()) == {"sending"}


def test_a_lease_that_was_renewed_is_still_the_same_hand(campaign):
    taken = claimed(campaign)
    renewed_at = NOON + timedelta(seconds=15)

    def write(kept):
        kept.claimed(taken, NOON)
        kept.kept(renewed_at)

    killed(write)
    Message.update(claimed_at=renewed_at).execute()
    pump(NOON + timedelta(seconds=20)).tidy()
    assert set(standing().values()) == {"queued"}


def test_what_was_recorded_or_given_back_before_is_no_business_of_the_journal(campaign):
    one, two, *others = claimed(campaign)
    messages.record([Outcome(one, "retry", code="busy")], road="kannel:sms", now=NOON)
    messages.give_back([two], NOON)

    def write(kept):
        kept.claimed([one, two, *others], NOON)
        kept.given(one)
        kept.answered(Outcome(one, "retry", code="busy"))
        kept.settled([one, two])

    killed(write)
    again = messages.claim("sms", campaign, limit=1, now=NOON)  # by another process, in the same instant
    pump().tidy()
    assert standing()[again[0].reference] == "sending"


def test_the_journal_of_a_process_that_lives_is_left_alone(campaign):
    taken = claimed(campaign)
    with Journal(beside("hands"), "kannel:sms") as kept:
        kept.claimed(taken, NOON)
        pump().tidy()
        assert set(standing().values()) == {"sending"}
    assert not list(beside("hands").glob("*"))


def test_a_journal_of_before_the_machine_went_down_is_not_believed(campaign, monkeypatch):
    taken = claimed(campaign)
    killed(lambda kept: kept.claimed(taken, NOON))
    monkeypatch.setattr(journal, "boot_id", lambda: "another start")
    pump().tidy()
    assert set(standing().values()) == {"sending"}
    pump(NOON + messages.LEASE * 2).tidy()
    assert set(standing().values()) == {"unsure"}


DEEDS = st.lists(st.tuples(st.sampled_from(["given", "answered", "settled"]), st.integers(0, 5)), max_size=30)
BEFORE = {"given": "waiting", "answered": "given", "settled": None}


@given(deeds=DEEDS, cut=st.floats(0, 1))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_journal_cut_off_at_any_byte_tells_what_stood_before_the_line_that_was_cut(tmp_path, deeds, cut):
    references = [f"{number:016x}" for number in range(6)]
    now = dict.fromkeys(references, "waiting")
    with Journal(tmp_path, "kannel:sms") as kept:
        kept.claimed(references, NOON)
        stood = [dict(now)]
        for deed, number in deeds:
            reference = references[number]
            if now.get(reference) == BEFORE[deed] or deed == "settled" and reference in now:
                say(kept, deed, reference)
                now[reference] = deed
                now = {one: state for one, state in now.items() if state != "settled"}
                stood.append(dict(now))
        written = kept._path.read_bytes()
    whole = written[: round(len(written) * cut)]
    found, lines = journal._read(whole), whole.count(b"\n")
    assert (found is None) == (lines < 2)  # the road and the claim
    if found:
        assert told(found) == stood[lines - 2]


def say(kept: Journal, deed: str, reference: str) -> None:
    if deed == "answered":
        kept.answered(Outcome(reference, "accepted"))
    elif deed == "settled":
        kept.settled([reference])
    else:
        kept.given(reference)


def told(found: journal.Found) -> dict[str, str]:
    return (
        dict.fromkeys(found.waiting, "waiting")
        | dict.fromkeys(found.doubtful, "given")
        | {one.reference: "answered" for one in found.answered}
    )
