"""Facts that change: numbers, hours and streets in texts, and where an old one still stands."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.centre import elsewhere, facts, sheet
from dispatch.errors import NotAllowed
from models import Organisation, StandingQuestion, Template
from tests import cast, truth
from tests.cast import NOON


def later(minutes: float):
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def place(app):
    return truth.place()


def said(text: str) -> dict[str, set[str]]:
    by_kind = {kind: set() for kind in facts.KINDS}
    for fact in facts.found_in(text):
        by_kind[fact.kind].add(fact.value)
    return {kind: values for kind, values in by_kind.items() if values}


@pytest.mark.parametrize(
    "text, found",
    [
        ("Tot 04.30 u.", {"hour": {"04:30"}}),
        ("Van 9u tot 17u30, dan 9 uur", {"hour": {"09:00", "17:30"}}),
        ("De 9 h à 9h30, jusqu'à 17 heures", {"hour": {"09:00", "09:30", "17:00"}}),
        ("Ab 9 Uhr bis 17.30 Uhr", {"hour": {"09:00", "17:30"}}),
        ("From 9 am to 9.30 p.m., or 21:45", {"hour": {"09:00", "21:30", "21:45"}}),
        ("Bel 016 00 17 71 of +32 16 00 17 71", {"phone": {"+3216001771"}}),
        ("Bel 1771, bij gevaar 112.", {"phone": {"1771", "112"}}),
        ("Markt 4, Grote Markt 1", {"street": {"markt 4", "grote markt 1"}}),
        ("In de Veldlaan 112 en de Kerkstraat", {"street": {"veldlaan 112", "kerkstraat"}}),
        ("rue du Moulin 12, avenue de la Gare", {"street": {"rue du moulin 12", "avenue de la gare"}}),
        ("Bahnhofstraße 7 und Schulplatz", {"street": {"bahnhofstrasse 7", "schulplatz"}}),
        ("At 5 Church Street", {"street": {"church street"}}),
        ("Op 21/11/2026 en 21.11.2026, 150 mensen, 3,50 euro, 12 km, postcode 3299", {}),
        ("Bus 14 rijdt 120 km en 1200 personen wachten", {}),
        ("", {}),
    ],
)
def test_numbers_hours_and_streets_are_read_however_they_are_written(text, found):
    assert said(text) == found


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text):
    facts.found_in(text)


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["{h}:{m:02}", "{h}.{m:02} u", "{h}h{m:02}", "{h}u{m:02}", "{h}.{m:02} Uhr"]),
)
def test_an_hour_is_the_same_in_every_manner(hour, minute, manner):
    written = f"Tot {manner.format(h=hour, m=minute)} is het dicht."
    assert said(written) == {"hour": {f"{hour:02}:{minute:02}"}}


# ── Where the old one still stands ──────────────────────────────────────


def found(place, now):
    texts = elsewhere.texts(place.fresh())
    return [
        (one.kind, one.fact_kind, one.text.place, one.left, one.right)
        for one in facts.contradictions(place.fresh(), texts, now)
    ]


def test_a_changed_number_is_found_in_another_line_the_greeting_the_templates_and_the_standing_answers(place):
    zone = cast.organisation("Zavel")
    Organisation.update(parent=zone).where(Organisation.id == place.town.id).execute()
    Organisation.update(openings={"nl": "U hoort 016 00 17 71."}).where(
        Organisation.id == place.centre.id
    ).execute()
    values = {"organisation": zone, "by": place.liaison, "created_at": NOON, "changed_at": NOON}
    texts = {
        "sms": {"nl": {"body": "Bel 016/001771"}},
        "voice": {"nl": {"recording": "016001771", "body": ""}},
    }
    old = Template.create(name="Gaslek", texts=texts, **values)
    Template.create(name="Weg", texts=texts, removed_at=NOON, **values)
    other = place.publish("Wie kan ik bellen?", "Het nummer 016 00 17 71.")
    entry = place.publish("Welk nummer?", "Bel 016 00 17 71.")
    standing = StandingQuestion.create(
        municipality=place.town,
        question={"nl": "Nummer?"},
        answer={"nl": "Bel 016 00 17 71"},
        changed_at=NOON,
    )
    assert found(place, later(1)) == []
    place.change(entry, answer="Bel 016 00 17 99.", now=later(2))
    gone = {(where, left) for _, _, where, left, _ in found(place, later(3))}
    assert gone == {
        (f"entry:{other.id}", ("016 00 17 71",)),
        (f"opening:{place.centre.id}", ("016 00 17 71",)),
        (f"template:{old.id}", ("016/001771",)),
        (f"standing:{standing.id}", ("016 00 17 71",)),
    }
    assert {one[-1] for one in found(place, later(3))} == {("016 00 17 99",)}
    place.change(other, answer="Het nummer 016 00 17 99.", now=later(4))
    assert f"entry:{other.id}" not in {one[2] for one in found(place, later(5))}


def test_the_form_that_was_received_is_looked_through_too(app):
    place = truth.place()
    request = place.emergency.activations.get()
    type(request).update(form=request.form | {"extra": "Meld dat het duurt tot 09.00 u."}).where(
        type(request).id == request.id
    ).execute()
    entry = place.publish("Tot wanneer?", "Tot 09.00 u.")
    place.change(entry, answer="Tot 11.00 u.", now=later(5))
    assert ("outdated", "hour", f"form:{request.id}", ("09.00 u",), ("11.00 u",)) in found(place, later(6))


def test_of_a_fact_that_changed_twice_the_last_one_is_told(place):
    entry = place.publish("Welk nummer?", "Bel 016 00 17 71.")
    other = place.publish("Wie kan ik bellen?", "016 00 17 71")
    place.change(entry, answer="Bel 016 00 17 99.", now=later(1))
    place.change(entry, answer="Bel 016 00 17 98.", now=later(2))
    told = ("outdated", "phone", f"entry:{other.id}", ("016 00 17 71",), ("016 00 17 98",))
    assert found(place, later(3)) == [told]


def test_a_text_that_was_written_afterwards_or_a_fact_that_came_back_is_no_contradiction(place):
    entry = place.publish("Tot wanneer?", "Tot 04.30 u.")
    place.change(entry, answer="Tot 09.00 u.", now=later(1))
    place.publish("Begon het om 04.30 u?", "Ja, om 04.30 u.", now=later(2))
    assert found(place, later(3)) == []
    before = place.publish("Hoe laat?", "Om 09.00 u.", now=NOON)
    place.change(entry, answer="Tot 10.00 u.", now=later(4))
    assert [one[2] for one in found(place, later(5))] == [f"entry:{before.id}"]
    place.change(entry, answer="Toch tot 09.00 u.", now=later(6))
    assert found(place, later(7)) == []


def test_a_fact_that_was_only_left_out_is_not_replaced(place):
    place.publish("Waarheen?", "Naar Markt 4.")
    entry = place.publish("Waar is de opvang?", "Markt 4, tot 17.00 u.")
    place.change(entry, answer="De opvang is vol. Er volgt nieuws om 18.00 u.", now=later(1))
    assert {one[1] for one in found(place, later(2))} == set()


def test_two_lines_that_ask_the_same_and_name_other_facts_contradict_each_other(place):
    one = place.publish("Tot wanneer is de school dicht?", "Tot 12.00 u.")
    place.publish("tot wanneer is school dicht", "Tot 14.00 u.")
    assert found(place, later(1)) == [("two_answers", "hour", f"entry:{one.id}", ("12.00 u",), ("14.00 u",))]


def test_an_answer_for_one_town_beside_one_for_all_is_no_contradiction(place):
    place.publish("Waar is de opvang?", "Markt 4.")
    place.publish("Waar is de opvang?", "Kerkstraat 2.", municipality=place.town.id)
    assert found(place, later(1)) == []


def test_a_line_that_names_another_hour_in_another_language_contradicts_itself(place):
    texts = {"nl": "Tot 12.00 u, bel 1771.", "fr": "Jusqu'à 14 h, appelez le 1771."}
    entry = place.publish({"nl": "Tot wanneer?", "fr": "Jusqu'à quand ?"}, texts)
    assert found(place, later(1)) == [("two_languages", "hour", f"entry:{entry.id}", ("12.00 u",), ("14 h",))]
    place.change(entry, answer=texts | {"fr": "Jusqu'à 12 h, appelez le 1771."}, now=later(2))
    assert found(place, later(3)) == []


def test_what_means_something_else_there_is_settled_and_not_shown_again(place):
    other = place.publish("Wanneer is de apotheek open?", "Vanaf 09.00 u.")
    entry = place.publish("Tot wanneer?", "Tot 09.00 u.")
    place.change(entry, answer="Tot 11.00 u.", now=later(1))
    (one,) = facts.contradictions(place.fresh(), (), later(2))
    with pytest.raises(NotAllowed):
        facts.settle(
            place.emergency, one.text.place, one.fact_kind, one.value, by=place.operators[0], now=later(2)
        )
    for _ in range(2):
        facts.settle(
            place.emergency, one.text.place, one.fact_kind, one.value, by=place.liaison, now=later(2)
        )
    assert facts.contradictions(place.fresh(), (), later(3)) == []
    place.change(entry, answer="Tot 12.00 u.", now=later(4))
    place.change(other, answer="Vanaf 11.00 u.", now=later(3))
    assert facts.contradictions(place.fresh(), (), later(5)) != []


def test_a_withdrawn_line_contradicts_nothing(place):
    one = place.publish("Tot wanneer is de school dicht?", "Tot 12.00 u.")
    place.publish("Tot wanneer is de school dicht?", "Tot 14.00 u.")
    sheet.withdraw(one, why="Dubbel", seen=2, by=place.liaison, now=later(1))
    assert found(place, later(2)) == []
