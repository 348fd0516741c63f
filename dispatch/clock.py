"""The only place that asks what time it is."""

from datetime import UTC, datetime, timedelta
from time import time
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
EPOCH = datetime(1970, 1, 1)  # in UTC


def now() -> datetime:
    """This moment in UTC without a zone, as every moment in the database is kept."""
    return EPOCH + timedelta(
        0, time()
    )  # half the price of a moment with a zone that is taken off, thrice a message


def second() -> int:
    """The whole seconds since 1970."""
    return int(time())


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of Brussels."""
    return moment.replace(tzinfo=UTC).astimezone(BRUSSELS)


def from_local(moment: datetime) -> datetime:
    """The UTC moment of a wall-clock time in Brussels, as a person types it."""
    return moment.replace(tzinfo=BRUSSELS).astimezone(UTC).replace(tzinfo=None)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def now_with_zone() -> datetime:
    """This moment as the scheduler wants it."""
    return datetime.now(UTC)
