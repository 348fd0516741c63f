"""Where it is kept: the connection to one of two engines, SQLite or PostgreSQL, and how one writes to it.

What the two say differently in a query stands in dialect.py, and how PostgreSQL gets its tables in founding.py.
"""

import json
import re
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from operator import itemgetter
from pathlib import Path
from threading import Event, Lock, local
from time import monotonic
from urllib.parse import urlsplit
from zlib import crc32

import peewee
from peewee import DatabaseProxy, PostgresqlDatabase
from playhouse.db_url import parse
from playhouse.pool import PooledPostgresqlDatabase

LANGUAGES = ("nl", "fr", "de", "en")  # in which something may be said, in the order in which one looks for it
database = DatabaseProxy()

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",  # an acknowledged launch survives a power cut
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "cache_size": -32_000,
}


# A moment as text: thousands of rows of one transaction hold the same one, in UTC without a zone as all of them.
sqlite3.register_adapter(datetime, lru_cache(maxsize=64)(str))

# ── PostgreSQL ──────────────────────────────────────────────────────────

NOTHING = re.compile(
    rb"(?<!\\)((?:\\\\)*)\\u0000"
)  # as JSON writes it, and not behind a backslash of its own
DEEDS_LOCK = 0x42454C46  # the number of the advisory lock that stands for SQLite's one writer
MOST_CONNECTIONS = (
    40  # of one process: each lane has a desk, a keeper and a carrier, and pages come beside them
)
POOL_WAITS_SECONDS = 10
GONE_AFTER_SECONDS = 5  # a server that answers nothing for so long is gone
BEYOND_COUNTING = "22003"  # how PostgreSQL calls a number that is too large for where it stands
OPTIONS = {
    # Which index serves depends on the values: a plan made once for all of them misses the partial ones.
    "plan_cache_mode": "force_custom_plan",
    # Whoever is cut off in the middle of a transaction must not keep the others waiting for long.
    "idle_in_transaction_session_timeout": f"{GONE_AFTER_SECONDS}s",
    "tcp_user_timeout": f"{GONE_AFTER_SECONDS}s",
    "synchronous_commit": "on",  # an acknowledged launch survives a power cut
    "jit": "off",  # it takes longer than any query of ours
    "timezone": "UTC",
}


class Postgres(PooledPostgresqlDatabase):
    """PostgreSQL through psycopg 3, with connections that are kept, and that notice when the server is gone."""

    def __init__(self, url: str):
        super().__init__(
            url,
            max_connections=MOST_CONNECTIONS,
            timeout=POOL_WAITS_SECONDS,
            prefer_psycopg3=True,
            context=_adapters(),
            options=" ".join(f"-c {name}={value}" for name, value in OPTIONS.items()),
            connect_timeout=GONE_AFTER_SECONDS,
            keepalives_idle=GONE_AFTER_SECONDS,
            keepalives_interval=1,
            keepalives_count=3,
            tcp_user_timeout=GONE_AFTER_SECONDS * 1000,
        )
        self.name = urlsplit(url).path.strip("/")
        self.here = Path()  # the folder of this machine for what belongs to the database and is not in it

    def execute_sql(self, sql, params=None):
        """As peewee's; a number beyond counting is an OverflowError, which SQLite's driver raises too."""
        try:
            return super().execute_sql(sql, params)
        except peewee.DataError as error:
            if error.orig.sqlstate == BEYOND_COUNTING:
                raise OverflowError(*error.args) from error
            raise

    def unpooled(self):
        """A connection for whoever keeps one for itself."""
        return PostgresqlDatabase._connect(self)

    def is_alive(self) -> bool:
        """Whether this thread's connection was not lost, as far as it was noticed."""
        return not self.is_closed() and not self.connection().closed


