"""The cast of the tests: one zone, one municipality, one centre, and the people who work there. All invented."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pyotp
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.security import generate_password_hash

from dispatch import accounts, clock, deed_facts, deeds, matrix
from dispatch.access import second_factor, sessions
from dispatch.people import members
from models import Agreement, Audit, Bin, Letter, Member, Membership, Message, Organisation, User
from tests.page import Client

NOON = datetime(2026, 11, 23, 11, 0, 0)  # 12:00 in Brussels
PASSWORD = "a password for tests"


def organisation(name: str, kind: str = "police_zone", **values) -> Organisation:
    """An organisation that may send: `ready_at=None` makes one that has still to join."""
    slug = name.lower().replace(" ", "-")
    made = Organisation.create(name=name, kind=kind, slug=slug, **{"ready_at": NOON} | values)
    matrix.begin(made)
    return made


def zone() -> Organisation:
    return Organisation.get_or_none(Organisation.slug == "zavelstreek") or organisation("Zavelstreek")


def user(
    role: str, where: Organisation, *, email: str = "", bins: tuple[Bin, ...] = (), name: str = ""
) -> User:
    made = accounts.add_user(
        email=email or f"{role}@{where.slug.replace('_', '-')}.example",
        name=name or role.replace("_", " ").title(),
        role=role,
        organisation=where,
        password=None,
        now=NOON,
        bins=bins,
        phone="+32470003012",
    )
    User.update(password_hash=fingerprint()).where(User.id == made.id).execute()
    return User.get_by_id(made.id)


def assert_readers_may_open(app: Flask) -> None:
    """Whoever of a test's people got a mail of ours may open the page to which it leads."""
    letters = Letter.select(Letter.page, Message.address).join(Message).where(Letter.page.is_null(False))
    for page, address in set(letters.tuples()):
        if reader := User.get_or_none(User.email == address, User.is_active):
            opened = at_a_screen(app, reader).browser.get(page)
            assert opened.status_code in (200, 302), (
                f"{page} is not for {reader.role} of {reader.organisation.kind}"
            )


def assert_facts_have_words() -> None:
    """Whoever audits reads what stands beside a deed in their own language, a number with what it counts."""
    ours = Audit.select(Audit.facts).where(Audit.deed.in_(list(deeds.DEEDS)))
    nameless = {name for (facts,) in ours.tuples() for name in facts} - set(deed_facts.NAMES)
    assert not nameless, f"no words in dispatch/deed_facts.py for {nameless}"


@cache
def fingerprint() -> str:
    """Of PASSWORD, a cheap one: a good one takes a twelfth of a second at each look, and everybody here shows theirs."""
    return generate_password_hash(PASSWORD, method="scrypt:256:8:1")


def bin_named(name: str, where: Organisation | None = None) -> Bin:
    where = where or zone()
    return Bin.create(organisation=where, name=name, slug=name.lower().replace(" ", "-"), created_at=NOON)


def member(bin: Bin, last_name: str, first_name: str = "", role: str = "member", **values) -> Member:
    row = Member.create(
        organisation=bin.organisation_id,
        last_name=last_name,
        first_name=first_name,
        **members.keys({"last_name": last_name, "first_name": first_name, **values}),
        created_at=NOON,
        changed_at=NOON,
        **values,
    )
    Membership.create(member=row, bin=bin, role=role, joined_at=NOON)
    return row


def municipality_and_centre() -> tuple[Organisation, Organisation]:
    town = organisation("Oosterzavel", "municipality", email="noodplanning@oosterzavel.example")
    centre = organisation("Contactcenter Noord", "contact_centre", email="wacht@centre.example")
    Agreement.create(
        municipality=town,
        centre=centre,
        signed_on=date(2026, 1, 5),
        begins_on=date(2026, 1, 5),
        ends_on=date(2027, 12, 31),
    )
    return town, centre


def another_town(name: str, centre: Organisation, **terms) -> Organisation:
    """One more municipality that has an agreement with this centre."""
    made = organisation(name, "municipality", email=f"noodplanning@{name.lower()}.example")
    days = {"signed_on": date(2026, 1, 5), "begins_on": date(2026, 1, 5), "ends_on": date(2027, 12, 31)}
    Agreement.create(municipality=made, centre=centre, **days | terms)
    return made


def higher_authorities() -> tuple[Organisation, Organisation]:
    """The province and the federal service above the towns."""
    province = organisation("Provincie Zavelland", "province", email="crisis@zavelland.example")
    return province, organisation("Federale dienst", "federal_service", email="crisis@federaal.example")


def at_a_screen(app: Flask, user: User) -> Client:
    """A client with a session that passed both steps of the door, without the price of a password."""
    browser = Client(app)
    with browser.browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = str(user.id), True
        session["sign_in"] = sessions.begin(user, now=clock.now(), address="127.0.0.1")
        session["csrf_token"] = "the key of the forms in a test"
    browser.token = _signed(app.secret_key, "the key of the forms in a test")
    return browser


def _signed(secret: str, key: str) -> str:
    """As flask-wtf signs what it writes into a form, without the price of a page."""
    return URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(key)


def with_telephone(user: User, now: datetime = NOON) -> str:
    """Sets up a telephone for this person; returns the secret that `code` reads codes from."""
    secret = second_factor.begin(user, now).secret
    second_factor.finish(
        user, code(secret, now - timedelta(seconds=60)), address="", now=now - timedelta(seconds=60)
    )
    return secret


def code(secret: str, now: datetime) -> str:
    """The six digits that the telephone shows at this moment."""
    return pyotp.TOTP(secret).at(now.replace(tzinfo=UTC))
