"""Chapters are searched in the reader's own words, spelling forgiven, as the information sheet is."""

from functools import lru_cache

from dispatch.centre import phrases
from dispatch.manual import chapters

MOST_WORDS = 12
SHOWN = 8
ENOUGH = 0.45  # of the words that were typed
BESIDE_BEST = 0.7  # what is so much farther off than the best is not what was meant
TITLE_WEIGHS = 1.4  # with the synonyms, beside the text


def find(typed: str, lang: str) -> list[str]:
    """The names of the chapters that these words are about, best first; none when nothing is close enough."""
    words = phrases.words(typed)[:MOST_WORDS]
    if not words:
        return []
    read = _everything(lang)
    near = phrases.near(words, frozenset().union(*(told for _, _, told in read)))
    scored = [(_score(near, named, told), name) for name, named, told in read]
    least = max(ENOUGH, BESIDE_BEST * max(scored)[0])
    return [name for score, name in sorted(scored, key=lambda one: -one[0]) if score >= least][:SHOWN]


def _score(near: phrases.Near, named: frozenset[str], told: frozenset[str]) -> float:
    return max(TITLE_WEIGHS * phrases.share(near, named), phrases.share(near, told))


@lru_cache
def _everything(lang: str) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    return [(name, *_words(name, lang)) for name in chapters.CHAPTERS]


def _words(name: str, lang: str) -> tuple[frozenset[str], frozenset[str]]:
    chapter = chapters.read(name, lang)
    named = phrases.words(f"{chapter.title} {chapter.synonyms}")
    lines = [line for block in chapter.blocks for line in block.lines]
    told = phrases.words(" ".join("".join(piece.text for piece in line) for line in lines))
    return frozenset(named), frozenset(named + told)
