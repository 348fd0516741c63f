"""What a message reminds of before it leaves: the same one a moment ago, and people or plates that it would give away."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import clock
from dispatch.errors import Incomplete
from dispatch.sending import campaigns, reminders
from models import Audit, Campaign
from tests import cast
from tests.cast import NOON

SMOKE = "Brand met rook in de Veldlaan. Hou ramen en deuren dicht tot 18.30 u."


@pytest.fixture
def bin(app):
    bin = cast.bin_named("Molenakker")
    cast.member(bin, "Maes", "Els", mobile="+32470000010")
    return bin


@pytest.fixture
def sender(bin):
    return cast.user("sender", bin.organisation)


def draft(by, bins, body=SMOKE, kind="preventive", is_practice=False) -> Campaign:
    made = campaigns.draft(by.organisation, by=by, now=NOON, is_practice=is_practice)
    wording = {"name": "Rook", "kind": kind, "channels": ["sms"], "texts": {"sms": {"nl": {"body": body}}}}
    audience = {"bins": [bin.id for bin in bins]}
    return campaigns.write(made, by=by, now=NOON, version=1, audience=audience, **wording)


def launch(campaign, by, minutes=0, **facts):
    return campaigns.launch(
        campaign, by=by, now=NOON + timedelta(minutes=minutes), terms_accepted=True, **facts
    )


# ── The same, a moment ago ──────────────────────────────────────────────


@pytest.mark.parametrize(
    "body, is_same",
    [
        (SMOKE, True),
        ("BRAND met rook in de Véldlaan!  Hou ramen en deuren dicht tot 19.00 u", True),
        ("Inbrekers in de Kerkstraat. Bel 101 als u iets ziet.", False),
    ],
)
def test_what_says_almost_the_same_to_the_same_people_is_remembered(sender, bin, body, is_same):
    first = launch(draft(sender, [bin]), sender)
    again = draft(sender, [bin], body)
    found = reminders.similar(again, NOON + timedelta(minutes=12))
    assert (found == first) if is_same else found is None


def test_other_people_another_mood_or_another_day_are_no_reminder(sender, bin):
    launch(draft(sender, [bin]), sender)
    elsewhere = cast.bin_named("Kerkdries", bin.organisation)
    soon = NOON + timedelta(minutes=12)
    assert reminders.similar(draft(sender, [elsewhere]), soon) is None
    assert reminders.similar(draft(sender, [bin], is_practice=True), soon) is None
    assert reminders.similar(draft(sender, [bin]), NOON + timedelta(hours=25)) is None


# ── Persons and plates ──────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text, found",
    [
        ("Zwarte wagen, 1-ABC-123, gezien.", ["1-ABC-123"]),
        ("Plaat 1ABC123 of ABC 123 of 123-ABC", ["1ABC123", "ABC 123", "123-ABC"]),
        ("nummerplaat 2-xyz-987", ["2-xyz-987"]),
        ("BEL 101, BUS 14 en BUS 333, GSM 112", []),
        ("Code IEC-60601 en model X1ABC123Y", []),
    ],
)
def test_number_plates_are_found_however_they_are_written(text, found):
    assert list(reminders.plates_in(text)) == found


@pytest.mark.parametrize(
    "text, found",
    [
        ("De heer Jan Van den Broeck is gezien", ["De heer Jan Van den Broeck"]),
        ("Vraag mevrouw Claes naar de sleutel", ["mevrouw Claes"]),
        ("Madame Dupont habite ici", ["Madame Dupont"]),
        ("Herr Müller sagt es", ["Herr Müller"]),
        ("De genaamde Karel Maes", ["genaamde Karel Maes"]),
        ("Een man van een jaar of dertig in de Kerkstraat", []),
    ],
)
def test_names_behind_a_title_are_found(text, found):
    assert list(reminders.named_in(text)) == found


def test_the_name_of_a_member_is_found_and_that_of_a_street_is_not(sender, bin):
    campaign = draft(sender, [bin], "Els Maes uit de Grote Markt heeft iets gezien.")
    assert reminders.persons(campaign) == ["Els Maes"]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reminders(text):
    list(reminders.plates_in(text)), list(reminders.named_in(text))


PLATE = "Let op een zwarte wagen met plaat 1-ABC-123."


def test_the_police_says_why_members_must_know_and_it_is_written_down(sender, bin):
    campaign = draft(sender, [bin], PLATE)
    with pytest.raises(Incomplete) as refused:
        launch(campaign, sender)
    assert "persons" in refused.value.faults and Campaign.get_by_id(campaign.id).is_draft
    launch(campaign, sender, persons_because="Vermist kind in die wagen")
    facts = Audit.get(Audit.deed == "campaign.launched").facts
    assert facts["persons_because"] == "Vermist kind in die wagen"


def test_a_coordinator_cannot_decide_it_whatever_the_reason(bin):
    coordinator = cast.user("coordinator", bin.organisation, bins=(bin,))
    campaign = draft(coordinator, [bin], PLATE, kind="news")
    with pytest.raises(Incomplete) as refused:
        launch(campaign, coordinator, persons_because="Omdat ik het zeg")
    assert "police" in str(refused.value.faults["persons"])


def test_an_exercise_asks_nothing(sender, bin):
    assert launch(draft(sender, [bin], PLATE, is_practice=True), sender).launched_at


def test_the_page_says_all_of_it_and_keeps_the_reason(sender, bin, signed_in):
    lately = clock.now() - timedelta(minutes=12)
    facts = {"terms_accepted": True, "persons_because": "Omdat"}
    campaigns.launch(draft(sender, [bin], PLATE), by=sender, now=lately, **facts)
    campaign = draft(sender, [bin], PLATE + " Bel 016 99 99 99.")
    browser = signed_in(sender)
    page = browser.get(f"/campaigns/{campaign.id}/review")
    assert (
        page.has("1-ABC-123")
        and page.has("Een bericht als dit ging 12 minuten geleden")
        and page.has("+3216999999")
    )
    refused = browser.post(f"/campaigns/{campaign.id}/launch", version=campaign.version, terms="1")
    assert refused.status == 422 and refused.soup.find("textarea", {"name": "persons_because"})
