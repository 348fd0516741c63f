"""The final report of an activation: a paper to keep and a workbook to count in."""

from dispatch.papers.chart import drawing, sampled
from dispatch.papers.tables import Book
from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def final_report(data: dict, lang: str) -> bytes:
    """The report as PDF/UA in one language; every word in `data` is already in that language. Shape of `data`:

    municipality        str
    practice            bool
    provisional         bool, while the number is not closed
    figures, facts      list of (word, value)
    curve               list of {"at": str, "seconds": number since the opening, "accepted": calls that came in,
                        "delivered": calls answered}, a point for each quarter hour
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
            "chart": drawing(data["curve"], chart_words(data, lang)),
            "chart_title": _("Calls by quarter hour"),
            "key": key(lang),
            "curve": [[point["at"], point["accepted"], point["delivered"]] for point in sampled(data["curve"])],
            "curve_header": curve_header(lang),
            "none": _("None."),
        },
    )  # fmt: skip


def final_report_workbook(data: dict, lang: str) -> bytes:
    """The same as XLSX: an overview, and a sheet for each chapter; the curve with each of its quarter hours."""
    _ = translator(lang).gettext
    with Book(title(data, lang), data["practice"], lang) as book:
        pairs = [list(pair) for pair in (*data["figures"], *data["facts"])]
        book.add_chapters(_("Overview"), [(title(data, lang), pairs)])
        curve = [[point["at"], point["accepted"], point["delivered"]] for point in data["curve"]]
        book.add_chapters(_("Calls by quarter hour"), [("", [curve_header(lang), *curve])])
        for chapter in data["chapters"]:
            book.add_table(chapter["title"], chapter["header"], chapter["rows"])
    return book.bytes()


def title(data: dict, lang: str) -> str:
    return translator(lang).gettext("Final report of the information number, %(municipality)s") % data


def key(lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [_("came in"), _("answered")]


def curve_header(lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [_("Quarter hour"), _("Calls that came in"), _("Answered")]


def chart_words(data: dict, lang: str) -> dict[str, str]:
    _ = translator(lang).gettext
    most = max(data["curve"], key=lambda point: point["accepted"], default={"at": "", "accepted": 0})
    alt = _(
        "Curve of the calls by quarter hour: most of them, %(calls)d, at %(at)s. The table has the same figures."
    )
    return {
        "alt": alt % {"calls": most["accepted"], "at": most["at"]},
        "accepted": _("came in"),
        "delivered": _("answered"),
    }  # fmt: skip


def _head(data: dict, lang: str) -> dict:
    _ = translator(lang).gettext
    head = letterhead(title(data, lang), data["municipality"], lang, practice=data["practice"])
    if not data["provisional"] or head["stamp"]:
        return head
    line = _("PROVISIONAL - the number is not closed yet")
    return head | {"stamp": {"mood": "draft", "word": _("PROVISIONAL"), "line": line}}
