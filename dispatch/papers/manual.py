"""A book of the manual on paper."""

from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator


def manual_book(data: dict, lang: str) -> bytes:
    """The book as PDF/UA in one language. Shape of `data`, every value a str in that language:

    title                           of the book
    contacts                        [(who, how)]
    chapters                        [{name, title, blocks: [{kind, lines: [[{kind, text, to}]]}]}]
    """
    _ = translator(lang).gettext
    return typeset(
        "manual.typ",
        {
            "head": letterhead(data["title"], "Belfort", lang),
            "contents": _("Contents"),
            "contacts": data["contacts"],
            "chapters": data["chapters"],
        },
    )
