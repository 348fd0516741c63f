"""What happened to an activation, as one timetable: its moves, warnings, call-backs, questions, notices, hand-overs."""

from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dispatch.centre import activation as centre
from dispatch.centre import call_backs, entering, handover, inquiries, notices, scale_up, warnings
from dispatch.centre import request as wording
from models import Activation, Milestone, Notice
from views.render import when

DEEDS = {
    "requested": _l("Requested by %(name)s"),
    "acknowledged": _l("Acknowledged by %(name)s"),
    "open": _l("Opened by %(name)s"),
    "refused": _l("Refused by %(name)s"),
    "closing": _l("Closing confirmed in writing by %(name)s"),
    "closed": _l("Closed by %(name)s"),
}
ASKED_AGAIN = _l("Asked to open again by %(name)s")
STAYS_OPEN = _l("Stays open: the closing was taken back by %(name)s")
ENTERED = _l("Entered by %(name)s: %(caller)s asked %(channel)s")
WARNED = {
    "half": _l("Warned: half of the promised time is gone"),
    "three_quarters": _l("Warned: three quarters of the promised time are gone"),
    "last": _l("Warned: hardly any time is left"),
    "late": _l("Warned: too late"),
}
NOTICES = {
    "closing": _l("Notice to the centre: closing"),
    "reopening": _l("Notice to the centre: the number goes on"),
    "scale_up": _l("Notice to the centre: a higher authority takes over"),
    "annex_1": _l("Notice to the centre: annex 1"),
}


class Entry(NamedTuple):
    """One line of the timetable; `alarm` is lit in red, `deed` an address to press or to go to, with its words."""

    at: datetime
    when: str
    title: str
    lines: tuple[str, ...] = ()
    soft: str | None = None
    alarm: str = ""
    link: tuple[str, str] | None = None
    deed: tuple[str, str] | None = None
    noted_at: datetime | None = None  # where that is not the moment itself


def entries(activation: Activation, now: datetime, *, may_answer: bool, is_centre: bool) -> list[Entry]:
    """Everything, the oldest first; a moment that was typed has no seconds, so within a minute as it was written down."""
    found = [
        *_moves(activation, now),
        *_warnings(activation, now),
        *_call_backs(activation, now),
        *_inquiries(activation, now, may_answer),
        *_hand_overs(activation, now),
        *_notices(activation, now, is_centre),
    ]
    return sorted(found, key=lambda one: (one.at.replace(second=0, microsecond=0), one.noted_at or one.at))


def _moves(activation: Activation, now: datetime) -> list[Entry]:
    found, before = [], ""
    for one in centre.milestones(activation):
        found.append(_move(one, activation, now, before))
        before = one.status
    return found


def _move(one: Milestone, activation: Activation, now: datetime, before: str) -> Entry:
    number = wording.phone(activation.number) if one.status == "open" and before != "closing" else ""
    # Within a minute of the deed itself the moment of writing it down says nothing.
    was_later = (one.recorded_at - one.at).total_seconds() > 60
    soft = _("Written down at %(hour)s", hour=when(one.recorded_at, now)) if was_later else None
    lines = tuple(words for words in (number, one.note) if words)
    title = _title(one, activation, before)
    return Entry(one.at, when(one.at, now), title, lines, soft, noted_at=one.recorded_at)


def _title(one: Milestone, activation: Activation, before: str) -> str:
    facts = {"name": one.by.name}
    if one.status == "open" and before == "closing":
        return STAYS_OPEN % facts
    if one.status == "requested" and before:
        return ASKED_AGAIN % facts
    if one.status == "requested" and activation.channel != "page":
        facts |= {
            "caller": activation.form.get("caller", ""),
            "channel": _(entering.CHANNELS[activation.channel]),
        }
        return ENTERED % facts
    return DEEDS[one.status] % facts


