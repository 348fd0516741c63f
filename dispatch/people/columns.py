"""Which column holds what: by its title in four languages, or by what stands in it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from dispatch.people import numbers

FIELDS = (
    "full_name",
    "last_name",
    "first_name",
    "mobile",
    "phone",
    "email",
    "address",
    "street",
    "house_number",
    "box",
    "postcode",
    "town",
    "language",
    "role",
    "basis",
    "basis_on",
    "basis_source",
)

# Titles without case, accents, blanks or punctuation. "name" and "number" are decided by their company.
_TITLES = {
    "full_name": "volledigenaam naamenvoornaam naamvoornaam voornaamennaam voornaamnaam voornaamenachternaam "
    "naamlid lid nometprenom nomprenom prenometnom prenomnom nomcomplet namevorname vornamename nameundvorname "
    "vorundnachname vornameundname vornameundnachname vollernamen vollername fullname nameandsurname membernaam "
    "naamvanhetlid nomdumembre persoon",
    "last_name": "familienaam achternaam famnaam naamfamilie nomdefamille nomfamille patronyme nachname "
    "familienname zuname lastname surname familyname",
    "first_name": "voornaam voornamen roepnaam prenom prenoms vorname vornamen rufname firstname givenname "
    "forename",
    "mobile": "gsm gsmnummer gsmnr gsmno mobiel mobielnummer mobieletelefoon mobielnr mobieltje ngsm numerogsm "
    "ndegsm numerodegsm nrgsm portable telephoneportable telportable mobile mobilenumber mobilephone "
    "mobiletelephone handy handynummer handynr mobil mobiltelefon mobilnummer mobiltel cell cellphone cellnumber "
    "smartphone sms smsnummer telgsm",
    "phone": "telefoon telefoonnummer telefoonnr tel telnr telno telnummer telefoonvast vasttelefoonnummer "
    "vastetelefoon vastelijn vast vasttel telvast telefoonthuis telthuis telefoonprive telprive telephone "
    "numerodetelephone ntelephone ndetelephone telephonefixe telfixe fixe lignefixe phone phonenumber "
    "telephonenumber landline homephone fixedline telefon telefonnummer telefonnr festnetz festnetznummer "
    "festnetztelefon",
    "email": "email emailadres emailadress emailaddress mail mailadres mailadresse mailadress mailaddress "
    "emailadresse adresseemail adressemail adresseelectronique adressedecourriel adressecourriel courriel "
    "courrielelectronique courrierelectronique elektronischadres emailadresselectronique epost",
    "address": "adres straatennummer straatnummer straatennr straatnr straathuisnummer straatenhuisnummer "
    "straatnrbus straatnummerbus adresse ruenumero rueetnumero ruen rueetn ruenetboite adressepostale "
    "strassenummer strasseundnummer strassenr strasseundhausnummer strassehausnummer strasseundnr anschrift "
    "address streetandnumber streetaddress streetnumber domicilie woonadres thuisadres domicile",
    "street": "straat straatnaam rue nomderue nomdelarue strasse strassenname street streetname",
    "house_number": "huisnummer huisnr huisno hnr numerodemaison numeromaison numerodelamaison hausnummer "
    "hausnr housenumber houseno",
    "box": "bus busnummer busnr boite bte boitepostale numerodeboite nboite box boxnumber boxnr postbus "
    "briefkasten wohnung appartement app",
    "postcode": "postcode postnr postnummer pc codepostal cp cpostal postleitzahl plz zip zipcode postalcode",
    "town": "gemeente woonplaats stad plaats plaatsnaam localite commune ville ort ortschaft gemeinde stadt "
    "wohnort city town municipality postcodegemeente postcodeengemeente postcodewoonplaats postcodeenplaats "
    "codepostalville codepostallocalite codepostaletlocalite cplocalite cpville cpetlocalite plzort plzundort "
    "plzwohnort",
    "language": "taal taalkeuze voertaal taalcode langue languematernelle sprache muttersprache language lang",
    "role": "functie rol hoedanigheid taak fonction role qualite funktion rolle function position",
    "basis": "rechtsgrond rechtsgrondslag grondslag wettelijkegrondslag toestemming baselegale fondementjuridique "
    "consentement rechtsgrundlage einwilligung legalbasis lawfulbasis basis consent",
    "basis_on": "datumtoestemming toestemmingop datumrechtsgrond rechtsgrondop datumgrondslag rechtsgrondsinds "
    "dateconsentement dateduconsentement datebaselegale datumeinwilligung datumrechtsgrundlage dateofconsent "
    "consentdate legalbasissince basissince",
    "basis_source": "bronvanderechtsgrond sourceofthelegalbasis brontoestemming bronrechtsgrond brongrondslag bron bewijs bewijstoestemming sourceconsentement "
    "sourcebaselegale source preuve nachweis quelle sourceofconsent consentsource legalbasissource proof",
    "name": "naam nom name namen noms",
    "number": "nr nummer numero n no num",
}
TITLES = {title: field for field, titles in _TITLES.items() for title in titles.split()}
# One of these words in a longer title ("GSM (verplicht)", "Tel. werk") says enough.
TELLING = {
    "gsm": "mobile",
    "handy": "mobile",
    "mobiel": "mobile",
    "mobile": "mobile",
    "portable": "mobile",
    "mail": "email",
    "email": "email",
    "courriel": "email",
    "tel": "phone",
    "telefoon": "phone",
    "telephone": "phone",
    "telefon": "phone",
    "phone": "phone",
    "postcode": "postcode",
    "plz": "postcode",
    "deelgemeente": "town",
    "gemeente": "town",
    "adres": "address",
    "familienaam": "last_name",
    "achternaam": "last_name",
    "voornaam": "first_name",
    "prenom": "first_name",
    "vorname": "first_name",
    "taal": "language",
    "langue": "language",
    "sprache": "language",
}

LANGUAGE_WORDS = {
    "nl": "n nl ned nld nederlands nederlandstalig neerlandais nl nlbe niederlandisch vlaams dutch flemish flamand",
    "fr": "f fr fra fre frans franstalig francais francophone frbe franzosisch french",
    "de": "d de du dui ger deu duits duitstalig allemand germanophone debe al deutsch deutschsprachig german",
    "en": "e en eng engels engelstalig anglais anglophone englisch english",
}
# The six grounds of article 6.1 of the regulation, as lists and our own exports call them.
GROUND_WORDS = {
    "consent": "ja oui yes toestemming toestemmingvandepersoon toestemmingvandebetrokkene consentement einwilligung "
    "consent consentoftheperson akkoord consentementdelapersonne einwilligungderperson",
    "contract": "overeenkomst overeenkomstmetdepersoon overeenkomstmetdebetrokkene contract contrat vertrag "
    "agreementwiththeperson contrataveclapersonne vereinbarungmitderperson",
    "legal_obligation": "wettelijkeverplichting wettelijkeplicht obligationlegale rechtlicheverpflichtung "
    "legalobligation",
    "vital_interests": "vitalebelangen vitaalbelang vitalebelangenvaneenpersoon interetsvitaux "
    "lebenswichtigeinteressen vitalinterests vitalinterestsofaperson interetsvitauxdunepersonne "
    "lebenswichtigeinteresseneinerperson",
    "public_task": "algemeenbelang taakvanalgemeenbelang taakinhetalgemeenbelang openbarebelang openbaartaak "
    "interetpublic missiondinteretpublic offentlichesinteresse aufgabeimoffentlicheninteresse publictask taskinthepublicinterest",
    "legitimate_interests": "gerechtvaardigdbelang gerechtvaardigdebelangen interetlegitime interetslegitimes "
    "berechtigtesinteresse berechtigteinteressen legitimateinterest legitimateinterests",
}
GROUNDS = {word: ground for ground, words in GROUND_WORDS.items() for word in words.split()}
LANGUAGES = {word: language for language, words in LANGUAGE_WORDS.items() for word in words.split()}
MEMBER_WORDS = frozenset(
    ("lid", "leden", "gewoonlid", "binlid", "member", "membre", "mitglied", "bewoner", "inwoner", "habitant")
)
DEPUTY = re.compile(
    r"^(mede|mit|co(?!ord)|ko(?!ord)|adj|vice|stellv|plaatsverv|hulp|assist|sub|2e|tweede|second|suppleant|deputy)"
)

ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?$")
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$")
NUMBERED = ("mobile", "phone")
SAMPLE = 200
ENOUGH = 0.6
LONGEST_BOX = 8


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """A word without case, accents, blanks and punctuation, so that "N° de GSM" and "n de gsm" are one."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace("°", "").replace("º", ""))
    return "".join(c for c in apart if c.isalnum())


