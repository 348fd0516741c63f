"""Whether a message asks to be confirmed, who confirmed it, and which channel follows for who did not."""

from peewee import (
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DateTimeField,
    ForeignKeyField,
    JSONField,
    Model,
)


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Campaign(Base):
        pass

    class Member(Base):
        pass

    class Acknowledgement(Base):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE", index=False)
        member = ForeignKeyField(Member, on_delete="CASCADE")
        channel = CharField()
        at = DateTimeField()

        class Meta:
            primary_key = CompositeKey("campaign", "member")
            constraints = (Check("channel IN ('sms', 'voice', 'email')"),)

    db.create_tables([Acknowledgement])
    migrator.migrate(
        *(
            migrator.add_column(table, name, field)
            for table in ("template", "campaign")
            for name, field in (
                ("asks_acknowledgement", BooleanField(null=True)),
                ("cascade", JSONField(null=True)),
            )
        ),
        migrator.add_column("campaign", "next_channel_at", DateTimeField(null=True)),
    )
