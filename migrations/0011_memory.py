"""What is remembered and what is forgotten: the chain of the audit, the ground on which people are kept, erasure."""

import json
from hashlib import sha256

from peewee import (
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)

REFUSED = "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
FOLLOWS = "(SELECT 1 FROM seal WHERE seal.hash = NEW.previous AND seal.last < NEW.id)"
IS_LAST = "(SELECT 1 FROM audit WHERE audit.id = NEW.last AND audit.hash = NEW.hash)"
APPEND_ONLY = {  # by database, by trigger: what refuses to change, remove, replace or slip in a row
    "sqlite": {
        "audit_keeps_update": "BEFORE UPDATE ON audit",
        "audit_keeps_delete": "BEFORE DELETE ON audit",
        "audit_keeps_order": f"BEFORE INSERT ON audit WHEN NOT EXISTS {FOLLOWS}",
        "seal_keeps_update": f"BEFORE UPDATE ON seal WHEN NOT EXISTS {IS_LAST}",
        "seal_keeps_delete": "BEFORE DELETE ON seal",
    }
}


def up(migrator, db):
    class User(Model):
        class Meta:
            database = db
            table_name = "user"

    class Bin(Model):
        class Meta:
            database = db
            table_name = "bin"

    class Seal(Model):
        number = IntegerField(default=0)
        last = IntegerField(default=0)
        hash = CharField(default="")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "seal"
            constraints = (Check("id = 1"),)

    class Processing(Model):
        bin = ForeignKeyField(Bin, primary_key=True, on_delete="CASCADE")
        controller = TextField(default="")
        contact = TextField(default="")
        purpose = TextField(default="")
        basis = CharField(default="")
        basis_on = DateField(null=True)
        basis_source = CharField(default="")
        remarks = TextField(default="")
        changed_at = DateTimeField()
        by = ForeignKeyField(User, null=True, on_delete="RESTRICT")

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "processing"

    class Chore(Model):
        name = CharField(primary_key=True)
        done_on = DateField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "chore"

    for verb in ("update", "delete"):
        db.execute_sql(f"DROP TRIGGER IF EXISTS audit_keeps_{verb}")
    db.create_tables([Seal, Processing, Chore])
    migrator.migrate(
        migrator.add_column("audit", "address", CharField(default="")),
        migrator.add_column("audit", "previous", CharField(default="")),
        migrator.add_column("audit", "hash", CharField(default="")),
        migrator.add_column("membership", "basis", CharField(default="")),
        migrator.add_column("membership", "basis_on", DateField(null=True)),
        migrator.add_column("membership", "basis_source", CharField(default="")),
        migrator.add_column("member", "erased_at", DateTimeField(null=True)),
        migrator.add_column("campaign", "forgotten_at", DateTimeField(null=True)),
    )
    db.execute_sql("CREATE INDEX audit_deed_id ON audit (deed, id)")
    _chain(db)
    for name, when in APPEND_ONLY["sqlite"].items():
        db.execute_sql(f"CREATE TRIGGER {name} {when} {REFUSED}")


def _chain(db) -> None:
    """Gives every row that is there its place in the chain, oldest first, and seals the last."""
    previous, last, number = "", 0, 0
    rows = "SELECT id, at, by_id, organisation_id, deed, subject, facts, address FROM audit WHERE id > ? ORDER BY id LIMIT 1000"
    while part := db.execute_sql(rows, (last,)).fetchall():
        for id, at, by, organisation, deed, subject, facts, address in part:
            told = [previous, id, str(at), by, organisation, deed, subject, json.loads(facts), address]
            written = json.dumps(told, sort_keys=True, separators=(",", ":"))
            digest = sha256(written.encode()).hexdigest()
            db.execute_sql("UPDATE audit SET previous = ?, hash = ? WHERE id = ?", (previous, digest, id))
            previous, last, number = digest, id, number + 1
    db.execute_sql("INSERT INTO seal (id, number, last, hash) VALUES (1, ?, ?, ?)", (number, last, previous))
