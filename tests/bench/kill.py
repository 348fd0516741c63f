"""Killed again and again, and cut off from its power: what tests/test_kill_rounds.py and tests/test_power_cut.py count."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import processes
from tests.bench.table import Figure, NotMeasured

ROUNDS = os.environ.get("BENCH_KILL_ROUNDS", "1000")
CUTS = os.environ.get("BENCH_POWER_CUTS", "200")
LONGEST_SECONDS = 3600
NONE_SELECTED = 5  # pytest's exit code


def rounds() -> Iterator[Figure]:
    for channel in ("sms", "email"):
        name = f"killed while it sends {channel}, {ROUNDS} rounds"
        yield _counted(name, "tests/test_kill_rounds.py", f"rounds and {channel}")


def power() -> Iterator[Figure]:
    for channel in ("sms", "email"):
        name = f"power cut while it sends {channel}, {CUTS} times"
        yield _counted(name, "tests/test_power_cut.py", f"power and {channel}")


def _counted(name: str, file: str, which: str) -> Figure:
    done = subprocess.run(
        (sys.executable, "-m", "pytest", file, "-k", which, "-q", "-s", "-rs", "--timeout=0"),
        cwd=processes.ROOT,
        env=processes.environment(BELFORT_KILL_ROUNDS=ROUNDS, BELFORT_POWER_CUTS=CUTS),
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    if done.returncode == NONE_SELECTED or " skipped" in done.stdout and " passed" not in done.stdout:
        raise NotMeasured(f"{file} has no test of {which} that runs here")
    said = [line for line in done.stdout.splitlines() if re.search(r"\b(rounds|cuts)\b", line)]
    words = said[0].strip(" .") if said else done.stdout.strip().splitlines()[-1]
    return Figure(name, "see the note", "none lost or twice", not done.returncode, note=words)


MEASUREMENTS = (rounds, power)
