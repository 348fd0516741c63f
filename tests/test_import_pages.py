import json
from io import BytesIO
from pathlib import Path

import pytest

from dispatch.people import members
from models import Import, Member, Membership, User
from tests import cast
from tests.cast import NOON

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def bin(app):
    return cast.bin_named("BIN Molenakker")


@pytest.fixture
def sender(bin, signed_in):
    user = cast.user("sender", bin.organisation)
    User.update(language="en").where(User.id == user.id).execute()
    return signed_in(user)


def upload(browser, bin, content, filename="list.csv"):
    if isinstance(content, str):
        filename, content = content, (SAMPLES / content).read_bytes()
    return browser.post(f"/bins/{bin.id}/imports/new", file=(BytesIO(content), filename))


def at(record, page):
    return f"/imports/{record.id}/{page}"


def test_a_list_goes_from_upload_to_members_and_back(sender, bin):
    understood = upload(sender, bin, "bin-demerdal.csv")
    record = Import.get()
    assert understood.path == at(record, "reading")
    assert understood.select("select#encoding option[selected][value=cp1252]")
    assert understood.select("select#column-2 option[selected][value=mobile]")
    assert len(understood.select("#rows tbody tr")) == 10 and understood.has("Öztürk, Benoît")

    report = sender.post(at(record, "reading"), understood.form("#reading form"))
    assert report.path == at(record, "report")
    assert report.has("240 rows. Nothing is saved yet.") and report.has(
        "Read as Windows-1252 with semicolons"
    )
    assert report.has("There is no way to reach this person") and report.has("4,77123E+08")
    assert Member.select().count() == 0

    form = report.form("#save form")
    saved = sender.post(at(record, "commit"), form)
    assert saved.h1 == "BIN Molenakker" and saved.has("240 rows:")
    assert Member.select().count() == json.loads(form["expect"])["added"]

    undone = sender.post(at(record, "undo"))
    assert undone.has("is undone") and undone.has("undone")
    assert Member.select().count() == 0


def test_broken_letters_and_formulas_are_shown_before_they_come_in_and_refuse_nobody(sender, bin):
    content = 'Naam;Gsm\n?ukasz;0470 00 00 01\n"=HYPERLINK(""http://x.example"";""klik"")";0470 00 00 02\nMaes;0470 00 00 03\n'
    upload(sender, bin, content.encode(), "list.csv")
    record = Import.get()
    report = sender.get(at(record, "report"))
    assert report.has("To look at: 2 rows") and report.has("A letter got lost here")
    assert report.has("A spreadsheet would calculate this") and not report.has("Fields left out")
    assert len(sender.get(at(record, "report/odd")).select("tbody tr")) == 2
    sender.post(at(record, "commit"), report.form("#save form"))
    assert Member.select().count() == 3


def test_every_row_of_the_report_can_be_seen(sender, bin):
    upload(sender, bin, "bin-demerdal.csv")
    record = Import.get()
    report = sender.get(at(record, "report"))
    for word in ("new", "double", "refused"):
        assert sender.get(report.link(word)).status == 200
    page = sender.get(at(record, "report/new"))
    assert len(page.select("tbody tr")) == 100
    assert sender.get(page.link("Next")).status == 200
    assert sender.get(at(record, "report/changed")).has("There are none")
    assert sender.get(at(record, "report/nonsense")).status == 404


def test_what_we_understood_can_be_put_right_while_one_looks(sender, bin):
    page = upload(sender, bin, b"A;B;C\nAerts;Dirk;0470112233\n")
    record, form = Import.get(), page.form("#reading form")
    fragment = sender.htmx(
        at(record, "reading"), form | {"column-0": "first_name", "column-1": "last_name"}, method="post"
    )
    assert fragment.select("#reading") and fragment.has("Dirk, Aerts")
    both = sender.htmx(
        at(record, "reading"), form | {"column-0": "mobile", "column-2": "mobile"}, method="post"
    )
    assert both.status == 422 and both.has("Two columns are both called Mobile")
    wrong = sender.post(at(record, "reading"), form | {"header_row": "99"})
    assert wrong.status == 422 and wrong.has("no row of that number")
    assert sender.post(at(record, "reading"), form | {"header_row": "x"}).status == 422


def test_another_delimiter_reads_the_columns_anew(sender, bin):
    page = upload(sender, bin, b"Naam;GSM,Taal\nAerts;0470112233,F\n")
    record = Import.get()
    changed = sender.post(
        at(record, "reading"), page.form("#reading form") | {"delimiter": ",", "then": "again"}
    )
    assert changed.select("#column-1 option[selected][value=language]")


def test_another_sheet_can_be_chosen(sender, bin):
    page = upload(sender, bin, "bin-beekveld.xlsx")
    assert page.has("There is another sheet: Coördinatoren")
    changed = sender.post(
        at(Import.get(), "reading"), page.form("#reading form") | {"sheet": "Coördinatoren", "then": "again"}
    )
    assert changed.select("#sheet option[selected][value=Coördinatoren]")
    assert changed.has("There is another sheet: Leden")


def test_a_list_without_names_says_what_is_missing(sender, bin):
    page = upload(sender, bin, b"GSM;Taal\n0470112233;F\n0470112234;F\n")
    assert page.has("No column holds a name")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(99), b"PK\x03\x04 not a workbook"])
