"""Commands that measure this machine; nothing of them touches the database in use."""

import json

import click
from flask.cli import AppGroup

from dispatch import bench, courtesy
from dispatch.errors import Refusal

commands = AppGroup("bench", help="Measure how fast this machine sends.")


@commands.command("dispatch", help="Send one campaign to a sink on this machine, and say how fast it went.")
@click.option("--channel", required=True, type=click.Choice(("email", "sms")))
@click.option("--messages", "number", required=True, type=click.IntRange(1, 9_000_000))
@click.option("--to", required=True, help="The road to a sink on this machine: smtp://127.0.0.1:2525.")
@click.option("--receipts-at", default="", help="Where the gateway posts receipts: http://127.0.0.1:8001.")
@click.option("--json", "as_json", is_flag=True)
def dispatch(channel: str, number: int, to: str, receipts_at: str, as_json: bool):
    courtesy.take_short_turns()  # as the whole program does, and the next line too
    courtesy.keep_what_is_loaded()
    try:
        figures = bench.measure(channel, number, to, receipts_at=receipts_at)
    except (bench.Unmeasurable, Refusal) as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(json.dumps(figures) if as_json else _sentence(figures))


def _sentence(figures: dict[str, float]) -> str:
    return "{messages} messages in {seconds} s: {per_second:,.0f} a second, {peak_mb:.0f} MB at most.".format(
        **figures
    )
