"""The sheet is searched in the words of the caller, spelling forgiven. Only this module knows how an engine does it.

Each finds what has threes of letters in common: SQLite with FTS5 and its trigrams (letters are folded before they come
here, since its tokenizer keeps accents until 3.45), PostgreSQL with its own text search, in which a three is a word. What
is found is then laid beside the words one by one.
"""

from collections.abc import Iterable

from dispatch.centre import phrases
from models import Emergency, Entry, EntryVersion, database, is_postgres

MOST_WORDS = 12
LOOKED_AT = 40  # of what has most in common, so many are read word by word
SHOWN = 8
ENOUGH = 0.45  # of the words that were typed
QUESTION_WEIGHS = 1.4  # beside the answer


def index(version: EntryVersion, emergency: int) -> None:
    """Makes a version what is found for its entry, in the caller's transaction."""
    forget(version.entry_id)
    texts = _folded(version.question), _folded(version.answer)
    if is_postgres():
        _run(
            "INSERT INTO sheet_search (entry, place, question, answer, threes) VALUES (%s, %s, %s, %s, %s::tsvector)",
            (version.entry_id, emergency, *texts, _weighed(*texts)),
        )
    else:
        _run(
            "INSERT INTO sheet_search (rowid, place, question, answer) VALUES (?, ?, ?, ?)",
            (version.entry_id, _place(emergency), *texts),
        )


def index_all() -> None:
    """The same for every entry, in the caller's transaction: for a database that has them from elsewhere."""
    current = EntryVersion.select(EntryVersion, Entry).join(Entry).where(EntryVersion.retired_at.is_null())
    for version in current:
        index(version, version.entry.emergency_id)


def forget(entry: int) -> None:
    """An entry is found no more, in the caller's transaction."""
    if is_postgres():
        _run("DELETE FROM sheet_search WHERE entry = %s", (entry,))
    else:
        _run("DELETE FROM sheet_search WHERE rowid = ?", (entry,))


def find(emergency: Emergency, typed: str) -> list[int]:
    """The ids of the entries that these words are about, best first; none when nothing is close enough."""
    words = phrases.words(typed)[:MOST_WORDS]
    if not words:
        return []
    threes = dict.fromkeys(three for word in words for three in phrases.trigrams(word))
    candidates = (_found_by_postgres if is_postgres() else _found_by_sqlite)(emergency.id, threes)
    read = [(entry, frozenset(asked.split()), frozenset(told.split())) for entry, asked, told in candidates]
    near = phrases.near(words, frozenset().union(*(asked | told for _, asked, told in read)))
    scored = [(_score(near, asked, told), entry) for entry, asked, told in read]
    return [entry for score, entry in sorted(scored, key=lambda one: -one[0]) if score >= ENOUGH][:SHOWN]


def _score(near: phrases.Near, asked: frozenset[str], told: frozenset[str]) -> float:
    return max(QUESTION_WEIGHS * phrases.share(near, asked), phrases.share(near, asked | told))


def _found_by_sqlite(emergency: int, threes: Iterable[str]) -> list[tuple[int, str, str]]:
    some = " OR ".join(f'"{three}"' for three in threes)
    sought = f'place : "{_place(emergency)}" AND {{question answer}} : ({some})'
    return _run(
        "SELECT rowid, question, answer FROM sheet_search WHERE sheet_search MATCH ? "
        "ORDER BY bm25(sheet_search, 0, 3, 1) LIMIT ?",
        (sought, LOOKED_AT),
    ).fetchall()


def _found_by_postgres(emergency: int, threes: Iterable[str]) -> list[tuple[int, str, str]]:
    sought = " | ".join(f"'{three}'" for three in threes)
    return _run(
        "SELECT entry, question, answer FROM sheet_search, CAST(%s AS tsquery) AS sought "
        "WHERE place = %s AND threes @@ sought ORDER BY ts_rank(threes, sought) DESC LIMIT %s",
        (sought, emergency, LOOKED_AT),
    ).fetchall()


def _weighed(question: str, answer: str) -> str:
    """The threes of both as PostgreSQL keeps them: each with a place that says nothing, and A where it is asked for."""
    return " ".join(
        f"'{three}':1{weight}"
        for text, weight in ((question, "A"), (answer, "B"))
        for three in dict.fromkeys(three for word in text.split() for three in phrases.trigrams(word))
    )


def _folded(texts: dict[str, str]) -> str:
    return f" {' '.join(word for text in texts.values() for word in phrases.words(text))} "


def _place(emergency: int) -> str:
    return f"#{emergency}#"


def _run(sql: str, values: tuple):
    return database.execute_sql(sql, values)
