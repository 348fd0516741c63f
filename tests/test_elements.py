"""The elements of a good alert, seen in texts as zones write them, and never in the way."""

import pytest

from dispatch.sending import elements

WHOLE = {
    "nl": "POLITIE: rook door brand, Stationsstraat. Sluit ramen en deuren tot 18:30. Vragen? 1771",
    "fr": "POLICE: fumée, rue du Moulin. Fermez portes et volets jusque 18h30. Questions? 1771",
    "de": "POLIZEI: Rauch in der Bahnhofstrasse. Schliessen Sie die Fenster bis 18:30 Uhr. Fragen? 1771",
    "en": "POLICE: smoke in Mill Street. Close your windows until 18:30. Questions? 1771",
}


@pytest.mark.parametrize("lang", WHOLE)
def test_a_whole_alert_has_all_six(lang):
    assert all(elements.found(WHOLE[lang]).values()), elements.found(WHOLE[lang])


def test_a_bare_word_has_none():
    assert not any(elements.found("Hallo iedereen, bedankt.").values())


def test_each_line_says_what_was_found():
    seen = elements.found(WHOLE["nl"])
    assert (seen["sender"], seen["deed"], seen["contact"]) == ("POLITIE", "Sluit", "1771")


def test_a_place_of_the_zone_is_known_by_its_name():
    assert elements.found("POLITIE: gaslek, Molenakker.", ["Molenakker"])["place"] == "Molenakker"
