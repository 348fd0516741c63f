"""One row of a list into clean values, and a plain word about everything that could not be kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from dispatch.people import columns as titles
from dispatch.people import numbers
from dispatch.people.numbers import InvalidNumber, Number
from dispatch.words import N_

SENTENCES = {
    **numbers.SENTENCES,
    "unreachable": N_("There is no way to reach this person"),
    "nameless": N_("There is no name in this row"),
    "extra_number": N_("There is no room for a further number"),
    "email": N_("This e-mail address is not complete: it looks like name@example.be"),
    "extra_email": N_("There is already an e-mail address"),
    "language": N_("This language is not one of the four"),
    "role": N_("This role is not known"),
    "basis": N_("This is not one of the six grounds of the regulation"),
    "basis_on": N_("This is no day, such as 2026-05-03 or 3/5/2026"),
    "unproven": N_("Consent without its day or without where it can be read is none"),
    "postcode": N_(
        "A Belgian postcode has four digits, from 1000 to 9999. Write one from abroad with its country, such as F-59000"
    ),
    "too_long_text": N_("This text is longer than 200 characters"),
    "broken": N_("A letter got lost here, as it seems: look how it is written"),
    "formula": N_("A spreadsheet would calculate this: look whether it is meant so"),
    "kept": N_("An earlier row says something else about this person. That one is kept"),
}

FIELDS = (
    *("last_name", "first_name", "mobile", "phone", "email", "street", "house_number", "box"),
    *("postcode", "town", "language", "role", "basis", "basis_on", "basis_source"),
)
GROUND = (
    "basis",
    "basis_on",
    "basis_source",
)  # of a membership: why it may be kept, since when, and where that stands
NAMES = ("full_name", "last_name", "first_name")
LONGEST = 200
# What people write where there is nothing, without accents and punctuation ("n.v.t.", "#N/B").
NOTHING = frozenset(
    (
        *("nvt", "nb", "na", "geen", "onbekend", "leeg", "geengsm", "geenmail", "geenemail", "geentelefoon"),
        *("neant", "aucun", "aucune", "inconnu", "vide", "sansobjet", "pasdegsm", "pasdemail"),
        *("keine", "keiner", "unbekannt", "leer", "entfallt", "none", "unknown", "null", "nil"),
    )
)
LONGEST_NOTHING = 16
LONGEST_MAILBOX = 254

ODD_IN = ("last_name", "first_name", "street", "house_number", "box", "town", "basis_source")
# What another encoding made of a letter: the sign for none, "?" in or beside a word, and UTF-8 read as Windows-1252.
BROKEN = re.compile(r"\ufffd|\?(?=\w)|(?<=\w)\?|[ÃÂÅÄ][\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
FORMULA = re.compile(r"[=@]|[+-](?=\s*[\w(])")
INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BOX = r"(?:[\s,]*(?:/|[\s,](?:bus|bte\.?|bo[iî]te|box|postbus|b(?=[\s.]*\d))|(?<=\d)b(?=\d))[\s.:]*(?P<box>\w[\w.-]{0,9}))?"
_NUMBER = r"(?P<number>\d+(?:\s?(?:bis|ter|[a-z])(?!\w))?(?:\s?-\s?\d+\w?)?)"
STREET_FIRST = re.compile(rf"(?P<street>\S.*?)[\s,]+(?:nr?[.°]?\s*)?{_NUMBER}{_BOX}", re.IGNORECASE)
NUMBER_FIRST = re.compile(rf"{_NUMBER}{_BOX}[\s,]+(?P<street>[^\W\d].*)", re.IGNORECASE)
NUMBER_ONLY = re.compile(rf"{_NUMBER}{_BOX}", re.IGNORECASE)
BOX_LABEL = re.compile(r"(?:bus|bte|bo[iî]te|box|postbus|b(?=\s?\d))[\s.:]*(?=\w)", re.IGNORECASE)
BELGIAN_POSTCODE = re.compile(r"[1-9]\d{3}")
POSTCODE_TOWN = re.compile(r"(?:BE?[-\s])?([1-9]\d{3})[\s,-]+([^\W\d].*)", re.IGNORECASE)
ADDRESS_TOWN = re.compile(rf"(.*\d.*?)[\s,]+{POSTCODE_TOWN.pattern}", re.IGNORECASE)

MAILBOX = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}"
)
ANGLED = re.compile(r"[^<>;,]*<([^<>]*)>")
BETWEEN_MAIL = re.compile(
    r"[;,|\r\n]|\s/\s|\s(?:of|en|et|ou|und|oder|or|and|&)\s|(?<=\w)\s+(?=\S+@)|\s/|/\s", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What was left out of a row, or is odd: the field, what stood there, a key of SENTENCES, "field", "row" or "" dropped."""

    column: str
    value: str
    code: str
    dropped: str = "field"


