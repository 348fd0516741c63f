"""The rate of a road: never above it in any second, and never far below while somebody asks."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.sending import throttle
from models import Throttle, writing
from tests.cast import NOON

RATES = st.sampled_from([1 / 6, 0.5, 1.0, 7.0, 10.0, 12.5, 33.3, 100.0, 500.0, 2500.0, 10_000.0])
SHARED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fresh():
    Throttle.delete().execute()


def take(rate, now, most=10**6) -> int:
    """What a pump takes that finds so many due."""
    with writing():
        number = min(most, throttle.available("road", rate, now))
        if number:
            throttle.spend("road", rate, number, now)
    return number


def most_in_any_window(left, rate) -> int:
    """The most that left in a window of the rate: `left` is [(moment, number)]."""
    window = timedelta(seconds=throttle.window_seconds(rate))
    return max(sum(n for at, n in left if end - window < at <= end) for end, _ in left)


@given(
    rate=RATES,
    waits=st.lists(st.one_of(st.floats(0, 0.05), st.floats(0, 3)), min_size=5, max_size=80),
    most=st.sampled_from([1, 3, 10**6]),
)
@SHARED
def test_a_cap_is_never_exceeded_however_a_pump_asks(app, rate, waits, most):
    fresh()
    now, left = NOON, []
    for wait in waits:
        now += timedelta(seconds=wait)
        if number := take(rate, now, most):
            left.append((now, number))
    assert not left or most_in_any_window(left, rate) <= throttle.most_in_window(rate)


@pytest.mark.parametrize("rate, seconds", [(1 / 6, 300), (10.0, 30), (12.5, 30), (500.0, 5), (2500.0, 5)])
def test_a_pump_that_asks_often_gets_the_rate_within_two_percent(app, rate, seconds):
    pause = min(0.25, max(0.01, 0.1 / rate))
    now, left = NOON, []
    while (now - NOON).total_seconds() < seconds + 10 / rate:
        if number := take(rate, now):
            left.append((now, number))
        now += timedelta(seconds=pause)
    begin, window = left[0][0], throttle.window_seconds(rate)
    for start in range(int((seconds - window) / window)):
        ends = begin + timedelta(seconds=start * window), begin + timedelta(seconds=(start + 1) * window)
        number = sum(n for at, n in left if ends[0] <= at < ends[1])
        assert number == pytest.approx(rate * window, rel=0.02, abs=1 if rate < 50 else 0)
    assert most_in_any_window(left, rate) <= throttle.most_in_window(rate)


def test_a_pump_that_was_held_up_catches_up_with_a_little_and_not_with_a_burst(app):
    taken = [take(100.0, NOON + timedelta(seconds=at)) for at in (0, 0.02, 0.9)]
    assert taken == [2, 1, 4]


def test_what_was_given_back_can_leave_and_lifts_no_cap(app):
    left = take(10.0, NOON)
    with writing():
        throttle.give_back("road", 10.0, left, NOON)
    again = [take(10.0, NOON + timedelta(seconds=at / 100)) for at in range(100)]
    assert again[0] == left and sum(again) <= 10


def test_two_roads_have_two_rates(app):
    assert take(1.0, NOON) == 1 and take(1.0, NOON) == 0
    with writing():
        assert throttle.available("another", 1.0, NOON) == 1
