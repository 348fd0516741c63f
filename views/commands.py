"""Commands for the shell: the same deeds as the pages, asked and answered in a terminal."""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

import models
from dispatch import accounts, clock, demo, papers, rights
from dispatch.access import pending, second_factor
from dispatch.errors import Incomplete, Missing, Refusal
from dispatch.onboarding import orders
from dispatch.people import bins, imports, lists
from dispatch.people.rows import SENTENCES
from dispatch.people.sheets import Limits
from dispatch.sending import campaigns, cap, scenarios, speech, tallies
from dispatch.sending.roads import stays_here
from dispatch.words import CAMPAIGN_STATUSES, LANGUAGES, N_, translator
from models import Bin, Campaign, Organisation, PendingChange, Template, User
from views import bench_commands

TICK_SECONDS = 0.1
WORKPLACES = {
    "platform_admin": "platform",
    "authorised_person": "municipality",
    "centre_supervisor": "contact_centre",
}

user_commands = AppGroup("user", help="Accounts.")
member_commands = AppGroup("members", help="Member lists.")
campaign_commands = AppGroup("campaign", help="Campaigns.")
organisation_commands = AppGroup("organisation", help="Organisations.")


def register(app: Flask) -> None:
    groups = (user_commands, member_commands, campaign_commands, organisation_commands)
    for command in (migrate, load_demo, load_tariff, *groups):
        app.cli.add_command(command)
    app.cli.add_command(bench_commands.commands)


def spoken_language() -> str:
    """The language of the terminal, or Dutch."""
    wanted = os.environ.get("LANG", "")[:2].lower()
    return wanted if wanted in LANGUAGES else "nl"


def say(msgid: str, **facts) -> str:
    said = translator(spoken_language()).gettext(msgid)
    return said % facts if facts else said


def deed(command: Callable) -> Callable:
    """A command on the database: a refusal is one sentence and a status that is not zero, never a traceback."""

    @wraps(command)
    @with_appcontext
    def run(*args, **kwargs):
        try:
            models.check_schema()
            if (refusal := current_app.extensions.get("refusal")) and not kwargs.get("remove"):
                raise click.ClickException(refusal)
            with models.database.connection_context():
                return command(*args, **kwargs)
        except models.WrongSchema as wrong:
            raise click.ClickException(str(wrong)) from None
        except Incomplete as refusal:
            sentences = [refusal.sentence, *refusal.faults.values()]
            raise click.ClickException(
                " ".join(said.in_language(spoken_language()) for said in sentences)
            ) from None
        except Refusal as refusal:
            raise click.ClickException(refusal.sentence.in_language(spoken_language())) from None

    return run


def find_bin(name: str, organisation: str | None) -> Bin:
    found = _bins_named(name, organisation)
    if not found:
        raise Missing(N_("There is no BIN called “%(name)s”."), name=name)
    if len(found) > 1:
        raise Missing(N_("Several zones have a BIN called “%(name)s”. Add --organisation."), name=name)
    return found[0]


def _bins_named(name: str, organisation: str | None) -> list[Bin]:
    query = Bin.select().join(Organisation).where(Bin.name == name)
    return list(query.where(Organisation.name == organisation) if organisation else query)


# ── Database ────────────────────────────────────────────────────────────


@click.command("migrate", help="Create the tables, or bring them up to this version.")
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demonstration too.")
@with_appcontext
def migrate(with_demo: bool):
    for step in models.migrate():
        click.echo(step)
    if with_demo:
        with models.database.connection_context():
            if demo.is_empty() and _is_kept_here():
                demo.load(clock.now())
            if demo.is_loaded():
                click.echo(_accounts_table(demo.accounts_of()))


@click.command("demo", help="Fill an empty database with an invented zone, and print its accounts.")
@click.option("--json", "as_json", is_flag=True, help="Print the accounts as JSON.")
@click.option("--remove", is_flag=True, help="Close its accounts, so that real roads may be opened.")
@deed
def load_demo(as_json: bool, remove: bool):
    if remove:
        removed = demo.remove(clock.now())
        click.echo(say(N_("%(number)s accounts of the demonstration were closed."), number=removed))
        return
    if not demo.is_loaded():
        if not _is_kept_here():
            raise Refusal(
                N_("A road leads out of this machine. The demonstration is for the simulator only.")
            )
        demo.load(clock.now())
    rows = demo.accounts_of()
    click.echo(json.dumps(rows) if as_json else _accounts_table(rows))


