"""The form in which a message is written: what was typed, how it is shown again, where two hands differ."""

from datetime import datetime

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import rights
from dispatch.centre import preparation, streets
from dispatch.errors import NotAllowed, Refusal
from dispatch.people import audience
from dispatch.sending import campaigns, elements, estimate, report, speech, whom
from dispatch.sending.text import measure, plain, twins
from dispatch.words import CHANNELS, KINDS, LANGUAGE_NAMES, N_
from models import LANGUAGES, POLICIES, Bin, Campaign, Organisation
from views import answers, render

PARTS = {"sms": ("body",), "voice": ("body", "recording"), "email": ("subject", "body")}
NOTHING_SAID = {
    "errors": {},
    "faults": [],
    "found": None,
    "sought": "",
    "conflict": None,
    "sentence": None,
    "saved_at": None,
}
LONGEST = 20_000  # of one text; nobody reads more, and a row stays a row


def capital(words: str) -> str:
    """A word of the trade at the start of a line: "warning" as "Warning", "BIN news" as it is."""
    return words[:1].upper() + words[1:]


def key(channel: str, lang: str, part: str) -> str:
    """The field's name in the form, and its name in campaigns.faults."""
    return f"{channel}-{lang}-{part}"


SPOKEN = [key("voice", lang, "body") for lang in LANGUAGES]


# ── What was typed ──────────────────────────────────────────────────────


def typed() -> dict:
    """The wording that this form asks for; raises NotAllowed on a kind that does not exist."""
    form = request.form
    kind = form.get("kind", "")
    if kind not in KINDS:
        raise NotAllowed(N_("There is no such kind of message."))
    fallback = form.get("fallback_language", "")
    return {
        "name": form.get("name", "").strip()[:200],
        "kind": kind,
        "channels": [channel for channel in campaigns.READY_CHANNELS if channel in form.getlist("channels")],
        "audience": whom.within(_choice(), current_user),
        "fallback_language": fallback if fallback in LANGUAGES else "nl",
        "texts": texts_typed(),
        **answers.typed(),
    }


def version() -> int:
    return request.form.get("version", 0, type=int)


def policy() -> str:
    """What is to become of a message that may not have arrived; "" when nothing was chosen."""
    chosen = request.form.get("policy", "")
    if chosen not in ("", *POLICIES):
        raise Refusal(N_("Choose from the list what becomes of an unsure message. Nothing was sent."))
    return chosen


def _choice() -> dict:
    form = request.form
    ticked = [value.partition("|") for value in form.getlist("streets")]
    chosen = [[int(id), street] for id, _bar, street in ticked if id.isdecimal()]
    return {
        "bins": form.getlist("bins", type=int),
        "streets": chosen + [list(pair) for pair in _streets_of_zone()],
        "members": form.getlist("members", type=int) + form.getlist("add", type=int),
    }


def _streets_of_zone() -> list[tuple[int, str]]:
    """The streets that the pressed button of a zone adds: frozen now, whatever becomes of the zone."""
    pressed = request.form.get("zone", 0, type=int)
    bins = list(rights.bins_of(current_user)) if pressed else []
    return [pair for match in zones(bins) if match.zone.id == pressed for pair in match.pairs]


def zones(bins: list) -> list[streets.Match]:
    """The zones that the municipalities of this police zone prepared, laid over these BINs."""
    if not bins:
        return []
    return streets.lay(preparation.zones_within(current_user.organisation), bins)


def texts_typed(prefix: str = "") -> dict:
    """What stands in the fields of texts, {channel: {lang: {part: text}}}, without what is empty."""
    texts = {}
    for channel in campaigns.READY_CHANNELS:
        for lang in LANGUAGES:
            written = {part: _text(prefix + key(channel, lang, part)) for part in PARTS[channel]}
            if any(written.values()):
                texts.setdefault(channel, {})[lang] = written
    return texts


def _text(name: str) -> str:
    # A browser sends line ends as CR LF, and a CR would count as a character of the SMS.
    text = request.form.get(name, "").replace("\r\n", "\n")[:LONGEST]
    asked, _bar, char = request.form.get("plain", "").partition(":")
    if asked != name:
        return text
    return plain(text) if char == "" else text.replace(char, twins(text).get(char, char))


# ── What is shown ───────────────────────────────────────────────────────


def counter(name: str, text: str) -> dict:
    """What stands under a text: its length as a network counts it, and the plain twin of each dear character."""
    found = measure(text)
    known = twins(text)
    return {
        "name": name,
        "measure": found,
        "twins": [(char, sign(char), twin) for char, twin in known.items()],
        "foreign": [sign(char) for char in found.foreign if char not in known],
    }


