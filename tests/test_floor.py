"""The floor in what it reckons and refuses: trend, advice, languages, the alert, shifts, seats, the exchange."""

from datetime import timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.centre import (
    activation,
    advice,
    alerts,
    calls,
    emergencies,
    exchange,
    presence,
    quality,
    reinforcements,
    shifts,
    statistics,
)
from dispatch.centre import board as board_of
from dispatch.centre.alerts import Alert
from dispatch.centre.exchange import Counted
from dispatch.centre.statistics import QUARTER, Stretch
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from models import (
    Activation,
    Audit,
    Call,
    Campaign,
    Emergency,
    Milestone,
    Organisation,
    Presence,
    Quarter,
    ScaleUp,
)
from tests import cast, town, truth
from tests.cast import NOON

MINUTE = timedelta(minutes=1)


def quarters(*numbers: int) -> list[Stretch]:
    return [Stretch(NOON + n * QUARTER, number) for n, number in enumerate(numbers)]


@pytest.fixture
def desk(app):
    people, activations = town.contact_centre()
    asked = Activation.get_by_id(activations["requested"][0].id)
    activation.open(asked, number="1771", opened_at=NOON, by=people["centre_supervisor"], now=NOON)
    return people


@pytest.fixture
def emergency(desk):
    return Emergency.get()


# ── Trend and advice ────────────────────────────────────────────────────


def test_a_rise_is_carried_on_and_a_fall_is_not_trusted():
    end = NOON + 4 * QUARTER
    assert advice.expected(quarters(10, 20, 30, 40), end) == pytest.approx(200)
    assert advice.expected(quarters(40, 30, 20, 10), end) == pytest.approx(40)


def test_the_running_quarter_hour_counts_for_what_it_would_bring():
    rates = advice.rates(quarters(20, 10), NOON + QUARTER + 7.5 * MINUTE)
    assert rates == [80, 80]


def test_a_burst_in_the_first_minutes_is_seen_and_a_silent_first_minute_hides_nothing():
    assert advice.expected(quarters(0, 60), NOON + QUARTER + MINUTE) >= 240
    assert advice.expected(quarters(60, 0), NOON + QUARTER + MINUTE) >= 240


@given(st.lists(st.integers(0, 500), min_size=1, max_size=14), st.integers(0, 15))
def test_the_expectation_is_never_below_what_came_last(numbers, minutes):
    found = quarters(*numbers)
    now = found[-1].begins_at + minutes * MINUTE
    assert advice.expected(found, now) >= advice.rates(found, now)[-1] >= 0


def test_the_design_of_the_board_needs_twenty():
    assert advice.needed_in(quarters(81), 180, NOON + QUARTER) == [20]


def test_with_too_few_the_queue_grows_by_the_calls_that_nobody_can_answer():
    assert advice.queue_after(14, 324, 180, QUARTER) == round((324 - 280) / 4)
    assert advice.queue_after(20, 324, 180, QUARTER) == 0


def test_the_advice_says_what_happens_if_nothing_changes(emergency, desk):
    Call.insert_many(
        [{"emergency": emergency, "operator": desk["operator"], "at": NOON, "kind": "d5"}] * 20
    ).execute()
    now = NOON + QUARTER - MINUTE
    for number in range(4):
        who = town.user("operator", emergency.centre, email=f"o{number}@c.example")
        presence.enter(emergency, who, desk="d5", languages=["nl"], by=desk["centre_supervisor"], now=NOON)
    shown = board_of.of(emergency, now).advice
    assert (shown.present, shown.needed, shown.short, shown.grows) == (4, 7, 3, True)
    assert shown.wait_seconds == inf and shown.in_time == 0


def test_a_number_that_nobody_answers_has_not_enough_operators_though_no_call_is_expected(emergency, desk):
    shown = board_of.of(emergency, NOON + MINUTE).advice
    assert (shown.present, shown.needed, shown.short) == (0, 1, 1)
    assert shown.in_time == 0 and shown.wait_seconds == inf
    presence.enter(
        emergency, desk["operator"], desk="d5", languages=["nl"], by=desk["centre_supervisor"], now=NOON
    )
    shown = board_of.of(emergency, NOON + MINUTE).advice
    assert (shown.short, shown.in_time) == (0, 1)
    Emergency.update(ended_at=NOON + MINUTE).where(Emergency.id == emergency.id).execute()
    Presence.update(until_at=NOON + MINUTE).execute()
    assert board_of.of(Emergency.get_by_id(emergency.id), NOON + 2 * MINUTE).advice.short == 0


