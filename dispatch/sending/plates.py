"""Belgian number plates in a text: the form of today and those before it, as people type them."""

import re
from collections.abc import Iterable

DASH = r"[-\u2010-\u2015.\u00b7]"
# The present form, however it is typed; a letter in front (trailers, taxis, motorcycles) only with its dashes.
PLATE = re.compile(rf"(?<![\w-])[1-9]{DASH}?([A-Z]{{3}}){DASH}?\d{{3}}(?![\w-])", re.IGNORECASE)
SPACED_PLATE = re.compile(r"(?<![\w-])[1-9] ([A-Z]{3}) \d{3}(?![\w-])")
LETTER_PLATE = re.compile(rf"(?<![\w-])[A-Z]{DASH}([A-Z]{{3}}){DASH}\d{{3}}(?![\w-])", re.IGNORECASE)
# ABC-123 until 2008 and 123-ABC until 2010: only in capitals, or every "bel 101" would be one.
OLD_PLATE = re.compile(rf"(?<![\w-])([A-Z]{{3}}){DASH}?\d{{3}}(?![\w-])")
OLD_PLATE_TURNED = re.compile(rf"(?<![\w-])\d{{3}}{DASH}?([A-Z]{{3}})(?![\w-])")
# Whatever stands behind one of these words is meant as a plate.
CALLED_PLATE = re.compile(
    r"(?:nummerplaat|kenteken|plaat|plaque|immatriculation|immatriculée?|kennzeichen|plate)"
    r"(?:\s*(?:nummer|nr\.?|n°|:|\bist?\b|\best\b))*\s*"
    rf"((?:[1-9A-Z](?:{DASH}| )?)?[A-Z]{{3}}(?:{DASH}| )?\d{{3}}|\d{{3}}(?:{DASH}| )?[A-Z]{{3}})(?![\w-])",
    re.IGNORECASE,
)
NO_PLATE = frozenset((
    "BEL", "TEL", "GSM", "SMS", "BIN", "BUS", "RUE", "DOK", "APP", "WEG", "ZIE", "NET", "TOT", "VAN",
    "UUR", "MIN", "SEC", "DAG", "EUR", "KWH", "NMB", "MHZ", "PPM",
))  # fmt: skip


def plates_in(text: str) -> list[str]:
    """The Belgian number plates in a text, as they are written there: the present form and those before it."""
    found = [match[1] for match in CALLED_PLATE.finditer(text)]
    for pattern in (PLATE, SPACED_PLATE, LETTER_PLATE, OLD_PLATE, OLD_PLATE_TURNED):
        found += [match[0] for match in pattern.finditer(text) if match[1].upper() not in NO_PLATE]
    return whole(found)


def whole(found: Iterable[str]) -> list[str]:
    """Each once, and nothing that is only a part of another."""
    once = list(dict.fromkeys(found))
    return [one for one in once if not any(one != other and one in other for other in once)]


def without_plates(text: str) -> str:
    """The text with a blank in the place of each plate: nobody rings its digits."""
    for plate in plates_in(text):
        text = text.replace(plate, " ")
    return text
