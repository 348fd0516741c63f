"""The door: second factors, recovery codes, mailed links, changes that a second administrator confirms."""

from peewee import (
    BigIntegerField,
    BooleanField,
    CharField,
    Check,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
)

DEMONSTRATION = (
    "platform@belfort.example",
    "joris.wauters@zavelstreek.example",
    "lien.vercauteren@zavelstreek.example",
    "marc.dhondt@zavelstreek.example",
    "greet.lambrechts@zavelstreek.example",
    "aicha.benali@oosterzavel.example",
    "tom.geerts@contactcenter.example",
)


def up(migrator, db):
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Table):
        class Meta:
            table_name = "user"

    class Organisation(Table):
        class Meta:
            table_name = "organisation"

    class SignIn(Table):
        token_hash = CharField(unique=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        address = CharField(default="")
        agent = CharField(default="")
        began_at = DateTimeField()
        passed_at = DateTimeField(null=True)
        seen_at = DateTimeField()
        confirmed_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            table_name = "sign_in"

    class SecondFactor(Table):
        user = ForeignKeyField(User, on_delete="CASCADE")
        secret = CharField()
        began_at = DateTimeField()
        confirmed_at = DateTimeField(null=True)
        last_step = IntegerField(default=0)

        class Meta:
            table_name = "second_factor"

    class RecoveryCode(Table):
        user = ForeignKeyField(User, on_delete="CASCADE")
        code_hash = CharField()
        used_at = DateTimeField(null=True)

        class Meta:
            table_name = "recovery_code"
            indexes = ((("user", "code_hash"), True),)

    class Link(Table):
        token_hash = CharField(unique=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        purpose = CharField()
        letter = BigIntegerField(null=True)
        made_at = DateTimeField()
        expires_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            table_name = "link"
            constraints = (Check("purpose IN ('reset', 'invitation')"),)

    class ResetRequest(Table):
        email = CharField()
        asked_at = DateTimeField()

        class Meta:
            table_name = "reset_request"

    class PendingChange(Table):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        kind = CharField()
        about = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        facts = JSONField(default=dict)
        asked_by = ForeignKeyField(User, on_delete="RESTRICT")
        asked_at = DateTimeField()
        expires_at = DateTimeField()
        status = CharField(default="asked")
        decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        decided_at = DateTimeField(null=True)

        class Meta:
            table_name = "pending_change"
            constraints = (Check("status IN ('asked', 'confirmed', 'refused')"),)
            indexes = ((("organisation", "status"), False),)

    db.execute_sql("DROP TABLE sign_in")  # sessions are not carried over: everybody signs in again
    db.create_tables([SignIn, SecondFactor, RecoveryCode, Link, ResetRequest, PendingChange])
    migrator.migrate(
        migrator.add_column("organisation", "asks_second_factor", BooleanField(default=False)),
        migrator.add_column("user", "is_demonstration", BooleanField(default=False)),
    )
    places = ", ".join("?" * len(DEMONSTRATION))
    loaded = "EXISTS (SELECT 1 FROM audit WHERE deed = 'demonstration.loaded')"
    sql = f"UPDATE user SET is_demonstration = 1 WHERE email IN ({places}) AND {loaded}"  # nosec B608 # our names
    db.execute_sql(sql, DEMONSTRATION)
