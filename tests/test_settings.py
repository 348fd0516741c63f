import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app import SETTINGS, BadSetting, build_app, read_settings, receipt_key
from tests.servers import free_port

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_without_any_setting_the_defaults_hold():
    values = read_settings({})
    assert values["BELFORT_DATABASE"] == "sqlite:///belfort.db"
    assert values["PORT"] == 8000 and values["BELFORT_PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert values["BELFORT_SMS"] == ("simulator://",)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"BELFORT_SSM": "simulator://"}, "BELFORT_SSM is not a setting"),
        ({"PORT": "eighty"}, "PORT must be a port number"),
        ({"BELFORT_PUMP": "yes"}, "BELFORT_PUMP must be on or off"),
        ({"BELFORT_DATABASE": "belfort.db"}, "BELFORT_DATABASE must be a URL"),
        ({"BELFORT_PUBLIC_URL": "belfort.example"}, "BELFORT_PUBLIC_URL must be a web address"),
        ({"BELFORT_IDLE_MINUTES": "0"}, "BELFORT_IDLE_MINUTES must be a whole number"),
        ({"BELFORT_SMS": " , "}, "BELFORT_SMS must hold at least one provider URL"),
        ({"BELFORT_SMS_FILE": "/does/not/exist"}, "BELFORT_SMS_FILE cannot be read"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(environ, words):
    with pytest.raises(BadSetting, match=words):
        read_settings(environ)


def test_a_road_that_does_not_exist_stops_the_start(settings):
    with pytest.raises(BadSetting, match="carrierpigeon"):
        build_app(settings | {"BELFORT_SMS": "carrierpigeon://loft"})


def test_a_malformed_secret_is_not_repeated_in_the_sentence():
    with pytest.raises(BadSetting) as refused:
        read_settings({"BELFORT_SECRET_KEY": "x", "BELFORT_SMS": ","})
    assert "its value" in str(refused.value)


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "sms").write_text("kannel://user:secret@gateway:13013\n")
    assert read_settings({"BELFORT_SMS_FILE": str(tmp_path / "sms")})["BELFORT_SMS"] == (
        "kannel://user:secret@gateway:13013",
    )


def test_a_secret_given_twice_is_refused(tmp_path):
    with pytest.raises(BadSetting, match="both given"):
        read_settings({"BELFORT_SMS": "simulator://", "BELFORT_SMS_FILE": str(tmp_path)})


@pytest.mark.sqlite("with PostgreSQL it must be given")
def test_the_secret_key_is_made_once_and_kept_where_only_the_owner_reads(settings, tmp_path):
    without = {name: value for name, value in settings.items() if name != "BELFORT_SECRET_KEY"}
    first, second = build_app(without), build_app(without)
    assert first.secret_key == second.secret_key and len(first.secret_key) == 64
    assert (tmp_path / ".secret-key").stat().st_mode & 0o777 == 0o600


def test_the_key_of_the_receipts_is_not_the_secret_itself():
    assert len(receipt_key("secret")) == 32 and "secret" not in receipt_key("secret")


def test_every_setting_has_its_line_in_the_readme_with_its_default():
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", README, re.MULTILINE))
    assert rows == {setting.name: f"`{setting.default}`" if setting.default else "" for setting in SETTINGS}


def test_a_database_that_cannot_be_opened_stops_the_start_with_a_sentence(tmp_path):
    (tmp_path / "prose.db").write_text("Beste buren, tot zondag. " * 100)
    for path in (tmp_path, tmp_path / "nowhere" / "belfort.db", tmp_path / "prose.db"):
        with pytest.raises(BadSetting, match="BELFORT_DATABASE"):
            build_app({"BELFORT_DATABASE": f"sqlite:///{path}"})


@pytest.mark.parametrize(
    "name, value",
    [
        ("BELFORT_IDLE_MINUTES", "9" * 20),
        ("BELFORT_SMS_SENDER", "WayTooLongSenderName"),
        ("BELFORT_EMAIL_SENDER", "geen adres"),
        ("BELFORT_VOICE_SENDER", "0477 77 77 55"),
        ("BELFORT_VOICE_SENDER", "Be-Alert"),
        ("BELFORT_TRUSTED_PROXY", "proxy"),
    ],
)
def test_a_value_that_could_never_work_is_refused_at_the_start(name, value):
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value})


def test_the_flask_command_says_a_wrong_setting_in_one_sentence():
    environ = os.environ | {"BELFORT_FOO": "1"}
    words = [sys.executable, "-m", "flask", "migrate"]
    done = subprocess.run(words, check=False, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == "BELFORT_FOO is not a setting of Belfort. The README lists them all."


def test_a_door_that_cannot_be_opened_stops_the_start(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = subprocess.run(
            [sys.executable, "app.py"],
            check=False,
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                **settings,
                "BELFORT_PUMP": "on",
                "PORT": str(free_port()),
                "BELFORT_BOUNCES": f"lmtp://127.0.0.1:{port}",
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert answer.returncode == 2 and "BELFORT_BOUNCES: the door cannot be opened" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_way_in_for_bounces_that_does_not_exist_stops_the_start(settings):
    with pytest.raises(BadSetting, match=r"BELFORT_BOUNCES: What comes back is read from"):
        build_app(settings | {"BELFORT_BOUNCES": "pop://user:geheim@host"})
