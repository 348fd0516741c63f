"""The tariffs as an administrator writes them: from a day on, never for a day that is past; a future one is withdrawn.

No amount stands in code. What was billed keeps the price of its day: each line of the ledger holds its own.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from dispatch import audit, clock
from dispatch.errors import Incomplete, WrongMoment
from dispatch.money.prices import mills_of
from dispatch.onboarding import orders
from dispatch.words import N_, Sentence
from models import Audit, Tariff, User, writing

# What is charged for, as the order form and the statement name it; an e-mail is free. (code, per, names)
CHARGED = (
    ("activation", "once", {"nl": "Activering", "fr": "Activation", "de": "Aktivierung", "en": "Activation"}),
    ("year", "year", {"nl": "Abonnement", "fr": "Abonnement", "de": "Abonnement", "en": "Subscription"}),
    (
        "sms",
        "piece",
        {
            "nl": "SMS, per deel van 160 tekens",
            "fr": "SMS, par partie de 160 signes",
            "de": "SMS, je Teil von 160 Zeichen",
            "en": "SMS, each part of 160 characters",
        },
    ),
    (
        "voice",
        "piece",
        {
            "nl": "Gesproken bericht, per begonnen 60 seconden",
            "fr": "Message vocal, par 60 secondes entamées",
            "de": "Sprachnachricht, je angefangene 60 Sekunden",
            "en": "Spoken message, each started 60 seconds",
        },
    ),
)
AMOUNT = N_("Type an amount in euro with at most three decimals, such as 788,88 or 0,055.")
PERCENT = N_("Type a percentage such as 21 or 5,5.")
DAY = N_("Choose a day, such as 2027-01-01.")
PAST = N_("Choose today or a later day: what was billed before keeps its price.")
SAME_VAT = N_(
    "Another VAT holds from tomorrow at the earliest: what left today was billed with the present one."
)
TAKEN = N_("Prices begin on this day already. Withdraw these first, or choose another day.")
IN_FORCE = N_(
    "The prices of today are in force, and messages may have left at them. Write the right ones for tomorrow."
)


class Version(NamedTuple):
    """One tariff in the history; `ends_on` is the day on which the next one begins, None for the last."""

    tariff: Tariff
    ends_on: date | None
    by: str  # "" when a command wrote it down
    is_future: bool
    is_in_force: bool


def history(now: datetime) -> list[Version]:
    """Every tariff, the latest first, with who wrote it down."""
    today, found, ends_on = clock.local(now).date(), [], None
    writers = _writers()
    for tariff in Tariff.select().order_by(Tariff.begins_on.desc()):
        is_future = tariff.begins_on > today
        in_force = not is_future and (ends_on is None or ends_on > today)
        found.append(Version(tariff, ends_on, writers.get(f"tariff:{tariff.id}", ""), is_future, in_force))
        ends_on = tariff.begins_on
    return found


def _writers() -> dict[str, str]:
    told = Audit.select(Audit.subject, User.name).join(User, on=(Audit.by == User.id))
    return dict(told.where(Audit.deed == "tariff.added").order_by(Audit.id).tuples())


def proposed(now: datetime) -> list[dict]:
    """The prices that a new tariff begins from: those of the latest one, and what it does not know yet without amount."""
    latest = Tariff.select().order_by(Tariff.begins_on.desc()).first()
    known = {price["code"]: price for price in (latest.prices if latest else ())}
    usual = {code: {"code": code, "per": per, "name": name, "mills": None} for code, per, name in CHARGED}
    return list((usual | known).values())


def price(typed: Mapping[str, str], *, by: User, now: datetime) -> Tariff:
    """Lets these prices hold from a day on: "begins_on" as 2027-01-01, "vat" in percent, "price-CODE" in euro.

    Raises Incomplete with a fault for each field that cannot be read; nothing is kept then.
    """
    faults: dict[str, Sentence] = {}
    prices = [_priced(price, typed, faults) for price in proposed(now)]
    begins_on = _day(typed, faults, now)
    permille = _permille(typed.get("vat", ""), faults)
    if begins_on and Tariff.select().where(Tariff.begins_on == begins_on).exists():
        faults["begins_on"] = Sentence(IN_FORCE if begins_on == clock.local(now).date() else TAKEN)
    if begins_on == clock.local(now).date() and _other_vat(permille, begins_on):
        faults["vat"] = Sentence(SAME_VAT)
    if faults:
        raise Incomplete(N_("Nothing was changed. The form is not complete."), faults)
    return orders.add_tariff(prices, begins_on, vat_permille=permille, by=by, now=now)


def _other_vat(permille: int, day: date) -> bool:
    """What left this morning was billed with the VAT of the tariff in force, whatever is written down at noon."""
    current = orders.tariff_on(day)
    return current is not None and current.vat_permille != permille


def _priced(price: dict, typed: Mapping[str, str], faults: dict[str, Sentence]) -> dict:
    field = f"price-{price['code']}"
    mills = mills_of(typed.get(field, ""))
    if mills is None or mills < 0:
        faults[field] = Sentence(AMOUNT)
    return price | {"mills": mills}


def _day(typed: Mapping[str, str], faults: dict[str, Sentence], now: datetime) -> date | None:
    try:
        day = date.fromisoformat(typed.get("begins_on", ""))
    except ValueError:
        faults["begins_on"] = Sentence(DAY)
        return None
    if day < clock.local(now).date():
        faults["begins_on"] = Sentence(PAST)
    return day


def _permille(typed: str, faults: dict[str, Sentence]) -> int:
    """Per cent as typed, "21" or "5,5", in thousandths of the amount."""
    mills = mills_of(typed.strip().removesuffix("%"))
    if mills is None or not 0 <= mills <= 100_000 or mills % 100:
        faults["vat"] = Sentence(PERCENT)
        return 0
    return mills // 100


def withdraw(tariff: Tariff, *, by: User, now: datetime) -> None:
    """Takes back prices that are not in force yet; raises WrongMoment once their day has come."""
    today = clock.local(now).date()
    with writing():
        gone = Tariff.delete().where(Tariff.id == tariff.id, Tariff.begins_on > today).execute()
        if not gone:
            raise WrongMoment(
                N_("These prices are in force, or somebody withdrew them. Nothing was changed.")
            )
        facts = {"begins_on": tariff.begins_on.isoformat(), "tariff": tariff.id}
        facts["prices"] = {price["code"]: price["mills"] for price in tariff.prices}
        audit.record("tariff.withdrawn", None, by=by, now=now, **facts)
