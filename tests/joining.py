"""An organisation on its way in: the contract, the prices, and each step of the checklist done."""

from datetime import date

from dispatch.onboarding import contracts, orders, user_table
from dispatch.sending import campaigns
from models import Accession, Campaign, Contract, Order, Organisation, Tariff, User, UserTable
from tests import cast
from tests.cast import NOON

PDF = b"%PDF-1.7\nsigned\n%%EOF\n"
PRICES = [
    {"code": "activation", "name": {"nl": "Activatie", "en": "Activation"}, "mills": 200_000, "per": "once"},
    {"code": "year", "name": {"nl": "Abonnement", "en": "Subscription"}, "mills": 788_880, "per": "year"},
    {"code": "sms", "name": {"nl": "SMS", "en": "SMS"}, "mills": 55, "per": "piece"},
]
TEXTS = {"sms": {"nl": {"body": "Hou deuren en ramen dicht."}}}
TABLE = "Naam;Voornaam;E-mail;Rol;BIN\nVercauteren;Lien;lien@heuvel.example;verzender;\n"


def newcomer(name: str = "Heuvel") -> Organisation:
    return cast.organisation(name, ready_at=None)


def contract(name: str = "Raamcontract 2021", ends_on: date = date(2028, 7, 20)) -> Contract:
    return contracts.add(name, "Crisiscentrum", date(2021, 7, 21), ends_on, by=None, now=NOON)


def tariff() -> Tariff:
    return orders.add_tariff(PRICES, date(2026, 1, 1), by=None, now=NOON)


def write_down(where: Organisation, under: Contract, by: User, **values) -> Accession:
    facts = {"contract": under, "type": 2, "signed_on": date(2026, 3, 2)}
    names = {"signatory": "An Maes, korpschef", "provider_signatory": "Bo Nys, directeur"}
    return contracts.write_down(where, by=by, now=NOON, **facts | names | values)


def agreement(where: Organisation, under: Contract, by: User) -> Accession:
    """Signed, and each party has its copy."""
    made = write_down(where, under, by)
    contracts.attach(made, PDF, "overeenkomst.pdf", by=by, now=NOON)
    contracts.exchange(made, date(2026, 3, 9), by=by, now=NOON)
    return Accession.get_by_id(made.id)


def order(where: Organisation, by: User) -> Order:
    prices = Tariff.get_or_none() or tariff()
    numbers = {"activation": "1", "year": "1", "sms": "1000"}
    return orders.place(where, numbers, "An Maes, korpschef", tariff=prices.id, by=by, now=NOON)


def users(where: Organisation, by: User, table: str = TABLE) -> UserTable:
    record = user_table.upload(where, table.encode(), "gebruikers.csv", by=by, now=NOON)
    user_table.commit(record, by=by, now=NOON, public_url="http://belfort.example")
    return UserTable.get_by_id(record.id)


def campaign(where: Organisation, by: User, *, is_practice: bool = False) -> Campaign:
    """A draft that is complete, for one member who can be reached."""
    bin = where.bins.first() or cast.bin_named(f"{where.name} A", where)
    if not bin.memberships.exists():
        cast.member(bin, "Aerts", "Dirk", mobile="+32470112233")
    draft = campaigns.draft(where, by=by, now=NOON, is_practice=is_practice)
    wording = {"name": "Gaslek", "kind": "preventive", "channels": ["sms"], "texts": TEXTS}
    return campaigns.write(draft, by=by, now=NOON, version=1, audience={"bins": [bin.id]}, **wording)


def practice(where: Organisation, by: User) -> Campaign:
    """A practice campaign that ran to its end."""
    made = campaigns.launch(campaign(where, by, is_practice=True), by=by, now=NOON, terms_accepted=True)
    Campaign.update(status="done", ended_at=NOON).where(Campaign.id == made.id).execute()
    return Campaign.get_by_id(made.id)


def promised(where: Organisation, by: User) -> dict[str, list]:
    """One of each thing around an agreement, by the first part of its address."""
    under = contract(f"Raamcontract {where.name}")
    table = user_table.upload(where, TABLE.encode(), "gebruikers.csv", by=by, now=NOON)
    saved = users(where, by, f"Naam;E-mail;Rol\nAn;an@{where.slug}.example;lezer\n")
    return {
        "organisations": [where],
        "credits": [where],
        "accessions": [agreement(where, under, by), write_down(where, under, by)],
        "contracts": [under],
        "orders": [order(where, by)],
        "user-tables": [table, saved],
    }
