"""Programs that a measurement starts and ends: sinks, peers, and our own commands."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.bench.table import NotMeasured
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
SINKS = Path(__file__).resolve().parent / "sinks"
SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
START_SECONDS = 15
LONGEST_SECONDS = 600


def find(program: str) -> str:
    """Where a program is; raises NotMeasured when it is not installed."""
    if path := shutil.which(program, path=SYSTEM_PATH):
        return path
    raise NotMeasured(f"{program} is not installed")


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="belfort-bench-", ignore_cleanup_errors=True) as path:
        yield Path(path)


def environment(**extra: str) -> dict[str, str]:
    """Ours without any setting of whoever runs the measurements."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("BELFORT_") and name != "PORT"
    }
    return clean | extra


@contextmanager
def running(*command: str, port: int = 0, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen]:
    """A program that listens on `port` while the block lasts; what it said is shown when it does not start."""
    with tempfile.TemporaryFile() as said:
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env or environment(),
            stdout=said,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        try:
            if port:
                _await_port(started, port, said)
            yield started
        finally:
            end(started)


def _await_port(started: subprocess.Popen, port: int, said) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_open(port):
        if started.poll() is not None or time.monotonic() > deadline:
            said.seek(0)
            words = said.read().decode(errors="replace").strip().splitlines()
            raise RuntimeError(f"{Path(started.args[0]).name} did not start: {' '.join(words[-2:])[:200]}")
        time.sleep(0.02)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(started: subprocess.Popen) -> None:
    if started.poll() is None:
        started.terminate()
    try:
        started.wait(10)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait(5)


def said(*command: str, env: dict[str, str] | None = None, seconds: float = LONGEST_SECONDS) -> str:
    """What a program printed; its last words are the error when it fails."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env or environment(),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no word"]
        raise RuntimeError(words[-1][:200])
    return done.stdout


# ── Ours ────────────────────────────────────────────────────────────────


def dispatch(channel: str, number: int, to: str, *more: str) -> dict[str, float]:
    """`flask bench dispatch` in a process of its own."""
    with folder() as home:
        command = (
            sys.executable,
            "-m",
            "flask",
            "bench",
            "dispatch",
            "--channel",
            channel,
            "--to",
            to,
            "--json",
        )
        env = environment(BELFORT_DATABASE=f"sqlite:///{home / 'unused.db'}")
        return json.loads(said(*command, "--messages", str(number), *more, env=env).splitlines()[-1])


def inside(deed: str, *words) -> dict:
    """One deed of inside.py in a process of its own: its time and memory are nobody else's."""
    out = said(sys.executable, "-m", "tests.bench.inside", deed, *map(str, words))
    return json.loads(out.splitlines()[-1])


def bare(deed: str, *words) -> dict:
    """One deed of bare.py: the same work with nothing of ours in it."""
    out = said(sys.executable, "-m", "tests.bench.bare", deed, *map(str, words))
    return json.loads(out.splitlines()[-1])


@contextmanager
def bare_door(database: Path, kind: str) -> Iterator[str]:
    """Yields the address of a bare door for receipts."""
    port = free_port()
    command = (sys.executable, "-m", "tests.bench.bare", "door", str(database), str(port), kind)
    with running(*command, port=port):
        yield f"http://127.0.0.1:{port}"


# ── Sinks ───────────────────────────────────────────────────────────────


@contextmanager
def smtp_sink(within: tuple[str, ...] = ()) -> Iterator[int]:
    """Postfix's own sink; `within`: what goes before it, such as `ip netns exec NAME`, where it listens for itself alone."""
    port = free_port()
    as_nobody = ("-u", "nobody") if os.getuid() == 0 else ()
    command = (*within, find("smtp-sink"), *as_nobody, f"127.0.0.1:{port}", "1000")
    with running(*command, port=0 if within else port):
        yield port


@contextmanager
def python_sink(name: str, *words: str) -> Iterator[int]:
    """One of ours from sinks/, in a process of its own: its first word is the port."""
    port = free_port()
    with running(sys.executable, "-m", f"tests.bench.sinks.{name}", str(port), *words, port=port):
        yield port


@contextmanager
def http_sink() -> Iterator[int]:
    """Answers every request at once with 202 `0: Accepted for delivery`: in C where there is a compiler."""
    port = free_port()
    with folder() as home:
        compiler = shutil.which("cc")
        if compiler:
            said(compiler, "-O2", "-o", str(home / "sink"), str(SINKS / "http.c"))
        command = (str(home / "sink"),) if compiler else (sys.executable, "-m", "tests.bench.sinks.http")
        with running(*command, str(port), port=port):
            yield port


@contextmanager
def delayed(port: int, round_trip: float = 0.040) -> Iterator[int]:
    """A port that leads to `port`, a round trip of 40 ms away."""
    with python_sink("delay", str(port), str(round_trip)) as far:
        yield far


def wrk(url: str, *words: str, seconds: int = 3) -> float:
    """Requests a second that wrk gets answered; raises when some were answered with an error."""
    out = said(find("wrk"), f"-d{seconds}", *words, url)
    lines = dict(line.split(":", 1) for line in out.splitlines() if ":" in line)
    if refused := lines.get("  Non-2xx or 3xx responses"):
        raise RuntimeError(f"{refused.strip()} of wrk's requests were refused")
    return float(lines["Requests/sec"])


@cache
def has_road(scheme: str) -> bool:
    from dispatch.providers import PROVIDERS

    return scheme in PROVIDERS


@cache
def has_option(scheme: str, option: str) -> bool:
    from dispatch.providers import PROVIDERS

    return has_road(scheme) and option in PROVIDERS[scheme].options
