"""Joining by pages: from an empty checklist to the first real message, and what each side may do."""

import json
import sqlite3
from datetime import date, timedelta
from io import BytesIO

import pytest

import models
from dispatch import clock
from dispatch.onboarding import contracts
from dispatch.sending import scenarios
from models import Accession, Contract, Document, Order, Organisation, User, UserTable
from tests import cast, joining

TODAY = clock.local(clock.now()).date()


def english(user: User) -> User:
    User.update(language="en").where(User.id == user.id).execute()
    return User.get_by_id(user.id)


@pytest.fixture
def zone(app):
    where = joining.newcomer()
    cast.bin_named("BIN Molenakker", where)
    return where


@pytest.fixture
def platform(app, signed_in):
    return signed_in(english(cast.user("platform_admin", cast.organisation("Platform", "platform"))))


@pytest.fixture
def admin(zone, signed_in):
    return signed_in(english(cast.user("organisation_admin", zone)))


@pytest.fixture
def under(app):
    return contracts.add(
        "Raamcontract",
        "Crisiscentrum",
        date(2021, 1, 1),
        TODAY + timedelta(days=900),
        by=None,
        now=clock.now(),
    )


def signed(under: Contract, **values) -> dict:
    names = {"signatory": "An Maes, korpschef", "provider_signatory": "Bo Nys, directeur"}
    return {"contract": under.id, "type": "2", "signed_on": "2026-03-02"} | names | values


def pdf(content: bytes = joining.PDF) -> tuple:
    return BytesIO(content), "overeenkomst.pdf"


def test_an_organisation_joins_page_by_page(zone, admin, platform, under):
    joining.tariff()
    page = admin.get("/agreements")
    assert page.path == f"/organisations/{zone.id}" and page.has("Not ready to send yet")
    assert page.has("0 of 4") and len(page.select("#checklist li.todo")) == 4

    page = admin.post(f"/organisations/{zone.id}/agreement", signed(under))
    accession = Accession.get()
    page = admin.post(f"/accessions/{accession.id}/file", file=pdf())
    assert page.has("The signed agreement is kept") and page.has("The platform notes it")
    kept = admin.get(page.link("Save the signed agreement"))
    assert kept.data == joining.PDF and "attachment" in kept.response.headers["Content-Disposition"]
    done = platform.post(f"/accessions/{accession.id}/exchange", exchanged_on="2026-03-09")
    assert done.has("the agreement counts")

    form = admin.get(f"/organisations/{zone.id}/order").form()
    assert (form["number-activation"], form["number-sms"]) == ("1", "0")
    page = admin.post(f"/organisations/{zone.id}/order", form | {"number-sms": "1.000", "orderer": "An Maes"})
    assert page.select("#total") and not Order.select().exists()  # first the sum
    page = admin.post(f"/organisations/{zone.id}/order", page.form())
    assert admin.get(page.link("Save the order form")).data.startswith(b"%PDF-")

    table = BytesIO("Naam;E-mail;Rol;BIN\nMarc Dhondt;marc@heuvel.example;coördinator;Molenakker\n".encode())
    page = admin.post(f"/organisations/{zone.id}/user-tables/new", file=(table, "gebruikers.csv"))
    record = UserTable.get()
    page = admin.post(page.path, page.form("#reading form"))
    made = page.form("#save form")
    page = admin.post(f"/user-tables/{record.id}/commit", made | {"password": "not it"})
    assert page.status == 422 and page.select("#password[aria-invalid]") and UserTable.get().is_open
    page = admin.post(f"/user-tables/{record.id}/commit", made | {"password": cast.PASSWORD})
    assert (
        page.has("1 new account")
        and not page.has("Not an administrator yet")
        and zone.users.where(User.role == "coordinator").count() == 1
    )

    joining.practice(zone, zone.users.first())
    page = admin.get(f"/organisations/{zone.id}")
    assert page.has("4 of 4") and not page.select("#checklist li.todo") and page.has("Ready to send")
    listed = platform.get("/organisations")
    assert listed.has("Heuvel") and listed.has("ready") and not listed.has("4 of 4")


def test_the_organisation_does_not_declare_itself_that_the_papers_are_exchanged(zone, admin, under):
    made = joining.write_down(zone, under, zone.users.first())
    for deed in ("paper", "exchange", "end"):
        assert admin.post(f"/accessions/{made.id}/{deed}", exchanged_on="2026-03-09").status == 403
    assert not Accession.get().is_signed


def test_a_file_that_is_no_pdf_is_refused_with_a_sentence_at_its_field(zone, admin, under):
    made = joining.write_down(zone, under, zone.users.first())
    page = admin.post(f"/accessions/{made.id}/file", file=pdf(b"<script>"))
    assert page.status == 422 and page.select("#file[aria-invalid]") and page.has("not a whole PDF")
    assert admin.post(f"/accessions/{made.id}/file").status == 422
    assert not Document.select().exists()


