"""The six elements of a good alert, as the National Crisis Centre counts them, looked for in a text; they never block.

Source: the crisis centre's checklist for alerts: sender, kind of risk, place, period, what to do, contact point.
"""

import re
from collections.abc import Iterable

from dispatch.sending import contacts, placeholders
from dispatch.words import N_
from models import Campaign, Template

ELEMENTS = {
    "sender": N_("Who says it"),
    "risk": N_("What the danger is"),
    "place": N_("Where"),
    "period": N_("From when, until when"),
    "deed": N_("What to do"),
    "contact": N_("Where to ask more"),
}


def _words(*patterns: str) -> re.Pattern:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})", re.IGNORECASE)


# Each a word of Dutch, French, German or English as it begins; what is not seen here may well be in the text.
SIGNS = {
    "sender": _words(
        r"politie(?:zone)?\b", r"police\b", r"polizei\w*", r"gemeente\b", r"stad\b", r"commune\b", r"ville\b",
        r"gemeinde\b", r"stadt\b", r"brandweer\b", r"pompiers\b", r"feuerwehr\b", r"fire service\b", r"municipality\b",
        r"crisiscentrum\b", r"centre de crise\b", r"krisenzentrum\b", r"BIN\b",
    ),
    "risk": _words(
        r"brand\b", r"rook\b", r"gas(?:lek|geur)?\b", r"inbr[ae]\w+", r"dief\w*", r"verdacht\w*", r"overstrom\w*",
        r"wateroverlast", r"storm\w*", r"ontploff\w*", r"giftig\w*", r"vervuil\w*", r"kraanwater", r"stroom\w*",
        r"vermist\w*", r"explosie\w*", r"incendie\w*", r"fum[ée]e\w*", r"fuite\w*", r"gaz\b", r"vol(?:s|eurs?)?\b",
        r"cambriol\w*", r"suspect\w*", r"inondation\w*", r"temp[êe]te\w*", r"explosion\w*", r"toxique\w*", r"eau\b",
        r"feuer\b", r"rauch\w*", r"gasleck\w*", r"einbr[eu]ch\w*", r"verd[äa]chtig\w*", r"hochwasser\w*", r"sturm\w*",
        r"leitungswasser", r"fire\b", r"smoke\b", r"leak\b", r"burglar\w*", r"flood\w*", r"tap water",
    ),
    "place": _words(
        r"\w*(?:straat|laan|steenweg|plein|dreef|kaai|baan|wijk|dorp|weg)\b(?! te)", r"rue\b", r"avenue\b", r"chauss[ée]e\b",
        r"place d\w+", r"quartier\b", r"\w*(?:stra(?:ss|ß)e|platz|viertel|gasse)\b", r"\w+ (?:street|road|square)\b",
        r"in uw (?:buurt|straat|wijk)", r"votre (?:quartier|rue)", r"in ihrer (?:nachbarschaft|stra)", r"your (?:street|area)",
    ),
    "period": _words(
        r"\d{1,2}(?:[:.u]\d{2}\b|\s*(?:uur|u|h|uhr|heures?)\b)", r"\d{1,2}[/-]\d{1,2}\b", r"(?:tot|vanaf|sinds) \w+",
        r"nu\b", r"vandaag", r"vanavond", r"vannacht", r"morgen\b", r"jusqu\w*", r"depuis", r"d[èe]s ", r"maintenant",
        r"aujourd'hui", r"ce soir", r"cette nuit", r"demain", r"bis \w+", r"seit ", r"\bab \d", r"jetzt", r"heute",
        r"until ", r"since ", r"now\b", r"today", r"tonight",
    ),
    "deed": _words(
        r"sluit\w*", r"blijf\b", r"verlaat\b", r"ga\b", r"kook\b", r"bel\b", r"hou(?:d|dt)?\b", r"vermijd\w*", r"zet\b",
        r"drink\b", r"let op", r"meld\b", r"kom niet", r"open\b", r"ferme[zr]\b", r"reste[zr]\b", r"quitte[zr]\b",
        r"appele[zr]\b", r"[ée]vite[zr]\b", r"alle[zr]\b", r"bou[ií]ll\w+", r"ne \w+ez\b", r"coupe[zr]\b", r"signale[zr]\b",
        r"schlie(?:ss|ß)en sie", r"bleiben sie", r"verlassen sie", r"rufen sie", r"meiden sie", r"kochen sie",
        r"close\b", r"stay\b", r"leave\b", r"call\b", r"avoid\b", r"boil\b",
    ),
}  # fmt: skip


def found(text: str, places: Iterable[str] = ()) -> dict[str, str]:
    """By element the words of the text that show it, "" where none were seen. `places`: names known around here."""
    seen = {name: _first(pattern, text) for name, pattern in SIGNS.items()}
    by_name = (
        place for place in places if re.search(rf"(?<!\w){re.escape(place)}(?!\w)", text, re.IGNORECASE)
    )
    seen["place"] = next(by_name, "") or seen["place"]
    seen["contact"] = next(contacts.found_in(text), "")
    return {name: seen[name] for name in ELEMENTS}


def _first(pattern: re.Pattern, text: str) -> str:
    match = pattern.search(text)
    return match[0].strip() if match else ""


def of(what: Campaign | Template, places: Iterable[str] = ()) -> dict[str, str]:
    """The elements in what who has no text of their own reads or hears; a placeholder shows the one of its name."""
    texts = placeholders.texts_of(what)
    said = [texts.get(channel, {}).get(what.fallback_language, {}) for channel in what.channels]
    words = "\n".join(text.get(part, "") for text in said for part in ("subject", "body"))
    seen = found(placeholders.MARK.sub("", words), places)
    for one in placeholders.used(what):
        element = BY_NAME.get(one["name"]) or BY_TYPE.get(one["type"])
        if element and not seen[element]:
            seen[element] = f"[{one['label']}]"
    return seen


BY_TYPE = {"time": "period", "phone": "contact"}
BY_NAME = {
    **dict.fromkeys(
        ("place", "street", "plaats", "straat", "waar", "lieu", "rue", "ort", "strasse"), "place"
    ),
    **dict.fromkeys(("cause", "risk", "oorzaak", "gevaar", "risque", "danger", "ursache", "gefahr"), "risk"),
}
