"""The messages themselves: queued, claimed, recorded, advanced. Each only ever moves to a higher rank."""

import json
import logging
import random
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from peewee import Case, Select, Value

from dialect import maybe_moment, unpacked
from dispatch import logs
from dispatch.money import ledger
from dispatch.people import dead_ends
from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import due, tallies
from dispatch.sending.journal import Found
from dispatch.sending.text import measure
from models import (
    CALL_ENDINGS,
    RANKS,
    Campaign,
    Letter,
    Message,
    Prepared,
    among,
    carrying,
    database,
    is_postgres,
    locked,
    slots,
    together,
)

log = logging.getLogger(__name__)
TOLD = {"failed": logging.INFO, "expired": logging.INFO, "unsure": logging.WARNING}
MAX_ATTEMPTS = 30  # for almost an hour without a road
LONGEST_WAIT_SECONDS = 120
LEASE = timedelta(seconds=60)  # whoever lives renews it well before; see hand.py
COSTS = ("accepted", "delivered", *CALL_ENDINGS)


class Claimed(NamedTuple):
    """A message in our hands: claimed from the queue, not yet answered for."""

    id: int
    reference: str
    address: str
    names: str
    language: str


class Standing(NamedTuple):
    """Where a message stands at the moment that news of it arrives."""

    id: int
    reference: str
    status: str
    campaign: int | None
    channel: str
    attempts: int
    parts: int
    is_ours: bool = True  # and not claimed since by somebody else


class Move(NamedTuple):
    """A message's way to another status, and what is then known of it; None leaves what was known before."""

    standing: Standing
    status: str
    code: str = ""
    detail: str = ""
    road: str | None = None
    provider_reference: str | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    spent: int = 0  # attempts that count; -1 takes back the one that a claim counted


def new_reference() -> str:
    return secrets.token_hex(8)


# ── Queue ───────────────────────────────────────────────────────────────


def enqueue_letter(letter: Letter, addresses: list[str], *, channel: str = "email", now: datetime) -> None:
    facts = {"letter": letter.id, "channel": channel, "is_practice": letter.is_practice, "due_at": now}
    facts |= {"language": letter.language, "parts": measure(letter.body).parts if channel == "sms" else 1}
    own = ({"address": address, "reference": new_reference()} for address in addresses)
    Message.insert_many([facts | one for one in own]).execute()


def claim(
    channel: str, source: Campaign | Letter, *, limit: int, now: datetime, road: str = ""
) -> list[Claimed]:
    """Takes up to `limit` due messages of a campaign or letter into our hands, oldest first, while it may run.

    Only such as are what it is, practice or real: whatever wrote another one, it never leaves.
    road: the one that gets them, so that it can be asked about them though we die before it answers.
    """
    campaign = source if isinstance(source, Campaign) else None
    with carrying():
        if campaign and not due.may_leave(campaign, now, channel):
            return []
        [(found,)] = _DUE[campaign is None].rows(channel, source.id, source.is_practice, now, limit)
        rows = [Claimed._make(row) for row in json.loads(found)]
        _TAKE.rows(now, road, json.dumps([row.id for row in rows]))
        if campaign:
            tallies.count(
                {(campaign.id, channel, "queued"): -len(rows), (campaign.id, channel, "sending"): len(rows)}
            )
    return rows


def _due(*mine) -> Prepared:
    channel, source, is_practice, now, limit = slots(5)
    here = (Message.status == "queued", Message.channel == channel, *(one(source) for one in mine))
    here = (*here, Message.is_practice == is_practice)
    some = Message.select(*(getattr(Message, name) for name in Claimed._fields))
    some = some.where(*here, Message.due_at <= now).order_by(Message.due_at, Message.id).limit(limit)
    return Prepared(lambda: _in_one_value(locked(some, skipping=True), Claimed._fields))


def _in_one_value(some: Select, names: Iterable[str]) -> Select:
    return some.select_from(together(some.c[name] for name in names))


def _taken() -> Prepared:
    now, road, ids = slots(3)
    taken = Message.update(status="sending", claimed_at=now, attempts=Message.attempts + 1, road=road)
    return Prepared(taken.where(among(Message.id, ids), Message.status == "queued"))


_DUE = (
    _due(lambda campaign: Message.campaign == campaign),
    _due(lambda _: Message.campaign.is_null(), lambda letter: Message.letter == letter),
)
_TAKE = _taken()


