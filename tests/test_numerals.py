import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.numerals import in_words


@pytest.mark.parametrize(
    "number, lang, words",
    [
        (396, "nl", "driehonderdzesennegentig"),
        (1, "nl", "één"),
        (22, "nl", "tweeëntwintig"),
        (1204, "nl", "duizend tweehonderdvier"),
        (21_000, "nl", "eenentwintigduizend"),
        (0, "nl", "nul"),
        (396, "fr", "trois cent nonante-six"),
        (80, "fr", "quatre-vingts"),
        (81, "fr", "quatre-vingt-une"),
        (80_000, "fr", "quatre-vingt mille"),
        (200, "fr", "deux cents"),
        (271, "fr", "deux cent septante et une"),
        (1204, "fr", "mille deux cent quatre"),
        (396, "de", "dreihundertsechsundneunzig"),
        (1, "de", "eine"),
        (1204, "de", "eintausendzweihundertvier"),
        (396, "en", "three hundred and ninety-six"),
        (1004, "en", "one thousand and four"),
        (1_000_000, "en", "1000000"),
    ],
)
def test_a_number_is_said_as_people_say_it(number, lang, words):
    assert in_words(number, lang) == words


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.sampled_from(["nl", "fr", "de", "en"]))
def test_two_numbers_never_have_the_same_words(one, other, lang):
    assert (in_words(one, lang) == in_words(other, lang)) is (one == other)
