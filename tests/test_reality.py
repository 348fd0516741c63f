"""Lists as they arrive on a desk: each is read as a careful person would read it, and nothing disappears unsaid."""

import io
import json
import os
import resource
import zipfile

import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from dispatch import papers
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import imports, lists, members
from dispatch.people.sheets import Limits
from models import Audit, Import, Member, MemberChange, Membership
from tests import cast
from tests.cast import NOON

TITLES = "Naam;Voornaam;GSM;E-mail"
JAN, AN = "Peeters;Jan;0477123456;jan@voorbeeld.example", "Claes;An;0477123457;an@voorbeeld.example"
LIST = f"{TITLES}\n{JAN}\n{AN}\n"
ACCENTS = "Naam;Voornaam;GSM\nPeeters;André;0477123456\nÖzcan;Élise;0477123457\nLefèvre;François;0477123458\n"
NAMED = ["André Peeters", "Élise Özcan", "François Lefèvre"]
GRID = [
    ["Naam", "Voornaam", "GSM", "E-mail"],
    ["Peeters", "Jan", 477123456.0, ""],
    ["Claes", "An", "0477 12 34 57", ""],
]


@pytest.fixture
def bin(app):
    return cast.bin_named("BIN Molenakker")


def report_of(bin, content, **asked):
    content = content if isinstance(content, bytes) else content.encode()
    return imports.report(imports.preview(content, "list", bin, asked or None))


def commit(bin, content, **how) -> Import:
    content = content if isinstance(content, bytes) else content.encode()
    record = imports.upload(bin, content, "list", by=None, now=NOON)
    imports.commit(record, by=None, now=NOON, **how)
    return Import.get_by_id(record.id)


def counts(report):
    names = ("rows", "added", "updated", "unchanged", "doubles", "refused", "blank")
    assert report["reconciled"] and report["rows"] == sum(report[name] for name in names[1:])
    return {name: report[name] for name in names if report[name]}


def faults(report):
    return [tuple(problem.values()) for problem in report["problems"]]


def kept(*names):
    return [tuple(getattr(row, name) for name in names) for row in Member.select().order_by(Member.id)]


def xlsx(rows, hidden=(), merged=()) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Leden")
        for area in merged:
            sheet.merge_range(*area)
        for at, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value:
                    (sheet.write_number if isinstance(value, float) else sheet.write_string)(
                        at, column, value
                    )
        for column in hidden:
            sheet.set_column(column, column, None, None, {"hidden": True})
    return out.getvalue()


def xls(rows) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Leden")
    for at, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write(at, column, value)
    book.save(out)
    return out.getvalue()


def ods(rows) -> bytes:
    book, out, table = OpenDocumentSpreadsheet(), io.BytesIO(), Table(name="Leden")
    for cells in rows:
        row = TableRow()
        for value in cells:
            is_number = isinstance(value, float)
            cell = TableCell(valuetype="float", value=value) if is_number else TableCell(valuetype="string")
            if not is_number:
                cell.addElement(P(text=value))
            row.addElement(cell)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.write(out)
    return out.getvalue()


def zipped(**entries) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, text in entries.items():
            made.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


# ── Whatever it was written with ────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (ACCENTS.encode(), "utf-8"),
        (ACCENTS.encode("utf-8-sig"), "utf-8-sig"),
        (ACCENTS.encode("cp1252"), "cp1252"),
        (ACCENTS.encode("cp437", "replace").replace(b"?lise", b"\x90lise"), "cp850"),
        (ACCENTS.encode("cp850"), "cp850"),
        (ACCENTS.encode("mac_roman"), "mac_roman"),
        (ACCENTS.replace(";", "\t").encode("utf-16"), "utf-16"),
        (ACCENTS.replace(";", "\t").encode("utf-16-le"), "utf-16"),
        (ACCENTS.replace(";", "\t").encode("utf-16-be"), "utf-16"),
        (b"\xfe\xff" + ACCENTS.replace(";", "\t").encode("utf-16-be"), "utf-16"),
        (("sep=;\n" + ACCENTS).encode("cp1252"), "cp1252"),
        (ACCENTS.replace("\n", "\r").encode("cp1252"), "cp1252"),
        (ACCENTS.replace("\n", "\r\n").encode(), "utf-8"),
    ],
)
def test_every_accent_survives_whatever_wrote_the_file(bin, content, encoding):
    report = report_of(bin, content)
    assert (report["encoding"], counts(report), report["problems"]) == (encoding, {"rows": 3, "added": 3}, [])
    commit(bin, content)
    assert [row.name for row in Member.select().order_by(Member.id)] == NAMED


