"""What SQLite and Python allow here: the same rows, indices, commits and bytes as ours, with nothing of ours around them.

One thread, one connection, statements written down beforehand, an answer taken as good without a look. Whatever sends
a message and remembers it durably on this machine, in this language, does at least this.
Usage: python -m tests.bench.bare DEED NUMBER PORT [WORDS]: prints the figures as one line of JSON.
"""

import http.client
import json
import resource
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from itertools import islice
from threading import Thread

import requests
import urllib3

from dispatch import bench, clock
from models import database
from store import PRAGMAS

CLAIMED, FROZEN, A_POST = 1_000, 2_000, 500
MAIL_LINES, HTTP_LINES = 8, 24
ADDRESS = {"sms": "mobile", "email": "email"}
Row = tuple[int, str, str]
Send = Callable[[list[Row]], None]

QUEUE = """
INSERT INTO message (campaign_id, channel, is_practice, address, names, language, reference, status, parts, attempts,
    repeats, road, provider_reference, code, detail, due_at)
SELECT ?, ?, 0, {address}, first_name || ' ' || last_name, language, printf('%016x', id), 'queued', 1, 0, 0, '', '', '', '', ?
FROM member WHERE id > ? AND id <= ? ORDER BY id
"""
RECIPIENTS = """
INSERT INTO recipient (message_id, member_id) SELECT message.id, member.id FROM member JOIN message
    ON message.campaign_id = ? AND message.channel = ? AND message.address = member.{address}
WHERE member.id > ? AND member.id <= ?
"""
CLAIM = """
UPDATE message SET status = 'sending', claimed_at = ?, attempts = attempts + 1, road = 'bare' WHERE id IN
    (SELECT id FROM message WHERE status = 'queued' AND channel = ? AND campaign_id = ? AND due_at <= ?
    ORDER BY due_at, id LIMIT ?)
RETURNING id, reference, address
"""
RECORD = """
UPDATE message SET status = 'accepted', provider_reference = ?, accepted_at = ? WHERE id = ? AND status = 'sending'
"""
DELIVERED = "UPDATE message SET status = 'delivered', ended_at = ? WHERE reference = ?"
TALLY = """
INSERT INTO tally (campaign_id, channel, status, number) VALUES (?, ?, ?, ?)
ON CONFLICT (campaign_id, channel, status) DO UPDATE SET number = number + excluded.number
"""


# ── The database ────────────────────────────────────────────────────────


def durable(channel: str, number: int, send: Send) -> dict[str, float]:
    """Queues, claims, sends and records so many messages."""
    with bench.own_database():
        by, bin = bench.settle(number)
        campaign = bench.draft(channel, by, bin).id
        books = _opened()
        begun, cpu = time.perf_counter(), _cpu()
        _queue(books, channel, campaign, number)
        while rows := _claim(books, channel, campaign):
            send(rows)
            _record(books, channel, campaign, rows)
        facts = _facts(number, begun, cpu)
        [(kept,)] = books.execute("SELECT COUNT(*) FROM message WHERE status = 'accepted'")
    if kept != number:
        raise RuntimeError(f"{kept} of {number} were kept")
    return facts


def queued(number: int, _port: int) -> dict[str, float]:
    """Queues so many messages, and sends none."""
    with bench.own_database():
        by, bin = bench.settle(number)
        campaign = bench.draft("email", by, bin).id
        begun, cpu = time.perf_counter(), _cpu()
        _queue(_opened(), "email", campaign, number)
        return _facts(number, begun, cpu)


def _opened() -> sqlite3.Connection:
    books = sqlite3.connect(database.obj.database, isolation_level=None)
    for name, value in PRAGMAS.items():
        books.execute(f"PRAGMA {name} = {value}")
    return books


def _queue(books: sqlite3.Connection, channel: str, campaign: int, number: int) -> None:
    address = ADDRESS[channel]
    for after in range(0, number, FROZEN):
        books.execute("BEGIN IMMEDIATE")
        part = (after, after + FROZEN)
        books.execute(QUEUE.format(address=address), (campaign, channel, str(clock.now()), *part))
        books.execute(RECIPIENTS.format(address=address), (campaign, channel, *part))
        books.execute(TALLY, (campaign, channel, "queued", FROZEN))
        books.execute("COMMIT")


