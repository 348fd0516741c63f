"""What was kept long enough goes at night, in small bites, once, and says what it was."""

import json
from datetime import datetime, timedelta

import pytest

from dispatch import audit, letters, retention
from dispatch.access import sessions
from dispatch.centre import activation
from dispatch.people import erasing, imports, members
from dispatch.retention import Keeping
from dispatch.sending import campaigns, scenarios
from models import (
    Activation,
    Audit,
    Campaign,
    Chore,
    Import,
    Letter,
    Member,
    Message,
    Recording,
    SignIn,
    SignInFailure,
    Tally,
)
from tests import cast, town
from tests.cast import NOON
from tests.test_voice_pages import wav

KEEPING = Keeping()
NIGHT = datetime(2026, 11, 24, 2, 30)  # 03:30 in Brussels
YEAR = timedelta(days=366)


@pytest.fixture
def zavel(app):
    return town.zone("Zavel", 1)


@pytest.fixture
def bin(zavel):
    return zavel.bins["A"]


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


def ended(campaign: Campaign, ago: timedelta) -> Campaign:
    Campaign.update(ended_at=NIGHT - ago).where(Campaign.id == campaign.id).execute()
    return campaign


def removed(kind: str) -> list[dict]:
    rows = Audit.select().where(Audit.deed == "retention.applied").order_by(Audit.id)
    return [row.facts for row in rows if kind in row.facts]