@pytest.mark.parametrize("make", [xlsx, xls, ods])
def test_a_workbook_gives_numbers_and_texts_alike(bin, make):
    report = report_of(bin, make(GRID))
    assert (report["encoding"], report["delimiter"], report["sheet"], report["header_row"]) == (
        *(None, None, "Leden", 1),
    )
    commit(bin, make(GRID))
    assert kept("last_name", "mobile") == [("Peeters", "+32477123456"), ("Claes", "+32477123457")]


# ── Titles ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "header_row", "columns"),
    [
        ("Naam *;VOORNAAM*;GSM-nummer (verplicht)\nPeeters;Jan;0477123456", 1, "last_name first_name mobile"),
        ('"FAMILIE-\nNAAM";"Voor-\nnaam";"G.S.M.\nnummer"\nPeeters;Jan;0477123456', 1, "last_name first_name mobile"),
        ("N° de GSM;Prénom;NOM\n0477123456;Jan;Peeters", 1, "mobile first_name last_name"),
        ("Tél. portable,Nom*,Prénom*\n0477123456,Peeters,Jan", 1, "mobile last_name first_name"),
        ("Handy|Vorname|Nachname\n0477123456|Jan|Peeters", 1, "mobile first_name last_name"),
        ("Mobile number\tFirst name\tSurname\n0477123456\tJan\tPeeters", 1, "mobile first_name last_name"),
        ("Peeters;Jan;0477123456\nClaes;An;0477123457", None, "last_name first_name mobile"),
        ("sep=;\nPeeters;Jan;0477123456\nClaes;An;0477123457", None, "last_name first_name mobile"),
        ("Persoon;;Bereik\nNaam;Voornaam;GSM\nPeeters;Jan;0477123456", 2, "last_name first_name mobile"),
        ("Naam;Voornaam;GSM\nNom;Prénom;GSM\nPeeters;Jan;0477123456", 2, "last_name first_name mobile"),
        ("Lid;Lid;Telefoon;Telefoon;E-mail\nnaam;voornaam;vast;gsm;\nPeeters;Jan;;0477123456;", 2,
         "last_name first_name phone mobile email"),
        ("Ledenlijst BIN;;\nbijgewerkt 12/03/2026;;\n;;\nNaam;Voornaam;GSM\nPeeters;Jan;0477123456", 4,
         "last_name first_name mobile"),
        ("Naam;;Voornaam;;GSM;;\nPeeters;;Jan;;0477123456;;", 1, "last_name  first_name  mobile"),
    ],
)  # fmt: skip
def test_each_column_is_found_by_its_title_or_its_contents(bin, text, header_row, columns):
    report = report_of(bin, text)
    titles = text.splitlines()[0]
    assert report["header_row"] == header_row and not report["problems"]
    if header_row == 1 and '"' not in titles:
        named = {found: at for at, found in enumerate(columns.split(" ")) if found}
        cells = titles.replace(",", ";").replace("|", ";").replace("\t", ";").split(";")
        assert report["columns"] == {name: cells[at] for name, at in named.items()}
    assert set(report["columns"]) == set(columns.split())
    commit(bin, text)
    assert kept("last_name", "first_name", "mobile")[0] == ("Peeters", "Jan", "+32477123456")


def test_a_second_number_with_a_column_of_its_own_is_read_too(bin):
    commit(bin, "Naam;Voornaam;GSM 1;GSM 2\nPeeters;Jan;0477123456;0478123456\nClaes;An;;0478123457\n")
    assert kept("mobile", "phone") == [("+32477123456", "+32478123456"), ("+32478123457", "")]


def test_merged_titles_and_hidden_columns_do_not_mislead(bin):
    rows = [
        ["", "", "", ""],
        ["Naam", "Voornaam", "Lidnummer", "GSM"],
        ["Peeters", "Jan", "7", 32477123456.0],
    ]
    content = xlsx(rows, hidden=[2], merged=[(0, 0, 0, 3, "Ledenlijst", None)])
    report = report_of(bin, content)
    assert (report["header_row"], counts(report)) == (2, {"rows": 1, "added": 1})
    assert report["columns"] == {"last_name": "Naam", "first_name": "Voornaam", "mobile": "GSM"}


