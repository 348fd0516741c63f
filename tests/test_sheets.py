"""Files as they arrive, from bytes to a table of clean cells."""

import codecs
import io
import struct
import zipfile
from datetime import date

import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from dispatch.people import sheets
from dispatch.people.sheets import Limits, Unreadable, read

LIST = "Naam;Voornaam;GSM\nÖztürk;Zoë;0477 12 34 56\nD'Hondt;Françoise;0478 12 34 56\n"
ROWS = [(2, ["Öztürk", "Zoë", "0477 12 34 56"]), (3, ["D'Hondt", "Françoise", "0478 12 34 56"])]
CONTENT = '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>'


def refusal(data: bytes, **how) -> str:
    with pytest.raises(Unreadable) as refused:
        read(data, **how)
    assert refused.value.code in sheets.SENTENCES
    return refused.value.code


def workbook(tables: dict[str, list[list]], kind: str = "xlsx") -> bytes:
    return {"xlsx": xlsx, "xls": xls, "ods": ods}[kind](tables)


def xlsx(tables) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in tables.items():
            page = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    page.write_datetime(r, c, cell, day) if isinstance(cell, date) else page.write(r, c, cell)
    return out.getvalue()


def xls(tables) -> bytes:
    out, book = io.BytesIO(), xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in tables.items():
        page = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                page.write(r, c, cell, *([day] if isinstance(cell, date) else []))
    book.save(out)
    return out.getvalue()


def ods(tables) -> bytes:
    out, book = io.BytesIO(), OpenDocumentSpreadsheet()
    for name, rows in tables.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for cell in row:
                line.addElement(ods_cell(cell))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(out)
    return out.getvalue()


def ods_cell(value):
    if isinstance(value, bool):
        return TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, date):
        return TableCell(valuetype="date", datevalue=value.isoformat())
    if isinstance(value, (int, float)):
        return TableCell(valuetype="float", value=value)
    cell = TableCell(valuetype="string") if value else TableCell()
    if value:
        cell.addElement(P(text=value))
    return cell


