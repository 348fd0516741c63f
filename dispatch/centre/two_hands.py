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

    def __init__(self, names: list[str], kept: Mapping):
        super().__init__(
            N_("Somebody else filled in the same field meanwhile. Nothing of theirs was changed.")
        )
        self.names = names
        self.kept = kept


def mark(form: Mapping, name: str) -> str:
    """A short sign of what stands in a field, which its page sends back: "" and what was never filled in are one."""
    return hashlib.sha256(json.dumps(form.get(name) or "").encode()).hexdigest()[:16]


def mine(form: Mapping, fields: Mapping[str, object], shown: Mapping[str, str]) -> dict[str, object]:
    """What this person changed of the fields of their page; raises TwoHands where somebody else did so too.

    `shown` has the marks of what the page showed; a field without one is taken as it was sent.
    """
    typed = {name: annex3.tidy(name, value) for name, value in fields.items() if name in annex3.FIELDS}
    return {name: fields[name] for name in _changed(form, typed, shown)}


def combined(stored: Mapping[str, str], typed: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """Every field with what this person changed laid over what is stored; raises TwoHands as `mine` does."""
    return _laid_over(stored, typed, _changed(stored, typed, shown))


def _changed(stored: Mapping, typed: Mapping, shown: Mapping[str, str]) -> list[str]:
    changed = [name for name in typed if mark(typed, name) != shown.get(name)]
    clash = [
        name
        for name in changed
        if name in shown and mark(stored, name) not in (shown[name], mark(typed, name))
    ]
    if clash:
        raise TwoHands(clash, _laid_over(stored, typed, changed))
    return changed


def _laid_over(stored: Mapping, typed: Mapping, changed: list[str]) -> dict:
    return {name: typed[name] if name in changed else stored.get(name) for name in typed}
