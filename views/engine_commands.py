"""Commands of an installation of several processes: a worker that sends and serves no pages."""

import signal
from pathlib import Path
from threading import Event

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

import models
from dispatch import clock, logs
from dispatch.errors import Refusal
from dispatch.operation import moving
from views.commands import spoken_language


def register(app: Flask) -> None:
    for command in (worker, move_database):
        app.cli.add_command(command)


@click.command(
    "worker", help="Send and tidy without pages, until it is told to stop; any number share one PostgreSQL."
)
@with_appcontext
def worker():
    try:
        models.check_schema()
    except models.WrongSchema as wrong:
        raise click.ClickException(str(wrong)) from None
    if refusal := current_app.extensions.get("refusal"):
        raise click.ClickException(refusal)
    logs.begin(current_app.config["BELFORT_LOG"])
    jobs, stopping = current_app.extensions["jobs"], Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: stopping.set())
    jobs.start()
    click.echo("Belfort sends.")
    stopping.wait()
    jobs.stop()
    current_app.extensions["roads"].close()


@click.command(
    "move-database", help="Move all of a file of SQLite into an empty PostgreSQL, counted and compared."
)
@click.argument("source")
@click.argument("target")
@with_appcontext
def move_database(source: str, target: str):
    if not source.startswith("sqlite:///") or not target.startswith("postgresql://"):
        raise click.ClickException(
            "Usage: flask move-database sqlite:///belfort.db postgresql://user@host/belfort"
        )
    file = Path(source.removeprefix("sqlite:///"))
    try:
        compared, kept = moving.move(file, target, clock.now(), _say)
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence.in_language(spoken_language())) from None
    for one in compared:
        click.echo(f"{one.table:22}{one.before:12}{one.after:12}  {one.sum_after}")
    click.echo(f"{kept}")


def _say(table: str, number: int) -> None:
    click.echo(f"{table}: {number}")
