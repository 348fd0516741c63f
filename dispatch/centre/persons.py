"""Annex 1: who may activate. Every change is a version, a written notice, and red until the centre has read it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from peewee import fn

from dispatch import audit, clock, letters, papers, rights
from dispatch.centre import annexes, notices
from dispatch.centre.annexes import Person
from dispatch.centre.request import day as worded_day
from dispatch.centre.request import moment
from dispatch.errors import Incomplete, NotAllowed, Refusal, WrongMoment
from dispatch.people import numbers
from dispatch.words import N_, Sentence, translator
from models import Agreement, Annex, Document, Notice, PersonsCheck, User, writing

NUMBER = 1
LONGEST, MOST_WAYS = 120, 4
ASKED_AFTER = timedelta(days=365)
SUBJECT = N_("%(municipality)s: annex 1 changes on %(day)s, please acknowledge")
BODY = N_(
    "%(municipality)s tells %(centre)s that the persons of annex 1 change: version %(version)s, in force from %(day)s.\n\n"
    "The whole list is enclosed. Please acknowledge it on the page of the contact centre: until then both sides see it "
    "in red.\n"
)
ASK_SUBJECT = N_("%(municipality)s: are the persons of annex 1 still right?")
ASK_BODY = N_(
    "For a year nobody has said whether the persons who may open an information number for %(municipality)s are still "
    "right.\n\nVersion %(version)s names:\n%(persons)s\n\nLook at the page “Authorised persons” of Belfort. One press "
    "confirms the list; if somebody changed, change it there.\n"
)


# ── A new version ───────────────────────────────────────────────────────


def rewrite(
    agreement: Agreement, persons: Iterable[Person], from_on: date, *, version: int, by: User, now: datetime
) -> Notice:
    """Writes the next version of annex 1 and tells the centre: version, paper, mail and notice in one transaction.

    `version` is the one that was looked at: WrongMoment when somebody wrote another meanwhile. Raises Incomplete with
    faults by field (name-0, function-0, ways-0, user-0, from_on), Refusal when nothing changes, NotAllowed.
    """
    _judge(agreement, by)
    whole = _checked(agreement, list(persons), from_on, now)
    before = annexes.persons_in(_newest(agreement))
    if before == whole:
        raise Refusal(N_("Nothing changed: this is the list as it stands. Nobody was told anything."))
    paper = _paper(
        agreement, before, whole, version + 1, from_on, by, now
    )  # takes its time: outside the transaction
    with writing():
        if annexes.latest_version(agreement, NUMBER) != version:
            raise WrongMoment(
                N_(
                    "Somebody else changed annex 1 in the meantime. Look at their version before you write yours."
                )
            )
        document = _kept(agreement, version + 1, paper, now)
        content = annexes.as_content(whole)
        annex = annexes.add(agreement, NUMBER, content, from_on, document, by=by, now=now)
        return _tell(agreement, annex, by, now)


def _newest(agreement: Agreement) -> Annex | None:
    return annexes.versions(agreement).where(Annex.number == NUMBER).first()


def _kept(agreement: Agreement, version: int, paper: bytes, now: datetime) -> Document:
    return Document.create(
        organisation=agreement.municipality_id,
        kind="annex_1_notice",
        filename=f"annex-1-{agreement.municipality.slug}-{version}.pdf",
        media_type="application/pdf",
        content=paper,
        made_at=now,
    )


def _tell(agreement: Agreement, annex: Annex, by: User, now: datetime) -> Notice:
    lang = agreement.centre.language
    facts = _named(agreement) | {"version": annex.version, "day": worded_day(annex.from_on, lang)}
    _ = translator(lang).gettext
    said = {"subject": _(SUBJECT) % facts, "body": _(BODY) % facts}
    return notices.send(
        agreement, kind="annex_1", on=f"annex:{annex.id}", document=annex.document, by=by, now=now, **said
    )


def _named(agreement: Agreement) -> dict[str, str]:
    return {"municipality": agreement.municipality.name, "centre": agreement.centre.name}


def _judge(agreement: Agreement, by: User) -> None:
    if by.organisation_id != agreement.municipality_id or not rights.may(by, "preparation.change"):
        raise NotAllowed(N_("Annex 1 is the municipality's: only its own people keep it up to date."))


# ── What is wrong ───────────────────────────────────────────────────────


def accounts_of(agreement: Agreement) -> list[User]:
    """The accounts that a person of annex 1 can have: those of the municipality that may fill in a request."""
    here = (User.organisation == agreement.municipality_id) & User.is_active
    return [
        user for user in User.select().where(here).order_by(User.name) if rights.may(user, "activation.fill")
    ]


def _checked(agreement: Agreement, persons: list[Person], from_on: date, now: datetime) -> list[Person]:
    known = {user.id for user in accounts_of(agreement)}
    faults: dict[str, Sentence] = {}
    whole = [_tidy(person, place, known, faults) for place, person in enumerate(persons)]
    if not whole:
        faults["name-0"] = Sentence(N_("Name at least one person: without one nobody could activate."))
    for place, person in enumerate(whole):
        if person.user and person.user in [other.user for other in whole[:place]]:
            faults[f"user-{place}"] = Sentence(N_("This account already belongs to somebody above."))
        if person.is_mayor and any(other.is_mayor for other in whole[:place]):
            faults[f"mayor-{place}"] = Sentence(N_("There is one mayor. Take the tick away here or above."))
    if from_on < clock.local(now).date():
        faults["from_on"] = Sentence(N_("This day is past. A new version begins today or later."))
    if faults:
        raise Incomplete(N_("Annex 1 was not changed yet. Nothing was lost."), faults)
    return whole


def _tidy(person: Person, place: int, known: set[int], faults: dict[str, Sentence]) -> Person:
    name, function = (" ".join(text.split())[:LONGEST] for text in (person.name, person.function))
    if not name:
        faults[f"name-{place}"] = Sentence(N_("Type the name, or empty the whole person."))
    if not function:
        faults[f"function-{place}"] = Sentence(
            N_("Type the function: the centre asks for it when it calls back.")
        )
    if person.user is not None and person.user not in known:
        faults[f"user-{place}"] = Sentence(N_("This account cannot activate. Choose another, or none."))
    ways = _ways(person.ways, place, faults)
    return replace(person, name=name, function=function, ways=ways)


def _ways(typed: Iterable[str], place: int, faults: dict[str, Sentence]) -> tuple[str, ...]:
    """The numbers in E.164, in their order; a fault names the number that cannot be rung."""
    found: dict[str, None] = {}
    for way in filter(str.strip, typed):
        try:
            found[numbers.parse(way).e164] = None
        except numbers.InvalidNumber as fault:
            sentence = Sentence(
                N_("%(number)s: %(fault)s."),
                number=way.strip()[:40],
                fault=Sentence(numbers.SENTENCES[fault.code]),
            )
            faults.setdefault(f"ways-{place}", sentence)
    if not found:
        faults.setdefault(
            f"ways-{place}", Sentence(N_("Type at least one number on which the centre calls back."))
        )
    if len(found) > MOST_WAYS:
        faults.setdefault(
            f"ways-{place}", Sentence(N_("Four numbers are enough: in an alarm nobody tries more."))
        )
    return tuple(found)


# ── On paper ────────────────────────────────────────────────────────────


def changes(before: list[Person], after: list[Person]) -> list[tuple[str, Person]]:
    """What becomes of each person, by name: ("added" | "changed" | "removed", person), in the order of the lists."""
    old, new = ({person.name: person for person in persons} for persons in (before, after))
    found = [
        ("changed" if person.name in old else "added", person)
        for person in after
        if old.get(person.name) != person
    ]
    return found + [("removed", person) for person in before if person.name not in new]


CHANGES = {
    "added": N_("Added: %(name)s"),
    "changed": N_("Changed: %(name)s"),
    "removed": N_("Removed: %(name)s"),
}


def _paper(
    agreement: Agreement,
    before: list[Person],
    after: list[Person],
    version: int,
    from_on: date,
    by: User,
    now: datetime,
) -> bytes:
    lang = agreement.centre.language
    _ = translator(lang).gettext
    told = [_(CHANGES[what]) % {"name": person.name} for what, person in changes(before, after)]
    return papers.annex_notice(
        {
            **_named(agreement),
            "version": str(version),
            "from_on": worded_day(from_on, lang),
            "sent_at": moment(now, lang),
            "by": by.name,
            "agreement": worded_day(agreement.signed_on, lang),
            "changes": told or [_("Only the order changes.")],
            "persons": [_row(place, person, lang) for place, person in enumerate(after, 1)],
        },
        lang,
    )


def _row(place: int, person: Person, lang: str) -> list[str]:
    _ = translator(lang).gettext
    function = annexes.function_of(person, _)
    return [str(place), person.name, function, "\n".join(map(numbers.national, person.ways))]


# ── Still right? ────────────────────────────────────────────────────────


def confirmed_on(agreement: Agreement) -> date | None:
    """The day on which the newest annex 1 was written or last confirmed; None while there is none."""
    newest = _newest(agreement)
    if not newest:
        return None
    said = PersonsCheck.select().where(PersonsCheck.agreement == agreement.id)
    last = (
        said.where(PersonsCheck.confirmed_at.is_null(False))
        .order_by(PersonsCheck.confirmed_at.desc())
        .first()
    )
    at = max(newest.created_at, last.confirmed_at) if last else newest.created_at
    return clock.local(at).date()


def is_due(agreement: Agreement, day: date) -> bool:
    """Whether a year went by since anybody said that annex 1 is right."""
    last = confirmed_on(agreement)
    return last is not None and day - last >= ASKED_AFTER


def confirm(agreement: Agreement, *, by: User, now: datetime) -> None:
    """Says that annex 1 is still right, asked or not; the centre needs no notice, since nothing changed."""
    _judge(agreement, by)
    if not _newest(agreement):
        raise Refusal(N_("There is no annex 1 yet: write it first."))
    with writing():
        said = {"confirmed_at": now, "confirmed_by": by}
        is_open = (PersonsCheck.agreement == agreement.id) & PersonsCheck.confirmed_at.is_null()
        if not PersonsCheck.update(**said).where(is_open).execute():
            PersonsCheck.create(agreement=agreement, **said)
        where = agreement.municipality_id
        audit.record("annex.confirmed", agreement, by=by, now=now, organisation=where)


def ask(now: datetime) -> int:
    """Asks each municipality once a year after the last word whether annex 1 is still right; returns how many."""
    today = clock.local(now).date()
    due = [one for one in _unchanged_since(now - ASKED_AFTER) if one.holds_on(today) and is_due(one, today)]
    return sum(_ask(agreement, now) for agreement in due)


def _unchanged_since(moment: datetime) -> list[Agreement]:
    """The agreements whose newest annex 1 is about as old as that, or older: the others need no closer look."""
    newest = fn.MAX(Annex.created_at)
    old = Annex.select(Annex.agreement).where(Annex.number == NUMBER, Annex.agreement.is_null(False))
    old = old.group_by(Annex.agreement).having(newest < moment + timedelta(days=1))
    return list(Agreement.select().where(Agreement.id.in_(old)))


def _ask(agreement: Agreement, now: datetime) -> bool:
    """One open question at a time: of two who come at the same moment one asks."""
    people = _asked(agreement)
    if not people:
        return False
    with writing():
        is_open = (PersonsCheck.agreement == agreement.id) & PersonsCheck.confirmed_at.is_null()
        if PersonsCheck.select().where(is_open).exists():
            return False
        PersonsCheck.create(agreement=agreement, asked_at=now)
        for lang, addresses in people.items():
            _mail_question(agreement, addresses, lang, now)
        where = agreement.municipality_id
        audit.record("annex.asked", agreement, by=None, now=now, organisation=where)
    return True


def _asked(agreement: Agreement) -> dict[str, list[str]]:
    """The administrators and authorised persons of the municipality, by language."""
    roles = ("organisation_admin", "authorised_person")
    here = (User.organisation == agreement.municipality_id) & User.role.in_(roles) & User.is_active
    people: dict[str, list[str]] = {}
    for user in User.select().where(here).order_by(User.id):
        people.setdefault(user.language, []).append(user.email)
    return people


def _mail_question(agreement: Agreement, addresses: list[str], lang: str, now: datetime) -> None:
    newest = _newest(agreement)
    named = [f"- {person.name}, {person.function}" for person in annexes.persons_in(newest)]
    facts = _named(agreement) | {"version": newest.version, "persons": "\n".join(named)}
    _ = translator(lang).gettext
    said = {"subject": _(ASK_SUBJECT) % facts, "body": _(ASK_BODY) % facts}
    letters.post(
        addresses,
        organisation=agreement.municipality,
        lang=lang,
        now=now,
        page="/preparation/persons",
        **said,
    )
