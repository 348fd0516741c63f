"""Before sending: quiet hours of an organisation; why a name is sent, and which numbers the sender had tried."""

from peewee import CharField, JSONField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("organisation", "quiet_from", CharField(default="")),
        migrator.add_column("organisation", "quiet_until", CharField(default="")),
        migrator.add_column("campaign", "naming_reason", CharField(default="")),
        migrator.add_column("campaign", "vouched", JSONField(null=True)),
    )
