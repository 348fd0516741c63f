from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.centre import clock
from models import Milestone

RECEIVED = datetime(2026, 11, 22, 1, 51, 30)


def minutes(n):
    return RECEIVED + timedelta(minutes=n)


def moves(**at):
    return [Milestone(status=status, at=moment) for status, moment in at.items()]


def test_no_clock_runs_before_the_request():
    assert clock.of([], RECEIVED) is None


@pytest.mark.parametrize(
    ("gone", "css"), [(0, ""), (29, ""), (30, "lit"), (54, "lit"), (55, "late"), (60, "late"), (90, "late")]
)
def test_the_clock_is_lit_from_half_an_hour_and_late_from_fifty_five_minutes(gone, css):
    running = clock.of(moves(requested=RECEIVED), minutes(gone))
    assert running.is_running
    assert running.css == css
    assert running.gone_seconds == gone * 60
    assert running.left_seconds == (60 - gone) * 60


def test_opening_within_the_hour_keeps_the_promise_and_stops_the_clock():
    kept = clock.of(moves(requested=RECEIVED, open=minutes(46)), minutes(300))
    assert kept.is_kept and not kept.is_running
    assert kept.gone_seconds == 46 * 60
    assert kept.css == ""


def test_opening_on_the_very_minute_is_in_time_and_a_second_later_is_not():
    assert clock.of(moves(requested=RECEIVED, open=minutes(60)), minutes(61)).is_kept
    late = clock.of(moves(requested=RECEIVED, open=minutes(60) + timedelta(seconds=1)), minutes(61))
    assert not late.is_kept and late.css == "late"


def test_a_refusal_ends_the_promise():
    assert clock.of(moves(requested=RECEIVED, refused=minutes(5)), minutes(6)) is None


def test_closing_later_does_not_move_the_clock():
    kept = clock.of(moves(requested=RECEIVED, open=minutes(46), closed=minutes(500)), minutes(501))
    assert kept.gone_seconds == 46 * 60


def test_each_request_has_a_promise_of_its_own_and_says_when_its_number_was_closed():
    again = {"requested": minutes(600), "open": minutes(620)}
    first, second = clock.each(
        moves(requested=RECEIVED, open=minutes(46), closed=minutes(500)) + moves(**again), minutes(700)
    )
    assert (first.stopped_at, first.closed_at) == (minutes(46), minutes(500))
    assert (second.requested_at, second.gone_seconds, second.closed_at) == (minutes(600), 20 * 60, None)


@pytest.mark.parametrize(("wanted", "is_sooner"), [(None, False), (20, True), (60, False), (180, False)])
def test_a_moment_that_is_wanted_within_the_promise_is_told_beside_it(wanted, is_sooner):
    at = minutes(wanted) if wanted else None
    running = clock.of(moves(requested=RECEIVED), minutes(10), wanted_open_at=at)
    assert running.is_wanted_sooner == is_sooner


def test_a_wanted_opening_within_the_hour_does_not_shorten_the_promise():
    assert clock.due(RECEIVED, minutes(20)) == minutes(60)


def test_a_later_wanted_opening_is_what_counts_and_shows_on_the_last_hour():
    running = clock.of(moves(requested=RECEIVED), minutes(10), wanted_open_at=minutes(180))
    assert running.left_seconds == 170 * 60
    assert running.dial_seconds == 0
    last = clock.of(moves(requested=RECEIVED), minutes(150), wanted_open_at=minutes(180))
    assert last.dial_seconds == 30 * 60 and last.css == "lit"


@given(st.integers(0, 10_000), st.none() | st.integers(-100, 10_000), st.none() | st.integers(0, 10_000))
def test_gone_and_left_always_make_the_promise(gone, wanted, opened):
    at = moves(requested=RECEIVED) + (moves(open=minutes(opened)) if opened is not None else [])
    found = clock.of(at, minutes(gone), minutes(wanted) if wanted is not None else None)
    assert found.gone_seconds + found.left_seconds == (found.due_at - RECEIVED).total_seconds()
    assert found.is_running == (opened is None)
    assert not (found.is_lit and found.is_late)
