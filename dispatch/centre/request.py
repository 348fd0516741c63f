"""The request as the centre receives it: the form in words, on paper and as a mail."""

from datetime import date, datetime

from dispatch import clock, papers
from dispatch.centre import form as annex3
from dispatch.people import numbers
from dispatch.words import LANGUAGE_NAMES, N_, Sentence, long_day, translator
from models import Activation, Agreement, User

PHASES = {"municipal": N_("Municipal phase"), "none": N_("None yet")}
CALLS = {"d5": N_("D5, general information"), "d5d2": N_("D5 and D2, also victims and relatives")}
ARRANGEMENTS = {
    "ordinary": N_(
        "Ordinary arrangement: open within %(minutes)s minutes, %(operators)s operators, then by the calls"
    ),
    "special": N_("Special arrangement"),
}
SUBJECT = N_("Request for an information number: %(municipality)s, %(emergency)s, open by %(due)s")
PRACTICE_SUBJECT = N_("EXERCISE - %(subject)s")
LETTER = N_(
    "%(municipality)s asks %(centre)s to open an information number.\n\n"
    "Received: %(received)s\nOpen by: %(due)s\nWhat happened: %(emergency)s\nWhere: %(place)s\n"
    "Liaison officer: %(liaison)s\n\n"
    "The whole form is enclosed. Call %(by)s back on %(phone)s and ask for the call-back code. "
    "Acknowledge the request on the page of the contact centre."
)
PRACTICE_LETTER = N_("EXERCISE - nothing is really opened.\n\n%(letter)s")


def day(on: date, lang: str) -> str:
    return long_day(on, lang)


def moment(at: datetime, lang: str) -> str:
    """ "22 November 2026, 02:51", on the clocks of Brussels."""
    here = clock.local(at)
    return f"{day(here.date(), lang)}, {here:%H:%M}"


def told(
    activation: Activation,
    by: User,
    lang: str,
    *,
    received_at: datetime | None = None,
    due_at: datetime | None = None,
) -> dict:
    """The whole form worded in one language, in the shape that `papers.activation_form` prints."""
    _ = translator(lang).gettext
    form, agreement = activation.form, activation.agreement
    missing = [] if received_at else [_(annex3.NAMES[name]) for name in annex3.faults(form)]
    return {
        "municipality": activation.municipality.name,
        "centre": agreement.centre.name,
        "practice": activation.is_practice,
        "received_at": moment(received_at, lang) if received_at else "",
        "open_by": _until(received_at, due_at, lang) if received_at else "",
        "missing": missing,
        **_typed(form, lang),
        **_arranged(form, agreement, lang),
        "submitted_by": asker(activation, by),
        "authority": authority(activation, agreement, lang),
        "callback_phone": callback_phone(activation, by),
        "callback_code": activation.callback_code,
    }


def _until(begin: datetime, end: datetime, lang: str) -> str:
    """The hour alone on the same day: it is what must be seen first on the paper."""
    same_day = clock.local(begin).date() == clock.local(end).date()
    return f"{clock.local(end):%H:%M}" if same_day else moment(end, lang)


def paper(activation: Activation, by: User, lang: str, **moments: datetime) -> bytes:
    """The form as PDF in one language; without `received_at` it is marked a draft."""
    return papers.activation_form(told(activation, by, lang, **moments), lang)


def letter(
    activation: Activation, by: User, lang: str, *, received_at: datetime, due_at: datetime
) -> tuple[str, str]:
    """Subject and body of the mail that takes the form to the centre."""
    _ = translator(lang).gettext
    words = told(activation, by, lang, received_at=received_at, due_at=due_at)
    facts = {
        **{name: words[name] for name in ("municipality", "centre", "emergency", "place")},
        "received": words["received_at"],
        "due": words["open_by"],
        "liaison": f"{words['liaison']['name']}, {words['liaison']['phone']}",
        "by": asker(activation, by),
        "phone": words["callback_phone"],
    }
    subject = _(SUBJECT) % {**facts, "emergency": words["emergency"][:80]}
    body = _(LETTER) % facts
    if not activation.is_practice:
        return subject, body
    return _(PRACTICE_SUBJECT) % {"subject": subject}, _(PRACTICE_LETTER) % {"letter": body}