def _is_kept_here() -> bool:
    """No demonstration in a house whose roads are real: its accounts sign in with what is printed."""
    roads = [url for channel in models.CHANNELS for url in current_app.config[f"BELFORT_{channel.upper()}"]]
    return all(map(stays_here, roads))


def _accounts_table(rows: list[dict[str, str]]) -> str:
    head = say(N_("Demonstration accounts (e-mail, password, role):"))
    return "\n".join([head, *(f"  {row['email']:<42} {row['password']:<18} {row['role']}" for row in rows)])


@click.command(
    "tariff", help="Load prices from a JSON file; they count from this day on, until the next tariff."
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "begins_on", required=True, type=click.DateTime(["%Y-%m-%d"]))
@deed
def load_tariff(file: Path, begins_on: datetime):
    try:
        prices = json.loads(_read(file))
    except (ValueError, RecursionError):
        raise Refusal(N_("%(name)s is not JSON."), name=file) from None
    orders.add_tariff(prices, begins_on.date(), by=None, now=clock.now())
    click.echo(say(N_("%(number)d prices are loaded."), number=len(prices)))


# ── Accounts ────────────────────────────────────────────────────────────


@user_commands.command("add", help="Make an account.")
@click.option("--email", required=True)
@click.option("--name", default="", help="Without it, the part of the address before the @.")
@click.option("--role", required=True, type=click.Choice(models.ROLES))
@click.option("--organisation", help="Its name. Without it, the only one of the kind that the role works in.")
@click.option(
    "--kind", type=click.Choice(models.ORGANISATION_KINDS), help="Make the organisation, of this kind."
)
@click.option("--national-desk", is_flag=True, help="The organisation takes campaigns of zones over.")
@click.option(
    "--bin", "bin_names", multiple=True, help="A BIN that a coordinator looks after; may be repeated."
)
@click.password_option()
@deed
def add_user(
    email: str,
    name: str,
    role: str,
    organisation: str | None,
    kind: str | None,
    national_desk: bool,
    bin_names,
    password: str,
):
    user = accounts.add_user(
        email=email,
        name=name or email.partition("@")[0],
        role=role,
        organisation=_workplace(organisation, kind, role, national_desk),
        password=password,
        now=clock.now(),
        bins=tuple(find_bin(bin_name, organisation) for bin_name in bin_names),
    )
    click.echo(user.email)


@user_commands.command(
    "forget-telephone", help="Let somebody who lost telephone and recovery codes set up anew."
)
@click.option("--email", required=True)
@deed
def forget_telephone(email: str):
    """For the administrator of the machine, where there is no second administrator to confirm it."""
    user = User.get_or_none(User.email == email.strip().lower())
    if not user:
        raise Missing(N_("There is no account for %(email)s."), email=email)
    second_factor.remove(user, by=None, now=clock.now())
    click.echo(user.email)


@user_commands.command(
    "confirm", help="Do what waits for a second administrator about this account, where there is none."
)
@click.option("--email", required=True)
@deed
def confirm(email: str):
    """For the administrator of the machine, while there is one administrator of the platform and no other."""
    now, user = clock.now(), User.get_or_none(User.email == email.strip().lower())
    if not user:
        raise Missing(N_("There is no account for %(email)s."), email=email)
    waiting = list(pending.of(user.organisation, now).where(PendingChange.about == user.id))
    if not waiting:
        raise Missing(N_("Nothing waits for a second administrator about %(email)s."), email=email)
    for change in waiting:
        pending.confirm_alone(change, now=now)
    click.echo(user.email)


def _workplace(name: str | None, kind: str | None, role: str, is_desk: bool) -> Organisation:
    if not name:
        found = list(Organisation.select().where(Organisation.kind == WORKPLACES.get(role, "police_zone")))
        if len(found) != 1:
            raise Missing(N_("Say which organisation, with --organisation."))
        return found[0]
    if where := Organisation.get_or_none(Organisation.name == name):
        return where
    if kind:
        return accounts.add_organisation(name, kind, now=clock.now(), is_national_desk=is_desk)
    raise Missing(N_("There is no organisation called “%(name)s”. Add --kind to make it."), name=name)


# ── Member lists ────────────────────────────────────────────────────────