def test_whoever_sits_at_the_d2_desk_answers_no_call_that_comes_in(emergency, desk):
    sit(emergency, desk["operator"], desk="d2")
    shown = board_of.of(emergency, NOON + MINUTE)
    assert (shown.advice.present, shown.advice.short, shown.advice.in_time) == (0, 1, 0)
    assert shown.there == [0] and not any(one.present for one in shown.languages)
    assert shown.desks == {"d5": 0, "d2": 1} and len(shown.seats) == 1


def test_each_language_needs_its_own_part():
    given_ = advice.Advice(324, 180, True, 20, 14, NOON, 0.5, 10, 0)
    found = {one.language: one for one in advice.needs({"nl": 75, "fr": 25}, given_, {"nl": 12, "fr": 5})}
    assert (found["nl"].needed, found["fr"].needed, found["de"].needed) == (16, 7, 0)
    assert (found["nl"].difference, found["fr"].difference) == (-4, -2)


# ── The alert and the calls ─────────────────────────────────────────────

DESIGN = (12, 31, 44, 52, 61, 74, 68, 41, 33, 30)


def test_the_sentence_of_the_design(app):
    """05:20 falls in the seventh quarter hour: 74 before it, 33 in the third from there."""
    sent = Alert(NOON + 6 * QUARTER + 5 * MINUTE, 396)
    said = str(alerts.effect(sent, quarters(*DESIGN), NOON + 9 * QUARTER))
    assert said == "After the message of 13:35 the calls halved: from 74 to 33 in 45 minutes."


@pytest.mark.parametrize(
    "before, after, words",
    [
        (100, 100, "as many"),
        (100, 50, "halved"),
        (100, 20, "fell by 80 %"),
        (100, 70, "fell by 30 %"),
        (40, 60, "rose by 50 %"),
        (3, 1, "Too few"),
    ],
)
def test_what_the_calls_did_is_said_as_it_was(before, after, words):
    found = quarters(before, before, after, after)
    assert words in str(alerts.effect(Alert(NOON + QUARTER, 1), found, NOON + 5 * QUARTER))


def test_before_a_whole_quarter_hour_has_gone_nothing_is_claimed():
    found = quarters(50, 50, 5)
    said = str(alerts.effect(Alert(NOON + QUARTER, 1), found, NOON + 2 * QUARTER + MINUTE))
    assert "can be said at 12:45" in said


def test_only_messages_of_the_own_zone_and_mood_stand_on_the_axis(emergency):
    zone, other = cast.organisation("Zavel"), cast.organisation("Heuvel")
    author = town.user("sender", zone)
    Organisation.update(parent=zone).where(Organisation.kind == "municipality").execute()
    facts = {
        "author": author,
        "launched_at": NOON + MINUTE,
        "status": "done",
        "created_at": NOON,
        "changed_at": NOON,
    }
    for where, kind, is_practice, people in (
        (zone, "warning", False, 396),
        (zone, "news", False, 1),
        (zone, "warning", True, 2),
        (other, "warning", False, 3),
    ):
        Campaign.create(organisation=where, kind=kind, is_practice=is_practice, people=people, **facts)
    assert [one.people for one in alerts.during(emergency, NOON, NOON + QUARTER)] == [396]


# ── Seats and shifts ────────────────────────────────────────────────────


def test_an_operator_sits_in_one_place_at_a_time(emergency, desk):
    who = desk["operator"]
    presence.enter(emergency, who, desk="d5", languages=["nl"], by=who, now=NOON)
    with pytest.raises(WrongMoment):
        presence.enter(emergency, who, desk="d5", languages=["nl"], by=who, now=NOON + MINUTE)
    presence.enter(emergency, who, desk="d2", languages=["fr", "nl"], by=who, now=NOON + 2 * MINUTE)
    rows = [(row.desk, row.languages, row.until_at) for row in Presence.select().order_by(Presence.id)]
    assert rows == [("d5", ["nl"], NOON + 2 * MINUTE), ("d2", ["nl", "fr"], None)]
    deeds = [row.deed for row in Audit.select().where(Audit.deed.startswith("operator."))]
    assert deeds == ["operator.entered", "operator.entered"]


def an_exercise(emergency) -> Emergency:
    return Emergency.create(centre=emergency.centre, name="Oefening", is_practice=True, began_at=NOON)


def sit(emergency, who, desk="d5", by=None, now=NOON) -> Presence:
    return presence.enter(emergency, who, desk=desk, languages=["nl"], by=by or who, now=now)


