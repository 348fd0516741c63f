"""What somebody is typing for the sheet: kept letter by letter, read when it is to be published, compared when overtaken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dispatch import audit, clock
from dispatch.centre import form as annex3
from dispatch.errors import WrongMoment
from dispatch.words import LANGUAGE_NAMES, LANGUAGES, N_, Sentence
from models import Activation, Emergency, Entry, EntryDraft, EntryVersion, Question, User, writing

LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_TOPIC = 250, 3000, 40
HOUR = N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")


class Standing(Protocol):
    """What a municipality answers in every emergency: words by language."""

    question: dict[str, str]
    answer: dict[str, str]
    topic: str


@dataclass(frozen=True)
class Typed:
    """A question and its answer by language, as they may be published; `holds`: languages that still say the same."""

    question: dict[str, str]
    answer: dict[str, str]
    topic: str = ""
    municipality: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    holds: tuple[str, ...] = ()

    @classmethod
    def of(cls, standing: "Standing") -> "Typed":
        """A standing answer, as far as its languages have both a question and an answer."""
        question, answer = standing.question, standing.answer
        both = [lang for lang in LANGUAGES if question.get(lang) and answer.get(lang)]
        texts = ({lang: words[lang] for lang in both} for words in (question, answer))
        return cls(*texts, topic=standing.topic)

    @property
    def languages(self) -> list[str]:
        return [lang for lang in LANGUAGES if self.question.get(lang) and self.answer.get(lang)]


def open_for(entry: Entry, version: EntryVersion, *, by: User, now: datetime) -> EntryDraft:
    """This person's draft of the next version of an entry: where they left it, or with what holds now."""
    mine = (EntryDraft.entry == entry.id) & (EntryDraft.by == by.id)
    with writing():
        draft = EntryDraft.get_or_none(mine)
        if not draft:
            form = form_of(entry, version)
            draft = _create(entry.emergency, by, now, entry=entry, based_on=version.sheet_version, form=form)
    return draft


def open_new(
    emergency: Emergency, *, by: User, now: datetime, asked: Question | None = None, form: dict | None = None
) -> EntryDraft:
    """A draft of a new entry, of what its form says already; the one begun for this question of the floor, if there is."""
    form = {"question": {}, "answer": {}} | (form or {})
    if asked:
        form |= {"question": {asked.language: asked.words}, "topic": asked.topic}
    with writing():
        mine = (EntryDraft.by == by.id) & (EntryDraft.asked == (asked.id if asked else 0))
        return (asked and EntryDraft.get_or_none(mine)) or _create(
            emergency, by, now, asked=asked.id if asked else None, form=form
        )


def _create(emergency: Emergency, by: User, now: datetime, **facts) -> EntryDraft:
    draft = EntryDraft.create(emergency=emergency, by=by, changed_at=now, **facts)
    audit.record("entry.drafted", draft, by=by, now=now, emergency=emergency.id)
    return draft


def form_of(entry: Entry, version: EntryVersion) -> dict:
    until = f"{clock.local(version.valid_until):%d/%m/%Y %H:%M}" if version.valid_until else ""
    return {
        "question": dict(version.question),
        "answer": dict(version.answer),
        "topic": entry.topic,
        "municipality": entry.municipality_id,
        "until": until,
        "until_at": version.valid_until.isoformat() if until else "",
    }


def jot(draft: EntryDraft, fields: Mapping, *, by: User, now: datetime) -> EntryDraft:
    """Keeps what was typed, right or wrong: {"question": {language: words}, "answer", "topic", "municipality", "from",
    "until", "holds"}; what is not there stays as it is.
    """
    with writing():
        form = _merged(EntryDraft.get_or_none(EntryDraft.id == draft.id) or _gone(), fields, now)
        mine = (EntryDraft.id == draft.id) & (EntryDraft.by == by.id)
        EntryDraft.update(form=form, changed_at=now).where(mine).execute() or _gone()
    return EntryDraft.get_by_id(draft.id)


def _gone():
    raise WrongMoment(N_("This was published or thrown away already."))


def _merged(draft: EntryDraft, fields: Mapping, now: datetime) -> dict:
    form = dict(draft.form)
    for part in ("question", "answer"):
        typed = {lang: _tidy(words) for lang, words in fields.get(part, {}).items() if lang in LANGUAGES}
        form[part] = form.get(part, {}) | typed
    for name in ("topic", "municipality", "holds"):
        form[name] = fields.get(name, form.get(name))
    for name in ("from", "until"):
        typed = " ".join(str(fields.get(name, form.get(name) or "")).split())
        if typed != (form.get(name) or ""):
            meant = annex3.moment(typed, now) if typed else None
            form |= {name: typed, f"{name}_at": meant.isoformat() if meant else ""}
    return form


def _tidy(words: str) -> str:
    signs = str(words).replace("\r\n", "\n")
    return "".join(sign for sign in signs if sign == "\n" or sign.isprintable()).strip()


