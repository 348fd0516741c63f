"""French leaves no "de" and no "que" before a vowel, wherever the name behind it comes from."""

import pytest
from flask import render_template_string
from flask_babel import force_locale, gettext
from markupsafe import Markup

from dispatch import clock, letters
from dispatch.sending.text import measure
from dispatch.words import Eliding, Sentence
from tests import cast

NAMES = {
    "Anderlecht": "d’Anderlecht",
    "Écaussinnes": "d’Écaussinnes",
    "Ypres": "d’Ypres",
    "Óscar": "d’Óscar",
    "Ægidius": "d’Ægidius",
    "Yannick": "de Yannick",
    "Herstal": "de Herstal",
    "Namur": "de Namur",
    "": "de ",
}


@pytest.mark.parametrize(("name", "said"), NAMES.items())
def test_before_a_name_it_is_as_one_says_it(name, said):
    assert Eliding("Comptes de %(organisation)s") % {"organisation": name} == f"Comptes {said}"


def test_que_is_shortened_too_and_capitals_stay():
    facts = {"name": "Olivier", "zone": "Nivelles"}
    assert Eliding("Que %(name)s ou que %(zone)s") % facts == "Qu’Olivier ou que Nivelles"


def test_what_stands_in_a_name_is_looked_at_behind_its_marks():
    assert Eliding("de %(name)s") % {"name": Markup("<b>Aalst</b>")} == "d’<b>Aalst</b>"


def test_nothing_is_taken_for_a_place_that_was_in_a_name():
    assert Eliding("de %(name)s") % {"name": "de %(name)s"} == "de de %(name)s"


def test_pages_mails_and_sentences_all_know_it(app):
    said = Sentence("Accounts of %(organisation)s", organisation="Oosterzavel")
    assert said.in_language("fr") == "Comptes d’Oosterzavel"
    assert said.in_language("nl") == "Accounts van Oosterzavel"
    with app.test_request_context(), force_locale("fr"):
        assert gettext("Accounts of %(organisation)s", organisation="Oosterzavel") == "Comptes d’Oosterzavel"
        page = "{{ _('Accounts of %(organisation)s', organisation=name) }}"
        assert render_template_string(page, name="Oost & West") == "Comptes d’Oost &amp; West"


def test_no_apostrophe_makes_two_parts_of_a_text_message_of_ours(app):
    said = "%(house)s takes over the number of %(municipality)s from %(from_at)s. See Belfort."
    body = Sentence(said, house="IBZ", municipality="Anderlecht", from_at="14:00").in_language("fr")
    letter = letters.post(
        ["+32470000001"],
        organisation=cast.zone(),
        subject="",
        body=body,
        lang="fr",
        now=clock.now(),
        channel="sms",
    )
    assert "d'Anderlecht" in letter.body and measure(letter.body).encoding == "GSM-7"
