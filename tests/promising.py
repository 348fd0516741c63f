"""A town and its contact centre before anything happens: the contract, the agreement, annexes, the preparation."""

from datetime import date

from dispatch.centre import agreements, annexes, persons, preparation
from dispatch.centre.annexes import Person
from dispatch.onboarding import contracts
from models import Agreement, Annex, Contract, Document, Notice, Organisation, User
from tests.cast import NOON

PDF = b"%PDF-1.7\nsigned\n%%EOF\n"
TODAY = date(2026, 11, 23)
BEGAN, ENDS = date(2026, 1, 1), date(2028, 12, 31)
MAYOR = Person("Greet Moons", "Burgemeester", True, ("+32470003012", "+3216223344"))
FACTS = {
    "signatory": "Greet Moons, burgemeester",
    "centre_signatory": "Wim Nys, directeur",
    "signed_on": date(2026, 1, 5),
    "begins_on": date(2026, 1, 5),
    "ends_on": date(2028, 1, 4),
    "promise_minutes": 60,
    "operators": 4,
}
RECEPTION = {
    "name": "Sporthal De Vest",
    "address": "Vestlaan 1",
    "capacity": "250",
    "contact": "An Claes",
    "phone": "016 22 33 44",
    "is_accessible": True,
    "takes_pets": False,
}
ASKED = {"nl": "Waar kan ik heen?", "fr": "Où aller ?", "de": "Wohin?", "en": "Where can I go?"}
ANSWERED = {"nl": "Naar de sporthal.", "fr": "À la salle.", "de": "Zur Halle.", "en": "To the hall."}


def contract(centre: Organisation, *, ends_on: date = ENDS, name: str = "Raamcontract wacht") -> Contract:
    return contracts.add(name, "Crisiscentrum", BEGAN, ends_on, centre=centre, by=None, now=NOON)


def under_contract(town: Organisation, centre: Organisation) -> Agreement:
    """The agreement of the cast, now standing on a framework contract with annexes 4, 5 and 7, and signed."""
    paper = Document.create(
        organisation=town,
        kind=agreements.SIGNED,
        filename="overeenkomst.pdf",
        media_type="application/pdf",
        content=PDF,
        made_at=NOON,
    )
    where = (Agreement.municipality == town) & (Agreement.centre == centre)
    Agreement.update(contract=contract(centre), document=paper).where(where).execute()
    agreement = Agreement.get(where)
    for number in annexes.OF_CONTRACT:
        annexes.add(agreement.contract, number, {"text": f"Bijlage {number}"}, BEGAN, by=None, now=NOON)
    return agreement


def annexes_of(of: Agreement | Contract) -> list[Annex]:
    return list(annexes.versions(of))


def annex_1(agreement: Agreement, by: User, *people: Person, from_on: date = TODAY, now=NOON) -> Notice:
    """Annex 1 with the mayor, and this person with their account, or with these people."""
    named = people or (MAYOR, Person(by.name, "Noodplanner", False, ("+32470003013",), by.id))
    version = annexes.latest_version(agreement, persons.NUMBER)
    return persons.rewrite(agreement, named, from_on, version=version, by=by, now=now)


def prepared(town: Organisation, by: User, now=NOON) -> dict[str, list]:
    """One of each part of a preparation, by the first part of its address."""
    who = {"by": by, "now": now}
    return {
        "plans": [preparation.add_plan(town, "Algemeen plan", TODAY, PDF, "anip.pdf", **who)],
        "receptions": [preparation.keep_reception(town, **RECEPTION, **who)],
        "safety-zones": [preparation.keep_zone(town, "Centrum", "Kerkstraat\nDorpsstraat", **who)],
        "standing-questions": [preparation.keep_question(town, "opvang", ASKED, ANSWERED, **who)],
    }
