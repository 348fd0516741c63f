"""What callers say, compared: the same question in other signs, and words that were written otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dispatch.people import names

# Words that say nothing of what is asked. Never one that turns a question around, such as "niet" or "sans".
STOPS = """
de het een en of er dat die dit is zijn ik je u we wij mijn uw ons te in op aan bij voor van met om naar nu ook aub graag
le la les l un une des du d et ou je j tu vous nous il elle on mon ma mes votre vos ce cet cette est sont a au aux dans
sur pour avec svp der die das den dem ein eine einen und oder ich sie wir es mein meine ihr ist sind im am zu zum zur bei
mit von auf fur bitte the an and or i you we it my your our is are to at on for with of now please alstublieft
"""
STOP_WORDS = frozenset(STOPS.split())
LIGHT = 0.15  # what a stop word weighs beside a word that says something
ALIKE = 0.55  # from here on two questions are proposed as one


def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, without accents and signs."""
    return names.words(text)


@lru_cache(maxsize=20_000)
def key(text: str) -> str:
    """Two questions with the same key are one: case, accents, signs and words that say nothing apart."""
    found = words(text)
    return " ".join(word for word in found if word not in STOP_WORDS) or " ".join(found)


def weight(word: str) -> float:
    return LIGHT if word in STOP_WORDS else 1.0


def trigrams(word: str) -> Iterator[str]:
    """The threes of signs of a word between two spaces: "gas" has " ga", "gas" and "as "."""
    padded = f" {word} "
    return (padded[place : place + 3] for place in range(len(padded) - 2))


def slips(word: str) -> int:
    """How many wrong, missing, extra or swapped letters are forgiven in a word of this length."""
    if len(word) < 3:
        return 0
    return 1 if len(word) < 6 else 2 if len(word) < 10 else 3


@lru_cache(maxsize=200_000)
def closeness(typed: str, written: str) -> float:
    """From 0 (another word) to 1 (the same): begun, joined to another, or with slips, it is in between."""
    if typed == written:
        return 1.0
    if len(typed) >= 3 and written.startswith(typed):
        return 0.9
    if len(written) >= 3 and typed.startswith(written):
        return 0.6
    if min(len(typed), len(written)) >= 4 and (typed in written or written in typed):
        return 0.6
    most = slips(typed)
    if len(typed) < 6 and not _begin_alike(typed, written):
        return 0.0  # of a short word the first letter is seldom wrong: "rook" is not "kook"
    if not most or abs(len(typed) - len(written)) > most or _letters_apart(typed, written) > 2 * most:
        return 0.0
    wrong = _slips_between(typed, written)
    return 1 - wrong / (len(typed) + 1) if wrong <= most else 0.0


def _begin_alike(one: str, other: str) -> bool:
    return one[0] == other[0] or sorted(one[:2]) == sorted(other[:2])


def _letters_apart(one: str, other: str) -> int:
    counted = Counter(one)
    counted.subtract(other)
    return sum(map(abs, counted.values()))


def _slips_between(one: str, other: str) -> int:
    """Damerau-Levenshtein, of neighbours that are swapped only."""
    before, last = [], list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(row[-1] + 1, last[j] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]


Near = dict[str, dict[str, float]]


def near(sought: Iterable[str], written: Iterable[str]) -> Near:
    """For each word that is sought, the written ones that may be meant, with how close they are; read once for many texts."""
    known = set(written)
    return {word: _near_one(word, known) for word in sought}


def _near_one(word: str, known: set[str]) -> dict[str, float]:
    if word in STOP_WORDS:  # of these no slip is worth a look
        return {word: 1.0}
    found = ((one, closeness(word, one)) for one in known - STOP_WORDS)  # "rook" is no slip of "ook"
    return {one: close for one, close in found if close}


def share(near: Near, written: frozenset[str]) -> float:
    """How much of what is sought stands in these words, from 0 to 1; a word that says nothing hardly counts."""
    total = sum(map(weight, near))
    got = sum(
        weight(word) * max(map(close.get, close.keys() & written), default=0.0)
        for word, close in near.items()
    )
    return got / total if total else 0.0


def alike(one: str, other: str) -> float:
    """How much two questions are the same one, from 0 to 1, whichever is the longer."""
    left, right = frozenset(key(one).split()), frozenset(key(other).split())
    return (share(near(left, right), right) + share(near(right, left), left)) / 2
