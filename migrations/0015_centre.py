"""The contact centre as a whole: annexes and notices, one emergency of several towns, its people, calls and sheet."""

from peewee import (
    BigAutoField,
    BooleanField,
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

OLD = "'centre_supervisor', 'reader'"
NEW = "'centre_supervisor', 'operator', 'liaison_officer', 'reader'"
GRANTS = (
    ("municipality", "organisation_admin", ("preparation.change",)),
    ("municipality", "authorised_person", ("preparation.change", "sheet.change")),
    ("municipality", "liaison_officer", ("activation.see", "sheet.change")),
    ("province", "liaison_officer", ("activation.see", "sheet.change")),
    ("province", "organisation_admin", ("activation.see",)),
    ("province", "reader", ("activation.see",)),
    ("federal_service", "liaison_officer", ("activation.see", "sheet.change")),
    ("federal_service", "organisation_admin", ("activation.see", "finding.acknowledge")),
    ("federal_service", "reader", ("activation.see",)),
    ("contact_centre", "centre_supervisor", ("call.take",)),
    ("contact_centre", "operator", ("activation.see", "call.take")),
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

    class Letter(Base):
        pass

    class Contract(Base):
        pass

    class Agreement(Base):
        pass

    class Activation(Base):
        pass

    class Annex(Base):
        contract = ForeignKeyField(Contract, null=True, on_delete="RESTRICT")
        agreement = ForeignKeyField(Agreement, null=True, on_delete="RESTRICT")
        number = IntegerField()
        version = IntegerField()
        from_on = DateField()
        content = JSONField(default=dict)
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        created_at = DateTimeField()

        class Meta:
            constraints = (
                Check("number IN (1, 2, 3, 4, 5, 6, 7)"),
                Check("(contract_id IS NULL) <> (agreement_id IS NULL)"),
            )
            indexes = (
                (("agreement", "number", "version"), True),
                (("contract", "number", "version"), True),
            )

    class Notice(Base):
        agreement = ForeignKeyField(Agreement, on_delete="RESTRICT")
        kind = CharField()
        subject = CharField(default="")
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        letter = ForeignKeyField(Letter, null=True, on_delete="RESTRICT")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        sent_at = DateTimeField()
        acknowledged_at = DateTimeField(null=True)
        acknowledged_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            indexes = ((("agreement", "acknowledged_at"), False),)

    class Emergency(Base):
        centre = ForeignKeyField(Organisation, on_delete="RESTRICT")
        name = CharField()
        number = CharField(default="")
        second_line = CharField(default="")
        is_practice = BooleanField(default=False)
        sheet_version = IntegerField(default=0)
        began_at = DateTimeField()
        ended_at = DateTimeField(null=True)

    class ScaleUp(Base):
        activation = ForeignKeyField(Activation, on_delete="RESTRICT")
        phase = CharField()
        authority = ForeignKeyField(Organisation, on_delete="RESTRICT")
        from_at = DateTimeField()
        reason = TextField(default="")
        handover = JSONField(default=dict)
        given_by = ForeignKeyField(User, on_delete="RESTRICT")
        given_at = DateTimeField()
        taken_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        taken_at = DateTimeField(null=True)
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")

        class Meta:
            constraints = (Check("phase IN ('municipal', 'provincial', 'federal')"),)
            indexes = ((("authority", "activation"), False),)

    class Presence(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        operator = ForeignKeyField(User, on_delete="RESTRICT")
        languages = JSONField(default=list)
        desk = CharField(default="d5")
        from_at = DateTimeField()
        until_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("desk IN ('d5', 'd2')"),)
            indexes = ((("emergency", "until_at"), False),)

    class Shift(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        desk = CharField(default="d5")
        begins_at = DateTimeField()
        ends_at = DateTimeField()
        operators = IntegerField()
        languages = JSONField(default=list)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        created_at = DateTimeField()
        withdrawn_at = DateTimeField(null=True)

        class Meta:
            constraints = (Check("desk IN ('d5', 'd2')"),)

    class Call(Base):
        id = BigAutoField()
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        operator = ForeignKeyField(User, on_delete="RESTRICT")
        at = DateTimeField()
        kind = CharField()
        language = CharField(default="nl")
        topic = CharField(default="")
        place = CharField(default="")
        municipality = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
        handed_to = CharField(default="")
        seconds = IntegerField(null=True)

        class Meta:
            constraints = (
                Check("kind IN ('d5', 'd2', 'silent', 'abusive', 'wrong_number', 'press')"),
                Check("handed_to IN ('', 'd2_desk', 'second_line')"),
            )
            indexes = ((("emergency", "at"), False), (("emergency", "topic", "at"), False))

    class Quarter(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        begins_at = DateTimeField()
        offered = IntegerField()
        answered = IntegerField()
        abandoned = IntegerField()
        in_time = IntegerField(null=True)
        waited_seconds = IntegerField()
        longest_seconds = IntegerField(null=True)
        talked_seconds = IntegerField()
        source = CharField(default="")
        at = DateTimeField()

        class Meta:
            primary_key = CompositeKey("emergency", "begins_at")

    class Entry(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        topic = CharField(default="")
        municipality = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
        created_at = DateTimeField()

    class EntryVersion(Base):
        entry = ForeignKeyField(Entry, on_delete="RESTRICT")
        sheet_version = IntegerField()
        question = JSONField()
        answer = JSONField()
        valid_from = DateTimeField()
        valid_until = DateTimeField(null=True)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        published_at = DateTimeField()
        retired_at = DateTimeField(null=True)
        retired_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        retired_why = TextField(default="")

        class Meta:
            indexes = ((("entry", "sheet_version"), True),)

    class SheetReading(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        operator = ForeignKeyField(User, on_delete="RESTRICT")
        version = IntegerField()
        at = DateTimeField()

        class Meta:
            primary_key = CompositeKey("emergency", "operator", "version")

    class Question(Base):
        emergency = ForeignKeyField(Emergency, on_delete="RESTRICT")
        words = TextField()
        key = CharField()
        language = CharField(default="nl")
        topic = CharField(default="")
        number = IntegerField(default=1)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        asked_at = DateTimeField()
        entry = ForeignKeyField(Entry, null=True, on_delete="RESTRICT")
        answered_at = DateTimeField(null=True)
        answered_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        dismissed_why = TextField(default="")

        class Meta:
            indexes = ((("emergency", "key"), False), (("emergency", "answered_at"), False))

    db.create_tables(
        [
            Annex,
            Notice,
            Emergency,
            ScaleUp,
            Presence,
            Shift,
            Call,
            Quarter,
            Entry,
            EntryVersion,
            SheetReading,
            Question,
        ]
    )

    def to(model):
        return ForeignKeyField(model, model.id, null=True, on_delete="RESTRICT")

    migrator.migrate(
        migrator.add_column("contract", "centre_id", to(Organisation)),
        migrator.add_column("agreement", "contract_id", to(Contract)),
        migrator.add_column("agreement", "signatory", CharField(default="")),
        migrator.add_column("agreement", "centre_signatory", CharField(default="")),
        migrator.add_column("agreement", "ended_on", DateField(null=True)),
        migrator.add_column("agreement", "ended_why", TextField(default="")),
        migrator.add_column("agreement", "document_id", to(Document)),
        migrator.add_column("agreement", "promise_minutes", IntegerField(default=60)),
        migrator.add_column("agreement", "operators", IntegerField(default=4)),
        migrator.add_column("activation", "emergency_id", to(Emergency)),
        migrator.add_column("activation", "annexes", JSONField(null=True)),
    )
    _gather(db)
    _widen(db)
    for kind, role, deeds in GRANTS:
        for deed in deeds:
            db.execute_sql(
                'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
                "SELECT id, ?, ?, '', '' FROM organisation WHERE kind = ?",
                (role, deed, kind),
            )


def _gather(db):
    """Every request so far was an emergency of its own, and keeps its id."""
    db.execute_sql(
        "INSERT INTO emergency (id, centre_id, name, number, second_line, is_practice, sheet_version, began_at, ended_at) "
        "SELECT a.id, g.centre_id, json_extract(a.form, '$.emergency'), a.number, '', a.is_practice, 0, "
        "MIN(m.at), CASE WHEN a.status IN ('closed', 'refused') THEN MAX(m.at) END "
        "FROM activation a JOIN agreement g ON g.id = a.agreement_id JOIN milestone m ON m.activation_id = a.id "
        "WHERE a.status <> 'draft' GROUP BY a.id"
    )
    db.execute_sql("UPDATE activation SET emergency_id = id WHERE status <> 'draft'")


def _widen(db):
    """Lets somebody be an operator or a liaison officer: the constraint alone is rewritten.

    https://www.sqlite.org/lang_altertable.html#otheralter, the procedure for changes that touch no content.
    """
    (version,) = db.execute_sql("PRAGMA schema_version").fetchone()
    db.execute_sql("PRAGMA writable_schema = on")
    db.execute_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'user'", (OLD, NEW)
    )
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = off")