def rebase(draft: EntryDraft, seen: int, *, by: User, now: datetime) -> EntryDraft:
    """Lets a draft that was overtaken replace the version that its author has now seen."""
    with writing():
        mine = (EntryDraft.id == draft.id) & (EntryDraft.by == by.id)
        EntryDraft.update(based_on=seen, changed_at=now).where(mine).execute() or _gone()
        audit.record("entry.rebased", draft, by=by, now=now, version=seen)
    return EntryDraft.get_by_id(draft.id)


def detach(draft: EntryDraft, *, by: User, now: datetime) -> EntryDraft:
    """Lets what was typed become a line of its own, where the line that it was for was withdrawn."""
    with writing():
        mine = (EntryDraft.id == draft.id) & (EntryDraft.by == by.id)
        EntryDraft.update(entry=None, based_on=0, changed_at=now).where(mine).execute() or _gone()
        audit.record("entry.rebased", draft, by=by, now=now, version=0)
    return EntryDraft.get_by_id(draft.id)


def mine(emergency: Emergency, user: User) -> list[EntryDraft]:
    """What this person began and did not publish yet, newest first."""
    here = (EntryDraft.emergency == emergency.id) & (EntryDraft.by == user.id)
    return list(EntryDraft.select().where(here).order_by(EntryDraft.changed_at.desc()))


def discard(draft: EntryDraft, *, by: User, now: datetime) -> None:
    """Throws away what was typed; the sheet stays as it is."""
    with writing():
        if not EntryDraft.delete().where(EntryDraft.id == draft.id, EntryDraft.by == by.id).execute():
            raise WrongMoment(N_("This was published or thrown away already."))
        audit.record("entry.draft_discarded", draft, by=by, now=now)


def others(draft: EntryDraft) -> list[EntryDraft]:
    """What others are typing for the same entry."""
    if not draft.entry_id:
        return []
    same = (EntryDraft.entry == draft.entry_id) & (EntryDraft.id != draft.id)
    return list(EntryDraft.select(EntryDraft, User).join(User).where(same))


# ── Is it right? ────────────────────────────────────────────────────────


def read(draft: EntryDraft, now: datetime) -> tuple[Typed, dict[str, Sentence]]:
    """What a draft would publish, and what is wrong with it by field: question-nl, answer-nl, topic, from, until."""
    form = draft.form
    texts = {
        part: {lang: words for lang, words in form.get(part, {}).items() if words}
        for part in ("question", "answer")
    }
    from_at, until_at = (_moment(form, name) for name in ("from", "until"))
    typed = Typed(
        texts["question"],
        texts["answer"],
        topic=" ".join((form.get("topic") or "").split()),
        municipality=form.get("municipality"),
        valid_from=from_at,
        valid_until=until_at,
        holds=tuple(form.get("holds") or ()),
    )
    faults = _faults_of_texts(typed) | _faults_of_hours(form, typed, now) | _faults_of_place(draft, typed)
    return typed, faults


def _moment(form: Mapping, name: str) -> datetime | None:
    return datetime.fromisoformat(form[f"{name}_at"]) if form.get(f"{name}_at") else None


def _faults_of_texts(typed: Typed) -> dict[str, Sentence]:
    faults = {}
    if not typed.question and not typed.answer:
        faults["question-nl"] = Sentence(N_("Write the question and its answer in one language at least."))
    for lang, name in LANGUAGE_NAMES.items():
        question, answer = typed.question.get(lang, ""), typed.answer.get(lang, "")
        said = Sentence(name)
        if answer and not question:
            faults[f"question-{lang}"] = Sentence(
                N_("Write the question in %(language)s too."), language=said
            )
        if question and not answer:
            faults[f"answer-{lang}"] = Sentence(
                N_("Write the answer in %(language)s too, or empty its question."), language=said
            )
        for part, words, most in (
            ("question", question, LONGEST_QUESTION),
            ("answer", answer, LONGEST_ANSWER),
        ):
            if len(words) > most:
                faults[f"{part}-{lang}"] = Sentence(annex3.TOO_LONG, length=len(words) - most)
    if len(typed.topic) > LONGEST_TOPIC:
        faults["topic"] = Sentence(annex3.TOO_LONG, length=len(typed.topic) - LONGEST_TOPIC)
    return faults


def _faults_of_hours(form: Mapping, typed: Typed, now: datetime) -> dict[str, Sentence]:
    faults = {name: Sentence(HOUR) for name in ("from", "until") if form.get(name) and not form[f"{name}_at"]}
    if typed.valid_until and typed.valid_until <= max(now, typed.valid_from or now):
        faults["until"] = Sentence(
            N_("This moment is past, or before it begins. For another day, write the day too: 21/11 02:51.")
        )
    return faults


def _faults_of_place(draft: EntryDraft, typed: Typed) -> dict[str, Sentence]:
    if typed.municipality in (None, *(town.id for town in towns(draft.emergency_id))):
        return {}
    return {"municipality": Sentence(N_("This municipality is not part of this emergency."))}


def towns(emergency: int) -> list:
    """The municipalities that share the sheet, each once."""
    requests = Activation.select().where(Activation.emergency == emergency, Activation.status != "draft")
    found = {one.municipality_id: one.municipality for one in requests}
    return sorted(found.values(), key=lambda town: town.name)
