"""Facts in texts: telephone numbers, hours and streets; and where one that changed on the sheet still stands as it was.

Three things are contradictions, and nothing else is:
- outdated: a text still names a fact that an answer named, and that was replaced there by another of its kind after
  that text was written. Until the text is changed, the fact comes back, or somebody says that it means something else.
- two answers: two lines that hold now for the same people ask the same (the same key in a language) and name other
  facts of one kind.
- two languages: one line names other hours or numbers in one language than in another.
An answer for one town beside one for all is no contradiction: that is what it is for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from dispatch import audit
from dispatch.centre import phrases, sheet
from dispatch.people import numbers
from models import Emergency, Entry, EntryVersion, Settled, User, writing

KINDS = ("phone", "hour", "street")
ACROSS_LANGUAGES = ("phone", "hour")  # streets have names in each language

UNIT = r"(?:u(?:ur)?|h(?:eures?)?|uhr)"
HOUR = re.compile(
    rf"(?<![\d.:,/-])(?P<h>[01]?\d|2[0-3])(?:"
    rf":(?P<m1>[0-5]\d)(?:\s?{UNIT}\b)?|\.(?P<m2>[0-5]\d)\s?{UNIT}\b|\s?{UNIT}(?:\s?(?P<m3>[0-5]\d))?\b|"
    rf"(?:[.:](?P<m4>[0-5]\d))?\s?(?P<half>[ap])\.?m\b\.?)(?![.:]?\d)",
    re.IGNORECASE,
)
ENDINGS = "straat|steenweg|laan|weg|plein|markt|dreef|lei|kaai|pad|dijk|singel|stra(?:ß|ss)e|platz|allee|gasse|street"
NAME = r"[A-ZÀ-Ý][\w'’-]*"
NUMBER = r"(?:[ ,]+(?:nr\.?|n°)?\s*(?P<{0}>\d{{1,4}}[a-zA-Z]?)\b(?!\s?(?:{1})\b|[.:]\d))"
STREET = re.compile(
    rf"\b(?P<one>(?:{NAME} )?[A-ZÀ-Ý][\w'’-]*(?:{ENDINGS}))\b{NUMBER.format('n1', UNIT)}?"
    rf"|\b(?P<two>(?:{NAME} )?(?:Markt|Plein|Kaai|Dijk|Dreef|Baan)){NUMBER.format('n2', UNIT)}"
    rf"|\b(?P<three>(?:[Rr]ue|[Aa]venue|[Cc]hauss[ée]e|[Pp]lace|[Bb]oulevard|[Qq]uai|[Cc]hemin|[Aa]llée|[Ss]quare)"
    rf" (?:(?:de la|du|des|de) |de l['’]|d['’])?{NAME}(?:[ -](?:{NAME}|de|du|la|des)(?= [A-ZÀ-Ý]|\b))*)"
    rf"{NUMBER.format('n3', UNIT)}?"
    rf"|\b(?P<four>(?:{NAME} )+(?:Street|Road|Square)){NUMBER.format('n4', UNIT)}?"
)
DIGITS = re.compile(r"(?<![\d,.])\+?\d[\d ./()-]{5,}\d(?!\d)")
SHORT = re.compile(
    r"(?<![\d.,:/+-])1\d{2,3}(?![\d.,:/]\d|\d)(?!\s?(?:%|°|€|euro|m\b|km\b|mensen|personen|personnes|people))"
)


class Fact(NamedTuple):
    """A number, an hour or a street, in one form however it was written."""

    kind: str
    value: str


@dataclass(frozen=True)
class Text:
    """Words that people are told, and where they stand: place is "entry:12", "opening:3", "template:7"."""

    place: str
    name: str
    words: str
    written_at: datetime | None = None  # None where nobody keeps it: then it may be older than anything


@dataclass(frozen=True)
class Replaced:
    """A fact that an answer named until a moment, and by which ones of its kind it was replaced."""

    fact: Fact
    written: str
    now: tuple[str, ...]
    entry: int
    at: datetime


@dataclass(frozen=True)
class Contradiction:
    """What contradicts what. `kind`: outdated, two_answers, two_languages; `left` and `right` are as they are written."""

    kind: str
    fact_kind: str
    text: Text
    left: tuple[str, ...]
    right: tuple[str, ...]
    value: str = ""  # of an outdated fact
    entry: int = 0  # the entry where it was replaced, or the other answer
    languages: tuple[str, ...] = ()


# ── Finding them ────────────────────────────────────────────────────────


@lru_cache(maxsize=20_000)
def found_in(words: str) -> dict[Fact, str]:
    """The facts that a text names, each with the first way in which it is written there."""
    found: dict[Fact, str] = {}
    left = words
    for take in (_streets, _hours, _phones):  # what is part of an address or an hour is no telephone number
        left = take(left, found)
    return found


def _streets(words: str, found: dict[Fact, str]) -> str:
    for match in STREET.finditer(words):
        number = match["n1"] or match["n2"] or match["n3"] or match["n4"] or ""
        name = match["one"] or match["two"] or match["three"] or match["four"]
        value = " ".join((*phrases.words(_without_start(name)), number.lower())).strip()
        found.setdefault(Fact("street", value), match[0].strip(" ,"))
    return STREET.sub(" ", words)


def _without_start(name: str) -> str:
    """ "Naar Kerkstraat" at the head of a sentence is the Kerkstraat."""
    first, _, rest = name.partition(" ")
    return rest if rest and first.lower() in ("naar", "in", "aan", "via", "de", "op", "the", "in") else name


def _hours(words: str, found: dict[Fact, str]) -> str:
    for match in HOUR.finditer(words):
        hour = int(match["h"])
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        minutes = match["m1"] or match["m2"] or match["m3"] or match["m4"] or "00"
        found.setdefault(Fact("hour", f"{hour:02}:{minutes}"), match[0].strip())
    return HOUR.sub(" ", words)


def _phones(words: str, found: dict[Fact, str]) -> str:
    for match in DIGITS.finditer(words):
        try:
            found.setdefault(Fact("phone", numbers.parse(match[0]).e164), match[0].strip())
        except ValueError:
            continue
    for match in SHORT.finditer(DIGITS.sub(" ", words)):
        found.setdefault(Fact("phone", match[0]), match[0])
    return words


def _of(version: EntryVersion) -> dict[Fact, str]:
    found: dict[Fact, str] = {}
    for text in (*version.question.values(), *version.answer.values()):
        found = found_in(text) | found
    return found


# ── What was replaced ───────────────────────────────────────────────────


def replaced(versions: Iterable[EntryVersion]) -> Iterator[Replaced]:
    """The facts that gave way to others of their kind, in the versions of one entry, oldest first, and did not come back."""
    versions = list(versions)
    facts = [_of(one) for one in versions]
    for (before, after), version in zip(pairwise(facts), versions[1:], strict=False):
        for kind in KINDS:
            went = {fact: said for fact, said in before.items() if fact.kind == kind and fact not in after}
            came = tuple(said for fact, said in after.items() if fact.kind == kind and fact not in before)
            last = tuple(said for fact, said in facts[-1].items() if fact.kind == kind and fact not in before)
            for fact, written in went.items():
                if came and fact not in facts[-1]:
                    yield Replaced(fact, written, last or came, version.entry_id, version.published_at)


def _by_entry(emergency: Emergency) -> dict[int, list[EntryVersion]]:
    rows = EntryVersion.select(EntryVersion, Entry).join(Entry).where(Entry.emergency == emergency.id)
    entries: dict[int, list[EntryVersion]] = {}
    for version in rows.order_by(EntryVersion.sheet_version):
        entries.setdefault(version.entry_id, []).append(version)
    return entries


# ── Contradictions ──────────────────────────────────────────────────────


def contradictions(emergency: Emergency, texts: Iterable[Text], now: datetime) -> list[Contradiction]:
    """Everything that contradicts the sheet of this emergency, or contradicts itself on it.

    `texts` are those beside the sheet: see `elsewhere.texts`. What was settled is left out.
    """
    entries = _by_entry(emergency)
    stands = [versions[-1] for versions in entries.values() if _holds(versions[-1], now)]
    known = {
        (row.place, row.kind, row.value) for row in Settled.select().where(Settled.emergency == emergency.id)
    }
    all_texts = [*(_text(one) for one in stands), *texts]
    gone = [one for versions in entries.values() for one in replaced(versions)]
    found = [*_outdated(gone, all_texts), *_two_answers(stands), *_two_languages(stands)]
    return [one for one in found if (one.text.place, one.fact_kind, one.value) not in known]


def _holds(version: EntryVersion, now: datetime) -> bool:
    return version.retired_at is None or version.retired_at > now


def _text(version: EntryVersion) -> Text:
    words = "\n".join((*version.question.values(), *version.answer.values()))
    name = next(iter(version.question.values()), "")
    return Text(f"entry:{version.entry_id}", name, words, version.published_at)


def _outdated(gone: list[Replaced], texts: list[Text]) -> Iterator[Contradiction]:
    told: set[tuple] = set()
    for one in sorted(gone, key=lambda one: one.at, reverse=True):  # the last replacement is what holds
        for text in texts:
            is_older = text.written_at is None or text.written_at < one.at
            key = (text.place, one.fact)
            if text.place == f"entry:{one.entry}" or not is_older or key in told:
                continue
            if one.fact in found_in(text.words):
                told.add(key)
                written = found_in(text.words)[one.fact]
                yield Contradiction(
                    "outdated", one.fact.kind, text, (written,), one.now, one.fact.value, one.entry
                )


def _two_answers(stands: list[EntryVersion]) -> Iterator[Contradiction]:
    for left, right in _asking_the_same(stands):
        for kind in KINDS:
            one, other = _said(_of(left), kind), _said(_of(right), kind)
            if one and other and set(one) != set(other):
                value = f"{kind}-{right.entry_id}"
                yield Contradiction(
                    "two_answers",
                    kind,
                    _text(left),
                    (*one.values(),),
                    (*other.values(),),
                    value,
                    right.entry_id,
                )


def _asking_the_same(stands: list[EntryVersion]) -> list[tuple[EntryVersion, EntryVersion]]:
    """The pairs for the same people with the same key in a language, each once."""
    groups: dict[tuple, list[EntryVersion]] = {}
    for version in stands:
        for lang, words in version.question.items():
            groups.setdefault((version.entry.municipality_id, lang, phrases.key(words)), []).append(version)
    pairs = (pair for group in groups.values() for pair in combinations(group, 2))
    return list({(left.id, right.id): (left, right) for left, right in pairs}.values())


def _two_languages(stands: list[EntryVersion]) -> Iterator[Contradiction]:
    for version in stands:
        for one, other in combinations(version.answer, 2):
            for kind in ACROSS_LANGUAGES:
                left, right = (_said(found_in(version.answer[lang]), kind) for lang in (one, other))
                if set(left) != set(right):
                    yield Contradiction(
                        "two_languages",
                        kind,
                        _text(version),
                        (*left.values(),),
                        (*right.values(),),
                        f"{version.sheet_version}-{one}-{other}",
                        version.entry_id,
                        (one, other),
                    )


def _said(found: dict[Fact, str], kind: str) -> dict[Fact, str]:
    return {fact: said for fact, said in found.items() if fact.kind == kind}


def settle(emergency: Emergency, place: str, kind: str, value: str, *, by: User, now: datetime) -> None:
    """Somebody looked: it means something else there, or both are right. It is not shown again."""
    sheet.demand(by, emergency, now)
    with writing():
        row = {
            "emergency": emergency.id,
            "place": place,
            "kind": kind,
            "value": value,
            "by": by.id,
            "at": now,
        }
        if Settled.insert(row).on_conflict_ignore().execute():
            audit.record("fact.settled", emergency, by=by, now=now, place=place, kind=kind)


def settled(emergency: Emergency) -> int:
    """How many differences somebody left as they are."""
    return Settled.select().where(Settled.emergency == emergency.id).count()
