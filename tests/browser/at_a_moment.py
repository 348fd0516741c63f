"""Serves Belfort at a moment that stands in a file: a test lives three days in half a minute.

The program has no such setting and shall have none: here the process that serves is given another clock.
"""

import os
import runpy
from pathlib import Path

from dispatch import clock

ROOT = Path(__file__).parent.parent.parent


def seconds() -> float:
    """Seconds since 1970 as the test says; it stands still until the test moves it on."""
    return float(Path(os.environ["TEST_MOMENT"]).read_text())


if __name__ == "__main__":
    clock.time = seconds
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
