"""The whole program, `python app.py`, in a process of its own, and a browser without a screen."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.bench import processes

SECRET = "a key for measurements"
PART = {True: {"HX-Request": "true"}, False: {}}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@contextmanager
def program(database: Path, **settings: str) -> Iterator[str]:
    """Yields the address of its pages."""
    port = processes.free_port()
    env = processes.environment(
        BELFORT_DATABASE=f"sqlite:///{database}", BELFORT_SECRET_KEY=SECRET, PORT=str(port), **settings
    )
    with processes.running(sys.executable, "app.py", port=port, env=env):
        yield f"http://127.0.0.1:{port}"


def receipts_address(home: str, scheme: str) -> str:
    from app import receipt_key

    return f"{home}/receipts/{scheme}/{receipt_key(SECRET)}"


class Browser:
    """One person who has signed in; each visit says how many seconds it took."""

    def __init__(self, home: str, email: str, password: str):
        self.home = home
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = TOKEN.search(self.session.get(f"{home}/signin", timeout=10).text)[1]
        answer = self.session.post(f"{home}/signin", self._form(email=email, password=password), timeout=10)
        if "/signin" in answer.url:
            raise RuntimeError("signing in was refused")
        self.token = TOKEN.search(answer.text)[1]

    def get(self, path: str, is_part: bool = False) -> float:
        """is_part: asked by htmx for its place on a page that is there already."""
        return self._timed(lambda: self.session.get(self.home + path, headers=PART[is_part], timeout=30))[0]

    def post(self, path: str, is_part: bool = False, **fields) -> tuple[float, str]:
        form, options = self._form(**fields), {"headers": PART[is_part], "allow_redirects": False}
        return self._timed(lambda: self.session.post(self.home + path, form, timeout=30, **options))

    def _form(self, **fields) -> dict:
        return {"csrf_token": self.token, **fields}

    def _timed(self, visit) -> tuple[float, str]:
        begun = time.perf_counter()
        answer = visit()
        taken = time.perf_counter() - begun
        if answer.status_code >= 400:
            raise RuntimeError(
                f"{answer.request.method} {answer.request.path_url} answered {answer.status_code}"
            )
        return taken, answer.text
