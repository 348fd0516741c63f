"""A person is forgotten: nothing names them any more, and every count, state and proof still stands."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from dispatch import audit
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import dossier, erasing, imports, members, processing
from dispatch.retention import Keeping
from dispatch.sending import campaigns, report, tallies
from dispatch.sending.pump import Pump
from models import (
    TABLES,
    Audit,
    Campaign,
    Document,
    Member,
    MemberChange,
    Membership,
    Message,
    Recipient,
    Unreached,
    database,
)
from tests import cast, town
from tests.cast import NOON

PERSON = {
    "last_name": "Vergeetmijniet",
    "first_name": "Zoë",
    "mobile": "+32470998877",
    "phone": "+3211998877",
    "email": "zoe.vergeetmijniet@voorbeeld.example",
    "street": "Geheimstraat",
    "house_number": "7",
    "postcode": "3460",
    "town": "Nergenshuizen",
}
SECRETS = ("vergeetmijniet", "zoë", "zoe", "470998877", "11998877", "geheimstraat", "nergenshuizen")


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone(), name="A Sender")


@pytest.fixture
def bin(sender):
    return cast.bin_named("Beekveld")


@pytest.fixture
def zoe(bin, sender):
    return members.add(bin, PERSON, by=sender, now=NOON)


@pytest.fixture
def partner(bin, sender):
    """Shares the number, not the mailbox."""
    values = PERSON | {"first_name": "Bo", "email": "bo@voorbeeld.example", "street": "Elders"}
    return members.add(bin, values | {"last_name": "Buur", "phone": "", "town": "Hier"}, by=sender, now=NOON)


def sent(app, sender, bin, **wording) -> Campaign:
    """A campaign by SMS and e-mail that ran until it was over."""
    texts = {
        "sms": {"nl": {"body": "Blijf binnen."}},
        "email": {"nl": {"subject": "Let op", "body": "Blijf binnen."}},
    }
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON)
    wording = {"name": "Gaslek", "kind": "news", "channels": ["sms", "email"], "texts": texts} | wording
    draft = campaigns.write(draft, by=sender, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)
    made = campaigns.launch(draft, by=sender, now=NOON, terms_accepted=True)
    pump, moment = Pump(app.extensions["roads"]), NOON
    pump.now = lambda: moment
    for _ in range(20):
        pump.tick()
        moment += timedelta(seconds=10)
    assert Campaign.get_by_id(made.id).is_over
    return Campaign.get_by_id(made.id)


def everything() -> str:
    """Every row of every table, as text; papers are read as papers."""
    told = []
    for table in TABLES:
        for row in table.select().tuples():
            told += [_read(value) for value in row]
    return " ".join(told).casefold()


def _read(value) -> str:
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return (
        json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
    )


def test_nothing_in_the_database_names_an_erased_person(app, sender, bin, zoe):
    cast.member(bin, "Ander", mobile="+32470000100", email="ander@voorbeeld.example")
    members.change(zoe, {"mobile": "+32470998878"}, version=1, by=sender, now=NOON)
    members.set_basis(
        zoe.memberships.get(), "consent", on=date(2026, 1, 2), source="brief van Zoë", by=sender, now=NOON
    )
    campaign = sent(app, sender, bin)
    Message.update(detail="no such user zoe.vergeetmijniet@voorbeeld.example").where(
        Message.names.contains("Zo")
    ).execute()
    report.make(campaign, now=NOON)
    for secret in SECRETS:
        assert secret in everything() or secret == "zoe", secret
    erasing.erase(Member.get_by_id(zoe.id), by=sender, now=NOON)
    report.make(Campaign.get_by_id(campaign.id), now=NOON)
    told = everything()
    assert [secret for secret in SECRETS if secret in told] == []
    assert "ander@voorbeeld.example" in told


def test_what_was_counted_and_proven_stays(app, sender, bin, zoe):
    campaign = sent(app, sender, bin)
    paused = cast.member(bin, "Later")
    before = tallies.counts(campaign), report.people_reached(campaign), report.people_meant(campaign)
    rows = [
        model.select().count() for model in (Message, Recipient, Unreached, MemberChange, Membership, Member)
    ]
    story = list(
        Message.select(Message.status, Message.reference, Message.parts, Message.accepted_at).tuples()
    )
    erasing.erase(zoe, by=sender, now=NOON)
    after = Campaign.get_by_id(campaign.id)
    assert (tallies.counts(after), report.people_reached(after), report.people_meant(after)) == before
    assert rows == [
        m.select().count() for m in (Message, Recipient, Unreached, MemberChange, Membership, Member)
    ]
    assert story == list(
        Message.select(Message.status, Message.reference, Message.parts, Message.accepted_at).tuples()
    )
    assert all(row.is_ended for row in Membership.select().where(Membership.member == zoe.id))
    assert not paused.memberships.get().is_ended


def test_addresses_that_led_to_nobody_stay_different_from_each_other(app, sender, bin, zoe):
    other = cast.member(bin, "Ander", mobile="+32470000100", email="ander@voorbeeld.example")
    sent(app, sender, bin)
    for member in (zoe, other):
        erasing.erase(member, by=sender, now=NOON)
    addresses = [address for (address,) in Message.select(Message.address).tuples()]
    assert len(set(addresses)) == 4 and all(address.startswith(erasing.NOBODY) for address in addresses)


def test_a_household_keeps_its_message_and_the_names_of_the_others(app, sender, bin, zoe, partner):
    sent(app, sender, bin)
    shared = Message.get(Message.channel == "sms")
    assert "Zoë" in shared.names and "Bo" in shared.names
    erasing.erase(zoe, by=sender, now=NOON)
    shared = Message.get_by_id(shared.id)
    assert (shared.names, shared.address) == ("Bo Buur", PERSON["mobile"])
    erasing.erase(partner, by=sender, now=NOON)
    shared = Message.get_by_id(shared.id)
    assert (shared.names, shared.address) == ("", f"{erasing.NOBODY}{shared.id}")


@pytest.mark.parametrize("status", ["running", "paused"])
def test_nobody_is_erased_while_a_message_to_them_is_under_way(app, sender, bin, zoe, status):
    campaign = town.campaign(sender, bin, status)
    with pytest.raises(WrongMoment):
        erasing.erase(zoe, by=sender, now=NOON)
    assert Member.get_by_id(zoe.id).last_name == "Vergeetmijniet"
    campaigns.stop(campaign, by=sender, now=NOON)
    erasing.erase(zoe, by=sender, now=NOON)
    assert Member.get_by_id(zoe.id).last_name == ""


def test_nobody_is_erased_while_a_launch_still_looks_for_its_people(app, sender, bin, zoe):
    campaign = town.campaign(sender, bin, "stopped")
    Campaign.update(queued_through=0).where(Campaign.id == campaign.id).execute()
    with pytest.raises(WrongMoment):
        erasing.erase(zoe, by=sender, now=NOON)


def test_nobody_is_erased_twice_and_the_deed_is_recorded_without_the_person(app, sender, bin, zoe):
    erasing.erase(zoe, by=sender, now=NOON)
    with pytest.raises(WrongMoment):
        erasing.erase(zoe, by=sender, now=NOON)
    done = Audit.get(Audit.deed == "member.erased")
    assert (done.subject, done.by, done.facts) == (f"member:{zoe.id}", sender, {"messages": 0})
    assert audit.verify().is_whole


def test_an_erased_person_comes_back_as_somebody_new_with_the_next_list(app, sender, bin, zoe):
    erasing.erase(zoe, by=sender, now=NOON)
    listed = "Naam;Voornaam;GSM\nVergeetmijniet;Zoë;0470 99 88 77\n"
    record = imports.upload(bin, listed.encode(), "lijst.csv", by=sender, now=NOON)
    assert imports.commit(record, by=sender, now=NOON)["added"] == 1
    assert Member.get_by_id(zoe.id).last_name == ""


# ── What is kept about somebody ─────────────────────────────────────────


def test_a_person_gets_everything_that_is_kept(app, sender, bin):
    listed = (
        "Naam;Voornaam;GSM;E-mail;Straat;Nr\nPeeters;Zoë;0470 99 88 77;zoe@voorbeeld.example;Kerkstraat;7\n"
    )
    record = imports.upload(bin, listed.encode(), "lijst-2026.csv", by=sender, now=NOON)
    imports.commit(record, by=sender, now=NOON)
    zoe = Member.get(Member.last_name == "Peeters")
    members.set_basis(
        zoe.memberships.get(), "consent", on=date(2026, 1, 2), source="brief", by=sender, now=NOON
    )
    sent(app, sender, bin)
    told = json.loads(dossier.export(Member.get_by_id(zoe.id), "json", "nl", by=sender, now=NOON))
    assert told["member"]["email"] == "zoe@voorbeeld.example"
    assert [row["bin"] for row in told["memberships"]] == ["Beekveld"]
    assert "brief" in told["memberships"][0]["basis"] and "02/01/2026" in told["memberships"][0]["basis"]
    assert [change["deed"] for change in told["changes"]] == ["added", "basis"]
    assert {row["channel"]: row["text"]["body"] for row in told["messages"]} == {
        "sms": "Blijf binnen.",
        "email": "Blijf binnen.",
    }
    assert [row["file"] for row in told["imports"]] == ["lijst-2026.csv"]
    assert Audit.select().where(Audit.deed == "member.exported").get().facts == {"format": "json"}


def test_the_same_on_paper_and_as_a_spreadsheet(app, sender, bin, zoe):
    sent(app, sender, bin)
    pdf = dossier.export(zoe, "pdf", "nl", by=sender, now=NOON)
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    for word in ("Vergeetmijniet", "Geheimstraat", "Gaslek", "Beekveld"):
        assert word in words
    assert dossier.export(zoe, "xlsx", "nl", by=sender, now=NOON)[:2] == b"PK"


# ── Why, for whom and how long ──────────────────────────────────────────


def test_consent_needs_a_day_and_a_source(app, sender, zoe):
    membership = zoe.memberships.get()
    for on, source in ((None, "brief"), (date(2026, 1, 2), " ")):
        with pytest.raises(Refusal):
            members.set_basis(membership, "consent", on=on, source=source, by=sender, now=NOON)
    with pytest.raises(Refusal):
        members.set_basis(membership, "because", on=None, source="", by=sender, now=NOON)
    members.set_basis(membership, "public_task", on=None, source="", by=sender, now=NOON)
    assert Membership.get_by_id(membership.id).basis == "public_task"


def test_a_member_without_a_basis_of_their_own_has_that_of_the_list(app, sender, bin, zoe):
    assert processing.basis_of(zoe.memberships.get(), "en") == "not said yet"
    told = {"basis": "public_task", "basis_source": "circular of 28-02-2019", "controller": "Zavelstreek"}
    processing.write(bin, told, date(2019, 2, 28), by=sender, now=NOON)
    said = processing.basis_of(zoe.memberships.get(), "en")
    assert said == "task in the public interest, 28/02/2019, circular of 28-02-2019"
    members.set_basis(zoe.memberships.get(), "vital_interests", on=None, source="", by=sender, now=NOON)
    assert processing.basis_of(zoe.memberships.get(), "en") == "vital interests of a person"


def test_the_record_says_who_why_what_to_whom_and_how_long(app, sender, bin, zoe):
    processing.write(bin, {"controller": "Zone Z", "purpose": "Warnen"}, None, by=sender, now=NOON)
    done = processing.record(bin, "en", roads=[("sms", "kannel")], keeping=Keeping(messages_months=7))
    told = repr(done)
    for word in ("Zone Z", "Warnen", "Beekveld", "kannel", "7 months", "E-mail"):
        assert word in told
    assert Audit.get(Audit.deed == "processing.changed").facts == {"fields": ["controller", "purpose"]}
    with pytest.raises(Refusal):
        processing.write(bin, {"purpose": "x" * 3000}, None, by=sender, now=NOON)


def test_the_papers_of_campaigns_are_made_again_without_the_person(app, sender, bin, zoe):
    campaign = sent(app, sender, bin)
    report.make(campaign, now=NOON)
    erasing.erase(zoe, by=sender, now=NOON)
    assert not Document.select().where(Document.campaign == campaign.id).exists()
    assert campaign.id in [one.id for one in report.missing(NOON)]
    assert not database.in_transaction()