def give_back(references: Sequence[str], now: datetime, *, held_at: datetime | None = None) -> None:
    """Returns to the queue what was claimed and surely did not leave: it was no attempt.

    held_at: when it was last claimed or kept; what somebody else has claimed since is theirs.
    """
    with carrying():
        standings = _standings(references, held_at)
        over = _over(standings)
        ours = [standing for standing in standings.values() if standing.is_ours]
        _move([_unsent(one, now, one.campaign in over, due_at=now, spent=-1) for one in ours], now)


# ── News of a message ───────────────────────────────────────────────────


def record(outcomes: Sequence[Outcome], *, road: str, now: datetime, held_at: datetime | None = None) -> None:
    """Writes down what the provider answered; an answer that a receipt has overtaken, or a second one, changes nothing.

    held_at: when it was last claimed or kept; of what somebody else has claimed since only that it was accepted counts.
    """
    answers = {one.reference: one for one in reversed(outcomes)}  # of two answers the first counts
    with carrying():
        standings = _standings(list(answers), held_at)
        over = _over(standings)
        moves = [
            _after(standing, outcome, road, now, standing.campaign in over)
            for outcome in answers.values()
            if (standing := standings.get(outcome.reference))
            and (standing.is_ours or outcome.status == "accepted")
        ]
        _move(moves, now)


def advance(receipts: Sequence[Receipt], now: datetime) -> int:
    """Moves messages by delivery receipts, in any order and however often they come; returns how many were ours."""
    with carrying():
        standings = _standings([receipt.reference for receipt in receipts])
        known = [receipt for receipt in receipts if receipt.reference in standings]
        highest: dict[str, Receipt] = {}
        for receipt in known:
            held = highest.get(receipt.reference)
            if not held or RANKS[receipt.status] > RANKS[held.status]:
                highest[receipt.reference] = receipt
        _move([_told(standings[reference], receipt, now) for reference, receipt in highest.items()], now)
    return len(known)


def keep(references: Sequence[str], now: datetime, *, held_at: datetime | None = None) -> None:
    """Says of messages that they are still in our hands, so that nobody doubts them.

    held_at: when they were last claimed or kept; what somebody else has claimed since is theirs.
    """
    with carrying():
        found = _standings(references, held_at or now).values()
        ours = [standing.id for standing in found if standing.is_ours and standing.status == "sending"]
        these = among(Message.id, Value(json.dumps(ours)))
        Message.update(claimed_at=now).where(these, Message.status == "sending").execute()


def recover(found: Found, now: datetime) -> None:
    """Settles what a process had in hand when it died, unless another one has taken it since."""
    unsure = [Outcome(reference, "unsure", code="interrupted") for reference in found.doubtful]
    with carrying():
        give_back(found.waiting, now, held_at=found.until)
        record([*found.answered, *unsure], road=found.road, now=now, held_at=found.until)


def doubt(now: datetime) -> int:
    """Marks what was in hand for longer than a provider may take as unsure: we died, or got no answer."""
    held = Message.select(Message.reference).where(
        Message.status == "sending", Message.claimed_at < now - LEASE
    )
    if not held.exists():  # looked at without the lock: as a rule there is none
        return 0
    with carrying():
        standings = _standings([row[0] for row in held.tuples()], now - LEASE).values()
        lost = [
            one for one in standings if one.is_ours and one.status == "sending"
        ]  # not settled since the look
        _move([Move(standing, "unsure", "interrupted") for standing in lost], now)
    return len(lost)


# ── Moves ───────────────────────────────────────────────────────────────


def _over(standings: dict[str, Standing]) -> set[int]:
    """The campaigns of these messages that are over: what comes back to them is not queued again."""
    ids = {standing.campaign for standing in standings.values() if standing.campaign}
    ended = Campaign.select(Campaign.id).where(Campaign.id.in_(ids), Campaign.status.in_(("done", "stopped")))
    return {id for (id,) in ended.tuples()}


def _after(standing: Standing, outcome: Outcome, road: str, now: datetime, is_over: bool) -> Move:
    status = outcome.status
    facts = {"code": outcome.code, "detail": outcome.detail[:250], "road": road}
    if status == "retry":
        return _again(standing, now, is_over, facts)
    known = outcome.provider_reference[:250] or None
    return Move(standing, status, provider_reference=known, **facts, **_moments(status, now))