def _adapters():
    """No column holds a fraction: a sum of numbers is a whole number here as in SQLite, and only a mean is none.

    The one character that PostgreSQL keeps in no text, U+0000, is left out: nobody means it.
    """
    from psycopg import adapters
    from psycopg.adapt import AdaptersMap, Loader
    from psycopg.types.json import Jsonb, JsonbDumper
    from psycopg.types.string import StrDumperUnknown

    class Number(Loader):
        def load(self, data) -> int | float:
            written = bytes(data)
            return float(written) if b"." in written or b"N" in written else int(written)

    class Read(Loader):
        def load(self, data) -> object:
            return json.loads(bytes(data), object_pairs_hook=_in_order)

    class Text(StrDumperUnknown):
        def dump(self, obj):
            return super().dump(obj.replace("\0", "") if "\0" in obj else obj)

    class Document(JsonbDumper):
        def dump(self, obj):
            return NOTHING.sub(rb"\1", super().dump(obj))

    found = AdaptersMap(adapters)
    found.register_loader("numeric", Number)
    found.register_loader("jsonb", Read)
    found.register_dumper(str, Text)
    found.register_dumper(Jsonb, Document)
    return found


def _in_order(pairs: list[tuple]) -> dict:
    """A document as it was written, as far as that matters: PostgreSQL sorts the names in it.

    The words of something, by language, begin with Dutch in all that is made of them.
    """
    if len(pairs) > 1 and all(name in LANGUAGES for name, _ in pairs):
        pairs.sort(key=lambda pair: LANGUAGES.index(pair[0]))
    return dict(pairs)


def is_postgres() -> bool:
    return isinstance(database.obj, Postgres)


def is_lost(error: Exception | None) -> bool:
    """Whether an error says that the server is gone, for as long as it is."""
    return is_postgres() and isinstance(error, (peewee.OperationalError, peewee.InterfaceError))


# ── Connection ──────────────────────────────────────────────────────────


def connect(url: str) -> peewee.Database:
    """Points every table at the database of this URL, such as sqlite:///belfort.db or postgresql://host/belfort."""
    if isinstance(database.obj, Postgres):
        database.obj.close_all()
    database.initialize(opened(url))
    return database.obj


def opened(url: str) -> peewee.Database:
    """A database by its URL, beside the one that the tables point at."""
    if url.startswith("postgresql:"):
        return Postgres(url)
    return peewee.SqliteDatabase(parse(url)["database"], pragmas=PRAGMAS)


@contextmanager
def at_hand():
    """This thread's connection, opened if it has none, and kept: to open one costs as much as four queries."""
    if is_postgres() and not database.is_closed() and not database.obj.is_alive():
        database.close()
    database.connect(reuse_if_open=True)
    yield


def beside(name: str) -> Path:
    """The folder of this name that belongs to the database, such as belfort.db-hands.

    PostgreSQL is elsewhere: there it is one of this machine.
    """
    if is_postgres():
        return database.obj.here / f"{database.obj.name}-{name}"
    return Path(f"{database.obj.database}-{name}")


# ── Writing ─────────────────────────────────────────────────────────────


class Turnstile:
    """Lets threads through one by one in the order in which they came; whom somebody waits for goes before the others.

    SQLite's own lock and Python's are not fair: a pump that writes back to back starves a page for seconds.
    """

    MOST_IN_A_ROW = 3  # before one of the others, so that pages without end keep no message for ever

    def __init__(self):
        self._guard = Lock()
        self._awaited: deque[Lock] = deque()
        self._others: deque[Lock] = deque()
        self._in_a_row = 0
        self._is_taken = False

    def __enter__(self):
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            turn = Lock()
            turn.acquire()
            (self._awaited if _mine.is_awaited else self._others).append(turn)
        turn.acquire()

    def __exit__(self, *_):
        with self._guard:
            if not self._awaited and not self._others:
                self._is_taken = False
                return
            is_their_turn = self._awaited and (not self._others or self._in_a_row < self.MOST_IN_A_ROW)
            self._in_a_row = self._in_a_row + 1 if is_their_turn else 0
            (self._awaited if is_their_turn else self._others).popleft().release()

    @property
    def waiting(self) -> int:
        return len(self._awaited) + len(self._others)


turnstile = Turnstile()


class _Thread(local):
    """What this thread's transaction is, and what the thread does once it is committed."""

    def __init__(self):
        self.is_awaited = False  # somebody sits before a page until it is done
        self.is_carrying = False  # shares the database with other carriers
        self.afterwards: list[Callable[[], object]] = []


_mine = _Thread()


