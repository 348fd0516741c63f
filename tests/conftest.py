import os
import socket

import pytest

import app as belfort
import models
import store
from dispatch import courtesy
from tests import cast, kept
from tests.page import Client

# A machine that is busy with tests may well forget one of them for some seconds in the midst of a deed.
store.OPTIONS["idle_in_transaction_session_timeout"] = "120s"
LONG = """
    kill_rounds engine_machine attack pages rights workers kill api_document power_cut victims bounces door scan
"""


def pytest_xdist_auto_num_workers(config) -> int:
    """Four processes on two cores: whoever walks in a browser or talks to a real server waits for it a third of the time."""
    return os.cpu_count() * 2


def pytest_collection_modifyitems(items):
    """What lasts is begun first, so that no core waits at the end for one long file: the browser and LONG.

    What a test is about that says `sqlite` is a file of SQLite: on the other engine there is none.
    """
    items.sort(key=lambda item: "browser" not in item.path.parts and item.path.stem[5:] not in LONG.split())
    if kept.POSTGRES:
        for item in items:
            if marker := item.get_closest_marker("sqlite"):
                item.add_marker(pytest.mark.skip(reason=f"about SQLite: {marker.args[0]}"))


def pytest_collection_finish():
    """Thousands of tests look for rings among everything that was loaded, again and again: a tenth of their time."""
    courtesy.keep_what_is_loaded()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database without rows, made once and copied for every test: a file of SQLite."""
    path = tmp_path_factory.mktemp("empty") / "belfort.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def empty(request, tmp_path_factory):
    """The folder of the same, on the engine of this run."""
    if not kept.POSTGRES:
        yield request.getfixturevalue("empty_database").parent
        return
    folder = tmp_path_factory.mktemp("empty")
    kept.make(folder)
    migrated(kept.url_of(folder))
    yield folder
    kept.drop(folder)


def migrated(url: str) -> None:
    models.connect(url)
    models.migrate()
    if not models.is_postgres():
        models.database.execute_sql("PRAGMA journal_mode = delete")  # so that the file is all there is
    models.database.close()


@pytest.fixture
def fresh(empty, tmp_path):
    """The URL of a migrated database without rows, of this test alone."""
    kept.make(tmp_path, like=empty)
    yield kept.url_of(tmp_path)
    kept.drop(tmp_path)


@pytest.fixture
def settings(fresh, tmp_path):
    return kept.surroundings(tmp_path) | {"BELFORT_SECRET_KEY": "a key for tests", "BELFORT_PUMP": "off"}


@pytest.fixture(scope="session")
def application(empty):
    """The application with all its pages, built once: its addresses take a tenth of a second to write down."""
    return belfort.build_app(kept.surroundings(empty) | {"BELFORT_SECRET_KEY": "k", "BELFORT_PUMP": "off"})


@pytest.fixture
def app(application, settings):
    """The application on a database of its own, with a connection open for the test itself."""
    belfort.settle(application, belfort.read_settings(settings))
    application.testing, pages = True, dict(application.view_functions)
    with models.database.connection_context():
        if not kept.POSTGRES:
            models.database.execute_sql("PRAGMA synchronous = off")  # nobody pulls the plug of a test
        yield application
        cast.assert_readers_may_open(application)
        cast.assert_facts_have_words()
    application.view_functions.update(pages)  # a test may put a page that breaks in the place of another
    application.extensions["roads"].close()


@pytest.fixture
def client(app):
    return Client(app)


@pytest.fixture
def signed_in(app):
    """signed_in(user) is a client whose person has passed the door; how one passes it: tests/test_signin.py."""

    def sign_in(user) -> Client:
        return cast.at_a_screen(app, user)

    return sign_in


@pytest.fixture(autouse=True)
def no_network(request, monkeypatch):
    """The network refuses, unless the test is marked `loopback`: then only this machine answers."""
    connect = socket.socket.connect
    allowed = request.node.get_closest_marker("loopback") is not None

    def guarded(self, address):
        is_here = self.family == socket.AF_UNIX or (
            allowed and address[0] in ("127.0.0.1", "::1", "localhost")
        )
        if not is_here:
            raise OSError(f"this test may not reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
