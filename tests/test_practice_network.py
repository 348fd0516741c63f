"""Practice opens no socket: the roads of the house are real here, and the interpreter itself refuses any."""

import sys
from datetime import timedelta

import pytest

from dispatch import clock
from dispatch.centre import activation as centre
from dispatch.jobs import Jobs
from dispatch.sending import campaigns, doubt, monthly, scenarios
from dispatch.sending.pump import Pump
from models import Campaign, Letter, Message
from tests import cast, town
from tests.cast import NOON
from tests.test_api import Program
from tests.test_rights import addresses, form

REAL_ROADS = {
    "BELFORT_SMS": "kannel://u:p@127.0.0.1:9/?from=8850,infobip://key@127.0.0.1:9?from=Belfort",
    "BELFORT_EMAIL": "smtp://127.0.0.1:9?from=alarm@belfort.example",
    "BELFORT_VOICE": "twilio://AC0:token@127.0.0.1:9?from=+32470000000,infobip://key@127.0.0.1:9?from=+32470000000",
}
CHANNELS = ["sms", "email", "voice"]
TEXTS = {
    "sms": {"nl": {"body": "Sluit ramen en deuren."}},
    "email": {"nl": {"subject": "Gaslek", "body": "Sluit ramen en deuren."}},
    "voice": {"nl": {"body": "Sluit ramen en deuren."}},
}
# Every job of the clock. One that is new must be looked at: does it take practice out of the house?
JOBS = {
    *(f"{lane}-{channel}" for lane in ("practice", "pump") for channel in CHANNELS),
    *("launches", "listen", "look up", "tidy", "resets", "mailed links", "bounces", "abandoned lists"),
    *("retention", "agreements", "final reports", "lists", "credit", "promises", "backups", "heartbeat"),
    *("packs", "troubles", "self-test"),
}

_knocks: list[tuple] | None = None


def _watch(event: str, args: tuple) -> None:
    """Called by the interpreter itself, in every thread, before a socket is made, connected or a name looked up."""
    if _knocks is not None and event.startswith("socket."):
        _knocks.append((event, *args[1:]))
        raise OSError(f"no socket in practice: {event}")


sys.addaudithook(_watch)


@pytest.fixture
def settings(settings):
    return settings | REAL_ROADS


@pytest.fixture
def knocks(app):
    """Everything that asked for a socket since; each was refused."""
    global _knocks
    _knocks = []
    yield _knocks
    _knocks = None