def _again(standing: Standing, now: datetime, is_over: bool, facts: dict) -> Move:
    if standing.attempts >= MAX_ATTEMPTS and not is_over:
        return Move(standing, "failed", ended_at=now, **facts)
    return _unsent(standing, now, is_over, due_at=now + _patience(standing.attempts), **facts)


def _unsent(standing: Standing, now: datetime, is_over: bool, **facts) -> Move:
    """What surely did not leave goes back to the queue, unless its campaign is over."""
    if is_over:
        return Move(standing, "withheld", **facts | {"code": "stopped", "ended_at": now})
    return Move(standing, "queued", **facts)


def _patience(attempts: int) -> timedelta:
    """How long a message waits after so many attempts: seconds, then two minutes, and never all at the same moment."""
    seconds = min(LONGEST_WAIT_SECONDS, 2 * 3 ** (attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.8, 1))  # nosec B311 # spreads a load


def _told(standing: Standing, receipt: Receipt, now: datetime) -> Move:
    moments = _moments(receipt.status, now)
    return Move(standing, receipt.status, receipt.code, receipt.detail[:250], **moments)


def _moments(status: str, now: datetime) -> dict:
    return {
        "accepted_at": now if status == "accepted" else None,
        "ended_at": now if RANKS[status] == 4 else None,
    }


def hold(references: Sequence[str]) -> None:
    """Keeps these messages from others until the transaction at hand ends."""
    _standings(references)


def _standings(references: Sequence[str], held_at: datetime | None = None) -> dict[str, Standing]:
    [(found,)] = _STAND.rows(json.dumps(list(references)), held_at)
    return {row[1]: Standing._make(row) for row in json.loads(found)}


def _standing() -> Prepared:
    """Asked for each batch, and for each receipt that comes alone: there writing it took a quarter of the time."""
    references, held_at = slots(2)
    *names, _parts, _is_ours = Standing._fields
    is_ours = maybe_moment(held_at).is_null() | (Message.claimed_at <= held_at)
    # A second call is the same message.
    paid_once = Case(None, [(Message.first_reference.is_null(), Message.parts)], 0)
    columns = (*(getattr(Message, name) for name in names), paid_once, is_ours)
    named = (column.alias(name) for column, name in zip(columns, Standing._fields, strict=True))
    rows = Message.select(*named).where(among(Message.reference, references))
    return Prepared(lambda: _in_one_value(locked(rows, by=Message.id), Standing._fields))


_STAND = _standing()


_WORDS = ("status", "code", "detail")
_STEPS = dict.fromkeys((*_WORDS, "road", "provider_reference"), "text")
_STEPS |= dict.fromkeys(("accepted_at", "ended_at", "due_at"), "timestamp")
_STEPS |= {
    "attempts": "integer",
    "doubt": "integer",
    "doubted_at": "timestamp",
    "id": "bigint",
    "was": "text",
}
_ANEW = {name: f"step.{name}" for name in (*_WORDS, "doubt")}  # what is not here stays where nothing is given
_ANEW |= {"attempts": "message.attempts + step.attempts"}


@lru_cache
def _step(names: tuple[str, ...], _engine: str) -> str:
    """One statement of an engine however many moves there are: what runs row by row asks for the interpreter at each of them.

    It names only what some move changes: a column that is named costs its indices their work, though it stays as it was.
    """
    anew = {name: _ANEW.get(name, f"COALESCE(step.{name}, message.{name})") for name in names[:-2]}
    steps = unpacked({name: _STEPS[name] for name in names})
    change = ", ".join(f"{name} = {value}" for name, value in anew.items())
    where = "message.id = step.id AND message.status = step.was"
    return f"UPDATE message SET {change} FROM ({steps}) AS step WHERE {where}"  # nosec B608 # names of ours


_moment = lru_cache(maxsize=64)(str)  # thousands of moves of one transaction hold the same one