def spoken_counter(name: str, text: str, campaign: Campaign) -> dict:
    """What stands under a spoken text: what is said around it, and about how long all of it lasts."""
    lang = name.split("-")[1]
    recording = campaigns.recording_of(campaign, lang)
    key = recording.key if recording else ""
    said = speech.of(
        campaign.organisation, {"body": text, "recording": key}, lang, is_practice=campaign.is_practice
    )
    return {
        "name": name,
        "speech": said,
        "minutes": speech.charged(said.seconds),
        "is_too_long": said.seconds > speech.MOST_SECONDS,
        "longest": speech.MOST_SECONDS,
        "recording": recording,
        "lang": lang,
    }


def sign(char: str) -> str:
    """A character so that it can be seen: an invisible one by its number."""
    return char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}"


def page(campaign: Campaign, **extra) -> dict:
    """Everything that the page of the text shows for this (perhaps unsaved) wording."""
    chosen = campaigns.audience_of(campaign)
    readers = estimate.readers(chosen)
    bins = list(rights.bins_of(current_user))
    kinds = [
        (kind, capital(_(word)))
        for kind, word in KINDS.items()
        if rights.may_send(current_user, kind) or rights.is_handed_draft(campaign)
    ]
    return (
        {
            "campaign": campaign,
            "practice": campaign.is_practice,
            "kinds": kinds,
            "kinds_hint": None if "warning" in dict(kinds) else _who_warns(campaign.organisation),
            "channels": [(channel, capital(_(CHANNELS[channel]))) for channel in campaigns.READY_CHANNELS],
            "languages": [(lang, _(LANGUAGE_NAMES[lang])) for lang in LANGUAGES],
            "fallback": _(LANGUAGE_NAMES[campaign.fallback_language]),
            "audience": report.audience_in_words(campaign, str(render.locale()))
            if campaign.held_by_id
            else "",
            "bins": [(bin.id, bin.name, members_in_words(number)) for bin, number in _numbered(bins)],
            "streets": _streets(
                bins, {f"{id}|{street}" for id, street in campaign.audience.get("streets", ())}
            ),
            "zones": zones(bins),
            "answers": answers.fields(campaign),
            "members": list(whom.members_of(campaign.audience)),
            "texts": [_language(campaign, lang, readers[lang]) for lang in LANGUAGES],
            **reach(campaign, chosen, readers),
        }
        | NOTHING_SAID
        | {"version": campaign.version}
        | extra
    )


def _who_warns(house: Organisation) -> str:
    """Why there is no warning to choose here, and whom to ask for one."""
    contact = house.phone or house.email
    if not contact:
        return _("You may not send a warning. Ask %(zone)s to send it.", zone=house.name)
    return _(
        "You may not send a warning. Ask %(zone)s to send it: %(contact)s.", zone=house.name, contact=contact
    )


def reach(campaign: Campaign, chosen: audience.Audience | None = None, readers=None) -> dict:
    """How many people the draft is for by now, and which of them lack a text in their own language."""
    chosen = chosen or campaigns.audience_of(campaign)
    readers = readers or estimate.readers(chosen)
    seen = elements.of(campaign, _places(campaign))
    return {
        "elements": [(_(label), seen[name]) for name, label in elements.ELEMENTS.items()],
        "elements_in": _(LANGUAGE_NAMES[campaign.fallback_language]),
        "people": len(chosen.people),
        "reached": chosen.reached,
        "spoken": [
            {"lang": lang, "label": _(LANGUAGE_NAMES[lang]), "readers": readers[lang]} for lang in LANGUAGES
        ],
        "lacking": [
            (readers[lang], _(LANGUAGE_NAMES[lang]), _(LANGUAGE_NAMES[campaign.fallback_language]))
            for lang in LANGUAGES
            if readers[lang] and lang != campaign.fallback_language and _lacks(campaign, lang)
        ],
    }


def saved(campaign: Campaign, now: datetime) -> dict:
    """What the page hears after each pause in typing, and what a pressed button changed."""
    name = request.form.get("plain", "").partition(":")[0]
    texts = page(campaign)["texts"] if name else []
    return {
        "campaign": campaign,
        "version": campaign.version,
        "saved_at": now,
        "sentence": None,
        "plained": next((text for text in texts if text["counter"]["name"] == name), None),
        "members": list(whom.members_of(campaign.audience)) if "add" in request.form else None,
        **reach(campaign),
    }


def unsaved(campaign: Campaign, version: int, sentence: str) -> str:
    """What the page hears when nothing was kept, and why."""
    said = {"version": version, "saved_at": None, "sentence": sentence}
    return render_template("campaigns/_saved.html", campaign=campaign, **said)


def _places(campaign: Campaign) -> list[str]:
    """The names of places that a text of this organisation may well use: its BINs, their towns and streets."""
    bins = list(Bin.select().where(Bin.organisation == campaign.organisation_id))
    streets = (street for bin in bins for street in bin.streets or ())
    return [name for name in (*streets, *(bin.name for bin in bins), *(bin.town for bin in bins)) if name]


