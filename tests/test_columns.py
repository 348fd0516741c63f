"""Which column holds what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import words
from dispatch.people import columns, members
from dispatch.people.columns import bare, field_of, guess, language_of, role_of, titles_in


def fields(header: str) -> dict[str, int]:
    return guess(header.split(";"), [])


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (
            "Naam;Voornaam;GSM;Telefoon;E-mail;Straat;Nr;Bus;Postcode;Gemeente;Taal;Functie",
            "last_name first_name mobile phone email street house_number box postcode town language role",
        ),
        ("Naam;GSM;Mail;Rol", "full_name mobile email role"),
        (
            "Familienaam;Voornaam;Gsm-nummer;E-mailadres;Straat en nummer;Postnr;Gemeente",
            "last_name first_name mobile email address postcode town",
        ),
        (
            "Achternaam;Roepnaam;Mobiel;Vaste lijn;Huisnummer;Straatnaam;Woonplaats",
            "last_name first_name mobile phone house_number street town",
        ),
        (
            "Nom et prénom;Adresse;Code postal;Localité;N° de GSM;Adresse e-mail;Langue",
            "full_name address postcode town mobile email language",
        ),
        (
            "NOM;PRÉNOM;Portable;Téléphone;Courriel;Rue;N°;Boîte;CP;Commune;Fonction",
            "last_name first_name mobile phone email street house_number box postcode town role",
        ),
        (
            "Nachname;Vorname;Handy;Festnetz;Mail;Straße;Hausnummer;PLZ;Ort;Sprache;Funktion",
            "last_name first_name mobile phone email street house_number postcode town language role",
        ),
        ("Name;Vorname;Mobiltelefon;Telefon;Gemeinde", "last_name first_name mobile phone town"),
        (
            "Surname;First name;Mobile;Phone;E-mail address;Street;No.;Box;ZIP;City;Language;Role",
            "last_name first_name mobile phone email street house_number box postcode town language role",
        ),
        ("Full name;Address;Mobile phone", "full_name address mobile"),
        ("Taal;GSM (verplicht);Tel. werk;e-mail *;NAAM ", "language mobile phone email full_name"),
        ("GSM_nummer;naam lid", "mobile full_name"),
    ],
)
def test_titles_in_four_languages_are_known(header, wanted):
    assert fields(header) == {field: index for index, field in enumerate(wanted.split())}


TITLES = [
    "Familienaam",
    "Voornaam",
    "GSM",
    "Telefoon",
    "E-mail",
    "Huisnummer",
    "Straat",
    "Postcode",
    "Gemeente",
    "Taal",
]
WANTED = [
    "last_name",
    "first_name",
    "mobile",
    "phone",
    "email",
    "house_number",
    "street",
    "postcode",
    "town",
    "language",
]


@given(
    st.permutations(list(zip(TITLES, WANTED, strict=True))),
    st.sampled_from([str.upper, str.lower, str.title]),
)
def test_the_order_and_the_case_of_titles_do_not_matter(pairs, case):
    assert guess([case(title) for title, _ in pairs], []) == {
        field: at for at, (_, field) in enumerate(pairs)
    }


@given(st.lists(st.sampled_from([*columns.TITLES, "iets anders", "", "Tel. thuis"]), max_size=15))
def test_a_column_is_used_at_most_once(header):
    found = guess(header, [])
    assert len(set(found.values())) == len(found)
    assert set(found) <= set(columns.FIELDS)


def test_a_title_is_claimed_by_one_field_only():
    claimed = [title for titles in columns._TITLES.values() for title in titles.split()]
    twice = {title for title in claimed if claimed.count(title) > 1 and title != "role"}
    assert not twice
    assert all(bare(title) == title for title in claimed)


def test_a_number_of_the_row_is_not_a_house_number():
    assert fields("Nr;Naam;GSM;Adres") == {"full_name": 1, "mobile": 2, "address": 3}
    assert fields("Nr;Naam;GSM;Straat;Nr")["house_number"] == 4


def test_an_address_followed_by_a_number_is_a_street():
    assert fields("Naam;GSM;Adres;Nr") == {"full_name": 0, "mobile": 1, "street": 2, "house_number": 3}


def test_unknown_columns_are_left_out():
    assert fields("Naam;Schoenmaat;GSM;Opmerkingen") == {"full_name": 0, "mobile": 2}


def test_the_first_of_two_like_columns_is_taken_and_an_exact_title_before_a_telling_word():
    assert fields("Naam;GSM partner;GSM")["mobile"] == 2
    assert fields("Naam;GSM;Gsm-nummer")["mobile"] == 1


def test_columns_without_titles_are_known_by_what_stands_in_them():
    rows = [
        [
            "Maes",
            "Jan",
            "0477123456",
            "016234567",
            "jan@voorbeeld.example",
            "Dorpsstraat",
            "12",
            "A",
            "3200",
            "Aarschot",
            "N",
            "Lid",
        ],
        [
            "Van den Broeck",
            "An",
            "478123456",
            "",
            "",
            "Rue de l'Église",
            "7B",
            "bus 2",
            "3201",
            "Rillaar",
            "F",
            "Coördinator",
        ],
        [
            "Claes",
            "Els",
            "0032479123456",
            "",
            "els@voorbeeld.example",
            "Molenweg",
            "101",
            "",
            "3202",
            "Langdorp",
            "N",
            "Lid",
        ],
    ]
    wanted = "last_name first_name mobile phone email street house_number box postcode town language role"
    assert guess(None, rows) == {field: at for at, field in enumerate(wanted.split())}


def test_one_column_of_names_without_title_is_the_whole_name():
    rows = [
        (1, ["Jan Maes", "0477123456", "Dorpsstraat 12"]),
        (2, ["An Claes", "0478123456", "Molenweg 3 bus 1"]),
    ]
    assert guess(None, rows) == {"full_name": 0, "mobile": 1, "address": 2}


def test_contents_help_where_the_titles_tell_no_way_to_reach_anybody():
    rows = [["Maes", "0477123456", "x"], ["Claes", "0478123456", "y"]]
    assert guess(["Naam", "Bereikbaar op", "?"], rows) == {"full_name": 0, "mobile": 1}


def test_a_list_without_rows_or_titles_has_no_columns():
    assert guess(None, []) == {}
    assert guess([], [[], [""]]) == {}


def test_a_row_of_titles_is_told_from_a_title_above_it_and_from_people():
    assert titles_in(["Familienaam", "Voornaam", "Gsm-nummer"]) == 3
    assert titles_in(["BIN Beekveld - ledenlijst", "", ""]) == 0
    assert titles_in(["bijgewerkt:", "03/11/2026", ""]) == 0
    assert titles_in(["Maes", "Jan", "0477123456"]) == 0
    assert titles_in(["Naam", "jan@voorbeeld.example"]) == 0
    assert titles_in(["e-mail"]) == 1


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("N NL n Nederlands Nederlandstalig néerlandais Dutch", "nl"),
        ("F FR Frans français Français Franstalig French", "fr"),
        ("D DE Duits deutsch allemand German", "de"),
        ("E EN Engels anglais Englisch English", "en"),
    ],
)
def test_languages_are_known_by_letter_and_by_word(words, language):
    assert {language_of(word) for word in words.split()} == {language}
    assert language_of("Klingon") is None


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Coördinator|coordinateur|Coordinatrice|Koordinator|Koordinatorin|BIN-coördinator", "coordinator"),
        (
            "Mede-coördinator|medecoördinator|co-coordinateur|Co-Koordinator|stellv. Koordinator",
            "co_coordinator",
        ),
        ("Lid|membre|Mitglied|member|inwoner", "member"),
    ],
)
def test_roles_are_known_in_four_languages(words, role):
    found = {word: role_of(word) for word in words.split("|")}
    assert set(found.values()) == {role}
    assert role_of("Keizer") is None


@given(st.text(max_size=60))
def test_any_title_has_a_field_or_none(title):
    assert field_of(title) in {None, "name", "number", *columns.FIELDS}


@pytest.mark.parametrize(
    "header", [["Naam", "Nr", "Straat", "GSM"], ["Naam", "GSM", "Nr.", "Straat"], ["N°", "Rue", "Nom", "GSM"]]
)
def test_a_house_number_is_read_wherever_its_column_stands(header):
    held = {"Naam": "Aerts", "Nom": "Aerts", "Straat": "Kerkstraat", "Rue": "Kerkstraat", "GSM": "0470000011"}
    rows = [[held.get(title, number) for title in header] for number in ("12", "7", "130")]
    found = guess(header, rows)
    assert header[found["house_number"]].startswith("N") and header[found["street"]] in ("Straat", "Rue")


def test_a_column_that_counts_the_rows_is_nobodys_house():
    rows = [[str(number), "Aerts", "Kerkstraat", "0470000011"] for number in range(1, 9)]
    assert "house_number" not in guess(["Nr", "Naam", "Straat", "GSM"], rows)


@pytest.mark.parametrize("lang", ["nl", "fr", "de", "en"])
def test_the_words_that_our_own_exports_write_are_read_again_in_every_language(lang):
    said = words.translator(lang).gettext
    assert [columns.role_of(said(word)) for word in words.MEMBER_ROLES.values()] == [*words.MEMBER_ROLES]
    assert [columns.GROUNDS.get(columns.bare(said(word))) for word in members.BASES.values()] == [
        *members.BASES
    ]
    spoken = [columns.language_of(said(word)) for word in words.LANGUAGE_NAMES.values()]
    assert spoken == [*words.LANGUAGE_NAMES]
