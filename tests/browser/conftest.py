"""A real process, a real browser: what a person sees and presses."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from peewee import fn
from playwright.sync_api import Page, expect, sync_playwright

from dispatch import demo
from models import Member, User
from tests import kept
from tests.servers import free_port, wait_until

DESK = {"email": "wacht@nccn.example", "password": demo.PASSWORD, "role": "national desk"}
ROOT = Path(__file__).parent.parent.parent
PICTURES = Path(__file__).parent / "pictures"
SIZES = {"desk": (1280, 900, "keys"), "phone": (390, 844, "touch")}  # and by what a task is walked there
expect.set_options(timeout=60_000)  # no page is late because the machine is busy
CHROMIUM = (
    shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("chromium-browser")
)
# Without these Chromium itself calls home at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
FLAGS += ["--disable-component-update", "--disable-sync"]
FLAGS += ["--js-flags=--no-opt --no-maglev"]  # no script of a page lives long enough to be worth it
TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
# Several commands in one process: to start each anew takes longer than the command.
COMMANDS = """
import json, sys
import app
runner = app.create_app().test_cli_runner()
for words in json.loads(sys.argv[1]):
    runner.invoke(args=words, catch_exceptions=False, standalone_mode=False)
"""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.loopback)
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))
            if not CHROMIUM:
                item.add_marker(
                    pytest.mark.skip(reason="Chromium is not installed, and apt-get may not be used")
                )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(folder):
    """Belfort with the demonstration, served by `python app.py` on a port of its own."""
    with served(folder) as address:
        yield address


@cache
def demonstration() -> Path:
    """The folder of a database with the demonstration and the national desk, made once by the commands and copied for every site."""
    folder = Path(tempfile.mkdtemp(prefix="belfort-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept.make(folder)
    environ = clean_environ() | kept.surroundings(folder)
    desk = ["--email", DESK["email"], "--role", "sender", "--organisation", "NCCN"]
    desk += ["--password", DESK["password"], "--kind", "federal_service", "--national-desk"]
    commands = json.dumps([["migrate", "--demo"], ["user", "add", *desk]])
    subprocess.run(
        [sys.executable, "-c", COMMANDS, commands], cwd=ROOT, env=environ, check=True, capture_output=True
    )
    with kept.books(folder):
        # It signs in as the demonstration's people do.
        User.update(is_demonstration=True).where(User.email == DESK["email"]).execute()
        # Who is tried three times keeps a campaign open for eight seconds more.
        slow = Member.mobile.endswith("05")
        Member.update(mobile=fn.SUBSTR(Member.mobile, 1, fn.LENGTH(Member.mobile) - 2).concat("95")).where(
            slow
        ).execute()
    return folder


def clean_environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BELFORT_")}


@contextmanager
def served(folder: Path, **settings: str):
    """The address of a Belfort with the demonstration and these settings, while it runs."""
    kept.make(folder, like=demonstration())
    with served_as_it_is(folder, **settings) as address:
        yield address


@contextmanager
def served_as_it_is(folder: Path, program: tuple[str, ...] = ("app.py",), **settings: str):
    """The address of a Belfort with the database that the test has made, while it runs."""
    environ = clean_environ() | kept.surroundings(folder)
    try:
        with running(folder, environ | {"PORT": str(free_port())} | settings, program) as address:
            yield address
    finally:
        kept.drop(folder)


@contextmanager
def running(folder: Path, environ: dict[str, str], program: tuple[str, ...] = ("app.py",)):
    with open(folder / "log", "w") as log:
        process = subprocess.Popen([sys.executable, *program], cwd=ROOT, env=environ, stdout=log, stderr=log)
    wait_until(
        lambda: "http://" in (folder / "log").read_text() or process.poll() is not None, what="the server"
    )
    assert process.poll() is None, (folder / "log").read_text()
    try:
        yield f"http://127.0.0.1:{environ['PORT']}"
    finally:
        process.terminate()
        process.wait(timeout=60)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def is_fault(line) -> bool:
    """Chromium notes every 422 on its console; a refused form is no fault."""
    return line.type == "error" and "422" not in line.text


@pytest.fixture
def visit(chromium, site):
    """visit(role, width, height, by) is a page on which the demonstration's person of this role, or this account, has signed in.

    The form of the door is sent without drawing it, a second sooner; how a person passes it: test_door.
    """
    contexts = []

    def sign_in(who: str | dict, width: int = 1280, height: int = 900, by: str = "pointer") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=site, locale="nl-BE"
        )
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.by, page.faults = by, []
        # Asked for with the key that opens it, the dialog for a file is there too soon now and then, and nobody sees it.
        page.on("filechooser", lambda chooser: None)
        page.on("console", lambda line: page.faults.append(line.text) if is_fault(line) else None)
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        known = {account["role"]: account for account in (DESK, *reversed(demo.accounts_of()))}
        account = known[who] if isinstance(who, str) else who
        key = TOKEN.search(context.request.get("/signin").text())[1]
        facts = {"email": account["email"], "password": account["password"], "csrf_token": key}
        assert context.request.post("/signin", form=facts).ok
        page.goto("/")
        assert page.url == f"{site}/", "somebody signed in stands on the start page"
        return page

    yield sign_in
    for context in contexts:
        for page in context.pages:
            assert page.faults == [], page.url
        context.close()


@pytest.fixture(params=SIZES)
def size(request) -> tuple[int, int, str]:
    """A task that is walked on a desk by the keyboard alone, and on a phone: tests/browser/hands.py."""
    return SIZES[request.param]


def picture(page: Page, name: str, *, at_both: bool = False) -> None:
    """Keeps how a page looks in a folder that git ignores, for whoever wants to see; `at_both`: on desk and phone."""
    PICTURES.mkdir(exist_ok=True)
    own = page.viewport_size
    for width, height, *_ in SIZES.values() if at_both else [own.values()]:
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(own)


def does_not_scroll_sideways(page: Page) -> bool:
    page.wait_for_load_state("load")  # with the words in the font of the machine a line may be too long
    page.evaluate("document.fonts.ready")
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