def test_an_exercise_takes_nobody_from_a_real_telephone(emergency, desk):
    who, exercise = desk["operator"], an_exercise(emergency)
    seat = sit(emergency, who)
    for by in (who, desk["centre_supervisor"]):
        with pytest.raises(WrongMoment) as refusal:
            sit(exercise, who, by=by, now=NOON + MINUTE)
        assert emergency.name in str(refusal.value.sentence)
    assert presence.seat_of(who) == seat
    presence.leave(emergency, who, by=who, now=NOON + MINUTE)
    sit(exercise, who, now=NOON + MINUTE)
    sit(emergency, who, now=NOON + 2 * MINUTE)  # and the real telephone takes them from the exercise at once
    assert [one.operator for one in presence.present(emergency)] == [who]
    assert not presence.present(exercise)


def test_a_seat_ends_with_its_emergency(emergency, desk):
    early, late = desk["operator"], desk["centre_supervisor"]
    running = Activation.get(Activation.emergency == emergency.id)
    end = NOON + QUARTER
    sit(emergency, early)
    sit(emergency, late, now=end + MINUTE)  # the closing is noted only afterwards
    activation.close(running, at=end, by=late, now=end + 2 * MINUTE)
    assert [row.until_at for row in Presence.select().order_by(Presence.id)] == [end, end + MINUTE]
    assert presence.seat_of(early) is None and presence.seat_of(late) is None


def test_what_several_towns_share_ends_when_the_last_number_closed_in_whatever_order_it_is_noted(
    emergency, desk
):
    by, (there, _) = desk["centre_supervisor"], truth.neighbour(emergency)
    first, other = emergency.activations.order_by(Activation.id)
    Milestone.create(activation=other, status="open", at=NOON, recorded_at=NOON, by=by)
    sit(emergency, desk["operator"])
    activation.close(first, at=NOON + QUARTER, by=by, now=NOON + QUARTER)
    activation.close(other, at=NOON + MINUTE, by=by, now=NOON + 2 * QUARTER)
    assert Emergency.get().ended_at == Presence.get().until_at == NOON + QUARTER
    assert other.municipality == there


def test_a_seat_that_outlived_its_emergency_holds_nobody(emergency, desk):
    who, exercise = desk["operator"], an_exercise(emergency)
    sit(exercise, who)
    Emergency.update(ended_at=NOON + MINUTE).where(Emergency.id == exercise.id).execute()
    assert presence.seat_of(who) is None and not presence.present(exercise)
    sit(emergency, who, now=NOON + QUARTER)
    emergencies.resume(exercise)
    assert presence.seat_of(who).emergency == emergency and not presence.present(exercise)


def test_the_average_of_a_quarter_hour_counts_who_came_halfway_for_half(emergency, desk):
    who = desk["operator"]
    presence.enter(emergency, who, desk="d5", languages=["nl"], by=who, now=NOON + 7.5 * MINUTE)
    presence.leave(emergency, who, by=who, now=NOON + QUARTER)
    facts = {"length": QUARTER, "now": NOON + 2 * QUARTER}
    assert presence.numbers(emergency, [NOON, NOON + QUARTER], desk="d5", **facts) == [0.5, 0.0]
    assert presence.numbers(emergency, [NOON, NOON + QUARTER], desk="d2", **facts) == [0.0, 0.0]


def test_strangers_sit_nowhere_and_a_reader_takes_no_calls(emergency, desk):
    stranger = town.user("operator", cast.organisation("Vreemd", "contact_centre"))
    for who, by in ((stranger, stranger), (desk["centre reader"], desk["centre_supervisor"])):
        with pytest.raises(NotAllowed):
            presence.enter(emergency, who, desk="d5", languages=["nl"], by=by, now=NOON)


def test_shifts_overlap_and_their_next_change_is_known(emergency, desk):
    facts = {"desk": "d5", "languages": ["nl"], "by": desk["centre_supervisor"], "now": NOON}
    hour = timedelta(hours=1)
    first = shifts.plan(emergency, begins_at=NOON, ends_at=NOON + 8 * hour, operators=14, **facts)
    shifts.plan(emergency, begins_at=NOON + 7 * hour, ends_at=NOON + 15 * hour, operators=10, **facts)
    planned = shifts.planned(emergency, NOON)
    assert [shifts.number_at(planned, NOON + n * hour) for n in (0, 7, 8, 15)] == [14, 24, 10, 0]
    assert shifts.next_change(planned, NOON) == NOON + 7 * hour
    shifts.withdraw(first, by=desk["centre_supervisor"], now=NOON)
    with pytest.raises(WrongMoment):
        shifts.withdraw(first, by=desk["centre_supervisor"], now=NOON)
    with pytest.raises(Incomplete):
        shifts.plan(emergency, begins_at=NOON, ends_at=NOON + 15 * hour, operators=1, **facts)


