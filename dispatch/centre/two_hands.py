"""Two people who fill in one form at the same time: nobody writes over the other's words unseen."""

import hashlib
import json
from collections.abc import Mapping

from dispatch.centre import form as annex3
from dispatch.errors import WrongMoment
from dispatch.words import N_


class TwoHands(WrongMoment):
    """Somebody else changed the same fields since this person saw them; nothing was written.

    names: the fields. kept: what stands in each field of the form with this person's changes laid over what is stored.
    """

    def __init__(self, names: list[str], kept: Mapping[str, str] | None = None):
        super().__init__(
            N_("Somebody else filled in the same field meanwhile. Nothing of theirs was changed.")
        )
        self.names = names
        self.kept = kept or {}


def mark(form: Mapping, name: str) -> str:
    """A short sign of what stands in a field, which its page sends back: "" and what was never filled in are one."""
    return hashlib.sha256(json.dumps(form.get(name) or "").encode()).hexdigest()[:16]


def mine(form: Mapping, fields: Mapping[str, object], shown: Mapping[str, str]) -> dict[str, object]:
    """What this person changed of the fields of their page; raises TwoHands where somebody else did so too.

    `shown` has the marks of what the page showed; a field without one is taken as it was sent.
    """
    typed = {name: annex3.tidy(name, value) for name, value in fields.items() if name in annex3.FIELDS}
    changed = {name: fields[name] for name in typed if mark(typed, name) != shown.get(name)}
    clash = [
        name for name in changed if name in shown and mark(form, name) not in (shown[name], mark(typed, name))
    ]
    if clash:
        raise TwoHands(clash)
    return changed


def combined(stored: Mapping[str, str], typed: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """This person's changes laid over what is stored, field by field; raises TwoHands where somebody else made others.

    `shown` has the marks of what the page showed; a field without one is taken as it was sent.
    """
    changed = [name for name in typed if mark(typed, name) != shown.get(name)]
    kept = {name: typed[name] if name in changed else stored[name] for name in typed}
    clash = [
        name
        for name in changed
        if name in shown and mark(stored, name) not in (shown[name], mark(typed, name))
    ]
    if clash:
        raise TwoHands(clash, kept)
    return kept