def test_what_was_typed_wrong_stays_in_the_form(zone, admin, under):
    page = admin.post(f"/organisations/{zone.id}/agreement", signed(under, signed_on="", signatory="Cem Öz"))
    assert page.status == 422 and page.select("#signed_on[aria-invalid]")
    assert page.select('#signatory[value="Cem Öz"]')
    assert admin.post(f"/organisations/{zone.id}/agreement", signed(under, contract="")).status == 422


def test_an_agreement_form_says_every_fault_at_once_in_the_order_of_the_form(zone, admin, under):
    form = signed(under, contract="", signatory="", provider_signatory="", signed_on="")
    page = admin.post(f"/organisations/{zone.id}/agreement", form)
    asked = ["contract", "signatory", "provider_signatory", "signed_on"]
    assert [a["href"] for a in page.select("[data-errors] a")] == [f"#{field}" for field in asked]


def test_an_order_with_a_fault_keeps_what_was_typed(zone, admin):
    joining.tariff()
    form = admin.get(f"/organisations/{zone.id}/order").form()
    page = admin.post(f"/organisations/{zone.id}/order", form | {"number-sms": "veel"})
    assert page.status == 422 and page.select('#number-sms[value="veel"][aria-invalid]')
    assert page.select("#orderer[aria-invalid]") and not Order.select().exists()


def test_without_prices_there_is_no_order_and_the_page_says_who_loads_them(zone, admin):
    assert admin.get(f"/organisations/{zone.id}/order").has("There are no prices yet")


def test_a_refused_row_comes_back_as_a_spreadsheet(zone, admin):
    table = BytesIO(b"Naam;E-mail;Rol\nAn Maes;an@heuvel.example;lezer\nBo Nys;;lezer\n")
    admin.post(f"/organisations/{zone.id}/user-tables/new", file=(table, "gebruikers.csv"))
    record = UserTable.get()
    page = admin.get(f"/user-tables/{record.id}/report")
    assert page.has("Without an e-mail address there is no account") and page.has("Make 1 account")
    back = admin.get(f"/user-tables/{record.id}/faulty.xlsx")
    again = admin.post(f"/organisations/{zone.id}/user-tables/new", file=(BytesIO(back.data), "terug.xlsx"))
    assert again.status == 200 and again.has("1 rows")


def test_a_table_is_read_in_another_way_and_thrown_away(zone, admin):
    table = BytesIO(b"A;B;C\nAn Maes;an@heuvel.example;lezer\n")
    page = admin.post(f"/organisations/{zone.id}/user-tables/new", file=(table, "gebruikers.csv"))
    record, form = UserTable.get(), page.form("#reading form")
    assert page.has("No column holds a role")
    fragment = admin.htmx(f"/user-tables/{record.id}/reading", form | {"column-2": "role"}, method="post")
    assert fragment.select("#column-2 option[selected][value=role]")
    twice = admin.htmx(
        f"/user-tables/{record.id}/reading", form | {"column-0": "role", "column-2": "role"}, method="post"
    )
    assert twice.status == 422 and twice.has("Two columns are both called Role")
    assert admin.post(f"/user-tables/{record.id}/discard").has("Nothing of gebruikers.csv was saved")
    assert admin.get(f"/user-tables/{record.id}/report").status == 409


def test_a_table_in_which_nobody_can_get_an_account_is_not_saved(zone, admin):
    table = BytesIO(b"Naam;E-mail;Rol\nBo Nys;;lezer\n")
    admin.post(f"/organisations/{zone.id}/user-tables/new", file=(table, "gebruikers.csv"))
    record = UserTable.get()
    assert admin.get(f"/user-tables/{record.id}/report").has("There is nothing to save")
    expect = '{"rows": 1, "new": 0, "known": 0, "double": 0, "refused": 1, "blank": 0}'
    assert admin.post(f"/user-tables/{record.id}/commit", expect=expect, password=cast.PASSWORD).status == 422
    assert (
        UserTable.get().is_open and admin.post(f"/user-tables/{record.id}/commit", expect="x").status == 400
    )


def test_a_table_is_undone_on_its_page(zone, admin):
    joining.users(zone, zone.users.first(), "Naam;E-mail;Rol\nAn;an@heuvel.example;lezer\n")
    page = admin.get(f"/organisations/{zone.id}/user-tables")
    assert page.has("Undo this user table")
    page = admin.post(f"/user-tables/{UserTable.get().id}/undo")
    assert page.has("1 account is gone again") and zone.users.count() == 1
    assert admin.post(f"/user-tables/{UserTable.get().id}/undo").has("undone already")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(99)])
