"""How a person is recognised: names, addresses and search words without case, accents or order."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

# Letters that NFKD leaves whole, written as their neighbours type them.
TWINS = str.maketrans(
    dict(zip("łøđðħıŀ", "loddhil", strict=True)) | {"þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}
)
SOUGHT = ("last_name", "first_name", "street", "house_number", "box", "email", "mobile", "phone")


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """The text in small letters without accents: "Łukasz" and "lukasz" are the same."""
    if text.isascii():
        return text.lower()
    # Twice: folding a case makes new marks, and taking a letter apart makes new capitals.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(TWINS)


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    return tuple("".join(c if c.isalnum() else " " for c in plain(text)).split())


def name_key(*names: str) -> str:
    """One key for a name, however it is typed: "D'Hondt Griet" and "griet d’hondt" are the same person's."""
    found = sorted(word for name in names for word in words(name))
    return " ".join(found) or plain(" ".join(names)).strip()


def address_key(values: Mapping[str, str]) -> str:
    """One key for a house, or "" where the street or the number is not known."""
    street, number = words(values["street"]), words(values["house_number"])
    if not street or not number:
        return ""
    return " ".join((*street, "".join(number), "/", *words(values["box"])))


def search_key(values: Mapping[str, str]) -> str:
    """What a search looks through: name in both orders, address, e-mail, numbers. A list is sorted by it too."""
    part = {name: plain(values[name]) for name in SOUGHT}
    name = f"{part['last_name']} {part['first_name']} {part['last_name']}".strip()
    address = f"{part['street']} {part['house_number']} {part['box']}".strip()
    return " | ".join((name, address, part["email"], part["mobile"], part["phone"]))


def search_words(text: str) -> list[str]:
    """What must all be found in a search key; a number is sought without its first noughts, as it is kept."""
    folded = plain(text).strip()
    digits = "".join(filter(str.isdecimal, folded))
    if len(digits) > 4 and not any(map(str.isalpha, folded)):
        return [digits.lstrip("0")]
    return folded.split()
