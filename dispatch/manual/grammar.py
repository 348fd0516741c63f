"""How a chapter is written: a plain text of which both the page and the paper are made.

    # Title of the chapter
    ~ words, by which, it is also found
    A paragraph, on one line.
    ## A heading
    1. A step.
    2. The next one.
    - A line of a list.

Within a line `{Send a message}` is a word of the screen, in the English of the code: it is shown as the screen shows it
in the reader's language, so that the two never part. `[words](report)` leads to another chapter, which lends its title
where there are no words, and `[{Messages}](@campaigns.index)` to a screen.
"""

import re
from itertools import groupby
from typing import NamedTuple

MARKED = re.compile(r"\{([^{}]+)\}|\[([^\[\]]*)\]\((@?[\w.-]+)\)")
SIGN = re.compile(r"(#{1,2}|~|-|\d+\.) +")
KINDS = {"#": "title", "##": "heading", "~": "synonyms", "-": "bullets"}


class Piece(NamedTuple):
    """A part of a line: "text", a "label" of a screen, or what leads to a "chapter" or a "screen" named by `to`."""

    kind: str
    text: str
    to: str = ""


class Block(NamedTuple):
    """What stands together: a "heading", a "paragraph", or the lines of "steps" or "bullets"."""

    kind: str
    lines: list[list[Piece]]


class Chapter(NamedTuple):
    title: str
    synonyms: str
    blocks: list[Block]


def parse(source: str) -> Chapter:
    """The chapter that this text is; raises ValueError when it does not begin with its title."""
    lines = [_signed(line) for line in source.splitlines() if line.strip()]
    if not lines or lines[0][0] != "title":
        raise ValueError("A chapter begins with its title: # and a space before it.")
    said = {kind: " ".join(line for sign, line in lines if sign == kind) for kind in ("title", "synonyms")}
    body = [(kind, pieces(line)) for kind, line in lines if kind not in said]
    return Chapter(said["title"], said["synonyms"], _together(body))


def _signed(line: str) -> tuple[str, str]:
    sign = SIGN.match(line)
    if not sign:
        return "paragraph", line.strip()
    return KINDS.get(sign[1], "steps"), line[sign.end() :].strip()


def _together(body: list[tuple[str, list[Piece]]]) -> list[Block]:
    blocks = []
    for kind, lines in groupby(body, key=lambda one: one[0]):
        found = [line for _, line in lines]
        blocks += (
            [Block(kind, found)] if kind in ("steps", "bullets") else [Block(kind, [one]) for one in found]
        )
    return blocks


def pieces(line: str) -> list[Piece]:
    """The parts of a line, in their order."""
    found, end = [], 0
    for mark in MARKED.finditer(line):
        if mark.start() > end:
            found.append(Piece("text", line[end : mark.start()]))
        label, words, to = mark.groups()
        is_screen = bool(to) and to.startswith("@")
        kind = "label" if label else "screen" if is_screen else "chapter"
        found.append(Piece(kind, label or words, (to or "").removeprefix("@")))
        end = mark.end()
    return found + ([Piece("text", line[end:])] if end < len(line) else [])