def _claim(books: sqlite3.Connection, channel: str, campaign: int) -> list[Row]:
    now = str(clock.now())
    books.execute("BEGIN IMMEDIATE")
    rows = books.execute(CLAIM, (now, channel, campaign, now, CLAIMED)).fetchall()
    _move(books, channel, campaign, "queued", "sending", len(rows))
    books.execute("COMMIT")
    return rows


def _record(books: sqlite3.Connection, channel: str, campaign: int, rows: list[Row]) -> None:
    now = str(clock.now())
    books.execute("BEGIN IMMEDIATE")
    books.executemany(RECORD, [(reference, now, id) for id, reference, _ in rows])
    _move(books, channel, campaign, "sending", "accepted", len(rows))
    books.execute("COMMIT")


def _move(books: sqlite3.Connection, channel: str, campaign: int, old: str, new: str, number: int) -> None:
    books.executemany(TALLY, [(campaign, channel, old, -number), (campaign, channel, new, number)])


# ── The line ────────────────────────────────────────────────────────────


def in_batches(number: int, port: int) -> dict[str, float]:
    """500 receivers a POST, as a JSON document, and the answer read as one."""
    line = _dialled(port)

    def send(rows: list[Row]) -> None:
        rest = iter(rows)
        while part := list(islice(rest, A_POST)):
            to = [{"to": address[1:], "messageId": reference} for _, reference, address in part]
            body = json.dumps({"messages": [{"destinations": to, "content": {"text": bench.SMS}}]}).encode()
            head = b"POST /sms/3/messages HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(body)
            line.sendall(head + body)
            assert len(json.loads(_answer(line))["messages"]) == len(part)

    return durable("sms", number, send)


def one_a_request(number: int, port: int, *headers: str) -> dict[str, float]:
    """As many requests under way as lines, the next on each as soon as all have answered."""
    lines, text = [_dialled(port) for _ in range(HTTP_LINES)], bench.SMS.encode()
    more = "".join(f"{header}\r\n" for header in headers).encode()
    head = b"POST /cgi-bin/sendsms HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n%b" % (len(text), more)

    def send(rows: list[Row]) -> None:
        _in_step(
            lines, rows, lambda row: b"%bX-Kannel-To: %b\r\n\r\n%b" % (head, row[2].encode(), text), b"\n"
        )

    return durable("sms", number, send)


def email(number: int, port: int) -> dict[str, float]:
    """As RFC 2920 allows at best where there is no CHUNKING: a letter and the next envelope in one write."""
    lines, letter = [_dialled(port) for _ in range(MAIL_LINES)], b"X" * 2048 + b"\r\n.\r\n"
    for line in lines:
        line.recv(65536)
        line.sendall(b"EHLO here\r\n")
        line.recv(65536)

    def send(rows: list[Row]) -> None:
        _in_step(lines, rows, _envelope, b"354 ", then=letter)

    return durable("email", number, send)


def _envelope(row: Row) -> bytes:
    return b"MAIL FROM:<bench@belfort.example>\r\nRCPT TO:<%b>\r\nDATA\r\n" % row[2].encode()


def _in_step(
    lines: list[socket.socket], rows: list[Row], write: Callable, ends: bytes, then: bytes = b""
) -> None:
    rest = iter(rows)
    busy = [(line, row) for line, row in zip(lines, rest, strict=False)]
    for line, row in busy:
        line.sendall(write(row))
    while busy:
        for line, _ in busy:
            _heard(line, ends)
        following = []
        for line, _ in busy:
            row = next(rest, None)
            said = then + (write(row) if row else b"")
            if said:
                line.sendall(said)
            if row:
                following.append((line, row))
            elif then:
                _heard(line, b"250 ")
        busy = following


def _heard(line: socket.socket, ends: bytes) -> bytes:
    heard = line.recv(65536)
    while ends not in heard:
        heard += line.recv(65536)
    return heard


def _answer(line: socket.socket) -> bytes:
    heard = _heard(line, b"\r\n\r\n")
    head, _, body = heard.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    while len(body) < length:
        body += line.recv(65536)
    return body


