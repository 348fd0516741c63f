"""The demonstration of the contact centre: contract, agreement, annexes and a preparation; every word of it invented."""

from datetime import date, datetime, timedelta

from dispatch.centre import agreements, annexes, preparation
from dispatch.centre.annexes import Person
from dispatch.onboarding import contracts
from dispatch.papers import dossier
from models import Agreement, Document, Notice, Organisation, User

CONTRACT = ("Raamcontract informatienummer", "Federale dienst Crisisbeheer (demonstratie)")
SIGNATORY, CENTRE_SIGNATORY = "Greet Moons, burgemeester", "Wim Nys, directeur"
PLACES = ("Chemiesite Zavelkaai", "Spoorwegbedding Oost", "Centrum en marktplein")
RECOMMENDATIONS = (
    "Ga naar binnen en hou ramen en deuren dicht. Zet de ventilatie uit. Haal uw kinderen niet van school: daar wordt "
    "voor hen gezorgd. Bel 112 alleen als iemand in gevaar is."
)
TEXTS = {
    2: "1. Vul het formulier in op Belfort, of bel de wacht van het contactcenter.\n2. Het contactcenter belt terug op een "
    "nummer van bijlage 1 en vraagt de terugbelcode van vier cijfers.\n3. De klok van één uur loopt vanaf de ontvangst.",
    5: "Het nummer is bereikbaar vanaf elk Belgisch toestel. Er zijn 40 operatoren binnen 24 uur, in vier talen.",
    6: "De noodplanningscoördinator roept discipline 5 bijeen in het gemeentehuis. De verbindingsofficier zit in de crisiscel.",
    7: "Gemeentelijke fase: de burgemeester leidt en betaalt. Provinciale fase: de gouverneur. Federale fase: de minister.",
}
RECEPTIONS = (
    ("Sporthal De Vest", "Vestlaan 1, 3299 Oosterzavel", "250", "An Claes", "016 00 00 11", True, False),
    ("School De Akker", "Akkerstraat 12, 3299 Oosterzavel", "120", "Koen Smets", "016 00 00 12", True, True),
    ("Parochiezaal", "Pastorijweg 3, 3299 Oosterzavel", "60", "Rosa Maes", "016 00 00 13", False, True),
)
ZONES = (
    ("Zone Zavelkaai, 500 m", ("Stationsstraat", "Spoorlaan", "Statieplein", "Grensweg", "Zavelkaai")),
    ("Zone Centrum", ("Kerkstraat", "Dorpsstraat", "Pastorijweg", "Molenweg")),
)
QUESTIONS = (
    (
        "binnen blijven",
        ("Moet ik binnen blijven?", "Dois-je rester à l'intérieur ?", "Muss ich drinnen bleiben?", "Must I stay inside?"),
        (
            "Ja. Hou ramen en deuren dicht tot u hoort dat het voorbij is.",
            "Oui. Gardez portes et fenêtres fermées jusqu'à la fin de l'alerte.",
            "Ja. Halten Sie Fenster und Türen bis zur Entwarnung geschlossen.",
            "Yes. Keep windows and doors shut until you hear that it is over.",
        ),
    ),
    (
        "opvang",
        ("Waar kan ik naartoe?", "Où puis-je aller ?", "Wohin kann ich gehen?", "Where can I go?"),
        (
            "Naar de opvang die de gemeente opent. Wij zeggen u welke dat is.",
            "Au centre d'accueil ouvert par la commune. Nous vous disons lequel.",
            "In die Aufnahmestelle, die die Gemeinde öffnet. Wir sagen Ihnen, welche.",
            "To the reception centre that the municipality opens. We tell you which one.",
        ),
    ),
    (
        "kinderen",
        ("Mijn kind is op school. Wat nu?", "Mon enfant est à l'école. Que faire ?", "Mein Kind ist in der Schule. Was nun?", "My child is at school. What now?"),
        (
            "Haal uw kind niet op. De school zorgt voor de kinderen en houdt hen binnen.",
            "N'allez pas le chercher. L'école s'occupe des enfants et les garde à l'intérieur.",
            "Holen Sie es nicht ab. Die Schule kümmert sich um die Kinder und behält sie drinnen.",
            "Do not fetch your child. The school looks after the children and keeps them inside.",
        ),
    ),
    (
        "huisdieren",
        ("Mag mijn huisdier mee?", "Puis-je emmener mon animal ?", "Darf mein Haustier mit?", "May my pet come along?"),
        (
            "Ja, aan de lijn of in een mand. Niet elke opvang heeft plaats voor dieren.",
            "Oui, en laisse ou dans un panier. Tous les centres n'accueillent pas les animaux.",
            "Ja, an der Leine oder im Korb. Nicht jede Aufnahmestelle hat Platz für Tiere.",
            "Yes, on a lead or in a basket. Not every reception centre has room for animals.",
        ),
    ),
    (
        "verkeer",
        ("Welke straten zijn afgesloten?", "Quelles rues sont fermées ?", "Welche Straßen sind gesperrt?", "Which streets are closed?"),
        (
            "Volg de borden en de politie ter plaatse. Kom niet kijken.",
            "Suivez les panneaux et la police sur place. Ne venez pas voir.",
            "Folgen Sie den Schildern und der Polizei vor Ort. Kommen Sie nicht zum Zuschauen.",
            "Follow the signs and the police on the spot. Do not come to look.",
        ),
    ),
    (
        "water",
        ("Kan ik het kraanwater drinken?", "Puis-je boire l'eau du robinet ?", "Kann ich das Leitungswasser trinken?", "Can I drink the tap water?"),
        (
            "Ja, tenzij de gemeente u zegt van niet. Dan hoort u het hier ook.",
            "Oui, sauf avis contraire de la commune. Vous l'apprendrez aussi ici.",
            "Ja, solange die Gemeinde nichts anderes sagt. Sie hören es dann auch hier.",
            "Yes, unless the municipality tells you otherwise. Then you hear it here too.",
        ),
    ),
)  # fmt: skip


