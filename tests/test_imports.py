from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from dispatch import papers
from dispatch.errors import Refusal, WrongMoment
from dispatch.people import imports, lists, members
from models import (
    MEMBER_FIELDS,
    Audit,
    Campaign,
    Import,
    Member,
    MemberChange,
    Membership,
    Message,
    Recipient,
)
from tests import cast
from tests.cast import NOON

SAMPLES = Path(__file__).parent / "samples"
LATER = NOON + timedelta(hours=1)
HEADER = "Naam;Voornaam;GSM;Telefoon;E-mail;Straat;Nr;Taal;Functie\n"


@pytest.fixture
def sender(app):
    return cast.user("sender", cast.zone())


@pytest.fixture
def bin(app):
    return cast.bin_named("BIN Molenakker")


def preview(bin, *rows, **asked):
    return imports.preview((HEADER + "\n".join(rows)).encode(), "list.csv", bin, asked or None)


def uploaded(bin, by, *rows) -> Import:
    content = rows[0] if isinstance(rows[0], bytes) else (HEADER + "\n".join(rows)).encode()
    return imports.upload(bin, content, "list.csv", by=by, now=NOON)


def committed(bin, by, *rows, **how) -> Import:
    record = uploaded(bin, by, *rows)
    imports.commit(record, by=by, now=NOON, **how)
    return Import.get_by_id(record.id)


def outcomes(found):
    return [line.outcome for line in found.lines]


def everything():
    """What the members' tables hold, without when and how often it was changed."""
    values = [
        {name: getattr(row, name) for name in (*MEMBER_FIELDS, "name_key", "search_key")}
        for row in Member.select().order_by(Member.id)
    ]
    places = list(
        Membership.select(
            Membership.member,
            Membership.bin,
            Membership.role,
            Membership.ended_at,
            Membership.basis,
            Membership.basis_on,
            Membership.basis_source,
        )
        .order_by(Membership.id)
        .tuples()
    )
    return values, places


# ── The samples ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "rows", "refused", "blank", "codes"),
    [
        ("bin-demerdal.csv", 240, 1, 1, {"scientific", "letters", "email", "unreachable", "too_short"}),
        ("plp-hesbaye.csv", 90, 0, 0, set()),
        ("bin-beekveld.xlsx", 60, 0, 0, set()),
    ],
)
def test_every_row_of_a_sample_is_accounted_for(bin, sender, name, rows, refused, blank, codes):
    content = (SAMPLES / name).read_bytes()
    report = imports.report(imports.preview(content, name, bin))
    assert (report["rows"], report["refused"], report["blank"]) == (rows, refused, blank)
    assert {problem["code"] for problem in report["problems"]} == codes
    assert report["reconciled"] is True
    assert Member.select().count() == 0


@pytest.mark.parametrize("name", ["bin-demerdal.csv", "plp-hesbaye.csv", "bin-beekveld.xlsx"])
def test_a_list_that_is_read_twice_changes_nothing_the_second_time(bin, sender, name):
    content = (SAMPLES / name).read_bytes()
    first = imports.preview(content, name, bin).counts
    committed(bin, sender, content)
    assert Member.select().count() == first["added"]
    again = imports.preview(content, name, bin).counts
    assert (again["added"], again["updated"]) == (0, 0)
    assert again["unchanged"] == first["added"] + first["updated"] + first["unchanged"]
    assert again["doubles"] == first["doubles"]


def test_the_report_says_how_the_file_was_read(bin):
    report = imports.report(imports.preview((SAMPLES / "bin-beekveld.xlsx").read_bytes(), "b.xlsx", bin))
    assert (report["sheet"], report["header_row"], report["encoding"]) == ("Leden", 4, None)
    assert report["columns"]["mobile"] == "Gsm-nummer"


def test_a_list_without_titles_names_its_columns_by_number(bin):
    content = b"Aerts;Dirk;0470112233\nClaes;Rosa;0470112234\n"
    report = imports.report(imports.preview(content, "x.csv", bin))
    assert (report["header_row"], report["columns"]["mobile"], report["added"]) == (None, 3, 2)


# ── Who is who ──────────────────────────────────────────────────────────


def test_the_same_person_twice_in_the_list_is_merged(bin, sender):
    rows = ["Aerts;Dirk;0470112233;;;;;;", "AERTS;dirk;0470112233;;d@voorbeeld.example;;;F;"]
    found = preview(bin, *rows)
    assert outcomes(found) == ["new", "double"]
    assert (found.lines[1].same_row, found.lines[1].shared) == (2, "mobile")
    committed(bin, sender, *rows)
    member = Member.get()
    assert (member.email, member.first_name) == ("d@voorbeeld.example", "Dirk")


