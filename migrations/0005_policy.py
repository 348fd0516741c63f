"""What becomes of doubt: a policy for each campaign and template, and which doubt of it a message is."""

from peewee import CharField, DateTimeField, IntegerField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("template", "policy", CharField(default="")),
        migrator.add_column("campaign", "policy", CharField(default="")),
        migrator.add_column("campaign", "doubts", IntegerField(default=0)),
        migrator.add_column("message", "doubt", IntegerField(null=True)),
        migrator.add_column("message", "doubted_at", DateTimeField(null=True)),
        migrator.add_column("message", "repeats", IntegerField(default=0)),
    )
    db.execute_sql(
        "CREATE INDEX message_doubt ON message (campaign_id, status, channel, code, road, doubt) "
        "WHERE doubt IS NOT NULL"
    )
    # What is unsure now is the first doubt of its campaign, so that somebody is still asked.
    db.execute_sql("UPDATE message SET doubted_at = claimed_at WHERE status = 'unsure'")
    db.execute_sql("UPDATE message SET doubt = 1 WHERE status = 'unsure' AND campaign_id IS NOT NULL")
    db.execute_sql(
        "UPDATE campaign SET doubts = 1 WHERE id IN (SELECT campaign_id FROM message WHERE doubt = 1)"
    )
