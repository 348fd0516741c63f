"""The card that people save on their telephone, so that they recognise who calls (RFC 6350, and RFC 2426 for older ones)."""

from collections.abc import Iterable
from typing import NamedTuple

FOLD = 75  # octets of a line
VERSIONS = ("4.0", "3.0")
ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})


class Card(NamedTuple):
    """Who sends: the name that a telephone shows, numbers in full (+32…), mail addresses, and a line of explanation."""

    name: str
    numbers: tuple[str, ...]
    emails: tuple[str, ...]
    note: str = ""


def senders(names: Iterable[str]) -> tuple[str, ...]:
    """The senders that are numbers, each once, in full: a name such as "Be-Alert" cannot be saved or called."""
    digits = (name.removeprefix("+") for name in names if name.removeprefix("+").isdecimal())
    return tuple(dict.fromkeys(f"+{number}" for number in digits if len(number) > 6))


def written(card: Card, version: str = "4.0") -> str:
    """The card as a file or a QR code holds it, each line ended by CRLF."""
    is_old = version == "3.0"
    name, tel = _plain(card.name), "TEL;TYPE=VOICE:" if is_old else "TEL;VALUE=uri;TYPE=voice:tel:"
    lines = [
        "BEGIN:VCARD",
        f"VERSION:{version}",
        *([f"N:{name};;;;"] if is_old else ["KIND:org"]),
        f"FN:{name}",
        f"ORG:{name}",
        *(f"{tel}{number}" for number in card.numbers),
        *(f"EMAIL:{_plain(email)}" for email in card.emails),
        *([f"NOTE:{_plain(card.note)}"] if card.note else []),
        "END:VCARD",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _plain(text: str) -> str:
    return text.translate(ESCAPED)


def _folded(line: str) -> str:
    """No line is longer than 75 octets, and no letter is cut in two; what goes on begins with a space."""
    parts, length = [""], 0
    for letter in line:
        size = len(letter.encode())
        if length + size > FOLD:
            parts.append("")
            length = 1
        parts[-1] += letter
        length += size
    return "\r\n ".join(parts)