def test_what_is_no_table_is_refused_with_a_sentence(sender, bin, content):
    page = upload(sender, bin, content, "list.xlsx")
    assert page.status == 422 and page.select("#file[aria-invalid]")
    assert Import.select().count() == 0


def test_no_file_is_refused_too(sender, bin):
    assert sender.post(f"/bins/{bin.id}/imports/new").has("Choose a file first")


def test_a_file_above_the_limit_is_refused(app, sender, bin):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    assert upload(sender, bin, b"Naam;GSM\n" + b"x" * 2000).status == 413


def test_the_faulty_rows_are_a_spreadsheet_with_the_reason(sender, bin):
    upload(sender, bin, "bin-demerdal.csv")
    page = sender.get(at(Import.get(), "faulty.xlsx"))
    assert page.data.startswith(b"PK")
    again = upload(sender, bin, page.data, "faulty.xlsx")
    assert again.status == 200 and again.has("5 rows")


def test_old_and_new_stand_side_by_side(sender, bin):
    cast.member(bin, "Aerts", "Dirk", mobile="+32470112233", street="Molenweg", house_number="12")
    upload(sender, bin, b"Naam;Voornaam;GSM;Straat;Nr\nAerts;Dirk;0470999999;Molenweg;12\n")
    report = sender.get(at(Import.get(), "report"))
    assert [tag.get_text() for tag in report.select("#changed del, #changed ins")] == [
        "0470\xa011\xa022\xa033",
        "0470\xa099\xa099\xa099",
    ]


def test_who_is_not_in_the_list_is_ended_only_when_ticked(sender, bin):
    cast.member(bin, "Smets", "Lieve", mobile="+32470000001")
    upload(sender, bin, b"Naam;GSM\nAerts Dirk;0470112233\n")
    record = Import.get()
    report = sender.get(at(record, "report"))
    assert report.has("Lieve Smets")
    assert sender.get(at(record, "report/absent")).has("Lieve Smets")
    saved = sender.post(at(record, "commit"), report.form("#save form") | {"end_absent": "1"})
    assert saved.has("1 membership ended")
    assert Membership.select().where(Membership.ended_at.is_null()).count() == 1


def test_a_list_that_changed_meanwhile_is_shown_anew(sender, bin):
    upload(sender, bin, b"Naam;GSM\nAerts Dirk;0470112233\n")
    record = Import.get()
    form = sender.get(at(record, "report")).form("#save form")
    cast.member(bin, "Aerts", "Dirk", mobile="+32470112233")
    page = sender.post(at(record, "commit"), form)
    assert page.status == 409 and page.has("There is nothing to save")
    assert sender.post(at(record, "commit"), expect="{").status == 400


def test_an_import_that_is_over_is_not_read_again(sender, bin):
    upload(sender, bin, b"Naam;GSM\nAerts Dirk;0470112233\n")
    record = Import.get()
    assert sender.post(at(record, "discard")).has("Nothing of list.csv was saved")
    for page in ("reading", "report", "faulty.xlsx"):
        assert sender.get(at(record, page)).status == 409
    assert sender.post(at(record, "reading")).status == 409
    assert sender.get(f"/bins/{bin.id}/imports").has("thrown away")


def test_an_import_that_can_no_longer_be_undone_says_why(sender, bin):
    upload(sender, bin, b"Naam;GSM\nAerts Dirk;0470112233\n")
    record = Import.get()
    sender.post(at(record, "commit"), sender.get(at(record, "report")).form("#save form"))
    assert sender.get(f"/bins/{bin.id}/imports").has("Undo this import")
    members.change(Member.get(), {"language": "fr"}, version=1, by=None, now=NOON)
    page = sender.get(f"/bins/{bin.id}/imports")
    assert page.has("changed after this import") and not page.has("Undo this import")
    assert sender.post(at(record, "undo")).has("changed after this import")


def test_a_coordinator_learns_of_another_bin_only_that_it_exists(bin, signed_in):
    other = cast.bin_named("BIN Kerkdries")
    cast.member(other, "Nys", "Karel", mobile="+32470112233")
    user = cast.user("coordinator", bin.organisation, bins=(bin,))
    User.update(language="en").where(User.id == user.id).execute()
    browser = signed_in(user)
    upload(browser, bin, b"Naam;GSM\nKarel Nys;0470112233\n")
    report = browser.get(at(Import.get(), "report"))
    assert report.has("another BIN of the zone") and not report.has("Kerkdries")


def test_a_reader_imports_nothing(bin, signed_in):
    reader = signed_in(cast.user("reader", bin.organisation))
    assert reader.get(f"/bins/{bin.id}/imports/new").status == 403


def test_a_list_of_a_few_warns_before_it_ends_everybody_else(bin, sender):
    for number in range(10, 15):
        cast.member(bin, f"Lid{number}", mobile=f"+324700000{number}")
    upload(sender, bin, b"Naam;GSM\nLid10;0470000010\n")
    assert sender.get(at(Import.get(), "report")).select("#save .note.warn")
    upload(sender, bin, "\n".join(["Naam;GSM", *(f"Lid{n};04700000{n}" for n in range(10, 14))]).encode())
    assert not sender.get(at(Import.get_by_id(2), "report")).select("#save .note.warn")
