"""The drawing room: ticks, strokes and figures, before a page or a paper lays them out."""

import re
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.pictures import balance, bars, curve, shares
from dispatch.pictures.axes import STEPS, nice_step, time_step, time_ticks
from dispatch.pictures.curve import Point
from dispatch.pictures.on_paper import STYLES, on_paper, svg
from dispatch.pictures.picture import BASE, RIGHT, TOP, Key, Picture, counted, left_of
from dispatch.words import DAY, translator

START = datetime(2026, 11, 22, 1, 45, 7)
SAID = counted("nl")
NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def drawn(totals, total=773, **extra) -> Picture:
    points = [Point(START + timedelta(seconds=at), accepted, delivered) for at, accepted, delivered in totals]
    words = curve.Words(
        "Title", "Desc", "aanvaard", "afgeleverd", ("main", "second"), ("Tijd", "Aanvaard", "Afgeleverd")
    )
    return curve.curve("curve", points, total, words, SAID, **extra)


def strokes(picture: Picture, css: str) -> list[str]:
    return [mark.attrs["d"] for mark in picture.marks if mark.tag == "path" and mark.attrs["class"] == css]


def boxes(picture: Picture, *css: str) -> list[dict]:
    return [mark.attrs for mark in picture.marks if mark.tag == "rect" and mark.attrs["class"] in css]


def texts(picture: Picture, css: str | None) -> list:
    return [mark for mark in picture.marks if mark.tag == "text" and mark.attrs["class"] == css]


def dots(line: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in NUMBERS.findall(line)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def assert_inside(picture: Picture) -> None:
    """Nothing stands outside the picture, and every mark has a look on paper."""
    for mark in picture.marks:
        if mark.tag == "rect":
            x, y, width, height = (mark.attrs[name] for name in ("x", "y", "width", "height"))
            assert width >= 0 and height >= 0
            assert (
                x >= 0 and y >= 0 and x + width <= picture.width + 0.2 and y + height <= picture.height + 0.2
            )
        if mark.tag == "text":
            assert 0 <= mark.attrs["x"] <= picture.width and 0 <= mark.attrs["y"] <= picture.height
        if mark.tag != "text":
            assert mark.attrs["class"] in STYLES
    for mark in picture.marks:
        if mark.tag == "path" and mark.attrs["class"] in ("main", "second", "ahead"):
            assert all(
                0 <= number <= picture.width for number in map(float, NUMBERS.findall(mark.attrs["d"]))
            )


# ── Axes ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("top", "step"), [(1, 1), (4, 1), (5, 2), (9, 5), (240, 100), (773, 200), (20_000, 5000)]
)
def test_levels_are_round_and_at_most_four(top, step):
    assert nice_step(top, 4) == step


def test_eighty_one_stands_under_ninety_and_not_under_a_hundred_and_fifty():
    assert nice_step(81, 3, STEPS) == 30


@pytest.mark.parametrize(
    ("seconds", "step"),
    [(1, 1), (18, 5), (60, 15), (300, 60), (3600, 900), (86_400, 21_600), (864_000, 172_800)],
)
def test_moments_are_round_and_at_most_five_steps(seconds, step):
    assert time_step(seconds) == step


def test_moments_are_those_of_the_clocks_of_brussels():
    assert time_ticks(START, 300, DAY)[:2] == [(53, "02:46"), (113, "02:47")]
    assert time_ticks(START, 12, DAY)[0] == (3, "02:45:10")


def test_days_of_an_axis_are_those_of_the_language():
    moments = [START + timedelta(days=n) for n in range(4)]
    words = bars.Words("Title", "Desc", ("Ab", "Zahl"))
    picture = bars.bars("bars", words, moments, [1, 2, 3, 4], SAID, day=translator("de").gettext(DAY))
    assert [row[0] for row in picture.rows] == [
        "22.11. 02:45",
        "23.11. 02:45",
        "24.11. 02:45",
        "25.11. 02:45",
    ]
    assert ["23.11.", "24.11.", "25.11."] == [
        mark.text for mark in picture.marks if "11." in (mark.text or "")
    ]


@pytest.mark.parametrize(("lang", "said"), [("nl", "1.204"), ("en", "1,204"), ("de", "1.204")])
def test_numbers_are_written_as_the_language_does(lang, said):
    assert counted(lang)(1204) == said
    assert counted(lang)(-3) == "\u22123"


def test_a_wide_label_gets_room_before_the_field():
    assert left_of(["800"]) == 56 < left_of(["100.000"]) < left_of(["€ 1.200.000"])


# ── The delivery curve ──────────────────────────────────────────────────


