"""Commands of an installation of several processes: a worker that sends and serves no pages."""

import logging
import signal
from threading import Event

import click
from flask import current_app
from flask.cli import with_appcontext

import models

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


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
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    jobs, stopping = current_app.extensions["jobs"], Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: stopping.set())
    jobs.start()
    click.echo("Belfort sends.")
    stopping.wait()
    jobs.stop()
    current_app.extensions["roads"].close()
