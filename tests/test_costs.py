"""What an activation costs, to the mill, and the same by a second and slower way."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.centre import billing, costs, prices
from models import Agreement, Emergency, Presence, Quarter, ScaleUp, database
from tests import cast, reckoning, town
from tests.reckoning import activation, call, operators, present, scaled_up, second_opinion

MONDAY = datetime(2026, 11, 23, 9, 0)  # 10:00 in Brussels
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY, NIGHT, WEEKEND, MINIMUM = 11_125, 14_500, 16_333, 8


@pytest.fixture
def town_and_centre(app):
    return cast.municipality_and_centre()


@pytest.fixture
def agreement(town_and_centre):
    made = Agreement.get()
    reckoning.tariff(made)
    return made


@pytest.fixture
def emergency(agreement):
    return reckoning.emergency(agreement.centre, MONDAY)


def staff(reckoned: costs.Bill) -> list[tuple]:
    return [
        (line.what, line.desk, line.rate, line.number)
        for line in reckoned.lines
        if line.what not in ("activation", "telephone")
    ]


def test_an_operator_counts_for_each_quarter_hour_that_was_begun(emergency, agreement):
    activation(emergency, agreement, MONDAY)
    (one,) = operators(agreement.centre, 1)
    present(emergency, one, MONDAY + 7 * MINUTE, MONDAY + 4 * HOUR + 1 * MINUTE)
    reckoned = costs.bill(emergency, MONDAY + 5 * HOUR)
    assert staff(reckoned)[-1] == ("staff", "d5", "day", 17)  # 10:00 to 14:15


def test_coming_and_going_within_a_quarter_hour_counts_once_at_the_first_desk(emergency, agreement):
    activation(emergency, agreement, MONDAY)
    (one,) = operators(agreement.centre, 1)
    present(emergency, one, MONDAY, MONDAY + 3 * HOUR + 2 * MINUTE)
    present(emergency, one, MONDAY + 3 * HOUR + 5 * MINUTE, MONDAY + 3 * HOUR + 14 * MINUTE, "d2")
    reckoned = costs.bill(emergency, MONDAY + 4 * HOUR)
    assert ("staff", "d5", "day", 13) in staff(reckoned)
    assert not any(desk == "d2" for _what, desk, _rate, _number in staff(reckoned))


def test_who_comes_is_paid_the_minimum_and_a_pause_does_not_begin_it_anew(emergency, agreement):
    activation(emergency, agreement, MONDAY)
    short, paused = operators(agreement.centre, 2)
    present(emergency, short, MONDAY, MONDAY + 40 * MINUTE)
    present(emergency, paused, MONDAY, MONDAY + HOUR)
    present(emergency, paused, MONDAY + 2 * HOUR, MONDAY + 3 * HOUR)
    reckoned = costs.bill(emergency, MONDAY + 9 * HOUR)
    assert ("staff", "d5", "day", 3 + 8) in staff(reckoned)
    assert ("minimum", "d5", "day", 5) in staff(reckoned)


@pytest.mark.parametrize("away, lacking", [(105, 6), (120, 14)])
def test_who_comes_back_after_the_minimum_has_passed_is_paid_it_again(emergency, agreement, away, lacking):
    activation(emergency, agreement, MONDAY)
    (one,) = operators(agreement.centre, 1)
    back = MONDAY + (15 + away) * MINUTE
    present(emergency, one, MONDAY, MONDAY + 15 * MINUTE)
    present(emergency, one, back, back + 15 * MINUTE)
    reckoned = costs.bill(emergency, MONDAY + 9 * HOUR)
    assert ("minimum", "d5", "day", lacking) in staff(reckoned)


def test_a_number_that_closes_soon_is_paid_until_the_minimum_opening(emergency, agreement):
    activation(emergency, agreement, MONDAY, MONDAY + HOUR)
    for one in operators(agreement.centre, 3):
        present(emergency, one, MONDAY, MONDAY + HOUR)
    reckoned = costs.bill(emergency, MONDAY + HOUR)
    # Until 12:00 three are paid as their own minimum, so one more; until 14:00 all four of the agreement.
    assert staff(reckoned) == [
        ("minimum", "d5", "day", 12),
        ("opening", "d5", "day", 4 + 4 * 8),
        ("staff", "d5", "day", 12),
    ]


@pytest.mark.parametrize(
    "begins, hours, expected",
    [
        (datetime(2026, 10, 24, 22, 0), 4, {"weekend": 16}),  # the night in which 02:00 to 03:00 comes twice
        (datetime(2026, 3, 28, 23, 0), 4, {"weekend": 16}),  # and the one in which it never comes
        (datetime(2026, 10, 26, 5, 0), 4, {"night": 4, "day": 12}),  # 06:00 in winter time
        (datetime(2026, 3, 30, 4, 0), 4, {"night": 4, "day": 12}),  # 06:00 in summer time
        (datetime(2026, 11, 10, 22, 0), 4, {"night": 4, "holiday": 12}),
    ],
)
def test_the_rate_follows_the_clocks_of_brussels(emergency, agreement, begins, hours, expected):
    activation(emergency, agreement, begins)
    (one,) = operators(agreement.centre, 1)
    present(emergency, one, begins, begins + hours * HOUR)
    found = staff(costs.bill(emergency, begins + hours * HOUR))
    assert {rate: number for what, _desk, rate, number in found if what == "staff"} == expected


@pytest.mark.parametrize(
    "seconds, mills", [(0, 0), (1, 1), (60, 47), (90, 71), (638, 500), (639, 501), (3_600_000, 2_820_000)]
)
def test_only_talking_is_rounded_half_a_mill_upwards(agreement, seconds, mills):
    assert prices.read(prices.versions(agreement)[0]).talking(seconds) == mills


def test_the_exchange_goes_before_the_notes_of_the_operators(emergency, agreement):
    activation(emergency, agreement, MONDAY)
    (one,) = operators(agreement.centre, 1)
    call(emergency, one, MONDAY + 2 * MINUTE, 100)
    call(emergency, one, MONDAY + 16 * MINUTE, 200)
    Quarter.create(
        emergency=emergency,
        begins_at=MONDAY,
        offered=9,
        answered=8,
        abandoned=1,
        waited_seconds=60,
        talked_seconds=1_000,
        at=MONDAY,
    )
    reckoned = costs.bill(emergency, MONDAY + HOUR)
    assert [line.number for line in reckoned.lines if line.what == "telephone"] == [1_200]


def test_without_a_tariff_nothing_is_reckoned_and_nothing_is_made_up(town_and_centre):
    where = reckoning.emergency(town_and_centre[1], MONDAY)
    opened = activation(where, Agreement.get(), MONDAY)
    assert costs.bill(where, MONDAY + HOUR) is None
    assert costs.running(where, MONDAY + HOUR) is None
    assert costs.if_closed(where, MONDAY + HOUR) == []
    assert costs.operators_cost(opened, 6, MONDAY, MONDAY + HOUR) is None


def test_what_closing_later_would_cost_never_falls_and_names_the_hours_to_come(emergency, agreement):
    activation(emergency, agreement, MONDAY)
    for one in operators(agreement.centre, 4):
        present(emergency, one, MONDAY, None)
        call(emergency, one, MONDAY + 3 * HOUR - 10 * MINUTE, 900)
    now = MONDAY + 3 * HOUR
    expected = costs.if_closed(emergency, now)
    assert [at for at, _mills in expected] == [
        datetime(2026, 11, 23, 19),
        datetime(2026, 11, 23, 21),
        datetime(2026, 11, 24, 7),
    ]
    amounts = [costs.running(emergency, now), *(mills for _at, mills in expected)]
    assert all(before < after for before, after in pairwise(amounts))
    # Until 14:00 they are paid already, as the minimum opening; people talk 3,600 s an hour.
    assert amounts[1] - amounts[0] == 4 * 24 * DAY + 7 * 60 * 47
    assert len(costs.if_closed(emergency, datetime(2026, 11, 23, 20))) == 2


def test_closing_later_never_costs_less_than_closing_now_while_nobody_sits_there_yet(emergency, agreement):
    """Closed now, the minimum opening is paid for the agreed operators; open and empty, it would melt away."""
    activation(emergency, agreement, MONDAY)
    now = MONDAY + 10 * MINUTE
    owed = costs.running(emergency, now)
    later = [mills for _at, mills in costs.if_closed(emergency, now)]
    assert len(later) == 3 and owed > costs.bill(emergency, now + 9 * HOUR).mills
    assert [owed, *later] == sorted([owed, *later])


def test_more_operators_have_a_price_before_they_are_asked(emergency, agreement):
    opened = activation(emergency, agreement, MONDAY)
    assert costs.operators_cost(opened, 6, MONDAY, MONDAY + 3 * HOUR) == 6 * 12 * DAY
    assert costs.operators_cost(opened, 1, MONDAY, MONDAY + MINUTE) == MINIMUM * DAY
    assert costs.operators_cost(opened, 2, MONDAY + 9 * HOUR, MONDAY + 11 * HOUR) == 2 * (4 * DAY + 4 * NIGHT)


def test_a_scale_up_moves_the_costs_from_its_moment_on(emergency, agreement):
    opened = activation(emergency, agreement, MONDAY, MONDAY + 6 * HOUR)
    province = cast.organisation("Provincie Zavel", "province")
    (one,) = operators(agreement.centre, 1)
    present(emergency, one, MONDAY, MONDAY + 6 * HOUR)
    scaled_up(opened, province, MONDAY + 2 * HOUR + 7 * MINUTE)
    reckoned = costs.bill(emergency, MONDAY + 6 * HOUR)
    borne = {}
    for line, bearer, mills in reckoned.parts(opened):
        borne.setdefault(bearer.name, {})[line.what] = mills
    assert borne["Oosterzavel"] == {
        "activation": 250_000,
        "staff": 9 * DAY,
    }  # the quarter hour of 12:00 began before
    assert borne["Provincie Zavel"] == {"staff": 15 * DAY}


def test_a_scale_up_that_nobody_took_moves_nothing(emergency, agreement):
    opened = activation(emergency, agreement, MONDAY)
    province = cast.organisation("Provincie Zavel", "province")
    scaled_up(opened, province, MONDAY + HOUR)
    ScaleUp.update(taken_at=None, taken_by=None).execute()
    bearers = {bearer for _line, bearer, _mills in costs.bill(emergency, MONDAY + 3 * HOUR).parts(opened)}
    assert bearers == {opened.municipality}


def test_who_forgot_to_leave_is_paid_until_the_number_closed(emergency, agreement):
    activation(emergency, agreement, MONDAY, MONDAY + 5 * HOUR)
    Emergency.update(ended_at=MONDAY + 5 * HOUR).execute()
    (one,) = operators(agreement.centre, 1)
    present(emergency, one, MONDAY, None)
    assert staff(costs.bill(Emergency.get(), MONDAY + 50 * HOUR)) == [("staff", "d5", "day", 20)]


def test_municipalities_that_share_by_calls_pay_by_calls(town_and_centre, emergency, agreement):
    Agreement.get().annexes[0].delete_instance()
    reckoning.tariff(agreement, split="by_calls")
    second = reckoning.agreement(cast.organisation("Westerzavel", "municipality"), agreement.centre)
    parties = [activation(emergency, one, MONDAY) for one in (agreement, second)]
    (one,) = operators(agreement.centre, 1)
    present(emergency, one, MONDAY, MONDAY + 4 * HOUR)
    for n, about in enumerate([agreement.municipality] * 3 + [second.municipality, None]):
        call(emergency, one, MONDAY + n * MINUTE, None, about)
    reckoned = costs.bill(emergency, MONDAY + 4 * HOUR)
    assert [line.parts for line in reckoned.lines if line.what == "staff"] == [(133_500, 44_500)]
    assert sum(reckoned.of(party) for party in parties) == reckoned.mills


@given(st.integers(0, 10**9), st.lists(st.integers(0, 4_000), min_size=1, max_size=6).filter(any))
def test_the_parts_of_an_amount_are_the_amount_and_each_is_within_a_mill_of_its_weight(mills, weights):
    parts = billing.split(mills, weights)
    assert sum(parts) == mills
    assert all(abs(part - mills * w / sum(weights)) < 1 for part, w in zip(parts, weights, strict=True))


# ── A second computation ────────────────────────────────────────────────

minutes = st.integers(0, 60 * 50)
worlds = st.fixed_dictionaries(
    {
        "begins": st.sampled_from([MONDAY, datetime(2026, 10, 24, 12), datetime(2026, 11, 9, 17, 4), datetime(2026, 3, 27, 20)]),
        "split": st.sampled_from([*prices.SPLITS]),
        "least": st.sampled_from([("0", "0"), ("2", "4"), ("0,5", "1"), ("3", "0")]),
        "towns": st.lists(st.tuples(minutes, st.none() | minutes), min_size=1, max_size=3),
        "present": st.lists(st.tuples(st.integers(0, 3), minutes, st.integers(0, 600), st.sampled_from(["d5", "d2"])), max_size=10),
        "calls": st.lists(st.tuples(minutes, st.none() | st.integers(0, 900), st.integers(0, 3)), max_size=12),
        "exchange": st.dictionaries(st.integers(0, 200), st.integers(0, 9_000), max_size=6),
        "ups": st.lists(st.tuples(st.integers(0, 2), minutes), max_size=3),
        "until": minutes,
    }
)  # fmt: skip


class Undone(Exception):
    """The end of an example: nothing of it stays."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_a_second_computation_agrees_to_the_mill(agreement, world):
    with pytest.raises(Undone), database.atomic():
        emergency, annex, until = build(agreement, world)
        reckoned = costs.bill(emergency, until)
        assert reckoned.mills == sum(line.mills for line in reckoned.lines)
        assert all(sum(line.parts) == line.mills for line in reckoned.lines)
        owed = {}
        for one in emergency.activations:
            for _line, bearer, mills in reckoned.parts(one):
                owed[one.id, bearer.id] = owed.get((one.id, bearer.id), 0) + mills
        assert {key: mills for key, mills in owed.items() if mills} == second_opinion(emergency, annex, until)
        assert sum(owed.values()) == reckoned.mills
        raise Undone


