"""Numbers as people say them, in the four languages: for the one sentence that must not be misread.

Our own because the library at hand (num2words 0.5.14) writes "trois cents nonante-six" and "duizendéén", and knows no
gender.
"""

from collections.abc import Callable

(NL_ONES, NL_TENS, FR_ONES, FR_TENS, DE_ONES, DE_TENS, EN_ONES, EN_TENS) = map(
    str.split,
    (
        (
            "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf "
            "dertien veertien vijftien zestien zeventien achttien negentien"
        ),
        "- - twintig dertig veertig vijftig zestig zeventig tachtig negentig",
        (
            "zéro un deux trois quatre cinq six sept huit neuf dix onze douze "
            "treize quatorze quinze seize dix-sept dix-huit dix-neuf"
        ),
        "- - vingt trente quarante cinquante soixante septante quatre-vingt nonante",
        (
            "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf "
            "dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
        ),
        "- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
        (
            "zero one two three four five six seven eight nine ten eleven twelve "
            "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
        ),
        "- - twenty thirty forty fifty sixty seventy eighty ninety",
    ),
)
MOST = 999_999


def in_words(number: int, lang: str) -> str:
    """A number of people in words, as it stands before the word for people: French and German have a gender there.

    French as spoken in Belgium (septante, nonante). Above 999,999 the figures themselves.
    """
    if not 0 <= number <= MOST:
        return str(number)
    return SPEAKERS[lang](number)


def _dutch(number: int) -> str:
    return "één" if number == 1 else _glued(number, _dutch_hundreds, "duizend", " ")


def _dutch_hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    ahead = ("" if hundreds == 1 else NL_ONES[hundreds]) + "honderd" if hundreds else ""
    return ahead + (_dutch_tens(rest) if rest or not hundreds else "")


def _dutch_tens(number: int) -> str:
    tens, one = divmod(number, 10)
    if number < 20:
        return NL_ONES[number]
    link = "ën" if NL_ONES[one].endswith("e") else "en"
    return f"{NL_ONES[one]}{link}{NL_TENS[tens]}" if one else NL_TENS[tens]


def _german(number: int) -> str:
    said = _glued(number, _german_hundreds, "tausend", "", one="ein")
    return f"{said}e" if number % 100 == 1 else said


def _german_hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    ahead = f"{DE_ONES[hundreds]}hundert" if hundreds else ""
    return ahead + (_german_tens(rest) if rest or not hundreds else "")


def _german_tens(number: int) -> str:
    tens, one = divmod(number, 10)
    if number < 20:
        return DE_ONES[number]
    return f"{DE_ONES[one]}und{DE_TENS[tens]}" if one else DE_TENS[tens]


def _glued(number: int, hundreds: Callable[[int], str], thousand: str, gap: str, one: str = "") -> str:
    """Languages that write a number below a thousand as one word."""
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return hundreds(rest)
    ahead = (one if thousands == 1 else hundreds(thousands)) + thousand
    return f"{ahead}{gap}{hundreds(rest)}" if rest else ahead


def _french(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    ahead = (
        []
        if not thousands
        else ["mille"]
        if thousands == 1
        else [_french_hundreds(thousands, False), "mille"]
    )
    said = " ".join([*ahead, *([_french_hundreds(rest, True)] if rest or not thousands else [])])
    return f"{said}e" if said.endswith("un") else said


def _french_hundreds(number: int, is_last: bool) -> str:
    """`is_last`: nothing follows, so that round hundreds and quatre-vingts take their s."""
    hundreds, rest = divmod(number, 100)
    plural = "s" if is_last and hundreds > 1 and not rest else ""
    ahead = (
        [] if not hundreds else [f"cent{plural}"] if hundreds == 1 else [FR_ONES[hundreds], f"cent{plural}"]
    )
    return " ".join([*ahead, *([_french_tens(rest, is_last)] if rest or not hundreds else [])])


def _french_tens(number: int, is_last: bool) -> str:
    tens, one = divmod(number, 10)
    if number < 20:
        return FR_ONES[number]
    if not one:
        return FR_TENS[tens] + ("s" if is_last and tens == 8 else "")
    link = " et " if one == 1 and tens != 8 else "-"
    return f"{FR_TENS[tens]}{link}{FR_ONES[one]}"


def _english(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    if not thousands:
        return _english_hundreds(rest)
    ahead = f"{_english_hundreds(thousands)} thousand"
    return f"{ahead}{' and' if rest < 100 else ''} {_english_hundreds(rest)}" if rest else ahead


def _english_hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _english_tens(rest)
    return f"{EN_ONES[hundreds]} hundred" + (f" and {_english_tens(rest)}" if rest else "")


def _english_tens(number: int) -> str:
    tens, one = divmod(number, 10)
    if number < 20:
        return EN_ONES[number]
    return f"{EN_TENS[tens]}-{EN_ONES[one]}" if one else EN_TENS[tens]


SPEAKERS = {"nl": _dutch, "fr": _french, "de": _german, "en": _english}
