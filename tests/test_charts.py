"""The delivery curve: ticks, strokes and figures, before any template draws them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.charts import BASE, LEFT, RIGHT, TOP, Point, curve, nice_step, sampled, time_step, time_ticks

START = datetime(2026, 11, 22, 1, 45, 7)


def points(*totals: tuple[int, int, int]) -> list[Point]:
    return [Point(START + timedelta(seconds=at), accepted, delivered) for at, accepted, delivered in totals]


def drawn(totals, total=773, **extra):
    return curve(points(*totals), total, "Title", "Description", **extra)


def dots(line: str) -> list[tuple[int, int]]:
    numbers = [int(word.strip("MLZ")) for word in line.split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@pytest.mark.parametrize(
    ("top", "step"), [(1, 1), (4, 1), (5, 2), (9, 5), (240, 100), (773, 200), (20_000, 5000)]
)
def test_levels_are_round_and_at_most_four(top, step):
    assert nice_step(top, 4) == step


@pytest.mark.parametrize(
    ("seconds", "step"),
    [(1, 1), (18, 5), (60, 15), (300, 60), (3600, 900), (86_400, 21_600), (864_000, 172_800)],
)
def test_moments_are_round_and_at_most_five_steps(seconds, step):
    assert time_step(seconds) == step


def test_moments_are_those_of_the_clocks_of_brussels():
    assert time_ticks(START, 300)[:2] == [(53, "02:46"), (113, "02:47")]
    assert time_ticks(START, 12)[0] == (3, "02:45:10")


def test_the_curve_of_the_design_keeps_its_levels_and_ends():
    chart = drawn(
        [(0, 0, 0), (18, 660, 112), (153, 709, 319)], until=START + timedelta(minutes=5), is_running=True
    )
    assert [tick.label for tick in chart.levels] == [200, 400, 600, 800]
    assert [(end.count, end.anchor) for end in chart.ends] == [(709, "start"), (319, "start")]
    assert dots(chart.accepted_line)[0] == (LEFT, BASE)
    assert chart.now_at == dots(chart.accepted_line)[-1][0] == 382


def test_a_finished_campaign_has_no_line_of_now_and_its_figures_stay_inside():
    chart = drawn([(0, 0, 0), (153, 773, 773)])
    assert chart.now_at is None
    assert [end.anchor for end in chart.ends] == ["end", "end"]


def test_equal_totals_do_not_write_their_figures_over_each_other():
    for totals in ([(0, 0, 0), (60, 700, 700)], [(0, 0, 0), (60, 0, 0)]):
        for until in (None, START + timedelta(minutes=5)):
            upper, lower = drawn(totals, until=until).ends
            assert lower.y - upper.y >= 18
            assert lower.y < BASE


def test_one_point_and_no_message_at_all_still_draw():
    chart = drawn([(0, 0, 0)], total=0)
    assert dots(chart.accepted_line) == [(LEFT, BASE)]
    assert chart.levels


def test_the_table_has_at_most_twelve_rows_with_both_ends():
    many = points(*((at, at, at) for at in range(500)))
    rows = sampled(many)
    assert len(rows) == 12 and rows[0] == many[0] and rows[-1] == many[-1]


@given(
    st.lists(
        st.tuples(st.integers(0, 200_000), st.integers(0, 20_000), st.integers(0, 20_000)),
        min_size=1,
        max_size=300,
    ),
    st.integers(0, 600),
)
def test_every_curve_stays_inside_its_frame_and_never_goes_back(raw, more):
    times, accepted, delivered = (sorted(column) for column in zip(*raw, strict=True))
    totals = [(at, a, min(a, d)) for at, a, d in zip(times, accepted, delivered, strict=True)]
    chart = drawn(totals, total=accepted[-1], until=START + timedelta(seconds=times[-1] + more))
    for line in (chart.accepted_line, chart.delivered_line):
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BASE for x, y in dots(line))
        assert dots(line) == sorted(dots(line), key=lambda dot: (dot[0], -dot[1]))
    assert len(dots(chart.accepted_line)) <= RIGHT - LEFT + 1
    assert 1 <= len(chart.levels) <= 4 and len(chart.times) <= 6
    assert all(LEFT <= tick.at <= RIGHT for tick in chart.times)
