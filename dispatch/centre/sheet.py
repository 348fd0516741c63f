"""The information sheet: what every operator tells every caller. Begun, published, withdrawn and read, by version.

A publication is one transaction: the sheet's number grows, the version before retires, the new one is found by the
search, and the question from the floor that it answers is answered. Nothing on the sheet changes in another way.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dispatch import audit, rights
from dispatch.centre import preparation, questions, scale_up, search
from dispatch.centre.drafts import Standing, Typed, jot, read
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.words import LANGUAGES, N_, Sentence
from models import (
    Activation,
    Emergency,
    Entry,
    EntryDraft,
    EntryVersion,
    Organisation,
    SheetReading,
    User,
    writing,
)

LONGEST_REASON = 500

OVER = N_("This emergency is over. Its sheet can be read, and no longer be changed.")
GONE = N_("This answer was withdrawn already.")
OVERTAKEN = N_("Somebody published another version of this answer meanwhile. Both stand below: choose.")
TO_DO = {  # in the language of the callers, which is not that of a page
    "nl": "Wat moet ik doen?",
    "fr": "Que dois-je faire ?",
    "de": "Was muss ich tun?",
    "en": "What must I do?",
}


class Overtaken(WrongMoment):
    """Another version was published since this one was begun; what was typed is kept beside it."""


# ── Who ─────────────────────────────────────────────────────────────────


def may_change(user: User, emergency: Emergency, now: datetime, municipality: int | None = None) -> bool:
    """Whether this person publishes here: what holds for all, or for one town; a town no answers of another town's.

    Only who carries the emergency at this moment does: whoever handed it over watches.
    """
    if not rights.may(user, "sheet.change") or not scale_up.carries(user, emergency, now):
        return False
    is_town = user.organisation.kind == "municipality"
    return not is_town or municipality in (None, user.organisation_id)


def demand(user: User, emergency: Emergency, now: datetime, municipality: int | None = None) -> None:
    """Raises NotAllowed for who may not publish here, WrongMoment once the emergency is over."""
    if not may_change(user, emergency, now, municipality):
        raise NotAllowed(questions.NOT_OURS)
    if Emergency.get_by_id(emergency.id).ended_at:
        raise WrongMoment(OVER)


# ── A new sheet ─────────────────────────────────────────────────────────


def fill(
    activation: Activation,
    emergency: Emergency,
    *,
    by: User,
    now: datetime,
    municipality: Organisation | None = None,
) -> int:
    """Says what an activation brings, before the first call: the standing answers of its town, what its form recommends.

    With `municipality` for that town only: it joins the others. In the caller's transaction or its own.
    """
    town = activation.municipality
    first = {"recommendations": activation.form["recommendations"], "language": town.language}
    left_out = activation.form.get("left_out", ())
    standing = [one for one in preparation.standing(town) if str(one.id) not in left_out]
    return begin(emergency, standing, by=by, now=now, municipality=municipality, **first)


def begin(
    emergency: Emergency,
    standing: Iterable[Standing],
    *,
    by: User,
    now: datetime,
    recommendations: str = "",
    language: str = "nl",
    municipality: Organisation | None = None,
) -> int:
    """Fills the sheet with the standing answers of a town and with what its form recommends, as one version of it.

    Of the standing answers those without any language that has both question and answer are left out. With `municipality` they are answers for that town only: it joins the others.
    In the caller's transaction or its own; returns the version of the sheet, 0 when there was nothing to say.
    """
    texts = [Typed.of(one) for one in standing]
    if recommendations.strip():
        texts.insert(0, Typed({language: TO_DO[language]}, {language: recommendations.strip()}))
    texts = [one for one in texts if one.languages]
    if not texts:
        return 0
    with writing():
        number = _grow(emergency)
        for one in texts:
            entry = Entry.create(
                emergency=emergency.id, topic=one.topic, municipality=municipality, created_at=now
            )
            _add(entry, one, number, by, now)
        audit.record("sheet.begun", emergency, by=by, now=now, version=number, entries=len(texts))
    return number


# ── Publishing ──────────────────────────────────────────────────────────


def publish(draft: EntryDraft, *, by: User, now: datetime, fields: Mapping | None = None) -> EntryVersion:
    """Tells it to everybody from now on, or from the hour that was typed; the draft is gone, the version before stays.

    `fields` are those of the form at the press: what a save of a moment earlier brings late does not count. Raises
    Incomplete by field, Overtaken when another version came in between (what was typed is kept), WrongMoment when the
    draft was published already, and NotAllowed.
    """
    with writing():
        draft = jot(draft, fields or {}, by=by, now=now)
        typed, faults = read(draft, now)
        demand(by, draft.emergency, now, typed.municipality)
        if draft.entry_id:
            demand(by, draft.emergency, now, draft.entry.municipality_id)
        if faults:
            raise Incomplete(N_("Nothing was published yet. What you typed was kept."), faults)
        _take(draft, by)
        number = _grow(draft.emergency)
        entry = _entry(draft, typed, now)
        version = _add(entry, typed, number, by, now)
        if draft.asked:
            questions.close(draft.asked, entry, by=by, now=now)
        audit.record("entry.published", entry, by=by, now=now, version=number)
    return version


def _take(draft: EntryDraft, by: User) -> None:
    """The draft is used up, once, by whoever wrote it, and only as long as it replaces what its author saw."""
    if not EntryDraft.delete().where(EntryDraft.id == draft.id, EntryDraft.by == by.id).execute():
        raise WrongMoment(N_("This was published or thrown away already."))
    latest = current(draft.entry_id) if draft.entry_id else None
    if latest and latest.sheet_version != draft.based_on:
        raise Overtaken(OVERTAKEN)  # and the transaction gives the draft back
    if draft.entry_id and not latest:
        raise Overtaken(N_("Somebody withdrew this answer meanwhile. What you typed was kept."))


def _entry(draft: EntryDraft, typed: Typed, now: datetime) -> Entry:
    facts = {"topic": typed.topic, "municipality": typed.municipality}
    if not draft.entry_id:
        return Entry.create(emergency=draft.emergency_id, created_at=now, **facts)
    Entry.update(facts).where(Entry.id == draft.entry_id).execute()
    return draft.entry


def _grow(emergency: Emergency) -> int:
    """The next version of the sheet."""
    here = (Emergency.id == emergency.id) & Emergency.ended_at.is_null()
    if not Emergency.update(sheet_version=Emergency.sheet_version + 1).where(here).execute():
        raise WrongMoment(OVER)
    return Emergency.get_by_id(emergency.id).sheet_version


def _add(entry: Entry, typed: Typed, number: int, by: User, now: datetime) -> EntryVersion:
    """A version in the place of those before it, which retire when it begins to hold."""
    begins = max(now, typed.valid_from or now)
    before = current(entry.id)
    until_then = (EntryVersion.entry == entry.id) & (
        EntryVersion.retired_at.is_null() | (EntryVersion.retired_at > begins)
    )
    EntryVersion.update(retired_at=begins, retired_by=by).where(until_then).execute()
    version = EntryVersion.create(
        entry=entry,
        sheet_version=number,
        question=typed.question,
        answer=typed.answer,
        valid_from=begins,
        valid_until=typed.valid_until,
        by=by,
        published_at=now,
        stale=stale_after(before, typed),
    )
    search.index(version, entry.emergency_id)
    return version


def stale_after(before: EntryVersion | None, typed: Typed) -> list[str]:
    """The languages that say what was true before.

    Who changes only languages that were behind, brings them up to date. Who changes another one leaves all that they
    did not touch behind, unless they say that these still hold.
    """
    if not before:
        return []
    behind = set(before.stale or ())
    touched = {lang for lang in LANGUAGES if _words(before, lang) != _words(typed, lang)}
    left = behind - touched if touched <= behind else set(typed.languages) - touched
    return sorted((left & set(typed.languages)) - set(typed.holds))


def _words(version: EntryVersion | Typed, lang: str) -> tuple[str, str]:
    return version.question.get(lang, ""), version.answer.get(lang, "")


def withdraw(entry: Entry, *, why: str, seen: int, by: User, now: datetime) -> int:
    """Nobody says this any more from now on; it stays in sight, struck, for ten minutes, and in the history for ever.

    `seen` is the version that the person looked at. Raises Incomplete without a reason, Overtaken, NotAllowed.
    """
    demand(by, entry.emergency, now, entry.municipality_id)
    why = " ".join(why.split())[:LONGEST_REASON]
    if not why:
        faults = {"why": Sentence(N_("Write why. It stands in the history."))}
        raise Incomplete(N_("It was not withdrawn yet."), faults)
    with writing():
        number = _grow(entry.emergency)
        here = (EntryVersion.entry == entry.id) & EntryVersion.retired_at.is_null()
        gone = {"retired_at": now, "retired_by": by, "retired_why": why}
        if not EntryVersion.update(gone).where(here, EntryVersion.sheet_version == seen).execute():
            raise Overtaken(OVERTAKEN if current(entry.id) else GONE)
        not_yet = (EntryVersion.entry == entry.id) & (EntryVersion.retired_at > now)
        EntryVersion.update(retired_at=now, retired_by=by).where(not_yet).execute()
        search.forget(entry.id)
        audit.record("entry.withdrawn", entry, by=by, now=now, version=number)
    return number


def current(entry: int) -> EntryVersion | None:
    """The last version of an entry that nothing replaced and nobody withdrew, though it may hold from later on."""
    here = (EntryVersion.entry == entry) & EntryVersion.retired_at.is_null()
    return EntryVersion.select().where(here).order_by(EntryVersion.sheet_version.desc()).first()


# ── Reading ─────────────────────────────────────────────────────────────


def mark_read(emergency: Emergency, version: int, *, by: User, now: datetime) -> bool:
    """This person has read the sheet up to this version; returns whether that was new. Raises NotAllowed.

    What is confirmed is what was on their screen: a version that came meanwhile stays unread.
    """
    if not rights.may(by, "call.take") or not rights.sees_emergency(by, emergency):
        raise NotAllowed(N_("Only who sits at the telephone confirms having read the sheet."))
    with writing():
        newest = Emergency.get_by_id(emergency.id).sheet_version
        if not 0 < version <= newest:
            raise WrongMoment(N_("The sheet has no version %(version)s."), version=version)
        row = {"emergency": emergency.id, "operator": by.id, "version": version, "at": now}
        return bool(SheetReading.insert(row).on_conflict_ignore().execute())
