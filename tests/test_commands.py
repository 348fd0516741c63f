"""The commands of the README, as a person types them."""

import json
from pathlib import Path

import pytest

from dispatch import demo
from dispatch.onboarding import checklist
from models import ROLES, Bin, Campaign, Member, Message, Organisation, Template, User
from tests import town
from tests.cast import NOON

SAMPLES = Path(__file__).parent / "samples"
SENDER = "lien.vercauteren@zavelstreek.example"


@pytest.fixture
def run(app):
    def run(*words: str, **options):
        return app.test_cli_runner().invoke(args=list(words), **options)

    return run


@pytest.fixture
def demonstration(app):
    loaded()


@town.once
def loaded() -> None:
    demo.load(NOON)


def test_migrate_is_quiet_when_there_is_nothing_to_do(run):
    done = run("migrate")
    assert done.exit_code == 0 and done.output == ""


def test_the_demonstration_has_the_people_that_the_readme_names(run):
    accounts = json.loads(run("demo", "--json").output)
    assert {account["role"] for account in accounts} == set(ROLES)
    assert Member.select().count() == 400 and Bin.select().count() == 4
    assert json.loads(run("demo", "--json").output) == accounts


def test_the_zone_of_the_demonstration_took_every_step_that_it_asks_of_others(demonstration):
    zone = Organisation.get(Organisation.kind == "police_zone")
    assert zone.is_ready and all(step.is_done for step in checklist.steps(zone, NOON))
    practice = Campaign.get(Campaign.is_practice)
    assert practice.status == "done" and practice.ended_at < zone.ready_at
    assert {row.status for row in practice.messages} == {"delivered"}


def test_the_demonstration_stays_out_of_a_database_in_use(run):
    made = [
        "--email",
        "a@b.example",
        "--name",
        "A",
        "--role",
        "sender",
        "--organisation",
        "Z",
        "--kind",
        "police_zone",
    ]
    assert run("user", "add", *made, "--password", "long enough for us").exit_code == 0
    quiet, refused = run("migrate", "--demo"), run("demo")
    assert (quiet.exit_code, quiet.output) == (0, "")
    assert refused.exit_code == 1 and refused.output.startswith("Error: ")
    assert Member.select().count() == 0


def test_an_import_without_commit_writes_nothing_at_all(run, demonstration):
    done = run(
        "members", "import", str(SAMPLES / "bin-demerdal.csv"), "--bin", "Demerdal", "--create-bin", "--json"
    )
    report = json.loads(done.output)
    assert report["rows"] == 240 and report["reconciled"] is True
    kinds = ("added", "updated", "unchanged", "doubles", "refused", "blank")
    assert sum(report[kind] for kind in kinds) == 240
    assert Bin.select().count() == 4 and Member.select().count() == 400


def test_a_committed_import_stands_and_a_second_one_changes_nothing(run, demonstration):
    words = (
        "members",
        "import",
        str(SAMPLES / "plp-hesbaye.csv"),
        "--bin",
        "Hesbaye",
        "--create-bin",
        "--commit",
        "--json",
    )
    assert json.loads(run(*words).output)["added"] == 90
    again = json.loads(run(*words).output)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 90)


def test_into_a_database_without_any_zone_the_import_brings_its_own(run):
    done = run(
        "members",
        "import",
        str(SAMPLES / "bin-beekveld.xlsx"),
        "--bin",
        "Beekveld",
        "--create-bin",
        "--commit",
    )
    assert done.exit_code == 0 and Member.select().count() == 60


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(500), b"", b"Beste buren,\n\nTot zondag.\n", b"PK\x03\x04rest"]
)
def test_what_is_no_table_ends_in_one_sentence(run, demonstration, tmp_path, content):
    (tmp_path / "list.csv").write_bytes(content)
    done = run("members", "import", str(tmp_path / "list.csv"), "--bin", "Molenakker", "--commit")
    assert done.exit_code == 1 and done.output.count("\n") == 1 and done.output.startswith("Error: ")


def test_an_unknown_bin_is_named_and_how_to_make_it(run, demonstration):
    done = run("members", "import", str(SAMPLES / "bin-demerdal.csv"), "--bin", "Nergens")
    assert done.exit_code == 1 and "Nergens" in done.output and "--create-bin" in done.output


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_is_exported_is_read_back_without_a_difference(run, demonstration, tmp_path, ending):
    output = tmp_path / f"list.{ending}"
    assert run("members", "export", "--bin", "Kerkdries", "--output", str(output)).exit_code == 0
    report = json.loads(run("members", "import", str(output), "--bin", "Kerkdries", "--json").output)
    assert report["unchanged"] == report["rows"] > 100 and report["problems"] == []


