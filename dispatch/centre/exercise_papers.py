"""The papers and mails of an exercise: the exception, the specific agreement, the findings."""

from datetime import datetime

from dispatch import clock, papers
from dispatch.centre import costs, lessons
from dispatch.centre import prices as tariff
from dispatch.centre.request import CALLS, day, moment
from dispatch.onboarding.orders import euros
from dispatch.words import N_, translator
from models import Evaluation, Exercise, Inject, Organisation, User

INJECTS = {"call": N_("call"), "press": N_("press"), "rumour": N_("rumour")}
Letter = tuple[str, str]


# ── Mails ───────────────────────────────────────────────────────────────


def asked(exercise: Exercise) -> Letter:
    body = N_(
        "%(municipality)s asks for an exercise on %(day)s: %(name)s. Answer on the page of the exercise."
    )
    late = N_(
        "%(municipality)s asks for an exercise on %(day)s: %(name)s. That is sooner than four weeks: it needs your "
        "exception in writing.\n\nWhy: %(why)s"
    )
    facts = {"why": exercise.exception_why}
    return _letter(exercise, exercise.agreement.centre, late if exercise.status == "late" else body, **facts)


def allowed(exercise: Exercise, answer: str) -> Letter:
    body = N_(
        "The exercise %(name)s on %(day)s may be sooner than four weeks after the request.\n\n%(answer)s"
    )
    return _letter(exercise, exercise.municipality, body, answer=answer)


def refused(exercise: Exercise, answer: str) -> Letter:
    body = N_("The exercise %(name)s on %(day)s cannot be.\n\n%(answer)s")
    return _letter(exercise, exercise.municipality, body, answer=answer)


def withdrawn(exercise: Exercise) -> Letter:
    body = N_("%(municipality)s withdraws the exercise %(name)s on %(day)s.")
    return _letter(exercise, exercise.agreement.centre, body)


def agreed(exercise: Exercise, house: Organisation) -> Letter:
    body = N_("Both sides confirmed the exercise %(name)s on %(day)s. The specific agreement is enclosed.")
    return _letter(exercise, house, body)


def findings_letter(exercise: Exercise, lang: str) -> Letter:
    body = N_(
        "The findings of the exercise %(name)s of %(municipality)s on %(day)s are enclosed. "
        "Acknowledge them on the page of the exercise."
    )
    return _worded(exercise, lang, body)


def _letter(exercise: Exercise, house: Organisation, body: str, **facts) -> Letter:
    return _worded(exercise, house.language, body, **facts)


def _worded(exercise: Exercise, lang: str, body: str, **facts) -> Letter:
    _ = translator(lang).gettext
    facts |= {
        "municipality": exercise.municipality.name,
        "name": exercise.name,
        "day": day(clock.local(exercise.begins_at).date(), lang),
    }
    return _(N_("Exercise of %(municipality)s: %(name)s")) % facts, _(body) % facts


# ── Papers ──────────────────────────────────────────────────────────────


def exception(exercise: Exercise, answer: str, by: User, now: datetime) -> bytes:
    """The centre's written exception to the four weeks, in the municipality's language."""
    lang = exercise.municipality.language
    _ = translator(lang).gettext
    facts = [
        *_parties(exercise, lang),
        (_("Why it is asked"), exercise.exception_why),
        (_("Answer of the centre"), answer),
        (_("Given by"), f"{by.name}, {exercise.agreement.centre.name}"),
        (_("Given"), moment(now, lang)),
    ]
    title = _("Exception for an exercise, %(name)s") % {"name": exercise.name}
    return papers.dossier(
        title, exercise.agreement.centre.name, [(_("The exception"), ("", ""), facts)], lang
    )


