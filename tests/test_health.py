"""Is it well? What balancers, watchmen and Prometheus are told, and that no person is in it."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import requests

import models
from dispatch import audit, clock
from dispatch.operation import copies, health, heartbeat
from dispatch.sending.roads import Roads
from models import writing
from tests import cast
from tests.cast import NOON
from tests.servers import free_port, http_server
from tests.test_kill import launched

SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[a-z_]+"(,[a-z]+="[a-z_]+")*\})? -?\d+')


@pytest.fixture
def roads():
    return Roads({"sms": ["simulator://", "simulator://?rate=5"]})


def well(roads, now=NOON, is_turning=True) -> dict[str, bool]:
    return {check.name: check.is_well for check in health.checks(roads, is_turning=is_turning, now=now)}


def test_a_process_that_answers_is_live_and_one_where_all_is_well_is_ready(app):
    asked = app.test_client()
    assert asked.get("/health/live").json == {"live": True}
    answer = asked.get("/health/ready")
    assert answer.status_code == 200 and set(answer.json) == {"database", "pump", "roads", "clock", "disk"}


def test_a_pump_that_stands_still_is_not_ready(app):
    app.config["BELFORT_PUMP"] = True
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503 and answer.json["pump"] is False
    app.extensions["jobs"].turn()
    assert app.test_client().get("/health/ready").status_code == 200


@pytest.mark.sqlite("no program locks the whole of a server")
def test_a_database_that_another_program_keeps_locked_is_not_ready_and_comes_back_by_itself(app, roads):
    models.database.execute_sql("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(copies.here(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not well(roads)["database"]
        other.execute("ROLLBACK")
    assert well(roads)["database"]


def test_a_road_that_rests_is_well_while_another_carries(app, roads):
    first, second = roads.all()[:2]
    roads.rest(first, NOON)
    assert well(roads)["roads"]
    roads.rest(second, NOON)
    assert not well(roads)["roads"]
    assert well(roads, NOON + timedelta(minutes=2))["roads"]


@pytest.mark.parametrize(("hours", "is_sane"), [(-1, False), (0, True), (1, True)])
def test_a_clock_that_was_set_back_is_not_sane(app, hours, is_sane):
    with writing():
        audit.record("backup.tested", by=None, now=NOON)
    assert health.is_clock_sane(NOON + timedelta(hours=hours)) is is_sane


def test_a_disk_that_runs_full_is_not_well(app, roads, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", health.free_bytes() * 2)
    assert not well(roads)["disk"]


def test_metrics_need_the_token_and_do_not_exist_without_one(app):
    asked = app.test_client()
    assert asked.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    app.config["BELFORT_METRICS_TOKEN"] = "a token for tests"
    assert asked.get("/metrics").status_code == 404
    answer = asked.get("/metrics", headers={"Authorization": "Bearer a token for tests"})
    assert answer.status_code == 200 and answer.mimetype == "text/plain"


def test_metrics_are_figures_of_what_waits_and_of_no_person(app, roads):
    bin = cast.bin_named("Molenakker")
    cast.member(bin, "Geheim", mobile="+32470000011")
    launched(cast.user("sender", cast.zone()), bin)
    told = health.metrics(roads, is_turning=True, now=NOON + timedelta(seconds=40))
    lines = [line for line in told.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in lines)
    assert 'belfort_messages{channel="sms",status="queued"} 1' in lines
    assert "belfort_queue_age_seconds 40" in lines and "belfort_campaigns_running 1" in lines
    assert "Geheim" not in told and "470000011" not in told


@pytest.mark.loopback
def test_the_heartbeat_is_heard_only_while_the_pump_turns(app):
    jobs = app.extensions["jobs"]
    with http_server() as (port, heard):
        jobs._beat(f"http://127.0.0.1:{port}/beat")
        assert list(heard) == []
        jobs.turn()
        jobs._beat(f"http://127.0.0.1:{port}/beat")
        assert [asked.path for asked in heard] == ["/beat"]
        jobs.turned_at = clock.now() - timedelta(minutes=2)
        jobs._beat(f"http://127.0.0.1:{port}/beat")
        assert len(heard) == 1


@pytest.mark.loopback
def test_a_watchman_who_does_not_answer_is_an_error_for_the_log():
    with pytest.raises(requests.RequestException):
        heartbeat.beat(f"http://127.0.0.1:{free_port()}/")
