"""The start page of each role: only what this person can do, and what waits for them."""

from datetime import timedelta

import pytest

from dispatch import clock
from dispatch.centre import inquiries, questions, reinforcements
from dispatch.sending import campaigns, scenarios
from models import (
    Activation,
    Campaign,
    Emergency,
    Inquiry,
    Member,
    Milestone,
    ScaleUp,
    Template,
    User,
)
from tests import cast, town
from tests.page import text_of


@pytest.fixture
def bin(app):
    bin = cast.bin_named("Beekveld")
    cast.member(bin, "Maes", "Els", mobile="+32470000010")
    return bin


@pytest.fixture
def template(bin):
    def make(name: str, kind: str = "warning"):
        who = cast.user(
            "sender", bin.organisation, email=f"{name}@zavelstreek.example".lower().replace(" ", "")
        )
        campaign = campaigns.draft(bin.organisation, by=who, now=clock.now())
        wording = {
            "name": name,
            "kind": kind,
            "channels": ["sms"],
            "texts": {"sms": {"nl": {"body": "Opgelet"}}},
        }
        whom = {"bins": [bin.id], "streets": [], "members": []}
        written = campaigns.write(campaign, by=who, now=clock.now(), version=1, audience=whom, **wording)
        return scenarios.save_as_template(written, by=who, now=clock.now())

    return make


def test_a_sender_begins_a_message_or_a_template_with_one_key(signed_in, bin, template):
    for number in range(7):
        template(f"Gaslek {number}")

    page = signed_in(cast.user("sender", bin.organisation)).get("/")

    keys = [button["data-key"] for button in page.select(".start button")]
    assert keys == ["N", "1", "2", "3", "4", "5", "6"]


def test_each_key_says_for_whom_and_stays_where_it_is_when_another_is_written(signed_in, bin, template):
    template("Rook")
    template("Gaslek")
    who = signed_in(cast.user("sender", bin.organisation))
    before = [door.get_text(" ", strip=True) for door in who.get("/").select(".start button")]
    assert before[1:] == ["Rook Beekveld. Waarschuwing, sms 1", "Gaslek Beekveld. Waarschuwing, sms 2"]

    template("Brand")
    for _twice in range(2):
        who.post("/templates/new")

    after = [door.get_text(" ", strip=True) for door in who.get("/").select(".start button")]
    assert after == [*before, "Brand Beekveld. Waarschuwing, sms 3"]
    assert Template.select().where(Template.name == "").count() == 1, "what was left empty is gone on with"


def test_two_presses_on_one_key_open_one_draft(signed_in, bin, template):
    ready = template("Gaslek")
    who = signed_in(cast.user("sender", bin.organisation))
    first, again = (who.post(f"/templates/{ready.id}/use").path for _ in range(2))
    assert first == again and who.post("/campaigns/new").path == who.post("/campaigns/new").path

    draft = Campaign.get(Campaign.template == ready.id)
    campaigns.write(draft, by=draft.author, now=clock.now(), version=1, name="Gaslek Kerkstraat")
    assert who.post(f"/templates/{ready.id}/use").path != first


def test_a_coordinator_is_not_offered_warnings(signed_in, bin, template):
    template("Gaslek", "warning")
    template("Nieuws", "news")

    page = signed_in(cast.user("coordinator", bin.organisation, bins=(bin,))).get("/")

    assert page.has("Nieuws") and not page.has("Gaslek")


def waiting(status: str) -> tuple[Campaign, dict[str, User]]:
    """A message that was not launched yet, in this state, and the people of its zone."""
    zavel = town.zone("Zavel", 1)
    draft = town.campaign(zavel.people["sender"], zavel.bins["A"], "draft")
    Campaign.update(status=status).where(Campaign.id == draft.id).execute()
    User.update(language="en").execute()
    return draft, {role: User.get_by_id(user.id) for role, user in zavel.people.items()}


@pytest.mark.parametrize(
    ("status", "state", "button", "page"),
    [
        ("draft", "", "Go on writing", "text"),
        ("submitted", "waits for approval", "See who is asked", "approval"),
        ("approved", "approved", "Look at it and send", "review"),
    ],
)
def test_a_writer_sees_how_far_each_message_is_and_goes_on_there(signed_in, app, status, state, button, page):
    draft, people = waiting(status)
    browser = signed_in(people["sender"])

    for listed in (browser.get("/"), browser.get("/campaigns")):
        part = listed.select("#drafts")[0]
        assert state in text_of(part) and (state or not part.select(".badge"))
        here = f"/campaigns/{draft.id}"
        assert {link["href"] for link in part.select("a")} == {f"{here}/{page}", f"{here}/discard"}
        assert button in text_of(part)