@lru_cache(maxsize=4096)
def field_of(title: str) -> str | None:
    """The field a column title names, or "name" and "number" where its neighbours must decide; None if unknown."""
    title = re.sub(r"\([^)]*\)|\*", " ", title)
    if found := TITLES.get(bare(title)):
        return found
    words = [bare(word) for word in re.split(r"[\s/.,:;_-]+", title)]
    if not 1 < len(words) <= 5 or any(map(str.isdecimal, "".join(words)[1:-1])):
        return None
    return next((TELLING[word] for word in words if word in TELLING), None)


def language_of(text: str) -> str | None:
    """ "nl", "fr", "de" or "en" from the word or letter in a list; None if it is none of them."""
    return LANGUAGES.get(bare(text))


def basis_of(text: str) -> str | None:
    """Which of the six grounds of the regulation a word in a list means; None if it is none of them."""
    word = bare(text)
    return word if word in GROUND_WORDS else GROUNDS.get(word)


def day_of(text: str) -> str | None:
    """A day as 2026-05-03, from that or from day, month and year as Belgians write them; None if it is no day."""
    if found := ISO_DAY.match(text):
        year, month, day = found.groups()
    elif found := DAY.match(text):
        day, month, year = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def role_of(text: str) -> str | None:
    """ "coordinator", "co_coordinator" or "member" from a word in four languages; None if it is no such word."""
    word = bare(text)
    if "coordinat" in word or "koordinat" in word:
        return "co_coordinator" if DEPUTY.match(word) else "coordinator"
    return "member" if word in MEMBER_WORDS else None


