"""The sheet as its readers see it: what holds now, what changed since they last said that they had read it, what just went."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import NamedTuple

from peewee import fn

from dispatch.words import LANGUAGES
from models import (
    Activation,
    Emergency,
    Entry,
    EntryVersion,
    Organisation,
    Presence,
    ScaleUp,
    SheetReading,
    User,
)

GONE_SHOWN = timedelta(minutes=10)  # so long what was withdrawn stays in sight, red and struck
# Words, spaces, and the signs behind a word; the point in 04.30 belongs to the hour.
PARTS = re.compile(r"\s+|[.,;:!?)]+(?=\s|$)|(?:(?![.,;:!?)]+(?:\s|$))\S)+")


class Piece(NamedTuple):
    """A part of a text: "same", "ins" or "del"."""

    kind: str
    words: str


class Outdated(NamedTuple):
    """What a line says in a language that is behind the others: older than the answer."""

    lang: str
    question: str
    answer: str


@dataclass(frozen=True)
class Line:
    """One question and answer on somebody's screen, in the language that they asked for, as far as it says what holds."""

    entry: Entry
    version: EntryVersion
    state: str  # same, new, changed, gone
    lang: str
    is_translated: bool  # whether that is the language that was asked for
    question: list[Piece]
    answer: list[Piece]
    at: datetime  # since when it stands, or stands no more
    by: User | None
    is_stale: bool
    is_expired: bool
    missing: tuple[str, ...]  # the languages that it does not have
    is_waiting: bool = False  # it holds from later on
    outdated: Outdated | None = None  # in the language that was asked for, where that is behind

    @property
    def is_gone(self) -> bool:
        return self.state == "gone"

    @property
    def gone_at(self) -> datetime:
        """When what was withdrawn leaves the screen."""
        return self.at + GONE_SHOWN


# ── What changed ────────────────────────────────────────────────────────


def compared(before: str, after: str) -> list[Piece]:
    """Both texts in one, word by word: what went, what came, what stayed."""
    old, new = PARTS.findall(before), PARTS.findall(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(new[c:d])))
            continue
        pieces += [Piece("del", "".join(old[a:b])), Piece("ins", "".join(new[c:d]))]
    return _joined(piece for piece in pieces if piece.words)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """A space that stayed between two changes belongs to both: "04.30 u" went at once and not word by word."""
    joined: list[Piece] = []
    went, came = "", ""
    for kind, words in pieces:
        if kind == "same" and not (words.isspace() and (went or came)):
            joined += [*_changes(went, came), Piece(kind, words)]
            went = came = ""
        else:
            went += words if kind != "ins" else ""
            came += words if kind != "del" else ""
    return joined + _changes(went, came)


def _changes(went: str, came: str) -> list[Piece]:
    """What went and came between two parts that stayed, with the spaces that they share around them."""
    start = re.match(r"\s*", went)[0] if went[:1].isspace() and came[:1].isspace() else ""
    went, came = went[len(start) :], came[len(start) :]
    end = re.search(r"\s*$", went)[0] if went[-1:].isspace() and came[-1:].isspace() else ""
    went, came = went.removesuffix(end), came.removesuffix(end)
    gap = [Piece("same", " ")] if went and came and not went[-1].isspace() else []
    found = [Piece("same", start), Piece("del", went), *gap, Piece("ins", came), Piece("same", end)]
    return [piece for piece in found if piece.words]


# ── The lines ───────────────────────────────────────────────────────────


def shown(
    emergency: Emergency,
    lang: str,
    *,
    since: int | None,
    now: datetime,
    only: Iterable[int] | None = None,
    with_waiting: bool = False,
) -> list[Line]:
    """What holds now and what was withdrawn in the last ten minutes; what changed comes first, the newest on top.

    `since` is the version that the reader confirmed: what came after it is marked. None marks the last ten minutes.
    With `only` the lines of these entries, in that order. `with_waiting`: also what holds from later on, for its author.
    """
    visible = _visible(emergency, now, only, with_waiting)
    since = _sheet_at(emergency, now - GONE_SHOWN) if since is None else since
    before = _before(since, [one for one in visible if one.sheet_version > since])
    lines = [_line(one, before.get(one.entry_id), since, lang, now) for one in visible]
    if only is not None:
        places = {id: place for place, id in enumerate(only)}
        return sorted(lines, key=lambda line: places[line.entry.id])
    marked = sorted((one for one in lines if one.state != "same"), key=lambda one: one.at, reverse=True)
    return marked + [one for one in lines if one.state == "same"]


