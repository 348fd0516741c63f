"""What deploy/ promises: Debian's nginx or Caddy in front as their examples say, and the unit and image as strict as they claim."""

import contextlib
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from dispatch.access.limits import Limit
from dispatch.server import Server
from models import Audit
from tests.servers import free_port, wait_until

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PROXIES = {"nginx": "/usr/sbin/nginx", "caddy": "/usr/bin/caddy"}
MAIN = """user root; daemon off; pid {0}/pid; error_log {0}/error.log;
events {{}}
http {{ access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f;
uwsgi_temp_path {0}/u; scgi_temp_path {0}/s; include {0}/site.conf; }}"""


class Front(NamedTuple):
    """Where the proxy answers by TLS and in clear, the certificate to believe, and Belfort itself behind it."""

    tls: str
    plain: str
    trusted: str
    belfort: str

    def session(self, source: str) -> requests.Session:
        """Somebody who comes from this address of the machine."""
        session = requests.Session()
        session.verify, session.trust_env = self.trusted, False
        session.headers["Host"] = "belfort.example"
        for scheme in ("https://", "http://"):
            session.mount(scheme, From(source))
        return session


class From(requests.adapters.HTTPAdapter):
    def __init__(self, source: str):
        self.source = source
        super().__init__()

    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, source_address=(self.source, 0), **options)


@contextlib.contextmanager
def process(*command: str, **options) -> Iterator[subprocess.Popen]:
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(60)


def answers(url: str, **options) -> bool:
    try:
        return requests.get(url, timeout=20, allow_redirects=False, **options).status_code < 400
    except requests.ConnectionError:
        return False


@pytest.fixture
def settings(settings):
    return settings | {
        "BELFORT_PUBLIC_URL": "https://belfort.example",
        "BELFORT_TRUSTED_PROXY": "127.0.0.1",
    }


@pytest.fixture(params=["nginx", "caddy"])
def front(request, app, tmp_path) -> Iterator[Front]:
    """Belfort behind a proxy with the example's configuration; only ports and the paths of the certificate differ."""
    if not Path(PROXIES[request.param]).exists():
        pytest.skip(f"{request.param} is not installed")
    belfort, tls, plain = free_port(), free_port(), free_port()
    pem = write_certificate(tmp_path)
    command = {"nginx": nginx, "caddy": caddy}[request.param](tmp_path, pem, belfort, tls, plain)
    with served(app, belfort), process(*command, env=os.environ | {"HOME": str(tmp_path)}):
        url = f"https://127.0.0.1:{tls}"
        hello = {"verify": False, "headers": {"Host": "belfort.example"}}
        wait_until(lambda: answers(f"{url}/health/live", **hello), what=f"{request.param} and Belfort")
        yield Front(url, f"http://127.0.0.1:{plain}", str(pem["fullchain"]), f"http://127.0.0.1:{belfort}")


def nginx(folder: Path, pem: dict[str, Path], belfort: int, tls: int, plain: int) -> tuple[str, ...]:
    """The command that runs it."""
    site = (DEPLOY / "nginx.conf").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{belfort}")
    site = re.sub(r"    listen \[::\].*\n", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace(
        "listen 443", f"listen 127.0.0.1:{tls}"
    )
    for name in ("fullchain", "privkey"):
        site = site.replace(f"/etc/ssl/belfort/{name}.pem", str(pem[name]))
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(MAIN.format(folder))
    return PROXIES["nginx"], "-p", str(folder), "-c", str(folder / "nginx.conf")


def caddy(folder: Path, pem: dict[str, Path], belfort: int, tls: int, plain: int) -> tuple[str, ...]:
    """The command that runs it; it would ask for a certificate of its own."""
    site = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{belfort}")
    ours = f"belfort.example {{\n\tbind 127.0.0.1\n\ttls {pem['fullchain']} {pem['privkey']}\n"
    site = site.replace("belfort.example {\n", ours)
    ports = f"{{\n\tadmin off\n\thttp_port {plain}\n\thttps_port {tls}\n\tdefault_sni belfort.example\n}}\n"
    (folder / "Caddyfile").write_text(ports + site)
    return PROXIES["caddy"], "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")


