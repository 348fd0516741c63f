"""Templates are compiled once, not at each start, and a folder that cannot be had keeps no page from being read."""

import shutil
import tempfile

import pytest
from jinja2 import Environment, FileSystemLoader

from views.render import Compiled


@pytest.fixture
def templates(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("Rust.")
    return tmp_path / "templates"


def fresh(templates) -> Environment:
    """The environment of a process that has just begun."""
    return Environment(
        loader=FileSystemLoader(templates),
        bytecode_cache=Compiled.opened(),
        auto_reload=False,
        autoescape=True,
    )


def rendered(environment) -> str:
    return environment.get_template("page.html").render()


def test_the_next_process_compiles_nothing_anew(templates, monkeypatch):
    assert rendered(fresh(templates)) == "Rust."
    monkeypatch.setattr(Environment, "compile", None)
    assert rendered(fresh(templates)) == "Rust."


def test_a_template_that_was_changed_is_compiled_anew(templates):
    rendered(fresh(templates))
    (templates / "page.html").write_text("Alarm.")
    assert rendered(fresh(templates)) == "Alarm."


def test_a_folder_that_went_away_keeps_no_page_from_being_read(templates):
    begun = fresh(templates)
    shutil.rmtree(begun.bytecode_cache.directory)
    assert rendered(begun) == "Rust."


def test_where_there_is_no_folder_each_process_compiles_for_itself(templates, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    begun = fresh(templates)
    assert begun.bytecode_cache is None and rendered(begun) == "Rust."
