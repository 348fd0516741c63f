"""The length of a text message: its alphabet, its units, its parts, and plain twins for dear characters."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# 3GPP TS 23.038, 6.2.1 (default alphabet) and 6.2.1.1 (extension table).
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
# Units of a message alone, and of each part of a longer one (3GPP TS 23.040: six octets go to the header).
ROOM = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

TWINS = {
    **dict.fromkeys("‘’‚‛′´`ʼʹ‹›", "'"),
    **dict.fromkeys("“”„‟″«»〝〞", '"'),
    **dict.fromkeys("‐‑‒–—―−•·‣⁃", "-"),
    **dict.fromkeys("\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009", " "),
    **dict.fromkeys("\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u2028\u2029\u0085\v", "\n"),
    **dict(zip("…⁄∕¦×÷→←©®™", ("...", "/", "/", "|", "x", ":", "->", "<-", "(c)", "(r)", "TM"), strict=True)),
    **dict(zip("œŒþÞẞ", ("oe", "OE", "th", "Th", "SS"), strict=True)),
    **dict(zip("łŁđĐðÐħĦıŀ", "lLdDdDhHil", strict=True)),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text costs: septets or UTF-16 units, parts, units left before one part more, and why it is dear."""

    encoding: str
    units: int
    parts: int
    left: int
    foreign: tuple[str, ...]


def measure(text: str) -> Measure:
    """Counts a text as a network does; one character outside GSM-7 makes the whole text UCS-2.

    `foreign` are the characters that do so, each once, in order. Source: 3GPP TS 23.038.
    """
    foreign = tuple(dict.fromkeys(char for char in text if _is_foreign(char)))
    encoding = "UCS-2" if foreign else "GSM-7"
    sizes = list(_sizes(text, encoding))
    alone, _ = ROOM[encoding]
    units = sum(sizes)
    if units <= alone:
        return Measure(encoding, units, min(len(text), 1), alone - units, foreign)
    parts, left = _filled(sizes, encoding)
    return Measure(encoding, units, parts, left, foreign)


def twins(text: str) -> dict[str, str]:
    """The characters that force UCS-2 and have a plain twin in GSM-7; the others are not in it."""
    found = {char: _twin(char) for char in measure(text).foreign}
    return {char: twin for char, twin in found.items() if twin is not None}


def plain(text: str) -> str:
    """The text with every twin in place of its character; an accent typed apart is first joined to its letter."""
    joined = unicodedata.normalize("NFC", text)
    return joined.translate(str.maketrans(twins(joined)))


def _is_foreign(char: str) -> bool:
    return char not in BASIC and char not in EXTENSION


def _sizes(text: str, encoding: str) -> Iterator[int]:
    """The units of each character: an escape and a surrogate pair take two."""
    if encoding == "GSM-7":
        return (2 if char in EXTENSION else 1 for char in text)
    return (2 if ord(char) > 0xFFFF else 1 for char in text)


def _filled(sizes: list[int], encoding: str) -> tuple[int, int]:
    """Fills parts one after the other, never splitting a character; answers the parts and the room in the last."""
    _, room = ROOM[encoding]
    parts, left = 1, room
    for size in sizes:
        if size > left:
            parts, left = parts + 1, room
        left -= size
    return parts, left


def _twin(char: str) -> str | None:
    """The plain twin of one character; nothing at all is the twin of an invisible one."""
    if char in TWINS:
        return TWINS[char]
    if unicodedata.category(char) in ("Cf", "Mn"):
        return ""
    apart = unicodedata.normalize("NFKD", char)
    bare = "".join(TWINS.get(c, c) for c in apart if not unicodedata.combining(c))
    return bare if bare and not any(map(_is_foreign, bare)) else None
