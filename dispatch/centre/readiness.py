"""How ready a municipality is: each thing that it takes, as it stands, and the next step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatch import clock
from dispatch.centre import agreements, annexes, persons, preparation, prices
from dispatch.words import N_, Sentence
from models import (
    ANNEXES,
    Activation,
    Agreement,
    Milestone,
    Notice,
    Organisation,
    Plan,
    Reception,
    SafetyZone,
    User,
)

LASTS = timedelta(days=365)  # a look through the preparation, and an exercise
ROLE_ALONE = N_(
    "There is no annex 1 in force yet: until then everybody with the role of authorised person may activate."
)


@dataclass(frozen=True)
class Line:
    """One thing that it takes: `missing` says what is not as it should be, `on` the day that it was done."""

    name: str  # agreement, persons, annexes, costs, plans, receptions, zones, questions, languages, dated, exercise
    missing: Sentence | None = None
    on: date | None = None

    @property
    def is_done(self) -> bool:
        return self.missing is None


@dataclass(frozen=True)
class Readiness:
    """All of it for one municipality; `done` of `total` is the one figure, `next` the first thing that misses."""

    municipality: Organisation
    agreement: Agreement | None
    lines: list[Line]

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def done(self) -> int:
        return sum(line.is_done for line in self.lines)

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if not line.is_done]

    @property
    def next(self) -> Line | None:
        return next(iter(self.missing), None)


def of(municipality: Organisation, now: datetime) -> Readiness:
    """What it takes before an activation goes smoothly, in the order in which one would do it."""
    today = clock.local(now).date()
    agreement = agreements.valid_on(municipality, today)
    return Readiness(municipality, agreement, list(_lines(municipality, agreement, today)))


def _lines(municipality: Organisation, agreement: Agreement | None, today: date) -> Iterator[Line]:
    yield _agreement(agreement)
    yield _persons(agreement, today)
    yield _annexes(agreement, today)
    yield _costs(agreement, today)
    yield from _parts(municipality)
    yield _languages(municipality)
    yield _dated(municipality, today)
    yield _exercise(municipality, today)


def _agreement(agreement: Agreement | None) -> Line:
    if not agreement:
        return Line(
            "agreement", Sentence(N_("No agreement runs today: no information number can be opened."))
        )
    if not agreement.document_id:
        return Line("agreement", Sentence(N_("The agreement runs, but its signed paper is not kept here.")))
    return Line("agreement", on=agreement.signed_on)


def _persons(agreement: Agreement | None, today: date) -> Line:
    named = annexes.authorised_persons(agreement, today) if agreement else []
    if not named:
        return Line("persons", Sentence(ROLE_ALONE))
    if not any(person.is_mayor for person in named):
        return Line("persons", Sentence(N_("Annex 1 does not say who the mayor is.")))
    unread = (
        (Notice.agreement == agreement.id) & (Notice.kind == "annex_1") & Notice.acknowledged_at.is_null()
    )
    if Notice.select().where(unread).exists():
        return Line(
            "persons", Sentence(N_("The centre has not acknowledged the last change of annex 1 yet."))
        )
    if persons.is_due(agreement, today):
        return Line("persons", Sentence(N_("For a year nobody has said that annex 1 is still right.")))
    return Line("persons", on=persons.confirmed_on(agreement))


def _annexes(agreement: Agreement | None, today: date) -> Line:
    there = annexes.in_force(agreement, today) if agreement else {}
    lacking = [number for number in ANNEXES if number not in there and number != 1]
    if lacking:
        listed = ", ".join(map(str, lacking))
        return Line("annexes", Sentence(N_("Not in force yet: annexes %(numbers)s."), numbers=listed))
    return Line("annexes", on=max(annex.from_on for annex in there.values()))


def _costs(agreement: Agreement | None, today: date) -> Line:
    """There is no credit to fill (B12): what an opening costs follows the tariff, and that has to be there."""
    annex = agreement and prices.in_force(agreement, today)
    if not annex:
        return Line(
            "costs",
            Sentence(
                N_(
                    "No tariff of annex 4 is in force: ask the centre for it, or nobody knows what opening costs."
                )
            ),
        )
    return Line("costs", on=annex.from_on)


PARTS = {
    "plans": (Plan, N_("No emergency plan is kept here.")),
    "receptions": (Reception, N_("No reception centre is written down.")),
    "zones": (SafetyZone, N_("No zone is drawn beforehand.")),
}


def _parts(municipality: Organisation) -> Iterator[Line]:
    for name, (table, missing) in PARTS.items():
        changed = [part.changed_at for part in preparation.of(table, municipality)]
        yield Line(name, on=clock.local(max(changed)).date()) if changed else Line(name, Sentence(missing))


def _languages(municipality: Organisation) -> Line:
    questions = preparation.standing(municipality)
    if not questions:
        return Line("languages", Sentence(N_("There are no standing questions yet.")))
    lacking = sum(bool(preparation.languages_lacking(one)) for one in questions)
    if lacking:
        facts = {"lacking": lacking, "total": len(questions)}
        return Line(
            "languages",
            Sentence(
                N_("%(lacking)s of %(total)s standing questions are not in all four languages."), **facts
            ),
        )
    return Line("languages", on=clock.local(max(one.changed_at for one in questions)).date())


def _dated(municipality: Organisation, today: date) -> Line:
    on = preparation.dated_on(municipality)
    if not on:
        return Line("dated", Sentence(N_("Nobody has looked through the preparation yet.")))
    if today - on >= LASTS:
        return Line("dated", Sentence(N_("For a year nobody has looked through the preparation.")), on)
    return Line("dated", on=on)


def last_exercise(municipality: Organisation) -> date | None:
    """The day of the last practice activation whose number was opened."""
    opened = (
        Milestone.select()
        .join(Activation)
        .where(Activation.municipality == municipality.id, Activation.is_practice, Milestone.status == "open")
        .order_by(Milestone.at.desc())
        .first()
    )
    return clock.local(opened.at).date() if opened else None


def _exercise(municipality: Organisation, today: date) -> Line:
    on = last_exercise(municipality)
    if not on:
        return Line("exercise", Sentence(N_("Nobody has practised an activation up to the opening yet.")))
    if today - on >= LASTS:
        return Line("exercise", Sentence(N_("The last exercise is more than a year ago.")), on)
    return Line("exercise", on=on)


def of_clients(user: User, now: datetime) -> list[Readiness]:
    """The readiness of every municipality that agreed with this person's centre, the least ready first."""
    mine = agreements.seen_by(user).select(Agreement.municipality).order_by()
    clients = Organisation.select().where(Organisation.id.in_(mine)).order_by(Organisation.name)
    return sorted((of(one, now) for one in clients), key=lambda found: found.done)
