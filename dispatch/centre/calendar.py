"""What comes to an end or begins: contracts, agreements, annexes to be confirmed, versions that take force."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from dispatch import clock
from dispatch.centre import agreements, annexes, persons
from dispatch.words import N_
from models import Agreement, Organisation, User

NAMES = {
    "contract": N_("Framework contract “%(name)s” ends, and every agreement under it"),
    "agreement": N_("The agreement with %(name)s ends"),
    "persons": N_("Annex 1 must be confirmed"),
    "annex": N_("Annex %(name)s takes force"),
}
SOON = timedelta(days=183)


class Due(NamedTuple):
    """One day of the calendar: what happens, about what, and whose it is (None: everybody's)."""

    day: date
    kind: str  # contract, agreement, persons, annex
    id: int  # of the contract or the agreement
    name: str
    municipality: Organisation | None

    def is_over(self, today: date) -> bool:
        return self.kind != "annex" and self.day < today

    def is_near(self, today: date) -> bool:
        return self.kind != "annex" and today <= self.day <= today + SOON


def of(user: User, now: datetime) -> list[Due]:
    """What this person's house must know, the first day first; of a municipality that renewed only the last counts."""
    today = clock.local(now).date()
    found = [
        Due(one.last_day, "contract", one.id, one.name, None) for one in agreements.contracts_seen_by(user)
    ]
    found += [due for one in _lasting(user) for due in _of_agreement(one, today)]
    return sorted(found, key=lambda due: (due.day, due.kind, due.id))


def _lasting(user: User) -> list[Agreement]:
    longest: dict[int, Agreement] = {}
    for one in agreements.seen_by(user):
        known = longest.get(one.municipality_id)
        if not known or one.last_day > known.last_day:
            longest[one.municipality_id] = one
    return list(longest.values())


def _of_agreement(agreement: Agreement, today: date) -> Iterator[Due]:
    whose = agreement.municipality
    yield Due(agreement.last_day, "agreement", agreement.id, agreement.centre.name, whose)
    last = persons.confirmed_on(agreement)
    if last and agreement.last_day >= today:
        yield Due(last + persons.ASKED_AFTER, "persons", agreement.id, "", whose)
    for annex in annexes.coming(agreement, today):
        yield Due(annex.from_on, "annex", agreement.id, str(annex.number), whose)
