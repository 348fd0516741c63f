"""What a municipality has ready before anything happens: plans, reception centres, zones, standing questions, words."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch import audit, clock, rights, signed
from dispatch.centre import annexes
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.people import numbers
from dispatch.people.names import plain
from dispatch.words import N_, Sentence
from models import (
    LANGUAGES,
    Agreement,
    Annex,
    Organisation,
    Plan,
    Preparation,
    Reception,
    SafetyZone,
    StandingQuestion,
    User,
    writing,
)

PARTS = (Plan, Reception, SafetyZone, StandingQuestion)
PLAN = "emergency_plan"
LONGEST, LONGEST_TEXT = 200, 5000
MOST_STREETS = 5_000
NO_PLAN = N_("This is not a whole PDF. Save the plan as PDF, then choose it again.")
NAMELESS = N_("Give it a name.")
TOO_LONG = N_("This is longer than %(most)s characters. What you typed was kept.")
CHANGED = N_("Somebody else changed this at the same moment. Nothing of yours was kept: look again.")
GONE = N_("Somebody took this away in the meantime. Nothing was changed.")
BACK_WITHIN = timedelta(days=30)
NOT_BACK = N_("It stands there again already, or was taken away too long ago. Nothing was changed.")


@dataclass(frozen=True)
class Prefill:
    """What the activation form offers so that nobody types it at night."""

    places: list[str]
    zones: list[SafetyZone]
    receptions: list[Reception]
    recommendations: str


# ── Questions ───────────────────────────────────────────────────────────


def of(table, municipality: Organisation):
    """The parts of one kind that a municipality has now; Plan, Reception, SafetyZone or StandingQuestion."""
    here = (table.municipality == municipality.id) & table.removed_at.is_null()
    return table.select().where(here).order_by(*_order(table))


def _order(table) -> tuple:
    if table is StandingQuestion:
        return table.topic, table.id
    return (table.dated_on.desc(), table.id) if table is Plan else (table.name, table.id)


def basics(municipality: Organisation) -> Preparation:
    """The places and recommendations as they were written, empty ones where nobody wrote any."""
    found = Preparation.get_or_none(Preparation.municipality == municipality.id)
    return found or Preparation(municipality=municipality.id)


def prefill(municipality: Organisation) -> Prefill:
    """What the activation form uses: places, zones, reception centres and recommendations."""
    words = basics(municipality)
    zones, receptions = list(of(SafetyZone, municipality)), list(of(Reception, municipality))
    return Prefill(list(words.places), zones, receptions, words.recommendations)


def standing(municipality: Organisation) -> list[StandingQuestion]:
    """The standing questions by topic, each with `topic`, `question` and `answer` ({language: words}), for a new sheet."""
    return list(of(StandingQuestion, municipality))


def languages_lacking(question: StandingQuestion) -> list[str]:
    """The languages in which a question or its answer is not written."""
    return [lang for lang in LANGUAGES if not (question.question.get(lang) and question.answer.get(lang))]


def dated_on(municipality: Organisation) -> date | None:
    """The day on which somebody last looked through all of the preparation; None when nobody ever did."""
    at = basics(municipality).checked_at
    return clock.local(at).date() if at else None


def zones_within(organisation: Organisation):
    """The zones of the municipalities that belong to a police zone, by municipality and name."""
    here = (Organisation.parent == organisation.id) & SafetyZone.removed_at.is_null()
    query = SafetyZone.select(SafetyZone, Organisation).join(Organisation).where(here)
    return query.order_by(Organisation.name, SafetyZone.name)


# ── Deeds ───────────────────────────────────────────────────────────────


def write_basics(
    municipality: Organisation, places: str, recommendations: str, *, by: User, now: datetime
) -> None:
    """Keeps the places, one a line, and the recommendations that are usual."""
    _judge(municipality, by)
    listed, text = lines(places), recommendations.replace("\r\n", "\n").strip()
    faults = {}
    if any(len(place) > LONGEST for place in listed):
        faults["places"] = Sentence(TOO_LONG, most=LONGEST)
    if len(text) > LONGEST_TEXT:
        faults["recommendations"] = Sentence(TOO_LONG, most=LONGEST_TEXT)
    _refuse(faults)
    said = {"places": listed, "recommendations": text, "changed_at": now}
    _write(municipality, "preparation.changed", said, by, now)


def check(municipality: Organisation, *, by: User, now: datetime) -> None:
    """Dates the preparation: somebody looked through all of it and it is still right."""
    _judge(municipality, by)
    _write(municipality, "preparation.checked", {"checked_at": now, "checked_by": by}, by, now)


def _write(municipality: Organisation, deed: str, said: dict, by: User, now: datetime) -> None:
    with writing():
        Preparation.insert(municipality=municipality).on_conflict_ignore().execute()
        Preparation.update(**said).where(Preparation.municipality == municipality.id).execute()
        audit.record(deed, municipality, by=by, now=now, organisation=municipality)


def add_plan(
    municipality: Organisation,
    name: str,
    dated_on: date,
    content: bytes,
    filename: str,
    *,
    by: User,
    now: datetime,
) -> Plan:
    """Keeps an emergency plan, a whole PDF by its content, with the date that it carries."""
    _judge(municipality, by)
    name, faults = tidy(name), {}
    if not name:
        faults["name"] = Sentence(NAMELESS)
    if dated_on > clock.local(now).date():
        faults["dated_on"] = Sentence(N_("This day is still to come."))
    if not signed.is_pdf(content):
        faults["file"] = Sentence(NO_PLAN)
    _refuse(faults)
    with writing():
        document = signed.keep(municipality, content, filename, kind=PLAN, now=now, refusal=NO_PLAN)
        return _add(Plan, municipality, by, now, name=name, dated_on=dated_on, document=document)


def keep_reception(where: Organisation | Reception, *, by: User, now: datetime, **facts) -> Reception:
    """Adds a reception centre to a municipality, or changes one.

    `facts`: name, address, capacity (people, as typed), contact, phone, is_accessible, takes_pets.
    """
    _judge(_owner(where), by)
    facts = facts | {field: tidy(facts[field]) for field in ("name", "address", "contact")}
    faults = _faults_of_reception(facts)
    _refuse(faults)
    facts |= {"capacity": int(facts["capacity"]), "phone": _phone(facts["phone"])}
    return _keep(Reception, where, by, now, facts)


def _faults_of_reception(facts: dict) -> dict[str, Sentence]:
    faults = {}
    if not facts["name"]:
        faults["name"] = Sentence(NAMELESS)
    if not facts["address"]:
        faults["address"] = Sentence(N_("Type the address: callers are sent there."))
    if not (facts["capacity"].isdecimal() and 1 <= int(facts["capacity"]) <= 100_000):
        faults["capacity"] = Sentence(N_("Write for how many people there is room, as a whole number."))
    try:
        _phone(facts["phone"])
    except numbers.InvalidNumber as fault:
        faults["phone"] = Sentence(numbers.SENTENCES[fault.code])
    return faults


def _phone(typed: str) -> str:
    return numbers.parse(typed).e164 if typed.strip() else ""


def keep_zone(
    where: Organisation | SafetyZone, name: str, streets: str, *, by: User, now: datetime
) -> SafetyZone:
    """Adds a zone to a municipality, or changes one; `streets` has one a line, and each is kept once."""
    _judge(_owner(where), by)
    name, listed, faults = tidy(name), lines(streets), {}
    if not name:
        faults["name"] = Sentence(NAMELESS)
    if not listed:
        faults["streets"] = Sentence(
            N_("A zone is a list of streets: type at least one, or read a spreadsheet.")
        )
    if len(listed) > MOST_STREETS or any(len(street) > LONGEST for street in listed):
        faults["streets"] = Sentence(N_("This is no list of streets: one name a line."))
    _refuse(faults)
    return _keep(SafetyZone, where, by, now, {"name": name, "streets": listed})


def keep_question(
    where: Organisation | StandingQuestion,
    topic: str,
    question: dict[str, str],
    answer: dict[str, str],
    *,
    by: User,
    now: datetime,
) -> StandingQuestion:
    """Adds a standing question to a municipality, or changes one; a language may wait, but not both halves of none."""
    _judge(_owner(where), by)
    said = {"topic": tidy(topic), "question": _by_language(question), "answer": _by_language(answer)}
    faults = {
        f"{part}-{lang}": Sentence(TOO_LONG, most=LONGEST_TEXT)
        for part in ("question", "answer")
        for lang, text in said[part].items()
        if len(text) > LONGEST_TEXT
    }
    if not said["topic"]:
        faults["topic"] = Sentence(N_("Say what it is about: operators look by topic."))
    if not said["question"].keys() & said["answer"].keys():
        own = _owner(where).language
        faults[f"question-{own}"] = Sentence(
            N_("Write the question and the answer in at least one language.")
        )
    _refuse(faults)
    return _keep(StandingQuestion, where, by, now, said)


def _by_language(texts: dict[str, str]) -> dict[str, str]:
    return {lang: text for lang in LANGUAGES if (text := texts.get(lang, "").replace("\r\n", "\n").strip())}


def remove(part, *, by: User, now: datetime) -> None:
    """Takes a part out of the preparation; it stays in the database, since an activation may have used it."""
    _judge(part.municipality, by)
    table = type(part)
    with writing():
        here = (table.id == part.id) & table.removed_at.is_null()
        if not table.update(removed_at=now).where(here).execute():
            raise WrongMoment(GONE)
        audit.record("preparation.removed", part, by=by, now=now, organisation=part.municipality_id)


def taken_away(municipality: Organisation, now: datetime) -> list:
    """The parts that can still be put back, the last taken away first."""
    since = now - BACK_WITHIN
    gone = [
        part
        for table in PARTS
        for part in table.select().where(table.municipality == municipality.id, table.removed_at > since)
    ]
    return sorted(gone, key=lambda part: part.removed_at, reverse=True)


def put_back(part, *, by: User, now: datetime) -> None:
    """A part that was taken away lately stands there again as it was; raises WrongMoment when it is too late, or does already."""
    _judge(part.municipality, by)
    table = type(part)
    with writing():
        here = (table.id == part.id) & (table.removed_at > now - BACK_WITHIN)
        if not table.update(removed_at=None).where(here).execute():
            raise WrongMoment(NOT_BACK)
        audit.record("preparation.put_back", part, by=by, now=now, organisation=part.municipality_id)


def publish(agreement: Agreement, *, by: User, now: datetime) -> Annex:
    """Writes the standing questions as they are now into annex 3 of the agreement, as its next version from today on."""
    _judge(agreement.municipality, by)
    questions = [
        {"topic": one.topic, "question": one.question, "answer": one.answer}
        for one in standing(agreement.municipality)
    ]
    if not questions:
        raise Refusal(N_("There are no standing questions yet. Write the first one."))
    today = clock.local(now).date()
    return annexes.add(agreement, 3, {"questions": questions}, today, by=by, now=now)


# ── What the deeds share ────────────────────────────────────────────────


def tidy(text: str) -> str:
    """One line, without what cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def lines(text: str) -> list[str]:
    """The lines of a text, each once however it is written, in their order."""
    found: dict[str, str] = {}
    for line in filter(None, map(tidy, text.splitlines())):
        found.setdefault(plain(line), line)
    return list(found.values())


