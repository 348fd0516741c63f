"""Any order of deeds by both sides, with time passing: whatever is refused changes nothing, and the story stays whole."""

from datetime import datetime, timedelta

import hypothesis
import pytest
from hypothesis import strategies as st

from dispatch.centre import activation as centre
from dispatch.centre import (
    call_backs,
    closing,
    emergencies,
    handover,
    inquiries,
    moves,
    notices,
    scale_up,
    warnings,
)
from dispatch.errors import Refusal
from models import Activation, ClockWarning, Emergency, Message
from tests import cast, town
from tests.test_activation import FILLED

NIGHT = datetime(2026, 11, 22, 2, 1, 18)
GOVERNOR = {"name": "Ilse Baert", "phone": "0470 00 30 44", "email": ""}


def hour(at):
    return f"{at + timedelta(hours=1):%d/%m/%Y %H:%M}"


class Scene:
    """One activation, everybody who may touch it, and a clock that only goes on."""

    def __init__(self, people):
        self.people, self.now = people, NIGHT
        draft = centre.begin(people["town"], by=people["mayor"], now=NIGHT)
        draft = centre.write(draft, FILLED, by=people["mayor"], now=NIGHT)
        self.id = centre.submit(draft, by=people["mayor"], now=NIGHT, password_confirmed=True).id

    @property
    def activation(self):
        return Activation.get_by_id(self.id)

    def do(self, deed: str) -> None:
        one, now, people = self.activation, self.now, self.people
        decides = people["officer" if scale_up.bearer_at(one, now) == people["province"] else "mayor"]
        by = {"by": people["supervisor"], "now": now}
        sure = {"by": decides, "now": now, "is_confirmed": True}
        plan = closing.Typed((), hour(now + timedelta(hours=4)), "", "")
        deeds = {
            "acknowledge": lambda: centre.acknowledge(one, **by),
            "open": lambda: centre.open(one, number="1771", opened_at=now, **by),
            "refuse": lambda: centre.refuse(one, reason="Nee", **by),
            "close": lambda: centre.close(one, at=now, **by),
            "call back": lambda: call_backs.note(one, phone="0470003012", verdict="right", **by),
            "ask": lambda: inquiries.ask(one, "Waar?", **by),
            "answer": lambda: [
                inquiries.answer(asked, "Daar", by=decides, now=now) for asked in inquiries.of(one)
            ],
            "join": lambda: emergencies.join(one, people["other"], **by),
            "leave": lambda: emergencies.leave(one, **by),
            "read": lambda: [notices.read(one, notice, **by) for notice in notices.about(one)],
            "plan": lambda: closing.confirm(one, plan, **sure),
            "keep": lambda: closing.take_back(one, **sure),
            "reopen": lambda: closing.reopen(one, **sure),
            "give": lambda: scale_up.offer(
                [one],
                to=people["province"],
                from_at=now,
                reason="Fase",
                states=[handover.state(one, now)],
                **sure,
            ),
            "withdraw": lambda: scale_up.withdraw(one, by=decides, now=now),
            "take": lambda: handover.take(
                one, liaison=GOVERNOR, with_others=True, by=people["officer"], now=now, is_confirmed=True
            ),
            "warn": lambda: warnings.warn(now),
        }
        deeds[deed]()


DEEDS = [
    "acknowledge",
    "open",
    "refuse",
    "close",
    "call_back",
    "ask",
    "answer",
    "join",
    "leave",
    "read",
    "plan",
    "keep",
    "reopen",
    "give",
    "withdraw",
    "take",
    "warn",
]


@pytest.fixture
def people(app):
    where, house = cast.municipality_and_centre()
    province, _federal = cast.higher_authorities()
    return {
        "town": where,
        "mayor": cast.user("authorised_person", where),
        "supervisor": cast.user("centre_supervisor", house),
        "province": province,
        "officer": cast.user("liaison_officer", province),
        "other": Emergency.create(centre=house, name="Elders", is_practice=False, began_at=NIGHT),
    }


@pytest.mark.timeout(1200)  # of a busy machine
@hypothesis.settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
@hypothesis.given(
    st.lists(st.tuples(st.sampled_from(DEEDS), st.sampled_from([0, 7, 31, 500, 1500])), max_size=14)
)
@hypothesis.example(
    [
        (deed, 7)
        for deed in [
            "join",
            "open",
            "plan",
            "keep",
            "plan",
            "close",
            "reopen",
            "acknowledge",
            "open",
            "close",
        ]
    ]
)
@hypothesis.example(
    [
        (deed, 31)
        for deed in [
            "give",
            "take",
            "open",
            "ask",
            "answer",
            "plan",
            "read",
            "close",
            "reopen",
            "refuse",
            "reopen",
        ]
    ]
)
@hypothesis.example(
    [
        (deed, 7)
        for deed in [
            "warn",
            "warn",
            "join",
            "leave",
            "join",
            "warn",
            "give",
            "withdraw",
            "give",
            "open",
            "leave",
            "take",
        ]
    ]
)
def test_any_order_of_deeds_leaves_a_whole_story(people, steps):
    Emergency.update(ended_at=None).where(Emergency.id == people["other"].id).execute()
    scene = Scene(people)
    for deed, minutes in steps:
        scene.now += timedelta(minutes=minutes)
        before = town.kept()
        try:
            scene.do(deed.replace("_", " "))
        except Refusal:
            assert town.kept() == before, deed
        is_whole(scene.activation, scene.now)


def is_whole(activation, now):
    story = [one.status for one in centre.milestones(activation)]
    assert story[0] == "requested"
    opened = moves.openings(activation)
    assert all(begins <= ends for begins, ends in opened if ends)
    assert all(ends for _begins, ends in opened[:-1])
    is_open = bool(opened) and opened[-1].until_at is None
    assert is_open == (activation.status in ("open", "closing"))
    assert bool(closing.holding(activation)) >= (activation.status == "closing")
    running = centre.clock_of(activation, now)
    assert bool(running and running.is_running) == activation.awaits_opening
    shared = activation.emergency.activations  # those of earlier stories may share the other emergency too
    assert (activation.emergency.ended_at is not None) == all(one.is_over for one in shared)
    names = [house for at, house in scale_up.bearers(activation) if at <= now]
    assert scale_up.bearer_at(activation, now) == names[-1]
    steps = [
        (row.requested_at, row.step)
        for row in ClockWarning.select().where(ClockWarning.activation == activation)
    ]
    assert len(steps) == len(set(steps))
    assert not Message.select().where(Message.is_practice).exists()
