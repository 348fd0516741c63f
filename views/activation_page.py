"""What the page of one activation shows: the request in words, its course, its mail, its clock."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock, rights
from dispatch.centre import activation as centre
from dispatch.centre import (
    annexes,
    call_backs,
    closing,
    emergencies,
    exercises,
    handover,
    inquiries,
    questions,
    scale_up,
    telling,
    victims,
)
from dispatch.centre import request as wording
from dispatch.centre.moves import open_moves
from dispatch.errors import NotAllowed, Refusal
from dispatch.words import DAY_AND_HOUR, MESSAGE_STATUSES, N_, InFigures, Sentence
from models import Activation, ClosingPlan, Message
from views import guard, lookups, waiting
from views.activation_course import alarms, entries
from views.activation_form import mood
from views.render import NBSP, hour, when

MIXED = N_("You are practising and this activation is real. Stop practising first.")


def page(activation: Activation, faults: dict[str, Sentence] | None = None) -> str:
    faults, now = faults or {}, clock.now()
    answers = rights.may(current_user, "activation.answer")
    is_mixed = guard.is_mixed(activation)
    words_of = _words(activation)
    return render_template(
        "activations/show.html",
        **clock_of(activation),
        **{name: value for name, value in course_of(activation).items() if name not in ("activation", "now")},
        **mood(activation),
        **sides_of(activation, answers, now),
        is_mixed=is_mixed,
        mixed=_(MIXED),
        publishes=rights.may(current_user, "sheet.change"),
        moves=open_moves(activation) if answers and not is_mixed else set(),
        words_of=words_of,
        exercise=exercises.of_activation(activation),
        facts=_facts(words_of),
        annexes=[(one, _(annexes.NAMES[one.number])) for one in annexes.of_activation(activation)],
        may_open_annexes=rights.may(current_user, "promise.see"),
        FAULTY=FAULTY,
        typed={name: request.form.get(name, "") for name in FAULTY},
        known_number=wording.phone(activation.emergency.number) if activation.emergency_id else "",
        code_was_mailed=bool(telling.in_control(activation, now).emails),
        this_hour=hour(now),
        faults={name: sentence.said_by(_) for name, sentence in faults.items()},
        summary=[(name, FAULTY[name], sentence.said_by(_)) for name, sentence in faults.items()],
    )


FAULTY = {
    "number": _l("Information number"),
    "opened_at": _l("Open since"),
    "closed_at": _l("Closed since"),
    "reason": _l("Reason"),
    "confirmed_by": _l("Confirmed in writing by"),
    "called": _l("Number that you called"),
    "verdict": _l("The code"),
    "question": _l("Question"),
}


def _words(activation: Activation) -> dict:
    received = next((row for row in centre.milestones(activation) if row.status == "requested"), None)
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
    "second_line": _l("Second line for victims and relatives"),
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


def _reachable(liaison: dict) -> str:
    return _person({**liaison, "phone": wording.phone(liaison["phone"])})


def _unbroken(number: str) -> str:
    return number.replace(" ", NBSP)


def clock_of(activation: Activation) -> dict:
    now = clock.now()
    return {"activation": activation, "clock": centre.clock_of(activation, now), "now": now}


def course_of(activation: Activation) -> dict:
    now = clock.now()
    mails = centre.mails(activation)
    under_way = any(_is_under_way(mail) for mail in mails)
    answers = rights.may(current_user, "activation.answer")
    may_answer = inquiries.may_answer(activation, current_user, now)
    return {
        "activation": activation,
        "now": now,
        "alarms": alarms(activation),
        "answers": answers,
        "entries": entries(activation, now, may_answer=may_answer, is_centre=answers),
        "mails": [_mail(mail, now) for mail in mails],
        "has_no_sms": activation.short_letter_id is None,
        "polls": "every 5s" if activation.awaits_opening or under_way else "every 15s",
        "is_live": not activation.is_over or under_way,
    }


def _is_under_way(mail: Message) -> bool:
    return mail.status in ("queued", "sending")


def _mail(mail: Message, now: datetime) -> dict:
    at = mail.ended_at or mail.accepted_at or mail.claimed_at or mail.due_at
    facts = {"status": _(MESSAGE_STATUSES[mail.status]), "at": when(at, now)}
    is_sms = mail.channel == "sms"
    return {
        "words": _("SMS to the centre: %(status)s %(at)s", **facts)
        if is_sms
        else _("Mail to the centre: %(status)s %(at)s", **facts),
        "address": wording.phone(mail.address) if is_sms else mail.address,
        "status": mail.status,
        "needs_call": mail.status in ("failed", "expired", "unsure"),
    }


# ── What goes on around it ──────────────────────────────────────────────


def sides_of(activation: Activation, answers: bool, now: datetime) -> dict:
    """Who is in control, with whom it shares its emergency, how it closes, and which pages lead on from here."""
    in_control = not answers and scale_up.may_control(activation, current_user, now)
    offer, plan = scale_up.offered(activation), closing.holding(activation)
    sharing = activation.emergency and emergencies.towns(activation.emergency) or []
    is_open = activation.status in ("open", "closing")
    return {
        "waits": list(waiting.of_emergency(activation.emergency, now))
        if activation.emergency_id and not activation.is_over
        else [],
        "in_control": scale_up.bearer_at(activation, now),
        "phase": _(handover.PHASES[scale_up.phase_at(activation, now)]),
        "liaison_now": _reachable(scale_up.liaison_at(activation, now)),
        "others": [one for one in sharing if one.id != activation.id],
        "plan": plan and _plan(plan),
        "may_close": in_control and is_open,
        "may_keep_open": in_control and activation.status == "closing",
        "may_reopen": in_control and closing.may_reopen(activation, now),
        "may_give": in_control
        and not (offer or activation.is_over or activation.is_draft)
        and bool(scale_up.authorities(activation, now)),
        "may_withdraw": in_control and offer is not None,
        "may_take": bool(offer)
        and offer.authority_id == current_user.organisation_id
        and rights.may(current_user, "activation.take"),
        "may_join": answers and activation.awaits_opening and not activation.number,
        "may_leave": answers and activation.awaits_opening and activation.joined_from_id is not None,
        "may_ask": answers and not activation.is_over,
        "is_called_back": call_backs.is_right(activation),
        "needs_confirmation": is_open and not (plan and not closing.is_before(plan, now)),
        "closing_words": is_open and answers and _closing_words(plan, now),
        "still_waits": still_waits(activation) if is_open and answers else [],
    }


def _closing_words(plan: ClosingPlan | None, now: datetime) -> str:
    if not plan:
        return _(
            "Nobody was told here in writing how this number closes. Wait for that confirmation, or write down who gave "
            "it another way."
        )
    facts = {"name": plan.by.name, "day": _in_figures(plan.closes_at)}
    if not closing.is_before(plan, now):
        return _(
            "%(name)s confirmed that it closes on %(day)s. From then on nobody is answered on this number.",
            **facts,
        )
    return _(
        "%(name)s confirmed that it closes on %(day)s. That moment has not come yet: until then callers count on this "
        "number.",
        **facts,
    )


def still_waits(activation: Activation) -> list[str]:
    """What nobody does any more once the number is closed."""
    relatives = victims.counts(activation.emergency)["waiting"]
    asked = questions.number(activation.emergency)
    said = [
        relatives
        and ngettext(
            "%(num)d relative waits to be called back.",
            "%(num)d relatives wait to be called back.",
            relatives,
        ),
        asked
        and ngettext(
            "%(num)d question of operators is open.", "%(num)d questions of operators are open.", asked
        ),
    ]
    return [words for words in said if words]


def _in_figures(at: datetime) -> str:
    return InFigures(at, DAY_AND_HOUR).said_by(_)


def _plan(plan: ClosingPlan) -> list[tuple[str, str]]:
    phases = [
        (
            _("From %(at)s", at=_in_figures(datetime.fromisoformat(row["from_at"]))),
            _("%(hours)s, %(operators)s operators", **row),
        )
        for row in plan.phases
    ]
    told = [
        *phases,
        (_("The number closes"), _in_figures(plan.closes_at)),
        (_("Afterwards callers go to"), wording.phone(plan.redirect)),
        (_("Greeting"), plan.greeting),
        (_("Confirmed by"), f"{plan.by.name}, {_in_figures(plan.confirmed_at)}"),
    ]
    return [pair for pair in told if pair[1]]


# ── Deeds on it ─────────────────────────────────────────────────────────


def one(id: int) -> Activation:
    """The activation that a deed is about; a person who practises cannot touch a real one by mistake."""
    activation = lookups.activation_of(id)
    if guard.is_mixed(activation):
        raise NotAllowed(MIXED)
    return activation


def to(activation: Activation, refusal: Refusal | None = None):
    """Leads back to the activation, with why nothing was done if it was not."""
    if refusal:
        flash(refusal.sentence.said_by(_), "warn")
    return redirect(url_for("activations.show", id=activation.id), 303)
