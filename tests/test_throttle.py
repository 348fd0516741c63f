"""The rate of a road: never above it in any second, and never far below while somebody asks."""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.sending import throttle
from dispatch.sending.pace import Pace
from models import Throttle, writing
from tests.cast import NOON

RATES = st.sampled_from([1 / 6, 0.5, 1.0, 7.0, 10.0, 12.5, 33.3, 100.0, 500.0, 2500.0, 10_000.0])
ROUNDED = timedelta(microseconds=2)  # moments are whole microseconds
SHARED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fresh():
    Throttle.delete().execute()


def take(rate, now, most=10**6) -> list[datetime]:
    """When those may leave that a pump claims now which finds so many due."""
    with writing():
        number = min(most, throttle.available("road", rate, now))
        if not number:
            return []
        begins, gap = throttle.spend("road", rate, number, now), throttle.gap(rate)
    return [max(now, begins + timedelta(seconds=place * gap)) for place in range(number)]


def most_in_any_window(left: list[datetime], rate) -> int:
    """The most that left in a window of the rate."""
    window, left = timedelta(seconds=throttle.window_seconds(rate)) - ROUNDED, sorted(left)
    return max(place + 1 - bisect_right(left, at - window) for place, at in enumerate(left))


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
        left += take(rate, now, most)
    assert not left or most_in_any_window(left, rate) <= throttle.most_in_window(rate)


@pytest.mark.parametrize(
    "rate, seconds",
    [(1 / 6, 300), (10.0, 30), (12.5, 30), (100.0, 10), (500.0, 5), (2500.0, 5), (10_000.0, 3)],
)
def test_a_pump_that_asks_often_gets_the_rate_within_two_percent(app, rate, seconds):
    pause = min(0.25, max(0.01, 0.1 / rate))
    now, left = NOON, []
    while (now - NOON).total_seconds() < seconds + 10 / rate:
        left += take(rate, now)
        now += timedelta(seconds=pause)
    begin, window = left[0], throttle.window_seconds(rate)
    for start in range(int((seconds - window) / window)):
        ends = begin + timedelta(seconds=start * window), begin + timedelta(seconds=(start + 1) * window)
        number = bisect_left(left, ends[1]) - bisect_left(left, ends[0])
        assert number == pytest.approx(rate * window, rel=0.02, abs=1 if rate < 50 else 0)
    assert most_in_any_window(left, rate) <= throttle.most_in_window(rate)


def test_a_pump_that_was_held_up_catches_up_with_a_little_and_not_with_a_burst(app):
    taken = [len(take(50.0, NOON + timedelta(seconds=at))) for at in (0, 0.02, 0.9)]
    assert taken == [1, 1, 2]


def test_of_a_fast_road_each_has_its_moment_two_tenths_of_a_second_ahead(app):
    first, more = take(500.0, NOON), take(500.0, NOON + timedelta(seconds=0.05))
    after = [(at - NOON).total_seconds() for at in first + more]
    assert len(first) == 99 and len(more) == 25, "what flows in at 497.5 a second"
    assert after == sorted(after) and after[-1] == pytest.approx(0.25, abs=0.005)
    assert all(0.001 < b - a < 0.003 for a, b in pairwise(after)), "no gap, and no lump"
    late = take(500.0, NOON + timedelta(seconds=3))
    assert len(late) == len(first), "what nobody claimed in time is not made up for"


def paced(pace: Pace, late: list[float]) -> list[float]:
    """When each of a stream leaves that is late so many seconds in addition."""
    now, left = 1000.0, []
    for place, delay in enumerate(late):
        slot = 1000.0 + place * pace.gap
        now = max(now, slot) + delay
        while (seconds := pace.seconds_left(slot, now)) > 0:
            now += seconds + 1e-9
        pace.leaves(now)
        left.append(now)
    return left


def test_a_delay_does_not_come_back_second_after_second():
    pace = Pace(500.0)
    left = paced(pace, [0.05 * (place == 600) for place in range(4000)])
    halts = [at for at, then in pairwise(left) if then - at > 3 * pace.gap]
    assert len(halts) == 2 and halts[1] - halts[0] == pytest.approx(1, abs=0.02)


@given(
    rate=st.sampled_from([100.0, 500.0, 2500.0]),
    late=st.lists(st.sampled_from([0.0, 0.0, 0.001, 0.03, 0.2]), min_size=50, max_size=1500),
)
@settings(deadline=None, max_examples=40)
def test_whoever_is_late_catches_up_and_keeps_to_the_cap_all_the_same(rate, late):
    pace = Pace(rate)
    left = paced(pace, [delay * (place % 100 == 0) for place, delay in enumerate(late)])
    assert all(place + 1 - bisect_right(left, at - 1) <= rate for place, at in enumerate(left))
    if not any(late[::100]):
        assert left[-1] == pytest.approx(1000.0 + (len(late) - 1) * pace.gap)


def test_what_was_given_back_can_leave_and_lifts_no_cap(app):
    left = len(take(10.0, NOON))
    with writing():
        throttle.give_back("road", 10.0, left, NOON)
    again = [len(take(10.0, NOON + timedelta(seconds=at / 100))) for at in range(100)]
    assert again[0] == left and sum(again) <= 10


def test_what_was_given_back_of_a_fast_road_leaves_in_its_place(app):
    left = take(500.0, NOON)
    with writing():
        throttle.give_back("road", 500.0, 30, NOON)
    assert len(take(500.0, NOON)) == 30
    assert most_in_any_window(left + take(500.0, NOON + timedelta(seconds=0.9)), 500.0) <= 500


def test_two_roads_have_two_rates(app):
    assert len(take(1.0, NOON)) == 1 and not take(1.0, NOON)
    with writing():
        assert throttle.available("another", 1.0, NOON) == 1
