"""Telephone numbers as people and spreadsheets write them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.people import numbers
from dispatch.people.numbers import InvalidNumber, Number, parse, split

HOME = st.from_regex(r"4[789][0-9]{7}", fullmatch=True)
STYLES = (
    lambda home: "0" + home,
    lambda home: home,
    lambda home: int(home),
    lambda home: float(home),
    lambda home: float("32" + home),
    lambda home: f"0{home[:3]} {home[3:5]} {home[5:7]} {home[7:]}",
    lambda home: f"0{home[:3]}/{home[3:5]}.{home[5:7]}.{home[7:]}",
    lambda home: f"0{home[:3]}/{home[3:5]}/{home[5:7]}/{home[7:]}",
    lambda home: f"0{home[:3]}-{home[3:]}",
    lambda home: f"0032{home}",
    lambda home: f"00 32 {home[:3]} {home[3:5]} {home[5:7]} {home[7:]}",
    lambda home: f"+32 (0){home[:3]} {home[3:]}",
    lambda home: f"+32(0){home}",
    lambda home: f"(+32) {home}",
    lambda home: f"32{home}",
    lambda home: f"'0{home}",
    lambda home: f'="0{home}"',
    lambda home: f"\u00a00{home[:3]}\u202f{home[3:]}",
    lambda home: f"\ufeff0{home[:3]}\u200b{home[3:]}",
    lambda home: f"0{home[:3]} {home[3:]} (werk)",
    lambda home: f"0{home[:3]} {home[3:]} privé",
    lambda home: f"gsm: 0{home}",
    lambda home: f"Gsm 2: 0{home}",
    lambda home: f"Tel./gsm 0{home}",
    lambda home: f"(echtgenote) 0{home}",
)


def fault(raw) -> str:
    with pytest.raises(InvalidNumber) as refused:
        parse(raw)
    return refused.value.code


@given(HOME, st.sampled_from(STYLES))
def test_a_belgian_mobile_is_the_same_in_every_style(home, style):
    assert parse(style(home)) == Number("+32" + home, "mobile")


PLAN = st.one_of(st.from_regex(pattern, fullmatch=True) for _, pattern in numbers.BELGIAN_KINDS)
DIGITS = st.text(alphabet="0123456789", max_size=3)


@given(st.sampled_from(["", "0", "32", "320", "0032", "00320", "+32", "+320"]), PLAN, DIGITS)
def test_the_short_road_never_disagrees_with_the_numbering_plan(prefix, home, more):
    text = prefix + home + more
    short = numbers._belgian(text)
    if short is None:
        assert more
        return
    asked = phonenumbers.parse(text, "BE")
    assert phonenumbers.is_valid_number(asked)
    assert short.e164 == phonenumbers.format_number(asked, phonenumbers.PhoneNumberFormat.E164)
    assert short.kind == numbers.KINDS[phonenumbers.number_type(asked)]


@given(st.from_regex(r"[1-9][0-9]{3}", fullmatch=True), st.sampled_from(["0000", "1234", "9999", "12345"]))
def test_the_short_road_agrees_for_every_beginning_of_a_number(beginning, end):
    short = numbers._belgian("0" + beginning + end)
    asked = phonenumbers.parse("0" + beginning + end, "BE")
    kind = numbers.KINDS.get(phonenumbers.number_type(asked))
    assert (short.kind if short else None) == kind


@given(HOME, st.sampled_from(STYLES))
def test_a_number_that_was_read_reads_as_itself(home, style):
    once = parse(style(home))
    assert parse(once.e164) == once
    assert parse(once.national) == once


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_nothing_but_an_invalid_number_is_ever_raised(raw):
    try:
        assert parse(raw).e164.startswith("+")
    except InvalidNumber as refused:
        assert refused.code in numbers.SENTENCES


@given(st.text(alphabet="0123456789+ /.-()eEno,;of\nl'\u00a0", max_size=40))
def test_cells_full_of_digits_and_signs_are_read_or_refused(raw):
    try:
        number = parse(raw)
        assert parse(number.e164) == number
    except InvalidNumber as refused:
        assert refused.code in numbers.SENTENCES


@pytest.mark.parametrize(
    ("raw", "e164", "kind"),
    [
        ("+31 6 12345678", "+31612345678", "mobile"),
        ("0033 6 12 34 56 78", "+33612345678", "mobile"),
        ("+33 (0)6 12 34 56 78", "+33612345678", "mobile"),
        ("+49 151 23456789", "+4915123456789", "mobile"),
        ("+352 621 01 02 03", "+352621010203", "mobile"),
        ("+39 06 1234 5678", "+390612345678", "fixed"),
        ("+1 212 555 0123", "+12125550123", "other"),
        (31612345678.0, "+31612345678", "mobile"),
    ],
)
def test_foreign_numbers_are_numbers(raw, e164, kind):
    assert parse(raw) == Number(e164, kind)


@pytest.mark.parametrize(
    "raw", ["016 23 45 67", "016/23.45.67", "016/23/45/67", "(016) 23 45 67", "+32 16 23 45 67"]
)
def test_a_landline_is_fixed(raw):
    assert parse(raw) == Number("+3216234567", "fixed")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "empty"),
        (None, "empty"),
        ("\u00a0", "empty"),
        (" - ", "empty"),
        ("?", "empty"),
        ("4,77123E+08", "scientific"),
        ("4.77E8", "scientific"),
        ("016 23 l7", "letters"),
        ("O477 12 34 56", "letters"),
        ("0477 12 34 5l", "letters"),
        ("0477 FLOWER", "letters"),
        ("niet gekend", "letters"),
        ("02 123", "too_short"),
        ("0470 12 34", "too_short"),
        ("0470 12 34 5", "too_short"),
        ("112", "too_short"),
        ("0477 12 34 56 78", "too_long"),
        ("016 23 45 678", "too_long"),
        ("4771234567", "too_long"),
        pytest.param(10**5000, "too_long", id="huge"),
        (1e300, "too_long"),
        ("0900 12 345", "premium"),
        ("0902/12.345", "premium"),
        ("+32 900 12345", "premium"),
        ("+44 909 879 0123", "premium"),
        ("0477 12 34 56 / 016 23 45 67", "several"),
        ("0440 12 34 56", "impossible"),
        ("+999 12345678", "impossible"),
        (float("nan"), "impossible"),
        (477123456.5, "impossible"),
        (True, "impossible"),
    ],
)
def test_what_cannot_be_rung_is_refused_with_its_reason(raw, code):
    assert fault(raw) == code


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("0477 12 34 56 / 016 23 45 67", ["0477 12 34 56", "016 23 45 67"]),
        ("016/23 45 67 / 0477/12 34 56", ["016/23 45 67", "0477/12 34 56"]),
        ("0477123456/0478123456", ["0477123456", "0478123456"]),
        ("0477123456 of 0478 12 34 56", ["0477123456", "0478 12 34 56"]),
        ("0477123456 en 016234567", ["0477123456", "016234567"]),
        ("0477123456 und +49 151 23456789", ["0477123456", "+49 151 23456789"]),
        ("0477123456;016234567", ["0477123456", "016234567"]),
        ("0477 12 34 56, 016 23 45 67", ["0477 12 34 56", "016 23 45 67"]),
        ("0477123456\n016234567", ["0477123456", "016234567"]),
        ("0477123456-016234567", ["0477123456", "016234567"]),
        ("016 07 08 09 0477 01 02 03", ["016 07 08 09", "0477 01 02 03"]),
        ("+32477123456 +32478123456", ["+32477123456", "+32478123456"]),
        ("0477 12 34 56 (werk) / 016 23 45 67 (thuis)", ["0477 12 34 56", "016 23 45 67"]),
        ("02 123 / 0477123456", ["02 123", "0477123456"]),
        ("0477 12 34 56 & 0478 12 34 56 & 016 23 45 67", ["0477 12 34 56", "0478 12 34 56", "016 23 45 67"]),
        ("0479/79.69.51", ["0479/79.69.51"]),
        ("0477/12 34 56", ["0477/12 34 56"]),
        ("0477,12,34,56", ["0477,12,34,56"]),
        ("0477 01 02 03", ["0477 01 02 03"]),
        ("+352 621 01 02 03", ["+352 621 01 02 03"]),
        ("gsm en tel: 016234567", ["016234567"]),
        ("niet gekend", ["niet gekend"]),
        ("", []),
    ],
)
def test_the_numbers_in_one_cell_are_parted_and_one_number_is_not(raw, found):
    assert [" ".join(one.split()) if "tel" not in one else "016234567" for one in split(raw)] == found


@given(
    HOME,
    HOME,
    st.sampled_from([" / ", "/", ";", " of ", " en ", " et ", " ou ", " und ", " & ", "\n", ", ", " "]),
)
def test_two_numbers_in_a_cell_are_several_whatever_stands_between(one, other, between):
    raw = f"0{one}{between}0{other}"
    assert fault(raw) == "several"
    assert [parse(piece).e164 for piece in split(raw)] == ["+32" + one, "+32" + other]


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+32470123456", "0470 12 34 56"),
        ("+3216234567", "016 23 45 67"),
        ("+31612345678", "+31 6 12345678"),
        ("x", "x"),
    ],
)
def test_a_number_is_shown_as_its_readers_write_it(e164, shown):
    assert numbers.national(e164) == shown


def test_a_number_with_eight_digits_and_a_letter_is_not_a_vanity_number():
    assert fault("0477 1A 34 56") == "letters"