def titles_in(cells: Sequence[str]) -> int:
    """How many fields the titles in a row name; none in a row that holds an address or a number to ring."""
    if any("@" in cell or sum(map(str.isdecimal, cell)) > 5 for cell in cells):
        return 0
    known = [field for cell in cells if cell and (field := field_of(cell))]
    filled = sum(1 for cell in cells if cell)
    return len(set(known)) if len(known) > 1 or len(known) == filled else 0


def guess(header: Sequence[str] | None, rows: Sequence) -> dict[str, int]:
    """Field → column index: titles first, then contents where a way to reach or to name people is still missing.

    `rows` are lists of cells, or pairs of row number and cells. A column is used at most once.
    """
    sample = [row[1] if len(row) == 2 and isinstance(row[0], int) else row for row in rows[:SAMPLE]]
    columns = _by_title(header or ())
    _place_far_number(columns, header or (), sample)
    has_reach = {"mobile", "phone", "email"} & columns.keys()
    has_name = {"full_name", "last_name", "first_name"} & columns.keys()
    if not has_reach or not has_name:
        columns = _by_contents(columns, sample)
    return {field: columns[field] for field in FIELDS if field in columns}


def _by_title(header: Sequence[str]) -> dict[str, int]:
    """The columns whose titles say what they are; an exact title goes before a telling word."""
    asked = [(index, field_of(title)) for index, title in enumerate(header) if title]
    exact = {index for index, _ in asked if bare(header[index]) in TITLES}
    columns: dict[str, int] = {}
    for index, field in sorted(asked, key=lambda found: found[0] not in exact):
        if field and field not in ("name", "number"):
            columns.setdefault(field, index)
    _place_second(
        columns, [index for index, field in asked if field in NUMBERED and header[index][-1].isdecimal()]
    )
    _place_name(columns, [index for index, field in asked if field == "name"])
    _place_number(columns, [index for index, field in asked if field == "number"])
    return columns


def _place_second(columns: dict[str, int], candidates: list[int]) -> None:
    """ "GSM 2" beside "GSM 1" takes the place of the other kind of number; each number finds its own kind."""
    for index in candidates:
        free = [field for field in NUMBERED if field not in columns]
        if free and index not in columns.values():
            columns[free[0]] = index


def _place_name(columns: dict[str, int], candidates: list[int]) -> None:
    """ "Naam" beside "Voornaam" is the last name; alone it is the whole name."""
    if not candidates or "full_name" in columns:
        return
    if "first_name" not in columns:
        columns["full_name"] = candidates[0]
    elif "last_name" not in columns:
        columns["last_name"] = candidates[0]


