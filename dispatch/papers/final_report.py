"""The final report of an activation: a paper to keep and a workbook to count in."""

from dispatch.papers.tables import Book
from dispatch.papers.typeset import letterhead, typeset
from dispatch.pictures.on_paper import on_paper
from dispatch.pictures.picture import Picture
from dispatch.words import translator


def final_report(data: dict, lang: str) -> bytes:
    """The report as PDF/UA in one language; every word in `data` is already in that language. Shape of `data`:

    municipality        str
    practice            bool
    provisional         bool, while the number is not closed
    figures, facts      list of (word, value)
    calls, staffing     a Picture, or None while there is nothing to draw
    curve               list of [quarter hour, calls that came in, calls answered], for the spreadsheet
    chapters            list of {"title", "note": "" or a sentence, "header": list of str, "rows": list of lists of str}
    """
    _ = translator(lang).gettext
    return typeset(
        "final_report.typ",
        {
            "head": _head(data, lang),
            "figures": data["figures"],
            "facts": [(word, value) for word, value in data["facts"] if value],
            "chapters": data["chapters"],
            "pictures": _drawn(data, lang),
            "none": _("None."),
        },
    )  # fmt: skip


def final_report_workbook(data: dict, lang: str) -> bytes:
    """The same as XLSX: an overview, and a sheet for each chapter; the calls of each quarter hour among them."""
    _ = translator(lang).gettext
    with Book(title(data, lang), data["practice"], lang) as book:
        pairs = [list(pair) for pair in (*data["figures"], *data["facts"])]
        book.add_chapters(_("Overview"), [(title(data, lang), pairs)])
        header = [_("Quarter hour"), _("Calls that came in"), _("Answered")]
        book.add_chapters(_("Calls by quarter hour"), [("", [header, *data["curve"]])])
        for chapter in data["chapters"]:
            book.add_table(chapter["title"], chapter["header"], chapter["rows"])
    return book.bytes()


def title(data: dict, lang: str) -> str:
    return translator(lang).gettext("Final report of the information number, %(municipality)s") % data


def pictures(data: dict, lang: str) -> list[tuple[str, Picture | None]]:
    """The pictures of the report with their titles."""
    _ = translator(lang).gettext
    return [(_("Calls and messages"), data["calls"]), (_("Operators against need"), data["staffing"])]


def _drawn(data: dict, lang: str) -> list[dict]:
    """On paper the operators have their table in the chapter about them."""
    drawn = {"calls": on_paper(data["calls"]), "staffing": on_paper(data["staffing"], is_tabled=False)}
    titles = (name for name, _one in pictures(data, lang))
    return [{"title": title, "picture": one} for title, one in zip(titles, drawn.values(), strict=True)]


def _head(data: dict, lang: str) -> dict:
    _ = translator(lang).gettext
    head = letterhead(title(data, lang), data["municipality"], lang, practice=data["practice"])
    if not data["provisional"] or head["stamp"]:
        return head
    line = _("PROVISIONAL - the number is not closed yet")
    return head | {"stamp": {"mood": "draft", "word": _("PROVISIONAL"), "line": line}}
