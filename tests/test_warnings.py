"""The promise runs out: who is told, when, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from dispatch import clock as dispatch_clock
from dispatch.centre import activation as centre
from dispatch.centre import clock, closing, telling, warnings
from models import Agreement, Audit, ClockWarning, Letter, Message, Organisation, database
from tests import cast
from tests.test_activation import FILLED

NIGHT = datetime(2026, 11, 22, 2, 1, 18)


def later(n):
    return NIGHT + timedelta(minutes=n)


@pytest.fixture
def scene(app):
    town, house = cast.municipality_and_centre()
    Organisation.update(phone="+32470112233").where(Organisation.id == house.id).execute()
    return {
        "town": town,
        "mayor": cast.user("authorised_person", town),
        "supervisor": cast.user("centre_supervisor", house),
    }


def requested(scene, is_practice=False, **fields):
    draft = centre.begin(scene["town"], by=scene["mayor"], now=NIGHT, is_practice=is_practice)
    draft = centre.write(draft, {**FILLED, **fields}, by=scene["mayor"], now=NIGHT)
    return centre.submit(draft, by=scene["mayor"], now=NIGHT, password_confirmed=True)


def told_at(minute, activation=None):
    """The addresses of what is posted when the warnings are looked at in this minute."""
    before = Message.select().count()
    warnings.warn(later(minute))
    return sorted(
        (m.channel, m.address) for m in Message.select().order_by(Message.id).offset(before).limit(99)
    )


CENTRE = [("email", "wacht@centre.example"), ("sms", "+32470112233")]
TOWN = [("email", "noodplanning@oosterzavel.example"), ("sms", "+32470003012")]


def test_the_centre_is_told_at_half_an_hour_and_the_town_too_from_three_quarters_on(scene):
    requested(scene)
    assert told_at(29) == []
    assert told_at(30) == CENTRE
    assert told_at(31) == []
    assert told_at(45) == sorted(CENTRE + TOWN)
    assert told_at(55) == sorted(CENTRE + TOWN)
    assert told_at(60) == sorted(CENTRE + TOWN)
    assert told_at(61) == told_at(600) == []
    assert [row.step for row in warnings.told(centre.seen_by(scene["mayor"]).get())] == list(clock.LEFT)
    assert Audit.select().where(Audit.deed == "activation.warned").count() == 4


def test_the_words_of_a_late_number_say_late(scene):
    requested(scene)
    told_at(60)
    subjects = [
        letter.subject + letter.body for letter in Letter.select().order_by(Letter.id.desc()).limit(4)
    ]
    assert all("04:01" in words for words in subjects)
    assert any("TE LAAT" in words or "TOO LATE" in words for words in subjects)


def test_after_an_hour_in_which_nobody_looked_only_the_last_step_is_told(scene):
    requested(scene)
    assert told_at(58) == sorted(CENTRE + TOWN)
    assert ClockWarning.select().count() == 3


@pytest.mark.parametrize("ending", ["open", "refuse"])
def test_a_promise_that_is_kept_or_refused_warns_nobody(scene, ending):
    activation, by = requested(scene), scene["supervisor"]
    if ending == "open":
        centre.open(activation, number="1771", opened_at=later(20), by=by, now=later(20))
    else:
        centre.refuse(activation, reason="Geen operatoren", by=by, now=later(20))
    assert told_at(30) == told_at(60) == []


def test_another_promise_warns_at_its_half_three_quarters_and_eleven_twelfths(scene):
    Agreement.update(promise_minutes=120).execute()
    requested(scene)
    assert [told_at(minute) != [] for minute in (59, 60, 89, 90, 109, 110, 119, 120)] == [False, True] * 4


def test_a_later_wanted_opening_counts_back_from_there(scene):
    requested(scene, arrangement="special", opening_hours="dag en nacht", wanted_open_at="07:00")
    # 07:00 in Brussels is 06:00 UTC: 238 min 42 s after the receipt
    assert told_at(205) == [] and told_at(209) == CENTRE


def test_an_exercise_warns_in_the_simulator_only(scene):
    requested(scene, is_practice=True)
    told_at(45)
    assert Message.select().where(~Message.is_practice).count() == 0
    assert all(
        letter.body.startswith(("EXERCISE", "OEFENING"))
        for letter in Letter.select().order_by(Letter.id.desc()).limit(4)
    )


def test_many_processes_that_look_at_once_tell_it_once(scene):
    requested(scene)
    before = Message.select().count()

    def look(_):
        with database.connection_context():
            return warnings.warn(later(30))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(look, range(16))) == 1
    assert Message.select().count() == before + 2


def test_a_death_between_the_row_and_the_letters_leaves_neither(scene, monkeypatch):
    requested(scene)

    def killed(*_args, **_facts):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(telling, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            warnings.warn(later(30))
    assert not ClockWarning.select().exists()
    assert told_at(31) == CENTRE


def test_a_number_that_is_asked_for_again_has_a_promise_and_warnings_of_its_own(scene):
    activation, by = requested(scene), scene["supervisor"]
    told_at(30)
    activation = centre.open(activation, number="1771", opened_at=later(31), by=by, now=later(31))
    activation = centre.close(activation, at=later(100), by=by, now=later(100))
    closing.reopen(activation, by=scene["mayor"], now=later(200), is_confirmed=True)
    assert told_at(229) == []
    assert told_at(230) == CENTRE


def test_the_scheduler_looks_at_the_promises(scene, app):
    jobs = app.extensions["jobs"]
    names = []
    jobs._every = lambda seconds, deed, name, **_: names.append((name, seconds, deed))
    jobs.scheduler.start, jobs.bounces.open = lambda: None, lambda: None
    jobs.start()
    ((seconds, look),) = [(seconds, deed) for name, seconds, deed in names if name == "promises"]
    assert seconds <= 15
    activation = requested(scene)
    activation.milestones.model.update(at=dispatch_clock.now() - timedelta(minutes=31)).execute()
    look()
    assert [row.step for row in warnings.told(activation)] == ["half"]


def test_without_a_mobile_number_of_the_centre_only_the_mail_goes(scene):
    Organisation.update(phone="+3216001122").where(Organisation.kind == "contact_centre").execute()
    requested(scene)
    assert told_at(30) == CENTRE[:1]
