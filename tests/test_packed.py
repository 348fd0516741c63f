"""What a telephone loads first, in bytes."""

import gzip
import re

import pytest

from tests.page import Client

FIRST_VIEW = 120_000
SHEET = "/static/app.css"


def asked(client: Client, path: str, **headers):
    return client.browser.get(path, headers=headers)


def test_style_and_script_leave_compressed_and_come_out_the_same(client):
    plain = asked(client, SHEET)
    packed = asked(client, SHEET, **{"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]


def test_who_has_it_already_loads_nothing(client):
    known = asked(client, SHEET, **{"Accept-Encoding": "gzip"}).headers["ETag"]
    for encoding in ("gzip", "identity"):
        again = asked(client, SHEET, **{"Accept-Encoding": encoding, "If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("encoding", ["", "identity", "br", "gzip;q=0"])
def test_who_cannot_read_it_compressed_gets_it_plain(client, encoding):
    assert asked(client, SHEET, **{"Accept-Encoding": encoding}).data.startswith(b"/* Belfort")


def test_a_page_with_its_key_never_leaves_compressed(client):
    page = asked(client, "/signin", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers and b"csrf_token" in page.data


def test_the_first_view_of_the_door_weighs_under_120_kilobytes(client):
    accepting = {"Accept-Encoding": "gzip"}
    page = asked(client, "/signin", **accepting)
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.get_data(as_text=True)))
    files |= {"/static/fonts/atkinson-next.woff2"}
    assert len(page.data) + sum(len(asked(client, path, **accepting).data) for path in files) < FIRST_VIEW
