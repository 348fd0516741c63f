"""What is promised and prepared before an emergency: the yearly question about annex 1, and the preparation."""

from peewee import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

GRANTS = (
    ("platform", "platform_admin", ("promise.see", "promise.change")),
    ("municipality", "organisation_admin", ("promise.see",)),
    ("municipality", "authorised_person", ("promise.see",)),
    ("municipality", "liaison_officer", ("promise.see",)),
    ("municipality", "reader", ("promise.see",)),
    ("contact_centre", "organisation_admin", ("promise.see", "promise.change")),
    ("contact_centre", "centre_supervisor", ("promise.see", "promise.change")),
    ("contact_centre", "reader", ("promise.see",)),
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

    class Agreement(Base):
        pass

    class PersonsCheck(Base):
        agreement = ForeignKeyField(Agreement, on_delete="RESTRICT")
        asked_at = DateTimeField(null=True)
        confirmed_at = DateTimeField(null=True)
        confirmed_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            indexes = ((("agreement", "confirmed_at"), False),)

    class Preparation(Base):
        municipality = ForeignKeyField(Organisation, primary_key=True, on_delete="RESTRICT")
        places = JSONField(default=list)
        recommendations = TextField(default="")
        changed_at = DateTimeField(null=True)
        checked_at = DateTimeField(null=True)
        checked_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

    class PartOfPreparation(Base):
        municipality = ForeignKeyField(Organisation, on_delete="RESTRICT")
        changed_at = DateTimeField()
        removed_at = DateTimeField(null=True)

    class Plan(PartOfPreparation):
        name = CharField()
        dated_on = DateField()
        document = ForeignKeyField(Document, on_delete="RESTRICT")

    class Reception(PartOfPreparation):
        name = CharField()
        address = CharField()
        capacity = IntegerField()
        contact = CharField(default="")
        phone = CharField(default="")
        is_accessible = BooleanField(default=False)
        takes_pets = BooleanField(default=False)

    class SafetyZone(PartOfPreparation):
        name = CharField()
        streets = JSONField(default=list)

    class StandingQuestion(PartOfPreparation):
        topic = CharField(default="")
        question = JSONField(default=dict)
        answer = JSONField(default=dict)

    db.create_tables([PersonsCheck, Preparation, Plan, Reception, SafetyZone, StandingQuestion])
    for kind, role, deeds in GRANTS:
        for deed in deeds:
            db.execute_sql(
                'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
                "SELECT id, ?, ?, '', '' FROM organisation WHERE kind = ?",
                (role, deed, kind),
            )