def agreement(exercise: Exercise) -> bytes:
    """The specific agreement as both sides confirmed it, in the municipality's language."""
    lang = exercise.municipality.language
    _ = translator(lang).gettext
    prices = tariff.read(exercise.annex)
    money = [
        (_("Expected, without VAT and telephone"), euros(exercise.mills, lang)),
        (_("Tariff"), _("annex 4, version %(version)s") % {"version": exercise.annex.version}),
        (_("Paid by"), exercise.municipality.name),
        (_("In the end"), _("What it really takes is reckoned as for an emergency, by the same tariff.")),
    ]
    if prices.is_demonstration:
        money.insert(1, (_("Take care"), _("Demonstration amounts: no agreement has these prices.")))
    signed = [
        (exercise.municipality.name, f"{exercise.signed_by.name}, {moment(exercise.signed_at, lang)}"),
        (
            exercise.agreement.centre.name,
            f"{exercise.centre_signed_by.name}, {moment(exercise.centre_signed_at, lang)}",
        ),
    ]
    header = (_("Minute"), _("Kind"), _("What is played"), _("For whom"))
    chapters = [
        (_("Parties and terms"), ("", ""), [*_parties(exercise, lang), *_terms(exercise, lang)]),
        (_("Costs for the municipality"), ("", ""), money),
        (_("Injects"), header, [_inject(one, lang) for one in _injects(exercise)]),
        (_("Confirmed by both sides"), ("", ""), signed),
    ]
    title = _("Specific agreement for an exercise, %(name)s") % {"name": exercise.name}
    return papers.dossier(title, exercise.agreement.centre.name, chapters, lang)


def findings(
    exercise: Exercise, evaluations: list[Evaluation], questions: dict[str, str], lang: str, now: datetime
) -> bytes:
    """What both sides found, with the costs and the to-dos, in the reader's language."""
    _ = translator(lang).gettext
    marks = [
        [_(question), *(str(one.marks[name]) for one in evaluations)] for name, question in questions.items()
    ]
    played = [[*_inject(one, lang), _clock(one)] for one in _injects(exercise)]
    todos = [[one.words, one.owner, day(one.due_on, lang)] for one in lessons.of(exercise)]
    remarks = [(one.organisation.name, one.remarks or _("no remarks")) for one in evaluations]
    chapters = [
        (_("The exercise"), ("", ""), [*_parties(exercise, lang), *_terms(exercise, lang)]),
        (_("How it went"), ("", ""), _course(exercise, lang, now)),
        (_("Marks from 1 to 5"), (_("Question"), *(one.organisation.name for one in evaluations)), marks),
        (_("Remarks"), ("", ""), remarks),
        (_("Injects"), (_("Minute"), _("Kind"), _("What is played"), _("For whom"), _("Played")), played),
        (_("To-dos"), (_("What is to be done"), _("Who"), _("Before")), todos),
    ]
    title = _("Findings of an exercise, %(name)s") % {"name": exercise.name}
    return papers.dossier(title, exercise.municipality.name, chapters, lang)


def _course(exercise: Exercise, lang: str, now: datetime) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    facts = [(_("Begun"), moment(exercise.began_at, lang))]
    moments = {one.status: one.at for one in exercise.activation.milestones}
    for status, word in (
        ("requested", N_("Requested")),
        ("open", N_("Open since")),
        ("closed", N_("Closed")),
    ):
        if status in moments:
            facts.append((_(word), moment(moments[status], lang)))
    reckoned = costs.bill(exercise.activation.emergency, now) if exercise.activation.emergency_id else None
    if reckoned:
        amount = euros(reckoned.of(exercise.activation), lang)
        mark = f" ({_('demonstration amount')})" if reckoned.prices.is_demonstration else ""
        facts.append((_("Costs for the municipality"), amount + mark))
    return facts


def _parties(exercise: Exercise, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("Municipality"), exercise.municipality.name),
        (_("Contact centre"), exercise.agreement.centre.name),
        (_("Exercise"), exercise.name),
        (_("Asked by"), f"{exercise.asked_by.name}, {moment(exercise.asked_at, lang)}"),
    ]


def _terms(exercise: Exercise, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("Begins"), moment(exercise.begins_at, lang)),
        (_("Ends"), moment(exercise.ends_at, lang)),
        (_("Operators"), str(exercise.operators)),
        (_("Calls"), _(CALLS[exercise.calls])),
        (_("Scenario"), exercise.scenario or _("none written")),
    ]


def _injects(exercise: Exercise) -> list[Inject]:
    return list(exercise.injects.order_by(Inject.minute, Inject.id))


def _inject(one: Inject, lang: str) -> list[str]:
    _ = translator(lang).gettext
    return [str(one.minute), _(INJECTS[one.kind]), one.words, one.for_whom or _("everybody")]


def _clock(one: Inject) -> str:
    return f"{clock.local(one.played_at):%H:%M}" if one.played_at else "-"
