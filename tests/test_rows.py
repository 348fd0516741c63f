"""One row of a list, cleaned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.people import columns, rows
from dispatch.people.rows import clean, split_address

COLUMNS = {field: at for at, field in enumerate(columns.FIELDS)}


def cleaned(**cells) -> rows.CleanRow:
    """A row of Jan Maes with a mobile number, unless the test says otherwise."""
    cells = {"last_name": "Maes", "first_name": "Jan", "mobile": "0477 12 34 56"} | cells
    return clean([cells.get(field, "") for field in columns.FIELDS], COLUMNS)


def problems(row: rows.CleanRow) -> list[tuple[str, str, str]]:
    assert all(problem.code in rows.SENTENCES for problem in row.problems)
    return [(problem.column, problem.code, problem.dropped) for problem in row.problems]


def test_a_full_row_is_cleaned():
    row = cleaned(
        phone="016/23.45.67",
        email=" Jan.Maes@VOORBEELD.example ",
        street="Dorpsstraat",
        house_number="161",
        box="bus 2",
        postcode="3200",
        town="Aarschot",
        language="F",
        role="Mede-coördinator",
    )
    assert problems(row) == []
    assert row.values == {
        "last_name": "Maes",
        "first_name": "Jan",
        "mobile": "+32477123456",
        "phone": "+3216234567",
        "email": "jan.maes@voorbeeld.example",
        "street": "Dorpsstraat",
        "house_number": "161",
        "box": "2",
        "postcode": "3200",
        "town": "Aarschot",
        "language": "fr",
        "role": "co_coordinator",
        "basis": "",
        "basis_on": "",
        "basis_source": "",
    }


def test_a_blank_row_is_blank_and_has_no_problem():
    row = clean(["", " ", ""], COLUMNS)
    assert row.is_blank and not row.problems and not row.is_refused


def test_a_whole_name_stays_whole():
    row = clean(["El Amrani Çelik", "0477123456"], {"full_name": 0, "mobile": 1})
    assert (row.values["last_name"], row.values["first_name"]) == ("El Amrani Çelik", "")


def test_a_default_is_not_something_the_list_said():
    row = clean(["Maes", "0477123456"], {"full_name": 0, "mobile": 1}, language="fr")
    assert (row.values["language"], row.values["role"]) == ("fr", "member")
    assert row.given == {"last_name", "mobile"}


def test_a_row_shorter_than_its_titles_is_read():
    assert clean(["Maes", "0477123456"], {"full_name": 0, "mobile": 1, "town": 7}).values["town"] == ""


@pytest.mark.parametrize(
    ("mobile", "phone", "kept", "said"),
    [
        ("016234567", "", ("", "+3216234567"), []),
        ("", "0477123456", ("+32477123456", ""), []),
        ("016234567", "0477123456", ("+32477123456", "+3216234567"), []),
        ("0477123456", "0478123456", ("+32477123456", "+32478123456"), []),
        ("0477123456", "0477 12 34 56", ("+32477123456", ""), []),
        ("0477123456 / 016 23 45 67", "", ("+32477123456", "+3216234567"), []),
        ("", "016 23 45 67 of 0477123456", ("+32477123456", "+3216234567"), []),
        ("0477123456 en 0478123456", "", ("+32477123456", "+32478123456"), []),
        (
            "0477123456 en 0478123456",
            "016234567",
            ("+32477123456", "+3216234567"),
            [("mobile", "extra_number", "field")],
        ),
        ("016234567", "016234568", ("", "+3216234567"), [("phone", "extra_number", "field")]),
        ("+1 212 555 0123", "", ("+12125550123", ""), []),
        ("", "+1 212 555 0123", ("", "+12125550123"), []),
        ("0477123456 / 02 123", "", ("+32477123456", ""), [("mobile", "too_short", "field")]),
        ("-", "016234567", ("", "+3216234567"), []),
    ],
)
def test_each_number_goes_to_the_field_it_fits(mobile, phone, kept, said):
    row = cleaned(mobile=mobile, phone=phone)
    assert (row.values["mobile"], row.values["phone"]) == kept
    assert problems(row) == said


@pytest.mark.parametrize(
    ("mobile", "code"),
    [
        ("4,77123E+08", "scientific"),
        ("niet gekend", "letters"),
        ("02 123", "too_short"),
        ("0900 12 345", "premium"),
    ],
)
def test_a_faulty_number_costs_the_number_and_not_the_member(mobile, code):
    row = cleaned(mobile=mobile, email="jan@voorbeeld.example")
    assert problems(row) == [("mobile", code, "field")]
    assert row.problems[0].value == mobile
    assert not row.is_refused


def test_a_person_who_cannot_be_reached_is_refused_and_every_fault_is_said():
    row = cleaned(mobile="4,77123E+08", email="jan.peeters@")
    assert problems(row) == [
        ("mobile", "scientific", "field"),
        ("email", "email", "field"),
        ("mobile", "unreachable", "row"),
    ]
    assert row.is_refused


def test_an_address_without_a_name_is_refused():
    row = cleaned(last_name="", first_name="", street="Dorpsstraat", house_number="1")
    assert problems(row) == [("full_name", "nameless", "row")]
    assert not cleaned(last_name="", first_name="Jan").is_refused


@pytest.mark.parametrize(
    ("text", "kept", "codes"),
    [
        ("mailto:jan@voorbeeld.example", "jan@voorbeeld.example", []),
        ("Jan Maes <Jan@voorbeeld.example>", "jan@voorbeeld.example", []),
        ("jan@voorbeeld.example (werk)", "jan@voorbeeld.example", []),
        ("jan@voorbeeld.example; an@voorbeeld.example", "jan@voorbeeld.example", ["extra_email"]),
        ("jan@voorbeeld.example / an@voorbeeld.example", "jan@voorbeeld.example", ["extra_email"]),
        ("Jan <jan@voorbeeld.example>, An <an@voorbeeld.example>", "jan@voorbeeld.example", ["extra_email"]),
        ("jan@voorbeeld.example en jan@voorbeeld.example", "jan@voorbeeld.example", []),
        ("jan@; an@voorbeeld.example", "an@voorbeeld.example", ["email"]),
        ("jan.peeters@", "", ["email"]),
        ("jan peeters@voorbeeld.example", "", ["email"]),
        ("jan@voorbeeld", "", ["email"]),
        ("jan@voorbeeld.example.", "jan@voorbeeld.example", []),
        ("jan@@voorbeeld.example", "", ["email"]),
        ("jan..maes@voorbeeld.example", "", ["email"]),
        ("jérôme@voorbeeld.example", "", ["email"]),
        ("geen", "", []),
        ("onvolledig", "", ["email"]),
        ("-", "", []),
        ("", "", []),
    ],
)
def test_mail_addresses_are_freed_of_their_dress_and_checked(text, kept, codes):
    row = cleaned(email=text)
    assert row.values["email"] == kept
    assert [problem.code for problem in row.problems] == codes


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Stationsstraat 175 boîte 3", ("Stationsstraat", "175", "3")),
        ("Rue de l'Église 68", ("Rue de l'Église", "68", "")),
        ("Demerlaan 85 bus 2", ("Demerlaan", "85", "2")),
        ("Grote Markt 12A", ("Grote Markt", "12A", "")),
        ("Grote Markt 12 A", ("Grote Markt", "12A", "")),
        ("Molenweg 40 b2", ("Molenweg", "40", "2")),
        ("Molenweg 40 b 2", ("Molenweg", "40", "2")),
        ("Molenweg, 40", ("Molenweg", "40", "")),
        ("Molenweg nr. 40", ("Molenweg", "40", "")),
        ("Kerkstraat 12/3", ("Kerkstraat", "12", "3")),
        ("Kerkstraat 12-14", ("Kerkstraat", "12-14", "")),
        ("Kerkstraat 7 bis", ("Kerkstraat", "7bis", "")),
        ("Kerkstraat 12A bte. 0101", ("Kerkstraat", "12A", "0101")),
        ("5, rue de la Gare", ("rue de la Gare", "5", "")),
        ("Rue du 11 Novembre 5", ("Rue du 11 Novembre", "5", "")),
        ("Dorp zonder nummer", ("Dorp zonder nummer", "", "")),
        ("12 14", ("12 14", "", "")),
    ],
)
def test_an_address_is_taken_apart_or_left_whole(text, parts):
    assert split_address(text) == parts


def test_an_address_over_two_lines_is_one():
    values = cleaned(address="Stationsstraat 175\nboîte 3").values
    assert (values["street"], values["house_number"], values["box"]) == ("Stationsstraat", "175", "3")


def test_a_town_beside_its_postcode_is_parted_from_it():
    values = cleaned(address="Kerkstraat 5, 3200 Aarschot").values
    assert (values["street"], values["postcode"], values["town"]) == ("Kerkstraat", "3200", "Aarschot")
    assert cleaned(town="B-3200 Aarschot").values["postcode"] == "3200"
    assert cleaned(postcode="B-3200").values["postcode"] == "3200"
    assert cleaned(postcode="1234 AB").values["postcode"] == "1234 AB"


def test_a_street_that_holds_its_number_is_taken_apart_only_where_no_column_has_the_number():
    row = clean(["Maes", "0477123456", "Demerlaan 85"], {"full_name": 0, "mobile": 1, "street": 2})
    assert (row.values["street"], row.values["house_number"]) == ("Demerlaan", "85")
    values = cleaned(street="Rue du 11", house_number="138 bus 2").values
    assert (values["street"], values["house_number"], values["box"]) == ("Rue du 11", "138", "2")


def test_an_unknown_language_or_role_is_said_and_the_default_kept():
    row = cleaned(language="Klingon", role="Keizer")
    assert problems(row) == [("language", "language", "field"), ("role", "role", "field")]
    assert (row.values["language"], row.values["role"]) == ("nl", "member")


def test_a_formula_is_a_text():
    assert (
        cleaned(last_name='=HYPERLINK("http://x.example";"klik")')
        .values["last_name"]
        .startswith("=HYPERLINK")
    )


@pytest.mark.parametrize(
    "field, text, code",
    [
        ("last_name", "?ukasz", "broken"),
        ("last_name", "Ren\ufffd", "broken"),
        ("street", "Rue Fran?ois", "broken"),
        ("first_name", "ZoÃ«", "broken"),
        ("last_name", '=HYPERLINK("http://x.example";"klik")', "formula"),
        ("first_name", "@SUM(1)", "formula"),
        ("last_name", "Öztürk-Bouâzza", ""),
        ("last_name", "Ångström d'Hondt", ""),
    ],
)
def test_what_looks_broken_comes_in_as_it_stands_and_is_to_be_looked_at(field, text, code):
    row = cleaned(**{"last_name": "Maes", "mobile": "0470 00 00 01"} | {field: text})
    assert [(one.column, one.code) for one in row.oddities] == ([(field, code)] if code else [])
    assert text.startswith(row.values[field]) and not row.problems


def test_control_characters_are_taken_out_and_overlong_texts_dropped():
    row = cleaned(first_name="J\x00a\x1bn", street="x" * 201)
    assert row.values["first_name"] == "Jan"
    assert (row.values["street"], problems(row)) == ("", [("street", "too_long_text", "field")])


@given(st.lists(st.text(max_size=80), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_any_row_is_cleaned_and_what_is_kept_is_sound(cells):
    row = clean(cells, COLUMNS)
    assert set(row.values) == set(rows.FIELDS)
    assert (
        row.is_blank or row.is_refused or row.values["mobile"] or row.values["phone"] or row.values["email"]
    )
    assert all(problem.code in rows.SENTENCES for problem in row.problems)


@given(st.text(alphabet="ab 12/-,.busne", max_size=120))
def test_no_address_takes_long_to_read(text):
    street, number, _ = split_address(text)
    assert street == text or number
