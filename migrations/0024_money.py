"""Money: what was paid in advance, put aside, spent and given back; lines that are only ever added."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

REFUSED = "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organisation(Base):
        pass

    class User(Base):
        pass

    class Campaign(Base):
        pass

    class Credit(Base):
        organisation = ForeignKeyField(Organisation, primary_key=True, on_delete="RESTRICT")
        available_mills = BigIntegerField(default=0)
        held_mills = BigIntegerField(default=0)

    class Held(Base):
        campaign = ForeignKeyField(Campaign, primary_key=True, on_delete="RESTRICT")
        mills = BigIntegerField(default=0)

    class LedgerLine(Base):
        id = BigAutoField()
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        kind = CharField()
        at = DateTimeField()
        available_mills = BigIntegerField(default=0)
        held_mills = BigIntegerField(default=0)
        campaign = ForeignKeyField(Campaign, null=True, on_delete="RESTRICT")
        channel = CharField(default="")
        parts = IntegerField(default=0)
        unit_mills = IntegerField(default=0)
        expires_on = DateField(null=True)
        note = TextField(default="")
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("kind IN ('top_up', 'hold', 'spend', 'release', 'correct')"),)
            indexes = ((("organisation", "at"), False), (("campaign", "kind"), False))

    db.create_tables([Credit, Held, LedgerLine])
    for verb in ("UPDATE", "DELETE"):
        db.execute_sql(f"CREATE TRIGGER ledger_keeps_{verb.lower()} BEFORE {verb} ON ledger_line {REFUSED}")
    migrator.migrate(
        migrator.add_column("tariff", "vat_permille", IntegerField(default=210)),
        migrator.add_column("organisation", "payment", CharField(default="")),
    )
    for kind, role, deed in GRANTS:
        db.execute_sql(
            'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
            "SELECT id, ?, ?, '', '' FROM organisation WHERE kind = ?",
            (role, deed, kind),
        )


GRANTS = (
    ("police_zone", "organisation_admin", "credit.see"),
    ("police_zone", "sender", "credit.see"),
    ("federal_service", "organisation_admin", "credit.see"),
    ("federal_service", "sender", "credit.see"),
    ("platform", "platform_admin", "credit.see"),
    ("platform", "platform_admin", "credit.change"),
)
