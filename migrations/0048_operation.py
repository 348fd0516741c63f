"""What does not work in the house itself, and the self-tests of its roads."""

from peewee import AutoField, BooleanField, CharField, Check, DateTimeField, ForeignKeyField, Model


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Base):
        pass

    class Letter(Base):
        pass

    class Trouble(Base):
        id = AutoField()
        kind = CharField()
        subject = CharField(default="")
        began_at = DateTimeField()
        told_at = DateTimeField(null=True)
        well_since = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("kind IN ('road', 'backup', 'disk', 'heartbeat', 'clock')"),)

    Trouble.add_index(
        Trouble.index(
            Trouble.kind, Trouble.subject, unique=True, where=Trouble.ended_at.is_null(), name="trouble_open"
        )
    )

    class SelfTest(Base):
        id = AutoField()
        user = ForeignKeyField(User, on_delete="RESTRICT")
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        begun_at = DateTimeField()
        ended_at = DateTimeField(null=True)

    class SelfTestLeg(Base):
        id = AutoField()
        test = ForeignKeyField(SelfTest, backref="legs", on_delete="CASCADE")
        channel = CharField()
        road = CharField()
        has_receipts = BooleanField()
        letter = ForeignKeyField(Letter, null=True, unique=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("channel IN ('sms', 'voice', 'email')"),)

    db.create_tables([Trouble, SelfTest, SelfTestLeg])
