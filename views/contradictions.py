"""Contradictions in words, each with the way to where it is mended."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import rights
from dispatch.centre import elsewhere, facts
from dispatch.words import LANGUAGE_NAMES
from models import Emergency, StandingQuestion

PLACES = {
    "entry": _l("On the sheet: %(name)s"),
    "opening": _l("In the recorded greeting of %(name)s"),
    "greeting": _l("In the greeting of the number"),
    "website": _l("In the text for the website"),
    "closing": _l("In the closing plan of %(name)s"),
    "template": _l("In the template %(name)s of the police zone"),
    "form": _l("In the request of %(name)s, as it was received"),
    "standing": _l("In the standing answers: %(name)s"),
}


@dataclass(frozen=True)
class Worded:
    """One contradiction for a person; `key` names it in a form, `url` is empty where this person cannot go."""

    key: str
    said: str
    where: str
    url: str
    place: str
    fact_kind: str
    value: str
    entry: int


def worded(emergency: Emergency, now: datetime) -> list[Worded]:
    """Everything that contradicts, as it is now; see dispatch/centre/facts.py for what that is."""
    found = facts.contradictions(emergency, elsewhere.texts(emergency), now)
    return [_worded(one) for one in found]


def _worded(one: facts.Contradiction) -> Worded:
    kind, _colon, id = one.text.place.partition(":")
    return Worded(
        key=f"{one.text.place}|{one.fact_kind}|{one.value}",
        said=_said(one),
        where=str(PLACES[kind]) % {"name": one.text.name},
        url=_url(kind, id),
        place=one.text.place,
        fact_kind=one.fact_kind,
        value=one.value,
        entry=one.entry,
    )


def _said(one: facts.Contradiction) -> str:
    told = {"left": ", ".join(one.left), "right": ", ".join(one.right)}
    if one.kind == "outdated":
        return _("Still says %(left)s; on the sheet it became %(right)s.", **told)
    if one.kind == "two_answers":
        return _("Another line asks the same: here %(left)s, there %(right)s.", **told)
    first, second = (_(LANGUAGE_NAMES[lang]) for lang in one.languages)
    nothing = _("nothing")
    return _(
        "In %(first)s it says %(left)s, in %(second)s %(right)s.",
        first=first,
        second=second,
        left=told["left"] or nothing,
        right=told["right"] or nothing,
    )


def _url(kind: str, id: str) -> str:
    if kind == "entry":
        return url_for("sheet.history", id=int(id))
    if kind in ("form", "closing"):
        return url_for("activations.show", id=int(id))
    if kind in ("greeting", "website"):
        return url_for("announcements.show", id=int(id), _anchor=kind)
    if kind == "template" and rights.may(current_user, "template.change"):
        return url_for("message_templates.index")
    if kind == "standing" and _is_ours(int(id)):
        return url_for("preparation.question", id=int(id))
    return ""


def _is_ours(id: int) -> bool:
    ours = StandingQuestion.get_by_id(id).municipality_id == current_user.organisation_id
    return ours and rights.may(current_user, "preparation.change")
