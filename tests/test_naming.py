"""Number plates and names in a text: what is one, what is none, who may send it all the same, and what is kept of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.errors import Incomplete
from dispatch.sending import campaigns, naming, plates
from models import Audit, Campaign, Member
from tests import cast
from tests.cast import NOON

LETTERS = st.text(st.sampled_from("ABCDEFGHJKLMNPRSTVWXYZ"), min_size=3, max_size=3).filter(
    lambda letters: letters not in plates.NO_PLATE
)
DIGITS = st.text(st.sampled_from("0123456789"), min_size=3, max_size=3)
BETWEEN = st.sampled_from(["-", "", "–", ".", "‑"])


@given(st.integers(1, 9), LETTERS, DIGITS, BETWEEN, st.booleans())
def test_a_plate_of_the_present_form_is_found_however_it_is_typed(first, letters, digits, dash, is_small):
    plate = f"{first}{dash}{letters}{dash}{digits}"
    plate = plate.lower() if is_small else plate

    assert plates.plates_in(f"Kijk uit naar een witte wagen, {plate}, met twee inzittenden.") == [plate]


@given(LETTERS, DIGITS, st.sampled_from(["-", ""]), st.booleans())
def test_a_plate_of_an_older_form_is_found_in_capitals(letters, digits, dash, is_turned):
    plate = f"{digits}{dash}{letters}" if is_turned else f"{letters}{dash}{digits}"

    assert plates.plates_in(f"Grijze bestelwagen {plate}.") == [plate]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 ABC 123", ["1 ABC 123"]),
        ("aanhangwagen Q-ABC-123", ["Q-ABC-123"]),
        ("nummerplaat abc 123", ["abc 123"]),
        ("plaque: 1 abc 123", ["1 abc 123"]),
        ("Kennzeichen ist ABC 123", ["ABC 123"]),
        ("Bel 101 of 112. Binnen 1 uur 101 mensen.", []),
        ("BEL 101. BEL-101. BEL101. TEL 112.", []),
        ("Zone112 en stap123, 500 EUR, 500EUR, B-1000 Brussel", []),
        ("016-00-12-34, 1771, 2026-11-26, 04.30 u, 1-2-2026", []),
        ("BE68 5390 0754 7034", []),
    ],
)
def test_what_is_a_plate_and_what_is_none(text, found):
    assert plates.plates_in(text) == found


@pytest.fixture
def molenakker(app):
    bin = cast.bin_named("Molenakker")
    bin.streets = ["Jan Breydelweg", "Rosa Claesplein", "Drie Linden"]
    bin.save()
    cast.member(bin, "Peeters", "Jan", street="Molenweg", town="Oosterzavel", mobile="+32470000001")
    cast.member(bin, "Van den Berg", "Élise", street="Drie Linden", town="Oosterzavel")
    cast.member(bin, "De Wit", "Rosa", street="Molenweg", town="Klein Zavel")
    cast.member(bin, "Dhondt", "Marc", role="coordinator")
    return bin


@pytest.fixture
def sender(molenakker):
    return cast.user("sender", molenakker.organisation, name="Lien Vercauteren")


NAMES = {
    "De verdachte is Jan Peeters.": ["Jan Peeters"],
    "PEETERS Jan is vermist": ["PEETERS Jan"],
    "jan PEETERS is vermist": ["jan PEETERS"],
    "Zoek mee naar Élise Van den Berg.": ["Élise Van den Berg"],
    "zoek mee naar Elise van den berg": ["Elise van den berg"],
    "Een zekere Jan Vandamme": ["Jan Vandamme"],
    "Verdacht: Rosa De Smet": ["Rosa De Smet"],
    "de genaamde Kevin vlucht te voet": ["Kevin"],
    "le dénommé Dupont": ["Dupont"],
    "der genannte Schmitz": ["Schmitz"],
    "Bel niet met mevr. Aerts of dhr Claes": ["Aerts", "Claes"],
    "M. Dubois et Mme Lefèvre": ["Dubois", "Lefèvre"],
    "Herr Müller und Frau Schmitz": ["Müller", "Schmitz"],
}
NOBODY = (
    "POLITIE: gaslek in de Stationsstraat. Hou ramen en deuren dicht.",
    "Ongeval aan de Jan Breydelweg en het Rosa Claesplein in Klein Zavel.",
    "Ongeval in de Jan Peetersstraat, in Drie Linden, aan Jan Breydelziekenhuis.",
    "Accident rue Jan Peeters et avenue de Rosa Claes.",
    "Let op voor de wit bestelwagen en de rosa fiets.",
    "Politiezone Zavelstreek, Rode Kruis Vlaanderen, Gemeente Oosterzavel.",
    "Beste Jan, op Zondag is er markt. Geachte heer, mevrouw, Madame, Monsieur,",
    "Uw coördinator Marc Dhondt en Lien Vercauteren van de politie.",
    "Herr Bürgermeister lädt ein. Wir bitten Sie.",
    "Zie www.jan-peeters.be en mail naar jan.peeters@zavel.example.",
    "",
)


def test_a_name_is_found(molenakker):
    assert {text: naming.names_in(text, molenakker.organisation) for text in NAMES} == NAMES


def test_a_street_a_place_or_who_signs_is_no_name(molenakker, sender):
    where = molenakker.organisation
    assert {text for text in NOBODY if naming.names_in(naming.without_links(text), where)} == set()


def draft(by, bin, text, kind="news") -> Campaign:
    begun = campaigns.draft(by.organisation, by=by, now=NOON)
    texts = {"sms": {"nl": {"body": text}}, "email": {"nl": {"subject": "1-ABC-123", "body": "wagen"}}}
    wording = {"name": "Wagen", "kind": kind, "channels": ["sms"], "texts": texts}
    return campaigns.write(begun, by=by, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)


def launch(campaign, by, **facts) -> Campaign:
    return campaigns.launch(campaign, by=by, now=NOON, terms_accepted=True, **facts)


def test_only_the_channels_that_are_sent_are_looked_at(molenakker, sender):
    assert naming.named_in(draft(sender, molenakker, "Niets te zien.")) == []


def test_the_police_send_a_plate_with_a_reason_that_is_kept(molenakker, sender):
    campaign = draft(sender, molenakker, "Bel 101 als u de wagen 1-ABC-123 van Jan Peeters ziet.")

    for reason in ("", "  "):
        with pytest.raises(Incomplete) as refusal:
            launch(campaign, sender, naming_reason=reason)
        assert "naming" in refusal.value.faults
    sent = launch(campaign, sender, naming_reason=" Op vraag van het parket. ")

    assert sent.naming_reason == "Op vraag van het parket."
    kept = Audit.get(Audit.deed == "campaign.named")
    assert (kept.by_id, kept.facts["plates"], kept.facts["names"]) == (sender.id, 1, 1)


def test_a_coordinator_cannot_send_it_whatever_the_reason(molenakker):
    marc = cast.user("coordinator", molenakker.organisation, bins=(molenakker,), name="Marc Dhondt")
    campaign = draft(marc, molenakker, "Verdachte wagen: 1-ABC-123.")

    with pytest.raises(Incomplete) as refusal:
        launch(campaign, marc, naming_reason="Het is dringend.")

    assert "police" in str(refusal.value.faults["naming"])
    assert Campaign.get_by_id(campaign.id).is_draft and not Audit.select().where(
        Audit.deed == "campaign.named"
    )


def test_a_text_without_any_is_sent_without_a_reason_and_keeps_none(molenakker, sender):
    sent = launch(draft(sender, molenakker, "Sluit uw deuren."), sender, naming_reason="Voor niets.")

    assert sent.naming_reason == "" and Member.select().count() == 4
