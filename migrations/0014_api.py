"""The API: tokens of programs, and what they launched, so that a request that is repeated launches nothing again."""

from peewee import (
    BooleanField,
    CharField,
    CompositeKey,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
)


def up(migrator, db):
    class Organisation(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Organisation):
        class Meta:
            table_name = "user"

    class Campaign(Organisation):
        class Meta:
            table_name = "campaign"

    class Token(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        name = CharField()
        digest = CharField(unique=True)
        hint = CharField()
        scopes = JSONField(default=list)
        is_practice = BooleanField(default=False)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        used_at = DateTimeField(null=True)
        minute_at = DateTimeField(null=True)
        calls = IntegerField(default=0)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "token"

    class TokenLaunch(Model):
        token = ForeignKeyField(Token, on_delete="RESTRICT")
        key = CharField()
        asked = CharField()
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "token_launch"
            primary_key = CompositeKey("token", "key")

    db.create_tables([Token, TokenLaunch])
    db.execute_sql(
        'INSERT INTO "grant" (organisation_id, role, deed, kind, channel) '
        "SELECT id, 'organisation_admin', 'token.change', '', '' FROM organisation WHERE kind = 'police_zone'"
    )
