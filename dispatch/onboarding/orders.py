"""The order form: what an organisation orders at the prices in force that day, kept as the paper that was made of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from babel.numbers import format_decimal
from peewee import IntegrityError

from dispatch import audit, clock, papers
from dispatch.errors import Incomplete, Refusal
from dispatch.onboarding import contracts
from dispatch.papers.order import PER
from dispatch.words import N_, Sentence, long_day, with_euro
from models import Document, Order, Organisation, Tariff, User, writing

KIND = "order_form"
MOST_OF_ONE = 10_000_000


class Line(NamedTuple):
    """One line of an order; money in thousandths of a euro, without VAT."""

    code: str
    name: str
    number: int
    mills: int
    per: str

    @property
    def total(self) -> int:
        return self.number * self.mills


# ── Tariffs ─────────────────────────────────────────────────────────────


def add_tariff(
    prices: list[dict], begins_on: date, *, vat_permille: int = 210, by: User | None, now: datetime
) -> Tariff:
    """Keeps prices that hold from a day on, until the next tariff; raises Refusal when they cannot be read.

    Each price is {"code", "name": {language: words}, "mills": thousandths of a euro, "per": a key of PER}.
    """
    if not isinstance(prices, list) or not prices or not all(map(_is_price, prices)):
        raise Refusal(
            N_(
                "These are not prices. Each has a code, a name in each language, mills (thousandths of a euro) and "
                "per: once, year or piece."
            )
        )
    if len({price["code"] for price in prices}) < len(prices):
        raise Refusal(N_("Two prices have the same code."))
    try:
        with writing():
            made = Tariff.create(begins_on=begins_on, prices=prices, vat_permille=vat_permille)
            audit.record("tariff.added", made, by=by, now=now, begins_on=begins_on.isoformat())
    except IntegrityError:
        raise Refusal(N_("There is already a tariff from this day on.")) from None
    return made


def _is_price(price: object) -> bool:
    return (
        isinstance(price, dict)
        and price.get("per") in PER
        and isinstance(price.get("code"), str)
        and bool(price["code"])
        and type(price.get("mills")) is int
        and price["mills"] >= 0
        and isinstance(price.get("name"), dict)
        and bool(price["name"])
    )


def tariff_on(day: date) -> Tariff | None:
    """The tariff in force on a day."""
    return Tariff.select().where(Tariff.begins_on <= day).order_by(Tariff.begins_on.desc()).first()


def lines_of(tariff: Tariff, numbers: Mapping[str, int], lang: str) -> list[Line]:
    """Every price of a tariff with the number that is ordered of it."""
    return [
        Line(price["code"], name_of(price, lang), numbers.get(price["code"], 0), price["mills"], price["per"])
        for price in tariff.prices
    ]


def name_of(price: dict, lang: str) -> str:
    return price["name"].get(lang) or next(iter(price["name"].values()))


# ── Orders ──────────────────────────────────────────────────────────────


def last_of(organisation: Organisation) -> Order | None:
    """The order that counts."""
    return Order.select().where(Order.organisation == organisation.id).order_by(Order.id.desc()).first()


def total_of(numbers: Mapping[str, str], orderer: str, now: datetime) -> int:
    """What these numbers, as they were typed, cost at today's prices, in 1/1000 euro. Raises Incomplete as `place`."""
    current = tariff_on(clock.local(now).date())
    return (
        sum(line.total for line in lines_of(current, _counted(current, numbers, orderer), "en"))
        if current
        else 0
    )


def place(
    organisation: Organisation,
    numbers: Mapping[str, str],
    orderer: str,
    *,
    tariff: int,
    by: User,
    now: datetime,
) -> Order:
    """Orders these numbers, as they were typed, and makes the paper of it, in one transaction.

    `tariff` is the one whose prices the person saw. Raises Incomplete with a fault for each field.
    """
    current = tariff_on(clock.local(now).date())
    if not current or current.id != tariff:
        raise Refusal(N_("The prices changed while you filled this in. Look at them, then order again."))
    counted = _counted(current, numbers, orderer)
    lines = [line for line in lines_of(current, counted, organisation.language) if line.number]
    content = papers.order_form(_told(organisation, lines, orderer, now), organisation.language)
    with writing():
        document = Document.create(
            organisation=organisation,
            kind=KIND,
            filename=f"order-{organisation.slug}-{clock.local(now):%Y-%m-%d}.pdf",
            media_type="application/pdf",
            content=content,
            made_at=now,
        )
        made = Order.create(
            organisation=organisation,
            tariff=current,
            lines=[[line.code, line.number, line.mills] for line in lines],
            orderer=orderer.strip(),
            document=document,
            by=by,
            placed_at=now,
        )
        facts = {"tariff": current.id, "mills": sum(line.total for line in lines)}
        audit.record("order.placed", made, by=by, now=now, organisation=organisation, **facts)
    return made


def _counted(tariff: Tariff, numbers: Mapping[str, str], orderer: str) -> dict[str, int]:
    counted, faults = {}, {}
    for code in (price["code"] for price in tariff.prices):
        typed = numbers.get(code, "").strip().replace(".", "").replace(" ", "") or "0"
        if typed.isascii() and typed.isdecimal() and len(typed) < 9 and int(typed) <= MOST_OF_ONE:
            counted[code] = int(typed)
        else:
            faults[f"number-{code}"] = Sentence(N_("Type a whole number, 0 for none."))
    if not faults and not any(counted.values()):
        faults[f"number-{tariff.prices[0]['code']}"] = Sentence(
            N_("Nothing is ordered: type a number somewhere.")
        )
    if not orderer.strip():
        faults["orderer"] = Sentence(N_("Type who orders, and as what: “Jan Peeters, mayor”."))
    if faults:
        raise Incomplete(N_("Nothing was ordered. The form is not complete."), faults)
    return counted


def _told(organisation: Organisation, lines: list[Line], orderer: str, now: datetime) -> dict:
    """The order as its paper says it, in the organisation's language."""
    lang = organisation.language
    accession = contracts.accessions_of(organisation).first()
    return {
        "organisation": organisation.name,
        "provider": accession.contract.provider if accession else "",
        "contract": accession.contract.name if accession else "",
        "ordered_on": long_day(clock.local(now).date(), lang),
        "orderer": orderer.strip(),
        "lines": [
            (
                line.name,
                format_decimal(line.number, locale=lang),
                euros(line.mills, lang),
                line.per,
                euros(line.total, lang),
            )
            for line in lines
        ],
        "total": euros(sum(line.total for line in lines), lang),
    }


def euros(mills: int, lang: str) -> str:
    """Thousandths of a euro as "€ 788,88"; the third decimal only where it says something."""
    pattern = "#,##0.000" if mills % 10 else "#,##0.00"
    return with_euro(format_decimal(mills / 1000, format=pattern, locale=lang), lang)
