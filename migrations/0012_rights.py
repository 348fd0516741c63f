"""The rights matrix, with what the roles could do until now; and the changes that a second administrator confirms."""

from itertools import product

from peewee import (
    BooleanField,
    CharField,
    Check,
    CompositeKey,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

ZONE = "bin.see member.see campaign.see report.see template.change member.change member.import member.export"
HELD = {
    "police_zone": {
        "organisation_admin": f"{ZONE} bin.create user.see user.change audit.see rights.see rights.change agreement.change "
        "approval.change contact.verify campaign.override",
        "sender": ZONE,
        "coordinator": ZONE,
        "reader": "bin.see member.see campaign.see report.see",
    },
    "municipality": {
        "organisation_admin": "user.see user.change audit.see activation.see rights.see rights.change agreement.change",
        "authorised_person": "activation.see activation.fill",
        "reader": "activation.see",
    },
    "contact_centre": {
        "organisation_admin": "user.see user.change audit.see activation.see rights.see rights.change agreement.change",
        "centre_supervisor": "activation.see activation.answer",
        "reader": "activation.see",
    },
    "platform": {
        "platform_admin": "user.see user.change audit.see organisation.see rights.see rights.change agreement.change",
        "organisation_admin": "user.see user.change audit.see rights.see rights.change agreement.change",
    },
}
APPROVALS = "('asked', 'approved', 'rejected', 'sent_back', 'withdrawn', 'overridden')"
POLICE = ("warning", "preventive", "news", "other")
SENT = {
    "organisation_admin": (("compose", "approve", "launch"), POLICE),
    "sender": (("compose", "approve", "launch"), POLICE),
    "coordinator": (("compose", "launch"), POLICE[1:]),
}


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organisation(Base):
        kind = CharField()

    class User(Base):
        pass

    class Bin(Base):
        pass

    class Grant(Base):
        organisation = ForeignKeyField(Organisation, on_delete="RESTRICT")
        role = CharField(default="")
        user = ForeignKeyField(User, null=True, on_delete="CASCADE")
        bin = ForeignKeyField(Bin, null=True, on_delete="CASCADE")
        deed = CharField()
        kind = CharField(default="")
        channel = CharField(default="")

        class Meta:
            indexes = ((("organisation", "role"), False),)
            constraints = (Check("(role = '') <> (user_id IS NULL)"),)

    class Campaign(Base):
        pass

    class Handover(Base):
        campaign = ForeignKeyField(Campaign, on_delete="RESTRICT")
        deed = CharField()
        desk = ForeignKeyField(Organisation, on_delete="RESTRICT")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        reason = TextField()
        at = DateTimeField()

        class Meta:
            constraints = (Check("deed IN ('handed', 'taken', 'returned')"),)

    class FourEyes(Base):
        organisation = ForeignKeyField(Organisation, on_delete="CASCADE")
        kind = CharField()
        is_needed = BooleanField(default=False)
        deadline_seconds = IntegerField(default=300)
        ladder = JSONField(default=list)
        version = IntegerField(default=1)

        class Meta:
            primary_key = CompositeKey("organisation", "kind")
            constraints = (Check("kind IN ('warning', 'preventive', 'news', 'other')"),)

    class Approval(Base):
        campaign = ForeignKeyField(Campaign, on_delete="CASCADE")
        version = IntegerField()
        status = CharField(default="asked")
        asked_by = ForeignKeyField(User, on_delete="RESTRICT")
        asked_at = DateTimeField()
        asked = JSONField(default=list)
        due_at = DateTimeField(null=True)
        link = CharField(default="")
        decided_by = ForeignKeyField(User, null=True, on_delete="RESTRICT")
        decided_at = DateTimeField(null=True)
        reason = TextField(default="")
        magnitude = JSONField(default=dict)
        ticked = JSONField(default=list)

        class Meta:
            indexes = ((("status", "due_at"), False),)
            constraints = (Check(f"status IN {APPROVALS}"),)

    class VerifiedContact(Base):
        organisation = ForeignKeyField(Organisation, on_delete="CASCADE")
        value = CharField()
        by = ForeignKeyField(User, on_delete="RESTRICT")
        verified_at = DateTimeField()

        class Meta:
            indexes = ((("organisation", "value"), True),)

    db.create_tables([Grant, Handover, FourEyes, Approval, VerifiedContact])
    migrator.migrate(
        migrator.add_column(
            "campaign", "written_by_id", ForeignKeyField(User, field=User.id, null=True, on_delete="RESTRICT")
        ),
        migrator.add_column(
            "campaign",
            "held_by_id",
            ForeignKeyField(Organisation, field=Organisation.id, null=True, on_delete="RESTRICT"),
        ),
    )
    _allow(db, "campaign", "'draft', 'running'", "'draft', 'submitted', 'approved', 'running'")
    migrator.migrate(
        migrator.add_column("organisation", "rights_version", IntegerField(default=1)),
        migrator.add_column("organisation", "is_national_desk", BooleanField(default=False)),
    )
    _allow(db, "organisation", "'municipality', ", "'municipality', 'province', 'federal_service', ")
    for organisation in list(Organisation.select(Organisation.id, Organisation.kind)):
        rows = [{"organisation": organisation.id, **row} for row in _held(organisation.kind)]
        Grant.insert_many(rows).execute()


def _allow(db, table: str, old: str, new: str) -> None:
    """More words in a CHECK: the rows stay where they are (sqlite.org/lang_altertable.html, at its end)."""
    ((version,),) = db.execute_sql("PRAGMA schema_version").fetchall()
    db.execute_sql("PRAGMA writable_schema = on")
    db.execute_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (old, new, table),
    )
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = off")


def _held(kind: str):
    empty = {"kind": "", "channel": ""}
    for role, deeds in HELD[kind].items():
        yield from ({"role": role, "deed": deed, **empty} for deed in deeds.split())
    if kind == "police_zone":
        for role, (deeds, kinds) in SENT.items():
            for deed, one, channel in product(deeds, kinds, ("sms", "voice", "email")):
                yield {"role": role, "deed": f"campaign.{deed}", "kind": one, "channel": channel}
