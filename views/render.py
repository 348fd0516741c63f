"""How facts are written for a person: times of Brussels, money, numbers, looks of states, the context of every page."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from importlib.metadata import version
from pathlib import Path
from pickle import UnpicklingError  # nosec B403 # the name of an error

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal
from flask import Flask
from flask_babel import Domain, get_locale, gettext, lazy_gettext, ngettext
from jinja2 import FileSystemBytecodeCache, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from dispatch import clock
from dispatch.words import (
    ACTIVATION_STATUSES,
    CAMPAIGN_STATUSES,
    MESSAGE_STATUSES,
    N_,
    Eliding,
    long_day,
    translator,
    with_euro,
)
from models import beside

HOUR = 3600
LANGUAGE_WORDS = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}  # each in itself
LIT_FROM, LATE_FROM = 30 * 60, 55 * 60
NBSP, MINUS = "\u00a0", "\u2212"


@dataclass(frozen=True)
class Look:
    """How a state is drawn: a shape, a class of the stylesheet ("" when it is quiet) and a word."""

    icon: str
    css: str
    label: object


def looks(shapes: dict[str, tuple[str, str]], words: dict[str, str]) -> dict[str, Look]:
    """One look for each state, in the order of `shapes`."""
    return {state: Look(icon, css, lazy_gettext(words[state])) for state, (icon, css) in shapes.items()}


MESSAGE_LOOKS = looks(
    {
        "queued": ("queue", ""),
        "sending": ("half", ""),
        "unsure": ("doubt", "unsure"),
        "accepted": ("check", ""),
        "delivered": ("checks", ""),
        "answered": ("voice", ""),
        "voicemail": ("voice", "unsure"),
        "hung_up": ("cross", "unsure"),
        "busy": ("cross", "unsure"),
        "no_answer": ("cross", "unsure"),
        "failed": ("cross", "failed"),
        "withheld": ("not", ""),
        "expired": ("expired", ""),
    },
    MESSAGE_STATUSES,
)
CAMPAIGN_LOOKS = looks(
    {
        "draft": ("scenario", ""),
        "submitted": ("clock", "unsure"),
        "approved": ("checks", ""),
        "running": ("half", ""),
        "paused": ("pause", "unsure"),
        "done": ("check", "done"),
        "stopped": ("stop", ""),
    },
    CAMPAIGN_STATUSES,
)
ACTIVATION_LOOKS = looks(
    {
        "draft": ("scenario", ""),
        "requested": ("clock", "unsure"),
        "acknowledged": ("half", ""),
        "open": ("voice", "done"),
        "closing": ("expired", ""),
        "closed": ("check", ""),
        "refused": ("not", "failed"),
    },
    ACTIVATION_STATUSES,
)
MOOD_LOOKS = looks(
    {"live": ("send", "live"), "practice": ("practice", "practice")},
    {"live": N_("real"), "practice": N_("exercise")},
)


def mood_look(is_practice: bool) -> Look:
    return MOOD_LOOKS["practice" if is_practice else "live"]


@dataclass(frozen=True)
class Dial:
    """The face of a one-hour clock: `css` is "", "lit" or "late", `arc` the stroke of 314.2 that has gone."""

    face: str
    arc: float
    css: str
    words: str


def dial(seconds: float, kept: bool = False, of: int = HOUR) -> Dial:
    """The clock of a promise of `of` seconds, so many seconds after it was made; `kept`: it stopped in time."""
    gone = max(0, int(seconds))
    arc = round(min(gone, of) / of * 314.16, 1)
    css = "" if kept else dial_css(gone * HOUR // of)
    return Dial(f"{gone // 60}:{gone % 60:02}", arc, css, dial_words(gone, kept))


def dial_css(gone: int) -> str:
    """The look of so many seconds of an hour; another promise is brought to an hour first."""
    if gone >= LATE_FROM:
        return "late"
    return "lit" if gone >= LIT_FROM else ""


def dial_words(gone: int, kept: bool) -> str:
    # Whole minutes only: the text of an image that changes each second would be read out each second.
    minutes = gone // 60
    if kept:
        return ngettext("stopped after %(num)d minute", "stopped after %(num)d minutes", minutes)
    return ngettext("%(num)d minute gone", "%(num)d minutes gone", minutes)


def locale() -> Locale:
    """The language of the page; Dutch where there is no request."""
    return get_locale() or Locale("nl")


def number(count: float) -> str:
    """1204 as "1.204"; a negative one with a real minus."""
    return format_decimal(count, locale=locale()).replace("-", MINUS)


def money(mills: int, symbol: bool = True) -> str:
    """Thousandths of a euro as "€ 45,595"; the third decimal goes when it is 0: "275,000" reads as thousands."""
    pattern = "#,##0.000" if mills % 10 else "#,##0.00"
    amount = format_decimal(Decimal(abs(mills)) / 1000, format=pattern, locale=locale())
    signed = with_euro(amount, str(locale())) if symbol else amount
    return f"{MINUS}{NBSP}{signed}" if mills < 0 else signed


def duration(length: float | timedelta) -> str:
    """153 seconds as "2 min 33 s"; from one hour on without the seconds."""
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    hours, minutes, rest = seconds // HOUR, seconds // 60 % 60, seconds % 60
    if hours:
        return gettext("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes)
    if minutes and rest:
        return gettext("%(minutes)d min %(seconds)d s", minutes=minutes, seconds=rest)
    return gettext("%(minutes)d min", minutes=minutes) if minutes else gettext("%(seconds)d s", seconds=rest)


def local(moment: datetime) -> datetime:
    """A moment of the database (UTC, with or without its zone) on the clocks of Brussels."""
    return moment.astimezone(clock.BRUSSELS) if moment.tzinfo else clock.local(moment)


def hour(moment: datetime) -> str:
    return local(moment).strftime("%H:%M")


def clock_time(moment: datetime) -> str:
    return local(moment).strftime("%H:%M:%S")


def when(moment: datetime, now: datetime) -> str:
    """ "02:45" today, "21 nov. 19:12" on another day, with the year when it is not this one."""
    moment, now = local(moment), local(now)
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    pattern = "d MMM" if moment.year == now.year else "d MMM y"
    return f"{format_date(moment, pattern, locale=locale())} {moment:%H:%M}"


def day(moment: datetime | date, weekday: bool = False) -> str:
    """ "22 november 2026", or "zondag 22 november 2026"; a datetime is first brought to Brussels."""
    on = local(moment).date() if isinstance(moment, datetime) else moment
    return long_day(on, str(locale()), weekday=weekday)


# ── Moments in a page ───────────────────────────────────────────────────
# What a template writes with |when, |hour, |clock_time and |day is also there for whoever points at it, for a reader of
# the screen and for a program: the whole moment. A sentence that is made here in Python stays plain text.


@lru_cache(maxsize=512)
def _whole_day(on: date, lang: str) -> str:
    return long_day(on, lang, weekday=True)


def timed(said: str, moment: datetime | date, **marks: bool) -> Markup:
    """A moment or a day as a page says it, with the whole of it for who points at it, and in a form that is the same everywhere."""
    begin = Markup("<time") + Markup("").join(Markup(" data-{}").format(mark) for mark in marks)
    if not isinstance(moment, datetime):
        title, stamp = _whole_day(moment, str(locale())), moment.isoformat()
    else:
        here = local(moment)
        title = f"{_whole_day(here.date(), str(locale()))}, {here:%H:%M:%S}"
        stamp = here.isoformat(timespec="seconds")
    return begin + Markup(' datetime="{}" title="{}">{}</time>').format(stamp, title, said)


def ago(moment: datetime, now: datetime) -> Markup:
    """ "5 minuten geleden" within a day, and like `when` beyond it; app.js keeps it true while the page stands open."""
    away = local(moment) - local(now)
    if abs(away) >= timedelta(days=1):
        return timed(when(moment, now), moment)
    said = format_timedelta(away, granularity="minute", threshold=1, add_direction=True, locale=locale())
    return timed(said, moment, ago=True)


def _when_timed(moment: datetime, now: datetime) -> Markup:
    return timed(when(moment, now), moment)


def _hour_timed(moment: datetime) -> Markup:
    return timed(hour(moment), moment)


def _clock_timed(moment: datetime) -> Markup:
    return timed(clock_time(moment), moment)


def _day_timed(moment: datetime | date, weekday: bool = False) -> Markup:
    return timed(day(moment, weekday), moment)


TIMED = {"when": _when_timed, "hour": _hour_timed, "clock_time": _clock_timed, "day": _day_timed, "ago": ago}


def lit(text: str, sought: Iterable[str]) -> Markup:
    """The text with a mark on each of these words wherever they stand in it."""
    words = "|".join(map(re.escape, sorted(filter(None, sought), key=len, reverse=True)))
    if not words:
        return escape(text)
    parts = re.split(f"({words})", text)  # what is sought stands at the odd places
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if at % 2 else part for at, part in enumerate(parts)
    )


def colon(label: str) -> str:
    """A label and the colon behind it, with the spaces of the language: French has one before it."""
    return gettext("%(label)s: ", label=label)


def phone(e164: str) -> str:
    """A number as people write it at home, kept on one line."""
    from dispatch.people.numbers import national

    return national(e164).replace(" ", NBSP)


def pages_shown(page: int, pages: int) -> list[int | None]:
    """The page numbers worth a link: the ends and the neighbours; None is a gap of more than one."""
    near = sorted({1, pages} | set(range(max(1, page - 1), min(pages, page + 1) + 1)))
    shown: list[int | None] = []
    for n in near:
        gap = n - (shown[-1] if shown else 0)
        shown += [n - 1] if gap == 2 else [None] if gap > 2 else []
        shown.append(n)
    return shown


def faults_of(form) -> list[tuple[str, str, str]]:
    """What is wrong in a WTForms form, in the order of its fields: (id, label, sentence)."""
    return [(field.id, field.label.text, field.errors[0]) for field in form if field.errors]


def page_defaults() -> dict:
    """What base.html needs, at rest; the app's own context, registered later, fills it in."""
    return {
        "lang": str(locale()).replace("_", "-"),
        "menu": [],  # objects with .url .label .is_current
        "who": None,  # an object with .id .name .role .organisation, in words
        "demonstration": False,  # whether its accounts are here, that sign in with a printed password
        "practice": False,  # whether what the page shows is practice
        "practises": False,  # whether this person does: a page of something real says so
        "live_strip": None,  # an object with .name .accepted .total .url
        "home_url": "/",
        "signin_url": "/signin",
        "signout_url": "/signout",
        "practice_end_url": "",
        "account_url": "",
        "language_url": "",
        "here": "",  # the address to come back to, "" where there is none
        "language_words": LANGUAGE_WORDS,
        "help_url": "",
        "go_url": "",  # where one types where to go
        "tour": None,  # the strip of the first steps: views/tour.py
        "helpdesk": "",
        "contacts": [],  # objects with .label .said .tel (empty: no number in it)
        "accessibility_url": "",
        "privacy_url": "",
    }


