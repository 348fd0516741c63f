import csv
import io
import re
import time
import zipfile
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dispatch.papers import (
    activation_form,
    campaign_report,
    campaign_workbook,
    record,
    table_csv,
    table_workbook,
)
from dispatch.pictures import curve, shares
from dispatch.pictures.picture import Key, Picture
from dispatch.words import MESSAGE_STATUSES, translator

NASTY = [
    '#panic("x")',
    '#import "/etc/passwd": *',
    "$x^2$ *bold* _it_ @nobody <label> `code` // comment /* open",
    r"C:\new\table \u{41} \\",
    '"quoted" \'twice\' {"json": 1}',
    "w" * 200,
    "a.b@" * 60,
    "שלום עולם مرحبا بالعالم",
    "storm 🌪️ 👩‍👩‍👧 日本語 \U0010ffff",
    "łódź ğ ş č ő ı Ř ẞ – ’ € → …",
    "null\x00 bell\x07 tab\tline\r\nnext\u202eesrever\ud83d",
    "",
]


def a_message(**changes):
    message = {
        "name": "Benoît Öztürk",
        "address": "+32470001234",
        "channel": "SMS",
        "status": "delivered",
        "sent_at": "02:45:07",
        "settled_at": "02:45:11",
        "reason": "receipt after 4 s",
    }
    return message | changes


def a_curve(accepted: int, delivered: int) -> Picture:
    begin = datetime(2026, 11, 23, 1, 45)
    points = [curve.Point(begin, 0, 0), curve.Point(begin + timedelta(seconds=39), accepted, delivered)]
    key, header = ("accepted", "delivered"), ("Time", "Accepted", "Delivered")
    words = curve.Words("Speed", f"{accepted} accepted, {delivered} delivered.", *key, key, header)
    return curve.curve("curve", points, accepted, words, str)


def by_street(street: str) -> Picture:
    thing = shares.Share(street, "18 / 24", (("half", 18), ("missed", 6)))
    key, header = [Key("half", "half"), Key("missed", "missed")], ("Street", "People", "Reached")
    return shares.shares("by-street", "Streets", "18 of 24.", [thing], key, header, [[street, "24", "18"]])


def a_campaign(**changes):
    counts = {"delivered": [305, 0], "failed": [5, 6], "accepted": [41, 338]}
    campaign = {
        "name": "Gaslek Stationsstraat",
        "organisation": "Politiezone Zavelstreek",
        "kind": "warning",
        "status": "finished",
        "sender": "Lien Vercauteren",
        "confirmed": "",
        "in_turn": "",
        "chain": [],
        "approval": "",
        "composed": "42 seconds",
        "filled": [("Plaats", "Molenweg")],
        "alarm": "",
        "handovers": [],
        "practice": False,
        "launched_at": "23 November 2026, 02:45:07",
        "ended_at": "23 November 2026, 02:51:40",
        "made_at": "23 November 2026, 03:02",
        "audience": "BIN Beekveld",
        "texts": [
            {"language": "nl", "caption": "Dutch, SMS", "subject": "", "body": "Gaslek.\nBlijf binnen."}
        ],
        "channels": ["SMS", "e-mail"],
        "totals": [
            {"status": code, "word": word, "counts": counts.get(code, [0, 0])}
            for code, word in reversed(MESSAGE_STATUSES.items())
        ],
        "reached": 396,
        "not_reached": 16,
        "curve": [
            {"at": f"02:45:{rank:02}", "seconds": rank, "accepted": rank * 20, "delivered": rank * 9}
            for rank in range(40)
        ],
        "delivery": a_curve(780, 351),
        "reaches": [by_street("Stationsstraat"), None],
        "policy": "Ask me first.",
        "decisions": [{"at": "23 November 2026, 03:01", "said": "38 left as they are by An Aerts"}],
        "failures": [{"reason": "number does not exist", "channel": "SMS", "count": 5}],
        "messages": [a_message(), a_message(address="zoe@zavelstreek.example", channel="e-mail")],
    }
    return campaign | changes


