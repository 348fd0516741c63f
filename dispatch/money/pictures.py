"""The credit over time: what was left at the end of each day, and the day on which it runs dry at this pace."""

from datetime import date, datetime, time, timedelta

from peewee import fn

from dialect import hour_of
from dispatch import clock
from dispatch.money import forecast
from dispatch.onboarding.orders import euros
from dispatch.pictures.balance import Words, balance
from dispatch.pictures.picture import Picture, counted
from dispatch.words import N_, InFigures, translator, with_euro
from models import LedgerLine, Organisation

DAYS = 365
FARTHEST = 365  # days ahead: what lasts longer is not drawn to its end
MONTH_DAYS = 30
DATE = N_("%d/%m/%y")


def credit(
    organisation: Organisation, lang: str, now: datetime, *, ends_on: date | None = None
) -> Picture | None:
    """What was left in the year up to today, with a forecast, or up to `ends_on` without; None before the first line."""
    today = clock.local(now).date()
    last = min(ends_on or today, today)
    days = _balances(organisation, last)
    if not days:
        return None
    left = forecast.months_left(organisation, now) if last == today else None
    ahead = _ahead(today, left, days[-1][1])
    _ = translator(lang).gettext
    say = counted(lang)
    words = Words(
        title=_("Credit over time"),
        desc=_desc(days[-1], ahead, lang),
        empty=_("used up on"),
        header=(_("Day"), _("Left at its end")),
        key=(_("left, with what is put aside"), _("if it goes on at this pace")),
    )
    return balance(
        "credit",
        words,
        days,
        lambda mills: with_euro(say(mills / 1000), lang),
        lambda mills: euros(mills, lang),
        _(DATE),
        forecast=ahead,
    )


def _desc(last: tuple[date, int], ahead: tuple[date, int] | None, lang: str) -> str:
    _ = translator(lang).gettext
    said = _("%(left)s was left on %(day)s.") % {
        "left": euros(last[1], lang),
        "day": InFigures(last[0], DATE).said_by(_),
    }
    if ahead and ahead[1] <= 0:
        said += " " + _("At the pace of the last three months it is used up on %(day)s.") % {
            "day": InFigures(ahead[0], DATE).said_by(_)
        }
    return said


def _ahead(today: date, months: float | None, left: int) -> tuple[date, int] | None:
    """The day on which nothing is left, or what is left at the edge of the picture."""
    if months is None or left <= 0:
        return None
    days = max(1, round(months * MONTH_DAYS))
    if days <= FARTHEST:
        return today + timedelta(days=days), 0
    return today + timedelta(days=FARTHEST), round(left * (1 - FARTHEST / days))


def _balances(organisation: Organisation, last: date) -> list[tuple[date, int]]:
    """What was left at the end of the days on which something moved, and on the last one; the year before it."""
    since = last - timedelta(days=DAYS)
    begins_at, ends_at = (
        clock.from_local(datetime.combine(on, time())) for on in (since, last + timedelta(days=1))
    )
    moved = fn.SUM(LedgerLine.available_mills + LedgerLine.held_mills)
    mine = LedgerLine.organisation == organisation.id
    before = LedgerLine.select(moved).where(mine, LedgerLine.at < begins_at).scalar()
    changes = _changes(mine, begins_at, ends_at)
    if before is None and not changes:
        return []
    days, left = ([(since, before)] if before is not None else []), before or 0
    for on, mills in sorted(changes.items()):
        left += mills
        days.append((on, left))
    if days[-1][0] != last:
        days.append((last, left))
    return days


def _changes(mine, begins_at: datetime, ends_at: datetime) -> dict[date, int]:
    """What moved on each day of Brussels: the database adds up, so that a big campaign is a few rows."""
    hour = hour_of(LedgerLine.at)
    rows = (
        LedgerLine.select(hour, fn.SUM(LedgerLine.available_mills + LedgerLine.held_mills))
        .where(mine, LedgerLine.at >= begins_at, LedgerLine.at < ends_at)
        .group_by(hour)
        .tuples()
    )
    changes: dict[date, int] = {}
    for at, mills in rows:
        on = clock.local(datetime.fromisoformat(at)).date()
        changes[on] = changes.get(on, 0) + mills
    return changes
