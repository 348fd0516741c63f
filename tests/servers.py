"""Real servers for the tests: an SMTP server in this process, and Kannel with its own fake message centre."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
FAKE_CENTRE = "/usr/lib/kannel/test/fakesmsc"
QUEUED = "250 2.0.0 Ok: queued as 4XyZ1"


WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
FIRST_PORT, PORTS = 10_000 + 1_000 * (WORKER % 22), 1_000
_turns = itertools.count(os.getpid())
UNSAFE = (10_080,)  # Chromium opens no page there: the port of Amanda (net/base/port_util.cc)


def free_port() -> int:
    """A port on which nobody listens and which nobody else is given before the server it is meant for begins.

    The kernel gives the connections that go out, in a busy run thousands a second, ports of 32768 and above
    (Linux, ip_local_port_range), and each worker of a run has a thousand of its own below them.
    """
    for turn in _turns:
        port = FIRST_PORT + turn % PORTS
        if port in UNSAFE:
            continue
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def wait_until(condition, seconds: float = 60.0, what: str = "the condition") -> None:
    """Returns as soon as `condition()` is true; fails the test when it is not in time.

    The end is far off on purpose: it costs nothing where the program works, and a busy machine is no fault.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


@dataclass
class Letter:
    """One message as the SMTP server took it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


class Mailroom:
    """Takes what is sent and obeys the knobs: which recipients it refuses, when it hangs up."""

    def __init__(self, refuse=None, greylist=False, hang_up_after_dot=False, answer_after_dot=QUEUED):
        self.refuse = refuse or {}
        self.greylist = greylist
        self.hang_up_after_dot = hang_up_after_dot
        self.answer_after_dot = answer_after_dot
        self.letters: list[Letter] = []
        self.connections = 0
        self._seen: set[str] = set()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refuse:
            return self.refuse[address]
        if self.greylist and address not in self._seen:
            self._seen.add(address)
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(Letter(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if self.hang_up_after_dot:
            server.transport.abort()
        return self.answer_after_dot


class OneOfUs:
    """Knows one user; `handled=False` on failure, since otherwise aiosmtpd answers nothing and the client hangs."""

    def __init__(self, user: str, password: str):
        self.known = (user.encode(), password.encode())

    def __call__(self, server, session, envelope, mechanism, auth_data):
        return AuthResult(success=(auth_data.login, auth_data.password) == self.known, handled=False)


@contextlib.contextmanager
def smtp_server(*, auth=None, tls=None, implicit_tls=None, smtputf8=True, idle_seconds=300.0, **knobs):
    """A running SMTP server on 127.0.0.1; yields its Mailroom, which has `host` and `port`.

    auth=(user, password) demands sign-in; tls=context demands STARTTLS; implicit_tls=context speaks TLS at once;
    after idle_seconds it hangs up; refuse={address: answer} and the other knobs are the Mailroom's.
    """
    options = {"enable_SMTPUTF8": smtputf8, "hostname": "mail.example", "timeout": idle_seconds}
    if auth:
        options |= {"authenticator": OneOfUs(*auth), "auth_required": True, "auth_require_tls": False}
    if tls:
        options |= {"tls_context": tls, "require_starttls": True}

    class RoomController(Controller):
        def factory(self):
            return SMTP(self.handler, **options)

    room = Mailroom(**knobs)
    room.host, room.port = "127.0.0.1", free_port()
    controller = RoomController(room, hostname=room.host, port=room.port, ssl_context=implicit_tls)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 made on the spot, and a server context that shows it."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


@contextlib.contextmanager
def conversation(*answers: str, greeting: str = "", silent_seconds: float = 0):
    """A server that says each answer after each thing it reads, whatever that is, is then silent, then hangs up.

    Yields its port. For what no honest server can be brought to do.
    """
    stop = threading.Event()

    def talk(peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            peer.settimeout(60)
            peer.sendall(greeting.encode())
            for answer in answers:
                peer.recv(65536)
                peer.sendall(answer.encode())
            peer.recv(65536)
            stop.wait(silent_seconds)

    def listen() -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join(5)


@dataclass
class Asked:
    """One request as the HTTP server got it."""

    path: str
    headers: dict[str, str]
    body: bytes


@contextlib.contextmanager
def http_server(status: int = 200, words: str = "", answer=None, headers: dict[str, str] | None = None):
    """An HTTP server that gives one answer to everything; yields (port, what it was asked).

    answer(asked) says (status, words) to one request instead; headers go with each answer.
    """
    asked: list[Asked] = []

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Asked(self.path, dict(self.headers), body)
            asked.append(request)
            number, said = answer(request) if answer else (status, words)
            self.send_response(number)
            self.send_header("Content-Length", str(len(said.encode())))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.encode())

        do_POST = do_GET

        def log_message(self, *_):
            pass

    class House(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_):
            """A client that hangs up, or is killed, is nothing to print."""

    server = House(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


KANNEL_CONFIG = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = adminpass
smsbox-port = {smsbox}
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
dlr-storage = internal
log-level = 1

group = smsc
smsc = fake
smsc-id = centre
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
http-request-retry = 5
http-queue-delay = 5
log-level = 1

group = sendsms-user
username = belfort
password = "geheim woord"
concatenation = true
max-messages = 10

group = sms-service
keyword = default
{replies}
omit-empty = true
"""