def _visible(emergency: Emergency, now: datetime, only, with_waiting: bool) -> list[EntryVersion]:
    """One version of each entry: the one in force, or that which was withdrawn a moment ago; and the one to come."""
    just_gone = EntryVersion.retired_at > now - GONE_SHOWN
    stands = EntryVersion.retired_at.is_null() | just_gone
    if not with_waiting:
        stands &= EntryVersion.valid_from <= now
    query = (
        EntryVersion.select(EntryVersion, Entry, User, Organisation)
        .join(Entry)
        .left_outer_join(Organisation, on=(Entry.municipality == Organisation.id), attr="town")
        .switch(EntryVersion)
        .join(User, on=(EntryVersion.by == User.id))
        .where(Entry.emergency == emergency.id, stands)
        .order_by(Entry.topic, Entry.id, EntryVersion.sheet_version)
    )
    if only is not None:
        query = query.where(Entry.id.in_(list(only)))
    best: dict[tuple[int, bool], EntryVersion] = {}
    for version in query:
        place = (version.entry_id, version.valid_from > now)
        if place not in best or _stands(version, now) or not _stands(best[place], now):
            best[place] = version
    return [one for one in best.values() if _stands(one, now) or one.retired_why]


def _stands(version: EntryVersion, now: datetime) -> bool:
    return version.retired_at is None or version.retired_at > now


def _sheet_at(emergency: Emergency, moment: datetime) -> int:
    """The version that the sheet had at a moment."""
    here = (Entry.emergency == emergency.id) & (EntryVersion.published_at <= moment)
    return EntryVersion.select(fn.MAX(EntryVersion.sheet_version)).join(Entry).where(here).scalar() or 0


def _before(since: int, changed: list[EntryVersion]) -> dict[int, EntryVersion]:
    """For each entry that changed, the version that the reader knows."""
    entries = [one.entry_id for one in changed]
    if not entries or not since:
        return {}
    known = EntryVersion.select().where(EntryVersion.entry.in_(entries), EntryVersion.sheet_version <= since)
    return {one.entry_id: one for one in known.order_by(EntryVersion.sheet_version)}


def _line(version: EntryVersion, before: EntryVersion | None, since: int, lang: str, now: datetime) -> Line:
    has = [one for one in LANGUAGES if version.answer.get(one)]
    said = language_of(version, lang)
    question, answer = version.question.get(said, ""), version.answer.get(said, "")
    is_gone = not _stands(version, now)
    is_behind = lang in has and said != lang and not is_gone
    state = "gone" if is_gone else "same"
    texts = ([Piece("same", question)], [Piece("same", answer)])
    if is_gone:
        texts = ([Piece("same", question)], [Piece("del", answer)])
    elif version.sheet_version > since and before is None:
        state, texts = "new", ([Piece("ins", question)], [Piece("ins", answer)])
    elif version.sheet_version > since:
        state = "changed"
        texts = (
            compared(before.question.get(said, ""), question),
            compared(before.answer.get(said, ""), answer),
        )
    return Line(
        entry=version.entry,
        version=version,
        state=state,
        lang=said,
        is_translated=said == lang,
        question=texts[0],
        answer=texts[1],
        at=version.retired_at if is_gone else version.valid_from,
        by=version.by,
        is_stale=said in (version.stale or ()),
        is_expired=not is_gone and version.valid_until is not None and version.valid_until <= now,
        missing=tuple(one for one in LANGUAGES if one not in has),
        is_waiting=version.valid_from > now,
        outdated=Outdated(lang, version.question.get(lang, ""), version.answer[lang]) if is_behind else None,
    )


def language_of(version: EntryVersion, lang: str) -> str:
    """In which language it is told to whoever asks for `lang`: a translation that is behind only where nothing else is."""
    has = [one for one in LANGUAGES if version.answer.get(one)]
    holds = [one for one in has if one not in (version.stale or ())] or has
    return lang if lang in holds else holds[0]


