"""The tariff of annex 4: what an activation costs, as data that the contact centre keeps up to date.

Money is in mills, thousandths of a euro, without VAT. An operator is paid by the quarter hour of the clock; each has
one rate, by the clocks of Brussels when it begins: a holiday, else a weekend, else night or day.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from dispatch import clock, rights
from dispatch.centre import annexes, holidays
from dispatch.errors import Incomplete, NotAllowed
from dispatch.words import N_, Sentence
from models import Activation, Agreement, Annex, Contract, Milestone, User

NUMBER = 4
RATES = {"day": N_("day"), "night": N_("night"), "weekend": N_("weekend"), "holiday": N_("holiday")}
DESKS = {"d5": N_("D5, general information"), "d2": N_("D2, victims and relatives")}
SPLITS = {
    "equally": N_("in equal parts"),
    "by_calls": N_("by the calls that are about each municipality, in equal parts while there are none"),
}
AMOUNTS = {
    "activation": N_("Activation of the number, once"),
    "d5_day": N_("Operator D5, a quarter hour by day"),
    "d5_night": N_("Operator D5, a quarter hour at night"),
    "d5_weekend": N_("Operator D5, a quarter hour in a weekend"),
    "d5_holiday": N_("Operator D5, a quarter hour on a holiday"),
    "d2_day": N_("Operator D2, a quarter hour by day"),
    "d2_night": N_("Operator D2, a quarter hour at night"),
    "d2_weekend": N_("Operator D2, a quarter hour in a weekend"),
    "d2_holiday": N_("Operator D2, a quarter hour on a holiday"),
    "telephone": N_("Telephone, a minute of talking"),
}
TIMES = {"day_from": N_("The day begins at"), "day_until": N_("The night begins at")}
HOURS = {
    "minimum_operator": N_("At least so many hours for an operator who comes"),
    "minimum_opening": N_("At least so many hours for an opening"),
}
LABELS = (
    AMOUNTS
    | TIMES
    | HOURS
    | {
        "split": N_("Municipalities that share one emergency pay"),
        "extra_holidays": N_("Holidays beside the ten public ones"),
        "is_demonstration": N_("These are demonstration amounts"),
        "from_on": N_("In force from"),
    }
)
MOST_MILLS = 10_000_000
MOST_QUARTERS = 96
MOST_DAYS = 60


@dataclass(frozen=True)
class Prices:
    """A tariff, read: amounts in mills, minimum times in quarter hours."""

    activation: int
    d5_day: int
    d5_night: int
    d5_weekend: int
    d5_holiday: int
    d2_day: int
    d2_night: int
    d2_weekend: int
    d2_holiday: int
    telephone: int  # a minute
    day_from: time
    day_until: time
    minimum_operator: int
    minimum_opening: int
    split: str
    extra_holidays: tuple[date, ...] = ()
    is_demonstration: bool = False

    def rate(self, at: datetime) -> str:
        """What kind of quarter hour begins at this moment (UTC), by the clocks and the calendar of Brussels."""
        here = clock.local(at)
        if here.date() in holidays.of_year(here.year) or here.date() in self.extra_holidays:
            return "holiday"
        if here.weekday() >= 5:
            return "weekend"
        return "day" if self.day_from <= here.time() < self.day_until else "night"

    def quarter(self, desk: str, rate: str) -> int:
        """Mills for one operator during one quarter hour."""
        return getattr(self, f"{desk}_{rate}")

    def talking(self, seconds: int) -> int:
        """Mills for so many seconds at the telephone: the only amount that is rounded, half a mill upwards."""
        exact = Decimal(seconds * self.telephone) / 60
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


# ── Which one is in force ───────────────────────────────────────────────


def versions(of: Agreement | Contract) -> list[Annex]:
    """The versions of annex 4 with prices, of one agreement or of one framework contract, newest first."""
    return [annex for annex in _theirs(of).order_by(Annex.version.desc()) if is_priced(annex)]


def is_priced(annex: Annex) -> bool:
    """Whether it has prices to reckon with, and is not only a paper or a text."""
    return annex.number == NUMBER and "split" in annex.content


def in_force(agreement: Agreement, day: date) -> Annex | None:
    """The version that holds on a day: the agreement's own, else that of the framework contract above it."""
    for of in filter(None, (agreement, agreement.contract)):
        begun = [annex for annex in versions(of) if annex.from_on <= day]
        if begun:
            return begun[0]  # the last that was written, as of every annex
    return None


def of_activation(activation: Activation, now: datetime) -> Annex | None:
    """The version that was in force when the activation was requested, whatever came later."""
    ids = activation.annexes or []
    found = next((annex for annex in Annex.select().where(Annex.id.in_(ids)) if is_priced(annex)), None)
    return found or in_force(activation.agreement, clock.local(_asked_at(activation) or now).date())


def _asked_at(activation: Activation) -> datetime | None:
    asked = activation.milestones.where(Milestone.status == "requested").first()
    return asked.at if asked else None


def _theirs(of: Agreement | Contract):
    owner = Annex.agreement if isinstance(of, Agreement) else Annex.contract
    return Annex.select().where(owner == of.id, Annex.number == NUMBER)


