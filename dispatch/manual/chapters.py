"""Which chapters there are, in which books they stand, and what they say in the reader's language."""

from functools import lru_cache
from pathlib import Path

from dispatch.manual import grammar
from dispatch.manual.grammar import Block, Chapter, Piece
from dispatch.words import N_, translator

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "manual"
_SENDING = "writing before-sending running report"
_SOON = "scenarios follow-ups inbox"
BOOKS = {
    "coordinator": f"first-steps members data-check {_SENDING} practice {_SOON} privacy accounts",
    "sender": f"first-steps {_SENDING} four-eyes takeover practice {_SOON} cap credit accounts",
    "joining": "joining rights accounts credit api audit operation privacy",
    "centre": "first-steps activation board calls sheet d2 scale-up costs exercises preparation agreements accounts",
}
TITLES = {
    "coordinator": N_("Manual for coordinators"),
    "sender": N_("Manual for senders"),
    "joining": N_("Manual for joining, with an agreement of type 1 or 2"),
    "centre": N_("Manual for the contact centre and its municipalities"),
}
CHAPTERS = tuple(dict.fromkeys(name for names in BOOKS.values() for name in names.split()))


def of_book(book: str) -> list[str]:
    return BOOKS[book].split()


def book_of(chapter: str) -> str:
    """The first book in which this chapter stands."""
    return next(book for book in BOOKS if chapter in of_book(book))


@lru_cache
def read(name: str, lang: str) -> Chapter:
    """A chapter with the words of the screens and the titles of other chapters filled in."""
    chapter = _written(name, lang)
    blocks = [Block(kind, [_filled(line, lang) for line in lines]) for kind, lines in chapter.blocks]
    return chapter._replace(blocks=blocks)


@lru_cache
def _written(name: str, lang: str) -> Chapter:
    return grammar.parse((FOLDER / lang / f"{name}.md").read_text(encoding="utf-8"))


def _filled(line: list[Piece], lang: str) -> list[Piece]:
    return [piece._replace(text=_text_of(piece, lang)) for piece in line]


def _text_of(piece: Piece, lang: str) -> str:
    if piece.kind == "label":
        return translator(lang).gettext(piece.text)
    if piece.text.startswith("{"):
        return translator(lang).gettext(piece.text.strip("{}"))
    return piece.text or _written(piece.to, lang).title


def lead(name: str, lang: str) -> str:
    """The first paragraph of a chapter: what it is about."""
    first = next(block for block in read(name, lang).blocks if block.kind == "paragraph")
    return "".join(piece.text for piece in first.lines[0])
