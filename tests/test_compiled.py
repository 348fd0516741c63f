"""Templates are compiled once, not at each start, and a folder that cannot be had keeps no page from being read."""

import shutil

import pytest
from jinja2 import Environment, FileSystemLoader

from views.render import Compiled


@pytest.fixture
def templates(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("Rust.")
    return tmp_path / "templates"


def fresh(templates, folder: str = "compiled") -> Environment:
    """The environment of a process that has just begun."""
    loader, kept = FileSystemLoader(templates), Compiled(templates.parent / folder)
    return Environment(loader=loader, bytecode_cache=kept, auto_reload=False, autoescape=True)


def rendered(environment) -> str:
    return environment.get_template("page.html").render()


def test_the_next_process_compiles_nothing_anew(templates, monkeypatch):
    assert rendered(fresh(templates)) == "Rust."
    monkeypatch.setattr(Environment, "compile", None)
    assert rendered(fresh(templates)) == "Rust."


def test_nobody_else_of_the_machine_may_look_into_the_folder(templates):
    rendered(fresh(templates))
    assert (templates.parent / "compiled").stat().st_mode & 0o777 == 0o700


def test_a_template_that_was_changed_is_compiled_anew(templates):
    rendered(fresh(templates))
    (templates / "page.html").write_text("Alarm.")
    assert rendered(fresh(templates)) == "Alarm."


@pytest.mark.parametrize("length", [0, 3, 15, 60])
def test_what_was_cut_off_is_compiled_anew(templates, length):
    rendered(fresh(templates))
    [kept] = (templates.parent / "compiled").iterdir()
    kept.write_bytes(kept.read_bytes()[:length])
    assert rendered(fresh(templates)) == "Rust."


def test_a_folder_that_went_away_keeps_no_page_from_being_read(templates):
    begun = fresh(templates)
    shutil.rmtree(begun.bytecode_cache.directory)
    assert rendered(begun) == "Rust."


def test_where_there_is_no_folder_each_process_compiles_for_itself(templates):
    assert rendered(fresh(templates, "nowhere/compiled")) == "Rust."
