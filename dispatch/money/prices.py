"""What one part costs on a day: the tariff's word, nothing in code."""

from collections.abc import Mapping
from datetime import datetime

from dialect import document
from dispatch import clock
from dispatch.onboarding import orders
from models import Prepared, Tariff, slots

LARGEST_EUROS = 7  # digits before the comma
CODES = {"sms": "sms", "voice": "voice"}  # an e-mail is free
(_day,) = slots(1)
_IN_FORCE = Prepared(
    Tariff.select(Tariff.prices).where(Tariff.begins_on <= _day).order_by(Tariff.begins_on.desc()).limit(1)
)  # asked for every few messages that are accepted


def unit_mills(now: datetime) -> dict[str, int]:
    """By channel what a part of an SMS, or a started minute of a call, costs today; {} without a tariff."""
    found = _IN_FORCE.rows(clock.local(now).date().isoformat())
    mills = {price["code"]: price["mills"] for (prices,) in found for price in document(prices)}
    return {channel: mills[code] for channel, code in CODES.items() if code in mills}


def cost(parts: Mapping[str, int], now: datetime) -> int:
    """What so many parts by channel cost today."""
    units = unit_mills(now)
    return sum(number * units.get(channel, 0) for channel, number in parts.items())


def vat_today(mills: int, now: datetime) -> int:
    """The VAT that comes on top of an amount today."""
    tariff = orders.tariff_on(clock.local(now).date())
    return vat_mills(mills, tariff.vat_permille) if tariff else 0


def vat_mills(mills: int, permille: int) -> int:
    """The VAT on an amount, halves away from zero."""
    sign = -1 if mills < 0 else 1
    return sign * ((abs(mills) * permille + 500) // 1000)


def mills_of(typed: str) -> int | None:
    """Euros as they are typed, "1.275,50" or "-12", in thousandths; None when that cannot be read."""
    sign = -1 if typed.strip().startswith("-") else 1
    plain = typed.strip().lstrip("-").strip().removeprefix("€").replace(" ", "").replace("\xa0", "")
    euros, _comma, rest = plain.replace(".", "").partition(",")
    digits = euros + rest
    if not (digits.isascii() and digits.isdecimal()) or len(rest) > 3 or len(euros) > LARGEST_EUROS:
        return None
    return sign * (int(euros or 0) * 1000 + int(rest.ljust(3, "0")))
