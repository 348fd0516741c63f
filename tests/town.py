"""A small world to attack: two zones, two towns, two centres, everybody who works there, and something of each kind."""

import io
import pickle
import sqlite3
from dataclasses import dataclass, field, fields
from functools import wraps

from dispatch import matrix, tokens
from dispatch.access import pending
from dispatch.centre import activation as centre_of
from dispatch.centre import annexes, drafts, questions, victims
from dispatch.people import checks, imports
from dispatch.sending import campaigns, contacts, scenarios
from models import (
    TABLES,
    Activation,
    Audit,
    Bin,
    Campaign,
    DataCheck,
    Exercise,
    Inbound,
    Mandate,
    Membership,
    Organisation,
    Seal,
    SignIn,
    SignInFailure,
    Table,
    Token,
    User,
    database,
    is_postgres,
)
from tests import cast, exercising, joining, promising
from tests.cast import NOON

PDF = b"%PDF-1.7 signed %%EOF"
NOTHING_ASKED = {"bin": None, "gained": [], "lost": [], "version": 1}
TEXTS = {"sms": {"nl": {"body": "Hou deuren en ramen dicht."}}}
LIST = "Naam;Voornaam;GSM\nVerlinden;An;0470 11 22 33\nVerlinden;Bo;geen\n"


# What stands in each town that was built already, and what was given back, by all that was built in it one after another.
_STANDING: dict[tuple, tuple[sqlite3.Connection, bytes]] = {}
_untouched: tuple = ()  # the signs of the database that was built last, and what was built in it


def once(build):
    """Builds in a database in which nothing but such things was built only the first time, and then copies.

    Hundreds of tests begin in the same town, and to build it takes half a second.
    """

    @wraps(build)
    def standing(*given):
        global _untouched
        before = _built_here()
        if before is None:
            return build(*given)
        key = (*before, (build.__name__, _named(given)))
        connection = database.connection()
        if key in _STANDING:
            _STANDING[key][0].backup(connection)
        else:
            made = build(*given)
            _STANDING[key] = sqlite3.connect(":memory:"), pickle.dumps(made)
            connection.backup(_STANDING[key][0])
        _untouched = (_signs(), key)
        return pickle.loads(_STANDING[key][1])

    return standing


def _built_here() -> tuple | None:
    """What was built in this database, or None where something else was done in it, or is being done."""
    if is_postgres() or database.in_transaction():
        return None
    if _untouched and _untouched[0] == _signs():
        return _untouched[1]
    return None if Organisation.select().exists() or Audit.select().exists() else ()


def _signs() -> tuple:
    """They change when anybody changes a row."""
    [(version,)] = database.execute_sql("PRAGMA data_version").fetchall()
    return database.obj.database, database.connection().total_changes, version


def _named(given) -> object:
    """What was given, so that it can be told from other things."""
    if isinstance(given, Table):
        return type(given).__name__, given.id
    if isinstance(given, Zone):
        return tuple(_named(getattr(given, one.name)) for one in fields(given))
    if isinstance(given, dict):
        return tuple((name, _named(one)) for name, one in given.items())
    return tuple(map(_named, given)) if isinstance(given, (tuple, list)) else given


def user(role: str, where: Organisation, *, email: str = "", bins: tuple[Bin, ...] = ()) -> User:
    """Somebody with an account, made without the price of a real password."""
    made = User.create(
        organisation=where,
        email=email or f"{role}@{where.slug}.example",
        name=role.replace("_", " ").title(),
        role=role,
        phone="+32470003012",
        password_hash=cast.fingerprint(),
        created_at=NOON,
    )
    for bin in bins:
        Mandate.create(user=made, bin=bin)
    return made


@dataclass
class Zone:
    """A police zone with two BINs, A and B, each with a coordinator of its own."""

    bins: dict[str, Bin] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)


