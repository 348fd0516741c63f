"""Placeholders: what a text leaves open for the day itself, read by its type and filled in; never sent open."""

import re
from collections.abc import Iterator, Mapping

from dispatch.errors import Refusal
from dispatch.people import numbers
from dispatch.words import LANGUAGES, N_, Sentence
from models import Campaign, Template

TYPES = {
    "text": N_("words"),
    "time": N_("hour"),
    "phone": N_("telephone number"),
    "choice": N_("choice from a list"),
}
NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
MARK = re.compile(rf"{{{{\s*({NAME.pattern})\s*}}}}")
OPEN = re.compile(r"\{\{|\}\}")
HOUR = re.compile(r"(\d{1,2})(?:\s*(?:[:.uh]|uur)\s*(\d{2})?)?(?:\s*(?:u|h|uur))?", re.IGNORECASE)
SHORT_NUMBER = re.compile(r"\d{3,4}")
LONGEST = 100


# ── One placeholder ─────────────────────────────────────────────────────


def read(placeholder: Mapping, typed: str) -> str:
    """What was typed, as it is kept: words, "18:00", a number to ring, the first wording of an option; "" for nothing.

    Raises Refusal when it is not of the placeholder's type.
    """
    words = " ".join(typed.split())
    return words and _READERS[placeholder["type"]](placeholder, words)


def _text(placeholder: Mapping, words: str) -> str:
    if "{" in words or "}" in words:
        raise Refusal(N_("%(label)s holds no braces."), label=placeholder["label"])
    if len(words) > LONGEST:
        raise Refusal(
            N_("%(label)s is longer than %(most)s signs. Make it shorter."),
            label=placeholder["label"],
            most=LONGEST,
        )
    return words


def _time(placeholder: Mapping, words: str) -> str:
    found = HOUR.fullmatch(words)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 23 or minute > 59:
        raise Refusal(N_("%(label)s is an hour, such as 18:00."), label=placeholder["label"])
    return f"{hour:02}:{minute:02}"


def _phone(placeholder: Mapping, words: str) -> str:
    if SHORT_NUMBER.fullmatch(words):  # 101, 1771: what a network rings and no plan holds
        return words
    try:
        return numbers.parse(words).e164
    except numbers.InvalidNumber as fault:
        said = Sentence(numbers.SENTENCES[fault.code])
        raise Refusal(N_("%(label)s: %(fault)s."), label=placeholder["label"], fault=said) from None


def _choice(placeholder: Mapping, words: str) -> str:
    for option in placeholder.get("options", ()):
        if words in option.values():
            return key_of(option)
    raise Refusal(N_("%(label)s: choose from the list."), label=placeholder["label"])


_READERS = {"text": _text, "time": _time, "phone": _phone, "choice": _choice}


def tried_on(campaign: Campaign, typed: Mapping[str, str]) -> tuple[dict, dict[str, Sentence]]:
    """What stands in the placeholders with {name: as typed} over what was kept, and what of it cannot be read.

    The second is {field: sentence}; such a placeholder is open in the first.
    """
    filled, faults = dict(campaign.filled or {}), {}
    for one in campaign.placeholders or []:
        if one["name"] in typed:
            try:
                filled[one["name"]] = read(one, typed[one["name"]])
            except Refusal as refusal:
                filled[one["name"]], faults[f"filled-{one['name']}"] = "", refusal.sentence
    return filled, faults


def key_of(option: Mapping[str, str]) -> str:
    """Under which words an option is kept: its first in the order of the languages."""
    return next(option[lang] for lang in LANGUAGES if option.get(lang))


def said(placeholder: Mapping, value: str, lang: str) -> str:
    """What was kept, as a reader of this language reads it."""
    if placeholder["type"] == "phone":
        return value if SHORT_NUMBER.fullmatch(value) else numbers.national(value)
    if placeholder["type"] == "choice":
        option = next((one for one in placeholder.get("options", ()) if key_of(one) == value), {})
        return option.get(lang) or value
    return value


def definition_faults(defined: list[dict]) -> dict[str, Sentence]:
    """What keeps a list of placeholders from being one: {field: sentence}, by place in the list."""
    found, names = {}, [one["name"] for one in defined]
    for place, one in enumerate(defined):
        if not NAME.fullmatch(one["name"]):
            found[f"placeholder-{place}-name"] = Sentence(
                N_("A placeholder is named in small letters, digits and _, such as “place”.")
            )
        elif names.index(one["name"]) < place:
            found[f"placeholder-{place}-name"] = Sentence(
                N_("There are two placeholders with the name “%(name)s”."), name=one["name"]
            )
        if not one["label"].strip():
            found[f"placeholder-{place}-label"] = Sentence(N_("Say what is to be filled in here."))
        if one["type"] not in TYPES or (one["type"] == "choice" and not one.get("options")):
            found[f"placeholder-{place}-options"] = Sentence(N_("Give the list to choose from."))
    return found


