"""The tables of the first version."""

from peewee import (
    BigAutoField,
    BlobField,
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DateField,
    DateTimeField,
    DoubleField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)


def up(migrator, db):
    class Organisation(Model):
        kind = CharField()
        name = CharField(unique=True)
        slug = CharField(unique=True)
        language = CharField(default="nl")
        email = CharField(default="")
        phone = CharField(default="")
        parent = ForeignKeyField("self", null=True, on_delete="RESTRICT")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "organisation"
            constraints = (Check("kind IN ('police_zone', 'municipality', 'contact_centre', 'platform')"),)

    db.create_tables([Organisation])

    class Agreement(Model):
        municipality = ForeignKeyField(Organisation, on_delete="RESTRICT")
        centre = ForeignKeyField(Organisation, on_delete="RESTRICT")
        signed_on = DateField()
        begins_on = DateField()
        ends_on = DateField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "agreement"

    db.create_tables([Agreement])

    class User(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        email = CharField(unique=True)
        name = CharField()
        role = CharField()
        phone = CharField(default="")
        language = CharField(default="nl")
        password_hash = CharField(default="")
        is_active = BooleanField(default=True)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "user"
            constraints = (
                Check(
                    "role IN ('platform_admin', 'organisation_admin', 'sender', 'coordinator', 'authorised_person', 'centre_supervisor', 'reader')"
                ),
            )

    db.create_tables([User])

    class Template(Model):
        organisation = ForeignKeyField(Organisation, field=Organisation.id, on_delete="RESTRICT")
        name = CharField(default="")
        kind = CharField(default="preventive")
        channels = JSONField(default=list)
        texts = JSONField(default=dict)
        audience = JSONField(default=dict)
        fallback_language = CharField(default="nl")
        version = IntegerField(default=1)
        created_at = DateTimeField()
        changed_at = DateTimeField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        removed_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "template"
            constraints = (Check("kind IN ('warning', 'preventive', 'news', 'other')"),)
            indexes = ((("organisation", "name"), False),)

    db.create_tables([Template])

    class Campaign(Model):
        organisation = ForeignKeyField(Organisation, field=Organisation.id, on_delete="RESTRICT")
        name = CharField(default="")
        kind = CharField(default="preventive")
        channels = JSONField(default=list)
        texts = JSONField(default=dict)
        audience = JSONField(default=dict)
        fallback_language = CharField(default="nl")
        version = IntegerField(default=1)
        created_at = DateTimeField()
        changed_at = DateTimeField()
        status = CharField(default="draft")
        is_practice = BooleanField(default=False)
        author = ForeignKeyField(User, on_delete="RESTRICT")
        template = ForeignKeyField(Template, null=True, on_delete="SET NULL")
        launched_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        people = IntegerField(default=0)
        launched_at = DateTimeField(null=True)
        moved_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "campaign"
            constraints = (
                Check("kind IN ('warning', 'preventive', 'news', 'other')"),
                Check("status IN ('draft', 'running', 'paused', 'done', 'stopped')"),
            )
            indexes = ((("organisation", "status"), False),)

    db.create_tables([Campaign])

    class Document(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        kind = CharField()
        filename = CharField()
        media_type = CharField()
        content = BlobField()
        campaign = ForeignKeyField(Campaign, null=True, on_delete="RESTRICT")
        made_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "document"

    db.create_tables([Document])

    class Letter(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        subject = CharField()
        body = TextField()
        language = CharField(default="nl")
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        is_practice = BooleanField(default=False)
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "letter"

    db.create_tables([Letter])

    class Activation(Model):
        municipality = ForeignKeyField(Organisation, on_delete="RESTRICT")
        agreement = ForeignKeyField(Agreement, on_delete="RESTRICT")
        status = CharField(default="draft")
        is_practice = BooleanField(default=False)
        form = JSONField(default=dict)
        callback_code = CharField()
        number = CharField(default="")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        letter = ForeignKeyField(Letter, null=True, on_delete="RESTRICT")
        created_at = DateTimeField()
        changed_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "activation"
            constraints = (
                Check(
                    "status IN ('draft', 'requested', 'acknowledged', 'open', 'closing', 'closed', 'refused')"
                ),
            )

    db.create_tables([Activation])

    class Audit(Model):
        at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        organisation = ForeignKeyField(Organisation, null=True, on_delete="RESTRICT")
        deed = CharField()
        subject = CharField(default="")
        facts = JSONField(default=dict)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "audit"
            indexes = ((("organisation", "id"), False), (("subject", "id"), False))

    db.create_tables([Audit])

    class Bin(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        name = CharField()
        slug = CharField()
        town = CharField(default="")
        created_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "bin"
            indexes = ((("organisation", "name"), True),)

    db.create_tables([Bin])

    class Import(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        bin = ForeignKeyField(Bin, on_delete="RESTRICT")
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        filename = CharField()
        content = BlobField(null=True)
        reading = JSONField(default=dict)
        counts = JSONField(default=dict)
        status = CharField(default="uploaded")
        created_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "import"
            constraints = (Check("status IN ('uploaded', 'committed', 'undone', 'discarded')"),)

    db.create_tables([Import])

    class Mandate(Model):
        user = ForeignKeyField(User, on_delete="CASCADE")
        bin = ForeignKeyField(Bin, on_delete="CASCADE")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "mandate"
            primary_key = CompositeKey("user", "bin")

    db.create_tables([Mandate])

    class Member(Model):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        last_name = CharField()
        first_name = CharField(default="")
        name_key = CharField()
        search_key = TextField(default="")
        mobile = CharField(default="")
        phone = CharField(default="")
        email = CharField(default="")
        street = CharField(default="")
        house_number = CharField(default="")
        box = CharField(default="")
        postcode = CharField(default="")
        town = CharField(default="")
        language = CharField(default="nl")
        mobile_fault = CharField(default="")
        email_fault = CharField(default="")
        version = IntegerField(default=1)
        created_at = DateTimeField()
        changed_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "member"
            indexes = (
                (("organisation", "name_key"), False),
                (("organisation", "mobile"), False),
                (("organisation", "phone"), False),
                (("organisation", "email"), False),
                (("organisation", "last_name", "first_name"), False),
            )

    db.create_tables([Member])

    class MemberChange(Model):
        member = ForeignKeyField(Member, on_delete="CASCADE")
        bin = ForeignKeyField(Bin, null=True, on_delete="RESTRICT")
        deed = CharField()
        fields = JSONField(default=dict)
        version = IntegerField()
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        source = ForeignKeyField(Import, null=True, on_delete="RESTRICT")
        at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "member_change"
            indexes = ((("member", "id"), False),)

    db.create_tables([MemberChange])

    class Membership(Model):
        member = ForeignKeyField(Member, on_delete="CASCADE")
        bin = ForeignKeyField(Bin, on_delete="RESTRICT")
        role = CharField(default="member")
        joined_at = DateTimeField()
        paused_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "membership"
            constraints = (Check("role IN ('coordinator', 'co_coordinator', 'member')"),)
            indexes = ((("member", "bin"), True), (("bin", "ended_at"), False))

    db.create_tables([Membership])

    class Message(Model):
        id = BigAutoField()
        campaign = ForeignKeyField(Campaign, null=True, on_delete="RESTRICT")
        letter = ForeignKeyField(Letter, null=True, on_delete="RESTRICT")
        channel = CharField()
        is_practice = BooleanField(default=False)
        address = CharField()
        names = CharField(default="")
        language = CharField(default="nl")
        reference = CharField(unique=True)
        status = CharField(default="queued")
        parts = IntegerField(default=1)
        attempts = IntegerField(default=0)
        road = CharField(default="")
        provider_reference = CharField(default="")
        code = CharField(default="")
        detail = CharField(default="")
        due_at = DateTimeField()
        claimed_at = DateTimeField(null=True)
        accepted_at = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "message"
            constraints = (
                Check(
                    "status IN ('queued', 'sending', 'unsure', 'accepted', 'delivered', 'failed', 'withheld', 'expired')"
                ),
                Check("channel IN ('sms', 'voice', 'email')"),
                Check("(campaign_id IS NULL) <> (letter_id IS NULL)"),
            )

    db.create_tables([Message])

    class Milestone(Model):
        activation = ForeignKeyField(Activation, on_delete="CASCADE")
        status = CharField()
        at = DateTimeField()
        recorded_at = DateTimeField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        note = TextField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "milestone"
            indexes = ((("activation", "status"), True),)

    db.create_tables([Milestone])

    class Pulse(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        second = IntegerField()
        accepted = IntegerField(default=0)
        delivered = IntegerField(default=0)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "pulse"
            primary_key = CompositeKey("campaign", "second")

    db.create_tables([Pulse])

    class Recipient(Model):
        message = ForeignKeyField(Message, on_delete="CASCADE")
        member = ForeignKeyField(Member, on_delete="CASCADE")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "recipient"
            primary_key = CompositeKey("message", "member")

    db.create_tables([Recipient])

    class SignIn(Model):
        token = CharField(primary_key=True)
        user = ForeignKeyField(User, on_delete="CASCADE")
        began_at = DateTimeField()
        ended_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "sign_in"

    db.create_tables([SignIn])

    class SignInFailure(Model):
        key = CharField(primary_key=True)
        failures = IntegerField(default=0)
        last_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "sign_in_failure"

    db.create_tables([SignInFailure])

    class Tally(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        channel = CharField()
        status = CharField()
        number = IntegerField(default=0)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "tally"
            primary_key = CompositeKey("campaign", "channel", "status")

    db.create_tables([Tally])

    class Throttle(Model):
        road = CharField(primary_key=True)
        tokens = DoubleField()
        refilled_at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "throttle"

    db.create_tables([Throttle])

    class Unreached(Model):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        member = ForeignKeyField(Member, on_delete="CASCADE")
        reason = CharField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "unreached"
            primary_key = CompositeKey("campaign", "member")

    db.create_tables([Unreached])

    db.execute_sql(
        "CREATE INDEX message_queued ON message (channel, campaign_id, id) WHERE status = 'queued'"
    )
    db.execute_sql(
        "CREATE INDEX message_in_hand ON message (status, claimed_at) WHERE status IN ('sending', 'unsure')"
    )
    db.execute_sql("CREATE INDEX message_story ON message (campaign_id, status, id)")
    for verb in ("UPDATE", "DELETE"):
        db.execute_sql(
            f"CREATE TRIGGER audit_keeps_{verb.lower()} BEFORE {verb} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )
