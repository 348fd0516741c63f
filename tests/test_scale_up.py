"""A higher authority takes over: who carries an activation at which moment, and what both sides signed."""

from datetime import datetime, timedelta
from io import BytesIO

import hypothesis
import pytest
from hypothesis import strategies as st
from pypdf import PdfReader

from dispatch.centre import activation as centre
from dispatch.centre import (
    announcements,
    closing,
    emergencies,
    handover,
    inquiries,
    scale_up,
    sheet,
    warnings,
)
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.rights import sees_activation
from models import Activation, Audit, Message, Notice, ScaleUp
from tests import cast
from tests.test_activation import FILLED

NIGHT = datetime(2026, 11, 22, 2, 1, 18)  # 03:01 in Brussels
GOVERNOR = {"name": "Ilse Baert", "phone": "0470 00 30 44", "email": "ilse.baert@zavelland.example"}


def later(n):
    return NIGHT + timedelta(minutes=n)


def words_of(document):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(bytes(document.content))).pages)


def requested(town, by, now=NIGHT, **facts):
    draft = centre.begin(town, by=by, now=now, **facts)
    draft = centre.write(draft, FILLED, by=by, now=now)
    return centre.submit(draft, by=by, now=now, password_confirmed=True)


class Scene:
    """Two towns with an open number in one emergency, their centre, a province and the federal service."""

    def __init__(self):
        self.town, self.house = cast.municipality_and_centre()
        self.second = cast.another_town("Westerzavel", self.house)
        self.province, self.federal = cast.higher_authorities()
        self.mayor = cast.user("authorised_person", self.town, name="Aïcha Benali")
        self.other_mayor = cast.user("authorised_person", self.second)
        self.supervisor = cast.user("centre_supervisor", self.house)
        self.officer = cast.user("liaison_officer", self.province, name="Ilse Baert")
        self.reader = cast.user("reader", self.province)
        self.minister = cast.user("organisation_admin", self.federal, name="Nand Stevens")
        first, other = requested(self.town, self.mayor), requested(self.second, self.other_mayor)
        emergencies.join(other, first.emergency, by=self.supervisor, now=later(1))
        self.first, self.other = (
            centre.open(
                Activation.get_by_id(one.id),
                number="1771",
                opened_at=later(30),
                by=self.supervisor,
                now=later(30),
            )
            for one in (first, other)
        )

    def give(self, *activations, to=None, by=None, from_at=None, now=None, **facts):
        activations, now = list(activations or [self.first]), now or later(100)
        facts = {"reason": "De gouverneur kondigde de provinciale fase af.", "is_confirmed": True} | facts
        return scale_up.offer(
            activations,
            to=to or self.province,
            from_at=from_at or now,
            states=[handover.state(one, now) for one in activations],
            by=by or self.mayor,
            now=now,
            **facts,
        )

    def take(self, activation=None, *, by=None, now=None, **facts):
        facts = {"liaison": GOVERNOR, "with_others": False, "is_confirmed": True} | facts
        return handover.take(activation or self.first, by=by or self.officer, now=now or later(110), **facts)


@pytest.fixture
def scene(app):
    return Scene()


def test_before_any_scale_up_the_municipality_carries_everything(scene):
    assert scale_up.bearers(scene.first) == [(NIGHT, scene.town)]
    assert scale_up.bearer_at(scene.first, later(500)) == scene.town
    assert scale_up.phase_at(scene.first, later(500)) == "municipal"


def test_an_offer_alone_moves_nothing_and_the_taking_moves_control_from_the_moment_both_signed(scene):
    scene.give(from_at=later(95))
    assert scale_up.bearer_at(scene.first, later(105)) == scene.town
    scene.take()
    assert scale_up.bearers(scene.first) == [(NIGHT, scene.town), (later(95), scene.province)]
    assert scale_up.bearer_at(scene.first, later(94)) == scene.town
    assert scale_up.bearer_at(scene.first, later(95)) == scene.province
    assert scale_up.phase_at(scene.first, later(95)) == "provincial"
    assert scale_up.liaison_at(scene.first, later(95))["name"] == "Ilse Baert"
    assert scale_up.liaison_at(scene.first, later(94))["name"] == "Aïcha Benali"