def _dialled(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


# ── A rate ──────────────────────────────────────────────────────────────


def paced(number: int, port: int, rate: str) -> dict[str, float]:
    """Letters at a rate, by the clock alone: each millisecond as many as are due, in one write; nothing remembered."""
    line, letter = _dialled(port), b"%bBDAT 2048 LAST\r\n%b" % (ENVELOPE, b"X" * 2048)
    line.recv(65536)
    line.sendall(b"EHLO here\r\n")
    line.recv(65536)
    reader = Thread(target=_read_to_the_end, args=(line,), daemon=True)
    reader.start()
    begun, cpu, sent = time.perf_counter(), _cpu(), 0
    while sent < number:
        due = min(number, int((time.perf_counter() - begun) * float(rate))) - sent
        line.sendall(letter * due)
        sent += due
        time.sleep(0.001)
    line.sendall(b"QUIT\r\n")
    reader.join()
    return _facts(number, begun, cpu)


ENVELOPE = b"MAIL FROM:<bench@belfort.example>\r\nRCPT TO:<somebody@belfort.example>\r\n"


def _read_to_the_end(line: socket.socket) -> None:
    while line.recv(65536):
        pass


# ── Clients ─────────────────────────────────────────────────────────────


def client(number: int, port: int, which: str) -> dict[str, float]:
    """One request after the other on a kept connection, by a library of Python, nothing remembered."""
    post = CLIENTS[which](port)
    begun, cpu = time.perf_counter(), _cpu()
    for _ in range(number):
        post()
    return _facts(number, begun, cpu)


def _requests(port: int) -> Callable[[], object]:
    session, url = requests.Session(), f"http://127.0.0.1:{port}/cgi-bin/sendsms"
    session.trust_env = False
    return lambda: session.post(url, data=bench.SMS, timeout=5).content


def _urllib3(port: int) -> Callable[[], object]:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port)
    return lambda: pool.request("POST", "/cgi-bin/sendsms", body=bench.SMS).data


def _http_client(port: int) -> Callable[[], object]:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def post() -> bytes:
        connection.request("POST", "/cgi-bin/sendsms", bench.SMS)
        return connection.getresponse().read()

    return post


CLIENTS = {"requests": _requests, "urllib3": _urllib3, "http.client": _http_client}


# ── A door ──────────────────────────────────────────────────────────────


def door(path: str, port: int, kind: str) -> None:
    """Answers receipts on waitress, each post after its own commit: one a post in a bare WSGI function (`wsgi`) or in
    Flask around the same (`flask`), or many a post as JSON (`posts`)."""
    import waitress

    books = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for name, value in PRAGMAS.items():
        books.execute(f"PRAGMA {name} = {value}")

    def kept(query: str) -> None:
        reference = query.partition("reference=")[2].partition("&")[0]
        now = str(clock.now())
        books.execute(DELIVERED, (now, reference))

    def posts(environ, start) -> list[bytes]:
        told = json.loads(environ["wsgi.input"].read())["results"]
        now = str(clock.now())
        books.execute("BEGIN IMMEDIATE")
        books.executemany(DELIVERED, [(now, one["messageId"]) for one in told])
        _move(books, "sms", 1, "accepted", "delivered", len(told))
        books.execute("COMMIT")
        start("204 No Content", [])
        return [b""]

    def bare(environ, start) -> list[bytes]:
        kept(environ["QUERY_STRING"])
        start("204 No Content", [])
        return [b""]

    def flask():
        from flask import Flask, request

        app = Flask("door")
        app.add_url_rule(
            "/receipts/<provider>/<key>", view_func=_door(kept, request), methods=["GET", "POST"]
        )
        return app

    # one thread: with more, bare commits would stand in each other's way
    served = {"wsgi": bare, "posts": posts}.get(kind) or flask()
    waitress.serve(served, host="127.0.0.1", port=port, threads=1)


def _door(kept: Callable[[str], None], request) -> Callable:
    def take(provider: str, key: str):
        kept(request.query_string.decode())
        return "", 204

    return take


def _facts(number: int, begun: float, cpu: float) -> dict[str, float]:
    return {"per_second": number / (time.perf_counter() - begun), "cpu_us": (_cpu() - cpu) / number * 1e6}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


DEEDS = {
    "in_batches": in_batches,
    "one_a_request": one_a_request,
    "email": email,
    "paced": paced,
    "client": client,
    "queued": queued,
}

if __name__ == "__main__":
    deed, number, port, *words = sys.argv[1:]
    if deed == "door":
        door(number, int(port), *words)
    else:
        print(json.dumps(DEEDS[deed](int(number), int(port), *words)))