class Time:
    """A clock that goes on when it is told."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pump(app, time):
    pump = Pump(app.extensions["roads"], now=time)
    yield pump
    pump.stop()


@pytest.fixture
def zavel(app):
    """A zone with a member for each ending of the simulator, by each channel."""
    zone = town.zone("Zavel", 1)
    for ending in range(1, 11):
        reach = {"mobile": f"+324700001{ending:02}", "email": f"lid{ending:02}@leden.example"}
        cast.member(zone.bins["A"], f"Lid{ending:02}", **reach)
    return zone


@pytest.fixture
def sender(zavel):
    return zavel.people["sender"]


def drafted(sender, zavel, is_practice=True, channels=CHANNELS, **values) -> Campaign:
    draft = campaigns.draft(sender.organisation, by=sender, now=NOON, is_practice=is_practice)
    wording = {
        "name": "Gaslek",
        "kind": "preventive",
        "texts": TEXTS,
        "audience": {"bins": [zavel.bins["A"].id]},
    }
    return campaigns.write(draft, by=sender, now=NOON, version=1, channels=channels, **wording | values)


def launched(sender, zavel, **values) -> Campaign:
    return campaigns.launch(drafted(sender, zavel, **values), by=sender, now=NOON, terms_accepted=True)


def turn(pump, time, times=1, seconds=20) -> None:
    for _ in range(times):
        pump.tick()
        time.now += timedelta(seconds=seconds)


def fresh(row):
    return type(row).get_by_id(row.id)


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_is_real_would_knock_here(sender, zavel, pump, knocks, channel):
    """Or the tests below would prove nothing."""
    launched(sender, zavel, is_practice=False, channels=[channel])
    pump.tick()
    assert knocks


def test_a_practice_runs_to_its_end_with_retries_receipts_second_calls_and_look_ups(
    sender, zavel, pump, time, knocks
):
    campaign = launched(sender, zavel)
    turn(pump, time, 90)
    assert not knocks and fresh(campaign).is_running  # waits for a choice about what is unsure
    (group,) = doubt.groups(campaign)
    doubt.send_again(campaign, group, by=sender, now=time())
    turn(pump, time, 3)
    (group,) = doubt.groups(campaign)
    doubt.leave(campaign, group, by=sender, now=time())
    turn(pump, time, 90)
    assert not knocks and fresh(campaign).status == "done"
    reached = {message.status for message in campaign.messages}
    assert reached >= {
        "accepted",
        "delivered",
        "failed",
        "expired",
        "voicemail",
        "busy",
        "no_answer",
        "hung_up",
    }
    assert {message.road.partition(":")[0] for message in campaign.messages} == {"simulator"}


def test_a_warning_is_sent_again_by_itself_and_still_goes_nowhere(sender, zavel, pump, time, knocks):
    campaign = launched(sender, zavel, policy="insist", channels=["email"])
    turn(pump, time, 30)
    assert not knocks and campaign.messages.where(Message.repeats > 0).exists()


def test_pausing_resuming_and_stopping_open_nothing(sender, zavel, pump, time, knocks):
    campaign = launched(sender, zavel)
    campaigns.pause(campaign, by=sender, now=time())
    turn(pump, time)
    campaigns.resume(campaign, by=sender, now=time())
    turn(pump, time)
    campaigns.stop(campaign, by=sender, now=time())
    turn(pump, time, 9)
    assert not knocks and fresh(campaign).is_over


def test_a_program_and_a_command_that_practise_open_nothing(app, sender, zavel, pump, time, knocks):
    template = scenarios.save_as_template(drafted(sender, zavel), by=sender, now=NOON, name="Gaslek")
    program = Program(app, town.token(zavel, is_practice=True, now=clock.now())[1])
    assert program.launch(template).status_code == 201
    words = ("--template", "Gaslek", "--bin", zavel.bins["A"].name, "--by", sender.email, "--practice")
    done = app.test_cli_runner().invoke(args=["campaign", "launch", *words])
    assert done.exit_code == 0, done.output
    time.now = clock.now()
    turn(pump, time, 3)
    sent = list(Campaign.select().where(Campaign.launched_at.is_null(False)))
    assert len(sent) == 2 and all(one.is_practice for one in sent)
    assert not knocks and Message.select().where(Message.status == "delivered").exists()


def test_a_monthly_test_that_is_practice_opens_nothing_when_it_is_launched(sender, zavel, pump, time, knocks):
    chosen = {"channels": CHANNELS, "bins": [zavel.bins["A"].id]}
    admin = zavel.people["organisation_admin"]
    monthly.plan(sender.organisation, is_practice=True, **chosen, by=admin, now=NOON)
    time.now = NOON + timedelta(days=5)
    assert monthly.lay_ready(public_url="https://belfort.example", now=time())
    Message.update(status="withheld").where(
        ~Message.is_practice
    ).execute()  # the mail that it is ready is real
    campaigns.launch(Campaign.get(), by=admin, now=time(), terms_accepted=True)
    turn(pump, time, 9)
    assert not knocks and Message.select().where(Message.status == "delivered").exists()


def test_the_letters_of_an_exercise_open_nothing(app, pump, time, knocks):
    people, _ = town.contact_centre()
    Message.update(status="withheld").execute()  # of the real request beside it
    mayor, supervisor = people["authorised_person"], people["centre_supervisor"]
    draft = centre.begin(mayor.organisation, by=mayor, now=NOON, is_practice=True)
    centre.write(draft, town.FORM, by=mayor, now=NOON)
    asked = centre.submit(draft, by=mayor, now=NOON, password_confirmed=True)
    turn(pump, time)
    centre.acknowledge(fresh(asked), by=supervisor, now=time())
    centre.open(fresh(asked), number="1771", opened_at=time(), by=supervisor, now=time())
    turn(pump, time, 9)
    left = Message.select().where(Message.is_practice)
    assert not knocks and left.exists() and {one.status for one in left} <= {"accepted", "delivered"}


class Listed(Jobs):
    """The jobs of the clock, written down and not begun."""

    def _every(self, seconds, deed, name, **_how):
        self.listed = getattr(self, "listed", {}) | {name: deed}


def test_no_job_of_the_clock_takes_practice_out_of_the_house(app, sender, zavel, knocks):
    made = app.extensions["jobs"]
    jobs = Listed(made.pump, made.bounces, made.keeping, public_url="https://belfort.example")
    jobs.start()
    jobs.scheduler.shutdown()
    assert set(jobs.listed) == JOBS
    campaign = launched(sender, zavel, channels=["sms", "email"])
    for _name, deed in sorted(jobs.listed.items(), key=lambda job: job[0].startswith("practice")):
        deed()
    assert (
        not knocks and not campaign.messages.where(Message.status == "queued", Message.attempts == 0).exists()
    )


def test_no_address_of_a_practice_campaign_or_activation_opens_anything(
    app, signed_in, sender, zavel, pump, time, knocks
):
    """Every address that names one, so that a new one is noticed; whatever they queued is carried then."""
    states = ("running", "paused", "stopped", "draft")  # the last one can be thrown away
    sent = [town.campaign(sender, zavel.bins["A"], status, is_practice=True) for status in states]
    people, _ = town.contact_centre()
    Message.update(status="withheld").where(~Message.is_practice).execute()
    mayor = people["authorised_person"]
    draft, asked = (centre.begin(mayor.organisation, by=mayor, now=NOON, is_practice=True) for _ in range(2))
    centre.write(asked, town.FORM, by=mayor, now=NOON)
    asked = centre.submit(asked, by=mayor, now=NOON, password_confirmed=True)
    real = Letter.select().where(~Letter.is_practice).count()
    walks = {
        zavel.people["organisation_admin"]: {"campaigns": sent},
        mayor: {"activations": [draft, asked]},
        people["centre_supervisor"]: {"activations": [asked], "emergencies": [asked.emergency]},
    }
    for who, things in walks.items():
        browser = signed_in(who)
        for method, address, _endpoint in addresses(app, things, with_ids=True):
            if method == "POST":
                browser.browser.post(address, data=form(things) | {"csrf_token": browser.token})
            else:
                browser.browser.get(address)
    time.now = clock.now()
    turn(pump, time, 9)
    assert not knocks
    assert (
        Letter.select().where(~Letter.is_practice).count() == real
    )  # no letter about practice is a real one