@contextmanager
def awaited():
    """Somebody waits for what this thread does: at the turnstile it goes before messages."""
    before, _mine.is_awaited = _mine.is_awaited, True
    try:
        yield
    finally:
        _mine.is_awaited = before


class Alone(Exception):
    """A deed was begun in a transaction that others share: it would have to wait for them, and they for it."""


@contextmanager
def writing():
    """A transaction that holds the write lock from its first line: a read that becomes a write cannot fail.

    On PostgreSQL the lock is one of ours, so that what a deed reads stays so until it is done, as in SQLite.
    """
    if database.in_transaction():
        if _mine.is_carrying:
            raise Alone("a deed cannot begin while messages are claimed or recorded")
        with _whole(database.atomic()):
            yield
    elif is_postgres():
        with _whole(database.atomic()):
            database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (DEEDS_LOCK,))
            yield
    else:
        with turnstile, _whole(database.atomic("IMMEDIATE")):
            yield
    _do_afterwards()


@contextmanager
def carrying():
    """A transaction that moves messages: any number run at once on PostgreSQL, none beside a deed of `writing()`.

    Whoever begins one locks the rows that it reads to change them, in this order: throttle, messages by id, campaigns
    by id, counters. In SQLite it is `writing()`.
    """
    if not is_postgres() or database.in_transaction():
        with _whole(database.atomic()) if database.in_transaction() else writing():
            yield
        return
    with _whole(database.atomic()):
        database.execute_sql("SELECT pg_advisory_xact_lock_shared(%s)", (DEEDS_LOCK,))
        _mine.is_carrying = True
        try:
            yield
        finally:
            _mine.is_carrying = False
    _do_afterwards()


@contextmanager
def _whole(transaction):
    """A transaction; what was to be done after it is forgotten with it."""
    waiting = len(_mine.afterwards)
    try:
        with transaction:
            yield
    except BaseException:
        del _mine.afterwards[waiting:]
        raise


def _do_afterwards() -> None:
    if not database.in_transaction():
        done, _mine.afterwards = _mine.afterwards, []
        for deed in done:
            deed()


def afterwards(deed: Callable[[], object]) -> None:
    """Does this once what is being written is committed, and never when it is not; at once outside a transaction."""
    if database.in_transaction():
        _mine.afterwards.append(deed)
    else:
        deed()


# ── Processes that share one database ───────────────────────────────────

JOBS_LOCK = 0x42454C47
BELL = "belfort"
LOOKS_UP_SECONDS = 1.0  # so soon a listener that is to stop does
NOTICED_WITHIN_SECONDS = 5  # a connection on which nothing comes is asked so often whether it is still there


@contextmanager
def alone(deed: str) -> Iterator[bool]:
    """Whether this process is the one to do a deed now: on PostgreSQL no other does the same at the same time.

    Asked on a connection that is kept for all of it. Whoever dies in the midst of it leaves it to the next.
    """
    if not is_postgres():
        yield True
        return
    place = (JOBS_LOCK, crc32(deed.encode()) - 2**31)
    [(is_mine,)] = database.execute_sql("SELECT pg_try_advisory_lock(%s::int, %s::int)", place).fetchall()
    try:
        yield is_mine
    finally:
        if is_mine and database.obj.is_alive():
            database.execute_sql("SELECT pg_advisory_unlock(%s::int, %s::int)", place)


def ring() -> None:
    """Wakes every process that listens, once the transaction at hand is committed; with SQLite there is only one."""
    if is_postgres():
        database.execute_sql("SELECT pg_notify(%s, '')", (BELL,))


def listen(heard: Callable[[], None], stopping: Event) -> None:
    """Calls `heard` whenever somebody rings, on a connection of its own, until `stopping` is set.

    Raises peewee.OperationalError when the connection is lost: what was rung meanwhile was not heard.
    """
    connection = database.obj.unpooled()
    try:
        connection.execute(f"LISTEN {BELL}")
        asked_at = monotonic()
        while not stopping.is_set():
            for _ in connection.notifies(timeout=LOOKS_UP_SECONDS, stop_after=1):
                heard()
            if monotonic() - asked_at > NOTICED_WITHIN_SECONDS:
                connection.execute("SELECT 1")
                asked_at = monotonic()
    finally:
        connection.close()