@member_commands.command("import", help="Read a member list; without --commit, only say what it would do.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--bin", "bin_name", required=True)
@click.option("--organisation", help="The police zone, where several have a BIN of this name.")
@click.option("--create-bin", is_flag=True, help="Make the BIN when there is none of this name.")
@click.option("--commit", is_flag=True, help="Write it.")
@click.option("--json", "as_json", is_flag=True)
@deed
def import_list(
    file: Path, bin_name: str, organisation: str | None, create_bin: bool, commit: bool, as_json: bool
):
    content, limits = _read(file), _limits()
    preview = imports.preview(
        content, file.name, _bin_to_fill(bin_name, organisation, create_bin), limits=limits
    )
    if not (preview.reading.has_name and preview.reading.has_reach):
        raise Refusal(N_("This list has no column with names, or none with numbers or e-mail addresses."))
    if commit:
        with models.writing():
            bin = _kept(preview.bin)
            record = imports.upload(bin, content, file.name, by=None, now=clock.now(), limits=limits)
            imports.commit(record, by=None, now=clock.now(), reading=preview.reading)
    report = imports.report(preview)
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else _import_sentence(report, commit))


@member_commands.command("export", help="Write the member list of a BIN to a file that an import reads back.")
@click.option("--bin", "bin_name", required=True)
@click.option("--organisation")
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@deed
def export_list(bin_name: str, organisation: str | None, output: Path):
    if output.suffix not in (".csv", ".xlsx"):
        raise Refusal(N_("The output must end in .csv or .xlsx."))
    bin = find_bin(bin_name, organisation)
    header, rows = lists.export(bin, spoken_language(), by=None, now=clock.now())
    is_csv = output.suffix == ".csv"
    content = papers.table_csv(header, rows) if is_csv else papers.table_workbook(bin.name, header, rows)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise Refusal(
            N_("%(file)s cannot be written: %(reason)s."), file=str(output), reason=error.strerror
        ) from None
    click.echo(str(output))


def _read(file: Path) -> bytes:
    """What is in the file; a pipe is refused, it might never end."""
    try:
        if file.exists() and not file.is_file():
            raise Refusal(N_("%(name)s is not a file."), name=file)
        return file.read_bytes()
    except OSError as fault:
        raise Refusal(
            N_("The file %(name)s cannot be read: %(reason)s."), name=file, reason=fault.strerror
        ) from None


def _limits() -> Limits:
    return Limits(
        bytes=current_app.config["MAX_CONTENT_LENGTH"], rows=current_app.config["BELFORT_IMPORT_ROWS"]
    )


def _bin_to_fill(name: str, organisation: str | None, create: bool) -> Bin:
    """The BIN of this name, or one that is not kept yet: a preview writes nothing."""
    if _bins_named(name, organisation):
        return find_bin(name, organisation)
    if not create:
        raise Missing(N_("There is no BIN called “%(name)s”. Add --create-bin to make it."), name=name)
    zones = Organisation.select().where(Organisation.kind == "police_zone")
    if organisation:
        zones = zones.where(Organisation.name == organisation)
    if zones.count() > 1:
        raise Missing(N_("There are several police zones. Say which one with --organisation."))
    zone = zones.first() or Organisation(kind="police_zone", name=organisation or say(N_("Police zone")))
    return Bin(organisation=zone, name=name)


def _kept(bin: Bin) -> Bin:
    if bin.id:
        return bin
    zone = bin.organisation
    if not zone.id:
        zone = accounts.add_organisation(zone.name, zone.kind, now=clock.now())
    return bins.create(zone, bin.name, by=None, now=clock.now())


def _import_sentence(report: dict, committed: bool) -> str:
    counts = N_(
        "%(rows)d rows = %(added)d new + %(updated)d changed + %(unchanged)d unchanged + %(doubles)d double + "
        "%(refused)d refused + %(blank)d blank."
    )
    done = N_("The list was saved.") if committed else N_("Nothing was saved: add --commit to save it.")
    faults = [
        f"  {fault['row']} {fault['column']}: {fault['value']} ({say(SENTENCES[fault['code']])})"
        for fault in report["problems"]
    ]
    return "\n".join([say(counts, **report), *faults, say(done)])


# ── Organisations ───────────────────────────────────────────────────────


@organisation_commands.command(
    "opening", help="Say how spoken messages begin and end; without words, as by default."
)
@click.option("--organisation", "name", required=True)
@click.option("--language", type=click.Choice(LANGUAGES), required=True)
@click.argument("words", default="")
@deed
def opening(name, language, words):
    organisation = Organisation.get_or_none(Organisation.name == name)
    if not organisation:
        raise Missing(N_("There is no organisation called “%(name)s”."), name=name)
    speech.begin_with(organisation, language, words, by=None, now=clock.now())
    click.echo(speech.opening(Organisation.get_by_id(organisation.id), language))


# ── Campaigns ───────────────────────────────────────────────────────────


