"""Telephone numbers as people write them, read into E.164; what cannot be rung is refused with its reason."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from dispatch.words import N_

SENTENCES = {
    "empty": N_("There is no number here"),
    "scientific": N_("The spreadsheet rounded this number. The digits are lost"),
    "letters": N_("There are letters in this number"),
    "too_short": N_("This number is too short"),
    "too_long": N_("This number is too long"),
    "premium": N_("This is a premium-rate number. It is never called"),
    "several": N_("There are several numbers in one cell"),
    "impossible": N_("This number does not exist"),
}

KINDS = {PhoneNumberType.MOBILE: "mobile", PhoneNumberType.FIXED_LINE: "fixed"}
NEVER_CALLED = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
UNREADABLE = {
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
LENGTHS = {ValidationResult.TOO_SHORT: "too_short", ValidationResult.TOO_LONG: "too_long"}
NEIGHBOURS = ("31", "33", "352", "49")
LONGEST = 250
FEWEST_BESIDE_A_LABEL = 6

# The same patterns that phonenumbers itself asks, so that the short road cannot disagree with the long one.
BELGIUM = PhoneMetadata.metadata_for_region("BE")
BELGIAN_KINDS = (
    ("mobile", re.compile(BELGIUM.mobile.national_number_pattern, re.ASCII)),
    ("fixed", re.compile(BELGIUM.fixed_line.national_number_pattern, re.ASCII)),
)

PLAIN = re.compile(r"\+?[0-9][0-9 ./()-]*")
TO_DIGITS = str.maketrans("", "", " ./()-")
SCIENTIFIC = re.compile(r"[+-]?\d+([.,]\d*)?e[+-]?\d+", re.IGNORECASE)
POINT_NOUGHT = re.compile(r"\A([1-9]\d{7,14})[.,]0\Z")
LETTER = r"[^\W\d_]"
REMARK = re.compile(rf"\((?=[^()]*{LETTER})(?:[^()\d]*\d){{0,5}}[^()\d]*\)")
LABEL_BEFORE = re.compile(rf"([^\d+(]*{LETTER}[^\d+(]*)(?:\d\s*[:.)])?")
LABEL_AFTER = re.compile(rf"(?<=[\d)])[^\w+]*({LETTER}[^\d]*)\Z")
LOOKALIKES = frozenset("oOlLiI")
BETWEEN_DIGITS = re.compile(r"[\s./()\\'’‘\"_·•,:*\u2010-\u2015-]+")

WORD_BETWEEN = r"\b(?:en|et|ou|of|und|oder|or|and)\b|[;&|]|(?<=\d)\s*(?=\+)"
ALWAYS_APART = re.compile(WORD_BETWEEN, re.IGNORECASE)
COUNTRY_CODE = re.compile(r"[\s(]*(?:\+|00)[\s\d]{1,4}\)?\s*")
PERHAPS_APART = re.compile(r"(\s*[/,\n\r\u2010-\u2015-]\s*|\s+(?=0))")


class InvalidNumber(ValueError):
    """What was written cannot be rung; `code` is a key of SENTENCES."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(SENTENCES[code])


@dataclass(frozen=True, slots=True)
class Number:
    """A number that can be rung: E.164, and "mobile", "fixed" or "other" (its plan does not tell, or neither)."""

    e164: str
    kind: str

    @property
    def national(self) -> str:
        return national(self.e164)


def parse(raw: object, region: str = "BE") -> Number:
    """Reads one number in any of the ways people and spreadsheets write it.

    Raises InvalidNumber. Letters are never digits here; a label beside the number is skipped.
    """
    text = _written(raw)
    if PLAIN.fullmatch(text):
        digits = text.translate(TO_DIGITS)
        return (region == "BE" and _belgian(digits)) or _looked_up(text, region)
    return _looked_up(text, region)


def split(raw: object) -> list[str]:
    """The numbers in one cell, as written; a slash or dash within one number does not part it."""
    pieces = []
    for part in ALWAYS_APART.split(REMARK.sub(" ", _written(raw))):
        pieces += _groups(part)
    numbers = [piece for piece in pieces if sum(map(str.isdecimal, piece)) > 1]
    return numbers or [piece for piece in pieces if piece][:1]