def test_a_double_overwrites_nothing_and_says_what_gives_way(bin):
    home = "Molenweg;12;;"
    found = preview(bin, f"Aerts;Dirk;0470112233;016232323;;{home}", f"Aerts;Dirk;0470999999;;;{home}")
    assert outcomes(found) == ["new", "double"]
    assert found.lines[1].kept == {"mobile": ("+32470112233", "+32470999999")}
    told = {"row": 3, "column": "mobile", "value": "+32470999999", "code": "kept", "dropped": "field"}
    assert imports.report(found)["problems"] == [told]


def test_a_second_mobile_of_a_double_becomes_its_phone_where_there_is_none(bin, sender):
    home = ";;Molenweg;12;;"
    rows = (f"Aerts;Dirk;0470112233;{home}", f"Aerts;Dirk;0470999999;{home}")
    committed(bin, sender, *rows)
    member = Member.get()
    assert (member.mobile, member.phone) == ("+32470112233", "+32470999999")
    again = preview(bin, *rows)
    assert outcomes(again) == ["unchanged", "double"] and imports.report(again)["problems"] == []


def test_a_household_stays_several_members(bin):
    shared = ";0470112233;016232323;thuis@voorbeeld.example;Molenweg;12;;"
    assert outcomes(preview(bin, f"Aerts;Dirk{shared}", f"Aerts;Els{shared}")) == ["new", "new"]


def test_namesakes_without_anything_in_common_are_two_people(bin):
    assert outcomes(preview(bin, "Aerts;Dirk;0470112233;;;;;;", "Aerts;Dirk;0470112299;;;;;;")) == [
        "new",
        "new",
    ]


def test_a_new_number_of_a_known_person_is_a_change(bin, sender):
    committed(bin, sender, "Aerts;Dirk;0470112233;;;Molenweg;12;;")
    found = preview(bin, "Aerts;Dirk;0470999999;;;Molenweg;12;;")
    assert outcomes(found) == ["changed"]
    assert found.lines[0].differences == {"mobile": ("+32470112233", "+32470999999")}


def test_an_empty_cell_erases_nothing(bin, sender):
    committed(bin, sender, "Aerts;Dirk;0470112233;016232323;d@voorbeeld.example;Molenweg;12;F;Coördinator")
    assert outcomes(preview(bin, "Aerts;Dirk;0470112233;;;;;;")) == ["unchanged"]


def test_a_whole_name_does_not_undo_a_parted_one(bin, sender):
    committed(bin, sender, "Müller;An;0470112233;;;;;;")
    content = "Nom et prénom;GSM\nMULLER AN;0470112233\n".encode()
    assert outcomes(imports.preview(content, "x.csv", bin)) == ["unchanged"]


def test_a_member_of_another_bin_of_the_zone_is_linked(bin, sender):
    other = cast.bin_named("BIN Kerkdries")
    committed(other, sender, "Nys;Karel;0470112233;;;;;;")
    found = preview(bin, "Karel;NYS;0470112233;;;;;;")
    assert (outcomes(found), found.lines[0].same_bins) == (["double"], (other.id,))
    committed(bin, sender, "Karel;NYS;0470112233;;;;;;")
    assert (Member.select().count(), Membership.select().count()) == (1, 2)
    assert outcomes(preview(bin, "Karel;NYS;0470112233;;;;;;")) == ["unchanged"]


def test_a_member_of_another_zone_is_nobody_here(bin, sender):
    elsewhere = cast.organisation("Andere Zone")
    cast.member(cast.bin_named("BIN Verweg", elsewhere), "Nys", "Karel", mobile="+32470112233")
    assert outcomes(preview(bin, "Nys;Karel;0470112233;;;;;;")) == ["new"]


def test_who_had_left_comes_back(bin, sender):
    committed(bin, sender, "Nys;Karel;0470112233;;;;;;")
    members.end(Membership.get(), by=sender, now=NOON)
    found = preview(bin, "Nys;Karel;0470112233;;;;;;")
    assert (outcomes(found), found.lines[0].is_back) == (["changed"], True)
    committed(bin, sender, "Nys;Karel;0470112233;;;;;;")
    assert not Membership.get().is_ended


def test_a_role_in_the_list_is_the_role_in_the_bin(bin, sender):
    committed(bin, sender, "Nys;Karel;0470112233;;;;;;Mede-coördinator")
    assert Membership.get().role == "co_coordinator"
    found = preview(bin, "Nys;Karel;0470112233;;;;;;Lid")
    assert found.lines[0].differences == {"role": ("co_coordinator", "member")}


