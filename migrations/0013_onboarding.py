"""Organisations that join: contract, agreement, order, user table, and since when they may send something real."""

from peewee import (
    BlobField,
    CharField,
    Check,
    CompositeKey,
    DateField,
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

    class Organisation(Base):
        pass

    class User(Base):
        pass

    class Document(Base):
        pass

    class Contract(Base):
        name = CharField(unique=True)
        provider = CharField()
        begins_on = DateField()
        ends_on = DateField()
        ended_on = DateField(null=True)
        ended_why = TextField(default="")

    class Accession(Base):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        contract = ForeignKeyField(Contract, on_delete="RESTRICT")
        type = IntegerField()
        signatory = CharField()
        provider_signatory = CharField()
        signed_on = DateField()
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        paper_received_on = DateField(null=True)
        exchanged_on = DateField(null=True)
        ended_on = DateField(null=True)
        ended_why = TextField(default="")
        created_at = DateTimeField()

        class Meta:
            constraints = (Check("type IN (1, 2)"),)

    class Tariff(Base):
        begins_on = DateField(unique=True)
        prices = JSONField()

    class Order(Base):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        tariff = ForeignKeyField(Tariff, on_delete="RESTRICT")
        lines = JSONField()
        orderer = CharField()
        document = ForeignKeyField(Document, on_delete="RESTRICT")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        placed_at = DateTimeField()

    class UserTable(Base):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        filename = CharField()
        content = BlobField(null=True)
        reading = JSONField(default=dict)
        counts = JSONField(default=dict)
        accounts = JSONField(default=list)
        status = CharField(default="uploaded")
        created_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("status IN ('uploaded', 'committed', 'undone', 'discarded')"),)

    class EndWarning(Base):
        organisation = ForeignKeyField(Organisation, on_delete="CASCADE")
        promise = CharField()
        ends_on = DateField()
        months = IntegerField()
        at = DateTimeField()

        class Meta:
            primary_key = CompositeKey("organisation", "promise", "ends_on", "months")

    db.create_tables([Contract, Accession, Tariff, Order, UserTable, EndWarning])
    migrator.migrate(migrator.add_column("organisation", "ready_at", DateTimeField(null=True)))
    db.execute_sql(  # whoever sends already joined before there was a list to tick off
        "UPDATE organisation SET ready_at = (SELECT MIN(launched_at) FROM campaign "
        "WHERE campaign.organisation_id = organisation.id AND NOT campaign.is_practice)"
    )
    db.execute_sql(  # who looks after the platform writes contracts and copies down
        'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
        "SELECT id, 'platform_admin', 'organisation.change', '', '' FROM organisation WHERE kind = 'platform'"
    )