@dataclass(slots=True)
class CleanRow:
    """A row ready to be matched: every name of FIELDS has a value, "" where there is none.

    `given` are the fields that the row itself filled, so that a default never overwrites what is known.
    """

    values: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, ""))
    problems: list[Problem] = field(default_factory=list)
    is_blank: bool = False

    given: frozenset[str] = frozenset()

    @property
    def is_refused(self) -> bool:
        return any(problem.dropped == "row" for problem in self.problems)

    @property
    def oddities(self) -> list[Problem]:
        """What comes in as it stands, but somebody should look at: letters that got lost on the way, and formulas."""
        read = ((name, self.values[name]) for name in ODD_IN)
        return [Problem(name, text, code, "") for name, text in read if (code := _oddity(text))]


def clean(
    cells: Sequence[str], columns: dict[str, int], *, region: str = "BE", language: str = "nl"
) -> CleanRow:
    """Reads one row; a fault costs its field, and the row only where nobody could be named or reached.

    `language` is the one a member gets where the list says none.
    """
    row = CleanRow()
    if not any(map(str.strip, cells)):
        row.is_blank = True
        return row
    held = _held(cells, columns, row)
    _name(held, row)
    _place(held, columns, row)
    _call(held, region, row)
    _write(held.get("email", ""), row)
    _word("language", held, titles.language_of, row)
    _word("role", held, titles.role_of, row)
    if "basis" in columns:
        _ground(held, row)
    row.given = _same(frozenset(name for name, value in row.values.items() if value))
    row.values["language"] = row.values["language"] or language
    row.values["role"] = row.values["role"] or "member"
    _refuse(cells, columns, row)
    return row


@lru_cache(maxsize=4096)
def _same(given: frozenset[str]) -> frozenset[str]:
    """One set for all rows that fill the same fields: a long list has few kinds of rows."""
    return given


def split_address(text: str) -> tuple[str, str, str]:
    """Street, house number and box of a Belgian address in one line; all is street where no number is found."""
    found = STREET_FIRST.fullmatch(text) or NUMBER_FIRST.fullmatch(text)
    if not found or not any(map(str.isalpha, found["street"])):
        return text, "", ""
    return found["street"].strip(" ,"), found["number"].replace(" ", ""), found["box"] or ""


def _held(cells: Sequence[str], columns: dict[str, int], row: CleanRow) -> dict[str, str]:
    """The text of each column, "" where there is none; one that is too long to be what it says is dropped."""
    held = {}
    for name, at in columns.items():
        text = cells[at] if at < len(cells) else ""
        if text and len(text) <= LONGEST_NOTHING and _is_nothing(name, text):
            text = ""
        if not text.isprintable():
            text = INVISIBLE.sub("", text)
        if len(text) > LONGEST:
            row.problems.append(Problem(name, text, "too_long_text"))
            text = ""
        held[name] = text if name in ("mobile", "phone", "email") else " ".join(text.split())
    return held


@lru_cache(maxsize=4096)
def _is_nothing(name: str, text: str) -> bool:
    """Whether a cell only says that there is nothing; somebody's name may well be Geen."""
    if not any(map(str.isalnum, text)):
        return True
    return name not in NAMES and titles.bare(text) in NOTHING


def _name(held: dict[str, str], row: CleanRow) -> None:
    """A whole name stays whole, as last name: where to cut it is not ours to guess."""
    last, first = held.get("last_name", ""), held.get("first_name", "")
    if not last and (not first or "last_name" not in held):
        last = held.get("full_name", "")
    row.values["last_name"], row.values["first_name"] = last, first


def _place(held: dict[str, str], columns: dict[str, int], row: CleanRow) -> None:
    """Street, number, box, postcode and town, taken apart where the list has them in one cell."""
    values = row.values
    whole = held.get("address", "") or ("" if "house_number" in columns else held.get("street", ""))
    postcode, town = held.get("postcode", ""), held.get("town", "")
    if not postcode and (found := ADDRESS_TOWN.fullmatch(whole)):
        whole, postcode, town = found[1].strip(" ,"), found[2], town or found[3]
    if not postcode and (found := POSTCODE_TOWN.fullmatch(town)):
        postcode, town = found[1], found[2]
    street, number, box = split_address(whole) if whole else ("", "", "")
    values["street"] = held.get("street", "") if "house_number" in columns and held.get("street") else street
    values["house_number"], own_box = _number(held.get("house_number", ""))
    values["house_number"] = values["house_number"] or number
    values["box"] = BOX_LABEL.sub("", held.get("box", ""), count=1) or own_box or box
    values["postcode"] = _postcode(re.sub(r"(?i)^BE?[-\s]?(?=\d+$)", "", postcode), row)
    values["town"] = town


def _postcode(text: str, row: CleanRow) -> str:
    """As it stands, where it is Belgian or has a letter of another country's; or else said and left out."""
    if not text.isdecimal() or BELGIAN_POSTCODE.fullmatch(text):
        return text
    row.problems.append(Problem("postcode", text, "postcode"))
    return ""


@lru_cache(maxsize=4096)
def _number(text: str) -> tuple[str, str]:
    """House number and box from the number's own cell."""
    found = NUMBER_ONLY.fullmatch(text)
    return (found["number"].replace(" ", ""), found["box"] or "") if found else (text, "")