@dataclass
class Kannel:
    """A running Kannel: where to send, and what its fake message centre got."""

    port: int
    admin_port: int
    centre_log: Path
    user, password = "belfort", "geheim woord"

    def texts(self) -> list[str]:
        """What the message centre received, an entry for each part: sender, number, type, contents.

        The centre reads line by line, so a line that begins with no number goes on with the text before it.
        """
        log = self.centre_log.read_text(errors="replace")
        received: list[str] = []
        for line in re.findall(r"Got message \d+: <(.*)>\n", log):
            if re.match(r"\S+ \+?\d+ (text|data|udh|ucs-2) ", line) or not received:
                received.append(line)
            else:
                received[-1] += f"\n{line}"
        return received

    def status(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.admin_port}/status.txt?password=adminpass", timeout=5) as page:
            return page.read().decode(errors="replace")


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def kannel(folder: Path, centre_online: bool = True, replies_at: str = "", reply: str = "123 345 text nop"):
    """Kannel 1.4 and its fake message centre on ports of their own; the test is skipped where it is missing.

    replies_at: where what members send back is posted, such as `reply`: from, to, "text" and the words.
    """
    if not all(map(shutil.which, (BEARERBOX, SMSBOX, FAKE_CENTRE))):
        pytest.skip("Debian's packages kannel and kannel-extras are not installed")
    ports = {name: free_port() for name in ("admin", "smsbox", "centre", "sendsms")}
    config = folder / "kannel.conf"
    replies = (
        f'post-url = "{replies_at}"\nmax-messages = 0\ncatch-all = true\nsend-sender = true'
        if replies_at
        else 'text = ""'
    )
    config.write_text(KANNEL_CONFIG.format(replies=replies, **ports))
    gateway = Kannel(ports["sendsms"], ports["admin"], folder / "centre.log")
    gateway.centre_log.touch()
    with contextlib.ExitStack() as running:
        _start(running, folder, "bearerbox", BEARERBOX, "-v", "2", str(config))
        wait_until(lambda: _is_open(ports["admin"]), what="bearerbox")
        if centre_online:
            _start(
                running,
                folder,
                "centre",
                FAKE_CENTRE,
                "-H",
                "127.0.0.1",
                "-r",
                str(ports["centre"]),
                "-i",
                "100000",
                "-m",
                "-1",
                reply,
            )
            wait_until(
                lambda: "centre[centre]" in gateway.status() and "online" in gateway.status(),
                what="the centre",
            )
        _start(running, folder, "smsbox", SMSBOX, "-v", "2", str(config))
        wait_until(lambda: _is_open(ports["sendsms"]), what="smsbox")
        yield gateway


