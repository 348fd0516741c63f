"""The activation form of annex 3: its fields, how what was typed is read, and what still misses, by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dispatch import clock
from dispatch.people import numbers
from dispatch.words import DAY_AND_HOUR, N_, InFigures, Sentence

SECTIONS = {
    "emergency": (N_("Emergency"), ("emergency", "place", "description")),
    "phase": (N_("Phase"), ("phase", "declared_by", "declared_at")),
    "recommendations": (N_("Recommendations"), ("recommendations", "left_out")),
    "liaison": (
        N_("Liaison officer"),
        ("liaison_name", "liaison_phone", "liaison_email", "deputy_name", "deputy_phone"),
    ),
    "opening": (
        N_("Opening and operators"),
        (
            "arrangement",
            "opening_hours",
            "operators",
            "languages",
            "wanted_open_at",
            "calls",
            "second_line",
            "extra",
        ),
    ),
    "identity": (N_("Identity"), ("password",)),
}
NAMES = {
    "emergency": N_("what happened"),
    "place": N_("where"),
    "description": N_("description for the operators"),
    "phase": N_("the phase"),
    "declared_by": N_("who declared the phase"),
    "declared_at": N_("hour of the declaration"),
    "recommendations": N_("recommendations to the population"),
    "left_out": N_("prepared answers that are left out"),
    "liaison_name": N_("name of the liaison officer"),
    "liaison_phone": N_("phone of the liaison officer"),
    "liaison_email": N_("e-mail of the liaison officer"),
    "deputy_name": N_("name of the deputy"),
    "deputy_phone": N_("phone of the deputy"),
    "arrangement": N_("the arrangement"),
    "opening_hours": N_("opening hours"),
    "operators": N_("number of operators"),
    "languages": N_("languages"),
    "wanted_open_at": N_("wanted opening time"),
    "calls": N_("which calls"),
    "second_line": N_("second line for victims and relatives"),
    "extra": N_("other wishes"),
    "password": N_("your password"),
}
FIELDS = tuple(name for _, fields in SECTIONS.values() for name in fields if name != "password")
CLOCKS = {"declared_at": -1, "wanted_open_at": 1}  # behind us, or ahead
SLIP = timedelta(hours=2)  # an hour so little ahead, where the past is meant, is a slip and not yesterday's
LONG_AGO = timedelta(hours=12)  # an hour without a day that is so long past is asked about
CHOICES = {"phase": ("municipal", "none"), "arrangement": ("ordinary", "special"), "calls": ("d5", "d5d2")}
TEXTS = ("description", "recommendations", "extra")
MANY = ("languages", "left_out")  # of which several are chosen
LONGEST, LONGEST_TEXT = 250, 5000
ORDINARY = {"arrangement": "ordinary", "operators": "4", "languages": ["nl", "fr", "de", "en"], "calls": "d5"}
MAX_OPERATORS = 400
TOLERANCE = timedelta(minutes=1)

NEEDED = {
    "emergency": N_("Say in a few words what happened."),
    "place": N_("Say where it is happening."),
    "description": N_("Describe it in ordinary words. The operators read this out."),
    "phase": N_("Choose which phase was declared."),
    "declared_by": N_("Write who declared the phase, with name and function."),
    "declared_at": N_("Write at what time the phase was declared, such as 02:51."),
    "recommendations": N_("Write what the population must do."),
    "liaison_name": N_("Write whom the centre may call with its questions."),
    "liaison_phone": N_("Write the number on which the centre reaches this person."),
    "arrangement": N_("Choose the ordinary arrangement or something else."),
    "calls": N_("Choose which calls the centre takes."),
}
NEEDED_IN_SPECIAL = {
    "opening_hours": N_("Write from when until when the number is open."),
    "operators": N_("Write how many operators you want."),
    "languages": N_("Choose at least one language."),
}
NO_PHASE = N_("Without a municipal phase the centre cannot open.")
PASSWORD = N_("Type your password again. It shows that it is you.")
TOO_LONG = N_("This is %(length)s characters too long. What you typed was kept.")
KEPT = N_("%(fault)s. What you typed was kept.")

SHORT_NUMBER = re.compile(r"1\d{2,4}")  # such as 1771: in no numbering plan of subscribers
HOUR_OF_DAY = re.compile(
    r"(\d{1,2})(?:\s*(?:[:.h]|u(?:ur)?|uhr)\s*(\d{2})?)?\s*(?:u(?:ur)?|uhr)?", re.IGNORECASE
)
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4})|\.)?[\s,T]+(.+)")
YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[\sT]+(.+)")


@dataclass(frozen=True)
class Section:
    """A part of the form and how it stands; `wanting` are the names of the fields that miss or are wrong."""

    key: str
    title: str
    wanting: tuple[str, ...]
    note: Sentence

    @property
    def is_done(self) -> bool:
        return not self.wanting


# ── Typing ──────────────────────────────────────────────────────────────


def merged(form: Mapping, fields: Mapping[str, object], now: datetime) -> dict:
    """The form with these fields as they were typed just now; other fields stay as they are."""
    typed = {name: tidy(name, value) for name, value in fields.items() if name in FIELDS}
    result = {**form, **typed}
    clocks = [name for name in CLOCKS if name in typed and _is_new(form, name, typed[name])]
    result["typed_at"] = {**form.get("typed_at", {}), **{name: now.isoformat() for name in clocks}}
    if typed.get("recommendations", form.get("recommendations")) != form.get("recommendations"):
        result.pop("recommended_on", None)
    return result


def tidy(name: str, value: object) -> str | list[str]:
    """What was typed without control characters; only the long texts have several lines."""
    if name == "languages":
        known = ORDINARY["languages"]
        return [one for one in known if one in value]
    if name == "left_out":  # ids of standing answers that do not hold now
        return sorted({one for one in value if one.isascii() and one.isdecimal()})
    if name in CHOICES:
        return value if value in CHOICES[name] else ""
    text = "".join(sign for sign in str(value).replace("\r\n", "\n") if sign == "\n" or sign.isprintable())
    return text.strip() if name in TEXTS else " ".join(text.split())


def _is_new(form: Mapping, name: str, typed: str) -> bool:
    """An hour keeps the day on which it was typed, unless it changed or could not be read then."""
    return typed != form.get(name) or _clock_fault(form, name) is not None


# ── Hours and days ──────────────────────────────────────────────────────


def moment(typed: str, now: datetime, *, is_past: bool = False) -> datetime | None:
    """The UTC moment of "02:51", "21/11 02:51" or "2026-11-21 02:51"; None if unreadable.

    An hour alone is the nearest to now. Where only the past makes sense the last one is meant, unless the next is
    so near that it must be a slip: "03:30" typed at 03:00.
    """
    here = clock.local(now)
    try:
        on, hour = _day_and_hour(typed.strip(), here.date())
        if on:
            return clock.from_local(datetime.combine(on, hour))
        days = [here.date() + timedelta(days=n) for n in (-1, 0, 1)]
        moments = [clock.from_local(datetime.combine(day, hour)) for day in days]
        likely = [at for at in moments if at <= now + SLIP] if is_past else moments
        return min(likely, key=lambda at: (is_past and at <= now, abs(at - now)))
    except (ValueError, OverflowError):  # the first and last day of the calendar have no other time zone
        return None


def _day_and_hour(typed: str, today: date) -> tuple[date | None, time]:
    if HOUR_OF_DAY.fullmatch(typed):
        return None, _hour(typed)
    if found := YEAR_FIRST.fullmatch(typed):
        return date(int(found[1]), int(found[2]), int(found[3])), _hour(found[4])
    if found := DAY_FIRST.fullmatch(typed):
        return date(int(found[3] or today.year), int(found[2]), int(found[1])), _hour(found[4])
    raise ValueError(typed)


def _hour(typed: str) -> time:
    found = HOUR_OF_DAY.fullmatch(typed.strip())
    if not found:
        raise ValueError(typed)
    return time(int(found[1]), int(found[2] or 0))


def typed_moment(form: Mapping, name: str) -> datetime | None:
    """The moment that a clock field names, as it was meant on the day that it was typed."""
    typed_at = form.get("typed_at", {}).get(name)
    if not typed_at:
        return None
    return moment(form.get(name, ""), datetime.fromisoformat(typed_at), is_past=CLOCKS[name] < 0)


def wanted_open_at(form: Mapping) -> datetime | None:
    """The later opening that a special arrangement asks for."""
    return typed_moment(form, "wanted_open_at") if form.get("arrangement") == "special" else None


def recommended_on(form: Mapping) -> date | None:
    """The day of the earlier request whose recommendations were taken over unchanged."""
    return date.fromisoformat(form["recommended_on"]) if form.get("recommended_on") else None


# ── What misses ─────────────────────────────────────────────────────────


def faults(form: Mapping) -> dict[str, Sentence]:
    """What misses or is wrong, by field and in the order of the form."""
    found = _absent(form) | _unreadable(form)
    return {name: found[name] for name in FIELDS if name in found}


def sections(form: Mapping) -> list[Section]:
    """The parts of the form, each with what it still wants; the identity is confirmed at the very end."""
    found = {**faults(form), "password": Sentence(PASSWORD)}
    return [
        Section(key, title, wanting, _note(form, key, wanting))
        for key, (title, fields) in SECTIONS.items()
        for wanting in [tuple(name for name in fields if name in found)]
    ]


def _absent(form: Mapping) -> dict[str, Sentence]:
    needed = dict(NEEDED)
    if form.get("arrangement") == "special":
        needed |= NEEDED_IN_SPECIAL
    if form.get("phase") == "none":
        needed = {name: msgid for name, msgid in needed.items() if not name.startswith("declared")}
    if form.get("deputy_phone"):
        needed["deputy_name"] = N_("Write the name of the deputy, or empty the number.")
    if form.get("deputy_name"):
        needed["deputy_phone"] = N_("Write the number of the deputy, or empty the name.")
    return {name: Sentence(msgid) for name, msgid in needed.items() if not form.get(name)}


def _unreadable(form: Mapping) -> dict[str, Sentence]:
    found = {name: _too_long(name, form.get(name, "")) for name in FIELDS if name not in MANY}
    found |= {name: _phone_fault(form.get(name, "")) for name in ("liaison_phone", "deputy_phone")}
    found |= {name: _clock_fault(form, name) for name in CLOCKS if _is_asked(form, name)}
    found["liaison_email"] = found["liaison_email"] or _email_fault(form.get("liaison_email", ""))
    if form.get("phase") == "none":
        found["phase"] = Sentence(NO_PHASE)
    if form.get("calls") == "d5d2":
        found["second_line"] = found["second_line"] or _line_fault(form.get("second_line", ""))
    if form.get("arrangement") == "special":
        found["operators"] = _operators_fault(form.get("operators", ""))
    return {name: sentence for name, sentence in found.items() if sentence}


def _is_asked(form: Mapping, name: str) -> bool:
    return form.get("arrangement") == "special" if name == "wanted_open_at" else form.get("phase") != "none"


def _too_long(name: str, text: str) -> Sentence | None:
    over = len(text) - (LONGEST_TEXT if name in TEXTS else LONGEST)
    return Sentence(TOO_LONG, length=over) if over > 0 else None


def _phone_fault(typed: str) -> Sentence | None:
    if not typed:
        return None
    try:
        numbers.parse(typed)
    except numbers.InvalidNumber as fault:
        return Sentence(KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
    return None


def _email_fault(typed: str) -> Sentence | None:
    if not typed or is_email(typed):
        return None
    return Sentence(
        N_("This is not an e-mail address: one looks like name@example.be. What you typed was kept.")
    )


def _line_fault(typed: str) -> Sentence | None:
    try:
        if typed:
            line(typed)
    except numbers.InvalidNumber as fault:
        return Sentence(KEPT, fault=Sentence(numbers.SENTENCES[fault.code]))
    return None


def line(typed: str) -> str:
    """A number that callers ring or are put through to, short or whole, as it is kept; raises numbers.InvalidNumber."""
    short = re.sub(r"\s", "", typed)
    return short if SHORT_NUMBER.fullmatch(short) else numbers.parse(typed).e164


def second_line(form: Mapping) -> str:
    """Where calls of victims and relatives are passed on, as it is kept; "" where the centre takes them itself."""
    typed = form.get("second_line", "")
    return line(typed) if typed and form.get("calls") == "d5d2" else ""


def is_email(typed: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", typed) is not None


def _operators_fault(typed: str) -> Sentence | None:
    if not typed or (re.fullmatch("[0-9]{1,4}", typed) and 1 <= int(typed) <= MAX_OPERATORS):
        return None
    return Sentence(N_("Write a number from 1 to %(most)s. What you typed was kept."), most=MAX_OPERATORS)


def _clock_fault(form: Mapping, name: str) -> Sentence | None:
    typed, typed_at = form.get(name, ""), form.get("typed_at", {}).get(name)
    if not typed or not typed_at:
        return None
    then = datetime.fromisoformat(typed_at)
    meant = moment(typed, then, is_past=CLOCKS[name] < 0)
    if meant is None:
        return Sentence(
            N_("Write the hour as 02:51, or with the day as 21/11 02:51. What you typed was kept.")
        )
    if CLOCKS[name] < 0 and meant > then + TOLERANCE:
        return Sentence(N_("This moment has not come yet. For another day, write the day too: 21/11 02:51."))
    if CLOCKS[name] < 0 and HOUR_OF_DAY.fullmatch(typed) and meant < then - LONG_AGO:
        return Sentence(
            N_(
                "As it stands this is %(moment)s. If that is meant, write the day too; else correct the hour."
            ),
            moment=InFigures(meant, DAY_AND_HOUR),
        )
    if CLOCKS[name] > 0 and meant < then - TOLERANCE:
        return Sentence(N_("This moment is past. For another day, write the day too: 21/11 02:51."))
    return None


def _note(form: Mapping, key: str, wanting: tuple[str, ...]) -> Sentence:
    if wanting:
        mistyped = all(form.get(name) for name in wanting)
        msgid = N_("To mend: %(names)s") if mistyped else N_("Missing: %(names)s")
        return Sentence(msgid, names=Listing(NAMES[name] for name in wanting))
    if key == "recommendations" and form.get("recommended_on"):
        return Sentence(N_("From the previous request"))
    if key == "opening":
        special = form.get("arrangement") == "special"
        return Sentence(N_("Special arrangement") if special else N_("Ordinary arrangement"))
    return Sentence(N_("Complete"))


class Listing(Sentence):
    """Several words after each other, each in the reader's language."""

    def __init__(self, msgids):
        super().__init__("")
        self.msgids = tuple(msgids)

    def said_by(self, gettext) -> str:
        return ", ".join(gettext(msgid) for msgid in self.msgids)