FILTERS = (phone, colon, money, number, duration, lit)


def register(app: Flask) -> None:
    """Gives the templates their filters, looks and defaults. To be called before the app's own context processor."""
    app.jinja_env.filters.update({function.__name__: function for function in FILTERS} | TIMED)
    app.jinja_env.filters.update(
        message_look=MESSAGE_LOOKS.__getitem__,
        campaign_look=CAMPAIGN_LOOKS.__getitem__,
        activation_look=ACTIVATION_LOOKS.__getitem__,
        mood_look=mood_look,
    )
    app.jinja_env.globals.update(pages_shown=pages_shown, faults_of=faults_of, dial=dial)
    # No manual and nobody beside a page by itself; the app puts its own in place.
    app.jinja_env.globals.update(chapter_url=str, page_mode=str)
    app.jinja_env.bytecode_cache = Compiled(beside("compiled"))
    app.jinja_env.optimized = False  # it would write a number down as the first reader counts
    app.jinja_env.newstyle_gettext = True
    app.jinja_env.globals.update(_=_said, gettext=_said, ngettext=_said_of_many)
    app.extensions["babel"].instance.domain_instance = House()
    app.context_processor(page_defaults)


class Compiled(FileSystemBytecodeCache):
    """What the templates were compiled to, in a folder that belongs to the database.

    To compile what one page needs takes a quarter of a second, which the first visitor after each start would wait for.
    """

    def __init__(self, folder: Path):
        with suppress(OSError):  # then each process compiles for itself
            folder.mkdir(mode=0o700, exist_ok=True)
        super().__init__(str(folder), f"%s.{version('jinja2')}.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, UnpicklingError):  # cut off by a disk that was full
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # a disk that is full keeps no page from being read
            super().dump_bytecode(bucket)


class House(Domain):
    """The catalogues of dispatch.words: read once, for pages as for mails."""

    def get_translations(self) -> NullTranslations:
        return translator(get_locale().language)


@pass_context
def _said(context: Context, msgid: str, **facts) -> str:
    return _filled_in(context, translator(get_locale().language).gettext(msgid), facts)


@pass_context
def _said_of_many(context: Context, one: str, more: str, num: int, **facts) -> str:
    said = translator(get_locale().language).ngettext(one, more, num)
    return _filled_in(context, said, {"num": num} | facts)


def _filled_in(context: Context, said: str, facts: dict) -> str:
    """A sentence of the catalogue with its facts; what they hold is escaped where the template escapes."""
    if isinstance(said, Eliding):
        said = said.before(facts)
    words = Markup(said) if context.eval_ctx.autoescape else said  # nosec B704 # of our own catalogue
    return words % facts
