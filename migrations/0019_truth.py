"""The information sheet: drafts, askers, what is settled, what the D2 desk must know, and the index of the search."""

import unicodedata

from peewee import (
    CharField,
    Check,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    SqliteDatabase,
    TextField,
)


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organisation(Base):
        pass

    class User(Base):
        pass

    class Emergency(Base):
        pass

    class Entry(Base):
        pass

    class Question(Base):
        pass

    class EntryDraft(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        entry = ForeignKeyField(Entry, null=True, on_delete="RESTRICT")
        based_on = IntegerField(default=0)
        asked = IntegerField(null=True)
        form = JSONField(default=dict)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        changed_at = DateTimeField()

        class Meta:
            indexes = ((("entry", "by"), True),)

    class Asking(Base):
        question = ForeignKeyField(Question, on_delete="CASCADE")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        at = DateTimeField()

    class Settled(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        place = CharField()
        kind = CharField()
        value = CharField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        at = DateTimeField()

        class Meta:
            indexes = ((("emergency", "place", "kind", "value"), True),)

    class VictimNote(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        municipality = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
        handed_to = CharField()
        language = CharField(default="nl")
        caller = CharField(default="")
        phone = CharField(default="")
        sought = CharField(default="")
        words = TextField(default="")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        at = DateTimeField()
        taken_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        taken_at = DateTimeField(null=True)
        closed_at = DateTimeField(null=True)
        purged_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("handed_to IN ('d2_desk', 'second_line')"),)
            indexes = ((("emergency", "closed_at"), False),)

    db.create_tables([EntryDraft, Asking, Settled, VictimNote])
    same_as = ForeignKeyField(Question, Question.id, null=True, on_delete="RESTRICT")
    migrator.migrate(
        migrator.add_column("question", "merged_into_id", same_as),
        migrator.add_column("entry_version", "stale", JSONField(null=True)),
    )
    if isinstance(db, SqliteDatabase):
        _index(db)


def _index(db):
    """What was published before is found from now on; as dispatch/centre/search.py keeps it."""
    db.execute_sql(
        "CREATE VIRTUAL TABLE sheet_search USING fts5(place, question, answer, tokenize = 'trigram')"
    )
    rows = db.execute_sql(
        "SELECT v.entry_id, e.emergency_id, v.question, v.answer FROM entry_version v "
        "JOIN entry e ON e.id = v.entry_id WHERE v.retired_at IS NULL"
    ).fetchall()
    db.connection().create_function("belfort_fold", 1, _folded)
    for entry, emergency, question, answer in rows:
        db.execute_sql(
            "INSERT INTO sheet_search (rowid, place, question, answer) "
            "SELECT ?, ?, belfort_fold(group_concat(q.value, ' ')), "
            "(SELECT belfort_fold(group_concat(a.value, ' ')) FROM json_each(?) a) FROM json_each(?) q",
            (entry, f"#{emergency}#", answer, question),
        )


def _folded(text):
    apart = unicodedata.normalize("NFKD", (text or "").casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return f" {' '.join(''.join(sign if sign.isalnum() else ' ' for sign in plain).split())} "