def test_what_waits_for_ones_approval_comes_first_on_the_start_page(signed_in, app):
    _draft, people = waiting("submitted")

    page = signed_in(people["organisation_admin"]).get("/")

    assert page.select("main section")[0]["id"] == "to-approve"


def test_numbers_that_no_longer_work_are_to_be_mended_by_bin(signed_in, bin):
    Member.update(mobile_fault="no_such_number").execute()
    other = cast.bin_named("Molenakker")
    cast.member(other, "Claes", "Rosa")

    sender = signed_in(cast.user("sender", bin.organisation)).get("/")
    coordinator = signed_in(cast.user("coordinator", bin.organisation, bins=(other,))).get("/")

    assert len(sender.select("#mend li")) == 2
    assert [a["href"] for a in coordinator.select("#mend a")] == [f"/bins/{other.id}?missing=unreachable"]


def test_an_authorised_person_and_the_centre_find_their_door(signed_in, app):
    town, centre = cast.municipality_and_centre()

    for who in (cast.user("authorised_person", town), cast.user("centre_supervisor", centre)):
        page = signed_in(who).get("/")

        assert page.select(".start a.first")[0]["href"] == "/activations"
        assert not page.select(".start button")


def test_a_reader_sees_the_lists_and_begins_nothing(signed_in, bin, template):
    template("Gaslek")

    page = signed_in(cast.user("reader", bin.organisation)).get("/")

    assert page.select("#finished") and not page.select("#mend, main aside")
    assert not page.select(".start") and not page.select("main form")


def test_who_looks_after_the_installation_is_told_where_the_rest_is(signed_in, app):
    platform = cast.organisation("Belfort", "platform")

    page = signed_in(cast.user("platform_admin", platform)).get("/")

    assert page.select(".note") and not page.select(".start")


def test_practising_starts_and_ends_on_the_start_page(signed_in, bin):
    client = signed_in(cast.user("sender", bin.organisation))

    during = client.post("/practice")
    after = client.post("/practice/end")

    assert during.select("body.is-practice") and not after.select("body.is-practice")


def test_the_last_practice_says_how_long_it_took(signed_in, bin):
    who = cast.user("sender", bin.organisation)
    client = signed_in(who)
    client.post("/practice")
    draft = campaigns.draft(bin.organisation, by=who, now=cast.NOON, is_practice=True)
    wording = {"name": "Proef", "channels": ["sms"], "texts": {"sms": {"nl": {"body": "Proef"}}}}
    campaigns.write(draft, by=who, now=cast.NOON, version=1, audience={"bins": [bin.id]}, **wording)
    campaigns.launch(draft, by=who, now=cast.NOON + clock.seconds(41), terms_accepted=True)

    page = client.get("/")

    assert "41 s" in page.text
    assert page.select("#underway")


def test_a_running_campaign_is_announced_on_every_page(signed_in, bin):
    who = cast.user("sender", bin.organisation)
    draft = campaigns.draft(bin.organisation, by=who, now=cast.NOON)
    wording = {"name": "Gaslek", "channels": ["sms"], "texts": {"sms": {"nl": {"body": "Gaslek"}}}}
    campaigns.write(draft, by=who, now=cast.NOON, version=1, audience={"bins": [bin.id]}, **wording)
    campaigns.launch(draft, by=who, now=cast.NOON, terms_accepted=True)

    page = signed_in(who).get("/templates")

    assert page.select(".strip.live a")[0]["href"] == f"/campaigns/{draft.id}"


def test_who_may_stop_nothing_is_not_asked_to(signed_in, bin):
    sender, reader = cast.user("sender", bin.organisation), cast.user("reader", bin.organisation)
    town.campaign(sender, bin, "running")
    User.update(language="en").execute()
    for user, words in ((sender, "Follow or stop"), (reader, "Follow")):
        strip = signed_in(User.get_by_id(user.id)).get("/").select(".strip.live a")[0]
        assert text_of(strip) == words


