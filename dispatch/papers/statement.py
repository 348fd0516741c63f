"""The closing statement of an activation: what one bearer pays, line by line."""

from dispatch.papers.tables import Book
from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def statement_paper(data: dict, lang: str) -> bytes:
    """The statement as PDF/UA in one language; without `made_at` it is marked provisional on every page.

    Every value is a str, worded in that language, unless it says otherwise. Shape of `data`:

    bearer, municipality, centre, emergency     who pays, whose activation it is, who reckons, what happened
    number                                      "2", "" while it is provisional
    practice                                    bool
    made_at, until                              the moment it was drawn up ("" while provisional), and until when it reckons
    facts                                       list of (word, value)
    warning                                     about demonstration amounts, a correction; "" for none
    spans       list of {"title", "shared", "rows": [(what, number, price, whole, part, mills of the part: int)]}
    total, mills                                str and int
    rules                                       list of str, how it was reckoned
    """
    _ = translator(lang).gettext
    return typeset(
        "statement.typ",
        {
            "head": _head(data, lang),
            "facts": data["facts"],
            "warning": data["warning"],
            "figures": [(_("to be paid by %(bearer)s") % data, data["total"])],
            "header": header(lang),
            "spans": [span | {"rows": [row[:5] for row in span["rows"]]} for span in data["spans"]],
            "total": [_("Total, without VAT"), data["total"]],
            "rules_title": _("How it was reckoned"),
            "rules": data["rules"],
            "none": _("None."),
        },
    )


def statement_workbook(data: dict, lang: str) -> bytes:
    """The same as XLSX: amounts as they are read, and in thousandths of a euro to add up."""
    _ = translator(lang).gettext
    with Book(title(data, lang), data["practice"], lang) as book:
        warning = [[data["warning"]]] if data["warning"] else []
        chapters = [(title(data, lang), [*warning, *map(list, data["facts"])])]
        for span in data["spans"]:
            rows = [[*header(lang), _("Thousandths of a euro")], *map(list, span["rows"])]
            chapters.append((f"{span['title']}. {span['shared']}".strip(), rows))
        chapters.append((_("Total, without VAT"), [[data["total"], "", "", "", "", data["mills"]]]))
        chapters.append((_("How it was reckoned"), [[rule] for rule in data["rules"]]))
        book.add_chapters(_("Statement"), chapters)
    return book.bytes()


def title(data: dict, lang: str) -> str:
    _ = translator(lang).gettext
    if not data["made_at"]:
        return _("Provisional statement, %(municipality)s") % data
    return _("Closing statement %(number)s, %(municipality)s") % data


def header(lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [_("What"), _("Quantity"), _("Price"), _("Amount"), _("Your part")]


def _head(data: dict, lang: str) -> dict:
    _ = translator(lang).gettext
    head = letterhead(title(data, lang), data["centre"], lang, practice=data["practice"])
    if data["made_at"] or head["stamp"]:
        return head
    line = _("PROVISIONAL - the amounts still change")
    return head | {"stamp": {"mood": "draft", "word": _("PROVISIONAL"), "line": line}}