def _warnings(activation: Activation, now: datetime) -> list[Entry]:
    told, found = warnings.told(activation), []
    for place, one in enumerate(told):
        is_last = place + 1 == len(told) or told[place + 1].at != one.at
        if is_last:  # a step that was skipped was not told
            found.append(Entry(one.at, when(one.at, now), str(WARNED[one.step])))
    return found


def _call_backs(activation: Activation, now: datetime) -> list[Entry]:
    found = []
    for one in call_backs.of(activation):
        title = _("Called back by %(name)s", name=one.by.name)
        number = _("on %(phone)s", phone=wording.phone(one.phone))
        right, wrong = _("The code was right."), _("The code was WRONG.")
        lines = (number, right) if one.is_right else (number,)
        found.append(Entry(one.at, when(one.at, now), title, lines, alarm="" if one.is_right else wrong))
    return found


def _inquiries(activation: Activation, now: datetime, may_answer: bool) -> list[Entry]:
    found = []
    for one in inquiries.of(activation):
        title, link = _("The centre asks"), None
        waits = "" if one.answered_at else _("Not answered yet")
        if may_answer and waits:
            link = (_("Answer this"), url_for("answering.question", id=activation.id, mid=one.id))
        found.append(
            Entry(one.asked_at, when(one.asked_at, now), title, (one.words,), alarm=waits, link=link)
        )
        if one.answered_at:
            said = _("Answered by %(name)s", name=one.answered_by.name)
            found.append(Entry(one.answered_at, when(one.answered_at, now), said, (one.words, one.answer)))
    return found


def _notices(activation: Activation, now: datetime, is_centre: bool) -> list[Entry]:
    return [_notice(one, activation, now, is_centre) for one in notices.about(activation)]


def _notice(one: Notice, activation: Activation, now: datetime, is_centre: bool) -> Entry:
    alarm, deed, soft = "", None, None
    if one.acknowledged_at:
        soft = _(
            "Acknowledged by %(name)s, %(hour)s",
            name=one.acknowledged_by.name,
            hour=when(one.acknowledged_at, now),
        )
    else:
        alarm = _("Not acknowledged yet")
    if is_centre and not one.acknowledged_at:
        deed = (_("Acknowledge this notice"), url_for("answering.read_notice", id=activation.id, mid=one.id))
    paper = (_("Save the notice as PDF"), url_for("answering.paper", id=activation.id, mid=one.id))
    title = str(NOTICES[one.kind])
    return Entry(one.sent_at, when(one.sent_at, now), title, (), soft, alarm, paper, deed)


def _hand_overs(activation: Activation, now: datetime) -> list[Entry]:
    found = []
    for one in scale_up.taken(activation):
        phase = _(handover.PHASES[one.phase])
        title = _("%(house)s takes over: %(phase)s", house=one.authority.name, phase=phase)
        from_at = _("In control from %(at)s on", at=when(one.from_at, now))
        lines = (from_at, one.reason, _("Liaison officer: %(name)s", name=one.handover["liaison"]["name"]))
        signed = _("Given by %(giver)s, taken by %(taker)s", giver=one.given_by.name, taker=one.taken_by.name)
        found.append(Entry(one.taken_at, when(one.taken_at, now), title, lines, signed))
    if waiting := scale_up.offered(activation):
        words = _("Handed to %(house)s by %(name)s", house=waiting.authority.name, name=waiting.given_by.name)
        alarm = _("Not taken yet")
        found.append(
            Entry(waiting.given_at, when(waiting.given_at, now), words, (waiting.reason,), alarm=alarm)
        )
    return found


def alarms(activation: Activation) -> list[str]:
    """What both sides must see in red at once."""
    found = []
    if wording.is_unlisted(activation):
        found.append(_("No annex 1 was in force when this request came: nobody checked who may ask for it."))
    if call_backs.is_wrong(activation):
        found.append(_("The last call-back heard a WRONG code. Whether this request is real is not certain."))
    return found
