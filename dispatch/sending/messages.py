"""The messages themselves: queued, claimed, recorded, advanced. Each only ever moves to a higher rank."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from peewee import fn

from dispatch.providers.base import Outcome, Receipt
from models import (
    RANKS,
    Campaign,
    Letter,
    Member,
    Message,
    Pulse,
    Recipient,
    Tally,
    writing,
)

MAX_ATTEMPTS = 6
LEASE = timedelta(seconds=60)  # longer than any provider may take over one message
NOT_SENT = ("queued", "sending")
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
    _count({(campaign.id, channel, "queued"): n for channel, n in tally.items()})
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
            _count(
                {(campaign.id, channel, "queued"): -len(rows), (campaign.id, channel, "sending"): len(rows)}
            )
    return [Claimed(*row) for row in rows]


# ── News of a message ───────────────────────────────────────────────────


def record(outcomes: Sequence[Outcome], *, road: str, now: datetime) -> None:
    """Writes down what the provider answered; an answer that a receipt has overtaken changes nothing."""
    with writing():
        standings = _standings(outcome.reference for outcome in outcomes)
        moves = [
            move
            for outcome in outcomes
            if (standing := standings.get(outcome.reference))
            and (move := _after(standing, outcome, road, now))
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
        rows = (
            Message.update(status="withheld", ended_at=now, code="stopped")
            .where(Message.campaign == campaign.id, Message.status == "queued")
            .returning(Message.channel)
            .tuples()
            .execute()
        )
        tally = Counter(channel for (channel,) in rows)
        for channel, number in tally.items():
            _count({(campaign.id, channel, "queued"): -number, (campaign.id, channel, "withheld"): number})
    return sum(tally.values())


def send_again(campaign: Campaign, now: datetime) -> int:
    """Puts a campaign's unsure messages back into the queue: by a person's choice, or its policy, never blindly."""
    with writing():
        rows = (
            Message.update(status="queued", due_at=now, code="")
            .where(Message.campaign == campaign.id, Message.status == "unsure")
            .returning(Message.channel)
            .tuples()
            .execute()
        )
        tally = Counter(channel for (channel,) in rows)
        for channel, number in tally.items():
            _count({(campaign.id, channel, "unsure"): -number, (campaign.id, channel, "queued"): number})
    return sum(tally.values())


def _belongs(source: Campaign | Letter) -> tuple:
    if isinstance(source, Campaign):
        return (Message.campaign == source.id,)
    return Message.campaign.is_null(), Message.letter == source.id


def attempts_of_unsure(campaign: Campaign) -> int:
    """How often the most repeated of a campaign's unsure messages was tried."""
    here = (Message.campaign == campaign.id) & (Message.status == "unsure")
    return Message.select(fn.MAX(Message.attempts)).where(here).scalar() or 0


# ── Moves ───────────────────────────────────────────────────────────────


def _after(standing: Standing, outcome: Outcome, road: str, now: datetime):
    facts = {"road": road, "code": outcome.code, "detail": outcome.detail[:250]}
    if outcome.provider_reference:
        facts["provider_reference"] = outcome.provider_reference[:250]
    if outcome.status != "retry":
        return standing, outcome.status, facts | _moments(outcome.status, now)
    if standing.status != "sending":
        return None
    if standing.attempts >= MAX_ATTEMPTS:
        return standing, "failed", facts | {"ended_at": now}
    return standing, "queued", facts | {"due_at": now + timedelta(seconds=2 * 3 ** (standing.attempts - 1))}


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
    _count(tally)
    _beat(pulse, now)
    _note_dead(dead)


def _is_step(old: str, new: str) -> bool:
    return RANKS[new] > RANKS[old] or (old, new) == ("sending", "queued")


def _step(standing: Standing, status: str, facts: dict) -> bool:
    here = (Message.id == standing.id) & (Message.status == standing.status)
    return bool(Message.update(status=status, **facts).where(here).execute())


def _beats(old: str, new: str) -> list[str]:
    beats = ["accepted"] if new in ("accepted", "delivered") and RANKS[old] < RANKS["accepted"] else []
    return [*beats, "delivered"] if new == "delivered" else beats


# ── Counters, kept in the transaction of the move ───────────────────────


def _count(changes: dict[tuple[int, str, str], int]) -> None:
    for (campaign, channel, status), number in changes.items():
        if number:
            Tally.insert(campaign=campaign, channel=channel, status=status, number=number).on_conflict(
                conflict_target=[Tally.campaign, Tally.channel, Tally.status],
                update={Tally.number: Tally.number + number},
            ).execute()


def _beat(pulse: dict[int, Counter], now: datetime) -> None:
    for campaign_id, beats in pulse.items():
        campaign = Campaign.get_by_id(campaign_id)
        second = int((now - campaign.launched_at).total_seconds())
        accepted, delivered = beats["accepted"], beats["delivered"]
        Pulse.insert(campaign=campaign_id, second=second, accepted=accepted, delivered=delivered).on_conflict(
            conflict_target=[Pulse.campaign, Pulse.second],
            update={Pulse.accepted: Pulse.accepted + accepted, Pulse.delivered: Pulse.delivered + delivered},
        ).execute()
        Campaign.update(moved_at=now).where(Campaign.id == campaign_id).execute()


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


def counts(campaign: Campaign) -> dict[str, dict[str, int]]:
    """How many messages stand where: {channel: {status: number}}, every status named, from the counters."""
    table = {channel: dict.fromkeys(RANKS, 0) for channel in campaign.channels}
    rows = Tally.select(Tally.channel, Tally.status, Tally.number).where(Tally.campaign == campaign.id)
    for channel, status, number in rows.tuples():
        table.setdefault(channel, dict.fromkeys(RANKS, 0))[status] = number
    return table
