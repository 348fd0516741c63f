"""The demonstration: an invented zone, town and contact centre with everybody who works there."""

import random
from datetime import date, datetime, timedelta

from dispatch import accounts, audit, demo_centre, demo_scenarios, matrix
from dispatch.centre import prices
from dispatch.errors import Refusal
from dispatch.money import ledger
from dispatch.onboarding import contracts, orders
from dispatch.people import members
from dispatch.providers.base import Receipt
from dispatch.sending import campaigns, messages
from dispatch.words import N_
from models import (
    Agreement,
    Bin,
    Campaign,
    Member,
    Membership,
    Message,
    Organisation,
    Prepared,
    Template,
    User,
    UserTable,
    writing,
)

# The demonstration's only; it is printed for whoever starts it.
PASSWORD = "zavelstreek-2026"  # nosec B105
BINS = {"Molenakker": 120, "Kerkdries": 110, "Stationswijk": 100, "Veldlaan": 70}
STREETS = {
    "Molenakker": ("Molenweg", "Akkerstraat", "Beekveldstraat"),
    "Kerkdries": ("Kerkstraat", "Dorpsstraat", "Pastorijweg"),
    "Stationswijk": ("Stationsstraat", "Spoorlaan", "Statieplein"),
    "Veldlaan": ("Veldlaan", "Rue du Moulin", "Grensweg"),
}
SILENT_STREET = "Kapelstraat"  # lies in each BIN, and no member lives there
LAST_NAMES = [
    "Aerts",
    "Baeten",
    "Claes",
    "Dhondt",
    "Everaert",
    "Goossens",
    "Hermans",
    "Jacobs",
    "Lambrechts",
    "Maes",
    "Nowak",
    "Öztürk",
    "Peeters",
    "Smets",
    "Verlinden",
    "Willems",
    "Mertens",
    "Benali",
    "Dubois",
    "Lefèvre",
]
FIRST_NAMES = [
    "An",
    "Bart",
    "Çelik",
    "Dirk",
    "Elif",
    "Françoise",
    "Griet",
    "Hilde",
    "Irène",
    "Jan",
    "Koen",
    "Luc",
    "Marie",
    "Noël",
    "Rosa",
    "Sofie",
    "Tom",
    "Zoë",
    "Fatima",
    "Jürgen",
]
LANGUAGES = ("nl",) * 16 + ("fr", "fr", "de", "en")
SILENT_ENDINGS = ("03", "04")  # the simulator answers these with doubt, and a demonstration would wait for it
PEOPLE = (
    ("platform_admin", "platform", "Nora Pauwels", "platform@belfort.example"),
    ("organisation_admin", "zone", "Joris Wauters", "joris.wauters@zavelstreek.example"),
    ("sender", "zone", "Lien Vercauteren", "lien.vercauteren@zavelstreek.example"),
    ("coordinator", "zone", "Marc Dhondt", "marc.dhondt@zavelstreek.example"),
    ("reader", "zone", "Greet Lambrechts", "greet.lambrechts@zavelstreek.example"),
    ("authorised_person", "town", "Aïcha Benali", "aicha.benali@oosterzavel.example"),
    ("liaison_officer", "town", "Bram Maes", "bram.maes@oosterzavel.example"),
    ("centre_supervisor", "centre", "Tom Geerts", "tom.geerts@contactcenter.example"),
    ("operator", "centre", "Sara Claes", "sara.claes@contactcenter.example"),
    ("liaison_officer", "province", "Ilse Baert", "ilse.baert@zavelland.example"),
)
CONTRACT = ("Raamcontract groepsalarmering", "Nationaal Crisiscentrum", date(2028, 7, 20))
PRICES = (
    ("activation", {"nl": "Activering", "fr": "Activation", "de": "Aktivierung"}, 200_000, "once"),
    ("year", {"nl": "Abonnement", "fr": "Abonnement", "de": "Abonnement"}, 788_880, "year"),
    (
        "sms",
        {"nl": "SMS van 160 tekens", "fr": "SMS de 160 signes", "de": "SMS mit 160 Zeichen"},
        55,
        "piece",
    ),
    (
        "voice",
        {"nl": "Spraakbericht van 60 s", "fr": "Message vocal de 60 s", "de": "Sprachnachricht von 60 s"},
        55,
        "piece",
    ),
)
TARIFF = {  # of annex 4, in euros as the form takes them
    "activation": "250",
    "d5_day": "11",
    "d5_night": "14,5",
    "d5_weekend": "16,5",
    "d5_holiday": "22",
    "d2_day": "13",
    "d2_night": "16,5",
    "d2_weekend": "18,5",
    "d2_holiday": "24",
    "telephone": "0,045",
    "day_from": "07:00",
    "day_until": "20:00",
    "minimum_operator": "2",
    "minimum_opening": "4",
    "split": "by_calls",
    "extra_holidays": "",
    "is_demonstration": "1",
}
CREDIT_MILLS = 275_000
SCENARIOS = (
    (
        "Gaslek",
        "warning",
        {
            "sms": {
                "nl": {
                    "body": "POLITIE: gaslek in uw buurt. Hou ramen en deuren dicht en blijf binnen. Rook niet."
                },
                "fr": {
                    "body": "POLICE: fuite de gaz. Fermez portes et volets et restez chez vous. Ne fumez pas."
                },
            },
            "email": {
                "nl": {
                    "subject": "Gaslek in uw buurt: blijf binnen",
                    "body": "In uw buurt is een gaslek.\n\nHou ramen en deuren dicht en blijf binnen. Rook niet.",
                }
            },
        },
    ),
    (
        "Verdacht voertuig",
        "preventive",
        {
            "sms": {
                "nl": {
                    "body": "POLITIE: verdacht voertuig gezien. Sluit uw deuren en bel 101 als u iets merkt."
                }
            }
        },
    ),
    (
        "Evacuatie",
        "warning",
        {
            "sms": {"nl": {"body": "POLITIE: verlaat uw woning nu en ga te voet naar de sporthal."}},
            "voice": {
                "nl": {"body": "Verlaat uw woning nu. Ga te voet naar de sporthal. Neem uw buren mee."},
                "fr": {"body": "Quittez votre maison. Allez à pied à la salle de sport, avec vos voisins."},
            },
        },
    ),
    (
        "Nieuwsbrief",
        "news",
        {
            "email": {
                "nl": {
                    "subject": "Nieuws van uw BIN",
                    "body": "Beste buur,\n\nDit is het nieuws van de maand.",
                }
            }
        },
    ),
)


