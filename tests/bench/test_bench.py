"""The measurements themselves: what they refuse, and how they read what they measured."""

import json

import pytest

from dispatch import bench
from models import Campaign, Organisation
from tests.bench import throttle
from tests.bench.__main__ import measured
from tests.bench.table import Figure, NotMeasured, at_least, at_most


@pytest.fixture
def run(app):
    def run(*words: str):
        return app.test_cli_runner().invoke(args=["bench", "dispatch", *words])

    return run


@pytest.mark.parametrize(
    "to", ["smtp://192.0.2.1:25", "smtp://mail.example", "smtp://127.0.0.1.example", "smtp:"]
)
def test_a_measurement_never_leaves_this_machine(run, to):
    done = run("--channel", "email", "--messages", "1", "--to", to)
    assert done.exit_code == 1 and "only sends to this machine" in done.output


def test_receipts_are_asked_for_on_this_machine_only(run):
    road = ["--channel", "sms", "--messages", "1", "--to", "kannel://127.0.0.1:9"]
    assert run(*road, "--receipts-at", "http://192.0.2.1").exit_code == 1


@pytest.mark.sqlite("it measures with a file of its own")
def test_an_option_that_no_road_has_is_said_in_a_sentence(run):
    done = run("--channel", "email", "--messages", "1", "--to", "smtp://127.0.0.1:9?speed=9")
    assert done.exit_code == 1 and done.output.startswith("Error: ") and "speed" in done.output


@pytest.mark.loopback
@pytest.mark.sqlite("it measures with a file of its own")
def test_a_measurement_leaves_the_database_in_use_alone(app):
    from tests.servers import smtp_server

    with smtp_server() as room:
        figures = bench.measure("email", 3, f"smtp://127.0.0.1:{room.port}")
    assert figures["messages"] == 3 == len(room.letters) and json.dumps(figures)
    assert set(figures) == {"messages", "seconds", "per_second", "peak_mb"}
    assert not Organisation.select().exists() and not Campaign.select().exists()


def test_the_extremes_of_an_even_flow_are_its_rate():
    assert throttle.extremes([n / 128 for n in range(512)], 1.0, 0.5) == (128, 128)


def test_a_burst_and_a_pause_show_in_the_extremes():
    even = [n / 8 for n in range(40)]
    assert throttle.extremes(sorted([*even, 2.01, 2.02]), 1.0, 0.5)[1] == 10
    assert throttle.extremes([at for at in even if not 2 < at < 2.5], 1.0, 0.5)[0] < 8


def test_a_measurement_that_fails_holds_up_no_other():
    def broken():
        raise RuntimeError("no such sink")

    def missing():
        raise NotMeasured("wrk is not installed")

    def good():
        yield at_least("speed", 3, 2, "/s")

    lines = [figure.line() for figure in measured((broken, missing, good))]
    assert "failed" in lines[0] and "no such sink" in lines[0]
    assert "not measured" in lines[1] and "wrk" in lines[1]
    assert "met" in lines[2]


def test_a_target_is_met_or_missed():
    assert at_least("a", 2, 2, "/s").mark == "met" and at_least("a", 1.9, 2, "/s").mark == "MISSED"
    assert at_most("a", 1.9, 2, "s").mark == "met" and at_most("a", 2, 2, "s").mark == "MISSED"
    assert Figure("a", "1").mark == ""