def _call(held: dict[str, str], region: str, row: CleanRow) -> None:
    """Each number to the field it fits: mobiles first to mobile, and what is left to a free phone field."""
    waiting = []
    for column, raw, number in _numbers(held, region, row):
        # The Belgian plan tells its mobiles from all others: 078 and 0800 receive no text.
        is_foreign = not number.e164.startswith("+32")
        is_mobile = number.kind == "mobile" or (number.kind == "other" and column == "mobile" and is_foreign)
        name = "mobile" if is_mobile else "phone"
        if not row.values[name]:
            row.values[name] = number.e164
        elif number.e164 not in (row.values["mobile"], row.values["phone"]):
            waiting.append((column, raw, number.e164))
    for column, raw, e164 in waiting:
        if not row.values["phone"]:
            row.values["phone"] = e164
        elif e164 not in (row.values["mobile"], row.values["phone"]):
            row.problems.append(Problem(column, raw, "extra_number"))


def _numbers(held: dict[str, str], region: str, row: CleanRow) -> list[tuple[str, str, Number]]:
    """The numbers of the row that can be rung, each with its column and how it was written."""
    found = []
    for column in ("mobile", "phone"):
        if raw := held.get(column):
            found += _rung(column, raw, region, row)
    return found


def _rung(column: str, raw: str, region: str, row: CleanRow) -> list[tuple[str, str, Number]]:
    try:
        return [(column, raw, numbers.parse(raw, region))]
    except InvalidNumber as fault:
        if fault.code == "several":
            return [one for piece in numbers.split(raw) for one in _rung_alone(column, piece, region, row)]
        if fault.code != "empty":
            row.problems.append(Problem(column, raw, fault.code))
        return []


def _rung_alone(column: str, piece: str, region: str, row: CleanRow) -> list[tuple[str, str, Number]]:
    try:
        return [(column, piece, numbers.parse(piece, region))]
    except InvalidNumber as fault:
        row.problems.append(Problem(column, piece, fault.code))
        return []


def _write(text: str, row: CleanRow) -> None:
    """The first address that is one; the others are said."""
    plain = text.lower()
    if is_mailbox(plain):
        row.values["email"] = plain
        return
    for address in _addresses(text):
        if not is_mailbox(address):
            row.problems.append(Problem("email", address, "email"))
        elif not row.values["email"]:
            row.values["email"] = address
        elif address != row.values["email"]:
            row.problems.append(Problem("email", address, "extra_email"))


def is_mailbox(address: str) -> bool:
    """Whether mail could go there: an address in lower case, whole and of one person."""
    return MAILBOX.fullmatch(address) is not None and len(address) <= LONGEST_MAILBOX


@lru_cache(maxsize=4096)
def _addresses(text: str) -> tuple[str, ...]:
    """The addresses in one cell, out of their names and labels, in lower case."""
    if not text:
        return ()
    bare = re.sub(r"mailto:", "", text, flags=re.IGNORECASE)
    bare = re.sub(r"\([^()@]*\)", " ", bare)
    bare = ANGLED.sub(r"\1;", bare) if "@" in bare else bare
    bare = re.sub(r"\s*@\s*", "@", bare)
    pieces = [piece.strip(" .:'\"").lower() for piece in BETWEEN_MAIL.split(bare)]
    filled = [piece for piece in pieces if piece]
    is_broken = any("@" not in piece for piece in filled)
    return (text.strip(),) if is_broken else tuple(filled)


def _word(name: str, held: dict[str, str], meaning, row: CleanRow) -> None:
    """A language or role in any of four languages; an unknown word is said and left."""
    text = held.get(name)
    if not text:
        return
    row.values[name] = meaning(text) or ""
    if not row.values[name]:
        row.problems.append(Problem(name, text, name))


def _ground(held: dict[str, str], row: CleanRow) -> None:
    """Why the person may be kept; consent that is not proven is left out, as by hand it is refused."""
    _word("basis", held, titles.basis_of, row)
    _word("basis_on", held, titles.day_of, row)
    values = row.values
    values["basis_source"] = held.get("basis_source", "")
    if values["basis"] == "consent" and not (values["basis_on"] and values["basis_source"]):
        row.problems.append(Problem("basis", held["basis"], "unproven"))
        values["basis"] = ""
    if not values["basis"]:
        values["basis_on"] = values["basis_source"] = ""


def _oddity(text: str) -> str:
    if BROKEN.search(text):
        return "broken"
    return "formula" if FORMULA.match(text) else ""


def _refuse(cells: Sequence[str], columns: dict[str, int], row: CleanRow) -> None:
    """Says why the whole row is dropped, if it is, and what stood there."""
    values = row.values
    stood = {name: cells[at] for name, at in columns.items() if at < len(cells)}
    if not (values["mobile"] or values["phone"] or values["email"]):
        row.problems.append(Problem("mobile", stood.get("mobile", ""), "unreachable", "row"))
    if not (values["last_name"] or values["first_name"]):
        column = next((name for name in NAMES if name in columns), "last_name")
        row.problems.append(Problem(column, stood.get(column, ""), "nameless", "row"))