@campaign_commands.command("launch", help="Launch a campaign from a template.")
@click.option("--template", "template_name", required=True)
@click.option("--bin", "bin_name", required=True)
@click.option("--channel", "channels", help="Comma-separated; without it, the template's channels.")
@click.option("--fill", "values", multiple=True, help="What stands in a placeholder: name=words.")
@click.option("--vouched", multiple=True, help="A number or link on no list that you have tried.")
@click.option("--by", "email", required=True, help="The account that sends, and confirms the terms of use.")
@click.option("--practice", is_flag=True, help="Nothing real is sent.")
@click.option("--wait", is_flag=True, help="Turn the pump until the campaign is over.")
@click.option("--json", "as_json", is_flag=True)
@deed
def launch(template_name, bin_name, channels, values, vouched, email, practice, wait, as_json):
    by = User.get_or_none(User.email == email.lower(), User.is_active)
    if not by:
        raise Missing(N_("There is no account for %(email)s."), email=email)
    with models.writing():  # a launch that is refused leaves no draft behind
        campaign = _drafted(template_name, bin_name, channels, by, practice)
        typed = dict(value.partition("=")[::2] for value in values)
        campaign = scenarios.fill_in(campaign, typed, by=by, now=clock.now(), version=campaign.version)
        campaign = campaigns.launch(campaign, by=by, now=clock.now(), terms_accepted=True, vouched=vouched)
    if wait:
        campaign = _wait_for(campaign, silent=as_json)
    click.echo(json.dumps(_summary(campaign)) if as_json else _sentence(campaign))


@campaign_commands.command("cap", help="Print a warning that was sent as CAP 1.2, for other warning systems.")
@click.argument("id", type=int)
@deed
def as_cap(id):
    if not (campaign := Campaign.get_or_none(Campaign.id == id)):
        raise Missing(N_("There is no campaign %(id)s."), id=id)
    click.echo(cap.document(campaign, current_app.config["BELFORT_PUBLIC_URL"]))


def _drafted(template_name: str, bin_name: str, channels: str | None, by: User, practice: bool) -> Campaign:
    template = scenarios.templates_of(by.organisation).where(Template.name == template_name).first()
    if not template:
        raise Missing(N_("There is no template called “%(name)s”."), name=template_name)
    bin = rights.bins_of(by).where(Bin.name == bin_name).first()
    if not bin:
        raise Missing(N_("There is no BIN called “%(name)s” that this account looks after."), name=bin_name)
    wording = {"audience": {"bins": [bin.id]}} | _chosen(channels)
    rights.demand(
        by, "campaign.launch", template.kind, wording.get("channels", template.channels), wording["audience"]
    )
    campaign = campaigns.draft(
        by.organisation, by=by, now=clock.now(), is_practice=practice, template=template
    )
    return campaigns.write(campaign, by=by, now=clock.now(), version=campaign.version, **wording)


def _chosen(channels: str | None) -> dict:
    if not channels:
        return {}
    chosen = list(dict.fromkeys(channel.strip() for channel in channels.split(",")))
    if unknown := [channel for channel in chosen if channel not in campaigns.READY_CHANNELS]:
        sentence = N_("“%(channel)s” is not a channel. There are: sms, voice, email.")
        raise Missing(sentence, channel=unknown[0])
    return {"channels": chosen}


def _wait_for(campaign: Campaign, silent: bool) -> Campaign:
    """Turns the pump until the campaign is over, with a bar where somebody looks."""
    pump = current_app.extensions["jobs"].pump
    total = campaign.messages.count()
    hidden = silent or not sys.stderr.isatty()
    with click.progressbar(length=total, file=sys.stderr, hidden=hidden, label=campaign.name) as bar:
        while not campaign.is_over:
            carried = pump.tick()
            bar.update(carried)
            if not carried:
                time.sleep(TICK_SECONDS)
            campaign = Campaign.get_by_id(campaign.id)
    return campaign


def _summary(campaign: Campaign) -> dict:
    table = tallies.counts(campaign)
    return {
        "campaign": campaign.id,
        "status": campaign.status,
        "practice": campaign.is_practice,
        "people": campaign.people,
        "messages": sum(sum(row.values()) for row in table.values()),
        "counts": table,
    }


def _sentence(campaign: Campaign) -> str:
    facts = _summary(campaign)
    lines = [
        say(
            N_("Campaign %(campaign)d, %(people)d people, %(messages)d messages: %(status)s."),
            **facts | {"status": say(CAMPAIGN_STATUSES[campaign.status])},
        )
    ]
    for channel, row in facts["counts"].items():
        lines.append(
            f"  {channel}: " + ", ".join(f"{status} {number}" for status, number in row.items() if number)
        )
    return "\n".join(lines)
