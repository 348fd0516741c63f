"""Commands for whoever answers for what is remembered: is the audit whole, and what is due to be forgotten."""

import json
import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from dispatch import audit, clock, retention
from dispatch.audit import Verdict
from dispatch.words import N_
from views.commands import deed, say

audit_commands = AppGroup("audit", help="The memory of deeds.")

REASONS = {
    "changed": N_(
        "Row %(bad)d was changed: it no longer has its own hash. %(number)d rows before it are whole."
    ),
    "gap": N_(
        "Row %(bad)d does not follow on the one before it: a row was removed, put in or moved. "
        "%(number)d rows before it are whole."
    ),
    "seal": N_(
        "The chain ends elsewhere than its seal says: from row %(bad)d on, rows are missing or were added. "
        "%(number)d rows before it are whole."
    ),
    "head": N_(
        "The hash that you gave is not in this chain of %(number)d rows: it was made anew since you noted it."
    ),
    "": N_("The chain is whole: %(number)d rows. Note its last hash elsewhere: %(head)s"),
}


def register(app: Flask) -> None:
    app.cli.add_command(audit_commands)
    app.cli.add_command(forget)


@audit_commands.command("verify", help="Walk the whole chain; ends with 1 at the first row that is wrong.")
@click.option("--head", default="", help="A hash that was noted elsewhere: it must still be in the chain.")
@click.option("--json", "as_json", is_flag=True)
@deed
def verify(head: str, as_json: bool):
    verdict = audit.verify(head)
    click.echo(json.dumps(_told(verdict)) if as_json else say(REASONS[verdict.reason], **_told(verdict)))
    if not verdict.is_whole:
        sys.exit(1)


def _told(verdict: Verdict) -> dict:
    return {**verdict._asdict(), "whole": verdict.is_whole}


@click.command("retention", help="Remove what was kept long enough, as each night does by itself.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True)
@deed
def forget(dry_run: bool, as_json: bool):
    now, keeping = clock.now(), current_app.extensions["jobs"].keeping
    due = retention.due(now, keeping)
    if not dry_run:
        retention.go_round(now, keeping)
    lines = [f"  {number:>7} {say(retention.KINDS[kind])}" for kind, number in due.items()]
    head = say(N_("Would go now:")) if dry_run else say(N_("Was due:"))
    click.echo(json.dumps(due) if as_json else "\n".join([head, *lines]))
