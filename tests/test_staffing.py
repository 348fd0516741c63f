"""Erlang C, held against published tables and the figures of the domain."""

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.centre.staffing import mean_wait, operators_needed, service_level, waiting_probability

# Probability of waiting by servers and erlangs, as printed in tables of Erlang's second formula (M/M/c queue):
# 1 and 2 servers follow from the closed forms; the others are those of the usual tables.
TABLE = [
    (1, 0.5, 0.5),
    (2, 1.0, 1 / 3),
    (3, 2.0, 4 / 9),
    (4, 3.0, 0.5094),
    (5, 3.0, 0.2362),
    (5, 4.0, 0.5541),
    (8, 6.0, 0.3570),
    (10, 8.0, 0.4092),
    (11, 10.0, 0.6821),
    (15, 12.0, 0.3193),
    (20, 15.0, 0.1604),
]


@pytest.mark.parametrize("servers, erlangs, waits", TABLE)
def test_the_share_that_waits_is_that_of_the_published_tables(servers, erlangs, waits):
    found = waiting_probability(servers, erlangs * 20, 180)
    assert found == pytest.approx(waits, rel=1e-3)


@pytest.mark.parametrize("calls, operators", [(45, 4), (420, 25), (3295, 173)])
def test_the_three_figures_of_the_domain(calls, operators):
    assert operators_needed(calls, 180) == operators
    assert service_level(operators, calls, 180) >= 0.8 > service_level(operators - 1, calls, 180)


def test_four_operators_carry_45_calls_and_not_46():
    assert (operators_needed(45, 180), operators_needed(46, 180)) == (4, 5)


def test_the_example_of_every_course_half_an_hour_of_a_hundred_calls_of_three_minutes():
    """10 erlangs, 14 people: 17.4 % wait, 88.8 % within 20 s, 7.8 s on average."""
    assert waiting_probability(14, 200, 180) == pytest.approx(0.1741, rel=1e-3)
    assert service_level(14, 200, 180) == pytest.approx(0.8884, rel=1e-3)
    assert mean_wait(14, 200, 180) == pytest.approx(7.836, rel=1e-3)


# Each row is a printed answer: where it stands, erlangs, servers, share that waits, share within 20 s, mean wait in seconds.
# pypi.org/project/pyworkforce/0.1.0: the printed result of its example, 100 calls of 3 minutes in half an hour;
# rdocumentation.org/packages/ErlangC/versions/0.1.0 and the CRAN package ErlangC 0.1.0: the same with the mean wait, and
# the first row of the search, 11 agents.
PRINTED = [
    ("pyworkforce 0.1.0", 14, 0.1741319335950498, 0.8883500191794669, None),
    ("CRAN ErlangC 0.1.0", 14, 0.1741319, 0.88835, 7.83593701177724),
    ("CRAN ErlangC 0.1.0", 11, 0.6821182, None, None),
]


@pytest.mark.parametrize("source, operators, waits, in_time, seconds", PRINTED)
def test_the_printed_answers_of_others_are_met_far_within_a_thousandth(
    source, operators, waits, in_time, seconds
):
    assert waiting_probability(operators, 200, 180) == pytest.approx(waits, rel=1e-6)
    if in_time:
        assert service_level(operators, 200, 180) == pytest.approx(in_time, rel=1e-6)
    if seconds:
        assert mean_wait(operators, 200, 180) == pytest.approx(seconds, rel=1e-6)


def test_a_published_call_centre_of_55_agents():
    """720 calls an hour of 240 s: 23.9 % wait, 8.2 s on average, 84.6 % within 15 s."""
    assert round(waiting_probability(55, 720, 240), 3) == 0.239
    assert round(mean_wait(55, 720, 240), 1) == 8.2
    assert round(service_level(55, 720, 240, 15), 3) == 0.846


def exact(servers: int, erlangs: float) -> float:
    """Erlang C by its definition, term by term, in fractions of the largest: another way than the program's."""
    terms, term = [], 1.0
    for number in range(servers):
        terms.append(term)
        term = term * erlangs / (number + 1)
    last = term * servers / (servers - erlangs)
    return last / (sum(terms) + last)


@given(st.integers(1, 60), st.floats(0.05, 0.99))
def test_it_is_the_definition_wherever_that_can_be_reckoned(servers, load):
    erlangs = servers * load
    assert waiting_probability(servers, erlangs * 20, 180) == pytest.approx(exact(servers, erlangs), rel=1e-9)


@given(st.floats(0.1, 20_000), st.floats(1, 1_200), st.sampled_from([0.5, 0.8, 0.9, 0.95]), st.floats(0, 60))
def test_what_is_needed_is_enough_and_one_less_is_not(calls, seconds, answered, within):
    operators = operators_needed(calls, seconds, answered, within)
    assert service_level(operators, calls, seconds, within) >= answered
    assert service_level(operators - 1, calls, seconds, within) < answered


@given(st.integers(1, 3_000), st.floats(0.2, 0.999))
def test_thousands_of_operators_stay_within_the_bounds(servers, load):
    calls = servers * load * 20
    share, waits = service_level(servers, calls, 180), waiting_probability(servers, calls, 180)
    assert 0 <= waits <= 1 and 0 <= share <= 1
    assert share == pytest.approx(1 - waits * exp(-servers * (1 - load) * 20 / 180), abs=1e-9)


def test_ten_thousand_operators_overflow_nothing():
    assert 10_000 < operators_needed(200_000, 180) < 10_200
    assert 0 < mean_wait(10_050, 200_000, 180) < 10


def test_without_calls_nobody_is_needed_and_nobody_waits():
    assert (operators_needed(0, 180), service_level(0, 0, 180), mean_wait(0, 0, 180)) == (0, 1.0, 0.0)


def test_more_calls_than_can_be_answered_wait_for_ever():
    assert (service_level(4, 80, 180), mean_wait(4, 80, 180), waiting_probability(4, 81, 180)) == (0, inf, 1)


@pytest.mark.parametrize(
    "calls, seconds, answered", [(-1, 180, 0.8), (10, -1, 0.8), (10, 180, 1), (1e9, 180, 0.8)]
)
def test_what_cannot_be_reckoned_is_said(calls, seconds, answered):
    with pytest.raises(ValueError):
        operators_needed(calls, seconds, answered)