@once
def zone(name: str, digit: int) -> Zone:
    where = cast.organisation(name)
    made = Zone({letter: cast.bin_named(f"{name} {letter}", where) for letter in "AB"})
    for role in ("organisation_admin", "sender", "reader"):
        made.people[role] = user(role, where)
    for number, (letter, bin) in enumerate(made.bins.items()):
        mobile = f"+3247{digit}00{number}011"
        cast.member(
            bin,
            f"Lid{letter}",
            name,
            mobile=mobile,
            email=f"{letter}{digit}@leden.example",
            street="Kerkstraat",
        )
        email = f"coordinator-{letter}@{where.slug}.example".lower()
        made.people[f"coordinator {letter}"] = user("coordinator", where, email=email, bins=(bin,))
    return made


@once
def fill(where: Zone, listed: str = LIST) -> dict[str, list]:
    """One thing of each kind around one BIN, by the first part of its address."""
    bin, sender = where.bins["A"], where.people["sender"]
    membership = Membership.get(Membership.bin == bin)
    statuses = ("draft", "running", "paused", "stopped")
    record = imports.upload(bin, listed.encode(), "lijst.csv", by=sender, now=NOON)
    saved = imports.upload(bin, LIST.encode(), "lijst.csv", by=sender, now=NOON)
    imports.commit(saved, by=sender, now=NOON)
    sent = [campaign(sender, bin, status) for status in statuses]
    promised = joining.promised(bin.organisation, sender)
    return promised | {
        "bins": [bin],
        "members": [membership.member],
        "memberships": [membership],
        "imports": [record, saved],
        "campaigns": sent,
        "checks": proposals(membership, sender),
        "templates": [scenarios.save_as_template(sent[0], by=sender, now=NOON)],
        "tokens": [token(where)[0]],
        "rights-asked": [
            pending.ask("rights", organisation=bin.organisation, by=sender, now=NOON, **NOTHING_ASKED)
        ],
        "inbox": [reply(membership.member)],
        "verified": [contacts.verify(bin.organisation, "1771", by=sender, now=NOON)],
        "rights-agreements": [matrix.attach(bin.organisation, PDF, "cic.pdf", by=sender, now=NOON)],
    }


def reply(member) -> Inbound:
    """What this member sent back by text message."""
    sent = {"provider": "kannel", "provider_reference": f"reply {member.id}", "number": member.mobile}
    house = member.organisation_id
    return Inbound.create(text="Hoe lang nog?", at=NOON, organisation=house, member=member, **sent)


def proposals(membership: Membership, by: User) -> list[DataCheck]:
    """A personal link that nobody answered, and one with an answer that waits."""
    door = checks.Door("a key", "https://belfort.example")
    made = [checks.ask(membership.member, membership.bin, door=door, by=by, now=NOON) for _ in range(2)]
    checks.ask_removal(made[1], now=NOON)
    return [checks.ask(membership.member, membership.bin, door=door, by=by, now=NOON), made[1]]


def token(
    where: Zone, *scopes: str, role: str = "organisation_admin", is_practice: bool = False, now=NOON
) -> tuple[Token, str]:
    """A token of the zone's administrator with these scopes, or all that it can have, and its text."""
    can = [scope for scope in tokens.SCOPES if not (is_practice and scope == "member.change")]
    by = where.people[role]
    return tokens.make(
        name="Weerstation", scopes=scopes or can, is_practice=is_practice, days=30, by=by, now=now
    )


def centre_token(people: dict[str, User], *, is_practice: bool = False, now=NOON) -> tuple[Token, str]:
    """A token of the contact centre's administrator, for its telephone exchange."""
    by = user(
        "organisation_admin",
        people["centre_supervisor"].organisation,
        email=f"admin{User.select().count()}@c.example",
    )
    facts = {"name": "Telefooncentrale", "scopes": ["quarter.bring"], "days": 30}
    return tokens.make(is_practice=is_practice, by=by, now=now, **facts)


def campaign(by: User, bin: Bin, status: str, *, is_practice: bool = False, **audience) -> Campaign:
    draft = campaigns.draft(by.organisation, by=by, now=NOON, is_practice=is_practice)
    wording = {"name": f"Bericht {status}", "kind": "preventive", "channels": ["sms"], "texts": TEXTS}
    made = campaigns.write(
        draft, by=by, now=NOON, version=1, audience={"bins": [bin.id]} | audience, **wording
    )
    if status != "draft":
        made = campaigns.launch(made, by=by, now=NOON, terms_accepted=True)
    deed = {"paused": campaigns.pause, "stopped": campaigns.stop}.get(status)
    if deed:
        deed(made, by=by, now=NOON)
    return Campaign.get_by_id(made.id)


