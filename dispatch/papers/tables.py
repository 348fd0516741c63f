"""Tables for a spreadsheet program, in which nothing a person typed can become a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Self

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dispatch.words import translator

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
PRACTICE_COLOUR = "#5A2A9C"
# Excel's own limits: a longer cell is dropped in silence, a longer or odder tab name refused.
MOST_CELL_CHARACTERS = 32_767
MOST_TAB_CHARACTERS = 31
NOT_IN_A_TAB = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
NARROWEST, WIDEST = 8, 60


def table_workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence], practice: bool = False, lang: str = "nl"
) -> bytes:
    """One sheet as XLSX in which every cell is text: `+32…` keeps its plus, `=…` stays what was typed.

    A practice table says so in its first row, its tab and its print header; the header row then is the second.
    """
    with Book(title, practice, lang) as book:
        book.add_table(title, header, rows)
    return book.bytes()


def table_csv(
    header: Sequence[str], rows: Iterable[Sequence], practice: bool = False, lang: str = "nl"
) -> bytes:
    """The table as CSV: UTF-8 with BOM, semicolons, CRLF; the form a Belgian Excel opens by itself.

    A cell that a spreadsheet would calculate (begins with = + - @ tab or line end) gets a leading apostrophe,
    phone numbers too; an import takes that one apostrophe off again.
    """
    sheet = StringIO()
    lines = csv.writer(sheet, delimiter=";", lineterminator="\r\n")
    if practice:
        lines.writerow([practice_line(lang)])
    lines.writerow([inert(cell) for cell in header])
    lines.writerows([inert(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + sheet.getvalue().encode("utf-8", "replace")


def inert(cell) -> str:
    """The cell's text, made harmless for a program that calculates."""
    text = as_text(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def as_text(cell) -> str:
    return "" if cell is None else str(cell).replace("\x00", "").encode("utf-8", "replace").decode()


def practice_line(lang: str) -> str:
    _ = translator(lang).gettext
    return _("EXERCISE - nothing is really sent")


class Book:
    """A workbook under construction; `bytes()` gives it once the `with` block is over."""

    def __init__(self, title: str, practice: bool, lang: str):
        self._file = BytesIO()
        self._book = xlsxwriter.Workbook(self._file, {"in_memory": True})
        self._practice_line = practice_line(lang) if practice else ""
        self._taken: set[str] = set()
        full_title = f"{self._practice_line} - {title}" if practice else title
        self._book.set_properties({"title": as_text(full_title)[:255]})
        # Format "@" is what keeps a text a text after someone edits the cell.
        self._text = self._book.add_format({"num_format": "@", "valign": "top"})
        self._long = self._book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self._bold = self._book.add_format({"num_format": "@", "bold": True, "valign": "top", "bottom": 2})
        self._loud = self._book.add_format(
            {"bold": True, "bg_color": PRACTICE_COLOUR, "font_color": "#FFFFFF"}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error) -> None:
        self._book.close()

    def bytes(self) -> bytes:
        return self._file.getvalue()

    def add_table(self, title: str, header: Sequence[str], rows: Iterable[Sequence]) -> None:
        """A sheet of text cells: header frozen and filtered, columns as wide as what they hold."""
        sheet, first = self._new_sheet(title)
        texts = [[as_text(cell) for cell in row] for row in rows]
        self._write_row(sheet, first, header, self._bold)
        for offset, row in enumerate(texts, start=first + 1):
            for column, text in enumerate(row):
                if text:  # an empty cell has what its column has
                    sheet.write_string(offset, column, text[:MOST_CELL_CHARACTERS], self._text)
        sheet.freeze_panes(first + 1, 0)
        sheet.autofilter(first, 0, first + len(texts), max(len(header) - 1, 0))
        sheet.repeat_rows(first)
        _set_widths(sheet, [list(header), *texts[:500]], self._text)

    def add_chapters(self, title: str, chapters: Iterable[tuple[str, Iterable[Sequence]]]) -> None:
        """A sheet of headed blocks; text stays text, whole numbers are numbers that can be added up."""
        sheet, line = self._new_sheet(title)
        for heading, rows in chapters:
            sheet.write_string(line, 0, as_text(heading), self._bold)
            block = list(rows)
            for offset, row in enumerate(block, start=1):
                self._write_row(sheet, line + offset, row, self._long)
            line += len(block) + 2
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 8, 24)

    def _new_sheet(self, title: str) -> tuple[Worksheet, int]:
        sheet = self._book.add_worksheet(self._tab_name(title))
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&R&P / &N")
        if not self._practice_line:
            return sheet, 0
        sheet.write_string(0, 0, self._practice_line, self._loud)
        sheet.set_tab_color(PRACTICE_COLOUR)
        sheet.set_header(f"&C&B{self._practice_line}")
        return sheet, 1

    def _write_row(self, sheet: Worksheet, line: int, cells: Sequence, format_) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, int) and not isinstance(cell, bool):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(line, column, as_text(cell)[:MOST_CELL_CHARACTERS], format_)

    def _tab_name(self, title: str) -> str:
        plain = (
            NOT_IN_A_TAB.sub(" ", as_text(title)).strip(" '")[:MOST_TAB_CHARACTERS].strip(" '") or "Belfort"
        )
        name, rank = plain, 2
        # "History" is Excel's own, and case does not tell tabs apart.
        while name.casefold() in self._taken | {"history"}:
            name, rank = f"{plain[: MOST_TAB_CHARACTERS - 4]} {rank}", rank + 1
        self._taken.add(name.casefold())
        return name


def _set_widths(sheet: Worksheet, rows: list[list], format_: Format) -> None:
    for column in range(max(map(len, rows))):
        longest = max((len(as_text(row[column])) for row in rows if column < len(row)), default=0)
        sheet.set_column(column, column, min(max(longest + 2, NARROWEST), WIDEST), format_)
