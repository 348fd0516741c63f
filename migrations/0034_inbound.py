"""What members send back by text message, who wants no more news by which road, and what the police still has to tell."""

from peewee import AutoField, CharField, Check, DateField, DateTimeField, ForeignKeyField, Model, TextField


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organisation(Base):
        pass

    class User(Base):
        pass

    class Member(Base):
        pass

    class Campaign(Base):
        pass

    class Inbound(Base):
        id = AutoField()
        provider = CharField()
        provider_reference = CharField()
        number = CharField()
        text = TextField()
        kind = CharField(default="text")
        at = DateTimeField()
        organisation = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
        member = ForeignKeyField(Member, null=True, on_delete="SET NULL")
        campaign = ForeignKeyField(Campaign, null=True, on_delete="SET NULL")
        answered_at = DateTimeField(null=True)
        handled_at = DateTimeField(null=True)
        handled_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("kind IN ('text', 'yes', 'stop', 'start')"),)
            indexes = (
                (("provider", "provider_reference"), True),
                (("organisation", "handled_at"), False),
                (("number", "answered_at"), False),
            )

    db.create_tables([Inbound])
    migrator.migrate(
        migrator.add_column("member", "sms_news_ended_at", DateTimeField(null=True)),
        migrator.add_column("member", "email_news_ended_at", DateTimeField(null=True)),
        migrator.add_column("campaign", "feedback_on", DateField(null=True)),
        migrator.add_column("campaign", "feedback_at", DateTimeField(null=True)),
        migrator.add_column(
            "campaign",
            "feedback_by_id",
            ForeignKeyField(User, field=User.id, null=True, on_delete="RESTRICT"),
        ),
    )