SHORT = N_("%(municipality)s asks for an information number by %(due)s: %(emergency)s. Call back %(phone)s.")


def short(activation: Activation, by: User, *, received_at: datetime, due_at: datetime) -> Sentence:
    """The SMS that says the same in one breath."""
    return Sentence(
        SHORT,
        municipality=activation.municipality.name,
        due=_until(received_at, due_at, activation.agreement.centre.language),
        emergency=activation.form.get("emergency", "")[:50],
        phone=callback_phone(activation, by),
    )


def filename(activation: Activation, received_at: datetime) -> str:
    mood = "exercise-" if activation.is_practice else ""
    return f"{mood}activation-{activation.municipality.slug}-{clock.local(received_at):%Y%m%d-%H%M}.pdf"


def authority(activation: Activation, agreement: Agreement, lang: str) -> str:
    said = UNLISTED if is_unlisted(activation) else N_("authorised person by the agreement of %(day)s")
    return Sentence(said, day=day(agreement.signed_on, lang)).in_language(lang)


UNLISTED = N_("NOT checked: no annex 1 was in force that names who may ask")


def is_unlisted(activation: Activation) -> bool:
    """Whether the centre wrote down a caller whom no annex 1 names."""
    return activation.form.get("caller_is_listed") is False


def asker(activation: Activation, by: User) -> str:
    """Who asked: whoever submitted the form, or called."""
    return activation.form.get("caller") or by.name


def callback_phone(activation: Activation, by: User) -> str:
    """Where the centre calls back: the account's own number, which nobody types in haste; else that of who called."""
    if activation.channel != "page":
        return phone(activation.form.get("caller_phone", ""))
    return phone(by.phone or activation.form.get("liaison_phone", ""))


def phone(typed: str) -> str:
    """A number for the eye; what cannot be read stays as it was typed."""
    try:
        return numbers.parse(typed).national
    except numbers.InvalidNumber:
        return typed


def terms(agreement: Agreement) -> dict[str, int]:
    """What holds without a special arrangement: minutes until the opening, and operators."""
    return {"minutes": agreement.promise_minutes, "operators": agreement.operators}


def _line(form: dict) -> str:
    """The second line for the eye; what cannot be read stays as it was typed."""
    return phone(form.get("second_line", "")) if form.get("calls") == "d5d2" else ""


def _word(words: dict[str, str], chosen: str | None, lang: str) -> str:
    return translator(lang).gettext(words[chosen]) if chosen else ""


def _typed(form: dict, lang: str) -> dict:
    declared_at = annex3.typed_moment(form, "declared_at")
    names = ("emergency", "place", "description", "declared_by", "recommendations", "extra")
    return {
        **{name: form.get(name, "") for name in names},
        "phase": _word(PHASES, form.get("phase"), lang),
        "declared_at": moment(declared_at, lang) if declared_at else "",
        "liaison": _person(form, "liaison"),
        "deputy": _person(form, "deputy"),
    }


def _person(form: dict, role: str) -> dict:
    return {
        "name": form.get(f"{role}_name", ""),
        "phone": phone(form.get(f"{role}_phone", "")),
        "email": form.get(f"{role}_email", ""),
    }


def _arranged(form: dict, agreement: Agreement, lang: str) -> dict:
    _ = translator(lang).gettext
    special = form.get("arrangement") == "special"
    wanted = annex3.wanted_open_at(form)
    return {
        "calls": _word(CALLS, form.get("calls"), lang),
        "second_line": _line(form),
        "arrangement": _word(ARRANGEMENTS, form.get("arrangement"), lang) % terms(agreement),
        "opening_hours": form.get("opening_hours", "") if special else "",
        "operators": form.get("operators", "") if special else "",
        "languages": ", ".join(_(LANGUAGE_NAMES[one]) for one in form.get("languages", ()))
        if special
        else "",
        "wanted_open_at": moment(wanted, lang) if wanted else "",
    }
