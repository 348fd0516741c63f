"""Typst at work: a template beside this file, data as JSON, out comes a tagged PDF/UA-1."""

import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

import typst

from dispatch.words import translator

FOLDER = Path(__file__).resolve().parent

# What Libertinus Serif, carried by the typst wheel, certainly draws; anything else is asked once.
BEYOND_LATIN = re.compile(r"[^\n\x20-\x7e\xa1-\xac\xae-\u017f]")
# Invisible commands: control characters, and direction overrides that make a line read backwards.
COMMANDS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
GLYPH_PROBE = b'#set document(title: "glyph")\n#sys.inputs.at("glyph")'


def typeset(template: str, data: dict) -> bytes:
    """The PDF of one template; the data is read as text and never as markup, whatever it contains.

    `template` is a file name beside this module; `data` is anything JSON holds, with `letterhead(...)` in
    it. A character that no carried typeface draws is written as its number, `[U+1F600]`, and the paper says so.
    """
    for write in (_by_sign, _by_word, _by_number):
        try:
            return _compile(FOLDER / template, _legible(data, write))
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            refused = error
    raise refused


def letterhead(title: str, organisation: str, lang: str, practice: bool = False, draft: bool = False) -> dict:
    """What every paper says at its head and foot; a practice or draft paper says so on every page and in its title."""
    _ = translator(lang).gettext
    stamp = _stamp(lang, practice, draft)
    return {
        "title": f"{stamp['word']}: {title}" if stamp else title,
        "organisation": organisation,
        "lang": lang,
        "stamp": stamp,
        "page_of": _("page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
        "about_undrawn": _(
            "A sign that this typeface does not have is written as its Unicode number: [U+…]."
        ),
    }


def confidential(organisation: str, lang: str) -> dict:
    """The stamp of a paper that stays within one organisation."""
    _ = translator(lang).gettext
    line = _("CONFIDENTIAL - only for %(organisation)s; destroy it when a newer one is printed")
    return {
        "mood": "confidential",
        "word": _("CONFIDENTIAL"),
        "line": line % {"organisation": organisation},
    }


def _stamp(lang: str, practice: bool, draft: bool) -> dict | None:
    _ = translator(lang).gettext
    if practice:
        return {"mood": "practice", "word": _("EXERCISE"), "line": _("EXERCISE - nothing is really sent")}
    if draft:
        return {"mood": "draft", "word": _("DRAFT"), "line": _("DRAFT - not submitted yet")}
    return None


def _compile(source: Path | bytes, data: dict) -> bytes:
    inputs = {"data": json.dumps(data | {"undrawn": _has_undrawn(data)}, ensure_ascii=False)}
    return _pdf(str(source), inputs)


def _pdf(source: str | bytes, inputs: dict[str, str]) -> bytes:
    return typst.compile(
        source,
        root=str(FOLDER),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs=inputs,
    )


def _legible(value, write: Callable[[str], str]):
    if isinstance(value, str):
        return write(_text(value))
    if isinstance(value, dict):
        return {key: _legible(inner, write) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_legible(inner, write) for inner in value]
    return value


def _text(value: str) -> str:
    # A lone surrogate is no text at all: it cannot even be written as UTF-8.
    whole = value.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return normalize("NFC", COMMANDS.sub(_silence, whole))


def _silence(command: re.Match) -> str:
    return {"\t": " ", "\r": "\n"}.get(command.group(), "")


def _by_sign(text: str) -> str:
    return BEYOND_LATIN.sub(lambda sign: sign.group() if _is_drawn(sign.group()) else _number(sign), text)


def _by_word(text: str) -> str:
    """Signs drawable alone are not always so together: a mark of one typeface on a letter of another."""
    return re.sub(r"\S+", lambda word: _word(_by_sign(word.group())), text)


def _word(word: str) -> str:
    return word if not BEYOND_LATIN.search(word) or _is_drawn(word) else _by_number(word)


def _by_number(text: str) -> str:
    return BEYOND_LATIN.sub(_number, text)


def _number(sign: re.Match) -> str:
    return f"[U+{ord(sign.group()):04X}]"


def _has_undrawn(data: dict) -> bool:
    return re.search(r"\[U\+[0-9A-F]{4,6}\]", json.dumps(data, ensure_ascii=False)) is not None


@lru_cache(maxsize=4096)
def _is_drawn(signs: str) -> bool:
    """Whether the carried typefaces have these signs; PDF/UA refuses a paper with an empty box in it."""
    try:
        _pdf(GLYPH_PROBE, {"glyph": signs})
    except typst.TypstError:
        return False
    return True