def test_a_launch_from_a_template_waits_for_its_end_and_counts(run, demonstration):
    words = ("--template", "Nieuwsbrief", "--bin", "Veldlaan", "--by", SENDER, "--wait", "--json")
    summary = json.loads(run("campaign", "launch", *words).stdout)
    assert summary["status"] == "done" and summary["practice"] is False
    assert (
        sum(summary["counts"]["email"].values())
        == summary["messages"]
        == Message.select().where(~Message.is_practice).count()
    )


def test_a_practice_launch_says_so(run, demonstration):
    words = ("--template", "Nieuwsbrief", "--bin", "Veldlaan", "--by", SENDER, "--practice", "--json")
    assert json.loads(run("campaign", "launch", *words).output)["practice"] is True
    assert Campaign.get().is_practice


def test_a_launch_by_somebody_without_the_right_is_refused(run, demonstration):
    words = ("--template", "Gaslek", "--bin", "Molenakker", "--by", "greet.lambrechts@zavelstreek.example")
    assert run("campaign", "launch", *words).exit_code == 1
    assert not Message.select().where(~Message.is_practice).exists()


def test_a_coordinator_may_not_launch_to_another_bin(run, demonstration):
    words = ("--template", "Nieuwsbrief", "--bin", "Veldlaan", "--by", "marc.dhondt@zavelstreek.example")
    assert run("campaign", "launch", *words).exit_code == 1
    assert not Message.select().where(~Message.is_practice).exists()


def test_an_account_needs_no_more_than_an_address_a_role_and_a_password(run, demonstration):
    for role, where in (("sender", "zavelstreek"), ("centre_supervisor", "contactcenter")):
        words = (
            "--email",
            f"nieuw.{role}@voorbeeld.example",
            "--role",
            role,
            "--password",
            "long enough for us",
        )
        assert run("user", "add", *words).exit_code == 0
        assert User.get(User.email == f"nieuw.{role}@voorbeeld.example").organisation.slug == where


def test_an_account_without_a_clear_workplace_is_refused_with_what_to_add(run):
    words = ("--email", "a@b.example", "--role", "sender", "--password", "long enough for us")
    done = run("user", "add", *words)
    assert done.exit_code == 1 and "--organisation" in done.output


def test_a_channel_named_twice_is_one_channel_and_a_refused_launch_leaves_no_draft(run, demonstration):
    words = ("campaign", "launch", "--template", "Gaslek", "--bin", "Veldlaan", "--by", SENDER)
    assert json.loads(run(*words, "--channel", "sms,sms", "--json").output)["messages"] > 0
    drafts = Campaign.select().where(Campaign.status == "draft").count()
    Member.update(mobile="").execute()
    assert run(*words, "--channel", "sms").exit_code == 1
    assert Campaign.select().where(Campaign.status == "draft").count() == drafts == 0


def test_a_number_on_no_list_is_tried_before_a_launch(run, demonstration):
    Template.update(texts={"sms": {"nl": {"body": "Bel 0800 12 345."}}}).where(
        Template.name == "Gaslek"
    ).execute()
    words = ("campaign", "launch", "--template", "Gaslek", "--bin", "Veldlaan", "--by", SENDER)
    words += ("--channel", "sms")
    refused = run(*words)
    assert refused.exit_code == 1 and "0800 12 345" in refused.output
    assert run(*words, "--vouched", "0800 12 345").exit_code == 0


def test_an_export_into_a_folder_that_does_not_exist_is_one_sentence(run, demonstration):
    done = run("members", "export", "--bin", "Kerkdries", "--output", "/nowhere/at/all.csv")
    assert done.exit_code == 1 and done.output.startswith("Error: /nowhere/at/all.csv")


def test_an_organisation_chooses_how_its_calls_begin(run, demonstration):
    zone = Bin.get().organisation.name
    words = ("organisation", "opening", "--organisation", zone, "--language", "nl")
    assert run(*words, "Hier spreekt de politie.").output == "Hier spreekt de politie.\n"
    assert "politiezone Zavelstreek" in run(*words).output
    assert run(*words[:3], "Nergens", *words[4:]).exit_code == 1


def test_a_launch_calls_by_the_channel_that_is_asked(run, demonstration):
    words = ("--template", "Evacuatie", "--bin", "Veldlaan", "--by", SENDER, "--practice", "--json")
    summary = json.loads(run("campaign", "launch", *words, "--channel", "voice").stdout)
    assert list(summary["counts"]) == ["voice"] and summary["counts"]["voice"]["queued"] > 10
