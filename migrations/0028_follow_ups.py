"""Follow-ups: a correction, an update or an all-clear stands beside the campaign that it follows."""

from peewee import BooleanField, CharField, DateTimeField, ForeignKeyField, Model


def up(migrator, db):
    class Campaign(Model):
        class Meta:
            database = db
            legacy_table_names = False

    follows = ForeignKeyField(Campaign, field=Campaign.id, null=True, on_delete="RESTRICT")
    migrator.migrate(
        migrator.add_column("campaign", "follows_id", follows),
        migrator.add_column("campaign", "follow_up", CharField(default="")),
        migrator.add_column("campaign", "looked_at", DateTimeField(null=True)),
        migrator.add_column("campaign", "only_reached", BooleanField(default=False)),
    )
