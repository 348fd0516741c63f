"""The page for whoever keeps the platform: plain words first, and the self-test that says what it costs."""

from datetime import timedelta
from pathlib import Path

import pytest

import founding
from dispatch import audit, clock
from dispatch.operation import status
from models import Audit, Letter, Message, Organisation, SelfTest, Trouble, writing
from tests import cast, town
from tests.cast import NOON
from tests.test_kill import Broken, Time, accepts, launched, pump_on


@pytest.fixture
def keeper(app):
    return cast.user("platform_admin", cast.organisation("Platform", "platform"))


@pytest.fixture
def browser(keeper, signed_in):
    return signed_in(keeper)


def test_when_all_is_well_the_first_words_say_so(app, browser):
    page = browser.get("/status")
    assert page.select("#verdict strong")[0].get_text() == "Berichten kunnen vertrekken"
    assert page.has("Er is geen verse back-up") and not page.has("de gegevens zijn veilig")
    with writing():
        audit.record("backup.tested", by=None, now=clock.now())
    safe = browser.get("/status")
    assert safe.select("#verdict strong")[0].get_text() == "Alles werkt" and safe.has(
        "de gegevens zijn veilig"
    )
    [*_, newest] = sorted(Path(founding.MIGRATIONS).glob("*.py"))
    assert page.has(newest.stem) and page.has("er is geen map ingesteld")


def test_what_does_not_work_stands_first_with_since_when_and_what_to_do(app, browser):
    row = Trouble.create(kind="road", subject="sms infobip://x", began_at=NOON)
    page = browser.get("/status")
    verdict = " ".join(page.select("#verdict")[0].get_text(" ").split())
    assert "De weg infobip://x voor sms draagt niets" in verdict and "23 november 2026, 12:00:00" in verdict
    assert "bel de aanbieder" in verdict and not page.has("kunnen vertrekken")
    Trouble.update(well_since=NOON).where(Trouble.id == row.id).execute()
    page = browser.get("/status")
    assert page.has("Berichten kunnen vertrekken") and page.has("wanneer dat tien minuten duurt")


def test_a_pump_that_stands_still_is_the_news(app, browser):
    app.config["BELFORT_PUMP"] = True
    assert browser.get("/status").has("De pomp staat stil")
    app.extensions["jobs"].turn()
    assert browser.get("/status").has("Berichten kunnen vertrekken")


def test_the_pump_turns_as_soon_as_the_house_stands(app):
    jobs = app.extensions["jobs"]
    jobs._every = lambda seconds, deed, name, **how: (
        how and jobs.scheduler.add_job(deed, "interval", seconds=3600, next_run_time=clock.now_with_zone())
    )
    jobs.start()
    jobs.stop()  # waits for what was begun
    assert jobs.is_turning()


def test_the_last_hour_is_told_by_channel_from_the_counters(app, keeper):
    bin, time = cast.bin_named("Molenakker"), Time()
    for number in range(10, 40):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}")
    launched(cast.user("sender", cast.zone()), bin)
    pump_on(Broken(accepts), time).turn("sms")
    Message.update(claimed_at=NOON, accepted_at=NOON + timedelta(seconds=2)).execute()
    assert status.last_hour(NOON + timedelta(minutes=30)) == {"sms": status.Hour(30, 0, 2.0, None)}
    assert status.last_hour(NOON + timedelta(hours=2)) == {}
    assert status.Hour(999, 1).percent == 99 and status.Hour().percent is None


@pytest.mark.sqlite("it has a plan before it has rows")
def test_the_last_hour_is_found_by_indexes_however_many_messages_there_are(app):
    steps = app and status.Message.select(Message.channel).where(
        Message.campaign == 1, Message.status == "accepted"
    ).order_by(Message.id.desc()).limit(200)
    sql, values = steps.sql()
    plan = status.Message._meta.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    assert "message_story" in str(plan) and "TEMP B-TREE" not in str(plan)


def test_before_the_press_it_says_to_whom_and_what_it_costs_and_after_it_every_road_carries(
    app, browser, keeper
):
    page = browser.get("/status/self-test")
    assert page.has(keeper.email) and page.has("0470 00 30 12") and page.has("Hier zijn geen prijzen bekend")
    assert not Letter.select().exists()
    page = browser.post("/status/self-test", page.form("form.deed[action='/status/self-test']"))
    assert page.path == "/status" and page.has("nog geen antwoord") and Letter.select().count() == 3
    assert browser.post("/status/self-test", {}).status == 409 and SelfTest.select().count() == 1
    app.extensions["jobs"].pump.tick()
    assert browser.get("/status").has("overgedragen; meer zegt deze weg niet")


def test_whoever_practises_sends_no_self_test(app, browser):
    browser.post("/practice")
    assert browser.get("/status/self-test").has("U oefent, en een zelftest is echt")
    assert browser.post("/status/self-test", {}).status == 403
    assert not Letter.select().exists() and not Audit.select().where(Audit.deed == "selftest.begun").exists()


@pytest.mark.parametrize("role", ["organisation_admin", "sender", "reader"])
def test_the_status_of_the_platform_is_nobody_elses(app, signed_in, role):
    assert signed_in(town.zone("Zavel", 1).people[role]).get("/status").status == 403


def test_the_door_to_the_emergency_pack_stands_at_the_agreements(app, signed_in):
    admin = signed_in(town.zone("Zavel", 1).people["organisation_admin"])
    zavel = Organisation.get(Organisation.name == "Zavel")
    assert admin.get(f"/organisations/{zavel.id}").select('a[href="/emergency-pack"]')
    assert admin.get("/emergency-pack").has("persoonsgegevens")