def test_a_thousand_namesakes_are_matched_at_once(bin):
    rows = [f"Bewoner;;04701{number:05};;;;;;" for number in range(1000)]
    assert preview(bin, *rows).counts["added"] == 1000


# ── Commit ──────────────────────────────────────────────────────────────


def test_nothing_is_written_before_the_commit(bin, sender):
    record = uploaded(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    imports.preview_of(record)
    assert (Member.select().count(), record.is_open) == (0, True)


def test_a_commit_writes_everything_and_keeps_the_list_no_longer(bin, sender):
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;Molenweg;12;F;", "Nys;Karel;;;;;;;")
    assert (record.status, record.content, record.counts["added"], record.counts["refused"]) == (
        *("committed", None, 1, 1),
    )
    member = Member.get()
    assert (member.mobile, member.street, member.language) == ("+32470112233", "Molenweg", "fr")
    change = MemberChange.get()
    assert (change.source, change.by, change.fields["language"]) == (record, sender, ["", "fr"])
    assert Audit.select().where(Audit.deed == "import.committed").get().facts["added"] == 1
    assert list(lists.find(bin, lists.Search(words="molenweg 12")))


def test_a_list_is_committed_once(bin, sender):
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    with pytest.raises(WrongMoment):
        imports.commit(record, by=sender, now=LATER)
    stale = Import(id=record.id, status="uploaded")
    with pytest.raises(WrongMoment):
        imports.discard(stale, by=sender, now=LATER)


def test_a_commit_of_what_changed_meanwhile_writes_nothing(bin, sender):
    record = uploaded(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    seen = imports.preview_of(record).seen
    cast.member(bin, "Aerts", "Dirk", mobile="+32470112233")
    with pytest.raises(WrongMoment):
        imports.commit(record, by=sender, now=LATER, expect=seen)
    assert (Member.select().count(), Import.get_by_id(record.id).is_open) == (1, True)


def test_who_is_not_in_the_list_is_left_alone_unless_asked(bin, sender):
    stays = cast.member(bin, "Smets", "Lieve", mobile="+32470000001")
    found = preview(bin, "Aerts;Dirk;0470112233;;;;;;")
    assert [row.member_id for row in found.absent] == [stays.id]
    committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    assert not Membership.get(Membership.member == stays).is_ended
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;", end_absent=True)
    assert Membership.get(Membership.member == stays).is_ended
    assert record.counts["ended"] == 1


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(200), b"<html><body>x</body></html>"])
def test_a_file_that_is_no_table_is_refused_and_not_kept(bin, sender, content):
    with pytest.raises(Refusal):
        imports.upload(bin, content, "list.csv", by=sender, now=NOON)
    assert Import.select().count() == 0


