"""The process itself: it starts, it serves, and SIGTERM ends it without cutting anybody off."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import models
from dispatch import clock
from dispatch.sending import campaigns
from dispatch.server import DRAIN_SECONDS, Server
from models import Message
from tests import cast
from tests.servers import free_port, wait_until

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.loopback


@pytest.fixture
def server(empty_database, tmp_path):
    shutil.copy(empty_database, tmp_path / "belfort.db")
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BELFORT_")}
    environ |= {"BELFORT_DATABASE": f"sqlite:///{tmp_path / 'belfort.db'}", "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: answers(port) or process.poll() is not None, what="the server")
    assert process.poll() is None, process.communicate()
    yield process, port
    process.kill()
    process.communicate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def test_sigterm_ends_an_idle_server_cleanly_and_does_not_wait_for_anybody(server):
    process, port = server
    with urlopen(f"http://127.0.0.1:{port}/signin") as answer:
        assert answer.status == 200
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert time.monotonic() - began < DRAIN_SECONDS


def test_a_request_in_flight_is_answered_after_sigterm(server):
    process, port = server
    head = b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head + b"ema")
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(b"il=x")
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 400")  # no token: refused, and answered
    assert process.wait(timeout=60) == 0


def test_a_start_on_an_empty_file_says_which_command_to_run(tmp_path):
    environ = os.environ | {"BELFORT_DATABASE": f"sqlite:///{tmp_path / 'new.db'}"}
    done = subprocess.run(
        [sys.executable, "app.py"], check=False, cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 2 and "flask migrate" in done.stderr and "Traceback" not in done.stderr


def test_sigterm_while_messages_leave_records_what_was_claimed(server, tmp_path):
    process, _port = server
    models.connect(f"sqlite:///{tmp_path / 'belfort.db'}")
    with models.database.connection_context():
        sender = cast.user("sender", cast.zone())
        molenakker = cast.bin_named("Molenakker")
        for number in range(300):
            cast.member(molenakker, f"Lid{number}", mobile=f"+3247000{number:04}")
        draft = campaigns.draft(sender.organisation, by=sender, now=clock.now())
        wording = {"name": "Gaslek", "channels": ["sms"], "texts": {"sms": {"nl": {"body": "Blijf binnen."}}}}
        wording |= {"audience": {"bins": [molenakker.id]}}
        draft = campaigns.write(draft, by=sender, now=clock.now(), version=1, **wording)
        campaigns.launch(draft, by=sender, now=clock.now(), terms_accepted=True)
        wait_until(
            lambda: Message.select().where(Message.status != "queued").exists(), what="the first message"
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
        left = {status for (status,) in Message.select(Message.status).distinct().tuples()}
        assert "sending" not in left
        assert Message.select().count() == 300


def remote_address_seen(proxy: str) -> str:
    """What the application sees of a visitor who says to come for 203.0.113.9."""
    seen = []

    def app(environ, start_response):
        seen.append(environ["REMOTE_ADDR"])
        start_response("204 No Content", [])
        return []

    server = Server(app, host="127.0.0.1", port=free_port(), most_bytes=1000, proxy=proxy)
    threading.Thread(target=server.waitress.run, daemon=True).start()
    request = Request(
        f"http://127.0.0.1:{server.waitress.effective_port}/", headers={"X-Forwarded-For": "203.0.113.9"}
    )
    urlopen(request).close()
    server.waitress.close()
    return seen[0]


def test_only_the_trusted_proxy_is_believed_about_who_visits():
    assert remote_address_seen(proxy="127.0.0.1") == "203.0.113.9"
    assert remote_address_seen(proxy="") == "127.0.0.1"


def test_a_port_in_use_stops_the_start_with_a_sentence_and_sends_nothing(server, tmp_path):
    _process, port = server
    environ = os.environ | {"BELFORT_DATABASE": f"sqlite:///{tmp_path / 'belfort.db'}", "PORT": str(port)}
    words = [sys.executable, "app.py"]
    done = subprocess.run(words, check=False, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.returncode == 2 and f"port {port}" in done.stderr and "Traceback" not in done.stderr
