"""An emergency with people, calls and a tariff, for what it costs; and the same costs reckoned a second time, slowly."""

from collections import Counter
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import zip_longest

from dispatch import clock
from dispatch.centre import prices
from models import (
    Activation,
    Agreement,
    Annex,
    Call,
    Emergency,
    Milestone,
    Organisation,
    Presence,
    ScaleUp,
    User,
)
from tests import cast, town
from tests.exercising import TYPED


def tariff(agreement: Agreement, **typed: str) -> Annex:
    """A version of annex 4 from the form, written by somebody of the centre."""
    by = User.get_or_none(User.organisation == agreement.centre, User.role == "centre_supervisor")
    by = by or town.user("centre_supervisor", agreement.centre)
    return prices.price(agreement, TYPED | typed, by=by, now=cast.NOON)


def agreement(municipality: Organisation, centre: Organisation) -> Agreement:
    return Agreement.create(
        municipality=municipality,
        centre=centre,
        signed_on=date(2026, 1, 5),
        begins_on=date(2026, 1, 5),
        ends_on=date(2027, 12, 31),
    )


def emergency(centre: Organisation, began_at: datetime, name: str = "Gaslek") -> Emergency:
    return Emergency.create(centre=centre, name=name, number="1771", is_practice=False, began_at=began_at)


def activation(
    where: Emergency,
    under: Agreement,
    opened_at: datetime,
    closed_at: datetime | None = None,
    by: User | None = None,
) -> Activation:
    """An open or closed activation, with its milestones, asked half an hour before it opened."""
    by = by or User.get_or_none(User.organisation == under.municipality)
    by = by or town.user("authorised_person", under.municipality)
    made = Activation.create(
        municipality=under.municipality,
        agreement=under,
        emergency=where,
        status="closed" if closed_at else "open",
        is_practice=False,
        form=town.FORM,
        callback_code="0001",
        number="1771",
        by=by,
        created_at=opened_at - timedelta(hours=1),
        changed_at=closed_at or opened_at,
    )
    moments = {"requested": opened_at - timedelta(minutes=30), "open": opened_at, "closed": closed_at}
    for status, at in moments.items():
        if at:
            Milestone.create(activation=made, status=status, at=at, recorded_at=at, by=by)
    return made


def present(
    where: Emergency, operator: User, from_at: datetime, until_at: datetime | None, desk: str = "d5"
) -> Presence:
    return Presence.create(
        emergency=where, operator=operator, from_at=from_at, until_at=until_at, desk=desk, languages=["nl"]
    )


def operators(centre: Organisation, number: int) -> list[User]:
    return [town.user("operator", centre, email=f"operator{n}@{centre.slug}.example") for n in range(number)]


def call(
    where: Emergency, by: User, at: datetime, seconds: int, about: Organisation | None = None, **values
) -> Call:
    facts = {"kind": "d5", "language": "nl", "topic": "rook"} | values
    return Call.create(emergency=where, operator=by, at=at, seconds=seconds, municipality=about, **facts)


def scaled_up(
    of: Activation, authority: Organisation, from_at: datetime, phase: str = "provincial"
) -> ScaleUp:
    return ScaleUp.create(
        activation=of,
        phase=phase,
        authority=authority,
        from_at=from_at,
        given_by=of.by,
        given_at=from_at,
        taken_by=of.by,
        taken_at=from_at,
    )


# ── A second time, otherwise ────────────────────────────────────────────


def second_opinion(where: Emergency, annex: Annex, until: datetime) -> dict[tuple[int, int], int]:
    """Mills by (activation, bearer), minute by minute and in fractions: knows the rules, and no line of the program."""
    told = annex.content
    owed: Counter = Counter()
    sides = _sides(where)
    until = min(until, where.ended_at or until)
    for side in sides:
        owed[side["id"], _bearer(side, side["opened"])] += told["activation"]
    piles: Counter = Counter()  # (span, price) -> quarter hours, what is priced together
    cuts = _cuts(sides)
    for operator in {row.operator_id for row in where.presences}:
        for at, kind, desk in _operator(where, operator, told, until):
            piles[_span(cuts, at), kind, desk, _rate(told, at)] += 1
    first = min(side["opened"] for side in sides)
    begins = _down(min(side["opened"] for side in sides))
    agreed = max(side["agreed"] for side in sides)
    for n in range(told["minimum_opening"]):
        at = begins + timedelta(minutes=15 * n)
        there = sum(
            at == quarter
            for operator in {row.operator_id for row in where.presences}
            for quarter, _kind, _desk in _operator(where, operator, told, until)
        )
        is_shut = at > first and (at >= until or not any(_is_open(side, at) for side in sides))
        if is_shut and there < agreed:
            piles[_span(cuts, at), "opening", "d5", _rate(told, at)] += agreed - there
    for (cut, _kind, desk, rate), number in piles.items():
        _share(owed, sides, cut, number * told[f"{desk}_{rate}"], told, where, cuts, until)
    for n, cut in enumerate(cuts):
        ends = cuts[n + 1] if n + 1 < len(cuts) else until
        seconds = sum(
            row.seconds or 0
            for row in where.calls
            if (n == 0 or row.at >= cut) and row.at < min(ends, until) and not _exchange(where, row.at)
        )
        seconds += sum(
            row.talked_seconds
            for row in where.quarters
            if (n == 0 or row.begins_at >= cut) and row.begins_at < min(ends, until)
        )
        exact = Fraction(seconds * told["telephone"], 60)
        _share(owed, sides, cut, int(exact + Fraction(1, 2)), told, where, cuts, until)
    return {key: mills for key, mills in owed.items() if mills}