# ── Rows ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected", "problems"),
    [
        (f"{TITLES}\n\n{JAN}\n;;;\n\n{AN}\n", {"rows": 5, "added": 2, "blank": 3}, []),
        (f"{LIST};;;\nTotaal: 2 leden;;;\n", {"rows": 4, "added": 2, "refused": 1, "blank": 1},
         [(5, "mobile", "", "unreachable", "row")]),
        (f"{LIST}Totaal;;2;\n", {"rows": 3, "added": 2, "refused": 1},
         [(4, "mobile", "2", "impossible", "field"), (4, "mobile", "2", "unreachable", "row")]),
        (f"{TITLES}\nPeeters;Jan;0477123456\nClaes;An;0477123457;an@voorbeeld.example;;;;\nNys\n",
         {"rows": 3, "added": 2, "refused": 1}, [(4, "mobile", "", "unreachable", "row")]),
        (f'{TITLES}\n"Peeters;Jan;0477123456;\n{AN}\n', {"rows": 2, "added": 2}, []),
        (f'{TITLES}\n{AN}\nPeeters;"Jan;0477123456;\nNys;Karel;0477123458;\n', {"rows": 3, "added": 3}, []),
        (f'{TITLES}\n"Peeters;Jan;0477123456;\n{AN}\n"Nys;Karel;0477123458;\n', {"rows": 3, "added": 3}, []),
        (f'{TITLES}\r"Peeters;Jan;0477123456;\r{AN}\r', {"rows": 2, "added": 2}, []),
        (f'{TITLES}\n"Peeters ""Pitte""";Jan;"0477123456\n0478123456";\n{AN}\n', {"rows": 2, "added": 2}, []),
        (f'{TITLES}\n"Peeters;\nClaes";Jan;0477123456;\n{AN}\n', {"rows": 2, "added": 2}, []),
        (f"{LIST}{TITLES}\nNys;Karel;0477123458;\n", {"rows": 4, "added": 3, "refused": 1},
         [(4, "mobile", "GSM", "letters", "field"), (4, "email", "E-mail", "email", "field"),
          (4, "mobile", "GSM", "unreachable", "row")]),
        (f"{TITLES}\n;;0477123456;\n-;;0477123457;\n", {"rows": 2, "refused": 2},
         [(2, "last_name", "", "nameless", "row"), (3, "last_name", "-", "nameless", "row")]),
        (f"{TITLES}\n", {}, []),
        (f"{TITLES}{';' * 300}\n{JAN}{';' * 300}\n", {"rows": 1, "added": 1}, []),
    ],
)  # fmt: skip
def test_every_row_is_counted_once_and_keeps_its_number(bin, text, expected, problems):
    report = report_of(bin, text)
    assert (counts(report), faults(report)) == (expected, problems)
    commit(bin, text)
    assert Member.select().count() == expected.get("added", 0)


def test_a_whole_name_in_one_cell_stays_as_it_was_written(bin):
    names = ["Peeters, Jan", "PEETERS Els", "Piet Peeters", "Fam. Peeters", "Dhr. en Mevr. Peeters-Claes"]
    rows = "\n".join(f"{name};047712340{at}" for at, name in enumerate(names))
    commit(bin, f"Naam;GSM\n{rows}\nJan PEETERS;0477123400\n")
    assert [row.name for row in Member.select().order_by(Member.id)] == names


# ── Cells ───────────────────────────────────────────────────────────────

NOBODY = [
    *("-", "/", "--", "?", "n.v.t.", "N.V.T.", "nvt", "geen", "Geen GSM", "onbekend", "néant", "aucun"),
    *("inconnu", "keine", "unbekannt", "none", "n/a", "#N/B", "#N/A", "“/”", "—", "NULL", "(leeg)"),
]


@pytest.mark.parametrize("written", NOBODY)
def test_a_word_for_nothing_is_an_empty_cell(bin, written):
    text = f"Naam;GSM;E-mail;Straat;Nr\nPeeters;{written};jan@voorbeeld.example;{written};{written}\n"
    assert report_of(bin, text)["problems"] == []
    commit(bin, text)
    assert kept("mobile", "street", "house_number", "email") == [("", "", "", "jan@voorbeeld.example")]