def build(agreement, world) -> tuple:
    """An emergency as drawn: towns that open and close, people who come and go, calls, scale-ups."""
    begins, centre = world["begins"], agreement.centre
    agreement.annexes[0].delete_instance()
    least = dict(zip(("minimum_operator", "minimum_opening"), world["least"], strict=True))
    annex = reckoning.tariff(agreement, split=world["split"], **least)
    where = reckoning.emergency(centre, begins)
    province = cast.organisation("Provincie Zavel", "province")
    towns = [agreement] + [
        reckoning.agreement(cast.organisation(f"Dorp {n}", "municipality"), centre) for n in (1, 2)
    ]
    opened = [begins + n * MINUTE for n, _ in world["towns"]]
    opened[0] = begins
    asked = []
    for n, (_, length) in enumerate(world["towns"]):
        closed = opened[n] + length * MINUTE if length is not None else None
        asked.append(activation(where, towns[n], opened[n], closed, by=agreement_by(towns[n])))
        reckoning.tariff(towns[n], split=world["split"], **least) if n else None
    if all(one.is_over for one in asked):
        Emergency.update(ended_at=max(m.at for one in asked for m in one.milestones)).where(
            Emergency.id == where.id
        ).execute()
    people = operators(centre, 4)
    for who, at, length, desk in world["present"]:
        present(where, people[who], begins + at * MINUTE, begins + (at + length) * MINUTE, desk)
    for at, seconds, about in world["calls"]:
        place = towns[about].municipality if about < len(towns) else None
        call(where, people[0], begins + at * MINUTE, seconds, place)
    for n, talked in world["exchange"].items():
        at = billing._floor(begins) + n * 15 * MINUTE
        Quarter.create(
            emergency=where, begins_at=at, offered=1, answered=1, abandoned=0, waited_seconds=0,
            talked_seconds=talked, at=at,
        )  # fmt: skip
    for n, at in world["ups"]:
        if n < len(asked):
            scaled_up(asked[n], province, begins + at * MINUTE)
    until = max(opened) + world["until"] * MINUTE
    return Emergency.get_by_id(where.id), annex, until


def agreement_by(under):
    return town.user("authorised_person", under.municipality, email=f"wie{under.id}@dorp.example")


def test_three_days_with_forty_operators_are_reckoned_while_a_board_waits(emergency, agreement):
    activation(emergency, agreement, MONDAY)
    people = operators(agreement.centre, 40)
    shifts = [
        {"emergency": emergency, "operator": one, "from_at": MONDAY + n * 12 * HOUR, "until_at": MONDAY + (n * 12 + 8) * HOUR}
        for one in people
        for n in range(6)
    ]  # fmt: skip
    Presence.insert_many(shifts).execute()
    before = cast.clock.now()
    assert costs.running(emergency, MONDAY + 72 * HOUR) > 0
    assert (cast.clock.now() - before).total_seconds() < 1