@contextlib.contextmanager
def served(app, port: int) -> Iterator[None]:
    """The server of the house in a thread of the test: a process of its own took six seconds to begin."""
    most, proxy = app.config["MAX_CONTENT_LENGTH"], app.config["BELFORT_TRUSTED_PROXY"]
    server = Server(app, host="127.0.0.1", port=port, most_bytes=most, proxy=proxy)
    turning = threading.Event()

    def turn():
        while not turning.is_set():
            server._turn(0.05)

    thread = threading.Thread(target=turn, daemon=True)
    thread.start()
    try:
        yield
    finally:
        turning.set()
        thread.join(10)
        server.waitress.task_dispatcher.shutdown()
        server.waitress.close()


def write_certificate(folder: Path) -> dict[str, Path]:
    pem = {"fullchain": folder / "cert.pem", "privkey": folder / "key.pem"}
    subprocess.run(
        (
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        )
        + ("-subj", "/CN=belfort.example", "-addext", "subjectAltName=IP:127.0.0.1,DNS:belfort.example")
        + ("-keyout", str(pem["privkey"]), "-out", str(pem["fullchain"])),
        check=True,
        capture_output=True,
    )
    return pem


@pytest.mark.loopback
def test_behind_a_proxy_pages_come_by_tls_alone_and_a_large_file_passes(front):
    asked = {"verify": front.trusted, "headers": {"Host": "belfort.example"}, "timeout": 60}
    page = requests.get(f"{front.tls}/sign-in", allow_redirects=True, **asked)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert all("Secure" in cookie for cookie in page.headers.get("Set-Cookie", "Secure").split(", __Host"))
    moved = requests.get(f"{front.plain}/sign-in", allow_redirects=False, **asked)
    assert moved.status_code in (301, 308) and moved.headers["Location"].startswith("https://")
    large = requests.post(f"{front.tls}/signin", data=b"x" * 50_000_000, **asked)
    assert large.status_code not in (413, 500, 502, 504)
    assert requests.post(f"{front.tls}/signin", data=b"x" * 64_000_000, **asked).status_code == 413


def guessed(session: requests.Session, url: str, forged: str) -> int:
    """A wrong password, from somebody who says to come from elsewhere."""
    page = session.get(f"{url}/signin", timeout=60)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    # The cookie is for TLS alone, also where the test comes without.
    cookies = "; ".join(f"{one.name}={one.value}" for one in session.cookies)
    headers = {"X-Forwarded-For": forged, "Cookie": cookies}
    form = {"csrf_token": token, "email": "wie@nergens.example", "password": "niet goed"}
    return session.post(f"{url}/signin", data=form, headers=headers, timeout=60).status_code


@pytest.mark.loopback
def test_behind_a_proxy_the_audit_and_the_limits_see_the_visitor_and_believe_nobody_but_the_proxy(front, app):
    app.extensions["limits"]["signin"] = Limit(2, 3600)
    visitor, other = front.session("127.0.0.2"), front.session("127.0.0.3")
    tried = [guessed(visitor, front.tls, f"192.0.2.{number}") for number in range(4)]
    assert 429 not in tried[:2] and tried[2:] == [429, 429]  # whoever he says to be
    assert guessed(other, front.tls, "127.0.0.2") != 429
    assert guessed(front.session("127.0.0.4"), front.belfort, "192.0.2.9") != 429  # past the proxy
    seen = {one.address for one in Audit.select().where(Audit.deed == "user.sign_in_failed")}
    assert seen == {"127.0.0.2", "127.0.0.3", "127.0.0.4"}


def test_the_unit_leaves_little_open(tmp_path):
    if not (tool := shutil.which("systemd-analyze")):
        pytest.skip("systemd is not here")
    judged = subprocess.run(
        (tool, "security", "--offline=true", "--threshold=15", str(DEPLOY / "belfort.service")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-400:]


def test_the_image_runs_as_nobody_and_takes_along_what_the_program_needs():
    lines = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text()).splitlines()
    told = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    words = [word for word, _ in told]
    assert words.index("USER") < words.index("CMD") and ["USER", "belfort"] in told
    taken = {name for word, rest in told if word == "COPY" for name in rest.split()[:-1]}
    assert all((ROOT / name).exists() for name in taken)
    assert {
        "app.py",
        "models.py",
        "store.py",
        "dialect.py",
        "founding.py",
        "dispatch",
        "views",
        "templates",
        "static",
        "migrations",
    } <= taken