# ── Calls ───────────────────────────────────────────────────────────────


def test_at_the_d2_desk_a_topic_stays_one_and_a_call_of_relatives_stays_there(emergency):
    noted = calls.read(emergency, {"code": "3", "place": "Dorp"}, language="fr", desk="d2")
    assert (noted.kind, noted.topic, noted.place, noted.language) == ("d5", "shelter", "Dorp", "fr")
    noted = calls.read(emergency, {"code": "r", "place": "Dorp"}, language="fr", desk="d2")
    assert (noted.kind, noted.topic, noted.place, noted.handed_to) == ("d2", "", "", "")


def test_figures_are_those_of_the_rows(emergency, desk):
    made = [
        calls.Noted("d5", "water", "nl", "Markt"),
        calls.Noted("d5", "water", "fr", "Markt"),
        calls.Noted("d2", "", "nl", "", None, "d2_desk"),
        calls.Noted("silent"),
    ]
    for number, one in enumerate(made):
        calls.note(emergency, one, by=desk["operator"], now=NOON + number * 10 * MINUTE)
    assert statistics.by_topic(emergency) == [("water", 2)]
    assert statistics.by_place(emergency) == [("Markt", 2)]
    assert statistics.by_language(emergency) == {"nl": 3, "fr": 1}
    assert statistics.handed(emergency) == {"d2_desk": 1}
    found = statistics.stretches(emergency, NOON, NOON + 30 * MINUTE)
    assert [one.calls for one in found] == [2, 1, 1]
    assert sum(number for _, _, number in statistics.per_quarter(emergency, NOON, NOON + 60 * MINUTE)) == 4


def test_a_call_is_taken_back_by_its_operator_only_and_soon(emergency, desk):
    call = calls.note(emergency, calls.Noted("d5"), by=desk["operator"], now=NOON)
    with pytest.raises(WrongMoment):
        calls.undo(emergency, call.id, by=desk["centre_supervisor"], now=NOON)
    with pytest.raises(WrongMoment):
        calls.undo(emergency, call.id, by=desk["operator"], now=NOON + 11 * MINUTE)
    calls.undo(emergency, call.id, by=desk["operator"], now=NOON + 9 * MINUTE)
    row = Audit.get(Audit.deed == "call.undone")
    assert (row.facts, Call.select().count()) == ({"call": call.id, "kind": "d5"}, 0)


# ── The exchange ────────────────────────────────────────────────────────

TITLES = "Interval,Offered,Answered,Abandoned,Within 20 s,Waiting time,Talking time\n"


def test_what_was_brought_again_changes_nothing_and_another_figure_replaces(emergency, desk):
    by = desk["centre_supervisor"]
    one = Counted(NOON, 81, 75, 6, 3900, 13500, 53, 38)
    facts = {"source": "x", "by": by, "now": NOON + QUARTER}
    assert exchange.bring(emergency, [one], **facts) == exchange.Arrival(1, 0, 0)
    pulse = Emergency.get().pulse
    assert exchange.bring(emergency, [one], **facts) == exchange.Arrival(0, 0, 1)
    assert Emergency.get().pulse == pulse
    more = Counted(NOON, 90, 80, 10, 4000, 14000)
    assert exchange.bring(emergency, [one, more], **facts) == exchange.Arrival(0, 1, 0)
    assert (Quarter.get().offered, Quarter.get().in_time) == (90, None)


@pytest.mark.parametrize(
    "wrong",
    [
        Counted(NOON + MINUTE, 1, 1, 0, 0, 0),
        Counted(NOON, 1, 1, 1, 0, 0),
        Counted(NOON, 5, 2, 0, 0, 0, in_time=3),
        Counted(NOON + timedelta(hours=3), 1, 1, 0, 0, 0),
        Counted(NOON - timedelta(days=3), 1, 1, 0, 0, 0),
    ],
)
def test_what_cannot_be_is_refused_with_its_row_and_nothing_of_the_rest_is_kept(emergency, desk, wrong):
    right = Counted(NOON, 1, 1, 0, 0, 0)
    with pytest.raises(Incomplete) as refused:
        exchange.bring(
            emergency, [right, wrong], source="x", by=desk["centre_supervisor"], now=NOON + QUARTER
        )
    assert list(refused.value.faults) == ["quarters.1"] and not Quarter.select().exists()