@lru_cache(maxsize=50_000)
def national(e164: str) -> str:
    """A number for the eye: Belgian numbers as dialled at home, others in the international way."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    at_home = number.country_code == 32
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def _written(raw: object) -> str:
    """The text of a cell without what spreadsheets and keyboards leave around it."""
    if isinstance(raw, (int, float)):
        raw = _counted(raw)
    text = str(raw or "")
    if len(text) > LONGEST:
        raise InvalidNumber("too_long")
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return POINT_NOUGHT.sub(r"\1", text.strip().removeprefix("=").strip("'’‘\"` "))


def _counted(raw: float) -> str:
    """The digits of a number cell: Excel ate the leading zero, calamine made it a float."""
    if isinstance(raw, bool) or (isinstance(raw, float) and not raw.is_integer()):
        raise InvalidNumber("impossible")
    if abs(raw) >= 10**18:
        raise InvalidNumber("too_long")
    return str(int(raw))


def _belgian(digits: str) -> Number | None:
    """The short road: a Belgian mobile or fixed number, with or without prefix; None when it is not plainly one."""
    home = digits.removeprefix("+32").removeprefix("0032") if digits.startswith(("+", "0")) else digits
    if len(home) > 9 and home.startswith("32"):
        home = home[2:]
    home = home.removeprefix("0")
    for kind, pattern in BELGIAN_KINDS:
        if pattern.fullmatch(home):
            return Number("+32" + home, kind)
    return None


@lru_cache(maxsize=20_000)
def _looked_up(text: str, region: str) -> Number:
    """The long road: labels taken off, then the numbering plan of the whole world asked."""
    if not any(map(str.isalnum, text)):
        raise InvalidNumber("empty")
    if not any(map(str.isdecimal, text)):
        raise InvalidNumber("letters")
    if SCIENTIFIC.fullmatch(text):
        raise InvalidNumber("scientific")
    if len(split(text)) > 1:
        raise InvalidNumber("several")
    dialled = _without_letters(text)
    return (region == "BE" and _belgian(dialled)) or _judged(dialled, region)


def _without_letters(text: str) -> str:
    """Takes labels off ("gsm:", "(werk)") and separators out; a letter among the digits is refused."""
    text = REMARK.sub(" ", text).strip()
    for label in (LABEL_BEFORE, LABEL_AFTER):
        if found := (label.match(text) if label is LABEL_BEFORE else label.search(text)):
            _refuse_lookalike(text, found)
            text = (text[: found.start()] + text[found.end() :]).strip()
            if label is LABEL_AFTER and sum(map(str.isdecimal, text)) < FEWEST_BESIDE_A_LABEL:
                raise InvalidNumber("letters")
    text = BETWEEN_DIGITS.sub("", text)
    if any(map(str.isalpha, text)):
        raise InvalidNumber("letters")
    return text


def _refuse_lookalike(text: str, found: re.Match) -> None:
    """An O for a nought or an l for a one is a spoilt number, not a label."""
    label = [c for c in found[1] if c.isalpha()]
    glued = (
        found.start() > 0 and text[found.start()].isalpha() or found[1][-1:].isalpha() and not found.start()
    )
    if LOOKALIKES.issuperset(label) or (glued and len(label) == 1):
        raise InvalidNumber("letters")


def _judged(dialled: str, region: str) -> Number:
    """What the numbering plan says of a bare string of digits, perhaps after a plus."""
    dialled = re.sub(r"^[^\w+]+", "", dialled)
    if not re.fullmatch(r"\+?\d+", dialled):
        raise InvalidNumber("impossible")
    number = _asked(dialled, region)
    if not phonenumbers.is_valid_number(number):
        abroad = _neighbour(dialled, region)
        if abroad is None:
            raise InvalidNumber(_fault(number))
        number = abroad
    kind = phonenumbers.number_type(number)
    if kind in NEVER_CALLED:
        raise InvalidNumber("premium")
    return Number(phonenumbers.format_number(number, PhoneNumberFormat.E164), KINDS.get(kind, "other"))


def _asked(dialled: str, region: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(dialled, region)
    except NumberParseException as fault:
        raise InvalidNumber(UNREADABLE.get(fault.error_type, "impossible")) from None


def _neighbour(dialled: str, region: str) -> phonenumbers.PhoneNumber | None:
    """A neighbouring country's mobile whose plus a spreadsheet ate; no other country is guessed from digits."""
    if region != "BE" or len(dialled) < 11 or not dialled.startswith(NEIGHBOURS):
        return None
    try:
        number = phonenumbers.parse("+" + dialled, None)
    except NumberParseException:
        return None
    is_mobile = phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in KINDS
    return number if is_mobile and KINDS[phonenumbers.number_type(number)] == "mobile" else None


def _fault(number: phonenumbers.PhoneNumber) -> str:
    """Why a number that is written like one does not exist."""
    if number.country_code != 32:
        return LENGTHS.get(phonenumbers.is_possible_number_with_reason(number), "impossible")
    home = phonenumbers.national_significant_number(number).lstrip("0")
    if home.startswith(("70", "90")) and len(home) == 8:
        return "premium"
    least, most = (9 if re.match("4[5-9]", home) else 8), (9 if home.startswith("4") else 8)
    return "too_short" if len(home) < least else "too_long" if len(home) > most else "impossible"


def _groups(part: str) -> list[str]:
    """Cuts where a number is complete and another begins; what is left over after a blank belongs before it."""
    pieces = PERHAPS_APART.split(part)
    found = [pieces[0].strip()]
    for at in range(2, len(pieces), 2):
        gap, piece = pieces[at - 1 : at + 1]
        if _belongs_before(found[-1], gap, pieces[at:]):
            found[-1] += gap + piece
        else:
            found.append(piece.strip())
    return [piece.strip() for piece in found]


def _belongs_before(begun: str, gap: str, rest: list[str]) -> bool:
    """Whether the next piece continues the number begun, rather than beginning another."""
    is_begin = _is_complete(rest[0])
    if COUNTRY_CODE.fullmatch(begun) or not (_is_complete(begun) or is_begin):
        return True
    return not gap.strip() and not is_begin and not _is_complete("".join(rest))


def _is_complete(piece: str) -> bool:
    """Whether the digits so far are as many as such a number needs."""
    digits = "".join(filter(str.isdecimal, piece))
    abroad = piece.lstrip(" (").startswith("+")
    needs = [
        (abroad, 10),
        (digits.startswith("00"), 12),
        (bool(re.match("04[5-9]", digits)), 10),
        (digits.startswith("0"), 9),
        (bool(re.match("324[5-9]", digits)), 11),
        (bool(re.match("4[5-9]", digits)), 9),
    ]
    return len(digits) >= next((need for applies, need in needs if applies), 8)
