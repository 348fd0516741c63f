"""The floor of the contact centre: topics and pulse of an emergency, more operators asked, calls listened to."""

from peewee import (
    BooleanField,
    CharField,
    Check,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Base):
        pass

    class Emergency(Base):
        pass

    class Activation(Base):
        pass

    class Reinforcement(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        activation = ForeignKeyField(Activation, on_delete="RESTRICT")
        desk = CharField(default="d5")
        operators = IntegerField()
        from_at = DateTimeField()
        until_at = DateTimeField()
        reason = TextField(default="")
        mills = IntegerField(null=True)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        asked_at = DateTimeField()
        is_agreed = BooleanField(null=True)
        answer = TextField(default="")
        decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        decided_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("desk IN ('d5', 'd2')"),)
            indexes = ((("emergency", "decided_at"), False),)

    class Sample(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        operator = ForeignKeyField(User, on_delete="RESTRICT")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        at = DateTimeField()
        answers = JSONField(default=dict)
        good = IntegerField()
        asked = IntegerField()
        remark = TextField(default="")
        finding = CharField(default="")
        spoken_at = DateTimeField(null=True)
        spoken_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("finding IN ('', 'sheet', 'word')"),)
            indexes = ((("emergency", "at"), False),)

    db.create_tables([Reinforcement, Sample])
    migrator.migrate(
        migrator.add_column("emergency", "topics", JSONField(null=True)),
        migrator.add_column("emergency", "pulse", IntegerField(default=0)),
    )
    # The administrator of the centre lets its telephone exchange in.
    db.execute_sql(
        'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
        "SELECT id, 'organisation_admin', 'token.change', '', '' FROM organisation WHERE kind = 'contact_centre'"
    )