def is_empty() -> bool:
    return not Organisation.select().exists()


_DEMONSTRATION = Prepared(User.select(User.id).where(User.is_demonstration, User.is_active).limit(1))


def is_loaded() -> bool:
    """Whether anybody can still sign in with what is printed."""
    return bool(_DEMONSTRATION.rows())


def accounts_of() -> list[dict[str, str]]:
    """The accounts that sign in with what is printed: one for each role, and the province's."""
    return [{"email": email, "password": PASSWORD, "role": role} for role, _, _, email in PEOPLE]


def load(now: datetime) -> None:
    """Fills an empty database, in one transaction; raises Refusal when anybody lives in it."""
    if not is_empty():
        raise Refusal(N_("This database is in use. The demonstration only fills an empty one."))
    with writing():
        houses = _organisations(now)
        bins = [
            Bin.create(
                organisation=houses["zone"],
                name=name,
                slug=name.lower(),
                town="Oosterzavel",
                created_at=now,
                streets=sorted((*STREETS[name], SILENT_STREET)),
            )
            for name in BINS
        ]
        for role, where, name, email in PEOPLE:
            accounts.add_user(
                email=email,
                name=name,
                role=role,
                organisation=houses[where],
                password=PASSWORD,
                is_demonstration=True,
                now=now,
                phone="+32470003012",
                bins=tuple(bins[:1]) if role == "coordinator" else (),
            )
        _price(houses["town"], now)
        _join(houses["zone"], now)
        demo_centre.load(houses["town"], houses["centre"], now)
        _fill(bins, random.Random(2026), now)  # nosec B311 # invented names, the same each time
        _scenarios(houses["zone"], bins, now)
        demo_scenarios.load(houses["zone"], bins[0], now)
        _practise(houses["zone"], now - timedelta(days=190))
        audit.record("demonstration.loaded", None, by=None, now=now)