def test_what_is_no_table_is_refused(zone, admin, content):
    page = admin.post(f"/organisations/{zone.id}/user-tables/new", file=(BytesIO(content), "g.xlsx"))
    assert page.status == 422 and page.select("#file[aria-invalid]") and not UserTable.select().exists()


# ── The platform ────────────────────────────────────────────────────────


def test_the_platform_adds_an_organisation_and_sees_where_everybody_stands(platform):
    page = platform.post("/organisations/new", name="Politiezone Dal", kind="police_zone", language="fr")
    assert page.has("Not ready to send yet") and Organisation.get(Organisation.name == "Politiezone Dal")
    assert platform.get("/agreements").has("Agreement, Order form, User table, First practice")
    again = platform.post("/organisations/new", name="Politiezone Dal", kind="police_zone", language="fr")
    assert again.status == 422 and again.has("already an organisation")
    assert platform.post("/organisations/new", name="", kind="police_zone", language="nl").status == 422
    assert platform.post("/organisations/new", name="x", kind="burcht", language="nl").status == 422


def test_the_platform_writes_a_contract_down_and_ends_it_with_a_reason(platform, zone):
    typed = {"name": "Raamcontract", "provider": "Crisiscentrum", "begins_on": "2024-07-21"}
    assert platform.post("/contracts/new", typed | {"ends_on": "x"}).status == 422
    page = platform.post("/contracts/new", typed | {"ends_on": "2028-07-20"})
    assert page.path == "/contracts" and page.has("20 July 2028")
    made = Contract.get()
    assert platform.get(f"/contracts/{made.id}/end").has("nothing real leaves 0 organisations")
    assert platform.post(f"/contracts/{made.id}/end", last_day="2027-01-01").status == 422
    page = platform.post(f"/contracts/{made.id}/end", last_day="2027-01-01", why="Ernstige problemen")
    assert page.has("Ernstige problemen") and Contract.get().ended_on == date(2027, 1, 1)
    assert platform.post(f"/contracts/{made.id}/end", last_day="2026-12-31", why="Weer").status == 409


def test_the_platform_notes_paper_and_ends_an_agreement_early(platform, zone, under):
    made = joining.write_down(zone, under, User.get())
    assert platform.post(f"/accessions/{made.id}/exchange", exchanged_on="2026-03-09").status == 422
    assert platform.post(f"/accessions/{made.id}/paper", paper_received_on="2026-03-04").has("is noted")
    platform.post(f"/accessions/{made.id}/exchange", exchanged_on="2026-03-09")
    end = platform.get(platform.get(f"/organisations/{zone.id}/agreement").link("End this agreement early"))
    assert end.h1 == "End early: Heuvel"
    yesterday = TODAY - timedelta(days=1)
    late = platform.post(f"/accessions/{made.id}/end", last_day=yesterday.isoformat(), why="Opgezegd")
    assert late.status == 422 and late.has("This day is past")
    platform.post(f"/accessions/{made.id}/end", last_day=TODAY.isoformat(), why="Opgezegd")
    assert not platform.get(f"/organisations/{zone.id}").has("Nothing real leaves now")
    Accession.update(ended_on=yesterday).execute()  # a day later
    assert platform.get(f"/organisations/{zone.id}").has("Nothing real leaves now")
    assert platform.get("/organisations").has("agreement over")


def test_an_administrator_sees_at_the_start_what_is_missing_and_what_ends(zone, admin, platform):
    assert admin.get("/").has("Your organisation is not ready to send yet")
    soon = TODAY + timedelta(days=100)
    near = contracts.add("Raamcontract", "Centrum", date(2021, 1, 1), soon, by=None, now=clock.now())
    joining.agreement(zone, near, zone.users.first())
    for browser in (admin, platform):
        assert browser.get("/").has("This ends") and browser.get("/").has("Raamcontract")
    assert admin.get(f"/organisations/{zone.id}").has("within 6 months")


def test_others_are_not_bothered_with_agreements(zone, signed_in):
    sender = signed_in(english(cast.user("sender", zone)))
    assert not sender.get("/").has("not ready") and sender.get("/agreements").status == 403


def test_the_page_before_sending_says_what_is_missing_when_one_launches(zone, signed_in):
    sender = english(cast.user("sender", zone))
    draft = joining.campaign(zone, sender)
    page = signed_in(sender).post(f"/campaigns/{draft.id}/launch", terms="1", version=draft.version)
    assert page.status == 422 and page.has("Heuvel is not ready to send") and page.has("page “Agreements”")


