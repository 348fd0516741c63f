"""The memory of deeds: one row for each, in the transaction that does it, each holding the hash of the one before."""

import json
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from dialect import as_text
from dispatch import logs
from models import Audit, Organisation, Seal, Table, User, database

log = logging.getLogger(__name__)
ROWS_AT_ONCE = 2_000
_address: ContextVar[str] = ContextVar("address", default="")


class Loose(Exception):
    """A deed was to be written down outside the transaction that does it."""


def asked_from(address: str) -> None:
    """From now on, in this thread, what is recorded was asked from this network address; "" for none."""
    _address.set(address)


def subject_of(thing: Table | None) -> str:
    return (
        f"{thing.__class__.__name__.lower()}:{thing.get_id() if isinstance(thing, User) else thing.id}"
        if thing
        else ""
    )


def record(
    deed: str,
    on: Table | None = None,
    *,
    by: User | None,
    now: datetime,
    organisation: Organisation | int | None = None,
    **facts,
) -> None:
    """Writes one deed down; `facts` are ids, counts and codes, never names, numbers or texts of people.

    Raises Loose outside a transaction: the lock of `writing()` is what keeps the links of the chain in order.
    """
    if not database.in_transaction():
        raise Loose(f"{deed} was recorded outside a transaction")
    seal = Seal.get_by_id(1)
    facts = json.loads(json.dumps(facts))  # as they will be read back
    where = organisation or (by.organisation_id if by else None)
    row = {
        "id": seal.last + 1,
        "at": now,
        "by": by.id if by else None,
        "organisation": where.id if isinstance(where, Organisation) else where,
        "deed": deed,
        "subject": subject_of(on),
        "facts": facts,
        "address": _address.get(),
    }
    link = hash_of(seal.hash, row.values())
    Audit.insert(row | {"previous": seal.hash, "hash": link}).execute()
    Seal.update(number=Seal.number + 1, last=row["id"], hash=link).execute()
    told = {"by": row["by"], "organisation": row["organisation"], "subject": row["subject"], "facts": facts}
    logs.tell(log, deed, **told)


def hash_of(previous: str, row) -> str:
    """SHA-256 over the hash before and id, at, by, organisation, deed, subject, facts and address, as JSON."""
    id, at, by, organisation, deed, subject, facts, address = row
    told = [previous, id, str(at), by, organisation, deed, subject, facts, address]
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


# ── Is it whole? ────────────────────────────────────────────────────────


class Verdict(NamedTuple):
    """What a walk along the chain found: how many rows, its last hash, the first row that is wrong, and why."""

    number: int
    head: str
    bad: int | None = None
    reason: str = ""  # changed, gap, seal, head; "" when all is well

    @property
    def is_whole(self) -> bool:
        return not self.reason


def verify(head: str = "") -> Verdict:
    """Walks the whole chain, a part at a time, and names the first row that was changed, or behind which one is missing.

    It finds every change, removal, insertion and change of order by whoever does not compute all later hashes and the
    seal anew. Who can write to the file and knows this program can do that: from inside the file nothing shows it.
    So note the head now and then where nobody who reaches the database can change it (`flask audit verify` prints it)
    and give it later as `head`: it must still be one of the links.
    """
    with database.atomic():  # one look: what others add meanwhile belongs to the next
        return _walk(_rows(), head)


def _walk(rows: Iterator[tuple], head: str) -> Verdict:
    number, previous, last, is_known = 0, "", 0, not head
    for id, *told, claimed, link in rows:
        if claimed != previous:
            return Verdict(number, previous, id, "gap")
        if _hash(previous, (id, *told)) != link:
            return Verdict(number, previous, id, "changed")
        number, previous, last, is_known = number + 1, link, id, is_known or link == head
    seal = Seal.get_or_none(Seal.id == 1)
    if not seal or (seal.number, seal.last, seal.hash) != (number, last, previous):
        return Verdict(number, previous, last + 1, "seal")
    return Verdict(number, previous, *(() if is_known else (None, "head")))


def _hash(previous: str, row: tuple) -> str | None:
    """The hash of a row as it stands in the file; none when it is not even JSON."""
    *before, facts, address = row
    try:
        return hash_of(previous, (*before, json.loads(facts), address))
    except (TypeError, ValueError, RecursionError):
        return None


def _rows() -> Iterator[tuple]:
    """Every row as it stands in the file, oldest first, read in parts: no cast may hide a change."""
    columns = f"id, at, by_id, organisation_id, deed, subject, {as_text('facts')}, address, previous, hash"
    query = f"SELECT {columns} FROM audit WHERE id > {database.param} ORDER BY id LIMIT {ROWS_AT_ONCE}"  # nosec B608 # our names
    last = -(2**63)
    while part := _fetched(query, last):
        yield from part
        last = part[-1][0]


def _fetched(query: str, last: int) -> list[tuple]:
    """Text that is no UTF-8 is read as it is: it is a finding, not a failure. PostgreSQL takes in no such text."""
    connection = database.connection()
    connection.text_factory = lambda text: text.decode(errors="surrogateescape")
    try:
        return connection.execute(query, (last,)).fetchall()
    finally:
        connection.text_factory = str


# ── What was done ───────────────────────────────────────────────────────


def about(thing: Table):
    """The deeds done to one thing, newest first."""
    return (
        Audit.select(Audit, User)
        .left_outer_join(User)
        .where(Audit.subject == subject_of(thing))
        .order_by(Audit.id.desc())
    )
