"""The messages themselves: queued, claimed, recorded, advanced. Each only ever moves to a higher rank."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.providers.base import Outcome, Receipt
from dispatch.sending import tallies
from models import RANKS, Campaign, Letter, Member, Message, Recipient, writing

MAX_ATTEMPTS = 30  # for almost an hour without a road
LONGEST_WAIT_SECONDS = 120
LEASE = timedelta(seconds=60)  # whoever lives renews it well before; see hand.py
LETTER_DOUBT = timedelta(seconds=30)  # so long a letter may be unsure before it goes again
MAX_REPEATS = 2
DEAD_ADDRESS = {"no_such_number", "no_such_mailbox", "invalid_number", "invalid_mailbox"}
CHUNK = 400


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in our hands: claimed from the queue, not yet answered for."""

    id: int
    reference: str
    address: str
    names: str
    language: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands at the moment that news of it arrives."""

    id: int
    reference: str
    status: str
    campaign: int | None
    channel: str
    attempts: int


def new_reference() -> str:
    return secrets.token_hex(8)


# ── Queue ───────────────────────────────────────────────────────────────


def enqueue(campaign: Campaign, letters: Iterable[dict], now: datetime) -> int:
    """Puts one message per row into the queue; rows are {channel, address, names, language, parts, members}."""
    number, tally = 0, Counter()
    for chunk in _chunks(letters, CHUNK):
        number += len(chunk)
        tally.update(row["channel"] for row in chunk)
        _insert(campaign, chunk, now)
    tallies.count({(campaign.id, channel, "queued"): n for channel, n in tally.items()})
    return number


def enqueue_letter(letter: Letter, addresses: list[str], *, now: datetime) -> None:
    Message.insert_many(
        [
            {
                "letter": letter.id,
                "channel": "email",
                "is_practice": letter.is_practice,
                "address": address,
                "language": letter.language,
                "reference": new_reference(),
                "due_at": now,
            }
            for address in addresses
        ]
    ).execute()


def is_waiting(channel: str, now: datetime) -> bool:
    """Whether anything at all is due on this channel: one look in the index of what is queued."""
    queued = Message.select(Message.id).where(
        Message.status == "queued", Message.channel == channel, Message.due_at <= now
    )
    return queued.limit(1).exists()


def claim(channel: str, source: Campaign | Letter, *, limit: int, now: datetime) -> list[Claimed]:
    """Takes up to `limit` due messages of a campaign or letter into our hands, oldest first, while it may run."""
    campaign = source if isinstance(source, Campaign) else None
    with writing():
        if (
            campaign
            and not Campaign.select().where(Campaign.id == campaign.id, Campaign.status == "running").exists()
        ):
            return []
        due = (
            Message.select(Message.id)
            .where(
                Message.status == "queued",
                Message.channel == channel,
                *_belongs(source),
                Message.due_at <= now,
            )
            .order_by(Message.id)
            .limit(limit)
        )
        rows = list(
            Message.update(status="sending", claimed_at=now, attempts=Message.attempts + 1)
            .where(Message.id.in_(due), Message.status == "queued")
            .returning(*(getattr(Message, name) for name in Claimed.__slots__))
            .tuples()
            .execute()
        )
        if campaign:
            tallies.count(
                {(campaign.id, channel, "queued"): -len(rows), (campaign.id, channel, "sending"): len(rows)}
            )
    return [Claimed(*row) for row in rows]


# ── News of a message ───────────────────────────────────────────────────


def record(outcomes: Sequence[Outcome], *, road: str, now: datetime) -> None:
    """Writes down what the provider answered; an answer that a receipt has overtaken changes nothing."""
    with writing():
        standings = _standings(outcome.reference for outcome in outcomes)
        over = _over(standings)
        moves = [
            move
            for outcome in outcomes
            if (standing := standings.get(outcome.reference))
            and (move := _after(standing, outcome, road, now, over))
        ]
        _move(moves, now)


def advance(receipts: Sequence[Receipt], now: datetime) -> int:
    """Moves messages by delivery receipts, in any order and however often they come; returns how many were ours."""
    with writing():
        standings = _standings(receipt.reference for receipt in receipts)
        known = [receipt for receipt in receipts if receipt.reference in standings]
        latest: dict[int, tuple] = {}
        for receipt in known:
            standing = standings[receipt.reference]
            _keep_highest(latest, (standing, receipt.status, _facts(receipt, now)))
        _move(list(latest.values()), now)
    return len(known)


def keep(references: Sequence[str], now: datetime) -> None:
    """Says of messages that they are still in our hands, so that nobody doubts them."""
    with writing():
        for chunk in _chunks(references, CHUNK):
            here = Message.reference.in_(chunk) & (Message.status == "sending")
            Message.update(claimed_at=now).where(here).execute()


def doubt(now: datetime) -> int:
    """Marks what was in hand for longer than a provider may take as unsure: we died, or got no answer."""
    with writing():
        held = Message.select(Message.reference).where(
            Message.status == "sending", Message.claimed_at < now - LEASE
        )
        standings = _standings([row[0] for row in held.tuples()])
        _move([(standing, "unsure", {"code": "interrupted"}) for standing in standings.values()], now)
    return len(standings)


def withhold(campaign: Campaign, now: datetime) -> int:
    """Takes what is still queued out of the queue for good."""
    with writing():
        return _sweep(campaign, "queued", "withheld", code="stopped", ended_at=now)


def send_again(campaign: Campaign, now: datetime, *, most_attempts: int = MAX_ATTEMPTS) -> int:
    """Puts a campaign's unsure messages back into the queue: by a person's choice, or its policy, never blindly.

    most_attempts: leaves alone what was tried more often than that.
    """
    with writing():
        tried = Message.attempts <= most_attempts
        return _sweep(campaign, "unsure", "queued", tried, code="", due_at=now)


def send_letters_again(now: datetime) -> int:
    """Puts our own letters that may not have arrived back into the queue: rather twice than never."""
    with writing():
        return (
            Message.update(status="queued", due_at=now, code="")
            .where(
                Message.status == "unsure",
                Message.campaign.is_null(),
                Message.claimed_at < now - LETTER_DOUBT,
                Message.attempts <= MAX_REPEATS,
            )
            .execute()
        )


def _sweep(campaign: Campaign, old: str, new: str, *narrower, **facts) -> int:
    """Moves all of a campaign's messages in one state into another, and counts them."""
    rows = (
        Message.update(status=new, **facts)
        .where(Message.campaign == campaign.id, Message.status == old, *narrower)
        .returning(Message.channel)
        .tuples()
        .execute()
    )
    moved = Counter(channel for (channel,) in rows)
    for channel, number in moved.items():
        tallies.count({(campaign.id, channel, old): -number, (campaign.id, channel, new): number})
    return moved.total()


