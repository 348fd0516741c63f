import shutil
import socket

import pytest

import app as belfort
import models
from dispatch import courtesy
from tests import cast
from tests.page import Client


def pytest_collection_finish():
    """Thousands of tests look for rings among everything that was loaded, again and again: a tenth of their time."""
    courtesy.keep_what_is_loaded()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated database without rows, made once and copied for every test."""
    path = tmp_path_factory.mktemp("empty") / "belfort.db"
    models.connect(f"sqlite:///{path}")
    models.migrate()
    models.database.obj.execute_sql("PRAGMA journal_mode = delete")
    models.database.close()
    return path


@pytest.fixture
def settings(empty_database, tmp_path):
    path = tmp_path / "belfort.db"
    shutil.copy(empty_database, path)
    return {
        "BELFORT_DATABASE": f"sqlite:///{path}",
        "BELFORT_SECRET_KEY": "a key for tests",
        "BELFORT_PUMP": "off",
    }


@pytest.fixture(scope="session")
def application(empty_database):
    """The application with all its pages, built once: its addresses take a tenth of a second to write down."""
    return belfort.build_app(
        {"BELFORT_DATABASE": f"sqlite:///{empty_database}", "BELFORT_SECRET_KEY": "k", "BELFORT_PUMP": "off"}
    )


@pytest.fixture
def app(application, settings):
    """The application on a database of its own, with a connection open for the test itself."""
    belfort.settle(application, belfort.read_settings(settings))
    application.testing, pages = True, dict(application.view_functions)
    with models.database.connection_context():
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
