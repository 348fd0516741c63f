"""Activations: paper and telephone, call-backs, inquiries, warnings, closing plans, several towns, and opening again."""

from peewee import (
    BooleanField,
    CharField,
    CompositeKey,
    DateTimeField,
    ForeignKeyField,
    JSONField,
    Model,
    TextField,
)

GRANTS = (("liaison_officer", "activation.take"), ("organisation_admin", "activation.take"))


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Base):
        pass

    class Letter(Base):
        pass

    class Emergency(Base):
        pass

    class Notice(Base):
        pass

    class Activation(Base):
        pass

    class CallBack(Base):
        activation = ForeignKeyField(Activation, on_delete="RESTRICT")
        phone = CharField()
        is_right = BooleanField()
        at = DateTimeField()
        by = ForeignKeyField(User, on_delete="RESTRICT")

    class Inquiry(Base):
        activation = ForeignKeyField(Activation, on_delete="RESTRICT")
        words = TextField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        asked_at = DateTimeField()
        answer = TextField(default="")
        answered_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        answered_at = DateTimeField(null=True)

    class ClockWarning(Base):
        activation = ForeignKeyField(Activation, on_delete="CASCADE")
        requested_at = DateTimeField()
        step = CharField()
        at = DateTimeField()

        class Meta:
            primary_key = CompositeKey("activation", "requested_at", "step")

    class ClosingPlan(Base):
        activation = ForeignKeyField(Activation, on_delete="RESTRICT")
        phases = JSONField(default=list)
        closes_at = DateTimeField()
        redirect = CharField(default="")
        greeting = TextField(default="")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        confirmed_at = DateTimeField()
        notice = ForeignKeyField(Notice, null=True, on_delete="RESTRICT")
        withdrawn_at = DateTimeField(null=True)

    db.create_tables([CallBack, Inquiry, ClockWarning, ClosingPlan])

    def to(model):
        return ForeignKeyField(model, model.id, null=True, on_delete="RESTRICT")

    migrator.migrate(
        migrator.add_column("activation", "channel", CharField(default="page")),
        migrator.add_column("activation", "joined_from_id", to(Emergency)),
        migrator.add_column("activation", "short_letter_id", to(Letter)),
        migrator.add_column("scale_up", "withdrawn_at", DateTimeField(null=True)),
        migrator.drop_index("milestone", "milestone_activation_id_status"),
        migrator.add_index("milestone", ("activation_id", "status"), False),
    )
    for role, deed in GRANTS:
        db.execute_sql(
            'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
            "SELECT id, ?, ?, '', '' FROM organisation WHERE kind IN ('province', 'federal_service')",
            (role, deed),
        )