def test_somebody_may_be_called_geen(bin):
    commit(bin, "Naam;Voornaam;GSM\nGeen;Nele;0477123456\n")
    assert kept("last_name") == [("Geen",)]


@pytest.mark.parametrize(
    ("written", "mobile", "phone"),
    [
        *((f"0477123456{sign}0478123456", "+32477123456", "+32478123456")
          for sign in (" / ", "/", " - ", " en ", " et ", " und ", ", ", " ", "|", "\n", " & ", " of ")),
        ("0477.12.34.56/016.23.23.23", "+32477123456", "+3216232323"),
        ("0477 12 34 56 (Jan) 0478 12 34 56 (An)", "+32477123456", "+32478123456"),
        *((one, "+32477123456", "") for one in (
            "+32 (0)477 12 34 56", "0032477123456", "00 32 477 12 34 56", "'0477123456", "0477\u00a012\u00a034\u00a056",
            "0477 12 34 56 (werk)", "gsm: 0477/12.34.56", "477123456", "477123456.0", "32477123456.0", "32477123456",
            "\u202a+32477123456\u202c", "0477-12-34-56", "(0477) 12 34 56", "+320477123456")),
        ("+31 6 12345678", "+31612345678", ""), ("+33 6 12 34 56 78", "+33612345678", ""),
        ("+49 151 23456789", "+4915123456789", ""), ("+352 621 123 456", "+352621123456", ""),
        ("+44 7911 123456", "+447911123456", ""), ("+1 212 555 0123", "+12125550123", ""),
        ("+48 512 345 678", "+48512345678", ""), ("+212 612-345678", "+212612345678", ""),
        ("016 23 23 23", "", "+3216232323"), ("078 15 15 15", "", "+3278151515"), ("0800 12345", "", "+3280012345"),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_was_written(bin, written, mobile, phone):
    cell = written.replace('"', '""')
    text = f'Naam;Voornaam;GSM\nPeeters;Jan;"{cell}"\n'
    assert report_of(bin, text)["problems"] == []
    commit(bin, text)
    assert kept("mobile", "phone") == [(mobile, phone)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("0900 12345", "premium"), ("070 123 456", "premium"), ("4,77123E+08", "scientific")),
        *(("0477 12 34 5", "too_short"), ("047712345678", "too_long"), ("04771234o6", "letters")),
        *(("zie boven", "letters"), ("+99 123 456", "impossible")),
    ],
)
def test_a_number_that_cannot_be_rung_is_left_out_and_said(bin, written, code):
    report = report_of(bin, f"{TITLES}\nPeeters;Jan;{written};jan@voorbeeld.example\nClaes;An;{written};\n")
    field = ("mobile", written, code, "field")
    assert counts(report) == {"rows": 2, "added": 1, "refused": 1}
    assert faults(report) == [(2, *field), (3, *field), (3, "mobile", written, "unreachable", "row")]


# ── No table ────────────────────────────────────────────────────────────