def test_a_file_is_read_on_the_clocks_of_brussels():
    content = (TITLES + "2026-11-23 12:00,81,75,6,53,3900,3:45:00\n").encode()
    assert exchange.read(content, "a.csv") == ([Counted(NOON, 81, 75, 6, 3900, 13500, 53)], [])


def test_in_the_night_that_the_clocks_go_back_an_hour_is_counted_twice():
    rows = [f"2026-10-25 02:{minute},9,9,0,9,9,9" for minute in ("00", "15", "30", "45")] * 2
    found, faults = exchange.read((TITLES + "\n".join(rows)).encode(), "a.csv")
    begins = [one.begins_at for one in found]
    assert faults == [] and begins == [begins[0] + n * QUARTER for n in range(8)]


def test_a_mean_is_multiplied_by_the_answered_calls():
    titles = "Begin;Aangeboden;Beantwoord;Opgehangen;Gemiddelde wachttijd;Gemiddelde gesprekstijd\n"
    (found,), _ = exchange.read((titles + "23/11/2026 12:00;10;8;2;0:30;3:00").encode(), "a.csv")
    assert (found.waited_seconds, found.talked_seconds) == (240, 1440)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(content):
    try:
        exchange.read(content, "x.csv")
    except Refusal:
        pass


# ── Who pays for more ───────────────────────────────────────────────────


def test_after_a_scale_up_the_authority_answers_and_the_town_does_not(emergency, desk):
    province = cast.organisation("Provincie", "province")
    officer = town.user("liaison_officer", province)
    running = Activation.get(Activation.emergency == emergency.id)
    by = desk["centre_supervisor"]
    asked = reinforcements.ask(
        emergency, operators=6, until_at=NOON + timedelta(hours=4), reason="", by=by, now=NOON
    )
    with pytest.raises(WrongMoment):
        reinforcements.ask(emergency, operators=6, until_at=NOON + 9 * QUARTER, reason="", by=by, now=NOON)
    assert reinforcements.may_decide(desk["authorised_person"], asked, NOON)
    ScaleUp.create(
        activation=running,
        phase="provincial",
        authority=province,
        from_at=NOON,
        given_by=desk["authorised_person"],
        given_at=NOON,
        taken_by=officer,
        taken_at=NOON,
    )
    with pytest.raises(NotAllowed):
        reinforcements.decide(asked, is_agreed=True, answer="", by=desk["authorised_person"], now=NOON)
    with pytest.raises(Incomplete):  # the centre has to know why
        reinforcements.decide(asked, is_agreed=False, answer=" ", by=officer, now=NOON)
    reinforcements.decide(asked, is_agreed=True, answer="Ja", by=officer, now=NOON)
    assert reinforcements.agreed_at(emergency, NOON) == 6
    with pytest.raises(WrongMoment):
        reinforcements.decide(asked, is_agreed=False, answer="Te duur", by=officer, now=NOON)
    deeds = [row.deed for row in Audit.select().where(Audit.deed.startswith("reinforcement."))]
    assert deeds == ["reinforcement.asked", "reinforcement.agreed"]


# ── Quality ─────────────────────────────────────────────────────────────


def test_the_trend_adds_up_hour_by_hour_and_says_whom_nobody_listened_to(emergency, desk):
    who, by = desk["operator"], desk["centre_supervisor"]
    presence.enter(emergency, who, desk="d5", languages=["nl"], by=who, now=NOON)
    hour = timedelta(hours=1)
    assert quality.unheard(emergency, NOON + hour) == [who]
    facts = {"remark": "", "finding": "", "language": "nl", "by": by}
    for at, answers in (
        (NOON, {"greeting": "yes", "sheet": "no"}),
        (NOON + hour, {"greeting": "yes", "clear": ""}),
    ):
        quality.keep(emergency, who, answers=answers, now=at, **facts)
    assert [(one.samples, one.good, one.asked) for one in quality.trend(emergency)] == [(1, 1, 2), (1, 1, 1)]
    assert quality.by_aspect(emergency)["greeting"] == (2, 2)
    assert quality.unheard(emergency, NOON + 1.5 * hour) == []


# ── The board ───────────────────────────────────────────────────────────


def test_the_version_changes_with_each_deed_and_not_without_one(emergency, desk):
    before = board_of.version(emergency, NOON)
    assert board_of.version(emergency, NOON) == before
    calls.note(emergency, calls.Noted("d5"), by=desk["operator"], now=NOON)
    after = board_of.version(emergency, NOON)
    assert after != before
    presence.enter(emergency, desk["operator"], desk="d5", languages=["nl"], by=desk["operator"], now=NOON)
    assert board_of.version(emergency, NOON) != after