def _start(running: contextlib.ExitStack, folder: Path, name: str, *command: str) -> None:
    log = running.enter_context((folder / f"{name}.log").open("ab"))
    started = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    running.callback(_end, started)


def _end(started: subprocess.Popen) -> None:
    started.terminate()
    try:
        started.wait(2)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait(60)


class PostOffice:
    """An SMTP server that reads ahead: answers pipelined commands in order, and remembers what it delivered.

    refuse={address: answer} answers RCPT; answers={"DATA": …} answers a verb; `hang_up_after` letters it goes without a
    word more; `is_mute` from that moment means that it stays and says nothing.
    """

    def __init__(self, extensions=(), refuse=None, answers=None, hang_up_after=None, is_mute=False, tls=None):
        self.extensions, self.refuse, self.answers = extensions, refuse or {}, answers or {}
        self.hang_up_after, self.is_mute, self.tls = hang_up_after, is_mute, tls
        self.letters: list[Letter] = []
        self.verbs: list[str] = []
        self.logins = self.connections = 0

    def serve(self, peer: socket.socket) -> None:
        self.connections += 1
        with contextlib.suppress(OSError):
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer.sendall(b"220 post.example ESMTP\r\n")
            while peer := self._converse(peer):
                pass

    def _converse(self, peer: socket.socket) -> socket.socket | None:
        """Until the peer goes; after STARTTLS the socket with which it goes on."""
        sender, readers, chunks, pending = "", [], b"", []
        file = peer.makefile("rb")
        while line := file.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            self.verbs.append(verb)
            address = rest.partition("<")[2].partition(">")[0]
            answer = self.answers.get(verb, "250 2.0.0 Ok")
            if verb == "EHLO":
                lines = ["post.example", *self.extensions, *(["STARTTLS"] if self.tls else [])]
                answer = "\r\n".join(f"250-{word}" for word in lines) + "\r\n250 HELP"
            elif verb == "STARTTLS":
                peer.sendall(b"220 2.0.0 go\r\n")
                tls, self.tls = self.tls, None
                return tls.wrap_socket(peer, server_side=True)
            elif verb == "AUTH":
                self.logins += 1
                answer = "235 2.7.0 welcome"
            elif verb in ("RSET", "MAIL"):
                sender, readers, chunks = address if answer.startswith("250") else "", [], b""
            elif verb == "RCPT":
                answer = self.refuse.get(address, answer) if sender else "503 5.5.1 no sender"
                readers += [address] if answer.startswith("250") else []
            elif verb == "DATA" and "DATA" not in self.answers:
                if readers:
                    self._flush(peer, pending)
                    peer.sendall(b"354 go ahead\r\n")
                    content = b""
                    while (read := file.readline()) not in (b".\r\n", b""):
                        content += read.removeprefix(b".")
                    answer = self._take(Letter(sender, readers, content), read)
                else:
                    answer = "554 5.5.1 no valid recipients"
            elif verb == "BDAT":
                size, _, last = rest.partition(" ")
                chunks += file.read(int(size))
                good = readers and "BDAT" not in self.answers
                answer = answer if "BDAT" in self.answers else "554 5.5.1 no valid recipients"
                answer = self._take(Letter(sender, readers, chunks), last) if good else answer
            elif verb == "QUIT":
                answer = "221 bye"
            if not answer:
                self._flush(peer, pending)
                time.sleep(3 if self.is_mute else 0)
                file.close()
                peer.shutdown(socket.SHUT_RDWR)
                return None
            pending.append(answer)
            if not _has_more(file, peer):
                self._flush(peer, pending)
            if answer.startswith(("421", "221")):
                self._flush(peer, pending)
                return None
        return None

    def _flush(self, peer, pending):
        peer.sendall("".join(f"{answer}\r\n" for answer in pending).encode())
        pending.clear()

    def _take(self, letter: Letter, is_whole) -> str:
        if not is_whole:
            return ""
        self.letters.append(letter)
        if self.hang_up_after is not None and len(self.letters) > self.hang_up_after:
            return ""
        return f"250 2.0.0 Ok: queued as {len(self.letters):08X}"