def _place_number(columns: dict[str, int], candidates: list[int]) -> None:
    """ "Nr" right after a street is its house number; elsewhere it may well be the number of the row."""
    if "house_number" in columns:
        return
    for field in ("street", "address"):
        if field in columns and columns[field] + 1 in candidates:
            columns["house_number"] = columns[field] + 1
            columns["street"] = columns.pop(field)
            return
    if "street" in columns and any(index > columns["street"] for index in candidates):
        columns["house_number"] = next(index for index in candidates if index > columns["street"])


def _place_far_number(columns: dict[str, int], header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """ "Nr" far from its street is the house number all the same, unless it counts the rows."""
    if "street" not in columns or "house_number" in columns:
        return
    for index, title in enumerate(header):
        held = [row[index] for row in rows if index < len(row) and row[index]]
        if title and field_of(title) == "number" and index not in columns.values() and not _counts_rows(held):
            columns["house_number"] = index
            return


def _counts_rows(held: Sequence[str]) -> bool:
    """1, 2, 3, … or 101, 102, 103, …: the number of the row, and nobody's house."""
    numbers = [int(cell) for cell in held if cell.isdecimal() and len(cell) < 9]
    return len(numbers) == len(held) > 1 and all(after == before + 1 for before, after in pairwise(numbers))


def _by_contents(columns: dict[str, int], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Adds the columns that show by their contents what they are; the first texts left over are the names."""
    columns = dict(columns)
    width = max(map(len, rows), default=0)
    cells = {at: [row[at] for row in rows if at < len(row) and row[at]] for at in range(width)}
    free = {at: held for at, held in cells.items() if held and at not in columns.values()}
    for field, test in TESTS.items():
        at = _best(free, test)
        if field not in columns and at is not None:
            columns[field] = at
            del free[at]
    _place_around(columns, free)
    _place_people(columns, free)
    return columns


def _best(free: dict[int, list[str]], test: Callable[[str], bool]) -> int | None:
    """The column of which the largest share passes the test, if it is more than half."""
    shares = {at: sum(map(test, held)) / len(held) for at, held in free.items()}
    best = max(shares, key=lambda at: shares[at], default=None)
    return best if best is not None and shares[best] >= ENOUGH else None


def _place_around(columns: dict[str, int], free: dict[int, list[str]]) -> None:
    """The town stands after the postcode, the street before its number, the box after it."""
    for field, beside, step in (("town", "postcode", 1), ("street", "house_number", -1)):
        at = columns.get(beside, -9) + step
        if field not in columns and at in free and _is_text(free[at]):
            columns[field] = at
            del free[at]
    after = columns.get("house_number", -9) + 1
    if "box" not in columns and after in free and max(map(len, free[after])) <= LONGEST_BOX:
        columns["box"] = after
        del free[after]


def _place_people(columns: dict[str, int], free: dict[int, list[str]]) -> None:
    """Two neighbouring columns of names are last and first name, as lists here have them; one is both."""
    texts = [at for at, held in free.items() if _is_text(held)]
    if {"full_name", "last_name"} & columns.keys() or not texts:
        return
    if "first_name" in columns:
        columns["last_name"] = texts[0]
    elif len(texts) > 1 and texts[1] == texts[0] + 1:
        columns["last_name"], columns["first_name"] = texts[:2]
    else:
        columns["full_name"] = texts[0]


def _is_text(held: list[str]) -> bool:
    """Whether most cells of a column are words without digits."""
    return sum(not any(map(str.isdecimal, cell)) for cell in held) / len(held) >= ENOUGH


def _is_kind(kind: str) -> Callable[[str], bool]:
    def is_one(cell: str) -> bool:
        try:
            return any(numbers.parse(one).kind == kind for one in numbers.split(cell)[:2])
        except numbers.InvalidNumber:
            return False

    return is_one


TESTS: dict[str, Callable[[str], bool]] = {
    "email": lambda cell: "@" in cell,
    "mobile": _is_kind("mobile"),
    "phone": _is_kind("fixed"),
    "postcode": lambda cell: bool(re.fullmatch(r"(?:B-?)?[1-9]\d{3}", cell)),
    "language": lambda cell: language_of(cell) is not None,
    "role": lambda cell: role_of(cell) is not None,
    "house_number": lambda cell: bool(re.fullmatch(r"\d{1,4} ?[A-Za-z]?", cell)),
    "address": lambda cell: bool(re.search(r"[^\W\d_]{3,}.*\s\d", cell)),
}