def _lacks(campaign: Campaign, lang: str) -> bool:
    return any(
        not campaigns.has_text(campaign.texts.get(channel, {}).get(lang)) for channel in campaign.channels
    )


def members_in_words(number: int) -> str:
    return ngettext("%(num)d member", "%(num)d members", number)


def _numbered(bins: list) -> list[tuple]:
    numbers = whom.number_in(bins)
    return [(bin, numbers[bin.id]) for bin in bins]


def _streets(bins: list, chosen: set[str]) -> list[dict]:
    """The streets by BIN, as choices of the form; a BIN without streets is left out."""
    choices = {bin.id: {"bin": bin, "options": [], "chosen": []} for bin in bins}
    for bin, street, number in audience.streets_of(bins):
        value, entry = f"{bin.id}|{street}", choices[bin.id]
        entry["options"].append((value, street, members_in_words(number)))
        entry["chosen"] += [value] if value in chosen else []
    return [entry for entry in choices.values() if entry["options"]]


def _language(campaign: Campaign, lang: str, readers: int) -> dict:
    """One language's texts; folded away when nobody reads it and nothing is written in it."""
    written = {channel: campaign.texts.get(channel, {}).get(lang, {}) for channel in campaigns.READY_CHANNELS}
    sms, call = written["sms"].get("body", ""), written["voice"].get("body", "")
    room = "scenarios.measured" if campaign.is_template else "campaigns.measured"
    return {
        "lang": lang,
        "label": _(LANGUAGE_NAMES[lang]),
        "readers": readers,
        "measure_url": url_for(room, id=campaign.id),
        "is_open": bool(readers or lang == campaign.fallback_language or any(written.values())),
        "sms": sms,
        "call": call,
        "recording": written["voice"].get("recording", ""),
        "spoken": spoken_counter(key("voice", lang, "body"), call, campaign),
        "subject": written["email"].get("subject", ""),
        "mail": written["email"].get("body", ""),
        "counter": counter(key("sms", lang, "body"), sms),
    }


def faults(campaign: Campaign) -> list[tuple[str, str, str]]:
    """What must be mended before launch: (field id, its label, sentence), in the order of the form."""
    labels = {f"filled-{one['name']}": one["label"] for one in campaign.placeholders or []}
    return [
        (field, labels[field], _("Not filled in yet."))
        if field in labels
        else (field, label_of(field), fault.said_by(_))
        for field, fault in campaigns.faults(campaign).items()
    ]


def label_of(field: str) -> str:
    if "-" not in field:
        return {
            "name": _("Name"),
            "audience": _("Who gets it"),
            "channels": _("Channels"),
            "kind": _("Kind of message"),
            "fallback_language": _("Language for who has no text of their own"),
            "cascade": _("Order of the channels"),
            "asks_acknowledgement": _("Confirmation"),
        }[field]
    channel, lang, part = field.split("-")
    what = {"subject": _("subject"), "recording": _("recording")}.get(part) or _(CHANNELS[channel])
    return f"{capital(what)}, {_(LANGUAGE_NAMES[lang])}"


# ── Two hands ───────────────────────────────────────────────────────────


def differences(theirs: Campaign, mine: dict) -> list[tuple[str, str, str]]:
    """Where what somebody else saved differs from what was typed: (label, theirs, mine), empty when nowhere."""
    other = Campaign(**(_said(theirs) | {"organisation": theirs.organisation_id}))
    own = Campaign(**(mine | {"organisation": theirs.organisation_id}))
    rows = [(label_of(field), _shown(other, field), _shown(own, field)) for field in _fields(other, own)]
    return [row for row in rows if row[1] != row[2]]


def _said(campaign: Campaign) -> dict:
    return {name: getattr(campaign, name) for name in campaigns.WORDING}


def _fields(*both: Campaign) -> list[str]:
    written = {
        key(channel, lang, part)
        for one in both
        for channel, languages in one.texts.items()
        for lang, text in languages.items()
        for part in text
    }
    return ["name", "kind", "channels", "audience", "fallback_language", *campaigns.ANSWERS, *sorted(written)]


def _shown(campaign: Campaign, field: str) -> str:
    if "-" in field:
        channel, lang, part = field.split("-")
        if part == "recording":
            recording = campaigns.recording_of(campaign, lang)
            return recording.filename if recording else ""
        return campaign.texts.get(channel, {}).get(lang, {}).get(part, "")
    if field == "audience":
        return report.audience_in_words(campaign, str(render.locale()))
    value = getattr(campaign, field)
    return {
        "name": lambda: value,
        "kind": lambda: _(KINDS[value]),
        "channels": lambda: ", ".join(_(CHANNELS[channel]) for channel in value),
        "fallback_language": lambda: _(LANGUAGE_NAMES[value]),
        "asks_acknowledgement": lambda: _("yes") if value else _("no"),
        "cascade": lambda: " ".join(answers.in_words(campaign)),
    }[field]()
