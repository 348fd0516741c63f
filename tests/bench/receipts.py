"""Delivery receipts, posted to the whole program: one at a time and in batches, answered after commit, none lost."""

import http.client
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench import processes
from tests.bench.sms import INFOBIP
from tests.bench.table import Figure, NotMeasured, at_least
from tests.bench.whole import program, receipts_address

SINGLE, IN_BATCHES, A_POST = 20_000, 150_000, 500
POSTERS = 4
NOWHERE = 9  # a port at which nobody listens: receipts come in, nothing goes out
DELIVERED = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}


def one_by_one() -> Iterator[Figure]:
    with processes.folder() as home:
        database, references = _prepared(home, SINGLE)
        with program(database, BELFORT_SMS=f"kannel://bench:bench@127.0.0.1:{NOWHERE}") as address:
            script = home / "receipts.lua"
            script.write_text(
                LUA.format(file=references, path=urlsplit(receipts_address(address, "kannel")).path)
            )
            speed = processes.wrk(address, "-t1", "-c16", "-s", str(script), seconds=4)
        kept = _delivered(database)
    answered = min(SINGLE, int(speed * 4))
    yield at_least("receipts, one a POST", speed, 1_000, "/s", f"answered {answered:,}, kept {kept:,}")
    lost = max(0, answered - kept)
    yield Figure("  receipts answered and lost", f"{lost:,}", "0", lost == 0, lost)


def in_batches() -> Iterator[Figure]:
    if not processes.has_road("infobip"):
        raise NotMeasured("there is no road infobip:// yet")
    with processes.folder() as home:
        database, references = _prepared(home, IN_BATCHES)
        with program(database, BELFORT_SMS=INFOBIP.format(port=NOWHERE)) as address:
            url = receipts_address(address, "infobip")
            seconds = _posted(url, _bodies(references.read_text().split()))
        kept = _delivered(database)
    speed = IN_BATCHES / seconds
    yield at_least(
        f"receipts, {A_POST} a POST", speed, 30_000, "/s", f"answered {IN_BATCHES:,}, kept {kept:,}"
    )
    lost = IN_BATCHES - kept
    yield Figure("  receipts in batches answered and lost", f"{lost:,}", "0", lost == 0, lost)


LUA = """
local references, n = {{}}, 0
for line in io.lines("{file}") do references[#references + 1] = line end
request = function()
    n = n % #references + 1
    return wrk.format("POST", "{path}?reference=" .. references[n] .. "&state=1")
end
"""


def _prepared(home: Path, number: int) -> tuple[Path, Path]:
    database, references = home / "belfort.db", home / "references"
    processes.inside("accepted", database, number, references)
    return database, references


def _bodies(references: Sequence[str]) -> list[bytes]:
    return [
        json.dumps({"results": [_result(one) for one in references[start : start + A_POST]]}).encode()
        for start in range(0, len(references), A_POST)
    ]


def _result(reference: str) -> dict:
    return {
        "messageId": reference,
        "to": "32470000011",
        "status": DELIVERED,
        "error": {"id": 0, "name": "NO_ERROR"},
    }


def _posted(url: str, bodies: Sequence[bytes]) -> float:
    begun = time.perf_counter()
    with ThreadPoolExecutor(POSTERS) as pool:
        for done in [pool.submit(_post, url, bodies[n::POSTERS]) for n in range(POSTERS)]:
            done.result()
    return time.perf_counter() - begun


def _post(url: str, bodies: Sequence[bytes]) -> None:
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=30)
    for body in bodies:
        connection.request("POST", where.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"a batch of receipts was answered {answer.status}")
    connection.close()


def _delivered(database: Path) -> int:
    connection = sqlite3.connect(database, timeout=5)
    try:
        return connection.execute("SELECT COUNT(*) FROM message WHERE status = 'delivered'").fetchone()[0]
    finally:
        connection.close()


MEASUREMENTS = (one_by_one, in_batches)
