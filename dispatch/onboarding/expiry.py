"""What ends, and when: contracts, the agreements under them, those with the contact centre; and who is told in time."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from dispatch import audit, clock, letters
from dispatch.onboarding import contracts
from dispatch.words import N_, long_day, translator
from models import Accession, Agreement, Contract, EndWarning, Organisation, User, writing

MONTHS_AHEAD = (12, 6, 1)
KEEPERS = {
    "platform": ("platform_admin",),
    "contact_centre": ("organisation_admin", "centre_supervisor"),
    "municipality": ("organisation_admin", "authorised_person"),
}  # who looks after the promises of an organisation, where it is not its administrator alone
NAMES = {
    "contract": N_("Contract “%(name)s”"),
    "accession": N_("Agreement under “%(name)s”"),
    "agreement": N_("Agreement with %(name)s"),
}
PAGES = {
    "accession": "/agreements"
}  # of the zone itself; what the contact centre is part of stands on /promises
SUBJECT = N_("%(promise)s ends on %(day)s")
BODY = N_(
    "%(promise)s of %(organisation)s ends on %(day)s.\n\nAfter that day nothing can be done under it any more. Renew it in "
    "time on the page “Agreements”.\n"
)


class Promise(NamedTuple):
    """Something with a last day: of whom, what it is, and that day."""

    organisation: Organisation
    kind: str  # contract, accession, agreement
    id: int
    name: str
    last_day: date

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"

    def months_left(self, today: date) -> int | None:
        """The nearest of MONTHS_AHEAD that has come, None when the end is further away."""
        return min(
            (months for months in MONTHS_AHEAD if today >= months_before(self.last_day, months)), default=None
        )

    def is_over(self, today: date) -> bool:
        return today > self.last_day


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def promises(organisation: Organisation | None = None) -> list[Promise]:
    """All that has a last day, of one organisation or of everybody, the first to end first.

    Of an organisation that renewed only the last agreement counts.
    """
    found = [*_contracts(), *_accessions(), *_agreements()]
    mine = [one for one in found if organisation is None or one.organisation == organisation]
    return sorted(mine, key=lambda one: (one.last_day, one.organisation.name))


def _contracts() -> Iterator[Promise]:
    for host in Organisation.select().where(Organisation.kind == "platform"):
        for one in contracts.all_contracts():
            yield Promise(host, "contract", one.id, one.name, one.last_day)
    for one in contracts.all_contracts().where(Contract.centre.is_null(False)):
        yield Promise(one.centre, "contract", one.id, one.name, one.last_day)


def _accessions() -> Iterator[Promise]:
    query = (
        Accession.select(Accession, Contract, Organisation)
        .join(Contract)
        .switch(Accession)
        .join(Organisation)
    )
    exchanged = query.where(Accession.exchanged_on.is_null(False))
    for one in _lasting(exchanged, "organisation_id"):
        yield Promise(one.organisation, "accession", one.id, one.contract.name, one.last_day)


def _agreements() -> Iterator[Promise]:
    centre = Organisation.alias()
    query = (
        Agreement.select(Agreement, Organisation, centre, Contract)
        .join(Organisation, on=Agreement.municipality)
        .switch(Agreement)
        .join(centre, on=Agreement.centre, attr="centre")
        .switch(Agreement)
        .left_outer_join(Contract)
    )
    for one in _lasting(query, "municipality_id"):
        yield Promise(one.municipality, "agreement", one.id, one.centre.name, one.last_day)


def _lasting(query, whose: str) -> list:
    """Of each organisation the promise that lasts longest."""
    longest = {}
    for one in query:
        known = longest.get(getattr(one, whose))
        if not known or one.last_day >= known.last_day:
            longest[getattr(one, whose)] = one
    return list(longest.values())


# ── Told in time ────────────────────────────────────────────────────────


def ending(organisation: Organisation, now: datetime) -> list[Promise]:
    """What ends within a year, or has ended: what its administrators see at the start."""
    today = clock.local(now).date()
    return [one for one in promises(organisation) if one.months_left(today) is not None]


def warn(now: datetime) -> int:
    """Mails the administrators once when 12, 6 and 1 months are left; returns how many promises were told of."""
    today = clock.local(now).date()
    return sum(_tell(one, today, now) for one in promises() if not one.is_over(today))


def _tell(promise: Promise, today: date, now: datetime) -> bool:
    """Of several warnings that are due at once only the nearest is mailed; two who come at the same time send one."""
    months = promise.months_left(today)
    people = administrators(promise.organisation)
    if months is None or not people:
        return False
    due = [ahead for ahead in MONTHS_AHEAD if ahead >= months]
    with writing():
        if months not in [ahead for ahead in due if _is_first(promise, ahead, now)]:
            return False
        for lang, addresses in people.items():
            facts = _worded(promise, lang)
            _ = translator(lang).gettext
            letters.post(
                addresses,
                organisation=promise.organisation,
                subject=_(SUBJECT) % facts,
                body=_(BODY) % facts,
                lang=lang,
                now=now,
                page=PAGES.get(promise.kind, "/promises"),
            )
        facts = {"organisation": promise.organisation, "promise": promise.key, "months": months}
        audit.record("end.warned", None, by=None, now=now, **facts)
    return True


def _is_first(promise: Promise, months: int, now: datetime) -> bool:
    facts = {"promise": promise.key, "ends_on": promise.last_day, "months": months, "at": now}
    row = EndWarning.insert(organisation=promise.organisation, **facts).on_conflict_ignore()
    return bool(row.as_rowcount().execute())


def administrators(organisation: Organisation) -> dict[str, list[str]]:
    """The addresses of those who look after an organisation, by language."""
    people = defaultdict(list)
    roles = KEEPERS.get(organisation.kind, ("organisation_admin",))
    here = (User.organisation == organisation) & User.role.in_(roles) & User.is_active
    for user in User.select().where(here):
        people[user.language].append(user.email)
    return people


def _worded(promise: Promise, lang: str) -> dict:
    return {
        "promise": translator(lang).gettext(NAMES[promise.kind]) % {"name": promise.name},
        "organisation": promise.organisation.name,
        "day": long_day(promise.last_day, lang),
    }
