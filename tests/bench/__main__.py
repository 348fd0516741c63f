"""Measures what docs/engine.md promises, each figure with its target. Usage: python -m tests.bench [NAMES]"""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    board,
    claim,
    email,
    floor,
    kill,
    link,
    million,
    pages,
    peers,
    phone,
    receipts,
    sms,
    throttle,
    workers,
    year,
)
from tests.bench.table import WIDTHS, Figure, NotMeasured

BENCHES = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        email,
        peers,
        sms,
        floor,
        link,
        million,
        pages,
        phone,
        board,
        throttle,
        receipts,
        kill,
        workers,
        claim,
        year,
    )
}
ON_DEMAND = {"claim", "workers", "year"}
OUTPUT = Path("bench.json")


def main(names: list[str]) -> int:
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"No measurement is called {unknown[0]}. There are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    print(
        f"{platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start"
    )
    print(f"{'':{WIDTHS[0]}} {'measured':{WIDTHS[1]}} target")
    figures = []
    for name in names or [name for name in BENCHES if name not in ON_DEMAND]:
        print(f"— {name}", flush=True)
        for figure in measured(BENCHES[name].MEASUREMENTS):
            print(figure.line(), flush=True)
            figures.append({"bench": name, **figure.facts()})
    keep(figures)
    missed = [figure["name"].strip() for figure in figures if figure["is_met"] is False]
    print(f"{len(figures)} figures, {len(missed)} missed" + (f": {'; '.join(missed)}" if missed else "."))
    return 0


def measured(measurements: tuple[Callable[[], Iterator[Figure]], ...]) -> Iterator[Figure]:
    """The figures one after the other; a measurement that fails says so and holds up no other."""
    for measurement in measurements:
        name = measurement.__name__.replace("_", " ")
        try:
            yield from measurement()
        except NotMeasured as why:
            yield Figure(name, "not measured", note=str(why))
        except Exception as error:  # noqa: BLE001
            yield Figure(name, "failed", is_met=False, note=f"{type(error).__name__}: {error}"[:200])


def keep(figures: list[dict]) -> None:
    """Writes bench.json; what was measured in another run and not in this one stays."""
    again = {figure["bench"] for figure in figures}
    before = json.loads(OUTPUT.read_text())["figures"] if OUTPUT.exists() else []
    kept = [figure for figure in before if figure["bench"] not in again]
    about = {"measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "processors": os.cpu_count()}
    OUTPUT.write_text(json.dumps({**about, "figures": kept + figures}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