def _belongs(source: Campaign | Letter) -> tuple:
    if isinstance(source, Campaign):
        return (Message.campaign == source.id,)
    return Message.campaign.is_null(), Message.letter == source.id


# ── Moves ───────────────────────────────────────────────────────────────


def _over(standings: dict[str, Standing]) -> set[int]:
    """The campaigns of these messages that are over: what comes back to them is not queued again."""
    ids = {standing.campaign for standing in standings.values() if standing.campaign}
    ended = Campaign.select(Campaign.id).where(Campaign.id.in_(ids), Campaign.status.in_(("done", "stopped")))
    return {id for (id,) in ended.tuples()}


def _after(standing: Standing, outcome: Outcome, road: str, now: datetime, over: set[int]):
    facts = {"road": road, "code": outcome.code, "detail": outcome.detail[:250]}
    if outcome.provider_reference:
        facts["provider_reference"] = outcome.provider_reference[:250]
    if outcome.status != "retry":
        return standing, outcome.status, facts | _moments(outcome.status, now)
    if standing.status != "sending":
        return None
    if standing.campaign in over:
        return standing, "withheld", facts | {"code": "stopped", "ended_at": now}
    if standing.attempts >= MAX_ATTEMPTS:
        return standing, "failed", facts | {"ended_at": now}
    return standing, "queued", facts | {"due_at": now + _patience(standing.attempts)}