def test_the_red_strip_names_every_campaign_that_runs(app, signed_in):
    sender = cast.user("sender", cast.zone())
    kerkdries = cast.bin_named("Kerkdries")
    cast.member(kerkdries, "Aerts", mobile="+32470000011")
    for name in ("Gaslek", "Wateroverlast"):
        draft = campaigns.draft(sender.organisation, by=sender, now=clock.now())
        wording = {"name": name, "channels": ["sms"], "texts": {"sms": {"nl": {"body": "Blijf binnen."}}}}
        wording |= {"audience": {"bins": [kerkdries.id]}}
        draft = campaigns.write(draft, by=sender, now=clock.now(), version=1, **wording)
        campaigns.launch(draft, by=sender, now=clock.now(), terms_accepted=True)
    (strip,) = signed_in(sender).get("/bins").select(".strip.live")
    assert "Gaslek" in strip.get_text() and "Wateroverlast" in strip.get_text()
    assert strip.find("a")["href"] == "/campaigns"


def test_a_request_whose_promise_runs_out_presses_on_every_page_of_both_sides(app, signed_in):
    people, activations = town.contact_centre()
    asked = activations["requested"][0]
    users = people["centre_supervisor"], people["authorised_person"]
    moments = {20: "", 40: "20 minuten over", 58: "2 minuten over", 75: "15 minuten geleden"}
    for minutes, said in moments.items():
        at = clock.now() - timedelta(minutes=minutes, seconds=-30)
        Milestone.update(at=at, recorded_at=at).where(Milestone.activation == asked.id).execute()
        for user in users:
            strips = [
                text_of(one) for one in signed_in(user).get("/account").select(".strip.lit, .strip.late")
            ]
            assert len(strips) == bool(said) and all(said in strip for strip in strips), (minutes, strips)


def test_what_runs_at_the_contact_centre_stands_on_the_start_page_of_both_sides(signed_in, app):
    people, _activations = town.contact_centre()
    for role in ("authorised_person", "liaison_officer", "centre_supervisor", "operator"):
        page = signed_in(people[role]).get("/")
        (row,) = page.select("#requests li")
        assert "Oosterzavel: Gaslek, Dorpsstraat" in text_of(row) and row.select(".badge"), role


def test_what_waits_for_this_person_leads_to_where_it_is_done(signed_in, app):
    people, _activations = town.contact_centre()
    asked, supervisor, now = (
        Activation.get(Activation.status == "requested"),
        people["centre_supervisor"],
        clock.now(),
    )
    emergency = Emergency.get()
    reinforcements.ask(
        emergency, operators=2, until_at=now + timedelta(hours=3), reason="", by=supervisor, now=now
    )
    questions.ask(emergency, "Rijdt de bus?", language="nl", by=people["operator"], now=now)
    inquiries.ask(asked, "Hoeveel bussen?", by=supervisor, now=now)

    def waits_for(role):
        return [link["href"] for link in signed_in(people[role]).get("/").select(".note.late a")]

    question = f"/activations/{asked.id}/answer/{Inquiry.get().id}"
    floor = f"/emergencies/{emergency.id}"
    assert waits_for("authorised_person") == [question, f"{floor}/reinforcements", f"{floor}/desk"]
    assert waits_for("liaison_officer") == [question, f"{floor}/desk"]
    assert waits_for("centre_supervisor") == waits_for("operator") == []


def test_a_province_finds_the_number_that_is_handed_to_it(signed_in, app):
    people, activations = town.contact_centre()
    province, _service = cast.higher_authorities()
    officer = cast.user("liaison_officer", province)
    given = {"activation": activations["requested"][0], "authority": province, "phase": "provincial"}
    ScaleUp.create(
        **given,
        from_at=cast.NOON,
        reason="",
        handover={},
        given_by=people["authorised_person"],
        given_at=cast.NOON,
    )
    page = signed_in(officer).get("/")
    assert [link["href"] for link in page.select(".note.late a")] == [
        f"/activations/{activations['requested'][0].id}/take"
    ]


def test_an_exercise_that_comes_stands_on_the_start_page(signed_in, app):
    people, _activations = town.contact_centre()
    (asked, agreed) = town.exercise(people)
    page = signed_in(people["authorised_person"]).get("/")
    assert {link["href"] for link in page.select("#exercises li a")} == {
        f"/exercises/{asked.id}",
        f"/exercises/{agreed.id}",
    }