def remove(now: datetime) -> int:
    """Closes the demonstration's accounts for good; what they did stays written down. Returns how many there were.

    Raises Refusal while a message of theirs could still leave: the roads may be real from the next start on.
    """
    theirs = User.is_demonstration & User.is_active
    with writing():
        houses = User.select(User.organisation).where(theirs)
        waiting = Message.status.in_(("queued", "sending", "unsure")) & ~Message.is_practice
        campaigns = Campaign.select(Campaign.id).where(Campaign.organisation.in_(houses))
        if number := Message.select().where(waiting, Message.campaign.in_(campaigns)).count():
            raise Refusal(
                N_(
                    "%(number)s messages of the demonstration have not left yet. Stop its campaigns, then remove it."
                ),
                number=number,
            )
        people = list(User.select().where(theirs))
        for user in people:
            accounts.close(user, by=None, now=now)
        gone = {"is_demonstration": False, "password_hash": "removed"}  # no hash: nothing fits it  # nosec B105 # fits nothing
        User.update(gone).where(User.id.in_([user.id for user in people])).execute()
        audit.record("demonstration.removed", None, by=None, now=now, accounts=len(people))
    return len(people)


def _organisations(now: datetime) -> dict[str, Organisation]:
    zone = Organisation.create(kind="police_zone", name="Politiezone Zavelstreek", slug="zavelstreek")
    town = Organisation.create(
        kind="municipality",
        name="Gemeente Oosterzavel",
        slug="oosterzavel",
        email="noodplanning@oosterzavel.example",
        parent=zone,
    )
    centre = Organisation.create(
        kind="contact_centre",
        name="Contactcenter Noord",
        slug="contactcenter",
        email="wacht@contactcenter.example",
        phone="+32470003090",
    )
    province = Organisation.create(
        kind="province", name="Provincie Zavelland", slug="zavelland", email="crisis@zavelland.example"
    )
    platform = Organisation.create(kind="platform", name="Platform Belfort", slug="platform")
    for house in (zone, town, centre, province, platform):
        matrix.begin(house)
    Agreement.create(
        municipality=town,
        centre=centre,
        signed_on=date(now.year, 1, 5),
        begins_on=date(now.year, 1, 5),
        ends_on=date(now.year + 3, 1, 4),
    )
    return {"zone": zone, "town": town, "centre": centre, "province": province, "platform": platform}


def _price(town: Organisation, now: datetime) -> None:
    """A tariff for the agreement of the town, marked everywhere as made up: no seed has one."""
    agreement = town.agreements.get()
    by = User.get(User.organisation == agreement.centre, User.role == "centre_supervisor")
    prices.price(agreement, TARIFF | {"from_on": f"{now.year}-01-05"}, by=by, now=now)


