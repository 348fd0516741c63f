"""What SQLite and PostgreSQL say differently in a query. Everything else is the same for both."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import peewee
from peewee import SQL, Field, NodeList, Select, Value, fn

from store import database, is_postgres


class Either(peewee.ColumnBase):
    """The same thing as each of the two engines says it; which one is asked shows when the query is written."""

    def __init__(self, sqlite: peewee.Node, postgres: peewee.Node):
        self._sqlite = sqlite
        self._postgres = postgres

    def __sql__(self, ctx):
        return ctx.sql(self._postgres if is_postgres() else self._sqlite)


# ── Lists and documents ─────────────────────────────────────────────────


def among(field: Field, listed: Value):
    """Whether a field is in a JSON list: one value however many they are, or the statement takes longer to write than to run."""
    key = field.rel_field if isinstance(field, peewee.ForeignKeyField) else field
    kind = "bigint" if isinstance(key, peewee.IntegerField) else "text"
    sqlite = _said("(SELECT value FROM json_each(", listed, "))")
    postgres = _said(f"(SELECT value::{kind} FROM jsonb_array_elements_text((", listed, ")::jsonb))")  # nosec B608 # our names
    return field.in_(Either(sqlite, postgres))


def together(columns: Iterable):
    """All rows as one value, a JSON list of lists: what is read row by row asks for the interpreter at each."""
    columns = [*columns]
    sqlite = fn.json_group_array(fn.json_array(*columns))
    postgres = fn.COALESCE(fn.json_agg(fn.json_build_array(*columns)).cast("text"), "[]")
    return Either(sqlite, postgres)


def unpacked(kinds: Mapping[str, str]) -> str:
    """The rows of a JSON list of lists as a table: {column: what kind PostgreSQL has to make of its text}."""
    if is_postgres():
        columns = (
            f"(value ->> {place})::{kind} AS {name}" for place, (name, kind) in enumerate(kinds.items())
        )
        return f"SELECT {', '.join(columns)} FROM jsonb_array_elements(%s::jsonb)"  # nosec B608 # our names
    columns = (f"value ->> {place} AS {name}" for place, name in enumerate(kinds))
    return f"SELECT {', '.join(columns)} FROM json_each(?)"  # nosec B608 # our names


def as_text(column: str) -> str:
    """A document as it is written, for a query in words."""
    return f"{column}::text" if is_postgres() else column


def document(value) -> list | dict:
    """A document as a prepared query gives it back."""
    return json.loads(value) if isinstance(value, str) else value


# ── Moments ─────────────────────────────────────────────────────────────


def moment(value: str | datetime) -> datetime:
    """A moment as a prepared query gives it back."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def written(value):
    """A value as SQLite keeps it: a moment or a day is a text."""
    return str(value) if isinstance(value, date) else value


def maybe_moment(value: Value):
    """A moment that may be none, where nothing else says of what kind it is."""
    return Either(value, _said("(", value, ")::timestamp"))


def spans_of(field: Field, seconds: int):
    """The number of the span of so many seconds, since 1970, in which a moment lies.

    Nothing in it is a value of the query: PostgreSQL would not know it again where it is grouped by.
    """
    epoch = fn.DATE_PART(SQL("'epoch'"), field)
    return Either(
        fn.STRFTIME("%s", field).cast("integer") / SQL(str(int(seconds))),
        fn.FLOOR(epoch / SQL(str(int(seconds)))).cast("bigint"),
    )


def begin_of(text, letters: int):
    """The first letters of a text, to be grouped by: see `spans_of`."""
    return fn.SUBSTR(text, SQL("1"), SQL(str(int(letters))))


def hour_of(field: Field):
    """The beginning of the hour, as a text."""
    hour = Either(fn.STRFTIME("%Y-%m-%d %H:00:00", field), fn.TO_CHAR(field, SQL("'YYYY-MM-DD HH24:00:00'")))
    return hour.coerce(False)  # peewee would make a moment of what comes of a field of moments


# ── Numbers and order ───────────────────────────────────────────────────


def one_if(condition):
    """1 where it holds and 0 where not, to be added up: PostgreSQL adds up no truths."""
    return peewee.Case(None, [(condition, 1)], 0)


def number_before(field: Field):
    """The number with which a text begins, such as 12 of "12A"; 0 where there is none.

    PostgreSQL makes a number of no text that is none as a whole.
    """
    digits = fn.SUBSTRING(field, SQL("'^[0-9]{1,9}'"))
    return Either(field.cast("integer"), fn.COALESCE(digits.cast("integer"), SQL("0")))


def unindexed(field: Field):
    """A field that no index is chosen by."""
    return SQL(f"+{field.column_name}")


def rare(field: Field):
    """What is always so of a text that is looked for: where most have none PostgreSQL believes that any is as frequent."""
    return Either(SQL("1"), field > "")


_WALKING = """
SET LOCAL join_collapse_limit = 1; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = auto
"""  # the last: whether a row leads somewhere is looked up for each, by a plan that is made once


def walk() -> None:
    """From here to the end of the transaction tables are joined in the order in which a query names them, row by row.

    SQLite does so where it is told CROSS JOIN. PostgreSQL knows nothing yet of what was written a moment ago: it would
    begin with what it believes to be few, or read all of a zone once more for each part.
    """
    if is_postgres():
        database.execute_sql(_WALKING)


def clear(table: type[peewee.Model]) -> None:
    """Takes all rows out of a scratch table: what is deleted in PostgreSQL is walked over for as long as nobody tidies up."""
    if is_postgres():
        table.truncate_table()
    else:
        table.delete().execute()


# ── Locks ───────────────────────────────────────────────────────────────


def locked(query: Select, *, by: Field | None = None, skipping: bool = False) -> Select:
    """Keeps the rows that it finds from others until the transaction ends; `skipping` leaves out what others keep.

    by: the order in which they are taken, the same for all, so that no two wait for each other. SQLite has one writer
    at a time and nothing to lock. To be called when the query is run, or when `Prepared` writes it.
    """
    if not is_postgres():
        return query
    ordered = query.order_by(by) if by else query
    return ordered.for_update("FOR NO KEY UPDATE", skip_locked=skipping)


def _said(before: str, value: peewee.Node, behind: str) -> NodeList:
    return NodeList((SQL(before), value, SQL(behind)), glue="")
