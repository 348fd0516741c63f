"""Closing (B11): how a number closes, confirmed in writing by whoever is in control, and opening it again within a day.

It stands apart from the phase of the crisis: a number may go on when the phase has ended, and close before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import again, audit, clock, papers
from dispatch.centre import emergencies, notices, scale_up, telling
from dispatch.centre import form as annex3
from dispatch.centre import request as wording
from dispatch.centre.moves import fresh, milestones, move, openings
from dispatch.errors import Incomplete, WrongMoment
from dispatch.people import numbers
from dispatch.words import DAY_AND_HOUR, N_, InFigures, Sentence, translator
from models import Activation, ClosingPlan, Document, User, writing

WITHIN = timedelta(days=1)  # so long after closing a number is opened again with the same file
FARTHEST = timedelta(days=90)
MOST_PHASES = 6
NOT_AN_HOUR = N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")


@dataclass(frozen=True)
class Typed:
    """A closing plan as a person typed it: phases of (from, hours, operators), the end, and what callers hear."""

    phases: tuple[tuple[str, str, str], ...]
    closes_at: str
    redirect: str
    greeting: str


# ── The plan ────────────────────────────────────────────────────────────


def holding(activation: Activation) -> ClosingPlan | None:
    """The plan by which the number closes; None where there is none, or it was taken back."""
    here = (ClosingPlan.activation == activation.id) & ClosingPlan.withdrawn_at.is_null()
    return ClosingPlan.select().where(here).order_by(ClosingPlan.id.desc()).first()


def is_before(plan: ClosingPlan, at: datetime) -> bool:
    """Whether this moment comes before the one at which the number closes; people write minutes."""
    return at < plan.closes_at - annex3.TOLERANCE


def overdue(activations: list[Activation], now: datetime) -> set[int]:
    """The ids of those that were to be closed by now, and are not."""
    closing = [one.id for one in activations if one.status == "closing"]
    here = ClosingPlan.activation.in_(closing) & ClosingPlan.withdrawn_at.is_null()
    query = ClosingPlan.select(ClosingPlan.activation).where(here, ClosingPlan.closes_at <= now)
    return {id for (id,) in query.tuples()}


def confirm(
    activation: Activation, typed: Typed, *, by: User, now: datetime, is_confirmed: bool
) -> ClosingPlan:
    """Confirms in writing how the number closes: a plan, and a paper that is sent to the centre at once.

    A later one takes the place of the plan before; the same one, pressed again a moment later, is that plan. Raises
    Incomplete by field, NotAllowed, and WrongMoment unless the number is open.
    """
    scale_up.demand_control(activation, by, now)
    read, faults = _read(typed, now)
    if not is_confirmed:
        faults["password"] = Sentence(scale_up.NOT_SHOWN)
    if faults:
        raise Incomplete(N_("The closing was not confirmed yet."), faults)
    plan = ClosingPlan(activation=activation, by=by, confirmed_at=now, **read)
    paper = _paper(plan, activation.agreement.centre.language)
    with writing():
        scale_up.demand_control(activation, by, now)
        if _says_the_same(before := holding(activation), plan):
            return before
        if fresh(activation).status == "closing":
            _replace(activation, by, now)
        else:
            move(activation, "closing", by=by, now=now, at=now)
        plan.notice = notices.tell(
            activation,
            "closing",
            _word(plan),
            document=_kept(activation, "closing", paper, now),
            by=by,
            now=now,
        )
        plan.save(force_insert=True)
    return plan


def _says_the_same(before: ClosingPlan | None, plan: ClosingPlan) -> bool:
    if not before or before.by_id != plan.by_id or before.confirmed_at <= plan.confirmed_at - again.AGAIN:
        return False
    return all(getattr(before, name) == getattr(plan, name) for name in PLANNED)


PLANNED = ("phases", "closes_at", "redirect", "greeting")


def _replace(activation: Activation, by: User, now: datetime) -> None:
    here = (ClosingPlan.activation == activation.id) & ClosingPlan.withdrawn_at.is_null()
    ClosingPlan.update(withdrawn_at=now).where(here).execute()
    audit.record("activation.replanned", activation, by=by, now=now)


def _read(typed: Typed, now: datetime) -> tuple[dict, dict[str, Sentence]]:
    """The plan as it is kept, and what is wrong in it by field: phase-0-from, phase-0-operators, closes_at, redirect."""
    faults: dict[str, Sentence] = {}
    closes_at = annex3.moment(typed.closes_at, now)
    if closes_at is None:
        faults["closes_at"] = Sentence(NOT_AN_HOUR)
    elif not now - annex3.TOLERANCE <= closes_at <= now + FARTHEST:
        faults["closes_at"] = Sentence(
            N_("This moment is past, or more than 90 days away. What you typed was kept.")
        )
    phases = [_phase(place, row, now, closes_at, faults) for place, row in _rows(typed)]
    moments = [phase["from_at"] for phase in phases if phase["from_at"]]
    if moments != sorted(moments) and not faults:
        faults["phase-0-from"] = Sentence(N_("Write the phases in the order in which they begin."))
    read = {
        "phases": phases,
        "closes_at": closes_at,
        "redirect": _line(typed.redirect, faults),
        "greeting": annex3.tidy("extra", typed.greeting)[: annex3.LONGEST_TEXT],
    }
    return read, faults


def _rows(typed: Typed) -> list[tuple[int, tuple[str, str, str]]]:
    rows = list(enumerate(typed.phases))[:MOST_PHASES]
    return [(place, row) for place, row in rows if any(cell.strip() for cell in row)]


def _phase(place: int, row: tuple, now: datetime, closes_at: datetime | None, faults: dict) -> dict:
    begins, hours, operators = (annex3.tidy("opening_hours", cell)[: annex3.LONGEST] for cell in row)
    from_at = annex3.moment(begins, now)
    if from_at is None:
        faults[f"phase-{place}-from"] = Sentence(NOT_AN_HOUR)
    elif from_at < now - annex3.TOLERANCE or (closes_at and from_at >= closes_at):
        faults[f"phase-{place}-from"] = Sentence(
            N_("A phase begins after now and before the number closes. What you typed was kept.")
        )
    if not hours:
        faults[f"phase-{place}-hours"] = Sentence(N_("Write from when until when the number is open."))
    if not operators.isdecimal() or not 1 <= int(operators[:5]) <= annex3.MAX_OPERATORS:
        faults[f"phase-{place}-operators"] = Sentence(
            N_("Write a number from 1 to %(most)s. What you typed was kept."), most=annex3.MAX_OPERATORS
        )
    return {"from_at": from_at.isoformat() if from_at else "", "hours": hours, "operators": operators}


def _line(typed: str, faults: dict) -> str:
    try:
        return annex3.line(typed) if typed.strip() else ""
    except numbers.InvalidNumber as fault:
        faults["redirect"] = Sentence(annex3.KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
        return ""


# ── Taking it back, and opening again ───────────────────────────────────


def take_back(activation: Activation, *, by: User, now: datetime, is_confirmed: bool) -> None:
    """The number stays open after all; the centre is told in writing. Raises WrongMoment unless it was closing."""
    scale_up.demand_control(activation, by, now)
    scale_up.demand_confirmed(is_confirmed)
    paper = _stays_open(activation, by, now)
    with writing():
        move(activation, "open", by=by, now=now, at=now, places=("closing",), deed="activation.kept_open")
        here = (ClosingPlan.activation == activation.id) & ClosingPlan.withdrawn_at.is_null()
        ClosingPlan.update(withdrawn_at=now).where(here).execute()
        document = _kept(activation, "reopening", paper, now)
        notices.tell(
            activation, "reopening", _word_of(activation, STAYS, now), document=document, by=by, now=now
        )


def may_reopen(activation: Activation, now: datetime) -> bool:
    """Whether it closed less than a day ago: then it is opened again with the same file, number and sheet."""
    answered = openings(activation)
    if activation.status != "closed" or not answered or not answered[-1].until_at:
        return False
    return now <= answered[-1].until_at + WITHIN


def reopen(activation: Activation, *, by: User, now: datetime, is_confirmed: bool) -> None:
    """Asks the centre to open the number again: a new promise runs from now on, everything else is kept.

    Raises WrongMoment more than a day after it closed: then a new form is written.
    """
    scale_up.demand_control(activation, by, now)
    scale_up.demand_confirmed(is_confirmed)
    if not may_reopen(activation, now):
        raise WrongMoment(
            N_("A number is opened again within a day after it closed. Now a new form has to be written.")
        )
    paper = _opens_again(activation, by, now)
    with writing():
        move(activation, "requested", by=by, now=now, at=now, places=("closed",), deed="activation.reopened")
        here = (ClosingPlan.activation == activation.id) & ClosingPlan.withdrawn_at.is_null()
        ClosingPlan.update(withdrawn_at=now).where(here).execute()
        emergencies.resume(activation.emergency)
        document = _kept(activation, "reopening", paper, now)
        notices.tell(
            activation, "reopening", _word_of(activation, AGAIN, now), document=document, by=by, now=now
        )


# ── What the centre reads ───────────────────────────────────────────────

STAYS = N_("The information number of %(municipality)s stays open: the closing was taken back at %(at)s.")
AGAIN = N_(
    "%(municipality)s asks to open its information number %(number)s again. Received at %(at)s: the promise to open "
    "in time runs anew."
)
DO = N_("%(words)s\n\nThe paper is enclosed. Acknowledge it on the page of the activation.")
SUBJECTS = {
    STAYS: N_("The number of %(municipality)s stays open"),
    AGAIN: N_("%(municipality)s asks to open its number again"),
}
CLOSES = N_("The information number of %(municipality)s closes on %(day)s. Confirmed in writing by %(name)s.")


def _word(plan: ClosingPlan) -> telling.Word:
    activation = plan.activation
    facts = {
        "municipality": activation.municipality.name,
        "day": InFigures(plan.closes_at, DAY_AND_HOUR),
        "name": plan.by.name,
    }
    return telling.Word(
        Sentence(N_("Closing of the number of %(municipality)s: %(day)s"), **facts),
        Sentence(
            N_(
                "The information number of %(municipality)s closes on %(day)s, as %(name)s confirmed in writing. The "
                "plan is enclosed. Acknowledge it on the page of the activation."
            ),
            **facts,
        ),
        Sentence(CLOSES, **facts),
    )


def _word_of(activation: Activation, msgid: str, now: datetime) -> telling.Word:
    said = _sentence(activation, msgid, now)
    subject = Sentence(SUBJECTS[msgid], municipality=activation.municipality.name)
    return telling.Word(subject, Sentence(DO, words=said), said)


def _sentence(activation: Activation, msgid: str, now: datetime) -> Sentence:
    return Sentence(
        msgid,
        municipality=activation.municipality.name,
        number=wording.phone(activation.number),
        at=InFigures(now, DAY_AND_HOUR),
    )


def _kept(activation: Activation, kind: str, paper: bytes, now: datetime) -> Document:
    mood = "exercise-" if activation.is_practice else ""
    return Document.create(
        organisation=activation.municipality_id,
        kind=kind,
        filename=f"{mood}{kind}-{activation.municipality.slug}-{clock.local(now):%Y%m%d-%H%M}.pdf",
        media_type="application/pdf",
        content=paper,
        made_at=now,
    )


def _paper(plan: ClosingPlan, lang: str) -> bytes:
    _, activation = translator(lang).gettext, plan.activation
    facts = {
        "municipality": activation.municipality.name,
        "day": wording.moment(plan.closes_at, lang),
        "name": plan.by.name,
    }
    rows = [
        [wording.moment(datetime.fromisoformat(one["from_at"]), lang), one["hours"], one["operators"]]
        for one in plan.phases
    ]
    told = [
        (_("The number closes"), wording.moment(plan.closes_at, lang)),
        (_("Afterwards callers go to"), wording.phone(plan.redirect)),
        (_("Greeting"), plan.greeting),
    ]
    return _noticed(
        activation,
        lang,
        title=_("Closing of the information number, %(municipality)s") % facts,
        statement=_(CLOSES) % facts,
        sections=[(_("Closing"), told)],
        table=(_("Phases until then"), [_("From"), _("Opening hours"), _("Operators")], rows),
        by=plan.by,
        at=plan.confirmed_at,
    )


def _stays_open(activation: Activation, by: User, now: datetime) -> bytes:
    lang = activation.agreement.centre.language
    title = translator(lang).gettext(N_("The information number stays open, %(municipality)s"))
    return _short_paper(activation, title, STAYS, by, now)


def _opens_again(activation: Activation, by: User, now: datetime) -> bytes:
    lang = activation.agreement.centre.language
    title = translator(lang).gettext(N_("Opening the information number again, %(municipality)s"))
    return _short_paper(activation, title, AGAIN, by, now)


def _short_paper(activation: Activation, title: str, msgid: str, by: User, now: datetime) -> bytes:
    lang = activation.agreement.centre.language
    sentence = _sentence(activation, msgid, now).in_language(lang)
    facts = {"municipality": activation.municipality.name}
    return _noticed(
        activation, lang, title=title % facts, statement=sentence, sections=[], table=None, by=by, at=now
    )


def _noticed(activation: Activation, lang: str, by: User, at: datetime, **told) -> bytes:
    _ = translator(lang).gettext
    signature = (_("Confirmed in writing"), by.name, by.organisation.name, wording.moment(at, lang))
    number = wording.phone(activation.number)
    return papers.record(
        {
            "organisation": activation.municipality.name,
            "practice": activation.is_practice,
            "figures": [(_("information number"), number)],
            "signatures": [signature],
            **told,
        },
        lang,
    )


def closed_at(activation: Activation) -> datetime | None:
    """When the number last stopped answering."""
    answered = openings(activation)
    return answered[-1].until_at if answered else None


def was_asked_again(activation: Activation) -> bool:
    """Whether this is a number that closed and is asked for again."""
    return len([one for one in milestones(activation) if one.status == "requested"]) > 1
