"""How the first of two calls ended: a voicemail may hold what the second one brought to nobody."""

from peewee import CharField


def up(migrator, db):
    migrator.migrate(migrator.add_column("message", "first_status", CharField(null=True)))
    db.execute_sql(
        "CREATE INDEX message_first_call ON message (campaign_id, id) WHERE first_status IS NOT NULL"
    )
