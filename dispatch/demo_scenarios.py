"""Scenarios of the demonstration: three that every zone knows, with what only the day can tell left open."""

from datetime import datetime

from dispatch.sending import scenarios
from models import Bin, Organisation, User

PLACE = {"name": "place", "type": "text", "label": "Plaats"}
UNTIL = {"name": "until", "type": "time", "label": "Tot hoe laat"}
NUMBER = {"name": "number", "type": "phone", "label": "Nummer voor vragen"}
CAUSE = {
    "name": "cause",
    "type": "choice",
    "label": "Oorzaak",
    "options": [
        {"nl": "een brand", "fr": "un incendie"},
        {"nl": "een industriële brand", "fr": "un incendie industriel"},
        {"nl": "een gaslek", "fr": "une fuite de gaz"},
    ],
}
SCENARIOS = (
    {
        "name": "Rook: ramen en deuren dicht",
        "kind": "warning",
        "placeholders": [CAUSE, PLACE, NUMBER],
        "useful_minutes": 120,
        "texts": {
            "sms": {
                "nl": "POLITIE: rook door {{cause}}, {{place}}. Sluit ramen en deuren, zet ventilatie uit, "
                "blijf binnen. Vragen? {{number}}",
                "fr": "POLICE: fumée suite à {{cause}}, {{place}}. Fermez portes et volets, coupez la "
                "ventilation, restez chez vous. Questions? {{number}}",
            },
            "voice": {
                "nl": "Er is rook door {{cause}} in {{place}}. Sluit ramen en deuren. Zet de ventilatie uit. "
                "Blijf binnen.",
                "fr": "Il y a de la fumée suite à {{cause}} à {{place}}. Fermez les portes et les fenêtres. "
                "Restez chez vous.",
            },
        },
        "follow_ups": {
            "correction": {
                "sms": {
                    "nl": "POLITIE, rechtzetting: het gaat om {{cause}} in {{place}}. Blijf binnen.",
                    "fr": "POLICE, rectification: il s'agit de {{cause}} à {{place}}. Restez chez vous.",
                }
            },
            "all_clear": {
                "sms": {
                    "nl": "POLITIE: het gevaar in {{place}} is voorbij. U mag ramen en deuren openen.",
                    "fr": "POLICE: plus de danger, {{place}}. Vous pouvez ouvrir portes et volets.",
                },
                "voice": {
                    "nl": "Het gevaar in {{place}} is voorbij. U mag ramen en deuren weer openen.",
                    "fr": "Le danger à {{place}} est passé. Vous pouvez rouvrir portes et fenêtres.",
                },
            },
        },
    },
    {
        "name": "Verdachte personen in de straat",
        "kind": "preventive",
        "placeholders": [PLACE, UNTIL],
        "useful_minutes": 60,
        "texts": {
            "sms": {
                "nl": "POLITIE: inbrekers gezien in {{place}}. Sluit deuren, laat licht branden. Ziet u iets? "
                "Bel 101. Wij patrouilleren tot {{until}}.",
                "fr": "POLICE: voleurs vus, {{place}}. Fermez tout, laissez la lumière. Vous voyez quelque "
                "chose? Appelez le 101. Patrouille jusque {{until}}.",
            }
        },
        "follow_ups": {
            "correction": {
                "sms": {
                    "nl": "POLITIE, rechtzetting: er waren geen inbrekers in {{place}}.",
                    "fr": "POLICE, rectification: il n'y avait pas de voleurs, {{place}}.",
                }
            },
            "all_clear": {
                "sms": {
                    "nl": "POLITIE: de controle in {{place}} is afgelopen. Bedankt om op te letten.",
                    "fr": "POLICE: la surveillance est finie, {{place}}. Merci de votre vigilance.",
                }
            },
        },
    },
    {
        "name": "Water koken",
        "kind": "warning",
        "placeholders": [PLACE, UNTIL, NUMBER],
        "useful_minutes": 720,
        "texts": {
            "sms": {
                "nl": "GEMEENTE: kraanwater in {{place}} is niet veilig. Kook het 3 minuten voor u drinkt of "
                "kookt, zeker tot {{until}}. Vragen? {{number}}",
                "fr": "COMMUNE: l'eau du robinet, {{place}}, est impropre. A bouillir 3 minutes avant usage, "
                "au moins jusque {{until}}. Questions? {{number}}",
            }
        },
        "follow_ups": {
            "correction": {
                "sms": {
                    "nl": "GEMEENTE, rechtzetting: kook het water in {{place}} tot {{until}}.",
                    "fr": "COMMUNE, rectification: {{place}}, eau à bouillir jusque {{until}}.",
                }
            },
            "all_clear": {
                "sms": {
                    "nl": "GEMEENTE: kraanwater in {{place}} is weer veilig. Laat het eerst 2 minuten lopen.",
                    "fr": "COMMUNE: l'eau du robinet, {{place}}, est potable. Laissez couler 2 minutes.",
                }
            },
        },
    },
)


def load(zone: Organisation, bin: Bin, now: datetime) -> None:
    """Lays them into the library of the zone, for one of its BINs."""
    by = User.get(User.organisation == zone, User.role == "sender")
    for scenario in SCENARIOS:
        begun = scenarios.begin(zone, by=by, now=now, name=scenario["name"])
        texts = {channel: _bodies(said) for channel, said in scenario["texts"].items()}
        after = {
            what: {channel: _bodies(said) for channel, said in channels.items()}
            for what, channels in scenario["follow_ups"].items()
        }
        wording = scenario | {"texts": texts, "follow_ups": after, "channels": list(texts)}
        wording["audience"] = {"bins": [bin.id]}
        scenarios.revise(begun, by=by, now=now, version=1, **wording)


def _bodies(said: dict[str, str]) -> dict[str, dict[str, str]]:
    return {lang: {"body": words} for lang, words in said.items()}
