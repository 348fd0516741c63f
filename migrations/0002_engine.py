"""What the engine remembers: a launch that goes on in pieces, an end of validity, a halt, and what left just now."""

from peewee import BigIntegerField, CharField, DateTimeField, DoubleField, JSONField, Model


def up(migrator, db):
    class Throttle(Model):
        road = CharField(primary_key=True)
        tokens = DoubleField()
        refilled_at = DateTimeField()
        recent = JSONField(default=list)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "throttle"

    db.drop_tables([Throttle])  # it holds nothing older than a second
    db.create_tables([Throttle])
    migrator.migrate(
        migrator.add_column("campaign", "queued_through", BigIntegerField(null=True)),
        migrator.add_column("campaign", "expires_at", DateTimeField(null=True)),
        migrator.add_column("campaign", "halted", CharField(default="")),
    )
    for name in ("message_campaign_id", "message_letter_id", "message_queued"):
        db.execute_sql(f"DROP INDEX {name}")
    db.execute_sql(
        "CREATE INDEX message_queued ON message (channel, campaign_id, due_at, id) WHERE status = 'queued'"
    )
    db.execute_sql("CREATE INDEX message_letter ON message (letter_id) WHERE letter_id IS NOT NULL")
    db.execute_sql("CREATE UNIQUE INDEX message_once ON message (campaign_id, channel, address)")
