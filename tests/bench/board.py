"""What the board costs: forty people who look at it all the time, while the busiest hour ever is noted beside them."""

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from pathlib import Path
from random import Random
from threading import Event

import models
from dispatch import clock, demo
from dispatch.centre import activation as centre
from dispatch.centre import presence
from models import Activation, Call, Emergency, User
from tests import town
from tests.bench import processes
from tests.bench.table import Figure, at_most, percentile, shown
from tests.bench.whole import SECRET, Browser

READERS, EVERY_SECONDS = 40, 5
CALLS = 23_000
CALLS_AN_HOUR = 3_295
SECONDS = 40
HALF_A_CORE = 50
TICKS = os.sysconf("SC_CLK_TCK")
LIVE = re.compile(r'data-hx-get="([^"]*/board/live[^"]*)"')


def forty_at_the_board() -> Iterator[Figure]:
    with processes.folder() as home:
        database = home / "belfort.db"
        emergency = _filled(database)
        port = processes.free_port()
        env = processes.environment(
            BELFORT_DATABASE=f"sqlite:///{database}", BELFORT_SECRET_KEY=SECRET, PORT=str(port)
        )
        with processes.running(sys.executable, "app.py", port=port, env=env) as started:
            yield from _watched(f"http://127.0.0.1:{port}", started.pid, emergency)


def _filled(path: Path) -> int:
    """A demonstration with an emergency of 23,000 calls and forty operators; returns its id."""
    models.connect(f"sqlite:///{path}")
    models.migrate()
    with models.database.connection_context():
        now = clock.now()
        demo.load(now - timedelta(days=4))
        emergency = _opened(now - timedelta(days=3), now)
        _staffed(emergency, now)
        _rung(emergency, now)
    models.database.close()
    return emergency.id


def _opened(at, now) -> Emergency:
    mayor, supervisor = (User.get(User.role == role) for role in ("authorised_person", "centre_supervisor"))
    activation = centre.begin(mayor.organisation, by=mayor, now=at)
    declared = {"declared_at": f"{clock.local(at):%H:%M}"}
    centre.write(activation, town.FORM | declared, by=mayor, now=at)
    centre.submit(activation, by=mayor, now=at, password_confirmed=True)
    activation = Activation.get_by_id(activation.id)
    centre.open(activation, number="1771", opened_at=at, by=supervisor, now=at)
    return Activation.get_by_id(activation.id).emergency


def _staffed(emergency: Emergency, now) -> None:
    supervisor = User.get(User.role == "centre_supervisor")
    for number in range(READERS):
        who = town.user("operator", emergency.centre, email=f"operator{number}@centre.example")
        presence.enter(emergency, who, desk="d5", languages=["nl", "fr"], by=supervisor, now=now)


def _rung(emergency: Emergency, now) -> None:
    """All calls in three days, of which the busiest hour ever is the last one."""
    chance, operator = Random(5), User.get(User.role == "operator")  # nosec B311
    spread = [3600.0] * CALLS_AN_HOUR + [3 * 86_400.0] * (CALLS - CALLS_AN_HOUR)
    rows = [
        {
            "emergency": emergency.id,
            "operator": operator.id,
            "at": now - timedelta(seconds=chance.random() * seconds),
            "kind": "d5",
            "language": chance.choice(("nl", "nl", "fr", "de")),
            "topic": "water",
        }
        for seconds in spread
    ]
    with models.writing():
        for at in range(0, len(rows), 500):
            Call.insert_many(rows[at : at + 500]).execute()


def _watched(home: str, pid: int, emergency: int) -> Iterator[Figure]:
    people = [Browser(home, role, demo.PASSWORD) for role in _emails()]
    page = f"/emergencies/{emergency}/board"
    for person in people:
        person.get(page)  # the first pages of a program are slow
    over = Event()
    with ThreadPoolExecutor(READERS + 1) as pool:
        readers = [
            pool.submit(_read, people[n % len(people)], page, n * EVERY_SECONDS / READERS, over)
            for n in range(READERS)
        ]
        noting = pool.submit(_note, people[0], f"/emergencies/{emergency}/calls", over)
        time.sleep(EVERY_SECONDS + 1)
        before, begun = _cpu(pid), time.monotonic()
        time.sleep(SECONDS)
        used = (_cpu(pid) - before) / (time.monotonic() - begun) * 100
        over.set()
        polls = [one for reader in readers for one in reader.result()]
        noted = noting.result()
    fresh = sum(is_fresh for _, is_fresh in polls)
    note = f"{len(polls)} polls, {fresh} of them with something new; {noted} calls noted meanwhile"
    yield at_most("board: 40 people who look at it, of one core", used, HALF_A_CORE, "%", note)
    slow = percentile([seconds for seconds, _ in polls], 0.95) * 1000
    yield Figure("  a poll, p95", shown(slow, "ms"), value=slow, note="beside whatever else the machine does")


def _emails() -> list[str]:
    wanted = ("centre_supervisor", "operator")
    return [one["email"] for one in demo.accounts_of() if one["role"] in wanted]


def _read(person: Browser, page: str, wait: float, over: Event) -> list[tuple[float, bool]]:
    """Asks again and again for the address that stands in the answer before, as the page does."""
    text = person.session.get(person.home + page, timeout=30).text
    address, taken = unescape(LIVE.search(text)[1]), []
    over.wait(wait)
    while not over.wait(EVERY_SECONDS):
        begun = time.perf_counter()
        answer = person.session.get(person.home + address, headers={"HX-Request": "true"}, timeout=30)
        taken.append((time.perf_counter() - begun, answer.status_code == 200))
        if answer.status_code == 200:
            address = unescape(LIVE.search(answer.text)[1])
    return taken


def _note(person: Browser, address: str, over: Event) -> int:
    number = 0
    while not over.wait(3600 / CALLS_AN_HOUR):
        person.post(address, code="5")
        number += 1
    return number


def _cpu(pid: int) -> float:
    """Seconds of processor that a program used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


MEASUREMENTS = (forty_at_the_board,)