def load(town: Organisation, centre: Organisation, now: datetime) -> None:
    """Puts the demonstration's agreement on a framework contract, with its annexes and a preparation."""
    officer = User.get(User.organisation == town, User.role == "authorised_person")
    supervisor = User.get(User.organisation == centre, User.role == "centre_supervisor")
    agreement = _agreement(town, centre, now)
    _annexes(agreement, officer, supervisor, now)
    _prepare(town, agreement, officer, now)


def _agreement(town: Organisation, centre: Organisation, now: datetime) -> Agreement:
    """The agreement that the demonstration begins with, now under a contract that outlasts it, and signed."""
    agreement = Agreement.get(Agreement.municipality == town)
    name, provider = CONTRACT
    first, last = date(now.year, 1, 1), agreement.ends_on + timedelta(days=361)
    under = contracts.add(name, provider, first, last, centre=centre, by=None, now=now)
    names = {"signatory": SIGNATORY, "centre_signatory": CENTRE_SIGNATORY}
    paper = _paper(town, "Overeenkomst", "overeenkomst.pdf", agreements.SIGNED, now)
    Agreement.update(contract=under, document=paper, **names).where(Agreement.id == agreement.id).execute()
    return Agreement.get_by_id(agreement.id)


def _paper(town: Organisation, title: str, filename: str, kind: str, now: datetime) -> Document:
    return Document.create(
        organisation=town,
        kind=kind,
        filename=filename,
        media_type="application/pdf",
        content=_pdf(town, title),
        made_at=now,
    )


def _pdf(town: Organisation, title: str) -> bytes:
    told = [("Demonstratie", "Alles op dit papier is verzonnen."), ("Gemeente", town.name)]
    return dossier(f"{title} (demonstratie)", town.name, [(title, ["", ""], told)], "nl")


def _annexes(agreement: Agreement, officer: User, supervisor: User, now: datetime) -> None:
    first = agreement.begins_on
    for number, text in TEXTS.items():
        of = agreement.contract if number in annexes.OF_CONTRACT else agreement
        annexes.add(of, number, {"text": text}, first, by=supervisor, now=now)
    named = (
        Person("Greet Moons", "Burgemeester", True, ("+32470003011",)),
        Person(officer.name, "Noodplanningscoördinator", False, (officer.phone, "+3216000010"), officer.id),
    )
    paper = _paper(officer.organisation, "Bijlage 1", "bijlage-1.pdf", "annex_1_notice", now)
    annex = annexes.add(agreement, 1, annexes.as_content(named), now.date(), paper, by=officer, now=now)
    _told(agreement, annex, officer, supervisor, now)


def _told(agreement: Agreement, annex, officer: User, supervisor: User, now: datetime) -> None:
    """The notice of annex 1, read already; no mail of it: nothing of a demonstration waits to leave."""
    Notice.create(
        agreement=agreement,
        kind="annex_1",
        subject=f"annex:{annex.id}",
        document=annex.document,
        by=officer,
        sent_at=now,
        acknowledged_at=now,
        acknowledged_by=supervisor,
    )


def _prepare(town: Organisation, agreement: Agreement, officer: User, now: datetime) -> None:
    who = {"by": officer, "now": now}
    preparation.write_basics(town, "\n".join(PLACES), RECOMMENDATIONS, **who)
    title, dated_on = "Algemeen nood- en interventieplan", date(now.year - 1, 9, 15)
    preparation.add_plan(town, title, dated_on, _pdf(town, title), "anip.pdf", **who)
    names = ("name", "address", "capacity", "contact", "phone", "is_accessible", "takes_pets")
    for facts in RECEPTIONS:
        preparation.keep_reception(town, **dict(zip(names, facts, strict=True)), **who)
    for name, streets in ZONES:
        preparation.keep_zone(town, name, "\n".join(streets), **who)
    for topic, *texts in QUESTIONS:
        asked, answered = (dict(zip(("nl", "fr", "de", "en"), said, strict=True)) for said in texts)
        preparation.keep_question(town, topic, asked, answered, **who)
    preparation.publish(agreement, **who)
    preparation.check(town, **who)
