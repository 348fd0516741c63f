"""Killed again and again while it sends: what the test of tests/test_kill_rounds.py counts."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import processes
from tests.bench.table import Figure, NotMeasured

ROUNDS = os.environ.get("BENCH_KILL_ROUNDS", "1000")
LONGEST_SECONDS = 3600
NONE_SELECTED = 5  # pytest's exit code


def rounds() -> Iterator[Figure]:
    for channel in ("sms", "email"):
        yield _rounds(channel)


def _rounds(channel: str) -> Figure:
    env = processes.environment(BELFORT_KILL_ROUNDS=ROUNDS)
    command = (
        sys.executable,
        "-m",
        "pytest",
        "tests/test_kill_rounds.py",
        "-k",
        f"rounds and {channel}",
        "-q",
        "-s",
        "-rs",
        "--timeout=0",
    )
    done = subprocess.run(
        command,
        cwd=processes.ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if done.returncode == NONE_SELECTED or " skipped" in done.stdout and " passed" not in done.stdout:
        raise NotMeasured("tests/test_kill_rounds.py has no test of rounds that runs here")
    said = [line for line in done.stdout.splitlines() if re.search(r"\brounds?\b", line)]
    words = said[0].strip(" .") if said else done.stdout.strip().splitlines()[-1]
    return Figure(
        f"killed while it sends {channel}, {ROUNDS} rounds",
        "see the note",
        "none lost or twice",
        not done.returncode,
        note=words,
    )


MEASUREMENTS = (rounds,)
