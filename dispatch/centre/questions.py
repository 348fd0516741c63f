"""Questions from the floor: what the sheet does not answer, gathered with how often it was asked, answered or dismissed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dispatch import audit, rights
from dispatch.centre import phrases, scale_up
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.words import LANGUAGES, N_, Sentence
from models import Asking, Emergency, Entry, EntryVersion, Question, User, writing

LIT_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(minutes=20)
LONGEST, LONGEST_TOPIC = 250, 40
MINE_SHOWN = timedelta(hours=2)  # so long an asker still sees what they asked
NOT_OURS = N_("Only who carries this emergency now decides what callers are told.")
OVER = N_("This emergency is over. Nobody answers questions any more.")
CLOSED = N_("This question was answered or dismissed already.")
OPEN = Question.answered_at.is_null()  # one that was merged into another is closed too


@dataclass(frozen=True)
class Waiting:
    """A question with its clock at one moment, and the open ones that look the same."""

    question: Question
    waited: timedelta
    alike: tuple[Question, ...] = ()

    @property
    def css(self) -> str:
        if self.waited >= LATE_AFTER:
            return "late"
        return "lit" if self.waited >= LIT_AFTER else ""

    @property
    def face(self) -> str:
        """ "21:05": minutes and seconds, however many minutes."""
        seconds = max(0, int(self.waited.total_seconds()))
        return f"{seconds // 60:02}:{seconds % 60:02}"


# ── Asking ──────────────────────────────────────────────────────────────


def ask(
    emergency: Emergency, words: str, *, language: str, by: User, now: datetime, topic: str = ""
) -> Question:
    """One press from a call: the question waits, or is one more asking of the same one, open or answered and still true.

    Raises Incomplete without words, WrongMoment once the emergency is over, NotAllowed.
    """
    if not rights.may(by, "call.take") or not rights.sees_emergency(by, emergency):
        raise NotAllowed(N_("Only who sits at the telephone asks a question for a caller."))
    words = " ".join(words.split())[:LONGEST]
    if not words:
        fault = {"words": Sentence(N_("Write what the caller asks."))}
        raise Incomplete(N_("Nothing was asked yet."), fault)
    topic = " ".join(topic.split())[:LONGEST_TOPIC]
    with writing():
        if Emergency.get_by_id(emergency.id).ended_at:
            raise WrongMoment(OVER)
        asked_as = _same(emergency, phrases.key(words)) or Question.create(
            emergency=emergency.id,
            words=words,
            key=phrases.key(words),
            language=language if language in LANGUAGES else "nl",
            topic=topic,
            number=0,
            by=by,
            asked_at=now,
        )
        question = _root(asked_as)
        Question.update(number=Question.number + 1).where(Question.id == question.id).execute()
        Asking.create(question=question, asked_as=asked_as, by=by, at=now)
        audit.record("question.asked", question, by=by, now=now, emergency=emergency.id)
    return Question.get_by_id(question.id)


def _same(emergency: Emergency, key: str) -> Question | None:
    """The same question, if it or the one that it was merged into is open, or answered by a line that still stands."""
    known = Question.select().where(Question.emergency == emergency.id, Question.key == key)
    for question in known.order_by(Question.id.desc()):
        root = _root(question)
        if root.answered_at is None or (root.entry_id and _stands(root.entry_id)):
            return question
    return None


def _root(question: Question) -> Question:
    """The question that stands for it: itself, or the one that it was merged into."""
    while question.merged_into_id:
        question = question.merged_into
    return question


def _stands(entry: int) -> bool:
    here = (EntryVersion.entry == entry) & EntryVersion.retired_at.is_null()
    return EntryVersion.select().where(here).exists()


def of_asker(emergency: Emergency, user: User, now: datetime) -> list[Question]:
    """What this person asked in the last two hours, newest first: waiting, answered or dismissed."""
    mine = Asking.select(Asking.question).where(Asking.by == user.id, Asking.at > now - MINE_SHOWN)
    here = (Question.emergency == emergency.id) & Question.id.in_(mine)
    return list(Question.select().where(here).order_by(Question.id.desc()))


# ── The liaison officer's desk ──────────────────────────────────────────


def waiting(emergency: Emergency, now: datetime) -> list[Waiting]:
    """The open questions, the longest waiting first, each with those that it could be merged with."""
    rows = list(Question.select().where(Question.emergency == emergency.id, OPEN).order_by(Question.asked_at))
    return [Waiting(row, now - row.asked_at, tuple(_alike(row, rows))) for row in rows]


def oldest(emergency: Emergency, now: datetime, most: int = 3) -> list[Waiting]:
    """The questions that have waited longest, as a board that is asked every few seconds shows them."""
    rows = Question.select().where(Question.emergency == emergency.id, OPEN)
    first = rows.order_by(Question.asked_at, Question.id).limit(most)
    return [Waiting(row, max(timedelta(0), now - row.asked_at)) for row in first]


def number(emergency: Emergency) -> int:
    """How many questions wait."""
    return Question.select().where(Question.emergency == emergency.id, OPEN).count()


def _alike(question: Question, others: Iterable[Question]) -> Iterable[Question]:
    """The older open ones of the same language that seem to ask the same: a pair is proposed once, at the younger."""
    for other in others:
        is_older = (other.asked_at, other.id) < (question.asked_at, question.id)
        if (
            is_older
            and other.language == question.language
            and phrases.alike(question.words, other.words) >= phrases.ALIKE
        ):
            yield other


def merge(question: Question, into: Question, *, by: User, now: datetime) -> Question:
    """Makes one question of two: the askings, the count and the clock of the older go on in `into`."""
    _demand(by, question, now)
    if question.id == into.id or question.emergency_id != into.emergency_id:
        raise WrongMoment(N_("These two questions cannot be one."))
    with writing():
        fresh = Question.get_by_id(question.id)
        closed = {"merged_into": into.id, "answered_at": now, "answered_by": by.id}
        merged = Question.update(closed).where(Question.id == question.id, OPEN)
        joined = Question.update(
            number=Question.number + fresh.number,
            asked_at=min(fresh.asked_at, Question.get_by_id(into.id).asked_at),
        ).where(Question.id == into.id, OPEN)
        if not merged.execute() or not joined.execute():
            raise WrongMoment(CLOSED)
        Asking.update(question=into.id).where(Asking.question == question.id).execute()
        audit.record("question.merged", question, by=by, now=now, into=into.id)
    return Question.get_by_id(into.id)


def joined(question: Question) -> list[Question]:
    """The questions that were merged into this one and can be taken out again, oldest first."""
    asked = Asking.select(Asking.asked_as).where(Asking.question == question.id)
    here = (Question.merged_into == question.id) & Question.id.in_(asked)
    return list(Question.select().where(here).order_by(Question.id))


def separate(question: Question, *, by: User, now: datetime) -> Question:
    """Undoes a merge: each of the two has its own askings, count and clock again. Raises WrongMoment once it is answered."""
    _demand(by, question, now)
    with writing():
        into = Question.get_by_id(question.id).merged_into
        if not into:
            raise WrongMoment(N_("These are two questions already."))
        if into.answered_at:
            raise WrongMoment(CLOSED)
        own = Asking.question == into.id, Asking.asked_as.in_(_with_merged(question))
        if not Asking.update(question=question.id).where(*own).execute():
            raise WrongMoment(N_("Nobody knows any more who asked which of the two."))
        open_again = {"merged_into": None, "answered_at": None, "answered_by": None}
        Question.update(open_again).where(Question.id == question.id).execute()
        _count(question.id)
        _count(into.id)
        audit.record("question.separated", question, by=by, now=now, into=into.id)
    return Question.get_by_id(question.id)


def _with_merged(question: Question) -> list[int]:
    """The ids of a question and of all that were merged into it, or into one of those."""
    ids = [question.id]
    for one in ids:
        ids += [row.id for row in Question.select(Question.id).where(Question.merged_into == one)]
    return ids


def _count(question: int) -> None:
    """Its count and the start of its clock, from its askings."""
    own = Asking.select(fn.COUNT(Asking.id), fn.MIN(Asking.at)).where(Asking.question == question)
    number, since = own.tuples().get()
    Question.update(number=number, asked_at=since).where(Question.id == question).execute()


def point(question: Question, entry: Entry, *, by: User, now: datetime) -> Question:
    """The answer stands on the sheet already: whoever asked is shown that line."""
    _demand(by, question, now)
    if entry.emergency_id != question.emergency_id or not _stands(entry.id):
        raise WrongMoment(N_("This line no longer stands on the sheet."))
    with writing():
        close(question.id, entry, by=by, now=now)
    return Question.get_by_id(question.id)


def close(question: int, entry: Entry, *, by: User, now: datetime) -> None:
    """The line that answers it, in the transaction that publishes it; one that was closed meanwhile stays as it was."""
    facts = {"entry": entry.id, "answered_at": now, "answered_by": by.id}
    if Question.update(facts).where(Question.id == question, OPEN).execute():
        audit.record("question.answered", Question.get_by_id(question), by=by, now=now, entry=entry.id)


def dismiss(question: Question, *, why: str, by: User, now: datetime) -> Question:
    """It is not answered, and whoever asked reads why."""
    _demand(by, question, now)
    why = " ".join(why.split())[:LONGEST]
    if not why:
        fault = {"why": Sentence(N_("Write why. Whoever asked reads it."))}
        raise Incomplete(N_("It was not dismissed yet."), fault)
    with writing():
        facts = {"dismissed_why": why, "answered_at": now, "answered_by": by.id}
        if not Question.update(facts).where(Question.id == question.id, OPEN).execute():
            raise WrongMoment(CLOSED)
        audit.record("question.dismissed", question, by=by, now=now)
    return Question.get_by_id(question.id)


def reopen(question: Question, *, by: User, now: datetime) -> Question:
    """It waits again: it was shown a wrong line, or dismissed too soon. Its clock goes on from the first asking.

    Raises WrongMoment when it waits already, was joined to another one, or the emergency is over.
    """
    _demand(by, question, now)
    with writing():
        if Emergency.get_by_id(question.emergency_id).ended_at:
            raise WrongMoment(OVER)
        closed = (Question.id == question.id) & ~OPEN & Question.merged_into.is_null()
        again = {"entry": None, "answered_at": None, "answered_by": None, "dismissed_why": ""}
        if not Question.update(again).where(closed).execute():
            raise WrongMoment(N_("This question waits for an answer already."))
        audit.record("question.reopened", question, by=by, now=now)
    return Question.get_by_id(question.id)


def closed_lately(emergency: Emergency, now: datetime) -> list[Question]:
    """What was answered or dismissed in the last two hours, the newest first."""
    lately = (Question.answered_at > now - MINE_SHOWN) & Question.merged_into.is_null()
    here = Question.select().where(Question.emergency == emergency.id, lately)
    return list(here.order_by(Question.answered_at.desc()))


def _demand(by: User, question: Question, now: datetime) -> None:
    if not rights.may(by, "sheet.change") or not scale_up.carries(by, question.emergency, now):
        raise NotAllowed(NOT_OURS)


def waited_seconds(emergency: Emergency) -> list[tuple[Question, int]]:
    """How long each closed question waited, for the final report; oldest first."""
    closed = Question.select().where(
        Question.emergency == emergency.id,
        Question.answered_at.is_null(False),
        Question.merged_into.is_null(),
    )
    return [
        (one, int((one.answered_at - one.asked_at).total_seconds()))
        for one in closed.order_by(Question.asked_at)
    ]


def topics(emergency: Emergency) -> list[str]:
    """The topics in use on the sheet, for whoever has to choose one."""
    here = (Entry.emergency == emergency.id) & (Entry.topic != "")
    return [
        topic
        for (topic,) in Entry.select(fn.DISTINCT(Entry.topic)).where(here).order_by(Entry.topic).tuples()
    ]
