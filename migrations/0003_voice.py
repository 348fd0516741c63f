"""Spoken messages: how a call can end, its second call, recordings, and how an organisation's calls begin."""

from peewee import BlobField, CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, Model

OLD = "'accepted', 'delivered', 'failed'"
NEW = "'accepted', 'delivered', 'answered', 'voicemail', 'hung_up', 'busy', 'no_answer', 'failed'"


def up(migrator, db):
    class Organisation(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Organisation):
        class Meta:
            table_name = "user"

    class Recording(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        key = CharField(unique=True)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        filename = CharField()
        media_type = CharField()
        seconds = IntegerField()
        content = BlobField()
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "recording"

    db.create_tables([Recording])
    migrator.migrate(
        migrator.add_column("message", "first_reference", CharField(null=True)),
        migrator.add_column("organisation", "openings", JSONField(null=True)),
    )
    db.execute_sql(
        "CREATE INDEX message_on_line ON message (road, accepted_at) WHERE channel = 'voice' AND status = 'accepted'"
    )
    _widen(db)


def _widen(db):
    """Lets a message end in more ways: the constraint alone is rewritten, so that ten million rows stay where they are.

    https://www.sqlite.org/lang_altertable.html#otheralter, the procedure for changes that touch no content.
    """
    (version,) = db.execute_sql("PRAGMA schema_version").fetchone()
    db.execute_sql("PRAGMA writable_schema = on")
    db.execute_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'message'",
        (OLD, NEW),
    )
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = off")