def _owner(where) -> Organisation:
    return where if isinstance(where, Organisation) else where.municipality


def _judge(municipality: Organisation, by: User) -> None:
    if by.organisation_id != municipality.id or not rights.may(by, "preparation.change"):
        raise NotAllowed(N_("The preparation is the municipality's: only its own people keep it up to date."))


def _refuse(faults: dict[str, Sentence]) -> None:
    if faults:
        raise Incomplete(N_("Something is still missing. Nothing was lost."), faults)


def _keep(table, where, by: User, now: datetime, facts: dict):
    if isinstance(where, Organisation):
        with writing():
            return _add(table, where, by, now, **facts)
    with writing():
        here = (table.id == where.id) & table.removed_at.is_null()
        as_it_was = table.changed_at == where.changed_at
        if not table.update(**facts, changed_at=now).where(here, as_it_was).execute():
            raise WrongMoment(CHANGED if table.select().where(here).exists() else GONE)
        audit.record("preparation.changed", where, by=by, now=now, organisation=where.municipality_id)
    return table.get_by_id(where.id)


def _add(table, municipality: Organisation, by: User, now: datetime, **facts):
    made = table.create(municipality=municipality, changed_at=now, **facts)
    audit.record("preparation.added", made, by=by, now=now, organisation=municipality)
    return made
