import os
import shutil
import socket
from itertools import count

import pytest

import app as belfort
import models
import store
from dispatch import courtesy
from tests import cast
from tests.page import Client

# Such as postgresql://belfort@127.0.0.1:5544: see Makefile. It stays there for the processes that xdist starts.
POSTGRES = os.environ.get("POSTGRES_FOR_TESTS", "")
# A machine that is busy with tests may well forget one of them for some seconds in the midst of a deed.
store.OPTIONS["idle_in_transaction_session_timeout"] = "120s"
LONG = """
    kill_rounds engine_machine attack pages rights workers kill api_document power_cut victims bounces door scan
"""
_numbers = count(1)


def pytest_xdist_auto_num_workers(config) -> int:
    """Four processes on two cores: whoever walks in a browser or talks to a real server waits for it a third of the time."""
    return os.cpu_count() * 2


def pytest_collection_modifyitems(items):
    """What lasts is begun first, so that no core waits at the end for one long file: the browser and LONG.

    What a test is about that says `sqlite` is a file of SQLite: on the other engine there is none.
    """
    items.sort(key=lambda item: "browser" not in item.path.parts and item.path.stem[5:] not in LONG.split())
    if POSTGRES:
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
    models.connect(f"sqlite:///{path}")
    models.migrate()
    models.database.obj.execute_sql("PRAGMA journal_mode = delete")
    models.database.close()
    return path


@pytest.fixture(scope="session")
def empty_url(empty_database):
    """The URL of the same, on the engine of this run."""
    if not POSTGRES:
        yield f"sqlite:///{empty_database}"
        return
    name = f"empty_{os.getpid()}"
    with cluster() as server:
        server.execute(f"CREATE DATABASE {name}")
        models.connect(f"{POSTGRES}/{name}")
        models.migrate()
        models.database.close_all()
        yield f"{POSTGRES}/{name}"
        if models.is_postgres():  # the last test may have been about a file
            models.database.close_all()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def cluster():
    import psycopg

    return psycopg.connect(f"{POSTGRES}/postgres", autocommit=True)


@pytest.fixture
def fresh(empty_url, tmp_path):
    """The URL of a migrated database without rows, of this test alone."""
    if not POSTGRES:
        path = tmp_path / "belfort.db"
        shutil.copy(empty_url.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        return
    name, empty = f"test_{os.getpid()}_{next(_numbers)}", empty_url.rpartition("/")[2]
    if models.is_postgres():
        models.database.close_all()
    with cluster() as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {empty} STRATEGY file_copy")
        yield f"{POSTGRES}/{name}"
        if models.is_postgres():
            models.database.close_all()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(fresh, tmp_path):
    said = {"BELFORT_DATABASE": fresh, "BELFORT_SECRET_KEY": "a key for tests", "BELFORT_PUMP": "off"}
    return said | ({"BELFORT_HANDS": str(tmp_path)} if POSTGRES else {})


@pytest.fixture(scope="session")
def application(empty_url, tmp_path_factory):
    """The application with all its pages, built once: its addresses take a tenth of a second to write down."""
    said = {"BELFORT_DATABASE": empty_url, "BELFORT_SECRET_KEY": "k", "BELFORT_PUMP": "off"}
    return belfort.build_app(
        said | ({"BELFORT_HANDS": str(tmp_path_factory.mktemp("hands"))} if POSTGRES else {})
    )


@pytest.fixture
def app(application, settings):
    """The application on a database of its own, with a connection open for the test itself."""
    belfort.settle(application, belfort.read_settings(settings))
    application.testing, pages = True, dict(application.view_functions)
    with models.database.connection_context():
        if not POSTGRES:
            models.database.execute_sql("PRAGMA synchronous = off")  # nobody pulls the plug of a test
        yield application
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