def package(**entries: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in entries.items():
            made.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("codec", "bom", "said"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16"),
        ("utf-16-be", b"", "utf-16"),
        ("cp1252", b"", "cp1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_text_is_read_whatever_its_encoding_and_delimiter(codec, bom, said, delimiter, newline):
    table = read(bom + LIST.replace(";", delimiter).replace("\n", newline).encode(codec))
    assert (table.kind, table.encoding, table.delimiter) == ("csv", said, delimiter)
    assert (table.header_row, table.header, table.rows) == (1, ["Naam", "Voornaam", "GSM"], ROWS)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_keeps_its_row_numbers_digits_days_and_truths(kind):
    rows = [
        ["Ledenlijst 2026", "", "", "", ""],
        ["", "", "", "", ""],
        ["Naam", "GSM", "Postcode", "Sinds", "Actief"],
        ["Maes", 470123456, 3201.0, date(2024, 3, 9), True],
        ["Claes", 32470123456, 3200, date(2025, 12, 31), False],
    ]
    table = read(workbook({"Leden": rows}, kind), "leden.csv")
    assert (table.kind, table.encoding, table.delimiter) == (kind, None, None)
    assert (table.sheet, table.sheets, table.header_row, table.width) == ("Leden", ["Leden"], 3, 5)
    assert table.rows == [
        (4, ["Maes", "470123456", "3201", "2024-03-09", "1"]),
        (5, ["Claes", "32470123456", "3200", "2025-12-31", "0"]),
    ]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_the_sheet_with_the_most_people_is_taken_unless_another_is_asked(kind):
    tables = {
        "Uitleg": [["Lees", "dit"]] * 9,
        "Leden": [["Naam", "GSM"]] + [["Maes", "0477123456"]] * 5,
        "Coördinatoren": [["Naam", "GSM"], ["An", "0478123456"]],
    }
    data = workbook(tables, kind)
    assert read(data).sheet == "Leden"
    assert read(data).sheets == list(tables)
    assert read(data, sheet="Coördinatoren").rows == [(2, ["An", "0478123456"])]
    assert refusal(data, sheet="Leden 2019") == "no_such_sheet"


def test_a_newline_within_quotes_does_not_begin_a_row():
    table = read(b'Naam,Adres,GSM\n"Maes","Stationsstraat 1\nbus 2",0477123456\nClaes,Dorp 3,0478\n')
    assert table.rows == [
        (2, ["Maes", "Stationsstraat 1\nbus 2", "0477123456"]),
        (3, ["Claes", "Dorp 3", "0478"]),
    ]


def test_every_row_is_there_blank_ones_too():
    table = read(b"Naam;GSM\n\nMaes;0477123456\n;\n;;;\nClaes;0478\n")
    assert [number for number, _ in table.rows] == [2, 3, 4, 5, 6]
    assert [any(cells) for _, cells in table.rows] == [False, True, False, False, True]


def test_a_quote_that_is_never_closed_swallows_nothing():
    lines = [f'"Maes;Jan;0477{n:06}' if n == 3 else f"Maes;Jan;0477{n:06}" for n in range(400)]
    assert len(read(b"Naam;Voornaam;GSM\n" + "\n".join(lines).encode()).rows) == 400


def test_the_delimiter_is_the_one_that_cuts_evenly():
    text = "Naam;Adres;GSM\nMaes;Kerkstraat 1, bus 2;0477\nClaes;Dorp 1, bus 3, links;0478\n"
    assert read(text.encode()).delimiter == ";"
    assert read(text.replace("\n", ",\n").encode()).delimiter == ";"


def test_excels_own_line_names_the_delimiter():
    table = read(b"sep=|\r\nNaam|GSM\r\nMaes;x|0477123456\r\n")
    assert (table.delimiter, table.header_row, table.rows) == ("|", 2, [(3, ["Maes;x", "0477123456"])])


def test_a_file_without_titles_has_no_header_row():
    table = read(b"Maes;Jan;0477123456\nClaes;An;0478123456\n")
    assert (table.header_row, table.header, len(table.rows)) == (None, [], 2)


def test_a_list_of_one_column_is_a_list():
    table = read(b"e-mail\njan@voorbeeld.example\nan@voorbeeld.example\n")
    assert (table.header_row, table.rows[0]) == (1, (2, ["jan@voorbeeld.example"]))


def test_what_the_user_says_goes_before_what_was_understood():
    data = "Titel\nNaam,x;GSM\nZoë;0477\n".encode()
    table = read(data, encoding="cp1252", delimiter=",", header_row=0)
    assert (table.encoding, table.delimiter, table.header_row) == ("cp1252", ",", None)
    assert table.rows[1:] == [(2, ["Naam", "x;GSM"]), (3, ["ZoÃ«;0477"])]
    assert read(data, header_row=2).header == ["Naam,x", "GSM"]
    assert refusal(data, header_row=9) == "no_such_row"
    assert refusal(data, encoding="klingon") == "encoding"
    assert refusal(data, delimiter=";;") == "delimiter"


def test_cells_are_freed_of_what_cannot_be_seen():
    table = read("Naam;GSM;Mail\nZoe\u0308\u200b;'0477\u00a012;\ufeff a@b.example \n".encode(), delimiter=";")
    assert table.rows == [(2, ["Zoë", "0477 12", "a@b.example"])]


def test_a_rounded_number_stays_as_it_is():
    assert read(b"Naam;GSM\nMaes;4,77123E+08\n").rows == [(2, ["Maes", "4,77123E+08"])]
    assert read(workbook({"A": [["Naam", "GSM"], ["Maes", 4.77e20]]})).rows == [
        (2, ["Maes", "4" + "77" + "0" * 18])
    ]


def test_a_name_of_a_file_proves_nothing():
    assert read(LIST.encode("cp1252"), "leden.xls").kind == "csv"
    assert read(workbook({"A": [["Naam", "GSM"], ["Maes", "0477123456"]]}), "leden.csv").kind == "xlsx"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"\r\n\r\n  \n", "empty"),
        (b";;;\n;;;\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_table"),
        (b"%PDF-1.7\n1 0 obj << >>", "not_a_table"),
        (bytes(range(256)) * 40, "not_a_table"),
        (b"Naam;GSM\n" + b"\x00\x01\x02" * 400, "not_a_table"),
        (sheets.packages.OLE + b"\x00" * 2000, "not_a_table"),
        (b"\n <!DOCTYPE html><html><table><tr><td>Naam", "web_page"),
        (b"<table><tr><td>Naam</td></tr></table>", "web_page"),
        (codecs.BOM_UTF16_LE + "<html>".encode("utf-16-le"), "web_page"),
        (b'<?xml version="1.0"?><Workbook/>', "web_page"),
        (b"PK\x03\x04 torn", "corrupt"),
        (package(foto_txt="x"), "not_a_table"),
        (package(xl__workbook_xml="<workbook"), "corrupt"),
        (sheets.packages.OLE + "Root Entry EncryptedPackage".encode("utf-16-le"), "locked"),
        (package(**{"content_xml": "x", "META-INF__manifest_xml": "<manifest:encryption-data/>"}), "locked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_with_a_sentence(data, code):
    assert refusal(data) == code


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_without_a_filled_cell_is_empty(kind):
    assert refusal(workbook({"Blad1": []}, kind)) == "empty"


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_torn_workbook_is_refused(kind):
    data = workbook({"A": [["Naam", "GSM"]] + [[f"Maes {n}", 470000000 + n] for n in range(500)]}, kind)
    for end in range(20, len(data), len(data) // 15):
        try:
            read(data[:end])
        except Unreadable:
            continue


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    try:
        read(data)
    except Unreadable as refused:
        assert refused.code in sheets.SENTENCES


@given(st.binary(max_size=200), st.integers(0, 4000))
def test_a_workbook_with_spoilt_bytes_is_read_or_refused(junk, at):
    data = bytearray(SMALL)
    data[at % len(data) : at % len(data) + len(junk)] = junk
    try:
        read(bytes(data))
    except Unreadable as refused:
        assert refused.code in sheets.SENTENCES


SMALL = xlsx({"A": [["Naam", "GSM"], ["Maes", 470123456]]})


def test_a_list_over_a_limit_is_refused():
    data = b"Naam;GSM\n" + b"Maes;0477123456\n" * 50
    assert refusal(data, limits=Limits(bytes=100)) == "too_large"
    assert refusal(data, limits=Limits(rows=50)) == "too_many_rows"
    assert len(read(data, limits=Limits(rows=51)).rows) == 50
    assert refusal(b"Naam;GSM" + b";x" * 300, limits=Limits()) == "too_many_columns"
    book = workbook({"A": [["Naam", "GSM"]] + [["Maes", "0477"]] * 50})
    assert refusal(book, limits=Limits(rows=50)) == "too_many_rows"
    assert refusal(book, limits=Limits(columns=1)) == "too_many_columns"


def test_a_zip_bomb_is_not_opened():
    assert refusal(package(xl__workbook_xml=" " * 30_000_000)) == "bomb"
    assert (
        refusal(package(xl__workbook_xml=" " * 3_000_000), limits=Limits(unpacked_bytes=1_000_000)) == "bomb"
    )


def test_a_zip_bomb_that_lies_about_its_size_is_not_opened():
    data = bytearray(package(xl__workbook_xml=" " * 30_000_000))
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, directory + 24, 1000)
    assert refusal(bytes(data)) == "bomb"


def test_one_far_cell_does_not_exhaust_the_memory():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write(0, 0, "Naam")
        page.write(1_048_575, 16_383, "x")
    assert refusal(out.getvalue()) == "too_many_rows"


def test_a_far_cell_that_only_has_a_colour_does_not_count():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Naam", "GSM"])
        page.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    assert read(out.getvalue()).header == ["Naam", "GSM"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('<table:table-row table:number-rows-repeated="900000">%s</table:table-row>', "too_many_rows"),
        ("<table:table-row>%s</table:table-row>", "too_many_columns"),
    ],
)
def test_one_repeated_cell_does_not_exhaust_the_memory(row, code):
    cell = '<table:table-cell table:number-columns-repeated="16000" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    text = f'{CONTENT}<table:table table:name="A">{row % cell}</table:table></office:spreadsheet></office:body></office:document-content>'
    assert refusal(package(**{"content_xml": text, "META-INF__manifest_xml": "<m/>"})) == code


def test_the_empty_end_of_a_sheet_does_not_count():
    blank = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    cell = '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell>'
    line = f'<table:table-row>{cell % "Naam"}{cell % "GSM"}<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
    text = f'{CONTENT}<table:table table:name="A">{line}{line}{blank}</table:table></office:spreadsheet></office:body></office:document-content>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", text)
        book.writestr("META-INF/manifest.xml", "<m/>")
    table = read(made.getvalue())
    assert (table.header_row, table.width, table.rows) == (2, 2, [])