def _patience(attempts: int) -> timedelta:
    """How long a message waits after so many attempts: at first seconds, then two minutes."""
    return timedelta(seconds=min(LONGEST_WAIT_SECONDS, 2 * 3 ** (attempts - 1)))


def _facts(receipt: Receipt, now: datetime) -> dict:
    return {"code": receipt.code, "detail": receipt.detail[:250]} | _moments(receipt.status, now)


def _moments(status: str, now: datetime) -> dict:
    if status == "accepted":
        return {"accepted_at": now}
    return {"ended_at": now} if RANKS[status] == 4 else {}


def _keep_highest(latest: dict[int, tuple], move: tuple) -> None:
    held = latest.get(move[0].id)
    if not held or RANKS[move[1]] > RANKS[held[1]]:
        latest[move[0].id] = move


def _standings(references: Iterable[str]) -> dict[str, Standing]:
    found = {}
    for chunk in _chunks(references, CHUNK):
        rows = (
            Message.select(
                Message.id,
                Message.reference,
                Message.status,
                Message.campaign,
                Message.channel,
                Message.attempts,
            )
            .where(Message.reference.in_(chunk))
            .tuples()
        )
        found.update((row[1], Standing(*row)) for row in rows)
    return found


def _move(moves: Sequence[tuple[Standing, str, dict]], now: datetime) -> None:
    """Moves each message if the new status ranks higher (or it goes back to the queue) and counts the move."""
    tally, pulse, dead = Counter(), defaultdict(Counter), defaultdict(list)
    for standing, status, facts in moves:
        if not _is_step(standing.status, status) or not _step(standing, status, facts):
            continue
        if standing.campaign:
            tally[standing.campaign, standing.channel, standing.status] -= 1
            tally[standing.campaign, standing.channel, status] += 1
            pulse[standing.campaign].update(_beats(standing.status, status))
        if status == "failed" and facts.get("code") in DEAD_ADDRESS:
            dead[standing.channel, facts["code"]].append(standing.id)
    tallies.count(tally)
    tallies.beat(pulse, now)
    _note_dead(dead)


def _is_step(old: str, new: str) -> bool:
    return RANKS[new] > RANKS[old] or (old, new) == ("sending", "queued")


def _step(standing: Standing, status: str, facts: dict) -> bool:
    here = (Message.id == standing.id) & (Message.status == standing.status)
    return bool(Message.update(status=status, **facts).where(here).execute())


def _beats(old: str, new: str) -> list[str]:
    beats = ["accepted"] if new in ("accepted", "delivered") and RANKS[old] < RANKS["accepted"] else []
    return [*beats, "delivered"] if new == "delivered" else beats


def _note_dead(dead: dict[tuple[str, str], list[int]]) -> None:
    for (channel, code), ids in dead.items():
        field = Member.email_fault if channel == "email" else Member.mobile_fault
        reached = Recipient.select(Recipient.member).where(Recipient.message.in_(ids))
        Member.update({field: code}).where(Member.id.in_(reached)).execute()


def _insert(campaign: Campaign, rows: list[dict], now: datetime) -> None:
    references = [new_reference() for _ in rows]
    ids = (
        Message.insert_many(
            [
                {
                    "campaign": campaign.id,
                    "is_practice": campaign.is_practice,
                    "reference": reference,
                    "due_at": now,
                    **{name: row[name] for name in ("channel", "address", "names", "language", "parts")},
                }
                for row, reference in zip(rows, references, strict=True)
            ]
        )
        .returning(Message.id, Message.reference)
        .tuples()
        .execute()
    )
    by_reference = {reference: message_id for message_id, reference in ids}
    recipients = [
        (by_reference[reference], member)
        for row, reference in zip(rows, references, strict=True)
        for member in row["members"]
    ]
    for chunk in _chunks(recipients, CHUNK):
        Recipient.insert_many(chunk, fields=[Recipient.message, Recipient.member]).execute()


def _chunks(things: Iterable, size: int):
    things = list(things)
    for start in range(0, len(things), size):
        yield things[start : start + size]
