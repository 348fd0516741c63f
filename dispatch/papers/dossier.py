"""A paper of chapters, each a table or pairs of name and value: a person's data, a record of processing."""

from collections.abc import Sequence

from dispatch.papers.tables import Book
from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import translator

Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""The title of a chapter, the titles of its columns, its rows."""


def dossier(
    title: str,
    organisation: str,
    tables: Sequence[Table],
    lang: str,
    pictures: Sequence[tuple[str, dict | None]] = (),
) -> bytes:
    """Chapters as PDF/UA in one language; every word is already in it. A table of two columns is a list of facts.

    `pictures` come after them: a title, and what `on_paper` made of a picture.
    """
    _ = translator(lang).gettext
    chapters = [
        {"title": name, "header": list(header), "rows": [list(row) for row in rows]}
        for name, header, rows in tables
    ]
    head = letterhead(title, organisation, lang)
    drawn = [{"title": name, "picture": picture} for name, picture in pictures]
    data = {"head": head, "chapters": chapters, "pictures": drawn, "none": _("None.")}
    return typeset("dossier.typ", data)


def tables_workbook(title: str, tables: Sequence[Table], lang: str) -> bytes:
    """The same as XLSX, a sheet for each chapter."""
    with Book(title, False, lang) as book:
        for name, header, rows in tables:
            book.add_table(name, header, rows)
    return book.bytes()
