"""Commands for whoever keeps the machine: a backup now, and a backup put back."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from dispatch import clock
from dispatch.errors import Refusal
from dispatch.operation import backups, restoring
from dispatch.words import N_
from views.commands import deed, say, spoken_language


def register(app: Flask) -> None:
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command("backup", help="Make the backup of today now, and read it back.")
@deed
def backup():
    made = backups.make(current_app.extensions["jobs"].folders, clock.now())
    click.echo(say(N_("Backed up and read back: %(name)s"), name=made))


@click.command(
    "restore",
    help="Put a backup in the place of the database; the old file is kept. With PostgreSQL: after pg_restore, without FILE.",
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@with_appcontext
def restore(file: Path | None):
    try:
        kept = restoring.restore(file, clock.now()) if file else restoring.was_put_back(clock.now())
    except Refusal as refusal:
        raise click.ClickException(refusal.sentence.in_language(spoken_language())) from None
    if kept:
        click.echo(say(N_("The old database is kept: %(name)s"), name=kept))
    click.echo(
        say(
            N_(
                "Restored. Campaigns that were underway are paused, and nothing of them leaves until a person decides. "
                "What was launched after this backup is a draft again, or unknown: do not launch it twice."
            )
        )
    )