def _has_more(file, peer) -> bool:
    """Whether more has come in already: then the answers go out together."""
    peer.setblocking(False)
    try:
        return bool(file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        peer.setblocking(True)


@contextlib.contextmanager
def post_office(*extensions: str, **knobs):
    """A running PostOffice on 127.0.0.1, with its `port`."""
    office = PostOffice(extensions, **knobs)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    office.port = listener.getsockname()[1]

    def listen() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=_serve, args=(office, listener.accept()[0]), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield office
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _serve(office: PostOffice, peer: socket.socket) -> None:
    with peer:
        office.serve(peer)


POSTFIX = "/usr/sbin/postfix"
POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = post.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains =
default_transport = discard
smtpd_recipient_restrictions = check_recipient_access inline:{{nobody@voorbeeld.example=REJECT}}, permit_mynetworks, reject
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = may
smtpd_discard_ehlo_keywords = {without}
{more}
"""
POSTFIX_MASTER = """
127.0.0.1:{port} inet n - n - 40 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """A running Postfix that throws away what it takes, and writes down for whom."""

    port: int
    log: Path

    def delivered(self) -> list[str]:
        words = self.log.read_text(errors="replace") if self.log.exists() else ""
        return re.findall(r"postfix/discard\[\d+\]: \w+: to=<([^>]*)>.*status=sent", words)


@contextlib.contextmanager
def postfix(folder: Path, without: str = "", more: str = ""):
    """Postfix with a configuration of its own; `without` names what EHLO shall not announce, `more` is said after it; skipped where missing."""
    if not Path(POSTFIX).exists() or os.geteuid():
        pytest.skip("Debian's package postfix is not installed, or we are not root")
    home = Path(tempfile.mkdtemp(prefix="postfix", dir="/tmp"))  # its own user must be able to enter
    home.chmod(0o755)
    for name in ("etc", "queue", "data"):
        (home / name).mkdir()
    shutil.chown(home / "data", "postfix")
    certificate(home)
    office = Postfix(free_port(), home / "postfix.log")
    (home / "etc/main.cf").write_text(POSTFIX_MAIN.format(folder=home, without=without, more=more))
    (home / "etc/master.cf").write_text(POSTFIX_MASTER.format(port=office.port))
    try:
        _begin_postfix(home, office.port)
        yield office
    finally:
        _end_postfix(home)
        shutil.rmtree(home, ignore_errors=True)


def _begin_postfix(home: Path, port: int) -> None:
    """Begins anew where it stands still: ten lines wait for its log at most (net.unix.max_dgram_qlen), and on a machine
    that is busy the eleventh comes before the program that writes them, which then waits for itself.
    """
    for _ in range(3):
        subprocess.run(
            [POSTFIX, "-c", str(home / "etc"), "start"], check=True, capture_output=True, timeout=60
        )
        wait_until(lambda: _is_open(port), what="postfix")
        if _greets(port):
            return
        _end_postfix(home)
    raise AssertionError("Postfix greeted nobody, three times.")


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 15) as line:
            return line.recv(100).startswith(b"220")
    except OSError:
        return False


def _end_postfix(home: Path) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            [POSTFIX, "-c", str(home / "etc"), "stop"], check=False, capture_output=True, timeout=20
        )
    with contextlib.suppress(OSError, ValueError):  # one that stands still hears nothing
        os.killpg(int((home / "queue/pid/master.pid").read_text()), signal.SIGKILL)
