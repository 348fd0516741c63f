"""What the page of one activation shows: the request in words, its course, its mail, its clock."""

from datetime import datetime

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import activation as centre
from dispatch.centre import annexes
from dispatch.centre import request as wording
from dispatch.words import MESSAGE_STATUSES, N_, Sentence
from models import Activation, Message, Milestone
from views import guard
from views.activation_form import mood
from views.render import NBSP, hour, when

MIXED = N_("You are practising and this activation is real. Stop practising first.")
DEEDS = {
    "requested": _l("Requested by %(name)s"),
    "acknowledged": _l("Acknowledged by %(name)s"),
    "open": _l("Opened by %(name)s"),
    "refused": _l("Refused by %(name)s"),
    "closed": _l("Closed by %(name)s"),
}


def page(activation: Activation, faults: dict[str, Sentence] | None = None) -> str:
    faults, now = faults or {}, clock.now()
    answers = rights.may(current_user, "activation.answer")
    is_mixed = guard.is_practice() and not activation.is_practice
    words_of = _words(activation)
    return render_template(
        "activations/show.html",
        **clock_of(activation),
        **{name: value for name, value in course_of(activation).items() if name not in ("activation", "now")},
        **mood(activation),
        is_mixed=is_mixed,
        mixed=_(MIXED),
        moves=centre.open_moves(activation) if answers and not is_mixed else set(),
        words_of=words_of,
        facts=_facts(words_of),
        annexes=[(one, _(annexes.NAMES[one.number])) for one in annexes.of_activation(activation)],
        may_open_annexes=rights.may(current_user, "promise.see"),
        FAULTY=FAULTY,
        typed={name: request.form.get(name, "") for name in ("number", "opened_at", "closed_at", "reason")},
        this_hour=hour(now),
        faults={name: sentence.said_by(_) for name, sentence in faults.items()},
        summary=[(name, FAULTY[name], sentence.said_by(_)) for name, sentence in faults.items()],
    )


FAULTY = {
    "number": _l("Information number"),
    "opened_at": _l("Open since"),
    "closed_at": _l("Closed since"),
    "reason": _l("Reason"),
}


def _words(activation: Activation) -> dict:
    received = next((one for one in centre.milestones(activation) if one.status == "requested"), None)
    moments = {}
    if received:
        moments = {"received_at": received.at, "due_at": centre.due_at(activation, received.at)}
    return wording.told(
        activation, received.by if received else activation.by, current_user.language, **moments
    )


FACTS = {
    "description": _l("Description for the operators"),
    "phase": _l("Phase"),
    "declared_by": _l("Declared by"),
    "declared_at": _l("Declared at"),
    "recommendations": _l("To the population"),
    "liaison": _l("Liaison officer"),
    "deputy": _l("Deputy"),
    "calls": _l("Calls"),
    "arrangement": _l("Arrangement"),
    "wanted_open_at": _l("Wanted opening time"),
    "opening_hours": _l("Opening hours"),
    "operators": _l("Operators"),
    "languages": _l("Languages"),
    "extra": _l("Extra"),
    "submitted_by": _l("Submitted by"),
    "authority": _l("Authority"),
    "callback_phone": _l("Call back on"),
    "callback_code": _l("Call-back code"),
}


def _facts(words_of: dict) -> list[tuple[str, str]]:
    """The form as pairs of name and value; what was not filled in is left out."""
    told = {**words_of, **{who: _person(words_of[who]) for who in ("liaison", "deputy")}}
    told["callback_phone"] = _unbroken(told["callback_phone"])
    return [(label, told[name]) for name, label in FACTS.items() if told[name]]


def _person(person: dict) -> str:
    parts = (person["name"], _unbroken(person["phone"]), person["email"])
    return ", ".join(part for part in parts if part)


def _unbroken(number: str) -> str:
    return number.replace(" ", NBSP)


def clock_of(activation: Activation) -> dict:
    now = clock.now()
    return {"activation": activation, "clock": centre.clock_of(activation, now), "now": now}


def course_of(activation: Activation) -> dict:
    now = clock.now()
    mails = centre.mails(activation)
    return {
        "activation": activation,
        "now": now,
        "entries": [_entry(one, activation, now) for one in centre.milestones(activation)],
        "mails": [_mail(mail, now) for mail in mails],
        "polls": "every 5s" if any(_is_under_way(mail) for mail in mails) else "every 15s",
        "is_live": activation.awaits_opening or any(_is_under_way(mail) for mail in mails),
    }


def _entry(milestone: Milestone, activation: Activation, now: datetime) -> dict:
    number = activation.number if milestone.status == "open" else ""
    # Within a minute of the deed itself the moment of writing it down says nothing.
    was_later = (milestone.recorded_at - milestone.at).total_seconds() > 60
    return {
        "when": when(milestone.at, now),
        "title": DEEDS[milestone.status] % {"name": milestone.by.name},
        "lines": [words for words in (wording.phone(number), milestone.note) if words],
        "soft": _("Written down at %(hour)s", hour=when(milestone.recorded_at, now)) if was_later else None,
    }


def _is_under_way(mail: Message) -> bool:
    return mail.status in ("queued", "sending")


def _mail(mail: Message, now: datetime) -> dict:
    at = mail.ended_at or mail.accepted_at or mail.claimed_at or mail.due_at
    return {
        "words": _(
            "Mail to the centre: %(status)s %(at)s", status=_(MESSAGE_STATUSES[mail.status]), at=when(at, now)
        ),
        "address": mail.address,
        "status": mail.status,
        "needs_call": mail.status in ("failed", "expired", "unsure"),
    }