def _move(moves: Iterable[Move], now: datetime) -> None:
    """Takes every move to a higher rank (or back to the queue) and counts it; the transaction has read where all stand."""
    steps = [move for move in moves if _is_step(move.standing.status, move.status)]
    campaigns = {move.standing.campaign for move in steps if move.standing.campaign}
    doubts = _new_doubts({move.standing.campaign for move in steps if move.status == "unsure"})
    numbered = {campaign: (number, now) for campaign, number in doubts.items()}
    if steps:
        doubted = (
            numbered[move.standing.campaign] if move.status == "unsure" else (None, None) for move in steps
        )
        held = ((move.standing.id, move.standing.status) for move in steps)
        _write([move[1:] + doubt + mine for move, doubt, mine in zip(steps, doubted, held, strict=True)])
    _hold_campaigns(campaigns)
    tally, pulse, dead = Counter(), defaultdict(Counter), defaultdict(list)
    is_each_told = log.isEnabledFor(logging.DEBUG)
    ways = Counter(
        (one.standing.campaign, one.standing.channel, one.standing.status, one.status) for one in steps
    )
    for (campaign, channel, old, new), number in ways.items():
        if campaign:
            tally[campaign, channel, old] -= number
            tally[campaign, channel, new] += number
            pulse[campaign].update({beat: number for beat in _beats(old, new)})
    for standing, status, code, *_ in steps:
        if status in TOLD or is_each_told:
            _log(standing, status, code)
        if status == "failed" and code in dead_ends.CODES:
            dead[standing.channel, code].append(standing.id)
    tallies.count(tally)
    tallies.beat(pulse, now)
    ledger.spend(_accepted_parts(steps), now)
    letters = [one.id for one, new, *_ in steps if not one.campaign and _is_accepted(one.status, new)]
    ledger.spend_on_letters(letters, now)
    dead_ends.note(dead)


def _write(rows: list[tuple]) -> None:
    """Each row holds the columns of _STEPS; what none of them changes is left out."""
    columns = dict(zip(_STEPS, zip(*rows, strict=True), strict=True))
    named = (
        {*_WORDS, "doubt"} if "unsure" in columns["was"] else _WORDS
    )  # what is settled loses the number of its doubt
    given = {name: values for name, values in columns.items() if name in named or any(values)}
    steps = json.dumps(list(zip(*given.values(), strict=True)), default=_moment)
    database.execute_sql(_step(tuple(given), database.param), [steps])


def _new_doubts(campaigns: set[int | None]) -> dict[int | None, int | None]:
    """The number of what becomes unsure in this transaction, for each campaign: whoever saw a lower one saw nothing of it.

    A letter has none: it goes again by itself.
    """
    if not campaigns:
        return {}
    _hold_campaigns({id for id in campaigns if id})
    counted = (
        Campaign.update(doubts=Campaign.doubts + 1)
        .where(Campaign.id.in_([id for id in campaigns if id]))
        .returning(Campaign.id, Campaign.doubts)
    )
    return {None: None} | dict(counted.tuples().execute())


def _hold_campaigns(ids: set[int]) -> None:
    """Whoever counts for the same campaign at the same moment waits here, and never half-way through."""
    if ids and is_postgres():
        locked(Campaign.select(Campaign.id).where(Campaign.id.in_(ids)), by=Campaign.id).tuples().execute()


def _is_step(old: str, new: str) -> bool:
    return RANKS[new] > RANKS[old] or (old, new) == ("sending", "queued")


def _beats(old: str, new: str) -> list[str]:
    beats = ["accepted"] if new in ("accepted", "delivered") and RANKS[old] < RANKS["accepted"] else []
    return [*beats, "delivered"] if new == "delivered" else beats


def _accepted_parts(steps: list[Move]) -> Counter:
    """What these moves cost: the parts of what was not accepted before, by campaign and channel."""
    parts = Counter()
    for standing, new, *_ in steps:
        if standing.campaign and _is_accepted(standing.status, new):
            parts[standing.campaign, standing.channel] += standing.parts
    return parts


def _is_accepted(old: str, new: str) -> bool:
    """Whether the road took it now and had not before."""
    return new in COSTS and RANKS[old] < RANKS["accepted"]


def _log(standing: Standing, status: str, code: str) -> None:
    """What did not go well is told of each message, what did only to who looks closely: there are thousands a second."""
    level = TOLD.get(status, logging.DEBUG)
    where = {"campaign": standing.campaign, "channel": standing.channel, "reference": standing.reference}
    logs.tell(log, f"message.{status}", level=level, **where, was=standing.status, code=code)
