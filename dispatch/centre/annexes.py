"""Annexes 1 to 7: versions that never change, each in force from a day until a later one is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dispatch import audit, clock, rights, signed
from dispatch.centre import agreements
from dispatch.errors import NotAllowed, Refusal
from dispatch.words import N_
from models import ANNEXES, Activation, Agreement, Annex, Contract, Document, Organisation, User, writing

NAMES = {
    1: N_("Authorised persons"),
    2: N_("Activation procedure"),
    3: N_("Activation form and standing questions"),
    4: N_("Tariff"),
    5: N_("Technical description"),
    6: N_("Local organisation"),
    7: N_("Scale-up"),
}
OF_MUNICIPALITY = (1, 3, 6)  # whose content is the municipality's own
OF_CONTRACT = (4, 5, 7)  # usually the same for everybody under a framework contract
LONGEST = 20_000
NO_PAPER = N_("This is not a whole PDF. Save the annex as PDF, then choose it again.")


@dataclass(frozen=True)
class Person:
    """Somebody who may activate: whom to call back and how, in this order; `user` is the account, if there is one."""

    name: str
    function: str = ""
    is_mayor: bool = False
    ways: tuple[str, ...] = ()
    user: int | None = None


# ── Versions ────────────────────────────────────────────────────────────


def add(
    of: Contract | Agreement,
    number: int,
    content: dict,
    from_on: date,
    document: Document | None = None,
    *,
    by: User | None,
    now: datetime,
) -> Annex:
    """Writes the next version of an annex down, in force from a day; the versions before stay as they were.

    `content` is JSON of the annex's own shape. What was in force on a day that is over does not change any more:
    raises Refusal when a version after the first would begin before today.
    """
    if number not in ANNEXES:
        raise Refusal(N_("There are seven annexes: choose one of them."), field="number")
    with writing():
        version = latest_version(of, number) + 1
        if version > 1 and from_on < clock.local(now).date():
            raise Refusal(N_("This day is past. A new version begins today or later."), field="from_on")
        facts = {"number": number, "version": version, "from_on": from_on}
        whose = {_side(of): of}
        made = Annex.create(**whose, **facts, content=content, document=document, by=by, created_at=now)
        told = {**facts, "from_on": from_on.isoformat(), _side(of): of.id}
        audit.record("annex.added", made, by=by, now=now, organisation=_owner(of), **told)
    return made


def _side(of: Contract | Agreement) -> str:
    return "contract" if isinstance(of, Contract) else "agreement"


def _owner(of: Contract | Agreement) -> int | None:
    return of.centre_id if isinstance(of, Contract) else of.municipality_id


def latest_version(of: Contract | Agreement, number: int) -> int:
    """The number of the newest version, in force already or not; 0 when there is none."""
    newest = versions(of).where(Annex.number == number).first()
    return newest.version if newest else 0


def versions(of: Contract | Agreement):
    """All versions of what belongs to this contract or this agreement itself, by number, the newest first."""
    whose = Annex.contract == of.id if isinstance(of, Contract) else Annex.agreement == of.id
    return Annex.select().where(whose).order_by(Annex.number, Annex.version.desc())


def in_force(agreement: Agreement, day: date) -> dict[int, Annex]:
    """The version of each annex that counts on a day, by number: the agreement's own before its contract's."""
    found = {}
    for of in filter(None, (agreement.contract, agreement)):
        begun = {}
        for annex in versions(of).where(Annex.from_on <= day):
            begun.setdefault(annex.number, annex)
        found |= begun
    return dict(sorted(found.items()))


def coming(agreement: Agreement, day: date) -> list[Annex]:
    """The versions that are written down and begin after a day, the first to begin first."""
    later = [
        annex
        for of in filter(None, (agreement.contract, agreement))
        for annex in versions(of).where(Annex.from_on > day)
    ]
    return sorted(later, key=lambda annex: (annex.from_on, annex.number))


def kept(agreement: Agreement, now: datetime) -> list[int]:
    """The ids of the versions in force at this moment, for an activation to keep."""
    return [annex.id for annex in in_force(agreement, clock.local(now).date()).values()]


def of_activation(activation: Activation) -> list[Annex]:
    """The versions that were in force when it was requested, by number; of a draft none yet."""
    return list(Annex.select().where(Annex.id.in_(activation.annexes or [])).order_by(Annex.number))


# ── Who may ─────────────────────────────────────────────────────────────


def writable_by(user: User, of: Contract | Agreement) -> tuple[int, ...]:
    """The annexes of which this person may write a version here, but for annex 1, which has its own notice."""
    if agreements.may_change(user, of):
        return (
            tuple(number for number in ANNEXES if number != 1) if isinstance(of, Agreement) else ANNEXES[1:]
        )
    is_theirs = isinstance(of, Agreement) and user.organisation_id == of.municipality_id
    may_prepare = is_theirs and rights.may(user, "preparation.change")
    return tuple(number for number in OF_MUNICIPALITY if number != 1) if may_prepare else ()


def write(
    of: Contract | Agreement,
    number: int,
    text: str,
    from_on: date,
    paper: tuple[bytes, str] | None = None,
    *,
    by: User,
    now: datetime,
) -> Annex:
    """Adds a version by hand: a text, a paper (content and file name), or both; raises NotAllowed, or Refusal at a field."""
    if number not in writable_by(by, of):
        raise NotAllowed(N_("This annex is not yours to write."))
    text = text.replace("\r\n", "\n").strip()
    if not text and not paper:
        raise Refusal(N_("Type what it says, or choose the paper."), field="text")
    if len(text) > LONGEST:
        raise Refusal(N_("This text is too long. Put it in a paper instead."), field="text")
    with writing():
        document = signed.keep(_owner(of), *paper, kind="annex", now=now, refusal=NO_PAPER) if paper else None
        return add(of, number, {"text": text}, from_on, document, by=by, now=now)


def persons_in(annex: Annex | None) -> list[Person]:
    """The persons of a version of annex 1, in their order."""
    rows = annex.content.get("persons", []) if annex else []
    return [Person(**{**row, "ways": tuple(row.get("ways", ()))}) for row in rows]


def function_of(person: Person, gettext) -> str:
    """The function as it is read: that somebody is the mayor is added where their function does not say so."""
    mayor = gettext(N_("mayor"))
    says_so = not person.is_mayor or mayor.casefold() in person.function.casefold()
    return person.function if says_so else f"{person.function} ({mayor})"


def as_content(persons: Iterable[Person]) -> dict:
    """The same as annex 1 keeps it."""
    return {"persons": [{**vars(person), "ways": list(person.ways)} for person in persons]}


def authorised_persons(agreement: Agreement, day: date) -> list[Person]:
    """Who may activate under an agreement on a day, by the annex 1 in force; [] while there is none."""
    return persons_in(in_force(agreement, day).get(1))


def has_persons(municipality: Organisation, day: date) -> bool:
    """Whether an annex 1 is in force; while there is none the role alone decides who may activate."""
    agreement = agreements.valid_on(municipality, day)
    return bool(agreement and authorised_persons(agreement, day))


def may_activate(user: User, municipality: Organisation, day: date) -> bool:
    """Whether this person may activate for a municipality: by annex 1 in force, the mayor and the persons it names.

    While no annex 1 is in force the right activation.fill is enough. The agreement itself is judged elsewhere.
    """
    if user.organisation_id != municipality.id or not rights.may(user, "activation.fill"):
        return False
    agreement = agreements.valid_on(municipality, day)
    persons = authorised_persons(agreement, day) if agreement else []
    return not persons or any(person.user == user.id for person in persons)
