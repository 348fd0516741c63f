"""What an activation costs and teaches: statements, final reports, exercises and lessons."""

from peewee import (
    BigIntegerField,
    CharField,
    Check,
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

    class Agreement(Base):
        pass

    class Activation(Base):
        pass

    class Annex(Base):
        pass

    class Notice(Base):
        pass

    class Statement(Base):
        activation = ForeignKeyField(Activation, on_delete="RESTRICT")
        bearer = ForeignKeyField(Organisation, on_delete="RESTRICT")
        number = IntegerField()
        corrects = ForeignKeyField("self", null=True, on_delete="RESTRICT")
        reason = TextField(default="")
        annex = ForeignKeyField(Annex, on_delete="RESTRICT")
        content = JSONField()
        mills = BigIntegerField()
        document = ForeignKeyField(Document, on_delete="RESTRICT")
        workbook = ForeignKeyField(Document, on_delete="RESTRICT")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        made_at = DateTimeField()

        class Meta:
            indexes = ((("activation", "number"), True),)

    class FinalReport(Base):
        activation = ForeignKeyField(Activation, primary_key=True, on_delete="RESTRICT")
        document = ForeignKeyField(Document, on_delete="RESTRICT")
        made_at = DateTimeField()

    class Exercise(Base):
        municipality = ForeignKeyField(Organisation, on_delete="RESTRICT")
        agreement = ForeignKeyField(Agreement, on_delete="RESTRICT")
        status = CharField()
        name = CharField()
        scenario = TextField(default="")
        begins_at = DateTimeField()
        ends_at = DateTimeField()
        operators = IntegerField()
        calls = CharField(default="d5")
        asked_by = ForeignKeyField(User, on_delete="RESTRICT")
        asked_at = DateTimeField()
        exception_why = TextField(default="")
        exception_answer = TextField(default="")
        notice = ForeignKeyField(Notice, null=True, on_delete="RESTRICT")
        annex = ForeignKeyField(Annex, null=True, on_delete="RESTRICT")
        mills = BigIntegerField(null=True)
        signed_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        signed_at = DateTimeField(null=True)
        centre_signed_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        centre_signed_at = DateTimeField(null=True)
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        activation = ForeignKeyField(Activation, null=True, on_delete="RESTRICT")
        began_at = DateTimeField(null=True)
        ended_why = TextField(default="")
        service = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
        findings = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        sent_at = DateTimeField(null=True)
        acknowledged_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        acknowledged_at = DateTimeField(null=True)

        class Meta:
            constraints = (
                Check(
                    "status IN ('late', 'asked', 'agreed', 'begun', 'sent', 'acknowledged', 'refused', 'withdrawn')"
                ),
                Check("calls IN ('d5', 'd5d2')"),
            )

    class Inject(Base):
        exercise = ForeignKeyField(Exercise, on_delete="CASCADE")
        minute = IntegerField()
        kind = CharField()
        words = TextField()
        for_whom = CharField(default="")
        played_at = DateTimeField(null=True)
        played_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("kind IN ('call', 'press', 'rumour')"),)

    class Evaluation(Base):
        exercise = ForeignKeyField(Exercise, on_delete="CASCADE")
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        marks = JSONField()
        remarks = TextField(default="")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        at = DateTimeField()

        class Meta:
            indexes = ((("exercise", "organisation"), True),)

    class Lesson(Base):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        activation = ForeignKeyField(Activation, null=True, on_delete="RESTRICT")
        exercise = ForeignKeyField(Exercise, null=True, on_delete="RESTRICT")
        words = TextField()
        owner = CharField()
        due_on = DateField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        changed_at = DateTimeField()
        done_at = DateTimeField(null=True)
        done_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("(activation_id IS NULL) <> (exercise_id IS NULL)"),)
            indexes = ((("organisation", "done_at"), False),)

    db.create_tables([Statement, FinalReport, Exercise, Inject, Evaluation, Lesson])