def a_form(**changes):
    form = {
        "municipality": "Gemeente Oosterzavel",
        "centre": "Contactcenter Demo",
        "practice": False,
        "received_at": "23/11/2026 03:04:12",
        "open_by": "04:04:12",
        "missing": [],
        "emergency": "Gaslek na graafwerken",
        "place": "Stationsstraat",
        "description": "Leiding geraakt om 02:20.\nBrandweer ter plaatse.",
        "phase": "Municipal phase",
        "declared_by": "Greet Moons, mayor",
        "declared_at": "23/11/2026 02:51",
        "recommendations": "Ramen dicht.",
        "liaison": {
            "name": "Aïcha Benali",
            "phone": "+32 470 00 30 12",
            "email": "aicha@oosterzavel.example",
        },
        "deputy": {"name": "Tom Geerts", "phone": "+32 470 00 30 13", "email": ""},
        "calls": "D5 and D2",
        "second_line": "016 00 77 88",
        "arrangement": "Special arrangement",
        "opening_hours": "08:00 to 22:00",
        "operators": "8",
        "languages": "Dutch, French",
        "wanted_open_at": "23/11/2026 03:30",
        "extra": "Please mention the sports hall.",
        "submitted_by": "Aïcha Benali",
        "authority": "authorised person, annex 1 of 2 October 2026",
        "callback_phone": "+32 470 00 30 12",
        "callback_code": "4719",
    }
    return form | changes


def a_record(**changes):
    told = {
        "title": "Closing, Oosterzavel",
        "organisation": "Gemeente Oosterzavel",
        "practice": False,
        "statement": "The number closes on 25 November.",
        "figures": [("information number", "1771")],
        "sections": [("Closing", [("Afterwards", "016 00 12 34"), ("Greeting", "")])],
        "table": ("Phases", ["From", "Hours", "Operators"], [["12:00", "07:00 to 22:00", "2"]]),
        "signatures": [("Given", f"Person {n}", "House", "12:00") for n in range(5)],
    }
    return told | changes


def read(pdf):
    return PdfReader(BytesIO(pdf))


def words_of(pdf):
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def unbroken(text):
    return re.sub(r"\s+", "", text)


def sheets_of(workbook):
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


# A paper anyone can read