def test_from_the_municipality_to_the_province_to_the_federal_service(scene):
    scene.give()
    scene.take()
    scene.give(to=scene.federal, by=scene.officer, now=later(200))
    scene.take(by=scene.minister, now=later(201))
    assert [house for _at, house in scale_up.bearers(scene.first)] == [
        scene.town,
        scene.province,
        scene.federal,
    ]
    assert scale_up.phase_at(scene.first, later(201)) == "federal"


def test_a_scale_up_goes_up_and_never_sideways_or_down(scene):
    scene.give()
    scene.take()
    assert scale_up.authorities(scene.first, later(111)) == [scene.federal]
    for to in (scene.province, scene.town, scene.house):
        with pytest.raises(Incomplete) as refused:
            scene.give(to=to, by=scene.officer, now=later(120))
        assert "authority" in refused.value.faults


def test_after_the_taking_the_town_watches_and_the_authority_decides(scene):
    scene.give()
    scene.take()
    plan = closing.Typed(phases=(), closes_at="09:00", redirect="", greeting="")
    now = later(120)
    with pytest.raises(NotAllowed):
        closing.confirm(scene.first, plan, by=scene.mayor, now=now, is_confirmed=True)
    with pytest.raises(NotAllowed):
        scene.give(to=scene.federal, now=now)
    assert sees_activation(scene.mayor, scene.first)
    closing.confirm(scene.first, plan, by=scene.officer, now=now, is_confirmed=True)
    assert Activation.get_by_id(scene.first.id).status == "closing"


def test_what_callers_are_told_is_decided_by_whoever_carries_the_emergency(scene):
    emergency = scene.first.emergency
    scene.give()
    now = later(120)
    assert sheet.may_change(scene.mayor, emergency, now) and not sheet.may_change(
        scene.officer, emergency, now
    )
    scene.take()
    assert sheet.may_change(scene.officer, emergency, now) and not sheet.may_change(
        scene.mayor, emergency, now
    )
    with pytest.raises(NotAllowed):
        announcements.write(emergency, "greeting", {"nl": "Welkom"}, version=0, by=scene.mayor, now=now)
    announcements.write(emergency, "greeting", {"nl": "Welkom"}, version=0, by=scene.officer, now=now)


def test_questions_of_the_centre_go_to_the_authority_from_then_on(scene):
    scene.give()
    scene.take()
    asked = inquiries.ask(scene.first, "Waar slapen de mensen?", by=scene.supervisor, now=later(120))
    to = {mail.address for mail in Message.select().order_by(Message.id.desc()).limit(3)}
    assert {"ilse.baert@zavelland.example", "+32470003044"} <= to
    with pytest.raises(NotAllowed):
        inquiries.answer(asked, "In de hal", by=scene.mayor, now=later(121))
    inquiries.answer(asked, "In de hal", by=scene.officer, now=later(121))


def test_a_warning_that_the_promise_runs_out_gives_the_number_of_the_officer_of_now(scene):
    asked = requested(scene.town, scene.mayor, now=later(90))
    scene.give(asked)
    scene.take(asked)
    warnings.warn(later(90 + 31))
    told = [one.letter.body for one in Message.select().where(Message.channel == "email")]
    assert GOVERNOR["phone"] in told[-1]


def test_all_activations_of_an_emergency_are_taken_at_once_with_one_record(scene):
    scene.give()
    scene.give(scene.other, by=scene.other_mayor)
    taken = scene.take(with_others=True)
    assert {one.activation for one in taken} == {scene.first, scene.other}
    assert len({one.document_id for one in taken}) == 1
    words = words_of(taken[0].document)
    for giver in (scene.mayor, scene.other_mayor):
        assert words.count(giver.name) >= 2, "named, and signed"
    assert {scale_up.bearer_at(one, later(110)) for one in (scene.first, scene.other)} == {scene.province}
    assert scale_up.reach(scene.first, scene.officer, later(120)) == [scene.first, scene.other]
    scene.give(scene.first, scene.other, to=scene.federal, by=scene.officer, now=later(130))
    assert len(scene.take(by=scene.minister, with_others=True, now=later(131))) == 2


def test_a_town_gives_only_its_own(scene):
    assert scale_up.reach(scene.first, scene.mayor, later(100)) == [scene.first]
    with pytest.raises(NotAllowed):
        scene.give(scene.first, scene.other)
    assert not ScaleUp.select().exists()