def test_the_curve_of_the_design_keeps_its_levels_and_ends():
    picture = drawn(
        [(0, 0, 0), (18, 660, 112), (153, 709, 319)], until=START + timedelta(minutes=5), is_running=True
    )
    assert [mark.text for mark in texts(picture, "strong")] == ["709 aanvaard", "319 afgeleverd"]
    assert dots(strokes(picture, "main")[0])[0] == (left_of(["800"]), BASE)
    (now,) = strokes(picture, "now")
    assert dots(strokes(picture, "main")[0])[-1][0] == float(NUMBERS.findall(now)[0])
    assert picture.rows[-1][1:] == ["709", "319"]


def test_a_finished_campaign_has_no_line_of_now_and_its_figures_stay_inside():
    picture = drawn([(0, 0, 0), (153, 773, 773)])
    assert not strokes(picture, "now")
    assert [mark.attrs["text-anchor"] for mark in texts(picture, "strong")] == ["end", "end"]


def test_equal_totals_do_not_write_their_figures_over_each_other():
    for totals in ([(0, 0, 0), (60, 700, 700)], [(0, 0, 0), (60, 0, 0)]):
        for until in (None, START + timedelta(minutes=5)):
            upper, lower = (mark.attrs["y"] for mark in texts(drawn(totals, until=until), "strong"))
            assert lower - upper >= 18
            assert lower < BASE


def test_one_point_and_no_message_at_all_still_draw():
    picture = drawn([(0, 0, 0)], total=0)
    assert dots(strokes(picture, "main")[0]) == [(56, BASE)]
    assert strokes(picture, "grid")


def test_the_table_has_at_most_twelve_rows_with_both_ends():
    many = list(range(500))
    rows = curve.sampled(many)
    assert len(rows) == 12 and rows[0] == many[0] and rows[-1] == many[-1]


@given(
    st.lists(
        st.tuples(st.integers(0, 200_000), st.integers(0, 120_000), st.integers(0, 120_000)),
        min_size=1,
        max_size=300,
    ),
    st.integers(0, 600),
)
def test_every_curve_stays_inside_its_frame_and_never_goes_back(raw, more):
    times, accepted, delivered = (sorted(column) for column in zip(*raw, strict=True))
    totals = [(at, a, min(a, d)) for at, a, d in zip(times, accepted, delivered, strict=True)]
    picture = drawn(totals, total=accepted[-1], until=START + timedelta(seconds=times[-1] + more))
    assert_inside(picture)
    for line in (*strokes(picture, "main"), *strokes(picture, "second")):
        assert all(56 <= x <= RIGHT and TOP <= y <= BASE for x, y in dots(line))
        assert dots(line) == sorted(dots(line), key=lambda dot: (dot[0], -dot[1]))
        assert len(dots(line)) <= RIGHT - 56 + 1
    assert 1 <= len(strokes(picture, "grid")) <= 4
    assert picture.rows[-1][1:] == [SAID(accepted[-1]), SAID(totals[-1][2])]


# ── Bars ────────────────────────────────────────────────────────────────


def quarters(values, line=(), flags=(), **extra) -> Picture:
    moments = [START.replace(minute=0, second=0) + n * bars.QUARTER for n in range(len(values))]
    words = bars.Words("Title", "Desc", ("Van", "A", "B")[: 3 if line else 2])
    return bars.bars("bars", words, moments, values, SAID, line=line, flags=flags, **extra)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1, max_size=150))
def test_bars_stay_inside_as_long_as_their_numbers_and_their_table_says_the_same(pairs):
    values, line = ([pair[n] for pair in pairs] for n in (0, 1))
    picture = quarters(values, line)
    assert_inside(picture)
    heights = [box["height"] for box in boxes(picture, "bars")]
    assert len(heights) == len(values)
    assert [box for _value, box in sorted(zip(values, heights, strict=True))] == sorted(heights)
    assert [row[1:] for row in picture.rows] == [[SAID(a), SAID(b)] for a, b in pairs]
    assert len(boxes(picture, "short")) == sum(a > b for a, b in pairs)


def test_what_misses_is_drawn_from_the_line_to_the_top_of_the_bar():
    picture = quarters([10, 4], [6, 4])
    (short,) = boxes(picture, "short")
    whole = boxes(picture, "bars")[0]
    assert short["y"] == whole["y"] and short["height"] == pytest.approx(whole["height"] * 0.4, abs=0.2)


def test_an_alert_stands_where_it_was_sent_and_one_before_the_first_bar_at_the_edge():
    start = START.replace(minute=0, second=0)
    flags = [
        bars.Flag(start - timedelta(hours=1), "01:00"),
        bars.Flag(start + timedelta(minutes=30), "02:30"),
    ]
    picture = quarters([1] * 8, flags=flags)
    early, later = (dots(line.replace("V", " 0 "))[0][0] for line in strokes(picture, "alert"))
    left = boxes(picture, "bars")[0]["x"]
    assert early < left < later and later == pytest.approx(56 + 2 * 46, abs=0.1)
    heights = [mark.attrs["y"] for mark in texts(picture, "flag")]
    assert abs(heights[0] - heights[1]) >= 24  # on a phone the letters are 24 units high