def test_the_page_before_sending_says_it_before_there_is_a_button_and_a_practice_has_one(zone, signed_in):
    sender = english(cast.user("sender", zone))
    draft = joining.campaign(zone, sender)
    page = signed_in(sender).get(f"/campaigns/{draft.id}/review")
    assert "Heuvel is not ready to send" in page.select("#verdict")[0].text and not page.select("form#launch")
    practice = joining.campaign(zone, sender, is_practice=True)
    assert signed_in(sender).get(f"/campaigns/{practice.id}/review").select("form#launch")
    assert Organisation.get_by_id(zone.id).ready_at is None


def test_the_command_says_it_too(app, zone):
    sender = cast.user("sender", zone)
    scenarios.save_as_template(joining.campaign(zone, sender), by=sender, now=cast.NOON, name="Gaslek")
    words = ["campaign", "launch", "--template", "Gaslek", "--bin", "BIN Molenakker", "--by", sender.email]
    told = app.test_cli_runner(env={"LANG": "en"}).invoke(args=words)
    assert told.exit_code == 1 and "is not ready to send" in told.output


def test_prices_are_loaded_by_a_command(app, tmp_path):
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(joining.PRICES))
    run = app.test_cli_runner(env={"LANG": "en"}).invoke
    assert "3 prices are loaded" in run(args=["tariff", str(path), "--from", "2026-01-01"]).output
    path.write_text("{")
    broken = run(args=["tariff", str(path), "--from", "2027-01-01"])
    assert broken.exit_code == 1 and "is not JSON" in broken.output


def test_the_state_of_an_older_database_is_ready_where_something_was_launched(tmp_path):
    """The migration: who sends already has joined before there was a list to tick off."""
    models.connect(f"sqlite:///{tmp_path / 'old.db'}")
    with models.database.connection_context():
        steps = models.Runner(models.database.obj, models.MIGRATIONS)
        steps.up("0002_engine")
    with sqlite3.connect(tmp_path / "old.db") as old:
        for id, name in ((1, "Zendt"), (2, "Oefent"), (3, "Nieuw")):
            row = (id, "police_zone", name, name, "nl", "", "")
            old.execute(
                "INSERT INTO organisation (id, kind, name, slug, language, email, phone) VALUES (?,?,?,?,?,?,?)",
                row,
            )
        old.execute(
            "INSERT INTO user (id, organisation_id, email, name, role, phone, language, password_hash, is_active, "
            "created_at) VALUES (1, 1, 'a@b', 'A', 'sender', '', 'nl', '', 1, '2026-01-01')"
        )
        for organisation, is_practice in ((1, 0), (2, 1)):
            values = {
                "organisation_id": organisation,
                "author_id": 1,
                "is_practice": is_practice,
                "launched_at": "2026-02-03 10:00:00",
                "status": "done",
                "name": "x",
                "kind": "news",
                "created_at": "2026-02-03",
                "changed_at": "2026-02-03",
                "people": 0,
                "version": 1,
                "fallback_language": "nl",
                "channels": "[]",
                "texts": "{}",
                "audience": "{}",
                "halted": "",
            }
            places = ", ".join("?" * len(values))
            old.execute(
                f"INSERT INTO campaign ({', '.join(values)}) VALUES ({places})", list(values.values())
            )
    models.migrate()
    with models.database.connection_context():
        found = {one.name: one.is_ready for one in Organisation.select()}
    assert found == {"Zendt": True, "Oefent": False, "Nieuw": False}


# ── Name and address of an organisation ─────────────────────────────────


@pytest.mark.parametrize("email", ["niet goed", "noodplanning@zavel", "@"])
def test_an_organisation_is_not_added_with_an_address_that_is_none(platform, email):
    page = platform.post("/organisations/new", name="Kesterbeek", kind="municipality", email=email)
    assert page.status == 422 and page.select("#email-error")
    assert not Organisation.select().where(Organisation.name == "Kesterbeek").exists()


def test_the_platform_corrects_the_name_and_the_address_of_an_organisation(platform, zone):
    slug = zone.slug
    path = platform.get(f"/organisations/{zone.id}").link("Correct name and e-mail")
    form = platform.get(path).form()
    assert platform.post(path, form | {"email": "niet goed"}).select("#email-error")
    taken = cast.organisation("Kesterbeek").name
    assert platform.post(path, form | {"name": taken}).select("#name-error")
    page = platform.post(path, form | {"name": "Zavelstreek-Noord", "email": "Zone@Zavel.example"})
    assert page.has("Zavelstreek-Noord") and page.has("zone@zavel.example")
    assert Organisation.get_by_id(zone.id).slug == slug
    assert platform.post(path, form).status == 409


def test_an_organisation_sees_its_name_and_address_and_does_not_change_them(admin, zone):
    Organisation.update(email="zone@zavel.example").where(Organisation.id == zone.id).execute()
    page = admin.get(f"/organisations/{zone.id}")
    assert page.has("zone@zavel.example") and not page.has("Correct name and e-mail")
    assert admin.get(f"/organisations/{zone.id}/particulars").status == 403
