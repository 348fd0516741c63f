"""The self-test: every road carries one real message to an administrator, and nobody has to believe that it did."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from dispatch.errors import WrongMoment
from dispatch.operation import selftest
from dispatch.providers.base import Outcome, Provider
from dispatch.sending.pump import Pump
from dispatch.sending.roads import Roads
from models import Audit, LedgerLine, Letter, Message, SelfTest, database
from tests import cast, town
from tests.cast import NOON

MINUTE = timedelta(minutes=1)
FIRST_TUESDAY = datetime(2026, 12, 1, 9, 0)  # ten o'clock in Brussels


class Named(Provider):
    """A road of its own name that keeps what it carried; broken: it brings everything back."""

    at_once = 10

    def __init__(self, name, channel, is_broken=False):
        super().__init__(name, channel, 50.0, "")
        self.is_broken, self.got = is_broken, []

    def send(self, feed):
        for outgoing in feed:
            if outgoing is None:
                return
            if self.is_broken:
                yield Outcome(outgoing.reference, "retry", code="no_answer")
            else:
                self.got.append(outgoing.address)
                yield Outcome(outgoing.reference, "accepted")


class Time:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def admin(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


@pytest.fixture
def roads():
    made = Roads({"sms": ["simulator://"], "voice": ["simulator://"], "email": ["simulator://"]})
    made._real["sms"] = [Named("first", "sms"), Named("spare", "sms")]
    return made


def turn(roads, time, times=6, seconds=20):
    pump = Pump(roads, now=time)
    for _ in range(times):
        pump.tick()
        time.now += timedelta(seconds=seconds)
        selftest.follow(time())
    pump.stop()


def test_every_road_carries_its_own_message_and_the_result_comes_by_mail(admin, roads, time):
    test = selftest.begin(roads, to=admin, by=admin, now=NOON)
    turn(roads, time)
    first, spare = roads._real["sms"]
    assert first.got == spare.got == ["+32470003012"]
    test = selftest.last()
    found = selftest.results(test, time())
    assert [(one.channel, one.road, one.verdict) for one in found] == [
        ("sms", "first", "handed_over"),
        ("sms", "spare", "handed_over"),
        ("voice", "simulator:voice", "arrived"),
        ("email", "simulator:email", "handed_over"),
    ]
    [told] = Letter.select().order_by(Letter.id).offset(4).limit(9)
    assert test.ended_at and "4 van de 4" in told.subject and "first" in told.body
    assert not Message.select().where(Message.is_practice).exists()
    assert not LedgerLine.select().exists()  # nobody pays: it is a letter of our own


def test_a_broken_spare_road_is_found_before_it_is_needed_and_its_message_does_not_come_later(
    admin, roads, time
):
    first, spare = roads._real["sms"]
    spare.is_broken = True
    selftest.begin(roads, to=admin, by=admin, now=NOON)
    turn(roads, time, times=50, seconds=30)
    found = {one.road: one for one in selftest.results(selftest.last(), time())}
    assert found["first"].is_good and found["spare"].verdict == "not_left"
    assert found["spare"].code == "no_answer"
    assert selftest.last().ended_at == NOON + selftest.LASTS
    spare.is_broken = False
    turn(roads, time, times=20, seconds=60)
    assert spare.got == [] and first.got == ["+32470003012"]


def test_when_no_mail_leaves_the_result_comes_by_sms(admin, roads, time):
    roads._real["email"] = [Named("mail", "email", is_broken=True)]
    selftest.begin(roads, to=admin, by=admin, now=NOON)
    turn(roads, time, times=50, seconds=30)
    last = Message.select().order_by(Message.id.desc()).first()
    assert last.channel == "sms" and "3 van de 4" in last.letter.body


def test_only_one_is_under_way_and_none_while_a_real_message_is_sent(admin, roads):
    selftest.begin(roads, to=admin, by=admin, now=NOON)
    with pytest.raises(WrongMoment):
        selftest.begin(roads, to=admin, by=admin, now=NOON)
    SelfTest.update(ended_at=NOON).execute()
    zone = town.zone("Zavel", 1)
    town.campaign(zone.people["sender"], zone.bins["A"], "running", is_practice=True)
    selftest.begin(roads, to=admin, by=admin, now=NOON)
    SelfTest.update(ended_at=NOON).execute()
    town.campaign(zone.people["sender"], zone.bins["A"], "running")
    with pytest.raises(WrongMoment, match="“Bericht running” of Zavel is being sent now, until about 12:01"):
        selftest.begin(roads, to=admin, by=admin, now=NOON)


@pytest.mark.parametrize("waits_for", ["receipts", "another try"])
def test_a_campaign_that_only_waits_is_in_nobodys_way(admin, roads, waits_for):
    zone = town.zone("Zavel", 1)
    made = town.campaign(zone.people["sender"], zone.bins["A"], "running")
    fresh = {"status": "accepted"} if waits_for == "receipts" else {"due_at": NOON + MINUTE}
    Message.update(fresh).where(Message.campaign == made.id).execute()
    assert selftest.begin(roads, to=admin, by=admin, now=NOON)


def test_once_a_month_from_its_first_tuesday_by_day_the_clock_begins_one(admin, roads):
    for hours in (-24, -1, 8, 7 * 24):  # the day before, too early, in the evening, a week later
        assert selftest.monthly(roads, FIRST_TUESDAY + timedelta(hours=hours)) is None
    assert selftest.monthly(roads, FIRST_TUESDAY).by is None
    SelfTest.update(ended_at=FIRST_TUESDAY).execute()
    for days in range(1, 35):
        assert selftest.monthly(roads, FIRST_TUESDAY + timedelta(days=days)) is None
    assert selftest.monthly(roads, FIRST_TUESDAY + timedelta(days=35)) is not None
    assert Audit.select().where(Audit.deed == "selftest.begun").count() == 2


def test_of_many_processes_one_begins_the_test_of_the_month(admin, roads):
    def one(_):
        with database.connection_context():
            return selftest.monthly(roads, FIRST_TUESDAY)

    with ThreadPoolExecutor(4) as several:
        assert len([*filter(None, several.map(one, range(8)))]) == 1


def test_a_month_with_nobody_to_tell_has_no_test(app, roads):
    assert selftest.monthly(roads, FIRST_TUESDAY) is None


def test_what_it_costs_is_known_before(admin, roads):
    assert selftest.cost(roads, admin, NOON).numbers == {"sms": 2, "voice": 1, "email": 1}
    assert selftest.cost(roads, admin, NOON).mills is None  # no prices are known here
    admin.phone = ""
    assert selftest.cost(roads, admin, NOON) == ({"email": 1}, 0)