def read(annex: Annex) -> Prices:
    """The prices of a version, as `content` writes them."""
    told = annex.content
    return Prices(
        **{name: told[name] for name in (*AMOUNTS, *HOURS, "split", "is_demonstration")},
        **{name: time.fromisoformat(told[name]) for name in TIMES},
        extra_holidays=tuple(map(date.fromisoformat, told["extra_holidays"])),
    )


def content(prices: Prices) -> dict:
    """The same as JSON: hours as "07:00", days as "2026-07-11"."""
    told = asdict(prices)
    told |= {name: f"{told[name]:%H:%M}" for name in TIMES}
    return told | {"extra_holidays": [day.isoformat() for day in prices.extra_holidays]}


# ── The form ────────────────────────────────────────────────────────────


def price(of: Agreement | Contract, typed: Mapping[str, str], *, by: User, now: datetime) -> Annex:
    """A new version of annex 4 from the form, as it was typed; raises Incomplete with a sentence for each field.

    Only the contact centre itself writes it. A later version begins today or later: what was promised stays.
    """
    _judge(of, by)
    today = clock.local(now).date()
    values, faults = _read_form(typed)
    earliest = today if annexes.latest_version(of, NUMBER) else date.min
    if not faults.get("from_on") and values["from_on"] < earliest:
        faults["from_on"] = Sentence(N_("A new version holds from today on at the earliest."))
    if faults:
        raise Incomplete(N_("The tariff was not kept yet. What you typed is still here."), faults)
    from_on = values.pop("from_on")
    return annexes.add(of, NUMBER, content(Prices(**values)), from_on, by=by, now=now)


def _judge(of: Agreement | Contract, by: User) -> None:
    if not rights.may(by, "activation.answer") or by.organisation_id != of.centre_id:
        raise NotAllowed(N_("Only the contact centre writes its tariff down."))


def typed_of(annex: Annex | None) -> dict[str, str]:
    """What the form shows of a version; without one, an empty form."""
    if annex is None:
        return {"split": "equally", "day_from": "07:00", "day_until": "20:00"}
    told = annex.content
    return {
        **{name: shown(told[name]) for name in AMOUNTS},
        **{name: told[name] for name in (*TIMES, "split")},
        **{name: shown_hours(told[name]) for name in HOURS},
        "extra_holidays": "\n".join(told["extra_holidays"]),
        "is_demonstration": "1" if told["is_demonstration"] else "",
    }


def shown(mills: int) -> str:
    """45595 as "45,595"; the third decimal goes when it is 0."""
    euros, rest = divmod(mills, 1000)
    return f"{euros},{rest:03}".removesuffix("0") if rest % 10 == 0 else f"{euros},{rest:03}"


def shown_hours(quarters: int) -> str:
    return f"{quarters / 4:g}".replace(".", ",")


def _read_form(typed: Mapping[str, str]) -> tuple[dict, dict[str, Sentence]]:
    values, faults = {}, {}
    readers = (
        {name: mills for name in AMOUNTS}
        | {name: _hour for name in TIMES}
        | {name: _quarters for name in HOURS}
        | {"split": _split, "extra_holidays": _days, "from_on": _day}
    )
    for name, reader in readers.items():
        try:
            values[name] = reader(typed.get(name, "").strip())
        except ValueError as fault:
            faults[name] = Sentence(str(fault))
    values["is_demonstration"] = bool(typed.get("is_demonstration"))
    if not faults.keys() & set(TIMES) and values["day_from"] >= values["day_until"]:
        faults["day_until"] = Sentence(N_("The night begins after the day. Write a later hour."))
    return values, faults


def mills(typed: str) -> int:
    """ "45,595" or "45.50" euros in mills; raises ValueError with what to write."""
    found = re.fullmatch(r"([0-9]{1,5})(?:[.,]([0-9]{1,3}))?", re.sub(r"[€\s]", "", typed))
    amount = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else None
    if amount is None or amount > MOST_MILLS:
        raise ValueError(N_("Write an amount in euros, such as 12,50 or 0,125. What you typed was kept."))
    return amount


def _hour(typed: str) -> time:
    found = re.fullmatch(r"([0-9]{1,2})[:.hu](00|15|30|45)", typed)
    if not found or int(found[1]) > 23:
        raise ValueError(N_("Write an hour in whole quarters, such as 07:00. What you typed was kept."))
    return time(int(found[1]), int(found[2]))


def _quarters(typed: str) -> int:
    found = re.fullmatch(r"([0-9]{1,2})(?:[.,](0|00|25|5|50|75))?", typed)
    number = int(found[1]) * 4 + int((found[2] or "0").ljust(2, "0")) // 25 if found else None
    if number is None or number > MOST_QUARTERS:
        raise ValueError(N_("Write hours in whole quarters, such as 2 or 1,5; 0 for none. At most 24."))
    return number


def _split(typed: str) -> str:
    if typed not in SPLITS:
        raise ValueError(N_("Choose how municipalities share."))
    return typed


def _days(typed: str) -> tuple[date, ...]:
    days = tuple(sorted({_day(line) for line in typed.split()}))
    if len(days) > MOST_DAYS:
        raise ValueError(N_("These are more holidays than a tariff needs. Write at most sixty."))
    return days


def _day(typed: str) -> date:
    found = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", typed)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(typed)
    except ValueError:
        raise ValueError(N_("Write a day as 2026-07-11 or 11/07/2026. What you typed was kept.")) from None