def _join(zone: Organisation, now: datetime) -> None:
    """The zone's way in: contract, agreement, order and accounts, so that it may send."""
    by = User.get(User.role == "platform_admin")
    name, provider, ends_on = CONTRACT
    began, today = (now - timedelta(days=200)).date(), now.date()
    last_day = max(
        ends_on, today + timedelta(days=366)
    )  # the demonstration can still send after the real one
    contract = contracts.add(name, provider, began, last_day, by=by, now=now)
    who = {"signatory": "Joris Wauters, korpschef", "provider_signatory": "Nora Pauwels, directeur"}
    joined = contracts.write_down(zone, contract=contract, type=2, signed_on=began, by=by, now=now, **who)
    contracts.receive_paper(joined, began, by=by, now=now)
    contracts.exchange(joined, began, by=by, now=now)
    prices = [dict(zip(("code", "name", "mills", "per"), price, strict=True)) for price in PRICES]
    tariff = orders.add_tariff(prices, began, by=by, now=now)
    ordered = {"activation": "1", "year": "1", "sms": "5000", "voice": "1000"}
    orders.place(zone, ordered, who["signatory"], tariff=tariff.id, by=by, now=now)
    ledger.arrange(zone, "overdraft", by=by, now=now)
    ledger.top_up(zone, CREDIT_MILLS, expires_on=last_day, note="Pakket 5000 SMS", by=by, now=now)
    people = list(zone.users)
    UserTable.create(
        organisation=zone,
        by=by,
        filename="gebruikers.xlsx",
        status="committed",
        counts={"rows": len(people), "new": len(people), "known": 0, "double": 0, "refused": 0, "blank": 0},
        accounts=[user.id for user in people],
        created_at=now,
        ended_at=now,
    )
    Organisation.update(ready_at=now).where(Organisation.id == zone.id).execute()


def _practise(zone: Organisation, at: datetime) -> None:
    """The first practice, long ago: launched, delivered and ended, so that nothing of the checklist stays open."""
    by = User.get(User.organisation == zone, User.role == "sender")
    scenario = Template.get(Template.name == "Verdacht voertuig")
    practice = campaigns.draft(
        zone, by=by, now=at - timedelta(seconds=52), is_practice=True, template=scenario
    )
    practice = campaigns.launch(practice, by=by, now=at, terms_accepted=True)
    claimed = messages.claim("sms", practice, limit=practice.people, now=at, road="simulator")
    arrived = [Receipt(one.reference, "delivered") for one in claimed]
    messages.advance(arrived, at + timedelta(seconds=20))
    campaigns.finish(practice, at + timedelta(minutes=2))


def _fill(bins: list[Bin], chance: random.Random, now: datetime) -> None:
    """400 invented people, with the shared numbers, missing numbers and pauses that a real list has."""
    number = 10
    joined = now - timedelta(days=200)
    for bin in bins:
        for place in range(BINS[bin.name]):
            number += 1
            while f"{number:02}"[-2:] in SILENT_ENDINGS:
                number += 1
            member = Member.create(
                organisation=bin.organisation_id, **_person(bin, number, place, chance, joined)
            )
            role = {0: "coordinator", 1: "co_coordinator"}.get(place, "member")
            paused = joined if place % 40 == 17 else None
            Membership.create(member=member, bin=bin, role=role, joined_at=joined, paused_at=paused)
            if place % 30 == 11:
                next_bin = bins[(bins.index(bin) + 1) % len(bins)]
                Membership.create(member=member, bin=next_bin, joined_at=joined)


def _person(bin: Bin, number: int, place: int, chance: random.Random, at: datetime) -> dict:
    last_name, first_name = chance.choice(LAST_NAMES), chance.choice(FIRST_NAMES)
    shares = place % 12 == 5  # lives with the one before: same number
    values = {
        "last_name": last_name,
        "first_name": first_name,
        "mobile": "" if place % 15 == 9 else f"+3247000{number - shares:04}",
        "phone": f"+32160{number:05}" if place % 5 == 3 else "",
        "email": "" if place % 6 == 4 else f"bewoner{number}@zavelstreek.example",
        "street": chance.choice(STREETS[bin.name]),
        "house_number": str(chance.randint(1, 120)),
        "postcode": "3299",
        "town": "Oosterzavel",
        "language": chance.choice(LANGUAGES),
    }
    return values | members.keys(values) | {"created_at": at, "changed_at": at}


def _scenarios(zone: Organisation, bins: list[Bin], now: datetime) -> None:
    author = User.get(User.organisation == zone, User.role == "sender")
    for name, kind, texts in SCENARIOS:
        Template.create(
            organisation=zone,
            by=author,
            name=name,
            kind=kind,
            channels=list(texts),
            texts=texts,
            audience={"bins": [bin.id for bin in bins[:1]]},
            created_at=now,
            changed_at=now,
        )
