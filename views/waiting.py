"""What waits at the contact centre for the person who looks: to be taken over, decided or answered, each with its page."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import rights
from dispatch.centre import activation as centre
from dispatch.centre import floor, inquiries, questions, reinforcements, scale_up, sheet
from models import Activation, Emergency

MOST = 50  # requests that are looked at


class Waits(NamedTuple):
    """One thing that waits, and the page on which it is done."""

    said: str
    url: str


def of_reader(now: datetime) -> list[Waits]:
    """Everything that waits for whoever looks, of each request and of each emergency that runs."""
    under_way = Activation.status.not_in(("draft", "closed", "refused"))
    seen = list(centre.seen_by(current_user).where(under_way).limit(MOST))
    return [
        *_of_requests(seen, now),
        *(one for each in floor.running(current_user) for one in of_emergency(each, now)),
    ]


def _of_requests(seen: list[Activation], now: datetime) -> Iterator[Waits]:
    given, asked = scale_up.waiting(seen), inquiries.waiting(seen)
    for one in seen:
        facts = {"municipality": one.municipality.name}
        if one.id in given and _may_take(one):
            said = _("%(municipality)s hands its information number over to you", **facts)
            yield Waits(said, url_for("scale_ups.taking", id=one.id))
        if one.id in asked and inquiries.may_answer(one, current_user, now):
            yield from _of_inquiries(one)


def _may_take(activation: Activation) -> bool:
    offer = scale_up.offered(activation)
    is_ours = offer is not None and offer.authority_id == current_user.organisation_id
    return is_ours and rights.may(current_user, "activation.take")


def _of_inquiries(activation: Activation) -> Iterator[Waits]:
    for one in inquiries.of(activation):
        if not one.answered_at:
            said = _("The centre asks: %(start)s", start=one.words[:90])
            yield Waits(said, url_for("answering.question", id=activation.id, mid=one.id))


def inquiries_of(emergency: Emergency, now: datetime) -> list[Waits]:
    """What the centre asked about the requests of one emergency, and this person may answer."""
    shared = floor.activations_of(emergency)
    mine = [one for one in shared if inquiries.may_answer(one, current_user, now)]
    return [found for one in mine for found in _of_inquiries(one)]


def of_emergency(emergency: Emergency, now: datetime) -> Iterator[Waits]:
    """What the floor of one emergency waits for: operators that were asked, questions of operators."""
    asked = reinforcements.waiting(emergency)
    if asked and reinforcements.may_decide(current_user, asked, now):
        said = ngettext(
            "The centre asks for %(num)d operator more: agree or decline",
            "The centre asks for %(num)d operators more: agree or decline",
            asked.operators,
        )
        yield Waits(said, url_for("reinforcements.show", id=emergency.id))
    number = questions.number(emergency) if sheet.may_change(current_user, emergency, now) else 0
    if number:
        said = ngettext(
            "%(num)d question of operators is open.", "%(num)d questions of operators are open.", number
        )
        yield Waits(said, url_for("liaison.show", id=emergency.id))