LOCKED = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(900)
)
NO_TABLES = {
    "empty": b"",
    "blanks": b"\n;;\n \n",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(300),
    "pdf": b"%PDF-1.7\n" + bytes(300),
    "docx": zipped(word__document_xml="<x/>"),
    "zip": zipped(leden_csv=LIST),
    "page": b"<html><body><table><tr><td>Naam</td><td>GSM</td></tr></table></body></html>",
    "noughts": bytes(1000),
    "random": bytes((at * 7919 + at // 3) % 251 for at in range(5000)),
    "locked": LOCKED,
    "half": xlsx(GRID)[:900],
    "prose": b"Beste Jan,\n\nhierbij de lijst van onze leden.\n",
    "names only": b"Naam\nJan\nAn\n",
    "wide": b";".join(b"k%d" % at for at in range(300)) + b"\n",
    "bomb": zipped(xl__workbook_xml="") + zipped(xl__workbook_xml=" " * 10)[:40],
}


@pytest.mark.parametrize("name", NO_TABLES)
def test_the_command_refuses_what_is_no_table_in_one_sentence(app, bin, tmp_path, name):
    (tmp_path / "leden.csv").write_bytes(NO_TABLES[name])
    words = ("members", "import", str(tmp_path / "leden.csv"), "--bin", bin.name, "--commit", "--json")
    result = app.test_cli_runner().invoke(args=words)
    assert result.exit_code != 0 and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1 and "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit) and Import.select().count() == 0


def test_the_command_says_what_it_cannot_read(app, bin, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "nothing.csv", tmp_path / "pipe"):
        result = app.test_cli_runner().invoke(args=("members", "import", str(place), "--bin", bin.name))
        assert result.exit_code != 0 and len(result.stderr.strip().splitlines()) == 1 and not result.stdout


def test_the_command_prints_the_report_and_nothing_else(app, bin, tmp_path):
    (tmp_path / "leden.csv").write_text(LIST)
    words = ("members", "import", str(tmp_path / "leden.csv"), "--bin", bin.name, "--json")
    assert json.loads(app.test_cli_runner().invoke(args=words).stdout)["added"] == 2
    assert Member.select().count() == 0
    assert json.loads(app.test_cli_runner().invoke(args=(*words, "--commit")).stdout)["added"] == 2
    assert Member.select().count() == 2
    unknown = app.test_cli_runner().invoke(args=(*words[:-2], "BIN Nergens", "--json"))
    assert unknown.exit_code != 0 and not unknown.stdout and "BIN Nergens" in unknown.stderr


def test_a_list_that_is_too_long_or_too_heavy_is_refused(bin):
    long = b"Naam;GSM\n" + b"P;0477123456\n" * 100_001
    with pytest.raises(Refusal):
        imports.preview(long, "list", bin, limits=Limits(bytes=60_000_000))
    with pytest.raises(Refusal):
        imports.preview(bytes(50_000_001), "list", bin, limits=Limits(bytes=50_000_000))


def test_fifty_megabytes_are_read_within_half_a_gigabyte(bin):
    line = "Peeters{0};Jan;0477{0:06};" + "x" * 2500 + "\n"
    content = (TITLES + ";Nota\n" + "".join(line.format(at) for at in range(19_700))).encode()
    assert len(content) > 49_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = imports.preview(content, "list", bin, limits=Limits(bytes=60_000_000))
    assert found.counts["added"] == 19_700
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


# ── Doubles and households ──────────────────────────────────────────────

HOME = "Naam;Voornaam;GSM;Telefoon;E-mail;Straat;Nr\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Peeters;Jan;0477123456;;;;", "PEETERS;jan;0477 12 34 56;;;;"),
        ("Müller;Zoë;0477123456;;;;", "zoe;MULLER;0477123456;;;;"),
        ("De Smet;An;;016232323;;;", "DE  SMET;An;0477123456;016/23.23.23;;;"),
        ("Claes;An;0477123456;;an@voorbeeld.example;;", "Claes;An;;;AN@voorbeeld.example;;"),
        ("Claes;An;0477123456;;;Molenweg;12", "Claes;An;;016232323;;MOLENWEG;12"),
    ],
)
def test_the_same_person_is_one_member_in_the_list_the_bin_and_the_zone(bin, first, second):
    assert counts(report_of(bin, HOME + first + "\n" + second)) == {"rows": 2, "added": 1, "doubles": 1}
    commit(bin, HOME + first + "\n" + second)
    again = counts(report_of(bin, HOME + second))
    assert again.get("added", 0) == 0
    other = cast.bin_named("BIN Kerkdries")
    assert counts(report_of(other, HOME + second)) == {"rows": 1, "doubles": 1}
    commit(other, HOME + second)
    assert (Member.select().count(), Membership.select().count()) == (1, 2)


def test_a_household_that_shares_everything_stays_several_members(bin):
    home = "0477123456;016232323;thuis@voorbeeld.example;Molenweg;12"
    commit(bin, f"{HOME}Peeters;Jan;{home}\nPeeters;An;{home}\nClaes;Rosa;{home}\n")
    assert kept("first_name", "mobile") == [(name, "+32477123456") for name in ("Jan", "An", "Rosa")]


