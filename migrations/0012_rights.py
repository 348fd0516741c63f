"""The rights matrix, with what the roles could do until now; and the changes that a second administrator confirms."""

from itertools import product

from peewee import CharField, Check, DateTimeField, ForeignKeyField, IntegerField, JSONField, Model

ZONE = "bin.see member.see campaign.see report.see template.change member.change member.import member.export"
HELD = {
    "police_zone": {
        "organisation_admin": f"{ZONE} bin.create user.see audit.see rights.see rights.change agreement.change",
        "sender": ZONE,
        "coordinator": ZONE,
        "reader": "bin.see member.see campaign.see report.see",
    },
    "municipality": {
        "organisation_admin": "user.see audit.see activation.see rights.see rights.change agreement.change",
        "authorised_person": "activation.see activation.fill",
        "reader": "activation.see",
    },
    "contact_centre": {
        "organisation_admin": "user.see audit.see activation.see rights.see rights.change agreement.change",
        "centre_supervisor": "activation.see activation.answer",
        "reader": "activation.see",
    },
    "platform": {
        "platform_admin": "user.see audit.see organisation.see rights.see rights.change agreement.change",
        "organisation_admin": "user.see audit.see rights.see rights.change agreement.change",
    },
}
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

    class PendingChange(Base):
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
            constraints = (Check("status IN ('asked', 'confirmed', 'refused')"),)
            indexes = ((("organisation", "status"), False),)

    db.create_tables([Grant, PendingChange])
    migrator.migrate(migrator.add_column("organisation", "rights_version", IntegerField(default=1)))
    for organisation in list(Organisation.select(Organisation.id, Organisation.kind)):
        rows = [{"organisation": organisation.id, **row} for row in _held(organisation.kind)]
        Grant.insert_many(rows).execute()


def _held(kind: str):
    empty = {"kind": "", "channel": ""}
    for role, deeds in HELD[kind].items():
        yield from ({"role": role, "deed": deed, **empty} for deed in deeds.split())
    if kind == "police_zone":
        for role, (deeds, kinds) in SENT.items():
            for deed, one, channel in product(deeds, kinds, ("sms", "voice", "email")):
                yield {"role": role, "deed": f"campaign.{deed}", "kind": one, "channel": channel}
