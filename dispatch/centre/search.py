"""The sheet is searched in the words of the caller, spelling forgiven. Only this module knows how an engine does it.

SQLite finds what has threes of letters in common (FTS5, trigram; letters are folded before they come here, since its
tokenizer keeps accents until 3.45). What it finds is then laid beside the words one by one. Another engine may look
through everything that is published: a sheet has hundreds of entries, not millions.
"""

from peewee import SqliteDatabase

from dispatch.centre import phrases
from models import Emergency, Entry, EntryVersion, database

MOST_WORDS = 12
LOOKED_AT = 40  # of what has most in common, so many are read word by word
SHOWN = 8
ENOUGH = 0.45  # of the words that were typed
QUESTION_WEIGHS = 1.4  # beside the answer


def index(version: EntryVersion, emergency: int) -> None:
    """Makes a version what is found for its entry, in the caller's transaction."""
    if not _has_index():
        return
    forget(version.entry_id)
    _run(
        "INSERT INTO sheet_search (rowid, place, question, answer) VALUES (?, ?, ?, ?)",
        (version.entry_id, _place(emergency), _folded(version.question), _folded(version.answer)),
    )


def forget(entry: int) -> None:
    """An entry is found no more, in the caller's transaction."""
    if _has_index():
        _run("DELETE FROM sheet_search WHERE rowid = ?", (entry,))


def find(emergency: Emergency, typed: str) -> list[int]:
    """The ids of the entries that these words are about, best first; none when nothing is close enough."""
    words = phrases.words(typed)[:MOST_WORDS]
    if not words:
        return []
    candidates = _candidates(emergency, words) if _has_index() else _everything(emergency)
    read = [(entry, frozenset(asked.split()), frozenset(told.split())) for entry, asked, told in candidates]
    near = phrases.near(words, frozenset().union(*(asked | told for _, asked, told in read)))
    scored = [(_score(near, asked, told), entry) for entry, asked, told in read]
    return [entry for score, entry in sorted(scored, key=lambda one: -one[0]) if score >= ENOUGH][:SHOWN]


def _score(near: phrases.Near, asked: frozenset[str], told: frozenset[str]) -> float:
    return max(QUESTION_WEIGHS * phrases.share(near, asked), phrases.share(near, asked | told))


def _candidates(emergency: Emergency, words: tuple[str, ...]) -> list[tuple[int, str, str]]:
    threes = dict.fromkeys(three for word in words for three in phrases.trigrams(word))
    some = " OR ".join(f'"{three}"' for three in threes)
    sought = f'place : "{_place(emergency.id)}" AND {{question answer}} : ({some})'
    return _run(
        "SELECT rowid, question, answer FROM sheet_search WHERE sheet_search MATCH ? "
        "ORDER BY bm25(sheet_search, 0, 3, 1) LIMIT ?",
        (sought, LOOKED_AT),
    ).fetchall()


def _everything(emergency: Emergency) -> list[tuple[int, str, str]]:
    current = (Entry.emergency == emergency.id) & EntryVersion.retired_at.is_null()
    rows = EntryVersion.select(EntryVersion, Entry).join(Entry).where(current)
    return [(row.entry_id, _folded(row.question), _folded(row.answer)) for row in rows]


def _folded(texts: dict[str, str]) -> str:
    return f" {' '.join(word for text in texts.values() for word in phrases.words(text))} "


def _place(emergency: int) -> str:
    return f"#{emergency}#"


def _has_index() -> bool:
    return isinstance(database.obj, SqliteDatabase)


def _run(sql: str, values: tuple):
    return database.execute_sql(sql, values)