def test_no_number_of_father_and_son_of_one_name_is_lost_unsaid(bin):
    rows = [f"Peeters;Jan;047712345{at};;;Molenweg;12" for at in (6, 7, 8)]
    text = HOME + "\n".join(rows)
    report = report_of(bin, text)
    assert counts(report) == {"rows": 3, "added": 1, "doubles": 2}
    assert faults(report) == [(4, "mobile", "+32477123458", "kept", "field")]
    commit(bin, text)
    assert kept("mobile", "phone") == [("+32477123456", "+32477123457")]
    assert counts(report_of(bin, text)) == {"rows": 3, "unchanged": 1, "doubles": 2}


def test_the_same_list_again_changes_nothing(bin):
    text = (
        HOME
        + "Peeters;Jan;0477123456;;;Dorp;1\nPeeters;Jan;0478123456;;j@voorbeeld.example;Dorp;1\n;;;;;;\nNys;;;;;;\n"
    )
    first = counts(report_of(bin, text))
    commit(bin, text)
    changes = MemberChange.select().count()
    again = counts(report_of(bin, text))
    assert again == {"rows": 4, "unchanged": 1, "doubles": 1, "refused": 1, "blank": 1}
    assert first == {"rows": 4, "added": 1, "doubles": 1, "refused": 1, "blank": 1}
    commit(bin, text)
    assert MemberChange.select().count() == changes


# ── Commit and undo ─────────────────────────────────────────────────────


def test_a_commit_that_dies_halfway_leaves_nothing(bin, monkeypatch):
    record = imports.upload(bin, LIST.encode(), "list", by=None, now=NOON)
    before = Audit.select().count()

    def dies(*_args, **_facts):
        raise KeyboardInterrupt

    monkeypatch.setattr("dispatch.audit.record", dies)  # the last thing that a commit writes
    with pytest.raises(KeyboardInterrupt):
        imports.commit(record, by=None, now=NOON)
    assert (Member.select().count(), Membership.select().count(), MemberChange.select().count()) == (0, 0, 0)
    assert Audit.select().count() == before and Import.get_by_id(record.id).is_open


def test_an_edited_member_keeps_an_import_from_being_undone(bin):
    record = commit(bin, LIST)
    members.change(Member.get(Member.last_name == "Claes"), {"town": "Leuven"}, version=1, by=None, now=NOON)
    with pytest.raises(WrongMoment, match="An Claes"):
        imports.undo(record, by=None, now=NOON)
    assert Member.select().count() == 2


def test_an_undo_gives_pauses_and_roles_back(bin):
    commit(bin, LIST)
    jan, an = Membership.select().order_by(Membership.id)
    members.pause(jan, by=None, now=NOON)
    members.set_role(an, "coordinator", by=None, now=NOON)
    before = list(Membership.select().order_by(Membership.id).dicts())
    record = commit(bin, "Naam;Voornaam;GSM;Functie\nClaes;An;0477123457;Lid\n", end_absent=True)
    assert Membership.get_by_id(jan.id).is_ended and Membership.get_by_id(an.id).role == "member"
    imports.undo(record, by=None, now=NOON)
    assert list(Membership.select().order_by(Membership.id).dicts()) == before


# ── Round trip ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("make", [papers.table_csv, lambda *table: papers.table_workbook("Leden", *table)])
def test_what_is_exported_is_read_back_without_a_difference(bin, make):
    names = [
        "=1+1",
        "+Plus",
        "-Min",
        "@Bij",
        'Van "Pitte"',
        "'t Hofke",
        "0",
        "a;b,c d",
        "Z" * 200,
        "=HYPERLINK(A1)",
    ]
    for at, name in enumerate(names):
        cast.member(bin, name, "Jan", mobile=f"+3247712345{at}", street="'s-Hertogenlaan", house_number="-1")
    content = make(*lists.export(bin, "nl", by=None, now=NOON))
    report = report_of(bin, content)
    assert (counts(report), report["problems"]) == ({"rows": 10, "unchanged": 10}, [])


def test_no_cell_of_an_export_is_a_formula(bin):
    cast.member(bin, "=1+1", "@Jan", mobile="+32477123456", street="-1+1")
    table = lists.export(bin, "nl", by=None, now=NOON)
    with zipfile.ZipFile(io.BytesIO(papers.table_workbook("Leden", *table))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    cells = papers.table_csv(*table).decode("utf-8-sig").splitlines()[1].split(";")
    assert not [cell for cell in cells if cell.strip('"')[:1] in ("=", "-", "+", "@")]