def test_alerts_of_the_same_minutes_never_stand_over_each_others_words():
    start = START.replace(minute=0, second=0)
    flags = [bars.Flag(start + timedelta(minutes=n), f"00:0{n}", "message to 119 people") for n in range(6)]
    picture = quarters([1] * 8, flags=flags)
    heights = [mark.attrs["y"] for mark in texts(picture, "flag")]
    assert len(strokes(picture, "alert")) == 6 and len(heights) == len(set(heights)) == bars.FLAG_LINES


@pytest.mark.parametrize(("number", "some"), [(1, 1), (96, 1), (97, 2), (700, 8), (10_000, 105)])
def test_so_many_stretches_become_one_bar_that_they_can_be_told_apart(number, some):
    assert bars.together(number) == some


# ── Shares ──────────────────────────────────────────────────────────────

PARTS = st.tuples(*[st.integers(0, 100_000)] * 4).filter(any)


@given(st.lists(PARTS, min_size=1, max_size=12))
def test_the_parts_of_a_share_fill_its_bar_from_end_to_end(rows):
    css = ("got", "half", "missed", "rest")
    things = [shares.Share("Naam", "1 / 2", tuple(zip(css, row, strict=True))) for row in rows]
    picture = shares.shares("shares", "T", "D", things, [], ("A",), [["x"]])
    assert_inside(picture)
    for n, row in enumerate(rows):
        here = [box for box in boxes(picture, *css) if n * shares.ROW <= box["y"] < (n + 1) * shares.ROW]
        assert len(here) == sum(number > 0 for number in row)
        assert sum(box["width"] for box in here) == pytest.approx(picture.width, abs=0.5)
        assert [box["x"] for box in here] == sorted(box["x"] for box in here)


def test_each_kind_of_part_has_a_height_of_its_own_or_is_hollow_beside_its_colour():
    assert len({shares.HEIGHTS[css] for css in ("got", "half", "rest")}) == 3
    assert STYLES["missed"]["fill"] == "#ffffff" and "stroke" in STYLES["missed"]


# ── Credit ──────────────────────────────────────────────────────────────

DAYS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(-(10**7), 10**9)),
    min_size=1,
    max_size=60,
    unique_by=lambda one: one[0],
)
AHEAD = st.none() | st.tuples(st.integers(1, 365), st.integers(0, 10**9))


def credit(days, ahead=None) -> Picture:
    first = date(2026, 1, 1)
    words = balance.Words("T", "D", "op op", ("Dag", "Over"), ("over", "vooruit"))
    told = [(first + timedelta(days=on), amount) for on, amount in sorted(days)]
    forecast = ahead and (told[-1][0] + timedelta(days=ahead[0]), ahead[1])
    return balance.balance("credit", words, told, SAID, SAID, forecast=forecast)


@given(DAYS, AHEAD)
def test_credit_stays_inside_goes_forward_only_and_ends_with_what_is_left(days, ahead):
    picture = credit(days, ahead)
    assert_inside(picture)
    across = [float(x) for x in re.findall(r"[MH](-?[\d.]+)", strokes(picture, "main")[0])]
    assert across == sorted(across)
    assert SAID(max(days)[1]) in [row[1] for row in picture.rows]
    assert bool(strokes(picture, "ahead")) == bool(ahead)


def test_the_forecast_leads_to_the_day_on_which_nothing_is_left_and_says_it():
    picture = credit([(0, 500), (50, 250)], (50, 0))
    (line,) = strokes(picture, "ahead")
    assert dots(line)[-1] == (RIGHT, BASE)
    (flag,) = texts(picture, "flag")
    assert flag.text == "op op 11/04"


def test_below_nothing_has_its_own_levels_under_the_base():
    picture = credit([(0, 500), (50, -250)])
    assert any(mark.text.startswith("\u2212") for mark in picture.marks if mark.tag == "text")
    assert float(NUMBERS.findall(strokes(picture, "base")[0])[1]) < BASE


# ── On paper ────────────────────────────────────────────────────────────


def test_on_paper_stands_the_same_with_its_key_and_what_is_written_is_never_markup():
    key = [Key("got", "a & b"), Key("main", "<c>", True)] * 4
    things = [shares.Share('"<b>', "1 / 2", (("got", 1), ("missed", 1)))]
    picture = shares.shares("s", "T", "D.", things, key, ("A", "B"), [["x", "1"]])
    tree = ElementTree.fromstring(svg(picture))
    said = [node.text for node in tree.iter() if node.tag.endswith("text")]
    assert said[:1] == ['"<b>'] and said.count("<c>") == 4
    drawn = on_paper(picture)
    assert drawn["alt"] == "T. D." and drawn["rows"] == [["x", "1"]]
    assert float(tree.get("viewBox").split()[3]) > picture.height
    assert on_paper(None) is None
