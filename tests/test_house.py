"""The laws of the house."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {"app": 3, "views": 2, "dispatch": 1, "models": 0, "founding": -1, "dialect": -1, "store": -2}


def modules():
    for path in [
        ROOT / "app.py",
        *(ROOT / f"{name}.py" for name in ("models", "founding", "dialect", "store")),
        *ROOT.glob("views/**/*.py"),
        *ROOT.glob("dispatch/**/*.py"),
    ]:
        yield path.relative_to(ROOT), ast.parse(path.read_text())


def imported(tree) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path, tree", [pytest.param(path, tree, id=str(path)) for path, tree in modules()])
def test_imports_run_one_way(path, tree):
    above = {name for name, height in ROOMS.items() if height > ROOMS[room(path)]}
    assert not {name for name in imported(tree) if name.split(".")[0] in above}


def test_dispatch_knows_no_flask_and_only_jobs_the_scheduler():
    for path, tree in modules():
        if room(path) not in ("app", "views"):
            roots = {name.split(".")[0] for name in imported(tree)}
            assert not roots & {"flask", "flask_babel", "flask_login", "flask_wtf", "htmx_flask"}, path
            assert "apscheduler" not in roots or path.name == "jobs.py", path


def test_providers_know_no_tables():
    for path, tree in modules():
        if path.parts[:2] == ("dispatch", "providers"):
            assert not {name for name in imported(tree) if name.split(".")[0] in ("models", "peewee")}, path


def test_only_the_clock_asks_what_time_it_is():
    for path, tree in modules():
        asked = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and node.attr in ("now", "utcnow", "today")
            and isinstance(node.value, ast.Name)
            and node.value.id in ("datetime", "date")
        }
        assert not asked or path.name == "clock.py", path


WRITES = {
    "create",
    "insert",
    "insert_many",
    "update",
    "delete",
    "delete_instance",
    "save",
    "bulk_create",
    "replace_many",
}


def test_views_do_not_write():
    import models

    tables = {table.__name__ for table in models.TABLES}
    for path, tree in modules():
        if room(path) != "views":
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in WRITES
            ):
                owner = node.func.value
                assert not (isinstance(owner, ast.Name) and owner.id in tables), f"{path}:{node.lineno}"


def test_every_endpoint_is_guarded_or_says_why_it_is_open(app):
    unguarded = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "guarded_by")
    ]
    assert unguarded == []


def test_no_log_line_holds_a_name_a_number_an_address_or_a_text():
    telling = {"name", "names", "address", "email", "mobile", "phone", "text", "body", "subject"}
    for path, tree in modules():
        for node in ast.walk(tree):
            is_log = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("log", "logging", "logger")
            )
            if is_log:
                told = {
                    part.attr
                    for argument in node.args
                    for part in ast.walk(argument)
                    if isinstance(part, ast.Attribute)
                    and not (isinstance(part.value, ast.Name) and part.value.id in ("road", "self"))
                }
                assert not told & telling, f"{path}:{node.lineno}"


def _columns(connection, table: str) -> list[tuple]:
    """All that is said of each column but its place: a later migration can only add behind the others."""
    return [column[1:] for column in connection.execute(f"PRAGMA table_info('{table}')")]


def test_the_migrations_make_exactly_the_tables_of_the_models(empty_database, tmp_path):
    import models

    def schema(path) -> list[tuple]:
        import sqlite3

        with sqlite3.connect(path) as connection:
            return sorted(
                (row[0], sorted(map(str, _columns(connection, row[0]))))
                for row in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')"
                )
                if not row[0].startswith(
                    ("sqlite_", "schema_migration", "sheet_search")
                )  # SQLite's own index
            )

    models.connect(f"sqlite:///{tmp_path / 'fresh.db'}")
    with models.database.connection_context():
        models.database.create_tables(models.TABLES)
    assert schema(empty_database) == schema(tmp_path / "fresh.db")


RECORDING = {
    "audit.record",
    "move",
    "pending.ask",
    "approval.ask",
}  # of a campaign, of what a second administrator confirms
UNRECORDED = {
    "price": "the version of the annex, or the tariff, that is added records itself",
    "record": "it is the recording itself",
    "_confirmed_reset": "the confirmation, and the second factor that is removed, record themselves",
    "rewrite": "the version of annex 1 and its notice record themselves",
    "publish": "the version of annex 3 records itself",
    "invite": "the account that is made records itself",
    "drop_asked_by": "the closing of the account is the deed",
    "jot": "what is typed is nobody else's yet; publishing it is the deed",
    "mark_read": "the row of the reading is its own record, of forty operators for each version",
    "note": "a call is its own record: who, when and what; thousands of them would bury the other deeds",
    "put": "the form that is written records itself",
    "fill_in": "the draft that is written records itself",
    "revise": "the template that is changed records itself",
    "take_back": "the template that is changed records itself",
    "_keep_version": "the version is its own record, beside the deed of the save",
    "remember": "the history of a member, written by deeds that record themselves",
}


def calls(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def test_every_deed_that_somebody_does_is_recorded():
    """A public function that writes for somebody (`by=`) records it, itself or through one of its module."""
    silent = []
    for path, tree in modules():
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        recording = {name for name, function in functions.items() if RECORDING & calls(function)}
        while more := {name for name in functions if calls(functions[name]) & recording} - recording:
            recording |= more
        for name, function in functions.items():
            is_deed = "by" in {argument.arg for argument in function.args.kwonlyargs}
            if room(path) == "dispatch" and is_deed and name not in recording and name not in UNRECORDED:
                silent.append(f"{path}:{name}")
    assert silent == []


def test_a_message_can_end_in_every_way_that_the_models_know(empty_database):
    import sqlite3

    from models import RANKS

    with sqlite3.connect(empty_database) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'message'").fetchone()
    assert all(f"'{status}'" in sql for status in RANKS)