def _sides(where: Emergency) -> list[dict]:
    sides = []
    for one in where.activations.order_by(Activation.id):
        edges = [(row.status, row.at) for row in one.milestones if row.status in ("open", "closed")]
        opened = [at for status, at in edges if status == "open"]
        closed = [at for status, at in edges if status == "closed"]
        changes = [
            (row.from_at, row.authority_id) for row in one.scale_ups.order_by(ScaleUp.from_at, ScaleUp.id)
        ]
        sides.append(
            {
                "id": one.id,
                "town": one.municipality_id,
                "opened": opened[0],
                "times": list(zip_longest(opened, closed)),
                "changes": changes,
                "agreed": one.agreement.operators,
            }
        )
    return sides


def _bearer(side: dict, at: datetime) -> int:
    bearer = side["town"]
    for from_at, authority in side["changes"]:
        if from_at <= at:
            bearer = authority
    return bearer


def _there(sides: list[dict], at: datetime) -> list[dict]:
    there = [side for side in sides if _is_open(side, at)]
    is_first = at == min(side["opened"] for side in sides)
    return there or [side for side in sides if is_first and side["opened"] == at]


def _is_open(side: dict, at: datetime) -> bool:
    return any(opened <= at and not (closed and closed <= at) for opened, closed in side["times"])


def _cuts(sides: list[dict]) -> list[datetime]:
    first = min(side["opened"] for side in sides)
    moments = {first}
    for side in sides:
        moments |= {at or first for times in side["times"] for at in times}
        moments |= {at for at, _who in side["changes"]}
    return [at for at in sorted(moments) if at >= first and _there(sides, at)]


def _span(cuts: list[datetime], at: datetime) -> datetime:
    behind = [cut for cut in cuts if cut <= at]
    return behind[-1] if behind else cuts[0]


def _share(owed, sides, cut, mills, told, where, cuts, until) -> None:
    there = _there(sides, cut)
    weights = [1] * len(there)
    if told["split"] == "by_calls":
        ends = min([later for later in cuts if later > cut] + [until])
        counts = [
            sum(row.municipality_id == side["town"] and cut <= row.at < ends for row in where.calls)
            for side in there
        ]
        weights = counts if sum(counts) else weights
    exact = [Fraction(mills * weight, sum(weights)) for weight in weights]
    parts = [int(part) for part in exact]
    while sum(parts) < mills:
        n = max(range(len(parts)), key=lambda n: (exact[n] - parts[n], -n))
        parts[n] += 1
        exact[n] = Fraction(-1)
    for side, part in zip(there, parts, strict=True):
        owed[side["id"], _bearer(side, cut)] += part


def _operator(where: Emergency, operator: int, told: dict, until: datetime):
    """The quarter hours that one operator is paid: minute by minute when there, then what lacks."""
    desks: dict[datetime, str] = {}
    rows = sorted(
        (row for row in where.presences if row.operator_id == operator), key=lambda row: row.from_at
    )
    for row in rows:
        minute = row.from_at
        while minute < min(row.until_at or until, until):
            desks.setdefault(_down(minute), row.desk)
            minute = min(minute + timedelta(minutes=1), _down(minute) + timedelta(minutes=15))
    least, paid, run, desk = told["minimum_operator"], [], 0, ""
    at, end = min(desks, default=until), max(desks, default=until)
    away = 0
    while at <= end + timedelta(minutes=15 * least):
        if at in desks:
            if run and away >= max(1, least):
                run = 0
            desk, away, run = desks[at], 0, run + 1
            paid.append((at, "staff", desk))
        elif run:
            away += 1
            if run + away <= least and _ends_here(desks, at, away, least):
                paid.append((at, "minimum", desk))
        at += timedelta(minutes=15)
    return paid


def _ends_here(desks: dict, at: datetime, away: int, least: int) -> bool:
    """Whether the turn is over at its last quarter hour: nothing follows within the minimum."""
    last = at - timedelta(minutes=15 * away)
    return not any(last < later <= last + timedelta(minutes=15 * least) for later in desks)


def _exchange(where: Emergency, at: datetime) -> bool:
    return any(row.begins_at <= at < row.begins_at + timedelta(minutes=15) for row in where.quarters)


def _down(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


HOLIDAYS_2026 = {"01-01", "04-06", "05-01", "05-14", "05-25", "07-21", "08-15", "11-01", "11-11", "12-25"}


def _rate(told: dict, at: datetime) -> str:
    here = clock.local(at)
    if f"{here:%m-%d}" in HOLIDAYS_2026 or f"{here:%Y-%m-%d}" in told["extra_holidays"]:
        return "holiday"
    if here.isoweekday() > 5:
        return "weekend"
    return "day" if told["day_from"] <= f"{here:%H:%M}" < told["day_until"] else "night"
