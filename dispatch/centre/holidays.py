"""The public holidays of Belgium (act of 4 January 1974, royal decree of 18 April 1974, article 1)."""

from datetime import date, timedelta
from functools import lru_cache

FIXED = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


@lru_cache
def of_year(year: int) -> frozenset[date]:
    """The ten public holidays of a year."""
    sunday = easter(year)
    moving = (sunday + timedelta(days=days) for days in AFTER_EASTER)
    return frozenset([date(year, month, day) for month, day in FIXED] + list(moving))


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian rule: the Sunday after the full moon of the church on or after 21 March."""
    century = year // 100
    golden = year % 19
    skipped = century - century // 4 - (8 * century + 13) // 25
    epact = (skipped + 19 * golden + 15) % 30
    epact -= epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    days = epact - weekday  # from 28 March
    return date(year, 3, 28) + timedelta(days=days)