def history(entry: Entry) -> list[tuple[EntryVersion, EntryVersion | None]]:
    """Every version of an entry with the one before it, newest first."""
    query = EntryVersion.select(EntryVersion, User).join(User, on=(EntryVersion.by == User.id))
    versions = list(query.where(EntryVersion.entry == entry.id).order_by(EntryVersion.sheet_version))
    return list(zip(versions, [None, *versions], strict=False))[::-1]


# ── Who has read it, and what a screen holds ────────────────────────────


def read_by(emergency: Emergency, user: User) -> int | None:
    """The last version that this person confirmed."""
    mine = (SheetReading.emergency == emergency.id) & (SheetReading.operator == user.id)
    return SheetReading.select(fn.MAX(SheetReading.version)).where(mine).scalar()


def readers(emergency: Emergency) -> tuple[int, int]:
    """How many of those at the telephone have read the sheet as it is, and how many sit there."""
    newest = (SheetReading.operator == Presence.operator) & (SheetReading.version == emergency.sheet_version)
    return (
        Presence.select(
            fn.COUNT(SheetReading.operator.distinct()),
            fn.COUNT(Presence.operator.distinct()),
        )
        .left_outer_join(SheetReading, on=newest & (SheetReading.emergency == Presence.emergency))
        .where(Presence.emergency == emergency.id, Presence.until_at.is_null())
        .tuples()
        .get()
    )


def changed_at(emergency: Emergency) -> datetime | None:
    """Since when the sheet is as it is: the last publication or withdrawal."""
    here = Entry.emergency == emergency.id
    versions = EntryVersion.select(fn.MAX(EntryVersion.published_at)).join(Entry).where(here)
    withdrawn = EntryVersion.select(fn.MAX(EntryVersion.retired_at)).join(Entry)
    moments = (versions.scalar(), withdrawn.where(here, EntryVersion.retired_why != "").scalar())
    return max((moment for moment in moments if moment), default=None)


def held(emergency: Emergency, now: datetime) -> str:
    """What a screen keeps that was drawn now: the version, the second at which the clock alone changes the sheet, the course."""
    ahead = [moment for moment in _moments(emergency, now) if moment > now]
    until = min(ahead).replace(tzinfo=UTC).timestamp() if ahead else 0
    return f"{emergency.sheet_version}.{int(until)}.{course(emergency, now)}"


def is_current(emergency: Emergency, kept: str, now: datetime) -> bool:
    """Whether a screen that keeps this shows what it would show now; anything unreadable does not."""
    version, _, rest = kept.partition(".")
    until, _, moved = rest.partition(".")
    if version != str(emergency.sheet_version) or not until.isascii() or not until.isdecimal():
        return False
    is_in_time = until == "0" or now.replace(tzinfo=UTC).timestamp() < int(until) + 1
    return is_in_time and moved == course(emergency, now)


def course(emergency: Emergency, now: datetime) -> str:
    """How far its requests have come, in signs that change with it: when one moved last, and how many a higher authority carries."""
    here = Activation.emergency == emergency.id
    moved = Activation.select(fn.MAX(Activation.changed_at)).where(here).scalar()
    carried = ScaleUp.select().join(Activation).where(here, ScaleUp.taken_at.is_null(False))
    number = carried.where(ScaleUp.from_at <= now).count()
    return f"{int(moved.replace(tzinfo=UTC).timestamp() * 1000) if moved else 0}-{number}"


def _moments(emergency: Emergency, now: datetime) -> Iterable[datetime]:
    """The moments at which something begins to hold, should be checked, or leaves the screens."""
    here = (Entry.emergency == emergency.id) & (
        EntryVersion.retired_at.is_null() | (EntryVersion.retired_at > now - GONE_SHOWN)
    )
    columns = (EntryVersion.valid_from, EntryVersion.valid_until, EntryVersion.retired_at)
    for begins, ends, retired in EntryVersion.select(*columns).join(Entry).where(here).tuples():
        yield from (moment for moment in (begins, ends, retired) if moment)
        if retired:
            yield retired + GONE_SHOWN
