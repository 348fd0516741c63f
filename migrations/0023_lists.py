"""Lists that stay alive: what failed how often, who confirmed, the personal links; and who practises, and the monthly test."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
)


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organisation(Base):
        pass

    class User(Base):
        pass

    class Bin(Base):
        pass

    class Member(Base):
        pass

    class DataCheck(Base):
        member = ForeignKeyField(Member, on_delete="CASCADE")
        bin = ForeignKeyField(Bin, on_delete="RESTRICT")
        code = CharField(unique=True)
        reason = CharField()
        channel = CharField()
        letter = BigIntegerField(null=True)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        sent_at = DateTimeField()
        expires_at = DateTimeField()
        revoked_at = DateTimeField(null=True)
        answer = CharField(default="")
        proposal = JSONField(default=dict)
        answered_at = DateTimeField(null=True)
        decision = CharField(default="")
        decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        decided_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("bin", "sent_at"), False),)
            constraints = (
                Check("reason IN ('round', 'dead')"),
                Check("channel IN ('sms', 'email')"),
                Check("answer IN ('', 'confirmed', 'proposed', 'removal')"),
                Check("decision IN ('', 'accepted', 'declined')"),
            )

    class MonthlyTest(Base):
        organisation = ForeignKeyField(Organisation, primary_key=True, on_delete="CASCADE")
        is_practice = BooleanField(default=True)
        channels = JSONField(default=list)
        bins = JSONField(default=list)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        changed_at = DateTimeField()
        ready_for = DateField(null=True)
        fault = CharField(default="")

    db.create_tables([DataCheck, MonthlyTest])
    moments = (
        ("bin", "checked_at"),
        ("bin", "reminded_at"),
        ("member", "confirmed_at"),
        ("campaign", "opened_at"),
    )
    numbers = ("mobile_failures", "phone_failures", "email_failures")
    migrator.migrate(
        *(migrator.add_column(table, name, DateTimeField(null=True)) for table, name in moments),
        *(migrator.add_column("member", name, IntegerField(default=0)) for name in numbers),
        migrator.add_column("member", "phone_fault", CharField(default="")),
        migrator.add_column("bin", "streets", JSONField(null=True)),
        migrator.add_column("organisation", "practice_months", IntegerField(default=0)),
        migrator.add_column("user", "practice_reminded_at", DateTimeField(null=True)),
    )
    db.execute_sql("UPDATE campaign SET opened_at = created_at")
    # What is known to be dead failed at least once.
    db.execute_sql("UPDATE member SET mobile_failures = 1 WHERE mobile_fault <> ''")
    db.execute_sql("UPDATE member SET email_failures = 1 WHERE email_fault <> ''")
    db.execute_sql(
        'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
        "SELECT id, 'organisation_admin', 'drill.change', '', '' FROM organisation WHERE kind = 'police_zone'"
    )