# ── Queries that are written once ───────────────────────────────────────


class Slot(int):
    """Stands in a prepared change for the n-th value of each of its rows."""


def slots(number: int) -> list[peewee.Value]:
    return [peewee.Value(Slot(place), converter=False) for place in range(number)]


class Prepared:
    """A query whose values are slots: written once, then run for any number of rows of values.

    A hundred thousand rows a second, where a query built anew for each makes five thousand. It may be given as a
    function that builds it, where the engines ask for different ones.
    """

    def __init__(self, query: peewee.Query | Callable[[], peewee.Query]):
        self._query = query
        self._written: dict[str, tuple[str, list]] = {}  # by how an engine writes a place

    @property
    def _asked(self) -> tuple[str, list]:
        key = database.obj.param
        if key not in self._written:
            query = self._query() if callable(self._query) else self._query
            self._written[key] = query.sql()
        return self._written[key]

    def rows(self, *values) -> list[tuple]:
        """What it finds or gives back with these values, as the database has it.

        Of SQLite moments and documents are texts: see `dialect.moment` and `dialect.document`.
        """
        cursor = self._execute(values)
        return cursor.fetchall() if cursor.description else []

    def change(self, *values) -> int:
        """Changes what it is about, once, with these values; returns how many rows of the table it changed."""
        return max(0, self._execute(values).rowcount)

    def _execute(self, values: tuple):
        sql, places = self._asked
        return database.execute_sql(
            sql, [values[place] if isinstance(place, Slot) else place for place in places]
        )

    def objects(self, table: type[peewee.Model], *values) -> list:
        """The same as rows of `table`; what is selected beside its columns hangs on them by its alias."""
        sql, places = self._asked
        return list(
            table.raw(sql, *(values[place] if isinstance(place, Slot) else place for place in places))
        )

    def run(self, rows: Iterable[tuple]) -> int:
        """Returns how many rows of the table it changed; every value is a slot."""
        sql, places = self._asked
        values = [
            *map(itemgetter(*map(int, places)), rows)
        ]  # which may themselves be asked of this connection
        cursor = database.connection().cursor()
        cursor.executemany(sql, values)
        return max(0, cursor.rowcount)


class Whole(peewee.ModelSelect):
    """A query for whole rows of a table, whose columns are written down once and not for each query anew.

    Most pages ask two dozen of them, with up to sixty columns; to write those took a sixth of such a page.
    """

    def __sql_selection__(self, ctx, is_subquery=False):
        if not self._is_default or is_subquery or len(self._returning) != len(self.model._meta.sorted_fields):
            return super().__sql_selection__(ctx, is_subquery)
        return ctx.literal(_columns(self.model, ctx.alias_manager[self.model._meta.table], ctx.state.quote))


@cache
def _columns(table: type[peewee.Model], alias: str, quotes: str) -> str:
    begin, end = quotes
    return ", ".join(
        f"{begin}{alias}{end}.{begin}{field.column_name}{end}" for field in table._meta.sorted_fields
    )


class Table(peewee.Model):
    class Meta:
        database = database
        only_save_dirty = True
        legacy_table_names = False

    @classmethod
    def select(cls, *fields):
        return super().select(*fields) if fields else Whole(cls, cls._meta.sorted_fields, is_default=True)

    @classmethod
    def get(cls, *query, **filters):
        """As peewee's; the row of a number, which every page asks dozens of times, by a query that is written once."""
        if len(query) == 1 and not filters and (number := cls._number_in(query[0])) is not None:
            if found := _by_number(cls).objects(cls, number):
                return found[0]
            raise cls.DoesNotExist(f"{cls.__name__} {number} does not exist")
        return super().get(*query, **filters)

    @classmethod
    def _number_in(cls, query) -> int | None:
        """The number that this query asks for, where it asks for nothing else."""
        is_number = (
            isinstance(query, peewee.Expression) and query.op == peewee.OP.EQ and type(query.rhs) is int
        )
        return query.rhs if is_number and query.lhs is cls._meta.primary_key else None


@cache
def _by_number(table: type[Table]) -> Prepared:
    return Prepared(table.select().where(table._meta.primary_key == slots(1)[0]))
