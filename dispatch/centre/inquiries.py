"""What the centre asks whoever is in control, and what they answer: both stand at the activation for both sides."""

from datetime import datetime

from dispatch import again, audit, rights
from dispatch.centre import authority, scale_up, telling
from dispatch.centre import form as annex3
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.words import N_, Sentence
from models import Activation, Inquiry, User, writing


def ask(activation: Activation, words: str, *, by: User, now: datetime) -> Inquiry:
    """The centre asks; the liaison officer hears of it by mail and SMS. Raises Incomplete without words."""
    authority.demand_answering(activation, by)
    if activation.is_over:
        raise WrongMoment(N_("This activation is over: nothing is asked any more."))
    words = _words(words, "question", N_("Write what you want to know."))
    facts = {
        "centre": activation.agreement.centre.name,
        "municipality": activation.municipality.name,
        "words": words,
        "start": words[:90],
    }
    word = telling.Word(
        Sentence(N_("%(centre)s asks: %(start)s"), **facts),
        Sentence(
            N_(
                "%(centre)s asks about the information number of %(municipality)s:\n\n%(words)s\n\n"
                "Answer on the page of the activation."
            ),
            **facts,
        ),
        Sentence(N_("%(centre)s asks: %(start)s. Answer in Belfort."), **facts),
    )
    with writing():
        asked = {"activation": activation, "words": words, "by": by}
        if same := again.same(Inquiry.asked_at, now, **asked):
            return same
        made = Inquiry.create(**asked, asked_at=now)
        telling.tell(activation, telling.in_control(activation, now), word, now=now)
        audit.record("activation.asked", activation, by=by, now=now, inquiry=made.id)
    return made


def answer(inquiry: Inquiry, words: str, *, by: User, now: datetime) -> None:
    """Whoever is in control answers, once; the centre hears of it by mail. Raises Incomplete without words."""
    activation = inquiry.activation
    demand_answer(activation, by, now)
    words = _words(words, "answer", N_("Write the answer."))
    facts = {
        "municipality": activation.municipality.name,
        "question": inquiry.words,
        "words": words,
        "start": words[:90],
    }
    subject = Sentence(N_("%(municipality)s answers: %(start)s"), **facts)
    body = Sentence(
        N_("You asked about %(municipality)s:\n\n%(question)s\n\nThe answer:\n\n%(words)s"), **facts
    )
    with writing():
        unanswered = (Inquiry.id == inquiry.id) & Inquiry.answered_at.is_null()
        facts = {"answer": words, "answered_by": by, "answered_at": now}
        if not Inquiry.update(facts).where(unanswered).execute():
            raise WrongMoment(N_("A colleague has answered this already."))
        telling.post(activation, telling.centre_of(activation), body, subject=subject, now=now)
        audit.record("activation.answered", activation, by=by, now=now, inquiry=inquiry.id)


def demand_answer(activation: Activation, by: User, now: datetime) -> None:
    """Raises NotAllowed unless this person speaks for whoever is in control: who decides there, or its liaison officer."""
    house = scale_up.bearer_at(activation, now)
    speaks = any(rights.may(by, deed) for deed in ("activation.fill", "activation.take", "sheet.change"))
    if by.organisation_id != house.id or not speaks:
        raise NotAllowed(N_("%(house)s answers the questions of the centre."), house=house.name)


def may_answer(activation: Activation, by: User, now: datetime) -> bool:
    try:
        demand_answer(activation, by, now)
    except NotAllowed:
        return False
    return True


def of(activation: Activation) -> list[Inquiry]:
    """What was asked, oldest first."""
    return list(Inquiry.select().where(Inquiry.activation == activation.id).order_by(Inquiry.id))


def waiting(activations: list[Activation]) -> set[int]:
    """The ids of those that were asked something and did not answer yet."""
    here = Inquiry.activation.in_([one.id for one in activations]) & Inquiry.answered_at.is_null()
    return {id for (id,) in Inquiry.select(Inquiry.activation).where(here).tuples()}


def _words(typed: str, field: str, missing: str) -> str:
    words = annex3.tidy("extra", typed)
    if not words:
        raise Incomplete(N_("Nothing was sent yet."), {field: Sentence(missing)})
    if len(words) > annex3.LONGEST_TEXT:
        over = len(words) - annex3.LONGEST_TEXT
        raise Incomplete(N_("Nothing was sent yet."), {field: Sentence(annex3.TOO_LONG, length=over)})
    return words