def test_the_record_says_how_things_stood_and_who_signed_when(scene):
    (offer,) = scene.give()
    inquiries.ask(scene.first, "Waar?", by=scene.supervisor, now=later(105))
    (taken,) = scene.take()
    assert taken.handover["state"]["open_questions"] == 0
    assert taken.handover["taken"]["open_questions"] == 1
    words = words_of(taken.document)
    for said in (
        "Oosterzavel",
        "Provincie Zavelland",
        "1771",
        "Aïcha Benali",
        "Ilse Baert",
        "04:41",
        "04:51",
    ):
        assert said in words, said
    assert Audit.get(Audit.deed == "activation.taken").subject == f"activation:{scene.first.id}"
    assert Audit.get(Audit.deed == "activation.offered").by == scene.mayor
    assert offer.id == taken.id


def test_the_centre_and_both_authorities_get_the_record_and_the_centre_acknowledges(scene):
    scene.give()
    before = Message.select().count()
    scene.take()
    to = {mail.address for mail in Message.select().offset(before).limit(99)}
    assert {"wacht@centre.example", "noodplanning@oosterzavel.example", "crisis@zavelland.example"} <= to
    notice = Notice.get(Notice.kind == "scale_up")
    assert notice.acknowledged_at is None and notice.document


@pytest.mark.parametrize("who", ["mayor", "reader", "supervisor", "minister"])
def test_only_the_authority_it_was_given_to_takes_it(scene, who):
    scene.give()
    with pytest.raises(NotAllowed):
        scene.take(by=getattr(scene, who))
    assert not ScaleUp.get().taken_at


def test_both_sides_show_again_who_they_are(scene):
    with pytest.raises(Incomplete) as refused:
        scene.give(is_confirmed=False)
    assert set(refused.value.faults) == {"password"}
    scene.give()
    with pytest.raises(Incomplete) as refused:
        scene.take(is_confirmed=False, liaison={"name": "", "phone": "0470", "email": "x"})
    assert set(refused.value.faults) == {"password", "liaison_name", "liaison_phone", "liaison_email"}
    assert not ScaleUp.get().taken_at


def test_an_offer_is_made_once_and_can_be_taken_back_until_it_is_taken(scene):
    scene.give()
    assert sees_activation(scene.officer, scene.first)
    with pytest.raises(WrongMoment):
        scene.give(to=scene.federal)
    scale_up.withdraw(scene.first, by=scene.mayor, now=later(101))
    assert not sees_activation(scene.officer, scene.first)
    assert scene.first.id not in [one.id for one in centre.seen_by(scene.officer)]
    with pytest.raises(WrongMoment):
        scene.take()
    scene.give()
    scene.take()
    with pytest.raises(NotAllowed):
        scale_up.withdraw(scene.first, by=scene.mayor, now=later(112))


@pytest.mark.parametrize("minutes", [-1, 24 * 60 + 101])
def test_the_moment_is_not_before_the_request_and_not_days_ahead(scene, minutes):
    with pytest.raises(Incomplete) as refused:
        scene.give(from_at=later(minutes))
    assert set(refused.value.faults) == {"from_at"}


def test_a_moment_still_to_come_leaves_the_town_in_control_until_then(scene):
    scene.give(from_at=later(180))
    scene.take()
    assert scale_up.may_control(scene.first, scene.mayor, later(179))
    assert not scale_up.may_control(scene.first, scene.mayor, later(180))
    assert scale_up.may_control(scene.first, scene.officer, later(180))


@hypothesis.settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(
    moments=st.lists(st.integers(0, 600), max_size=4),
    at=st.integers(0, 700),
)
def test_the_bearer_at_any_moment_is_the_last_of_the_list(scene, moments, at):
    ScaleUp.delete().execute()
    for place, minute in enumerate(sorted(moments)):
        ScaleUp.create(
            activation=scene.first,
            phase="provincial",
            authority=scene.province if place % 2 else scene.federal,
            from_at=later(minute),
            given_by=scene.mayor,
            given_at=later(minute),
            taken_by=scene.officer,
            taken_at=later(700),
        )
    listed = [house for from_at, house in scale_up.bearers(scene.first) if from_at <= later(at)]
    assert scale_up.bearer_at(scene.first, later(at)) == listed[-1]