# ── A text ──────────────────────────────────────────────────────────────


def fill(text: str, placeholders: list[dict], filled: Mapping[str, str], lang: str) -> str:
    """A text with everything filled in that is known; the others stay as they are written, for `faults` to find."""
    known = {one["name"]: one for one in placeholders}

    def value(mark: re.Match) -> str:
        one = known.get(mark[1])
        return said(one, filled[mark[1]], lang) if one and filled.get(mark[1]) else mark[0]

    return MARK.sub(value, text)


def readable(text: str, defined: list[dict] | None) -> str:
    """A text for the eye of who fills it in: what is open stands there by its label, between square brackets."""
    labels = {one["name"]: f"[{one['label']}]" for one in defined or []}
    return MARK.sub(lambda mark: labels.get(mark[1], mark[0]), text)


def filled_in(texts: Mapping, what: Campaign) -> dict:
    """Texts of the shape {channel: {language: {part: text}}} with the campaign's own values in them."""
    placeholders, filled = what.placeholders or [], what.filled or {}
    return {
        channel: {
            lang: {
                part: words if part == "recording" else fill(words, placeholders, filled, lang)
                for part, words in text.items()
            }
            for lang, text in languages.items()
        }
        for channel, languages in texts.items()
    }


def afterwards(campaign: Campaign, what: str) -> dict:
    """The texts that its scenario has for one of FOLLOW_UPS, with the campaign's values in them: see scenarios.py."""
    texts = (campaign.follow_ups or {}).get(what, {})
    written = {
        channel: {lang: text for lang, text in languages.items() if text.get("body", "").strip()}
        for channel, languages in texts.items()
    }
    return filled_in({channel: said for channel, said in written.items() if said}, campaign)


def texts_of(what: Campaign | Template) -> dict:
    """What would be said now, by channel and language: with what is filled in already."""
    if isinstance(what, Template) or not what.placeholders:
        return what.texts
    return filled_in(what.texts, what)


def used(what: Campaign | Template) -> list[dict]:
    """The placeholders that the texts of the chosen channels name, in the order in which they are defined."""
    names = {mark[1] for _field, words in _said(what, what.texts) for mark in MARK.finditer(words)}
    return [one for one in what.placeholders or [] if one["name"] in names]


def _said(what: Campaign | Template, texts: Mapping) -> Iterator[tuple[str, str]]:
    """Everything that the chosen channels say: (field, text)."""
    for channel in what.channels:
        for lang, text in texts.get(channel, {}).items():
            for part, words in text.items():
                if part != "recording":
                    yield f"{channel}-{lang}-{part}", words


# ── What is missing ─────────────────────────────────────────────────────


def missing(campaign: Campaign) -> list[dict]:
    """The placeholders that its texts name and that nobody filled in yet."""
    filled = campaign.filled or {}
    return [one for one in used(campaign) if not filled.get(one["name"])]


def faults(what: Campaign | Template) -> dict[str, Sentence]:
    """What is open in the texts and must not be: {field: sentence}.

    A campaign has everything filled in; a template may leave open what it defines, and nothing else.
    """
    awaited = missing(what) if isinstance(what, Campaign) else what.placeholders or []
    found = {}
    if isinstance(what, Campaign):
        sentence = N_("Fill in: %(label)s.")
        found = {f"filled-{one['name']}": Sentence(sentence, label=one["label"]) for one in awaited}
    # A value that looks like a placeholder counts as one that is open, whatever its name.
    names = {one["name"]: "." for one in awaited}
    for field, words in _said(what, texts_of(what)):
        rest = MARK.sub(lambda mark: names.get(mark[1], mark[0]), words)
        if left := OPEN.search(rest):
            found[field] = _left_open(rest, left)
    return found


def _left_open(words: str, left: re.Match) -> Sentence:
    named = MARK.match(words, left.start())
    shown = named[0] if named else words[max(0, left.start() - 10) : left.end() + 10]
    return Sentence(
        N_(
            "“%(shown)s” is no placeholder of this message. Write what belongs there, or take the braces away."
        ),
        shown=shown,
    )