def test_old_messages_lose_names_and_addresses_and_keep_their_state(zavel, bin, sender, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for nth in range(5):
        cast.member(bin, f"Oud{nth}", mobile=f"+3247000020{nth}")
    old = ended(town.campaign(sender, bin, "stopped"), YEAR)
    young = ended(town.campaign(sender, bin, "stopped"), YEAR / 2)
    underway = town.campaign(sender, bin, "running")
    counts = sorted(Tally.select().tuples())
    retention.go_round(NIGHT, KEEPING)
    assert all(row.address == f"{erasing.NOBODY}{row.id}" and row.names == "" for row in old.messages)
    assert old.messages.count() == 6
    for campaign in (young, underway):
        assert all(row.address.startswith("+32") and row.names for row in campaign.messages)
    assert sorted(Tally.select().tuples()) == counts
    assert removed("messages") == [{"messages": 6}]
    done = Audit.get(Audit.deed == "retention.applied")
    assert (done.subject, done.organisation, done.by) == (f"campaign:{old.id}", bin.organisation, None)
    retention.go_round(NIGHT, KEEPING)
    assert removed("messages") == [{"messages": 6}]


def test_a_round_that_was_killed_is_finished_the_next_night(zavel, bin, sender, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    cast.member(bin, "Oud", mobile="+32470000200")
    old = ended(town.campaign(sender, bin, "stopped"), YEAR)
    retention._forget_part(old, old.messages.order_by(Message.id).get().id)
    assert Campaign.get_by_id(old.id).forgotten_at is None
    retention.go_round(NIGHT, KEEPING)
    assert all(row.address.startswith(erasing.NOBODY) for row in old.messages)
    assert Campaign.get_by_id(old.id).forgotten_at == NIGHT


def test_who_left_all_lists_long_ago_is_erased(zavel, bin, sender):
    gone, just, here = (cast.member(bin, name) for name in ("Weg", "Net", "Hier"))
    twice = cast.member(bin, "Twee")
    members.join(twice, zavel.bins["B"], by=sender, now=NOON - YEAR * 2)
    for member, ago in ((gone, YEAR), (just, YEAR / 2), (twice, YEAR)):
        members.end(member.memberships.get(), by=sender, now=NIGHT - ago)
    retention.go_round(NIGHT, KEEPING)
    names = {row.id: row.last_name for row in Member.select()}
    assert [names[one.id] for one in (gone, just, here, twice)] == ["", "Net", "Hier", "Twee"]
    assert Audit.get(Audit.deed == "member.erased").by is None


def test_who_is_still_being_written_to_waits_for_another_night(zavel, bin, sender):
    gone = Member.get()
    town.campaign(sender, bin, "paused")
    members.end(gone.memberships.get(), by=sender, now=NIGHT - YEAR)
    retention.go_round(NIGHT, KEEPING)
    assert Member.get_by_id(gone.id).erased_at is None


def spoken(sender, bin, status, body="Blijf binnen.") -> Campaign:
    """A campaign whose call in Dutch is a recording."""
    draft = town.campaign(sender, bin, "draft")
    texts = {"voice": {"nl": {"body": body}}}
    campaigns.write(draft, by=sender, now=NOON, version=draft.version, channels=["voice"], texts=texts)
    campaigns.record(Campaign.get_by_id(draft.id), "nl", wav(1), "Jan.wav", by=sender, now=NIGHT - YEAR * 2)
    draft = Campaign.get_by_id(draft.id)
    if status != "draft":
        campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)
        campaigns.stop(Campaign.get_by_id(draft.id), by=sender, now=NOON)
    return Campaign.get_by_id(draft.id)


def key(campaign) -> str:
    return campaign.texts["voice"]["nl"]["recording"]


def test_a_recording_stays_as_long_as_something_says_it(bin, sender):
    draft, young = spoken(sender, bin, "draft"), ended(spoken(sender, bin, "stopped"), YEAR / 2)
    scenario = scenarios.save_as_template(spoken(sender, bin, "draft"), by=sender, now=NOON)
    old = ended(spoken(sender, bin, "stopped"), YEAR)
    campaigns.record(draft, "nl", wav(2), "Jan-beter.wav", by=sender, now=NIGHT - YEAR * 2)
    replaced, draft = key(draft), Campaign.get_by_id(draft.id)
    Campaign.update(changed_at=NOON).where(Campaign.id == draft.id).execute()
    for _night in range(2):  # in the first the old message loses its receivers, in the second its recording
        retention.go_round(NIGHT, KEEPING)
    left = {row.key for row in Recording.select()}
    assert left == {key(draft), key(young), key(scenario)}
    assert key(old) not in left and replaced not in left
    assert [len(one) for one in (removed("recording"), removed("messages"))] == [2, 1]


def test_a_recording_that_was_just_made_waits_for_its_message(bin, sender):
    draft = spoken(sender, bin, "draft")
    campaigns.record(draft, "nl", wav(1), "nieuw.wav", by=sender, now=NIGHT - YEAR / 2)
    campaigns.unrecord(Campaign.get_by_id(draft.id), "nl", by=sender, now=NIGHT - YEAR / 2)
    retention.go_round(NIGHT, KEEPING)
    assert [row.filename for row in Recording.select()] == ["nieuw.wav"]


def test_names_of_uploaded_files_go_and_what_was_done_with_them_stays(zavel, bin, sender, signed_in):
    old, new = (
        imports.upload(bin, town.LIST.encode(), f"lijst {who}.csv", by=sender, now=at)
        for who, at in (("Jan Peeters", NIGHT - YEAR), ("An Maes", NIGHT - YEAR / 2))
    )
    for record in (old, new):
        imports.discard(record, by=sender, now=NOON)
    retention.go_round(NIGHT, KEEPING)
    assert [Import.get_by_id(one.id).filename for one in (old, new)] == ["", "lijst An Maes.csv"]
    assert removed("file_names") == [{"file_names": 1}]
    page = signed_in(sender).get(f"/bins/{bin.id}/imports")
    assert page.has("An Maes") and not page.has("Jan Peeters")


def test_what_was_asked_for_approval_and_forgotten_goes_as_a_draft(bin, sender):
    draft = town.campaign(sender, bin, "draft")
    campaigns.submit(draft, by=sender, now=NOON, version=draft.version)
    Campaign.update(changed_at=NIGHT - YEAR).where(Campaign.id == draft.id).execute()
    retention.go_round(NIGHT, KEEPING)
    assert not Campaign.select().exists()


def test_abandoned_drafts_and_forms_go_and_others_stay(zavel, bin, sender):
    people, forms = town.contact_centre()
    old, young = (town.campaign(sender, bin, "draft") for _ in range(2))
    Campaign.update(changed_at=NIGHT - YEAR).where(Campaign.id == old.id).execute()
    activation.begin(people["authorised_person"].organisation, by=people["authorised_person"], now=NOON)
    Activation.update(changed_at=NIGHT - YEAR).where(
        Activation.id.in_([form.id for some in forms.values() for form in some])
    ).execute()
    retention.go_round(NIGHT, KEEPING)
    assert [row.id for row in Campaign.select()] == [young.id]
    assert {row.status for row in Activation.select()} == {"draft", "requested"}
    assert Activation.select().count() == 2
    assert removed("campaign") == [{"campaign": old.id}] and len(removed("activation")) == 1


def test_sessions_and_failed_sign_ins_are_forgotten(zavel, sender):
    sessions.begin(sender, now=NIGHT - timedelta(days=91))
    sessions.begin(sender, now=NIGHT - timedelta(days=89))
    SignInFailure.create(key="address:192.0.2.1", failures=1, last_at=NIGHT - timedelta(days=2))
    SignInFailure.create(key="address:192.0.2.2", failures=1, last_at=NIGHT)
    retention.go_round(NIGHT, KEEPING)
    assert [row.began_at for row in SignIn.select()] == [NIGHT - timedelta(days=89)]
    assert [row.key for row in SignInFailure.select()] == ["address:192.0.2.2"]
    assert removed("sign_ins") == [{"sign_ins": 1}] and removed("failures") == [{"failures": 1}]


def test_an_old_letter_loses_its_text_and_its_address(zavel, sender):
    where = sender.organisation
    said = {"organisation": where, "subject": "Formulier", "body": "Beste", "lang": "nl"}
    old = letters.post(["wacht@centre.example"], now=NIGHT - YEAR * 3, **said)
    waiting = letters.post(["wacht@centre.example"], now=NIGHT - YEAR * 3, **said)
    Message.update(status="accepted").where(Message.letter == old.id).execute()
    retention.go_round(NIGHT, KEEPING)
    assert (Letter.get_by_id(old.id).body, Letter.get_by_id(waiting.id).body) == ("", "Beste")
    assert Message.get(Message.letter == old.id).address.startswith(erasing.NOBODY)
    assert removed("letter") == [{"letter": old.id, "messages": 1}]


def test_the_round_is_made_once_a_night_and_only_at_night(zavel, monkeypatch):
    rounds = []
    monkeypatch.setattr(retention, "go_round", lambda now, keeping: rounds.append(now))
    moments = [NOON + timedelta(minutes=15 * nth) for nth in range(4 * 48)]
    made = [moment for moment in moments if retention.nightly(moment, KEEPING)]
    assert rounds == made == [datetime(2026, 11, 24, 1, 0), datetime(2026, 11, 25, 1, 0)]
    assert Chore.select().count() == 1


def test_one_kind_that_fails_holds_up_no_other(zavel, sender, monkeypatch, caplog):
    def fails(_found, _now):
        raise ValueError("Geheim +32470000011")

    monkeypatch.setitem(retention.ROUND, "messages", fails)
    sessions.begin(sender, now=NIGHT - YEAR)
    retention.go_round(NIGHT, KEEPING)
    assert not SignIn.select().exists()
    assert "retention of messages" in caplog.text and "Geheim" not in caplog.text


def test_the_command_says_what_would_go_and_removes_nothing(app, zavel, bin, sender):
    old = ended(town.campaign(sender, bin, "stopped"), YEAR)
    run = app.test_cli_runner()
    told = json.loads(run.invoke(args=["retention", "--dry-run", "--json"]).output)
    assert told["messages"] == 1 and set(told) == set(retention.KINDS) == set(retention.ROUND)
    assert "1" in run.invoke(args=["retention", "--dry-run"]).output
    assert Campaign.get_by_id(old.id).forgotten_at is None
    assert run.invoke(args=["retention"]).exit_code == 0
    assert Campaign.get_by_id(old.id).forgotten_at is not None
    assert audit.verify().is_whole