def test_another_reading_is_remembered_and_a_wrong_one_refused(bin, sender):
    record = uploaded(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    imports.set_reading(record, {"columns": {"full_name": 0, "phone": 2}})
    assert imports.preview_of(record).lines[0].values["last_name"] == "Aerts"
    with pytest.raises(Refusal):
        imports.set_reading(record, {"header_row": 99})
    assert Import.get_by_id(record.id).reading == {"columns": {"full_name": 0, "phone": 2}}


def test_the_other_sheets_of_a_workbook_are_hinted_at(bin, sender):
    record = uploaded(bin, sender, (SAMPLES / "bin-beekveld.xlsx").read_bytes())
    found = imports.reading_of(record)
    [(name, number)] = imports.other_sheets(record, found)
    assert name == "Coördinatoren" and number > 0
    imports.set_reading(record, {"sheet": name})
    assert imports.preview_of(record).counts["rows"] == number


# ── Undo ────────────────────────────────────────────────────────────────


def test_an_import_is_taken_back_as_a_whole(bin, sender):
    other = cast.bin_named("BIN Kerkdries")
    committed(other, sender, "Nys;Karel;0470112244;;;;;;")
    committed(bin, sender, "Aerts;Dirk;0470112233;;;Molenweg;12;;", "Claes;Rosa;0470112255;;;;;;")
    gone = cast.member(bin, "Weg", "Wout", mobile="+32470112266")
    members.end(Membership.get(Membership.member == gone), by=sender, now=NOON)
    before = everything()
    rows = (
        "Aerts;Dirk;0470999999;;;Molenweg;12;F;Coördinator",
        "Nys;Karel;0470112244;;n@voorbeeld.example;;;;",
        "Weg;Wout;0470112266;;;;;;",
        "Nieuw;Nele;0470112277;;;;;;",
    )
    record = committed(bin, sender, *rows, end_absent=True)
    assert everything() != before
    assert imports.undo(record, by=sender, now=LATER) == 5
    assert everything() == before
    assert Import.get_by_id(record.id).status == "undone"
    assert "undone" in [change.deed for change in Member.get(Member.last_name == "Aerts").changes]


def test_imports_are_undone_one_after_the_other(bin, sender):
    first = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    second = committed(bin, sender, "Aerts;Dirk;0470112233;;d@voorbeeld.example;;;;")
    assert "Dirk Aerts" in str(imports.obstacle(first))
    imports.undo(second, by=sender, now=LATER)
    imports.undo(Import.get_by_id(first.id), by=sender, now=LATER)
    assert Member.select().count() == 0


def test_an_import_whose_members_changed_later_stays(bin, sender):
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;", "Nys;Karel;0470112244;;;;;;")
    members.change(Member.get(Member.last_name == "Nys"), {"language": "fr"}, version=1, by=sender, now=LATER)
    with pytest.raises(WrongMoment, match="Karel Nys"):
        imports.undo(record, by=sender, now=LATER)
    assert Member.select().count() == 2


def test_a_later_pause_is_a_change_too(bin, sender):
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    members.pause(Membership.get(), by=sender, now=LATER)
    assert imports.obstacle(record)


def test_an_import_whose_members_were_written_to_stays(bin, sender):
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    facts = {"name": "Test", "is_practice": False, "created_at": NOON, "changed_at": NOON}
    campaign = Campaign.create(organisation=bin.organisation, author=sender, **facts)
    sent = {"channel": "sms", "is_practice": False, "address": "+32470112233", "due_at": NOON}
    message = Message.create(campaign=campaign, reference="r1", **sent)
    Recipient.create(message=message, member=Member.get())
    with pytest.raises(WrongMoment, match="Dirk Aerts"):
        imports.undo(record, by=sender, now=LATER)


def test_an_import_is_undone_once(bin, sender):
    record = committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    imports.undo(record, by=sender, now=LATER)
    with pytest.raises(WrongMoment):
        imports.undo(record, by=sender, now=LATER)


# ── Faulty rows, and the way round ──────────────────────────────────────


def test_the_faulty_rows_mended_can_be_read_again(bin):
    found = imports.preview((SAMPLES / "bin-demerdal.csv").read_bytes(), "x.csv", bin)
    header, rows = imports.faulty_rows(found, str)
    assert header[:3] == ["Naam", "Voornaam", "GSM"] and len(header) == 13
    assert len(rows) == 5 and all(row[-1] for row in rows)
    mended = [[*row[:2], f"047011223{n}", *row[3:4], "", *row[5:]] for n, row in enumerate(rows)]
    counts = imports.preview(papers.table_workbook("To mend", header, mended), "mended.xlsx", bin).counts
    assert (counts["added"], counts["refused"]) == (5, 0)


def test_the_faulty_rows_of_a_list_without_titles_get_titles_that_we_know(bin):
    content = b"Aerts;Dirk;0470112233\nClaes;Rosa;0470112234\nNys;Karel;12\n"
    header, rows = imports.faulty_rows(imports.preview(content, "x.csv", bin), str)
    assert header == ["Last name", "First name", "Mobile", "Why not"]
    assert rows[0][:3] == ["Nys", "Karel", "12"]


@pytest.mark.parametrize("lang", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_unchanged(bin, sender, lang, kind):
    committed(bin, sender, (SAMPLES / "bin-demerdal.csv").read_bytes())
    header, rows = lists.export(bin, lang, by=sender, now=LATER)
    content = papers.table_csv(header, rows) if kind == "csv" else papers.table_workbook("BIN", header, rows)
    counts = imports.preview(content, f"x.{kind}", bin).counts
    assert counts["unchanged"] == counts["rows"] == Member.select().count()


def test_a_formula_in_a_cell_stays_a_text_all_the_way_round(bin, sender):
    committed(bin, sender, '"=HYPERLINK(""x"")";Dirk;0470112233;;;;;;')
    header, rows = lists.export(bin, "nl", by=sender, now=LATER)
    assert b"'=HYPERLINK" in papers.table_csv(header, rows)
    counts = imports.preview(papers.table_csv(header, rows), "x.csv", bin).counts
    assert counts["unchanged"] == 1


def test_numbers_kept_as_numbers_by_a_workbook_are_read(bin):
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Naam", "GSM"])
        sheet.write_row(1, 0, ["Aerts Dirk", 470112233])
    assert imports.preview(file.getvalue(), "x.xlsx", bin).lines[0].values["mobile"] == "+32470112233"


def test_a_list_that_nobody_committed_for_a_week_is_thrown_away(bin, sender):
    record = uploaded(bin, sender, "Aerts;Dirk;0470 00 00 11")
    assert imports.discard_abandoned(NOON + timedelta(days=6)) == 0
    assert imports.discard_abandoned(NOON + timedelta(days=8)) == 1
    kept = Import.get_by_id(record.id)
    assert kept.status == "discarded" and kept.content is None


# ── Why somebody may be kept ────────────────────────────────────────────

GROUNDS = "Naam;Voornaam;GSM;Rechtsgrond;Datum toestemming;Bron toestemming\n"


def grounds(bin, by, *rows) -> Import:
    return committed(bin, by, (GROUNDS + "\n".join(rows)).encode())


def ground_of(last_name: str) -> tuple:
    row = Membership.select().join(Member).where(Member.last_name == last_name).get()
    return row.basis, row.basis_on, row.basis_source


def test_a_list_says_of_each_why_since_when_and_where_that_stands(bin, sender):
    record = grounds(
        bin,
        sender,
        "Aerts;Dirk;0470112233;Toestemming;3/5/2026;papieren formulier",
        "Nys;Karel;0470112244;algemeen belang;;",
        "Claes;Rosa;0470112255;;;",
    )
    assert ground_of("Aerts") == ("consent", date(2026, 5, 3), "papieren formulier")
    assert ground_of("Nys") == ("public_task", None, "") and ground_of("Claes") == ("", None, "")
    assert record.counts["added"] == 3


@pytest.mark.parametrize(
    "cells, code",
    [
        ("toestemming;;formulier", "unproven"),
        ("toestemming;3/5/2026;", "unproven"),
        ("toestemming;gisteren;formulier", "basis_on"),
        ("misschien;3/5/2026;formulier", "basis"),
        ("toestemming;31/2/2026;formulier", "basis_on"),
    ],
)
def test_consent_that_is_not_proven_is_left_out_and_said_and_the_person_comes_in(bin, sender, cells, code):
    content = (GROUNDS + f"Aerts;Dirk;0470112233;{cells}").encode()
    found = imports.preview(content, "list.csv", bin)
    assert code in {problem.code for problem in found.lines[0].problems} and outcomes(found) == ["new"]
    grounds(bin, sender, f"Aerts;Dirk;0470112233;{cells}")
    assert ground_of("Aerts") == ("", None, "")


def test_another_ground_is_a_change_that_is_told_remembered_and_taken_back(bin, sender):
    grounds(bin, sender, "Aerts;Dirk;0470112233;algemeen belang;;")
    row = "Aerts;Dirk;0470112233;toestemming;2026-05-03;mail van 3 mei"
    record = uploaded(bin, sender, (GROUNDS + row).encode())
    (line,) = imports.preview_of(record).lines
    assert line.outcome == "changed" and line.differences["basis"] == ("public_task", "consent")
    imports.commit(record, by=sender, now=NOON)
    assert ground_of("Aerts") == ("consent", date(2026, 5, 3), "mail van 3 mei")
    told = MemberChange.select().order_by(MemberChange.id.desc()).get()
    assert told.deed == "basis" and told.fields["basis_on"] == ["", "2026-05-03"]
    imports.undo(Import.get_by_id(record.id), by=sender, now=LATER)
    assert ground_of("Aerts") == ("public_task", None, "")


def test_a_list_without_a_ground_leaves_the_one_that_is_known(bin, sender):
    grounds(bin, sender, "Aerts;Dirk;0470112233;toestemming;3/5/2026;formulier")
    before = everything()
    committed(bin, sender, "Aerts;Dirk;0470112233;;;;;;")
    grounds(bin, sender, "Aerts;Dirk;0470112233;;;")
    grounds(bin, sender, "Aerts;Dirk;0470112233;toestemming;3/5/2026;formulier")
    assert everything() == before


def test_grounds_that_are_exported_come_back_unchanged(bin, sender):
    grounds(
        bin,
        sender,
        "Aerts;Dirk;0470112233;toestemming;3/5/2026;formulier",
        "Nys;Karel;0470112244;gerechtvaardigd belang;;",
    )
    for lang in ("nl", "en"):
        header, rows = lists.export(bin, lang, by=sender, now=NOON)
        content = papers.table_workbook("Leden", header, rows, lang=lang)
        found = imports.preview(content, "leden.xlsx", bin)
        assert outcomes(found) == ["unchanged", "unchanged"], lang
        assert [line.problems for line in found.lines] == [[], []], lang
        assert {"basis", "basis_on", "basis_source"} <= set(found.reading.columns), lang