@pytest.mark.parametrize("lang", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize(
    "paper",
    [
        lambda lang: campaign_report(a_campaign(), lang),
        lambda lang: activation_form(a_form(), lang),
        lambda lang: record(a_record(), lang),
    ],
)
def test_a_paper_is_tagged_titled_and_in_its_language(paper, lang):
    catalog = read(paper(lang)).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/StructTreeRoot"]
    assert catalog["/Lang"].startswith(lang)
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data()
    assert re.search("Gaslek|Oosterzavel", read(paper(lang)).metadata.title)


def test_every_typeface_travels_inside_the_paper():
    for page in read(campaign_report(a_campaign(), "nl")).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_the_same_facts_make_the_same_paper():
    assert campaign_report(a_campaign(), "nl") == campaign_report(a_campaign(), "nl")


def test_each_page_says_which_of_how_many_it_is():
    pages = read(campaign_report(a_campaign(messages=[a_message()] * 100), "en")).pages
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page.extract_text()


@pytest.mark.parametrize("typed", NASTY)
def test_what_someone_typed_is_only_ever_text(typed):
    campaign = a_campaign(
        name=typed,
        organisation=typed,
        sender=typed,
        audience=typed,
        texts=[{"language": "nl", "caption": typed, "subject": typed, "body": typed}],
        failures=[{"reason": typed, "channel": typed, "count": 1}],
        reaches=[by_street(typed)],
        messages=[a_message(name=typed, address=typed, reason=typed)],
    )
    assert read(campaign_report(campaign, "nl")).pages
    assert read(activation_form(a_form(description=typed, municipality=typed, extra=typed), "nl")).pages


@pytest.mark.parametrize("typed", NASTY[:7])
def test_what_someone_typed_comes_back_letter_by_letter(typed):
    found = unbroken(words_of(activation_form(a_form(description=typed), "nl")))
    assert unbroken(typed) in found


def test_the_letters_of_the_neighbours_are_all_there():
    assert "łódź ğ ş č ő ı Ř" in words_of(activation_form(a_form(place="łódź ğ ş č ő ı Ř"), "nl"))


def test_a_sign_no_typeface_has_is_written_as_its_number_and_explained():
    words = words_of(activation_form(a_form(extra="storm 🌀"), "en"))
    assert "storm [U+1F300]" in words
    assert "A sign that this typeface does not have" in words
    assert "A sign that this typeface" not in words_of(activation_form(a_form(), "en"))


def test_signs_that_do_not_go_together_cost_only_their_own_word():
    words = words_of(activation_form(a_form(extra="q\u036a\u0e31\u20e3\u0483x מרחב", place="Łódź"), "en"))
    assert "[U+" in words and "[U+05" not in words and "Łódź" in words


def test_a_direction_override_cannot_make_a_line_read_backwards():
    assert "\u202e" not in words_of(activation_form(a_form(place="Markt\u202e 21"), "nl"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_at_all_makes_a_paper(typed):
    assert activation_form(a_form(description=typed, place=typed), "nl").startswith(b"%PDF")


# The final report


def test_the_totals_stand_in_the_order_of_the_trade_and_add_up():
    words = words_of(campaign_report(a_campaign(), "en"))
    table = words[words.index("Per channel") : words.index("What was said")]
    places = [table.index(word) for word in MESSAGE_STATUSES.values()]
    assert places == sorted(places)
    assert re.search(r"accepted\s+41\s+338\s+379", table)
    assert re.search(r"Together\s+351\s+344\s+695", table)


def test_the_report_says_in_a_sentence_for_whom_nothing_was_accepted_and_calls_nobody_reached():
    said = words_of(campaign_report(a_campaign(), "en"))
    assert "For 396 of 412 people a message was accepted or delivered, for 16 none was." in said
    assert "people reached" not in said


def test_the_report_tells_each_message_with_its_full_address():
    words = words_of(campaign_report(a_campaign(), "en"))
    assert "+32470001234" in words
    assert "zoe@zavelstreek.example" in unbroken(words)
    assert "receipt after 4 s" in words


def test_the_curve_has_words_for_who_cannot_see_it():
    root = read(campaign_report(a_campaign(), "en")).trailer["/Root"]["/StructTreeRoot"]
    alts, branches = [], [root]
    while branches:
        branch = branches.pop().get_object()
        if not hasattr(branch, "get"):
            continue
        alts.append(branch.get("/Alt"))
        children = branch.get("/K", [])
        branches += children if isinstance(children, list) else [children]
    assert any(alt and "780 accepted, 351 delivered." in alt for alt in alts)


def test_a_campaign_that_reached_nobody_still_has_a_report():
    nobody = a_campaign(
        texts=[],
        channels=[],
        totals=[],
        reached=0,
        not_reached=0,
        curve=[],
        failures=[],
        messages=[],
        reaches=[None],
    )
    assert "None." in words_of(campaign_report(nobody, "en"))
    assert campaign_workbook(nobody, "en")


def test_a_practice_report_says_so_on_every_page_and_in_its_title():
    word = translator("nl").gettext("EXERCISE")
    report = read(campaign_report(a_campaign(practice=True, messages=[a_message()] * 60), "nl"))
    assert report.metadata.title.startswith(f"{word}: ")
    assert len(report.pages) > 2
    assert all(f"{word} - " in page.extract_text() for page in report.pages)
    assert word not in words_of(campaign_report(a_campaign(), "nl"))


def test_three_thousand_messages_are_a_report_within_seconds():
    crowd = a_campaign(messages=[a_message(name=f"Lid {rank}") for rank in range(3000)])
    started = time.process_time()
    report = campaign_report(crowd, "nl")
    assert time.process_time() - started < 15
    assert "Lid 2999" in read(report).pages[-1].extract_text()


# The activation form


def test_the_form_holds_everything_annex_3_asks():
    words = unbroken(words_of(activation_form(a_form(), "en")))
    liaison = [*a_form()["liaison"].values(), *a_form()["deputy"].values()]
    for value in [value for value in a_form().values() if isinstance(value, str)] + liaison:
        assert unbroken(value) in words


def test_a_form_fits_on_one_page():
    assert (
        len(
            read(
                activation_form(
                    a_form(opening_hours="", operators="", languages="", wanted_open_at="", extra=""), "nl"
                )
            ).pages
        )
        == 1
    )


def test_a_record_holds_its_table_its_gaps_and_every_signature():
    words = words_of(record(a_record(), "en"))
    for said in ("07:00 to 22:00", "not filled in", *(f"Person {n}" for n in range(5))):
        assert said in words
    bare = words_of(record(a_record(table=None, sections=[], practice=True), "en"))
    assert "EXERCISE" in bare and "Phases" not in bare


def test_a_draft_says_so_and_names_what_misses():
    draft = activation_form(
        a_form(received_at="", open_by="", missing=["mobile of the deputy"], place=""), "en"
    )
    words = words_of(draft)
    assert read(draft).metadata.title.startswith("DRAFT: ")
    assert all("DRAFT - not submitted yet" in page.extract_text() for page in read(draft).pages)
    assert "Still missing: mobile of the deputy." in words
    assert "not filled in" in words
    assert "DRAFT" not in words_of(activation_form(a_form(), "en"))


def test_a_practice_form_asks_for_no_number():
    words = words_of(activation_form(a_form(practice=True), "en"))
    assert "EXERCISE - nothing is really sent" in words
    assert "no information number is opened" in words
    assert "asks Contactcenter Demo" not in words


# Tables


FORMULAS = [
    "+32470001234",
    "=1+1",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'t Hofke",
    "0470 12",
    "a;b",
    'say "hi"',
    "two\nlines",
]


@pytest.mark.parametrize("typed", FORMULAS)
def test_a_workbook_keeps_every_cell_as_the_text_it_was(typed):
    [rows] = sheets_of(table_workbook("Leden", ["Naam", "Gsm"], [["Benoît", typed]])).values()
    assert rows[0] == ["Naam", "Gsm"]
    assert rows[1][1] == typed


def test_a_workbook_cell_is_never_a_formula():
    content = table_workbook("Leden", ["Gsm"], [[typed] for typed in FORMULAS])
    sheet = zipfile.ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b'state="frozen"' in sheet and b"<autoFilter" in sheet


@pytest.mark.parametrize("title", ["a/b:c*d?[e]", "'", "", "x" * 80, "History", "Leden\x00"])
def test_any_title_becomes_a_tab(title):
    [name] = sheets_of(table_workbook(title, ["Naam"], []))
    assert 0 < len(name) <= 31


def test_a_very_long_cell_is_cut_and_not_lost():
    [rows] = sheets_of(table_workbook("Leden", ["Naam"], [["x" * 40_000]])).values()
    assert len(rows[1][0]) == 32_767


def test_a_practice_table_says_so_above_its_header():
    word = translator("nl").gettext("EXERCISE")
    [rows] = sheets_of(table_workbook("Leden", ["Naam"], [["Ann"]], practice=True)).values()
    assert rows[0][0].startswith(word) and rows[1:] == [["Naam"], ["Ann"]]
    assert table_csv(["Naam"], [["Ann"]], practice=True).decode("utf-8-sig").startswith(word)


def test_the_workbook_of_a_campaign_counts_in_numbers_and_keeps_addresses_as_text():
    overview, messages = sheets_of(campaign_workbook(a_campaign(), "en")).values()
    assert ["accepted", 41, 338, 379] in [row[:4] for row in overview]
    assert messages[0][:2] == ["Name", "Number or address"]
    assert messages[1][1] == "+32470001234"


def test_the_workbook_has_the_two_sheets_and_practice_marks_both():
    book = sheets_of(campaign_workbook(a_campaign(practice=True), "en"))
    assert list(book) == ["Overview", "Messages"]
    assert all(rows[0][0] == "EXERCISE - nothing is really sent" for rows in book.values())


def test_a_csv_opens_in_a_belgian_excel_and_calculates_nothing():
    content = table_csv(["Naam", "Gsm"], [["Zoë; Ann", "+32470001234"], ["=1+1", None]])
    assert content.startswith(b"\xef\xbb\xbfNaam;Gsm\r\n")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [["Zoë; Ann", "'+32470001234"], ["'=1+1", ""]]


PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(st.lists(st.tuples(PLAIN, PLAIN), max_size=8))
def test_a_csv_cell_gains_an_apostrophe_only_where_it_would_be_calculated(rows):
    content = table_csv(["a", "b"], rows).decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))[1:]
    for row, found in zip(rows, back, strict=True):
        assert found == [f"'{cell}" if cell[:1] in tuple("=+-@") else cell for cell in row]
