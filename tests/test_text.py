"""The length of text messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.sending.text import BASIC, EXTENSION, ROOM, Measure, measure, plain, twins

GSM = st.text(alphabet=sorted(BASIC | EXTENSION), max_size=700)
ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)


def parts_by_hand(text: str, encoding: str) -> int:
    """Cuts the text itself into parts, character by character."""
    alone, room = ROOM[encoding]
    size = {"GSM-7": lambda c: 1 + (c in EXTENSION), "UCS-2": lambda c: len(c.encode("utf-16-le")) // 2}[
        encoding
    ]
    if sum(map(size, text)) <= alone:
        return 1 if text else 0
    parts = [0]
    for char in text:
        if parts[-1] + size(char) > room:
            parts.append(0)
        parts[-1] += size(char)
    return len(parts)


def test_the_default_alphabet_has_its_127_characters_beside_the_escape():
    assert len(BASIC) == 127
    assert not BASIC & EXTENSION


def test_nothing_costs_nothing():
    assert measure("") == Measure("GSM-7", 0, 0, 160, ())


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "left"),
    [
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2, 141),
        ("\f", "GSM-7", 2, 1, 158),
        ("ê" * 70, "UCS-2", 70, 1, 0),
        ("ê" * 71, "UCS-2", 71, 2, 63),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("😀" * 36, "UCS-2", 72, 2, 61),
        ("ê" * 66 + "😀" * 3, "UCS-2", 72, 2, 61),
        ("€" * 35 + "ê", "UCS-2", 36, 1, 34),
    ],
)
def test_units_and_parts_are_those_of_the_network(text, encoding, units, parts, left):
    found = measure(text)
    assert (found.encoding, found.units, found.parts, found.left) == (encoding, units, parts, left)


@given(GSM)
def test_the_default_alphabet_stays_gsm(text):
    found = measure(text)
    assert found.encoding == "GSM-7" and not found.foreign
    assert found.parts == parts_by_hand(text, "GSM-7")


@given(ANY)
def test_parts_are_those_of_cutting_the_text_by_hand(text):
    found = measure(text)
    assert found.parts == parts_by_hand(text, found.encoding)
    assert 0 <= found.left <= ROOM[found.encoding][0]


@given(ANY)
def test_what_is_left_fits_and_one_more_does_not(text):
    found = measure(text)
    filler = "a" * found.left
    assert measure(text + filler).parts == max(found.parts, 1 if filler else 0)
    assert measure(text + filler + "a").parts == max(found.parts, 1) + (1 if text or filler else 0)


@given(ANY)
def test_ucs2_units_are_utf16_code_units(text):
    found = measure("ê" + text)
    assert found.units == len(("ê" + text).encode("utf-16-le")) // 2


def test_the_characters_that_force_ucs2_are_named_once_and_in_order():
    assert measure("Brûlée à Liège, ça brûle: fenêtres closes").foreign == ("û", "ç", "ê")


def test_the_accents_of_the_default_alphabet_are_free():
    assert measure("è é ù ì ò Ç Ø ø Å å Æ æ ß É Ä Ö Ñ Ü ä ö ñ ü à § ¿ ¡ £ ¥ ¤ Δ Ω").encoding == "GSM-7"


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        ("fenêtre", "fenetre"),
        ("Zoë, Anaïs, Benoît", "Zoe, Anais, Benoit"),
        ("ça va", "ca va"),
        ("Ça va", "Ça va"),
        ("œuvre", "oeuvre"),
        ("“ja” ‘nee’ „gut“ «oui»", '"ja" \'nee\' "gut" "oui"'),
        ("a – b — c", "a - b - c"),
        ("wacht…", "wacht..."),
        ("20\u00a0uur\u202f30", "20 uur 30"),
        ("on\u200bzicht\ufeffbaar", "onzichtbaar"),
        ("cafe\u0301", "café"),
        ("Łukasz", "Lukasz"),
        ("brand 🔥 Київ", "brand 🔥 Київ"),
    ],
)
def test_plain_twins_are_put_in_place(dear, cheap):
    assert plain(dear) == cheap


def test_a_character_without_a_twin_is_left_out_of_the_twins():
    assert twins("ê 🔥 ж") == {"ê": "e"}


@given(ANY)
def test_twins_are_always_in_the_default_alphabet(text):
    found = twins(text)
    assert set(found) <= set(measure(text).foreign)
    assert measure("".join(found.values())).encoding == "GSM-7"


@given(ANY)
def test_plain_leaves_only_what_has_no_twin(text):
    assert not twins(plain(text))
    assert set(measure(plain(text)).foreign) <= {c for c in plain(text)}


@given(GSM)
def test_plain_leaves_a_cheap_text_alone(text):
    assert plain(text) == text