@once
def contact_centre(typed: dict | None = None) -> tuple[dict[str, User], dict[str, list[Activation]]]:
    """A town and its centre, with a draft and a request."""
    town, centre = cast.municipality_and_centre()
    people = {
        "authorised_person": user("authorised_person", town),
        "organisation_admin": user("organisation_admin", town),
        "town reader": user("reader", town),
        "liaison_officer": user("liaison_officer", town),
        "centre_supervisor": user("centre_supervisor", centre),
        "operator": user("operator", centre),
        "centre reader": user("reader", centre),
    }
    mayor = people["authorised_person"]
    draft, asked = (centre_of.begin(town, by=mayor, now=NOON) for _ in range(2))
    centre_of.write(asked, FORM | (typed or {}), by=mayor, now=NOON)
    centre_of.submit(asked, by=mayor, now=NOON, password_confirmed=True)
    return people, {"draft": [draft], "requested": [asked]}


@once
def exercise(people: dict[str, User]) -> list[Exercise]:
    """An exercise that the town asked, and one that is agreed."""
    mayor, supervisor = people["authorised_person"], people["centre_supervisor"]
    return [exercising.ask(mayor), exercising.agreed(mayor, supervisor)]


@once
def told(people: dict[str, User], asked: Activation) -> dict[str, list]:
    """One thing of each kind of the information sheet, by the first part of its address."""
    emergency, liaison = Activation.get_by_id(asked.id).emergency, people["liaison_officer"]
    by = {"by": people["operator"], "now": NOON}
    question = questions.ask(emergency, "Rijdt de bus?", language="nl", **by)
    note = {"caller": "Rosa", "phone": "0470112233", "sought": "Ann", "words": "Aan het station"}
    return {
        "emergencies": [emergency],
        "entries": [emergency.entries.get()],
        "sheet-drafts": [drafts.open_new(emergency, by=liaison, now=NOON, asked=question)],
        "questions": [question],
        "victim-notes": [victims.hand_over(emergency, note, to="d2_desk", language="nl", **by)],
    }


FORM = {
    "emergency": "Gaslek",
    "place": "Dorpsstraat",
    "description": "Leiding geraakt.",
    "phase": "municipal",
    "declared_by": "Greet Moons",
    "declared_at": "11:50",
    "recommendations": "Blijf binnen.",
    "liaison_name": "Aïcha Benali",
    "liaison_phone": "0470 00 30 12",
    "arrangement": "ordinary",
    "calls": "d5",
}


@once
def promised(people: dict[str, User]) -> dict[str, list]:
    """One of each thing that a town and its centre promised and prepared, by the first part of its address."""
    where, by = people["authorised_person"].organisation, people["authorised_person"]
    agreement = promising.under_contract(where, people["centre_supervisor"].organisation)
    notice = promising.annex_1(agreement, by)
    return {
        "centre-agreements": [agreement],
        "centre-contracts": [agreement.contract],
        "annexes": [annexes.versions(agreement).first(), *promising.annexes_of(agreement.contract)],
        "notices": [notice],
        **promising.prepared(where, by),
    }


def kept() -> dict[str, list[tuple]]:
    """Everything that is remembered, but for who signed in."""
    tables = [table for table in TABLES if table not in (Audit, Seal, SignIn, SignInFailure)]
    deeds = Audit.select(Audit.deed, Audit.subject).where(
        ~Audit.deed.startswith("user."), Audit.deed != "token.refused"
    )
    rows = {table.__name__: sorted(map(repr, _rows(table))) for table in tables}
    return rows | {"Audit": sorted(map(repr, deeds.tuples()))}


def _rows(table: type[Table]) -> list[tuple]:
    """As the database has them: thousands of comparisons read every table, and need no object of any."""
    return database.execute_sql(f'SELECT * FROM "{table._meta.table_name}"').fetchall()


def a_list() -> tuple[io.BytesIO, str]:
    return io.BytesIO(LIST.encode()), "lijst.csv"
